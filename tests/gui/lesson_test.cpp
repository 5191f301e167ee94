// A lesson is gone through with the mouse; the run, and nothing else, answers its questions.
#include <QLabel>
#include <QPushButton>
#include <QtTest>

#include "gui/document/document.h"
#include "gui/document/selection.h"
#include "gui/panels/lesson_panel.h"
#include "gui/run/run_bridge.h"

using namespace faultline;

namespace {

const QString kFolder = QStringLiteral(FAULTLINE_SOURCE_DIR "/scenarios/");

QPushButton& button(LessonPanel& panel, const QString& text) {
  for (QPushButton* b : panel.findChildren<QPushButton*>())
    if (b->text() == text) return *b;
  qFatal("no button %s", qPrintable(text));
}

}  // namespace

class LessonTest : public QObject {
  Q_OBJECT

 private slots:
  void theRunAnswers() {
    Document document;
    QVERIFY(document.open(kFolder + QStringLiteral("challenges/slow_partner.yaml")));
    Selection selection(document);
    RunBridge run(document);
    LessonPanel panel(document, selection, run);
    panel.resize(320, 600);
    panel.show();
    QVERIFY(panel.hasLesson());
    QVERIFY(selection.isEmpty());  // who opens a file has selected nothing

    // The next step stands at two minutes: the run stands still there.
    QTest::mouseClick(&button(panel, QStringLiteral("Next")), Qt::LeftButton);
    QCOMPARE(panel.step(), std::size_t{1});
    QTRY_COMPARE(run.now(), minutes(2));
    QTRY_VERIFY(run.state() == RunState::Paused);
    QPushButton& reveal = button(panel, QStringLiteral("Run and see"));
    QVERIFY(!reveal.isEnabled());  // nothing is predicted yet
    panel.predict(0);
    QVERIFY(reveal.isEnabled());
    QVERIFY(!panel.isAnswered());
    QTest::mouseClick(&reveal, Qt::LeftButton);
    QTRY_VERIFY(panel.isAnswered());
    QVERIFY(run.now() < document.scenario().duration);
    const QStringList answers = panel.answerTexts();
    QCOMPARE(answers.size(), 3);
    QVERIFY(answers[0].startsWith(QChar(0x2717)) && answers[1].startsWith(QChar(0x2713)));
    QVERIFY(panel.findChild<QLabel*>(QStringLiteral("lessonOutcome"))->text().contains(QStringLiteral("otherwise")));
    QTest::mouseClick(&button(panel, QStringLiteral("Back")), Qt::LeftButton);
    QCOMPARE(panel.step(), std::size_t{0});
    QCOMPARE(selection.edges(), Selection::Names{"shop -> partner"});
  }

  void withoutALessonThereIsNoneToShow() {
    Document document;
    QVERIFY(document.open(QStringLiteral(FAULTLINE_SOURCE_DIR "/tests/cli/two_tier.yaml")));
    Selection selection(document);
    RunBridge run(document);
    LessonPanel panel(document, selection, run);
    QVERIFY(!panel.hasLesson());
    QVERIFY(!button(panel, QStringLiteral("Next")).isEnabled());
    QVERIFY(!button(panel, QStringLiteral("Back")).isEnabled());
    panel.goOn();
    panel.reveal();
    QCOMPARE(panel.step(), std::size_t{0});
  }
};

QTEST_MAIN(LessonTest)
#include "lesson_test.moc"

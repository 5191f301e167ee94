// A lesson is gone through with the mouse; the run, and nothing else, answers its questions.
#include <QCheckBox>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QToolButton>
#include <QtTest>

#include "gui/document/document.h"
#include "gui/document/selection.h"
#include "gui/models/lesson_language.h"
#include "gui/models/progress.h"
#include "gui/panels/lesson_panel.h"
#include "gui/panels/step_bar.h"
#include "gui/run/run_bridge.h"

using namespace faultline;

namespace {

const QString kFolder = QStringLiteral(FAULTLINE_SOURCE_DIR "/scenarios/");
const QString kPartner = kFolder + QStringLiteral("challenges/slow_partner.yaml");

// What a window gives to the panel.
struct Class {
  QTemporaryDir folder;
  Memory memory{folder.filePath("studio.ini"), {}, folder.filePath("lessons.json")};
  Document document;
  Selection selection{document};
  RunBridge run{document};
  Progress progress{memory};
  LessonLanguage language{memory, kFolder + QStringLiteral("missing_index_cascade.yaml")};
  LessonPanel panel{document, selection, run, progress, language};

  explicit Class(const QString& file = kPartner) {
    document.open(file);
    panel.resize(320, 600);
    panel.show();
  }

  QPushButton& button(const QString& text) {
    for (QPushButton* b : panel.findChildren<QPushButton*>())
      if (b->text() == text) return *b;
    qFatal("no button %s", qPrintable(text));
  }
  void click(const QString& text) { QTest::mouseClick(&button(text), Qt::LeftButton); }
  QString said(const char* label) { return panel.findChild<QLabel*>(QLatin1String(label))->text(); }
  void chooseStep(int number) {
    for (QToolButton* b : panel.findChild<StepBar*>()->findChildren<QToolButton*>())
      if (b->text() == QString::number(number)) return QTest::mouseClick(b, Qt::LeftButton);
    qFatal("no step %d", number);
  }
};

}  // namespace

class LessonTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { QLocale::setDefault(QLocale::c()); }

  void theRunAnswers() {
    Class c;
    QVERIFY(c.panel.hasLesson());
    QVERIFY(c.selection.isEmpty());  // who opens a file has selected nothing
    QVERIFY2(c.said("lessonStory").contains(QLatin1String("asks a partner")), qPrintable(c.said("lessonStory")));

    // The next step stands at two minutes: the run stands still there.
    c.click(QStringLiteral("Next"));
    QCOMPARE(c.panel.step(), std::size_t{1});
    QTRY_COMPARE(c.run.now(), minutes(2));
    QTRY_VERIFY(c.run.state() == RunState::Paused);
    QPushButton& reveal = c.button(QStringLiteral("Run and see"));
    QVERIFY(!reveal.isEnabled());  // nothing is predicted yet
    c.panel.predict(0);
    QVERIFY(reveal.isEnabled());
    QVERIFY(!c.panel.isAnswered());
    QTest::mouseClick(&reveal, Qt::LeftButton);
    QTRY_VERIFY(c.panel.isAnswered());
    QVERIFY(c.run.now() < c.document.scenario().duration);
    QCOMPARE(c.panel.step(), std::size_t{1});  // although the next step stands where the answer came
    const QStringList answers = c.panel.answerTexts();
    QCOMPARE(answers.size(), 3);
    QVERIFY(answers[0].startsWith(QChar(0x2717)) && answers[1].startsWith(QChar(0x2713)));
    QVERIFY(c.said("lessonOutcome").contains(QStringLiteral("otherwise")));

    // Back shows the run as it was, and returning shows what was answered: nothing is asked twice.
    c.click(QStringLiteral("Back"));
    QCOMPARE(c.panel.step(), std::size_t{0});
    QCOMPARE(c.selection.edges(), Selection::Names{"shop -> partner"});
    QCOMPARE(c.run.viewTime(), SimTime{});
    c.click(QStringLiteral("Next"));
    QCOMPARE(c.run.viewTime(), minutes(2));
    QVERIFY(c.panel.isAnswered());
  }

  void playingStopsAtTheNextStep() {
    Class c;
    c.run.setSpeed(kMaxSpeed);
    QSignalSpy reached(&c.panel, &LessonPanel::reached);
    c.chooseStep(1);
    c.run.play();
    QTRY_COMPARE(reached.count(), 1);
    QCOMPARE(c.run.now(), minutes(2));
    QCOMPARE(c.panel.step(), std::size_t{1});
    c.run.play();
    QTRY_COMPARE(c.panel.step(), std::size_t{2});
    QCOMPARE(c.run.now(), minutes(3));
    c.run.play();  // no step is left
    QTRY_VERIFY(c.run.state() == RunState::Finished);
  }

  void whoDoesNotWantToStopPlaysOn() {
    Class unasked;  // only opened the file
    unasked.run.setSpeed(kMaxSpeed);
    unasked.run.play();
    QTRY_VERIFY(unasked.run.state() == RunState::Finished);
    QCOMPARE(unasked.panel.step(), std::size_t{0});

    Class unwilling;
    unwilling.run.setSpeed(kMaxSpeed);
    unwilling.chooseStep(1);
    QTest::mouseClick(unwilling.panel.findChild<QCheckBox*>(QStringLiteral("stopsAtSteps")), Qt::LeftButton, {},
                      {8, 8});
    unwilling.run.play();
    QTRY_VERIFY(unwilling.run.state() == RunState::Finished);
    QCOMPARE(unwilling.panel.step(), std::size_t{0});
  }

  // From any step: the run stands there as if nobody had touched it, and goes where one wants.
  void anyStepIsAPlaceToBegin() {
    Class c;
    c.chooseStep(3);
    QTRY_COMPARE(c.run.now(), minutes(3));
    c.run.post({{}, "crash", "shop", {}});
    QTRY_COMPARE(c.run.liveActions().size(), std::size_t{1});
    c.chooseStep(2);
    QCOMPARE(c.run.viewTime(), minutes(2));
    c.click(QStringLiteral("Start again from here"));
    QTRY_COMPARE(c.run.now(), minutes(2));
    QTRY_VERIFY(c.run.state() == RunState::Paused);
    QVERIFY(c.run.isLive() && c.run.liveActions().empty());
    c.run.stepBy(seconds(5));
    QTRY_COMPARE(c.run.now(), minutes(2) + seconds(5));
  }

  void itIsToldInAnotherLanguageAndTheScenarioIsNot() {
    Class c;
    const Scenario before = c.document.scenario();
    const QString text = c.document.text(), english = c.said("lessonTitle");
    c.language.choose(QStringLiteral("de"));
    QCOMPARE(c.said("lessonTitle"), QStringLiteral("Braucht eine Seite den Partner?"));
    QCOMPARE(c.said("lessonScenario"), QStringLiteral("Aufgabe: der langsame Partner"));
    QVERIFY(c.said("lessonStory").contains(QStringLiteral("Empfehlungen")));
    c.chooseStep(2);
    QCOMPARE(c.panel.answerTexts().first(), QStringLiteral("Nichts, der Aufruf ist optional"));
    c.panel.predict(1);
    c.panel.reveal();
    QTRY_VERIFY(c.panel.isAnswered());
    QVERIFY(c.panel.answerTexts()[1].endsWith(QStringLiteral("Alle seine Worker warten auf den Partner")));
    QVERIFY(c.document.scenario() == before);
    QCOMPARE(c.document.text(), text);
    QVERIFY(!c.document.isModified());

    // In the middle of an answered step the words change, and the answer stays.
    c.language.choose(QStringLiteral("en"));
    QVERIFY(c.panel.isAnswered());
    QVERIFY(c.panel.answerTexts()[1].endsWith(QStringLiteral("All its workers wait for the partner")));
    c.chooseStep(1);
    QCOMPARE(c.said("lessonTitle"), english);
  }

  void theLanguageIsTheUsersOwnOrTheOneChosen() {
    const QString library = kFolder + QStringLiteral("missing_index_cascade.yaml");
    QTemporaryDir folder;
    const Memory memory{folder.filePath("studio.ini"), {}, {}};
    QCOMPARE(LessonLanguage({}, library).offered(), (QStringList{"en", "de"}));
    QCOMPARE(LessonLanguage({}, library).code(), QStringLiteral("en"));
    QLocale::setDefault(QLocale(QLocale::German, QLocale::Austria));
    QCOMPARE(LessonLanguage(memory, library).code(), QStringLiteral("de"));
    LessonLanguage(memory, library).choose(QStringLiteral("en"));
    QCOMPARE(LessonLanguage(memory, library).code(), QStringLiteral("en"));
    QLocale::setDefault(QLocale(QLocale::Japanese));
    QCOMPARE(LessonLanguage({}, library).code(), QStringLiteral("en"));
    QLocale::setDefault(QLocale::c());
    QCOMPARE(LessonLanguage::nameOf(QStringLiteral("de")), QStringLiteral("Deutsch"));
  }

  void whereSomebodyWasIsRemembered() {
    Class c;
    auto* resume = c.panel.findChild<QPushButton*>(QStringLiteral("resumeLesson"));
    QVERIFY(!resume->isVisible());
    c.chooseStep(2);
    c.chooseStep(1);
    QVERIFY(resume->isVisible());
    c.document.open(kFolder + QStringLiteral("foundations/hockey_stick.yaml"));
    QVERIFY(!resume->isVisible());
    Progress another(c.memory);
    QCOMPARE(another.at(QStringLiteral("Challenge: the slow partner")).step, std::size_t{2});
    c.document.open(kPartner);
    QVERIFY(resume->isVisible());
    QTest::mouseClick(resume, Qt::LeftButton);
    QCOMPARE(c.panel.step(), std::size_t{1});
  }

  void withoutALessonThereIsNoneToShow() {
    Class c(QStringLiteral(FAULTLINE_SOURCE_DIR "/tests/cli/two_tier.yaml"));
    QVERIFY(!c.panel.hasLesson());
    QVERIFY(!c.button(QStringLiteral("Next")).isEnabled());
    QVERIFY(!c.button(QStringLiteral("Back")).isEnabled());
    c.panel.goOn();
    c.panel.reveal();
    c.panel.predict(0);
    QCOMPARE(c.panel.step(), std::size_t{0});
  }
};

QTEST_MAIN(LessonTest)
#include "lesson_test.moc"

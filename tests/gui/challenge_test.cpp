// A challenge in the studio: what is asked, hints one at a time, and the grade that `faultline grade` gives.
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include "gui/desk.h"
#include "gui/panels/challenge_panel.h"
#include "gui/run/challenge.h"
#include "gui/teaching_panels.h"
#include "support/program.h"

using namespace faultline;

namespace {

const QString kPartner = QStringLiteral(FAULTLINE_SOURCE_DIR "/scenarios/challenges/slow_partner.yaml");

struct Exam : Desk {
  Challenge& challenge = window.teachingPanels().challenge();
  ChallengePanel& panel = window.teachingPanels().challengePanel();

  explicit Exam(const QString& file = kPartner) : Desk(file) {}
  QString said(const char* label) { return panel.findChild<QLabel*>(QLatin1String(label))->text(); }
  bool grade() {
    QSignalSpy graded(&challenge, &Challenge::graded);
    panel.gradeButton().click();
    return graded.count() > 0 || graded.wait(kPatienceMs);
  }
};

}  // namespace

class ChallengeTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { QLocale::setDefault(QLocale::c()); }

  void itSaysWhatIsAsked() {
    Exam e;
    QVERIFY(e.challenge.isThere());
    for (const std::string& objective : e.challenge.spec().objectives)
      QVERIFY(e.said("challengeObjectives").contains(QString::fromStdString(objective).toHtmlEscaped()));
    QVERIFY(e.said("challengeLimits").contains(QStringLiteral("0 of at most 2 changes")));
    QVERIFY(e.said("challengeLimits").contains(QStringLiteral("2.05")));
    QVERIFY(e.said("challengeVerdict").isEmpty());
  }

  // The design as it was given fails; the mend is one change, and the same verdict as that of the command line.
  void theEngineJudges() {
    Exam e;
    QVERIFY(e.grade());
    QVERIFY(!e.challenge.result()->passed);
    QCOMPARE(e.said("challengeVerdict"), QStringLiteral("Not yet."));

    e.document.apply("a", edits::setSetting("shop -> partner.timeout=300ms"));
    QVERIFY(e.said("challengeVerdict").startsWith(QStringLiteral("Changed")));
    QVERIFY(e.said("challengeLimits").contains(QStringLiteral("1 of at most 2 changes")));
    QVERIFY(e.grade());
    QCOMPARE(e.said("challengeVerdict"), QStringLiteral("Mended."));
    QVERIFY(e.window.teachingPanels().progress().of(QStringLiteral("Challenge: the slow partner")) ==
            Progress::Mark::Done);

    QTemporaryDir folder;
    const QString answer = folder.filePath("answer.yaml");
    QCOMPARE(e.document.save(answer), QString());
    const ProgramResult told = runFaultline({"grade", kPartner, answer, "--format", "json"});
    QCOMPARE(told.status, 0);
    const QJsonObject json = QJsonDocument::fromJson(told.out).object();
    const Grade& grade = *e.challenge.result();
    QCOMPARE(json["cost_per_hour"].toDouble(), grade.costPerHour);
    const QJsonArray objectives = json["objectives"].toArray();
    QCOMPARE(objectives.size(), static_cast<qsizetype>(grade.objectives.size()));
    for (qsizetype i = 0; i < objectives.size(); ++i)
      QCOMPARE(objectives[i].toObject()["met"].toInt(),
               static_cast<int>(grade.objectives[static_cast<std::size_t>(i)].met));

    // An answer that was saved elsewhere is still an answer to the same challenge.
    QVERIFY(e.document.open(answer));
    QCOMPARE(e.challenge.changes().size(), std::size_t{1});
  }

  void whatIsGivenMustStay() {
    Exam e;
    e.document.apply("a", edits::setSetting("db.cores=64"));
    QVERIFY(!e.challenge.broken().empty());
    QVERIFY(e.said("challengeLimits").contains(QStringLiteral("not allowed")));
    QVERIFY(e.grade());
    QCOMPARE(e.challenge.result()->runs, std::size_t{0});
    QVERIFY(!e.challenge.result()->passed);
    // The luck of the run that is watched is not part of the design.
    e.document.undoStack()->undo();
    e.document.apply("a", edits::setSetting("seed=99"));
    QVERIFY(e.challenge.broken().empty());
  }

  void hintsComeOneAtATime() {
    Exam e;
    const std::vector<std::string>& hints = e.challenge.spec().hints;
    QVERIFY(e.said("challengeHints").isEmpty());
    e.panel.hintButton().click();
    QVERIFY(e.said("challengeHints").contains(QString::fromStdString(hints[0])));
    QVERIFY(!e.said("challengeHints").contains(QString::fromStdString(hints[1])));
    e.window.teachingPanels().language().choose(QStringLiteral("de"));
    QVERIFY(!e.said("challengeHints").contains(QString::fromStdString(hints[0])));
    QVERIFY(e.said("challengeStory").contains(QStringLiteral("Partner")));
    for (std::size_t i = 1; i < hints.size(); ++i) e.panel.hintButton().click();
    QVERIFY(!e.panel.hintButton().isEnabled());
    QCOMPARE(e.panel.hints(), hints.size());
    e.document.open(kPartner);
    QCOMPARE(e.panel.hints(), std::size_t{0});
  }

  void otherScenariosHaveNone() {
    Exam e(kFlagship);
    QVERIFY(!e.challenge.isThere());
    QVERIFY(!e.panel.gradeButton().isEnabled());
    QVERIFY(!e.window.findChild<QDockWidget*>(QStringLiteral("challengeDock"))->isVisible());
  }
};

QTEST_MAIN(ChallengeTest)
#include "challenge_test.moc"

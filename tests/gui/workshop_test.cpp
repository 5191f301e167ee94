// A workshop in the studio: luck of one's own, hidden faults, a timed round, and a scoreboard that the command line
// reads.
#include <QTemporaryDir>
#include <QtTest>

#include "gui/desk.h"
#include "gui/panels/timeline_panel.h"
#include "gui/panels/workshop_panel.h"
#include "gui/run/workshop.h"
#include "gui/teaching_panels.h"
#include "gui/workshop_commands.h"
#include "support/program.h"

using namespace faultline;

namespace {

const QString kPartner = QStringLiteral(FAULTLINE_SOURCE_DIR "/scenarios/challenges/slow_partner.yaml");

struct Seat : Desk {
  QTemporaryDir folder;
  QString board = folder.filePath("board.jsonl");
  Workshop& workshop = window.teachingPanels().workshop().workshop();
  WorkshopPanel& panel = window.teachingPanels().workshop().panel();

  Seat() : Desk(kPartner) { give(Command::Workshop); }

  template <class Widget>
  Widget& part(const char* name) {
    return *panel.findChild<Widget*>(QLatin1String(name));
  }
  void sit(const QString& name, bool hides) {
    part<QLineEdit>("seatName").setText(name);
    part<QCheckBox>("hidesFaults").setChecked(hides);
    part<QPushButton>("sit").click();
  }
  std::uint64_t fingerprintAtTheEnd() {
    window.run().setSpeed(kMaxSpeed);
    window.run().play();
    (void)QTest::qWaitFor([this] { return window.run().state() == RunState::Finished; }, kPatienceMs);
    return window.run().update().fingerprint;
  }
};

// As the command line prints it.
QString fingerprintOf(const QStringList& options) {
  const ProgramResult told = runFaultline(QStringList{"run", kPartner, "--format", "json", "--quiet"} + options);
  return QJsonDocument::fromJson(told.out).object()["fingerprint"].toString();
}
QString asText(std::uint64_t fingerprint) { return QStringLiteral("%1").arg(fingerprint, 16, 16, QLatin1Char('0')); }

}  // namespace

class WorkshopTest : public QObject {
  Q_OBJECT

 private slots:
  void everySeatHasLuckOfItsOwn() {
    Seat s;
    const Scenario before = s.document.scenario();
    s.sit(QStringLiteral("Ada"), false);
    QVERIFY(s.workshop.isSeated() && !s.workshop.isHidden());
    QVERIFY(s.document.scenario() == before);
    QVERIFY(!s.document.isModified());
    QCOMPARE(asText(s.fingerprintAtTheEnd()), fingerprintOf({"--seat", "Ada"}));
    s.part<QPushButton>("leaveSeat").click();
    QVERIFY(!s.workshop.isSeated());
    QCOMPARE(asText(s.fingerprintAtTheEnd()), fingerprintOf({}));
  }

  void hiddenFaultsAreNowhereToBeSeen() {
    Seat s;
    const std::vector<Action> timeline = s.document.scenario().timeline;
    QVERIFY(!timeline.empty());
    s.sit(QStringLiteral("Ada"), true);
    QVERIFY(s.workshop.isHidden());
    QTRY_VERIFY(s.panel.isVisible() && !s.panel.visibleRegion().isEmpty());  // still in front
    QVERIFY(s.document.scenario().timeline.empty() && s.document.scenario().lesson.empty());
    QVERIFY(!s.document.text().contains(QStringLiteral("timeline")));
    QVERIFY(!s.window.windowTitle().contains(QStringLiteral("slow partner")));
    QCOMPARE(s.window.findChild<TimelinePanel*>()->model().rowCount(), 0);
    // And they happen all the same, to the bit.
    QCOMPARE(asText(s.fingerprintAtTheEnd()), fingerprintOf({"--seat", "Ada"}));
    const auto& entries = s.window.findChild<TimelinePanel*>()->model().entries();
    for (const TimelineModel::Entry& entry : entries) QVERIFY(entry.source == TimelineModel::Source::Alert);

    const SimTime seen = s.window.run().now();
    s.part<QPushButton>("reveal").click();
    QVERIFY(!s.workshop.isHidden() && s.workshop.isSeated());
    QVERIFY(s.document.scenario().timeline == timeline);
    QCOMPARE(s.document.filePath(), kPartner);
    QTRY_COMPARE_WITH_TIMEOUT(s.window.run().now(), seen, kPatienceMs);
    QCOMPARE(asText(s.window.run().update().fingerprint), fingerprintOf({"--seat", "Ada"}));
  }

  void aGuessGoesToTheScoreboard() {
    Seat s;
    s.workshop.setBoard(s.board);
    s.sit(QStringLiteral("Ada"), true);
    s.selection.set({"shop"});
    QCOMPARE(s.part<QComboBox>("guessPlace").currentText(), QStringLiteral("shop"));
    s.part<QPushButton>("guess").click();
    QVERIFY(s.part<QLabel>("guessOutcome").text().startsWith(QChar(0x2717)));
    s.selection.set({"partner"});
    QComboBox& verb = s.part<QComboBox>("guessVerb");
    verb.setCurrentIndex(verb.findData(QStringLiteral("slow")));
    s.part<QPushButton>("guess").click();
    QVERIFY2(s.part<QLabel>("guessOutcome").text().startsWith(QChar(0x2713)),
             qPrintable(s.part<QLabel>("guessOutcome").text()));
    // The command line adds to the same file and reads it.
    QCOMPARE(runFaultline({"guess", kPartner, "partner", "--what", "slow", "--seat", "Bob", "--board", s.board}).status,
             0);
    const ProgramResult told = runFaultline({"board", s.board});
    QCOMPARE(told.status, 0);
    QVERIFY2(told.out.contains("Ada") && told.out.contains("Bob"), told.out.constData());
    QTableWidget& scores = s.part<QTableWidget>("scores");
    QTRY_COMPARE(scores.rowCount(), 2);
    QCOMPARE(scores.item(0, 0)->text(), QStringLiteral("Ada"));
    QCOMPARE(scores.item(0, 1)->text(), QStringLiteral("1"));
    QCOMPARE(scores.item(0, 4)->text(), QStringLiteral("2"));
  }

  void aRoundIsCountedDown() {
    Seat s;
    QPushButton& open = s.part<QPushButton>("openRound");
    QVERIFY(!open.isEnabled());  // no scoreboard
    s.workshop.setBoard(s.board);
    QVERIFY(!s.part<QLabel>("roundClock").isVisible());
    open.click();
    QVERIFY(s.part<QLabel>("roundClock").isVisible());
    QVERIFY(*s.workshop.secondsLeft() > 19 * 60 && *s.workshop.secondsLeft() <= 20 * 60);
    QVERIFY(runFaultline({"board", s.board}).out.contains("Round 1"));
    // Another file is not written into.
    const QString letter = s.folder.filePath("letter.txt");
    QFile file(letter);
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write("Dear Ada\n") > 0);
    file.close();
    QSignalSpy failed(&s.workshop, &Workshop::failed);
    s.workshop.setBoard(letter);
    QVERIFY(failed.count() > 0);
    open.click();
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), QByteArray("Dear Ada\n"));
  }

  void anotherScenarioHidesNothing() {
    Seat s;
    s.sit(QStringLiteral("Ada"), true);
    QVERIFY(s.window.openFile(kFlagship));
    QVERIFY(!s.workshop.isHidden());
    QVERIFY(!s.document.scenario().timeline.empty());
    QCOMPARE(s.window.run().replay().timeline, s.document.scenario().timeline);
    QCOMPARE(s.window.run().replay().seed, s.workshop.seedFor(s.document.scenario()));
  }
};

QTEST_MAIN(WorkshopTest)
#include "workshop_test.moc"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QtTest>

#include "gui/document/document.h"
#include "gui/panels/action_dialog.h"
#include "gui/panels/branch.h"
#include "gui/panels/timeline_panel.h"
#include "gui/panels/timeline_track.h"
#include "gui/style/theme.h"
#include "io/yaml_reader.h"

using namespace faultline;

namespace {

constexpr const char* kShop = R"(
faultline: 1
name: shop
duration: 100s
seed: 3
nodes:
  users: {kind: client, rate: 200/s}
  app: {kind: service, instances: 2, workers: 8, work: exponential(10ms)}
  db: {kind: database, queries: {read: {rows: 1k, indexed: exponential(2ms)}}}
edges:
  - users -> app: {latency: 1ms, timeout: 500ms}
  - app -> db: {query: read}
timeline:
  - {at: 20s, crash: db, for: 10s}
  - {at: 50s, slow: app, factor: 3}
  - {at: 60s, resume: app}
  - {at: 80s, note: "all is well"}
)";

constexpr int kPatienceMs = 20'000;

struct Stage {
  Document document;
  RunBridge run{document};
  Branch branch{run};
  TimelinePanel panel{document, run, branch};
  TimelineTrack& track = panel.track();
  TimelineModel& model = panel.model();

  Stage() {
    document.reset(readScenarioText(kShop, "shop.yaml").value);
    panel.resize(1200, 110);
    panel.show();
    run.setSpeed(kMaxSpeed);
  }
  bool finishes() {
    run.play();
    return QTest::qWaitFor([&] { return run.state() == RunState::Finished; }, kPatienceMs);
  }
  const std::vector<Action>& actions() const { return document.scenario().timeline; }
  QPoint flag(int action) {
    for (std::size_t i = 0; i < model.entries().size(); ++i)
      if (model.entries()[i].action == action) return track.places().flagOf(i).center().toPoint();
    return {};
  }
  QPoint ruler(SimTime time) {
    return QPoint(static_cast<int>(std::lround(track.places().xOf(time))), track.height() - 6);
  }
  void drag(QPoint from, QPoint to) {
    QTest::mousePress(&track, Qt::LeftButton, {}, from);
    QTest::mouseMove(&track, (from + to) / 2);
    QTest::mouseMove(&track, to);
    QTest::mouseRelease(&track, Qt::LeftButton, {}, to);
  }
};

// Does something with the dialog that the next call opens.
template <class Then>
void inDialog(Then then) {
  QTimer::singleShot(0, qApp, [then] {
    auto* dialog = qobject_cast<ActionDialog*>(QApplication::activeModalWidget());
    QVERIFY(dialog != nullptr);
    then(*dialog);
    if (dialog->isVisible()) dialog->reject();
  });
}

}  // namespace

class TimelineTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { Theme::instance().install(*qApp); }

  void theModelSaysWhatHappens() {
    Stage s;
    QAbstractItemModelTester tester(&s.model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    using Meaning = TimelineModel::Meaning;
    QCOMPARE(s.model.rowCount(), 4);
    const auto& entries = s.model.entries();
    QCOMPARE(entries[0].meaning, Meaning::Breaks);
    QCOMPARE(entries[0].until, std::optional(seconds(30)));
    // A fault without an end lasts until something mends its target.
    QCOMPARE(entries[1].until, std::optional(seconds(60)));
    QCOMPARE(entries[2].meaning, Meaning::Mends);
    QCOMPARE(entries[3].meaning, Meaning::Remarks);
    QCOMPARE(entries[3].text, QStringLiteral("all is well"));
    QCOMPARE(s.model.previous(seconds(50)), std::optional(seconds(20)));
    QCOMPARE(s.model.next(seconds(50)), std::optional(seconds(60)));
    QVERIFY(!s.model.next(seconds(80)));
    s.document.apply("remove", edits::removeActions({2}));
    QCOMPARE(s.model.rowCount(), 3);
    QCOMPARE(s.model.entries()[1].until, std::optional(kNever));
    QVERIFY(s.finishes());
    QVERIFY(s.model.rowCount() > 3);  // alerts
    s.document.undoStack()->undo();
    s.document.reset();
    QCOMPARE(s.model.rowCount(), 0);
  }

  void stepsOfTheLessonStandOnTheTrack() {
    Stage s;
    s.document.apply("", [](Scenario& scenario) -> Diagnostics {
      LessonStep first, second, third;
      first.title = "Look around";
      second.at = seconds(15);
      second.title = "What will break?";
      third.title = "It follows the one before";
      scenario.lesson = {first, second, third};
      return {};
    });
    QCOMPARE(s.model.rowCount(), 5);
    const TimelineModel::Entry& step = s.model.entries()[0];
    QCOMPARE(step.source, TimelineModel::Source::Lesson);
    QCOMPARE(step.at, seconds(15));
    QVERIFY(step.text.contains(QStringLiteral("What will break?")) && step.text.contains(QLatin1Char('2')));
    QVERIFY(s.finishes());
    const QPoint place = s.track.places().flagOf(0).center().toPoint();
    QTest::mouseClick(&s.track, Qt::LeftButton, {}, place);
    QCOMPARE(s.run.viewTime(), seconds(15));
    // It is part of the text, not of the incident: it is not dragged away.
    s.drag(place, place + QPoint(200, 0));
    QCOMPARE(s.document.scenario().lesson[1].at, std::optional(seconds(15)));
    s.document.undoStack()->undo();
    QCOMPARE(s.model.entries()[0].source, TimelineModel::Source::Planned);
  }

  void draggingAFlagMovesItByOneEntry() {
    Stage s;
    const QPoint from = s.flag(0);
    s.drag(from,
           from + QPoint(static_cast<int>(s.track.places().xOf(seconds(45)) - s.track.places().xOf(seconds(20))), 0));
    QCOMPARE(s.actions()[0].verb, std::string("crash"));
    QCOMPARE(s.actions()[0].at, seconds(45));
    QCOMPARE(s.document.undoStack()->count(), 1);
    s.document.undoStack()->undo();
    QCOMPARE(s.actions()[0].at, seconds(20));
    // Past another action: the timeline stays in order.
    s.drag(
        s.flag(0),
        s.flag(0) + QPoint(static_cast<int>(s.track.places().xOf(seconds(70)) - s.track.places().xOf(seconds(20))), 0));
    QCOMPARE(s.actions()[2].verb, std::string("crash"));
    // Beyond the end.
    s.drag(s.flag(2), QPoint(s.track.width() + 500, 10));
    QCOMPARE(s.actions()[3].at, seconds(100));
  }

  void aClickIsNoMove() {
    Stage s;
    QVERIFY(s.finishes());
    QTest::mouseClick(&s.track, Qt::LeftButton, {}, s.flag(1));
    QCOMPARE(s.document.undoStack()->count(), 0);
    QCOMPARE(s.run.viewTime(), seconds(50));
    QCOMPARE(s.track.selectedAction(), 1);
    QTest::keyClick(&s.track, Qt::Key_Delete);
    QCOMPARE(s.actions().size(), std::size_t{3});
  }

  void thePlayheadScrubs() {
    Stage s;
    QVERIFY(s.finishes());
    QVERIFY(s.run.isLive());
    s.drag(s.ruler(seconds(90)), s.ruler(seconds(42)));
    QVERIFY(!s.run.isLive());
    QVERIFY(std::abs(s.run.viewTime().seconds() - 42) < 0.2);
    QVERIFY(s.run.shown().frame.at <= seconds(43));
    auto* live = s.panel.findChild<QPushButton*>(QStringLiteral("live"));
    QVERIFY(live->isEnabled());
    QTest::mouseClick(live, Qt::LeftButton);
    QVERIFY(s.run.isLive());
    QVERIFY(!live->isEnabled());
  }

  void keysGoThroughTheIncident() {
    Stage s;
    QVERIFY(s.finishes());
    // Alerts are incidents too; here only the actions count.
    std::vector<SimTime> stops;
    for (const auto& entry : s.model.entries())
      if (stops.empty() || stops.back() != entry.at) stops.push_back(entry.at);
    QTest::keyClick(&s.track, Qt::Key_Home);
    QCOMPARE(s.run.viewTime(), SimTime{});
    for (const SimTime stop : stops) {
      QTest::keyClick(&s.track, Qt::Key_Right, Qt::ControlModifier);
      QCOMPARE(s.run.viewTime(), stop);
    }
    QTest::keyClick(&s.track, Qt::Key_Right, Qt::ControlModifier);
    QVERIFY(s.run.isLive());
    QTest::keyClick(&s.track, Qt::Key_Left, Qt::ControlModifier);
    QCOMPARE(s.run.viewTime(), stops.back());
    QTest::keyClick(&s.track, Qt::Key_Left);
    QVERIFY(s.run.viewTime() < stops.back());
    QTest::keyClick(&s.track, Qt::Key_End);
    QVERIFY(s.run.isLive());
  }

  void aDoubleClickAdds() {
    Stage s;
    inDialog([](ActionDialog& dialog) {
      QCOMPARE(dialog.findChild<QLineEdit*>("at")->text(), QStringLiteral("70s"));
      dialog.findChild<QComboBox*>("verb")->setCurrentText(QStringLiteral("slow"));
      dialog.findChild<QComboBox*>("target")->setCurrentText(QStringLiteral("db"));
      // Required: what validation says stands in the dialog.
      dialog.accept();
      QVERIFY(dialog.isVisible());
      QVERIFY(!dialog.findChild<QLabel*>("problem")->text().isEmpty());
      dialog.findChild<QLineEdit*>("factor")->setText(QStringLiteral("4"));
      dialog.findChild<QLineEdit*>("for")->setText(QStringLiteral("5s"));
      dialog.accept();
    });
    QTest::mouseDClick(&s.track, Qt::LeftButton, {}, s.ruler(seconds(70)));
    QCOMPARE(s.actions().size(), std::size_t{5});
    const Action& added = s.actions()[3];
    QCOMPARE(added.verb, std::string("slow"));
    QCOMPARE(added.at, seconds(70));
    QCOMPARE(*added.args.find("factor")->as<double>(), 4.0);
    QCOMPARE(*added.args.find("for")->as<Duration>(), seconds(5));
    QCOMPARE(s.document.undoStack()->count(), 1);
  }

  void aDoubleClickOnAFlagEdits() {
    Stage s;
    inDialog([](ActionDialog& dialog) {
      QCOMPARE(dialog.findChild<QComboBox*>("verb")->currentText(), QStringLiteral("crash"));
      QCOMPARE(dialog.findChild<QComboBox*>("target")->currentText(), QStringLiteral("db"));
      QCOMPARE(dialog.findChild<QLineEdit*>("for")->text(), QStringLiteral("10s"));
      dialog.findChild<QLineEdit*>("for")->setText(QStringLiteral("15s"));
      dialog.accept();
    });
    QTest::mouseDClick(&s.track, Qt::LeftButton, {}, s.flag(0));
    QCOMPARE(*s.actions()[0].args.find("for")->as<Duration>(), seconds(15));
    QCOMPARE(s.actions().size(), std::size_t{4});
  }

  void parametersAndVerbsOfKindsCanBeChosen() {
    Stage s;
    const auto targets = targetsOf(s.document.scenario(), "set");
    const auto has = [&](const char* name) { return std::find(targets.begin(), targets.end(), name) != targets.end(); };
    QVERIFY(has("users.rate") && has("db.queries.read.rows") && has("users -> app.timeout"));
    QVERIFY(!has("users.seed"));
    QCOMPARE(targetsOf(s.document.scenario(), "drop_index"), std::vector<std::string>{"db"});
    QVERIFY(targetsOf(s.document.scenario(), "purge").empty());
    inDialog([](ActionDialog& dialog) {
      QVERIFY(dialog.findChild<QComboBox*>("verb")->findText(QStringLiteral("purge")) < 0);
      dialog.findChild<QComboBox*>("verb")->setCurrentText(QStringLiteral("set"));
      dialog.findChild<QComboBox*>("target")->setCurrentText(QStringLiteral("users.rate"));
      dialog.findChild<QLineEdit*>("to")->setText(QStringLiteral("1k/s"));
      dialog.accept();
    });
    s.panel.addAction(seconds(10));
    QCOMPARE(s.actions()[0].target, std::string("users.rate"));
    QCOMPARE(*s.actions()[0].args.find("to")->as<double>(), 1000.0);
  }

  void whatIsDoneLiveIsShownOnce() {
    Stage s;
    s.run.runUntil(seconds(10));
    QVERIFY(QTest::qWaitFor([&] { return s.run.now() == seconds(10); }, kPatienceMs));
    s.run.post({{}, "crash", "app[1]", {}});
    QVERIFY(QTest::qWaitFor([&] { return s.run.liveActions().size() == 1; }, kPatienceMs));
    const auto live = std::count_if(s.model.entries().begin(), s.model.entries().end(),
                                    [](const auto& e) { return e.source == TimelineModel::Source::Live; });
    QCOMPARE(live, 1);
    for (const auto& entry : s.model.entries())
      if (entry.source == TimelineModel::Source::Live) QVERIFY(std::abs((entry.at - seconds(10)).seconds()) < 1e-6);
    // One that was added to the scenario ahead of the clock is planned, not live.
    s.document.apply("add", edits::addAction({seconds(15), "crash", "db", {}}));
    s.run.runUntil(seconds(18));
    QVERIFY(QTest::qWaitFor([&] { return s.run.now() == seconds(18); }, kPatienceMs));
    const auto at15 = std::count_if(s.model.entries().begin(), s.model.entries().end(),
                                    [](const auto& e) { return e.at == seconds(15); });
    QCOMPARE(at15, 1);
  }

  void alertsStandOnTheTrack() {
    Stage s;
    QVERIFY(s.finishes());
    QVERIFY(!s.panel.alerts().empty());
    QCOMPARE(s.panel.alerts()[0].column, std::string("users.failed"));
    QVERIFY(s.panel.alerts()[0].at > seconds(20) && s.panel.alerts()[0].at < seconds(30));
    QVERIFY(wordsOf(s.panel.alerts()[0]).contains(QStringLiteral("users")));
    for (std::size_t i = 0; i < s.model.entries().size(); ++i) {
      if (s.model.entries()[i].source != TimelineModel::Source::Alert) continue;
      QTest::mouseClick(&s.track, Qt::LeftButton, {}, s.track.places().alertOf(i).center().toPoint());
      QCOMPARE(s.run.viewTime(), s.model.entries()[i].at);
      break;
    }
    s.run.reset();
    QVERIFY(s.panel.alerts().empty());
    QCOMPARE(s.model.rowCount(), 4);
  }

  void aDoubleClickOnAnAlertLeadsToItsRule() {
    Stage s;
    s.document.apply("", [](Scenario& scenario) -> Diagnostics {
      scenario.alerts = std::vector<AlertSpec>{{"users.failed > 1000000/s"}, {"users.offered > 1/s", seconds(5)}};
      return {};
    });
    QVERIFY(s.finishes());
    QCOMPARE(s.panel.alerts().size(), std::size_t{1});
    QSignalSpy asked(&s.panel, &TimelinePanel::rulesWanted);
    for (std::size_t i = 0; i < s.model.entries().size(); ++i)
      if (s.model.entries()[i].source == TimelineModel::Source::Alert)
        QTest::mouseDClick(&s.track, Qt::LeftButton, {}, s.track.places().alertOf(i).center().toPoint());
    QCOMPARE(asked.size(), 1);
    QCOMPARE(asked[0][0].toInt(), 1);
  }

  void alertRulesAreThoseOfTheScenario() {
    Stage s;
    QVERIFY(s.finishes());
    const std::size_t byDefault = s.panel.alerts().size();
    QVERIFY(byDefault > 0);
    s.document.apply("", [](Scenario& scenario) -> Diagnostics {
      scenario.alerts = std::vector<AlertSpec>{{"users.offered > 1/s", seconds(5)}};
      return {};
    });
    QCOMPARE(s.panel.alerts().size(), std::size_t{1});
    QCOMPARE(s.panel.alerts()[0].column, std::string("users.offered"));
    const auto shown = std::count_if(s.model.entries().begin(), s.model.entries().end(),
                                     [](const auto& e) { return e.source == TimelineModel::Source::Alert; });
    QCOMPARE(shown, 1);
    s.document.undoStack()->undo();
    QCOMPARE(s.panel.alerts().size(), byDefault);
  }

  // Few stages within seconds stand side by side around their times; a dozen would stand far from them, and is one
  // mark.
  void stagesThatBeganTogetherStandWhereTheyBegan_data() {
    QTest::addColumn<int>("stages");
    QTest::addColumn<int>("marks");
    QTest::newRow("two") << 2 << 2;
    QTest::newRow("three") << 3 << 3;
    QTest::newRow("a dozen") << 12 << 1;
  }
  void stagesThatBeganTogetherStandWhereTheyBegan() {
    QFETCH(const int, stages);
    QFETCH(const int, marks);
    Stage s;
    std::vector<std::pair<SimTime, QString>> onsets;
    for (int i = 0; i < stages; ++i) onsets.emplace_back(seconds(10) + milliseconds(100 * i), QStringLiteral("stage"));
    s.model.setOnsets(onsets);
    const auto& shown = s.track.places().onsets();
    QCOMPARE(static_cast<int>(shown.size()), marks);
    double middle = 0;
    for (std::size_t i = 0; i < shown.size(); ++i) {
      middle += shown[i].rect.center().x() / marks;
      for (std::size_t k = 0; k < i; ++k) QVERIFY(!shown[i].rect.intersects(shown[k].rect));
    }
    QVERIFY(std::abs(middle - s.track.places().xOf(seconds(10) + milliseconds(50 * (stages - 1)))) < 2);
    std::size_t told = 0;
    for (const auto& mark : shown) told += mark.entries.size();
    QCOMPARE(static_cast<int>(told), stages);
    if (marks == 1) QCOMPARE(s.track.places().onsetText(shown[0]), QStringLiteral("1\u201312"));
  }

  // Many stages over a minute are not one mark: they would stand far from where they began.
  void manyStagesAreMarkedWhereTheyBegan() {
    Stage s;
    std::vector<std::pair<SimTime, QString>> onsets;
    const auto& places = s.track.places();
    const Duration step = durationFromSeconds(places.secondsPerPixel() * 10);
    for (int i = 0; i < 12; ++i) onsets.emplace_back(seconds(10) + step * i, QStringLiteral("stage"));
    s.model.setOnsets(onsets);
    QVERIFY(places.onsets().size() > 2 && places.onsets().size() < 12);
    for (std::size_t i = 0; i < places.onsets().size(); ++i) {
      const auto& mark = places.onsets()[i];
      QVERIFY(std::abs(mark.rect.center().x() - mark.pole) < 40);
      QVERIFY(i == 0 || mark.rect.left() > places.onsets()[i - 1].rect.right());
    }
  }

  // What began together is told by cause, a sample before or after: the numbers are in order all the same.
  void numbersOfStagesAreReadFromLeftToRight() {
    Stage s;
    s.model.setOnsets({{milliseconds(10'000), "a"}, {milliseconds(10'500), "b"}, {milliseconds(10'000), "c"}});
    std::map<double, int> stages;
    for (std::size_t i = 0; i < s.model.entries().size(); ++i)
      if (const QRectF place = s.track.places().onsetOf(i); !place.isEmpty())
        stages[place.left()] = s.model.entries()[i].stage;
    std::vector<int> inOrder;
    for (const auto& [left, stage] : stages) inOrder.push_back(stage);
    QCOMPARE(inOrder, (std::vector<int>{0, 1, 2}));
  }

  void themesAreDrawnInBothColours() {
    Stage s;
    QVERIFY(s.finishes());
    Theme::instance().setMode(Theme::Mode::Dark);
    const QImage dark = s.panel.grab().toImage();
    Theme::instance().setMode(Theme::Mode::Light);
    QVERIFY(s.panel.grab().toImage() != dark);
    Theme::instance().setMode(Theme::Mode::System);
  }
};

QTEST_MAIN(TimelineTest)
#include "timeline_test.moc"

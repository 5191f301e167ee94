#include <QSignalSpy>
#include <QtTest>

#include "engine/simulation.h"
#include "gui/document/document.h"
#include "gui/run/health.h"
#include "gui/run/run_bridge.h"
#include "io/yaml_reader.h"

using namespace faultline;

namespace {

constexpr const char* kShop = R"(
faultline: 1
name: shop
duration: 60s
seed: 3
nodes:
  users: {kind: client, rate: 400/s}
  app: {kind: service, workers: 8, work: exponential(10ms)}
  db: {kind: database, cores: 4, queries: {read: {rows: 1k, indexed: exponential(2ms)}}}
edges:
  - users -> app: {latency: 1ms, timeout: 500ms}
  - app -> db: {query: read}
timeline:
  - {at: 20s, crash: db, for: 10s}
)";

constexpr int kPatienceMs = 20'000;

Scenario shop() { return readScenarioText(kShop, "shop.yaml").value; }

struct Studio {
  Document document;
  RunBridge run{document};
  Studio() { document.reset(shop()); }
  bool reaches(RunState state) {
    return QTest::qWaitFor([&] { return run.state() == state; }, kPatienceMs);
  }
  bool standsAt(SimTime time) {
    run.runUntil(time);
    return QTest::qWaitFor([&] { return run.state() == RunState::Paused && run.now() == time; }, kPatienceMs);
  }
};

std::uint64_t fingerprintOf(const Scenario& scenario) {
  Simulation simulation(scenario);
  simulation.runToEnd();
  return simulation.fingerprint();
}

}  // namespace

class RunBridgeTest : public QObject {
  Q_OBJECT

 private slots:
  void playingShowsFramesAndEnds() {
    Studio s;
    QSignalSpy frames(&s.run, &RunBridge::frameShown), finished(&s.run, &RunBridge::finished);
    s.run.setSpeed(kMaxSpeed);
    s.run.play();
    QVERIFY(s.reaches(RunState::Finished));
    QVERIFY(frames.count() > 0);
    QCOMPARE(finished.count(), 1);
    QCOMPARE(s.run.update().fingerprint, fingerprintOf(shop()));
    QCOMPARE(s.run.shown().series.times.size(), std::size_t{60});
    QCOMPARE(s.run.shown().row, 59);
    QVERIFY(s.run.update().summary != nullptr);
    QVERIFY(s.run.column("app.ok") >= 0);
    QCOMPARE(s.run.column("app.nothing"), -1);
  }

  void aPastInstantIsShownWhole() {
    Studio s;
    QVERIFY(s.standsAt(seconds(50)));
    s.run.viewAt(milliseconds(25'400));
    QVERIFY(!s.run.isLive());
    QCOMPARE(s.run.viewTime().ns, milliseconds(25'400).ns);
    const Shown past = s.run.shown();
    QCOMPARE(past.frame.nodes[2].down, 1u);
    QVERIFY(past.frame.at <= past.at && past.at - past.frame.at < milliseconds(100));
    QCOMPARE(past.series.times[static_cast<std::size_t>(past.row)].ns, seconds(26).ns);  // the second that it is in
    QCOMPARE(NodeFigures(s.run, "db").health(past), Health::Failing);
    s.run.viewLive();
    QCOMPARE(s.run.shown().frame.nodes[2].down, 0u);
    QCOMPARE(s.run.now().ns, seconds(50).ns);
  }

  void failuresHaveAPlaceAndAName() {
    Studio s;
    QVERIFY(s.standsAt(seconds(25)));
    const NodeFigures::Failure failure = NodeFigures(s.run, "db").worstFailure(s.run.shown());
    QCOMPARE(std::string(failure.reason ? failure.reason : ""), std::string("connection_refused"));
    QVERIFY(failure.perSecond > 100);
    QVERIFY(NodeFigures(s.run, "users").health(s.run.shown()) == Health::Failing);
    QVERIFY(EdgeFigures(s.run, "app -> db").failedShare(s.run.shown()) > 0.9);
    QCOMPARE(NodeFigures(s.run, "nobody").health(s.run.shown()), Health::Idle);
  }

  // Each edit of a run under way is an action; the scenario with them replays to the bit.
  void editsOfALiveRunReplay() {
    Studio s;
    QVERIFY(s.standsAt(milliseconds(10'500)));
    s.document.apply("Workers", edits::setParam({"app"}, "workers", Value(2)));
    s.document.apply("Timeout", edits::setEdgePolicy({"users -> app"}, "timeout", Value(milliseconds(200))));
    Action slow{seconds(40), "slow", "app", {}};
    slow.args.set("factor", 2.0);
    s.document.apply("Add", edits::addAction(slow));
    s.run.post({{}, "crash", "app", {}});
    QVERIFY(QTest::qWaitFor([&] { return s.run.liveActions().size() == 4; }, kPatienceMs));
    QVERIFY(!s.run.isStale());
    s.run.post({{}, "restart", "app", {}});
    s.document.undoStack()->undo();  // the action at 40 s is taken back: this run will do it all the same
    QVERIFY(s.run.isStale());
    s.run.setSpeed(kMaxSpeed);
    s.run.play();
    QVERIFY(s.reaches(RunState::Finished));
    QCOMPARE(s.run.liveActions().size(), std::size_t{5});
    QVERIFY(s.run.update().fingerprint != fingerprintOf(shop()));
    QCOMPARE(fingerprintOf(withActions(s.run.runScenario(), s.run.liveActions())), s.run.update().fingerprint);
  }

  void whatWasDoneLiveIsKeptInTheScenario() {
    Studio s;
    QVERIFY(s.standsAt(milliseconds(10'500)));
    const Scenario before = s.document.scenario();
    QVERIFY(!s.run.canKeepLiveActions());
    s.document.apply("Workers", edits::setParam({"app"}, "workers", Value(2)));
    s.run.post({{}, "crash", "app", {}});
    QVERIFY(QTest::qWaitFor([&] { return s.run.liveActions().size() == 2; }, kPatienceMs));
    s.document.apply("Move", edits::move({{"app", {5, 5}}}));
    s.document.apply("Note", edits::addAction({seconds(11), "note", "seen", {}}));
    s.run.setSpeed(kMaxSpeed);
    s.run.play();
    QVERIFY(s.reaches(RunState::Finished));
    const int entries = s.document.undoStack()->count();
    const Scenario edited = s.document.scenario();
    s.run.keepLiveActions();
    QCOMPARE(s.document.undoStack()->count(), entries + 1);
    QVERIFY(!s.run.isStale());
    // It begins as the run did; the changes come when they came; what is drawn and remarked stays.
    const Scenario& kept = s.document.scenario();
    QVERIFY(kept.nodes == before.nodes);
    QCOMPARE(kept.timeline.size(), before.timeline.size() + 3);
    QVERIFY(kept.layout == edited.layout);
    // A remark is an event of its own, which this run has not had.
    Scenario silent = kept;
    std::erase_if(silent.timeline, [](const Action& action) { return action.target == "seen"; });
    QCOMPARE(fingerprintOf(silent), s.run.update().fingerprint);
    s.run.keepLiveActions();
    QCOMPARE(s.document.undoStack()->count(), entries + 1);
    s.document.undoStack()->undo();
    QVERIFY(s.document.scenario() == edited);
  }

  void whatARunCannotTakeOverMakesItStale() {
    Studio s;
    QVERIFY(s.standsAt(seconds(12)));
    s.document.apply("Move", edits::move({{"app", {5, 5}}}));
    QVERIFY(!s.run.isStale());
    s.document.apply("Add", edits::addNode({"app2", "service", {}, {}}, {}));
    s.document.apply("Connect", edits::connect("app2", "db"));
    s.document.apply("Connect", edits::connect("users", "app2"));
    QVERIFY(s.run.isStale());
    QCOMPARE(s.run.runScenario().nodes.size(), std::size_t{3});
    s.run.post({{}, "crash", "app", {}});
    QVERIFY(QTest::qWaitFor([&] { return s.run.liveActions().size() == 1; }, kPatienceMs));
    s.run.rerunToHere();
    QVERIFY(!s.run.isStale());
    QCOMPARE(s.run.runScenario().nodes.size(), std::size_t{4});
    QVERIFY(
        QTest::qWaitFor([&] { return s.run.state() == RunState::Paused && s.run.now() > seconds(12); }, kPatienceMs));
    QCOMPARE(s.run.shown().frame.nodes[1].down, 1u);  // what was done live is done again
    s.run.reset();
    QCOMPARE(s.run.now().ns, 0);
    QVERIFY(!s.run.hasRun());
  }

  void anotherScenarioEndsTheRun() {
    Studio s;
    QVERIFY(s.standsAt(seconds(5)));
    s.document.reset();
    QVERIFY(!s.run.hasRun());
    QVERIFY(s.run.shown().series.times.empty());
    s.run.play();  // nothing to run: nothing happens
    QVERIFY(!s.run.hasRun());
    s.document.reset(shop());
    QVERIFY(s.standsAt(seconds(3)));
    QCOMPARE(s.run.shown().series.times.size(), std::size_t{3});
  }
};

QTEST_GUILESS_MAIN(RunBridgeTest)
#include "run_bridge_test.moc"

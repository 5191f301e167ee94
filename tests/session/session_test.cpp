#include <QtTest>

#include <cstring>

#include "engine/simulation.h"
#include "io/yaml_reader.h"
#include "session/session.h"

using namespace faultline;

namespace {

constexpr const char* kShop = R"(
faultline: 1
name: shop
duration: 60s
warmup: 5s
seed: 3
nodes:
  users: {kind: client, rate: 400/s}
  app: {kind: service, workers: 8, work: exponential(10ms)}
  db: {kind: database, cores: 4, queries: {read: {rows: 1k, indexed: exponential(2ms)}}}
edges:
  - users -> app: {latency: 1ms, timeout: 500ms}
  - app -> db: {query: read}
timeline:
  - {at: 20s, slow: db, factor: 20, for: 10s}
)";

Scenario shop() { return readScenarioText(kShop, "shop.yaml").value; }

// A session and everything that was taken from it.
struct Watched {
  Session session;
  SessionUpdate update;
  Series series;
  std::vector<Action> actions;

  explicit Watched(std::size_t historyBytes = Session::kHistoryBytes) : session(historyBytes) {}

  bool pull() {
    if (!session.take(update)) return false;
    if (update.columns) addColumns(series, *update.columns);
    if (!update.rows.times.empty()) update.rows.appendTo(series);
    actions.insert(actions.end(), update.actions.begin(), update.actions.end());
    return true;
  }
  template <class Condition>
  bool waitFor(Condition&& condition) {
    return QTest::qWaitFor([&] { return pull() && condition(); }, 20'000);
  }
  bool reaches(RunState state) {
    return waitFor([&] { return update.state == state; });
  }
  bool standsAt(SimTime time) {
    return waitFor([&] { return update.state == RunState::Paused && update.now == time; });
  }
};

Action act(const char* verb, const char* target, const char* field = nullptr, Value value = {}) {
  Action action{{}, verb, target, {}};
  if (field) action.args.set(field, std::move(value));
  return action;
}

// Unknown values compare, too.
bool isSame(const Series& a, const Series& b) {
  if (a.times != b.times || a.columns.size() != b.columns.size()) return false;
  for (std::size_t c = 0; c < a.columns.size(); ++c) {
    const std::vector<double>&x = a.columns[c].values, &y = b.columns[c].values;
    if (a.columns[c].name != b.columns[c].name || x.size() != y.size()) return false;
    if (std::memcmp(x.data(), y.data(), x.size() * sizeof(double)) != 0) return false;
  }
  return true;
}

bool same(const Frame& a, const Frame& b) { return packFrame(a) == packFrame(b); }

}  // namespace

class SessionTest : public QObject {
  Q_OBJECT

 private slots:
  void aSessionRunsLikeAPlainRun() {
    Simulation plain(shop());
    plain.runToEnd();
    Watched watched;
    watched.session.setSpeed(kMaxSpeed);
    watched.session.start(shop());
    watched.session.play();
    QVERIFY(watched.reaches(RunState::Finished));
    QCOMPARE(watched.update.fingerprint, plain.fingerprint());
    QCOMPARE(watched.update.events, plain.events());
    QCOMPARE(watched.update.now.ns, seconds(60).ns);
    QVERIFY(watched.update.summary != nullptr);
    QCOMPARE(watched.update.summary->requests.offered, plain.summary().requests.offered);
    // Every row arrives once, in order.
    QVERIFY(isSame(watched.series, plain.series()));
  }

  // What happens for the first time in the middle of a run brings a column along, for the rows that were taken before
  // and for those that wait to be taken.
  void columnsThatComeLaterAreComplete() {
    Scenario scenario = shop();
    scenario.timeline.push_back(act("crash", "app"));
    scenario.timeline.back().at = seconds(20);
    Simulation plain(scenario);
    const std::size_t atFirst = plain.series().columns.size();
    plain.runToEnd();
    QVERIFY(plain.series().columns.size() > atFirst);
    for (const int waitMs : {0, 200}) {
      Watched watched;
      watched.session.setSpeed(kMaxSpeed);
      watched.session.start(scenario);
      if (waitMs == 0) {
        watched.session.runUntil(seconds(10));
        QVERIFY(watched.standsAt(seconds(10)));
        QCOMPARE(watched.series.columns.size(), atFirst);
      }
      watched.session.play();
      QTest::qWait(waitMs);
      QVERIFY(watched.reaches(RunState::Finished));
      QVERIFY(isSame(watched.series, plain.series()));
    }
  }

  void pausingStopsTheClock() {
    Watched watched;
    watched.session.start(shop());
    watched.session.setSpeed(5);
    watched.session.play();
    QVERIFY(watched.waitFor([&] { return watched.update.now > milliseconds(100); }));
    watched.session.pause();
    QVERIFY(watched.reaches(RunState::Paused));
    const SimTime stood = watched.update.now;
    for (int i = 0; i < 5; ++i) {
      QTest::qWait(5);
      watched.pull();
    }
    QCOMPARE(watched.update.now.ns, stood.ns);
    QCOMPARE(watched.update.achievedSpeed, 0.0);
    watched.session.setSpeed(kMaxSpeed);
    watched.session.play();
    QVERIFY(watched.reaches(RunState::Finished));
  }

  // The clock never runs ahead of what the real time and the factor allow.
  void slowMotionIsSlow() {
    Watched watched;
    QElapsedTimer timer;
    timer.start();
    watched.session.start(shop());
    watched.session.setSpeed(0.01);
    watched.session.play();
    QVERIFY(watched.waitFor([&] { return watched.update.now > milliseconds(1); }));
    QVERIFY(static_cast<double>(watched.update.now.ns) <= 0.01 * static_cast<double>(timer.nsecsElapsed()));
    QVERIFY(watched.update.achievedSpeed < 0.02);
  }

  void aRunStopsAtTheTimeAskedFor() {
    Watched watched;
    watched.session.start(shop());
    watched.session.runUntil(milliseconds(12'345));
    QVERIFY(watched.standsAt(milliseconds(12'345)));
  }

  // Once, at whatever speed; a run that was told to go further goes further.
  void playingStopsWhereItIsTold() {
    Watched watched;
    watched.session.start(shop());
    watched.session.setSpeed(kMaxSpeed);
    watched.session.stopAt(milliseconds(3'210));
    watched.session.play();
    QVERIFY(watched.standsAt(milliseconds(3'210)));
    QVERIFY(watched.update.isAtStop);
    watched.session.stopAt(milliseconds(5'000));
    watched.session.runUntil(milliseconds(6'000));
    QVERIFY(watched.standsAt(milliseconds(6'000)));
    QVERIFY(!watched.update.isAtStop);
    watched.session.play();
    QVERIFY(watched.reaches(RunState::Finished));
  }

  void steppingIsOneEventAtATime() {
    Simulation plain(shop());
    Watched watched;
    watched.session.start(shop());
    for (std::uint64_t i = 1; i <= 40; ++i) {
      plain.step();
      QCOMPARE(plain.events(), i);
      watched.session.stepEvent();
    }
    QVERIFY(watched.waitFor([&] { return watched.update.events == 40; }));
    QCOMPARE(watched.update.fingerprint, plain.fingerprint());
    QCOMPARE(watched.update.now.ns, plain.now().ns);
  }

  // Steps and advances in any mixture are the same run.
  void stepsLeadToTheSameEnd() {
    Scenario scenario = shop();
    scenario.duration = seconds(25);  // the fault at 20 s is passed by steps
    Simulation plain(scenario), stepped(scenario);
    plain.runToEnd();
    stepped.advanceTo(seconds(3));
    for (int i = 0; i < 1'000; ++i) stepped.step();
    stepped.advanceTo(milliseconds(19'900));
    while (stepped.step() == Simulation::Status::Running) {
    }
    QCOMPARE(stepped.fingerprint(), plain.fingerprint());
    QCOMPARE(stepped.events(), plain.events());
    QCOMPARE(stepped.series().times.size(), plain.series().times.size());
    QCOMPARE(stepped.summary().requests.offered, plain.summary().requests.offered);
  }

  void stepAtNodeGoesOnUntilSomethingHappensThere() {
    Watched watched;
    watched.session.start(shop());
    watched.session.stepAtNode("db");
    QVERIFY(watched.waitFor([&] { return watched.update.state == RunState::Paused && watched.update.events > 0; }));
    QVERIFY(watched.update.events > 1);  // the user's request had to come through the app first
    QCOMPARE(watched.update.frame.nodes[2].arrivals, std::uint64_t{1});
  }

  void liveActionsReplayToTheBit() {
    Watched watched;
    watched.session.start(shop());
    watched.session.setSpeed(kMaxSpeed);
    watched.session.runUntil(milliseconds(7'001));
    QVERIFY(watched.standsAt(milliseconds(7'001)));
    watched.session.post(act("crash", "db"));
    watched.session.runUntil(milliseconds(9'500));
    watched.session.post(act("restart", "db"));  // while it runs: at whatever time it is
    watched.session.post({milliseconds(15'000), "slow", "app", act("", "", "factor", 3.0).args});  // in the future
    watched.session.stepEvent();
    watched.session.post(act("set", "app.workers", "to", Value(std::int64_t{4})));
    watched.session.play();
    QVERIFY(watched.reaches(RunState::Finished));
    QCOMPARE(watched.actions.size(), std::size_t{4});
    QCOMPARE(watched.actions[0].at.ns, milliseconds(7'001).ns + 1);

    Simulation untouched(shop());
    untouched.runToEnd();
    QVERIFY(untouched.fingerprint() != watched.update.fingerprint);
    Simulation again(withActions(shop(), watched.actions));
    again.runToEnd();
    QCOMPARE(again.fingerprint(), watched.update.fingerprint);
    QCOMPARE(again.events(), watched.update.events);
  }

  // A pause in the middle of an instant, and a change whose instant is taken by the timeline.
  void aChangeAtATakenInstantReplays() {
    Scenario scenario = shop();
    Simulation live(scenario);
    live.advanceTo(seconds(20) - nanoseconds(1));
    const SimTime at = live.schedule(act("crash", "app"));
    QCOMPARE(at.ns, seconds(20).ns + 1);  // at 20 s the timeline slows the database down
    for (int i = 0; i < 5; ++i) live.step();
    const SimTime second = live.schedule(act("restart", "app"));
    live.runToEnd();
    Action crash = act("crash", "app"), restart = act("restart", "app");
    crash.at = at;
    restart.at = second;
    Simulation again(withActions(scenario, {crash, restart}));
    again.runToEnd();
    QCOMPARE(again.fingerprint(), live.fingerprint());
  }

  void aChangeShowsWhileTheClockStands() {
    Watched watched;
    watched.session.start(shop());
    watched.session.runUntil(seconds(6));
    QVERIFY(watched.standsAt(seconds(6)));
    watched.session.post(act("crash", "db"));
    QVERIFY(watched.waitFor([&] { return watched.update.frame.nodes[2].down == 1; }));
    QCOMPARE(watched.update.now.ns, seconds(6).ns + 1);
    QCOMPARE(watched.update.state, RunState::Paused);
  }

  void pastInstantsCanBeShownAgain() {
    Watched watched;
    watched.session.start(shop());
    watched.session.setSpeed(kMaxSpeed);
    watched.session.play();
    QVERIFY(watched.reaches(RunState::Finished));
    for (const SimTime at : {seconds(0), seconds(10), milliseconds(24'980), seconds(60)}) {
      const std::optional<Frame> frame = watched.session.frameAt(at);
      QVERIFY(frame.has_value());
      QVERIFY(frame->at <= at);
      QVERIFY(at - frame->at < milliseconds(100));
      Simulation plain(shop());
      plain.advanceTo(frame->at);
      QVERIFY(same(*frame, plain.frame()));
    }
    // The database was slow then, and only then.
    QCOMPARE(watched.session.frameAt(seconds(25))->nodes[2].slowed, 1u);
    QCOMPARE(watched.session.frameAt(seconds(31))->nodes[2].slowed, 0u);
  }

  void theHistoryKeepsWithinItsBudget() {
    constexpr std::size_t kBudget = 16'000;
    Watched watched(kBudget);
    watched.session.start(shop());
    watched.session.setSpeed(kMaxSpeed);
    watched.session.play();
    QVERIFY(watched.reaches(RunState::Finished));
    QVERIFY(watched.session.frameSpacing() > milliseconds(50));
    QCOMPARE(watched.session.frameAt(seconds(0))->at.ns, 0);
    QVERIFY(seconds(60) - watched.session.frameAt(seconds(60))->at < watched.session.frameSpacing());

    History history(kBudget);
    history.clear(milliseconds(1));
    Simulation plain(shop());
    for (int i = 0; i < 1'000; ++i) {
      plain.advanceTo(milliseconds(i));
      if (plain.now() >= history.nextWanted()) history.add(plain.frame());
      QVERIFY(history.bytes() <= kBudget);
    }
    QVERIFY(history.frames() > 20);
  }

  void frameCountsFailuresByReason() {
    Watched watched;
    watched.session.start(shop());
    watched.session.runUntil(seconds(25));
    QVERIFY(watched.standsAt(seconds(25)));
    std::uint64_t timeouts = 0;
    for (const NodeFrame& node : watched.update.frame.nodes)
      for (const FailureCount& failure : node.failures)
        if (std::string_view(failure.reason) == "timeout") timeouts += failure.count;
    QVERIFY(timeouts > 100);
  }

  // A new start makes everything of the old run void, also what was not taken yet.
  void aNewStartBeginsAnew() {
    Watched watched;
    watched.session.setSpeed(kMaxSpeed);
    const std::uint64_t first = watched.session.start(shop());
    watched.session.runUntil(seconds(30));
    QTest::qWait(20);
    Scenario other = shop();
    other.seed = 4;
    const std::uint64_t second = watched.session.start(other);
    QVERIFY(second > first);
    watched.session.play();
    QVERIFY(QTest::qWaitFor(
        [&] {
          if (!watched.session.take(watched.update)) return false;
          if (watched.update.run != second) return false;
          addColumns(watched.series, *watched.update.columns);
          watched.update.rows.appendTo(watched.series);
          return watched.update.state == RunState::Finished;
        },
        20'000));
    QCOMPARE(watched.series.times.size(), std::size_t{60});
    QCOMPARE(watched.series.times.front().ns, seconds(1).ns);
    Simulation plain(other);
    plain.runToEnd();
    QCOMPARE(watched.update.fingerprint, plain.fingerprint());
    watched.session.cancel();
    QVERIFY(watched.reaches(RunState::Empty));
  }
};

QTEST_GUILESS_MAIN(SessionTest)
#include "session_test.moc"

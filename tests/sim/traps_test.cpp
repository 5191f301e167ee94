// Mistakes that simulators of this sort have made, one test each. Components have finer tests of their own; here the
// list is complete.
#include <QTest>
#include <cmath>
#include <string>

#include "io/yaml_reader.h"
#include "metrics/report.h"
#include "model/catalog.h"
#include "model/validate.h"
#include "support/run.h"

using namespace faultline;

namespace {

std::string head(const std::string& duration) { return "faultline: 1\nname: t\nduration: " + duration + "\n"; }

double metric(const Summary& s, const char* node, const char* name) { return metricOf(nodeOf(s, node), name).value; }

double share(std::uint64_t part, std::uint64_t whole) { return static_cast<double>(part) / static_cast<double>(whole); }

std::uint64_t between(Simulation& simulation, SimTime from, SimTime to) {
  simulation.advanceTo(from);
  simulation.restartMeasuring();
  simulation.advanceTo(to);
  return simulation.summary().requests.offered;
}

}  // namespace

class TrapsTest : public QObject {
  Q_OBJECT

 private slots:
  void lateAnswersAreNoSuccess() {
    const Summary s = runText(head("100s") + R"(
nodes:
  users: {kind: client, rate: 20/s, timeout: 50ms}
  app: {kind: service, workers: 100, work: 80ms}
edges: [users -> app]
)");
    QCOMPARE(s.requests.ok, 0u);
    QCOMPARE(nodeOf(s, "app").failed, 0u);  // it did its work
    QVERIFY(share(s.requests.late, s.requests.failed) > 0.99);
  }

  void aTimeoutCountsOnceAndCountsAsAnError() {
    const Summary s = runText(head("100s") + R"(
nodes:
  users: {kind: client, rate: 20/s}
  app: {kind: service, workers: 100, work: 80ms}
edges:
  - users -> app: {timeout: 50ms}
)");
    QCOMPARE(s.requests.ok + s.requests.failed + static_cast<std::uint64_t>(s.requests.inFlight), s.requests.offered);
    QCOMPARE(countOf(s.requests, "users.timeout"), s.requests.failed);
    QCOMPARE(edgeOf(s, "users", "app").timeouts, s.requests.failed);
    // The answer that comes later is no second end.
    QVERIFY(edgeOf(s, "users", "app").late + 5 >= s.requests.failed);
    QVERIFY(s.requests.failedLatency.quantile(0.5) > milliseconds(49));
  }

  void retriesAreSeenAtTheCallee() {
    const Summary s = runText(head("100s") + R"(
nodes:
  users: {kind: client, rate: 20/s, until: 95s}
  app: {kind: service, workers: 100, work: 1ms}
edges:
  - users -> app: {retry: {max: 3, base: 10ms}}
timeline:
  - {at: 0s, errors: app, ratio: 100%}
)");
    QCOMPARE(s.attempts, 4 * s.requests.offered);
    QCOMPARE(nodeOf(s, "app").arrivals, 4 * s.requests.offered);
    QCOMPARE(edgeOf(s, "users", "app").retries, 3 * s.requests.offered);
    QCOMPARE(edgeOf(s, "users", "app").calls, s.requests.offered);
  }

  void instantFailuresAreRetriedAfterABackoff() {
    const std::string text = head("10s") + R"(
nodes:
  users: {kind: client, rate: 20/s, until: 1s}
  app: {kind: service}
edges:
  - users -> app: {retry: {max: 5}}
timeline:
  - {at: 0s, crash: app}
)";
    const Summary s = runText(text);
    // 0.1 + 0.2 + 0.4 + 0.8 + 1.6 s by default.
    QVERIFY(std::abs(s.requests.failedLatency.meanNs() / 1e9 - 3.1) < 1e-6);
    // Without any backoff, retries take no time, but they end.
    const Summary none = runText(std::string(text).replace(text.find("max: 5"), 6, "max: 5, backoff: none"));
    QCOMPARE(none.attempts, 6 * none.requests.offered);
    QVERIFY(none.stopped.empty());
  }

  void aLiveChangeReArmsNoGenerator() {
    Simulation simulation(scenarioOf(head("100s") + R"(
nodes:
  users: {kind: client, rate: 51/s, arrivals: constant}
  app: {kind: service, workers: 100, work: 1ms}
edges: [users -> app]
)"));
    ValueMap same;
    same.set("to", 51.0);
    for (int i = 1; i <= 40; ++i) {
      simulation.advanceTo(milliseconds(100) * i);
      simulation.apply({{}, "set", "users.rate", same});
    }
    const std::uint64_t offered = between(simulation, seconds(10), seconds(20));
    QVERIFY2(offered >= 509 && offered <= 511, qPrintable(QString::number(offered)));
  }

  void nodesDoNotShareTheirLuck() {
    const std::string one = head("50s") + R"(
nodes:
  users: {kind: client, rate: 100/s}
  app: {kind: service, workers: 2, work: exponential(15ms)}
  more_users: {kind: client, rate: OTHER/s}
  more: {kind: service, workers: 2, work: lognormal(mean 15ms, cv 2)}
edges: [users -> app, more_users -> more]
)";
    const auto run = [&](const char* rate) { return runText(std::string(one).replace(one.find("OTHER"), 5, rate)); };
    const Summary a = run("10"), b = run("90");
    QCOMPARE(nodeOf(a, "app").arrivals, nodeOf(b, "app").arrivals);
    QCOMPARE(nodeOf(a, "app").okLatency.meanNs(), nodeOf(b, "app").okLatency.meanNs());
    QVERIFY(nodeOf(a, "more").arrivals * 5 < nodeOf(b, "more").arrivals);
  }

  void controllersKeepTheirOwnTime() {
    const Scenario scenario = scenarioOf(head("60s") + R"(
nodes:
  users: {kind: client, rate: 50/s}
  lb: {kind: load_balancer, health_check: {every: 2s, timeout: 1s, fall: 3, rise: 2}}
  app: {kind: service, instances: 3, work: 5ms}
edges: [users -> lb, lb -> app]
timeline:
  - {at: 10s, crash: "app[1]", for: 20s}
)");
    Simulation once(scenario), watched(scenario);
    once.runToEnd();
    for (SimTime at = milliseconds(16); at < scenario.duration; at += milliseconds(16)) {
      watched.advanceTo(at);
      (void)watched.frame();
    }
    watched.runToEnd();
    QCOMPARE(watched.fingerprint(), once.fingerprint());
    QCOMPARE(metric(watched.summary(), "lb", "healthy"), metric(once.summary(), "lb", "healthy"));
  }

  // Who asks for a little time gets all of it processed, and the clock never stands behind what was processed.
  void theClockDoesNotPassUnprocessedEvents() {
    class LastEvent : public Observer {
     public:
      void onAnswer(SimTime at, NodeId, CallId, const Call&) override {
        goesBack = goesBack || at < last;
        last = at;
      }
      SimTime last;
      bool goesBack = false;
    };
    Simulation simulation(scenarioOf(head("2s") + R"(
nodes:
  users: {kind: client, rate: 20k/s}
  app: {kind: service, workers: 1000, work: exponential(1ms)}
edges: [users -> app]
)"));
    LastEvent events;
    simulation.observe(&events);
    for (SimTime at = microseconds(100); at <= seconds(2); at += microseconds(100)) {
      simulation.advanceTo(at);
      QCOMPARE(simulation.now(), at);
      QVERIFY(events.last <= at);
    }
    QVERIFY(!events.goesBack);
    QVERIFY(simulation.summary().requests.ok > 39'000);
  }

  void serviceTimeIsNotFixedAtArrival() {
    const Summary s = runText(head("10s") + R"(
nodes:
  users: {kind: client, rate: 1/s, arrivals: constant, operations: 1}
  app: {kind: service, work: 2s}
edges: [users -> app]
timeline:
  - {at: 2s, slow: app, factor: 4}
)");
    // It came at 1 s, and half of the work was left when everything began to take four times as long.
    QCOMPARE(s.requests.ok, 1u);
    QVERIFY(std::abs(s.requests.okLatency.meanNs() - 5e9) < 1e6);
  }

  void aDeadTargetLooksIdleUntilHealthChecksSeeIt() {
    const std::string text = head("60s") + R"(
nodes:
  users: {kind: client, rate: 200/s}
  lb: {kind: load_balancer, algorithm: least_connections PROBES}
  app: {kind: service, instances: 4, workers: 8, work: exponential(15ms)}
edges: [users -> lb, lb -> app]
timeline:
  - {at: 10s, crash: "app[2]"}
)";
    const auto run = [&](const char* probes) {
      return runText(std::string(text).replace(text.find(" PROBES"), 7, probes));
    };
    const Summary blind = run(""), checked = run(", health_check: {every: 1s, timeout: 500ms, fall: 2, rise: 2}");
    QVERIFY(share(blind.requests.failed, blind.requests.offered) > 0.4);  // far more than its quarter of the load
    QVERIFY(share(checked.requests.failed, checked.requests.offered) < 0.05);
  }

  void hitRatiosOfTiersDoNotMultiply() {
    const Summary s = runText(R"y(
faultline: 1
name: t
duration: 400s
warmup: 100s
classes: {read: {key: "zipf(0.9, 10k)"}}
nodes:
  users: {kind: client, rate: 500/s}
  near: {kind: cache, strategy: read_through, capacity: 1000}
  far: {kind: cache, strategy: read_through, capacity: 1000}
  db: {kind: service, workers: 1000, work: 1ms}
edges: [users -> near, near -> far, far -> db]
)y");
    const double first = metric(s, "near", "hit_ratio"), second = metric(s, "far", "hit_ratio");
    QVERIFY2(first > 0.5, qPrintable(QString::number(first)));
    // The second tier holds nearly the same keys, and is asked only for what the first one does not have.
    QVERIFY2(second < first / 3, qPrintable(QString::number(second)));
    QCOMPARE(nodeOf(s, "far").arrivals,
             nodeOf(s, "near").arrivals - static_cast<std::uint64_t>(metric(s, "near", "hits")));
  }

  void poolsGetTheirConnectionsBack_data() {
    QTest::addColumn<QString>("fault");
    QTest::newRow("errors") << "{at: 5s, errors: db, ratio: 100%, for: 10s}";
    QTest::newRow("crash") << "{at: 5s, crash: db, for: 10s}";
    QTest::newRow("hang") << "{at: 5s, pause: db, for: 10s}";
    QTest::newRow("cut") << "{at: 5s, cut: \"app -> db\", for: 10s}";
    QTest::newRow("refuse") << "{at: 5s, refuse: \"app -> db\", for: 10s}";
    QTest::newRow("loss") << "{at: 5s, loss: \"app -> db\", ratio: 60%, for: 10s}";
    QTest::newRow("caller crashes") << "{at: 5s, crash: app, for: 10s}";
    QTest::newRow("caller hangs") << "{at: 5s, pause: app, for: 10s}";
  }
  void poolsGetTheirConnectionsBack() {
    QFETCH(QString, fault);
    Simulation simulation(scenarioOf(head("60s") + R"(
nodes:
  users: {kind: client, rate: 100/s, timeout: 1s, until: 50s}
  app: {kind: service, workers: 50, work: 1ms}
  db: {kind: service, workers: 50, work: exponential(5ms)}
edges:
  - users -> app
  - app -> db: {timeout: 300ms, retry: {max: 2, base: 10ms}, pool: {size: 5, max_waiting: 20, acquire_timeout: 200ms}}
timeline:
  - )" + fault.toStdString() + "\n"));
    simulation.advanceTo(seconds(30));
    simulation.restartMeasuring();
    simulation.runToEnd();
    const Summary s = simulation.summary();
    QVERIFY(s.requests.ok > 1900);
    QCOMPARE(s.requests.failed, 0u);
    QCOMPARE(simulation.frame().edges[1].inUse, 0);
    QCOMPARE(simulation.frame().edges[1].waiting, 0);
    QCOMPARE(simulation.callsInFlight(), 0u);
  }

  // Sending instead of calling succeeds at once, whatever becomes of the work; age and goodput tell.
  void aQueueDoesNotTurnDropsIntoSuccess() {
    const Summary s = runText(head("100s") + R"(
nodes:
  users: {kind: client, rate: 50/s}
  jobs: {kind: queue}
  worker: {kind: service, workers: 1, work: 40ms}
edges:
  - users -> jobs
  - jobs -> worker
)");
    QCOMPARE(s.requests.ok, s.requests.offered);
    QVERIFY(nodeOf(s, "worker").ok < s.requests.ok * 6 / 10);
    const MetricSummary& age = metricOf(nodeOf(s, "jobs"), "oldest_age");
    QVERIFY2(age.peak > 30'000, qPrintable(QString::number(age.peak)));
  }

  void absurdNumbersArePassedByNoCheck_data() {
    QTest::addColumn<QString>("client");
    for (const char* value :
         {"rate: .nan/s", "rate: .nan", "rate: .inf/s", "rate: 1e300/s", "rate: -1/s", "users: 1e30", "timeout: -1s",
          "timeout: 1e300s", "batch: 0", "users: .nan", "timeout: nan"})
      QTest::newRow(value) << value;
  }
  void absurdNumbersArePassedByNoCheck() {
    QFETCH(QString, client);
    const std::string text = head("10s") + "nodes:\n  users: {kind: client, " + client.toStdString() +
                             "}\n  app: {kind: service}\nedges: [users -> app]\n";
    QVERIFY(!problemsOf(text).empty());
    // Neither by a value that comes from somewhere else than a file.
    for (const double x : {std::nan(""), HUGE_VAL, -HUGE_VAL, -1.0, 1e300}) {
      Scenario s =
          scenarioOf(head("10s") + "nodes:\n  users: {kind: client}\n  app: {kind: service}\nedges: [users -> app]\n");
      s.nodes[0].params.set("rate", x);
      QVERIFY(hasErrors(validate(s)));
    }
  }

  // A p99 is that of the whole population, not of the last 500 values, and is unknown where it says nothing.
  void aPercentileIsOfEverythingOrUnknown() {
    const std::string text = head("200s") + R"(
nodes:
  users: {kind: client, rate: 100/s, arrivals: constant}
  app: {kind: service, workers: 1000, work: 10ms}
edges: [users -> app]
timeline:
  - {at: 100s, slow: app, factor: 100, for: 5s}
)";
    const Summary s = runText(text);
    QCOMPARE(s.requests.okLatency.count(), s.requests.ok);
    QVERIFY(s.requests.okLatency.quantile(0.99) > milliseconds(900));  // a fortieth of all, long before the end
    QVERIFY(s.requests.okLatency.quantile(0.95) < milliseconds(11));
    Simulation few(scenarioOf(head("10s") + R"(
nodes:
  users: {kind: client, rate: 9/s, arrivals: constant}
  app: {kind: service, work: 10ms}
edges: [users -> app]
)"));
    few.runToEnd();
    QVERIFY(!knownQuantileMs(few.summary().requests.okLatency, 0.99));
    QVERIFY(knownQuantileMs(few.summary().requests.okLatency, 0.9).has_value());
    for (const double p99 : few.series().find("users.p99")->values) QVERIFY(std::isnan(p99));
  }

  // After the half-open trial the window starts empty: the failures of before do not open it again.
  void aBreakerForgetsItsWindowWithEachTransition() {
    const Summary s = runText(head("60s") + R"(
nodes:
  users: {kind: client, rate: 20/s, arrivals: constant}
  guard: {kind: circuit_breaker, window: time, window_time: 30s, failure_ratio: 50%, minimum_calls: 10, open_for: 1s,
          half_open_calls: 1}
  app: {kind: service, workers: 100, work: 1ms}
edges: [users -> guard, guard -> app]
timeline:
  - {at: 5s, errors: app, ratio: 100%, for: 5s}
)");
    // It opens once and again after each failed trial; after the fault it closes, with all those failures only seconds
    // ago.
    const double opened = metric(s, "guard", "opened");
    QVERIFY2(opened <= 7, qPrintable(QString::number(opened)));
    QCOMPARE(metricOf(nodeOf(s, "guard"), "state").last, 0.0);
    QVERIFY(countOf(s.requests, "guard.circuit_open") < 20 * 8);
  }

  // The answers that come while measuring begins belong to operations that failed before it.
  void lateAnswersBelongToTheirFailures() {
    const Summary s = runText(head("20s") + R"(
warmup: 3s
nodes:
  users: {kind: client, rate: 20/s, arrivals: constant, timeout: 1s, until: 3s}
  app: {kind: service, workers: 100, work: 2500ms}
edges: [users -> app]
)");
    QCOMPARE(s.requests.offered, 0u);
    QCOMPARE(s.requests.failed, 0u);
    QCOMPARE(s.requests.late, 0u);
  }

  // An operation whose hedge was answered first is over in time, whatever becomes of the other copy.
  void theLoserOfAHedgeIsNotLate() {
    const Summary s = runText(head("1min") + R"(
nodes:
  users: {kind: client, rate: 300/s, timeout: 5s}
  app: {kind: service, instances: 4, workers: 64, work: 8ms, pause_every: exponential(12s), pause_for: 500ms}
edges:
  - users -> app: {hedge: {after: 40ms, max: 1}}
)");
    QCOMPARE(s.requests.failed, 0u);
    QCOMPARE(s.requests.late, 0u);
    QVERIFY(edgeOf(s, "users", "app").hedges > 10);
  }

  void scalersDoNotActOnADeadNode() {
    const Summary s = runText(head("10min") + R"(
nodes:
  users: {kind: client, rate: 200/s}
  app: {kind: service, instances: 4, workers: 1, work: 12ms}
  scaler: {kind: autoscaler, every: 15s, down_after: 0s, boot: 0s}
edges: [users -> app, scaler -> app]
timeline:
  - {at: 1min, crash: app, for: 8min}
)");
    // Its last reading, and the nothing that it reads since, must not send instances away.
    QCOMPARE(metric(s, "scaler", "scale_downs"), 0.0);
    QCOMPARE(nodeOf(s, "app").instances, 4u);
    QVERIFY(metric(s, "scaler", "blind") >= 30);
  }

  void utilizationIsIntegratedNotSampled() {
    Scenario scenario = scenarioOf(head("20s") + R"(
nodes:
  users: {kind: client, rate: 10/s, arrivals: constant}
  app: {kind: service, workers: 1, work: 50ms}
edges: [users -> app]
)");
    for (const Duration every : {milliseconds(100), milliseconds(500), seconds(1)}) {
      scenario.sample = every;
      Simulation simulation(scenario);
      simulation.runToEnd();
      const std::vector<double>& values = simulation.series().find("app.utilization")->values;
      for (std::size_t i = 2; i + 2 < values.size(); ++i) QVERIFY(std::abs(values[i] - 0.5) < 1e-6);
      QVERIFY(std::abs(simulation.summary().nodes[1].utilization - 0.5) < 0.01);
    }
  }
};

QTEST_APPLESS_MAIN(TrapsTest)
#include "traps_test.moc"

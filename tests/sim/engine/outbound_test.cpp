// Calls with a policy that outlives an attempt, together with what happens to the attempt on its way.
#include <QTest>

#include "support/run.h"

using namespace faultline;

class OutboundTest : public QObject {
  Q_OBJECT

 private slots:
  // A full pool answers the caller, which is still making its other calls of the same step.
  void aFullPoolRefusesOneOfParallelCalls() {
    const Summary s = runText(R"(
faultline: 1
duration: 10s
nodes:
  users: {kind: client, rate: 400/s}
  app: {kind: service, workers: 200, work: 0s}
  first: {kind: service, workers: 1, work: 10ms}
  second: {kind: service, work: 1ms}
edges:
  - users -> app
  - app -> first: {pool: {size: 1, max_waiting: 2}}
  - app -> second
)");
    QVERIFY(countOf(s.requests, "app.pool_exhausted") > 1000);
    QCOMPARE(s.requests.failed, countOf(s.requests, "app.pool_exhausted"));
    QVERIFY(s.requests.inFlight < 60);
    // Refused or not, both calls were made.
    QCOMPARE(edgeOf(s, "app", "first").calls, edgeOf(s, "app", "second").attempts);
  }

  // A router on the way gives up on its target: the attempt is answered, and its connection comes back.
  void aTimeoutBehindARouterEndsTheAttempt_data() {
    QTest::addColumn<QString>("policy");
    QTest::newRow("pool") << "pool: {size: 4}";
    QTest::newRow("retries") << "retry: {max: 1, base: 1ms}";
    QTest::newRow("single flight") << "single_flight: true, key: fixed(1)";
    QTest::newRow("cancelled") << "cancel: true, timeout: 1s";
  }
  void aTimeoutBehindARouterEndsTheAttempt() {
    QFETCH(QString, policy);
    const Summary s = runText(R"(
faultline: 1
duration: 20s
nodes:
  users: {kind: client, rate: 20/s, until: 15s}
  guard: {kind: circuit_breaker, failure_ratio: 100%, minimum_calls: 1M, window_calls: 1M}
  app: {kind: service, workers: 100, work: exponential(50ms)}
edges:
  - users -> guard: {)" + policy.toStdString() +
                              R"(}
  - guard -> app: {timeout: 60ms}
)");
    QVERIFY(countOf(s.requests, "guard.timeout") > 0);
    QVERIFY(s.requests.ok > 100);
    QCOMPARE(s.requests.inFlight, 0);
    QCOMPARE(edgeOf(s, "users", "guard").inUseMax <= 4, true);
  }

  // A user gives up, and the record of the operation becomes that of a message of the same operation: what the user had
  // asked for must not take it for the operation when it ends.
  void aRecordUsedAgainIsNotTheOperationThatEnded() {
    const Summary s = runText(R"(
faultline: 1
duration: 20s
nodes:
  users: {kind: client, rate: 100/s, timeout: 17ms, until: 15s}
  jobs: {kind: queue, prefetch: 1000, work: exponential(15ms), threads: 100}
  worker: {kind: service, workers: 1000, work: 5ms}
edges:
  - users -> jobs: {timeout: 400ms}
  - users -> worker: {timeout: 600ms}
  - jobs -> worker: {latency: exponential(10ms)}
)");
    QVERIFY(countOf(s.requests, "users.timeout") > 300);
    QCOMPARE(s.requests.ok + s.requests.failed, s.requests.offered);
    // Nobody's giving up changes what becomes of the messages.
    QCOMPARE(metricOf(nodeOf(s, "jobs"), "acked").value, static_cast<double>(s.requests.offered));
    QCOMPARE(metricOf(nodeOf(s, "jobs"), "unacked").last, 0.0);
  }

  // Who shares an attempt may give up as well, and the one who began it may give up first.
  void usersWhoGiveUpLeaveASharedAttempt() {
    const Summary s = runText(R"(
faultline: 1
duration: 20s
nodes:
  users: {kind: client, rate: 300/s, timeout: 24ms, until: 18s}
  cache: {kind: service, workers: 400, work: 0s}
  db: {kind: service, workers: 100, work: 10ms, pause_every: 60ms, pause_for: 30ms}
edges:
  - users -> cache: {single_flight: true, key: uniform(3), retry: {max: 2, base: 1ms}, timeout: 20ms}
  - cache -> db
)");
    QVERIFY(s.requests.ok > 1000);
    QVERIFY(s.requests.failed > 300);
    QCOMPARE(s.requests.offered, s.requests.ok + s.requests.failed);
    // Nobody hears of a success before the work was done.
    QVERIFY(s.requests.okLatency.quantile(0.5) >= milliseconds(1));
    QVERIFY(edgeOf(s, "users", "cache").joined > 1000);
  }

  // An arrow may learn to cancel while it runs. Who gives up from then on cancels also what he asked for before: after 5.18 s
  // only those of the last 20 ms are left, as whoever gave up earlier is worked on to the end.
  void cancellingMayBeSwitchedOn_data() {
    QTest::addColumn<QString>("middle");
    QTest::newRow("service") << "{kind: service, workers: 1000, work: 0s}";
    QTest::newRow("router that gathers") << "{kind: shard_router}";
    QTest::newRow("balancer") << "{kind: load_balancer}";
  }
  void cancellingMayBeSwitchedOn() {
    QFETCH(QString, middle);
    Simulation run(scenarioOf(R"(
faultline: 1
duration: 20s
nodes:
  users: {kind: client, rate: 200/s, arrivals: constant, until: 18s}
  middle: )" + middle.toStdString() +
                              R"(
  db: {kind: service, workers: 1000, work: 200ms}
edges:
  - users -> middle: {timeout: 20ms}
  - middle -> db
timeline:
  - {at: 5s, set: users -> middle.cancel, to: true}
  - {at: 5s, set: middle -> db.cancel, to: true}
)"));
    run.advanceTo(milliseconds(4990));
    QVERIFY(nodeOf(run.summary(), "db").inFlight >= 39);
    run.advanceTo(milliseconds(5185));
    QVERIFY2(nodeOf(run.summary(), "db").inFlight <= 5, QByteArray::number(nodeOf(run.summary(), "db").inFlight));
    run.runToEnd();
    QCOMPARE(nodeOf(run.summary(), "db").inFlight, 0);
    QCOMPARE(run.summary().requests.failed, run.summary().requests.offered);
  }

  // Cancelling a call that a router has given up on must not reach the call that stands in its place.
  void cancelledCallsBehindARouterAreForgotten() {
    const Summary s = runText(R"(
faultline: 1
duration: 20s
nodes:
  users: {kind: client, rate: 200/s, timeout: 40ms}
  app: {kind: service, workers: 50, work: 1ms}
  guard: {kind: circuit_breaker, failure_ratio: 100%, minimum_calls: 1M, window_calls: 1M}
  lb: {kind: load_balancer}
  db: {kind: service, workers: 20, work: exponential(30ms)}
edges:
  - users -> app: {cancel: true, timeout: 35ms}
  - app -> guard: {cancel: true}
  - guard -> lb: {timeout: 25ms, cancel: true}
  - lb -> db: {timeout: 20ms, cancel: true}
)");
    QVERIFY(s.requests.ok > 500);
    QVERIFY(s.requests.failed > 500);
    for (const NodeSummary& n : s.nodes) QVERIFY2(n.inFlight < 100, n.name.c_str());
  }
};

QTEST_APPLESS_MAIN(OutboundTest)
#include "outbound_test.moc"

#include <QtTest>
#include <cmath>

#include "support/run.h"

using namespace faultline;

namespace {

// Clients at an exact rate that call a database; `database` are its parameters, `edge` the arrow's.
std::string scenario(const std::string& rate, const std::string& database, const std::string& edge = "",
                     const std::string& rest = "") {
  return "faultline: 1\nname: t\nduration: 60s\nnodes:\n  users: {kind: client, rate: " + rate +
         ", arrivals: constant}\n  db: {kind: database, " + database + "}\nedges:\n  - users -> db: {" + edge + "}\n" + rest;
}

double metric(const Summary& s, const char* node, const char* name) { return metricOf(nodeOf(s, node), name).value; }

// When calls reached a node and when their work began and ended.
class Journal : public Observer {
 public:
  struct Line {
    double arrived = 0, started = 0, answered = 0;
    FailureId failure = 0;
    std::uint32_t key = 0;
    bool stale = false;
  };
  explicit Journal(NodeId node) : node_(node) {}
  void onStart(SimTime at, NodeId node, CallId id, const Call&) override {
    if (node == node_) open_[id].started = at.seconds();
  }
  void onArrive(SimTime at, NodeId node, CallId id, const Call& call) override {
    if (node == node_) open_[id] = {at.seconds(), 0, 0, 0, call.key, false};
  }
  void onAnswer(SimTime at, NodeId node, CallId id, const Call& call) override {
    if (node != node_) return;
    Line line = open_[id];
    line.answered = at.seconds();
    line.failure = call.failure;
    line.stale = call.has(kStale);
    lines.push_back(line);
    open_.erase(id);
  }
  std::vector<Line> lines;  // in order of answers

 private:
  NodeId node_;
  std::map<CallId, Line> open_;
};

}  // namespace

class DatabaseTest : public QObject {
  Q_OBJECT

 private slots:
  // 9.5M rows grow by 4k/s: the planner flips at exactly 10M rows, 125 s in, from 8 ms to 10M x 400 ns = 4 s.
  void plannerFlipsAtTheExactRow() {
    Scenario s = scenarioOf(
        "faultline: 1\nname: t\nduration: 140s\nnodes:\n  users: {kind: client, rate: 1/s, arrivals: constant}\n"
        "  db: {kind: database, connections: 1000, queries: {by_email: {rows: 9.5M, growth: 4k/s, flips_at: 10M, indexed: 8ms, "
        "scan_per_row: 400ns}}}\nedges:\n  - users -> db: {query: by_email}\n");
    Journal journal(1);
    Simulation simulation(s);
    simulation.observe(&journal);
    simulation.runToEnd();
    QVERIFY(journal.lines.size() > 100);
    for (const Journal::Line& line : journal.lines) {
      const double rows = 9.5e6 + 4e3 * line.arrived;
      const double expected = rows >= 10e6 ? rows * 400e-9 : 8e-3;
      QVERIFY2(std::fabs(line.answered - line.arrived - expected) < 1e-6, qPrintable(QString::number(line.arrived)));
    }
    QCOMPARE(metric(simulation.summary(), "db", "scans"), 16.0);
  }

  // Truth case se-pool-exhaustion: 20 connections, 100 requests/s from 5 ms on, queries of 8 ms, from 60 s on of 4 s.
  void connectionsRunOut() {
    Scenario s = scenarioOf(scenario("100/s",
                                     "connections: 20, queries: {q: {rows: 9M, flips_at: 10M, indexed: 8ms, scan_per_row: 400ns}}",
                                     "query: q", "timeline:\n  - {at: 60s, grow: db, query: q, rows: 1M}\n"));
    s.duration = seconds(69);
    Journal journal(1);
    Simulation simulation(s);
    simulation.observe(&journal);
    simulation.advanceTo(milliseconds(59'999));
    QVERIFY(std::fabs(metric(simulation.summary(), "db", "connections") - 0.8) < 0.01);
    simulation.advanceTo(seconds(64));
    // The client of this scenario sends first after one gap, so times lie 5 ms off the case's.
    const Frame frame = simulation.frame();
    QCOMPARE(frame.nodes[1].busy, 20);
    QVERIFY(std::abs(frame.nodes[1].queue - 380) <= 1);
    simulation.runToEnd();
    const auto first = std::find_if(journal.lines.begin(), journal.lines.end(),
                                    [](const Journal::Line& line) { return line.started > line.arrived; });
    QVERIFY(first != journal.lines.end());
    QVERIFY(std::fabs(first->arrived - 60.2) < 1e-6);
    QVERIFY(std::fabs(first->started - first->arrived - 3.8) < 1e-6);
  }

  void moreThanMaxWaitingIsRefused() {
    const Summary s = runText(scenario("1k/s", "connections: 2, max_waiting: 3, work: 1s"));
    const NodeSummary& db = nodeOf(s, "db");
    QCOMPARE(db.queueMax, 3);
    QVERIFY(countOf(s.requests, "db.too_many_connections") > 50'000);
    QCOMPARE(db.ok, 118u);  // two a second; the first ends after one second
  }

  void waitingForAConnectionIsBounded() {
    const Summary s = runText(scenario("10/s", "connections: 1, connection_timeout: 500ms, work: 1s"));
    QVERIFY(countOf(s.requests, "db.connection_timeout") > 400);
    QVERIFY(nodeOf(s, "db").failedLatency.max() <= milliseconds(501));
  }

  // Truth case qt-rps-ciw: 3 shared cores, arrivals 10/s, exponential work of rate 12/s: occupancy of M/M/3.
  void coresAreShared() {
    const Summary s = runText(
        "faultline: 1\nname: t\nduration: 20000s\nwarmup: 100s\nnodes:\n  users: {kind: client, rate: 10/s}\n"
        "  db: {kind: database, cores: 3, connections: 100000, work: exponential(83.3333333ms)}\nedges:\n  - users -> db\n");
    // L = sum n p_n of M/M/3 with load 5/6: 0.8333 + C * rho/(1-rho).
    const double a = 10.0 / 12, p0 = 0.432132964;
    const double lq = p0 * a * a * a / 6 * (a / 3) / ((1 - a / 3) * (1 - a / 3));
    QVERIFY(std::fabs(metric(s, "db", "active") / (a + lq) - 1) < 0.02);
    QVERIFY(std::fabs(nodeOf(s, "db").cpuCores / a - 1) < 0.02);
  }

  // 26 scans on 2 cores: an index build of 2 s alone gets 2/27 of them and takes 13.5 times as long.
  void indexBuildCompetesAndHeals() {
    Scenario s = scenarioOf(
        "faultline: 1\nname: t\nduration: 100s\nnodes:\n  users: {kind: client, rate: 26/s, arrivals: constant}\n"
        "  db: {kind: database, cores: 2, connections: 26, max_waiting: 0, queries: {q: {rows: 1M, index: false, indexed: 1ms, "
        "scan_per_row: 1ms}}}\nedges:\n  - users -> db: {query: q}\n"
        "timeline:\n  - {at: 10s, create_index: db, query: q, work: 2s}\n");
    Simulation simulation(s);
    simulation.advanceTo(milliseconds(36'900));
    QCOMPARE(simulation.frame().nodes[1].gauges[6], 1);  // index_builds
    simulation.advanceTo(milliseconds(37'100));
    QCOMPARE(simulation.frame().nodes[1].gauges[6], 0);
    QCOMPARE(simulation.frame().nodes[1].gauges[0], 26);  // running queries keep their plan
  }

  void newQueriesUseTheNewIndex() {
    const char* database = "connections: 1000, queries: {q: {rows: 1M, index: true, indexed: 1ms, scan_per_row: 100ns}}";
    const Summary s = runText(scenario("10/s", database, "query: q",
                                       "timeline:\n  - {at: 10s, drop_index: db, query: q}\n"
                                       "  - {at: 20s, create_index: db, query: q, work: 5s}\n"));
    QVERIFY(std::fabs(metric(s, "db", "scans") - 150) <= 1);
    QVERIFY(std::fabs(metric(s, "db", "index_builds") - 5.0 / 60) < 1e-6);
  }

  void buildBlocksWritersUnlessConcurrent_data() {
    QTest::addColumn<QString>("effect");
    QTest::addColumn<QString>("locks");
    QTest::addColumn<bool>("isBlocked");
    QTest::newRow("writes wait") << "write" << "true" << true;
    QTest::newRow("reads go on") << "read" << "true" << false;
    QTest::newRow("concurrently") << "write" << "false" << false;
  }
  void buildBlocksWritersUnlessConcurrent() {
    QFETCH(QString, effect);
    QFETCH(QString, locks);
    QFETCH(bool, isBlocked);
    const Summary s = runText(scenario("10/s", "connections: 1000, queries: {q: {index: false, scan_per_row: 1ns}}",
                                       "query: q, effect: " + effect.toStdString(),
                                       "timeline:\n  - {at: 10s, create_index: db, query: q, work: 20s, lock_writes: " +
                                           locks.toStdString() + "}\n"));
    QCOMPARE(nodeOf(s, "db").okLatency.max() > seconds(15), isBlocked);
    QCOMPARE(s.requests.failed, 0u);
    QCOMPARE(metricOf(nodeOf(s, "db"), "lock_wait").count > 0, isBlocked);
  }

  void locksSerialise_data() {
    QTest::addColumn<QString>("lock");
    QTest::addColumn<QString>("keys");
    QTest::addColumn<double>("answers");  // of 600 statements of one second each in a minute
    QTest::newRow("no lock") << "none" << "fixed(1)" << 590.0;
    QTest::newRow("one key") << "key" << "fixed(1)" << 59.0;
    QTest::newRow("many keys") << "key" << "sequential(1M)" << 590.0;
    QTest::newRow("the table") << "table" << "sequential(1M)" << 59.0;
  }
  void locksSerialise() {
    QFETCH(QString, lock);
    QFETCH(QString, keys);
    QFETCH(double, answers);
    const Summary s =
        runText(scenario("10/s", "connections: 1000, queries: {q: {indexed: 1s, lock: " + lock.toStdString() + "}}",
                         "query: q, effect: write, key: " + keys.toStdString()));
    QVERIFY2(std::fabs(static_cast<double>(s.requests.ok) - answers) <= 1, qPrintable(QString::number(s.requests.ok)));
  }

  void lockTimeout() {
    const Summary s = runText(scenario("10/s", "connections: 1000, lock_timeout: 2s, queries: {q: {indexed: 1s, lock: key}}",
                                       "query: q, effect: write, key: fixed(1)"));
    QVERIFY(countOf(s.requests, "db.lock_timeout") > 400);
    QVERIFY(std::fabs(static_cast<double>(s.requests.ok) - 59) <= 1);
    QVERIFY(metricOf(nodeOf(s, "db"), "lock_waiting").peak <= 21);
  }

  // Scans of 100 s CPU starve one core; stopping each after 1 s keeps them few.
  void statementTimeoutFreesTheCpu() {
    const Summary s = runText(scenario("10/s", "connections: 1000, cores: 1, statement_timeout: 1s, work: 100s"));
    QCOMPARE(s.requests.ok, 0u);
    QVERIFY(countOf(s.requests, "db.statement_timeout") > 580);
    QVERIFY(metricOf(nodeOf(s, "db"), "active").peak <= 11);
  }

  void abandonedQueriesBurn() {
    const Summary s = runText(scenario("2/s", "connections: 1000, cores: 1, work: 1s", "timeout: 500ms"));
    QVERIFY(std::fabs(nodeOf(s, "db").cpuCores - 1) < 0.02);
    QVERIFY(metricOf(nodeOf(s, "db"), "active").last > 50);
  }

  void crashLosesStatementsAndRestartServes() {
    const Summary s = runText(scenario("10/s", "connections: 5, work: 1s, queries: {q: {}}", "effect: write",
                                       "timeline:\n  - {at: 20s, crash: db, for: 10s}\n"));
    QVERIFY(countOf(s.requests, "db.connection_lost") >= 5);
    QVERIFY(countOf(s.requests, "db.connection_refused") >= 99);
    QVERIFY(metricOf(nodeOf(s, "db"), "connections").last <= 5);
    QVERIFY(nodeOf(s, "db").ok > 200);
    QCOMPARE(metric(s, "db", "lost_writes"), 0.0);
  }

  void volatileDataIsLostInACrash() {
    const std::string rest = "timeline:\n  - {at: 20s, crash: db, for: 1s}\n";
    const Summary s = runText(scenario("10/s", "durable: false, work: 1ms", "effect: write, key: sequential(1M)", rest));
    QVERIFY(std::fabs(metric(s, "db", "lost_writes") - 200) <= 1);
  }

  // Truth case rp-failover: checks every 10 s, three must fail, promotion takes 5 s; 200 writes/s fail meanwhile.
  void failoverTakesDetectionAndPromotion_data() {
    QTest::addColumn<QString>("crash");
    QTest::addColumn<double>("outage");
    QTest::newRow("shortest") << "20s" << 25.0;
    QTest::newRow("mean") << "15s" << 30.0;
    QTest::newRow("longest") << "10001ms" << 34.999;
  }
  void failoverTakesDetectionAndPromotion() {
    QFETCH(QString, crash);
    QFETCH(double, outage);
    const Summary s = runText(scenario("200/s", "failover: {check_every: 10s, fall: 3, promotion_time: 5s}, work: 0s",
                                       "effect: write", "timeline:\n  - {at: " + crash.toStdString() + ", crash: db}\n"));
    QCOMPARE(metric(s, "db", "failovers"), 1.0);
    QVERIFY(std::fabs(static_cast<double>(s.requests.failed) - 200 * outage) <= 2);
  }

  // One query and one request are always running; the query's work counts three times as much.
  void weightsOnAHost() {
    const Summary s = runText(
        "faultline: 1\nname: t\nduration: 100s\nhosts:\n  box: {cores: 1, members: [app, db]}\nnodes:\n"
        "  one: {kind: client, users: 1, think: 0s}\n  two: {kind: client, users: 1, think: 0s}\n"
        "  app: {kind: service, work: 10ms}\n  db: {kind: database, work: 10ms, cpu_weight: 3}\n"
        "edges: [one -> app, two -> db]\n");
    QVERIFY(std::fabs(nodeOf(s, "db").cpuCores - 0.75) < 0.001);
    QVERIFY(std::fabs(nodeOf(s, "app").cpuCores - 0.25) < 0.001);
  }

  void failoverByHand() {
    const Summary s = runText(scenario("100/s", "work: 1ms", "", "timeline:\n  - {at: 20s, failover: db, promotion_time: 3s}\n"));
    QVERIFY(std::fabs(static_cast<double>(s.requests.failed) - 300) <= 2);
  }

  void unknownQueriesAreErrors_data() {
    QTest::addColumn<QString>("edge");
    QTest::addColumn<QString>("verb");
    QTest::newRow("arrow") << "query: by_emial" << "";
    QTest::newRow("verb") << "query: by_email" << "timeline:\n  - {at: 1s, drop_index: db, query: by_emial}\n";
  }
  void unknownQueriesAreErrors() {
    QFETCH(QString, edge);
    QFETCH(QString, verb);
    const std::string text = scenario("1/s", "queries: {by_email: {}}", edge.toStdString(), verb.toStdString());
    QVERIFY(problemsOf(text).find("has no query \"by_emial\"") != std::string::npos);
    QVERIFY(problemsOf(text).find("by_email") != std::string::npos);
  }

  void queryIsKnownThroughARouter() {
    const std::string text =
        "faultline: 1\nname: t\nduration: 10s\nnodes:\n  users: {kind: client, rate: 10/s}\n  lb: {kind: load_balancer}\n"
        "  db: {kind: database, queries: {slow: {indexed: 2s}}}\nedges:\n  - users -> lb: {query: slow}\n  - lb -> db\n";
    QCOMPARE(QString::fromStdString(problemsOf(text)), QString());
    QVERIFY(nodeOf(runText(text), "db").okLatency.quantile(0.01) >= milliseconds(1980));
  }

  void rowsOfOneTableMustAgree() {
    QVERIFY(problemsOf(scenario("1/s", "queries: {a: {table: t, rows: 5}, b: {table: t, rows: 6}}")).find("other rows") !=
            std::string::npos);
    QCOMPARE(QString::fromStdString(problemsOf(scenario("1/s", "queries: {a: {table: t, rows: 5}, b: {table: t}}"))), QString());
  }

  void liveChangesKeepWhatTheRunHasReached() {
    const Summary s = runText(scenario("1/s", "queries: {q: {rows: 100, growth: 10/s, indexed: 1ms}}", "query: q",
                                       "timeline:\n  - {at: 10s, set: db.queries.q.indexed, to: 2ms}\n"
                                       "  - {at: 20s, set: db.queries.q.growth, to: 0/s}\n"));
    QVERIFY(std::fabs(metricOf(nodeOf(s, "db"), "rows").last - 300) <= 1);
  }
};

QTEST_APPLESS_MAIN(DatabaseTest)
#include "database_test.moc"

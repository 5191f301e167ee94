// Behaviour of the stream: order by key, groups at their own pace, lag, rebalancing, retention, replay.
#include <QtTest>
#include <cmath>
#include <map>
#include <string>

#include "engine/observer.h"
#include "io/yaml_reader.h"
#include "support/run.h"

using namespace faultline;

namespace {

double metric(const Summary& s, const char* name) { return metricOf(nodeOf(s, "log"), name).value; }
double last(const Summary& s, const char* name) { return metricOf(nodeOf(s, "log"), name).last; }
double peak(const Summary& s, const char* name) { return metricOf(nodeOf(s, "log"), name).peak; }
QByteArray text(double value) { return QByteArray::number(value, 'g', 9); }

struct Setup {
  std::string users = "rate: 100/s";
  std::string log = "";
  std::string worker = "work: 5ms, workers: 16";
  std::string timeline = "";
  std::string duration = "100s";
  std::string edge = "{}";
  std::string rest = "";  // further nodes
  std::string edges = "";

  std::string yaml() const {
    std::string t = "faultline: 1\nname: t\nduration: ";
    t += duration;
    t += "\nclasses: {put: {effect: write, key: uniform(1k)}}\nnodes:\n  users: {kind: client, arrivals: constant, ";
    t += users;
    t += "}\n  log: {kind: stream";
    if (!log.empty()) t += ", " + log;
    t += "}\n  worker: {kind: service, ";
    t += worker;
    t += "}\n";
    t += rest;
    t += "edges:\n  - users -> log\n  - log -> worker: ";
    t += edge;
    t += "\n";
    t += edges;
    t += "timeline: [";
    t += timeline;
    t += "]\n";
    return t;
  }
};

// Watches one node: which instance worked on which operation, in which order, and what it answered well.
struct Watch : Observer {
  explicit Watch(NodeId which) : node(which) {}
  void onArrive(SimTime now, NodeId at, CallId, const Call& call) override {
    if (at != node || call.has(kProbe)) return;
    arrivals.push_back({now, call.key, call.operation, call.instance});
    const std::uint32_t before = lastOfKey[call.key];
    disorder += call.operation < before;
    lastOfKey[call.key] = call.operation;
  }
  void onAnswer(SimTime, NodeId at, CallId, const Call& call) override {
    if (at == node && call.failure == 0 && !call.has(kProbe)) ++effects[call.operation];
  }
  struct Arrival {
    SimTime at;
    std::uint32_t key, operation;
    std::uint16_t instance;
  };
  NodeId node;
  std::vector<Arrival> arrivals;
  std::map<std::uint32_t, std::uint32_t> lastOfKey;
  std::map<std::uint32_t, int> effects;
  int disorder = 0;
};

}  // namespace

class StreamTest : public QObject {
  Q_OBJECT

 private slots:
  void recordsOfAKeyKeepTheirOrder_data() {
    QTest::addColumn<int>("inFlight");
    QTest::newRow("one") << 1;
    QTest::newRow("several") << 8;
  }
  void recordsOfAKeyKeepTheirOrder() {
    QFETCH(int, inFlight);
    Setup s;
    s.users = "rate: 400/s";
    s.log = "partitions: 4, in_flight: " + std::to_string(inFlight);
    s.worker = "instances: 2, workers: 16, work: exponential(8ms)";
    s.timeline = "{at: 20s, errors: worker, ratio: 10%, for: 20s}";
    Watch watch(2);
    Simulation run(scenarioOf(s.yaml()));
    run.observe(&watch);
    run.runToEnd();
    if (inFlight == 1)
      QCOMPARE(watch.disorder, 0);
    else
      QVERIFY(watch.disorder > 0);
    QVERIFY(watch.arrivals.size() > 2'000);
  }

  // A partition is read by one member at a time: more members than partitions do not help.
  void moreMembersThanPartitionsAreIdle() {
    Setup s;
    s.log = "partitions: 2";
    s.worker = "instances: 4, work: 50ms";
    const Summary summary = runText(s.yaml());
    // Two partitions take 40 a second of 100.
    QVERIFY2(std::abs(last(summary, "lag") - 6'000) < 60, text(last(summary, "lag")));
    s.worker = "instances: 8, work: 50ms";
    QVERIFY(last(runText(s.yaml()), "lag") > 5'900);
    s.log = "partitions: 8";  // 160 a second
    QVERIFY(last(runText(s.yaml()), "lag") < 100);
  }

  void groupsReadAtTheirOwnPace() {
    Setup s;
    s.log = "partitions: 4";
    s.rest = "  warehouse: {kind: service, work: 100ms}\n";
    s.edges = "  - log -> warehouse\n";
    const Summary summary = runText(s.yaml());
    const double appended = metric(summary, "appended");
    QVERIFY(static_cast<double>(nodeOf(summary, "worker").ok) > appended - 5);
    QVERIFY2(std::abs(static_cast<double>(nodeOf(summary, "warehouse").ok) - 4'000) < 60,
             text(static_cast<double>(nodeOf(summary, "warehouse").ok)));
    QVERIFY2(std::abs(last(summary, "lag") - (appended - 4'000)) < 100, text(last(summary, "lag")));
    QVERIFY(summary.requests.okLatency.quantile(0.99) < milliseconds(1));
  }

  void aGroupReadsOnlyItsClasses() {
    Setup s;
    s.edge = "{for: [put]}";
    std::string yaml = s.yaml();
    yaml.replace(yaml.find("{put: {effect: write, key: uniform(1k)}}"), 40,
                 "{put: {share: 30%, key: uniform(1k)}, get: {share: 70%, key: uniform(1k)}}");
    const Summary summary = runText(yaml);
    QVERIFY2(std::abs(metric(summary, "consumed") / metric(summary, "appended") - 0.3) < 0.02,
             text(metric(summary, "consumed")));
    QVERIFY(last(summary, "lag") < 5);
  }

  void lagGrowsInAnOutageAndDrains() {
    Setup s;
    s.log = "partitions: 4, heartbeat: 1s";
    s.worker = "work: 5ms, workers: 16";
    s.timeline = "{at: 20s, crash: worker, for: 20s}";
    Simulation run(scenarioOf(s.yaml()));
    run.advanceTo(seconds(40));
    QVERIFY2(std::abs(run.series().find("log.lag")->values.back() - 1'950) < 60,
             text(run.series().find("log.lag")->values.back()));
    QVERIFY2(std::abs(run.series().find("log.oldest_lag")->values.back() - 20'000) < 100,
             text(run.series().find("log.oldest_lag")->values.back()));
    run.runToEnd();
    QVERIFY(last(run.summary(), "lag") < 5);
    QCOMPARE(run.summary().requests.failed, 0u);
    QVERIFY(metricOf(nodeOf(run.summary(), "log"), "max_lag").last < 5);
  }

  // Each partition has a series, up to sixteen of them; others have none, instead of one that is always zero.
  void eachPartitionHasItsLag() {
    Setup s;
    s.log = "partitions: 4, heartbeat: 1s";
    s.timeline = "{at: 20s, crash: worker, for: 20s}";
    Simulation run(scenarioOf(s.yaml()));
    run.advanceTo(seconds(40));
    const auto lag = [&](const char* name) {
      const SeriesColumn* column = run.series().find(std::string("log.") + name);
      return column != nullptr ? column->values.back() : -1;
    };
    double sum = 0, most = 0;
    for (const char* name : {"lag_0", "lag_1", "lag_2", "lag_3"}) {
      QVERIFY2(lag(name) > 300, name);
      sum += lag(name);
      most = std::max(most, lag(name));
    }
    QVERIFY2(std::abs(sum - lag("lag")) < 60, text(sum - lag("lag")));  // the one at the sample, the other its mean
    QCOMPARE(most, lag("max_lag"));
    QCOMPARE(lag("lag_4"), -1.0);
    s.log = "partitions: 24";
    Simulation wide(scenarioOf(s.yaml()));
    wide.advanceTo(seconds(2));
    QVERIFY(wide.series().find("log.lag_15") != nullptr && wide.series().find("log.lag_16") == nullptr);
    // An expectation knows the same names.
    QVERIFY(hasErrors(readScenarioText(s.yaml() + "expect: [max(log.lag_16) < 3]\n", "x").diagnostics));
    QVERIFY(!hasErrors(readScenarioText(s.yaml() + "expect: [max(log.lag_15) < 3]\n", "x").diagnostics));
  }

  // A lost member's partitions go to the others after the session timeout and the pause.
  void aLostMemberIsReplaced_data() {
    QTest::addColumn<QByteArray>("mode");
    QTest::addColumn<int>("paused");
    QTest::newRow("eager") << QByteArray("eager") << 8;
    QTest::newRow("cooperative") << QByteArray("cooperative") << 4;
  }
  void aLostMemberIsReplaced() {
    QFETCH(QByteArray, mode);
    QFETCH(int, paused);
    Setup s;
    s.users = "rate: 200/s";
    s.log = "partitions: 8, session_timeout: 10s, heartbeat: 1s, rebalancing: " + mode.toStdString();
    s.worker = "instances: 2, work: 1ms";
    s.timeline = "{at: 20s, crash: \"worker[1]\", for: 40s}";
    Watch watch(2);
    Simulation run(scenarioOf(s.yaml()));
    run.observe(&watch);
    run.advanceTo(seconds(29));
    QVERIFY2(std::abs(run.series().find("log.lag")->values.back() - 850) < 150,
             text(run.series().find("log.lag")->values.back()));
    run.runToEnd();
    const Summary summary = run.summary();
    QCOMPARE(metric(summary, "rebalances"), 2.0);  // out and in again
    QCOMPARE(peak(summary, "paused"), static_cast<double>(paused));
    QVERIFY(last(summary, "lag") < 5);
    // Between the rebalance at 30 s and the return, the first one has all.
    SimTime firstOther = seconds(1000);
    for (const Watch::Arrival& a : watch.arrivals) {
      if (a.instance == 1 && a.at > seconds(20) + milliseconds(10)) firstOther = std::min(firstOther, a.at);
      if (a.at > seconds(34) && a.at < seconds(59)) QCOMPARE(a.instance, std::uint16_t{0});
    }
    QVERIFY(firstOther > seconds(60) && firstOther < seconds(66));
  }

  // Uncommitted work of a lost member is done again: duplicates, which idempotency keys absorb.
  void lostCommitsMakeDuplicates_data() {
    QTest::addColumn<bool>("idempotent");
    QTest::newRow("plain") << false;
    QTest::newRow("idempotency keys") << true;
  }
  void lostCommitsMakeDuplicates() {
    QFETCH(bool, idempotent);
    Setup s;
    s.log = "partitions: 4, commit_every: 5s, heartbeat: 1s";
    s.worker = std::string("work: 1ms, idempotency: ") + (idempotent ? "true" : "false");
    s.timeline = "{at: 19.9s, crash: worker, for: 1s}";
    const Summary summary = runText(s.yaml());
    // Everything since the commit at 15 s.
    QVERIFY2(std::abs(metric(summary, "redelivered") - 490) < 15, text(metric(summary, "redelivered")));
    const NodeSummary& worker = nodeOf(summary, "worker");
    const double duplicates = metricOf(worker, "duplicate_effects").value,
                 avoided = metricOf(worker, "duplicates_avoided").value;
    QVERIFY2(std::abs((idempotent ? avoided : duplicates) - 490) < 15, text(duplicates + avoided));
    QCOMPARE(idempotent ? duplicates : avoided, 0.0);
    // With a commit after every record, only what was under way is repeated.
    s.log = "partitions: 4, heartbeat: 1s";
    QVERIFY(metric(runText(s.yaml()), "redelivered") <= 4);
  }

  // A corrupt record blocks its partition, unless it may be passed over.
  void aCorruptRecordBlocksItsPartition() {
    Setup s;
    s.log = "partitions: 4, retry_delay: 100ms";
    s.timeline = "{at: 20s, corrupt: log, share: 100%}, {at: 20.05s, corrupt: log, share: 0%}";
    const Summary blocked = runText(s.yaml());
    QVERIFY2(last(blocked, "lag") > 1'500, text(last(blocked, "lag")));
    s.log = "partitions: 4, retry_delay: 100ms, max_attempts: 3";
    const Summary passed = runText(s.yaml());
    QVERIFY(last(passed, "lag") < 5);
    QVERIFY2(metric(passed, "skipped") >= 4 && metric(passed, "skipped") <= 6, text(metric(passed, "skipped")));
    QCOMPARE(metric(passed, "failed_deliveries"), 3 * metric(passed, "skipped"));
  }

  void retentionLosesWhatIsNotRead_data() {
    QTest::addColumn<QByteArray>("retention");
    QTest::addColumn<double>("lost");
    // 40 s of outage, of which 10 s are kept.
    QTest::newRow("by age") << QByteArray("retention: 10s") << 3'000.0;
    QTest::newRow("by number") << QByteArray("retention_records: 250") << 3'000.0;
  }
  void retentionLosesWhatIsNotRead() {
    QFETCH(QByteArray, retention);
    QFETCH(double, lost);
    Setup s;
    s.log = "partitions: 4, heartbeat: 500ms, " + retention.toStdString();
    s.timeline = "{at: 20s, crash: worker, for: 40s}";
    const Summary summary = runText(s.yaml());
    QVERIFY2(std::abs(metric(summary, "lost") - lost) < 120, text(metric(summary, "lost")));
    QVERIFY(last(summary, "lag") < 5);
    QVERIFY(peak(summary, "records") < 1'400);
    QVERIFY(metric(summary, "appended") - metric(summary, "expired") == last(summary, "records"));
  }

  void aReplayReadsAgain_data() {
    QTest::addColumn<QByteArray>("from");
    QTest::addColumn<double>("replayed");
    QTest::newRow("all") << QByteArray("") << 6'000.0;
    QTest::newRow("the last 10 s") << QByteArray(", back: 10s") << 1'000.0;
    QTest::newRow("of another group") << QByteArray(", group: worker") << 6'000.0;
  }
  void aReplayReadsAgain() {
    QFETCH(QByteArray, from);
    QFETCH(double, replayed);
    Setup s;
    s.log = "partitions: 4";
    s.worker = "work: 1ms";
    s.timeline = "{at: 60s, replay: log" + from.toStdString() + "}";
    Watch watch(2);
    Simulation run(scenarioOf(s.yaml()));
    run.observe(&watch);
    run.runToEnd();
    const Summary summary = run.summary();
    QVERIFY2(std::abs(metric(summary, "replayed") - replayed) < 12, text(metric(summary, "replayed")));
    QCOMPARE(metric(summary, "redelivered"), metric(summary, "replayed"));
    int twice = 0;
    for (const auto& [operation, times] : watch.effects) twice += times == 2;
    QVERIFY2(std::abs(twice - replayed) < 12, text(twice));
    QVERIFY(last(summary, "lag") < 5);
  }

  void skippingLeavesOutWhatWaits() {
    Setup s;
    s.worker = "work: 50ms, workers: 1";
    s.timeline = "{at: 50s, skip_to_end: log}";
    Simulation run(scenarioOf(s.yaml()));
    run.advanceTo(seconds(49));
    QVERIFY(run.series().find("log.lag")->values.back() > 3'500);
    run.advanceTo(seconds(51));
    QVERIFY(run.series().find("log.lag")->values.back() < 120);
  }

  // A member that hangs is found by the poll interval; its late answer counts nothing.
  void aMemberThatHangsLosesItsPartitions() {
    Setup s;
    s.log = "partitions: 4, max_poll_interval: 10s, heartbeat: 1s";
    s.worker = "instances: 2, work: 1ms";
    s.timeline = "{at: 20s, pause: \"worker[1]\", for: 40s}";
    const Summary summary = runText(s.yaml());
    QVERIFY(metric(summary, "rebalances") >= 2);
    QVERIFY(metric(summary, "late_answers") >= 1);
    QVERIFY(last(summary, "lag") < 5);
  }

  void aDeployRebalancesAndLosesNothing() {
    Setup s;
    s.log = "partitions: 4, rebalance_pause: 500ms, heartbeat: 500ms";
    s.worker = "instances: 2, work: 1ms";
    s.timeline = "{at: 20s, deploy: worker, drain: 2s, boot: 3s}";
    Watch watch(2);
    Simulation run(scenarioOf(s.yaml()));
    run.observe(&watch);
    run.runToEnd();
    QVERIFY(metric(run.summary(), "rebalances") >= 4);
    QVERIFY(last(run.summary(), "lag") < 5);
    QCOMPARE(metric(run.summary(), "redelivered"), 0.0);
    for (const auto& [operation, times] : watch.effects) QCOMPARE(times, 1);
  }

  void scalingOutTakesPartitions() {
    Setup s;
    s.users = "rate: 300/s";
    s.log = "partitions: 8, rebalance_pause: 1s";
    s.worker = "instances: 1, workers: 1, work: 10ms";
    s.timeline = "{at: 30s, scale: worker, to: 4}";
    const Summary summary = runText(s.yaml());
    QVERIFY2(peak(summary, "lag") > 5'900, text(peak(summary, "lag")));
    QVERIFY2(last(summary, "lag") < 1'500, text(last(summary, "lag")));
  }

  void aCrashLosesNothingThatIsStored() {
    Setup s;
    s.log = "partitions: 4";
    s.timeline = "{at: 50s, crash: log, for: 5s}";
    const Summary summary = runText(s.yaml());
    QVERIFY2(std::abs(static_cast<double>(summary.requests.failed) - 500) < 5,
             text(static_cast<double>(summary.requests.failed)));
    QVERIFY2(std::abs(metric(summary, "consumed") - metric(summary, "appended")) < 6,
             text(metric(summary, "consumed")));
    QCOMPARE(metric(summary, "lost"), 0.0);
  }
};

QTEST_APPLESS_MAIN(StreamTest)
#include "stream_test.moc"

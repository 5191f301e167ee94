#include <QtTest>
#include <cmath>

#include "support/run.h"

using namespace faultline;

namespace {

// Writers and readers of one database and its replicas. Readers use `readers` as their target.
std::string scenario(const std::string& database, const std::string& replica, const std::string& link,
                     const std::string& rest = "", const std::string& key = "fixed(1)", const std::string& rate = "100/s") {
  return "faultline: 1\nname: t\nduration: 60s\nclasses:\n  all: {share: 1, key: \"" + key + "\"}\nnodes:\n"
         "  writers: {kind: client, rate: " + rate + ", arrivals: constant}\n"
         "  readers: {kind: client, rate: 100/s}\n"
         "  db: {kind: database, work: 100us, " + database + "}\n"
         "  copy: {kind: replica, work: 100us, " + replica + "}\n"
         "edges:\n  - writers -> db: {effect: write}\n  - readers -> copy\n  - db -> copy: {" + link + "}\n" + rest;
}

double metric(const Summary& s, const char* node, const char* name) { return metricOf(nodeOf(s, node), name).value; }
std::uint64_t failures(const Summary& s, const char* node, const std::string& reason) {
  for (const auto& [name, count] : nodeOf(s, node).byReason)
    if (name == reason) return count;
  return 0;
}

}  // namespace

class ReplicaTest : public QObject {
  Q_OBJECT

 private slots:
  // 100 writes a second of 20 ms: half of them pile up, so after a minute the oldest is 30 s old.
  void lagEmergesFromTheApplyRate() {
    const Summary s = runText(scenario("", "apply_work: 20ms", ""));
    QVERIFY(std::fabs(metric(s, "copy", "applied") - 3000) <= 3);
    QVERIFY(std::fabs(metricOf(nodeOf(s, "copy"), "pending").last - 3000) <= 3);
    QVERIFY(std::fabs(metricOf(nodeOf(s, "copy"), "lag").last - 30'000) < 50);
    QVERIFY(metric(s, "copy", "stale_reads") > 5800);
  }

  void moreWorkersApplyFaster() {
    const Summary s = runText(scenario("", "apply_work: 20ms, apply_workers: 4", ""));
    QVERIFY(metricOf(nodeOf(s, "copy"), "pending").peak <= 4);
    QVERIFY(std::fabs(metric(s, "copy", "apply_lag") - 0.02) < 0.001);
  }

  // Applying alone needs all of half a core; what the reads take of it becomes lag.
  void readsAndApplyingShareTheCores() {
    const Summary s = runText(scenario("", "apply_work: 5ms, cores: 0.5", ""));
    QVERIFY(std::fabs(nodeOf(s, "copy").cpuCores - 0.5) < 0.01);
    QVERIFY(std::fabs(metricOf(nodeOf(s, "copy"), "pending").last - 120) < 20);
  }

  // One key written every second, applied d later: a read is stale with probability d.
  void staleReadsFollowTheDelay() {
    const Summary s = runText(scenario("", "apply_work: 200ms", "latency: 100ms", "", "fixed(1)", "1/s"));
    QVERIFY(std::fabs(metric(s, "copy", "stale_reads") / static_cast<double>(nodeOf(s, "copy").ok - 60) - 0.3) < 0.03);
  }

  // Truth case rp-stale-random-replica: lag exponential with mean 80 ms, a read 100 ms after the write.
  void staleWithExponentialLag() {
    const Summary s = runText(
        "faultline: 1\nname: t\nduration: 600s\nclasses:\n  all: {share: 1, key: \"sequential(1M)\"}\nnodes:\n"
        "  users: {kind: client, rate: 100/s}\n  app: {kind: service, workers: 100000, work: 0s}\n"
        "  sleep: {kind: service, workers: 100000, work: 100ms}\n  db: {kind: database, work: 0s, connections: 100000}\n"
        "  copy: {kind: replica, work: 0s, apply_work: 0s}\n"
        "edges:\n  - users -> app\n  - app -> db: {step: 1, effect: write}\n  - app -> sleep: {step: 2}\n"
        "  - app -> copy: {step: 3, effect: read}\n  - db -> copy: {latency: exponential(80ms)}\n");
    const double reads = static_cast<double>(edgeOf(s, "app", "copy").ok);
    QVERIFY(reads > 59'000);
    QVERIFY(std::fabs(metric(s, "copy", "stale_reads") / reads - std::exp(-100.0 / 80)) < 0.008);
    QCOMPARE(s.requests.stale, static_cast<std::uint64_t>(metric(s, "copy", "stale_reads")));
  }

  void waitingForReplicas_data() {
    QTest::addColumn<QString>("mode");
    QTest::addColumn<double>("latencyMs");  // of a write, 20 ms away from the replica
    QTest::addColumn<bool>("isEverStale");
    QTest::newRow("async") << "async" << 0.1 << true;
    QTest::newRow("sync") << "sync" << 40.6 << false;
    QTest::newRow("quorum") << "quorum" << 40.6 << false;
  }
  void waitingForReplicas() {
    QFETCH(QString, mode);
    QFETCH(double, latencyMs);
    QFETCH(bool, isEverStale);
    const Summary s = runText(scenario("connections: 1000, replication: " + mode.toStdString(),
                                       "apply_work: 500us, acknowledge: applied", "latency: 20ms"));
    QVERIFY(std::fabs(nodeOf(s, "db").okLatency.meanNs() / 1e6 - latencyMs) < 0.05);
    QCOMPARE(metric(s, "copy", "stale_reads") > 0, isEverStale);
    QCOMPARE(s.requests.failed, 0u);
  }

  // While a replica of two is down, sync goes on with the other, and a quorum of three fails.
  void replicasThatAreDown_data() {
    QTest::addColumn<QString>("mode");
    QTest::addColumn<bool>("fails");
    QTest::newRow("sync") << "replication: sync" << false;
    QTest::newRow("two of three") << "replication: quorum, quorum: 2" << false;
    QTest::newRow("three of three") << "replication: quorum, quorum: 3" << true;
  }
  void replicasThatAreDown() {
    QFETCH(QString, mode);
    QFETCH(bool, fails);
    const Summary s = runText(scenario(mode.toStdString(), "instances: 2, acknowledge: applied", "",
                                       "timeline:\n  - {at: 20s, crash: \"copy[0]\", for: 20s}\n"));
    QCOMPARE(failures(s, "db", "not_replicated") > 1900, fails);
    QCOMPARE(failures(s, "db", "not_replicated") > 0, fails);
    // What it missed was sent when it came back: both have all writes.
    QCOMPARE(metricOf(nodeOf(s, "db"), "unreplicated").last, 0.0);
    QVERIFY(metric(s, "copy", "applied") >= 2 * 5998.0);
  }

  // The link is cut for 20 s; the replica notices after 5 s.
  void partition_data() {
    QTest::addColumn<QString>("choice");
    QTest::addColumn<double>("refused");
    QTest::addColumn<bool>("isEverStale");
    QTest::newRow("available") << "serve" << 0.0 << true;
    QTest::newRow("consistent") << "refuse" << 1500.0 << true;  // stale only until it notices
  }
  void partition() {
    QFETCH(QString, choice);
    QFETCH(double, refused);
    QFETCH(bool, isEverStale);
    const Summary s = runText(scenario("heartbeat: 100ms, partition_after: 5s",
                                       "partition_after: 5s, on_partition: " + choice.toStdString(), "",
                                       "timeline:\n  - {at: 20s, cut: db -> copy, for: 20s}\n"));
    const double n = static_cast<double>(failures(s, "copy", "partitioned"));
    QVERIFY2(std::fabs(n - refused) < 150, qPrintable(QString::number(n)));
    QCOMPARE(metric(s, "copy", "stale_reads") > 0, isEverStale);
    QCOMPARE(metric(s, "copy", "stale_reads") > 1500, choice == "serve");
    QCOMPARE(metricOf(nodeOf(s, "db"), "unreplicated").last, 0.0);  // caught up after the cut
    QVERIFY(metric(s, "copy", "applied") >= 5998.0);
  }

  void boundedStaleness() {
    const Summary s = runText(scenario("", "apply_work: 20ms, max_lag: 5s", ""));
    // Half a second of lag is gained each second, so the bound is passed after 10 s.
    QVERIFY(std::fabs(static_cast<double>(failures(s, "copy", "too_stale")) - 5000) < 250);
  }

  void readYourOwnWrites_data() {
    QTest::addColumn<bool>("hasArrow");
    QTest::newRow("passed on to the primary") << true;
    QTest::newRow("refused without an arrow") << false;
  }
  void readYourOwnWrites() {
    QFETCH(bool, hasArrow);
    // Every operation writes a key of its own and reads it at once.
    std::string text =
        "faultline: 1\nname: t\nduration: 60s\nclasses:\n  all: {share: 1, key: \"sequential(1M)\"}\nnodes:\n"
        "  users: {kind: client, rate: 50/s}\n  app: {kind: service, workers: 1000, work: 0s}\n"
        "  db: {kind: database, work: 100us}\n  copy: {kind: replica, apply_work: 5ms, read_your_writes: redirect}\n"
        "edges:\n  - users -> app\n  - app -> db: {step: 1, effect: write}\n  - app -> copy: {step: 2, effect: read}\n"
        "  - db -> copy\n";
    if (hasArrow) text += "  - copy -> db\n";
    const Summary s = runText(text);
    QCOMPARE(metric(s, "copy", "stale_reads"), 0.0);
    QCOMPARE(metric(s, "copy", "redirected") > 2500, hasArrow);
    QCOMPARE(failures(s, "copy", "not_caught_up") > 2500, !hasArrow);
    QCOMPARE(s.requests.stale, 0u);
  }

  void writesOfOthersAreRefused() {
    std::string text = scenario("", "", "");
    text.replace(text.find("readers -> copy"), 15, "readers -> copy: {effect: write}");
    const Summary s = runText(text);
    QVERIFY(failures(s, "copy", "read_only") > 5500);
  }

  // The primary dies with 100 writes a second under way to a replica half a second away: those are lost.
  void failoverLosesWhatWasNotReplicated_data() {
    QTest::addColumn<QString>("mode");
    QTest::addColumn<double>("lost");
    QTest::newRow("async") << "async" << 100.0;  // not yet acknowledged: there and back
    QTest::newRow("sync") << "sync" << 0.0;
  }
  void failoverLosesWhatWasNotReplicated() {
    QFETCH(QString, mode);
    QFETCH(double, lost);
    const Summary s = runText(scenario("connections: 1000, replication: " + mode.toStdString(), "", "latency: 500ms",
                                       "timeline:\n  - {at: 30005ms, failover: db, promotion_time: 5s}\n", "sequential(1M)"));
    QVERIFY(std::fabs(metric(s, "db", "lost_writes") - lost) <= 1);
    QCOMPARE(metric(s, "db", "failovers"), 1.0);
  }

  void replicaCrashKeepsReceivedWrites() {
    const Summary s = runText(scenario("", "apply_work: 20ms, apply_workers: 2", "",
                                       "timeline:\n  - {at: 20s, crash: copy, for: 5s}\n  - {at: 30s, set: copy.apply_work, to: 1ms}\n"));
    QVERIFY(metric(s, "copy", "applied") >= 5998.0);
    QCOMPARE(metricOf(nodeOf(s, "copy"), "pending").last, 0.0);
  }
};

QTEST_APPLESS_MAIN(ReplicaTest)
#include "replica_test.moc"

// Behaviour of quorums: what reads see, partitions as CP and AP, repair and handoff.
#include <QtTest>
#include <cmath>
#include <string>

#include "support/run.h"

using namespace faultline;

namespace {

double metric(const Summary& s, const char* name) { return metricOf(nodeOf(s, "store"), name).value; }
double last(const Summary& s, const char* name) { return metricOf(nodeOf(s, "store"), name).last; }
QByteArray text(double value) { return QByteArray::number(value, 'g', 9); }

// Half of the operations write, half read, of few keys, so that most reads follow a write.
std::string asked(const char* store, const char* timeline = "",
                  const char* copies = "instances: 3, apply_work: 0s, acknowledge: applied",
                  const char* edge = "{latency: 5ms, timeout: 200ms}") {
  std::string t =
      "faultline: 1\nname: t\nduration: 60s\nclasses: {get: {weight: 1, key: uniform(50)}, put: {weight: 1, effect: "
      "write, key: uniform(50)}}\n"
      "nodes:\n  users: {kind: client, arrivals: constant, rate: 400/s}\n  store: {kind: quorum, ";
  t += store;
  t += "}\n  copy: {kind: replica, work: 0s, ";
  t += copies;
  t += "}\nedges:\n  - users -> store\n  - store -> copy: ";
  t += edge;
  t += "\ntimeline: [";
  t += timeline;
  t += "]\n";
  return t;
}

double staleShare(const Summary& s) { return metric(s, "stale_reads") / metric(s, "reads"); }

}  // namespace

class QuorumTest : public QObject {
  Q_OBJECT

 private slots:
  // R + W > N sees every write that had taken effect, even if writes reach no more than W copies.
  void overlappingQuorumsAreConsistent_data() {
    QTest::addColumn<int>("r");
    QTest::addColumn<int>("w");
    QTest::addColumn<bool>("consistent");
    for (int r = 1; r <= 3; ++r)
      for (int w = 1; w <= 3; ++w) QTest::addRow("R=%d W=%d", r, w) << r << w << (r + w > 3);
  }
  void overlappingQuorumsAreConsistent() {
    QFETCH(int, r);
    QFETCH(int, w);
    QFETCH(bool, consistent);
    const std::string store = "read_quorum: " + std::to_string(r) + ", write_quorum: " + std::to_string(w) +
                              ", write_to: quorum, read_from: quorum";
    const Summary s = runText(asked(store.c_str()));
    QCOMPARE(s.requests.failed, 0u);
    if (consistent)
      QCOMPARE(metric(s, "stale_reads"), 0.0);
    else
      QVERIFY2(staleShare(s) > 0.1, text(staleShare(s)));
  }

  // An answer needs the second fastest of three copies, one copy's slowness does not matter.
  void oneSlowCopyIsNotWaitedFor() {
    const Summary s = runText(asked("", "{at: 0s, pause: \"copy[1]\"}"));
    QCOMPARE(s.requests.failed, 0u);
    QVERIFY(s.requests.okLatency.quantile(0.99) < milliseconds(11));
    const Summary all = runText(asked("write_quorum: 3", "{at: 0s, pause: \"copy[1]\"}"));
    const double failed = static_cast<double>(all.requests.failed) / static_cast<double>(all.requests.offered);
    QVERIFY2(std::abs(failed - 0.5) < 0.03, text(failed));
  }

  // Two of three copies are gone: refuse (CP), or answer from what is left (AP), stale or not.
  void aPartitionIsRefusedOrServed_data() {
    QTest::addColumn<QByteArray>("choice");
    QTest::addColumn<bool>("available");
    QTest::newRow("CP") << QByteArray("refuse") << false;
    QTest::newRow("AP") << QByteArray("serve") << true;
  }
  void aPartitionIsRefusedOrServed() {
    QFETCH(QByteArray, choice);
    QFETCH(bool, available);
    const std::string store = "on_partition: " + choice.toStdString();
    // First one copy misses writes, then the other two are lost.
    const Summary s = runText(asked(store.c_str(),
                                    "{at: 10s, crash: \"copy[2]\", for: 10s}, {at: 20s, crash: \"copy[0]\", for: "
                                    "20s}, {at: 20s, crash: \"copy[1]\", for: 20s}"));
    if (available) {
      QCOMPARE(s.requests.failed, 0u);
      QVERIFY2(std::abs(metric(s, "sloppy") - 8'000) < 50, text(metric(s, "sloppy")));
      QVERIFY(metric(s, "stale_reads") > 50);
      QCOMPARE(static_cast<double>(s.requests.degraded), metric(s, "sloppy"));
    } else {
      QVERIFY2(std::abs(static_cast<double>(s.requests.failed) - 8'000) < 50,
               text(static_cast<double>(s.requests.failed)));
      QCOMPARE(countOf(s.requests, "store.no_quorum"), s.requests.failed);
      QCOMPARE(metric(s, "stale_reads"), 0.0);
    }
  }

  // A copy that was away lacks writes; handoff and repair bring them.
  void missedWritesAreMadeUpFor_data() {
    QTest::addColumn<QByteArray>("store");
    QTest::addColumn<double>("most");
    QTest::newRow("never") << QByteArray("") << 1e9;
    QTest::newRow("hinted handoff") << QByteArray("handoff_every: 1s, ") << 10.0;
  }
  void missedWritesAreMadeUpFor() {
    QFETCH(QByteArray, store);
    QFETCH(double, most);
    // The write load ends with the outage, then every read asks one copy.
    const std::string s = store.toStdString() + "read_quorum: 1, read_from: quorum, write_quorum: 2";
    Simulation run(scenarioOf(asked(
        s.c_str(), "{at: 10s, crash: \"copy[2]\", for: 10s}, {at: 19.9s, set: \"users -> store.effect\", to: read}")));
    run.advanceTo(seconds(30));
    const double before = metric(run.summary(), "stale_reads");
    run.runToEnd();
    const double after = metric(run.summary(), "stale_reads") - before;
    if (most > 1e6)
      QVERIFY2(after > 3'000, text(after));
    else
      QVERIFY2(after < most, text(after));
    if (most < 1e6) QVERIFY(metric(run.summary(), "handed_off") > 1'500);
    QCOMPARE(last(run.summary(), "hints"), 0.0);
  }

  void readsRepair() {
    Simulation run(scenarioOf(
        asked("read_quorum: 1, write_quorum: 2, read_repair: true",
              "{at: 10s, crash: \"copy[2]\", for: 10s}, {at: 19.9s, set: \"users -> store.effect\", to: read}",
              "instances: 3, apply_work: 0s, acknowledge: applied", "{latency: exponential(5ms), timeout: 200ms}")));
    run.advanceTo(seconds(40));
    const double before = metric(run.summary(), "stale_reads");
    QVERIFY(metric(run.summary(), "repairs") >= 50);
    run.runToEnd();
    QCOMPARE(metric(run.summary(), "stale_reads"), before);
  }

  // A copy behind a router is the instance that was asked, not the one to which the router passed the call on: what it
  // missed by a timeout is kept for it.
  void copiesBehindARouterAreThemselves() {
    const Summary s = runText(
        "faultline: 1\nname: t\nduration: 20s\nclasses: {put: {effect: write, key: uniform(50)}}\nnodes:\n"
        "  users: {kind: client, rate: 100/s, until: 10s}\n"
        "  store: {kind: quorum, write_quorum: 1, read_quorum: 1, handoff_every: 100ms}\n"
        "  guard: {kind: bulkhead, max_concurrent: 1000}\n  copy: {kind: service, instances: 4, workers: 1000, work: 1ms}\n"
        "edges:\n  - users -> store\n  - store -> guard: {timeout: 50ms}\n  - guard -> copy\n"
        "timeline: [{at: 2s, slow: copy, factor: 100, for: 3s}]\n");
    QVERIFY2(metricOf(nodeOf(s, "store"), "hints").peak > 100, text(metricOf(nodeOf(s, "store"), "hints").peak));
    QCOMPARE(last(s, "hints"), 0.0);
    QVERIFY(metric(s, "handed_off") > 200);
  }

  // A copy that takes over what fails keeps an operation that asks only as many as it needs alive.
  void aFailedCopyIsReplaced() {
    const Summary s = runText(asked("write_to: quorum, read_from: quorum", "{at: 20s, crash: \"copy[0]\"}"));
    QCOMPARE(s.requests.failed, 0u);
    QVERIFY(metric(s, "stale_reads") < 5);
  }

  void coordinatingCosts() {
    const Summary s = runText(asked("work: 1ms, threads: 1"));
    QVERIFY2(std::abs(nodeOf(s, "store").utilization - 0.4) < 0.01, text(nodeOf(s, "store").utilization));
  }
};

QTEST_APPLESS_MAIN(QuorumTest)
#include "quorum_test.moc"

// The sending side of replication: what reaches the copies, and when a writer is told.
#include <QTest>
#include <cmath>
#include <set>
#include <string>

#include "support/run.h"

using namespace faultline;

namespace {

std::string system(const std::string& database, const std::string& link, const std::string& timeline = "",
                   const std::string& copies = "2") {
  return "faultline: 1\nname: t\nduration: 40s\nclasses:\n  all: {effect: write, key: sequential(1M)}\nnodes:\n"
         "  users: {kind: client, rate: 50/s, arrivals: constant, until: 30s}\n  db: {kind: database, work: 1ms, " +
         database +
         "}\n"
         "  copy: {kind: replica, instances: " +
         copies +
         ", apply_work: 1ms}\n"
         "edges:\n  - users -> db\n  - db -> copy: {" +
         link + "}\n" + timeline;
}

double applied(const Summary& s) { return metricOf(nodeOf(s, "copy"), "applied").value; }

// The versions that reached the copies, in order of arrival.
class Deliveries : public Observer {
 public:
  explicit Deliveries(const std::string& yaml) : simulation_(scenarioOf(yaml)) {
    simulation_.observe(this);
    simulation_.runToEnd();
    summary = simulation_.summary();
  }
  void onArrive(SimTime, NodeId node, CallId, const Call& call) override {
    if (simulation_.nodeNames()[node] != "copy" || !call.has(kFill)) return;
    ++all;
    inOrder = inOrder && (!last.contains(call.instance) || call.version > last[call.instance] ||
                          distinct.contains({call.instance, call.version}));
    last[call.instance] = std::max(last[call.instance], call.version);
    distinct.insert({call.instance, call.version});
  }
  std::uint64_t all = 0;
  bool inOrder = true;
  std::map<std::uint16_t, std::uint32_t> last;
  std::set<std::pair<std::uint16_t, std::uint32_t>> distinct;
  Summary summary;

 private:
  Simulation simulation_;
};

}  // namespace

class ReplicationTest : public QObject {
  Q_OBJECT

 private slots:
  void everyCopyGetsEveryWriteOnceAndInOrder() {
    const Deliveries run(system("", "latency: 5ms"));
    QCOMPARE(run.distinct.size(), std::size_t{2 * run.summary.requests.ok});
    QCOMPARE(run.all, std::uint64_t{run.distinct.size()});
    QVERIFY(run.inOrder);
    QCOMPARE(applied(run.summary), 2.0 * static_cast<double>(run.summary.requests.ok));
  }

  // Round trip 10 ms, 1 ms at each side; who does not wait is done after its own millisecond.
  void whoWaitsForCopiesIsToldLater_data() {
    QTest::addColumn<QString>("mode");
    QTest::addColumn<double>("ms");
    QTest::newRow("async") << "replication: async" << 1.0;
    QTest::newRow("sync") << "replication: sync" << 12.0;
    QTest::newRow("quorum of one") << "replication: quorum, quorum: 1" << 1.0;
    QTest::newRow("quorum of two") << "replication: quorum, quorum: 2" << 12.0;
  }
  void whoWaitsForCopiesIsToldLater() {
    QFETCH(QString, mode);
    QFETCH(double, ms);
    const std::string copy = "timeline:\n  - {at: 0s, set: copy.acknowledge, to: applied}\n";
    const Summary s = runText(system(mode.toStdString(), "latency: 5ms", copy));
    QVERIFY2(std::abs(s.requests.okLatency.meanNs() / 1e6 - ms) < 0.1,
             qPrintable(QString::number(s.requests.okLatency.meanNs() / 1e6)));
    QCOMPARE(s.requests.failed, 0u);
  }

  // Another database as a copy answers for the version that it got, and hands it on to its own copy. Two workers may
  // finish two writes in another order than they came.
  void aDatabaseMayBeACopy_data() {
    QTest::addColumn<QString>("mode");
    QTest::newRow("async") << "async";
    QTest::newRow("sync") << "sync";
    QTest::newRow("quorum") << "quorum";
  }
  void aDatabaseMayBeACopy() {
    QFETCH(QString, mode);
    const Deliveries run(
        "faultline: 1\nname: t\nduration: 40s\nclasses:\n  all: {effect: write, key: sequential(1M)}\nnodes:\n"
        "  users: {kind: client, rate: 50/s, until: 30s}\n  db: {kind: database, work: 1ms, replication: " +
        mode.toStdString() +
        "}\n  standby: {kind: database, work: exponential(30ms)}\n  copy: {kind: replica, apply_work: 1ms}\n"
        "edges:\n  - users -> db\n  - db -> standby\n  - standby -> copy: {latency: 5ms}\n");
    QCOMPARE(run.summary.requests.ok, run.summary.requests.offered);
    const auto writes = static_cast<double>(run.summary.requests.ok);
    QCOMPARE(metricOf(nodeOf(run.summary, "standby"), "commits").value, writes);
    QCOMPARE(applied(run.summary), writes);
    for (const char* node : {"db", "standby"})
      QCOMPARE(metricOf(nodeOf(run.summary, node), "unreplicated").last, 0.0);
  }

  // A copy that fails, hangs or is full gets what it missed with a heartbeat, not with every answer; what it gets twice is
  // one write.
  void aSickCopyIsNotFlooded_data() {
    QTest::addColumn<QString>("copy");
    QTest::addColumn<QString>("fault");
    QTest::addColumn<double>("mostForEachWrite");
    QTest::newRow("errors") << "work: 1ms" << "{at: 10s, errors: standby, ratio: 50%, for: 10s}" << 10.0;
    QTest::newRow("pause") << "work: 1ms" << "{at: 10s, pause: standby, for: 12s}" << 3.0;
    QTest::newRow("full") << "work: 30ms, connections: 1, max_waiting: 0" << "{at: 10s, note: none}" << 40.0;
  }
  void aSickCopyIsNotFlooded() {
    QFETCH(QString, copy);
    QFETCH(QString, fault);
    QFETCH(double, mostForEachWrite);
    const Summary s = runText(
        "faultline: 1\nname: t\nduration: 80s\nclasses:\n  all: {effect: write, key: sequential(1M)}\nnodes:\n"
        "  users: {kind: client, rate: 50/s, until: 30s}\n  db: {kind: database, work: 1ms}\n"
        "  standby: {kind: database, " +
        copy.toStdString() + "}\nedges:\n  - users -> db\n  - db -> standby\ntimeline:\n  - " + fault.toStdString() + "\n");
    const auto writes = static_cast<double>(s.requests.ok);
    QVERIFY(writes > 1000);
    const double arrivals = static_cast<double>(nodeOf(s, "standby").arrivals);
    QVERIFY2(arrivals < mostForEachWrite * writes, qPrintable(QString::number(arrivals / writes)));
    QVERIFY(metricOf(nodeOf(s, "standby"), "commits").value <= writes);
    if (fault.contains(QLatin1String("standby"))) QCOMPARE(metricOf(nodeOf(s, "standby"), "commits").value, writes);
  }

  // What was written while a copy was away is kept for it.
  void whatACopyMissedIsSentAgain_data() {
    QTest::addColumn<QString>("fault");
    QTest::newRow("crash") << "{at: 10s, crash: copy, for: 8s}";
    QTest::newRow("cut") << "{at: 10s, cut: \"db -> copy\", for: 8s}";
    QTest::newRow("refuse") << "{at: 10s, refuse: \"db -> copy\", for: 8s}";
    QTest::newRow("hang") << "{at: 10s, pause: copy, for: 8s}";
    QTest::newRow("one copy") << "{at: 10s, crash: \"copy[1]\", for: 8s}";
    QTest::newRow("loss") << "{at: 10s, loss: \"db -> copy\", ratio: 30%, for: 8s}";
  }
  void whatACopyMissedIsSentAgain() {
    QFETCH(QString, fault);
    const Deliveries run(system("heartbeat: 500ms", "timeout: 1s", "timeline:\n  - " + fault.toStdString() + "\n"));
    QCOMPARE(run.summary.requests.failed, 0u);  // nobody waits for the copies
    QCOMPARE(run.distinct.size(), std::size_t{2 * run.summary.requests.ok});
  }

  // The connection outlives a cut that is shorter than `partition_after`, as TCP does: what was under way is sent again,
  // so nobody who waits for a copy waits for ever, and a copy applies nothing twice.
  void aShortCutHoldsNobodyUpForEver_data() {
    QTest::addColumn<QString>("mode");
    QTest::addColumn<QString>("copy");
    QTest::addColumn<QString>("fault");
    QTest::addColumn<bool>("lossy");
    for (const char* mode : {"sync", "quorum"})
      for (const char* acknowledge : {"received", "applied"}) {
        const QString name = QString(mode) + ", " + acknowledge;
        QTest::newRow(qPrintable(name + ", cut"))
            << mode << acknowledge << "{at: 10s, cut: \"db -> copy\", for: 3s}" << false;
        QTest::newRow(qPrintable(name + ", loss"))
            << mode << acknowledge << "{at: 10s, loss: \"db -> copy\", ratio: 30%, for: 8s}" << true;
      }
  }
  void aShortCutHoldsNobodyUpForEver() {
    QFETCH(QString, mode);
    QFETCH(QString, copy);
    QFETCH(QString, fault);
    QFETCH(bool, lossy);
    const Deliveries run(system("heartbeat: 500ms, connections: 20, replication: " + mode.toStdString(), "latency: 5ms",
                                "timeline:\n  - {at: 0s, set: copy.acknowledge, to: " + copy.toStdString() + "}\n  - " +
                                    fault.toStdString() + "\n"));
    QCOMPARE(run.summary.requests.ok, run.summary.requests.offered);
    QCOMPARE(run.distinct.size(), std::size_t{2 * run.summary.requests.ok});
    if (lossy) QVERIFY(run.all > run.distinct.size());  // a second time is no second write
    QCOMPARE(applied(run.summary), static_cast<double>(run.distinct.size()));
    QCOMPARE(metricOf(nodeOf(run.summary, "copy"), "pending").last, 0.0);
    QCOMPARE(metricOf(nodeOf(run.summary, "db"), "unreplicated").last, 0.0);
  }

  // A copy that is known to be lost holds up nobody; until then, it does.
  void syncGoesOnWithoutALostCopy() {
    const Summary s = runText(system("replication: sync, heartbeat: 500ms, partition_after: 2s", "timeout: 1s",
                                     "timeline:\n  - {at: 10s, crash: \"copy[0]\", for: 15s}\n"));
    QCOMPARE(s.requests.failed, 0u);
    QCOMPARE(s.requests.ok, s.requests.offered);
  }

  void aQuorumThatCannotBeReachedFails() {
    const Summary s = runText(system("replication: quorum, quorum: 3, heartbeat: 500ms, partition_after: 2s",
                                     "timeout: 1s", "timeline:\n  - {at: 10s, crash: \"copy[0]\", for: 15s}\n"));
    QVERIFY(s.requests.failed > 600 && s.requests.failed < 800);  // of 50 a second for 15 s
    QCOMPARE(s.requests.ok + s.requests.failed, s.requests.offered);
    // Two of three are enough without it.
    const Summary two = runText(system("replication: quorum, quorum: 2, heartbeat: 500ms, partition_after: 2s",
                                       "timeout: 1s", "timeline:\n  - {at: 10s, crash: \"copy[0]\", for: 15s}\n"));
    QCOMPARE(two.requests.failed, 0u);
  }

  // The log is on the primary's disk: what it had not yet sent on, it sends after its own restart.
  void aRestartedPrimarySendsWhatIsOpen() {
    const Deliveries run(
        system("heartbeat: 500ms", "latency: 100ms, timeout: 1s",
               "timeline:\n  - {at: 9s, cut: \"db -> copy\", for: 4s}\n  - {at: 10s, crash: db, for: 2s}\n"));
    QVERIFY(run.summary.requests.failed >= 99);
    QCOMPARE(run.distinct.size(), std::size_t{2 * run.summary.requests.ok});
  }
};

QTEST_APPLESS_MAIN(ReplicationTest)
#include "replication_test.moc"

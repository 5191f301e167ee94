// The receiving side of replication: writes wait their turn, a crash costs the work on them and not the writes.
#include <QTest>
#include <algorithm>
#include <cmath>
#include <string>

#include "support/run.h"

using namespace faultline;

namespace {

std::string system(const std::string& rate, const std::string& copy, const std::string& timeline = "",
                   const std::string& key = "sequential(1M)") {
  return "faultline: 1\nname: t\nduration: 40s\nclasses:\n  all: {effect: write, key: " + key +
         "}\nnodes:\n"
         "  users: {kind: client, rate: " +
         rate +
         ", arrivals: constant, until: 30s}\n  readers: {kind: client, rate: 20/s}\n"
         "  db: {kind: database, work: 100us, heartbeat: 500ms}\n  copy: {kind: replica, work: 0s, " +
         copy +
         "}\n"
         "edges:\n  - users -> db\n  - readers -> copy: {effect: read}\n  - db -> copy: {timeout: 1s}\n" +
         timeline;
}

MetricSummary of(const Summary& s, const char* name) { return metricOf(nodeOf(s, "copy"), name); }
std::uint64_t writes(const Summary& s) { return nodeOf(s, "db").ok; }

}  // namespace

class WriteApplierTest : public QObject {
  Q_OBJECT

 private slots:
  void appliesEveryWriteOnce() {
    const Summary s = runText(system("50/s", "apply_work: 5ms"));
    QCOMPARE(of(s, "applied").value, static_cast<double>(writes(s)));
    QVERIFY(std::abs(of(s, "apply_lag").value - 0.005) < 1e-4);
    QCOMPARE(of(s, "pending").last, 0.0);
  }

  // 100 a second take 15 ms each: a third of them waits at the end, then the backlog is worked off.
  void aBacklogBuildsUpAndDrains() {
    Simulation simulation(scenarioOf(system("100/s", "apply_work: 15ms")));
    simulation.advanceTo(seconds(30));
    const MetricSummary pending = of(simulation.summary(), "pending");
    QVERIFY2(std::abs(pending.last - 1000) < 5, qPrintable(QString::number(pending.last)));
    QVERIFY(std::abs(of(simulation.summary(), "lag").last - 10'000) < 1050);  // a reading of the last sample
    simulation.runToEnd();
    QVERIFY(std::abs(of(simulation.summary(), "applied").value - 40 / 0.015) < 3);
  }

  void workersShareTheBacklog() {
    const Summary one = runText(system("100/s", "apply_work: 15ms, apply_workers: 1"));
    const Summary two = runText(system("100/s", "apply_work: 15ms, apply_workers: 2"));
    QVERIFY(of(one, "pending").peak > 900);
    QVERIFY(of(two, "pending").peak <= 3);
  }

  // One key, many workers, work of very different length: an older write that ends later must not bring back the past.
  void anOlderWriteNeverReplacesANewerOne() {
    const Summary s =
        runText(system("50/s", "apply_work: hyperexponential(90% 1ms, 10% 300ms), apply_workers: 8", "", "fixed(1)"));
    // Once everything is applied, nobody reads the past. Readers go on for 10 s after the last write.
    Simulation simulation(scenarioOf(
        system("50/s", "apply_work: hyperexponential(90% 1ms, 10% 300ms), apply_workers: 8", "", "fixed(1)")));
    simulation.advanceTo(seconds(35));
    const double before = of(simulation.summary(), "stale_reads").value;
    simulation.runToEnd();
    QVERIFY(before > 0);
    QCOMPARE(of(simulation.summary(), "stale_reads").value, before);
    QCOMPARE(of(s, "applied").value, static_cast<double>(writes(s)));
  }

  // Received writes are on disk: a crash repeats the work in progress and loses no write.
  void aCrashLosesNoWrite_data() {
    QTest::addColumn<QString>("when");
    QTest::newRow("short") << "{at: 10s, crash: copy, for: 100ms}";
    QTest::newRow("long") << "{at: 10s, crash: copy, for: 9s}";
    QTest::newRow("again and again")
        << "{at: 10s, crash: copy, for: 1s}\n  - {at: 12s, crash: copy, for: 1s}\n  - {at: 14s, crash: copy, for: 1s}";
  }
  void aCrashLosesNoWrite() {
    QFETCH(QString, when);
    const Summary s =
        runText(system("50/s", "apply_work: 15ms, apply_workers: 2", "timeline:\n  - " + when.toStdString() + "\n"));
    QCOMPARE(of(s, "pending").last, 0.0);
    QVERIFY(of(s, "applied").value >= static_cast<double>(writes(s)));
    QVERIFY(of(s, "applied").value <= static_cast<double>(writes(s)) + 60);  // answered too late, and so sent twice
  }

  void whatWasThereAtTheStartIsNotStale() {
    const Summary s = runText(system("0/s", "apply_work: 15ms"));
    QCOMPARE(of(s, "stale_reads").value, 0.0);
    QVERIFY(nodeOf(s, "copy").ok > 500);
  }
};

QTEST_APPLESS_MAIN(WriteApplierTest)
#include "write_applier_test.moc"

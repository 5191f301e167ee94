#include <QtTest>
#include <algorithm>
#include <cmath>
#include <string>

#include "support/run.h"

using namespace faultline;

namespace {

std::string system(const std::string& client, const std::string& bulkhead, const std::string& service,
                   const std::string& duration, const std::string& timeline = {}, const std::string& in = "{}",
                   const std::string& out = "{}", const std::string& classes = {}) {
  std::string text = "faultline: 1\nname: t\nduration: ";
  text += duration + "\n" + classes;
  text += "nodes:\n  users: {kind: client, " + client + "}\n  wall: {kind: bulkhead, " + bulkhead;
  text += "}\n  db: {kind: service, workers: 100000, " + service + "}\nedges:\n";
  text += "  - users -> wall: " + in + "\n  - wall -> db: " + out + "\n";
  if (!timeline.empty()) text += "timeline:\n" + timeline;
  return text;
}

double erlangLoss(int servers, double offered) {
  double blocked = 1;
  for (int n = 1; n <= servers; ++n) blocked = offered * blocked / (n + offered * blocked);
  return blocked;
}

double shareFailed(const OperationSummary& s) { return static_cast<double>(s.failed) / static_cast<double>(s.offered); }

}  // namespace

class BulkheadTest : public QObject {
  Q_OBJECT

 private slots:
  // Erlang's loss formula, insensitive to the distribution of the dependency's times.
  void loss_data() {
    QTest::addColumn<QString>("work");
    QTest::newRow("constant") << "100ms";
    QTest::newRow("exponential") << "exponential(100ms)";
    QTest::newRow("lognormal") << "'lognormal(mean 100ms, cv 2)'";
  }
  void loss() {
    QFETCH(QString, work);
    const Summary s = runText(system("rate: 90/s", "max_concurrent: 10", "work: " + work.toStdString(), "2000s"));
    const double expected = erlangLoss(10, 9);
    QVERIFY2(std::fabs(shareFailed(s.requests) / expected - 1) < 0.03,
             qPrintable(QString::number(shareFailed(s.requests))));
    QCOMPARE(countOf(s.requests, "wall.bulkhead_full"), s.requests.failed);
    QCOMPARE(metricOf(nodeOf(s, "wall"), "refused").value, static_cast<double>(s.requests.failed));
    QVERIFY(std::fabs(nodeOf(s, "wall").busyMean / (9 * (1 - expected)) - 1) < 0.02);
  }

  // M/M/c/K: with places to wait, and with waiting that ends.
  void waiting() {
    const Summary s =
        runText(system("rate: 90/s", "max_concurrent: 10, max_waiting: 5", "work: exponential(100ms)", "3000s"));
    double weight = 1, sum = 0, full = 0;
    for (int n = 0; n <= 15; ++n) {
      if (n > 0) weight *= 9.0 / std::min(n, 10);
      sum += weight;
      if (n == 15) full = weight / sum;
    }
    QVERIFY2(std::fabs(shareFailed(s.requests) / full - 1) < 0.06,
             qPrintable(QString::number(shareFailed(s.requests) / full)));
    QCOMPARE(nodeOf(s, "wall").queueMax, std::int64_t{5});
    // Mean wait of those admitted: mean queue by Little.
    const NodeSummary& wall = nodeOf(s, "wall");
    const double admitted = static_cast<double>(s.requests.ok) / 3000;
    QVERIFY(std::fabs(wall.wait.meanNs() / 1e9 * admitted / wall.queueMean - 1) < 0.01);
  }

  void waitTimeout() {
    // Ten at once for two places of 100 ms each: after 250 ms six have had a place, four waited in vain.
    const Summary s = runText(system("arrivals: constant, rate: 10/s, batch: 10, operations: 10",
                                     "max_concurrent: 2, max_waiting: 100, max_wait: 250ms", "work: 100ms", "5s"));
    QCOMPARE(s.requests.ok, std::uint64_t{6});
    QCOMPARE(countOf(s.requests, "wall.wait_timeout"), std::uint64_t{4});
    QCOMPARE(s.requests.failedLatency.meanNs(), 250e6);
  }

  void orderOfTheQueue_data() {
    QTest::addColumn<QString>("order");
    QTest::addColumn<bool>("urgentFirst");
    QTest::newRow("fifo") << "fifo" << false;
    QTest::newRow("priority") << "priority" << true;
  }
  void orderOfTheQueue() {
    QFETCH(QString, order);
    QFETCH(bool, urgentFirst);
    const std::string classes = "classes:\n  bulk: {share: 80%}\n  urgent: {share: 20%, priority: 1}\n";
    const Summary s = runText(system("rate: 95/s", "max_concurrent: 10, max_waiting: 1k, queue: " + order.toStdString(),
                                     "work: exponential(100ms)", "300s", {}, "{}", "{}", classes));
    const double bulk = s.classes[0].okLatency.meanNs(), urgent = s.classes[1].okLatency.meanNs();
    QCOMPARE(urgent < 0.7 * bulk, urgentFirst);
  }

  // A flood of one class leaves the places of the other alone.
  void compartments() {
    const std::string classes = "classes:\n  flood: {share: 90%}\n  quiet: {share: 10%}\n";
    const auto quiet = [&](const std::string& per) {
      const Summary s = runText(
          system("rate: 500/s", "max_concurrent: 20, per: " + per, "work: 100ms", "200s", {}, "{}", "{}", classes));
      return shareFailed(s.classes[1]);
    };
    QVERIFY(quiet("all") > 0.5);
    QCOMPARE(quiet("class"), 0.0);  // one in three million
    const Summary s = runText(
        system("rate: 500/s", "max_concurrent: 20, per: class", "work: 100ms", "200s", {}, "{}", "{}", classes));
    QVERIFY(std::fabs(shareFailed(s.classes[0]) / erlangLoss(20, 45) - 1) < 0.02);
    QVERIFY(std::fabs(nodeOf(s, "wall").utilization - nodeOf(s, "wall").busyMean / 40) < 1e-9);
  }

  // A caller with 50 workers and two dependencies, of which one hangs for a minute.
  void oneSlowDependencyDoesNotTakeTheOtherDown() {
    const auto yaml = [](bool walled) {
      std::string text =
          "faultline: 1\nname: t\nduration: 60s\nclasses:\n  fast: {share: 50%, objective: 1s}\n"
          "  slow: {share: 50%}\nnodes:\n  users: {kind: client, rate: 100/s}\n"
          "  app: {kind: service, workers: 50, work: 1ms}\n  good: {kind: service, work: 5ms}\n"
          "  bad: {kind: service, workers: 1000, work: 5ms}\n";
      if (walled) text += "  wall: {kind: bulkhead, max_concurrent: 10}\n";
      text += "edges:\n  - users -> app\n  - app -> good: {for: [fast]}\n";
      if (walled)
        text += "  - app -> wall: {for: [slow], optional: true}\n  - wall -> bad\n";
      else
        text += "  - app -> bad: {for: [slow]}\n";
      text += "timeline:\n  - {at: 10s, slow: bad, factor: 10000}\n";
      return text;
    };
    const Summary without = runText(yaml(false));
    const Summary with = runText(yaml(true));
    QVERIFY(without.classes[0].goodput < without.classes[0].offered / 3);
    QCOMPARE(with.classes[0].goodput, with.classes[0].offered - static_cast<std::uint64_t>(with.classes[0].inFlight));
    // Those who need the bad one get a degraded answer.
    QCOMPARE(with.classes[1].failed, std::uint64_t{0});
    QVERIFY(with.classes[1].degraded > with.classes[1].offered * 3 / 4);
  }

  // Callers that give up do not free a place; the dependency still works for them.
  void abandonedCallsKeepTheirPlaces() {
    const auto most = [](const std::string& in, const std::string& out) {
      const Summary s =
          runText(system("rate: 100/s, arrivals: constant", "max_concurrent: 10", "work: 1s", "60s", {}, in, out));
      return static_cast<double>(nodeOf(s, "db").arrivals) / 60;
    };
    QVERIFY(std::fabs(most("{timeout: 100ms}", "{}") - 10) < 0.5);
    QVERIFY(std::fabs(most("{timeout: 100ms, cancel: true}", "{}") - 100) < 2);
    // A timeout behind the bulkhead does.
    QVERIFY(std::fabs(most("{}", "{timeout: 100ms}") - 100) < 2);
    QVERIFY(std::fabs(most("{timeout: 100ms, cancel: true}", "{retry: {max: 1}}") - 100) < 2);
  }

  void waitingCallsCanBeCancelled() {
    const std::string two = "arrivals: constant, rate: 2/s, batch: 2, operations: 2";
    std::string yaml = system(two, "max_concurrent: 2, max_waiting: 100", "work: 100ms", "5s");
    yaml.insert(yaml.find("edges:"),
                "  hasty: {kind: client, arrivals: constant, rate: 8/s, batch: 8, operations: 8}\n");
    const Summary s = runText(yaml + "  - hasty -> wall: {timeout: 50ms, cancel: true}\n");
    QCOMPARE(s.requests.ok, std::uint64_t{2});
    QCOMPARE(nodeOf(s, "db").arrivals, std::uint64_t{2});
    QCOMPARE(nodeOf(s, "wall").inFlight, std::int64_t{0});
    QCOMPARE(nodeOf(s, "wall").queueMax, std::int64_t{8});
  }

  void aCrashFreesAllPlaces() {
    const Summary s =
        runText(system("rate: 100/s, arrivals: constant", "max_concurrent: 10, max_waiting: 10", "work: 0s", "60s",
                       "  - {at: 10s, cut: wall -> db, for: 5s}\n  - {at: 20s, crash: wall, for: 1s}\n"));
    // Ten calls are lost for good on the cut arrow, and nothing gets through until the crash.
    QCOMPARE(countOf(s.requests, "wall.connection_lost"), std::uint64_t{20});
    QVERIFY(s.requests.ok > 4800 && s.requests.ok < 5000);
  }

  void aLiveChangeAdmitsThoseWhoWait() {
    const Summary s = runText(system("arrivals: constant, rate: 10/s, batch: 10, operations: 10",
                                     "max_concurrent: 1, max_waiting: 100", "work: 10s", "30s",
                                     "  - {at: 5s, set: wall.max_concurrent, to: 10}\n"));
    QCOMPARE(s.requests.ok, std::uint64_t{10});
    QVERIFY(s.requests.okLatency.meanNs() < 15e9);
  }
};

QTEST_APPLESS_MAIN(BulkheadTest)
#include "bulkhead_test.moc"

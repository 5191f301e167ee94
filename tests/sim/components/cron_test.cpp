#include <QtTest>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "support/run.h"

using namespace faultline;

namespace {

std::string system(const std::string& cron, const std::string& service, const std::string& duration,
                   const std::string& timeline = {}, const std::string& classes = {}, const std::string& edge = "{}") {
  std::string text = "faultline: 1\nname: t\nduration: ";
  text += duration + "\n" + classes;
  text += "nodes:\n  jobs: {kind: cron, " + cron + "}\n  app: {kind: service, " + service +
          "}\nedges:\n  - jobs -> app: " + edge + "\n";
  if (!timeline.empty()) text += "timeline:\n" + timeline;
  return text;
}

constexpr const char* kInstant = "work: 0s, workers: 100000";

class Begun : public Observer {
 public:
  explicit Begun(const std::string& yaml) : simulation(scenarioOf(yaml)) {
    simulation.observe(this);
    simulation.runToEnd();
    summary = simulation.summary();
  }
  void onOperation(SimTime now, NodeId, CallId, const Call&, bool finished) override {
    if (!finished) ++at[now.seconds()];
  }
  double value(const char* metric) const { return metricOf(nodeOf(summary, "jobs"), metric).value; }

  Simulation simulation;
  Summary summary;
  std::map<double, int> at;  // time -> operations that began then
};

using Times = std::map<double, int>;

}  // namespace

class CronTest : public QObject {
  Q_OBJECT

 private slots:
  void batchesByTheClock_data() {
    QTest::addColumn<QString>("cron");
    QTest::addColumn<QMap<double, int>>("expected");
    QTest::newRow("from the start") << "every: 60s, batch: 5" << QMap<double, int>{{0, 5}, {60, 5}, {120, 5}, {180, 5}};
    QTest::newRow("later") << "every: 60s, at: 45s, batch: 2" << QMap<double, int>{{45, 2}, {105, 2}, {165, 2}};
    QTest::newRow("until") << "every: 1min, until: 2min, batch: 1" << QMap<double, int>{{0, 1}, {60, 1}};
    QTest::newRow("none") << "every: 1min, batch: 0" << QMap<double, int>{};
  }
  void batchesByTheClock() {
    QFETCH(QString, cron);
    using Expected = QMap<double, int>;
    QFETCH(Expected, expected);
    const Begun run(system(cron.toStdString(), kInstant, "190s"));
    QCOMPARE(run.at, Times(expected.toStdMap()));
  }

  // At midnight everything comes at once: the mean load is nothing, the peak is a queue, and a user of that moment
  // waits.
  void midnight() {
    const auto yaml = [](const std::string& spread) {
      return "faultline: 1\nname: t\nduration: 72h\nsample: 1h\nclasses:\n  page: {share: 50%}\n  report: {share: "
             "50%}\nnodes:\n"
             "  users: {kind: client, arrivals: constant, rate: 0.1/s, classes: [page]}\n"
             "  nightly: {kind: cron, every: 24h, at: 24h, batch: 600, classes: [report]" +
             spread +
             "}\n"
             "  app: {kind: service, workers: 1, work: 1s}\nedges:\n  - users -> app\n  - nightly -> app\n";
    };
    const Summary together = runText(yaml(""));
    QCOMPARE(nodeOf(together, "app").queueMax >= 599, true);
    QVERIFY(together.classes[0].okLatency.quantile(1) > minutes(9));
    // Mean load of a tenth from users, and 600 s of work a day.
    QVERIFY(nodeOf(together, "app").utilization < 0.12);
    // Who comes later waits behind the batch.
    const double span = metricOf(nodeOf(together, "nightly"), "run_time").value;
    QVERIFY2(std::fabs(span - 600) < 1, qPrintable(QString::number(span)));
    const Summary spread = runText(yaml(", spread: 'uniform(0s, 1h)'"));
    QVERIFY(spread.classes[0].okLatency.quantile(1) < minutes(1));
  }

  void latencyCountsFromTheTimeOfTheRun() {
    const Begun run(system("every: 10s, batch: 4", "workers: 1, work: 1s", "15s"));
    QCOMPARE(run.summary.requests.okLatency.meanNs(), 2.5e9);
    QCOMPARE(metricOf(nodeOf(run.summary, "jobs"), "run_time").value, 4.0);
  }

  // A run that takes longer than the interval: runs pile up, or are skipped.
  void overlap_data() {
    QTest::addColumn<QString>("overlap");
    QTest::addColumn<double>("runs");
    QTest::addColumn<double>("skipped");
    QTest::newRow("allow") << "allow" << 10.0 << 0.0;
    QTest::newRow("forbid") << "forbid" << 4.0 << 6.0;
  }
  void overlap() {
    QFETCH(QString, overlap);
    QFETCH(double, runs);
    QFETCH(double, skipped);
    // 25 s of work every 10 s: with `forbid` at 0, 30, 60 and 90 s.
    const Begun run(system("every: 10s, batch: 25, overlap: " + overlap.toStdString(), "workers: 1, work: 1s", "99s"));
    QCOMPARE(run.value("runs"), runs);
    QCOMPARE(run.value("skipped"), skipped);
    QCOMPARE(nodeOf(run.summary, "app").queueMax > 100, overlap == "allow");
  }

  void batchesMayVary() {
    const Begun run(system("every: 1s, batch: 'uniform(10, 30)'", kInstant, "1000s"));
    double most = 0, sum = 0;
    for (const auto& [time, count] : run.at) {
      QVERIFY(count >= 10 && count <= 30);
      most = std::max<double>(most, count);
      sum += count;
    }
    QVERIFY(most > 27);
    QVERIFY(std::fabs(sum / 1000 - 20) < 4 * 5.8 / std::sqrt(1000));
  }

  void classesByWeight() {
    const Begun run(system("every: 1s, batch: 100, classes: [a, b]", kInstant, "100s", {},
                           "classes:\n  a: {weight: 1}\n  b: {weight: 3}\n  c: {weight: 6}\n"));
    QCOMPARE(run.summary.classes[2].offered, std::uint64_t{0});
    QVERIFY(std::fabs(static_cast<double>(run.summary.classes[1].offered) / 10'100 - 0.75) < 0.02);
  }

  void operationsAreGivenUp() {
    const Begun run(system("every: 60s, batch: 10, timeout: 4.5s", "workers: 1, work: 1s", "59s"));
    QCOMPARE(run.summary.requests.ok, std::uint64_t{4});
    QCOMPARE(countOf(run.summary.requests, "jobs.timeout"), std::uint64_t{6});
    QCOMPARE(metricOf(nodeOf(run.summary, "jobs"), "run_time").value, 4.5);
  }

  // Two share one attempt; the users of both give up before it ends, and its answer is for nobody.
  void sharedAttemptsEndAfterTheirUsersGaveUp() {
    const Begun run(
        system("every: 60s, batch: 2, timeout: 1s", "work: 5s", "59s", {}, {}, "{single_flight: true, timeout: 3s}"));
    QCOMPARE(countOf(run.summary.requests, "jobs.timeout"), std::uint64_t{2});
    QCOMPARE(nodeOf(run.summary, "app").arrivals, std::uint64_t{1});
    const Begun later(system("every: 3s, batch: 3, spread: 'uniform(0s, 1s)', timeout: 1.5s", "work: 2s", "59s", {},
                             "classes:\n  k: {key: fixed(1)}\n", "{single_flight: true}"));
    QVERIFY(later.summary.requests.ok > 0);
    QVERIFY(countOf(later.summary.requests, "jobs.timeout") > 0);
  }

  // The plan of the arrows applies to every operation.
  void jobsFollowThePlan() {
    std::string yaml = system("every: 60s, batch: 10", kInstant, "59s", {}, {}, "{times: 7}");
    yaml.insert(yaml.find("edges:"), "  db: {kind: service, work: 0s}\n");
    const Begun run(yaml + "  - jobs -> db: {step: 2}\n");
    QCOMPARE(nodeOf(run.summary, "app").arrivals, std::uint64_t{70});
    QCOMPARE(nodeOf(run.summary, "db").arrivals, std::uint64_t{10});
    QCOMPARE(run.summary.requests.ok, std::uint64_t{10});
  }

  void trafficMultipliesTheBatch() {
    const Begun run(
        system("every: 10s, batch: 10", kInstant, "55s",
               "  - {at: 5s, traffic: jobs, factor: 3}\n  - {at: 25s, traffic: jobs, factor: 1, over: 10s}\n"));
    QCOMPARE(run.at, (Times{{0, 10}, {10, 30}, {20, 30}, {30, 20}, {40, 10}, {50, 10}}));
  }

  void whatIsDueWhileItIsDownIsMissed() {
    const Begun down(system("every: 10s, batch: 1", kInstant, "59s", "  - {at: 15s, crash: jobs, for: 20s}\n"));
    QCOMPARE(down.at, (Times{{0, 1}, {10, 1}, {40, 1}, {50, 1}}));
    QCOMPARE(down.value("missed"), 2.0);
    // After a hang the last one that was due starts late, and its users have waited since.
    const Begun hung(system("every: 10s, batch: 1", kInstant, "59s", "  - {at: 15s, pause: jobs, for: 20s}\n"));
    QCOMPARE(hung.at, (Times{{0, 1}, {10, 1}, {35, 1}, {40, 1}, {50, 1}}));
    QCOMPARE(hung.value("missed"), 1.0);
    QCOMPARE(hung.summary.requests.okLatency.quantile(1) > milliseconds(4900), true);
  }

  void aCrashEndsWhatRuns() {
    const Begun run(system("every: 10s, batch: 10, overlap: forbid, spread: 'uniform(0s, 4s)'",
                           "workers: 100, work: 5s", "39s", "  - {at: 2s, crash: jobs, for: 3s}\n"));
    // The others of the first run do not begin; the run at 10 s is not held up by those that were lost.
    QVERIFY(run.summary.requests.failed > 0 && run.summary.requests.failed < 10);
    QCOMPARE(run.value("runs"), 4.0);
    QCOMPARE(run.summary.requests.ok, std::uint64_t{30});
  }

  void parametersMayChangeWhileItRuns() {
    const Begun run(system("every: 10s, batch: 1", kInstant, "49s", "  - {at: 25s, set: jobs.every, to: 7s}\n"));
    QCOMPARE(run.at, (Times{{0, 1}, {10, 1}, {20, 1}, {27, 1}, {34, 1}, {41, 1}, {48, 1}}));
  }
};

QTEST_APPLESS_MAIN(CronTest)
#include "cron_test.moc"

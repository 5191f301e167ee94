#include <QtTest>
#include <algorithm>
#include <cmath>
#include <string>

#include "support/run.h"

using namespace faultline;

namespace {

std::string system(const std::string& client, const std::string& shedder, const std::string& service,
                   const std::string& duration, const std::string& timeline = {}, const std::string& in = "{}",
                   const std::string& out = "{}", const std::string& classes = {}) {
  std::string text = "faultline: 1\nname: t\nduration: ";
  text += duration + "\n" + classes;
  text += "nodes:\n  users: {kind: client, " + client + "}\n  guard: {kind: load_shedder, " + shedder;
  text += "}\n  app: {kind: service, " + service + "}\nedges:\n";
  text += "  - users -> guard: " + in + "\n  - guard -> app: " + out + "\n";
  if (!timeline.empty()) text += "timeline:\n" + timeline;
  return text;
}

double value(const Summary& s, const char* metric) { return metricOf(nodeOf(s, "guard"), metric).value; }
double last(const Summary& s, const char* metric) { return metricOf(nodeOf(s, "guard"), metric).last; }
double shareFailed(const OperationSummary& s) { return static_cast<double>(s.failed) / static_cast<double>(s.offered); }

const std::string kTwoClasses = "classes:\n  bulk: {share: 60%}\n  urgent: {share: 40%, priority: 1}\n";

}  // namespace

class LoadShedderTest : public QObject {
  Q_OBJECT

 private slots:
  // Twice the load that 16 servers of 100 ms can take, and users who want an answer within a second.
  void overload_data() {
    QTest::addColumn<QString>("shedder");
    QTest::addColumn<double>("leastGoodput");
    QTest::newRow("none") << "mode: fixed, limit: 1M" << 0.0;
    QTest::newRow("fixed") << "mode: fixed, limit: 32" << 159.0;
    QTest::newRow("aimd") << "mode: aimd, aimd: {latency: 300ms}" << 150.0;
    QTest::newRow("gradient") << "mode: gradient, gradient: {every: 500ms}" << 150.0;
    QTest::newRow("codel") << "mode: fixed, limit: 16, queue_capacity: 10k, codel: {}" << 155.0;
  }
  void overload() {
    QFETCH(QString, shedder);
    QFETCH(double, leastGoodput);
    const std::string classes = "classes:\n  any: {objective: 1s}\n";
    std::string yaml =
        system("rate: 320/s", shedder.toStdString(), "workers: 16, work: 100ms", "180s", {}, "{}", "{}", classes);
    yaml.insert(yaml.find("classes:"), "warmup: 60s\n");
    const Summary s = runText(yaml);
    const double goodput = static_cast<double>(s.requests.goodput) / 120;
    QVERIFY2(goodput >= leastGoodput && goodput <= 161, qPrintable(QString::number(goodput)));
    if (leastGoodput == 0) QCOMPARE(goodput, 0.0);
  }

  // Chiu & Jain: the dependency takes 100 calls at a time, of which each round uses as many as it may.
  void aimdSawtooth() {
    Simulation run(
        scenarioOf(system("arrivals: constant, rate: 200/s, batch: 200", "mode: aimd, limit: 10, aimd: {backoff: 50%}",
                          "workers: 100, queue_capacity: 0, work: 500ms", "200s")));
    run.runToEnd();
    const SeriesColumn* limit = run.series().find("guard.limit");
    QVERIFY(limit != nullptr);
    QCOMPARE(metricOf(nodeOf(run.summary(), "guard"), "limit").peak, 101.0);
    // Rounds begin at whole seconds, when an overload is seen, too, and end half a second later.
    std::vector<double> after;
    for (std::size_t t = 0; t < 200; ++t) after.push_back(limit->values[t]);
    QCOMPARE(*std::min_element(after.begin() + 100, after.end()), 50.0);
    QVERIFY(value(run.summary(), "overloads") >= 2);
  }

  // What is under way when the limit falls is not more than there are places.
  void aFallingLimitDoesNotOverfillThePlaces() {
    const Summary s = runText(system("rate: 300/s", "mode: aimd, limit: 50, aimd: {backoff: 10%}",
                                     "workers: 40, queue_capacity: 0, work: 200ms", "100s"));
    QVERIFY(value(s, "overloads") > 10);
    QVERIFY(nodeOf(s, "guard").utilization > 0.5 && nodeOf(s, "guard").utilization <= 1);
    const Summary lowered =
        runText(system("rate: 300/s, until: 10s", "mode: fixed, limit: 50", "workers: 100, work: 10s", "20s",
                       "  - {at: 5s, set: guard.limit, to: 1}\n"));
    QVERIFY(nodeOf(lowered, "guard").utilization <= 1);
  }

  // An idle limit says nothing: it does not grow.
  void anUnusedLimitDoesNotGrow() {
    const Summary idle = runText(system("rate: 20/s", "mode: aimd, limit: 20", "workers: 100, work: 50ms", "100s"));
    QCOMPARE(last(idle, "limit"), 20.0);
    const Summary used = runText(system("rate: 300/s", "mode: aimd, limit: 20", "workers: 100, work: 50ms", "100s"));
    QVERIFY(last(used, "limit") > 25);
  }

  void whatCountsAsOverload_data() {
    QTest::addColumn<QString>("aimd");
    QTest::addColumn<QString>("timeline");
    QTest::addColumn<bool>("backsOff");
    QTest::newRow("good answers") << "{}"
                                  << "" << false;
    QTest::newRow("errors") << "{}"
                            << "  - {at: 10s, errors: app, ratio: 50%}\n"
                            << false;
    QTest::newRow("errors, if told so") << "{on: [error]}"
                                        << "  - {at: 10s, errors: app, ratio: 50%}\n"
                                        << true;
    QTest::newRow("slow answers") << "{}"
                                  << "  - {at: 10s, slow: app, factor: 10}\n"
                                  << false;
    QTest::newRow("slow answers, if told so") << "{latency: 20ms}"
                                              << "  - {at: 10s, slow: app, factor: 10}\n"
                                              << true;
    QTest::newRow("down") << "{}"
                          << "  - {at: 10s, crash: app, for: 1s}\n"
                          << true;
    QTest::newRow("timeouts") << "{}"
                              << "  - {at: 10s, pause: app, for: 1s}\n"
                              << true;
  }
  void whatCountsAsOverload() {
    QFETCH(QString, aimd);
    QFETCH(QString, timeline);
    QFETCH(bool, backsOff);
    const Summary s = runText(system("rate: 100/s", "limit: 20, aimd: " + aimd.toStdString(), "workers: 100, work: 5ms",
                                     "20s", timeline.toStdString(), "{}", "{timeout: 500ms}"));
    QCOMPARE(value(s, "overloads") > 0, backsOff);
  }

  // The limit settles at x + sqrt(x), x = (1 + tolerance) c: 20 + 4.47 for 16 servers; the rest of the latency is
  // waiting. Another tolerance, another limit.
  void gradientSettles_data() {
    QTest::addColumn<int>("tolerance");
    QTest::addColumn<double>("limit");
    QTest::newRow("25 %") << 25 << 24.0;
    QTest::newRow("100 %") << 100 << 37.0;
  }
  void gradientSettles() {
    QFETCH(int, tolerance);
    QFETCH(double, limit);
    // With a queue before it, every place is always taken.
    const std::string gradient =
        "mode: gradient, queue_capacity: 1k, gradient: {every: 1s, baseline_every: 1h, tolerance: " +
        std::to_string(tolerance) + "%}";
    const Summary s = runText(system("rate: 1600/s", gradient, "workers: 16, work: 20ms", "60s"));
    QCOMPARE(last(s, "limit"), limit);
    QCOMPARE(last(s, "baseline"), 20'000.0);
  }

  // A dependency that becomes slower for good is measured anew: the limit comes back.
  void theBaselineIsMeasuredAnew() {
    const std::string gradient = "mode: gradient, gradient: {baseline_every: 20s}";
    Simulation run(scenarioOf(
        system("rate: 1600/s", gradient, "workers: 16, work: 10ms", "100s", "  - {at: 30s, slow: app, factor: 3}\n")));
    run.runToEnd();
    QCOMPARE(last(run.summary(), "baseline"), 30'000.0);
    const SeriesColumn* limit = run.series().find("guard.limit");
    QVERIFY(limit->values[38] < 12);  // as if three times as many were waiting
    QVERIFY(std::fabs(limit->values[70] - 24) < 1);
  }

  // Trunk reservation, an exact Markov chain: bulk finds room below half of ten places only.
  void prioritiesAreShedInOrder() {
    const double lambda = 80, bulk = 0.6 * lambda, mu = 10;
    double weight = 1, sum = 0, shedBulk = 0, shedUrgent = 0;
    for (int n = 0; n <= 10; ++n) {
      if (n > 0) weight *= (n - 1 < 5 ? lambda : lambda - bulk) / (n * mu);
      sum += weight;
      if (n >= 5) shedBulk += weight;
      if (n == 10) shedUrgent = weight;
    }
    const std::string shedder = "mode: fixed, limit: 10, priority_step: ";
    const Summary s = runText(system("rate: 80/s", shedder + "50%", "workers: 1000, work: exponential(100ms)", "3000s",
                                     {}, "{}", "{}", kTwoClasses));
    QVERIFY2(std::fabs(shareFailed(s.classes[0]) / (shedBulk / sum) - 1) < 0.02,
             qPrintable(QString::number(shareFailed(s.classes[0]))));
    QVERIFY2(std::fabs(shareFailed(s.classes[1]) / (shedUrgent / sum) - 1) < 0.2,
             qPrintable(QString::number(shareFailed(s.classes[1]) / (shedUrgent / sum))));
    QCOMPARE(countOf(s.requests, "guard.low_priority"), static_cast<std::uint64_t>(value(s, "shed_priority")));
    QCOMPARE(value(s, "shed"), static_cast<double>(s.requests.failed));
    const Summary equal = runText(system("rate: 80/s", shedder + "0%", "workers: 1000, work: exponential(100ms)",
                                         "300s", {}, "{}", "{}", kTwoClasses));
    QVERIFY(std::fabs(shareFailed(equal.classes[0]) / shareFailed(equal.classes[1]) - 1) < 0.1);
    QCOMPARE(value(equal, "shed_priority"), 0.0);
  }

  // A standing queue is drained by drops; a burst that passes within the interval is not touched.
  void codelTellsAStandingQueueFromABurst() {
    const std::string codel = "mode: fixed, limit: 1, queue_capacity: 1M, codel: {target: 5ms, interval: 100ms}";
    const Summary burst = runText(system("arrivals: constant, rate: 50/s, batch: 50", codel, "work: 1ms", "60s"));
    QCOMPARE(value(burst, "codel_drops"), 0.0);
    QCOMPARE(burst.requests.failed, std::uint64_t{0});
    const Summary standing = runText(system("arrivals: constant, rate: 50/s, batch: 50", codel, "work: 20.1ms", "60s"));
    QVERIFY(value(standing, "codel_drops") > 100);
    QCOMPARE(countOf(standing.requests, "guard.waited_too_long"),
             static_cast<std::uint64_t>(value(standing, "codel_drops")));
  }

  void queueOfLimitedLength() {
    const Summary s = runText(system("arrivals: constant, rate: 10/s, batch: 10, operations: 10",
                                     "mode: fixed, limit: 2, queue_capacity: 3", "work: 100ms", "5s"));
    QCOMPARE(s.requests.ok, std::uint64_t{5});
    QCOMPARE(countOf(s.requests, "guard.overloaded"), std::uint64_t{5});
    QCOMPARE(nodeOf(s, "guard").queueMax, std::int64_t{3});
    // Waits: 0, 0, 100, 100 and 200 ms.
    QCOMPARE(nodeOf(s, "guard").wait.meanNs(), 80e6);
  }

  void cancelledCallsLeaveThePlace_data() {
    QTest::addColumn<QString>("out");
    QTest::newRow("passed on") << "{}";
    QTest::newRow("held, with retries") << "{retry: {max: 1}}";
  }
  void cancelledCallsLeaveThePlace() {
    QFETCH(QString, out);
    const Summary s = runText(system("rate: 100/s, arrivals: constant", "mode: fixed, limit: 10, queue_capacity: 5",
                                     "work: 1s", "60s", {}, "{timeout: 90ms, cancel: true}", out.toStdString()));
    QVERIFY(nodeOf(s, "app").arrivals > 5900);
    QVERIFY(nodeOf(s, "guard").inFlight <= 10);
  }

  void aCrashForgetsEverything() {
    const Summary s =
        runText(system("rate: 100/s, arrivals: constant", "mode: aimd, limit: 10", "workers: 1000, work: 5ms", "60s",
                       "  - {at: 10s, cut: guard -> app, for: 5s}\n  - {at: 20s, crash: guard, for: 1s}\n"));
    // The ten calls that were lost on the cut arrow hold every place until then.
    QCOMPARE(countOf(s.requests, "guard.connection_lost"), std::uint64_t{10});
    QVERIFY(s.requests.ok > 4850);
  }

  void parametersMayChangeWhileItRuns() {
    const Summary s =
        runText(system("rate: 1k/s", "mode: fixed, limit: 5, queue_capacity: 100", "workers: 1000, work: 1s", "20s",
                       "  - {at: 10s, set: guard.limit, to: 50}\n  - {at: 15s, set: guard.mode, to: aimd}\n"));
    QVERIFY(last(s, "limit") > 50);
    QVERIFY(nodeOf(s, "app").arrivals > 500);
  }

  void badParametersAreExplained_data() {
    QTest::addColumn<QString>("shedder");
    QTest::addColumn<QString>("message");
    QTest::newRow("codel") << "codel: {}"
                           << "it needs a `queue_capacity`";
    QTest::newRow("limits") << "min_limit: 100, max_limit: 10, limit: 100"
                            << "greater than `max_limit`";
    QTest::newRow("limit") << "limit: 5k"
                           << "lies outside";
    QTest::newRow("on") << "aimd: {on: [slow]}"
                        << "slow";
  }
  void badParametersAreExplained() {
    QFETCH(QString, shedder);
    QFETCH(QString, message);
    const std::string problems = problemsOf(system("rate: 1/s", shedder.toStdString(), "work: 1ms", "1s"));
    QVERIFY2(problems.find(message.toStdString()) != std::string::npos, problems.c_str());
  }
};

QTEST_APPLESS_MAIN(LoadShedderTest)
#include "load_shedder_test.moc"

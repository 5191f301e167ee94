#include <QtTest>
#include <cmath>
#include <string>

#include "support/run.h"

using namespace faultline;

namespace {

std::string system(const std::string& client, const std::string& function, const std::string& duration,
                   const std::string& timeline = {}, const std::string& edge = "{}") {
  std::string text = "faultline: 1\nname: t\nduration: ";
  text += duration;
  text += "\nnodes:\n  users: {kind: client, " + client + "}\n  f: {kind: function, " + function +
          "}\nedges:\n  - users -> f: " + edge + "\n";
  if (!timeline.empty()) text += "timeline:\n" + timeline;
  return text;
}

double value(const Summary& s, const char* metric) { return metricOf(nodeOf(s, "f"), metric).value; }
double last(const Summary& s, const char* metric) { return metricOf(nodeOf(s, "f"), metric).last; }

double erlangLoss(int servers, double offered) {
  double blocked = 1;
  for (int n = 1; n <= servers; ++n) blocked = offered * blocked / (n + offered * blocked);
  return blocked;
}

const std::string kTenAtOnce = "arrivals: constant, rate: 10/s, batch: 10, operations: 10";

}  // namespace

class FunctionTest : public QObject {
  Q_OBJECT

 private slots:
  // Every call of a burst starts an environment of its own; the next burst finds them all.
  void aBurstOntoAColdFunction() {
    const Summary s = runText(
        system("arrivals: constant, rate: 10/s, batch: 10, operations: 20", "work: 20ms, cold_start: 300ms", "10s"));
    QCOMPARE(value(s, "cold_starts"), 10.0);
    QCOMPARE(value(s, "invocations"), 20.0);
    QCOMPARE(value(s, "cold_ratio"), 0.5);
    QCOMPARE(s.requests.okLatency.meanNs(), (10 * 320e6 + 10 * 20e6) / 20);
    QCOMPARE(value(s, "cold_start_time"), 0.3);
    QCOMPARE(last(s, "environments"), 10.0);
    QCOMPARE(last(s, "idle"), 10.0);
    QCOMPARE(value(s, "billed"), 400.0);
    // Waiting is the cold start, service the work.
    QCOMPARE(nodeOf(s, "f").wait.meanNs(), 150e6);
    QCOMPARE(nodeOf(s, "f").service.meanNs(), 20e6);
  }

  // P(gap > keep-alive) = exp(-rate * keep-alive).
  void coldShare_data() {
    QTest::addColumn<QString>("keepWarm");
    QTest::addColumn<double>("share");
    QTest::newRow("10 min") << "10min" << std::exp(-2 * 10.0 / 60);
    QTest::newRow("1 h") << "60min" << std::exp(-2.0);
    QTest::newRow("none") << "0s" << 1.0;
  }
  void coldShare() {
    QFETCH(QString, keepWarm);
    QFETCH(double, share);
    const std::string function = "work: 0s, cold_start: 0s, keep_warm: " + keepWarm.toStdString();
    const Summary rare = runText(system("rate: 0.000555555556/s", function, "8000h\nsample: 1000h"));
    QVERIFY2(std::fabs(value(rare, "cold_ratio") - share) < 4 * std::sqrt(share * (1 - share) / 16'000) + 1e-9,
             qPrintable(QString::number(value(rare, "cold_ratio"))));
  }

  // The environment that was used last is used first, so that those beyond the need go.
  void environmentsBeyondTheNeedGo() {
    std::string yaml = system(kTenAtOnce, "work: 100ms, cold_start: 0s, keep_warm: 30s", "120s");
    Simulation run(scenarioOf(yaml));
    run.runToEnd();
    const SeriesColumn* environments = run.series().find("f.environments");
    QCOMPARE(environments->values[20], 10.0);
    QCOMPARE(environments->values[40], 0.0);
    yaml.insert(yaml.find("  f:"), "  steady: {kind: client, arrivals: constant, rate: 5/s}\n");
    Simulation used(scenarioOf(yaml + "  - steady -> f\n"));
    used.runToEnd();
    QCOMPARE(used.series().find("f.environments")->values[40], 1.0);
  }

  // Erlang's loss formula, with cold starts that cost nothing.
  void throttling() {
    const Summary s =
        runText(system("rate: 90/s", "work: exponential(100ms), cold_start: 0s, concurrency: 10", "2000s"));
    const double expected = erlangLoss(10, 9);
    const double measured = static_cast<double>(s.requests.failed) / static_cast<double>(s.requests.offered);
    QVERIFY2(std::fabs(measured / expected - 1) < 0.03, qPrintable(QString::number(measured)));
    QCOMPARE(countOf(s.requests, "f.concurrency_limit"), s.requests.failed);
    QCOMPARE(value(s, "throttled"), static_cast<double>(s.requests.failed));
    QVERIFY(std::fabs(nodeOf(s, "f").utilization / (0.9 * (1 - expected)) - 1) < 0.02);
  }

  // An environment that starts counts against the limit, so a slow start is capacity that is missing.
  void coldStartsTakeConcurrency() {
    const auto failed = [](const std::string& more) {
      return runText(system("rate: 20/s", "work: 50ms, cold_start: 2s, concurrency: 5" + more, "60s")).requests.failed;
    };
    QVERIFY(failed("") > 20);
    QVERIFY(failed(", provisioned: 5") < 10);
  }

  void provisioned() {
    const Summary s =
        runText(system(kTenAtOnce, "work: 20ms, cold_start: 300ms, keep_warm: 1s, provisioned: 4", "60s"));
    QCOMPARE(value(s, "cold_starts"), 6.0);
    QCOMPARE(last(s, "environments"), 4.0);
    // After a crash they start again, before anybody comes.
    const Summary again =
        runText(system("arrivals: constant, rate: 2/s, from: 10s", "work: 20ms, cold_start: 300ms, provisioned: 4",
                       "60s", "  - {at: 5s, crash: f, for: 1s}\n"));
    QCOMPARE(value(again, "cold_starts"), 0.0);
    QCOMPARE(metricOf(nodeOf(again, "f"), "cold_start_time").count, std::uint64_t{4});
  }

  // Beyond the limit calls wait in order for an environment.
  void queueing() {
    const Summary s =
        runText(system(kTenAtOnce, "work: 100ms, cold_start: 1s, concurrency: 2, queue_capacity: 6", "60s"));
    QCOMPARE(s.requests.ok, std::uint64_t{8});
    QCOMPARE(s.requests.failed, std::uint64_t{2});
    QCOMPARE(value(s, "cold_starts"), 2.0);
    QCOMPARE(nodeOf(s, "f").queueMax, std::int64_t{6});
    // Two at a time, after one second: 1.1, 1.2, 1.3 and 1.4 s.
    QCOMPARE(s.requests.okLatency.meanNs(), 1.25e9);
  }

  // An environment is held while others are asked, and billed.
  void callsHoldTheEnvironment() {
    std::string yaml = system("arrivals: constant, rate: 10/s, operations: 10", "work: 10ms, cold_start: 0s", "20s");
    yaml.insert(yaml.find("edges:"), "  db: {kind: service, work: 490ms}\n");
    const Summary s = runText(yaml + "  - f -> db\n");
    QCOMPARE(s.requests.ok, std::uint64_t{10});
    QCOMPARE(value(s, "billed"), 5000.0);
    QCOMPARE(metricOf(nodeOf(s, "f"), "environments").peak, 5.0);
    std::string failing = yaml + "  - f -> db\ntimeline:\n  - {at: 0s, errors: db, ratio: 100%}\n";
    QCOMPARE(countOf(runText(failing).requests, "db.injected_error"), std::uint64_t{10});
  }

  // A new version makes everything cold again; what runs ends first.
  void recycle() {
    const Summary s = runText(system("arrivals: constant, rate: 20/s, until: 10s", "work: 100ms, cold_start: 300ms",
                                     "20s", "  - {at: 5.01s, recycle: f}\n"));
    QCOMPARE(s.requests.failed, std::uint64_t{0});
    const double before =
        value(runText(system("arrivals: constant, rate: 20/s, until: 10s", "work: 100ms, cold_start: 300ms", "20s")),
              "cold_starts");
    QVERIFY(before >= 6 && before <= 9);
    QVERIFY2(value(s, "cold_starts") >= before + 6, qPrintable(QString::number(value(s, "cold_starts"))));
    const Summary queued =
        runText(system(kTenAtOnce, "work: 100ms, cold_start: 300ms, concurrency: 1, queue_capacity: 9", "20s",
                       "  - {at: 1.45s, recycle: f}\n"));
    QCOMPARE(queued.requests.ok, std::uint64_t{10});
    QCOMPARE(value(queued, "cold_starts"), 2.0);
    QCOMPARE(value(queued, "invocations"), 10.0);
  }

  void aCrashMakesItCold() {
    const Summary s = runText(system("arrivals: constant, rate: 10/s", "work: 20ms, cold_start: 30ms", "60s",
                                     "  - {at: 30.11s, crash: f, for: 1s}\n"));
    QCOMPARE(value(s, "cold_starts"), 2.0);
    QCOMPARE(countOf(s.requests, "f.connection_lost"), std::uint64_t{1});
  }

  // Whoever cancels leaves: from the queue, from a start (which goes on), and from the work.
  void cancelledCalls() {
    const std::string cancels = "{timeout: 250ms, cancel: true}";
    const Summary starting = runText(system(kTenAtOnce, "work: 100ms, cold_start: 1s", "60s", {}, cancels));
    QCOMPARE(starting.requests.failed, std::uint64_t{10});
    QCOMPARE(last(starting, "idle"), 10.0);
    QCOMPARE(nodeOf(starting, "f").inFlight, std::int64_t{0});
    QVERIFY(nodeOf(starting, "f").busyMean < 0.1);
    const Summary mixed =
        runText(system("rate: 50/s", "work: exponential(200ms), cold_start: 300ms, concurrency: 5, queue_capacity: 5",
                       "60s", {}, cancels));
    QVERIFY(mixed.requests.ok > 500);
    QVERIFY(nodeOf(mixed, "f").inFlight <= 10);
    QVERIFY(last(mixed, "environments") <= 10);
  }

  void parametersMayChangeWhileItRuns() {
    const Summary s =
        runText(system(kTenAtOnce, "work: 1s, cold_start: 0s, concurrency: 1, queue_capacity: 9", "60s",
                       "  - {at: 1.5s, set: f.concurrency, to: 9}\n  - {at: 10s, set: f.provisioned, to: 3}\n"
                       "  - {at: 10s, set: f.keep_warm, to: 1s}\n"));
    QCOMPARE(s.requests.ok, std::uint64_t{10});
    // One of 1 s, eight that wait half a second for the new limit, and one that waits for the first.
    QCOMPARE(s.requests.okLatency.meanNs(), (1 + 8 * 1.5 + 2) / 10 * 1e9);
    QCOMPARE(last(s, "environments"), 3.0);
  }

  void badParametersAreExplained() {
    const std::string problems = problemsOf(system("rate: 1/s", "provisioned: 20, concurrency: 10", "1s"));
    QVERIFY2(problems.find("more than the concurrency limit") != std::string::npos, problems.c_str());
  }
};

QTEST_APPLESS_MAIN(FunctionTest)
#include "function_test.moc"

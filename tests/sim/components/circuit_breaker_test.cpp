#include <QtTest>
#include <cmath>
#include <string>
#include <vector>

#include "support/run.h"

using namespace faultline;

namespace {

// A client, a breaker and a database server behind it.
std::string system(const std::string& client, const std::string& breaker, const std::string& service,
                   const std::string& duration, const std::string& timeline = {}, const std::string& edge = "{}") {
  return "faultline: 1\nname: t\nduration: " + duration + "\nnodes:\n  users: {kind: client, " + client +
         "}\n  guard: {kind: circuit_breaker, " + breaker + "}\n  db: {kind: service, " + service +
         "}\nedges:\n  - users -> guard: {latency: 62500us}\n  - guard -> db: " + edge + "\n" +
         (timeline.empty() ? std::string() : "timeline:\n" + timeline);
}

// When the guarded node was called, and with what result it answered.
class Calls : public Observer {
 public:
  explicit Calls(const std::string& yaml, const char* node = "db") : simulation_(scenarioOf(yaml)), node_(node) {
    simulation_.observe(this);
    simulation_.runToEnd();
    summary = simulation_.summary();
  }
  void onArrive(SimTime now, NodeId node, CallId, const Call&) override {
    if (isWatched(node)) arrived.push_back(now.seconds());
  }
  void onAnswer(SimTime now, NodeId node, CallId, const Call& call) override {
    if (isWatched(node)) (call.failure == 0 ? good : bad).push_back(now.seconds());
  }
  std::size_t between(double from, double to) const {
    std::size_t n = 0;
    for (double t : arrived) n += t >= from && t < to;
    return n;
  }
  double value(const char* metric) const { return metricOf(nodeOf(summary, "guard"), metric).value; }
  double state() const { return metricOf(nodeOf(summary, "guard"), "state").last; }

  std::vector<double> arrived, good, bad;
  Summary summary;

 private:
  bool isWatched(NodeId node) const { return simulation_.nodeNames()[node] == node_; }

  Simulation simulation_;
  const char* node_;
};

constexpr const char* kInstant = "work: 0s, workers: 100000";

}  // namespace

class CircuitBreakerTest : public QObject {
  Q_OBJECT

 private slots:
  // Nygard (2007): five failures in a row, open for 30 s, one probe. Calls reach the breaker at odd sixteenths of a
  // second; the backend is down from 100 to 400 s.
  void outage() {
    const std::string crash = "  - {at: 100s, crash: db, for: 300s}\n";
    const Calls run(system("rate: 8/s, arrivals: constant", "mode: consecutive, failures: 5, open_for: 30s", kInstant,
                           "500s", crash));
    QCOMPARE(run.bad.size(), std::size_t{14});
    double firstGood = 0;
    for (double t : run.good)
      if (t >= 400 && firstGood == 0) firstGood = t;
    QVERIFY2(std::fabs(firstGood - 400.5625) < 0.001, qPrintable(QString::number(firstGood, 'g', 9)));
    QCOMPARE(run.value("opened"), 10.0);
    QCOMPARE(run.state(), 0.0);
    QCOMPARE(countOf(run.summary.requests, "guard.circuit_open"), static_cast<std::uint64_t>(run.value("rejected")));
    QCOMPARE(countOf(run.summary.requests, "db.connection_refused"), std::uint64_t{14});
    // Without a breaker every call of 300 s meets the dead backend.
    const Calls without(
        system("rate: 8/s, arrivals: constant", "mode: consecutive, failures: 1M", kInstant, "500s", crash));
    QCOMPARE(without.bad.size(), std::size_t{2400});
    QCOMPARE(without.value("opened"), 0.0);
  }

  // Runs of failures (Feller I, ch. XIII): from closed it takes (p^-5 - 1) / (1 - p) calls on average. A single probe
  // then fails 1 / (1 - p) - 1 times on average, which opens again each time, before it closes.
  void callsToTrip_data() {
    QTest::addColumn<double>("p");
    QTest::addColumn<double>("calls");
    QTest::addColumn<double>("tolerance");
    QTest::newRow("0.5") << 0.5 << 62.0 << 0.06;
    QTest::newRow("0.9") << 0.9 << 6.93508781 << 0.02;
    QTest::newRow("0.3") << 0.3 << 586.5 << 0.2;
  }
  void callsToTrip() {
    QFETCH(double, p);
    QFETCH(double, calls);
    QFETCH(double, tolerance);
    for (const std::uint64_t seed : {1u, 2u, 3u}) {
      const Summary s =
          runText(system("rate: 100/s, arrivals: constant", "mode: consecutive, failures: 5, open_for: 1ms", kInstant,
                         "2000s", "  - {at: 0s, errors: db, ratio: " + std::to_string(p) + "}\n"),
                  seed);
      const double opened = metricOf(nodeOf(s, "guard"), "opened").value;
      const double perOpening = static_cast<double>(nodeOf(s, "db").arrivals) / opened;
      const double expected = (calls + 1 / (1 - p)) / (1 / (1 - p));
      QVERIFY2(std::fabs(perOpening / expected - 1) < tolerance, qPrintable(QString::number(perOpening)));
    }
  }

  void ratioOfFailuresOpens_data() {
    QTest::addColumn<QString>("breaker");
    QTest::addColumn<double>("errors");
    QTest::addColumn<bool>("opens");
    const QString calls = "window_calls: 200, minimum_calls: 200, failure_ratio: 50%";
    QTest::newRow("below") << calls << 0.3 << false;
    QTest::newRow("above") << calls << 0.7 << true;
    QTest::newRow("by time, below") << "window: time, window_time: 20s, failure_ratio: 50%" << 0.3 << false;
    QTest::newRow("by time, above") << "window: time, window_time: 20s, failure_ratio: 50%" << 0.7 << true;
    QTest::newRow("too few in the window of time")
        << "window: time, window_time: 5s, failure_ratio: 50%, minimum_calls: 100" << 1.0 << false;
    QTest::newRow("other outcomes are no failures") << calls + ", on: [timeout]" << 1.0 << false;
  }
  void ratioOfFailuresOpens() {
    QFETCH(QString, breaker);
    QFETCH(double, errors);
    QFETCH(bool, opens);
    const Calls run(system("rate: 10/s", breaker.toStdString(), kInstant, "300s",
                           "  - {at: 0s, errors: db, ratio: " + std::to_string(errors) + "}\n"));
    QCOMPARE(run.value("opened") > 0, opens);
    QCOMPARE(run.value("rejected") > 0, opens);
  }

  // Half of ten calls: the tenth call decides, and the ratio itself is enough.
  void minimumCallsComeFirst() {
    const Calls run(system("rate: 1/s, arrivals: constant", "window_calls: 20, minimum_calls: 10, failure_ratio: 50%",
                           kInstant, "30s", "  - {at: 5.5s, errors: db, ratio: 1}\n"));
    QCOMPARE(run.arrived.size(), std::size_t{10});
    QCOMPARE(run.state(), 1.0);
  }

  void slowCallsOpen() {
    const std::string breaker = "window_calls: 10, minimum_calls: 10, slow_ratio: 50%, open_for: 1000s";
    const std::string slow = "  - {at: 20s, slow: db, factor: 20}\n";
    const Calls run(
        system("rate: 1/s, arrivals: constant", breaker + ", slow_call: 100ms", "work: 10ms", "100s", slow));
    QCOMPARE(run.arrived.size(), std::size_t{24});
    QCOMPARE(run.bad.size(), std::size_t{0});
    QCOMPARE(run.state(), 1.0);
    const Calls without(system("rate: 1/s, arrivals: constant", breaker, "work: 10ms", "100s", slow));
    QCOMPARE(without.arrived.size(), std::size_t{99});
  }

  // A timeout is a failure; without one, calls that hang are no result at all.
  void timeoutsCount() {
    const std::string pause = "  - {at: 10s, pause: db}\n";
    const Calls with(system("rate: 10/s, arrivals: constant", "mode: consecutive, open_for: 20s", kInstant, "60s",
                            pause, "{timeout: 1s}"));
    QVERIFY(with.value("opened") >= 2);
    const Calls without(
        system("rate: 10/s, arrivals: constant", "mode: consecutive, open_for: 20s", kInstant, "60s", pause));
    QCOMPARE(without.value("opened"), 0.0);
  }

  // Ratio mode lets ten calls try, and refuses the others until the last trial has ended.
  void halfOpenTrial_data() {
    QTest::addColumn<QString>("trials");
    QTest::addColumn<int>("expected");
    QTest::newRow("default") << "" << 10;
    QTest::newRow("three") << ", half_open_calls: 3" << 3;
  }
  void halfOpenTrial() {
    QFETCH(QString, trials);
    QFETCH(int, expected);
    // Every call takes 2 s and 10 arrive each second, so the trial's answers come long after the trial is full.
    const Calls run(system("rate: 10/s, arrivals: constant",
                           "window_calls: 20, minimum_calls: 20, open_for: 10s" + trials.toStdString(),
                           "work: 2s, workers: 100000", "60s", "  - {at: 10s, crash: db, for: 1s}\n"));
    const double opened = run.bad.back();
    QVERIFY(opened < 12);
    QCOMPARE(run.value("opened"), 1.0);
    QCOMPARE(run.between(opened + 0.001, opened + 9.99), std::size_t{0});
    QCOMPARE(run.between(opened + 9.99, opened + 12), static_cast<std::size_t>(expected));
    QVERIFY(run.between(opened + 13.5, opened + 23.5) >= 99);
    QCOMPARE(run.state(), 0.0);
  }

  // The state is seen as it was: closed, open for 10 s, then half-open until the trial ends.
  void stateIsAMetric() {
    Simulation simulation(
        scenarioOf(system("rate: 10/s, arrivals: constant", "mode: consecutive, open_for: 10s",
                          "work: 2s, workers: 100000", "40s", "  - {at: 10s, crash: db, for: 5s}\n")));
    simulation.runToEnd();
    const SeriesColumn* state = simulation.series().find("guard.state");
    QVERIFY(state != nullptr);
    QCOMPARE(state->values[8], 0.0);
    QCOMPARE(state->values[15], 1.0);
    QCOMPARE(state->values[21], 2.0);
    QCOMPARE(state->values[25], 0.0);
  }

  // They fail while the breaker is half-open, or closed again.
  void resultsOfBeforeATransitionAreIgnored() {
    // Calls of 3 s each, all failing at first. The fifth failure opens at about 3.5 s; those still under way fail until
    // 6.4 s, when the breaker is open or, after 1 s, half-open with a trial that is good.
    const Calls run(system("rate: 10/s, arrivals: constant", "mode: consecutive, failures: 5, open_for: 1s",
                           "work: 3s, workers: 100000", "60s", "  - {at: 0s, errors: db, ratio: 1, for: 6.9s}\n"));
    QCOMPARE(run.value("opened"), 1.0);
    QCOMPARE(run.state(), 0.0);
  }

  void aTransitionClearsTheWindow() {
    // Before the outage 100 good calls are in the window, after it none of the failures is: one failure in ten is
    // harmless.
    const Calls run(system("rate: 10/s, arrivals: constant",
                           "window_calls: 20, minimum_calls: 5, open_for: 5s, half_open_calls: 2", kInstant, "60s",
                           "  - {at: 20s, errors: db, ratio: 1, for: 3s}\n  - {at: 30s, errors: db, ratio: 0.1}\n"));
    QCOMPARE(run.value("opened"), 1.0);
  }

  void fallbackAnswersAreDegraded() {
    const std::string crash = "  - {at: 10s, crash: db}\n";
    const std::string breaker = "mode: consecutive, open_for: 1000s, fallback: ";
    const Calls none(system("rate: 10/s, arrivals: constant", breaker + "none", kInstant, "60.1s", crash));
    QVERIFY(none.summary.requests.failed > 490);
    QCOMPARE(none.value("fallbacks"), 0.0);
    const Calls rejected(system("rate: 10/s, arrivals: constant", breaker + "rejected", kInstant, "60.1s", crash));
    QCOMPARE(rejected.summary.requests.failed, std::uint64_t{5});
    const Calls always(system("rate: 10/s, arrivals: constant", breaker + "always", kInstant, "60.1s", crash));
    QCOMPARE(always.summary.requests.failed, std::uint64_t{0});
    QVERIFY(always.summary.requests.degraded > 490);
    QVERIFY(always.summary.requests.degraded <= static_cast<std::uint64_t>(always.value("fallbacks")));
  }

  // A trial call that is lost would block the breaker for ever.
  void aTrialThatNeverEnds() {
    const std::string timeline = "  - {at: 10s, crash: db, for: 4s}\n  - {at: 14s, cut: guard -> db, for: 3s}\n";
    const std::string breaker = "mode: consecutive, open_for: 5s";
    const Calls stuck(system("rate: 10/s, arrivals: constant", breaker, kInstant, "60s", timeline));
    QCOMPARE(stuck.state(), 2.0);
    const Calls freed(
        system("rate: 10/s, arrivals: constant", breaker + ", half_open_wait: 3s", kInstant, "60s", timeline));
    QCOMPARE(freed.state(), 0.0);
    QCOMPARE(freed.value("opened"), 2.0);
  }

  // Cancelled calls say nothing about the dependency.
  void cancelledCallsDoNotCount() {
    std::string yaml = system("rate: 10/s", "mode: consecutive, failures: 3", "work: 1s, workers: 100000", "60s");
    yaml.replace(yaml.find("{latency: 62500us}"), 18, "{timeout: 500ms, cancel: true}");
    const Calls run(yaml);
    QVERIFY(run.summary.requests.failed > 500);
    QCOMPARE(run.value("opened"), 0.0);
  }

  void aCrashForgetsTheState() {
    const Calls run(system("rate: 10/s, arrivals: constant", "mode: consecutive, open_for: 1000s", kInstant, "60s",
                           "  - {at: 10s, crash: db, for: 5s}\n  - {at: 20s, crash: guard, for: 5s}\n"));
    QCOMPARE(run.state(), 0.0);
    QVERIFY(run.between(25.2, 60) > 340);
  }

  void parametersMayChangeWhileItRuns() {
    const Calls run(system("rate: 10/s, arrivals: constant", "mode: consecutive, failures: 1k", kInstant, "60s",
                           "  - {at: 0s, errors: db, ratio: 1}\n  - {at: 10s, set: guard.window_calls, to: 20}\n"
                           "  - {at: 20s, set: guard.mode, to: ratio}\n"));
    QCOMPARE(run.state(), 1.0);
    QCOMPARE(run.value("opened"), 1.0);
    QVERIFY(std::fabs(run.arrived.back() - 22) < 0.2);
  }

  void itGuardsOneDependency() {
    std::string yaml = system("rate: 1/s", "mode: ratio", kInstant, "1s");
    QCOMPARE(problemsOf(yaml), std::string());
    yaml.insert(yaml.find("edges:"), "  other: {kind: service}\n");
    yaml.insert(yaml.find("  - guard -> db"), "  - guard -> other\n");
    const std::string problems = problemsOf(yaml);
    QVERIFY2(problems.find("calls exactly one node") != std::string::npos, problems.c_str());
  }
};

QTEST_APPLESS_MAIN(CircuitBreakerTest)
#include "circuit_breaker_test.moc"

// Rate limits, load shedding and serverless functions with exact results.
#include <QtTest>

#include <algorithm>
#include <cmath>
#include <vector>

#include "truth/truth.h"

using namespace faultline;
using namespace faultline::truth;

namespace {

// Clients, one guard and one server behind it.
std::string guarded(const std::string& clients, const std::string& guard, const std::string& app = "work: 0s") {
  std::string text = "nodes:\n" + clients;
  text += "  guard: {" + guard + "}\n  app: {kind: service, ";
  if (app.find("workers") == std::string::npos) text += "workers: 1000000, ";
  text += app + "}\nedges:\n  - guard -> app\n";
  for (const char* name : {"one", "two"})
    if (clients.find(std::string("  ") + name + ":") != std::string::npos)
      text += std::string("  - ") + name + " -> guard\n";
  return text;
}

std::string client(const std::string& name, const std::string& params) {
  return "  " + name + ": {kind: client, " + params + "}\n";
}

const std::string kPoisson = client("one", "rate: 9/s");

Measure admittedShare() {
  return [](const Run& r) { return 1 - r.failedShare(); };
}
Measure ofFunction(const char* metric) {
  return [metric](const Run& r) { return metricOf(r.node("app"), metric).value; };
}

// One client and one function.
std::string serverless(const std::string& rate, const std::string& function) {
  return "nodes:\n  users: {kind: client, rate: " + rate + "}\n  app: {kind: function, " + function +
         "}\nedges:\n  - users -> app\n";
}

std::vector<System> limits() {
  return {
      {"re-token-bucket-poisson",
       guarded(kPoisson, "kind: rate_limiter, burst: 5, rate: 10/s"),
       9,
       2e5,
       {{"admitted_fraction", admittedShare()}}},
      {"re-sliding-window-log",
       guarded(kPoisson, "kind: rate_limiter, algorithm: sliding_window, limit: 10, window: 1s"),
       9,
       2e5,
       {{"rejected_fraction", failedShare()}}},
      {"re-fixed-window",
       guarded(kPoisson, "kind: rate_limiter, algorithm: fixed_window, limit: 10, window: 1s"),
       9,
       2e5,
       {{"admitted_fraction_poisson", admittedShare()}}},
  };
}

// An hour of the keep-alive case is a second here: only rate times keep-alive counts.
std::vector<System> functions() {
  return {
      {"qt-setup-cold-start",
       serverless("5/s",
                  "work: exponential(100ms), cold_start: exponential(400ms), keep_warm: 0s, concurrency: 1, "
                  "queue_capacity: none"),
       5,
       2e5,
       {{"mean_sojourn", meanLatency(1000)}, {"fraction_finding_server_off", ofFunction("cold_ratio")}}},
      {"qt-setup-cold-start",
       single("rate: 5/s", "workers: 1, work: exponential(100ms)"),
       5,
       3e5,
       {{"mean_sojourn_without_setup", meanLatency(1000)}}},
      {"sc-keepalive-cold-starts",
       serverless("2/s", "work: 0s, cold_start: 0s, keep_warm: 166666667ns"),
       2,
       1e5,
       {{"cold_fraction", ofFunction("cold_ratio")}}},
      {"sc-keepalive-cold-starts",
       serverless("2/s", "work: 0s, cold_start: 0s, keep_warm: 2302585100ns"),
       2,
       2e5,
       {{"keepalive_for_1_percent_cold",
         // What keep-alive a share of one in a hundred follows from, where this one gave the measured share.
         [](const Run& r) {
           return 138.155106 * std::log(100) / -std::log(metricOf(r.node("app"), "cold_ratio").value);
         },
         0.0048}}},
  };
}

std::vector<double> arrivalsAtApp(const std::string& yaml, double seconds) {
  std::vector<double> at;
  for (const Census::Visit& v : run({"", yaml, 1, 0, {}, "app", seconds, true}, 1).census.arrivals)
    at.push_back(v.at.seconds());
  return at;
}

double countBetween(const std::vector<double>& at, double from, double to) {
  return static_cast<double>(std::count_if(at.begin(), at.end(), [&](double t) { return t > from && t <= to; }));
}

}  // namespace

class TruthTrafficControlTest : public QObject {
  Q_OBJECT

  void verify(const std::vector<System>& systems) {
    QFETCH(int, system);
    QFETCH(quint64, seed);
    const std::string problems = check(systems[static_cast<std::size_t>(system)], seed);
    QVERIFY2(problems.empty(), problems.c_str());
  }
  static QString verdict(const std::string& id, const std::string& metric, const std::vector<double>& measured) {
    return QString::fromStdString(compare(id, metric, measured));
  }

 private slots:
  void limited_data() { addRows(limits()); }
  void limited() { verify(limits()); }
  void serverless_data() { addRows(functions()); }
  void serverless() { verify(functions()); }

  // The burst comes at 1 s, as an evenly spaced client begins one gap after its start.
  void tokenBucketBurst() {
    const std::string clients = client("one", "arrivals: constant, rate: 200/s, batch: 200, operations: 200") +
                                client("two", "arrivals: constant, rate: 20/s, from: 1s");
    const std::vector<double> at = arrivalsAtApp(guarded(clients, "kind: rate_limiter, burst: 100, rate: 10/s"), 61);
    const std::string id = "re-token-bucket-burst";
    QCOMPARE(verdict(id, "admitted_at_t0", {countBetween(at, 0, 1)}), QString());
    QCOMPARE(verdict(id, "admitted_between_0_and_60s_after_the_burst", {countBetween(at, 1, 61)}), QString());
    double most = 0;
    for (double t : at) most = std::max(most, countBetween(at, t - 1e-9, t + 10 + 1e-9));
    QCOMPARE(verdict(id, "max_admitted_in_any_window_of_10s", {most}), QString());
  }

  void limitReqOfNginx() {
    const auto guard = [](const std::string& rate, const std::string& burst) {
      return "kind: rate_limiter, algorithm: leaky_bucket, rate: " + rate + ", burst: " + burst;
    };
    const std::string thirty = client("one", "arrivals: constant, rate: 30/s, batch: 30, operations: 30");
    const std::vector<double> at = arrivalsAtApp(guarded(thirty, guard("10/s", "20")), 2);
    QCOMPARE(verdict("re-limit-req-nginx", "passed_of_30", {static_cast<double>(at.size())}), QString());

    struct Outcomes : Observer {
      std::vector<double> passed = std::vector<double>(5);
      void onOperation(SimTime, NodeId, CallId, const Call& call, bool finished) override {
        if (finished) passed[call.operation - 1] = call.failure == 0;
      }
    } outcomes;
    const std::string five = client("one", "arrivals: constant, rate: 4/s, batch: 4, operations: 4") +
                             client("two", "arrivals: constant, rate: 2/s, from: 1s, operations: 1");
    Simulation pattern(scenarioOf("faultline: 1\nname: p\nduration: 3s\n" + guarded(five, guard("2/s", "1"))));
    pattern.observe(&outcomes);
    pattern.runToEnd();
    QCOMPARE(verdict("re-limit-req-nginx", "pattern_rate2_burst1", outcomes.passed), QString());
  }

  void fixedWindowBoundary() {
    const std::string clients = client("one", "arrivals: constant, rate: 250/s, from: 946ms, operations: 10") +
                                client("two", "arrivals: constant, rate: 250/s, from: 996ms, operations: 10");
    const std::string guard = "kind: rate_limiter, algorithm: fixed_window, limit: 10, window: 1s";
    const std::vector<double> at = arrivalsAtApp(guarded(clients, guard), 2);
    QCOMPARE(verdict("re-fixed-window", "admitted_in_100ms_around_the_boundary", {countBetween(at, 0.949, 1.049)}),
             QString());
  }

  // More arrives than is served, so the queue stands; a call leaves it every 5 us.
  void controlledDelay() {
    struct Watch : Observer {
      double tooLongSince = 0;  // seconds
      std::vector<double> drops;
      void onArrive(SimTime now, NodeId node, CallId, const Call& call) override {
        if (node == 2 && tooLongSince == 0 && now.ns - call.born >= 5'000'000) tooLongSince = now.seconds();
      }
      void onAnswer(SimTime now, NodeId node, CallId, const Call& call) override {
        if (node == 1 && call.failure != 0) drops.push_back(now.seconds());
      }
    } watch;
    const std::string guard =
        "kind: load_shedder, mode: fixed, limit: 1, queue_capacity: 1M, codel: {target: 5ms, interval: 100ms}";
    const std::string clients = client("one", "arrivals: constant, rate: 250k/s");
    Simulation run(
        scenarioOf("faultline: 1\nname: c\nduration: 560ms\n" + guarded(clients, guard, "workers: 1, work: 5us")));
    run.observe(&watch);
    run.runToEnd();
    QVERIFY(watch.drops.size() >= 8);
    std::vector<double> offsets;
    for (std::size_t i = 0; i < 8; ++i) offsets.push_back((watch.drops[i] - watch.drops[0]) * 1000);
    QCOMPARE(verdict("re-codel-schedule", "first_8_drop_offsets", offsets), QString());
    QCOMPARE(
        verdict("re-codel-schedule", "queue_must_exceed_target_for", {(watch.drops[0] - watch.tooLongSince) * 1000}),
        QString());
  }

  // A round is a second: 200 calls at once, of which as many go as the limit allows; the server refuses the 101st.
  void additiveIncreaseMultiplicativeDecrease() {
    const std::string clients = client("one", "arrivals: constant, rate: 200/s, batch: 200");
    const std::string guard = "kind: load_shedder, mode: aimd, limit: 10, aimd: {backoff: 50%}";
    const std::vector<double> at =
        arrivalsAtApp(guarded(clients, guard, "workers: 100, queue_capacity: 0, work: 500ms"), 300.5);
    std::vector<double> limits(300);
    for (double t : at) ++limits[static_cast<std::size_t>(t + 0.5) - 1];
    QCOMPARE(limits[0], 10.0);
    const auto top = std::find(limits.begin(), limits.end(), 101.0);
    QVERIFY(top != limits.end());
    const auto next = std::find(top + 1, limits.end(), 101.0);
    QVERIFY(next != limits.end());
    const std::vector<double> cycle(top + 1, next + 1);
    double sum = 0;
    for (double limit : cycle) sum += limit;
    const std::string id = "re-aimd-cycle";
    QCOMPARE(verdict(id, "cycle_min", {*std::min_element(cycle.begin(), cycle.end())}), QString());
    QCOMPARE(verdict(id, "cycle_max", {*std::max_element(cycle.begin(), cycle.end())}), QString());
    QCOMPARE(verdict(id, "cycle_length", {static_cast<double>(cycle.size())}), QString());
    QCOMPARE(verdict(id, "mean_limit", {sum / static_cast<double>(cycle.size())}), QString());
    QVERIFY(std::equal(cycle.begin(), cycle.end(), next + 1));  // and so for ever
  }
};

QTEST_APPLESS_MAIN(TruthTrafficControlTest)
#include "traffic_control_test.moc"

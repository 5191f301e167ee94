// Tails, retries, backoff, timeouts and pools with exact results.
#include <QtTest>

#include <cmath>
#include <map>

#include "truth/truth.h"

using namespace faultline;
using namespace faultline::truth;

namespace {

constexpr const char* kFree = "workers: 1000000, ";

std::string free(const std::string& work) { return kFree + ("work: " + work); }

// Three services that a client calls in the given steps.
std::string trio(const std::string& a, const std::string& b, const std::string& c, bool inParallel) {
  std::string text = "nodes:\n  users: {kind: client, rate: 100/s}\n";
  const std::string works[] = {a, b, c};
  for (int i = 0; i < 3; ++i) text += "  s" + std::to_string(i) + ": {kind: service, " + free(works[i]) + "}\n";
  text += "edges:\n";
  for (int i = 0; i < 3; ++i)
    text += "  - users -> s" + std::to_string(i) + ": {step: " + std::to_string(inParallel ? 1 : i + 1) + "}\n";
  return text;
}

// A chain of callers down to a database that always fails.
std::string layers(const std::string& lowerRetry) {
  return "nodes:\n  users: {kind: client, rate: 10/s, until: 50s}\n  a: {kind: service, workers: 1000}\n"
         "  b: {kind: service, workers: 1000}\n  c: {kind: service, workers: 1000}\n"
         "  db: {kind: service, workers: 1000}\nedges:\n  - users -> a\n"
         "  - a -> b: {retry: {max: 3, backoff: none}}\n  - b -> c: {" +
         lowerRetry + "}\n  - c -> db: {" + lowerRetry + "}\ntimeline:\n  - {at: 0s, errors: db, ratio: 100%}\n";
}

Measure perOperation(std::size_t edge) {
  return [edge](const Run& r) {
    return static_cast<double>(r.s.edges[edge].attempts) / static_cast<double>(r.s.requests.offered);
  };
}
Measure okShare() {
  return [](const Run& r) { return 1 - r.failedShare(); };
}
// The share of operations that took longer than the objective.
Measure slowShare() {
  return
      [](const Run& r) { return 1 - static_cast<double>(r.s.requests.goodput) / static_cast<double>(r.s.requests.ok); };
}
Measure meanOfAll(double scale) {
  return [scale](const Run& r) {
    const OperationSummary& s = r.s.requests;
    return (s.okLatency.sumNs() + s.failedLatency.sumNs()) / 1e9 * scale / static_cast<double>(s.ok + s.failed);
  };
}

const std::string kAllFail = "timeline:\n  - {at: 0s, errors: app, ratio: 100%}\n";
const std::string kObjective = "classes:\n  any: {objective: 1s}\n";

std::vector<System> tails() {
  const std::string slow1 = free("'mix(99% constant(500ms), 1% constant(2s))'");
  const std::string rare = free("'mix(99.99% constant(500ms), 0.01% constant(2s))'");
  return {
      {"ta-fanout-100",
       single("rate: 100/s", slow1, "parallel: 100", kObjective),
       100,
       1e4,
       {{"fraction_over_1s", slowShare(), 0.0076}}},
      {"ta-fanout-2000",
       single("rate: 10/s", rare, "parallel: 2000", kObjective),
       10,
       1e3,
       {{"fraction_over_1s", slowShare(), 0.067}}},
      {"ta-max-of-100-exponentials",
       single("rate: 100/s", free("exponential(10ms)"), "parallel: 100"),
       100,
       1e4,
       {{"mean", meanLatency(1000)}, {"p50", latencyQuantile(.5, 1000)}, {"p99", latencyQuantile(.99, 1000)}}},
      {"ta-n-plus-one",
       single("rate: 10/s", free("exponential(8ms)"), "times: 101"),
       10,
       1e4,
       {{"exp_mean_total", meanLatency(1000)},
        {"exp_p50_total", latencyQuantile(.5, 1000), 0.0035},
        {"exp_p99_total", latencyQuantile(.99, 1000), 0.0035}}},
      {"ta-n-plus-one",
       single("users: 10, think: 0s", free("8ms"), "times: 101"),
       12.376,
       2e4,
       {{"max_request_rate_with_10_connections_constant", throughput()}}},
      {"ta-sync-chain",
       trio("exponential(500ms)", "exponential(800ms)", "exponential(200ms)", false),
       100,
       2e5,
       {{"series_exp_mean", meanLatency(1000)},
        {"series_exp_p99", latencyQuantile(.99, 1000)},
        {"series_exp_p50", latencyQuantile(.5, 1000)}}},
      {"ta-hedge-exponential",
       single("rate: 100/s", free("exponential(10ms)"), "hedge: {after: 29957322ns}"),
       100,
       4e5,
       {{"extra_requests",
         [](const Run& r) {
           return static_cast<double>(r.s.edges[0].hedges) / static_cast<double>(r.s.requests.offered);
         },
         0.0069},
        {"mean", meanLatency(1000)},
        {"p99", latencyQuantile(.99, 1000)},
        {"p999", latencyQuantile(.999, 1000)}}},
  };
}

std::vector<System> retries() {
  const std::string fails = "timeline:\n  - {at: 0s, errors: app, ratio: 30%}\n";
  const std::string jitter = "retry: {max: 8, backoff: exponential, base: 100ms, cap: 10s, jitter: ";
  return {
      {"re-retry-attempts",
       single("rate: 100/s", kFree + std::string("work: 0s"), "retry: {max: 3, backoff: none}", fails),
       100,
       3e5,
       {{"attempts_per_request", perOperation(0)}, {"success_ratio", okShare()}}},
      {"re-retry-attempts",
       single("rate: 100/s", kFree + std::string("work: 0s"), "retry: {max: 3, backoff: none}", kAllFail),
       100,
       1e3,
       {{"attempts_when_everything_fails", perOperation(0)}}},
      {"re-retry-layers",
       layers("retry: {max: 3, backoff: none}"),
       10,
       100,
       {{"database_calls_per_user_request", perOperation(3)}},
       "",
       60},
      {"re-retry-layers", layers(""), 10, 0, {{"with_retries_only_in_A", perOperation(3)}}, "", 60},
      {"re-backoff-jitter-means",
       single("rate: 100/s", free("0s"), jitter + "full}", kAllFail),
       100,
       4e4,
       {{"full_mean_total_8_retries", meanOfAll(1000)}}},
      {"re-backoff-jitter-means",
       single("rate: 100/s", free("0s"), jitter + "equal}", kAllFail),
       100,
       4e4,
       {{"equal_mean_total_8_retries", meanOfAll(1000)}}},
      {"re-retries-through-queue",
       single("rate: 110/s", "workers: 8, work: exponential(40ms)",
              "retry: {max: 3, backoff: exponential, base: 100ms, cap: 2s, jitter: full}",
              "timeline:\n  - {at: 0s, errors: app, ratio: 25%}\n"),
       110,
       3e5,
       {{"attempt_rate", [](const Run& r) { return static_cast<double>(r.s.attempts) / r.seconds; }},
        {"mean_sojourn_per_attempt",
         [](const Run& r) {
           const NodeSummary& n = r.node("app");
           return (n.okLatency.sumNs() + n.failedLatency.sumNs()) / 1e6 / static_cast<double>(n.ok + n.failed);
         }},
        {"mean_total_time", meanOfAll(1000)},
        {"success_ratio", okShare()}}},
  };
}

std::vector<System> overload() {
  return {
      {"re-hard-timeout-5s",
       single("rate: 9.5/s, timeout: 5s", "workers: 1, work: exponential(100ms)"),
       9.5,
       1e6,
       {{"timed_out_fraction", failedShare()},
        {"mean_latency_seen_by_client", meanOfAll(1)},
        {"goodput", throughput(), 0.0133}}},
      {"re-pool-acquire-timeout",
       single("rate: 95/s", free("exponential(100ms)"), "pool: {size: 10, acquire_timeout: 150ms}"),
       95,
       3e5,
       {{"timeout_fraction", failedShare()},
        {"fraction_that_waits", [](const Run& r) { return 1 - r.s.edges[0].acquire.shareOfZero(); }}}},
      {"re-lifo-overload",
       single("rate: 15/s", "workers: 1, queue: lifo, work: exponential(100ms)"),
       15,
       2e5,
       {{"lifo_served_at_all",
         [](const Run& r) {
           return static_cast<double>(r.census.starts.size()) / static_cast<double>(r.census.arrivals.size());
         }},
        {"lifo_started_within_100ms",
         [](const Run& r) {
           const auto n =
               std::count_if(r.census.waits.begin(), r.census.waits.end(), [](double w) { return w <= 0.1; });
           return static_cast<double>(n) / static_cast<double>(r.census.arrivals.size());
         }}},
       "app",
       0,
       true},
      {"re-lifo-overload",
       single("rate: 15/s", "workers: 1, work: exponential(100ms)"),
       15,
       2e5,
       {{"fifo_started_within_100ms",
         [](const Run& r) {
           const Histogram& waits = r.node("app").wait;
           return waits.quantile(0.01) > milliseconds(100) ? 0 : 1;
         }}}},
      {"re-bulkhead",
       single("rate: 400/s", "workers: 40, queue_capacity: 0, work: exponential(100ms)"),
       400,
       4e5,
       {{"shared_rejection", failedShare()}}},
      {"re-bulkhead",
       "nodes:\n  one: {kind: client, rate: 300/s}\n  two: {kind: client, rate: 100/s}\n"
       "  a: {kind: service, workers: 20, queue_capacity: 0, work: 100ms}\n"
       "  b: {kind: service, workers: 20, queue_capacity: 0, work: 100ms}\nedges:\n  - one -> a\n  - two -> b\n",
       400,
       6e5,
       {{"20_20_tenant1",
         [](const Run& r) {
           return static_cast<double>(r.node("a").failed) / static_cast<double>(r.node("a").arrivals);
         }},
        {"20_20_tenant2",
         [](const Run& r) {
           return static_cast<double>(r.node("b").failed) / static_cast<double>(r.node("b").arrivals);
         },
         0.09}}},
      {"re-bulkhead",
       "nodes:\n  one: {kind: client, rate: 300/s}\n  two: {kind: client, rate: 100/s}\n"
       "  a: {kind: service, workers: 30, queue_capacity: 0, work: 100ms}\n"
       "  b: {kind: service, workers: 10, queue_capacity: 0, work: 100ms}\nedges:\n  - one -> a\n  - two -> b\n",
       400,
       6e5,
       {{"30_10_tenant1",
         [](const Run& r) {
           return static_cast<double>(r.node("a").failed) / static_cast<double>(r.node("a").arrivals);
         }},
        {"30_10_tenant2",
         [](const Run& r) {
           return static_cast<double>(r.node("b").failed) / static_cast<double>(r.node("b").arrivals);
         }}}},
  };
}

// The times between the attempts of one operation, in seconds.
std::vector<std::vector<double>> delaysOf(const Run& r) {
  std::map<std::uint32_t, std::vector<double>> times;
  for (const Census::Visit& v : r.census.arrivals) times[v.operation].push_back(v.at.seconds());
  std::vector<std::vector<double>> delays;
  for (auto& [operation, at] : times) {
    std::vector<double> d;
    for (std::size_t i = 1; i < at.size(); ++i) d.push_back(at[i] - at[i - 1]);
    delays.push_back(std::move(d));
  }
  return delays;
}

Run retriesOf(const std::string& policy, const std::string& client, double duration, std::uint64_t seed) {
  return run({"", single(client, free("0s"), "retry: {" + policy + "}", kAllFail), 1, 0, {}, "app", duration, true},
             seed);
}

// What happened to the operations of one client.
struct Operations : Observer {
  struct Ended {
    SimTime at;
    Duration latency;
    bool ok;
  };
  std::vector<Ended> ended;
  void onOperation(SimTime now, NodeId, CallId, const Call& call, bool finished) override {
    if (finished) ended.push_back({now, {now.ns - call.born}, call.failure == 0});
  }
};

// users -> breaker -> app, where nothing takes time.
std::string guarded(const std::string& client, double openFor, const std::string& timeline) {
  return "nodes:\n  users: {kind: client, arrivals: constant, " + client +
         "}\n  breaker: {kind: circuit_breaker, mode: consecutive, failures: 5, open_for: " + std::to_string(openFor) +
         "s}\n  app: {kind: service, work: 0s, workers: 1000}\nedges: [users -> breaker -> app]\ntimeline: [" +
         timeline + "]\n";
}

// How many calls a breaker lets through from closing to opening. It stays open for the next call and makes the one after
// that a probe, so every refusal is followed by a probe.
struct Trips : Observer {
  double trips = 0, calls = 0;  // of the finished counts
  void onArrive(SimTime, NodeId node, CallId, const Call&) override { reached_ |= node == 2; }
  void onOperation(SimTime, NodeId, CallId, const Call&, bool finished) override {
    if (!finished) return;
    const bool refused = !reached_, probe = afterRefusal_;
    afterRefusal_ = refused;
    reached_ = false;
    if (refused) {
      if (count_ > 0) ++trips, calls += count_;
      count_ = 0;
    } else if (!probe) {
      ++count_;
    }
  }

 private:
  bool reached_ = false, afterRefusal_ = false;
  double count_ = 0;
};

// The last answer to a query that nobody awaited any more.
struct LateAnswers : Observer {
  SimTime last;
  void onAnswer(SimTime now, NodeId node, CallId, const Call& call) override {
    if (node == 1 && call.has(kOrphan)) last = now;
  }
};

}  // namespace

class TruthResilienceTest : public QObject {
  Q_OBJECT

  void verify(const std::vector<System>& systems) {
    QFETCH(int, system);
    QFETCH(quint64, seed);
    const std::string problems = check(systems[static_cast<std::size_t>(system)], seed);
    QVERIFY2(problems.empty(), problems.c_str());
  }
  static QString verdict(const std::string& id, const std::string& metric, const std::vector<double>& measured,
                         double requests = 0) {
    return QString::fromStdString(compare(id, metric, measured, requests));
  }

 private slots:
  void tail_data() { addRows(tails()); }
  void tail() { verify(tails()); }
  void retry_data() { addRows(retries()); }
  void retry() { verify(retries()); }
  void overloaded_data() { addRows(overload()); }
  void overloaded() { verify(overload()); }

  void constantTails() {
    const auto latency = [](const std::string& yaml) {
      return run({"", yaml, 1, 0, {}, "", 60}, 1).s.requests.okLatency.meanNs() / 1e6;
    };
    const std::string nPlusOne = single("rate: 1/s", free("8ms"), "times: 101");
    QCOMPARE(verdict("ta-n-plus-one", "constant_total", {latency(nPlusOne)}), QString());
    QCOMPARE(verdict("ta-sync-chain", "series_constant", {latency(trio("500ms", "800ms", "200ms", false))}), QString());
    QCOMPARE(verdict("ta-sync-chain", "parallel_constant", {latency(trio("500ms", "800ms", "200ms", true))}),
             QString());
  }

  void queriesOfAnNPlusOne() {
    const Run r = run({"", single("rate: 1/s, until: 30s", free("8ms"), "times: 101"), 1, 0, {}, "", 60}, 1);
    QCOMPARE(verdict("ta-n-plus-one", "queries_per_request", {perOperation(0)(r)}), QString());
  }

  void twoPointLatency() {
    const std::string id = "ta-p99-3s-mean-50ms";
    const Distribution fast = Distribution::constant(14170040), slow = Distribution::constant(3e9);
    const Distribution both = Distribution::mixture({.988, .012}, {fast, slow});
    QVERIFY(std::abs(both.mean() / 50e6 - 1) < 1e-6);
    // The share of slow answers is drawn, so the 99th percentile needs enough of them.
    Scenario scenario = scenarioOf("faultline: 1\nname: t\nduration: 2000s\n" +
                                   single("rate: 100/s", free("'mix(98.8% constant(14170040ns), 1.2% constant(3s))'")));
    Operations seen;
    Simulation run(scenario);
    run.observe(&seen);
    run.runToEnd();
    std::vector<double> ms;
    double sum = 0;
    for (const auto& e : seen.ended) sum += ms.emplace_back(static_cast<double>(e.latency.ns) / 1e6);
    std::sort(ms.begin(), ms.end());
    const double n = static_cast<double>(ms.size());
    QCOMPARE(verdict(id, "p99_two_point", {ms[static_cast<std::size_t>(.99 * n)]}), QString());
    QCOMPARE(verdict(id, "p98_two_point", {ms[static_cast<std::size_t>(.98 * n)]}), QString());
    QCOMPARE(verdict(id, "fast_value_two_point", {ms.front()}), QString());
    QVERIFY(std::abs(sum / n / 50 - 1) < 4 * 6.5 / std::sqrt(n));
  }

  // How far the 99th percentile can lie above the mean.
  void percentileOverMean() {
    const std::string id = "ta-p99-3s-mean-50ms";
    double largest = 0;
    for (double spread = 1.5; spread < 4; spread += 0.001) {
      const Distribution d = Distribution::logNormal(0, spread);
      largest = std::max(largest, d.quantile(.99) / d.mean());
    }
    QCOMPARE(verdict(id, "largest_p99_over_mean_of_any_lognormal", {largest}), QString());
    const Distribution all = Distribution::mixture({.99, .01}, {Distribution::constant(0), Distribution::constant(1)});
    QCOMPARE(verdict(id, "largest_p99_over_mean_of_any_distribution", {all.quantile(.995) / all.mean()}), QString());
  }

  void backoffSequences() {
    const Run i = retriesOf("max: 4, backoff: exponential, base: 100ms, cap: 100s", "rate: 1/s, operations: 1", 60, 1);
    QCOMPARE(verdict("re-backoff-sequence", "delays_i", delaysOf(i)[0]), QString());
    const Run ii = retriesOf("max: 5, backoff: exponential, base: 1s, cap: 5s", "rate: 1/s, operations: 1", 60, 1);
    QCOMPARE(verdict("re-backoff-sequence", "delays_ii", delaysOf(ii)[0]), QString());
    const Run ten =
        retriesOf("max: 10, backoff: exponential, base: 100ms, cap: 100s", "rate: 1/s, operations: 1", 300, 1);
    double total = 0;
    const std::vector<double> delays = delaysOf(ten)[0];
    for (double d : delays) total += d;
    QCOMPARE(verdict("re-backoff-sequence", "total_delay_10_retries_i", {total}), QString());
  }

  void decorrelatedJitter() {
    for (std::uint64_t seed : kSeeds) {
      const Run r = retriesOf("max: 6, backoff: exponential, base: 100ms, cap: 10s, jitter: decorrelated",
                              "rate: 1000/s, until: 50s", 150, seed);
      double sums[7] = {};
      const auto all = delaysOf(r);
      for (const auto& delays : all)
        for (std::size_t k = 0; k < 6; ++k) sums[k + 1] += delays[k] * 1000;
      const double n = static_cast<double>(all.size());
      QCOMPARE(verdict("re-backoff-jitter-means", "decorrelated_mean_s1", {sums[1] / n}, n), QString());
      QCOMPARE(verdict("re-backoff-jitter-means", "decorrelated_mean_s3", {sums[3] / n}, n), QString());
      QCOMPARE(verdict("re-backoff-jitter-means", "decorrelated_mean_s6", {sums[6] / n}, n), QString());
    }
  }

  // A pause of ten seconds that never ends, because a retry doubles the load beyond the capacity.
  void metastableRetries() {
    const auto text = [](const std::string& rate) {
      return "faultline: 1\nname: m\nduration: 300s\n" +
             single("rate: " + rate + ", arrivals: constant", "workers: 1, work: 3333333ns",
                    "timeout: 1s, retry: {max: 1, backoff: none}", "timeline:\n  - {at: 100s, pause: app, for: 10s}\n");
    };
    Operations high;
    Simulation run(scenarioOf(text("280/s")));
    run.observe(&high);
    run.advanceTo(seconds(200));
    const Summary at200 = run.summary();
    const double queue = static_cast<double>(nodeOf(at200, "app").inFlight) - 1;
    QCOMPARE(verdict("re-metastable-retry", "L280_queue_at_200s", {queue}), QString());
    run.advanceTo(seconds(210));
    const double offered = static_cast<double>(run.summary().attempts - at200.attempts) / 10;
    QCOMPARE(verdict("re-metastable-retry", "L280_offered_queries_in_metastable_state", {offered}), QString());
    double good = 0;
    for (const auto& e : high.ended) {
      const SimTime born = e.at - e.latency;
      if (e.ok && born >= seconds(130) && born < seconds(190)) ++good;
    }
    QCOMPARE(verdict("re-metastable-retry", "L280_goodput_130_to_190s", {good}), QString());

    Operations low;
    Simulation mild(scenarioOf(text("140/s")));
    mild.observe(&low);
    mild.runToEnd();
    LateAnswers late;
    Simulation again(scenarioOf(text("140/s")));
    again.observe(&late);
    again.runToEnd();
    QCOMPARE(verdict("re-metastable-retry", "L140_last_late_answer", {late.last.seconds()}), QString());
    SimTime lastBad;
    double before = 0, goodBefore = 0;
    for (const auto& e : low.ended) {
      if (!e.ok || e.latency > seconds(1)) lastBad = e.at;
      if (e.at < seconds(100)) ++before, goodBefore += e.ok;
    }
    QCOMPARE(verdict("re-metastable-retry", "L140_goodput_before_the_outage", {goodBefore / before}), QString());
    // The case speaks of the database's last answer to a query that nobody awaited; its sender gave up up to a second
    // earlier, and the queue was short again by then.
    QVERIFY(lastBad > seconds(220) && lastBad < seconds(231));
  }

  void poolExhaustion() {
    const std::string text = "faultline: 1\nname: p\nduration: 70s\n" +
                             single("rate: 100/s, arrivals: constant, from: 5ms", free("8ms"), "pool: {size: 20}",
                                    "timeline:\n  - {at: 60s, set: app.work, to: 4s}\n");
    struct Waits : Observer {
      std::vector<std::pair<SimTime, Duration>> waits;  // of calls that waited for a connection: from when, how long
      void onArrive(SimTime now, NodeId node, CallId, const Call& call) override {
        if (node == 1 && now.ns > call.born) waits.push_back({{call.born}, {now.ns - call.born}});
      }
    } waits;
    Simulation run(scenarioOf(text));
    run.observe(&waits);
    run.advanceTo(seconds(60));
    const double used = edgeOf(run.summary(), "users", "app").inUseMean;
    QCOMPARE(verdict("se-pool-exhaustion", "connections_in_use_before", {used}), QString());
    run.advanceTo(seconds(64));
    const double waiting = static_cast<double>(edgeOf(run.summary(), "users", "app").waitingMax);
    QCOMPARE(verdict("se-pool-exhaustion", "waiting_at_64s", {waiting}), QString());
    run.advanceTo(seconds(65));
    QVERIFY(!waits.waits.empty());
    QCOMPARE(verdict("se-pool-exhaustion", "first_request_that_waits", {waits.waits[0].first.seconds()}), QString());
    QCOMPARE(verdict("se-pool-exhaustion", "its_wait", {waits.waits[0].second.seconds()}), QString());
  }

  void breakerOutage() {
    const std::string id = "re-breaker-outage";
    const std::string client = "rate: 7/s, from: 71428571ns", down = "{at: 100s, crash: app, for: 300s}";
    const std::string head = "faultline: 1\nname: b\nduration: 500s\n";
    Operations seen;
    Simulation run(scenarioOf(head + guarded(client, 30, down)));
    run.observe(&seen);
    run.runToEnd();
    QCOMPARE(verdict(id, "calls_that_hit_the_dead_backend",
                     {static_cast<double>(edgeOf(run.summary(), "breaker", "app").failed)}),
             QString());
    const auto first = std::find_if(seen.ended.begin(), seen.ended.end(),
                                    [](const auto& e) { return e.ok && e.at > seconds(400); });
    QVERIFY(first != seen.ended.end());
    QCOMPARE(verdict(id, "first_success_after_recovery", {first->at.seconds()}), QString());
    const Summary bare = runText(head + single(client + ", arrivals: constant", free("0s"), "",
                                               "timeline: [" + down + "]\n"));
    QCOMPARE(verdict(id, "calls_without_breaker", {static_cast<double>(bare.requests.failed)}), QString());
  }

  void breakerTrips_data() {
    QTest::addColumn<QString>("metric");
    QTest::addColumn<QString>("ratio");
    QTest::addColumn<int>("calls");
    QTest::newRow("half fail") << "p_0.5" << "50%" << 900'000;
    QTest::newRow("nine of ten fail") << "p_0.9" << "90%" << 300'000;
  }
  void breakerTrips() {
    QFETCH(QString, metric);
    QFETCH(QString, ratio);
    QFETCH(int, calls);
    for (std::uint64_t seed : kSeeds) {
      Scenario scenario = scenarioOf(
          "faultline: 1\nname: b\nsample: 1000s\nduration: " + std::to_string(calls) + "s\n" +
          guarded("rate: 1/s", 1.5, "{at: 0s, errors: app, ratio: " + ratio.toStdString() + "}"));
      scenario.seed = seed;
      Trips trips;
      Simulation run(scenario);
      run.observe(&trips);
      run.runToEnd();
      QCOMPARE(verdict("re-breaker-calls-to-trip", metric.toStdString(), {trips.calls / trips.trips}), QString());
    }
  }

  void poolThroughput() {
    const auto rate = [](const std::string& work) {
      return run({"", single("users: 100, think: 0s", free(work), "pool: {size: 20}"), 1, 0, {}, "", 100}, 1);
    };
    QCOMPARE(verdict("se-pool-exhaustion", "max_rate_before", {throughput()(rate("8ms"))}), QString());
    QCOMPARE(verdict("se-pool-exhaustion", "max_rate_after", {throughput()(rate("4s"))}), QString());
  }
};

QTEST_APPLESS_MAIN(TruthResilienceTest)
#include "resilience_test.moc"

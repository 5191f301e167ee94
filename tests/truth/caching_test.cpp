// Caches with exact hit ratios: lives, eviction, stampedes, tiers.
#include <QtTest>

#include <algorithm>
#include <cmath>

#include "truth/truth.h"

using namespace faultline;
using namespace faultline::truth;

namespace {

Measure hitRatio(const std::string& cache) {
  return [cache](const Run& r) { return metricOf(r.node(cache), "hit_ratio").value; };
}
Measure missRatio(const std::string& cache) {
  return [cache](const Run& r) { return 1 - metricOf(r.node(cache), "hit_ratio").value; };
}
// Calls of a node in each `span` seconds.
Measure ratePer(const std::string& node, double span) {
  return [=](const Run& r) { return static_cast<double>(r.node(node).arrivals) / r.seconds * span; };
}

// users -> cache -> db, where the cache fetches what misses.
std::string cached(const std::string& client, const std::string& keys, const std::string& cache,
                   const std::string& work = "0s", const std::string& edge = {}) {
  return "classes: {read: {key: \"" + keys + "\"}}\nnodes:\n  users: {kind: client, " + client +
         "}\n  cache: {kind: cache, strategy: read_through, " + cache +
         "}\n  db: {kind: service, workers: 1000000, work: " + work +
         "}\nedges:\n  - users -> cache\n  - cache -> db: {" + edge + "}\n";
}

// A hundred keys, each of which is read so many times a day and lives for a day.
std::string aDay(int reads) {
  const std::string rate = std::to_string(100 * reads) + "/day";
  return cached("rate: " + rate, "uniform(100)",
                "ttl: 24h, warm: stationary, warm_keys: \"uniform(100)\", warm_rate: " + rate);
}

// A cache that holds `held` of `keys` equally popular keys for good: every read hits by chance, on its own.
std::string chanceOf(int held, int keys, const std::string& more = {}) {
  const std::string all = "\"uniform(" + std::to_string(keys) + ")\"";
  return "capacity: " + std::to_string(held) + ", policy: none, warm: stationary, warm_rate: 1/s, warm_keys: " + all +
         more;
}

const std::string kFive = "zipf(1, 5)";
const std::string kTwoOfFive = "capacity: 2, policy: ";
const std::string kTenThousand = "zipf(0.8, 10k)";

std::vector<System> lives() {
  return {
      {"ca-ttl-60s-95",
       cached("rate: 19/min", "fixed(0)", "ttl: 60s"),
       19.0 / 60,
       3e5,
       {{"hit_ratio", hitRatio("cache")}, {"db_reads_per_minute", ratePer("db", 60)}}},
      {"ca-ttl-60s-95",
       cached("rate: 95/min", "fixed(0)", "ttl: 60s"),
       95.0 / 60,
       1e5,
       {{"hit_ratio_at_5x_rate", hitRatio("cache")}}},
      {"ca-ttl-sliding",
       cached("rate: 0.05/s", "fixed(0)", "ttl: 30s"),
       0.05,
       4e5,
       {{"hit_ratio_fixed", hitRatio("cache")}}},
      {"ca-ttl-sliding",
       cached("rate: 0.05/s", "fixed(0)", "ttl: 30s, ttl_sliding: true"),
       0.05,
       4e5,
       {{"hit_ratio_sliding", hitRatio("cache")}}},
      {"ca-ttl-zipf",
       cached("rate: 100/s", "zipf(1, 1000)", "ttl: 60s"),
       100,
       3e5,
       {{"hit_ratio", hitRatio("cache")}, {"db_reads", ratePer("db", 1)}}},
      {"ca-ttl-zipf",
       cached("rate: 100/s", "zipf(1, 1000)", "ttl: 60s, ttl_sliding: true"),
       100,
       2e5,
       {{"hit_ratio_if_sliding", hitRatio("cache")}}},
      {"ca-url-shortener",
       aDay(10),
       1000.0 / 86400,
       1e5,
       {{"hit_ratio_of_a_key_read_10_times_a_day", hitRatio("cache")}}},
      {"ca-two-level-ttl",
       "classes: {read: {key: fixed(0)}}\nnodes:\n  users: {kind: client, rate: 3/s}\n"
       "  l1: {kind: cache, strategy: read_through, ttl: 1s}\n  l2: {kind: cache, strategy: read_through, ttl: 30s}\n"
       "  db: {kind: service, work: 0s}\nedges: [users -> l1 -> l2 -> db]\n",
       3,
       5e5,
       {{"l1_hit", hitRatio("l1")}, {"l2_hit_given_l1_miss", hitRatio("l2")}, {"origin_fetch_rate", ratePer("db", 1)}}},
  };
}

std::vector<System> evictions() {
  return {
      {"ca-lru-exact-5-2",
       cached("rate: 1000/s", kFive, kTwoOfFive + "lru"),
       1000,
       3e5,
       {{"lru_hit", hitRatio("cache")}}},
      {"ca-lru-exact-5-2",
       cached("rate: 1000/s", kFive, kTwoOfFive + "fifo"),
       1000,
       3e5,
       {{"fifo_hit", hitRatio("cache")}}},
      {"ca-lru-exact-5-2",
       cached("rate: 1000/s", kFive, kTwoOfFive + "random"),
       1000,
       3e5,
       {{"random_hit", hitRatio("cache")}}},
      {"ca-lru-exact-5-2",
       cached("rate: 1000/s", kFive,
              kTwoOfFive + "none, warm: stationary, warm_rate: 1/s, warm_keys: \"" + kFive + "\""),
       1000,
       8e5,
       {{"static_top2_hit", hitRatio("cache")}}},
      {"ca-lru-che-10k",
       cached("rate: 1000/s", kTenThousand, "capacity: 500, policy: lru"),
       1000,
       3e5,
       {{"lru_hit", hitRatio("cache")}}},
      {"ca-lru-che-10k",
       cached("rate: 1000/s", kTenThousand, "capacity: 500, policy: fifo"),
       1000,
       3e5,
       {{"fifo_hit", hitRatio("cache")}}},
  };
}

std::vector<System> fetches() {
  const std::string aside =
      "classes: {read: {key: fixed(0)}}\nnodes:\n  users: {kind: client, rate: 200/s}\n"
      "  app: {kind: service, workers: 1000000, work: 0s}\n  cache: {kind: cache, ttl: 10s, fill: if_absent}\n"
      "  db: {kind: service, workers: 1000000, work: 250ms}\nedges:\n  - users -> app\n  - app -> cache: {step: 1}\n"
      "  - app -> db: {step: 2, when: miss(cache)";
  const std::vector<Metric> stampede = {{"fetches_per_expiry",
                                         [](const Run& r) {
                                           return static_cast<double>(r.node("db").arrivals) /
                                                  metricOf(r.node("cache"), "fills").value;
                                         }},
                                        {"fetch_rate", ratePer("db", 1)}};
  const std::vector<Metric> flight = {{"fetch_rate", ratePer("db", 1)},
                                      {"fraction_served_at_once", hitRatio("cache")},
                                      {"fraction_that_waits_or_fetches", missRatio("cache")}};
  return {
      {"ca-stampede", cached("rate: 200/s", "fixed(0)", "ttl: 10s, fill: if_absent", "250ms"), 200, 3e5, stampede},
      {"ca-stampede", aside + "}\n", 200, 3e5, stampede},
      {"ca-single-flight", cached("rate: 200/s", "fixed(0)", "ttl: 10s", "250ms", "single_flight: true"), 200, 3e5,
       flight},
      {"ca-single-flight", aside + ", single_flight: true}\n", 200, 3e5, flight},
  };
}

// Every latency of an ok operation, exactly.
struct Latencies : Observer {
  std::vector<double> ms;
  void onOperation(SimTime now, NodeId, CallId, const Call& call, bool finished) override {
    if (finished && call.failure == 0) ms.push_back(static_cast<double>(now.ns - call.born) / 1e6);
  }
  double mean() const {
    double sum = 0;
    for (double x : ms) sum += x;
    return sum / static_cast<double>(ms.size());
  }
  double quantile(double q) {
    const auto place = ms.begin() + static_cast<std::ptrdiff_t>(q * static_cast<double>(ms.size()));
    std::nth_element(ms.begin(), place, ms.end());
    return *place;
  }
};

Latencies latenciesOf(const std::string& yaml, const std::string& duration, std::uint64_t seed) {
  Scenario scenario = scenarioOf("faultline: 1\nname: l\nduration: " + duration + "\n" + yaml);
  scenario.seed = seed;
  Latencies all;
  Simulation simulation(scenario);
  simulation.observe(&all);
  simulation.runToEnd();
  return all;
}

}  // namespace

class TruthCachingTest : public QObject {
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
  void life_data() { addRows(lives()); }
  void life() { verify(lives()); }
  void eviction_data() { addRows(evictions()); }
  void eviction() { verify(evictions()); }
  void fetch_data() { addRows(fetches()); }
  void fetch() { verify(fetches()); }

  // A look-up of 2 ms, and 198 ms more for what misses.
  void hitsAndMisses() {
    const std::string id = "ca-hit2-miss200";
    for (std::uint64_t seed : kSeeds) {
      const std::string system =
          cached("rate: 10000/s", "uniform(10)", chanceOf(9, 10, ", work: 2ms, threads: 1000000"), "198ms");
      Latencies all = latenciesOf(system, "80s", seed);
      QCOMPARE(verdict(id, "mean_latency", {all.mean()}), QString());
      QCOMPARE(verdict(id, "p50", {all.quantile(.5)}), QString());
      QCOMPARE(verdict(id, "p89", {all.quantile(.89)}), QString());
      QCOMPARE(verdict(id, "p95", {all.quantile(.95)}), QString());
      const double hit = *std::min_element(all.ms.begin(), all.ms.end());
      const double miss = *std::max_element(all.ms.begin(), all.ms.end());
      QCOMPARE(verdict(id, "hit_ratio_needed_for_mean_4ms", {(miss - 4) / (miss - hit)}), QString());
    }
    // 98 of 99 keys are that share: 4 ms, with a standard deviation of 20 ms for one request.
    const Latencies needed = latenciesOf(
        cached("rate: 10000/s", "uniform(99)", chanceOf(98, 99, ", work: 2ms, threads: 1000000"), "198ms"), "40s", 1);
    QVERIFY(std::abs(needed.mean() - 4) < 3.3 * 20 / std::sqrt(4e5));
  }

  // A hit costs the caller 2 ms, a miss the database alone. Keys come in turn, so the hit ratio is what it is called.
  void latencyArithmetic() {
    const std::string id = "se-cache-latency-arithmetic";
    std::vector<double> latency, rate, busy;
    for (const char* held : {"0", "80", "95", "99"}) {
      const std::string yaml =
          "classes: {read: {key: \"sequential(100)\"}}\nnodes:\n"
          "  users: {kind: client, rate: 850/s, arrivals: constant}\n  app: {kind: service, workers: 1000, work: 0s}\n"
          "  cache: {kind: cache, policy: none, capacity: " +
          std::string(held) +
          "}\n  near: {kind: service, workers: 1000, work: 2ms}\n"
          "  db: {kind: database, connections: 1000, work: 200ms}\nedges:\n  - users -> app\n"
          "  - app -> cache: {step: 1}\n  - app -> near: {step: 2, when: hit(cache)}\n"
          "  - app -> db: {step: 2, when: miss(cache)}\n";
      const Run r = run({id, yaml, 850, 85'000, {}}, 1);
      latency.push_back(meanLatency(1000)(r));
      rate.push_back(ratePer("db", 1)(r));
      busy.push_back(busyMean("db")(r));
    }
    QCOMPARE(verdict(id, "mean_latency", latency), QString());
    QCOMPARE(verdict(id, "db_rate", rate), QString());
    QCOMPARE(verdict(id, "db_connections_busy", busy), QString());
  }

  void urlShortener() {
    const std::string id = "ca-url-shortener";
    // 99 keys of 100 are cached, and asked for in turn.
    const Run ninetyNine =
        run({id,
             cached("rate: 1157.4074074/s, arrivals: constant", "sequential(100)", "capacity: 99, policy: none"),
             1157.4074074,
             4e5,
             {}},
            1);
    QCOMPARE(verdict(id, "request_rate", {ratePer("cache", 1)(ninetyNine)}), QString());
    QCOMPARE(verdict(id, "db_rate_at_99_percent", {ratePer("db", 1)(ninetyNine)}), QString());
    // With 99 reads a day 99 % of them hit; the run has a standard deviation of 0.0001.
    const Run often = run({id, aDay(99), 9900.0 / 86400, 1e5, {}}, 1);
    QVERIFY(std::abs(hitRatio("cache")(often) - 0.99) < 0.0004);
    // Ten million keys, of which the six million that a day would have cached are there at the start.
    const Run skewed =
        run({id,
             cached("rate: 1157.4074074/s", "zipf(1, 10M)",
                    "ttl: 24h, warm: stationary, warm_rate: 1157.4074074/s, warm_keys: \"zipf(1, 10M)\""),
             1157.4074074,
             1e5,
             {}},
            1);
    QCOMPARE(verdict(id, "hit_ratio_zipf1_10M_keys", {hitRatio("cache")(skewed)}), QString());
  }
};

QTEST_APPLESS_MAIN(TruthCachingTest)
#include "caching_test.moc"

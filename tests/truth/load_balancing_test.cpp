// Balancing algorithms in front of queues with exact results, and the order in which nginx chooses.
#include <QtTest>

#include <cmath>
#include <numeric>

#include "parts/hash_ring.h"
#include "truth/truth.h"

using namespace faultline;
using namespace faultline::truth;

namespace {

std::string balanced(const std::string& rate, const std::string& algorithm, const std::string& app) {
  return "nodes:\n  users: {kind: client, rate: " + rate + "}\n  lb: {kind: load_balancer, algorithm: " + algorithm +
         "}\n  app: {kind: service, " + app + "}\nedges:\n  - users -> lb\n  - lb -> app\n";
}

std::vector<System> systems() {
  const std::string four = "instances: 4, workers: 1, work: exponential(50ms)";
  const std::string two = "instances: 2, workers: 1000000, cores: 1, work: exponential(500ms)";
  const auto perBackend = [](const Run& r) { return r.node("app").inFlightMean / 2; };
  return {
      {"lb-random-4",
       balanced("64/s", "random", four),
       64,
       5e5,
       {{"mean_sojourn", meanLatency(1000)}, {"p99_sojourn", latencyQuantile(.99, 1000)}}},
      {"lb-round-robin-4",
       balanced("64/s", "round_robin", four),
       64,
       5e5,
       {{"mean_sojourn", meanLatency(1000)},
        {"p50_sojourn", latencyQuantile(.5, 1000)},
        {"p99_sojourn", latencyQuantile(.99, 1000)}}},
      {"lb-jsq-2",
       balanced("1.6/s", "least_connections", "instances: 2, workers: 1, work: exponential(1s)"),
       1.6,
       5e5,
       {{"mean_sojourn", meanLatency(1)},
        {"p50_sojourn", latencyQuantile(.5, 1)},
        {"p99_sojourn", latencyQuantile(.99, 1)}}},
      // The mean-field value holds for many more backends; at 100 the case gives a value of its own.
      {"lb-power-of-two-100",
       balanced("90/s", "two_choices", "instances: 100, workers: 1, work: exponential(1s)"),
       90,
       6e5,
       {{"mean_sojourn", meanLatency(1)},
        {"mean_sojourn_n100", meanLatency(1)},
        {"p99_sojourn", latencyQuantile(.99, 1)}}},
      {"lb-jmt-rr-vs-random",
       balanced("1/s", "random", two),
       1,
       5e5,
       {{"random_mean_response", meanLatency(1)}, {"random_mean_number_per_backend", perBackend}}},
      {"lb-jmt-rr-vs-random",
       balanced("1/s", "round_robin", two),
       1,
       5e5,
       {{"round_robin_mean_response", meanLatency(1)}, {"round_robin_mean_number_per_backend", perBackend}}},
  };
}

// The names of the backends in the order in which they were asked.
struct Order : Observer {
  std::string names;
  void onArrive(SimTime, NodeId node, CallId, const Call&) override {
    if (node >= 2) names += static_cast<char>('a' + node - 2);
  }
};

std::string choices(const std::vector<int>& weights, int requests) {
  std::string nodes =
      "faultline: 1\nname: w\nduration: 100s\nnodes:\n  users: {kind: client, rate: 1/s, arrivals: constant, "
      "operations: " +
      std::to_string(requests) + "}\n  lb: {kind: load_balancer, algorithm: weighted_round_robin}\n";
  std::string edges = "edges:\n  - users -> lb\n";
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const std::string name = std::string("abc").substr(i, 1);
    nodes += "  " + name + ": {kind: service, work: 0s}\n";
    edges += "  - lb -> " + name + ": {weight: " + std::to_string(weights[i]) + "}\n";
  }
  Order order;
  Simulation simulation(scenarioOf(nodes + edges));
  simulation.observe(&order);
  simulation.runToEnd();
  return order.names;
}

// --- consistent hashing

// The share of each of `nodes` on a ring with `points` for each; `ring` makes it another one.
std::vector<double> sharesOf(std::uint32_t nodes, std::uint32_t points, std::uint64_t ring) {
  std::vector<HashRing::Member> members;
  for (std::uint32_t n = 0; n < nodes; ++n) members.push_back({mix64(ring * 100'003 + n), points});
  return HashRing(members).shares();
}

// Shares relative to the mean, over many rings.
struct RingShares {
  std::vector<double> all;
  double sumOfPeaks = 0;
  double rings = 0;

  RingShares(std::uint32_t nodes, std::uint32_t points, std::uint64_t count, std::uint64_t seed) {
    for (std::uint64_t r = 0; r < count; ++r) {
      std::vector<double> shares = sharesOf(nodes, points, seed * 1'000'003 + r);
      for (double& s : shares) s *= nodes;
      sumOfPeaks += *std::max_element(shares.begin(), shares.end());
      all.insert(all.end(), shares.begin(), shares.end());
    }
    rings = static_cast<double>(count);
    std::sort(all.begin(), all.end());
  }
  double deviation() const {
    double squares = 0;
    for (double s : all) squares += (s - 1) * (s - 1);
    return std::sqrt(squares / static_cast<double>(all.size()));
  }
  double quantile(double q) const { return all[static_cast<std::size_t>(q * static_cast<double>(all.size()))]; }
};

// Which instance each key was sent to.
struct Placement : Observer {
  std::vector<int> instanceOfKey = std::vector<int>(100'000, -1);
  void onArrive(SimTime, NodeId node, CallId, const Call& call) override {
    if (node == 2) instanceOfKey[call.key] = call.instance;
  }
};

std::vector<int> placement(const std::string& algorithm, int instances) {
  Placement seen;
  Simulation simulation(scenarioOf(
      "faultline: 1\nname: p\nduration: 11s\nclasses: {all: {key: \"sequential(100k)\"}}\nnodes:\n"
      "  users: {kind: client, rate: 10000/s, arrivals: constant, operations: 100000}\n"
      "  lb: {kind: load_balancer, algorithm: " +
      algorithm + "}\n  app: {kind: service, work: 0s, instances: " + std::to_string(instances) +
      "}\nedges: [users -> lb -> app]\n"));
  simulation.observe(&seen);
  simulation.runToEnd();
  return seen.instanceOfKey;
}

// --- nginx

struct Attempts : Observer {
  std::vector<double> onA;
  std::size_t answersOfA = 0, answersOfB = 0, failedOperations = 0;
  void onArrive(SimTime now, NodeId node, CallId, const Call&) override {
    if (node == 2) onA.push_back(now.seconds());
  }
  void onAnswer(SimTime, NodeId node, CallId, const Call& call) override {
    if (call.failure != 0) return;
    answersOfA += node == 2;
    answersOfB += node == 3;
  }
  void onOperation(SimTime, NodeId, CallId, const Call& call, bool finished) override {
    failedOperations += finished && call.failure != 0;
  }
};

std::string twoPeers(const std::string& client, const std::string& passive, const std::string& timeline = {}) {
  return "faultline: 1\nname: n\nduration: 301s\nnodes:\n  users: {kind: client, arrivals: constant, " + client +
         "}\n  lb: {kind: load_balancer, algorithm: weighted_round_robin, passive: {" + passive +
         ", whole_seconds: true, on: [error, unavailable]}, next_upstream: {on: [error, unavailable]}}\n"
         "  a: {kind: service, work: 0s}\n  b: {kind: service, work: 0s}\n"
         "edges: [users -> lb, lb -> a, lb -> b]\n" +
         timeline;
}

// --- health checks

// One of four instances refuses for 45 s, again and again, each time at another phase of the checks.
struct Detections {
  static constexpr int kTimes = 50;
  static constexpr double kCycle = 70;
  double detection = 0, failed = 0, share = 0;  // means

  struct Watch : Observer {
    std::vector<double> failures, arrivals;
    void onOperation(SimTime now, NodeId, CallId, const Call& call, bool finished) override {
      if (!finished) return arrivals.push_back(now.seconds());
      if (call.failure != 0) failures.push_back(now.seconds());
    }
  };

  explicit Detections(std::uint64_t seed) {
    std::vector<double> crashes;
    std::string timeline = "timeline:\n";
    for (int i = 0; i < kTimes; ++i) {
      crashes.push_back(kCycle * (i + 1) + 10.0 * (i + 0.5) / kTimes);
      timeline += "  - {at: " + std::to_string(crashes.back()) + "s, crash: \"app[0]\", for: 45s}\n";
    }
    Scenario scenario = scenarioOf(
        "faultline: 1\nname: h\nduration: 3600s\nnodes:\n  users: {kind: client, rate: 100/s}\n"
        "  lb: {kind: load_balancer, health_check: {every: 10s, timeout: 1s, fall: 3, rise: 1}}\n"
        "  app: {kind: service, instances: 4, work: 1ms}\nedges: [users -> lb -> app]\n" +
        timeline);
    scenario.seed = seed;
    Watch watch;
    Simulation simulation(scenario);
    simulation.observe(&watch);
    simulation.runToEnd();
    for (double crash : crashes) add(watch, crash);
    detection /= kTimes;
    share = failed / share;
    failed /= kTimes;
  }
  // Detected is the moment of the last failure: within a mean gap of 40 ms.
  void add(const Watch& watch, double crash) {
    const auto within = [&](const std::vector<double>& times, double from, double to) {
      return std::lower_bound(times.begin(), times.end(), to) - std::lower_bound(times.begin(), times.end(), from);
    };
    const auto end = std::lower_bound(watch.failures.begin(), watch.failures.end(), crash + kCycle - 10);
    const double last = *(end - 1);
    detection += last - crash;
    failed += static_cast<double>(within(watch.failures, crash, crash + kCycle - 10));
    share += static_cast<double>(within(watch.arrivals, crash, last));
  }
};

// How long instances of `backends` had at least three calls.
struct Crowded : Observer {
  std::vector<int> present;
  int crowded = 0;
  double instanceSeconds = 0;
  SimTime last, from;
  Crowded(std::size_t instances, SimTime since) : present(instances), last(since), from(since) {}
  void settle(SimTime now) {
    if (now <= last) return;
    instanceSeconds += (now - last).seconds() * crowded;
    last = now;
  }
  void onArrive(SimTime now, NodeId node, CallId, const Call& call) override {
    if (node != 2) return;
    settle(now);
    crowded += ++present[call.instance] == 3;
  }
  void onAnswer(SimTime now, NodeId node, CallId, const Call& call) override {
    if (node != 2) return;
    settle(now);
    crowded -= present[call.instance]-- == 3;
  }
};

}  // namespace

class TruthLoadBalancingTest : public QObject {
  Q_OBJECT
 private slots:
  void balances_data() { addRows(systems()); }
  void balances() {
    QFETCH(int, system);
    QFETCH(quint64, seed);
    const std::string problems = check(systems()[static_cast<std::size_t>(system)], seed);
    QVERIFY2(problems.empty(), problems.c_str());
  }

  void choosesAsNginx() {
    const auto text = [](const char* id, const char* metric) { return cases().at(id).metric(metric).text; };
    QCOMPARE(choices({5, 1, 1}, 14), text("lb-nginx-wrr-511", "first_14_choices"));
    QCOMPARE(choices({3, 2, 1}, 12), text("lb-nginx-wrr-321", "weights_3_2_1_first_12"));
    QCOMPARE(choices({1, 2}, 6), text("lb-nginx-wrr-321", "weights_1_2_first_6"));
    const std::string thirty = choices({1, 2}, 30);
    const std::vector<double> counts{static_cast<double>(std::count(thirty.begin(), thirty.end(), 'a')),
                                     static_cast<double>(std::count(thirty.begin(), thirty.end(), 'b'))};
    QCOMPARE(compare("lb-nginx-wrr-321", "weights_1_2_counts_in_30", counts), std::string());
  }

  void crowdedBackends() {
    for (std::uint64_t seed : kSeeds) {
      Scenario scenario = scenarioOf("faultline: 1\nname: c\nduration: 2200s\n" +
                                     balanced("90/s", "two_choices", "instances: 100, workers: 1, work: exponential(1s)"));
      scenario.seed = seed;
      Crowded census(100, seconds(200));
      Simulation simulation(scenario);
      simulation.observe(&census);
      simulation.runToEnd();
      census.settle(simulation.now());
      const double share = census.instanceSeconds / 100 / (simulation.now() - census.from).seconds();
      QCOMPARE(compare("lb-power-of-two-100", "fraction_of_time_a_backend_has_3_or_more", {share}), std::string());
    }
  }

  // Peer a fails every third request that it gets: the fault is set before and taken away after each such request.
  void nginxCountsFailuresOfAWindow() {
    const std::string id = "lb-nginx-max-fails";
    Simulation run(scenarioOf(twoPeers("rate: 100/s, operations: 30", "max_fails: 3, fail_timeout: 10s")));
    Attempts seen;
    run.observe(&seen);
    for (int i = 0; i < 30; ++i) {
      ValueMap next;
      next.set("ratio", seen.onA.size() % 3 == 2 ? 1.0 : 0.0);
      run.apply({run.now(), "errors", "a", next});
      run.advanceTo(milliseconds(10 * (i + 1) + 5));
    }
    QCOMPARE(compare(id, "responses_from_A", {static_cast<double>(seen.answersOfA)}), std::string());
    QCOMPARE(compare(id, "responses_from_B", {static_cast<double>(seen.answersOfB)}), std::string());
    QCOMPARE(compare(id, "attempts_on_A", {static_cast<double>(seen.onA.size())}), std::string());
    QCOMPARE(seen.failedOperations, std::size_t{0});
  }

  void nginxTriesADeadPeerAgain() {
    const std::string id = "lb-nginx-dead-peer";
    // Faulty rather than crashed, as a crashed node would not see the attempts. The first request comes after one gap.
    Simulation run(scenarioOf(twoPeers("rate: 1/s, operations: 300", "max_fails: 3, fail_timeout: 30s",
                                       "timeline:\n  - {at: 0s, errors: a, ratio: 100%}\n")));
    Attempts seen;
    run.observe(&seen);
    run.runToEnd();
    for (double& at : seen.onA) at -= 1;
    QCOMPARE(compare(id, "times_A_is_tried", seen.onA), std::string());
    QCOMPARE(compare(id, "attempts_on_A", {static_cast<double>(seen.onA.size())}), std::string());
    QCOMPARE(compare(id, "user_visible_errors", {static_cast<double>(seen.failedOperations)}), std::string());
  }

  void ringsAreUnevenAsTheyShouldBe() {
    for (std::uint64_t seed : kSeeds) {
      const RingShares ten(10, 150, 1000, seed);
      const std::string id = "lb-ring-150-imbalance";
      QCOMPARE(compare(id, "coefficient_of_variation", {ten.deviation()}, 1000), std::string());
      QCOMPARE(compare(id, "q0.5%", {ten.quantile(.005)}, 1000), std::string());
      QCOMPARE(compare(id, "q99.5%", {ten.quantile(.995)}, 1000), std::string());
      QCOMPARE(compare(id, "mean_of_max_node", {ten.sumOfPeaks / ten.rings}, 1000), std::string());
    }
  }

  void ringsOfAThousandNodes() {
    const std::string id = "lb-ring-jump-table";
    const RingShares one(1000, 1, 300, 1), ten(1000, 10, 150, 1), hundred(1000, 100, 40, 1), thousand(1000, 1000, 20, 1);
    QCOMPARE(compare(id, "stderr_V1", {one.deviation()}), std::string());
    QCOMPARE(compare(id, "stderr_V10", {ten.deviation()}), std::string());
    QCOMPARE(compare(id, "stderr_V100", {hundred.deviation()}), std::string());
    QCOMPARE(compare(id, "stderr_V1000", {thousand.deviation()}), std::string());
    QCOMPARE(compare(id, "interval_V10", {ten.quantile(.005), ten.quantile(.995)}), std::string());
    QCOMPARE(compare(id, "interval_V100", {hundred.quantile(.005), hundred.quantile(.995)}), std::string());
  }

  void aNewNodeTakesItsShare() {
    const std::string id = "lb-hash-add-node";
    for (std::uint64_t seed : kSeeds) {
      std::vector<double> moved;
      // Nothing moves between old nodes, see below, so what moves is the share of the sixth.
      for (std::uint64_t r = 0; r < 1000; ++r) moved.push_back(sharesOf(6, 150, seed * 1'000'003 + r)[5]);
      const double mean = std::accumulate(moved.begin(), moved.end(), 0.0) / 1000;
      double squares = 0;
      for (double m : moved) squares += (m - mean) * (m - mean);
      QCOMPARE(compare(id, "ring_moved_mean", {mean}, 1000), std::string());
      QCOMPARE(compare(id, "ring_moved_sd_between_rings", {std::sqrt(squares / 999)}, 1000), std::string());
    }
  }

  void keysThatMove() {
    const std::string id = "lb-hash-add-node";
    const std::vector<int> five = placement("consistent_hash", 5), six = placement("consistent_hash", 6);
    double betweenOld = 0, toNew = 0;
    for (std::size_t k = 0; k < five.size(); ++k) {
      QVERIFY(five[k] >= 0 && six[k] >= 0);
      if (five[k] == six[k]) continue;
      (six[k] == 5 ? toNew : betweenOld) += 1;
    }
    QCOMPARE(compare(id, "ring_keys_moved_between_old_nodes", {betweenOld}), std::string());
    QVERIFY(std::abs(toNew / 1e5 - 1.0 / 6) < 4 * 0.0124);  // of one ring
    const std::vector<int> before = placement("key_hash", 5), after = placement("key_hash", 6);
    double moved = 0;
    for (std::size_t k = 0; k < before.size(); ++k) moved += before[k] != after[k];
    QCOMPARE(compare(id, "modulo_moved", {moved / 1e5}), std::string());
  }

  void healthChecksDetect() {
    const std::string id = "se-health-check-detection";
    for (std::uint64_t seed : kSeeds) {
      const Detections all(seed);
      QCOMPARE(compare(id, "mean_detection", {all.detection}), std::string());
      QCOMPARE(compare(id, "mean_failed_requests", {all.failed}), std::string());
      QCOMPARE(compare(id, "failed_fraction_until_detection", {all.share}), std::string());
    }
  }
};

QTEST_APPLESS_MAIN(TruthLoadBalancingTest)
#include "load_balancing_test.moc"

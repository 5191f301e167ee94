// Balancing algorithms in front of queues with exact results, and the order in which nginx chooses.
#include <QtTest>

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
       1e6,
       {{"mean_sojourn", meanLatency(1000)}, {"p99_sojourn", latencyQuantile(.99, 1000)}}},
      {"lb-round-robin-4",
       balanced("64/s", "round_robin", four),
       64,
       1e6,
       {{"mean_sojourn", meanLatency(1000)},
        {"p50_sojourn", latencyQuantile(.5, 1000)},
        {"p99_sojourn", latencyQuantile(.99, 1000)}}},
      {"lb-jsq-2",
       balanced("1.6/s", "least_connections", "instances: 2, workers: 1, work: exponential(1s)"),
       1.6,
       1e6,
       {{"mean_sojourn", meanLatency(1)},
        {"p50_sojourn", latencyQuantile(.5, 1)},
        {"p99_sojourn", latencyQuantile(.99, 1)}}},
      // The mean-field value holds for many more backends; at 100 the case gives a value of its own.
      {"lb-power-of-two-100",
       balanced("90/s", "two_choices", "instances: 100, workers: 1, work: exponential(1s)"),
       90,
       1e6,
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
};

QTEST_APPLESS_MAIN(TruthLoadBalancingTest)
#include "load_balancing_test.moc"

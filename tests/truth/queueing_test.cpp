// Queueing systems with exact results: one service, a few clients.
#include <QtTest>

#include "truth/truth.h"

using namespace faultline;
using namespace faultline::truth;

namespace {

constexpr const char* kMany = "workers: 1000000, ";

std::string chain(const std::string& client, const std::vector<std::string>& services,
                  const std::vector<std::string>& edges, const std::string& rest = {}) {
  std::string text = "nodes:\n  users: {kind: client, " + client + "}\n";
  for (std::size_t i = 0; i < services.size(); ++i)
    text += "  s" + std::to_string(i + 1) + ": {kind: service, " + services[i] + "}\n";
  text += "edges:\n";
  for (std::size_t i = 0; i < services.size(); ++i)
    text += "  - users -> s" + std::to_string(i + 1) + ": {" + edges[i] + "}\n";
  return text + rest;
}

Measure classMean(std::size_t klass) {
  return [klass](const Run& r) { return r.s.classes[klass].okLatency.meanNs() / 1e9; };
}

// Little's law and flow balance of a node.
Measure little(const std::string& name) {
  return [name](const Run& r) {
    const NodeSummary& n = r.node(name);
    const double sojourn = (n.okLatency.sumNs() + n.failedLatency.sumNs()) / 1e9;
    return n.inFlightMean * r.seconds / sojourn;
  };
}
Measure utilizationLaw(const std::string& name) {
  return [name](const Run& r) { return r.node(name).busyMean * r.seconds / (r.node(name).service.sumNs() / 1e9); };
}
Measure flowBalance(const std::string& name) {
  return [name](const Run& r) {
    const NodeSummary& n = r.node(name);
    return static_cast<double>(static_cast<std::int64_t>(n.arrivals - n.ok - n.failed) - n.inFlight +
                               n.inFlightAtStart);
  };
}
std::vector<Metric> operationalLaws(const std::string& node) {
  return {{"mean_number / (throughput * mean_sojourn)", little(node)},
          {"mean_busy_servers / (throughput * mean_service)", utilizationLaw(node)},
          {"(arrivals - completions - rejections - in_flight)", flowBalance(node)}};
}

std::vector<System> singleServer() {
  const auto sojourn = [](double q) { return latencyQuantile(q, 1000); };
  const auto wait = [](double q) { return waitQuantile("app", q, 1000); };
  return {
      {"qt-mm1-rho80",
       single("rate: 80/s", "workers: 1, work: exponential(10ms)"),
       80,
       1e6,
       {{"utilization", utilization("app")},
        {"mean_sojourn", meanLatency(1000)},
        {"p50_sojourn", sojourn(.5)},
        {"p95_sojourn", sojourn(.95)},
        {"p99_sojourn", sojourn(.99)},
        {"mean_wait", meanWait("app", 1000)},
        {"p99_wait", wait(.99)},
        {"mean_number_in_system", inFlightMean("app")},
        {"prob_10_or_more_in_system", [](const Run& r) { return r.census.shareAtLeast(10); }}},
       "app"},
      {"qt-mm1-rho90",
       single("rate: 90/s", "workers: 1, work: exponential(10ms)"),
       90,
       8e5,
       {{"mean_sojourn", meanLatency(1000)},
        {"p50_sojourn", sojourn(.5)},
        {"p99_sojourn", sojourn(.99)},
        {"prob_wait", probWait("app")},
        {"mean_number_waiting", queueMean("app"), 0.021}}},
      {"qt-md1-rho80",
       single("rate: 80/s", "workers: 1, work: 10ms"),
       80,
       3e5,
       {{"mean_wait", meanWait("app", 1000)},
        {"prob_wait", probWait("app")},
        {"p50_wait", wait(.5)},
        {"p95_wait", wait(.95)},
        {"p99_wait", wait(.99)},
        {"mean_sojourn", meanLatency(1000)}}},
      {"qt-mg1-lognormal",
       single("rate: 7/s", "workers: 1, work: 'lognormal(mean 100ms, cv 1.4142135623730951)'"),
       7,
       6e5,
       {{"utilization", utilization("app")},
        {"mean_wait", meanWait("app", 1000)},
        {"mean_sojourn", meanLatency(1000)},
        {"mean_number_waiting", queueMean("app"), 0.018}}},
      {"qt-mg1-hyperexp",
       single("rate: 50/s", "workers: 1, work: 'hyperexponential(90% 5ms, 10% 75ms)'"),
       50,
       5e5,
       {{"mean_wait", meanWait("app", 1000)},
        {"p95_wait", wait(.95)},
        {"mean_sojourn", meanLatency(1000)},
        {"p50_sojourn", sojourn(.5)},
        {"p99_sojourn", sojourn(.99)}}},
      {"qt-mg1-bounded-pareto",
       single("rate: 150/s", "workers: 1, work: 'pareto(min 1ms, alpha 1.8, max 1s)'"),
       150,
       7e5,
       {{"mean_service", [](const Run& r) { return r.node("app").service.meanNs() / 1e6; }},
        {"mean_wait", meanWait("app", 1000)},
        {"prob_wait", probWait("app")}}},
      {"qt-mg1-ps-det",
       single("rate: 35/s", kMany + std::string("cores: 1, work: 20ms")),
       35,
       2e5,
       {{"mean_sojourn", meanLatency(1000)}}},
      {"qt-mg1-ps-exp",
       single("rate: 35/s", kMany + std::string("cores: 1, work: exponential(20ms)")),
       35,
       2e5,
       {{"mean_sojourn", meanLatency(1000)}}},
      {"qt-mg1-ps-hyperexp",
       single("rate: 35/s", kMany + std::string("cores: 1, work: 'hyperexponential(90% 10ms, 10% 110ms)'")),
       35,
       2e5,
       {{"mean_sojourn", meanLatency(1000)}}},
      {"qt-rps-ciw",
       single("rate: 10/s", kMany + std::string("cores: 3, work: exponential(83333333ns)")),
       10,
       3e5,
       {{"prob_0_present", [](const Run& r) { return r.census.shareOfTime(0); }},
        {"prob_1_present", [](const Run& r) { return r.census.shareOfTime(1); }},
        {"prob_2_present", [](const Run& r) { return r.census.shareOfTime(2); }},
        {"prob_3_present", [](const Run& r) { return r.census.shareOfTime(3); }},
        {"prob_4_present", [](const Run& r) { return r.census.shareOfTime(4); }},
        {"prob_5_present", [](const Run& r) { return r.census.shareOfTime(5); }}},
       "app"},
      {"qt-dm1-constant-arrivals",
       single("rate: 80/s, arrivals: constant", "workers: 1, work: exponential(10ms)"),
       80,
       3e5,
       {{"mean_sojourn", meanLatency(1000)},
        {"p50_sojourn", sojourn(.5)},
        {"p99_sojourn", sojourn(.99)},
        {"prob_wait", probWait("app")}}},
      {"qt-onoff-burst",
       single("rate: 150/s, bursts: {on: 1s, off: 1s}", "workers: 1, work: exponential(10ms)"),
       75,
       1e6,
       {{"mean_sojourn", meanLatency(1000)},
        {"p50_sojourn", sojourn(.5)},
        {"p99_sojourn", sojourn(.99)},
        {"prob_wait", probWait("app")}}},
      {"qt-batch-5",
       single("rate: 70/s, batch: 5", "workers: 1, work: exponential(10ms)"),
       70,
       4e5,
       {{"mean_sojourn", meanLatency(1000)}, {"mean_wait", meanWait("app", 1000)}}},
      {"qt-priority-nonpreemptive",
       single("rate: 0.8/s", "workers: 1, queue: priority, work: exponential(1s)", "",
              "classes:\n  high: {weight: 1, priority: 2}\n  low: {weight: 3, priority: 1}\n"),
       0.8,
       1e6,
       {{"high_mean_sojourn", classMean(0)}, {"low_mean_sojourn", classMean(1)}}},
      // Workers are not interrupted, but the processes of a host are: by the weight of their work.
      {"qt-priority-preemptive",
       "hosts:\n  box: {cores: 1, members: [high, low]}\nclasses:\n  high: {weight: 1}\n  low: {weight: 3}\nnodes:\n"
       "  users: {kind: client, rate: 0.8/s}\n"
       "  high: {kind: service, workers: 1, cpu_weight: 1000000, work: exponential(1s)}\n"
       "  low: {kind: service, workers: 1, work: exponential(1s)}\n"
       "edges:\n  - users -> high: {for: [high]}\n  - users -> low: {for: [low]}\n",
       0.8,
       1e6,
       {{"high_mean_sojourn", classMean(0)}, {"low_mean_sojourn", classMean(1)}}},
  };
}

std::vector<System> manyServers() {
  const auto sojourn = [](double q) { return latencyQuantile(q, 1000); };
  const auto wait = [](double q) { return waitQuantile("app", q, 1000); };
  const std::vector<Metric> erlangB = {{"rejected_fraction", failedShare()}, {"mean_busy_slots", busyMean("app")}};
  return {
      {"qt-mmc-4-rho80",
       single("rate: 32/s", "workers: 4, work: exponential(100ms)"),
       32,
       1e6,
       {{"prob_wait", probWait("app")},
        {"mean_wait", meanWait("app", 1000)},
        {"p95_wait", wait(.95)},
        {"p99_wait", wait(.99)},
        {"mean_sojourn", meanLatency(1000)},
        {"p50_sojourn", sojourn(.5)},
        {"p99_sojourn", sojourn(.99)}}},
      {"lb-shared-queue-4",
       single("rate: 64/s", "workers: 4, work: exponential(50ms)"),
       64,
       3e5,
       {{"mean_sojourn", meanLatency(1000)}, {"p99_sojourn", sojourn(.99)}}},
      {"qt-mmc-20-threads",
       single("rate: 340/s", "workers: 20, work: exponential(50ms)"),
       340,
       3e5,
       {{"prob_wait", probWait("app")},
        {"mean_wait", meanWait("app", 1000)},
        {"p95_wait", wait(.95)},
        {"p99_wait", wait(.99)},
        {"p99_sojourn", sojourn(.99)},
        {"mean_busy_threads", busyMean("app")}}},
      {"qt-operational-laws", single("rate: 340/s", "workers: 20, work: exponential(50ms)"), 340, 3e5,
       operationalLaws("app")},
      {"sc-staffing-850",
       single("rate: 850/s", "workers: 50, work: exponential(50ms)"),
       850,
       5e5,
       {{"prob_wait_at_min", probWait("app")}, {"p99_wait_at_min", wait(.99)}}},
      {"qt-mm2-cap3-simmer",
       single("rate: 3/s", "workers: 2, queue_capacity: 1, work: exponential(250ms)"),
       3,
       3e5,
       {{"rejected_fraction", failedShare()},
        {"mean_number_in_system", inFlightMean("app")},
        {"mean_sojourn_accepted", meanLatency(1)}}},
      {"qt-mmck-overload",
       single("rate: 500/s", "workers: 8, queue_capacity: 16, work: exponential(20ms)"),
       500,
       3e5,
       {{"rejected_fraction", failedShare()},
        {"goodput", throughput()},
        {"mean_sojourn_accepted", meanLatency(1000)},
        {"mean_wait_accepted", meanWait("app", 1000)},
        {"p99_wait_accepted", wait(.99)}}},
      {"qt-erlang-b-exp", single("rate: 10/s", "workers: 10, queue_capacity: 0, work: exponential(1s)"), 10, 3e5,
       erlangB},
      {"qt-erlang-b-det", single("rate: 10/s", "workers: 10, queue_capacity: 0, work: 1s"), 10, 3e5, erlangB},
      {"qt-erlang-b-lognormal",
       single("rate: 10/s", "workers: 10, queue_capacity: 0, work: 'lognormal(mean 1s, cv 2)'"), 10, 5e5, erlangB},
      {"qt-erlang-a",
       single("rate: 100/s", "workers: 10, queue_timeout: exponential(200ms), work: exponential(100ms)"),
       100,
       5e5,
       {{"abandoned_fraction", failedShare()},
        {"prob_wait",
         [](const Run& r) {
           const NodeSummary& n = r.node("app");  // who gave up had waited
           return (static_cast<double>(n.wait.count()) * (1 - n.wait.shareOfZero()) + static_cast<double>(n.failed)) /
                  static_cast<double>(n.ok + n.failed);
         }},
        {"mean_time_in_queue_all",
         [](const Run& r) {
           const NodeSummary& n = r.node("app");
           return (n.wait.sumNs() + n.failedLatency.sumNs()) / 1e6 / static_cast<double>(n.ok + n.failed);
         }},
        {"utilization", utilization("app")}}},
      {"qt-bank-ciw",
       single("rate: 0.2/s", "workers: 3, work: exponential(10s)"),
       0.2,
       6e5,
       {{"mean_wait_3_servers", meanWait("app", 1)}}},
      {"qt-gas-station-simmer",
       single("rate: 0.15/s",
              "workers: 1, queue_capacity: 0, work: {default: exponential(8s), motorcycle: exponential(3s)}", "",
              "classes:\n  car: {weight: 3}\n  motorcycle: {weight: 1}\n"),
       0.15,
       3e5,
       {{"mean_vehicles_present", inFlightMean("app")}, {"blocked_fraction_first_variant", failedShare()}}},
      {"sc-mminf-concurrency",
       single("rate: 850/s", kMany + std::string("work: exponential(50ms)")),
       850,
       5e5,
       {{"mean", inFlightMean("app")},
        {"p99", [](const Run& r) { return static_cast<double>(r.census.quantile(.99)); }},
        {"p999", [](const Run& r) { return static_cast<double>(r.census.quantile(.999)); }}},
       "app"},
  };
}

std::vector<System> networks() {
  std::vector<std::string> eight(8, "workers: 1, work: exponential(1s)"), parallel(8, "step: 1");
  const std::vector<std::string> two(2, "workers: 1, work: exponential(1s)");
  return {
      {"qt-fork-join-2",
       chain("rate: 0.7/s", two, {"step: 1", "step: 1"}),
       0.7,
       2e5,
       {{"mean_response", meanLatency(1)}}},
      {"qt-fork-join-8",
       chain("rate: 0.8/s", eight, parallel),
       0.8,
       1e5,
       {{"mean_response", meanLatency(1)}, {"mean_response_reference", meanLatency(1)}}},
      {"qt-tandem-3",
       chain("rate: 70/s",
             {"workers: 1, work: exponential(8ms)", "workers: 1, work: exponential(10ms)",
              "workers: 1, work: exponential(5ms)"},
             {"step: 1", "step: 2", "step: 3"}),
       70,
       3e5,
       {{"mean_total", meanLatency(1000)},
        {"p50_total", latencyQuantile(.5, 1000)},
        {"p95_total", latencyQuantile(.95, 1000)},
        {"p99_total", latencyQuantile(.99, 1000)},
        {"stage2_mean_sojourn", meanAt("s2", 1000)}}},
      {"qt-bernoulli-feedback",
       single("rate: 5/s", "workers: 1, work: exponential(100ms)", "retry: {max: 100, backoff: none}",
              "timeline:\n  - {at: 0s, errors: app, ratio: 20%}\n"),
       5,
       3e5,
       {{"mean_visits",
         [](const Run& r) { return static_cast<double>(r.s.attempts) / static_cast<double>(r.s.requests.offered); }},
        {"mean_sojourn_per_visit",
         [](const Run& r) {
           const NodeSummary& n = r.node("app");
           return (n.okLatency.sumNs() + n.failedLatency.sumNs()) / 1e6 / static_cast<double>(n.ok + n.failed);
         }},
        {"mean_total_time", meanLatency(1000)},
        {"utilization", utilization("app")}}},
      {"qt-closed-jain",
       chain("users: 20, think: exponential(4s)",
             {"workers: 1, work: exponential(125ms)", "workers: 1, work: exponential(300ms)",
              "workers: 1, work: exponential(200ms)"},
             {"step: 1, times: 16", "step: 2, times: 10", "step: 3, times: 5"}),
       0.333,
       1e4,
       {{"throughput", throughput()},
        {"mean_response", meanLatency(1)},
        {"cpu_time_per_visit", meanAt("s1", 1)},
        {"diskA_time_per_visit", meanAt("s2", 1)},
        {"diskB_time_per_visit", meanAt("s3", 1)}}},
      {"qt-closed-threads",
       single("users: 50, think: exponential(1s)", "workers: 4, work: exponential(100ms)"),
       38.8,
       5e5,
       // The spread of p95 is that of 40 runs of this length here; the case's own estimate is too small.
       {{"throughput", throughput()},
        {"mean_response", meanLatency(1000)},
        {"p95_response", latencyQuantile(.95, 1000), 0.0063},
        {"p99_response", latencyQuantile(.99, 1000)}}},
      {"qt-repairmen-line",
       single("users: 3, think: exponential(2s)", "workers: 2, work: exponential(250ms)"),
       1.33,
       2e5,
       {{"throughput", throughput()},
        {"mean_response", meanLatency(1)},
        {"mean_number_at_service", inFlightMean("app")}}},
      {"qt-engset-finite-sources",
       single("users: 12, think: exponential(4s)", "workers: 4, queue_capacity: 0, work: exponential(1s)"),
       2.4,
       3e5,
       {{"blocked_fraction_of_tries", failedShare()}}},
      // A run holds about 13 periods of four weeks; `requests` of the case counts them differently, so its spread is
      // stated here.
      {"qt-machine-shop-simpy",
       single("users: 10, think: exponential(300min)", "workers: 1, work: 30min"),
       1.0 / 2200,
       1.2e4,
       {{"availability_per_machine", [](const Run& r) { return 1 - r.node("app").inFlightMean / 10; }, 0.003},
        {"parts_per_machine_in_4_weeks",
         [](const Run& r) { return (1 - r.node("app").inFlightMean / 10) * 28 * 24 * 6; }},
        {"repairman_busy", utilization("app"), 0.003}}},
  };
}

// A request is handed on from station to station, so that none is held by two.
std::vector<System> feedback() {
  const auto station = [](const std::string& name) { return meanAt(name, 1000); };
  return {{"qt-open-network-bolch",
           "nodes:\n  users: {kind: client, rate: 4/s}\n"
           "  s1: {kind: service, workers: 1, work: exponential(40ms)}\n"
           "  s2: {kind: service, workers: 1, work: exponential(30ms)}\n"
           "  s3: {kind: service, workers: 1, work: exponential(60ms)}\n"
           "  s4: {kind: service, workers: 1, work: exponential(50ms)}\n"
           "  fork: {kind: load_balancer, algorithm: random}\nedges:\n  - users -> s4\n  - s4 -> s1: {mode: send}\n"
           "  - s1 -> fork: {mode: send}\n  - fork -> s2\n  - fork -> s3\n  - s2 -> s1: {mode: send}\n"
           "  - s3 -> s1: {mode: send, when: chance(60%)}\n",
           4,
           1.5e5,
           {{"station1_rate", [](const Run& r) { return static_cast<double>(r.node("s1").arrivals) / r.seconds; }},
            {"station1_mean_sojourn", station("s1")},
            {"station2_mean_sojourn", station("s2")},
            {"station3_mean_sojourn", station("s3")},
            {"station4_mean_sojourn", station("s4")},
            {"mean_number_in_network", [](const Run& r) {
               return r.node("s1").inFlightMean + r.node("s2").inFlightMean + r.node("s3").inFlightMean +
                      r.node("s4").inFlightMean;
             }}}}};
}

// Variants of one case that need a system of their own.
std::vector<System> variants() {
  return {
      {"qt-bank-ciw",
       single("rate: 0.2/s", "workers: 4, work: exponential(10s)"),
       0.2,
       3e5,
       {{"mean_wait_4_servers", meanWait("app", 1)}}},
      {"sc-staffing-850",
       single("rate: 850/s", "workers: 43, work: exponential(50ms)"),
       850,
       2e6,
       {{"prob_wait_with_43_threads", probWait("app")}, {"mean_wait_with_43_threads", meanWait("app", 1000), 0.08}}},
      {"qt-operational-laws",
       chain("users: 20, think: exponential(4s)",
             {"workers: 1, work: exponential(125ms)", "workers: 1, work: exponential(300ms)",
              "workers: 1, work: exponential(200ms)"},
             {"step: 1, times: 16", "step: 2, times: 10", "step: 3, times: 5"}),
       0.333, 2e4, operationalLaws("s2")},
  };
}

}  // namespace

class TruthQueueingTest : public QObject {
  Q_OBJECT

  void verify(const std::vector<System>& systems) {
    QFETCH(int, system);
    QFETCH(quint64, seed);
    const std::string problems = check(systems[static_cast<std::size_t>(system)], seed);
    QVERIFY2(problems.empty(), problems.c_str());
  }

 private slots:
  void oneServer_data() { addRows(singleServer()); }
  void oneServer() { verify(singleServer()); }
  void severalServers_data() { addRows(manyServers()); }
  void severalServers() { verify(manyServers()); }
  void several_data() { addRows(networks()); }
  void several() { verify(networks()); }
  void fedBack_data() { addRows(feedback()); }
  void fedBack() { verify(feedback()); }
  void variant_data() { addRows(variants()); }
  void variant() { verify(variants()); }

  void fewestThreads() {
    int threads = 48;
    double waits = 1;
    while (waits > 0.2)
      waits = probWait("app")(run({"", single("rate: 850/s", "workers: " + std::to_string(++threads) +
                                                                 ", work: exponential(50ms)"),
                                   850, 1e6, {}},
                                  1));
    QCOMPARE(compare("sc-staffing-850", "min_threads", {static_cast<double>(threads)}), std::string());
  }

  // Three thousand systems start empty, each for 50 ms.
  void startsEmpty() {
    Scenario scenario = scenarioOf("faultline: 1\nname: e\nduration: 50ms\nsample: 50ms\n" +
                                   single("rate: 850/s", kMany + std::string("work: exponential(50ms)")));
    double present = 0;
    constexpr int kRuns = 3000;
    for (int i = 1; i <= kRuns; ++i) {
      scenario.seed = static_cast<std::uint64_t>(i);
      Simulation simulation(scenario);
      simulation.runToEnd();
      present += static_cast<double>(nodeOf(simulation.summary(), "app").inFlight);
    }
    QCOMPARE(compare("sc-mminf-concurrency", "mean_50ms_after_starting_empty", {present / kRuns}), std::string());
  }

  void deterministicRejects() {
    const System system{
        "qt-dd1-reject-simmer",
        single("rate: 1/s, arrivals: constant, operations: 100", "workers: 1, queue_capacity: 0, work: 1500ms"),
        1,
        0,
        {},
        "app",
        200,
        true};
    const Run r = run(system, 1);
    QCOMPARE(compare(system.id, "completed", {static_cast<double>(r.s.requests.ok)}), std::string());
    QCOMPARE(compare(system.id, "rejected", {static_cast<double>(r.s.requests.failed)}), std::string());
    QCOMPARE(compare(system.id, "end_of_last_service", {r.census.ends.back().at.seconds()}), std::string());
    QCOMPARE(compare(system.id, "total_busy_time", {r.node("app").busyMean * 200}), std::string());
  }

  void releasesBeforeItSeizes() {
    const System system{
        "qt-release-before-seize-simmer",
        single("rate: 1/s, arrivals: constant, operations: 10", "workers: 1, queue_capacity: 0, work: 1s"),
        1,
        0,
        {},
        "",
        20};
    const Run r = run(system, 1);
    QCOMPARE(compare(system.id, "completed", {static_cast<double>(r.s.requests.ok)}), std::string());
    QCOMPARE(compare(system.id, "rejected", {static_cast<double>(r.s.requests.failed)}), std::string());
  }

  void baulks() {
    const System system{"qt-baulking-ciw",
                        single("rate: 0.2/s, arrivals: constant", "workers: 1, queue_capacity: 2, work: 21s"),
                        1,
                        0,
                        {},
                        "app",
                        51,
                        true};
    const Run r = run(system, 1);
    std::vector<double> rejected, served;
    for (std::size_t i = 0; i < r.census.ends.size(); ++i) {
      const Census::Visit& end = r.census.ends[i];
      const auto same = [&](const Census::Visit& v) { return v.operation == end.operation; };
      const auto arrival = std::find_if(r.census.arrivals.begin(), r.census.arrivals.end(), same);
      const auto start = std::find_if(r.census.starts.begin(), r.census.starts.end(), same);
      if (start == r.census.starts.end()) {
        rejected.push_back(arrival->at.seconds());
      } else {
        served.push_back(arrival->at.seconds());
        served.push_back((start->at - arrival->at).seconds());
        served.push_back(end.at.seconds());
      }
    }
    QCOMPARE(compare(system.id, "rejected_arrival_times", rejected), std::string());
    QCOMPARE(compare(system.id, "first_two_services", served), std::string());
  }
};

QTEST_APPLESS_MAIN(TruthQueueingTest)
#include "queueing_test.moc"

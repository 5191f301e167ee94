// Partitions, shards, quorums and scaling: cases in which data or capacity is spread over places.
#include <QtTest>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>

#include "truth/truth.h"

using namespace faultline;
using namespace faultline::truth;

namespace {

Measure share(const std::string& node, const std::string& part, const std::string& whole) {
  return [=](const Run& r) { return metricOf(r.node(node), part).value / metricOf(r.node(node), whole).value; };
}
// Of a timing metric, in milliseconds.
Measure meanOf(const std::string& node, const std::string& metric) {
  return [=](const Run& r) { return 1000 * metricOf(r.node(node), metric).value; };
}
Measure p99Of(const std::string& node, const std::string& metric) {
  return [=](const Run& r) { return 1000 * metricOf(r.node(node), metric).last; };
}

// A user writes a key and then reads it, from a store of n copies of which each operation reaches just as many as it
// needs.
std::string writeThenRead(int n, int r, int w, const std::string& times = "1") {
  return "classes: {all: {key: \"sequential(100k)\"}}\nnodes:\n  users: {kind: client, arrivals: constant, rate: "
         "1000/s}\n"
         "  app: {kind: service, work: 0s, workers: 1000}\n  reader: {kind: service, work: 0s, workers: 1000}\n"
         "  store: {kind: quorum, write_to: quorum, read_from: quorum, read_quorum: " +
         std::to_string(r) + ", write_quorum: " + std::to_string(w) +
         "}\n  copy: {kind: replica, work: 0s, apply_work: 0s, acknowledge: applied, instances: " + std::to_string(n) +
         "}\nedges:\n  - users -> app\n  - app -> store: {step: 1, effect: write, times: " + times +
         "}\n  - app -> reader: {step: 2, effect: read}\n  - reader -> store\n  - store -> copy\n";
}

std::vector<System> systems() {
  std::vector<System> all;
  const Measure stale = share("store", "stale_reads", "reads");
  // The tolerances of the case are for far more requests: four standard deviations of this many are allowed.
  const auto missed = [&](const char* metric, int n, int r, int w, double expected) {
    const double requests = 4e4, sd = expected > 0 ? std::sqrt((1 / expected - 1) / requests) : 0;
    all.push_back({"rp-quorum-combinatorics", writeThenRead(n, r, w), 1000, requests, {{metric, stale, sd}}});
  };
  missed("N3_R1_W1", 3, 1, 1, 2. / 3);
  missed("N3_R1_W2", 3, 1, 2, 1. / 3);
  missed("N3_R2_W1", 3, 2, 1, 1. / 3);
  missed("N3_R2_W2", 3, 2, 2, 0);
  missed("N5_R2_W2", 5, 2, 2, 0.3);
  all.push_back(
      {"rp-zipf-hot-shard",
       "classes: {all: {key: \"zipf(1, 1M)\"}}\nnodes:\n  users: {kind: client, rate: 5000/s}\n  router: {kind: "
       "shard_router}\n"
       "  shard: {kind: service, instances: 16, workers: 100, work: 1ms}\nedges: [users -> router -> shard]\n",
       5000,
       5e4,
       {{"expected_share_of_its_shard", share("router", "hottest_calls", "routed")}}});
  all.push_back({"qu-partitions-vs-shared",
                 "classes: {all: {key: uniform(4M)}}\nnodes:\n  users: {kind: client, rate: 320/s}\n  log: {kind: "
                 "stream, partitions: 8}\n"
                 "  worker: {kind: service, instances: 8, workers: 1, work: exponential(20ms)}\nedges: [users -> log "
                 "-> worker]\n",
                 320,
                 3e5,
                 {{"partitioned_mean_sojourn", meanOf("log", "delay"), 0.015},
                  {"partitioned_p99", p99Of("log", "delay"), 0.02}}});
  all.push_back({"qu-partitions-vs-shared",
                 "nodes:\n  users: {kind: client, rate: 320/s}\n  jobs: {kind: queue, prefetch: 8}\n"
                 "  worker: {kind: service, workers: 8, work: exponential(20ms)}\nedges: [users -> jobs -> worker]\n",
                 320,
                 2e5,
                 {{"shared_mean_sojourn", meanOf("jobs", "sojourn")}, {"shared_p99", p99Of("jobs", "sojourn")}}});
  return all;
}

// Instances of `app` between the evaluations, which are `every` apart.
std::vector<double> pods(const std::string& yaml, int evaluations, Duration every) {
  Simulation run(scenarioOf(yaml));
  std::vector<double> path;
  for (int i = 0; i <= evaluations; ++i) {
    run.advanceTo(SimTime{every.ns * i + every.ns / 2});
    path.push_back(static_cast<double>(nodeOf(run.summary(), "app").instances));
  }
  return path;
}

std::string scaled(const std::string& client, const std::string& app, const std::string& scaler) {
  return "faultline: 1\nname: t\nduration: 10min\nnodes:\n  users: {kind: client, arrivals: constant, " + client +
         "}\n  app: {kind: service, " + app + "}\n  scaler: {kind: autoscaler, max: 1000, boot: 0s, " + scaler +
         "}\nedges:\n  - users -> app\n  - scaler -> app\n";
}

std::vector<double> pods(const std::string& client, const std::string& app, const std::string& target,
                         int evaluations) {
  return pods(scaled(client, "workers: 1, work: 20ms, queue_capacity: 5, " + app, "target: " + target), evaluations,
              seconds(15));
}

// The version that a read saw against those that the three writes before it had made.
struct Versions : Observer {
  void onAnswer(SimTime, NodeId node, CallId, const Call& call) override {
    if (node != 3) return;  // the store
    if (call.has(kWrite)) {
      writes.push_back(call.version);
      return;
    }
    ++reads;
    older += writes.empty() || call.version < writes.front();
    writes.clear();
  }
  std::vector<std::uint32_t> writes;  // of one operation, as they do not overlap
  std::uint64_t reads = 0, older = 0;
};

QString verdict(const std::string& id, const std::string& metric, const std::vector<double>& measured,
                double requests = 0, double ownSd = 0) {
  return QString::fromStdString(compare(id, metric, measured, requests, ownSd));
}

}  // namespace

class TruthDataFlowTest : public QObject {
  Q_OBJECT

 private slots:
  void matches_data() { addRows(systems()); }
  void matches() {
    QFETCH(int, system);
    QFETCH(quint64, seed);
    const std::string problems = check(systems()[static_cast<std::size_t>(system)], seed);
    QVERIFY2(problems.empty(), problems.c_str());
  }

  // Three writes of one key and a read that misses all of them.
  void versionsMayBeOld() {
    Simulation run(scenarioOf("faultline: 1\nname: t\nduration: 50s\nsample: 10s\n" + writeThenRead(3, 1, 1, "3")));
    Versions versions;
    run.observe(&versions);
    run.runToEnd();
    QVERIFY(versions.reads > 45'000);
    const double share = static_cast<double>(versions.older) / static_cast<double>(versions.reads);
    QCOMPARE(verdict("rp-quorum-combinatorics", "N3_R1_W1_more_than_2_versions_old", {share}, 0,
                     std::sqrt(0.7 / 0.3 / static_cast<double>(versions.reads))),
             QString());
  }

  // The read begins t after the write has taken effect. Whether the first answer to come is stale falls like the tail
  // of the writes' delay, by 1.66 per millisecond: from the share at the t of the case follows the t of one in a
  // thousand.
  void staleReadsFadeAway() {
    const double t = 1.96851304;
    const std::string delays = "\"mix(91.22% pareto(min 0.235ms, alpha 10), 8.78% exponential(0.60240964ms))\"";
    const std::string yaml =
        "faultline: 1\nname: t\nduration: 150s\nsample: 10s\nclasses: {all: {key: \"sequential(1M)\"}}\nnodes:\n"
        "  users: {kind: client, rate: 2000/s}\n  app: {kind: service, work: 0s, workers: 100000}\n  reader: {kind: "
        "service, work: " +
        std::to_string(t) +
        "ms, workers: 100000}\n  store: {kind: quorum, read_quorum: 1, write_quorum: 1}\n"
        "  copy: {kind: replica, instances: 3, work: 0s, apply_work: 0s, acknowledge: applied}\n"
        "edges:\n  - users -> app\n  - app -> store: {step: 1, effect: write}\n  - app -> reader: {step: 2, effect: "
        "read}\n"
        "  - reader -> store\n  - store -> copy: {latency: " +
        delays + "}\n";
    const Summary s = runText(yaml);
    const NodeSummary& store = nodeOf(s, "store");
    const double reads = metricOf(store, "reads").value, stale = metricOf(store, "stale_reads").value;
    QVERIFY(stale > 150);
    const double visible = t + std::log(stale / reads / 0.001) / 1.66;
    const double sd = 1 / std::sqrt(stale) / 1.66 / t;
    QCOMPARE(verdict("rp-pbs-linkedin", "ssd_t_for_99.9%", {visible}, 0, sd), QString());
  }

  void theHottestKeyAndTheFairShare() {
    Simulation run(scenarioOf(
        "faultline: 1\nname: t\nduration: 20s\nsample: 10s\nclasses: {all: {key: \"zipf(1, 1M)\"}}\nnodes:\n"
        "  users: {kind: client, rate: 10000/s}\n  router: {kind: shard_router}\n"
        "  shard: {kind: service, instances: 16, workers: 100, work: 0s}\nedges: [users -> router -> shard]\n"));
    struct : Observer {
      void onArrive(SimTime, NodeId node, CallId, const Call& call) override {
        if (node != 2) return;
        ++all;
        hottest += call.key == 0;
        ++shards[call.instance];
      }
      double all = 0, hottest = 0;
      double shards[16] = {};
    } watch;
    run.observe(&watch);
    run.runToEnd();
    QCOMPARE(verdict("rp-zipf-hot-shard", "share_of_hottest_key", {watch.hottest / watch.all}, 0,
                     std::sqrt(0.93 / 0.0695 / watch.all)),
             QString());
    // The mean over all shards is the fair share; the busiest has twice as much, the quietest less.
    const double fair = std::accumulate(std::begin(watch.shards), std::end(watch.shards), 0.0) / 16 / watch.all;
    QCOMPARE(verdict("rp-zipf-hot-shard", "fair_share", {fair}), QString());
    QVERIFY(*std::max_element(std::begin(watch.shards), std::end(watch.shards)) > 1.5 * watch.all / 16);
    QVERIFY(*std::min_element(std::begin(watch.shards), std::end(watch.shards)) < watch.all / 16);
  }

  void podsFollowTheirUtilization() {
    const std::string id = "sc-hpa-path";
    QCOMPARE(verdict(id, "pods_after_each_evaluation", pods("rate: 400/s", "instances: 4", "60%", 5)), QString());
    QCOMPARE(verdict(id, "fifty_pods_90_75", {pods("rate: 2250/s", "instances: 50", "75%", 1).back()}), QString());
    QCOMPARE(verdict(id, "no_change_at_80_of_75", {pods("rate: 2000/s", "instances: 50", "75%", 3).back()}), QString());
  }

  // One queue before all workers, of which three more are there after a minute.
  void bootingTakesTime() {
    const std::string id = "sc-boot-delay";
    Simulation run(scenarioOf(
        "faultline: 1\nname: t\nduration: 200s\nnodes:\n  users: {kind: client, arrivals: constant, rate: 200/s}\n"
        "  app: {kind: service, workers: 2, work: 20ms}\n"
        "  scaler: {kind: autoscaler, parameter: workers, max: 5, target: 40%, every: 100ms, boot: 59.9s}\n"
        "edges:\n  - users -> app\n  - scaler -> app\n"));
    run.advanceTo(seconds(61));
    QCOMPARE(verdict(id, "peak_backlog", {static_cast<double>(nodeOf(run.summary(), "app").queueMax)}), QString());
    SimTime now = seconds(61);
    while (run.frame().nodes[1].queue > 0 && now < seconds(200)) run.advanceTo(now = now + milliseconds(100));
    QCOMPARE(verdict(id, "drain_time_after_boot", {now.seconds() - 60}), QString());
    run.runToEnd();
    QCOMPARE(verdict(id, "largest_fifo_wait", {nodeOf(run.summary(), "app").wait.quantile(1).seconds()}), QString());
  }
};

QTEST_APPLESS_MAIN(TruthDataFlowTest)
#include "data_flow_test.moc"

// Copies of data: stale reads, majorities, failover.
#include <QtTest>

#include <cmath>

#include "truth/truth.h"

using namespace faultline;
using namespace faultline::truth;

namespace {

constexpr double kLag = 0.08;  // mean, seconds

// A user writes a key and then reads it; the read is under way for `delay`. It goes to a balancer over `targets`, or
// without any to both followers.
std::string readAfterWrite(double delay, const std::vector<std::string>& targets) {
  const bool balanced = !targets.empty();
  std::string text =
      "classes: {all: {key: \"sequential(20k)\"}}\nnodes:\n  users: {kind: client, rate: 1000/s}\n"
      "  db: {kind: database, work: 0s, connections: 1000000}\n"
      "  copy: {kind: replica, instances: 2, work: 0s, apply_work: 0s}\n";
  if (balanced) text += "  any: {kind: load_balancer, algorithm: random}\n";
  text += "edges:\n  - users -> db: {step: 1, effect: write}\n  - users -> " +
          std::string(balanced ? "any: {" : "copy: {parallel: 2, ") +
          "step: 2, effect: read, latency: " + std::to_string(delay * 1000) +
          "ms}\n  - db -> copy: {latency: exponential(80ms)}\n";
  for (const std::string& target : targets) text += "  - any -> " + target + "\n";
  return text;
}

// Stale reads among those of the two followers, each of which is asked after every write.
Measure staleAtFollowers() {
  return
      [](const Run& r) { return metricOf(r.node("copy"), "stale_reads").value / static_cast<double>(r.s.edges[1].ok); };
}

std::vector<System> staleness() {
  const double onePercent = 0.335976406;
  const auto anyOfThree = [](double delay) { return readAfterWrite(delay, {"db", "copy"}); };
  const Measure stale = [](const Run& r) {
    return static_cast<double>(r.s.requests.stale) / static_cast<double>(r.s.requests.ok);
  };
  return {
      {"rp-stale-random-replica", anyOfThree(0.1), 1000, 3e5, {{"stale_probability", stale}}},
      // The lag is exponential: from the stale share follows by how much the delay missed 1 %.
      {"rp-stale-random-replica",
       anyOfThree(onePercent),
       1000,
       2.5e5,
       {{"delay_for_1_percent", [=](const Run& r) { return 1000 * (onePercent + kLag * std::log(stale(r) / 0.01)); }}}},
      {"rp-stale-random-replica",
       readAfterWrite(0.1, {}),
       1000,
       1.5e5,
       {{"stale_if_read_from_a_follower", staleAtFollowers()}}},
  };
}

// All but the last of `copies` take turns: the i-th is down in every slot whose i-th decimal digit is 0, so that over
// all slots every combination of copies that are up 90 % of the time comes as often as it is likely. The last one is
// down or up throughout. A slot is a second with one request in its middle; the first request comes after one gap, so
// the slots begin at 1 s.
std::string combinations(int copies, const std::string& node, const std::string& close, bool isLastDown) {
  std::string timeline = "timeline:\n";
  const auto crash = [&](long at, int copy, long length) {
    timeline += "  - {at: " + std::to_string(at + 1) + "s, crash: \"" + node + std::to_string(copy) + close +
                "\", for: " + std::to_string(length) + "s}\n";
  };
  long length = 1;
  for (int i = 1; i < copies; ++i) length *= 10;
  if (isLastDown) crash(0, copies - 1, length);
  for (long i = 0, width = 1; i + 1 < copies; ++i, width *= 10)
    for (long at = 0; at < length; at += width * 10) crash(at, static_cast<int>(i), width);
  return "faultline: 1\nname: k\nsample: 100s\nduration: " + std::to_string(length + 1) + "s\n" + timeline;
}

double okShare(const std::string& yaml) {
  const Summary s = runText(yaml);
  return static_cast<double>(s.requests.ok) / static_cast<double>(s.requests.offered);
}

double overAllCombinations(int copies, const std::string& node, const std::string& close, const std::string& nodes) {
  const std::string users = "nodes:\n  users: {kind: client, rate: 1/s, arrivals: constant, from: 500ms}\n" + nodes;
  return 0.9 * okShare(combinations(copies, node, close, false) + users) +
         0.1 * okShare(combinations(copies, node, close, true) + users);
}

// A write that `needed` of `copies` must have: the database itself never fails and counts as one more.
double quorumShare(int needed, int copies) {
  return overAllCombinations(
      copies, "copy[", "]",
      "  db: {kind: database, work: 0s, replication: quorum, heartbeat: 400ms, quorum: " + std::to_string(needed + 1) +
          "}\n  copy: {kind: replica, apply_work: 0s, instances: " + std::to_string(copies) +
          "}\nedges:\n  - users -> db: {effect: write, key: \"fixed(1)\"}\n  - db -> copy\n");
}

// --- failover

std::string failover(const std::string& head, const std::string& rate, const std::string& timeline) {
  return "faultline: 1\nname: f\n" + head + "\nclasses: {all: {key: \"fixed(1)\"}}\nnodes:\n  users: {kind: client, " +
         rate +
         "}\n  db: {kind: database, work: 0s, failover: {check_every: 10s, fall: 3, promotion_time: 5s}}\n"
         "edges:\n  - users -> db: {effect: write}\ntimeline:\n" +
         timeline;
}

struct Writes : Observer {
  std::vector<double> ok, failed;
  void onOperation(SimTime now, NodeId, CallId, const Call& call, bool finished) override {
    if (finished) (call.failure == 0 ? ok : failed).push_back(now.seconds());
  }
  double outageAfter(double crash) const { return *std::upper_bound(ok.begin(), ok.end(), crash) - crash; }
};

double outage(const std::string& crash) {
  Writes writes;
  Simulation run(scenarioOf(
      failover("duration: 60s", "rate: 1000/s, arrivals: constant", "  - {at: " + crash + "ns, crash: db}\n")));
  run.observe(&writes);
  run.runToEnd();
  return writes.outageAfter(std::stod(crash) / 1e9);
}

}  // namespace

class TruthReplicationTest : public QObject {
  Q_OBJECT

  static QString verdict(const std::string& id, const std::string& metric, double measured) {
    return QString::fromStdString(compare(id, metric, {measured}));
  }

 private slots:
  void staleReads_data() { addRows(staleness()); }
  void staleReads() {
    QFETCH(int, system);
    QFETCH(quint64, seed);
    const std::string problems = check(staleness()[static_cast<std::size_t>(system)], seed);
    QVERIFY2(problems.empty(), problems.c_str());
  }

  void pinnedToTheLeader() {
    const Run r = run({"", readAfterWrite(0.1, {"db"}), 1000, 1e4, {}}, 1);
    QCOMPARE(verdict("rp-stale-random-replica", "stale_if_pinned_to_leader", static_cast<double>(r.s.requests.stale)),
             QString());
  }

  void majorities() {
    QCOMPARE(verdict("rp-k-of-n-availability", "2_of_3", quorumShare(2, 3)), QString());
    QCOMPARE(verdict("rp-k-of-n-availability", "3_of_5", quorumShare(3, 5)), QString());
  }

  void anyOfTwo() {
    const double share = overAllCombinations(2, "app[", "]",
                                             "  lb: {kind: load_balancer, next_upstream: {}}\n"
                                             "  app: {kind: service, instances: 2, work: 0s}\n"
                                             "edges: [users -> lb -> app]\n");
    QCOMPARE(verdict("rp-k-of-n-availability", "1_of_2", share), QString());
  }

  void allInSeries() {
    std::string nodes;
    for (const char* name : {"s0", "s1", "s2", "s3", "s4"})
      nodes += "  " + std::string(name) + ": {kind: service, work: 0s}\n";
    QCOMPARE(verdict("rp-k-of-n-availability", "series_of_5",
                     overAllCombinations(5, "s", "", nodes + "edges: [users -> s0 -> s1 -> s2 -> s3 -> s4]\n")),
             QString());
  }

  // One crash after the other, each at another phase of the checks; a write is 5 ms after the one before in the mean.
  void failovers() {
    const std::string id = "rp-failover";
    constexpr int kTimes = 20;
    for (std::uint64_t seed : kSeeds) {
      std::vector<double> crashes;
      std::string timeline;
      for (int i = 0; i < kTimes; ++i) {
        crashes.push_back(50.0 * (i + 1) + 10 * (i + 0.5) / kTimes);
        timeline += "  - {at: " + std::to_string(crashes.back()) + "s, crash: db}\n";
      }
      Scenario scenario = scenarioOf(failover("duration: 1100s", "rate: 200/s", timeline));
      scenario.seed = seed;
      Writes writes;
      Simulation run(scenario);
      run.observe(&writes);
      run.runToEnd();
      double mean = 0;
      for (double crash : crashes) mean += writes.outageAfter(crash) / kTimes;
      QCOMPARE(verdict(id, "mean_outage", mean), QString());
      QCOMPARE(verdict(id, "mean_failed_writes", static_cast<double>(writes.failed.size()) / kTimes), QString());
      QCOMPARE(verdict(id, "availability_with_one_failure_per_month", 1 - mean / (30 * 86400)), QString());
    }
    QCOMPARE(verdict(id, "min_outage", outage("20000000000")), QString());
    QCOMPARE(verdict(id, "max_outage", outage("20000000001")), QString());
  }
};

QTEST_APPLESS_MAIN(TruthReplicationTest)
#include "replication_test.moc"

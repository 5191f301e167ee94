// Systems with exact or published results (cases.yaml), run as scenarios.
//
// A system is run with three fixed seeds, each of which must pass. Tolerances are those of the case, which were sized
// for a run of `requests`; a run of n requests is allowed sqrt(requests / n) times as much. A metric without `requests`
// keeps its tolerance, unless the run is too short for it: then four standard deviations of this run are stated.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "engine/simulation.h"
#include "support/run.h"

namespace faultline::truth {

struct Expected {
  std::string metric;
  std::vector<double> values;
  std::string text;  // where the value is a word
  double rel = 0, abs = 0;
  bool exact = false;
  double requests = 0;
};
struct Case {
  std::string id;
  std::vector<Expected> expected;
  const Expected& metric(const std::string& name) const;  // ends the program for an unknown one
};
const std::map<std::string, Case>& cases();

// How long each number of calls was present at a node, its arrivals, starts and ends, since the warm-up.
class Census : public Observer {
 public:
  explicit Census(std::string node) : node_(std::move(node)) {}
  void attach(Simulation& simulation);
  void close(SimTime end) { settle(end); }
  double shareOfTime(std::size_t present) const;
  double shareAtLeast(std::size_t present) const;
  std::size_t quantile(double p) const;

  struct Visit {
    SimTime at;
    std::uint32_t operation;
  };
  std::vector<Visit> arrivals, starts, ends;
  std::vector<double> waits;  // of starts, in seconds
  bool keepsVisits = false;

  void onArrive(SimTime now, NodeId node, CallId, const Call& call) override;
  void onStart(SimTime now, NodeId node, CallId, const Call& call) override;
  void onAnswer(SimTime now, NodeId node, CallId, const Call& call) override;

 private:
  void settle(SimTime now);
  std::string node_;
  NodeId id_ = 0;
  SimTime warmup_, last_;
  std::size_t present_ = 0;
  std::vector<double> seconds_;
};

struct Run {
  Summary s;
  Census census{""};
  double seconds = 0;  // measured

  const OperationSummary& all() const { return s.requests; }
  const NodeSummary& node(const std::string& name) const { return nodeOf(s, name); }
  double failedShare() const {
    return static_cast<double>(s.requests.failed) / static_cast<double>(s.requests.offered);
  }
};

using Measure = std::function<double(const Run&)>;
struct Metric {
  std::string name;
  Measure measure;
  double ownSd = 0;  // of this run, relative; only for metrics whose run would otherwise be far longer
};

struct System {
  std::string id;
  std::string yaml;     // nodes, edges and so on, without the head
  double rate = 1;      // requests per second, to turn a number of requests into a duration
  double requests = 0;  // of the measured part
  std::vector<Metric> metrics;
  std::string census;   // node to count at
  double duration = 0;  // instead of requests, without a warm-up
  bool keepsVisits = false;
};

Run run(const System& system, std::uint64_t seed);
// Empty when every metric passes.
std::string check(const System& system, std::uint64_t seed);
// The same for one number that was got in another way.
std::string compare(const std::string& id, const std::string& metric, const std::vector<double>& measured,
                    double requests = 0, double ownSd = 0);
// Adds one row for each system and seed to the data of a Qt test.
void addRows(const std::vector<System>& systems);
inline constexpr std::uint64_t kSeeds[] = {1, 2, 3};

// --- frequent measures; times in the unit of `scale` (1000: ms)
Measure utilization(std::string node);
Measure meanWait(std::string node, double scale);
Measure waitQuantile(std::string node, double q, double scale);
Measure probWait(std::string node);
Measure meanAt(std::string node, double scale);  // sojourn of accepted calls
Measure meanLatency(double scale);
Measure latencyQuantile(double q, double scale);
Measure inFlightMean(std::string node);
Measure queueMean(std::string node);
Measure busyMean(std::string node);
Measure failedShare();
Measure throughput();
double quantile(const Histogram& h, double q, double scale);

// One client and one service `app`.
std::string single(const std::string& client, const std::string& app, const std::string& edge = {},
                   const std::string& rest = {});

}  // namespace faultline::truth

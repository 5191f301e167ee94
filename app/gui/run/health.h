// How a node is doing at an instant, from what every kind has: one answer for canvas, tables and summaries.
//
// Thresholds follow common alerting practice: 5 % of the calls failing is an outage, 0.5 % is worth a look; above 90 %
// of the servers busy, waiting grows steeply with any model of a queue. A store of messages that keeps growing is
// behind its work.
#pragma once

#include <string>
#include <vector>

#include "gui/run/run_bridge.h"
#include "model/descriptor.h"

namespace faultline {

enum class Health { Idle, Ok, Degraded, Failing };

// Where the figures of one node are in the frame and in the series of the present run: look them up once per run.
class NodeFigures {
 public:
  NodeFigures() = default;
  NodeFigures(const RunBridge& run, const std::string& node);

  bool isKnown() const { return index_ >= 0; }  // the run has this node
  const NodeFrame* frame(const Shown& shown) const;
  const NodeFrame* earlier(const Shown& shown) const;

  Health health(const Shown& shown) const;
  // The kind's most telling metric that has a value at this instant (where nothing succeeds there is no latency).
  struct Headline {
    std::string name;  // in words
    double value = kUnknown;
    std::string unit;
    const MetricInfo* info = nullptr;  // null for metrics that every kind has
  };
  Headline headline(const Shown& shown) const;
  // Share of busy servers, NaN where there are none; waiting calls or stored messages, NaN where nothing can wait.
  double utilization(const Shown& shown) const;
  double waiting(const Shown& shown) const;
  double failedPerSecond(const Shown& shown) const { return shown.value(failed_); }

  // The reason of most failures that were born here lately, and how many a second; null when there were none.
  struct Failure {
    const char* reason = nullptr;
    double perSecond = 0;
  };
  Failure worstFailure(const Shown& shown) const;

 private:
  int index_ = -1;
  struct Candidate {
    std::string name;
    int column = -1;
    const MetricInfo* info = nullptr;
  };
  bool isGrowing(const Shown& shown) const;

  int ok_ = -1, failed_ = -1, utilization_ = -1, depth_ = -1;
  bool originates_ = false;
  std::vector<Candidate> headlines_;  // most telling first
};

// The same for an edge.
class EdgeFigures {
 public:
  EdgeFigures() = default;
  EdgeFigures(const RunBridge& run, const std::string& edge);

  bool isKnown() const { return index_ >= 0; }
  const EdgeFrame* frame(const Shown& shown) const;
  double callsPerSecond(const Shown& shown) const { return shown.value(calls_); }
  // Of the attempts, timeouts included; 0 without attempts.
  double failedShare(const Shown& shown) const;
  double latencyMs(const Shown& shown) const { return shown.value(latency_); }
  std::int64_t poolSize() const { return poolSize_; }  // of all callers together; 0 without a pool

 private:
  int index_ = -1;
  int calls_ = -1, attempts_ = -1, failed_ = -1, timeouts_ = -1, latency_ = -1;
  std::int64_t poolSize_ = 0;
};

}  // namespace faultline

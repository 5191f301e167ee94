#include "support/trouble.h"

#include <algorithm>
#include <cmath>

#include "engine/component.h"
#include "model/catalog.h"
#include "support/made_scenario.h"

namespace faultline {
namespace {

bool isFinite(const Histogram& h) { return h.empty() || std::isfinite(h.meanNs()); }

// Numbers that no run may show, whatever happens in it; empty when there are none.
std::string oddNumbers(const Simulation& simulation) {
  const Summary s = simulation.summary();
  for (const NodeSummary& n : s.nodes) {
    for (const double x : {n.inFlightMean, n.utilization, n.busyMean, n.cpuCores, n.queueMean})
      if (!(x >= -1e-9) || std::isinf(x)) return n.name + " shows " + std::to_string(x);
    for (const Histogram* h : {&n.wait, &n.service, &n.okLatency, &n.failedLatency})
      if (!isFinite(*h)) return n.name + " has an infinite latency";
    for (const MetricSummary& m : n.metrics)
      if (std::isinf(m.value) || (std::isnan(m.value) && !m.isRatio && !m.isTiming))
        return n.name + "." + m.name + " is " + std::to_string(m.value);
    if (n.inFlight < 0 || n.queueMax < 0) return n.name + " holds less than nothing";
  }
  for (const SeriesColumn& column : simulation.series().columns)
    for (const double x : column.values)
      if (std::isinf(x)) return column.name + " is infinite";
  return {};
}

std::string imbalance(const Simulation& simulation) {
  const Summary s = simulation.summary();
  const auto sum = [](const auto& counts) {
    std::uint64_t n = 0;
    for (const auto& [name, count] : counts) n += count;
    return n;
  };
  const OperationSummary& all = s.requests;
  if (all.offered != all.ok + all.failed + static_cast<std::uint64_t>(all.inFlight)) return "operations do not add up";
  if (sum(all.byReason) != all.failed) return "failures by reason do not add up";
  for (const NodeSummary& n : s.nodes) {
    if (static_cast<std::int64_t>(n.arrivals) + n.inFlightAtStart !=
        static_cast<std::int64_t>(n.ok + n.failed) + n.inFlight)
      return "calls at " + n.name + " do not add up";
  }
  return {};
}

// Every reason that a node gives is one that its kind declares, or one that all nodes have.
std::string undeclaredReason(const Simulation& simulation) {
  for (const NodeSummary& n : simulation.summary().nodes)
    for (const auto& [reason, count] : n.byReason) {
      const auto isIt = [&](const ReasonInfo& r) { return reason == r.name; };
      const auto own = findKind(n.kind)->reasons;
      const auto all = commonReasons();
      if (std::none_of(own.begin(), own.end(), isIt) && std::none_of(all.begin(), all.end(), isIt)) return reason;
    }
  return {};
}

}  // namespace

void Run::go(SimTime until, std::uint64_t mostEvents) { advanceWithin(simulation, until, mostEvents); }

std::string troubleIn(const Run& run) {
  if (!run.books.balanced()) return "a call was not answered exactly once";
  if (std::string text = imbalance(run.simulation); !text.empty()) return text;
  if (std::string text = oddNumbers(run.simulation); !text.empty()) return text;
  if (std::string text = undeclaredReason(run.simulation); !text.empty()) return "undeclared reason " + text;
  return {};
}

}  // namespace faultline

// The names of the series that a run of a scenario has, known before it runs.
//
// They are those of Series (metrics/series.h): "node.metric", "node.class.metric" and "from -> to.metric".
// Thread safety: pure function. Complexity: linear in the scenario and the metrics of its kinds.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "model/descriptor.h"
#include "model/scenario.h"

namespace faultline {

struct MetricColumn {
  std::string name;
  std::string unit;
  bool operator==(const MetricColumn&) const = default;
};

// What is sampled of the operations that a node originates: times of those that ended well, for all of them and for each
// class, and rates for each class.
inline constexpr const char* kUserTimes[] = {"p50", "p90", "p95", "p99", "p99_9", "max"};
inline constexpr const char* kClassRates[] = {"offered", "ok", "goodput", "degraded", "failed"};

// In the order of the series. Nodes of unknown kinds and edges with policies that cannot be understood have none.
// The metrics of a node's kind that it has; all of them while its parameters are not sound.
std::span<const MetricInfo> metricsOf(const Scenario& scenario, const NodeSpec& node, const ComponentInfo& kind);

std::vector<MetricColumn> metricColumns(const Scenario& scenario);

}  // namespace faultline

// The names of the series that a run of a scenario has, known before it runs.
//
// They are those of Series (metrics/series.h): "node.metric", "node.class.metric", "from -> to.metric" and, of a node
// with several instances, "node[0].metric". Others come into being while a run goes on, when there is something to
// tell:
//   node.failed.reason              failures that were born at the node: calls that it held, or gave up waiting for
//   node.failed.place.reason        of a node that originates: its failed operations, by where and why they died
//   node.class.failed.place.reason  the same of one class, where there are several
//   node[9].metric                  of an instance that was added
// Thread safety: pure functions. Complexity: linear in the scenario and the metrics of its kinds.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/descriptor.h"
#include "model/scenario.h"

namespace faultline {

struct MetricColumn {
  std::string name;
  std::string unit;
  bool isZeroBefore = false;  // of one that comes later: it is zero until then, else unknown
  bool operator==(const MetricColumn&) const = default;
};

// What is sampled of the operations that a node originates: times of those that ended well, for all of them and for each
// class, and rates for each class.
inline constexpr const char* kUserTimes[] = {"p50", "p90", "p95", "p99", "p99_9", "max"};
inline constexpr const char* kClassRates[] = {"offered", "ok", "goodput", "degraded", "failed"};

// What is sampled of each instance of a node that has several: of the first ones of a node, and of no more of a
// scenario.
struct InstanceMetric {
  const char* name;
  const char* unit;
};
inline constexpr InstanceMetric kInstanceMetrics[] = {
    {"arrivals", "/s"}, {"in_flight", "1"}, {"queue", "1"}, {"utilization", "ratio"}};
inline constexpr std::size_t kMostInstances = 16;
inline constexpr std::size_t kMostInstancesOfAll = 1000;
std::string instanceName(std::string_view node, std::size_t instance);

// The metrics of a node's kind that it has; all of them while its parameters are not sound.
std::span<const MetricInfo> metricsOf(const Scenario& scenario, const NodeSpec& node, const ComponentInfo& kind);

// Those that are there from the start, in the order of the series. Nodes of unknown kinds and edges with policies that
// cannot be understood have none.
std::vector<MetricColumn> metricColumns(const Scenario& scenario);

// The column of that name which a run may get later; empty when no run does.
std::optional<MetricColumn> laterColumn(const Scenario& scenario, std::string_view name);
// Names of such columns that differ from `name` in one part, to suggest the nearest.
std::vector<std::string> laterNamesLike(const Scenario& scenario, std::string_view name);

}  // namespace faultline

// The names of the series that a run of a scenario has, known before it runs.
//
// They are those of Series (metrics/series.h): "node.metric", "node.class.metric" and "from -> to.metric".
// Thread safety: pure function. Complexity: linear in the scenario and the metrics of its kinds.
#pragma once

#include <string>
#include <vector>

#include "model/scenario.h"

namespace faultline {

struct MetricColumn {
  std::string name;
  std::string unit;
  bool operator==(const MetricColumn&) const = default;
};

// In the order of the series. Nodes of unknown kinds and edges with policies that cannot be understood have none.
std::vector<MetricColumn> metricColumns(const Scenario& scenario);

}  // namespace faultline

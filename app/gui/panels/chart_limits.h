// The horizontal lines of a chart: what the scenario promises, and where an alert would fire.
//
// Thread safety: a pure function.
#pragma once

#include <vector>

#include "gui/models/chart_plan.h"
#include "gui/panels/chart_view.h"
#include "model/alert_rule.h"

namespace faultline {

std::vector<ChartView::Limit> chartLimits(const ChartSpec& spec, const Scenario& scenario,
                                          const std::vector<MetricColumn>& columns,
                                          const std::vector<AlertRule>& rules);

}  // namespace faultline

// A metric's value in words: as format::value, but a metric whose unit is "state" is shown by the name of the state.
#pragma once

#include <QString>
#include <string>

#include "model/descriptor.h"

namespace faultline {

// `info` may be null: then only the unit counts. States are named in the metric's help as "0 closed, 1 open, 2
// half-open."
QString metricText(const MetricInfo* info, double value, const std::string& unit);

}  // namespace faultline

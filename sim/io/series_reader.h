// Reads the series that series_csv wrote, or a recording in the same form: a column time_s and one for each metric.
#pragma once

#include <string>

#include "base/diagnostic.h"
#include "metrics/series.h"
#include "model/metric_columns.h"

namespace faultline {

// Empty cells are unknown values. `known` are the columns of the architecture: what they cannot measure is refused.
// Each kind of damage is said once, where it is first, with how many more rows have it. Units stay empty here.
Result<Series> readSeriesCsv(const std::string& file, const std::vector<MetricColumn>& known = {});

}  // namespace faultline

// Reads the series that series_csv wrote, or a recording in the same form: a column time_s and one for each metric.
#pragma once

#include <string>

#include "base/diagnostic.h"
#include "metrics/series.h"

namespace faultline {

// Empty cells are unknown values. Units come from the architecture's columns where it has them; they stay empty here.
Result<Series> readSeriesCsv(const std::string& file);

}  // namespace faultline

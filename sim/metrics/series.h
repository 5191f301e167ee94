// The sampled history of a run, by column.
//
// Each sample stands for the window since the one before it: counters give a rate per second, gauges their mean over
// time, timings a quantile of what ended in the window. A quantile with too few values is unknown (NaN), never zero.
//
// What seldom happens gets its column with the first sample that has something of it; every column has a value for each
// sample.
#pragma once

#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace faultline {

inline constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

struct SeriesColumn {
  std::string name;  // see model/metric_columns.h
  std::string unit;
  std::vector<double> values;
  double before = kUnknown;  // its values up to the sample in which it came into being
};

struct Series {
  std::vector<SimTime> times;  // ends of the windows
  std::vector<SeriesColumn> columns;

  // Null for an unknown name. Complexity: linear in the columns.
  const SeriesColumn* find(std::string_view name) const {
    for (const SeriesColumn& c : columns)
      if (c.name == name) return &c;
    return nullptr;
  }
};

}  // namespace faultline

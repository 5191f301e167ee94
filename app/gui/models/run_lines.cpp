#include "gui/models/run_lines.h"

#include <algorithm>

namespace faultline {

void RunLines::reset(const Series& series) {
  indexes_.clear();
  pyramids_.clear();
  for (std::size_t i = 0; i < series.columns.size(); ++i) indexes_.emplace(series.columns[i].name, i);
}

LinePieces RunLines::line(const Series& series, const std::string& column, SimTime from, SimTime to, int columns) {
  const auto found = indexes_.find(column);
  if (found == indexes_.end() || series.times.empty() || columns < 1 || to <= from) return {};
  const std::vector<double>& values = series.columns[found->second].values;
  ExtremePyramid& pyramid = pyramids_[found->second];
  pyramid.grow(values);
  return decimated(series.times, values, pyramid, from, to, columns);
}

double RunLines::valueAt(const Series& series, const std::string& column, SimTime time) const {
  const auto found = indexes_.find(column);
  if (found == indexes_.end()) return kUnknown;
  const auto row = std::lower_bound(series.times.begin(), series.times.end(), time);
  if (row == series.times.end()) return kUnknown;
  return series.columns[found->second].values[static_cast<std::size_t>(row - series.times.begin())];
}

RunLines::Range rangeOf(const LinePieces& pieces, RunLines::Range range) {
  for (const QList<QPointF>& piece : pieces) {
    for (const QPointF& point : piece) {
      const double value = point.y();
      range.min = range.known ? std::min(range.min, value) : value;
      range.max = range.known ? std::max(range.max, value) : value;
      if (value > 0) range.leastPositive = range.leastPositive > 0 ? std::min(range.leastPositive, value) : value;
      range.known = true;
    }
  }
  return range;
}

}  // namespace faultline

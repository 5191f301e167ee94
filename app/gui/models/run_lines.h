// The samples of one run as lines to draw: reduces them to points and remembers what it costs to find again.
//
// Thread safety: the window's thread. Complexity: see decimation.h; the first look at a column is linear in its rows.
#pragma once

#include <string>
#include <unordered_map>

#include "gui/models/decimation.h"
#include "metrics/series.h"

namespace faultline {

class RunLines {
 public:
  // The columns changed: another run, or none.
  void reset(const Series& series);
  bool has(const std::string& column) const { return indexes_.count(column) != 0; }

  // REQUIRES the series of `reset`, which may have grown since.
  LinePieces line(const Series& series, const std::string& column, SimTime from, SimTime to, int columns);
  struct Range {
    double min = 0, max = 0, leastPositive = 0;
    bool known = false;
  };
  // NaN where there is no sample: the sample that covers a time is the first one that ends at it or later.
  double valueAt(const Series& series, const std::string& column, SimTime time) const;

 private:
  std::unordered_map<std::string, std::size_t> indexes_;
  std::unordered_map<std::size_t, ExtremePyramid> pyramids_;
};

// The extremes of pieces of a line, for the choice of a scale.
RunLines::Range rangeOf(const LinePieces& pieces, RunLines::Range range = {});

}  // namespace faultline

// Long series as few points: the least and the greatest value of each column of pixels, so that no spike is lost.
//
// Thread safety: values. Complexity: append is linear in the new values; a line is O(columns * log n), however many rows
// the columns stand for.
#pragma once

#include <QList>
#include <QPointF>
#include <vector>

#include "base/time.h"

namespace faultline {

// The extremes of any stretch of a growing list of numbers. Unknown values (NaN) count for nothing.
class ExtremePyramid {
 public:
  struct Extremes {
    double min = 0, max = 0;
    bool known = false;
  };

  void clear() { levels_.clear(); }
  // Takes in what `values` has beyond what was seen before; what was seen must not have changed.
  void grow(const std::vector<double>& values);
  // Of the values [first, last). REQUIRES the list that `grow` was called with last.
  Extremes of(const std::vector<double>& values, std::size_t first, std::size_t last) const;

 private:
  static constexpr std::size_t kFactor = 8;
  std::vector<std::vector<Extremes>> levels_;  // of 8, 64, 512, ... values; complete blocks only
};

// Pieces of a line, in seconds and values; between two pieces the value is unknown.
using LinePieces = std::vector<QList<QPointF>>;

// The part of a line that lies in [from, to], with at most two points for each column and one at each border, where
// the line is cut. REQUIRES ascending times, as many values, a pyramid of these values, from < to and columns > 0.
LinePieces decimated(const std::vector<SimTime>& times, const std::vector<double>& values, const ExtremePyramid& pyramid,
                     SimTime from, SimTime to, int columns);

}  // namespace faultline

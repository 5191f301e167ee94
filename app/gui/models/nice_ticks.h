// Round places for the lines of a grid.
//
// Thread safety: pure functions.
#pragma once

#include <string>
#include <vector>

#include "base/time.h"

namespace faultline {

// A vertical axis from zero (or below, where values are) to a round number; on a logarithmic axis `low`, `high` and the
// ticks are decimal logarithms.
struct ValueScale {
  double low = 0, high = 1;
  std::vector<double> ticks;
  bool logarithmic = false;

  double place(double value) const;  // from value to axis
  double value(double place) const;  // and back
};

// Below this, a value on a logarithmic axis is drawn at its lower end.
inline constexpr double kLeastOnLogAxis = 1e-6;

ValueScale linearScale(double min, double max, const std::string& unit, int mostTicks);
// `leastPositive` is the smallest value above zero. At most six decades: what is smaller is at the lower end.
ValueScale logScale(double leastPositive, double max);

// The distance of ticks in time such that at most so many fit.
Duration niceTimeStep(Duration span, int mostTicks);

}  // namespace faultline

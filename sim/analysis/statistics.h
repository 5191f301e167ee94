// Means with confidence intervals, for replicated runs.
//
// Thread safety: pure functions. Complexity: linear (mser5: linear in the series).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace faultline {

struct Estimate {
  double mean = 0;
  double halfWidth = 0;  // of the 95 % confidence interval; infinite for fewer than two values
  std::size_t count = 0;

  double low() const { return mean - halfWidth; }
  double high() const { return mean + halfWidth; }
  bool excludesZero() const { return count > 1 && (low() > 0 || high() < 0); }
};

// Student's t, two-sided 95 %. REQUIRES degrees >= 1.
double studentT95(std::size_t degrees);

// Of independent values, such as one figure of runs with different seeds.
Estimate estimateOf(std::span<const double> values);
// Of the differences b - a, pair by pair: runs on common random numbers. REQUIRES as many of both.
Estimate pairedDifference(std::span<const double> a, std::span<const double> b);

// How many values at the start do not belong to the steady state: the cut that makes the standard error of the mean of
// the rest smallest, over batches of five values and at most half of the series (MSER-5: White, Cobb and Spratt, 2000).
std::size_t warmupOf(std::span<const double> values);

}  // namespace faultline

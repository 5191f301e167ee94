// When a series left its usual range, and when it came back.
//
// The usual range is the middle and the spread of a stretch that is taken to be healthy. A one-sided cumulative sum
// (Page, Biometrika 1954) of the standardised values finds lasting shifts; the onset is where the sum that raised the
// alarm last stood at zero, which is the maximum-likelihood place of the change.
//
// Thread safety: pure functions. Complexity: linear in the series (the baseline n log n).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace faultline {

// What the values are, and so on which scale they vary evenly.
enum class ValueScale {
  Time,   // durations: relative changes count
  Rate,   // events a second: the noise is that of a Poisson process
  Level,  // things in a place: relative changes count, and few things are no sign
  Share,  // 0..1
};

struct ChangeOptions {
  ValueScale scale = ValueScale::Level;
  bool rises = true;
  double windowSeconds = 1;  // of one value
  double minFactor = 1;      // a change must be at least so many times (up or down) ...
  double minDelta = 0;       // ... and at least so much
  bool counts = false;       // a single value far off is a burst, not an outlier
  bool mayBeRare = false;    // of a rate: counts of what hardly happens, so that a few events tell something
};

struct Episode {
  std::size_t onset = 0;  // index of the first value that belongs to it
  std::size_t end = 0;    // index after the last one; the number of values when it lasts
  double before = 0;      // median of the healthy stretch
  double after = 0;       // median of the episode; of a level its peak
  double significance = 0;  // median distance from the healthy middle, in its spreads
};

// The episodes outside the usual range of [from, to), in order of time, later than `from`. Unknown values (NaN) say
// nothing. REQUIRES from < to <= values.size().
std::vector<Episode> findEpisodes(std::span<const double> values, std::size_t from, std::size_t to,
                                  const ChangeOptions& options);

// 0 when all are unknown.
double medianOf(std::vector<double> values);

}  // namespace faultline

// Simulated time.
//
// Time is a 64-bit count of nanoseconds, so that adding and comparing are exact and every machine agrees on them.
// `Duration` is a span; `SimTime` is the span since the start of the run. Both are the same type because the start is
// always zero. The range is about 292 years; arithmetic beyond it saturates in `saturatingAdd` and is not checked
// elsewhere, because validation keeps every input below `kLongestDuration`.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

namespace faultline {

struct Duration {
  std::int64_t ns = 0;

  constexpr auto operator<=>(const Duration&) const = default;
  constexpr double seconds() const { return static_cast<double>(ns) / 1e9; }
  constexpr double milliseconds() const { return static_cast<double>(ns) / 1e6; }
};

using SimTime = Duration;

constexpr Duration operator+(Duration a, Duration b) { return {a.ns + b.ns}; }
constexpr Duration operator-(Duration a, Duration b) { return {a.ns - b.ns}; }
constexpr Duration operator*(Duration a, std::int64_t k) { return {a.ns * k}; }
constexpr Duration& operator+=(Duration& a, Duration b) {
  a.ns += b.ns;
  return a;
}

constexpr Duration nanoseconds(std::int64_t n) { return {n}; }
constexpr Duration microseconds(std::int64_t n) { return {n * 1'000}; }
constexpr Duration milliseconds(std::int64_t n) { return {n * 1'000'000}; }
constexpr Duration seconds(std::int64_t n) { return {n * 1'000'000'000}; }
constexpr Duration minutes(std::int64_t n) { return seconds(n * 60); }
constexpr Duration hours(std::int64_t n) { return minutes(n * 60); }

constexpr Duration kNever{std::numeric_limits<std::int64_t>::max()};
// No input may name a longer span: sums of a few such spans still fit.
constexpr Duration kLongestDuration = hours(24 * 366 * 10);

// A real number of nanoseconds as a span; what does not fit becomes the longest span, NaN and negatives become zero.
constexpr Duration durationFromNs(double ns) {
  if (!(ns > 0)) return {0};
  if (ns >= static_cast<double>(kLongestDuration.ns)) return kLongestDuration;
  return {static_cast<std::int64_t>(ns)};
}
constexpr Duration durationFromSeconds(double s) { return durationFromNs(s * 1e9); }

}  // namespace faultline

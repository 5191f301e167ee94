// Outcomes of the last N calls, or of the calls of the last T: how many there were, how many failed, how many were
// slow.
//
// By time, the window moves in tenths: totals cover the running tenth and the nine before it, as the rolling buckets of
// Hystrix do (github.com/Netflix/Hystrix/wiki/Configuration) and the one-second epochs of resilience4j.
//
// Thread safety: none. Determinism: arguments only. Complexity: O(1) per record; allocates when it is made.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/time.h"

namespace faultline {

class SlidingWindow {
 public:
  struct Totals {
    std::int64_t calls = 0, failures = 0, slow = 0;
    bool operator==(const Totals&) const = default;
  };

  // REQUIRES calls >= 1 / span > 0.
  static SlidingWindow ofCalls(std::int64_t calls);
  static SlidingWindow ofTime(Duration span);

  // REQUIRES that time does not go back.
  void record(bool failed, bool slow, SimTime now);
  const Totals& totals(SimTime now);
  void clear();

 private:
  static constexpr std::size_t kBuckets = 10;

  void expire(SimTime now);

  Totals totals_;
  std::vector<std::uint8_t> calls_;  // by count: bit 0 failed, bit 1 slow
  std::size_t next_ = 0;
  std::int64_t bucketSpan_ = 0;  // by time, in nanoseconds; 0: by count
  std::int64_t bucket_ = 0;      // number of the running one since the start of time
  std::array<Totals, kBuckets> buckets_{};
};

}  // namespace faultline

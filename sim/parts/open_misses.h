// Which keys of a cache are missing and asked for, how often each, and the largest such number: the size of a stampede.
//
// Complexity: O(1) amortised. Allocates only while it grows. Thread safety: none.
#pragma once

#include <cstdint>
#include <vector>

#include "base/flat_map.h"
#include "base/time.h"

namespace faultline {

class OpenMisses {
 public:
  void begin(std::uint32_t key, SimTime now) {
    Miss& miss = misses_[key];
    if (miss.count == 0) miss.since = now;
    else --keysWith_[miss.count];
    if (++miss.count >= keysWith_.size()) keysWith_.resize(miss.count + 1);
    ++keysWith_[miss.count];
    if (miss.count > largest_) largest_ = miss.count;
  }
  void endOne(std::uint32_t key) {
    Miss* miss = misses_.find(key);
    if (!miss) return;
    --keysWith_[miss->count];
    if (--miss->count == 0) misses_.erase(key);
    else ++keysWith_[miss->count];
    settle();
  }
  // How long ago the first of the key's misses was, all of which are over; zero if there were none.
  Duration endAll(std::uint32_t key, SimTime now) {
    const Miss* miss = misses_.find(key);
    if (!miss) return {};
    const SimTime since = miss->since;
    --keysWith_[miss->count];
    misses_.erase(key);
    settle();
    return now - since;
  }
  std::uint32_t largest() const { return largest_; }
  void clear() { *this = {}; }

 private:
  struct Miss {
    std::uint32_t count = 0;
    SimTime since;
  };
  void settle() {
    while (largest_ > 0 && keysWith_[largest_] == 0) --largest_;
  }

  FlatMap<Miss> misses_;
  std::vector<std::uint32_t> keysWith_;  // by number of misses
  std::uint32_t largest_ = 0;
};

}  // namespace faultline

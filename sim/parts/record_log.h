// A log of records by offset: appended at one end, dropped at the other, kept in between. Offsets are never used again.
//
// Complexity: O(1) amortised, `firstSince` O(log n). Allocates only when it grows. Thread safety: none.
#pragma once

#include <cstdint>
#include <vector>

#include "base/time.h"

namespace faultline {

struct Record {
  SimTime stored;
  std::uint32_t key = 0;
  std::uint32_t user = 0;
  std::uint32_t operation = 0;
  std::uint32_t version = 0;  // of the value that it speaks of
  std::uint16_t klass = 0;
  bool isWrite = false;
  bool isCorrupt = false;
};

class RecordLog {
 public:
  std::uint64_t begin() const { return begin_; }  // the oldest offset that is kept
  std::uint64_t end() const { return end_; }      // the offset of the next record
  std::uint64_t size() const { return end_ - begin_; }
  // REQUIRES an offset that is kept. Valid until the next append.
  const Record& at(std::uint64_t offset) const { return ring_[offset & (ring_.size() - 1)]; }

  void append(const Record& record) {
    if (size() == ring_.size()) grow();
    ring_[end_++ & (ring_.size() - 1)] = record;
  }
  // REQUIRES that there is one.
  void dropOldest() { ++begin_; }

  // The offset of the first record that is not older than `time`; end() when all are.
  std::uint64_t firstSince(SimTime time) const {
    std::uint64_t low = begin_, high = end_;
    while (low < high) {
      const std::uint64_t middle = low + (high - low) / 2;
      if (at(middle).stored < time)
        low = middle + 1;
      else
        high = middle;
    }
    return low;
  }

 private:
  void grow() {
    std::vector<Record> larger(ring_.empty() ? 64 : ring_.size() * 2);
    for (std::uint64_t offset = begin_; offset < end_; ++offset) larger[offset & (larger.size() - 1)] = at(offset);
    ring_ = std::move(larger);
  }

  std::vector<Record> ring_;  // a power of two
  std::uint64_t begin_ = 0, end_ = 0;
};

}  // namespace faultline

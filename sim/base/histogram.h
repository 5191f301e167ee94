// Log-linear histogram of durations: constant relative error, exact merging.
//
// Every power of two is split into 128 equal buckets; a quantile is reported as its bucket's middle, so its relative
// error is at most 1/256 (0.4 %). Values below 256 ns are exact. Buckets of an octave are allocated when it is first
// used. Count, sum and maximum are exact; no quantile exceeds the maximum.
//
// Buckets have 32 bits, so that many histograms fit into the processor's first cache. An octave that has counted as
// many values as they can hold moves them to 64-bit buckets and begins again.
//
// Complexity: record O(1); quantile and merge O(buckets in use). Thread safety: none, one owner.
// After HdrHistogram (Tene) and the log-linear layout of DDSketch (Masson et al., VLDB 2019).
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/time.h"

namespace faultline {

class Histogram {
 public:
  static constexpr int kSubBucketBits = 7;
  static constexpr int kSubBuckets = 1 << kSubBucketBits;
  static constexpr int kOctaves = 64 - kSubBucketBits;

  Histogram() = default;
  Histogram(const Histogram& other) { merge(other); }
  Histogram(Histogram&& other) noexcept { swap(other); }
  Histogram& operator=(const Histogram& other);
  Histogram& operator=(Histogram&& other) noexcept;

  // Negative durations count as zero.
  void record(Duration value) { recordNs(value.ns > 0 ? static_cast<std::uint64_t>(value.ns) : 0); }
  [[gnu::always_inline]] void recordNs(std::uint64_t v) {
    const int k = octaveOf(v);
    Octave& octave = octaves_[static_cast<std::size_t>(k)];
    // In the place of a return value, so that a caller that ends with this needs no stack.
    if (!octave.buckets) [[unlikely]]
      return recordFirst(v);
    // Octave 0 holds 0..127 as they are; octave k holds [2^(k+6), 2^(k+7)) in 128 steps.
    ++octave.buckets[(v >> (k - (k != 0))) & (kSubBuckets - 1)];
    sumLow_ += v;
    sumHigh_ += sumLow_ < v ? 1 : 0;
    if (v > max_) max_ = v;
    if (--octave.room == 0) [[unlikely]]
      spill(static_cast<std::size_t>(k));
  }

  // Complexity: O(octaves that were ever used), as is empty.
  std::uint64_t count() const {
    std::uint64_t n = 0;
    for (std::size_t octave = first_; octave < end_; ++octave) n += countOf(octave);
    return n;
  }
  bool empty() const { return count() == 0; }
  double meanNs() const {
    const std::uint64_t n = count();
    return n ? sumNs() / static_cast<double>(n) : 0;
  }
  double sumNs() const { return static_cast<double>(sum()); }
  Duration max() const { return {static_cast<std::int64_t>(max_)}; }
  // The value below which a share q of the recorded values lies. REQUIRES not empty, 0 <= q <= 1.
  Duration quantile(double q) const;
  // The same for several shares in ascending order, in one pass. REQUIRES as many places in `values`.
  void quantiles(std::span<const double> shares, std::span<Duration> values) const;
  // The same of the values of two, without merging them. REQUIRES not both empty.
  static void quantilesOf(const Histogram& one, const Histogram& other, std::span<const double> shares,
                          std::span<Duration> values);
  // The share of recorded values that are zero (for example: calls that did not wait). REQUIRES not empty.
  double shareOfZero() const;

  void merge(const Histogram& other);
  // Merges and clears `other`, which keeps its memory.
  void take(Histogram& other);
  // As `count` records of zero.
  void addZeros(std::uint64_t count);
  // Forgets the values and keeps the memory.
  void clear();
  void swap(Histogram& other) noexcept;

 private:
  __extension__ using Sum = unsigned __int128;
  static int octaveOf(std::uint64_t v) { return 64 - kSubBucketBits - std::countl_zero(v | (kSubBuckets - 1)); }
  static constexpr std::uint32_t kFull = 0xffff'ffff;
  // The 32-bit part: what was counted since the octave was last spilled, always less than kFull.
  struct Octave {
    std::unique_ptr<std::uint32_t[]> buckets;
    std::uint32_t room = kFull;  // for so many values more: counting down ends at zero, which costs no comparison
    std::uint32_t count() const { return kFull - room; }  // in all buckets: what is empty is skipped
  };
  struct Spilled {
    std::uint64_t count = 0;
    std::array<std::uint64_t, kSubBuckets> buckets{};
  };
  using AllSpilled = std::array<Spilled, kOctaves + 1>;

  std::uint64_t countOf(std::size_t octave) const {
    const std::uint64_t n = octaves_[octave].count();
    if (spilled_ == nullptr) [[likely]]
      return n;
    return n + (*spilled_)[octave].count;
  }
  std::uint64_t bucketOf(std::size_t octave, std::size_t bucket) const;
  std::uint32_t* bucketsOf(std::size_t octave);
  std::uint32_t* bucketsFor(std::size_t octave, std::uint32_t more);
  [[gnu::noinline]] void recordFirst(std::uint64_t v);
  [[gnu::noinline]] void spill(std::size_t octave);
  void addSpilled(const Histogram& other);
  void addSums(const Histogram& other);
  void forgetSums();
  Sum sum() const { return static_cast<Sum>(sumHigh_) << 64 | sumLow_; }

  std::array<Octave, kOctaves + 1> octaves_{};
  std::uint8_t first_ = kOctaves + 1, end_ = 0;       // the octaves that have buckets lie in [first_, end_)
  std::uint64_t max_ = 0;
  std::uint64_t sumLow_ = 0, sumHigh_ = 0;  // exact, so that merging in any order gives the same bits
  std::unique_ptr<AllSpilled> spilled_;     // by octave; mostly there is none
};

}  // namespace faultline

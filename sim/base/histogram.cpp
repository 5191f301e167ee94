#include "base/histogram.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace faultline {

Histogram& Histogram::operator=(const Histogram& other) {
  Histogram copy(other);
  swap(copy);
  return *this;
}

Histogram& Histogram::operator=(Histogram&& other) noexcept {
  Histogram taken(std::move(other));
  swap(taken);
  return *this;
}

void Histogram::swap(Histogram& other) noexcept {
  octaves_.swap(other.octaves_);
  counts_.swap(other.counts_);
  std::swap(first_, other.first_);
  std::swap(end_, other.end_);
  std::swap(max_, other.max_);
  std::swap(sumLow_, other.sumLow_);
  std::swap(sumHigh_, other.sumHigh_);
}

// Allocates them where the octave is new.
std::uint64_t* Histogram::bucketsOf(std::size_t octave) {
  auto& buckets = octaves_[octave];
  if (!buckets) {
    buckets = std::make_unique<std::uint64_t[]>(kSubBuckets);
    first_ = std::min(first_, static_cast<std::uint8_t>(octave));
    end_ = std::max(end_, static_cast<std::uint8_t>(octave + 1));
  }
  return buckets.get();
}

void Histogram::recordFirst(std::uint64_t v) {
  bucketsOf(static_cast<std::size_t>(octaveOf(v)));
  recordNs(v);
}

Duration Histogram::quantile(double q) const {
  Duration value;
  quantiles({&q, 1}, {&value, 1});
  return value;
}

namespace {

// The number of the value that is looked for, from 1.
std::uint64_t rankOf(double share, std::uint64_t all) {
  const double wanted = std::ceil(share * static_cast<double>(all));
  return wanted < 1 ? 1 : std::min(all, static_cast<std::uint64_t>(wanted));
}

std::uint64_t middleOf(std::size_t octave, std::uint64_t bucket) {
  const std::uint64_t width = octave == 0 ? 1 : std::uint64_t{1} << (octave - 1);
  return (octave == 0 ? bucket : (Histogram::kSubBuckets + bucket) * width) + (width - 1) / 2;
}

}  // namespace

void Histogram::quantiles(std::span<const double> shares, std::span<Duration> values) const {
  const std::uint64_t all = count();
  std::size_t octave = first_;
  std::uint64_t before = 0;  // values in the octaves before
  for (std::size_t k = 0; k < shares.size(); ++k) {
    const std::uint64_t rank = rankOf(shares[k], all);
    while (before + counts_[octave] < rank) before += counts_[octave++];
    const std::uint64_t* bucket = octaves_[octave].get();
    for (std::uint64_t seen = before + *bucket; seen < rank; seen += *bucket) ++bucket;
    const auto i = static_cast<std::uint64_t>(bucket - octaves_[octave].get());
    values[k] = {static_cast<std::int64_t>(std::min(middleOf(octave, i), max_))};
  }
}

void Histogram::quantilesOf(const Histogram& one, const Histogram& other, std::span<const double> shares,
                            std::span<Duration> values) {
  if (other.empty()) return one.quantiles(shares, values);
  if (one.empty()) return other.quantiles(shares, values);
  static constexpr std::uint64_t kNone[kSubBuckets] = {};
  const std::uint64_t all = one.count() + other.count(), max = std::max(one.max_, other.max_);
  std::size_t octave = std::min(one.first_, other.first_);
  std::uint64_t before = 0;
  for (std::size_t k = 0; k < shares.size(); ++k) {
    const std::uint64_t rank = rankOf(shares[k], all);
    while (before + one.counts_[octave] + other.counts_[octave] < rank)
      before += one.counts_[octave] + other.counts_[octave], ++octave;
    const std::uint64_t* a = one.octaves_[octave] ? one.octaves_[octave].get() : kNone;
    const std::uint64_t* b = other.octaves_[octave] ? other.octaves_[octave].get() : kNone;
    std::size_t i = 0;
    for (std::uint64_t seen = before + a[0] + b[0]; seen < rank; seen += a[i] + b[i]) ++i;
    values[k] = {static_cast<std::int64_t>(std::min(middleOf(octave, i), max))};
  }
}

double Histogram::shareOfZero() const {
  return octaves_[0] ? static_cast<double>(octaves_[0][0]) / static_cast<double>(count()) : 0;
}

namespace {

// Loops over the buckets of an octave, in a form that compilers turn into vector instructions.
constexpr int kBuckets = Histogram::kSubBuckets;
void addBuckets(std::uint64_t* __restrict to, const std::uint64_t* __restrict from) {
  for (int i = 0; i < kBuckets; ++i) to[i] += from[i];
}
void moveBuckets(std::uint64_t* __restrict to, std::uint64_t* __restrict from) {
  for (int i = 0; i < kBuckets; ++i) {
    to[i] += from[i];
    from[i] = 0;
  }
}
}  // namespace

void Histogram::addSums(const Histogram& other) {
  const Sum both = sum() + other.sum();
  sumLow_ = static_cast<std::uint64_t>(both);
  sumHigh_ = static_cast<std::uint64_t>(both >> 64);
  max_ = std::max(max_, other.max_);
}

void Histogram::forgetSums() {
  for (std::size_t octave = first_; octave < end_; ++octave) counts_[octave] = 0;
  max_ = 0;
  sumLow_ = sumHigh_ = 0;
}

void Histogram::merge(const Histogram& other) {
  for (std::size_t octave = other.first_; octave < other.end_; ++octave) {
    if (other.counts_[octave] == 0) continue;
    addBuckets(bucketsOf(octave), other.octaves_[octave].get());
    counts_[octave] += other.counts_[octave];
  }
  addSums(other);
}

void Histogram::take(Histogram& other) {
  for (std::size_t octave = other.first_; octave < other.end_; ++octave) {
    if (other.counts_[octave] == 0) continue;
    moveBuckets(bucketsOf(octave), other.octaves_[octave].get());
    counts_[octave] += other.counts_[octave];
  }
  addSums(other);
  other.forgetSums();
}

void Histogram::addZeros(std::uint64_t count) {
  if (count == 0) return;
  bucketsOf(0)[0] += count;
  counts_[0] += count;
}

void Histogram::clear() {
  for (std::size_t octave = first_; octave < end_; ++octave)
    if (counts_[octave] != 0) std::fill_n(octaves_[octave].get(), kSubBuckets, std::uint64_t{0});
  forgetSums();
}

}  // namespace faultline

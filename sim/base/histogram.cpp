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
  std::swap(max_, other.max_);
  std::swap(sumLow_, other.sumLow_);
  std::swap(sumHigh_, other.sumHigh_);
}

// Allocates them where the octave is new.
std::uint64_t* Histogram::bucketsOf(std::size_t octave) {
  auto& buckets = octaves_[octave];
  if (!buckets) buckets = std::make_unique<std::uint64_t[]>(kSubBuckets);
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

void Histogram::quantiles(std::span<const double> shares, std::span<Duration> values) const {
  const std::uint64_t all = count();
  std::size_t octave = 0;
  std::uint64_t before = 0;  // values in the octaves before
  for (std::size_t k = 0; k < shares.size(); ++k) {
    const double wanted = std::ceil(shares[k] * static_cast<double>(all));
    const std::uint64_t rank = wanted < 1 ? 1 : std::min(all, static_cast<std::uint64_t>(wanted));
    while (before + counts_[octave] < rank) before += counts_[octave++];
    const std::uint64_t* bucket = octaves_[octave].get();
    for (std::uint64_t seen = before + *bucket; seen < rank; seen += *bucket) ++bucket;
    const auto i = static_cast<std::uint64_t>(bucket - octaves_[octave].get());
    const std::uint64_t width = octave == 0 ? 1 : std::uint64_t{1} << (octave - 1);
    const std::uint64_t middle = (octave == 0 ? i : (kSubBuckets + i) * width) + (width - 1) / 2;
    values[k] = {static_cast<std::int64_t>(std::min(middle, max_))};
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
  counts_ = {};
  max_ = 0;
  sumLow_ = sumHigh_ = 0;
}

void Histogram::merge(const Histogram& other) {
  for (std::size_t octave = 0; octave <= kOctaves; ++octave) {
    if (other.counts_[octave] == 0) continue;
    addBuckets(bucketsOf(octave), other.octaves_[octave].get());
    counts_[octave] += other.counts_[octave];
  }
  addSums(other);
}

void Histogram::take(Histogram& other) {
  for (std::size_t octave = 0; octave <= kOctaves; ++octave) {
    if (other.counts_[octave] == 0) continue;
    // What is empty is all zeros: then the buckets change hands.
    if (counts_[octave] == 0)
      octaves_[octave].swap(other.octaves_[octave]);
    else
      moveBuckets(octaves_[octave].get(), other.octaves_[octave].get());
    counts_[octave] += other.counts_[octave];
  }
  addSums(other);
  other.forgetSums();
}

void Histogram::share(Histogram& from, Histogram& first, Histogram& second) {
  second.merge(from);
  first.take(from);
}

void Histogram::addZeros(std::uint64_t count) {
  if (count == 0) return;
  bucketsOf(0)[0] += count;
  counts_[0] += count;
}

void Histogram::clear() {
  for (std::size_t octave = 0; octave <= kOctaves; ++octave)
    if (counts_[octave] != 0) std::fill_n(octaves_[octave].get(), kSubBuckets, std::uint64_t{0});
  forgetSums();
}

}  // namespace faultline

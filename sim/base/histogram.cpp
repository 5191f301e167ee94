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
  std::swap(first_, other.first_);
  std::swap(end_, other.end_);
  std::swap(max_, other.max_);
  std::swap(sumLow_, other.sumLow_);
  std::swap(sumHigh_, other.sumHigh_);
  spilled_.swap(other.spilled_);
}

// Allocates them where the octave is new.
std::uint32_t* Histogram::bucketsOf(std::size_t octave) {
  auto& buckets = octaves_[octave].buckets;
  if (!buckets) {
    buckets = std::make_unique<std::uint32_t[]>(kSubBuckets);
    first_ = std::min(first_, static_cast<std::uint8_t>(octave));
    end_ = std::max(end_, static_cast<std::uint8_t>(octave + 1));
  }
  return buckets.get();
}

std::uint64_t Histogram::bucketOf(std::size_t octave, std::size_t bucket) const {
  const std::uint64_t n = octaves_[octave].buckets ? octaves_[octave].buckets[bucket] : 0;
  return spilled_ ? n + (*spilled_)[octave].buckets[bucket] : n;
}

void Histogram::recordFirst(std::uint64_t v) {
  bucketsOf(static_cast<std::size_t>(octaveOf(v)));
  recordNs(v);
}

void Histogram::spill(std::size_t octave) {
  if (!spilled_) spilled_ = std::make_unique<AllSpilled>();
  Spilled& to = (*spilled_)[octave];
  std::uint32_t* from = bucketsOf(octave);
  for (int i = 0; i < kSubBuckets; ++i) to.buckets[static_cast<std::size_t>(i)] += std::exchange(from[i], 0);
  to.count += octaves_[octave].count();
  octaves_[octave].room = kFull;
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
  static const Histogram kNone;
  quantilesOf(*this, kNone, shares, values);
}

void Histogram::quantilesOf(const Histogram& one, const Histogram& other, std::span<const double> shares,
                            std::span<Duration> values) {
  const std::uint64_t all = one.count() + other.count(), max = std::max(one.max_, other.max_);
  const bool isPlain = !one.spilled_ && !other.spilled_;
  static constexpr std::uint32_t kNone[kSubBuckets] = {};
  std::size_t octave = std::min(one.first_, other.first_);
  std::uint64_t before = 0;  // values in the octaves before
  for (std::size_t k = 0; k < shares.size(); ++k) {
    const std::uint64_t rank = rankOf(shares[k], all);
    std::uint64_t here = one.countOf(octave) + other.countOf(octave);
    for (; before + here < rank; here = one.countOf(octave) + other.countOf(octave)) {
      before += here;
      ++octave;
    }
    std::size_t i = 0;
    if (isPlain) {
      const std::uint32_t* a = one.octaves_[octave].count() != 0 ? one.octaves_[octave].buckets.get() : kNone;
      const std::uint32_t* b = other.octaves_[octave].count() != 0 ? other.octaves_[octave].buckets.get() : kNone;
      for (std::uint64_t seen = before + a[0] + b[0]; seen < rank; seen += std::uint64_t{a[i]} + b[i]) ++i;
    } else {
      const auto both = [&](std::size_t at) { return one.bucketOf(octave, at) + other.bucketOf(octave, at); };
      for (std::uint64_t seen = before + both(0); seen < rank; seen += both(i)) ++i;
    }
    values[k] = {static_cast<std::int64_t>(std::min(middleOf(octave, i), max))};
  }
}

double Histogram::shareOfZero() const { return static_cast<double>(bucketOf(0, 0)) / static_cast<double>(count()); }

namespace {

// Loops over the buckets of an octave, in a form that compilers turn into vector instructions.
constexpr int kBuckets = Histogram::kSubBuckets;
void addBuckets(std::uint32_t* __restrict to, const std::uint32_t* __restrict from) {
  for (int i = 0; i < kBuckets; ++i) to[i] += from[i];
}
void moveBuckets(std::uint32_t* __restrict to, std::uint32_t* __restrict from) {
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
  for (std::size_t octave = first_; octave < end_; ++octave) octaves_[octave].room = kFull;
  max_ = 0;
  sumLow_ = sumHigh_ = 0;
  spilled_.reset();
}

// Makes room in an octave for as many values as another's has.
std::uint32_t* Histogram::bucketsFor(std::size_t octave, std::uint32_t more) {
  std::uint32_t* buckets = bucketsOf(octave);
  if (octaves_[octave].room <= more) spill(octave);
  octaves_[octave].room -= more;
  return buckets;
}

void Histogram::addSpilled(const Histogram& other) {
  if (!other.spilled_) return;
  if (!spilled_) spilled_ = std::make_unique<AllSpilled>();
  for (std::size_t octave = other.first_; octave < other.end_; ++octave) {
    Spilled& to = (*spilled_)[octave];
    const Spilled& from = (*other.spilled_)[octave];
    if (from.count == 0) continue;
    bucketsOf(octave);  // an octave with values has buckets
    to.count += from.count;
    for (std::size_t i = 0; i < to.buckets.size(); ++i) to.buckets[i] += from.buckets[i];
  }
}

void Histogram::merge(const Histogram& other) {
  for (std::size_t octave = other.first_; octave < other.end_; ++octave) {
    const Octave& from = other.octaves_[octave];
    if (from.count() != 0) addBuckets(bucketsFor(octave, from.count()), from.buckets.get());
  }
  addSpilled(other);
  addSums(other);
}

void Histogram::take(Histogram& other) {
  for (std::size_t octave = other.first_; octave < other.end_; ++octave) {
    const Octave& from = other.octaves_[octave];
    if (from.count() != 0) moveBuckets(bucketsFor(octave, from.count()), from.buckets.get());
  }
  addSpilled(other);
  addSums(other);
  other.forgetSums();
}

void Histogram::addZeros(std::uint64_t count) {
  while (count != 0) {
    const auto some = static_cast<std::uint32_t>(std::min<std::uint64_t>(count, kFull - 1));
    bucketsFor(0, some)[0] += some;
    count -= some;
  }
}

void Histogram::clear() {
  for (std::size_t octave = first_; octave < end_; ++octave)
    if (octaves_[octave].count() != 0) std::fill_n(octaves_[octave].buckets.get(), kSubBuckets, 0u);
  forgetSums();
}

}  // namespace faultline

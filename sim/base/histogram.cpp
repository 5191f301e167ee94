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
  std::swap(count_, other.count_);
  std::swap(max_, other.max_);
  std::swap(sum_, other.sum_);
}

std::uint64_t* Histogram::allocate(int octave) {
  auto& buckets = octaves_[static_cast<std::size_t>(octave)];
  buckets = std::make_unique<std::uint64_t[]>(kSubBuckets);
  return buckets.get();
}

Duration Histogram::quantile(double q) const {
  Duration value;
  quantiles({&q, 1}, {&value, 1});
  return value;
}

void Histogram::quantiles(std::span<const double> shares, std::span<Duration> values) const {
  const auto rankOf = [&](double share) {
    const double wanted = std::ceil(share * static_cast<double>(count_));
    return wanted < 1 ? 1 : std::min(count_, static_cast<std::uint64_t>(wanted));
  };
  std::size_t next = 0;
  std::uint64_t seen = 0;
  for (int octave = 0; octave <= kOctaves && next < shares.size(); ++octave) {
    const std::uint64_t* buckets = octaves_[static_cast<std::size_t>(octave)].get();
    if (!buckets) continue;
    std::uint64_t inOctave = 0;
    for (std::uint64_t i = 0; i < kSubBuckets; ++i) inOctave += buckets[i];
    std::uint64_t before = seen;
    seen += inOctave;
    for (std::uint64_t i = 0; next < shares.size() && rankOf(shares[next]) <= seen;) {
      if (before + buckets[i] < rankOf(shares[next])) {
        before += buckets[i++];
        continue;
      }
      const std::uint64_t width = octave == 0 ? 1 : std::uint64_t{1} << (octave - 1);
      const std::uint64_t middle = (octave == 0 ? i : (kSubBuckets + i) * width) + (width - 1) / 2;
      values[next++] = {static_cast<std::int64_t>(std::min(middle, max_))};
    }
  }
}

double Histogram::shareOfZero() const {
  return octaves_[0] ? static_cast<double>(octaves_[0][0]) / static_cast<double>(count_) : 0;
}

void Histogram::merge(const Histogram& other) {
  for (int octave = 0; octave <= kOctaves; ++octave) {
    const std::size_t slot = static_cast<std::size_t>(octave);
    if (!other.octaves_[slot]) continue;
    if (!octaves_[slot]) allocate(octave);
    for (std::size_t i = 0; i < kSubBuckets; ++i) octaves_[slot][i] += other.octaves_[slot][i];
  }
  count_ += other.count_;
  sum_ += other.sum_;
  max_ = std::max(max_, other.max_);
}

void Histogram::clear() {
  for (const auto& buckets : octaves_) {
    if (buckets) std::fill_n(buckets.get(), kSubBuckets, std::uint64_t{0});
  }
  count_ = 0;
  max_ = 0;
  sum_ = 0;
}

}  // namespace faultline

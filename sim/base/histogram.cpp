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
  const std::uint64_t all = count();
  const auto rankOf = [&](double share) {
    const double wanted = std::ceil(share * static_cast<double>(all));
    return wanted < 1 ? 1 : std::min(all, static_cast<std::uint64_t>(wanted));
  };
  std::size_t next = 0;
  std::uint64_t seen = 0;  // values in the octaves before
  for (std::size_t octave = 0; octave <= kOctaves && next < shares.size(); seen += counts_[octave++]) {
    std::uint64_t before = seen;
    for (std::uint64_t i = 0; next < shares.size() && rankOf(shares[next]) <= seen + counts_[octave];) {
      const std::uint64_t here = octaves_[octave][i];
      if (before + here < rankOf(shares[next])) {
        before += here;
        ++i;
        continue;
      }
      const std::uint64_t width = octave == 0 ? 1 : std::uint64_t{1} << (octave - 1);
      const std::uint64_t middle = (octave == 0 ? i : (kSubBuckets + i) * width) + (width - 1) / 2;
      values[next++] = {static_cast<std::int64_t>(std::min(middle, max_))};
    }
  }
}

double Histogram::shareOfZero() const {
  return octaves_[0] ? static_cast<double>(octaves_[0][0]) / static_cast<double>(count()) : 0;
}

void Histogram::merge(const Histogram& other) {
  for (std::size_t octave = 0; octave <= kOctaves; ++octave) {
    if (other.counts_[octave] == 0) continue;
    std::uint64_t* to = octaves_[octave] ? octaves_[octave].get() : allocate(static_cast<int>(octave));
    const std::uint64_t* from = other.octaves_[octave].get();
    for (std::size_t i = 0; i < kSubBuckets; ++i) to[i] += from[i];
    counts_[octave] += other.counts_[octave];
  }
  sum_ += other.sum_;
  max_ = std::max(max_, other.max_);
}

void Histogram::addZeros(std::uint64_t count) {
  if (count == 0) return;
  if (!octaves_[0]) allocate(0);
  octaves_[0][0] += count;
  counts_[0] += count;
}

void Histogram::clear() {
  for (std::size_t octave = 0; octave <= kOctaves; ++octave)
    if (counts_[octave] != 0) std::fill_n(octaves_[octave].get(), kSubBuckets, std::uint64_t{0});
  counts_ = {};
  max_ = 0;
  sum_ = 0;
}

}  // namespace faultline

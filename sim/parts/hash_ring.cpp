#include "parts/hash_ring.h"

#include <algorithm>

#include "base/random.h"

namespace faultline {

HashRing::HashRing(std::span<const Member> members) : members_(members.size()) {
  for (std::uint32_t m = 0; m < members.size(); ++m)
    for (std::uint64_t v = 0; v < members[m].points; ++v) {
      // The golden ratio's increment gives mix64 well separated inputs, as in SplitMix64.
      const std::uint64_t hash = mix64(mix64(members[m].identity) + (v + 1) * 0x9e3779b97f4a7c15ull);
      points_.push_back({hash, m});
    }
  std::sort(points_.begin(), points_.end(),
            [](const Point& a, const Point& b) { return a.hash != b.hash ? a.hash < b.hash : a.member < b.member; });
}

std::size_t HashRing::place(std::uint64_t hash) const {
  const auto found = std::lower_bound(points_.begin(), points_.end(), hash,
                                      [](const Point& p, std::uint64_t h) { return p.hash < h; });
  return found == points_.end() ? 0 : static_cast<std::size_t>(found - points_.begin());
}

std::vector<double> HashRing::shares() const {
  std::vector<double> shares(members_);
  for (std::size_t i = 0; i < points_.size(); ++i) {
    // Unsigned arithmetic closes the circle: the first arc begins at the last point.
    const std::uint64_t arc = points_[i].hash - points_[i == 0 ? points_.size() - 1 : i - 1].hash;
    const bool whole = points_.size() == 1;
    shares[points_[i].member] += whole ? 1.0 : static_cast<double>(arc) * 0x1.0p-64;
  }
  return shares;
}

}  // namespace faultline

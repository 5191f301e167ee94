// A consistent-hash ring: members own the arcs that end at their points, and a key belongs to the member of the first
// point at or after its hash. A member that joins takes arcs from all others and moves nothing between them.
//
// After Karger et al., "Consistent Hashing and Random Trees" (STOC 1997). Points are pseudo-random in the member's
// identity alone, so shares of V points each are uneven by about 1/sqrt(V), as on real rings.
//
// Determinism: depends on nothing but identities and numbers of points. Thread safety: const functions are.
// Complexity: build O(P log P), lookup O(log P) for P points.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace faultline {

class HashRing {
 public:
  struct Member {
    std::uint64_t identity = 0;  // for example hashText of its name
    std::uint32_t points = 150;
  };

  HashRing() = default;
  explicit HashRing(std::span<const Member> members);

  bool empty() const { return points_.empty(); }
  // The owner of a hash, as an index into the members. REQUIRES not empty.
  std::uint32_t owner(std::uint64_t hash) const { return points_[place(hash)].member; }
  // The first member at or after the hash that `accept` takes; `otherwise` if it takes none.
  template <class Accept>
  std::uint32_t owner(std::uint64_t hash, std::uint32_t otherwise, Accept&& accept) const {
    if (points_.empty()) return otherwise;
    const std::size_t start = place(hash);
    for (std::size_t n = 0, i = start; n < points_.size(); ++n, i = i + 1 == points_.size() ? 0 : i + 1)
      if (accept(points_[i].member)) return points_[i].member;
    return otherwise;
  }
  // The part of all hashes that each member owns; they add up to one.
  std::vector<double> shares() const;

 private:
  struct Point {
    std::uint64_t hash;
    std::uint32_t member;
  };
  std::size_t place(std::uint64_t hash) const;

  std::vector<Point> points_;  // ascending
  std::size_t members_ = 0;
};

}  // namespace faultline

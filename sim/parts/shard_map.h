// Which shard a key belongs to, by hash, range, directory or ring; and what changes when shards come or go.
//
// A value: a router keeps the map of before and the map of after while it moves keys between them.
//
// Determinism: depends on members and calls alone. Thread safety: const functions are.
// Complexity: owner O(1) for hash and directory, O(log ranges) and O(log points) for range and ring.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "parts/hash_ring.h"

namespace faultline {

enum class Sharding { Hash, Range, Directory, Ring };

class ShardMap {
 public:
  struct Member {
    std::uint32_t id = 0;        // the router's name of the shard
    std::uint64_t identity = 0;  // its place on the ring
    double weight = 1;           // its points on the ring
    bool operator==(const Member&) const = default;
  };

  ShardMap() = default;
  ShardMap(Sharding strategy, std::uint32_t virtualNodes, std::uint32_t buckets)
      : strategy_(strategy), virtualNodes_(virtualNodes), bucketCount_(buckets) {}

  bool empty() const { return members_.empty(); }
  const std::vector<Member>& members() const { return members_; }
  // Changes who takes part, moving as little as the strategy allows; false when nothing changes.
  bool resize(const std::vector<Member>& members);
  // The id of the shard of a key that is number `rank` of `size` keys. REQUIRES not empty, rank < size.
  std::uint32_t owner(std::uint32_t key, std::uint64_t rank, std::uint64_t size) const;

  std::uint32_t bucketOf(std::uint32_t key) const;
  // Directory: moves buckets from the shard with most calls to the one with fewest while that makes the most smaller.
  void rebalance(std::span<const std::uint64_t> callsOfBucket);

 private:
  // From `start`, a part of all keys, to the start of the next one.
  struct Range {
    double start = 0;
    std::uint32_t id = 0;
  };

  bool has(std::uint32_t id) const;
  void resizeRanges(const std::vector<Member>& members);
  void resizeBuckets(const std::vector<Member>& members);
  void splitWidest(std::uint32_t id);
  double widthOf(std::size_t range) const;

  Sharding strategy_ = Sharding::Hash;
  std::uint32_t virtualNodes_ = 150;
  std::uint32_t bucketCount_ = 1024;
  std::vector<Member> members_;
  HashRing ring_;
  std::vector<Range> ranges_;
  std::vector<std::uint32_t> buckets_;  // id of the shard
};

}  // namespace faultline

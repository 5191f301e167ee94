#include "parts/shard_map.h"

#include <algorithm>
#include <cmath>

#include "base/random.h"

namespace faultline {

namespace {

std::uint64_t hashOf(std::uint32_t key) { return mix64(key + 1ull); }

bool contains(const std::vector<ShardMap::Member>& members, std::uint32_t id) {
  return std::any_of(members.begin(), members.end(), [&](const ShardMap::Member& m) { return m.id == id; });
}

}  // namespace

bool ShardMap::has(std::uint32_t id) const { return contains(members_, id); }

bool ShardMap::resize(const std::vector<Member>& members) {
  if (members == members_) return false;
  if (strategy_ == Sharding::Range) resizeRanges(members);
  if (strategy_ == Sharding::Directory) resizeBuckets(members);
  members_ = members;
  if (strategy_ != Sharding::Ring) return true;
  std::vector<HashRing::Member> onRing;
  for (const Member& m : members_) {
    const double points = std::floor(virtualNodes_ * m.weight + 0.5);
    onRing.push_back({m.identity, static_cast<std::uint32_t>(std::clamp(points, 1.0, 1e6))});
  }
  ring_ = HashRing(onRing);
  return true;
}

std::uint32_t ShardMap::owner(std::uint32_t key, std::uint64_t rank, std::uint64_t size) const {
  switch (strategy_) {
    case Sharding::Hash:
      return members_[hashOf(key) % members_.size()].id;
    case Sharding::Directory:
      return buckets_[bucketOf(key)];
    case Sharding::Ring:
      return members_[ring_.owner(hashOf(key))].id;
    case Sharding::Range:
      break;
  }
  const double place = static_cast<double>(rank) / static_cast<double>(size);
  const auto after =
      std::upper_bound(ranges_.begin(), ranges_.end(), place, [](double p, const Range& r) { return p < r.start; });
  return std::prev(after)->id;
}

// ----------------------------------------------------------------------- range

double ShardMap::widthOf(std::size_t range) const {
  return (range + 1 < ranges_.size() ? ranges_[range + 1].start : 1.0) - ranges_[range].start;
}

// The first shards share the keys evenly. A later one takes the upper half of the widest range; the ranges of one that
// goes join their neighbours.
void ShardMap::resizeRanges(const std::vector<Member>& members) {
  if (members_.empty() || members.empty()) {
    ranges_.clear();
    for (std::size_t i = 0; i < members.size(); ++i)
      ranges_.push_back({static_cast<double>(i) / static_cast<double>(members.size()), members[i].id});
    return;
  }
  for (const Member& m : members)
    if (!has(m.id)) splitWidest(m.id);
  for (std::size_t i = ranges_.size(); i-- > 0;) {
    if (contains(members, ranges_[i].id)) continue;
    ranges_.erase(ranges_.begin() + static_cast<std::ptrdiff_t>(i));
    if (i == 0 && !ranges_.empty()) ranges_.front().start = 0;
  }
}

// Of equally wide ones the last, where keys that grow are written.
void ShardMap::splitWidest(std::uint32_t id) {
  std::size_t widest = 0;
  for (std::size_t i = 1; i < ranges_.size(); ++i)
    if (widthOf(i) > widthOf(widest) - 1e-12) widest = i;
  const Range upper{ranges_[widest].start + widthOf(widest) / 2, id};
  ranges_.insert(ranges_.begin() + static_cast<std::ptrdiff_t>(widest) + 1, upper);
}

// ------------------------------------------------------------------- directory

std::uint32_t ShardMap::bucketOf(std::uint32_t key) const {
  return static_cast<std::uint32_t>(hashOf(key) % bucketCount_);
}

// Buckets go from the shards that have more than their fair part to those that have less, and no others move.
void ShardMap::resizeBuckets(const std::vector<Member>& members) {
  if (members.empty()) return buckets_.clear();
  if (buckets_.empty()) {
    for (std::uint32_t b = 0; b < bucketCount_; ++b) buckets_.push_back(members[b % members.size()].id);
    return;
  }
  std::vector<std::uint32_t> room(members.size());
  for (std::size_t i = 0; i < members.size(); ++i)
    room[i] = static_cast<std::uint32_t>(bucketCount_ / members.size() + (i < bucketCount_ % members.size() ? 1 : 0));
  std::vector<std::uint32_t> homeless;
  for (std::uint32_t b = 0; b < bucketCount_; ++b) {
    const auto place =
        std::find_if(members.begin(), members.end(), [&](const Member& m) { return m.id == buckets_[b]; });
    const auto i = static_cast<std::size_t>(place - members.begin());
    if (place != members.end() && room[i] > 0)
      --room[i];
    else
      homeless.push_back(b);
  }
  std::size_t next = 0;
  for (std::uint32_t b : homeless) {
    while (room[next] == 0) ++next;
    buckets_[b] = members[next].id;
    --room[next];
  }
}

void ShardMap::rebalance(std::span<const std::uint64_t> callsOfBucket) {
  if (members_.size() < 2 || buckets_.empty()) return;
  std::vector<std::uint64_t> load(members_.size());
  const auto indexOf = [&](std::uint32_t id) {
    return static_cast<std::size_t>(
        std::find_if(members_.begin(), members_.end(), [&](const Member& m) { return m.id == id; }) - members_.begin());
  };
  for (std::uint32_t b = 0; b < bucketCount_; ++b) load[indexOf(buckets_[b])] += callsOfBucket[b];
  for (std::uint32_t round = 0; round < bucketCount_; ++round) {
    const auto most = static_cast<std::size_t>(std::max_element(load.begin(), load.end()) - load.begin());
    const auto least = static_cast<std::size_t>(std::min_element(load.begin(), load.end()) - load.begin());
    // The greatest bucket whose move does not only turn the two around.
    std::uint32_t best = bucketCount_;
    for (std::uint32_t b = 0; b < bucketCount_; ++b) {
      if (indexOf(buckets_[b]) != most || callsOfBucket[b] == 0 || load[least] + callsOfBucket[b] >= load[most])
        continue;
      if (best == bucketCount_ || callsOfBucket[b] > callsOfBucket[best]) best = b;
    }
    if (best == bucketCount_) return;
    buckets_[best] = members_[least].id;
    load[most] -= callsOfBucket[best];
    load[least] += callsOfBucket[best];
  }
}

}  // namespace faultline

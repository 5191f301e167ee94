// The entries of a cache: real keys, a capacity, an eviction policy, and lives that end.
//
// Policies: `Lru` evicts the entry whose last use is longest ago; `Lfu` the one with the fewest uses since it came in,
// among equals the least recently used (Shah, Mitra and Matani, "An O(1) algorithm for implementing the LFU cache eviction
// scheme", 2010); `Fifo` the one that came in first, whatever was used or overwritten since; `Random` any; `None` evicts
// nothing and refuses new keys when full. Uses are hits and overwriting puts.
//
// Expiry is lazy: an expired entry keeps its place until somebody asks for it, evicts it, or the sweep finds it: every
// put looks at the next two entries, so the dead never outnumber the living for long.
//
// Complexity: O(1) for everything but `shrink`, `erase share` and `clear`. Allocates only while it grows.
// Determinism: luck comes only from the stream that is passed in. Thread safety: none.
#pragma once

#include <cstdint>
#include <vector>

#include "base/flat_map.h"
#include "base/random.h"
#include "base/time.h"

namespace faultline {

struct KeyEntry {
  std::uint32_t key = 0;
  std::uint32_t version = 0;
  std::uint32_t failure = 0;  // not 0: the entry remembers a failed fetch instead of a value
  std::uint32_t owner = 0;    // whoever stores it may say whose it is
  SimTime filled;
  SimTime expires = kNever;  // from then on it is no longer fresh
  SimTime gone = kNever;     // from then on it is not even of use as an expired value
  SimTime refreshUntil;      // until then somebody is trusted to fetch its successor
  Duration fetchTime;        // how long it took to get the value

  bool fresh(SimTime now) const { return now < expires; }
  bool refreshing(SimTime now) const { return now < refreshUntil; }

 private:
  friend class KeyStore;
  std::uint32_t previous_ = 0, next_ = 0;  // in its row
  std::uint32_t row_ = 0;
};

class KeyStore {
 public:
  enum class Policy { Lru, Lfu, Fifo, Random, None };
  // Key 0xffffffff cannot be stored: callers use this in its stead.
  static constexpr std::uint32_t kReserved = 0xffffffff;
  // What one entry costs in memory, with its share of the index.
  static constexpr double kBytesPerEntry = 96;

  // A capacity below zero means no limit. `luck` serves Random only and must outlive the store.
  KeyStore(Policy policy, std::int64_t capacity, RandomStream* luck = nullptr);

  // The entry of a key, or null; an entry that is gone at `now` is removed first. Not a use. Valid until the next change.
  KeyEntry* find(std::uint32_t key, SimTime now);
  void use(KeyEntry& entry);
  // The entry of a key, new or overwritten, with version, times and flags reset; null where the policy refuses it.
  KeyEntry* put(std::uint32_t key, SimTime now);
  bool erase(std::uint32_t key);
  // Drops every entry with this probability.
  void eraseShare(double share, RandomStream& luck);
  void clear();
  // Evicts down to a smaller capacity.
  void setCapacity(std::int64_t capacity);

  std::size_t size() const { return entries_.size(); }
  // Totals since the store was made.
  std::uint64_t evictions() const { return evictions_; }
  std::uint64_t expirations() const { return expirations_; }  // entries that were removed because their life was over

 private:
  // Entries of equal standing in the order of their last use (Fifo: of their coming), the next victim first. Only Lfu has
  // more than one row: one for each number of uses, in ascending order.
  struct Row {
    std::uint64_t uses = 1;
    std::uint32_t head = kNone, tail = kNone;
    std::uint32_t previous = kNone, next = kNone;
  };
  static constexpr std::uint32_t kNone = 0xffffffff;

  void unlink(std::uint32_t index);
  void append(std::uint32_t index, std::uint32_t row);
  std::uint32_t rowAfter(std::uint32_t row, std::uint64_t uses);
  void dropRow(std::uint32_t row);
  void remove(std::uint32_t index);
  void evictOne();
  void sweep(SimTime now);
  std::uint32_t indexOf(const KeyEntry& entry) const { return static_cast<std::uint32_t>(&entry - entries_.data()); }

  Policy policy_;
  std::int64_t capacity_;
  RandomStream* luck_;
  std::vector<KeyEntry> entries_;  // dense: the last one moves into a gap
  FlatMap<std::uint32_t> index_;
  std::vector<Row> rows_;
  std::vector<std::uint32_t> freeRows_;
  std::uint32_t firstRow_ = kNone;
  std::size_t hand_ = 0;  // of the sweep
  std::uint64_t evictions_ = 0, expirations_ = 0;
};

}  // namespace faultline

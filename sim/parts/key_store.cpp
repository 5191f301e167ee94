#include "parts/key_store.h"

namespace faultline {

namespace {
constexpr int kSweptPerPut = 2;
}

KeyStore::KeyStore(Policy policy, std::int64_t capacity, RandomStream* luck)
    : policy_(policy), capacity_(capacity), luck_(luck) {}

KeyEntry* KeyStore::find(std::uint32_t key, SimTime now) {
  const std::uint32_t* index = index_.find(key);
  if (!index) return nullptr;
  if (now < entries_[*index].gone) return &entries_[*index];
  ++expirations_;
  remove(*index);
  return nullptr;
}

void KeyStore::use(KeyEntry& entry) {
  const std::uint32_t index = indexOf(entry);
  const std::uint32_t row = entry.row_;
  if (policy_ == Policy::Lru) {
    if (rows_[row].tail == index) return;
    unlink(index);
    append(index, row);
  } else if (policy_ == Policy::Lfu) {
    const std::uint32_t target = rowAfter(row, rows_[row].uses + 1);
    unlink(index);
    append(index, target);
    if (rows_[row].head == kNone) dropRow(row);
  }
}

KeyEntry* KeyStore::put(std::uint32_t key, SimTime now) {
  sweep(now);
  KeyEntry* entry = find(key, now);
  if (entry) {
    use(*entry);
    entry->version = entry->failure = 0;
    entry->expires = entry->gone = kNever;
    entry->refreshUntil = entry->fetchTime = {};
    entry->filled = now;
    return entry;
  }
  if (capacity_ >= 0 && static_cast<std::int64_t>(entries_.size()) >= capacity_) {
    if (policy_ == Policy::None || capacity_ == 0) return nullptr;
    evictOne();
  }
  const auto index = static_cast<std::uint32_t>(entries_.size());
  entry = &entries_.emplace_back();
  entry->key = key;
  entry->filled = now;
  index_[key] = index;
  if (firstRow_ == kNone || rows_[firstRow_].uses != 1) firstRow_ = rowAfter(kNone, 1);
  append(index, firstRow_);
  return entry;
}

bool KeyStore::erase(std::uint32_t key) {
  const std::uint32_t* index = index_.find(key);
  if (!index) return false;
  remove(*index);
  return true;
}

void KeyStore::eraseShare(double share, RandomStream& luck) {
  // From the end, so that what moves into a gap has had its turn.
  for (std::size_t i = entries_.size(); i-- > 0;)
    if (luck.chance(share)) remove(static_cast<std::uint32_t>(i));
}

void KeyStore::clear() {
  entries_.clear();
  index_.clear();
  rows_.clear();
  freeRows_.clear();
  firstRow_ = kNone;
  hand_ = 0;
}

void KeyStore::setCapacity(std::int64_t capacity) {
  capacity_ = capacity;
  while (capacity_ >= 0 && static_cast<std::int64_t>(entries_.size()) > capacity_) evictOne();
}

// Makes way for one entry, or for a smaller capacity; a policy that refuses new keys gives up the oldest here.
void KeyStore::evictOne() {
  ++evictions_;
  remove(policy_ == Policy::Random ? static_cast<std::uint32_t>(luck_->below(entries_.size())) : rows_[firstRow_].head);
}

void KeyStore::sweep(SimTime now) {
  for (int i = 0; i < kSweptPerPut && !entries_.empty(); ++i) {
    if (hand_ >= entries_.size()) hand_ = 0;
    if (now < entries_[hand_].gone) {
      ++hand_;
      continue;
    }
    ++expirations_;
    remove(static_cast<std::uint32_t>(hand_));
  }
}

void KeyStore::unlink(std::uint32_t index) {
  const KeyEntry& entry = entries_[index];
  Row& row = rows_[entry.row_];
  (entry.previous_ == kNone ? row.head : entries_[entry.previous_].next_) = entry.next_;
  (entry.next_ == kNone ? row.tail : entries_[entry.next_].previous_) = entry.previous_;
}

void KeyStore::append(std::uint32_t index, std::uint32_t rowIndex) {
  Row& row = rows_[rowIndex];
  KeyEntry& entry = entries_[index];
  entry.row_ = rowIndex;
  entry.previous_ = row.tail;
  entry.next_ = kNone;
  (row.tail == kNone ? row.head : entries_[row.tail].next_) = index;
  row.tail = index;
}

// The row of this many uses, which follows `row` (kNone: the start); made if it is not there.
std::uint32_t KeyStore::rowAfter(std::uint32_t row, std::uint64_t uses) {
  const std::uint32_t next = row == kNone ? firstRow_ : rows_[row].next;
  if (next != kNone && rows_[next].uses == uses) return next;
  std::uint32_t made = static_cast<std::uint32_t>(rows_.size());
  if (freeRows_.empty()) {
    rows_.emplace_back();
  } else {
    made = freeRows_.back();
    freeRows_.pop_back();
    rows_[made] = Row{};
  }
  rows_[made].uses = uses;
  rows_[made].previous = row;
  rows_[made].next = next;
  (row == kNone ? firstRow_ : rows_[row].next) = made;
  if (next != kNone) rows_[next].previous = made;
  return made;
}

void KeyStore::dropRow(std::uint32_t row) {
  const Row& r = rows_[row];
  (r.previous == kNone ? firstRow_ : rows_[r.previous].next) = r.next;
  if (r.next != kNone) rows_[r.next].previous = r.previous;
  freeRows_.push_back(row);
}

void KeyStore::remove(std::uint32_t index) {
  const std::uint32_t row = entries_[index].row_;
  unlink(index);
  index_.erase(entries_[index].key);
  const auto last = static_cast<std::uint32_t>(entries_.size() - 1);
  if (index != last) {
    entries_[index] = entries_[last];
    const KeyEntry& moved = entries_[index];
    Row& home = rows_[moved.row_];
    (moved.previous_ == kNone ? home.head : entries_[moved.previous_].next_) = index;
    (moved.next_ == kNone ? home.tail : entries_[moved.next_].previous_) = index;
    *index_.find(moved.key) = index;
  }
  entries_.pop_back();
  if (rows_[row].head == kNone) dropRow(row);
}

}  // namespace faultline

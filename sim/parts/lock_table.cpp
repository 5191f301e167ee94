#include "parts/lock_table.h"

namespace faultline {

bool LockTable::compatible(const Lock& lock, Mode mode) {
  const auto held = [&](Mode m) { return lock.holders[static_cast<std::size_t>(m)] != 0; };
  switch (mode) {
    case Mode::Intent: return !held(Mode::Share) && !held(Mode::Exclusive);
    case Mode::Share: return !held(Mode::Intent) && !held(Mode::Exclusive);
    case Mode::Exclusive: break;
  }
  return !held(Mode::Intent) && !held(Mode::Share) && !held(Mode::Exclusive);
}

std::uint32_t LockTable::find(Name name) const {
  const Table& table = tables_[name.table];
  if (name.key == kWholeTable) return table.whole;
  const std::uint32_t* found = table.byKey.find(name.key);
  return found ? *found : 0;
}

std::uint32_t LockTable::make(Name name) {
  std::uint32_t lock = 0;
  if (free_.empty()) {
    locks_.emplace_back();
    lock = static_cast<std::uint32_t>(locks_.size());
  } else {
    lock = free_.back();
    free_.pop_back();
    locks_[lock - 1] = Lock{};
  }
  locks_[lock - 1].name = name;
  Table& table = tables_[name.table];
  if (name.key == kWholeTable) table.whole = lock;
  else table.byKey[name.key] = lock;
  return lock;
}

bool LockTable::acquire(Owner owner, Name name, Mode mode) {
  std::uint32_t lock = find(name);
  if (lock == 0) lock = make(name);
  Lock& l = locks_[lock - 1];
  if (l.head == 0 && compatible(l, mode)) {
    ++l.holders[static_cast<std::size_t>(mode)];
    return true;
  }
  if (waiters_.size() <= owner) waiters_.resize(owner + 1);
  waiters_[owner] = {0, l.tail, lock, mode};
  if (l.tail != 0) waiters_[l.tail - 1].next = owner + 1;
  else l.head = owner + 1;
  l.tail = owner + 1;
  return false;
}

void LockTable::release(Name name, Mode mode, std::vector<Owner>& granted) {
  const std::uint32_t lock = find(name);
  --locks_[lock - 1].holders[static_cast<std::size_t>(mode)];
  admit(lock, granted);
}

void LockTable::unlink(Owner owner) {
  Waiter& waiter = waiters_[owner];
  Lock& lock = locks_[waiter.lock - 1];
  if (waiter.previous != 0) waiters_[waiter.previous - 1].next = waiter.next;
  else lock.head = waiter.next;
  if (waiter.next != 0) waiters_[waiter.next - 1].previous = waiter.previous;
  else lock.tail = waiter.previous;
}

void LockTable::stopWaiting(Owner owner, std::vector<Owner>& granted) {
  const std::uint32_t lock = waiters_[owner].lock;
  unlink(owner);
  admit(lock, granted);
}

// Lets in those at the head of the queue that fit, and forgets a lock that nobody has or wants.
void LockTable::admit(std::uint32_t lock, std::vector<Owner>& granted) {
  Lock& l = locks_[lock - 1];
  while (l.head != 0) {
    const Owner owner = l.head - 1;
    const Mode mode = waiters_[owner].mode;
    if (!compatible(l, mode)) return;
    unlink(owner);
    ++l.holders[static_cast<std::size_t>(mode)];
    granted.push_back(owner);
  }
  if (l.holders[0] != 0 || l.holders[1] != 0 || l.holders[2] != 0) return;
  if (l.name.key == kWholeTable) tables_[l.name.table].whole = 0;
  else tables_[l.name.table].byKey.erase(l.name.key);
  free_.push_back(lock);
}

void LockTable::clear() {
  for (Table& table : tables_) table = Table{};
  locks_.clear();
  free_.clear();
  waiters_.clear();
}

}  // namespace faultline

// Locks on tables and on single keys, with first-in-first-out waiters.
//
// Writers of a table take it as `Intent`, which conflicts only with whoever needs the table to stand still: a build that
// blocks writers (`Share`) or a statement that takes the whole table (`Exclusive`). A key is always taken exclusively.
// Whoever waits makes all later ones wait, as in PostgreSQL: a short Intent queues behind a waiting Exclusive.
//
// An owner is a small number (an index) that waits for at most one lock at a time.
// Complexity: O(1) per operation. Determinism: no luck, no order by hash. Thread safety: none.
#pragma once

#include <cstdint>
#include <vector>

#include "base/flat_map.h"

namespace faultline {

class LockTable {
 public:
  enum class Mode : std::uint8_t { Intent, Share, Exclusive };
  using Owner = std::uint32_t;
  static constexpr std::uint32_t kWholeTable = 0xffffffff;  // instead of a key
  struct Name {
    std::uint32_t table = 0;
    std::uint32_t key = kWholeTable;
  };

  explicit LockTable(std::uint32_t tables = 0) : tables_(tables) {}

  // True when the owner has the lock now; false when it has to wait.
  bool acquire(Owner owner, Name name, Mode mode);
  // Appends the owners that get the lock because this one lets go of it.
  void release(Name name, Mode mode, std::vector<Owner>& granted);
  // The owner no longer waits. Appends the owners that get the lock because it is out of their way.
  void stopWaiting(Owner owner, std::vector<Owner>& granted);
  // Forgets all holders and waiters.
  void clear();

 private:
  struct Lock {
    std::uint32_t holders[3] = {0, 0, 0};
    std::uint32_t head = 0, tail = 0;  // owners + 1 that wait
    Name name;
  };
  struct Waiter {
    std::uint32_t next = 0, previous = 0;  // owners + 1
    std::uint32_t lock = 0;
    Mode mode = Mode::Intent;
  };
  struct Table {
    std::uint32_t whole = 0;           // lock + 1
    FlatMap<std::uint32_t> byKey;
  };

  static bool compatible(const Lock& lock, Mode mode);
  std::uint32_t find(Name name) const;  // lock + 1, 0: nobody has it
  std::uint32_t make(Name name);
  void admit(std::uint32_t lock, std::vector<Owner>& granted);
  void unlink(Owner owner);

  std::vector<Table> tables_;
  std::vector<Lock> locks_;
  std::vector<std::uint32_t> free_;
  std::vector<Waiter> waiters_;  // by owner
};

}  // namespace faultline

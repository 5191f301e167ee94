// The pending events of a run, in order of (time, lateness, sequence).
//
// An event is 16 bytes: a time and a word that packs lateness (1 bit), sequence (35), kind (3) and slot (25), so one
// 128-bit comparison decides the order. Late events (arrivals from outside, timeouts) come after all others of the
// same instant: a server that becomes free at t can take the request that arrives at t.
//
// Three places hold events: a FIFO for "now" (zero delays never touch the heap), one ring per constant delay (a
// timeout that is always the same expires in the order in which it was set), and a 4-ary heap for the rest. A popped
// root leaves a hole that the next push fills (see performance.md's measurements). Nothing is ever removed: who
// schedules an event can tell from its own record whether it is still wanted.
//
// Complexity: now and lanes O(1), heap O(log n). No allocation in the steady state. Thread safety: none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/time.h"

namespace faultline {

enum class EventKind : std::uint8_t { Arrive, Reply, Served, Timeout, Timer, Outbound, Cpu };

struct Event {
  std::int64_t time;
  std::uint64_t order;

  static constexpr int kSlotBits = 25;
  static constexpr int kKindBits = 3;
  static constexpr std::uint32_t kSlots = 1u << kSlotBits;

  std::uint32_t slot() const { return static_cast<std::uint32_t>(order) & (kSlots - 1); }
  EventKind kind() const { return static_cast<EventKind>((order >> kSlotBits) & ((1u << kKindBits) - 1)); }
  std::uint32_t payload() const { return static_cast<std::uint32_t>(order) & ((1u << (kSlotBits + kKindBits)) - 1); }

  friend bool operator<(const Event& a, const Event& b) {
    return (static_cast<unsigned __int128>(static_cast<std::uint64_t>(a.time)) << 64 | a.order) <
           (static_cast<unsigned __int128>(static_cast<std::uint64_t>(b.time)) << 64 | b.order);
  }
};

class EventQueue {
 public:
  using Lane = std::uint16_t;
  static constexpr Lane kNoLane = 0xffff;

  // `firstSequence` lets a test start near the end of the sequence range.
  explicit EventQueue(std::uint64_t firstSequence = 0);

  void push(SimTime at, EventKind kind, std::uint32_t slot, bool late = false);
  // REQUIRES that the lane's delay, added to the current time, gives `at`.
  void pushLane(Lane lane, SimTime at, EventKind kind, std::uint32_t slot, bool late = false);
  // The lane for a constant delay; kNoLane when all lanes are taken (then push).
  Lane laneFor(Duration delay);

  void pushNow(EventKind kind, std::uint32_t slot) {
    if (nowTail_ == nowCapacity_) [[unlikely]] growNow();
    nowItems_[nowTail_++] = static_cast<std::uint32_t>(kind) << Event::kSlotBits | slot;
  }
  bool hasNow() const { return nowHead_ != nowTail_; }
  std::uint32_t popNow() { return nowItems_[nowHead_++]; }
  // The list starts again at its beginning. REQUIRES !hasNow().
  void restartNow() { nowHead_ = nowTail_ = 0; }

  // Takes the earliest event if it is at or before `horizon`. REQUIRES !hasNow().
  bool pop(SimTime horizon, Event& event);
  // The time of the earliest event, kNever when there is none.
  SimTime nextTime();

  std::size_t size() const;

 private:
  struct Ring {
    std::int64_t delay = 0;
    std::vector<Event> events;
    std::uint32_t head = 0, tail = 0;
    bool empty() const { return head == tail; }
    const Event& front() const { return events[head & (events.size() - 1)]; }
  };
  static constexpr std::size_t kRoot = 3;  // children of i are 4i-8 .. 4i-5: four to a cache line
  static constexpr std::uint64_t kLastSequence = (1ull << 35) - 1;
  static constexpr std::size_t kMaxLanes = 64;

  std::uint64_t nextOrder(EventKind kind, std::uint32_t slot, bool late);
  void renumber();
  void siftUp(const Event& event);
  void siftDown(const Event& event);
  void fillHole();
  void findEarliestLane();
  void growNow();
  static void grow(Ring& ring);
  std::size_t heapSize() const { return end_ - kRoot; }

  Event* heap_ = nullptr;      // aligned to a cache line
  std::vector<Event> storage_;
  std::size_t capacity_ = 0;
  std::size_t end_ = kRoot;    // one past the last
  bool hole_ = false;          // the root was taken and not yet replaced
  std::uint64_t sequence_;

  std::vector<Ring> lanes_;
  Event earliest_{};           // head of the earliest lane
  std::size_t earliestLane_ = 0;
  bool anyLane_ = false;

  std::vector<std::uint32_t> now_;
  std::uint32_t* nowItems_ = nullptr;
  std::uint32_t nowCapacity_ = 0;
  std::uint32_t nowHead_ = 0, nowTail_ = 0;

  void reserveHeap(std::size_t n);
};

}  // namespace faultline

// The pending events of a run, in order of (time, lateness, sequence).
//
// An event is 16 bytes: a time and a word that packs lateness (1 bit), sequence (35), kind (3) and slot (25), so one
// 128-bit comparison decides the order. Late events (arrivals from outside, timeouts) come after all others of the
// same instant: a server that becomes free at t can take the request that arrives at t.
//
// Three places hold events: a FIFO for "now" (zero delays never touch the rest), one lane per constant delay (a timeout
// that is always the same expires in the order in which it was set), and a sorted list or a heap for the rest. The first
// events of the lanes meet in a tournament. A stream of arrivals sets one alarm at a time, which stays out of the list.
// Up to a few dozen events a list is the cheaper one: a new event moves past those that are earlier, and the next one
// is at its end. More of them form a 4-ary heap, whose popped root leaves a hole that the next push fills. Nothing is
// ever removed: who schedules an event (the owner) can tell from its own record whether it is still wanted. Lanes ask
// before they put an event first, so that timeouts that never come about do not compete with the others.
//
// The list for "now" lives in reserved address space, so a push only stores.
//
// Complexity: now O(1), lanes O(log lanes), the rest O(log n). No allocation in the steady state. Thread safety: none.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "base/slab.h"
#include "base/time.h"

namespace faultline {

enum class EventKind : std::uint8_t { Arrive, Reply, Served, Timeout, Timer, Outbound, Cpu, Alarm };

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

// Later than every event.
inline constexpr Event kNoEvent{std::numeric_limits<std::int64_t>::max(), ~std::uint64_t{0}};

class EventQueue {
 public:
  using Lane = std::uint16_t;
  static constexpr Lane kNoLane = 0xffff;

  // `firstSequence` lets a test start near the end of the sequence range.
  explicit EventQueue(std::uint64_t firstSequence = 0);

  void push(SimTime at, EventKind kind, std::uint32_t slot, bool late = false) {
    insert({at.ns, nextOrder(kind, slot, late)});
  }
  // The lane for a constant delay; kNoLane when all lanes are taken (then push).
  Lane laneFor(Duration delay, bool late);
  // REQUIRES that `at` is the lane's delay after the current time: then the lane stays in order by itself.
  void pushLane(Lane lane, SimTime at, EventKind kind, std::uint32_t slot) {
    Ring& ring = lanes_[lane];
    const std::uint64_t order = nextOrder(kind, slot, ring.late);
    const std::uint32_t length = ring.tail - ring.head;
    // Rare things come as calls in the end, so that nothing has to be kept on the stack.
    if (length > ring.mask) [[unlikely]] return growAndPush(ring, {at.ns, order});
    // In halves: a copy as a whole would wait until both halves have been written where it is read.
    Event& place = ring.events[ring.tail++ & ring.mask];
    place.time = at.ns;
    place.order = order;
    if (length == 0) setFirst(lane, {at.ns, order});
  }
  // A late event of a kind of which mostly one at a time is pending.
  void pushAlarm(SimTime at, std::uint32_t slot) {
    if (alarm_.time != kNoEvent.time) return push(at, EventKind::Alarm, slot, true);
    const Event event{at.ns, nextOrder(EventKind::Alarm, slot, true)};
    alarm_ = event;
    if (event < earliest_) earliest_ = event;
  }

  void pushNow(EventKind kind, std::uint32_t slot) {
    *nowEnd_++ = static_cast<std::uint32_t>(kind) << Event::kSlotBits | slot;
  }
  bool hasNow() const { return nowNext_ != nowEnd_; }
  // For a loop that takes one after the other and keeps its place: from nowNext up to nowEnd, which moves with each push.
  // Where it stops it says so by `tookNow`. `restartNow` lets pushes begin at the beginning again: then so must the loop.
  const std::uint32_t* nowBegin() const { return now_; }
  const std::uint32_t* nowNext() const { return nowNext_; }
  const std::uint32_t* nowEnd() const { return nowEnd_; }
  void tookNow(const std::uint32_t* upTo) { nowNext_ = upTo; }
  void restartNow() { nowEnd_ = now_; }

  // Takes the earliest event if it is at or before `horizon`. REQUIRES !hasNow().
  template <class Owner>
  bool pop(SimTime horizon, Event& event, const Owner& owner) {
    if (!isList()) tidyHeap();
    if ((sequence_ & kRenumberAt) != 0) [[unlikely]] renumber();
    event = *top_;
    if (earliest_ < event) {
      event = earliest_;
      if (event.time > horizon.ns) return false;
      if (event.order != alarm_.order) {
        advanceLane(owner);
        return true;
      }
      alarm_ = kNoEvent;
      earliest_ = earliestOfLanes_;
      return true;
    }
    if (event.time > horizon.ns) return false;
    if (isList()) --top_;
    else hole_ = true;
    return true;
  }
  // The time of the earliest event, kNever when there is none.
  SimTime nextTime();

  std::size_t size() const;

 private:
  struct Ring {
    Event* events = nullptr;
    std::uint32_t mask = 0;
    std::uint32_t head = 0, tail = 0;
    bool late = false;
    std::int64_t delay = 0;
    std::vector<Event> storage;
    const Event& front() const { return events[head & mask]; }
  };
  static constexpr std::size_t kRoot = 3;  // children of i are 4i-8 .. 4i-5: four to a cache line
  static constexpr std::size_t kMostInList = 48;
  static constexpr std::size_t kFewInHeap = 24;  // then it becomes a list again
  static constexpr int kOrderBits = Event::kSlotBits + Event::kKindBits;
  // The sequence is kept in its place in the word. What one event pushes fits into the rest of the range.
  static constexpr std::uint64_t kSequenceStep = 1ull << kOrderBits;
  static constexpr std::uint64_t kRenumberAt = 1ull << 62;
  static constexpr std::size_t kMaxLanes = 64;
  static constexpr std::uint32_t kLongLane = 256;  // what its owner keeps for so many events has left the caches
  static constexpr std::uint32_t kNear = 3, kFar = 7;
  // Far more than can be pending at one instant: a call or a timer waits in the list at most a few times.
  static constexpr std::size_t kNowLimit = std::size_t{1} << 28;
  static constexpr std::size_t kLargeHeap = 16'384;  // from here on it leaves the first cache

  std::uint64_t nextOrder(EventKind kind, std::uint32_t slot, bool late) {
    sequence_ += kSequenceStep;
    return static_cast<std::uint64_t>(late) << 63 | sequence_ | static_cast<std::uint64_t>(kind) << Event::kSlotBits | slot;
  }
  bool isList() const { return lastOfList_ != nullptr; }
  void insert(Event event) {
    if (top_ < lastOfList_) insertInList(event);
    else insertInHeap(event);
  }
  // Latest first. A new event is the last of its instant, unless late ones wait there.
  void insertInList(Event event) {
    Event* place = ++top_;
    // Two at a time: this loop is the most frequent one of a run.
    for (; place[-1].time <= event.time; place -= 2) {
      place[0] = place[-1];
      if (place[-2].time > event.time) {
        --place;
        break;
      }
      place[-1] = place[-2];
    }
    *place = event;
    if (place[1].time == event.time && place != top_) [[unlikely]] orderInstant(place);
  }
  [[gnu::noinline]] void orderInstant(Event* place);
  [[gnu::noinline]] void insertInHeap(Event event);
  void becomeHeap();
  void becomeList();
  void standAsList(std::size_t length);
  std::size_t lengthOfList() const { return static_cast<std::size_t>(top_ + 1 - (events_ + kRoot)); }
  // Fills the hole.
  void tidyHeap();
  void renumber();
  void siftUp(Event event);
  void siftDown(Event event);
  // The earliest event of all lanes is taken.
  template <class Owner>
  [[gnu::noinline]] void advanceLane(const Owner& owner) {
    const std::size_t lane = winner_[1];
    Ring& ring = lanes_[lane];
    do ++ring.head;
    while (ring.head != ring.tail && !owner.wants(ring.front()));
    const std::uint32_t length = ring.tail - ring.head;
    if (length > kLongLane)
      owner.expect(ring.events[(ring.head + 1) & ring.mask], ring.events[(ring.head + kNear) & ring.mask],
                   ring.events[(ring.head + kFar) & ring.mask]);
    setFirst(lane, length == 0 ? kNoEvent : ring.front());
  }
  // The first event of a lane has changed: it meets those of the others, in rounds of two.
  [[gnu::noinline]] void setFirst(std::size_t lane, Event event) {
    first_[lane] = event;
    for (std::size_t game = (firstRound_ + lane) / 2; game != 0; game /= 2) play(game);
    // Not read back where it was just written, for the reason above.
    setEarliestOfLanes(winner_[1] == lane ? event : first_[winner_[1]]);
  }
  void play(std::size_t game) {
    const std::uint8_t a = winner_[2 * game], b = winner_[2 * game + 1];
    winner_[game] = first_[b] < first_[a] ? b : a;
  }
  void setEarliestOfLanes(Event event) {
    earliestOfLanes_ = event;
    earliest_ = alarm_ < event ? alarm_ : event;
  }
  void startTournament();
  static void grow(Ring& ring);
  [[gnu::noinline]] static void growAndPush(Ring& ring, const Event& event);
  void reserve(std::size_t n);

  // The list is events_[kRoot] .. *top_, the heap events_[kRoot] .. events_[heapEnd_ - 1]. Before the list stands
  // kNoEvent, behind the heap too, so that every family of four is complete.
  Event* top_ = nullptr;         // the earliest; where the list is empty the kNoEvent before it
  Event* lastOfList_ = nullptr;  // of the places that a list may fill; null while there is a heap
  std::uint64_t sequence_;
  const std::uint32_t* nowNext_ = nullptr;
  std::uint32_t* nowEnd_ = nullptr;
  std::uint32_t* now_ = nullptr;
  Event* events_ = nullptr;  // aligned to a cache line
  std::size_t heapEnd_ = kRoot;
  Event alarm_ = kNoEvent;
  Event earliestOfLanes_ = kNoEvent;
  Event earliest_ = kNoEvent;  // of the alarm and all lanes
  bool hole_ = false;          // the root was taken and not yet replaced
  std::size_t capacity_ = 0;
  std::vector<Ring> lanes_;
  std::array<Event, kMaxLanes> first_;                 // of each lane
  std::array<std::uint8_t, 2 * kMaxLanes> winner_{};   // of game i between the winners of games 2i and 2i + 1
  std::size_t firstRound_ = 1;                         // the lanes stand at this place and behind it
  std::vector<Event> storage_;
  ReservedMemory nowMemory_;
};

}  // namespace faultline

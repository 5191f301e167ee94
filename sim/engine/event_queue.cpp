#include "engine/event_queue.h"

#include <algorithm>

namespace faultline {

EventQueue::EventQueue(std::uint64_t firstSequence) : sequence_(firstSequence) {
  growNow();
  reserveHeap(64);
}

void EventQueue::reserveHeap(std::size_t n) {
  std::vector<Event> grown(n + 8);
  const auto address = reinterpret_cast<std::uintptr_t>(grown.data());
  Event* aligned = grown.data() + ((64 - address % 64) % 64) / sizeof(Event);
  if (heap_) std::copy(heap_ + kRoot, heap_ + end_, aligned + kRoot);
  storage_.swap(grown);
  heap_ = aligned;
  capacity_ = n;
}

std::uint64_t EventQueue::nextOrder(EventKind kind, std::uint32_t slot, bool late) {
  if (sequence_ == kLastSequence) [[unlikely]] renumber();
  return static_cast<std::uint64_t>(late) << 63 | sequence_++ << (Event::kSlotBits + Event::kKindBits) |
         static_cast<std::uint64_t>(kind) << Event::kSlotBits | slot;
}

// Gives the pending events new sequence numbers in their present order; happens once in 2^35 events.
void EventQueue::renumber() {
  if (hole_) fillHole();
  std::vector<Event*> all;
  for (std::size_t i = kRoot; i < end_; ++i) all.push_back(&heap_[i]);
  for (Ring& lane : lanes_)
    for (std::uint32_t i = lane.head; i != lane.tail; ++i) all.push_back(&lane.events[i & (lane.events.size() - 1)]);
  std::sort(all.begin(), all.end(), [](const Event* a, const Event* b) { return *a < *b; });
  sequence_ = 0;
  constexpr std::uint64_t kKept = 1ull << 63 | ((1ull << (Event::kSlotBits + Event::kKindBits)) - 1);
  for (Event* e : all) e->order = (e->order & kKept) | sequence_++ << (Event::kSlotBits + Event::kKindBits);
  findEarliestLane();
}

void EventQueue::push(SimTime at, EventKind kind, std::uint32_t slot, bool late) {
  const Event event{at.ns, nextOrder(kind, slot, late)};
  if (hole_) {
    hole_ = false;
    siftDown(event);
  } else {
    siftUp(event);
  }
}

void EventQueue::siftUp(const Event& event) {
  if (end_ + 1 > capacity_) [[unlikely]] reserveHeap(capacity_ * 2);
  std::size_t i = end_++;
  while (i > kRoot) {
    const std::size_t parent = i / 4 + 2;
    if (!(event < heap_[parent])) break;
    heap_[i] = heap_[parent];
    i = parent;
  }
  heap_[i] = event;
}

// Places `event` from the root downwards; the root's old content is gone.
void EventQueue::siftDown(const Event& event) {
  std::size_t i = kRoot;
  for (;;) {
    const std::size_t child = 4 * i - 8;
    if (child + 4 <= end_) {
      if (end_ > 16'384) __builtin_prefetch(&heap_[4 * child - 8]);
      const std::size_t a = child + (heap_[child + 1] < heap_[child]);
      const std::size_t b = child + 2 + (heap_[child + 3] < heap_[child + 2]);
      const std::size_t least = heap_[b] < heap_[a] ? b : a;
      if (!(heap_[least] < event)) break;
      heap_[i] = heap_[least];
      i = least;
      continue;
    }
    if (child >= end_) break;
    std::size_t least = child;
    for (std::size_t c = child + 1; c < end_; ++c)
      if (heap_[c] < heap_[least]) least = c;
    if (!(heap_[least] < event)) break;
    heap_[i] = heap_[least];
    i = least;
  }
  heap_[i] = event;
}

void EventQueue::fillHole() {
  hole_ = false;
  const Event last = heap_[--end_];
  if (end_ > kRoot) siftDown(last);
}

EventQueue::Lane EventQueue::laneFor(Duration delay) {
  for (std::size_t i = 0; i < lanes_.size(); ++i)
    if (lanes_[i].delay == delay.ns) return static_cast<Lane>(i);
  if (lanes_.size() == kMaxLanes) return kNoLane;
  Ring ring;
  ring.delay = delay.ns;
  ring.events.resize(64);
  lanes_.push_back(std::move(ring));
  return static_cast<Lane>(lanes_.size() - 1);
}

void EventQueue::pushLane(Lane lane, SimTime at, EventKind kind, std::uint32_t slot, bool late) {
  const Event event{at.ns, nextOrder(kind, slot, late)};
  Ring& ring = lanes_[lane];
  // What would break the ring's order (early and late events of one delay, a delay that was changed) goes to the heap.
  if (!ring.empty()) {
    const Event& last = ring.events[(ring.tail - 1) & (ring.events.size() - 1)];
    if (event < last) [[unlikely]] {
      if (hole_) {
        hole_ = false;
        siftDown(event);
      } else {
        siftUp(event);
      }
      return;
    }
  }
  if (ring.tail - ring.head == ring.events.size()) [[unlikely]] grow(ring);
  const bool wasEmpty = ring.empty();
  ring.events[ring.tail++ & (ring.events.size() - 1)] = event;
  if (wasEmpty && (!anyLane_ || event < earliest_)) {
    anyLane_ = true;
    earliest_ = event;
    earliestLane_ = lane;
  }
}

void EventQueue::grow(Ring& ring) {
  std::vector<Event> grown(ring.events.size() * 2);
  for (std::uint32_t i = ring.head; i != ring.tail; ++i)
    grown[i & (grown.size() - 1)] = ring.events[i & (ring.events.size() - 1)];
  ring.events.swap(grown);
}

void EventQueue::growNow() {
  if (nowHead_ > now_.size() / 2) {
    // Half of it is done with: move the rest to the front.
    std::copy(nowItems_ + nowHead_, nowItems_ + nowTail_, nowItems_);
    nowTail_ -= nowHead_;
    nowHead_ = 0;
    return;
  }
  now_.resize(std::max<std::size_t>(now_.size() * 2, 256));
  nowItems_ = now_.data();
  nowCapacity_ = static_cast<std::uint32_t>(now_.size());
}

void EventQueue::findEarliestLane() {
  anyLane_ = false;
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    if (lanes_[i].empty()) continue;
    const Event& head = lanes_[i].front();
    if (!anyLane_ || head < earliest_) {
      anyLane_ = true;
      earliest_ = head;
      earliestLane_ = i;
    }
  }
}

bool EventQueue::pop(SimTime horizon, Event& event) {
  if (hole_) fillHole();
  const bool anyHeap = end_ > kRoot;
  if (anyLane_ && (!anyHeap || earliest_ < heap_[kRoot])) {
    if (earliest_.time > horizon.ns) return false;
    event = earliest_;
    ++lanes_[earliestLane_].head;
    findEarliestLane();
    return true;
  }
  if (!anyHeap || heap_[kRoot].time > horizon.ns) return false;
  event = heap_[kRoot];
  hole_ = true;
  return true;
}

SimTime EventQueue::nextTime() {
  if (hole_) fillHole();
  SimTime next = kNever;
  if (end_ > kRoot) next.ns = heap_[kRoot].time;
  if (anyLane_ && earliest_.time < next.ns) next.ns = earliest_.time;
  return next;
}

std::size_t EventQueue::size() const {
  std::size_t n = heapSize() - (hole_ ? 1 : 0) + (nowTail_ - nowHead_);
  for (const Ring& lane : lanes_) n += lane.tail - lane.head;
  return n;
}

}  // namespace faultline

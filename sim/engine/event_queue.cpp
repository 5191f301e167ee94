#include "engine/event_queue.h"

#include <algorithm>
#include <bit>

namespace faultline {

EventQueue::EventQueue(std::uint64_t firstSequence)
    : sequence_(std::min(firstSequence << kOrderBits, kRenumberAt)), nowMemory_(kNowLimit * sizeof(std::uint32_t)) {
  now_ = static_cast<std::uint32_t*>(nowMemory_.data());
  nowNext_ = nowEnd_ = now_;
  reserve(2 * kMostInList);
  standAsList(0);
  first_.fill(kNoEvent);
}

void EventQueue::reserve(std::size_t n) {
  std::vector<Event> grown(n + 8, kNoEvent);
  const auto address = reinterpret_cast<std::uintptr_t>(grown.data());
  Event* aligned = grown.data() + ((64 - address % 64) % 64) / sizeof(Event);
  if (events_) std::copy(events_ + kRoot, events_ + heapEnd_, aligned + kRoot);
  storage_.swap(grown);
  events_ = aligned;
  top_ = events_ + kRoot;
  capacity_ = n;
}

// Gives the pending events new sequence numbers in their present order; happens once in 2^34 events.
void EventQueue::renumber() {
  std::vector<Event*> all;
  const std::size_t length = isList() ? lengthOfList() : heapEnd_ - kRoot;
  for (std::size_t i = 0; i < length; ++i) all.push_back(&events_[kRoot + i]);
  if (alarm_.time != kNoEvent.time) all.push_back(&alarm_);
  for (Ring& lane : lanes_)
    for (std::uint32_t i = lane.head; i != lane.tail; ++i) all.push_back(&lane.events[i & lane.mask]);
  std::sort(all.begin(), all.end(), [](const Event* a, const Event* b) { return *a < *b; });
  sequence_ = 0;
  constexpr std::uint64_t kKept = 1ull << 63 | (kSequenceStep - 1);
  for (Event* e : all) e->order = (e->order & kKept) | (sequence_ += kSequenceStep);
  for (std::size_t i = 0; i < lanes_.size(); ++i)
    if (lanes_[i].head != lanes_[i].tail) first_[i] = lanes_[i].front();
  startTournament();
}

void EventQueue::insertInHeap(Event event) {
  if (isList()) becomeHeap();
  if (hole_) {
    hole_ = false;
    return siftDown(event);
  }
  if (heapEnd_ == capacity_) [[unlikely]] reserve(capacity_ * 2);
  siftUp(event);
}

// Moves the event behind those of its instant that are after it.
void EventQueue::orderInstant(Event* place) {
  for (; place != top_ && place[0] < place[1]; ++place) std::swap(place[0], place[1]);
}

// Events in ascending order are a heap.
void EventQueue::becomeHeap() {
  heapEnd_ = kRoot + lengthOfList();
  lastOfList_ = nullptr;
  top_ = events_ + kRoot;
  std::reverse(events_ + kRoot, events_ + heapEnd_);
  std::fill(events_ + heapEnd_, events_ + capacity_, kNoEvent);
}

void EventQueue::becomeList() {
  std::sort(events_ + kRoot, events_ + heapEnd_, [](const Event& a, const Event& b) { return b < a; });
  standAsList(heapEnd_ - kRoot);
}

void EventQueue::standAsList(std::size_t length) {
  top_ = events_ + kRoot + length - 1;
  lastOfList_ = events_ + kRoot + kMostInList - 1;
}

void EventQueue::tidyHeap() {
  if (!hole_) return;
  hole_ = false;
  const Event last = events_[--heapEnd_];
  events_[heapEnd_] = kNoEvent;
  if (heapEnd_ > kRoot) siftDown(last);
  if (heapEnd_ <= kRoot + kFewInHeap) becomeList();
}

inline void EventQueue::siftUp(Event event) {
  std::size_t i = heapEnd_++;
  while (i > kRoot) {
    const std::size_t parent = i / 4 + 2;
    if (!(event < events_[parent])) break;
    events_[i] = events_[parent];
    i = parent;
  }
  events_[i] = event;
}

// Places `event` from the root downwards; the root's old content is gone.
inline void EventQueue::siftDown(Event event) {
  std::size_t i = kRoot;
  for (std::size_t child = 4 * i - 8; child < heapEnd_; child = 4 * i - 8) {
    if (heapEnd_ > kLargeHeap) __builtin_prefetch(&events_[4 * child - 8]);
    const std::size_t a = child + (events_[child + 1] < events_[child]);
    const std::size_t b = child + 2 + (events_[child + 3] < events_[child + 2]);
    const std::size_t least = events_[b] < events_[a] ? b : a;
    if (!(events_[least] < event)) break;
    events_[i] = events_[least];
    i = least;
  }
  events_[i] = event;
}

EventQueue::Lane EventQueue::laneFor(Duration delay, bool late) {
  for (std::size_t i = 0; i < lanes_.size(); ++i)
    if (lanes_[i].delay == delay.ns && lanes_[i].late == late) return static_cast<Lane>(i);
  if (lanes_.size() == kMaxLanes) return kNoLane;
  Ring& ring = lanes_.emplace_back();
  ring.delay = delay.ns;
  ring.late = late;
  grow(ring);
  startTournament();
  return static_cast<Lane>(lanes_.size() - 1);
}

void EventQueue::grow(Ring& ring) {
  const auto size = static_cast<std::uint32_t>(std::max<std::size_t>(64, ring.storage.size() * 2));
  std::vector<Event> grown(size);
  for (std::uint32_t i = ring.head; i != ring.tail; ++i) grown[i & (size - 1)] = ring.events[i & ring.mask];
  ring.storage.swap(grown);
  ring.events = ring.storage.data();
  ring.mask = size - 1;
}

void EventQueue::growAndPush(Ring& ring, const Event& event) {
  grow(ring);
  ring.events[ring.tail++ & ring.mask] = event;
}

void EventQueue::startTournament() {
  firstRound_ = std::bit_ceil(lanes_.size());
  for (std::size_t lane = 0; lane < firstRound_; ++lane) winner_[firstRound_ + lane] = static_cast<std::uint8_t>(lane);
  for (std::size_t game = firstRound_ - 1; game != 0; --game) play(game);
  setEarliestOfLanes(first_[winner_[1]]);
}

SimTime EventQueue::nextTime() {
  tidyHeap();
  return {std::min(top_->time, earliest_.time)};
}

std::size_t EventQueue::size() const {
  std::size_t n = isList() ? lengthOfList() : heapEnd_ - kRoot - (hole_ ? 1 : 0);
  n += static_cast<std::size_t>(nowEnd_ - nowNext_) + (alarm_.time != kNoEvent.time ? 1 : 0);
  for (const Ring& lane : lanes_) n += lane.tail - lane.head;
  return n;
}

}  // namespace faultline

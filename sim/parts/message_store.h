// Messages of a queue in all their states, by 32-bit names.
//
// Every message that is not dead is in the list of ages, oldest first. Beside that it is in at most one list of its
// state: ready, parked behind another of its group, or in flight (by the end of its visibility); dead ones are in the
// list of dead letters. Lists run through the messages, and freed ones are used again, so nothing is allocated in the
// steady state.
//
// Complexity: O(1), except that a deadline earlier than others in flight walks past those. Thread safety: none.
#pragma once

#include <cstdint>
#include <vector>

#include "base/time.h"

namespace faultline {

using MessageId = std::uint32_t;  // 0: none

struct Message {
  enum class State : std::uint8_t { Free, Ready, Parked, Delayed, InFlight, Dead };

  SimTime enqueued;
  SimTime visibleAt = kNever;  // in flight: when it is delivered again; delayed: when it is ready again
  std::uint32_t key = 0;
  std::uint32_t user = 0;
  std::uint32_t operation = 0;
  std::uint32_t version = 0;     // of the value that it speaks of
  std::uint32_t generation = 0;  // of this name; a delivery or timer of an earlier message is stale
  std::uint32_t delivery = 0;    // of this message; an answer to an earlier one is stale
  std::uint32_t receives = 0;    // since it came in or was replayed
  std::uint16_t klass = 0;
  State state = State::Free;
  bool isWrite = false;
  bool isPoison = false;

 private:
  friend class MessageStore;
  MessageId previous_ = 0, next_ = 0;  // in the list of its state; free list
  MessageId older_ = 0, newer_ = 0;
};

struct MessageList {
  MessageId head = 0, tail = 0;
  bool empty() const { return head == 0; }
};

class MessageStore {
 public:
  MessageStore() : messages_(1) {}

  Message& operator[](MessageId id) { return messages_[id]; }
  const Message& operator[](MessageId id) const { return messages_[id]; }

  // A new message at the young end of the ages. Invalidates references.
  MessageId add(SimTime now) {
    MessageId id = free_;
    if (id != 0) {
      free_ = messages_[id].next_;
    } else {
      id = static_cast<MessageId>(messages_.size());
      messages_.emplace_back();
    }
    const std::uint32_t generation = messages_[id].generation + 1;
    messages_[id] = Message{};
    messages_[id].generation = generation;
    messages_[id].enqueued = now;
    appendAge(id);
    return id;
  }
  // REQUIRES that it is in no list of a state.
  void free(MessageId id) {
    if (messages_[id].state != Message::State::Dead) removeAge(id);
    messages_[id].state = Message::State::Free;
    ++messages_[id].generation;
    messages_[id].next_ = free_;
    free_ = id;
  }

  void pushBack(MessageList& list, MessageId id) { insertAfter(list, list.tail, id); }
  void pushFront(MessageList& list, MessageId id) { insertAfter(list, 0, id); }
  // Keeps the list in the order of visibleAt; cheap where new ends come last.
  void insertByTime(MessageList& list, MessageId id) {
    MessageId place = list.tail;
    while (place != 0 && messages_[place].visibleAt > messages_[id].visibleAt) place = messages_[place].previous_;
    insertAfter(list, place, id);
  }
  void remove(MessageList& list, MessageId id) {
    const Message& m = messages_[id];
    (m.previous_ ? messages_[m.previous_].next_ : list.head) = m.next_;
    (m.next_ ? messages_[m.next_].previous_ : list.tail) = m.previous_;
  }

  MessageId oldest() const { return ages_.head; }
  MessageId newer(MessageId id) const { return messages_[id].newer_; }
  void bury(MessageId id) {
    removeAge(id);
    messages_[id].state = Message::State::Dead;
  }
  // A dead letter is a new message again.
  void revive(MessageId id, SimTime now) {
    messages_[id].enqueued = now;
    messages_[id].receives = 0;
    appendAge(id);
  }

 private:
  void insertAfter(MessageList& list, MessageId place, MessageId id) {
    Message& m = messages_[id];
    m.previous_ = place;
    m.next_ = place ? messages_[place].next_ : list.head;
    (m.next_ ? messages_[m.next_].previous_ : list.tail) = id;
    (place ? messages_[place].next_ : list.head) = id;
  }
  void appendAge(MessageId id) {
    messages_[id].older_ = ages_.tail;
    messages_[id].newer_ = 0;
    (ages_.tail ? messages_[ages_.tail].newer_ : ages_.head) = id;
    ages_.tail = id;
  }
  void removeAge(MessageId id) {
    const Message& m = messages_[id];
    (m.older_ ? messages_[m.older_].newer_ : ages_.head) = m.newer_;
    (m.newer_ ? messages_[m.newer_].older_ : ages_.tail) = m.older_;
  }

  std::vector<Message> messages_;
  MessageId free_ = 0;
  MessageList ages_;
};

}  // namespace faultline

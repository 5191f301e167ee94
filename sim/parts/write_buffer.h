// Writes that were acknowledged and have yet to reach the owner of the data. Writes of one key are merged until it is
// sent; a key that is on its way waits with its further writes, so that they cannot overtake each other.
//
// Complexity: O(1) amortised. Allocates only while it grows. Thread safety: none.
#pragma once

#include <cstdint>
#include <vector>

#include "base/flat_map.h"

namespace faultline {

class WriteBuffer {
 public:
  struct Write {
    std::uint32_t waiting = 0, sent = 0;  // acknowledged writes
    std::uint32_t user = 0;
    std::uint16_t klass = 0;
  };

  void add(std::uint32_t key, std::uint16_t klass, std::uint32_t user) {
    Write& write = writes_[key];
    if (write.waiting == 0 && write.sent == 0) order_.push_back(key);
    ++write.waiting;
    ++unsent_;
    write.klass = klass;
    write.user = user;
  }
  // Takes the key that has waited longest; its writes count as sent until `done`. REQUIRES waitingKeys() > 0.
  std::uint32_t take() {
    const std::uint32_t key = order_[first_++];
    if (first_ * 2 > order_.size()) {
      order_.erase(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(first_));
      first_ = 0;
    }
    Write& write = writes_[key];
    unsent_ -= write.waiting;
    sent_ += write.waiting;
    write.sent = write.waiting;
    write.waiting = 0;
    return key;
  }
  // The key arrived, or failed and waits again. Returns whether all its writes have arrived.
  bool done(std::uint32_t key, bool ok) {
    Write& write = writes_[key];
    sent_ -= write.sent;
    if (!ok) {
      write.waiting += write.sent;
      unsent_ += write.sent;
    }
    write.sent = 0;
    if (write.waiting == 0) {
      writes_.erase(key);
      return true;
    }
    order_.push_back(key);
    return false;
  }
  const Write* find(std::uint32_t key) const { return writes_.find(key); }
  std::size_t waitingKeys() const { return order_.size() - first_; }
  std::uint64_t unsent() const { return unsent_; }         // acknowledged writes that have not left
  std::uint64_t held() const { return unsent_ + sent_; }   // acknowledged writes that are not known to have arrived
  void clear() { *this = {}; }

 private:
  FlatMap<Write> writes_;
  std::vector<std::uint32_t> order_;
  std::size_t first_ = 0;
  std::uint64_t unsent_ = 0, sent_ = 0;
};

}  // namespace faultline

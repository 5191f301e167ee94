// A hash map from 32-bit keys to small values, open addressing with linear probing and backward-shift deletion.
//
// Iteration order is never exposed, so nothing can depend on it. Key 0xffffffff is reserved.
// Complexity: O(1) expected. Allocates only when it grows. Thread safety: none.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "base/random.h"

namespace faultline {

template <class T>
class FlatMap {
 public:
  T* find(std::uint32_t key) {
    if (size_ == 0) return nullptr;
    for (std::size_t i = place(key);; i = (i + 1) & mask()) {
      if (slots_[i].key == key) return &slots_[i].value;
      if (slots_[i].key == kEmpty) return nullptr;
    }
  }
  const T* find(std::uint32_t key) const { return const_cast<FlatMap*>(this)->find(key); }

  // The value of `key`, default-made if it was not there.
  T& operator[](std::uint32_t key) {
    if (T* found = find(key)) return *found;
    if ((size_ + 1) * 4 > slots_.size() * 3) grow();
    ++size_;
    std::size_t i = place(key);
    while (slots_[i].key != kEmpty) i = (i + 1) & mask();
    slots_[i].key = key;
    slots_[i].value = T{};
    return slots_[i].value;
  }

  bool erase(std::uint32_t key) {
    if (size_ == 0) return false;
    std::size_t i = place(key);
    while (slots_[i].key != key) {
      if (slots_[i].key == kEmpty) return false;
      i = (i + 1) & mask();
    }
    for (std::size_t j = (i + 1) & mask(); slots_[j].key != kEmpty; j = (j + 1) & mask()) {
      const std::size_t home = place(slots_[j].key);
      // Move j into the gap unless its home lies cyclically between the gap and j.
      if (((j - home) & mask()) >= ((j - i) & mask())) {
        slots_[i] = std::move(slots_[j]);
        i = j;
      }
    }
    slots_[i].key = kEmpty;
    slots_[i].value = T{};
    --size_;
    return true;
  }

  void clear() {
    slots_.clear();
    size_ = 0;
  }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  static constexpr std::uint32_t kEmpty = 0xffffffff;
  struct Slot {
    std::uint32_t key = kEmpty;
    T value{};
  };
  std::size_t mask() const { return slots_.size() - 1; }
  std::size_t place(std::uint32_t key) const { return static_cast<std::size_t>(mix64(key + 1)) & mask(); }
  void grow() {
    std::vector<Slot> old = std::move(slots_);
    slots_ = std::vector<Slot>(old.empty() ? 16 : old.size() * 2);
    for (Slot& s : old) {
      if (s.key == kEmpty) continue;
      std::size_t i = place(s.key);
      while (slots_[i].key != kEmpty) i = (i + 1) & mask();
      slots_[i] = std::move(s);
    }
  }

  std::vector<Slot> slots_;
  std::size_t size_ = 0;
};

}  // namespace faultline

// A growing array of records with stable addresses and 32-bit names.
//
// The address range for the largest size is reserved at once and memory is touched only as records are used, so a
// record is found by one addition and never moves. Freed records are reused newest first. Record 0 is never handed
// out: it means "none". T must be trivially destructible and have a member `std::uint32_t next`.
//
// Complexity: O(1). Determinism: names depend only on the order of take and free. Thread safety: none.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace faultline {

// An address range of zeros that takes no memory before it is touched.
class ReservedMemory {
 public:
  explicit ReservedMemory(std::size_t bytes) : bytes_(bytes) {
    data_ = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (data_ == MAP_FAILED) throw std::bad_alloc();
  }
  ~ReservedMemory() { munmap(data_, bytes_); }
  ReservedMemory(const ReservedMemory&) = delete;
  ReservedMemory& operator=(const ReservedMemory&) = delete;

  void* data() const { return data_; }
  // Fewer and larger pages, where the system has them.
  void preferHugePages() {
#ifdef MADV_HUGEPAGE
    if (bytes_ > (64u << 20)) madvise(data_, bytes_, MADV_HUGEPAGE);
#endif
  }

 private:
  void* data_ = nullptr;
  std::size_t bytes_;
};

template <class T>
class Slab {
 public:
  explicit Slab(std::uint32_t limit)
      : memory_((static_cast<std::size_t>(limit) + 1) * sizeof(T)), records_(static_cast<T*>(memory_.data())),
        limit_(limit) {
    memory_.preferHugePages();
  }

  T& operator[](std::uint32_t i) { return records_[i]; }
  const T& operator[](std::uint32_t i) const { return records_[i]; }

  // A record with unspecified content, or 0 when the limit is reached.
  std::uint32_t take() {
    std::uint32_t i = free_;
    if (i != 0) {
      free_ = records_[i].next;
    } else {
      if (used_ == limit_) [[unlikely]] return 0;
      i = ++used_;
    }
    return i;
  }
  void free(std::uint32_t i) {
    records_[i].next = free_;
    free_ = i;
  }

  // Handed out and not given back. Complexity: O(free records).
  std::uint32_t live() const {
    std::uint32_t n = used_;
    for (std::uint32_t i = free_; i != 0; i = records_[i].next) --n;
    return n;
  }
  // Names 1..highest() have been handed out at some time.
  std::uint32_t highest() const { return used_; }
  std::size_t bytesTouched() const { return static_cast<std::size_t>(used_) * sizeof(T); }
  bool full() const { return free_ == 0 && used_ == limit_; }

 private:
  ReservedMemory memory_;
  T* records_;
  std::uint32_t limit_;
  std::uint32_t used_ = 0;
  std::uint32_t free_ = 0;
};

}  // namespace faultline

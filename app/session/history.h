// Frames of a run by time, so that any past instant can be shown again.
//
// Memory is bounded: when the budget is used up, every second frame goes and new ones are kept at twice the distance.
// Thread safety: all functions, from any thread; nobody waits longer than a look-up takes.
// Complexity: add and at are linear in the size of a frame; a frame takes about a byte for each small number in it.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "metrics/frame.h"

namespace faultline {

class History {
 public:
  explicit History(std::size_t budgetBytes) : budget_(budgetBytes) {}

  // Forgets all frames; the first ones of the next run are kept at this distance.
  void clear(Duration spacing);
  // The earliest time of which the next frame is worth adding.
  SimTime nextWanted() const;
  // REQUIRES a later time than the frame before.
  void add(const Frame& frame);
  // The newest frame that is not after the time; empty before the first.
  std::optional<Frame> at(SimTime time) const;

  std::size_t frames() const;
  std::size_t bytes() const;
  Duration spacing() const;

 private:
  struct Entry {
    SimTime at;
    std::shared_ptr<const std::string> packed;
  };
  void thin();

  const std::size_t budget_;
  mutable std::mutex mutex_;
  std::vector<Entry> entries_;
  std::size_t bytes_ = 0;
  Duration spacing_;
};

// A frame as bytes and back; exact.
std::string packFrame(const Frame& frame);
Frame unpackFrame(const std::string& packed);

}  // namespace faultline

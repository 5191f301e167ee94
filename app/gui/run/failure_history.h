// How many operations and calls failed for which reason, over time: from the kept frames of the run, because the sampled
// series count failures without their reasons.
//
// Its resolution is that of the kept frames, at most 400 stretches of the run. Thread safety: the window's thread.
#pragma once

#include <map>
#include <string>

#include "gui/run/run_bridge.h"

namespace faultline {

class FailureHistory {
 public:
  // Forgets the run before.
  void clear();
  // Takes in what the run has done since. Returns whether there is something new.
  bool update(const RunBridge& run);
  // A column for each reason that occurred, "failures.REASON", in calls per second, born anywhere in the system.
  const Series& series() const { return series_; }

 private:
  using Counts = std::map<std::string, std::uint64_t>;
  void add(const Counts& counts, SimTime at);

  Series series_;
  Counts counts_;
  SimTime at_, next_;
};

}  // namespace faultline

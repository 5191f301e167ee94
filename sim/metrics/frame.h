// The state of everything at one instant, as plain values: what a canvas shows.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"

namespace faultline {

// How many calls ended badly at a node for one reason, since measuring began.
struct FailureCount {
  const char* reason;  // static storage: a name among the reasons of the kind, or of every kind
  std::uint64_t count = 0;
};

struct NodeFrame {
  std::int64_t inFlight = 0, busy = 0, servers = 0, queue = 0;
  std::uint32_t instances = 1, down = 0, paused = 0, slowed = 0, erring = 0;
  std::uint64_t arrivals = 0, ok = 0, failed = 0;  // since measuring began
  std::vector<std::int64_t> gauges;                // levels, by metric index; 0 for other metrics
  std::vector<FailureCount> failures;              // that were born here; only the reasons that occurred
};

struct EdgeFrame {
  std::uint64_t attempts = 0, failed = 0;
  std::int64_t inUse = 0, waiting = 0;
  bool cut = false, refusing = false, slowed = false, lossy = false;
};

struct Frame {
  SimTime at;
  std::vector<NodeFrame> nodes;  // in the order of the scenario
  std::vector<EdgeFrame> edges;
};

}  // namespace faultline

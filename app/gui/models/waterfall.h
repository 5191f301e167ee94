// A call tree as rows of a waterfall: who was called, when, and what each stretch of its time went to.
//
// Thread safety: pure functions. Complexity: n log n in the spans.
#pragma once

#include <cstdint>
#include <vector>

#include "metrics/call_trace.h"

namespace faultline {

struct WaterfallRow {
  struct Stretch {
    TimePart part = TimePart::Service;
    SimTime from, to;
    bool operator==(const Stretch&) const = default;
  };
  std::uint32_t span = 0;
  int depth = 0;
  SimTime from, to;                // with the waiting before it was sent
  std::vector<Stretch> stretches;  // without overlap; between them it waited for those that it called
};

// Callers before those that they called, these in the order in which they were called.
std::vector<WaterfallRow> waterfallOf(const CallTrace& trace);

}  // namespace faultline

// A fixed piece of work to measure others by: what a machine does in its time is comparable between machines, seconds
// are not.
//
// One step takes the earliest of 1,000 pending times from a binary heap and puts a later one back, as an event loop
// does at least once for each event. It uses the standard library only, so it does not become faster with the
// simulator.
#pragma once

#include <cstdint>

namespace faultline::bench {

// CPU seconds of this process.
double cpuSeconds();
// CPU seconds that a step takes at present.
double calibrationStep();

}  // namespace faultline::bench

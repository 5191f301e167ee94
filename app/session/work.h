// Long computations away from a window: how far they are, and whether they are still wanted. No Qt.
//
// Thread safety: `Work` is for two threads, one that works and one that watches. Determinism: results depend neither on
// the number of cores nor on when somebody looks.
#pragma once

#include <atomic>
#include <cstddef>
#include <string>

#include "analysis/replications.h"
#include "engine/simulation.h"

namespace faultline {

struct Work {
  std::atomic<bool> cancelled = false;
  std::atomic<double> share = 0;  // of the work that is done
};

// Runs on to a time in slices, and tells how far it is. False when it was cancelled on the way.
bool advanceTo(Simulation& simulation, SimTime until, Work& work);

// Runs batches on several cores; one of them stays free for the window and the run that it shows. After a cancellation it
// gives an empty batch. `expected` is the number of runs of all batches together, as far as that is known.
// `healthyUntil`: see figuresOf.
Runner batchRunner(Work& work, std::size_t expected, SimTime healthyUntil = {});

}  // namespace faultline

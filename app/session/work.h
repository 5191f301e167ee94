// Long computations away from a window: how far they are, and whether they are still wanted. No Qt.
//
// Thread safety: `Work` is for two threads, one that works and one that watches; the functions that are handed over are
// called on any of the threads that run. Determinism: results depend neither on the number of cores nor on when
// somebody looks.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
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
bool advanceTo(Simulation& simulation, SimTime until, const std::function<bool()>& isCancelled);

// Calls `task` once for each index below `count`, on so many threads at most, this one among them; stops early once
// somebody wants no more.
void forAll(std::size_t count, std::size_t cores, const std::function<bool()>& isCancelled,
            const std::function<void(std::size_t)>& task);
std::size_t allCores();

struct Batches {
  std::size_t cores = 1;
  SimTime healthyUntil;  // see figuresOf
  std::function<bool()> isCancelled;
  std::function<void()> runEnded = [] {};
};
// After a cancellation it gives an empty batch.
Runner batchRunner(Batches how);

// As many as there are cores but one, which stays free for the window and the run that it shows. `expected` is the number
// of runs of all batches together, as far as that is known.
Runner batchRunner(Work& work, std::size_t expected, SimTime healthyUntil = {});

}  // namespace faultline

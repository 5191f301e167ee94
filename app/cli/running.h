// A simulation from its present time to its end, as the command line runs it.
#pragma once

#include "cli/progress.h"
#include "engine/simulation.h"

namespace faultline::cli {

// Stops early when the simulation does, or when the user interrupts (cli/interruption.h). `progress` may be null.
// Returns the wall time in seconds that the event loop took, without what was shown meanwhile.
double advanceToEnd(Simulation& simulation, Progress* progress);

}  // namespace faultline::cli

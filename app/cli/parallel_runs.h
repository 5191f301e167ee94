// Runs batches of scenarios on all cores, for what compares many runs.
#pragma once

#include "analysis/replications.h"

namespace faultline::cli {

// A runner whose results do not depend on the number of cores. After an interruption (cli/interruption.h) it gives an
// empty batch. `healthyUntil`: see figuresOf.
Runner parallelRunner(SimTime healthyUntil = {});

}  // namespace faultline::cli

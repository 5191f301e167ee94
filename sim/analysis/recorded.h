// Lays a run beside the recording that its scenario names.
//
// Thread safety: a function of its arguments and of the files. Determinism: the same run gives the same figures.
// Complexity: the scenario is run a second time, because a phase's summary needs measuring to restart at its start, and
// twice for each further repetition that it asks for.
#pragma once

#include <functional>
#include <string>

#include "engine/simulation.h"
#include "metrics/recorded_result.h"

namespace faultline {

// `finished` is the run, at its end; it gives what is about the whole run of the first seed. Phases that it did not reach are left out,
// and so is what was done to it live. Files are looked for in `baseDir`. `goesOn` is asked now and then; false ends the
// comparison with a problem. REQUIRES a scenario that validation accepts.
RecordedResult compareWithRecorded(const Simulation& finished, const std::string& baseDir,
                                   const std::function<bool()>& goesOn = {});

}  // namespace faultline

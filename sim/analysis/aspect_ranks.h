// How much each sort of change says: as the beginning of a story, and of what happened at a place.
//
// Thread safety: pure functions.
#pragma once

#include "metrics/explanation.h"
#include "model/validation.h"

namespace faultline {

// How much a change can be the beginning of a story rather than its consequence; 0 when it never begins one.
int originality(const Observation& o, const ScenarioIndex& architecture);
// Which of several changes at one place says most.
int telling(Aspect aspect);

}  // namespace faultline

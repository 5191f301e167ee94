// What is told of an incident once its stages are known: what broke as one, which stages mislead, and how it went away.
//
// Thread safety: pure functions. Complexity: linear in the observations.
#pragma once

#include <vector>

#include "metrics/explanation.h"
#include "model/validation.h"

namespace faultline {

// Whether what broke with the trigger stands in one region or on one host with it. REQUIRES a trigger first.
void nameSharedPlace(SystemStory& story, const std::vector<Stage>& stages, Duration together,
                     const Scenario& architecture);

// Onsets within `together` of the trigger's mislead nobody. REQUIRES a trigger first.
void nameMisleading(SystemStory& story, const std::vector<Stage>& stages, Duration together);

// When trigger and harm were over, whether the harm outlived the trigger, and what sustained it. `end` is that of the
// series.
void tellRecovery(SystemStory& story, const std::vector<Stage>& stages, SimTime end, const ScenarioIndex& architecture);

}  // namespace faultline

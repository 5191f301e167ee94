// Reads the dashboard backward: what broke first, what followed from it, and what healed.
//
// From the architecture and the series of a run alone. The list of injected faults is not an argument's part that is
// read: a recording of a real system can be explained as well, as far as it has the columns.
//
// Every change (analysis/observations) may have causes among the others (analysis/causes). Changes that are each
// other's cause form a knot; a knot without a cause outside is where the incident began, and in it the earliest change
// that can be a cause of its own. What leads to no harm is no part of the story.
//
// Thread safety: pure function. Determinism: the same series gives the same explanation. Complexity: linear in the
// series, quadratic in the number of metrics that changed.
#pragma once

#include "metrics/explanation.h"
#include "metrics/series.h"
#include "model/scenario.h"

namespace faultline {

// REQUIRES a scenario that validation accepts; its timeline is not looked at.
Explanation explain(const Scenario& architecture, const Series& series);

// Whether there are enough samples after the warm-up to tell what is usual. Of fewer, an explanation says that nothing
// broke, which nobody knows.
bool canExplain(const Scenario& architecture, const Series& series);

// How finely a run should be sampled to be explained: finer than for charts, so that the order of onsets is seen.
Duration samplingForExplanation(const Scenario& scenario);

}  // namespace faultline

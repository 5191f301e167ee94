// Everything in a run's series that left its usual range: what an explanation is made of.
//
// From the architecture and the series alone. Some aspects are not measured but follow from what is: by Little's law a
// node's calls in flight, less those that wait in its queue or are under way at the nodes it calls, are those that it
// holds itself; over its throughput that is the time of its own for each call.
//
// Thread safety: pure function. Complexity: linear in columns times samples.
#pragma once

#include <vector>

#include "metrics/explanation.h"
#include "metrics/series.h"
#include "model/validation.h"

namespace faultline {

// What has been over for so long has no consequences any more, unless something else holds on to it.
inline constexpr Duration kForgotten = seconds(30);

struct Observations {
  std::vector<Observation> all;  // in order of place and aspect
  SimTime healthyFrom, healthyTo;
};

// Fewer samples after the warm-up tell nothing: neither what is usual nor what is not.
bool isLongEnough(const Series& series, Duration warmup);

// `warmup` is what the series begins with that is no example of a healthy system; `looked` says by node what is looked
// at.
Observations observe(const ScenarioIndex& architecture, const Series& series, Duration warmup,
                     const std::vector<bool>& looked);

}  // namespace faultline

// Figures of a summary by the names of model/summary_metrics.h, and what measures (model/measure.h) come to.
//
// Thread safety: pure functions. Determinism: the same run gives the same bits. Complexity: linear in the nodes, edges
// and samples for each call; the latency of a node that originates merges a histogram for each request class.
#pragma once

#include <string_view>

#include "metrics/series.h"
#include "metrics/summary.h"
#include "model/measure.h"

namespace faultline {

// In the unit of its column. Unknown (NaN) where there are too few values for a percentile, or no such figure.
double summaryMetric(const Summary& summary, std::string_view name);

// In the base unit of its dimension: seconds, per second, bytes or a number. `summary` is of the stretch of the run
// that ends at summary.simulated and began at summary.warmup; of the series, only its samples count, but those that a
// window of the measure names. Unknown when any part is.
double measured(const Measure& measure, const Summary& summary, const Series& series);

}  // namespace faultline

// The names of the figures that the summary of a run has, known before it runs. The figures of a whole run or of one of
// its phases; those over time are in model/metric_columns.h.
//
//   NODE.offered ok goodput degraded failed late stale cached fetched    of a node that originates: operations a second
//   NODE.p50 p90 p95 p99 p99_9 mean max            latency of its ok operations; with failed_, cached_ or fetched_ in
//                                                  front that of the failed ones, of those for which no cache missed on
//                                                  the way, and of the others: users.cached_p50
//   NODE.CLASS.…                                   the same of one request class
//   NODE.arrivals ok failed                        of any other node: calls a second
//   NODE.in_flight busy queue queue.max utilization cpu cost    means over time, and the greatest depth
//   NODE.wait_… service_… latency_… failed_…       with p50 to max, for example db.latency_p95
//   NODE.METRIC                                    of the kind: a counter a second; a level's mean over time, and with
//                                                  .last and .max its level at the end and its peak
//   NODE.METRIC_mean _p99 _max                     of the kind: a timing
//   FROM -> TO.calls attempts ok failed timeouts retries hedges late lost joined    a second
//   FROM -> TO.latency_mean, and with a pool pool_in_use pool_waiting (and .max) acquire_p50 ... acquire_max
//
// Thread safety: pure function. Complexity: linear in the scenario and the metrics of its kinds.
#pragma once

#include <string_view>
#include <vector>

#include "model/metric_columns.h"

namespace faultline {

// Times in ms, rates in /s. Nodes of unknown kinds and edges with policies that cannot be understood have none.
std::vector<MetricColumn> summaryMetrics(const Scenario& scenario);

// The parts of the names, in the order in which analysis/summary_metric.h finds them.
inline constexpr const char* kOperationRates[] = {"offered", "ok",    "goodput", "degraded", "failed",
                                                  "late",    "stale", "cached",  "fetched"};
inline constexpr const char* kOperationTimings[] = {"", "failed_", "cached_", "fetched_"};
inline constexpr const char* kServerRates[] = {"arrivals", "ok", "failed"};
inline constexpr const char* kServerTimings[] = {"latency_", "failed_", "wait_", "service_"};
inline constexpr const char* kEdgeRates[] = {"calls",   "attempts", "ok",   "failed", "timeouts",
                                             "retries", "hedges",   "late", "lost",   "joined"};
// Of the names that an edge may have, without what follows a dot in them.
bool isEdgeFigure(std::string_view name);
inline constexpr const char* kTimingFigures[] = {"p50", "p90", "p95", "p99", "p99_9", "mean", "max"};

}  // namespace faultline

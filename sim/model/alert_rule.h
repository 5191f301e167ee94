// The language of `alerts:` rules: what an operator would be woken by.
//
//   error_rate > 5%      of the operations of whoever starts them
//   p95 > 500ms          of operations; also p50 and p99
//   queue_growth > 5     any queue: its shortest in the last third of the time is longer by so much than its longest in
//                        the first third, so that noise around a level is no growth
//   db.utilization > 90% any metric, as in expectations
//
// Thread safety: values and pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/time.h"
#include "model/expectation.h"
#include "model/metric_columns.h"
#include "model/scenario.h"

namespace faultline {

struct AlertRule {
  enum class Kind {
    ErrorShare,  // failed over ended operations of whoever starts them, over a window, above the limit
    Latency,     // a percentile of operations in ms: every known sample of a window above the limit
    Growth,      // a queue
    Metric,      // a column of the series: every known sample of a window satisfies the comparison
  };
  Kind kind = Kind::ErrorShare;
  double limit = 0;  // in the unit of what is watched: a share, ms, a count, the column's own
  Duration window;
  std::string metric;  // "p95" of Latency, the column of Metric
  Comparison comparison = Comparison::Greater;
  bool operator==(const AlertRule&) const = default;
};

// What most teams begin with: error_rate > 5% for 10s, p95 > 500ms for 3s, queue_growth > 5 for 30s.
std::span<const AlertSpec> defaultAlerts();

// On a problem the diagnostic's column says where in the text, from 1.
Result<AlertRule> parseAlertRule(const AlertSpec& spec, const Scenario& scenario,
                                 const std::vector<MetricColumn>& columns);

// Those of the scenario that can be understood; the default ones where it has none.
std::vector<AlertRule> alertRules(const Scenario& scenario);

// How to write what a rule watches, for the reference.
std::span<const ExpectationForm> alertForms();

}  // namespace faultline

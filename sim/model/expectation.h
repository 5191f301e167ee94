// The language of `expect:` lines: what a run must have shown.
//
//   first(db.wait_p99 > 1s) < first(lb.healthy < 3) < 2min
//   p99(users) > 5s at 5min
//   mean(cache.hit_ratio from 30s to 60s) > 0.9
//   max(jobs.depth) > 5x mean(jobs.depth from 0s to 1min)
//   failed(users) == 0
//   goodput(users) < 100/s at 60s
//   never(app.utilization > 99%)
//   holds(lb.healthy == 3 from 5min to 10min)
//
// A line compares two or more values in a chain, or is one `never` or `holds`. Values are:
//   first(CONDITION [for D] [after T] [by U])  the first time at which a condition holds (for a while D), not before T
//                                        and all of it by U
//   mean min max last (METRIC [WINDOW])  over the samples of a window; `last` is the newest of them
//   sum(METRIC [WINDOW])                 of a rate: how many there were
//   p50 p90 p95 p99 p99_9 (NODE)         latency of ok answers; over the whole run, or p50, p95 and p99 in one sample
//   (`at`) offered ok goodput degraded failed late stale arrivals (NODE)
//                                        a number of operations or calls; per second when compared with a rate
//   a quantity with its unit: 3, 95%, 200ms, 5min, 100/s, 4GiB
// and each but a quantity may be multiplied: `5x mean(...)`. A metric is a column of the series
// (model/metric_columns.h): node.metric, node.class.metric, node[0].metric, node.failed.reason or "from -> to.metric".
// A condition is METRIC op QUANTITY [and METRIC op QUANTITY]...; an operator
// is < <= > >= == or !=. A window is `at T` (the sample that contains T), `from T to T`, `by T` or `after T`; at the
// end of a line it is that of every value that has none. Unknown values (too few for a percentile) satisfy no
// condition; a value that never came about makes a comparison false.
//
// Thread safety: values and pure functions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/time.h"
#include "model/metric_columns.h"
#include "model/scenario.h"

namespace faultline {

enum class Comparison { Less, LessOrEqual, Greater, GreaterOrEqual, Equal, NotEqual };
bool holds(double left, Comparison comparison, double right);

// What a number counts, in its base unit: seconds, per second, bytes, or a plain number.
enum class Dimension { Number, Time, Rate, Bytes };

struct MetricRef {
  std::string column;
  Dimension dimension = Dimension::Number;
  double scale = 1;  // column value * scale = base unit
  bool isShare = false;  // of a whole, so never more than 1
  bool isZeroBefore = false;  // a run that has no such column had nothing to count
};

struct MetricCondition {
  MetricRef metric;
  Comparison comparison = Comparison::Less;
  double value = 0;  // in the base unit
};

struct ExpectationWindow {
  enum class Kind { Whole, At, Span };
  Kind kind = Kind::Whole;
  SimTime from;  // of a span; of At the instant
  SimTime to = kNever;
};

struct ExpectationTerm {
  enum class Kind { Quantity, First, Mean, Min, Max, Last, Sum, Quantile, Count };
  Kind kind = Kind::Quantity;
  std::string text;  // as written, for messages
  double factor = 1;
  double value = 0;  // of a quantity in the base unit; of a quantile the q
  Dimension dimension = Dimension::Number;
  std::vector<MetricCondition> conditions;  // of First; all hold at once
  Duration lasting;                         // of First
  MetricRef metric;                         // of aggregates; of Quantile and Count in a window
  std::string node, counter;                // of Quantile and Count
  ExpectationWindow window;
};

struct Expectation {
  enum class Kind { Chain, Never, Holds };
  Kind kind = Kind::Chain;
  std::string text;
  std::vector<ExpectationTerm> terms;  // of a chain: one more than comparisons
  std::vector<Comparison> comparisons;
  std::vector<MetricCondition> conditions;  // of Never and Holds
  ExpectationWindow window;
};

// One way to write a part of an expectation, for the reference.
struct ExpectationForm {
  const char* form;
  const char* help;
};
std::span<const ExpectationForm> expectationForms();

// No expectation is longer than this many bytes.
inline constexpr std::size_t kMaxExpectationBytes = 1000;

// `columns` are those of the scenario. On a problem the diagnostic's column says where in the text, from 1, and its
// path is the name that the scenario does not have, or empty when something else is wrong.
Result<Expectation> parseExpectation(std::string_view text, const Scenario& scenario,
                                     const std::vector<MetricColumn>& columns);

// One value of the language with its window, for example `first(jobs.depth > 10)`. A count is a number here.
Result<ExpectationTerm> parseExpectationTerm(std::string_view text, const Scenario& scenario,
                                             const std::vector<MetricColumn>& columns);

// How the numbers of a column are read: its dimension, and what they are multiplied by to be in the base unit.
MetricRef metricRef(const MetricColumn& column);

// A quantity like 200ms, 100/s or 95% in the base unit of its dimension; empty when it is none.
std::optional<double> quantityOf(const std::string& text, Dimension dimension);

}  // namespace faultline

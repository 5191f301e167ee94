// What can be measured in a run or in one of its phases, in words that are checked before it runs:
//
//   users.cached_p95                  a figure of the summary (model/summary_metrics.h)
//   rate(users.ok)                    the same as users.ok; says that it is a second
//   reason(app.pool_exhausted)        operations a second that failed for a reason of this node
//   slope(jobs.depth)                 how fast a metric of the series (model/metric_columns.h) grows: the straight line
//                                     of least squares through its samples
//   max(jobs.depth), first(jobs.depth > 10), ...   a value of the language of expectations (model/expectation.h); over
//                                     the phase where it names no window
//   135s                              a quantity
// Values are joined by +, - and / with spaces around: `first(jobs.depth < 1 after 2min) - 135s`. What is added or
// subtracted must be of one kind; a number divided by a rate is a time, and a value by another of its kind a number.
//
// Thread safety: values and pure functions.
#pragma once

#include "model/expectation.h"

namespace faultline {

struct MeasurePart {
  enum class Kind { Figure, Reason, Slope, Term, Quantity };
  char joinedBy = '+';  // + - or /; a division is of the part before it
  Kind kind = Kind::Quantity;
  std::string name;     // of a figure, a reason or a column
  double scale = 1;     // of a figure or column: to the base unit
  double quantity = 0;  // in the base unit
  ExpectationTerm term;
  Dimension dimension = Dimension::Number;
};

struct Measure {
  std::string text;
  std::vector<MeasurePart> parts;
  Dimension dimension = Dimension::Number;
};

// The names of a scenario that measures may hold.
struct MeasureNames {
  explicit MeasureNames(const Scenario& scenario);

  const Scenario& scenario;
  std::vector<MetricColumn> columns, figures;
};

// On a problem the diagnostic's column says where in the text, from 1.
Result<Measure> parseMeasure(std::string_view text, const MeasureNames& names);

}  // namespace faultline

// Whether a run showed what its scenario expects. The language is that of model/expectation.h.
//
// Thread safety: pure functions. Determinism: the same run gives the same words. Complexity: linear in the samples for
// each line.
#pragma once

#include <vector>

#include "metrics/expectation_result.h"
#include "metrics/series.h"
#include "metrics/summary.h"
#include "model/expectation.h"

namespace faultline {

// A value in its base unit: seconds, per second, bytes or a number. NaN when it is unknown or never came about.
double valueOf(const ExpectationTerm& term, const Series& series, const Summary& summary);

// A value of valueOf for people, with its unit.
std::string shownValue(double value, Dimension dimension);

ExpectationResult evaluate(const Expectation& expectation, const Series& series, const Summary& summary);

// All lines of a scenario, in order. REQUIRES a scenario that validation accepts, and the results of its run.
std::vector<ExpectationResult> checkExpectations(const Scenario& scenario, const Series& series,
                                                 const Summary& summary);

}  // namespace faultline

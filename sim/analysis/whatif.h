// What would have prevented it: changes of the design, each run as a counterfactual with the same luck.
//
// Candidates come from what the kinds offer as remedies, from the policies of arrows, and from nodes that can be put on an
// arrow; those near the incident, as the explanation tells it, are tried. A change is worth what it would have saved and
// costs what it costs, under usual load too. Where no single change suffices, pairs of the best are tried.
//
// Thread safety: pure function of its arguments and of what its functions do. Complexity: one run for each candidate.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "analysis/replications.h"
#include "base/diagnostic.h"
#include "metrics/explanation.h"

namespace faultline {

struct Change {
  std::string label;                  // "an index for by_email"
  std::vector<std::string> settings;  // as `--set` takes them
  std::string insertKind, insertEdge; // a node of this kind on this arrow; empty: none
  double cost = 1;                    // 1: a setting; 3: another instance; 5: new machinery
};

struct Counterfactual {
  std::vector<Change> changes;  // one, or two that work together
  RunFigures figures;
  double savedFailures = 0, savedBreachSeconds = 0, savedP99Ms = 0;
  double usualP99Factor = 1;    // p99 before the incident, against without the change
  double score = 0;             // share of the harm that it prevented, less a little for cost and side effects
};

struct WhatIf {
  RunFigures asItWas;
  std::vector<Counterfactual> ranked;  // the best first
  std::size_t tried = 0;
  bool suffices = false;               // the best one prevents nearly all of the harm
};

// Applies "NODE.PARAM=VALUE" to a scenario; diagnostics where it cannot.
using ApplySetting = std::function<Diagnostics(Scenario&, const std::string&)>;

std::vector<Change> candidateChanges(const Scenario& scenario, const Explanation& explanation);
// The changed scenario; empty when a change does not fit it.
std::optional<Scenario> changed(const Scenario& scenario, const std::vector<Change>& changes, const ApplySetting& apply);

// REQUIRES a scenario that can run, and the explanation of its run.
WhatIf whatIf(const Scenario& scenario, const Explanation& explanation, const ApplySetting& apply, const Runner& run);

std::string whatIfText(const WhatIf& result, std::size_t most);

}  // namespace faultline

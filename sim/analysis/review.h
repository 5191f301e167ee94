// A design review before any run: what an experienced reader of the architecture would ask about.
//
// Thread safety: pure function. Determinism: findings come in the order of the checks, then of the scenario.
// Complexity: quadratic in nodes plus edges for each request class (a flow for each node that a class needs).
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "model/scenario.h"

namespace faultline {

struct Finding {
  std::string check;               // "single_point_of_failure"
  bool isRisk = true;              // else a figure worth knowing
  std::string path;                // place in the scenario, as diagnostics name it: "nodes.db", "edges.app -> db"
  std::string what;                // what was found
  std::string why;                 // what comes of it
  std::string mend;                // a setting as `--set` takes it; empty where there is none
  std::vector<std::size_t> nodes;  // of the scenario, that it is about
  std::vector<std::size_t> edges;
};

// REQUIRES a scenario that validation accepts.
std::vector<Finding> review(const Scenario& scenario);

// A finding as a warning at its place, for editors and lists of problems.
Diagnostic diagnosticOf(const Finding& finding);

}  // namespace faultline

// Theory beside measurement: what queueing theory says of a run's stations, where its assumptions hold within stated
// bounds, and the laws that hold everywhere.
//
// A prediction uses the parameters of the node and the measured arrival rate. It is compared with means over time whose
// confidence intervals come from batches of the series. A difference beyond that names the assumption that is violated.
//
// Thread safety: pure function. Complexity: linear in the series.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/statistics.h"
#include "metrics/series.h"
#include "metrics/summary.h"
#include "model/scenario.h"

namespace faultline {

struct TheoryLine {
  std::string node;
  std::string model;      // "M/M/4", "Little's law"
  std::string formula;    // "Lq = C(c, a) rho / (1 - rho)"
  std::string quantity;   // "mean queue"
  double predicted = 0;
  Estimate measured;
  bool agrees = true;
  std::string violated;   // the assumption that does not hold, where that is known
};

struct Theory {
  std::vector<TheoryLine> lines;                            // by node
  std::vector<std::pair<std::string, std::string>> without; // nodes that no formula fits, and why
};

// REQUIRES the results of a run of the scenario.
Theory theoryOf(const Scenario& scenario, const Series& series, const Summary& summary);

std::string theoryText(const Theory& theory);

}  // namespace faultline

// How much load a design carries: the greatest at which enough operations end well and in time.
//
// The timeline is left out. For each seed the load is found by bisection on the logarithm of a factor of today's load,
// with the same luck at every factor; the spread over seeds gives the confidence interval. A request class alone is
// scaled while the others stay as they are.
//
// Thread safety: pure function of its arguments and of what `run` does. Complexity: about a dozen runs a seed and class,
// and one for each point of the curve.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/replications.h"

namespace faultline {

struct CapacityOptions {
  double inTime = 0.99;         // share of the offered operations that must end well, within their objective
  std::size_t seeds = 4;        // replications
  double precision = 0.02;      // of the factor, for each seed
  double greatest = 64;         // factor beyond which it is not searched
  std::size_t curvePoints = 12;
};

struct LoadPoint {
  double factor = 0, perSecond = 0;
  Estimate p50Ms, p99Ms, goodputShare;
};

struct CapacityOf {
  std::string className;      // empty: all together
  double today = 0;           // operations a second
  Estimate factor;            // of today's load
  bool beyond = false;        // it is greater than the search went
  std::string bottleneck;     // the busiest node at that load, if any is nearly full
  double utilization = 0;     // of that node
  double perSecond() const { return today * factor.mean; }
};

struct Capacity {
  double inTime = 0;
  Duration warmup;                   // left out of every run, as a pilot run's series asks
  std::vector<CapacityOf> found;     // all together, then each class
  std::vector<LoadPoint> curve;      // of all together
  std::optional<std::size_t> knee;   // point of the curve from which latency rises steeply
};

// The scenario with `factor` times the load of one class, or of all where the name is empty.
Scenario scaledLoad(const Scenario& scenario, const std::string& className, double factor);

// REQUIRES a scenario that can run.
Capacity capacityOf(const Scenario& scenario, const CapacityOptions& options, const Runner& run);

std::string capacityText(const Capacity& capacity);

}  // namespace faultline

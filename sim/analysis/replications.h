// Many runs of variants of a scenario, and what each comes to in a few figures.
//
// Who runs them (how many at a time, on which cores) is the caller's business: `Runner` gets a batch and gives back one
// result for each, in the same order. Variants that run with the same seed have the same luck (common random numbers):
// every node and purpose has a stream of its own, so a change at one place leaves the others' draws alone.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "analysis/statistics.h"
#include "engine/simulation.h"

namespace faultline {

// What a run comes to for its users.
struct RunFigures {
  double offered = 0, failed = 0, failedShare = 0;  // operations since the warm-up
  double goodputPerSecond = 0, goodputShare = 0;
  double p50Ms = 0, p95Ms = 0, p99Ms = 0;           // of ok operations
  double breachSeconds = 0;                         // time in which fewer than 99 % ended well and in time
  double healthyP99Ms = 0;                          // before `healthyUntil`, the median of samples; unknown without
  std::vector<std::pair<std::string, double>> utilization;  // by node with servers
  bool stoppedEarly = false;
};

// One figure of RunFigures, for tables and tests.
struct FigureInfo {
  const char* name;
  const char* unit;
  double RunFigures::*member;
  bool lessIsBetter;
};
std::span<const FigureInfo> figureInfos();

// REQUIRES a finished or stopped run. `healthyUntil`: end of the part that shows side effects; zero: none.
RunFigures figuresOf(const Simulation& simulation, SimTime healthyUntil = {});

using Runner = std::function<std::vector<RunFigures>(const std::vector<Scenario>& batch)>;

// --- compare

struct Variant {
  std::string label;
  Scenario scenario;
};

struct CompareOptions {
  std::size_t least = 5, most = 40;  // replications
  double precision = 0.05;           // stop when every difference is known to this share of the first variant's figure
};

enum class Judgement { Better, Worse, NoDifferenceShown };

struct Difference {
  const FigureInfo* figure = nullptr;
  Estimate first, other, difference;  // the last one paired
  Judgement judgement = Judgement::NoDifferenceShown;
};

struct PairedComparison {
  std::vector<std::string> labels;                   // the first one is compared with
  std::vector<std::vector<RunFigures>> runs;         // by variant, then by replication
  std::vector<std::vector<Difference>> differences;  // by further variant
  std::size_t replications = 0;
  bool precise = false;  // the precision was reached
};

// REQUIRES at least two variants that can run. The seeds are those from the first variant's seed on.
PairedComparison compare(const std::vector<Variant>& variants, const CompareOptions& options, const Runner& run);

// A sentence for each figure whose interval supports one, else that none does.
std::string verdictText(const PairedComparison& comparison);
std::string comparisonText(const PairedComparison& comparison);

}  // namespace faultline

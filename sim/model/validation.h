// The sections of `validate`, one function each. Each appends what it finds; none depends on another having passed.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "base/diagnostic.h"
#include "model/descriptor.h"
#include "model/doubts.h"
#include "model/edge_policy.h"
#include "model/scenario.h"

namespace faultline {

// Nobody reads more, and every one costs time.
inline constexpr std::size_t kMostFindings = 1000;

inline constexpr const char* kNameRule = "names start with a letter and hold letters, digits, - and _";

// What several sections look up. Holds pointers into the scenario.
struct ScenarioIndex {
  explicit ScenarioIndex(const Scenario& s);

  const Scenario& scenario;
  std::unordered_map<std::string_view, std::size_t> nodes;  // first node of that name
  std::vector<const ComponentInfo*> kinds;                  // by node; null when unknown
  struct Arrow {
    std::size_t from, to;  // nodes
    std::size_t edge;      // index in the scenario
    EdgePolicy policy;
  };
  std::vector<std::vector<std::size_t>> leaving;  // by node: its arrows
  std::vector<Arrow> arrows;                      // edges whose ends exist and whose policy can be understood
};

void validateTop(const Scenario& scenario, Diagnostics& problems);
void validateLayout(const Scenario& scenario, Diagnostics& problems);
void validateClasses(const Scenario& scenario, Diagnostics& problems);
void validateHosts(const Scenario& scenario, Diagnostics& problems);
void validateRegions(const Scenario& scenario, Diagnostics& problems);
void validateNodes(const ScenarioIndex& index, Diagnostics& problems);
void validateEdges(const ScenarioIndex& index, Diagnostics& problems);
void validateGraph(const ScenarioIndex& index, Diagnostics& problems);
void validateTimeline(const Scenario& scenario, Diagnostics& problems);
void validateExpectations(const Scenario& scenario, const Doubts& doubts, Diagnostics& problems);
void validateAlerts(const Scenario& scenario, const Doubts& doubts, Diagnostics& problems);
void validateTeaching(const Scenario& scenario, const Doubts& doubts, Diagnostics& problems);  // lesson and challenge
void validateRecorded(const Scenario& scenario, Diagnostics& problems);
// Only where leavesMetrics.
void validateRecordedMetrics(const Scenario& scenario, Diagnostics& problems);
void validateMemory(const ScenarioIndex& index, Diagnostics& problems);

// A named query has to exist at the store that an arrow to this node leads to, or at one of those behind it.
void checkQuery(const ScenarioIndex& index, std::size_t node, const std::string& query, const std::string& path,
                Diagnostics& problems);

std::string pathOf(const EdgeSpec& edge);  // "edges.a -> b"

// Whether the metrics are there and have their names although something is wrong at each of these places. Otherwise
// what is said about them cannot be judged.
bool leavesMetrics(const Diagnostics& problems);

}  // namespace faultline

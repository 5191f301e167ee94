// What differs between two scenarios, by name: what a window has to redraw, and what a running simulation can be told.
//
// Thread safety: pure functions. Complexity: O(n log n) in the size of the scenarios.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "model/scenario.h"

namespace faultline {

// One parameter that was written, or given by a preset, and differs, as deep inside groups and tables as the two values
// allow.
struct ParamChange {
  std::string owner;  // a node, or an edge by its name (EdgeSpec::name) when isEdge
  bool isEdge = false;
  std::string path;     // "connections", "queries.by_email.rows"
  Value before, after;  // unset where nothing was written, in the preset neither
  bool operator==(const ParamChange&) const = default;
};

struct ScenarioDiff {
  // Nodes and edges by name. A node that changed only its name is in renamedNodes, and its edges are not listed.
  std::vector<std::string> addedNodes, removedNodes;
  std::vector<std::pair<std::string, std::string>> renamedNodes;  // before, after
  std::vector<std::string> changedNodes;  // other parameters, preset, kind or group; by the name after
  std::vector<std::string> movedNodes;    // another place in the layout; by the name after
  std::vector<std::string> addedEdges, removedEdges, changedEdges;
  std::vector<ParamChange> params;  // of nodes and edges that are in both
  bool kinds = false;               // some node changed its kind or group
  bool order = false;               // the nodes or edges that are in both changed their order
  bool timeline = false;
  bool groups = false;
  bool classes = false;
  bool notes = false;
  bool settings = false;  // duration, warm-up, sampling, seed, limit of calls
  bool texts = false;     // name, description, expectations, lesson, challenge, recorded data, traces

  bool empty() const;
  // Whether nodes, edges or groups came, went or changed their names.
  bool changesGraph() const;
  bool operator==(const ScenarioDiff&) const = default;
};

ScenarioDiff diff(const Scenario& before, const Scenario& after);

}  // namespace faultline

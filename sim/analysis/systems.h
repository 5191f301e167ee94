// The systems that a scenario holds: often one, but a design and its cure may be drawn side by side.
//
// Nodes belong together when an arrow, a host that they share, or a parameter that names the other connects them.
// Thread safety: pure function. Complexity: linear in nodes and arrows.
#pragma once

#include <string>
#include <vector>

#include "model/validation.h"

namespace faultline {

struct System {
  std::string name;         // of its first node that work begins at, else of its first node
  std::vector<bool> holds;  // by node
};

// In the order of their first nodes.
std::vector<System> systemsOf(const ScenarioIndex& architecture);

}  // namespace faultline

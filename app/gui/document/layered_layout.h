// Places for the nodes of a scenario: callers to the left of what they call, few crossings, long arrows around the
// cards.
//
// Sugiyama's scheme: arrows that close a cycle are ignored, each node stands one layer behind its furthest caller,
// layers are ordered by the mean place of their neighbours (barycentre), and then drawn together. Deterministic.
// Complexity: O(sweeps * (nodes + edges * layers spanned)).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "model/scenario.h"

namespace faultline {

// In the order of the nodes; the places are centres of cards, around the origin.
std::vector<std::pair<std::string, Point>> layeredLayout(const Scenario& scenario);

}  // namespace faultline

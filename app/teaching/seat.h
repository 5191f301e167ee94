// Seats of a workshop: the same system with luck of their own, and faults that nobody shows them.
//
// Thread safety: pure functions. Determinism: a seat's name gives the same seed everywhere.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/scenario.h"

namespace faultline {

std::uint64_t seedOfSeat(const Scenario& scenario, std::string_view seat);

// What a seat may see: the architecture, without timeline, expectations, story, notes, lesson and challenge, which
// would tell.
Scenario sealed(const Scenario& scenario);

// The places that the first fault of the timeline hits, in its order: nodes, arrows, members of regions and hosts.
std::vector<std::string> hiddenCauses(const Scenario& scenario);
// The names that a guess may give: nodes and arrows.
std::vector<std::string> places(const Scenario& scenario);

}  // namespace faultline

// Seats of a workshop: the same system with luck of their own, and faults that nobody shows them.
//
// Thread safety: pure functions. Determinism: a seat's name gives the same seed everywhere.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/scenario.h"
#include "teaching/scoreboard.h"

namespace faultline {

std::uint64_t seedOfSeat(const Scenario& scenario, std::string_view seat);

// What a seat may see: the architecture, without timeline, expectations, story, notes, lesson and challenge, which
// would tell.
Scenario sealed(const Scenario& scenario);

// The places that the first fault of the timeline hits, in its order: nodes, arrows, members of regions and hosts.
std::vector<std::string> hiddenCauses(const Scenario& scenario);
// What was done then: the verbs of those actions.
std::vector<std::string> hiddenVerbs(const Scenario& scenario);
// The names that a guess may give: nodes and arrows; and what can have been done to one of them: verbs.
std::vector<std::string> places(const Scenario& scenario);
std::vector<std::string> verbsAt(const Scenario& scenario, const std::string& place);

// Where it began, and perhaps with what.
struct Guess {
  std::string place, verb;  // an empty verb: only the place counts
};
// What the guess is to the scoreboard; seat and time are the caller's. REQUIRES a scenario with hidden causes.
Try judged(const Scenario& scenario, const Guess& guess);

}  // namespace faultline

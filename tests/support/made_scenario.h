// Scenarios made up from the catalog alone, so that every kind there is, and every kind to come, is put to the test.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/simulation.h"
#include "model/descriptor.h"
#include "model/scenario.h"
#include "support/bookkeeper.h"
#include "support/value_source.h"

namespace faultline {

inline constexpr const char* kSubject = "subject";

// What the parameters of a kind are when nothing is written.
ValueMap defaultsOf(const ComponentInfo& kind);

// The smallest design in which a node of this kind, called `subject`, works: something calls it unless it sends
// requests itself, and it calls two others (one where it may call only one) if it has to, or if it may and
// `withTargets`.
Scenario designAround(const ComponentInfo& kind, bool withTargets = true);

// Gives `subject` other parameters; false when validation does not accept them.
bool trySubjectParams(Scenario& scenario, const ValueMap& params);

// A random valid scenario: kinds, arrows, policies, hosts and a timeline of faults, actions and changes. Empty when the
// seed led to nothing valid.
std::optional<Scenario> randomScenario(std::uint64_t seed);

// Whether a message can be lost for which nobody stops waiting.
bool mayWaitForEver(const Scenario& scenario);

// Advances in steps until `until`, or until the run has had `mostEvents`. Complexity of a run is bounded by that.
void advanceWithin(Simulation& simulation, SimTime until, std::uint64_t mostEvents);

// Ends the load and every fault, gives the rest `patience`, and says what is left over; empty when nothing is.
std::string leftOver(Simulation& simulation, const Bookkeeper& books, Duration patience);

}  // namespace faultline

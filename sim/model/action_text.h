// An action in a few words for people: "slow db (factor 10)", "set db.connections to 50".
//
// Thread safety: pure function.
#pragma once

#include <string>

#include "model/scenario.h"

namespace faultline {

std::string describe(const Action& action, const Scenario& scenario);

}  // namespace faultline

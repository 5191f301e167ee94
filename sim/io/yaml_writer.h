// Scenario values to canonical YAML: fixed order, defaults omitted, one line per node and edge where it fits, stable
// diffs. Reading what was written gives an equal scenario.
#pragma once

#include <string>

#include "model/scenario.h"

namespace faultline {

std::string writeScenario(const Scenario& scenario);

// One value in the text that the reader accepts for a parameter of that type.
std::string formatValue(const ParamInfo& info, const Value& value);

}  // namespace faultline

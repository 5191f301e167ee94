// Reads the files of recorded requests that a scenario's nodes name.
#pragma once

#include <string_view>

#include "base/diagnostic.h"
#include "model/scenario.h"

namespace faultline {

// Fills `scenario.traces`; files that are there already are not read again. Relative names are taken from `baseDir`.
// Problems are told with the path of the parameter.
Diagnostics loadTraces(Scenario& scenario, std::string_view baseDir);

}  // namespace faultline

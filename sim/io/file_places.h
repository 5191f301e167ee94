// Names of files in a scenario, which are relative to the folder it stands in.
//
// Thread safety: a function of its arguments and of symbolic links. Complexity: linear in the scenario.
#pragma once

#include <string>

#include "model/scenario.h"

namespace faultline {

// So that a scenario that was read in folder `from` finds its files when it is written into folder `to`. Distributions
// hold what their files said, and need none.
void keepFiles(Scenario& scenario, const std::string& from, const std::string& to);

}  // namespace faultline

// All checks over one scenario. The same checks serve the reader, the command line and the editor.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/diagnostic.h"
#include "model/scenario.h"

namespace faultline {

// Every problem at once; empty of errors means that the scenario can run. Complexity: O(size of the scenario).
// What only follows from other errors is left out: from its own, and from those that were `found` on reading.
Diagnostics validate(const Scenario& scenario, const Diagnostics& found = {});

// The known name nearest to what was written, or empty when none is near (Damerau-Levenshtein distance <= 1/3 of the
// length). Used for every "did you mean".
std::string nearestName(std::string_view written, std::span<const std::string_view> known);

}  // namespace faultline

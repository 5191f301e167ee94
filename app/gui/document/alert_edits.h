// Edits of the rules that alerts fire by. A scenario that has none of its own has the default ones; the first change
// makes them its own.
#pragma once

#include <span>

#include "gui/document/edits.h"

namespace faultline {

// Those of the scenario, or the default ones.
std::span<const AlertSpec> alertSpecs(const Scenario& scenario);

// Beginnings of rules to choose from: the default ones, and every metric of the scenario.
std::vector<std::string> alertSuggestions(const Scenario& scenario);

namespace edits {

// A rule that cannot be understood is refused, with what would be right.
Edit addAlert(AlertSpec alert);
Edit changeAlert(std::size_t index, AlertSpec alert);
Edit removeAlert(std::size_t index);
// The scenario gives up its own rules.
Edit useDefaultAlerts();

}  // namespace edits
}  // namespace faultline

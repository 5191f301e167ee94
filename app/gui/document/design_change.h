// Changes of the design, as what-if proposes them, as an edit of the document.
#pragma once

#include <vector>

#include "analysis/whatif.h"
#include "gui/document/edits.h"

namespace faultline::edits {

// Settings and inserted nodes together. An inserted node gets a place between the two that its arrow joined.
Edit applyChanges(std::vector<Change> changes);

}  // namespace faultline::edits

namespace faultline {

// "app -> db: a Bulkhead with its defaults + db: twice the cores"
std::string labelOf(const std::vector<Change>& changes);
double costOf(const std::vector<Change>& changes);

}  // namespace faultline

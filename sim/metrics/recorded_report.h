// A comparison of a run with a recording, as text for people.
//
// Thread safety: pure functions. Determinism: the text depends on the arguments only.
#pragma once

#include <string>
#include <vector>

#include "metrics/recorded_result.h"

namespace faultline {

// A table a phase and the line "N of M within tolerance"; empty when there is nothing to compare.
std::string recordedText(const RecordedResult& result);

// One sentence for each figure that missed its tolerance.
std::vector<std::string> recordedMisses(const RecordedResult& result);

}  // namespace faultline

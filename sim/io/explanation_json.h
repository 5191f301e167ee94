// An explanation as JSON, for programs. Times are in seconds of the run; a stage's causes are numbers of earlier stages,
// counted from 1 as in the text. Keys keep their order. Thread safety: pure function.
#pragma once

#include <string>

#include "metrics/explanation.h"

namespace faultline {

// Ends with a line feed.
std::string explanationJson(const Explanation& explanation);

}  // namespace faultline

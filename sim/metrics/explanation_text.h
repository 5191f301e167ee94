// An explanation as text for people: numbered sentences with figures of the run, then trigger, misleading metrics and
// recovery. The only place that puts explanations into words.
//
// Thread safety: pure functions. Determinism: the text depends on the arguments only.
#pragma once

#include <string>

#include "metrics/explanation.h"

namespace faultline {

std::string explanationText(const Explanation& explanation);

// What one stage says, without its number and reasons: "db: its own time for each call 8.2 ms -> 3.9 s".
std::string stageText(const Stage& stage);
// Why it came about, in words that name the stages by their numbers; empty for a trigger.
std::string reasonText(const Explanation& explanation, std::size_t stage);
std::string observationText(const Observation& observation);
// "02:05.2"
std::string clockText(SimTime time);
// One word for programs and tables: "own_time".
const char* aspectName(Aspect aspect);

}  // namespace faultline

// The tables behind the plain parts of a scenario: its top level, its request classes, its hosts and
// regions, its notes, its recorded data, its lesson and its challenge.
//
// They bind YAML keys, units, ranges and help to the members of Scenario and its parts, as a component's table does for
// its parameters. Collections (classes, hosts, nodes, edges, timeline, phases) are not in them.
//
// Thread safety: immutable.
#pragma once

#include <span>

#include "model/descriptor.h"

namespace faultline {

std::span<const ParamInfo> scenarioParams();      // binds Scenario
std::span<const ParamInfo> requestClassParams();  // binds RequestClass; `share` is another way to write `weight`
std::span<const ParamInfo> hostParams();          // binds GroupSpec
std::span<const ParamInfo> regionParams();        // binds GroupSpec
std::span<const ParamInfo> noteParams();          // binds NoteSpec; its place is no parameter
std::span<const ParamInfo> recordedParams();      // binds RecordedSpec
std::span<const ParamInfo> recordedRowParams();   // binds RecordedRow
std::span<const ParamInfo> alertParams();         // binds AlertSpec
std::span<const ParamInfo> lessonStepParams();    // binds LessonStep
std::span<const ParamInfo> challengeParams();     // binds ChallengeSpec

}  // namespace faultline

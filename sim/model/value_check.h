// Checks of single values against their descriptor: type, range, choices, required fields, names that must exist.
//
// Complexity: linear in the size of the value. Thread safety: functions without state.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "model/descriptor.h"
#include "model/scenario.h"

namespace faultline {

// What a value must lie in where the descriptor leaves a bound open: no quantity but a plain number or count may be
// negative, a ratio is at most one, no span is longer than kLongestDuration, and nothing drawn for a call than a day.
Range allowedRange(const ParamInfo& info);

// "between 1 and 10k", in the units of the parameter.
std::string describeRange(const ParamInfo& info);

// "a duration like 8ms, 2s or 5min".
std::string expectedText(const ParamInfo& info);

// [A-Za-z][A-Za-z0-9_-]*, at most 100 characters.
bool isIdentifier(std::string_view name);

// "did you mean "x"?", or the list of what is known when nothing is near. Empty when nothing is known.
std::string suggestion(std::string_view written, std::span<const std::string_view> known);
std::vector<std::string_view> namesOf(std::span<const ParamInfo> params);
std::vector<std::string_view> namesOf(std::span<const ChoiceInfo> choices);

// suggestion() among the request classes.
std::string suggestClass(const Scenario& scenario, std::string_view written);

// Appends an error for everything that is wrong with `value`. The scenario gives the names of nodes and classes.
void checkValue(const ParamInfo& info, const Value& value, const std::string& path, const Scenario& scenario,
                Diagnostics& problems);
// The same for a whole map, with unknown names and missing required ones.
void checkFields(std::span<const ParamInfo> params, const ValueMap& values, const std::string& path,
                 const Scenario& scenario, Diagnostics& problems);

}  // namespace faultline

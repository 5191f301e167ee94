// Values by their paths through groups, rows of tables and classes, and what of them a parameter struct can hold.
//
// Thread safety: pure functions. Complexity: linear in what is read or written.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "model/descriptor.h"

namespace faultline {

std::string pathOf(std::span<const std::string> names);

// The value of a group or of a row of a table that holds nothing but what must be written.
Value leastRow(std::span<const ParamInfo> fields, const Value& defaults);

namespace paths {

using Path = std::span<const std::string>;

// What stands at the end of a path in a parameter struct; unset when nothing does.
Value readAt(std::span<const ParamInfo> params, const void* object, Path path);
// What is written at the end of a path, or null.
const Value* writtenAt(const ValueMap& map, Path path);
// Removes what is at the end of a path; rows of tables and optional groups stay when nothing is left in them, as their
// being there says something.
void eraseAt(std::span<const ParamInfo> params, ValueMap& values, Path path);
// A map that has nothing but the way to the last name but one, so that reading it back gives the defaults there.
Value skeleton(Path path);

}  // namespace paths

// Gives a parameter struct those values that it can hold. The others go to `unusable`, by name and text: names that are
// not there any more, and figures out of range, can be held and shown; a file with errors is shown too.
void assignSound(std::span<const ParamInfo> params, const ValueMap& values, void* object,
                 std::vector<std::pair<std::string, std::string>>* unusable);

}  // namespace faultline

// Parameter values <-> text, by descriptor: what a file, --set and the inspector's editors have in common.
//
// Thread safety: functions without state. Ranges and names are not checked here, see model/value_check.
#pragma once

#include <string>
#include <string_view>

#include "base/quantity.h"
#include "model/descriptor.h"

namespace faultline {

// The word that unsets an optional parameter.
inline constexpr const char* kUnset = "none";

// A value that is written as one text. Groups, tables and points are not, and give a problem. `baseDir` is where CSV
// files of distributions are looked for.
Parsed<Value> parseValue(const ParamInfo& info, std::string_view text, std::string_view baseDir = {});

// One value in YAML's flow style, quoted where it must be. Null when the type is unknown: then the value's own type
// decides.
std::string formatFlow(const ParamInfo* info, const Value& value);

// A text as YAML that stays the same text inside { } and [ ].
std::string quotedForYaml(std::string_view text);

}  // namespace faultline

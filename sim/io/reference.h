// The reference and the schema, generated from the tables that the program itself uses.
//
// Thread safety: functions without state. Deterministic: the same text every time, so it can be committed and compared.
#pragma once

#include <string>
#include <string_view>

namespace faultline {

// Everything that a scenario may hold, as Markdown: top level, request classes, hosts, every kind of the catalog,
// edges, actions.
std::string referenceMarkdown();

// One kind, for the terminal: parameters with defaults and ranges, metrics, reasons of failure, verbs. Empty for an
// unknown kind.
std::string referenceFor(std::string_view kind);

// JSON Schema (draft 2020-12) of scenario files, for completion and checks in editors.
std::string jsonSchema();

}  // namespace faultline

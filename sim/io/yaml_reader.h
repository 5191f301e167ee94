// Scenario files: text to value. The only include of yaml-cpp besides the writer.
//
// Every problem is reported with file, line and column. Bounded: a file over kMaxFileBytes, nesting over kMaxDepth or
// an expansion of aliases over kMaxNodes is refused before it can cost time or memory. Never throws.
#pragma once

#include <string>
#include <string_view>

#include "base/diagnostic.h"
#include "model/scenario.h"

namespace faultline {

inline constexpr std::size_t kMaxFileBytes = 2u << 20;
inline constexpr int kMaxDepth = 64;
inline constexpr std::size_t kMaxNodes = 200'000;

// Reads and validates. `fileName` appears in diagnostics; CSV files are looked for beside it.
Result<Scenario> readScenarioFile(const std::string& fileName);
Result<Scenario> readScenarioText(std::string_view text, const std::string& fileName);

// Findings about a scenario of this file that know their place by path, with line and column.
Diagnostics placedInFile(const std::string& fileName, Diagnostics findings);

// One parameter from text, as --set gives it: "db.connections=50", "app -> db.timeout=2s", "duration=60s".
// Applies it to the scenario; problems as diagnostics without a place.
Diagnostics applySetting(Scenario& scenario, std::string_view setting);

}  // namespace faultline

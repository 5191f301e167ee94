// From a file and the command line's changes to a scenario that can run.
#pragma once

#include <optional>
#include <string>

#include "base/diagnostic.h"
#include "cli/commands.h"
#include "io/translation.h"
#include "model/scenario.h"

namespace faultline::cli {

// Reads, changes and validates. Problems and warnings go to standard error; empty when there was an error.
std::optional<Scenario> loadScenario(const RunOptions& options);

// The texts of a file's scenario in another language; nothing for English. Says on standard error when there are none, and what
// is wrong with them. The exit status.
int readTexts(const std::string& scenarioFile, const std::string& language, Translation& translation);

// The program's own words on pages, likewise.
int readWords(const std::string& scenarioFile, const std::string& language, Translation& translation);

// Whether the calls that the scenario may have in flight fit this machine. Lowers a limit that nobody wrote.
Diagnostics fitToMemory(Scenario& scenario);

// Where the files that a scenario names are looked for.
std::string folderOf(const std::string& scenarioFile);

void printProblems(const Diagnostics& problems);
// The same on standard output, where they are the result.
std::string listOf(const Diagnostics& problems);

}  // namespace faultline::cli

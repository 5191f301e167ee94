// Options that several commands share, and the commands whose options stand in files of their own.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "cli/commands.h"

namespace faultline::cli {

void addSettings(CLI::App& command, RunOptions& options);
// What every command that simulates can be told.
void addSimulating(CLI::App& command, RunOptions& options);
void addFormat(CLI::App& command, bool& json);

// lesson, grade, handout, guess, round, board and texts. `chosen` becomes what the user asked for.
void addTeaching(CLI::App& app, std::function<int()>& chosen);

}  // namespace faultline::cli

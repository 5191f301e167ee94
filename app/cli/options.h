// Options that several commands share, and the commands whose options stand in files of their own.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "cli/commands.h"

namespace faultline::cli {

// Checks that say what would be right. A number within bounds; a whole one; one of some words, each with what is
// stored.
CLI::Validator shareBetween(double least, double most);  // 5% or 0.05
CLI::Validator notEmpty();
CLI::Validator wholeNumberBetween(std::int64_t least, std::int64_t most);
CLI::Validator oneOf(std::vector<std::pair<std::string, std::string>> words);

void addSettings(CLI::App& command, RunOptions& options);
// What every command that simulates can be told.
void addSimulating(CLI::App& command, RunOptions& options);
void addFormat(CLI::App& command, bool& json);

// lesson, grade, handout, guess, round, board and texts. `chosen` becomes what the user asked for.
void addTeaching(CLI::App& app, std::function<int()>& chosen);

}  // namespace faultline::cli

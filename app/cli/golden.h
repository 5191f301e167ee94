// What a scenario's run came to when it was last accepted: a few lines that a person can compare, kept in tests/golden.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "metrics/summary.h"

namespace faultline::cli {

// <root>/scenarios/a/b.yaml -> <root>/tests/golden/a/b.golden; empty for a file that lies in no `scenarios` directory.
std::optional<std::filesystem::path> goldenPath(const std::filesystem::path& scenario);

std::string goldenText(const Summary& summary);

// The content, or empty when there is no such file.
std::optional<std::string> readGolden(const std::filesystem::path& path);
// Returns a problem, or an empty text.
std::string writeGolden(const std::filesystem::path& path, const std::string& text);

// The first line in which they differ: "events 12 instead of 13".
std::string firstDifference(const std::string& measured, const std::string& golden);

}  // namespace faultline::cli

// The log of requests: one JSON object a line, through spdlog.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "io/trace_log.h"

namespace faultline::cli {

inline constexpr const char* kToStandardOutput = "-";

// Whether a log may be written there, known before a long run. Returns a problem, or an empty text.
std::string refusalOfLog(const std::string& path, bool mayReplace);

// Lines from `least` on, to a file or to standard output. Simulated time begins at the Unix epoch, as in the traces.
// Returns a problem, or an empty text.
std::string writeRequestLog(const std::string& path, const std::vector<LogLine>& lines, LogLevel least);

}  // namespace faultline::cli

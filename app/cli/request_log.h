// The log of requests: one JSON object a line, through spdlog.
#pragma once

#include <string>
#include <vector>

#include "io/trace_log.h"

namespace faultline::cli {

// Lines from `least` on. Simulated time begins at the Unix epoch, as in the traces.
std::string requestLog(const std::vector<LogLine>& lines, LogLevel least);

}  // namespace faultline::cli

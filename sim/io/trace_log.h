// Call trees as a log: a line for each call of the kept traces, written when its caller had the answer or gave up.
//
// Lines carry the ids of the trees (io/trace_ids.h), so that a line leads to its tree in Jaeger or Tempo. In order of
// time. Bounded like the traces. Thread safety: pure function.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "metrics/call_trace.h"

namespace faultline {

// Info: as it should be. Warning: a call failed. Error: a whole operation did.
enum class LogLevel { Info, Warning, Error };

struct LogLine {
  SimTime time;
  LogLevel level = LogLevel::Info;
  std::string fields;  // members of a JSON object, without its braces
};

std::vector<LogLine> traceLog(const Traces& traces, std::uint64_t run);

}  // namespace faultline

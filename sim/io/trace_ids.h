// The ids of call trees, the same in every export of a run: 32 and 16 hexadecimal digits as in OTLP.
//
// `run` makes the ids of different runs different: its fingerprint, for example. Thread safety: pure functions.
#pragma once

#include <cstdint>
#include <string>

#include "metrics/call_trace.h"

namespace faultline {

std::string traceId(std::uint64_t run, const CallTrace& trace);
std::string spanId(const CallTrace& trace, std::uint32_t span);
const char* nameOf(KeptFor why);

}  // namespace faultline

#include "io/trace_ids.h"

#include <cstdio>

namespace faultline {
namespace {

std::string hex(std::uint64_t value) {
  char text[24];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(value));
  return text;
}

}  // namespace

// Never zero, which would be invalid as an id.
std::string traceId(std::uint64_t run, const CallTrace& trace) {
  return hex(run) + hex(std::uint64_t{trace.operation} + 1);
}
std::string spanId(const CallTrace& trace, std::uint32_t span) {
  return hex((std::uint64_t{trace.operation} << 32 | span) + 1);
}

const char* nameOf(KeptFor why) {
  switch (why) {
    case KeptFor::Slow:
      return "slow";
    case KeptFor::Failed:
      return "failed";
    case KeptFor::Random:
      return "random";
  }
  return "";
}

}  // namespace faultline

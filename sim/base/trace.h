// Recorded requests: when each came and, where it is known, what it was.
//
// Two formats are read. CSV (RFC 4180) with a header: the column `time` in seconds, optionally `class`, `key` and
// `user`. Access logs in the common or combined format (Apache's %h %l %u %t "%r" %>s %b ...): the time to the second,
// GET and HEAD are reads, everything else writes, the key is the path without its query, the user is the address; the
// requests of one second are spread evenly over it. Times from 1e9 s on, that is calendar times, count from the first
// request.
//
// Thread safety: a value and pure functions. Complexity: O(n log n). Errors: in `problem`, with the line.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace faultline {

struct Trace {
  enum class Effect : std::uint8_t { Unknown, Read, Write };
  static constexpr std::uint16_t kNoClass = 0xffff;
  static constexpr std::uint32_t kNone = 0xffffffff;

  struct Entry {
    Duration at;
    std::uint32_t key = kNone;
    std::uint32_t user = kNone;
    std::uint16_t klass = kNoClass;  // index into `classes`
    Effect effect = Effect::Unknown;
  };
  std::vector<Entry> entries;  // in order of time
  std::vector<std::string> classes;
};

inline constexpr std::size_t kMostTraceEntries = 10'000'000;
inline constexpr std::uintmax_t kMostTraceBytes = 512u * 1024 * 1024;

struct TraceResult {
  std::shared_ptr<const Trace> trace;  // null when there is a problem
  std::string problem;
};

TraceResult parseTrace(std::string_view text);
// A relative path is taken from `baseDir`.
TraceResult readTraceFile(std::string_view baseDir, std::string_view path);

}  // namespace faultline

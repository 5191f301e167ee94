// Call trees of single operations, as plain values: where a slow request spent its time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"

namespace faultline {

inline constexpr std::uint32_t kNoSpan = 0xffffffff;

// One call at one node; the first span of a trace is the operation itself. What did not happen has the time of what
// ended it: a lost message arrives when its caller gives up.
struct Span {
  std::uint32_t parent = kNoSpan;  // span of the caller, of the same trace
  std::uint32_t node = 0;          // of the scenario: who was called
  std::uint32_t edge = 0xffffffff;  // of the scenario; none for the operation
  std::uint16_t instance = 0;
  bool failed = false, timedOut = false, arrivedAtAll = true;
  SimTime sent, arrived, started, answered, returned;
  Duration connection;  // before `sent`: waited for a connection
  Duration backoff;     // before that: waited for its turn to retry
  std::uint32_t failure = 0;  // of the answer, index into Traces::failures; 0: ok
};

// Why something failed, and where that was born.
struct NamedFailure {
  std::uint32_t node = 0;
  std::string reason;
};

enum class KeptFor { Slow, Failed, Random };

struct CallTrace {
  std::uint32_t operation = 0;
  std::uint16_t requestClass = 0;
  KeptFor keptFor = KeptFor::Random;
  bool failed = false;
  std::vector<Span> spans;
  SimTime begin() const { return spans.front().sent; }
  Duration latency() const { return spans.front().returned - spans.front().sent; }
};

enum class TimePart { Queue, Connection, Service, Network, Backoff };
inline constexpr int kTimeParts = 5;
const char* partName(TimePart part);

// A stretch of an operation's time, in which it waited for one thing. For waiting that happens at the caller (connection,
// backoff, network) the node is who was to be called.
struct TimeShare {
  std::uint32_t node = 0;
  TimePart part = TimePart::Service;
  SimTime from, to;
};

// The operation's whole time without overlap, in order: at each instant what the end of the operation depended on (the
// critical path). Complexity: n log n in the spans.
std::vector<TimeShare> criticalPath(const CallTrace& trace);

struct Blame {
  std::uint32_t node = 0;
  TimePart part = TimePart::Service;
  double meanMs = 0;  // for each of the operations that are looked at
};

struct TailBlame {
  Duration p99;                 // of all operations
  std::uint64_t operations = 0;  // that took at least so long, and are looked at
  double meanMs = 0;            // of these
  std::vector<Blame> parts;     // the greatest first
};

struct Traces {
  std::vector<std::string> nodes;    // names by index
  std::vector<std::string> classes;
  std::vector<NamedFailure> failures;  // the first stands for none
  std::vector<CallTrace> kept;       // by begin
  TailBlame tail;
  std::uint64_t seen = 0;            // operations that ended
  std::uint64_t skipped = 0;         // of these not followed, for lack of memory
};

// "1.8 s of 2.0 s: waiting for ..." and a waterfall of the slowest trace.
std::string tracesText(const Traces& traces);

}  // namespace faultline

// The record of one hop of a request.
//
// A call is made by a node along an edge, is held by the callee until it replies, and ends exactly once. A router
// passes a call on instead of making a new one: the record then carries a chain of legs (`Hop`), so routing costs no
// second record. The first cache line holds what every event touches.
#pragma once

#include <cstdint>
#include <cstddef>

#include "base/time.h"

namespace faultline {

using NodeId = std::uint32_t;
using EdgeId = std::uint32_t;
using CallId = std::uint32_t;     // 0: none
using FailureId = std::uint32_t;  // 0: ok; else a (node, reason) of this run

inline constexpr EdgeId kNoEdge = 0xffffffff;
inline constexpr std::uint16_t kAnyInstance = 0xffff;
inline constexpr std::uint32_t kNoKey = 0xffffffff;

enum CallFlag : std::uint32_t {
  kLive = 1 << 0,
  kWrite = 1 << 1,      // the effect is a write
  kOrphan = 1 << 2,     // the caller no longer waits
  kLost = 1 << 3,       // a message was lost: nobody will answer
  kProbe = 1 << 4,      // a health check
  kFill = 1 << 5,       // puts a fetched value into a cache
  kMiss = 1 << 6,       // answer: the value was not there
  kStale = 1 << 7,      // answer: older than the last committed write
  kDegraded = 1 << 8,   // answer: something optional failed
  kWaiting = 1 << 9,    // in a queue of the callee
  kServing = 1 << 10,   // held by a server of the callee
  kOnCpu = 1 << 11,     // its work is on a shared CPU
  kCancelled = 1 << 12, // the caller asked to stop
  kHeld = 1 << 13,      // at the callee: arrived and not yet answered
  kFinalAttempt = 1 << 14,  // abandoned together with its operation
  kMessage = 1 << 15,   // delivered by a queue: the answer is the acknowledgement
  kAgain = 1 << 18,     // a repetition: it may have arrived before
  kSpared = 1 << 19,    // at the callee: whether the fault `errors` hits it was drawn, and it does not
  kQueryInMarks = 1 << 17,  // until the callee uses `marks`: they hold the query of an arrow before, see Context::queryOf
  kFetched = 1 << 16,   // answer: a cache missed on the way, and the value was fetched from behind it
};

// What an answer tells about itself, and about what it answers.
inline constexpr std::uint32_t kToldFlags =
    kMiss | kStale | kDegraded | kFetched | kWrite | kProbe | kFill | kMessage | kCancelled;

// One leg of a call's way: what a router sets aside when it passes the call on.
struct Leg {
  std::int64_t sent;       // by the caller; for the first leg of an operation the intended time
  std::int64_t arrived;    // at the callee
  std::int64_t timeoutAt;  // when the caller gives up; 0: never. An event whose time differs is stale
  EdgeId edge;             // kNoEdge while at its origin
  std::uint16_t instance;  // of the callee
  std::uint16_t origin;    // instance of the caller
};
static_assert(sizeof(Leg) == 32);

// What a call asks for and what its answer carries: a reply is told with the same words.
struct CallContent {
  std::uint32_t flags;     // CallFlag
  FailureId failure;       // of the answer
  std::uint32_t key;
  std::uint32_t version;   // of the value in the answer
  std::int64_t retryAfter; // hint of the answer in nanoseconds, 0: none; until then the callee may use it
  std::uint32_t user;
  std::uint16_t klass;
  std::uint16_t repeat;    // remaining sequential repeats of this edge after this call

  bool has(CallFlag f) const { return (flags & f) != 0; }
};
static_assert(sizeof(CallContent) == 32);

struct alignas(64) Call : Leg, CallContent {
  std::int64_t due;        // end of the callee's work or waiting limit; 0: none. An event whose time differs is stale
  std::int64_t started;    // when a server took it
  std::int64_t born;       // when the user meant to send the operation; latency counts from here
  std::int64_t deadline;   // 0: none
  CallId parent;           // the call on whose behalf it was made; 0 for operations
  std::uint32_t next;      // free list, and the callee's queue
  std::uint32_t hop;       // earlier legs, newest first; 0: none
  std::uint32_t outbound;  // the attempt's record, see engine/outbound.h; 0: none
  std::uint32_t operation; // serial number of the user operation it belongs to
  std::uint32_t scratch;   // the callee's own; while waiting: the previous call in the queue
  std::uint32_t marks;     // the callee's own: which of its edges missed
  std::uint16_t step;      // the callee's own: call plan
  std::uint16_t pending;   // the callee's own: call plan

  // A call without a past, field by field: it is cheaper than to clear the record as a block.
  void reset(std::uint32_t withFlags) {
    issue(withFlags, kNoEdge, 0, 0, 0);
    born = deadline = 0;
    key = version = user = 0;
    klass = repeat = origin = 0;
    parent = operation = scratch = 0;
  }
  // The same on its first leg, but for the fields that `reset` sets besides: who calls this sets each of them, so that
  // no field is written twice.
  [[gnu::always_inline]] void issue(std::uint32_t withFlags, EdgeId over, std::uint16_t to, std::int64_t at,
                                    std::int64_t until) {
    sent = at;
    arrived = 0;
    timeoutAt = until;
    edge = over;
    instance = to;
    flags = withFlags;
    failure = 0;
    retryAfter = due = started = 0;
    next = hop = outbound = marks = 0;
    step = pending = 0;
  }
  void set(CallFlag f) { flags |= f; }
  void clear(CallFlag f) { flags &= ~static_cast<std::uint32_t>(f); }
};
static_assert(sizeof(Call) == 128);

// An outer leg of a call that was passed on.
struct Hop {
  Leg leg;
  std::uint32_t next;  // the leg before it; also the free list
};

}  // namespace faultline

// The call policy of an edge that needs memory: retries, pooled connections, hedges, single flight.
//
// One record per logical call; its attempts are ordinary calls that point to it. Edges without such a policy never make
// one.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/call.h"

namespace faultline {

struct OutboundCall {
  enum class State : std::uint8_t { WaitingForConnection, Refused, InFlight, BackingOff, Joined };

  std::uint32_t next;     // free list; waiting list; followers of a shared attempt
  std::uint32_t previous; // waiting list
  CallId parent;          // 0: nobody waits for the answer
  EdgeId edge;
  CallId attempts[4];     // outstanding ones; 0: free place
  std::uint32_t followers;
  std::uint32_t key;
  std::uint32_t user;
  std::uint32_t operation;
  std::uint32_t version;
  std::uint32_t query;    // of an arrow before this one, see Context::queryOf
  std::uint32_t flags;
  std::uint16_t klass;
  std::uint16_t origin;
  std::uint16_t instance;
  std::uint16_t repeat;
  std::uint16_t sent;     // attempts so far, hedges included
  std::uint16_t hedges;
  std::uint16_t retries;
  State state;
  bool holdsConnection;
  bool leads;             // of a single flight
  std::int64_t first;     // when the logical call was made
  std::int64_t deadline;
  std::int64_t born;
  std::int64_t queued;    // when it began to wait for a connection
  std::int64_t due;       // its timer; an event whose time differs is stale
  std::int64_t backoff;   // the previous one
};

struct RetryPolicy;
// The ceiling c_k of the backoff before retry k = 1, 2, ..., in nanoseconds; jitter is not in it.
double backoffCeiling(const RetryPolicy& retry, int k);

// Connections of one caller instance.
struct ConnectionPool {
  std::int64_t used = 0;
  std::int64_t waitingCount = 0;
  std::uint32_t firstWaiting = 0, lastWaiting = 0;
};

}  // namespace faultline

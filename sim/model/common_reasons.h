// The reasons of failure that any node can give; kinds declare further ones.
//
// Thread safety: constant data.
#pragma once

#include <cstdint>
#include <span>

#include "model/descriptor.h"

namespace faultline {

// The order is the index.
enum class CommonReason : std::uint8_t {
  Timeout,            // the caller gave up
  ConnectionRefused,  // the target is down
  ConnectionLost,     // the target crashed while it held the call
  NoTarget,           // nothing to call
  PoolExhausted,      // waited too long for a pooled connection, or too many waited
  DeadlineExceeded,   // the operation's deadline had passed
  InjectedError,      // the fault `errors`
  Cancelled,          // the caller asked to stop
  kCount,
};
std::span<const ReasonInfo> commonReasons();

// Null when a node of this kind never gives that reason.
const ReasonInfo* findReason(const ComponentInfo& kind, std::string_view name);

}  // namespace faultline

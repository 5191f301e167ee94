// The way back through a router: the answer of the call that it passed on becomes the router's own.
#pragma once

#include "engine/component.h"

namespace faultline {

// What an answer says beside its failure.
inline constexpr std::uint32_t kPassedFlags = kMiss | kFetched | kStale | kDegraded;

inline void takeAnswer(Call& call, const Reply& reply) {
  call.flags |= reply.flags & kPassedFlags;
  call.version = reply.version;
  call.retryAfter = reply.retryAfter;
}

// REQUIRES a call that is held here, and the answer to it.
inline void passAnswer(Context& ctx, CallId id, const Reply& reply) {
  takeAnswer(ctx.at(id), reply);
  ctx.reply(id, reply.failure);
}

}  // namespace faultline

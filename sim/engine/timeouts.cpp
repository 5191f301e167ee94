// What happens when a caller, or a user, gives up.
#include "engine/engine.h"

namespace faultline {

// The caller of one leg gives up. The callee does not learn of it (unless the edge says cancel) and works on.
void Engine::giveUp(CallId id, std::int64_t at) {
  Call& call = calls[id];
  std::uint32_t inner = 0;  // 0: the present leg, else the hop that holds the leg
  if (call.timeoutAt == at) {
    call.timeoutAt = 0;
  } else {
    if (!call.has(kLive)) return;
    std::uint32_t h = call.hop;
    while (h != 0 && hops[h].leg.timeoutAt != at) h = hops[h].next;
    if (h == 0) return;
    inner = h;
    hops[h].leg.timeoutAt = 0;
  }
  const EdgeId edgeId = inner ? hops[inner].leg.edge : call.edge;
  if (edgeId == kNoEdge) return giveUpOperation(id);
  EdgeState& edge = edges[edgeId];
  if ((inner ? hops[inner].next : call.hop) == 0 && isGone(*edge.caller, call.parent, call.operation)) {
    if (call.outbound == 0) return orphan(id, edge);
    forgetGoneParent(outbound[call.outbound]);
    if (outbound[call.outbound].followers == 0) return finishOutbound(call.outbound, Reply{});
  }
  ++events;
  fold(6, edgeId);
  ++edge.stats.timeouts;
  NodeState& caller = nodes[edge.from];
  const FailureId failure = common(edge.from, CommonReason::Timeout);
  ++caller.stats.reasons[static_cast<std::size_t>(CommonReason::Timeout)];
  if (observer) observer->onReturn(now, edge.from, id, call, true);
  const std::uint32_t outer = inner ? hops[inner].next : call.hop;
  if (outer == 0) {
    // The caller made this call itself: it forgets it, the record goes on alone.
    if (call.has(kOrphan)) return;
    CallId parent = call.parent;
    call.failure = failure;
    Reply reply = makeReply(call, edge, true);
    if (inner) {  // routers passed it on: their caller asked the first of them
      reply.instance = hops[inner].leg.instance;
      reply.latency = {now.ns - hops[inner].leg.sent};
    }
    if (call.outbound != 0) return attemptEnded(id, true);
    if (parent == 0) {
      // An operation that was passed on: it ends here, and the record goes on as the work that was asked for.
      parent = takeCall();
      if (parent == 0) return;
      calls[parent] = call;
      Call& operation = calls[parent];
      operation.edge = edgeId;
      operation.hop = 0;
      operation.due = operation.timeoutAt = 0;
      operation.flags = kLive | (call.flags & kWrite);
      standAtOrigin(operation);
      call.set(kFinalAttempt);
    }
    orphan(id, edge);
    return caller.component->onReply(caller.context, parent, reply);
  }
  const CallId standing = sever(id, inner);
  if (standing == 0) return;
  Call& back = calls[standing];
  back.failure = failure;
  Reply reply;
  reply.edge = edge.local;
  reply.instance = inner ? hops[inner].leg.instance : calls[id].instance;
  reply.failure = failure;
  reply.outcome = Outcome::Timeout;
  reply.timedOut = true;
  reply.key = back.key;
  reply.latency = edge.policy.timeout.value_or(Duration{});
  orphan(id, edge);
  caller.component->onReply(caller.context, standing, reply);
}

// The user gives up on an operation. What was asked for it goes on and finds out when it ends, see isGone.
void Engine::giveUpOperation(CallId id) {
  ++events;
  NodeState& node = nodes[calls[id].scratch];
  fold(6, node.context.node());
  if (tracksChildren) abandonChildren(id);
  ++node.stats.reasons[static_cast<std::size_t>(CommonReason::Timeout)];
  node.component->onGiveUp(node.context, id);
}

// From now on nobody waits for this call's answer on `edge`.
void Engine::orphan(CallId id, const EdgeState& edge) {
  Call& call = calls[id];
  call.set(kOrphan);
  call.outbound = 0;
  if (call.has(kLost)) {
    // The caller closes a connection on which nothing will come; routers in between learn that it is gone.
    call.clear(kLost);
    call.failure = common(edge.from, CommonReason::ConnectionLost);
    queue.pushNow(EventKind::Reply, id);
  } else if (edge.policy.cancel) {
    cancelCall(id);
  }
}

CallId Engine::sever(CallId id, std::uint32_t inner) {
  const CallId standing = takeCall();
  if (standing == 0) return 0;
  Call& call = calls[id];
  Call& back = calls[standing];
  back = call;
  back.hop = inner ? hops[inner].next : call.hop;
  back.flags = call.flags & ~(kHeld | kServing | kWaiting | kOnCpu | kLost);
  back.due = 0;
  popHop(back);
  if (back.timeoutAt != 0) queue.push({back.timeoutAt}, EventKind::Timeout, standing, true);
  for (std::uint32_t h = back.hop; h != 0; h = hops[h].next)
    if (hops[h].leg.timeoutAt != 0) queue.push({hops[h].leg.timeoutAt}, EventKind::Timeout, standing, true);
  if (inner) hops[inner].next = 0;
  else call.hop = 0;
  // Whoever waits for the call waits for the one that stands here.
  if (call.outbound != 0)
    for (CallId& attempt : outbound[call.outbound].attempts)
      if (attempt == id) attempt = standing;
  if (tracksChildren && call.parent != 0) {
    unlinkChild(id);
    linkChild(standing, call.parent);
  }
  call.outbound = 0;
  call.parent = 0;
  return standing;
}

}  // namespace faultline

#include "engine/engine.h"

#include <algorithm>
#include <limits>

namespace faultline {

namespace {
// A chain of this many events at one instant is a loop without delay, not work.
constexpr std::uint64_t kLivelockEvents = 50'000'000;
constexpr std::uint32_t kAnswerFlags = kMiss | kStale | kDegraded | kFetched;
}  // namespace

// ------------------------------------------------------------------- the loop

StopReason Engine::run(SimTime until) {
  std::uint64_t atInstant = 0;
  Event event;
  for (;;) {
    while (queue.hasNow()) {
      dispatchNow(queue.popNow());
      if (++atInstant > kLivelockEvents) [[unlikely]] return stop = StopReason::Livelock;
    }
    if (stopRequested) [[unlikely]] return stop;
    queue.restartNow();
    if (!queue.pop(until, event)) break;
    if (event.time != now.ns) {
      atInstant = 0;
      now.ns = event.time;
    }
    dispatch(event);
  }
  now = until;
  return StopReason::Reached;
}

bool Engine::step(SimTime until) {
  if (queue.hasNow()) {
    dispatchNow(queue.popNow());
    return true;
  }
  queue.restartNow();
  Event event;
  if (!queue.pop(until, event)) return false;
  now.ns = event.time;
  dispatch(event);
  return true;
}

void Engine::dispatchNow(std::uint32_t payload) {
  const std::uint32_t slot = payload & (Event::kSlots - 1);
  switch (static_cast<EventKind>(payload >> Event::kSlotBits)) {
    case EventKind::Arrive: arrive(slot); break;
    case EventKind::Reply: returned(slot); break;
    case EventKind::Served:
      if (calls[slot].due == kDueNow) {
        calls[slot].due = 0;
        served(slot);
      }
      break;
    case EventKind::Timer: fireTimer(slot); break;
    default: std::abort();  // the other kinds always have a time
  }
}

void Engine::dispatch(const Event& event) {
  const std::uint32_t slot = event.slot();
  switch (event.kind()) {
    case EventKind::Arrive: arrive(slot); break;
    case EventKind::Reply: returned(slot); break;
    case EventKind::Served:
      if (calls[slot].due == event.time) {
        calls[slot].due = 0;
        served(slot);
      }
      break;
    case EventKind::Timeout: timedOut(slot, event.time); break;
    case EventKind::Timer: fireTimer(slot); break;
    case EventKind::Outbound:
      if (outbound[slot].due == event.time) {
        ++events;
        outbound[slot].due = 0;
        outboundTimer(slot);
      }
      break;
    case EventKind::Cpu:
      if (cpuScheduled[slot] == event.time) cpuEnded(slot);
      break;
  }
}

void Engine::pushAt(EventQueue::Lane lane, SimTime at, EventKind kind, std::uint32_t slot, bool late) {
  if (lane != EventQueue::kNoLane) queue.pushLane(lane, at, kind, slot, late);
  else queue.push(at, kind, slot, late);
}

// ------------------------------------------------------------- a call's journey

CallId Engine::takeCall() {
  const CallId id = calls.take();
  if (id == 0) [[unlikely]] {
    stopRequested = true;
    stop = StopReason::CallLimit;
  }
  if (tracksChildren && id < firstChild.size()) firstChild[id] = 0;
  return id;
}

void Engine::freeCall(CallId id) {
  Call& call = calls[id];
  call.flags = 0;
  call.due = 0;
  call.timeoutAt = 0;
  calls.free(id);
}

void Engine::startLeg(CallId id, EdgeState& edge, std::uint16_t instance) {
  Call& call = calls[id];
  call.edge = edge.id;
  call.instance = instance;
  call.sent = now.ns;
  call.flags = call.flags & ~kAnswerFlags;
  ++edge.stats.attempts;
  if (edge.timeoutNs != 0) {
    call.timeoutAt = now.ns + edge.timeoutNs;
    pushAt(edge.timeoutLane, {call.timeoutAt}, EventKind::Timeout, id, true);
  } else {
    call.timeoutAt = 0;
  }
  if (edge.instant) queue.pushNow(EventKind::Arrive, id);
  else transmit(edge, id, false);
}

// When the queue that delivered this message makes it visible again; 0 when it never does, or the call is none of that.
// A queue leaves that time with its own call. Where an edge's timeout ends the call, that comes first.
std::int64_t Engine::visibilityEnd(const Call& call) const {
  if (!call.has(kMessage) || call.timeoutAt != 0 || call.parent == 0) return 0;
  const std::int64_t end = calls[call.parent].due;
  return end > now.ns && end < kNever.ns ? end : 0;
}

// Sends the request or its answer over an edge that is not instant.
void Engine::transmit(EdgeState& edge, CallId id, bool answer) {
  Call& call = calls[id];
  const EventKind kind = answer ? EventKind::Reply : EventKind::Arrive;
  const double lossRatio = std::min(1.0, edge.policy.loss.value + edge.link.loss.value + edge.extraLoss);
  if (edge.cut || edge.parted || (lossRatio > 0 && edge.luck.chance(lossRatio))) {
    ++edge.stats.lost;
    if (call.has(kOrphan)) {
      // Nobody will ever time this call out: its connection is simply gone, which routers on its way must learn.
      call.failure = common(edge.from, CommonReason::ConnectionLost);
      queue.pushNow(EventKind::Reply, id);
    } else if (const std::int64_t end = visibilityEnd(call); end != 0) {
      call.failure = common(edge.from, CommonReason::ConnectionLost);
      queue.push({end + 1}, EventKind::Reply, id);  // after the queue has seen it end
    } else {
      call.set(kLost);
    }
    return;
  }
  if (edge.refuse && !answer) {
    call.failure = common(edge.to, CommonReason::ConnectionRefused);
    ++nodes[edge.to].stats.reasons[static_cast<std::size_t>(CommonReason::ConnectionRefused)];
    queue.pushNow(EventKind::Reply, id);
    return;
  }
  SimTime at = now;
  if (edge.policy.bandwidth) {
    const RequestClass& klass = scenario.classes[call.klass];
    const double bytes = answer ? klass.responseSize.value : klass.requestSize.value;
    std::int64_t& freeAt = edge.linkFreeAt[answer];
    at.ns = freeAt = std::max(freeAt, now.ns) + durationFromSeconds(bytes / edge.policy.bandwidth->value).ns;
  }
  const bool plain = edge.slow == 1 && at == now;
  if (plain && edge.latencyLane != EventQueue::kNoLane) {
    queue.pushLane(edge.latencyLane, now + Duration{edge.latencyNs}, kind, id);
    return;
  }
  double latency = edge.policy.latency.draw(edge.luck);
  if (!edge.link.latency.isZero()) latency += edge.link.latency.draw(edge.luck);
  at += durationFromNs(latency * edge.slow);
  if (at == now) queue.pushNow(kind, id);
  else queue.push(at, kind, id);
}

void Engine::arrive(CallId id) {
  Call& call = calls[id];
  EdgeState& edge = edges[call.edge];
  NodeState& node = *edge.callee;
  if (call.instance >= node.instances.size()) call.instance = rotate(edge);
  if (node.faulty && parkIfPaused(node, call.instance, EventKind::Arrive, id)) return;
  ++events;
  fold(1, call.edge + (static_cast<std::uint64_t>(call.key) << 8) + call.instance);
  InstanceStats& stats = node.instances[call.instance].stats;
  call.arrived = now.ns;
  call.set(kHeld);
  stats.inFlight.up(now.ns);
  ++stats.arrivals;
  if (observer != nullptr || node.faulty || call.deadline != 0 || call.has(kCancelled)) [[unlikely]]
    if (refuseOnArrival(id)) return;
  node.component->onRequest(node.context, id);
}

// What is rare about an arrival. True when the call was answered here.
bool Engine::refuseOnArrival(CallId id) {
  Call& call = calls[id];
  const NodeId node = edges[call.edge].to;
  if (observer) observer->onArrive(now, node, id, call);
  if (nodes[node].instances[call.instance].down) reply(id, common(node, CommonReason::ConnectionRefused));
  else if (call.has(kCancelled)) reply(id, common(node, CommonReason::Cancelled));
  else if (call.deadline != 0 && now.ns > call.deadline) reply(id, common(node, CommonReason::DeadlineExceeded));
  else return false;
  return true;
}

// Nobody chose an instance: plain rotation, like round-robin DNS, blind to health.
std::uint16_t Engine::rotate(EdgeState& edge) {
  const NodeState& node = *edge.callee;
  for (std::uint32_t tries = 0; tries < node.activeInstances; ++tries) {
    if (++edge.nextInstance >= node.activeInstances) edge.nextInstance = 0;
    if (!node.instances[edge.nextInstance].draining) break;
  }
  return static_cast<std::uint16_t>(edge.nextInstance);
}

void Engine::reply(CallId id, FailureId failure) {
  Call& call = calls[id];
  EdgeState& edge = edges[call.edge];
  NodeState& node = *edge.callee;
  Instance& instance = node.instances[call.instance];
  if (instance.errors > 0 && failure == 0 && !instance.down) [[unlikely]]
    if (node.faultLuck.chance(instance.errors)) failure = common(edge.to, CommonReason::InjectedError);
  call.failure = failure;
  call.due = 0;
  instance.stats.inFlight.down(now.ns);
  const bool served = call.has(kServing);
  if (failure == 0 && served && call.started == call.arrived) {
    node.stats.direct.record({now.ns - call.arrived});
  } else {
    recordAnswer(node, call);
  }
  call.flags = call.flags & ~(kHeld | kServing | kWaiting | kOnCpu);
  if (observer) [[unlikely]] observer->onAnswer(now, edge.to, id, call);
  if (edge.instant) queue.pushNow(EventKind::Reply, id);
  else transmit(edge, id, true);
}

void Engine::recordAnswer(NodeState& node, const Call& call) {
  NodeStats& stats = node.stats;
  if (call.failure == 0) {
    stats.okLatency.record(now.ns - call.arrived);
  } else {
    stats.failedLatency.record(now.ns - call.arrived);
    const FailureInfo& info = failures[call.failure];
    // What a caller gives up on is counted when it does, before this node passes the failure on.
    const bool counted = info.reason == static_cast<std::uint32_t>(CommonReason::Timeout) ||
                         info.reason == static_cast<std::uint32_t>(CommonReason::PoolExhausted);
    if (info.node == node.context.node() && !counted) ++stats.reasons[info.reason];
  }
  if (!call.has(kServing)) return;
  stats.wait.record(call.started - call.arrived);
  stats.service.record(now.ns - call.started);
}

// The answer has reached the caller of the present leg.
void Engine::returned(CallId id) {
  Call& call = calls[id];
  EdgeState& edge = edges[call.edge];
  NodeState& caller = *edge.caller;
  if (caller.faulty && parkIfPaused(caller, call.origin, EventKind::Reply, id)) return;
  ++events;
  ++edge.stats.answered;
  edge.stats.latencyNs += static_cast<std::uint64_t>(now.ns - call.sent);
  if (call.failure != 0) {
    ++edge.stats.failed;
    fold(2, call.edge + (static_cast<std::uint64_t>(call.failure) << 16));
  }
  call.timeoutAt = 0;
  if (observer) [[unlikely]] observer->onReturn(now, edge.from, id, call, false);
  const Reply reply = makeReply(call, false);
  if (call.hop != 0) {
    popHop(call);
    return caller.component->onReply(caller.context, id, reply);
  }
  if (call.outbound == 0 && isGone(caller, call.parent, call.operation)) [[unlikely]] {
    call.set(kOrphan);
    call.set(kFinalAttempt);
  }
  if (call.has(kOrphan)) return returnedLate(id);
  if (call.outbound != 0) return attemptEnded(id, false);
  const CallId parent = call.parent;
  if (parent == 0) {
    // An operation that was passed on stands at its origin again.
    standAtOrigin(call);
    return caller.component->onReply(caller.context, id, reply);
  }
  if (tracksChildren) unlinkChild(id);
  freeCall(id);
  caller.component->onReply(caller.context, parent, reply);
}

void Engine::standAtOrigin(Call& call) {
  call.scratch = edges[call.edge].from;
  call.edge = kNoEdge;
  call.instance = 0;
  call.set(kHeld);
}

// An answer for which nobody waits any more.
void Engine::returnedLate(CallId id) {
  const Call& call = calls[id];
  EdgeState& edge = edges[call.edge];
  if (edge.policy.mode == CallMode::Call && call.failure == 0) ++edge.stats.late;
  if (call.has(kFinalAttempt) && call.failure == 0 && edge.caller->originates) ++edge.caller->operations[call.klass].late;
  if (tracksChildren) unlinkChild(id);
  freeCall(id);
}

Reply Engine::makeReply(const Call& call, bool byTimeout) const {
  Reply reply;
  reply.edge = edges[call.edge].local;
  reply.instance = call.instance;
  reply.flags = call.flags;
  reply.failure = call.failure;
  if (call.failure != 0) reply.outcome = failures[call.failure].outcome;
  reply.key = call.key;
  reply.version = call.version;
  reply.repeat = call.repeat;
  reply.timedOut = byTimeout;
  reply.latency = {now.ns - call.sent};
  reply.retryAfter = {call.retryAfter};
  return reply;
}

void Engine::popHop(Call& call) {
  const std::uint32_t h = call.hop;
  const Hop& hop = hops[h];
  call.sent = hop.sent;
  call.arrived = hop.arrived;
  call.timeoutAt = hop.timeoutAt;
  call.edge = hop.edge;
  call.instance = hop.instance;
  call.origin = hop.origin;
  call.hop = hop.next;
  call.set(kHeld);
  hops.free(h);
}

// The calls made on behalf of a call, as two side tables that only scenarios with cancelling edges pay for.
void Engine::linkChild(CallId id, CallId parent) {
  if (firstChild.size() <= calls.highest()) {
    firstChild.resize(calls.highest() + 1u);
    nextSibling.resize(calls.highest() + 1u);
  }
  nextSibling[id] = firstChild[parent];
  firstChild[parent] = id;
  firstChild[id] = 0;
}

void Engine::unlinkChild(CallId id) {
  const CallId parent = calls[id].parent;
  if (parent == 0 || parent >= firstChild.size()) return;
  CallId* link = &firstChild[parent];
  while (*link != 0 && *link != id) link = &nextSibling[*link];
  if (*link == id) *link = nextSibling[id];
}

CallId Engine::newChild(EdgeState& edge, CallId parentId, const CallOptions& options) {
  const CallId id = takeCall();
  if (id == 0) return 0;
  const Call& parent = calls[parentId];
  Call& call = calls[id];
  std::uint32_t flags = kLive | options.flags;
  const Effect effect = options.effect != Effect::Inherit ? options.effect : edge.effect;
  if (effect == Effect::Write || (effect == Effect::Inherit && parent.has(kWrite))) flags |= kWrite;
  call = Call{};
  call.flags = flags;
  call.parent = parentId;
  call.born = parent.born;
  call.key = keyFor(edge, parent, options);
  call.user = parent.user;
  call.klass = parent.klass;
  call.repeat = options.repeat;
  call.origin = parent.instance;
  if (edge.propagatesDeadline) call.deadline = parent.deadline;
  call.version = options.version;
  call.operation = parent.operation;
  if (queries.size() > 1) handOnQuery(nodes[edge.from].context.queryOf(parentId), call);
  if (tracksChildren) linkChild(id, parentId);
  return id;
}

void Engine::makeCall(EdgeState& edge, CallId parent, const CallOptions& options, bool wanted) {
  if (edge.needsRecord) return beginOutbound(edge, parent, options, wanted);
  const CallId id = newChild(edge, parent, options);
  if (id == 0) return;
  if (!wanted) {
    if (tracksChildren) unlinkChild(id);
    calls[id].set(kOrphan);
    calls[id].parent = 0;
  }
  startLeg(id, edge, options.instance);
}

void Engine::pass(EdgeState& edge, CallId id, std::uint16_t instance) {
  Call& call = calls[id];
  // A call for which nobody waits (a message, or its caller gave up) goes on with a record of its own.
  if (edge.needsRecord || (call.has(kOrphan) && call.edge != kNoEdge)) {
    CallOptions options;
    options.instance = instance;
    options.flags = call.flags & (kProbe | kFill | kMessage);
    options.version = call.version;
    return makeCall(edge, id, options, true);
  }
  if (call.edge != kNoEdge) {
    const std::uint32_t h = hops.take();
    if (h == 0) [[unlikely]] {
      stopRequested = true;
      stop = StopReason::CallLimit;
      return;
    }
    Hop& hop = hops[h];
    hop.sent = call.sent;
    hop.arrived = call.arrived;
    hop.timeoutAt = call.timeoutAt;
    hop.edge = call.edge;
    hop.instance = call.instance;
    hop.origin = call.origin;
    hop.next = call.hop;
    call.hop = h;
  }
  call.origin = call.instance;
  call.clear(kHeld);
  if (edge.effect == Effect::Write) call.set(kWrite);
  else if (edge.effect == Effect::Read) call.clear(kWrite);
  startLeg(id, edge, instance);
}

// ------------------------------------------------------------------- operations

CallId Engine::begin(NodeState& node, std::uint16_t klass, std::uint32_t key, std::uint32_t user, SimTime intended,
                     SimTime deadline) {
  const CallId id = takeCall();
  if (id == 0) return 0;
  const NodeId nodeId = node.context.node();
  Call& call = calls[id];
  call = Call{};
  call.flags = kLive | kHeld | (scenario.classes[klass].effect == Effect::Write ? static_cast<std::uint32_t>(kWrite) : 0u);
  call.born = intended.ns;
  call.edge = kNoEdge;
  call.key = key;
  call.user = user;
  call.klass = klass;
  call.deadline = deadline.ns;
  call.scratch = nodeId;
  call.operation = ++lastOperation;
  OperationStats& stats = node.operations[klass];
  ++stats.offered;
  stats.inFlight.up(now.ns);
  if (deadline.ns != 0) {
    hasImpatience = true;
    call.timeoutAt = std::max(deadline.ns, now.ns);
    pushAt(queue.laneFor(deadline - intended), {call.timeoutAt}, EventKind::Timeout, id, true);
  }
  if (observer) [[unlikely]] observer->onOperation(now, nodeId, id, call, false);
  return id;
}

void Engine::finish(NodeState& node, CallId id, FailureId failure) {
  Call& call = calls[id];
  call.failure = failure;
  fold(3, call.klass + (static_cast<std::uint64_t>(failure) << 16));
  OperationStats& stats = node.operations[call.klass];
  stats.inFlight.down(now.ns);
  if (observer) [[unlikely]] observer->onOperation(now, node.context.node(), id, call, true);
  // Operations that began before measuring are not in `offered`, so they are not among the ends either.
  if (call.born >= measureFrom) {
    const std::int64_t latency = now.ns - call.born;
    if (failure == 0) {
      (call.has(kFetched) ? stats.fetchedLatency : stats.okLatency).record(latency);
      const auto& objective = scenario.classes[call.klass].objective;
      if (objective && latency > objective->ns) ++stats.slow;
      if (call.has(kDegraded)) ++stats.degraded;
      if (call.has(kStale)) ++stats.stale;
    } else {
      stats.failedLatency.record(latency);
      ++stats.failures[failure];
    }
  } else {
    --stats.carried;
  }
  freeCall(id);
}

// --------------------------------------------------------------- work and timers

void Engine::work(NodeState& node, CallId id, std::int64_t ns, bool cpu) {
  Call& call = calls[id];
  if (!call.has(kServing)) {
    call.set(kServing);
    call.started = now.ns;
    if (observer) [[unlikely]] observer->onStart(now, node.context.node(), id, call);
  }
  if (node.instances[call.instance].unusual) [[unlikely]] return workUnusual(node, id, ns, cpu);
  if (ns == 0) {
    call.due = kDueNow;
    return queue.pushNow(EventKind::Served, id);
  }
  call.due = now.ns + ns;
  queue.push({call.due}, EventKind::Served, id);
}

// Work on an instance that is paused, slowed, or shares cores.
void Engine::workUnusual(NodeState& node, CallId id, std::int64_t ns, bool cpu) {
  Call& call = calls[id];
  Instance& instance = node.instances[call.instance];
  if (instance.slow != 1) ns = durationFromNs(static_cast<double>(ns) * instance.slow).ns;
  const bool shares = cpu && instance.cpu && ns > 0;
  if (shares) call.set(kOnCpu);
  if (instance.paused) {
    call.due = -(ns + 1);
  } else if (shares) {
    instance.cpu->add(id, node.context.node(), static_cast<double>(ns), node.cpuWeight, now);
    scheduleCpu(instance.cpuIndex);
  } else if (ns == 0) {
    call.due = kDueNow;
    queue.pushNow(EventKind::Served, id);
  } else {
    call.due = now.ns + ns;
    queue.push({call.due}, EventKind::Served, id);
  }
}

void Engine::stopWork(CallId id) {
  Call& call = calls[id];
  if (call.has(kOnCpu)) {
    Instance& instance = nodes[holder(call)].instances[call.instance];
    instance.cpu->remove(id, now);
    call.clear(kOnCpu);
    scheduleCpu(instance.cpuIndex);
  }
  call.due = 0;
}

void Engine::scheduleCpu(std::uint32_t pool) {
  const SimTime next = cpuPools[pool]->nextEnd();
  if (cpuScheduled[pool] == next.ns) return;
  cpuScheduled[pool] = next.ns;
  if (next != kNever) queue.push(next, EventKind::Cpu, pool);
}

void Engine::cpuEnded(std::uint32_t pool) {
  cpuScheduled[pool] = 0;
  while (const CallId id = cpuPools[pool]->takeEnded(now)) {
    calls[id].clear(kOnCpu);
    calls[id].due = kDueNow;
    queue.pushNow(EventKind::Served, id);
  }
  scheduleCpu(pool);
}

void Engine::served(CallId id) {
  const Call& call = calls[id];
  if (!call.has(kLive)) return;
  ++events;
  const NodeId nodeId = holder(call);
  NodeState& node = nodes[nodeId];
  node.component->onServed(node.context, id);
}

void Engine::fireTimer(std::uint32_t slot) {
  TimerState& timer = timers[slot];
  if (timer.live) {
    NodeState& node = nodes[timer.node];
    const bool resumes = timer.tag == kResumeTag;
    if (node.faulty && !resumes && node.allPaused() && parkIfPaused(node, 0, EventKind::Timer, slot)) return;
    ++events;
    timer.live = false;
    const std::uint32_t tag = timer.tag;
    const std::uint64_t data = timer.data;
    timers.free(slot);
    if (resumes) return resume(node.context.node(), static_cast<std::uint16_t>(data), &Instance::frozen);
    node.component->onTimer(node.context, tag, data);
    return;
  }
  timers.free(slot);
}

// --------------------------------------------------------------------- timeouts

// Most timeouts are stale: the answer came in time.
void Engine::timedOut(CallId id, std::int64_t at) {
  const Call& call = calls[id];
  if (call.timeoutAt == at || (call.has(kLive) && call.hop != 0)) giveUp(id, at);
}

// The caller of one leg gives up. The callee does not learn of it (unless the edge says cancel) and works on.
void Engine::giveUp(CallId id, std::int64_t at) {
  Call& call = calls[id];
  std::uint32_t inner = 0;  // 0: the present leg, else the hop that holds the leg
  if (call.timeoutAt == at) {
    call.timeoutAt = 0;
  } else {
    if (!call.has(kLive)) return;
    std::uint32_t h = call.hop;
    while (h != 0 && hops[h].timeoutAt != at) h = hops[h].next;
    if (h == 0) return;
    inner = h;
    hops[h].timeoutAt = 0;
  }
  const EdgeId edgeId = inner ? hops[inner].edge : call.edge;
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
    Reply reply = makeReply(call, true);
    reply.edge = edge.local;
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
  reply.instance = inner ? hops[inner].instance : calls[id].instance;
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
    if (hops[h].timeoutAt != 0) queue.push({hops[h].timeoutAt}, EventKind::Timeout, standing, true);
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

#include "engine/engine.h"

#include <algorithm>
#include <limits>

namespace faultline {

namespace {
// A chain of this many events at one instant is a loop without delay, not work.
constexpr std::uint32_t kLivelockEvents = 50'000'000;
constexpr std::uint32_t kAnswerFlags = kMiss | kStale | kDegraded | kFetched;
constexpr std::uint32_t kAtCallee = kHeld | kServing | kWaiting | kOnCpu | kSpared;
}  // namespace

void Engine::observe(Observer* by) {
  observer = by;
  watchful |= by != nullptr;
  refreshLooks();
}

// ------------------------------------------------------------- a call's journey

[[gnu::always_inline]] inline void Engine::sendOver(EdgeState& edge, CallId id, bool answer) {
  if (!edge.instant) return transmit(edge, id, answer);
  queue.pushNow(answer ? EventKind::Reply : EventKind::Arrive, id);
}

// When a call that sets out now times out; 0: never.
inline std::int64_t Engine::timeoutOver(const EdgeState& edge) const {
  return edge.timeoutNs != 0 ? now.ns + edge.timeoutNs : 0;
}

// Every way ends with a call of something, so that nothing has to be kept on the stack.
[[gnu::always_inline]] inline void Engine::sendOut(CallId id, EdgeState& edge, std::int64_t timeoutAt) {
  ++edge.stats.attempts;
  if (!edge.instant) return sendOutSlowly(id, edge, timeoutAt);
  queue.pushNow(EventKind::Arrive, id);
  if (timeoutAt != 0) armTimeout(id, edge, timeoutAt);
}

[[gnu::always_inline]] inline void Engine::startLeg(CallId id, Call& call, EdgeState& edge, std::uint16_t instance) {
  call.edge = edge.id;
  call.instance = instance;
  call.sent = now.ns;
  call.flags &= ~kAnswerFlags;
  call.timeoutAt = timeoutOver(edge);
  sendOut(id, edge, call.timeoutAt);
}

void Engine::sendOutSlowly(CallId id, EdgeState& edge, std::int64_t timeoutAt) {
  if (timeoutAt != 0) armTimeout(id, edge, timeoutAt);
  transmit(edge, id, false);
}

void Engine::armTimeout(CallId id, const EdgeState& edge, std::int64_t at) {
  pushLate(edge.timeoutLane, {at}, EventKind::Timeout, id);
}

void Engine::startAttempt(CallId id, EdgeState& edge, std::uint16_t instance) { startLeg(id, calls[id], edge, instance); }

// Sets the present leg aside.
[[gnu::always_inline]] inline bool Engine::takeHop(Call& call) {
  const std::uint32_t h = hops.take();
  if (h == 0) [[unlikely]] return stopFor(StopReason::CallLimit), false;
  Hop& hop = hops[h];
  // Field by field, because they were written so just before.
  hop.leg.sent = call.sent;
  hop.leg.arrived = call.arrived;
  hop.leg.timeoutAt = call.timeoutAt;
  hop.leg.edge = call.edge;
  hop.leg.instance = call.instance;
  hop.leg.origin = call.origin;
  hop.next = call.hop;
  call.hop = h;
  return true;
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

template <Engine::Look look>
[[gnu::always_inline]] inline void Engine::arriveAt(CallId id, Call& call, NodeState& node) {
  ++events;
  fold(1, call.edge + (static_cast<std::uint64_t>(call.key) << 8) + call.instance);
  InstanceStats& stats = node.instanceStats[call.instance];
  call.arrived = now.ns;
  call.set(kHeld);
  stats.inFlight.up(now.ns);
  ++stats.arrivals;
  if constexpr (look == Look::Closer)
    if (refuseOnArrival(id, call, node)) return;
  node.component->onRequest(node.context, id);
}

[[gnu::always_inline]] inline void Engine::arriveNow(CallId id) {
  Call& call = calls[id];
  EdgeState& edge = edges[call.edge];
  NodeState& node = *edge.callee;
  if (call.instance >= node.instanceCount) {
    // Nobody chose an instance.
    if (node.activeInstances != 1 || node.draining) return arriveAnywhere(id);
    call.instance = 0;
    edge.nextInstance = 0;
  }
  if (edge.watchesArrival) [[unlikely]] return arriveCloser(id);
  arriveAt<Look::Plain>(id, call, node);
}

void Engine::arriveAnywhere(CallId id) {
  calls[id].instance = rotate(edges[calls[id].edge]);
  arrive(id);
}

void Engine::arrive(CallId id) { arriveNow(id); }

void Engine::arriveCloser(CallId id) {
  Call& call = calls[id];
  NodeState& node = *edges[call.edge].callee;
  if (node.faulty && parkIfPaused(node, call.instance, EventKind::Arrive, id)) return;
  arriveAt<Look::Closer>(id, call, node);
}

// What is rare about an arrival. True when the call was answered here.
bool Engine::refuseOnArrival(CallId id, const Call& call, NodeState& node) {
  const NodeId at = node.context.node();
  if (observer) observer->onArrive(now, at, id, call);
  if (node.instances[call.instance].down) reply(id, common(at, CommonReason::ConnectionRefused));
  else if (call.has(kCancelled)) reply(id, common(at, CommonReason::Cancelled));
  else if (call.deadline != 0 && now.ns > call.deadline) reply(id, common(at, CommonReason::DeadlineExceeded));
  else return false;
  return true;
}

// Plain rotation, like round-robin DNS, blind to health.
std::uint16_t Engine::rotate(EdgeState& edge) {
  const NodeState& node = *edge.callee;
  for (std::uint32_t tries = 0; tries < node.activeInstances; ++tries) {
    if (++edge.nextInstance >= node.activeInstances) edge.nextInstance = 0;
    if (!node.instances[edge.nextInstance].draining) break;
  }
  return static_cast<std::uint16_t>(edge.nextInstance);
}

template <Engine::Look look>
[[gnu::always_inline]] inline void Engine::answer(NodeState& node, CallId id, Call& call, EdgeState& edge,
                                                  FailureId failure) {
  const std::uint32_t flags = call.flags;
  call.flags = flags & ~kAtCallee;
  call.failure = failure;
  call.due = 0;
  node.instanceStats[call.instance].inFlight.down(now.ns);
  if constexpr (look == Look::Closer) {
    if (observer) observer->onAnswer(now, edge.to, id, call);
    sendOver(edge, id, true);
  } else {
    queue.pushNow(EventKind::Reply, id);
  }
  if (failure != 0) return recordFailure(node, call, flags);
  const auto latency = static_cast<std::uint64_t>(now.ns - call.arrived);
  if ((flags & kServing) == 0) return node.stats.okLatency.window.recordNs(latency);
  if (call.started == call.arrived) return node.stats.direct.recordNs(latency);
  recordWaited(node.stats, call);
}

void Engine::reply(CallId id, FailureId failure) { reply(*edges[calls[id].edge].callee, id, failure); }

[[gnu::always_inline]] inline void Engine::reply(NodeState& node, CallId id, FailureId failure) {
  Call& call = calls[id];
  EdgeState& edge = edges[call.edge];
  if (edge.watchesAnswer) [[unlikely]] return answerCloser(id, failure);
  answer<Look::Plain>(node, id, call, edge, failure);
}

void Engine::answerCloser(CallId id, FailureId failure) {
  Call& call = calls[id];
  EdgeState& edge = edges[call.edge];
  NodeState& node = *edge.callee;
  Instance& instance = node.instances[call.instance];
  if (instance.paused) {  // a limit of the waiting has passed; nobody is there to say so
    call.failure = failure;
    call.due = kAnswerDue;
    instance.parked.push_back(static_cast<std::uint32_t>(EventKind::Served) << Event::kSlotBits | id);
    return;
  }
  if (instance.errors > 0 && failure == 0 && !instance.down && !call.has(kSpared))
    if (node.faultLuck.chance(instance.errors)) failure = common(edge.to, CommonReason::InjectedError);
  answer<Look::Closer>(node, id, call, edge, failure);
}

void Engine::recordWaited(NodeStats& stats, const Call& call) {
  stats.okLatency.window.recordNs(static_cast<std::uint64_t>(now.ns - call.arrived));
  stats.wait.window.recordNs(static_cast<std::uint64_t>(call.started - call.arrived));
  stats.service.window.recordNs(static_cast<std::uint64_t>(now.ns - call.started));
}

void Engine::recordFailure(NodeState& node, const Call& call, std::uint32_t flags) {
  NodeStats& stats = node.stats;
  stats.failedLatency.record(now.ns - call.arrived);
  const FailureInfo& info = failures[call.failure];
  // What a caller gives up on is counted when it does, before this node passes the failure on.
  const bool counted = info.reason == static_cast<std::uint32_t>(CommonReason::Timeout) ||
                       info.reason == static_cast<std::uint32_t>(CommonReason::PoolExhausted);
  if (info.node == node.context.node() && !counted) ++stats.reasons[info.reason];
  if ((flags & kServing) == 0) return;
  stats.wait.record(call.started - call.arrived);
  stats.service.record(now.ns - call.started);
}

template <Engine::Look look>
[[gnu::always_inline]] inline void Engine::returnTo(NodeState& caller, CallId id, Call& call, EdgeState& edge) {
  ++events;
  ++edge.stats.answered;
  edge.stats.latencyNs += static_cast<std::uint64_t>(now.ns - call.sent);
  if (call.failure != 0) {
    ++edge.stats.failed;
    fold(2, call.edge + (static_cast<std::uint64_t>(call.failure) << 16));
  }
  call.timeoutAt = 0;
  if constexpr (look == Look::Closer)
    if (observer) observer->onReturn(now, edge.from, id, call, false);
  if (call.hop != 0) {
    if (caller.relaysAnswers) {
      popHop(call);
      return reply(caller, id, call.failure);
    }
    const Reply reply = makeReply(call, edge, false);
    popHop(call);
    return caller.component->onReply(caller.context, id, reply);
  }
  if constexpr (look == Look::Closer) {
    // The copy that lost a hedge is an orphan already, and its operation did not end too late.
    if (!call.has(kOrphan) && call.outbound == 0 && isGone(caller, call.parent, call.operation)) {
      call.set(kOrphan);
      call.set(kFinalAttempt);
    }
  }
  if (call.has(kOrphan)) return returnedLate(id);
  if (call.outbound != 0) return attemptEnded(id, false);
  const CallId parent = call.parent;
  if (parent == 0 && caller.relaysAnswers) {
    if constexpr (look == Look::Closer) standAtOrigin(call);
    return finish(caller, id, call.failure);
  }
  const Reply reply = makeReply(call, edge, false);
  if (parent == 0) {
    // An operation that was passed on stands at its origin again.
    standAtOrigin(call);
    return caller.component->onReply(caller.context, id, reply);
  }
  if constexpr (look == Look::Closer)
    if (tracksChildren) unlinkChild(id);
  freeCall(id);
  caller.component->onReply(caller.context, parent, reply);
}

// The answer has reached the caller of the present leg.
[[gnu::always_inline]] inline void Engine::returnNow(CallId id) {
  Call& call = calls[id];
  EdgeState& edge = edges[call.edge];
  if (edge.watchesReturn) [[unlikely]] return returnedCloser(id);
  returnTo<Look::Plain>(*edge.caller, id, call, edge);
}

void Engine::returned(CallId id) { returnNow(id); }

void Engine::returnedCloser(CallId id) {
  Call& call = calls[id];
  EdgeState& edge = edges[call.edge];
  NodeState& caller = *edge.caller;
  if (caller.faulty && parkIfPaused(caller, call.origin, EventKind::Reply, id)) return;
  returnTo<Look::Closer>(caller, id, call, edge);
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
  if (edge.policy.mode == CallMode::Call) ++(call.failure == 0 ? edge.stats.late : edge.stats.lateFailures);
  // Its failure was counted when the user gave up, unless that was before measuring.
  if (call.has(kFinalAttempt) && call.failure == 0 && edge.caller->originates && call.born >= measureFrom)
    ++edge.caller->operations[call.klass].late;
  if (tracksChildren) unlinkChild(id);
  freeCall(id);
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

[[gnu::always_inline]] inline CallId Engine::newChild(EdgeState& edge, CallId parentId, const CallOptions& options,
                                                     std::uint32_t key, std::int64_t timeoutAt) {
  const CallId id = takePlainCall();
  if (id == 0) [[unlikely]] return 0;
  const Call& parent = calls[parentId];
  Call& call = calls[id];
  std::uint32_t flags = kLive | options.flags;
  const Effect effect = options.effect != Effect::Inherit ? options.effect : edge.effect;
  if (effect == Effect::Write) flags |= kWrite;
  else if (effect == Effect::Inherit) flags |= parent.flags & kWrite;
  call.issue(flags, edge.id, options.instance, now.ns, timeoutAt);
  call.parent = parentId;
  call.born = parent.born;
  call.deadline = edge.propagatesDeadline ? parent.deadline : 0;
  call.key = key;
  call.user = parent.user;
  call.klass = parent.klass;
  call.repeat = options.repeat;
  call.origin = parent.instance;
  call.version = options.version;
  call.operation = parent.operation;
  call.scratch = 0;
  return id;
}

// What only some scenarios have.
void Engine::loadChild(EdgeState& edge, CallId id, CallId parent) {
  if (queries.size() > 1) handOnQuery(nodes[edge.from].context.queryOf(parent), calls[id]);
  if (tracksChildren) linkChild(id, parent);
}

void Engine::makeCallCloser(EdgeState& edge, CallId parent) { makeCall(edge, parent, CallOptions{}, true); }

void Engine::makeCall(EdgeState& edge, CallId parent) {
  if (edge.watchesStart) [[unlikely]] return makeCallCloser(edge, parent);
  const std::int64_t timeoutAt = timeoutOver(edge);
  const CallId id = newChild(edge, parent, CallOptions{}, calls[parent].key, timeoutAt);
  if (id != 0) [[likely]] sendOut(id, edge, timeoutAt);
}

void Engine::makeCall(EdgeState& edge, CallId parent, const CallOptions& options, bool wanted) {
  if (edge.needsRecord) return beginOutbound(edge, parent, options, wanted);
  const std::int64_t timeoutAt = timeoutOver(edge);
  const CallId id = newChild(edge, parent, options, keyFor(edge, calls[parent], options), timeoutAt);
  if (id == 0) return;
  if (childrenCarryMore) [[unlikely]] loadChild(edge, id, parent);
  Call& call = calls[id];
  if (!wanted) {
    if (tracksChildren) unlinkChild(id);
    call.set(kOrphan);
    call.parent = 0;
  }
  sendOut(id, edge, timeoutAt);
}

// The flags of a call that is passed on over an edge.
[[gnu::always_inline]] inline std::uint32_t Engine::passedOn(std::uint32_t flags, const EdgeState& edge) {
  flags &= ~(kHeld | kAnswerFlags);
  if (edge.effect == Effect::Write) flags |= kWrite;
  else if (edge.effect == Effect::Read) flags &= ~static_cast<std::uint32_t>(kWrite);
  return flags;
}

void Engine::pass(EdgeState& edge, CallId id, std::uint16_t instance) {
  Call& call = calls[id];
  const bool isHeldHere = call.edge != kNoEdge;  // else it begins here
  // A call for which nobody waits (a message, or its caller gave up) goes on with a record of its own.
  if (edge.needsRecord | ((call.flags & kOrphan) != 0 && isHeldHere)) return passAsChild(edge, id, instance);
  if (isHeldHere && !takeHop(call)) return;
  call.origin = call.instance;
  call.flags = passedOn(call.flags, edge);
  startLeg(id, call, edge, instance);
}

void Engine::passAsChild(EdgeState& edge, CallId id, std::uint16_t instance) {
  const Call& call = calls[id];
  CallOptions options;
  options.instance = instance;
  options.flags = call.flags & (kProbe | kFill | kMessage);
  options.version = call.version;
  makeCall(edge, id, options, true);
}

// ------------------------------------------------------------------- operations

CallId Engine::begin(NodeState& node, std::uint16_t klass, std::uint32_t key, std::uint32_t user, SimTime intended,
                     SimTime deadline) {
  const CallId id = takeCall();
  if (id == 0) [[unlikely]] return 0;
  Call& call = calls[id];
  call.reset(classes[klass].flags);
  call.born = intended.ns;
  call.key = key;
  call.user = user;
  call.klass = klass;
  call.deadline = deadline.ns;
  call.scratch = node.context.node();
  call.operation = ++lastOperation;
  OperationStats& stats = node.operations[klass];
  ++stats.offered;
  stats.inFlight.up(now.ns);
  if (deadline.ns != 0 || observer != nullptr) beginCloser(node, id, intended);
  return id;
}

CallId Engine::originate(NodeState& node, EdgeState& edge, std::uint16_t klass, std::uint32_t key, std::uint32_t user,
                         SimTime intended) {
  if (edge.watchesStart) [[unlikely]] return originateCloser(node, edge, klass, key, user, intended);
  const CallId id = takePlainCall();
  if (id == 0) [[unlikely]] return 0;
  Call& call = calls[id];
  // What came as an argument is put away first: then it needs no register any more.
  call.key = key;
  call.user = user;
  call.born = intended.ns;
  call.klass = klass;
  call.operation = ++lastOperation;
  call.scratch = node.context.node();
  const std::int64_t timeoutAt = timeoutOver(edge);
  call.issue(passedOn(classes[klass].flags, edge), edge.id, kAnyInstance, now.ns, timeoutAt);
  call.deadline = 0;
  call.version = 0;
  call.repeat = call.origin = 0;
  call.parent = 0;
  OperationStats& stats = node.operations[klass];
  ++stats.offered;
  stats.inFlight.up(now.ns);
  sendOut(id, edge, timeoutAt);
  return id;
}

CallId Engine::originateCloser(NodeState& node, EdgeState& edge, std::uint16_t klass, std::uint32_t key,
                               std::uint32_t user, SimTime intended) {
  const CallId id = begin(node, klass, key, user, intended, {});
  if (id != 0) pass(edge, id, kAnyInstance);
  return id;
}

void Engine::beginCloser(NodeState& node, CallId id, SimTime intended) {
  Call& call = calls[id];
  if (call.deadline != 0) limitPatience(id, call, intended);
  if (observer) observer->onOperation(now, node.context.node(), id, call, false);
}

// The user gives up at the operation's deadline.
void Engine::limitPatience(CallId id, Call& call, SimTime intended) {
  if (!hasImpatience) {
    hasImpatience = watchful = true;
    refreshLooks();
  }
  call.timeoutAt = std::max(call.deadline, now.ns);
  if (intended == now) pushLate(queue.laneFor({call.deadline - now.ns}, true), {call.timeoutAt}, EventKind::Timeout, id);
  else queue.push({call.timeoutAt}, EventKind::Timeout, id, true);
}

void Engine::finish(NodeState& node, CallId id, FailureId failure) {
  Call& call = calls[id];
  fold(3, call.klass + (static_cast<std::uint64_t>(failure) << 16));
  OperationStats& stats = node.operations[call.klass];
  stats.inFlight.down(now.ns);
  const std::int64_t latency = now.ns - call.born;
  // Operations that began before measuring are not in `offered`, so they are not among the ends either.
  const bool counts = call.born >= measureFrom;
  const bool flagged = (call.flags & (kDegraded | kStale | kFetched)) != 0;
  const bool isSlow = latency > classes[call.klass].objectiveNs;
  if (flagged || !counts || isSlow || failure != 0 || observer != nullptr) [[unlikely]]
    return finishCloser(node, id, failure);
  freeCall(id);
  stats.okLatency.window.recordNs(static_cast<std::uint64_t>(latency));
}

// An end about which there is more to tell than its latency.
void Engine::finishCloser(NodeState& node, CallId id, FailureId failure) {
  Call& call = calls[id];
  call.failure = failure;
  if (observer) observer->onOperation(now, node.context.node(), id, call, true);
  OperationStats& stats = node.operations[call.klass];
  const std::int64_t latency = now.ns - call.born;
  if (call.born < measureFrom) {
    --stats.carried;
  } else if (failure != 0) {
    stats.failedLatency.record(latency);
    ++stats.failures[failure];
  } else {
    (call.has(kFetched) ? stats.fetchedLatency : stats.okLatency).record(latency);
    if (latency > classes[call.klass].objectiveNs) ++stats.slow;
    if (call.has(kDegraded)) ++stats.degraded;
    if (call.has(kStale)) ++stats.stale;
  }
  freeCall(id);
}

// --------------------------------------------------------------- work and timers

[[gnu::always_inline]] inline void Engine::beginService(Call& call) {
  if (call.has(kServing)) return;
  call.set(kServing);
  call.started = now.ns;
}

[[gnu::always_inline]] inline void Engine::scheduleWork(CallId id, Call& call, std::int64_t ns) {
  call.due = now.ns + ns;
  if (ns != 0) [[likely]] return queue.push({call.due}, EventKind::Served, id);
  call.due = kDueNow;
  queue.pushNow(EventKind::Served, id);
}

void Engine::work(NodeState& node, CallId id, std::int64_t ns, bool cpu) {
  if (node.unusualWork | watchful) [[unlikely]] return workUnusual(node, id, ns, cpu);
  Call& call = calls[id];
  beginService(call);
  scheduleWork(id, call, ns);
}

// Work that somebody observes, or on an instance that is paused, slowed, or shares cores.
void Engine::workUnusual(NodeState& node, CallId id, std::int64_t ns, bool cpu) {
  Call& call = calls[id];
  const bool begins = !call.has(kServing);
  beginService(call);
  if (observer && begins) observer->onStart(now, node.context.node(), id, call);
  Instance& instance = node.instances[call.instance];
  if (instance.slow != 1) ns = durationFromNs(static_cast<double>(ns) * instance.slow).ns;
  const bool shares = cpu && instance.cpu && ns > 0;
  if (shares) call.set(kOnCpu);
  if (instance.paused) {
    call.due = -(ns + 1);
  } else if (shares) {
    instance.cpu->add(id, node.context.node(), static_cast<double>(ns), node.cpuWeight, now);
    scheduleCpu(instance.cpuIndex);
  } else {
    scheduleWork(id, call, ns);
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

void Engine::setAlarm(NodeState& node, SimTime at) {
  node.alarm = at.ns;
  queue.pushAlarm(at, node.context.node());
}

[[gnu::always_inline]] inline void Engine::fireAlarm(NodeState& node) {
  if (node.faulty && node.allPaused() && parkIfPaused(node, 0, EventKind::Alarm, node.context.node())) return;
  ++events;
  node.alarm = kNoAlarm;
  node.component->onAlarm(node.context);
}

void Engine::fireTimer(std::uint32_t slot) {
  const TimerState timer = timers[slot];
  timers[slot].live = false;
  if (!timer.live) return timers.free(slot);
  NodeState& node = nodes[timer.node];
  if (node.faulty | (timer.tag == kResumeTag)) [[unlikely]] {
    if (timer.tag == kResumeTag) {
      ++events;
      timers.free(slot);
      return resume(node.context.node(), static_cast<std::uint16_t>(timer.data), &Instance::frozen);
    }
    if (node.allPaused()) {
      timers[slot].live = true;
      if (parkIfPaused(node, 0, EventKind::Timer, slot)) return;
    }
  }
  ++events;
  timers.free(slot);
  node.component->onTimer(node.context, timer.tag, timer.data);
}

// ------------------------------------------------------------------- the loop

[[gnu::always_inline]] inline void Engine::served(CallId id) {
  Call& call = calls[id];
  call.due = 0;
  ++events;
  NodeState& node = call.edge != kNoEdge ? *edges[call.edge].callee : nodes[call.scratch];
  node.component->onServed(node.context, id);
}

[[gnu::always_inline]] inline void Engine::dispatchNow(std::uint32_t payload) {
  // The two most frequent kinds are the first ones, so that they are told by size.
  static_assert(static_cast<int>(EventKind::Arrive) == 0 && static_cast<int>(EventKind::Reply) == 1);
  if (payload < Event::kSlots) return arriveNow(payload);
  if (payload < 2 * Event::kSlots) return returnNow(payload - Event::kSlots);
  const std::uint32_t slot = payload & (Event::kSlots - 1);
  const auto kind = static_cast<EventKind>(payload >> Event::kSlotBits);
  if (kind == EventKind::Timer) return fireTimer(slot);
  if (kind == EventKind::Alarm) {
    // It was parked, and may have been set anew since.
    if (nodes[slot].alarm != kNoAlarm && nodes[slot].alarm <= now.ns) fireAlarm(nodes[slot]);
    return;
  }
  // The other kinds have a time, but for work that takes none and answers that a pause held back.
  Call& call = calls[slot];
  if (call.due == kDueNow) return served(slot);
  if (call.due != kAnswerDue) return;
  call.due = 0;
  reply(slot, call.failure);
}

[[gnu::always_inline]] inline void Engine::dispatch(const Event& event) {
  const std::uint32_t slot = event.slot();
  const EventKind kind = event.kind();
  if (kind == EventKind::Served) {
    if (calls[slot].due == event.time) [[likely]] served(slot);
  } else if (kind == EventKind::Alarm) {
    if (nodes[slot].alarm == event.time) [[likely]] fireAlarm(nodes[slot]);
  } else {
    dispatchOther(kind, slot, event.time);
  }
}

void Engine::dispatchOther(EventKind kind, std::uint32_t slot, std::int64_t at) {
  switch (kind) {
    case EventKind::Timeout:
      if (mayTimeOut(slot, at)) giveUp(slot, at);
      break;
    case EventKind::Timer: fireTimer(slot); break;
    case EventKind::Arrive: arrive(slot); break;
    case EventKind::Reply: returned(slot); break;
    case EventKind::Outbound:
      if (outbound[slot].due != at) break;
      ++events;
      outbound[slot].due = 0;
      outboundTimer(slot);
      break;
    case EventKind::Cpu:
      if (cpuScheduled[slot] == at) cpuEnded(slot);
      break;
    default: break;
  }
}

StopReason Engine::run(SimTime until) {
  const std::uint32_t* const begin = queue.nowBegin();
  const std::uint32_t* most = begin + kLivelockEvents;
  const std::uint32_t* next = queue.nowNext();
  Event event;
  for (;;) {
    while (next != queue.nowEnd()) {
      if (next == most) [[unlikely]] {
        queue.tookNow(next);
        return stop = StopReason::Livelock;
      }
      dispatchNow(*next++);
    }
    if (stopRequested) [[unlikely]] {
      queue.tookNow(next);
      return stop;
    }
    queue.restartNow();
    if (!queue.pop(until, event, *this)) break;
    // What was taken at this instant before counts too.
    most = event.time == now.ns ? most - (next - begin) : begin + kLivelockEvents;
    next = begin;
    now.ns = event.time;
    dispatch(event);
  }
  queue.tookNow(begin);
  now = until;
  return StopReason::Reached;
}

bool Engine::step(SimTime until) {
  if (queue.hasNow()) {
    const std::uint32_t* next = queue.nowNext();
    queue.tookNow(next + 1);
    dispatchNow(*next);
    return true;
  }
  queue.restartNow();
  queue.tookNow(queue.nowBegin());
  Event event;
  if (!queue.pop(until, event, *this)) return false;
  now.ns = event.time;
  dispatch(event);
  return true;
}

// --------------------------------------------------- the verbs of every request

// Here and not with the others, and flattened: what they do in the end is compiled into them.
[[gnu::flatten]] void Context::call(std::uint32_t edge, CallId parent) { engine_->makeCall(edges_[edge], parent); }
void Context::call(std::uint32_t edge, CallId parent, const CallOptions& options) {
  engine_->makeCall(edges_[edge], parent, options, true);
}
[[gnu::flatten]] void Context::pass(std::uint32_t edge, CallId call, std::uint16_t instance) {
  engine_->pass(edges_[edge], call, instance);
}
[[gnu::flatten]] void Context::reply(CallId call, FailureId failure) { engine_->reply(*state_, call, failure); }
[[gnu::flatten]] void Context::serve(CallId call, Duration work) { engine_->work(*state_, call, work.ns, false); }
[[gnu::flatten]] void Context::compute(CallId call, Duration work) { engine_->work(*state_, call, work.ns, true); }
[[gnu::flatten]] CallId Context::begin(std::uint16_t klass, std::uint32_t key, std::uint32_t user, SimTime intended,
                                    SimTime deadline) {
  return engine_->begin(*state_, klass, key, user, intended, deadline);
}
[[gnu::flatten]] CallId Context::originate(std::uint32_t edge, std::uint16_t klass, std::uint32_t key,
                                           std::uint32_t user, SimTime intended) {
  return engine_->originate(*state_, edges_[edge], klass, key, user, intended);
}
[[gnu::flatten]] void Context::finish(CallId operation, FailureId failure) { engine_->finish(*state_, operation, failure); }
[[gnu::flatten]] void Context::wakeAt(SimTime at) { engine_->setAlarm(*state_, at); }

}  // namespace faultline

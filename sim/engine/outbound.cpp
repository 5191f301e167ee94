// Retries, connection pools, hedges and single flight: everything about an edge that outlives one attempt.
#include "engine/outbound.h"

#include <algorithm>

#include "engine/engine.h"

namespace faultline {

namespace {

constexpr int kMaxAttempts = 4;

// Retry budgets hold back at most this many unused retries, and start with a few so that a quiet caller may retry.
// After Finagle's RetryBudget (twitter.github.io/finagle), without its reserve per second.
constexpr double kBudgetCap = 100;

void place(OutboundCall& record, CallId attempt) {
  for (CallId& a : record.attempts)
    if (a == 0) {
      a = attempt;
      return;
    }
}

void displace(OutboundCall& record, CallId attempt) {
  for (CallId& a : record.attempts)
    if (a == attempt) a = 0;
}

bool anyOutstanding(const OutboundCall& record) {
  return std::any_of(record.attempts, record.attempts + kMaxAttempts, [](CallId a) { return a != 0; });
}

// Neither its caller nor one that shares its answer still waits for it.
bool isUnwanted(const OutboundCall& record, const EdgeState& edge) {
  return record.parent == 0 && record.followers == 0 && edge.policy.mode == CallMode::Call;
}

template <class T>
T& atInstance(std::vector<T>& items, std::uint16_t instance) {
  if (items.size() <= instance) items.resize(instance + 1u);
  return items[instance];
}

}  // namespace

void Engine::beginOutbound(EdgeState& edge, CallId parentId, const CallOptions& options, bool wanted) {
  const std::uint32_t r = outbound.take();
  if (r == 0) [[unlikely]] return stopFor(StopReason::CallLimit);
  ++edge.stats.calls;
  const Call& parent = calls[parentId];
  OutboundCall& record = outbound[r];
  record = OutboundCall{};
  record.parent = wanted ? parentId : 0;
  record.edge = edge.id;
  record.key = keyFor(edge, parent, options);
  record.user = parent.user;
  record.operation = parent.operation;
  record.born = parent.born;
  record.version = options.version;
  if (queries.size() > 1) record.query = nodes[edge.from].context.queryOf(parentId);
  record.klass = parent.klass;
  const Effect effect = options.effect != Effect::Inherit ? options.effect : edge.policy.effect;
  const bool write = effect == Effect::Write || (effect == Effect::Inherit && parent.has(kWrite));
  record.flags = options.flags | (write ? static_cast<std::uint32_t>(kWrite) : 0u);
  record.origin = parent.instance;
  record.instance = options.instance;
  record.repeat = options.repeat;
  record.first = now.ns;
  record.deadline = parent.deadline;
  if (edge.policy.retry && edge.policy.retry->budget)
    edge.retryBalance = std::min(kBudgetCap, edge.retryBalance + edge.policy.retry->budget->value);
  if (edge.policy.singleFlight && !write && record.key != kNoKey && !(record.flags & kProbe)) {
    FlatMap<std::uint32_t>& flights = atInstance(edge.flights, record.origin);
    if (const std::uint32_t* leader = flights.find(record.key)) {
      ++edge.stats.joined;
      record.state = OutboundCall::State::Joined;
      record.next = outbound[*leader].followers;
      outbound[*leader].followers = r;
      return;
    }
    flights[record.key] = r;
    record.leads = true;
  }
  acquire(r);
}

// Takes a pooled connection, waits for one, or gives up; without a pool it launches at once.
void Engine::acquire(std::uint32_t r) {
  OutboundCall& record = outbound[r];
  EdgeState& edge = edges[record.edge];
  if (!edge.policy.pool || record.holdsConnection) return launch(r);
  const PoolPolicy& policy = *edge.policy.pool;
  ConnectionPool& pool = atInstance(edge.pools, record.origin);
  if (pool.used < policy.size) {
    ++pool.used;
    edge.stats.inUse.add(1, now.ns);
    edge.stats.acquire.record(0);
    record.holdsConnection = true;
    return launch(r);
  }
  if (policy.maxWaiting && pool.waitingCount >= *policy.maxWaiting) {
    // The caller may still be making its other calls, so it hears of this only afterwards.
    record.state = OutboundCall::State::Refused;
    record.due = now.ns;
    return queue.push(now, EventKind::Outbound, r);
  }
  record.state = OutboundCall::State::WaitingForConnection;
  record.queued = now.ns;
  record.previous = pool.lastWaiting;
  record.next = 0;
  if (pool.lastWaiting != 0) outbound[pool.lastWaiting].next = r;
  else pool.firstWaiting = r;
  pool.lastWaiting = r;
  ++pool.waitingCount;
  edge.stats.waiting.add(1, now.ns);
  if (policy.acquireTimeout) {
    record.due = now.ns + policy.acquireTimeout->ns;
    pushLate(edge.acquireLane, {record.due}, EventKind::Outbound, r);
  }
}

void Engine::removeWaiting(std::uint32_t r) {
  OutboundCall& record = outbound[r];
  EdgeState& edge = edges[record.edge];
  ConnectionPool& pool = atInstance(edge.pools, record.origin);
  if (record.previous != 0) outbound[record.previous].next = record.next;
  else pool.firstWaiting = record.next;
  if (record.next != 0) outbound[record.next].previous = record.previous;
  else pool.lastWaiting = record.previous;
  --pool.waitingCount;
  edge.stats.waiting.add(-1, now.ns);
  edge.stats.acquire.record(now.ns - record.queued);
  record.due = 0;
}

void Engine::releaseConnection(std::uint32_t r) {
  OutboundCall& record = outbound[r];
  if (!record.holdsConnection) return;
  record.holdsConnection = false;
  EdgeState& edge = edges[record.edge];
  ConnectionPool& pool = atInstance(edge.pools, record.origin);
  while (pool.firstWaiting != 0) {
    const std::uint32_t first = pool.firstWaiting;
    if (outbound[first].followers != 0 || !forgetGoneParent(outbound[first])) break;
    removeWaiting(first);
    finishOutbound(first, Reply{});
  }
  const std::uint32_t next = pool.firstWaiting;
  if (next == 0 || pool.used > edge.policy.pool->size) {
    --pool.used;
    edge.stats.inUse.add(-1, now.ns);
    return;
  }
  removeWaiting(next);
  outbound[next].holdsConnection = true;
  launch(next);
}

// True when nobody waits for the record's answer any more because the user gave up.
bool Engine::forgetGoneParent(OutboundCall& record) {
  if (!isGone(nodes[edges[record.edge].from], record.parent, record.operation)) return false;
  record.parent = 0;
  for (CallId attempt : record.attempts)
    if (attempt != 0) calls[attempt].parent = 0;
  return true;
}

void Engine::launch(std::uint32_t r) {
  OutboundCall& record = outbound[r];
  EdgeState& edge = edges[record.edge];
  const CallId id = takeCall();
  if (id == 0) return;
  Call& call = calls[id];
  call.reset(kLive | record.flags);
  call.parent = record.parent;
  call.key = record.key;
  call.user = record.user;
  call.klass = record.klass;
  call.repeat = record.repeat;
  call.origin = record.origin;
  if (edge.policy.propagateDeadline) call.deadline = record.deadline;
  call.version = record.version;
  call.outbound = r;
  call.operation = record.operation;
  call.born = record.born;
  handOnQuery(record.query, call);
  if (tracksChildren && record.parent != 0) linkChild(id, record.parent);
  if (observer) [[unlikely]] {
    const bool waited = record.state == OutboundCall::State::WaitingForConnection;
    const bool isHedge = record.state == OutboundCall::State::InFlight && record.sent > record.retries;
    observer->onLaunch(now, edge.from, id, call, {waited ? now.ns - record.queued : 0}, {isHedge ? 0 : record.backoff});
  }
  record.state = OutboundCall::State::InFlight;
  ++record.sent;
  place(record, id);
  startAttempt(id, edge, record.instance);
  if (edge.policy.hedge) armHedge(r);
}

void Engine::armHedge(std::uint32_t r) {
  OutboundCall& record = outbound[r];
  EdgeState& edge = edges[record.edge];
  const HedgePolicy& hedge = *edge.policy.hedge;
  if (record.hedges >= hedge.max || !std::count(record.attempts, record.attempts + kMaxAttempts, 0u)) return;
  Duration delay = hedge.after.value_or(Duration{});
  if (hedge.percentile) {
    // A percentile is only worth waiting for once it is known.
    if (edge.latencies.count() < 100) return;
    delay = edge.latencies.quantile(hedge.percentile->value);
  }
  record.due = now.ns + delay.ns;
  queue.push({record.due}, EventKind::Outbound, r, true);
}

void Engine::outboundTimer(std::uint32_t r) {
  OutboundCall& record = outbound[r];
  EdgeState& edge = edges[record.edge];
  fold(7, record.edge);
  forgetGoneParent(record);
  switch (record.state) {
    case OutboundCall::State::WaitingForConnection:
    case OutboundCall::State::Refused: {
      if (record.state == OutboundCall::State::WaitingForConnection) removeWaiting(r);
      Reply reply;
      reply.failure = common(edge.from, CommonReason::PoolExhausted);
      ++nodes[edge.from].stats.reasons[static_cast<std::size_t>(CommonReason::PoolExhausted)];
      return finishOutbound(r, std::move(reply));
    }
    case OutboundCall::State::BackingOff:
      if (isUnwanted(record, edge)) return finishOutbound(r, Reply{});
      return acquire(r);
    case OutboundCall::State::InFlight:
      if (isUnwanted(record, edge)) return;
      ++record.hedges;
      ++edge.stats.hedges;
      return launch(r);
    case OutboundCall::State::Joined: return;
  }
}

bool Engine::mayRetry(const OutboundCall& record, const EdgeState& edge, Outcome outcome) {
  if (!edge.policy.retry) return false;
  const RetryPolicy& retry = *edge.policy.retry;
  if (record.retries >= retry.max) return false;
  if (!(edge.retryOn & 1u << static_cast<unsigned>(outcome))) return false;
  if (isUnwanted(record, edge)) return false;
  if (record.deadline != 0 && now.ns >= record.deadline) return false;
  return !retry.budget || edge.retryBalance >= 1;
}

double backoffCeiling(const RetryPolicy& retry, int k) {
  const double base = static_cast<double>(retry.base.ns);
  const double cap = static_cast<double>(retry.cap.ns);
  double wait = 0;
  switch (retry.backoff) {
    case Backoff::None: return 0;
    case Backoff::Constant: wait = base; break;
    case Backoff::Linear: wait = base * k; break;
    case Backoff::Exponential:
      wait = base;
      for (int i = 1; i < k && wait < cap; ++i) wait *= 2;
      break;
  }
  return std::min(wait, cap);
}

// Backoff before the next retry: c_k = min(cap, base * 2^(k-1)) or as the policy says; jitter after M. Brooker,
// "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015).
Duration Engine::backoffFor(OutboundCall& record, EdgeState& edge) {
  const RetryPolicy& retry = *edge.policy.retry;
  const double base = static_cast<double>(retry.base.ns);
  const double cap = static_cast<double>(retry.cap.ns);
  double wait = backoffCeiling(retry, record.retries);  // which counts this one
  switch (retry.jitter) {
    case Jitter::None: break;
    case Jitter::Full: wait *= edge.luck.uniform(); break;
    case Jitter::Equal: wait = wait / 2 + wait / 2 * edge.luck.uniform(); break;
    case Jitter::Decorrelated: {
      const double previous = record.backoff > 0 ? static_cast<double>(record.backoff) : base;
      wait = std::min(cap, base + (3 * previous - base) * edge.luck.uniform());
      break;
    }
  }
  record.backoff = durationFromNs(wait).ns;
  return {record.backoff};
}

// One attempt is over, by its answer or because this caller gave up on it.
void Engine::attemptEnded(CallId attempt, bool byTimeout) {
  const std::uint32_t r = calls[attempt].outbound;
  OutboundCall& record = outbound[r];
  EdgeState& edge = edges[record.edge];
  if (forgetGoneParent(record) && !byTimeout && calls[attempt].failure == 0) {
    ++edge.stats.late;
    if (record.born >= measureFrom) ++nodes[edge.from].operations[record.klass].late;
  }
  Reply reply = makeReply(calls[attempt], edge, byTimeout);
  const std::int64_t attemptNs = now.ns - calls[attempt].sent;
  displace(record, attempt);
  if (edge.policy.hedge && edge.policy.hedge->percentile && !byTimeout) edge.latencies.record({attemptNs});
  if (byTimeout) {
    reply.failure = common(edge.from, CommonReason::Timeout);
    reply.outcome = Outcome::Timeout;
  }
  if (reply.ok() || !anyOutstanding(record)) {
    const bool again = !reply.ok() && mayRetry(record, edge, reply.outcome);
    if (byTimeout) {
      const CallId parent = record.parent;
      if (!again && parent != 0 && calls[parent].edge == kNoEdge) calls[attempt].set(kFinalAttempt);
      if (tracksChildren) unlinkChild(attempt);
      orphan(attempt, edge);
    } else {
      if (tracksChildren) unlinkChild(attempt);
      freeCall(attempt);
    }
    if (!again) return finishOutbound(r, std::move(reply));
    releaseConnection(r);
    if (edge.policy.retry->budget) edge.retryBalance -= 1;
    ++record.retries;
    ++edge.stats.retries;
    return backOff(r, edge, reply.retryAfter);
  }
  // Another copy is still on its way.
  if (tracksChildren) unlinkChild(attempt);
  if (byTimeout) orphan(attempt, edge);
  else freeCall(attempt);
}

void Engine::backOff(std::uint32_t r, EdgeState& edge, std::int64_t retryAfter) {
  OutboundCall& record = outbound[r];
  const std::int64_t own = backoffFor(record, edge).ns;
  const std::int64_t wait = edge.policy.retry->honourRetryAfter ? std::max(own, retryAfter) : own;
  if (wait == 0) return acquire(r);
  record.state = OutboundCall::State::BackingOff;
  record.due = now.ns + wait;
  const bool hasLane = wait == own && record.retries <= edge.backoffLanes.size();
  pushLate(hasLane ? edge.backoffLanes[record.retries - 1u] : EventQueue::kNoLane, {record.due}, EventKind::Outbound, r);
}

// The logical call is over: free what it holds, tell the caller and everyone who shared it.
void Engine::finishOutbound(std::uint32_t r, Reply&& reply) {
  OutboundCall& record = outbound[r];
  EdgeState& edge = edges[record.edge];
  for (CallId& attempt : record.attempts) {
    if (attempt == 0) continue;
    calls[attempt].timeoutAt = 0;
    if (tracksChildren) unlinkChild(attempt);
    orphan(attempt, edge);
    attempt = 0;
  }
  releaseConnection(r);
  if (record.leads) atInstance(edge.flights, record.origin).erase(record.key);
  reply.edge = edge.local;
  if (record.instance != kAnyInstance) reply.instance = record.instance;  // also when no attempt was made
  reply.key = record.key;
  reply.repeat = record.repeat;
  reply.outcome = failures[reply.failure].outcome;
  reply.flags = reply.flags | (record.flags & (kFill | kProbe | kMessage));
  NodeState& caller = nodes[edge.from];
  std::uint32_t followers = record.followers;
  const CallId parent = record.parent;
  reply.latency = {now.ns - record.first};
  record.due = 0;
  record.parent = 0;
  outbound.free(r);
  if (parent != 0) caller.component->onReply(caller.context, parent, reply);
  while (followers != 0) {
    const OutboundCall follower = outbound[followers];
    outbound[followers].due = 0;
    outbound[followers].parent = 0;
    outbound.free(followers);
    followers = follower.next;
    reply.latency = {now.ns - follower.first};
    reply.repeat = follower.repeat;
    if (follower.parent != 0 && !isGone(caller, follower.parent, follower.operation))
      caller.component->onReply(caller.context, follower.parent, reply);
  }
}

// The caller's own call died: nobody waits for what it had asked for.
void Engine::dropOutboundOf(CallId parent) {
  for (std::uint32_t r = 1; r <= outbound.highest(); ++r) {
    OutboundCall& record = outbound[r];
    if (record.parent != parent) continue;
    record.parent = 0;
    if (record.state == OutboundCall::State::WaitingForConnection && record.followers == 0) {
      removeWaiting(r);
      finishOutbound(r, Reply{});
    }
  }
}

}  // namespace faultline

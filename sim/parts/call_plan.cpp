#include "parts/call_plan.h"

#include <algorithm>
#include <bit>

namespace faultline {

namespace {

// Marks of a call: which out-edges (by local index, at most 16) were asked, and which of them missed.
constexpr std::uint32_t kMaxMarked = 16;
std::uint32_t askedBit(std::uint32_t edge) { return edge < kMaxMarked ? 1u << edge : 0; }
std::uint32_t missedBit(std::uint32_t edge) { return edge < kMaxMarked ? 1u << (kMaxMarked + edge) : 0; }

std::uint64_t classMask(const Context& ctx, const std::vector<std::string>& names) {
  if (names.empty()) return ~0ull;
  std::uint64_t mask = 0;
  for (std::uint32_t c = 0; c < ctx.classCount(); ++c)
    if (std::find(names.begin(), names.end(), ctx.requestClass(static_cast<std::uint16_t>(c)).name) != names.end())
      mask |= 1ull << (c & 63);
  return mask;
}

bool isOf(const Condition& condition, const Context& ctx, std::uint32_t edge) {
  return ctx.targetName(edge) == condition.node && (condition.label.empty() || ctx.edgeLabel(edge) == condition.label);
}

}  // namespace

CallPlan::CallPlan(Context& ctx) {
  for (std::uint32_t e = 0; e < ctx.edgeCount(); ++e) {
    const EdgePolicy& policy = ctx.policy(e);
    PlannedEdge planned;
    planned.edge = e;
    planned.step = policy.step;
    planned.classes = classMask(ctx, policy.forClasses);
    planned.condition = *parseCondition(policy.when);
    for (std::uint32_t other = 0; other < ctx.edgeCount(); ++other)
      if (isOf(planned.condition, ctx, other)) planned.conditionEdges |= 1ull << other;
    planned.plain = planned.classes == ~0ull && planned.condition.kind == Condition::Kind::Always &&
                    policy.times == Distribution::constant(1) && policy.parallel == 1 && policy.mode == CallMode::Call;
    edges_.push_back(std::move(planned));
  }
  std::stable_sort(edges_.begin(), edges_.end(),
                   [](const PlannedEdge& a, const PlannedEdge& b) { return a.step < b.step; });
  luck_ = &ctx.stream("plan");
  if (edges_.size() != 1) return;
  const EdgePolicy& only = ctx.policy(0);
  singlePlain_ = edges_[0].plain && !only.optional;
  singlePass_ = singlePlain_ && only.work.isZero() && only.key == "inherit";
}

const CallPlan::PlannedEdge& CallPlan::plannedOf(std::uint32_t edge) const {
  return *std::find_if(edges_.begin(), edges_.end(), [&](const PlannedEdge& p) { return p.edge == edge; });
}

bool CallPlan::applies(const PlannedEdge& planned, const Call& call) {
  // A check of the dependencies is about all of them, whichever class calls them.
  if (!(planned.classes & 1ull << (call.klass & 63)) && !call.has(kProbe)) return false;
  switch (planned.condition.kind) {
    case Condition::Kind::Always:
      return true;
    case Condition::Kind::Chance:
      return luck_->chance(planned.condition.chance);
    case Condition::Kind::Miss:
    case Condition::Kind::Hit:
      break;
  }
  bool asked = false, missed = false;
  for (std::uint32_t e = 0; e < kMaxMarked; ++e) {
    if (!(planned.conditionEdges & 1ull << e)) continue;
    asked |= (call.marks & askedBit(e)) != 0;
    missed |= (call.marks & missedBit(e)) != 0;
  }
  return planned.condition.kind == Condition::Kind::Miss ? missed : asked && !missed;
}

void CallPlan::launch(Context& ctx, CallId id, const PlannedEdge& planned) {
  const EdgePolicy& policy = ctx.policy(planned.edge);
  const auto times = policy.times.isConstant() ? static_cast<std::int64_t>(policy.times.first())
                                               : static_cast<std::int64_t>(policy.times.draw(*luck_) + 0.5);
  if (times <= 0) return;
  if (!(planned.classes & 1ull << (ctx.at(id).klass & 63)))
    ctx.at(id).klass = static_cast<std::uint16_t>(std::countr_zero(planned.classes));
  CallOptions options;
  options.repeat = static_cast<std::uint16_t>(std::min<std::int64_t>(times - 1, 0xffff));
  options.version = versionOfMessage(ctx.at(id));
  ctx.at(id).marks |= askedBit(planned.edge);
  const bool scatter = policy.parallel > 1 && ctx.targetInstances(planned.edge) > 1;
  for (std::int64_t copy = 0; copy < policy.parallel; ++copy) {
    // Copies that run at once go to different instances where there are several.
    if (scatter)
      options.instance =
          static_cast<std::uint16_t>(copy % static_cast<std::int64_t>(ctx.targetInstances(planned.edge)));
    if (policy.mode == CallMode::Send) {
      CallOptions sent;
      sent.version = options.version;
      for (std::int64_t i = 0; i < times; ++i) ctx.send(planned.edge, id, sent);
      continue;
    }
    ++ctx.at(id).pending;
    ctx.call(planned.edge, id, options);
  }
}

void CallPlan::startForMessage(Context& ctx, CallId id) {
  CallOptions options;
  options.version = versionOfMessage(ctx.at(id));
  ctx.call(0, id, options);
}

CallPlan::Progress CallPlan::startSteps(Context& ctx, CallId id) {
  Call& call = ctx.at(id);
  call.pending = 0;
  call.marks = 0;
  call.clear(kQueryInMarks);
  call.step = 0;
  call.failure = 0;
  return advance(ctx, id, 0);
}

// Runs steps from planned edge `from` on, until one has to wait.
CallPlan::Progress CallPlan::advance(Context& ctx, CallId id, std::size_t from) {
  std::size_t i = from;
  while (i < edges_.size()) {
    const std::int64_t step = edges_[i].step;
    std::uint64_t chosen = 0;
    std::size_t end = i;
    for (; end < edges_.size() && edges_[end].step == step; ++end)
      if (applies(edges_[end], ctx.at(id))) chosen |= 1ull << (end - i);
    for (std::size_t k = i; k < end; ++k)
      if (chosen & 1ull << (k - i)) launch(ctx, id, edges_[k]);
    i = end;
    if (ctx.at(id).pending != 0) {
      ctx.at(id).step = static_cast<std::uint16_t>(i);
      return Progress::Waiting;
    }
  }
  return Progress::Done;
}

// A value that was fetched after a miss goes back to every cache that missed it. Another question to the same cache,
// over another of several arrows, is not answered by it.
void CallPlan::fillCaches(Context& ctx, CallId id, const Reply& reply) {
  const PlannedEdge& fetched = plannedOf(reply.edge);
  if (reply.has(kWrite)) return;
  for (const PlannedEdge& p : edges_) {
    if (p.edge == reply.edge || !(ctx.at(id).marks & missedBit(p.edge))) continue;
    const EdgePolicy& policy = ctx.policy(p.edge);
    if (policy.fill == FillMode::None) continue;
    const bool isAsked = (fetched.conditionEdges & 1ull << p.edge) != 0;
    if (!isAsked && ctx.targetName(p.edge) == fetched.condition.node) continue;
    CallOptions options;
    options.flags = kFill;
    options.key = reply.key;
    options.version = reply.version;
    options.effect = Effect::Read;
    if (policy.fill == FillMode::Await) {
      ++ctx.at(id).pending;
      ctx.call(p.edge, id, options);
    } else {
      ctx.send(p.edge, id, options);
    }
  }
}

CallPlan::Progress CallPlan::continueSteps(Context& ctx, CallId id, const Reply& reply) {
  Call& call = ctx.at(id);
  const EdgePolicy& policy = ctx.policy(reply.edge);
  if (!reply.ok()) {
    // A cache that cannot answer is a cache that misses; a fill that fails harms nobody.
    const bool isFill = reply.has(kFill);
    if (isFill) {
    } else if (policy.optional) {
      call.set(kDegraded);
      call.marks |= missedBit(reply.edge);
    } else if (call.failure == 0) {
      call.failure = reply.failure;
      call.retryAfter = reply.retryAfter;
    }
  } else {
    call.flags = call.flags | (reply.flags & (kStale | kDegraded | kFetched));
    if (reply.version > call.version) call.version = reply.version;
    if (reply.has(kMiss) && !reply.has(kFill)) {
      call.marks |= missedBit(reply.edge);
      call.set(kFetched);
    }
    const PlannedEdge& planned = plannedOf(reply.edge);
    if (planned.condition.kind == Condition::Kind::Miss && !reply.has(kMiss)) fillCaches(ctx, id, reply);
  }
  if (reply.repeat > 0 && ctx.at(id).failure == 0 && !reply.has(kFill)) {
    CallOptions options;
    options.repeat = static_cast<std::uint16_t>(reply.repeat - 1);
    ctx.call(reply.edge, id, options);
    return Progress::Waiting;
  }
  if (--ctx.at(id).pending != 0) return Progress::Waiting;
  if (ctx.at(id).failure != 0) return Progress::Done;
  return advance(ctx, id, ctx.at(id).step);
}

}  // namespace faultline

// The call plan of a node: which of its out-edges are called for a held call, in which order, and what their answers
// mean together. See model.md section 3.
//
// Steps run in ascending order; edges of one step run in parallel and join. `times` repeats an edge one after the other,
// `parallel` at once. `when: miss(x)` and `hit(x)` look at the answer of an earlier edge to x. A failed answer fails the
// plan unless its edge is optional, which makes the answer degraded instead. After a miss, the value that a later edge
// fetches goes back to the cache that missed.
//
// The state of a running plan is in the held call itself (step, pending, marks), so nothing is allocated.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "engine/component.h"

namespace faultline {

// A consumer works on the value that the message speaks of, which may be older than the latest one.
inline std::uint32_t versionOfMessage(const Call& call) { return call.has(kMessage) ? call.version : 0; }

class CallPlan {
 public:
  enum class Progress {
    Waiting,  // answers are outstanding
    Done,     // every step is done; call.failure holds the outcome (0: ok)
  };

  CallPlan() = default;
  explicit CallPlan(Context& ctx);

  bool empty() const { return edges_.empty(); }
  // True when the plan of every call is one plain awaited call along edge 0: then a caller may pass the call on.
  bool isSinglePass() const { return singlePass_; }

  Progress start(Context& ctx, CallId id) {
    if (!singlePlain_) return startSteps(ctx, id);
    startOneCall(ctx, id);
    return Progress::Waiting;
  }
  // REQUIRES a reply to a call that this plan made for `id`.
  Progress onReply(Context& ctx, CallId id, const Reply& reply) {
    if (!singlePlain_) return continueSteps(ctx, id, reply);
    keepAnswer(ctx, id, reply);
    return Progress::Done;
  }

  // The plan of every call is one plain awaited call: then these two are all of it.
  bool isOneCall() const { return singlePlain_; }
  void startOneCall(Context& ctx, CallId id) {
    Call& call = ctx.at(id);
    call.step = 1;
    if (call.has(kMessage)) [[unlikely]] return startForMessage(ctx, id);
    ctx.call(0, id);
  }
  void keepAnswer(Context& ctx, CallId id, const Reply& reply) {
    Call& call = ctx.at(id);
    call.failure = reply.failure;
    if (!reply.ok()) call.retryAfter = reply.retryAfter;
    call.flags |= reply.flags & (kStale | kDegraded | kFetched);
    call.version = std::max(call.version, reply.version);
  }

 private:
  struct PlannedEdge {
    std::uint32_t edge = 0;
    std::int64_t step = 0;
    std::uint64_t classes = ~0ull;  // bit per class
    Condition condition;
    std::uint64_t conditionEdges = 0;  // edges whose miss or hit is asked for
    bool plain = false;  // for every call exactly one awaited call
  };

  [[gnu::noinline]] void startForMessage(Context& ctx, CallId id);
  Progress startSteps(Context& ctx, CallId id);
  Progress continueSteps(Context& ctx, CallId id, const Reply& reply);
  Progress advance(Context& ctx, CallId call, std::size_t from);
  bool applies(const PlannedEdge& planned, const Call& call);
  void launch(Context& ctx, CallId call, const PlannedEdge& planned);
  void fillCaches(Context& ctx, CallId call, const Reply& reply);
  const PlannedEdge& plannedOf(std::uint32_t edge) const;

  std::vector<PlannedEdge> edges_;  // in the order of their steps
  bool singlePass_ = false;
  bool singlePlain_ = false;  // one edge, one plain awaited call: the common case takes a short way
  RandomStream* luck_ = nullptr;
};

}  // namespace faultline

// The inside of a simulation: dense state, the dispatch loop and the one seam through which every call passes.
//
// Only sim/engine includes this. Components see Context, users see Simulation.
#pragma once

#include <deque>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "base/flat_map.h"
#include "base/slab.h"
#include "engine/call.h"
#include "engine/component.h"
#include "engine/cpu_pool.h"
#include "engine/event_queue.h"
#include "engine/observer.h"
#include "engine/outbound.h"
#include "metrics/stats.h"
#include "model/edge_policy.h"
#include "model/scenario.h"
#include "parts/keyspace.h"

namespace faultline {

// `due` of work that ends at this very instant.
inline constexpr std::int64_t kDueNow = std::numeric_limits<std::int64_t>::max();
// `due` of an answer that waits for the end of a pause.
inline constexpr std::int64_t kAnswerDue = kDueNow - 1;

enum class StopReason {
  Reached,
  CallLimit,
  Livelock,
  Acted,  // a node acted: `later` is to be applied now, and the run goes on
};

inline constexpr std::uint16_t kNoRegion = 0xffff;

struct FailureInfo {
  NodeId node = 0;
  std::uint32_t reason = 0;  // index among the node's reasons, common ones first
  std::string name;
  Outcome outcome = Outcome::Ok;
};

// A new call remembers the query of an arrow before its own; see Context::queryOf.
inline void handOnQuery(std::uint32_t query, Call& call) {
  if (query == 0) return;
  call.marks = query;
  call.set(kQueryInMarks);
}

struct EdgeState {
  // What every call along the edge touches comes first.
  struct NodeState* caller = nullptr;
  struct NodeState* callee = nullptr;
  EdgeId id = 0;
  NodeId from = 0, to = 0;
  std::uint32_t local = 0;  // index among the caller's out-edges
  std::uint32_t query = 0;
  std::uint32_t nextInstance = 0;
  EventQueue::Lane latencyLane = EventQueue::kNoLane;
  EventQueue::Lane timeoutLane = EventQueue::kNoLane;
  EventQueue::Lane acquireLane = EventQueue::kNoLane;
  std::vector<EventQueue::Lane> backoffLanes;  // by retry, the first few, where the backoff is not drawn by lot
  std::int64_t timeoutNs = 0;  // 0: none
  bool instant = true;      // delivers in no time and without loss: no latency, bandwidth or fault
  bool needsRecord = false; // retry, pool, hedge or single flight
  // Whether a call's start, arrival, answer and return along this edge need the closer look, see Engine::Look.
  bool watchesStart = false, watchesArrival = false, watchesAnswer = false, watchesReturn = false;
  Effect effect = Effect::Inherit;
  bool propagatesDeadline = false;
  std::uint8_t retryOn = 0; // bit per Outcome
  // Faults.
  bool cut = false, refuse = false;
  bool parted = false;  // a partition of regions lies across it
  double slow = 1, extraLoss = 0;
  std::int64_t linkFreeAt[2] = {0, 0};
  // What the way between regions adds.
  RegionLink link;
  std::int64_t latencyNs = 0;  // of both, where they are constant
  RandomStream luck;
  KeySampler keys;
  std::uint32_t keyOffset = 0;
  bool ownKeys = false;
  std::string label;
  EdgePolicy policy;
  double retryBalance = 10;
  std::vector<ConnectionPool> pools;                       // by caller instance
  std::vector<FlatMap<std::uint32_t>> flights;             // by caller instance: key -> leading record
  Histogram latencies;                                     // only where a hedge waits for a percentile
  EdgeStats stats;
};

struct Instance {
  bool down = false;
  bool paused = false;  // by the fault, by itself, or both
  bool hung = false, frozen = false;
  bool draining = false;  // out of rotation
  bool unusual = false;   // paused, slowed, or its work shares cores: see Engine::work
  double slow = 1;
  double errors = 0;
  std::unique_ptr<CpuPool> ownCpu;
  CpuPool* cpu = nullptr;
  std::uint32_t cpuIndex = 0;
  void refresh() { unusual = paused || slow != 1 || cpu != nullptr; }
  std::vector<std::uint32_t> parked;  // events that wait for the end of a pause
};

struct MetricState {
  MetricType type = MetricType::Counter;
  Counter counter;
  AveragedGauge gauge;
  Timing timing;
};

struct WrittenVersion {
  std::uint32_t version = 0;
  std::uint32_t user = 0;
  std::int64_t at = 0;
};

inline constexpr std::int64_t kNoAlarm = -1;

struct NodeState {
  NodeState(Engine& engine, NodeId id) : context(engine, id) {}

  // What every event of the node touches comes first.
  Context context;
  std::int64_t alarm = kNoAlarm;  // when the node wants to be woken. An event whose time differs is stale
  std::unique_ptr<Component> component;
  std::uint32_t instanceCount = 0;    // of `instances`
  std::uint32_t activeInstances = 1;
  bool faulty = false;       // some instance is down, paused or errs
  bool unusualWork = false;  // of some instance: see Instance::unusual
  bool draining = false;     // some instance is out of rotation
  bool originates = false;
  bool relaysAnswers = false;  // what comes back to calls that were passed on needs nobody to look at it
  std::vector<InstanceStats> instanceStats;
  std::vector<OperationStats> operations;  // by class, where the node originates
  NodeStats stats;

  const ComponentInfo* info = nullptr;
  std::shared_ptr<void> params;
  std::string name;
  EdgeId firstEdge = 0;
  std::uint32_t edgeCount = 0;
  FailureId firstFailure = 1;
  AveragedGauge active;  // instances in use
  const ParamInfo* price = nullptr;      // what it costs, where its kind says so: see model/price.h
  const ParamInfo* callPrice = nullptr;
  double cpuWeight = 1;
  double cores = 0;
  FlatMap<WrittenVersion>* written = nullptr;
  std::uint16_t region = kNoRegion;
  CpuPool* host = nullptr;
  std::uint32_t hostIndex = 0;
  std::vector<Instance> instances;
  std::vector<MetricState> metrics;
  std::deque<std::pair<std::string, RandomStream>> streams;
  RandomStream faultLuck;

  bool allPaused() const {
    for (const Instance& i : instances)
      if (!i.paused) return false;
    return true;
  }
};

// What every operation of a class needs, next to each other.
struct ClassState {
  std::uint32_t flags = 0;  // of a new call
  std::int64_t objectiveNs = kNever.ns;
};

struct TimerState {
  std::uint32_t next;
  NodeId node;
  std::uint32_t tag;
  std::uint32_t generation;
  std::uint64_t data;
  bool live;
};

// Inlined in any case: to the compiler a function that only does this has no effect and need not be called.
template <class T>
[[gnu::always_inline]] inline void prefetch(const T& record) {
  const auto* bytes = reinterpret_cast<const char*>(&record);
  for (std::size_t at = 0; at < sizeof(T); at += 64) __builtin_prefetch(bytes + at);
  __builtin_prefetch(bytes + sizeof(T) - 1);
}

class Engine {
 public:
  explicit Engine(const Scenario& scenario);

  // Processes every event up to and including `until`; the clock then stands at `until` unless a limit stopped it.
  StopReason run(SimTime until);
  // Processes one event, stale ones included. False when none is left up to `until`; the clock stays then.
  bool step(SimTime until);
  void start();

  // --- the seam (context.cpp calls these)
  void makeCall(EdgeState& edge, CallId parent);
  void makeCall(EdgeState& edge, CallId parent, const CallOptions& options, bool wanted);
  void pass(EdgeState& edge, CallId id, std::uint16_t instance);
  [[gnu::noinline]] void reply(CallId id, FailureId failure);
  void reply(NodeState& node, CallId id, FailureId failure);
  CallId begin(NodeState& node, std::uint16_t klass, std::uint32_t key, std::uint32_t user, SimTime intended,
               SimTime deadline);
  CallId originate(NodeState& node, EdgeState& edge, std::uint16_t klass, std::uint32_t key, std::uint32_t user,
                   SimTime intended);
  void finish(NodeState& node, CallId operation, FailureId failure);
  // 0 when there are too many calls in flight: the run stops.
  CallId takeCall() {
    const CallId id = takePlainCall();
    if (tracksChildren && id < firstChild.size()) [[unlikely]] firstChild[id] = 0;
    return id;
  }
  // The same for calls that have no children yet, or are linked as a child themselves.
  CallId takePlainCall() {
    const CallId id = calls.take();
    if (id == 0) [[unlikely]] stopFor(StopReason::CallLimit);
    return id;
  }
  void freeCall(CallId id) {
    Call& call = calls[id];
    call.flags = 0;
    call.due = 0;
    call.timeoutAt = 0;
    calls.free(id);
  }
  void stopFor(StopReason reason) {
    stopRequested = true;
    stop = reason;
  }
  void observe(Observer* by);
  void setAlarm(NodeState& node, SimTime at);
  void work(NodeState& node, CallId id, std::int64_t ns, bool cpu);
  [[gnu::noinline]] void workUnusual(NodeState& node, CallId id, std::int64_t ns, bool cpu);
  void stopWork(CallId id);
  void scheduleCpu(std::uint32_t pool);
  void pushLate(EventQueue::Lane lane, SimTime at, EventKind kind, std::uint32_t slot) {
    if (lane != EventQueue::kNoLane) queue.pushLane(lane, at, kind, slot);
    else queue.push(at, kind, slot, true);
  }
  NodeId holder(const Call& call) const { return call.edge == kNoEdge ? call.scratch : edges[call.edge].to; }
  void fold(std::uint64_t tag, std::uint64_t what) {
    const std::uint64_t x =
        (static_cast<std::uint64_t>(now.ns) ^ (tag << 56) ^ (what << 20)) * 0x9e3779b97f4a7c15ull;
    fingerprint = ((fingerprint << 7) | (fingerprint >> 57)) ^ x;
  }

  // --- what the queue asks of its owner
  // False for an event of which nothing will come, now or later.
  bool wants(const Event& event) const {
    const std::uint32_t slot = event.slot();
    if (event.kind() == EventKind::Timeout) return mayTimeOut(slot, event.time);
    if (event.kind() == EventKind::Outbound) return outbound[slot].due == event.time;
    return true;
  }
  // Three events that come soon, after such a long time that their records left the caches: each names the next record
  // that will be needed, so they are fetched one after the other.
  [[gnu::always_inline]] void expect(const Event& next, const Event& near, const Event& far) const {
    if (far.kind() == EventKind::Outbound) {
      prefetch(calls[outbound[near.slot()].parent]);
      return prefetch(outbound[far.slot()]);
    }
    prefetch(calls[far.slot()]);
    const Call& call = calls[near.slot()];
    prefetch(hops[call.hop]);
    prefetch(outbound[call.outbound]);
    prefetch(calls[outbound[calls[next.slot()].outbound].parent]);
  }
  // Most timeouts are stale: the answer came in time. Then the record may be another call's, so this has no branches.
  bool mayTimeOut(CallId id, std::int64_t at) const {
    const Call& call = calls[id];
    const Hop& outer = hops[call.hop];  // of a call that was not passed on: one without times
    return (call.timeoutAt == at) | (outer.leg.timeoutAt == at) | (outer.next != 0);
  }

  // --- outbound.cpp
  void beginOutbound(EdgeState& edge, CallId parent, const CallOptions& options, bool wanted);
  void attemptEnded(CallId attempt, bool timedOut);
  void outboundTimer(std::uint32_t record);
  void dropOutboundOf(CallId parent);

  // --- faults.cpp
  void apply(const Action& action);
  void applyToNode(const Action& action);
  void applyToEdge(const Action& action);
  void applySet(const Action& action);
  void applyToRegion(const Action& action);
  void applyToMembers(const Action& action, const GroupSpec& region);
  void undoLater(const Action& action, std::string verb, ValueMap args);
  void deploy(NodeId node, Duration drain, Duration boot);
  std::string nameOf(const EdgeState& edge) const;
  void placeEdge(EdgeState& edge);
  void moveTo(NodeId node, std::uint16_t region);
  EdgeState* findEdge(std::string_view name);
  void trackChildren();
  void abandonChildren(CallId parent);
  EdgeId ownEdge(const Call& call) const;
  void crash(NodeId node, std::uint16_t instance);
  void restart(NodeId node, std::uint16_t instance);
  void restartIfDown(NodeId node, std::uint16_t instance);
  // A pause is a fault (it hangs) or the node's own (it freezes); each ends by itself.
  void pause(NodeId node, std::uint16_t instance, bool Instance::*why = &Instance::hung);
  void resume(NodeId node, std::uint16_t instance, bool Instance::*why = &Instance::hung);
  void setSlow(NodeId node, std::uint16_t instance, double factor);
  void setErrors(NodeId node, std::uint16_t instance, double ratio);
  void setInstances(NodeId node, std::uint32_t count);
  void setDraining(NodeId node, std::uint16_t instance, bool draining);
  void tellCallers(NodeId node);
  void tellCallees(NodeId node, std::uint16_t instance);
  void refreshEdge(EdgeState& edge);
  // What follows from the state of a node's instances; to be called whenever that changes.
  void refreshNode(NodeState& node);
  void refreshLooks();
  bool needsLookAtStart(const EdgeState& edge) const {
    return edge.needsRecord || edge.ownKeys || childrenCarryMore || observer != nullptr;
  }
  void cancelCall(CallId id);
  // Splits a passed-on call at the router `node`: the returned call stands there, the old one goes on as an orphan.
  CallId sever(CallId id, std::uint32_t outerHop);
  [[gnu::noinline]] bool parkIfPaused(NodeState& node, std::uint16_t instance, EventKind kind, std::uint32_t slot);

  FailureId common(NodeId node, CommonReason reason) const {
    return nodes[node].firstFailure + static_cast<std::uint32_t>(reason);
  }
  std::uint32_t internQuery(const std::string& name);
  void giveCores(Instance& instance, double cores);
  void addInstance(NodeState& node);

  Scenario scenario;
  SimTime now;
  EventQueue queue;
  Slab<Call> calls;
  Slab<Hop> hops;
  Slab<TimerState> timers;
  Slab<OutboundCall> outbound;
  std::vector<NodeState> nodes;
  std::vector<EdgeState> edges;
  std::deque<CpuPool> hostPools;
  std::vector<std::pair<std::uint16_t, std::uint16_t>> partitions;  // of regions; kNoRegion: all that is outside
  std::vector<CpuPool*> cpuPools;          // by index; the event's slot
  std::vector<std::int64_t> cpuScheduled;  // the time of the wanted end event; others are stale
  std::vector<FailureInfo> failures;       // by FailureId; 0 is ok
  std::vector<std::string> queries;        // 0: none
  std::deque<FlatMap<WrittenVersion>> written;  // for each part of the architecture that no arrow connects with others
  std::uint32_t lastVersion = 0;
  std::uint32_t lastOperation = 0;
  std::vector<std::uint32_t> classKeyOffset;
  std::vector<ClassState> classes;
  bool watchful = false;  // somebody observes, or some operation has a deadline, or some edge cancels
  Observer* observer = nullptr;
  std::uint64_t events = 0;
  std::uint64_t fingerprint = 0x6a09e667f3bcc908ull;
  std::int64_t measureFrom = 0;
  bool tracksChildren = false;
  bool childrenCarryMore = false;  // some edge names a query, or children are tracked
  bool hasImpatience = false;  // some operation had a deadline
  std::vector<CallId> firstChild, nextSibling;  // by call, where the scenario cancels calls
  bool stopRequested = false;
  StopReason stop = StopReason::Reached;
  // Actions that an action (undoing a fault, steps of a ramp) or a node brings about; Simulation takes them.
  std::vector<Action> later;

 private:
  void dispatchNow(std::uint32_t payload);
  void dispatch(const Event& event);
  void dispatchOther(EventKind kind, std::uint32_t slot, std::int64_t at);
  // The three steps of a call come in two versions of one text. The plain one is for runs in which nobody looks on,
  // nodes on which nothing is wrong and arrows that take no time; the closer look costs it one test.
  enum class Look { Plain, Closer };
  void arriveNow(CallId id);
  [[gnu::noinline]] void arrive(CallId id);
  template <Look look>
  void arriveAt(CallId id, Call& call, NodeState& node);
  [[gnu::noinline]] void arriveCloser(CallId id);
  [[gnu::noinline]] void arriveAnywhere(CallId id);
  template <Look look>
  void answer(NodeState& node, CallId id, Call& call, EdgeState& edge, FailureId failure);
  [[gnu::noinline]] void answerCloser(CallId id, FailureId failure);
  void returnNow(CallId id);
  [[gnu::noinline]] void returned(CallId id);
  template <Look look>
  void returnTo(NodeState& caller, CallId id, Call& call, EdgeState& edge);
  [[gnu::noinline]] void returnedCloser(CallId id);
  void sendOver(EdgeState& edge, CallId id, bool answer);
  void startLeg(CallId id, Call& call, EdgeState& edge, std::uint16_t instance);
  void sendOut(CallId id, EdgeState& edge, std::int64_t timeoutAt);
  [[gnu::noinline]] void sendOutSlowly(CallId id, EdgeState& edge, std::int64_t timeoutAt);
  [[gnu::noinline]] void armTimeout(CallId id, const EdgeState& edge, std::int64_t at);
  std::int64_t timeoutOver(const EdgeState& edge) const;
  static std::uint32_t passedOn(std::uint32_t flags, const EdgeState& edge);
  void startAttempt(CallId id, EdgeState& edge, std::uint16_t instance);
  [[gnu::noinline]] void passAsChild(EdgeState& edge, CallId id, std::uint16_t instance);
  [[gnu::noinline]] CallId originateCloser(NodeState& node, EdgeState& edge, std::uint16_t klass, std::uint32_t key,
                                           std::uint32_t user, SimTime intended);
  [[gnu::noinline]] void beginCloser(NodeState& node, CallId id, SimTime intended);
  [[gnu::noinline]] void finishCloser(NodeState& node, CallId id, FailureId failure);
  void limitPatience(CallId id, Call& call, SimTime intended);
  void beginService(Call& call);
  void scheduleWork(CallId id, Call& call, std::int64_t ns);
  void served(CallId id);
  [[gnu::noinline]] void giveUp(CallId id, std::int64_t at);
  void fireTimer(std::uint32_t slot);
  void fireAlarm(NodeState& node);
  void cpuEnded(std::uint32_t pool);
  std::int64_t visibilityEnd(const Call& call) const;
  [[gnu::noinline]] void transmit(EdgeState& edge, CallId id, bool answer);
  bool takeHop(Call& call);
  // Takes up again the leg that was set aside last.
  [[gnu::always_inline]] void popHop(Call& call) {
    const std::uint32_t h = call.hop;
    const Hop& hop = hops[h];
    static_cast<Leg&>(call) = hop.leg;
    call.hop = hop.next;
    call.set(kHeld);
    hops.free(h);
  }
  Reply makeReply(const Call& call, const EdgeState& edge, bool byTimeout) const {
    Reply reply{call};
    reply.latency = {now.ns - call.sent};
    reply.edge = edge.local;
    reply.instance = call.instance;
    if (call.failure != 0) reply.outcome = failures[call.failure].outcome;
    reply.timedOut = byTimeout;
    return reply;
  }
  // Which key a call along `edge` is about: the caller's choice, a draw from the edge's own keys, or the parent's.
  static std::uint32_t keyFor(EdgeState& edge, const Call& parent, const CallOptions& options) {
    if (options.key != kNoKey) return options.key;
    return edge.ownKeys ? edge.keyOffset + edge.keys.draw(edge.luck) : parent.key;
  }
  [[gnu::noinline]] void makeCallCloser(EdgeState& edge, CallId parent);
  [[gnu::noinline]] void loadChild(EdgeState& edge, CallId id, CallId parent);
  CallId newChild(EdgeState& edge, CallId parent, const CallOptions& options, std::uint32_t key,
                  std::int64_t timeoutAt);
  void launch(std::uint32_t record);
  void acquire(std::uint32_t record);
  void releaseConnection(std::uint32_t record);
  void finishOutbound(std::uint32_t record, Reply&& reply);
  bool mayRetry(const OutboundCall& record, const EdgeState& edge, Outcome outcome);
  Duration backoffFor(OutboundCall& record, EdgeState& edge);
  void backOff(std::uint32_t record, EdgeState& edge, std::int64_t retryAfter);
  void removeWaiting(std::uint32_t record);
  void armHedge(std::uint32_t record);
  void orphan(CallId id, const EdgeState& edge);
  // The operation on whose behalf `caller` made a call is over, because its user gave up. Its record may already be
  // another's, so it is known by its serial number.
  bool isGone(const NodeState& caller, CallId parent, std::uint32_t operation) const {
    if (!hasImpatience || !caller.originates || parent == 0) return false;
    const Call& call = calls[parent];
    // The record may be another call's by now, even a queue's own for a message of the same operation.
    return !call.has(kLive) || call.edge != kNoEdge || call.operation != operation ||
           call.scratch != caller.context.node();
  }
  void giveUpOperation(CallId id);
  bool forgetGoneParent(OutboundCall& record);
  void linkChild(CallId id, CallId parent);
  void unlinkChild(CallId id);
  bool refuseOnArrival(CallId id, const Call& call, NodeState& node);
  [[gnu::noinline]] void recordWaited(NodeStats& stats, const Call& call);
  [[gnu::noinline]] void recordFailure(NodeState& node, const Call& call, std::uint32_t flags);
  [[gnu::noinline]] void returnedLate(CallId id);
  void standAtOrigin(Call& call);
  [[gnu::noinline]] static std::uint16_t rotate(EdgeState& edge);
  void compileNodes();
  void compileEdges();
  void compileHosts();
  void compileRegions();
  void shareVersions();
  std::uint16_t regionOf(std::string_view node) const;
  std::uint16_t regionNamed(std::string_view region) const;
  RegionLink linkBetween(std::uint16_t a, std::uint16_t b) const;
  void freezeWork(CallId id);
  void thawWork(CallId id);
  template <class F>
  void forHeldCalls(NodeId node, std::uint16_t instance, F&& f);
  friend class Context;
  friend class Simulation;
};

}  // namespace faultline

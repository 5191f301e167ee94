// The contract between the engine and the component kinds.
//
// A component is one node's behaviour. It speaks only through `Context`: never to another component, the queue, the
// clock, a file or a log. Nothing re-enters: call, pass, reply and send only enqueue.
//
// Determinism: a component may use nothing but its parameters, its calls and its context's random streams.
// Thread safety: all functions are called from the thread that advances the simulation.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/distribution.h"
#include "base/random.h"
#include "base/time.h"
#include "engine/call.h"
#include "metrics/stats.h"
#include "model/common_reasons.h"
#include "model/descriptor.h"
#include "model/edge_policy.h"
#include "model/scenario.h"

namespace faultline {

class Engine;
struct NodeState;
struct EdgeState;
struct Trace;

// Timer tags of components are below this.
inline constexpr std::uint32_t kResumeTag = 0xffffffff;

// The answer to a call that this node made or passed on. Its flags are those of the answer: kMiss, kFetched, kStale,
// kDegraded, kProbe, kFill, kWrite.
struct Reply : CallContent {
  Duration latency;            // from the first sending to now, retries included
  std::uint32_t edge = 0;      // index among this node's out-edges
  std::uint16_t instance = 0;  // which instance of the callee
  Outcome outcome = Outcome::Ok;
  bool timedOut = false;       // this caller gave up; the callee may go on working

  Reply() : CallContent{.key = kNoKey} {}
  // Field by field, because the first two were written just before, and a processor cannot read at once what was written
  // in parts.
  explicit Reply(const CallContent& answer)
      : CallContent{.flags = answer.flags & kToldFlags,
                    .failure = answer.failure,
                    .key = answer.key,
                    .version = answer.version,
                    .retryAfter = answer.retryAfter,
                    .user = answer.user,
                    .klass = answer.klass,
                    .repeat = answer.repeat} {}
  bool ok() const { return failure == 0; }
};

// What a component changes for one call that it makes; the rest follows from the parent and the edge.
struct CallOptions {
  std::uint16_t instance = kAnyInstance;
  std::uint32_t key = kNoKey;           // kNoKey: as the edge says
  std::uint16_t repeat = 0;
  std::uint32_t flags = 0;              // kFill, kProbe, kMessage, kAgain
  Effect effect = Effect::Inherit;      // Inherit: as the edge says
  std::uint32_t version = 0;
};

// What happened to the node itself, or to those it is connected with.
struct NodeChange {
  enum class Kind { Crashed, Restarted, Paused, Resumed, InstancesChanged, TargetsChanged, ParamsChanged, CallerCrashed };
  Kind kind;
  std::uint16_t instance = kAnyInstance;  // kAnyInstance: all; of the caller where that crashed
  NodeId caller = 0;                      // which one crashed
};

class Context {
 public:
  // --- time and luck
  SimTime now() const { return *clock_; }
  // A stream of this node for a purpose; the reference stays valid for the run. Not for the hot path: keep it.
  RandomStream& stream(std::string_view purpose);

  // --- what this node is and where its arrows go
  std::string_view name() const;
  std::uint32_t instances() const;
  bool instanceUp(std::uint16_t instance) const;  // this node's own
  std::uint32_t edgeCount() const;
  const EdgePolicy& policy(std::uint32_t edge) const;
  std::string_view targetName(std::uint32_t edge) const;
  std::string_view edgeLabel(std::uint32_t edge) const;  // empty unless several arrows lead to that target
  std::uint32_t targetInstances(std::uint32_t edge) const;  // how many the callee has now
  // Out of rotation by decision (a deploy), which every caller knows; says nothing about health.
  bool targetDraining(std::uint32_t edge, std::uint16_t instance) const;
  std::uint32_t classCount() const;
  const RequestClass& requestClass(std::uint16_t klass) const;
  // Keys of a class are drawn from its key space and lie above this offset; equal key spaces share their keys.
  std::uint32_t classKeyOffset(std::uint16_t klass) const;
  std::string_view scenarioName() const;
  // The serial number of the latest operation that began anywhere.
  std::uint32_t lastOperation() const;
  // Recorded requests that came with the scenario, by the name of their file; null when there are none of that name.
  const Trace* trace(std::string_view file) const;

  // --- calls
  Call& at(CallId call) { return calls_[call]; }
  const Call& at(CallId call) const { return calls_[call]; }
  // Makes a call on behalf of `parent` (a call held here); its answer comes to onReply(parent). The policy of the edge
  // (timeout, retries, pool, ...) is applied on the way.
  void call(std::uint32_t edge, CallId parent);
  void call(std::uint32_t edge, CallId parent, const CallOptions& options);
  // The same without waiting for an answer.
  void send(std::uint32_t edge, CallId parent, const CallOptions& options = {});
  // Passes a held call on. The answer comes to onReply(call); then reply to it, or pass it again.
  void pass(std::uint32_t edge, CallId call, std::uint16_t instance = kAnyInstance);
  // Answers a held call.
  void reply(CallId call, FailureId failure = 0);
  // From now on answers to calls that were passed on go on as they are, to their callers or, for an operation that began
  // here, as its end; onReply hears nothing of them. REQUIRES that it would do no more than that.
  void relayAnswers(bool does);
  // Stops waiting for everything that was asked on behalf of `call`; answers that still come are dropped. Only where the
  // scenario cancels calls.
  void abandonChildren(CallId call);
  // The run-wide name of a reason of this kind (index into ComponentInfo::reasons), or of a common one.
  FailureId failure(std::uint32_t reason) const;
  FailureId failure(CommonReason reason) const;
  Outcome outcome(FailureId failure) const;
  // The target of an out-edge itself was down, so the call never began there.
  bool isRefusal(std::uint32_t edge, FailureId failure) const;
  // The node from which a held call came here. REQUIRES one that did not begin here.
  NodeId callerOf(CallId call) const;
  // The fault `errors` hits this held call, so it must have no effect: answer it with the injected error. Whoever is about
  // to let something take effect asks this first, and answers at that instant, or asks only once.
  bool isHitByErrors(CallId call);
  // The caller no longer waits for this call: work on it helps nobody.
  bool abandoned(CallId call) const;
  // The named query of the arrow by which a call came, or, where nodes between passed it on or called on its behalf over
  // arrows without one, of the nearest arrow before. REQUIRES that the callee has not used Call::marks yet. queryId gives the number of a name, the same all run.
  std::uint32_t queryOf(CallId call) const;
  std::uint32_t queryId(std::string_view name) const;

  // --- work on a call, one piece at a time; the end comes to onServed. Faults re-scale what remains.
  void serve(CallId call, Duration work);    // time that needs no shared resource
  void compute(CallId call, Duration work);  // CPU work: on the host's cores, or on those of `setCores`, else like serve
  void stopWork(CallId call);                // forgets the piece of work; onServed will not come
  // A waiting limit for a call that is queued here; onServed comes for a call that is still flagged kWaiting. `common`:
  // other calls have the same limit, which makes it cheap to keep.
  void limitWaiting(CallId call, Duration limit, bool common = true);
  // This node's instance stops for a while: work freezes, calls pile up (a garbage collection).
  void freeze(std::uint16_t instance, Duration span);
  // CPU cores of each instance, shared by all its running work (processor sharing); 0: no sharing.
  void setCores(double cores);
  // The weight of this node's work, from now on, where it shares a host's cores with others'; 1 at the start.
  void setCpuWeight(double weight);

  // --- the node's own state, as the actions crash and restart change it; onChange follows at once
  void crash();
  void restart();
  // From now on this node stands in the region of the target of an out-edge, or in the one in which it is drawn.
  void moveBeside(std::uint32_t edge);
  void moveHome();

  // --- operations (for kinds that originate): a call held here that has no caller. At its deadline the user gives up:
  // onGiveUp follows, and what was asked for the operation goes on without it. An operation with a deadline may not be
  // passed on, only called for.
  CallId begin(std::uint16_t klass, std::uint32_t key, std::uint32_t user, SimTime intended, SimTime deadline = {});
  // Begins an operation without a deadline and passes it on.
  CallId originate(std::uint32_t edge, std::uint16_t klass, std::uint32_t key, std::uint32_t user, SimTime intended);
  void finish(CallId operation, FailureId failure);
  // A call for the node's own work (an index build, a flush, a probe); not counted as an operation. End it with close.
  CallId open(std::uint16_t instance = 0);
  void close(CallId own);

  // --- timers of the node; `late`: after all other events of that instant (for arrivals from outside)
  struct TimerId {
    std::uint32_t slot = 0;
    std::uint32_t generation = 0;
  };
  TimerId after(Duration delay, std::uint32_t tag, std::uint64_t data = 0, bool late = false);
  void cancel(TimerId& timer);
  // The node's one alarm, for a stream of arrivals: onAlarm follows at that time, after all other events of that
  // instant. A new time replaces the old one. REQUIRES a time later than zero that is not past.
  void wakeAt(SimTime at);
  void dontWake();

  // --- versions of written values, shared by all nodes that arrows connect: who reads an older version than committed is
  // stale
  std::uint32_t commit(std::uint32_t key);           // a write took effect at the owner of the data
  // The same in two parts, for a write that is sent to others before it takes effect; `user` wrote it.
  std::uint32_t reserveVersion();
  void commit(std::uint32_t key, std::uint32_t version, std::uint32_t user);
  std::uint32_t committed(std::uint32_t key) const;  // 0: never written
  SimTime committedAt(std::uint32_t key) const;
  std::uint32_t committedBy(std::uint32_t key) const;  // the user of the latest version

  // --- for kinds that control other nodes
  // What a node has done, over all its instances. Integrals are in level-nanoseconds since the start, modulo 2^64: take
  // differences.
  struct Reading {
    std::uint32_t instances = 0;  // in use
    std::uint32_t up = 0;         // of these, not down
    std::uint64_t busy = 0, servers = 0, queue = 0, inFlight = 0;
    std::uint64_t arrivals = 0;
  };
  std::optional<NodeId> findNode(std::string_view name) const;
  Reading read(NodeId node) const;
  // The present level of a gauge that the node's kind declares; empty when it declares none of that name.
  std::optional<std::int64_t> levelOf(NodeId node, std::string_view gauge) const;
  // A parameter of a node as it is now, by the name of the kind's table; unset when there is none.
  Value parameterOf(NodeId node, std::string_view name) const;
  // An action of the timeline (model/actions.h), applied at this instant after the events that are due, and kept with the
  // others. REQUIRES one that validation accepts.
  void act(std::string_view verb, std::string target, ValueMap args);

  // --- metrics: index into ComponentInfo::metrics
  void add(std::uint32_t metric, std::uint64_t n = 1);
  void set(std::uint32_t metric, std::int64_t level);
  std::int64_t level(std::uint32_t metric) const;
  void observe(std::uint32_t metric, Duration value);
  InstanceStats& stats(std::uint16_t instance) { return instanceStats_[instance]; }
  NodeStats& nodeStats();

  Context(Engine& engine, NodeId node);
  // Where the engine keeps this node, its out-edges and its instances, known once they are laid out.
  void place(NodeState* state, EdgeState* edges) {
    state_ = state;
    edges_ = edges;
  }
  void placeStats(InstanceStats* stats) { instanceStats_ = stats; }
  NodeId node() const { return node_; }

 private:
  Engine* engine_;
  const SimTime* clock_;
  Call* calls_;  // records never move
  InstanceStats* instanceStats_ = nullptr;
  NodeState* state_ = nullptr;
  EdgeState* edges_ = nullptr;
  NodeId node_;
};

class Component {
 public:
  virtual ~Component() = default;
  virtual void onStart(Context&);
  virtual void onRequest(Context&, CallId call) = 0;
  virtual void onServed(Context&, CallId);
  virtual void onReply(Context&, CallId, const Reply&);
  virtual void onTimer(Context&, std::uint32_t /*tag*/, std::uint64_t /*data*/);
  virtual void onAlarm(Context&);
  // The deadline of an operation that began here has passed; nothing more comes for it. Finish it.
  virtual void onGiveUp(Context& ctx, CallId operation);
  // The caller of a held call gave up and the edge says `cancel`. Drop it (reply Cancelled) or ignore it.
  virtual void onCancel(Context&, CallId);
  // State that the change destroys must go now. The engine itself ends the calls that a crash loses, after this: a
  // component only forgets them.
  virtual void onChange(Context&, const NodeChange&);
  // A verb of this kind (index into ComponentInfo::actions).
  virtual void onAction(Context&, std::uint32_t /*verb*/, const ValueMap& /*args*/);
  // The traffic that this node originates is to be `factor` times the normal, after a linear change over `over`.
  virtual void onTraffic(Context&, double /*factor*/, Duration /*over*/);
  // A pure read just before a sample is taken: refresh gauges that are costly to keep.
  virtual void onSample(Context&);
};

// `create` of a ComponentInfo for a component that is made from its parameters, which the engine owns and may change
// (then onChange(ParamsChanged) follows).
template <class C, class P>
std::unique_ptr<Component> makeComponent(const void* params) {
  return std::make_unique<C>(*static_cast<const P*>(params));
}

}  // namespace faultline

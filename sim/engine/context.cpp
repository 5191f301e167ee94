// What a component may do. Every verb is a short way into the engine's seam.
#include <algorithm>

#include "engine/component.h"
#include "engine/engine.h"

namespace faultline {

Context::Context(Engine& engine, NodeId node)
    : engine_(&engine), clock_(&engine.now), calls_(&engine.calls[0]), node_(node) {}

RandomStream& Context::stream(std::string_view purpose) {
  auto& streams = state_->streams;
  for (auto& [name, stream] : streams)
    if (name == purpose) return stream;
  streams.emplace_back(std::string(purpose), RandomStream(engine_->scenario.seed, name(), purpose));
  return streams.back().second;
}

std::string_view Context::name() const { return state_->name; }
std::uint32_t Context::instances() const { return state_->activeInstances; }
bool Context::instanceUp(std::uint16_t instance) const { return !state_->instances[instance].down; }
std::uint32_t Context::edgeCount() const { return state_->edgeCount; }
const EdgePolicy& Context::policy(std::uint32_t edge) const {
  return edges_[edge].policy;
}
std::string_view Context::targetName(std::uint32_t edge) const {
  return edges_[edge].callee->name;
}
std::string_view Context::edgeLabel(std::uint32_t edge) const { return edges_[edge].label; }
std::uint32_t Context::targetInstances(std::uint32_t edge) const {
  return edges_[edge].callee->activeInstances;
}
bool Context::targetDraining(std::uint32_t edge, std::uint16_t instance) const {
  const NodeState& target = engine_->nodes[edges_[edge].to];
  return instance < target.instances.size() && target.instances[instance].draining;
}
std::uint32_t Context::classCount() const { return static_cast<std::uint32_t>(engine_->scenario.classes.size()); }
const RequestClass& Context::requestClass(std::uint16_t klass) const { return engine_->scenario.classes[klass]; }
std::string_view Context::scenarioName() const { return engine_->scenario.name; }
const Trace* Context::trace(std::string_view file) const {
  const TraceSpec* spec = engine_->scenario.findTrace(file);
  return spec ? spec->requests.get() : nullptr;
}
std::uint32_t Context::classKeyOffset(std::uint16_t klass) const { return engine_->classKeyOffset[klass]; }

void Context::send(std::uint32_t edge, CallId parent, const CallOptions& options) {
  engine_->makeCall(edges_[edge], parent, options, false);
}
void Context::abandonChildren(CallId call) { engine_->abandonChildren(call); }

FailureId Context::failure(std::uint32_t reason) const {
  return state_->firstFailure + static_cast<std::uint32_t>(CommonReason::kCount) + reason;
}
std::uint32_t Context::lastOperation() const { return engine_->lastOperation; }
FailureId Context::failure(CommonReason reason) const { return engine_->common(node_, reason); }
Outcome Context::outcome(FailureId failure) const { return engine_->failures[failure].outcome; }
bool Context::isRefusal(std::uint32_t edge, FailureId failure) const {
  return failure == engine_->common(edges_[edge].to, CommonReason::ConnectionRefused);
}
NodeId Context::callerOf(CallId call) const { return engine_->edges[at(call).edge].from; }
bool Context::isHitByErrors(CallId id) {
  Call& call = at(id);
  const Instance& instance = state_->instances[call.instance];
  if (instance.errors == 0 || call.has(kSpared)) return false;
  if (state_->faultLuck.chance(instance.errors)) return true;
  call.set(kSpared);
  return false;
}
bool Context::abandoned(CallId call) const { return at(call).has(kOrphan) && at(call).edge != kNoEdge; }
std::uint32_t Context::queryOf(CallId call) const {
  if (engine_->queries.size() <= 1) return 0;
  const Call& c = at(call);
  if (c.edge == kNoEdge) return 0;
  std::uint32_t query = engine_->edges[c.edge].query;
  for (std::uint32_t h = c.hop; h != 0 && query == 0; h = engine_->hops[h].next)
    if (engine_->hops[h].leg.edge != kNoEdge) query = engine_->edges[engine_->hops[h].leg.edge].query;
  return query != 0 || !c.has(kQueryInMarks) ? query : c.marks;
}
std::uint32_t Context::queryId(std::string_view name) const { return engine_->internQuery(std::string(name)); }

void Context::stopWork(CallId call) { engine_->stopWork(call); }
void Context::limitWaiting(CallId call, Duration limit, bool common) {
  Call& c = engine_->calls[call];
  c.due = std::max<std::int64_t>(engine_->now.ns + limit.ns, 1);  // 0 means none
  const auto lane = common ? engine_->queue.laneFor(limit, true) : EventQueue::kNoLane;
  engine_->pushLate(lane, {c.due}, EventKind::Served, call);
}
void Context::freeze(std::uint16_t instance, Duration span) {
  engine_->pause(node_, instance, &Instance::frozen);
  const TimerId timer = after(span, kResumeTag, instance);
  (void)timer;
}
void Context::setCores(double cores) {
  NodeState& node = (*state_);
  node.cores = cores;
  if (node.host) return;
  for (Instance& instance : node.instances) engine_->giveCores(instance, cores);
  engine_->refreshNode(node);
}
void Context::setCpuWeight(double weight) { state_->cpuWeight = weight; }


CallId Context::open(std::uint16_t instance) {
  const CallId id = engine_->takeCall();
  if (id == 0) return 0;
  Call& call = engine_->calls[id];
  call.reset(kLive | kHeld);
  call.arrived = call.sent = engine_->now.ns;
  call.key = kNoKey;
  call.instance = instance;
  call.scratch = node_;
  return id;
}
void Context::close(CallId own) {
  engine_->stopWork(own);
  engine_->freeCall(own);
}

Context::TimerId Context::after(Duration delay, std::uint32_t tag, std::uint64_t data, bool late) {
  const std::uint32_t slot = engine_->timers.take();
  if (slot == 0) return {};
  TimerState& timer = engine_->timers[slot];
  timer.node = node_;
  timer.tag = tag;
  timer.data = data;
  timer.live = true;
  ++timer.generation;
  if (delay.ns == 0 && !late) engine_->queue.pushNow(EventKind::Timer, slot);
  else engine_->queue.push(engine_->now + delay, EventKind::Timer, slot, late);
  return {slot, timer.generation};
}
void Context::cancel(TimerId& timer) {
  if (timer.slot != 0) {
    TimerState& state = engine_->timers[timer.slot];
    if (state.generation == timer.generation) state.live = false;
  }
  timer = {};
}

void Context::relayAnswers(bool does) { state_->relaysAnswers = does; }
void Context::dontWake() { state_->alarm = kNoAlarm; }

std::uint32_t Context::commit(std::uint32_t key) {
  WrittenVersion& written = (*state_->written)[key];
  written.version = ++engine_->lastVersion;
  written.at = engine_->now.ns;
  return written.version;
}
std::uint32_t Context::reserveVersion() { return ++engine_->lastVersion; }
void Context::commit(std::uint32_t key, std::uint32_t version, std::uint32_t user) {
  WrittenVersion& written = (*state_->written)[key];
  if (written.version > version) return;
  written = {version, user, engine_->now.ns};
}
std::uint32_t Context::committed(std::uint32_t key) const {
  const WrittenVersion* written = state_->written->find(key);
  return written ? written->version : 0;
}
SimTime Context::committedAt(std::uint32_t key) const {
  const WrittenVersion* written = state_->written->find(key);
  return {written ? written->at : 0};
}

std::uint32_t Context::committedBy(std::uint32_t key) const {
  const WrittenVersion* written = state_->written->find(key);
  return written ? written->user : 0;
}

void Context::crash() { engine_->crash(node_, kAnyInstance); }
void Context::restart() { engine_->restart(node_, kAnyInstance); }
void Context::moveHome() { engine_->moveTo(node_, engine_->regionOf(state_->name)); }
void Context::moveBeside(std::uint32_t edge) { engine_->moveTo(node_, edges_[edge].callee->region); }

std::optional<NodeId> Context::findNode(std::string_view name) const {
  for (const NodeState& node : engine_->nodes)
    if (node.name == name) return node.context.node();
  return std::nullopt;
}
Context::Reading Context::read(NodeId id) const {
  const NodeState& node = engine_->nodes[id];
  const std::int64_t now = engine_->now.ns;
  Reading reading;
  reading.instances = node.activeInstances;
  for (std::uint32_t i = 0; i < node.instances.size(); ++i) {
    const Instance& instance = node.instances[i];
    if (i < node.activeInstances && !instance.down) ++reading.up;
    const InstanceStats& stats = node.instanceStats[i];
    reading.busy += stats.busy.integral(now);
    reading.servers += stats.servers.integral(now);
    reading.queue += stats.queue.integral(now);
    reading.inFlight += stats.inFlight.integral(now);
    reading.arrivals += stats.arrivals.total;
  }
  return reading;
}
std::optional<std::int64_t> Context::levelOf(NodeId id, std::string_view gauge) const {
  NodeState& node = engine_->nodes[id];
  for (std::size_t i = 0; i < node.metrics.size(); ++i) {
    const MetricInfo& info = node.info->metrics[i];
    const bool isLevel = info.type == MetricType::Gauge || info.type == MetricType::Peak;
    if (isLevel && gauge == info.name) return node.metrics[i].gauge.value;
  }
  return std::nullopt;
}
Value Context::parameterOf(NodeId id, std::string_view name) const {
  const NodeState& node = engine_->nodes[id];
  const ParamInfo* info = findParam(node.info->params, name);
  return info ? info->read(node.params.get()) : Value{};
}
void Context::act(std::string_view verb, std::string target, ValueMap args) {
  engine_->later.push_back({engine_->now, std::string(verb), std::move(target), std::move(args)});
  if (engine_->stopRequested) return;  // a limit was hit
  engine_->stopRequested = true;
  engine_->stop = StopReason::Acted;
}

void Context::add(std::uint32_t metric, std::uint64_t n) { state_->metrics[metric].counter += n; }
void Context::set(std::uint32_t metric, std::int64_t level) {
  state_->metrics[metric].gauge.set(level, engine_->now.ns);
}
std::int64_t Context::level(std::uint32_t metric) const { return state_->metrics[metric].gauge.value; }
void Context::observe(std::uint32_t metric, Duration value) {
  state_->metrics[metric].timing.record(value.ns);
}
NodeStats& Context::nodeStats() { return state_->stats; }

// What a component does not care about.
void Component::onStart(Context&) {}
void Component::onServed(Context&, CallId) {}
void Component::onReply(Context&, CallId, const Reply&) {}
void Component::onTimer(Context&, std::uint32_t, std::uint64_t) {}
void Component::onAlarm(Context&) {}
void Component::onGiveUp(Context& ctx, CallId operation) { ctx.finish(operation, ctx.failure(CommonReason::Timeout)); }
void Component::onCancel(Context&, CallId) {}
void Component::onChange(Context&, const NodeChange&) {}
void Component::onAction(Context&, std::uint32_t, const ValueMap&) {}
void Component::onTraffic(Context&, double, Duration) {}
void Component::onSample(Context&) {}

}  // namespace faultline

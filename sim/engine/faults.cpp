// Faults and the other actions of the timeline: they change state, and they act on work in progress.
#include <algorithm>
#include <cmath>

#include "engine/engine.h"
#include "model/actions.h"

namespace faultline {

namespace {

// "app" or "app[2]".
struct Target {
  std::string node;
  std::uint16_t instance = kAnyInstance;
};

Target parseTarget(const std::string& text) {
  const auto bracket = text.find('[');
  if (bracket == std::string::npos) return {text, kAnyInstance};
  return {text.substr(0, bracket), static_cast<std::uint16_t>(std::stoul(text.substr(bracket + 1)))};
}

double numberOf(const ValueMap& args, std::string_view name, double otherwise) {
  const Value* v = args.find(name);
  if (!v) return otherwise;
  if (const auto* d = v->as<double>()) return *d;
  if (const auto* i = v->as<std::int64_t>()) return static_cast<double>(*i);
  return otherwise;
}

Duration durationOf(const ValueMap& args, std::string_view name) {
  const Value* v = args.find(name);
  const auto* d = v ? v->as<Duration>() : nullptr;
  return d ? *d : Duration{};
}

}  // namespace

template <class F>
void Engine::forHeldCalls(NodeId node, std::uint16_t instance, F&& f) {
  for (CallId id = 1; id <= calls.highest(); ++id) {
    const Call& call = calls[id];
    if (!call.has(kLive) || !call.has(kHeld) || holder(call) != node) continue;
    if (instance == kAnyInstance || call.instance == instance) f(id);
  }
}

void Engine::refreshNode(NodeState& node) {
  node.faulty = node.unusualWork = node.draining = false;
  for (const Instance& i : node.instances) {
    node.faulty |= i.down || i.paused || i.errors > 0;
    node.unusualWork |= i.unusual;
    node.draining |= i.draining;
  }
  refreshLooks();
}

void Engine::refreshLooks() {
  for (EdgeState& edge : edges) {
    edge.watchesStart = needsLookAtStart(edge);
    edge.watchesArrival = watchful || edge.callee->faulty;
    edge.watchesAnswer = edge.watchesArrival || !edge.instant;
    edge.watchesReturn = watchful || edge.caller->faulty;
  }
}

bool Engine::parkIfPaused(NodeState& node, std::uint16_t instance, EventKind kind, std::uint32_t slot) {
  if (instance >= node.instances.size() || !node.instances[instance].paused) return false;
  node.instances[instance].parked.push_back(static_cast<std::uint32_t>(kind) << Event::kSlotBits | slot);
  return true;
}

// The edge of the outermost leg: along which the call was made, whoever passed it on since.
EdgeId Engine::ownEdge(const Call& call) const {
  std::uint32_t h = call.hop;
  if (h == 0) return call.edge;
  while (hops[h].next != 0) h = hops[h].next;
  return hops[h].leg.edge;
}

// ------------------------------------------------------------------ crash, pause

void Engine::crash(NodeId nodeId, std::uint16_t which) {
  NodeState& node = nodes[nodeId];
  std::vector<CallId> held, passed;
  const auto hit = [&](std::uint16_t instance) {
    return (which == kAnyInstance || instance == which) && instance < node.instances.size() &&
           !node.instances[instance].down;
  };
  for (CallId id = 1; id <= calls.highest(); ++id) {
    const Call& call = calls[id];
    if (!call.has(kLive)) continue;
    if (call.has(kHeld) && holder(call) == nodeId && hit(call.instance)) held.push_back(id);
    for (std::uint32_t h = call.hop; h != 0; h = hops[h].next)
      if (hops[h].leg.edge != kNoEdge && edges[hops[h].leg.edge].to == nodeId && hit(hops[h].leg.instance)) {
        passed.push_back(id);
        break;
      }
  }
  for (std::size_t i = 0; i < node.instances.size(); ++i) {
    if (!hit(static_cast<std::uint16_t>(i))) continue;
    Instance& instance = node.instances[i];
    instance.paused = instance.hung = instance.frozen = false;
    instance.refresh();
    std::vector<std::uint32_t> parked = std::move(instance.parked);
    instance.parked.clear();
    for (std::uint32_t payload : parked)
      queue.pushNow(static_cast<EventKind>(payload >> Event::kSlotBits), payload & (Event::kSlots - 1));
  }
  for (CallId id : held) stopWork(id);
  node.component->onChange(node.context, {NodeChange::Kind::Crashed, which});
  // What the crashed calls had asked of others goes on without them.
  for (CallId id = 1; id <= calls.highest(); ++id) {
    Call& call = calls[id];
    if (!call.has(kLive) || call.parent == 0 || edges[ownEdge(call)].from != nodeId) continue;
    if (std::find(held.begin(), held.end(), call.parent) == held.end()) continue;
    const std::uint32_t record = call.outbound;
    if (record != 0) {
      outbound[record].parent = 0;
      continue;
    }
    call.parent = 0;
    orphan(id, edges[ownEdge(call)]);
  }
  for (CallId id : held) dropOutboundOf(id);
  for (std::size_t i = 0; i < node.instances.size(); ++i)
    if (hit(static_cast<std::uint16_t>(i))) node.instances[i].down = true;
  refreshNode(nodes[nodeId]);
  const FailureId lost = common(nodeId, CommonReason::ConnectionLost);
  for (CallId id : held) {
    if (calls[id].edge != kNoEdge) reply(id, lost);
    else if (node.originates) finish(node, id, lost);
    else freeCall(id);
  }
  // Calls that the node had passed on: callers see the connection break, the callee works on for nobody.
  for (CallId id : passed) {
    std::uint32_t inner = 0;
    std::uint32_t h = calls[id].hop;
    while (!(hops[h].leg.edge != kNoEdge && edges[hops[h].leg.edge].to == nodeId)) {
      inner = h;
      h = hops[h].next;
    }
    const EdgeId broken = inner ? hops[inner].leg.edge : calls[id].edge;
    const CallId standing = sever(id, inner);
    if (standing == 0) break;
    orphan(id, edges[broken]);
    reply(standing, lost);
  }
  tellCallees(nodeId, which);
}

void Engine::restart(NodeId nodeId, std::uint16_t which) {
  NodeState& node = nodes[nodeId];
  for (std::size_t i = 0; i < node.instances.size(); ++i)
    if (which == kAnyInstance || which == i) node.instances[i].down = false;
  refreshNode(nodes[nodeId]);
  resume(nodeId, which);
  node.component->onChange(node.context, {NodeChange::Kind::Restarted, which});
}

// The end of a crash; somebody else may have brought back the node, or some of its instances, before.
void Engine::restartIfDown(NodeId nodeId, std::uint16_t which) {
  const NodeState& node = nodes[nodeId];
  std::vector<std::uint16_t> down;
  std::size_t asked = 0;
  for (std::size_t i = 0; i < node.instances.size(); ++i) {
    if (which != kAnyInstance && which != i) continue;
    ++asked;
    if (node.instances[i].down) down.push_back(static_cast<std::uint16_t>(i));
  }
  if (down.size() == asked) {
    crash(nodeId, which);
    return restart(nodeId, which);
  }
  for (const std::uint16_t instance : down) restart(nodeId, instance);
}

void Engine::freezeWork(CallId id) {
  Call& call = calls[id];
  if (!call.has(kServing)) return;
  if (call.has(kOnCpu)) {
    Instance& instance = nodes[holder(call)].instances[call.instance];
    const double left = instance.cpu->remove(id, now);
    scheduleCpu(instance.cpuIndex);
    call.due = -(durationFromNs(left).ns + 1);
  } else if (call.due > now.ns && call.due < kAnswerDue) {  // what ends now is past stopping
    call.due = -(call.due - now.ns + 1);
  }
}

void Engine::thawWork(CallId id) {
  Call& call = calls[id];
  if (call.due >= 0) return;
  const std::int64_t left = -call.due - 1;
  call.due = 0;
  Instance& instance = nodes[holder(call)].instances[call.instance];
  if (call.has(kOnCpu)) {
    instance.cpu->add(id, holder(call), static_cast<double>(left), nodes[holder(call)].cpuWeight, now);
    scheduleCpu(instance.cpuIndex);
    return;
  }
  call.due = now.ns + std::max<std::int64_t>(left, 1);
  queue.push({call.due}, EventKind::Served, id);
}

void Engine::pause(NodeId nodeId, std::uint16_t which, bool Instance::*why) {
  NodeState& node = nodes[nodeId];
  for (std::size_t i = 0; i < node.instances.size(); ++i) {
    Instance& instance = node.instances[i];
    if ((which != kAnyInstance && which != i) || instance.down) continue;
    instance.*why = true;
    if (instance.paused) continue;
    forHeldCalls(nodeId, static_cast<std::uint16_t>(i), [&](CallId id) { freezeWork(id); });
    instance.paused = true;
    instance.refresh();
  }
  refreshNode(nodes[nodeId]);
  node.component->onChange(node.context, {NodeChange::Kind::Paused, which});
}

void Engine::resume(NodeId nodeId, std::uint16_t which, bool Instance::*why) {
  NodeState& node = nodes[nodeId];
  for (std::size_t i = 0; i < node.instances.size(); ++i) {
    Instance& instance = node.instances[i];
    if (which != kAnyInstance && which != i) continue;
    instance.*why = false;
    if (!instance.paused || instance.hung || instance.frozen) continue;
    instance.paused = false;
    instance.refresh();
    forHeldCalls(nodeId, static_cast<std::uint16_t>(i), [&](CallId id) { thawWork(id); });
    std::vector<std::uint32_t> parked = std::move(instance.parked);
    instance.parked.clear();
    for (std::uint32_t payload : parked)
      queue.pushNow(static_cast<EventKind>(payload >> Event::kSlotBits), payload & (Event::kSlots - 1));
  }
  refreshNode(nodes[nodeId]);
  node.component->onChange(node.context, {NodeChange::Kind::Resumed, which});
}

// ------------------------------------------------------------------ slow, errors

void Engine::setSlow(NodeId nodeId, std::uint16_t which, double factor) {
  NodeState& node = nodes[nodeId];
  for (std::size_t i = 0; i < node.instances.size(); ++i) {
    Instance& instance = node.instances[i];
    if (which != kAnyInstance && which != i) continue;
    const double change = factor / instance.slow;
    instance.slow = factor;
    instance.refresh();
    if (change == 1) continue;
    forHeldCalls(nodeId, static_cast<std::uint16_t>(i), [&](CallId id) {
      Call& call = calls[id];
      if (!call.has(kServing)) return;
      const bool frozen = call.due < 0;
      if (!frozen) freezeWork(id);
      if (call.due >= 0) return;
      call.due = -(durationFromNs(static_cast<double>(-call.due - 1) * change).ns + 1);
      if (!frozen) thawWork(id);
    });
  }
  refreshNode(node);
}

void Engine::setErrors(NodeId nodeId, std::uint16_t which, double ratio) {
  NodeState& node = nodes[nodeId];
  for (std::size_t i = 0; i < node.instances.size(); ++i)
    if (which == kAnyInstance || which == i) node.instances[i].errors = ratio;
  refreshNode(node);
}

void Engine::setDraining(NodeId nodeId, std::uint16_t which, bool draining) {
  NodeState& node = nodes[nodeId];
  for (std::size_t i = 0; i < node.instances.size(); ++i)
    if (which == kAnyInstance || which == i) node.instances[i].draining = draining;
  refreshNode(node);
  tellCallers(nodeId);
}

// Whoever calls this node may keep a list of its instances.
void Engine::tellCallers(NodeId nodeId) {
  for (EdgeState& edge : edges)
    if (edge.to == nodeId)
      nodes[edge.from].component->onChange(nodes[edge.from].context, {NodeChange::Kind::TargetsChanged, kAnyInstance});
}

// Whoever is called may hold something that lives in its caller's memory.
void Engine::tellCallees(NodeId nodeId, std::uint16_t instance) {
  for (EdgeState& edge : edges)
    if (edge.from == nodeId)
      edge.callee->component->onChange(edge.callee->context, {NodeChange::Kind::CallerCrashed, instance, nodeId});
}

void Engine::setInstances(NodeId nodeId, std::uint32_t count) {
  NodeState& node = nodes[nodeId];
  if (count == node.activeInstances) return;
  while (node.instances.size() < count) addInstance(node);
  node.activeInstances = count;
  node.active.set(count, now.ns);
  node.component->onChange(node.context, {NodeChange::Kind::InstancesChanged, kAnyInstance});
  tellCallers(nodeId);
}

void Engine::cancelCall(CallId id) {
  Call& call = calls[id];
  call.set(kCancelled);
  if (!call.has(kHeld)) return;        // on its way: it is refused on arrival
  if (call.due == kAnswerDue) return;  // its holder is done with it
  NodeState& node = nodes[holder(call)];
  node.component->onCancel(node.context, id);
}

// The first arrow that cancels came while it runs: from now on it is known who asks on whose behalf.
void Engine::trackChildren() {
  tracksChildren = childrenCarryMore = watchful = true;
  firstChild.assign(calls.highest() + 1u, 0);
  nextSibling.assign(calls.highest() + 1u, 0);
  for (CallId id = 1; id <= calls.highest(); ++id) {
    const Call& call = calls[id];
    if (!call.has(kLive) || call.has(kOrphan) || call.parent == 0) continue;
    if (isGone(nodes[edges[ownEdge(call)].from], call.parent, call.operation)) continue;
    nextSibling[id] = firstChild[call.parent];
    firstChild[call.parent] = id;
  }
  refreshLooks();
}

void Engine::abandonChildren(CallId parent) {
  if (parent >= firstChild.size()) return dropOutboundOf(parent);
  CallId child = firstChild[parent];
  firstChild[parent] = 0;
  while (child != 0) {
    const CallId next = nextSibling[child];
    Call& call = calls[child];
    if (call.outbound != 0) {
      outbound[call.outbound].parent = 0;
    } else {
      call.parent = 0;
      orphan(child, edges[ownEdge(call)]);
    }
    child = next;
  }
  dropOutboundOf(parent);
}

// ----------------------------------------------------------------------- actions

void Engine::apply(const Action& action) {
  fold(8, hashText(action.verb) ^ hashText(action.target));
  if (observer) observer->onAction(now, action);
  if (action.verb == "note") return;
  if (action.target.find("->") != std::string::npos && action.verb != "set") return applyToEdge(action);
  if (action.verb == "set") return applySet(action);
  if (action.verb == "partition" || action.verb == "rejoin") return applyToRegion(action);
  if (const GroupSpec* region = scenario.findRegion(action.target)) return applyToMembers(action, *region);
  applyToNode(action);
}

void Engine::undoLater(const Action& action, std::string verb, ValueMap args) {
  const Duration span = durationOf(action.args, "for");
  if (span.ns > 0) later.push_back({now + span, std::move(verb), action.target, std::move(args)});
}

void Engine::applyToNode(const Action& action) {
  Target target = parseTarget(action.target);
  const auto found =
      std::find_if(nodes.begin(), nodes.end(), [&](const NodeState& n) { return n.name == target.node; });
  if (found == nodes.end()) return;
  NodeState& node = *found;
  const NodeId id = node.context.node();
  // `fraction` means the first so many instances, rounded up.
  std::vector<std::uint16_t> which{target.instance};
  if (const Value* fraction = action.args.find("fraction"); fraction && target.instance == kAnyInstance) {
    which.clear();
    const auto n = static_cast<std::uint16_t>(std::ceil(*fraction->as<double>() * node.activeInstances - 1e-9));
    for (std::uint16_t i = 0; i < n; ++i) which.push_back(i);
  }
  ValueMap sameFraction;
  if (const Value* fraction = action.args.find("fraction")) sameFraction.set("fraction", *fraction);
  for (std::uint16_t instance : which) {
    if (action.verb == "crash") crash(id, instance);
    else if (action.verb == "restart") {
      if (action.args.find("down")) {
        restartIfDown(id, instance);
        continue;
      }
      crash(id, instance);  // what still ran stops first
      restart(id, instance);
    } else if (action.verb == "pause") pause(id, instance);
    else if (action.verb == "unpause") resume(id, instance);
    else if (action.verb == "resume") {
      resume(id, instance);
      setSlow(id, instance, 1);
      setErrors(id, instance, 0);
    } else if (action.verb == "slow") setSlow(id, instance, numberOf(action.args, "factor", 1));
    else if (action.verb == "errors") setErrors(id, instance, numberOf(action.args, "ratio", 0));
    else if (action.verb == "drain" || action.verb == "undrain") setDraining(id, instance, action.verb == "drain");
  }
  if (action.verb == "crash") {
    sameFraction.set("down", true);
    return undoLater(action, "restart", sameFraction);
  }
  if (action.verb == "pause") return undoLater(action, "unpause", sameFraction);
  if (action.verb == "slow") {
    sameFraction.set("factor", 1.0);
    return undoLater(action, "slow", sameFraction);
  }
  if (action.verb == "errors") {
    sameFraction.set("ratio", 0.0);
    return undoLater(action, "errors", sameFraction);
  }
  if (action.verb == "scale") return setInstances(id, static_cast<std::uint32_t>(numberOf(action.args, "to", 1)));
  if (action.verb == "traffic") {
    node.component->onTraffic(node.context, numberOf(action.args, "factor", 1), durationOf(action.args, "over"));
    ValueMap back;
    back.set("factor", 1.0);
    return undoLater(action, "traffic", back);
  }
  if (action.verb == "deploy") return deploy(id, durationOf(action.args, "drain"), durationOf(action.args, "boot"));
  for (std::size_t i = 0; i < node.info->actions.size(); ++i)
    if (action.verb == node.info->actions[i].name)
      node.component->onAction(node.context, static_cast<std::uint32_t>(i), action.args);
}

// Rolling: one instance after the other leaves rotation, finishes what it holds, restarts, comes back.
void Engine::deploy(NodeId nodeId, Duration drain, Duration boot) {
  NodeState& node = nodes[nodeId];
  SimTime at = now;
  for (std::uint32_t i = 0; i < node.activeInstances; ++i) {
    const std::string target = node.name + "[" + std::to_string(i) + "]";
    later.push_back({at, "drain", target, {}});
    at += drain;
    later.push_back({at, "crash", target, {}});
    at += boot;
    later.push_back({at, "restart", target, {}});
    later.push_back({at, "undrain", target, {}});
  }
}

void Engine::applyToEdge(const Action& action) {
  EdgeState* edge = findEdge(action.target);
  if (!edge) return;
  if (action.verb == "cut" || action.verb == "uncut") edge->cut = action.verb == "cut";
  else if (action.verb == "refuse" || action.verb == "unrefuse") edge->refuse = action.verb == "refuse";
  else if (action.verb == "mend") {
    edge->cut = edge->refuse = false;
    edge->slow = 1;
    edge->extraLoss = 0;
  } else if (action.verb == "slow_edge") edge->slow = numberOf(action.args, "factor", 1);
  else if (action.verb == "loss") edge->extraLoss = numberOf(action.args, "ratio", 0);
  // The end of one fault leaves the others of the edge.
  ValueMap none;
  if (action.verb == "slow_edge") none.set("factor", 1.0);
  if (action.verb == "loss") none.set("ratio", 0.0);
  const bool isSwitch = action.verb == "cut" || action.verb == "refuse";
  undoLater(action, (isSwitch ? "un" : "") + action.verb, none);
  refreshEdge(*edge);
}

std::string Engine::nameOf(const EdgeState& edge) const {
  return edgeName(nodes[edge.from].name, nodes[edge.to].name, edge.label);
}

EdgeState* Engine::findEdge(std::string_view name) {
  for (EdgeState& edge : edges)
    if (nameOf(edge) == name) return &edge;
  return nullptr;
}

namespace {

// The numeric content of a value, so that a ramp can be drawn through it.
bool numeric(const Value& v, double& x) {
  if (const auto* d = v.as<double>()) x = *d;
  else if (const auto* i = v.as<std::int64_t>()) x = static_cast<double>(*i);
  else if (const auto* t = v.as<Duration>()) x = static_cast<double>(t->ns);
  else return false;
  return true;
}

Value likeValue(const Value& v, double x) {
  if (v.as<double>()) return x;
  if (v.as<Duration>()) return durationFromNs(x);
  return static_cast<std::int64_t>(std::llround(x));
}

// Replaces the value at a dotted path below a parameter (`queries.by_email.rows`).
bool setPath(ValueMap& map, std::string_view path, const Value& value) {
  const auto dot = path.find('.');
  if (dot == std::string_view::npos) {
    map.set(path, value);
    return true;
  }
  for (auto& [key, inner] : map.entries)
    if (key == path.substr(0, dot))
      if (ValueMap* nested = inner.as<ValueMap>()) return setPath(*nested, path.substr(dot + 1), value);
  return false;
}

const Value* getPath(const ValueMap& map, std::string_view path) {
  const auto dot = path.find('.');
  const Value* v = map.find(path.substr(0, dot));
  if (dot == std::string_view::npos || !v) return v;
  const ValueMap* nested = v->as<ValueMap>();
  return nested ? getPath(*nested, path.substr(dot + 1)) : nullptr;
}

}  // namespace

// `set: db.connections` or `set: "app -> db.timeout"`, at once or in a ramp of a hundred steps.
void Engine::applySet(const Action& action) {
  const auto place = parseParameterTarget(action.target);
  if (!place) return;
  const std::string& owner = place->owner;
  std::string path = place->path.front();
  for (std::size_t i = 1; i < place->path.size(); ++i) path += '.' + place->path[i];
  const Value& to = *action.args.find("to");
  ValueMap current;
  EdgeState* edge = nullptr;
  NodeState* node = nullptr;
  std::span<const ParamInfo> infos;
  void* params = nullptr;
  if (place->isEdge) {
    if (!(edge = findEdge(owner))) return;
    infos = edgePolicyParams();
    params = &edge->policy;
  } else {
    for (NodeState& n : nodes)
      if (n.name == owner) node = &n;
    if (!node) return;
    infos = node->info->params;
    params = node->params.get();
  }
  const ParamInfo* info = findParam(infos, std::string_view(path).substr(0, path.find('.')));
  if (!info) return;
  Value whole = info->read(params);
  ValueMap holder;
  holder.set(info->name, whole);
  const Duration over = durationOf(action.args, "over");
  double from = 0, target = 0;
  const Value* old = getPath(holder, path);
  if (over.ns > 0 && old && numeric(*old, from) && numeric(to, target)) {
    constexpr int kSteps = 100;
    for (int i = 1; i <= kSteps; ++i) {
      ValueMap args;
      args.set("to", likeValue(to, from + (target - from) * i / kSteps));
      later.push_back({now + Duration{over.ns * i / kSteps}, "set", action.target, std::move(args)});
    }
    return;
  }
  if (!setPath(holder, path, to)) return;
  info->assign(params, *holder.find(info->name));
  if (edge && edge->policy.cancel && !tracksChildren) trackChildren();
  if (edge) return refreshEdge(*edge);
  if (node->info->instances) {
    const auto wanted = static_cast<std::uint32_t>(node->info->instances(params));
    if (wanted != node->activeInstances) setInstances(node->context.node(), wanted);
  }
  node->component->onChange(node->context, {NodeChange::Kind::ParamsChanged, kAnyInstance});
}

}  // namespace faultline

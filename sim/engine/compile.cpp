// Scenario -> dense arrays. After this no name is looked up while events run.
#include <algorithm>
#include <map>

#include "engine/engine.h"
#include "model/catalog.h"
#include "model/graph.h"
#include "model/price.h"

namespace faultline {

namespace {

std::uint32_t clampLimit(std::int64_t limit) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(limit, 16, Event::kSlots - 2));
}

// Equal key spaces name the same data; different ones get disjoint keys.
class KeyOffsets {
 public:
  std::uint32_t of(const KeySpace& space) {
    const auto [place, isNew] = offsets_.try_emplace(formatKeySpace(space), next_);
    if (isNew) next_ += static_cast<std::uint32_t>(std::max<std::uint64_t>(space.size(), 1));
    return place->second;
  }

 private:
  std::map<std::string, std::uint32_t> offsets_;
  std::uint32_t next_ = 0;
};

}  // namespace

Engine::Engine(const Scenario& s)
    : scenario(s),
      calls(clampLimit(s.maxCallsInFlight)),
      hops(Event::kSlots - 2),
      timers(Event::kSlots - 2),
      outbound(clampLimit(s.maxCallsInFlight)) {
  failures.push_back({});
  queries.push_back({});
  if (scenario.classes.empty()) scenario.classes.push_back({.name = "default"});
  for (const RequestClass& c : scenario.classes) {
    const std::uint32_t write = c.effect == Effect::Write ? kWrite : 0u;
    classes.push_back({kLive | kHeld | write, c.objective.value_or(kNever).ns});
  }
  compileNodes();
  compileEdges();
  compileHosts();
  compileRegions();
  watchful = tracksChildren;
  childrenCarryMore |= tracksChildren;
  refreshLooks();
}

void Engine::compileNodes() {
  // Reserved once: references to nodes and edges stay valid for the run.
  nodes.reserve(scenario.nodes.size());
  edges.reserve(scenario.edges.size());
  for (const NodeSpec& spec : scenario.nodes) {
    NodeState& node = nodes.emplace_back(*this, static_cast<NodeId>(nodes.size()));
    const NodeId id = node.context.node();
    node.name = spec.name;
    node.info = findKind(spec.kind);
    node.params = makeParams(*node.info, spec.allParams());
    node.component = node.info->create(node.params.get());
    node.originates = node.info->originates;
    node.firstFailure = static_cast<FailureId>(failures.size());
    std::uint32_t reason = 0;
    for (const ReasonInfo& r : commonReasons()) failures.push_back({id, reason++, r.name, r.outcome});
    for (const ReasonInfo& r : node.info->reasons) failures.push_back({id, reason++, r.name, r.outcome});
    node.stats.reasons.resize(reason);
    node.faultLuck = RandomStream(scenario.seed, spec.name, "faults");
    node.metrics.resize(metricsOf(*node.info, node.params.get()).size());
    for (std::size_t i = 0; i < node.metrics.size(); ++i) node.metrics[i].type = node.info->metrics[i].type;
    node.activeInstances =
        node.info->instances ? static_cast<std::uint32_t>(node.info->instances(node.params.get())) : 1;
    for (std::uint32_t i = 0; i < node.activeInstances; ++i) addInstance(node);
    node.active.set(node.activeInstances, now.ns);
    node.price = findParam(node.info->params, kPriceName);
    node.callPrice = findParam(node.info->params, kCallPriceName);
  }
}

void Engine::addInstance(NodeState& node) {
  Instance& instance = node.instances.emplace_back();
  node.instanceStats.emplace_back();
  node.context.placeStats(node.instanceStats.data());
  node.instanceCount = static_cast<std::uint32_t>(node.instances.size());
  instance.cpu = node.host;
  instance.cpuIndex = node.hostIndex;
  instance.refresh();
  if (!node.host && node.cores > 0) giveCores(instance, node.cores);
  refreshNode(node);
}

void Engine::giveCores(Instance& instance, double cores) {
  if (cores <= 0) {
    if (!instance.ownCpu || instance.ownCpu->running() == 0) instance.cpu = nullptr;
    return instance.refresh();
  }
  if (!instance.ownCpu) {
    instance.ownCpu = std::make_unique<CpuPool>(cores);
    instance.cpuIndex = static_cast<std::uint32_t>(cpuPools.size());
    cpuPools.push_back(instance.ownCpu.get());
    cpuScheduled.push_back(0);
  }
  instance.cpu = instance.ownCpu.get();
  instance.refresh();
  instance.cpu->setCores(cores, now);
  scheduleCpu(instance.cpuIndex);
}

void Engine::compileEdges() {
  std::map<std::string, NodeId> byName;
  for (const NodeState& node : nodes) byName[node.name] = node.context.node();
  KeyOffsets offsets;
  for (const RequestClass& c : scenario.classes) classKeyOffset.push_back(offsets.of(*parseKeySpace(c.key).value));
  // Out-edges of one node lie side by side, in the order of the scenario.
  for (NodeState& node : nodes) {
    node.firstEdge = static_cast<EdgeId>(edges.size());
    for (const EdgeSpec& spec : scenario.edges) {
      if (spec.from != node.name) continue;
      EdgeState& edge = edges.emplace_back();
      edge.policy = edgePolicy(spec.policy);
      edge.label = spec.label;
      edge.id = static_cast<EdgeId>(edges.size() - 1);
      edge.from = node.context.node();
      edge.to = byName.at(spec.to);
      edge.caller = &nodes[edge.from];
      edge.callee = &nodes[edge.to];
      edge.local = node.edgeCount++;
      edge.luck = RandomStream(scenario.seed, spec.name(), "edge");
      if (edge.policy.key != "inherit") {
        const KeySpace space = *parseKeySpace(edge.policy.key).value;
        edge.keys = KeySampler(space);
        edge.keyOffset = offsets.of(space);
        edge.ownKeys = true;
      }
      tracksChildren |= edge.policy.cancel;
      refreshEdge(edge);
    }
    if (node.originates) node.operations.resize(scenario.classes.size());
  }
  shareVersions();
  for (NodeState& node : nodes) node.context.place(&node, edges.data() + node.firstEdge);
  for (NodeState& node : nodes)
    for (OperationStats& o : node.operations) o.failures.resize(failures.size());
}

// Designs that no arrow connects have nothing but the names of their keys in common.
void Engine::shareVersions() {
  Digraph graph{nodes.size(), {}};
  for (const EdgeState& edge : edges) graph.edges.emplace_back(edge.from, edge.to);
  const std::vector<std::size_t> part = weakComponents(graph);
  for (NodeState& node : nodes) {
    const std::size_t own = part[node.context.node()];
    while (written.size() <= own) written.emplace_back();
    node.written = &written[own];
  }
}

// What follows from an edge's policy and faults; called again whenever either changes.
void Engine::refreshEdge(EdgeState& edge) {
  const EdgePolicy& p = edge.policy;
  edge.query = p.query.empty() ? 0 : internQuery(p.query);
  edge.instant = p.latency.isZero() && edge.link.latency.isZero() && p.loss.value == 0 && edge.link.loss.value == 0 &&
                 !p.bandwidth && !edge.cut && !edge.parted && !edge.refuse && edge.extraLoss == 0;
  edge.watchesAnswer = edge.watchesArrival || !edge.instant;
  edge.needsRecord = p.retry || p.pool || p.hedge || p.singleFlight;
  edge.watchesStart = needsLookAtStart(edge);
  edge.latencyLane = EventQueue::kNoLane;
  if (p.latency.isConstant() && edge.link.latency.isConstant()) {
    edge.latencyNs = static_cast<std::int64_t>(p.latency.first()) + static_cast<std::int64_t>(edge.link.latency.first());
    if (edge.latencyNs != 0) edge.latencyLane = queue.laneFor({edge.latencyNs}, false);
  }
  if (p.timeout) edge.timeoutLane = queue.laneFor(*p.timeout, true);
  if (p.pool && p.pool->acquireTimeout) edge.acquireLane = queue.laneFor(*p.pool->acquireTimeout, true);
  edge.backoffLanes.clear();
  if (p.retry && p.retry->jitter == Jitter::None) {
    constexpr std::int64_t kMostBackoffLanes = 4;
    for (int k = 1; k <= std::min(p.retry->max, kMostBackoffLanes); ++k)
      edge.backoffLanes.push_back(queue.laneFor(durationFromNs(backoffCeiling(*p.retry, k)), true));
  }
  edge.timeoutNs = p.timeout ? p.timeout->ns : 0;
  edge.effect = p.effect;
  edge.propagatesDeadline = p.propagateDeadline;
  edge.retryOn = 0;
  if (p.retry)
    for (const std::string& name : p.retry->on)
      for (Outcome o : {Outcome::Error, Outcome::Timeout, Outcome::Rejected, Outcome::Unavailable})
        if (name == toString(o)) edge.retryOn = static_cast<std::uint8_t>(edge.retryOn | 1u << static_cast<unsigned>(o));
}

void Engine::compileHosts() {
  for (const GroupSpec& group : scenario.groups) {
    if (group.kind != "host") continue;
    CpuPool& pool = hostPools.emplace_back(static_cast<double>(group.cores));
    const auto index = static_cast<std::uint32_t>(cpuPools.size());
    cpuPools.push_back(&pool);
    cpuScheduled.push_back(0);
    for (NodeState& node : nodes) {
      if (std::find(group.members.begin(), group.members.end(), node.name) == group.members.end()) continue;
      node.host = &pool;
      node.hostIndex = index;
      for (Instance& instance : node.instances) {
        instance.cpu = &pool;
        instance.cpuIndex = index;
        instance.refresh();
      }
      refreshNode(node);
    }
  }
}

std::uint32_t Engine::internQuery(const std::string& name) {
  for (std::size_t i = 1; i < queries.size(); ++i)
    if (queries[i] == name) return static_cast<std::uint32_t>(i);
  queries.push_back(name);
  childrenCarryMore = true;
  for (EdgeState& edge : edges) edge.watchesStart = true;
  return static_cast<std::uint32_t>(queries.size() - 1);
}

void Engine::start() {
  for (NodeState& node : nodes) node.component->onStart(node.context);
}

}  // namespace faultline

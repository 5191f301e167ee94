#include "analysis/causes.h"

#include <algorithm>

#include "analysis/class_graph.h"
#include "analysis/observations.h"
#include "model/edge_policy.h"
#include "model/graph.h"

namespace faultline {
namespace {

bool has(const std::vector<std::size_t>& list, std::size_t x) {
  return std::find(list.begin(), list.end(), x) != list.end();
}

// Trouble that who calls a node notices.
bool reachesCallers(Aspect a) {
  switch (a) {
    case Aspect::Work:
    case Aspect::OwnTime:
    case Aspect::Queue:
    case Aspect::Slow:
    case Aspect::Failing:
    case Aspect::FailsToo: return true;
    default: return false;
  }
}

double factorOf(const Observation& o) { return o.after / std::max(o.before, 1e-3); }

}  // namespace

Causes::Causes(const ScenarioIndex& architecture, Duration tolerance)
    : architecture_(architecture), tolerance_(tolerance) {
  const std::size_t nodes = architecture.kinds.size();
  arrowOfEdge_.resize(architecture.scenario.edges.size());
  callees_.resize(nodes);
  callers_.resize(nodes);
  coming_.resize(nodes);
  for (std::size_t i = 0; i < architecture.arrows.size(); ++i) {
    const ScenarioIndex::Arrow& arrow = architecture.arrows[i];
    arrowOfEdge_[arrow.edge] = i;
    coming_[arrow.to].push_back(i);
    callers_[arrow.to].push_back(arrow.from);
    if (arrow.policy.mode == CallMode::Call) callees_[arrow.from].push_back(arrow.to);
  }
  findOrigins();
}

void Causes::findOrigins() {
  Digraph ways{architecture_.kinds.size(), {}};
  for (const ScenarioIndex::Arrow& arrow : architecture_.arrows) ways.edges.emplace_back(arrow.from, arrow.to);
  origins_.resize(ways.nodes);
  for (std::size_t n = 0; n < ways.nodes; ++n) {
    if (architecture_.kinds[n] == nullptr || !architecture_.kinds[n]->originates) continue;
    const std::vector<bool> reached = reachableFrom(ways, n);
    for (std::size_t to = 0; to < ways.nodes; ++to)
      if (reached[to] && to != n) origins_[to].push_back(n);
  }
}

bool Causes::calls(std::size_t from, std::size_t to) const { return has(callees_[from], to); }

bool Causes::sharesHost(std::size_t a, std::size_t b) const {
  const std::vector<NodeSpec>& nodes = architecture_.scenario.nodes;
  return a != b && !nodes[a].group.empty() && nodes[a].group == nodes[b].group;
}

bool Causes::isSibling(std::size_t a, std::size_t b) const {
  return a != b && std::any_of(callers_[b].begin(), callers_[b].end(),
                               [&](std::size_t c) { return isRouter(architecture_, c) && calls(c, a); });
}

// What one target refuses goes to the others, even where that is too short for their traffic to be called more.
bool Causes::movesLoad(const Observation& a, std::size_t node) const {
  return !a.place.isEdge && (a.aspect == Aspect::Failing || a.aspect == Aspect::FailsToo) &&
         isSibling(a.place.index, node);
}

bool Causes::hasRouter(std::size_t node) const {
  return std::any_of(callers_[node].begin(), callers_[node].end(),
                     [&](std::size_t c) { return isRouter(architecture_, c); });
}

// Where several send work, more from one of them is another mix of work for all that is behind, even where there is
// hardly more of it.
bool Causes::changesMix(const Observation& a, std::size_t node) const {
  return !a.place.isEdge && a.aspect == Aspect::Demand && architecture_.kinds[a.place.index]->originates &&
         origins_[node].size() > 1 && has(origins_[node], a.place.index);
}

// When what is called becomes slower, nothing ends in the caller for so long, and until then what is its own seems to
// take longer.
bool Causes::isStall(const Observation& below, const Observation& own) {
  if (below.aspect != Aspect::OwnTime && below.aspect != Aspect::Slow) return false;
  constexpr int kTimes = 2;
  return own.healed && *own.healed - own.onset <= durationFromNs(kTimes * below.after * 1e6);
}

bool Causes::isCondition(std::size_t node, std::size_t arrow) const {
  const auto condition = parseCondition(architecture_.arrows[arrow].policy.when);
  return condition && condition->node == architecture_.scenario.nodes[node].name;
}

bool Causes::fromCallee(const Observation& a, std::size_t node) const {
  if (a.place.isEdge)
    return architecture_.arrows[arrowOfEdge_[a.place.index]].from == node && a.aspect != Aspect::Demand;
  if (!calls(node, a.place.index)) return false;
  if (reachesCallers(a.aspect)) return true;
  const ComponentInfo* kind = architecture_.kinds[a.place.index];
  return a.aspect == Aspect::Symptom && kind != nullptr && !kind->buffers;
}

Causes::Link Causes::toNode(const Observation& a, const Observation& b) const {
  const std::size_t n = b.place.index;
  const bool here = !a.place.isEdge && a.place.index == n;
  const ScenarioIndex::Arrow* arrow = a.place.isEdge ? &architecture_.arrows[arrowOfEdge_[a.place.index]] : nullptr;
  const bool retriesTo = arrow != nullptr && a.aspect == Aspect::Retries && arrow->to == n;
  const bool fromBelow = fromCallee(a, n);
  const bool hosted = !a.place.isEdge && sharesHost(a.place.index, n) &&
                      (a.aspect == Aspect::Demand || a.aspect == Aspect::Work || a.aspect == Aspect::OwnTime);
  const auto when = [](bool holds) { return holds ? Link::Together : Link::None; };
  switch (b.aspect) {
    case Aspect::Demand: {
      if (architecture_.kinds[n]->originates) return Link::None;
      // What it lacks is brought to it; and who fails at once looks idle to a router.
      if (here) return when(a.aspect == Aspect::Symptom || (a.aspect == Aspect::Failing && hasRouter(n)));
      const auto& callers = callers_[n];
      if (!a.place.isEdge && has(callers, a.place.index))
        return when(a.aspect == Aspect::Demand || a.aspect == Aspect::Symptom);
      if (arrow != nullptr) return when(a.aspect == Aspect::Retries && has(callers, arrow->to));
      for (std::size_t in : coming_[n])
        if (isCondition(a.place.index, in)) return when(a.aspect == Aspect::Symptom || reachesCallers(a.aspect));
      // What one target does not take, a router brings to another.
      return when(reachesCallers(a.aspect) && isSibling(a.place.index, n));
    }
    case Aspect::Work: return Link::None;
    case Aspect::OwnTime: {
      if (changesMix(a, n) || movesLoad(a, n)) return Link::Together;
      if (here) return when(a.aspect == Aspect::Work || a.aspect == Aspect::Demand);
      if (hosted || retriesTo) return Link::Together;
      // Of several callers one that asks more changes the mix of what is asked.
      if (a.aspect == Aspect::Demand && coming_[n].size() > 1 && has(callers_[n], a.place.index)) return Link::Together;
      if (arrow != nullptr)
        return when(arrow->from == n && (a.aspect == Aspect::Refusals || a.aspect == Aspect::Network ||
                                         a.aspect == Aspect::Retries));
      if (fromBelow && isStall(a, b)) return Link::Together;
      // Where several call a node, whose calls are under way there is a guess.
      return when(fromBelow && coming_[a.place.index].size() > 1 && a.aspect != Aspect::Symptom &&
                  factorOf(a) >= factorOf(b));
    }
    case Aspect::Failing:
    case Aspect::FailsToo:
      if (here) return when(a.aspect != Aspect::FailsToo && a.aspect != Aspect::Slow);
      return when(retriesTo || fromBelow);
    case Aspect::Queue:
      if (changesMix(a, n) || movesLoad(a, n)) return Link::Together;
      if (here) return when(a.aspect != Aspect::FailsToo && a.aspect != Aspect::Slow);
      if (!a.place.isEdge && has(callers_[n], a.place.index) && a.aspect == Aspect::Symptom) return Link::Before;
      return when(retriesTo || fromBelow || hosted);
    case Aspect::Slow:
      if (here) return when(a.aspect != Aspect::FailsToo && a.aspect != Aspect::Demand);
      return when(fromBelow || retriesTo);
    case Aspect::Symptom:
      if (here) return a.aspect == Aspect::Symptom ? Link::Before : Link::Together;
      if (fromBelow || retriesTo) return Link::Together;
      if (!a.place.isEdge && has(callers_[n], a.place.index)) return Link::Before;
      if (arrow != nullptr && has(callers_[n], arrow->from)) return Link::Before;
      return Link::None;
    default:
      if (isOfUsers(b.aspect)) return when(fromBelow || (here && a.aspect == Aspect::Demand));
      return Link::None;
  }
}

Causes::Link Causes::toArrow(const Observation& a, const Observation& b) const {
  const std::size_t index = arrowOfEdge_[b.place.index];
  const ScenarioIndex::Arrow& arrow = architecture_.arrows[index];
  const bool here = a.place.isEdge && a.place.index == b.place.index;
  const bool atEnd = !a.place.isEdge && a.place.index == arrow.to && (reachesCallers(a.aspect) || a.aspect == Aspect::Symptom);
  const auto when = [](bool holds) { return holds ? Link::Together : Link::None; };
  switch (b.aspect) {
    case Aspect::PoolWait:
      if (here) return when(a.aspect != Aspect::PoolWait);
      if (a.place.isEdge)
        return when(a.aspect == Aspect::Retries && architecture_.arrows[arrowOfEdge_[a.place.index]].to == arrow.from);
      if (changesMix(a, arrow.to)) return Link::Together;
      if (a.aspect == Aspect::Demand) return when(a.place.index == arrow.from || a.place.index == arrow.to);
      return when(atEnd || isCondition(a.place.index, index));
    case Aspect::Retries:
      return when(atEnd || (here && a.aspect != Aspect::Retries));
    case Aspect::Network: return when(atEnd || (here && a.aspect == Aspect::Refusals));
    // A node that hangs takes nothing in, but holds what it has.
    case Aspect::Refusals: return when(atEnd && a.aspect == Aspect::OwnTime);
    default: return Link::None;
  }
}

Causes::Link Causes::linkOf(const Observation& a, const Observation& b) const {
  if (isOfUsers(a.aspect)) return Link::None;  // the end of every chain
  return b.place.isEdge ? toArrow(a, b) : toNode(a, b);
}

bool Causes::leads(const Observation& a, const Observation& b) const {
  if (&a == &b || (a.healed && *a.healed + kForgotten < b.onset)) return false;
  switch (linkOf(a, b)) {
    case Link::None: return false;
    case Link::Together: return a.onset <= b.onset + tolerance_;
    case Link::Before: return a.onset + Duration{tolerance_.ns / 2} < b.onset;
  }
  return false;
}

}  // namespace faultline

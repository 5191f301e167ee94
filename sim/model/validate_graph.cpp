#include <algorithm>
#include <set>

#include "model/problem.h"
#include "model/validation.h"

namespace faultline {
namespace {

void checkPorts(const ScenarioIndex& index, Diagnostics& problems) {
  const std::size_t count = index.kinds.size();
  std::vector<bool> isCalled(count, false), calls(count, false);
  for (const ScenarioIndex::Arrow& arrow : index.arrows) {
    const bool isFurther = calls[arrow.from];
    isCalled[arrow.to] = calls[arrow.from] = true;
    const EdgeSpec& edge = index.scenario.edges[arrow.edge];
    const ComponentInfo* from = index.kinds[arrow.from];
    const ComponentInfo* to = index.kinds[arrow.to];
    if (from != nullptr && from->outputs == PortUse::None)
      problems.push_back(errorAt(pathOf(edge), quoted(edge.from) + " cannot call anything, it is " + withArticle(from->label)));
    if (from != nullptr && from->singleOutput && isFurther)
      problems.push_back(errorAt(
          pathOf(edge),
          withArticle(from->label) + " calls exactly one node, and " + quoted(edge.from) + " already does",
          "use one for each node that is called"));
    if (to != nullptr && to->inputs == PortUse::None)
      problems.push_back(errorAt(pathOf(edge), quoted(edge.to) + " cannot be called, it is " + withArticle(to->label)));
  }
  // An edge that leads nowhere was meant to lead somewhere: then nobody can say who is not called.
  const bool allEdgesKnown = index.arrows.size() == index.scenario.edges.size();
  for (std::size_t i = 0; i < count && allEdgesKnown; ++i) {
    const ComponentInfo* kind = index.kinds[i];
    if (kind == nullptr) continue;
    const std::string& name = index.scenario.nodes[i].name;
    const std::string path = "nodes." + name;
    if (kind->outputs == PortUse::Required && !calls[i])
      problems.push_back(errorAt(path, quoted(name) + " calls nothing, and " + withArticle(kind->label) + " has to",
                                 "add an edge \"" + name + " -> ...\""));
    if (isCalled[i]) continue;
    if (kind->inputs == PortUse::Required)
      problems.push_back(errorAt(path, "nothing calls " + quoted(name), "add an edge \"... -> " + name + "\""));
    else if (kind->inputs == PortUse::Optional && !kind->originates)
      problems.push_back(warningAt(path, "nothing calls " + quoted(name)));
  }
}

void checkOrigins(const ScenarioIndex& index, Diagnostics& problems) {
  for (const ComponentInfo* kind : index.kinds)
    if (kind == nullptr || kind->originates) return;  // an unknown kind may have been meant to
  problems.push_back(errorAt("nodes", "nothing sends requests", "add a node that does, and an edge from it"));
}

bool takes(const EdgePolicy& policy, const std::string& className) {
  return policy.forClasses.empty() ||
         std::find(policy.forClasses.begin(), policy.forClasses.end(), className) != policy.forClasses.end();
}

// Finds one cycle in each knot of waiting calls. Depth first without recursion, as scenarios may be long chains.
class CycleSearch {
 public:
  explicit CycleSearch(const ScenarioIndex& index) : index_(index), next_(index.kinds.size()) {}

  // Only edges that requests of this class take; any class when null.
  void run(const std::string* className, std::set<std::vector<std::size_t>>& cycles) {
    for (auto& list : next_) list.clear();
    for (const ScenarioIndex::Arrow& arrow : index_.arrows) {
      const ComponentInfo* from = index_.kinds[arrow.from];
      const ComponentInfo* to = index_.kinds[arrow.to];
      const bool isLegal =
          from != nullptr && to != nullptr && from->outputs != PortUse::None && to->inputs != PortUse::None;
      const bool isWaiting = isLegal && arrow.policy.mode == CallMode::Call && !from->buffers && arrow.from != arrow.to;
      if (isWaiting && (className == nullptr || takes(arrow.policy, *className))) next_[arrow.from].push_back(arrow.to);
    }
    state_.assign(next_.size(), State::New);
    for (std::size_t i = 0; i < next_.size(); ++i)
      if (state_[i] == State::New) visitFrom(i, cycles);
  }

 private:
  enum class State { New, OnPath, Done };

  void visitFrom(std::size_t start, std::set<std::vector<std::size_t>>& cycles) {
    std::vector<std::size_t> path{start}, position{0};
    state_[start] = State::OnPath;
    while (!path.empty()) {
      const std::size_t node = path.back();
      if (position.back() == next_[node].size()) {
        state_[node] = State::Done;
        path.pop_back();
        position.pop_back();
        continue;
      }
      const std::size_t to = next_[node][position.back()++];
      if (state_[to] == State::OnPath && cycles.size() < kMostCycles) {
        std::vector<std::size_t> cycle(std::find(path.begin(), path.end(), to), path.end());
        std::rotate(cycle.begin(), std::min_element(cycle.begin(), cycle.end()), cycle.end());
        cycles.insert(std::move(cycle));
      } else if (state_[to] == State::New) {
        state_[to] = State::OnPath;
        path.push_back(to);
        position.push_back(0);
      }
    }
  }

  static constexpr std::size_t kMostCycles = 20;

  const ScenarioIndex& index_;
  std::vector<std::vector<std::size_t>> next_;
  std::vector<State> state_;
};

void checkCycles(const ScenarioIndex& index, Diagnostics& problems) {
  std::set<std::vector<std::size_t>> cycles;
  CycleSearch search(index);
  const bool byClass = std::any_of(index.arrows.begin(), index.arrows.end(),
                                   [](const auto& arrow) { return !arrow.policy.forClasses.empty(); });
  if (!byClass)
    search.run(nullptr, cycles);
  else
    for (const RequestClass& c : index.scenario.classes) search.run(&c.name, cycles);
  for (const std::vector<std::size_t>& cycle : cycles) {
    const auto name = [&](std::size_t node) { return index.scenario.nodes[node].name; };
    std::string text;
    for (std::size_t node : cycle) text += name(node) + " -> ";
    problems.push_back(errorAt("edges." + name(cycle.back()) + " -> " + name(cycle.front()),
                               "calls go round in a circle: " + text + name(cycle.front()),
                               "put a node between them that answers at once, or send instead of call"));
  }
}

}  // namespace

void validateGraph(const ScenarioIndex& index, Diagnostics& problems) {
  checkPorts(index, problems);
  checkOrigins(index, problems);
  checkCycles(index, problems);
}

}  // namespace faultline

#include "analysis/systems.h"

#include <algorithm>
#include <map>

#include "model/graph.h"

namespace faultline {
namespace {

void connectHosts(const Scenario& scenario, Digraph& graph) {
  std::map<std::string, std::size_t> firstOn;
  for (std::size_t n = 0; n < scenario.nodes.size(); ++n) {
    const std::string& host = scenario.nodes[n].group;
    if (host.empty()) continue;
    const auto [first, isNew] = firstOn.try_emplace(host, n);
    if (!isNew) graph.edges.emplace_back(first->second, n);
  }
}

void connectNamed(const ScenarioIndex& architecture, Digraph& graph) {
  const std::vector<NodeSpec>& nodes = architecture.scenario.nodes;
  for (std::size_t n = 0; n < nodes.size(); ++n) {
    if (architecture.kinds[n] == nullptr) continue;
    for (const ParamInfo& param : architecture.kinds[n]->params) {
      const Value* value = param.type == ParamType::NodeName ? nodes[n].params.find(param.name) : nullptr;
      const std::string* name = value != nullptr ? value->as<std::string>() : nullptr;
      if (name == nullptr) continue;
      if (const auto named = architecture.nodes.find(*name); named != architecture.nodes.end())
        graph.edges.emplace_back(n, named->second);
    }
  }
}

}  // namespace

std::vector<System> systemsOf(const ScenarioIndex& architecture) {
  const std::vector<NodeSpec>& nodes = architecture.scenario.nodes;
  Digraph graph{nodes.size(), {}};
  for (const ScenarioIndex::Arrow& arrow : architecture.arrows) graph.edges.emplace_back(arrow.from, arrow.to);
  connectHosts(architecture.scenario, graph);
  connectNamed(architecture, graph);
  const std::vector<std::size_t> part = weakComponents(graph);
  std::vector<System> systems;
  std::vector<bool> hasOrigin;
  for (std::size_t n = 0; n < nodes.size(); ++n) {
    if (part[n] == systems.size()) {
      systems.push_back({nodes[n].name, std::vector<bool>(nodes.size(), false)});
      hasOrigin.push_back(false);
    }
    systems[part[n]].holds[n] = true;
    if (hasOrigin[part[n]] || architecture.kinds[n] == nullptr || !architecture.kinds[n]->originates) continue;
    systems[part[n]].name = nodes[n].name;
    hasOrigin[part[n]] = true;
  }
  return systems;
}

}  // namespace faultline

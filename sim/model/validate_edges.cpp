#include <set>

#include "model/problem.h"
#include "model/validation.h"
#include "model/value_check.h"

namespace faultline {
namespace {

void checkEnds(const ScenarioIndex& index, const EdgeSpec& edge, const std::string& path, Diagnostics& problems) {
  for (const std::string* end : {&edge.from, &edge.to}) {
    if (index.nodes.contains(*end)) continue;
    std::vector<std::string_view> known;
    for (const NodeSpec& node : index.scenario.nodes) known.push_back(node.name);
    problems.push_back(errorAt(path, "there is no node " + quoted(*end), suggestion(*end, known)));
  }
  if (edge.from == edge.to) problems.push_back(errorAt(path, "the node " + quoted(edge.from) + " calls itself"));
}

// miss(x) and hit(x) ask how an earlier call of the same caller to x went.
void checkCondition(const ScenarioIndex& index, const ScenarioIndex::Arrow& arrow, Diagnostics& problems) {
  const Scenario& scenario = index.scenario;
  const EdgeSpec& edge = scenario.edges[arrow.edge];
  const std::string path = pathOf(edge) + ".when";
  const auto condition = parseCondition(arrow.policy.when);
  if (!condition) {
    problems.push_back(errorAt(path, quoted(arrow.policy.when) + " is not a condition",
                               "write always, miss(node), hit(node) or chance(10%)"));
    return;
  }
  if (condition->node.empty()) return;
  std::vector<std::string_view> called;
  bool isEarlier = false, exists = false;
  for (std::size_t i : index.leaving[arrow.from]) {
    const ScenarioIndex::Arrow& other = index.arrows[i];
    called.push_back(scenario.edges[other.edge].to);
    if (called.back() != condition->node) continue;
    exists = true;
    isEarlier = isEarlier || other.policy.step < arrow.policy.step;
  }
  if (!exists)
    problems.push_back(errorAt(path, quoted(edge.from) + " does not call " + quoted(condition->node),
                               suggestion(condition->node, called)));
  else if (!isEarlier)
    problems.push_back(errorAt(path, "the call to " + quoted(condition->node) + " is not made before this one",
                               "give this edge a later step"));
}

std::vector<std::string> queriesOf(const ScenarioIndex& index, std::size_t node) {
  Diagnostics problems;
  const NodeSpec& spec = index.scenario.nodes[node];
  checkFields(index.kinds[node]->params, spec.params, "", index.scenario, problems);
  if (!problems.empty()) return {};  // reported at the node
  return index.kinds[node]->queryNames(makeParams(*index.kinds[node], spec.params).get());
}

// The stores that an arrow leads to, through nodes that run no queries themselves.
std::vector<std::size_t> storesBehind(const ScenarioIndex& index, std::size_t start) {
  std::vector<bool> seen(index.kinds.size());
  std::vector<std::size_t> stores, open{start};
  seen[start] = true;
  while (!open.empty()) {
    const std::size_t node = open.back();
    open.pop_back();
    if (index.kinds[node] == nullptr) continue;
    if (index.kinds[node]->queryNames != nullptr) {
      stores.push_back(node);
      continue;
    }
    for (std::size_t i : index.leaving[node])
      if (!seen[index.arrows[i].to]) {
        seen[index.arrows[i].to] = true;
        open.push_back(index.arrows[i].to);
      }
  }
  return stores;
}

// A named query has to exist at the store that the arrow leads to, or at one of those behind a router.
void checkQuery(const ScenarioIndex& index, const ScenarioIndex::Arrow& arrow, Diagnostics& problems) {
  if (arrow.policy.query.empty() || index.kinds[arrow.to] == nullptr) return;
  const EdgeSpec& edge = index.scenario.edges[arrow.edge];
  const std::vector<std::size_t> stores = storesBehind(index, arrow.to);
  if (stores.empty()) return;  // nothing there runs queries, so the name has no effect
  std::vector<std::string> known;
  for (const std::size_t store : stores)
    for (std::string& name : queriesOf(index, store)) {
      if (name == arrow.policy.query) return;
      known.push_back(std::move(name));
    }
  const std::vector<std::string_view> names(known.begin(), known.end());
  problems.push_back(errorAt(pathOf(edge) + ".query", quoted(edge.to) + " has no query " + quoted(arrow.policy.query),
                             suggestion(arrow.policy.query, names)));
}

void checkPolicy(const ScenarioIndex::Arrow& arrow, const EdgeSpec& edge, Diagnostics& problems) {
  const auto& hedge = arrow.policy.hedge;
  if (hedge && hedge->after.has_value() == hedge->percentile.has_value())
    problems.push_back(errorAt(pathOf(edge) + ".hedge", "hedging needs one of after and percentile"));
}

}  // namespace

void validateEdges(const ScenarioIndex& index, Diagnostics& problems) {
  const Scenario& scenario = index.scenario;
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (std::size_t i = 0; i < scenario.edges.size() && problems.size() < kMostFindings; ++i) {
    const EdgeSpec& edge = scenario.edges[i];
    const std::string path = pathOf(edge);
    if (!seen.insert({edge.from, edge.to}).second) {
      problems.push_back(errorAt("edges[" + std::to_string(i) + "]", "there are two edges " + quoted(edge.name())));
      continue;
    }
    checkEnds(index, edge, path, problems);
    checkFields(edgePolicyParams(), edge.policy, path, scenario, problems);
  }
  for (const ScenarioIndex::Arrow& arrow : index.arrows) {
    checkCondition(index, arrow, problems);
    checkQuery(index, arrow, problems);
    checkPolicy(arrow, scenario.edges[arrow.edge], problems);
  }
}

}  // namespace faultline

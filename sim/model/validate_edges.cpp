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
    checkPolicy(arrow, scenario.edges[arrow.edge], problems);
  }
}

}  // namespace faultline

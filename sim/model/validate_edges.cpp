#include <algorithm>
#include <set>

#include "model/problem.h"
#include "model/summary_metrics.h"
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

// A label that is also a parameter or a figure of an edge would make "a -> b.timeout" mean two things.
void checkLabel(const EdgeSpec& edge, const std::string& path, Diagnostics& problems) {
  if (edge.label.empty()) return;
  if (!isIdentifier(edge.label))
    problems.push_back(errorAt(path, quoted(edge.label) + " is not a name", kNameRule));
  else if (findParam(edgePolicyParams(), edge.label) != nullptr || isEdgeFigure(edge.label))
    problems.push_back(
        errorAt(path, quoted(edge.label) + " cannot be a label: an edge has a parameter or a figure of that name"));
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
  const std::string nodeText = condition->node + (condition->label.empty() ? "" : "." + condition->label);
  std::vector<std::string_view> called;
  bool isEarlier = false, exists = false;
  for (std::size_t i : index.leaving[arrow.from]) {
    const ScenarioIndex::Arrow& other = index.arrows[i];
    const EdgeSpec& to = scenario.edges[other.edge];
    called.push_back(to.to);
    if (to.to != condition->node) continue;
    if (!condition->label.empty() && to.label != condition->label) continue;
    exists = true;
    isEarlier = isEarlier || other.policy.step < arrow.policy.step;
  }
  if (!exists)
    problems.push_back(
        errorAt(path, quoted(edge.from) + " does not call " + quoted(nodeText), suggestion(condition->node, called)));
  else if (!isEarlier)
    problems.push_back(errorAt(path, "the call to " + quoted(nodeText) + " is not made before this one",
                               "give this edge a later step"));
}

std::vector<std::string> queriesOf(const ScenarioIndex& index, std::size_t node) {
  Diagnostics problems;
  const NodeSpec& spec = index.scenario.nodes[node];
  checkFields(index.kinds[node]->params, spec.params, "", index.scenario, problems);
  if (!problems.empty()) return {};  // reported at the node
  return index.kinds[node]->queryNames(makeParams(*index.kinds[node], spec.allParams()).get());
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

// Who controls a node changes a count that this node has, and reads a gauge that the watched one has.
void checkControl(const ScenarioIndex& index, const ScenarioIndex::Arrow& arrow, Diagnostics& problems) {
  const ComponentInfo* kind = index.kinds[arrow.from];
  const ComponentInfo* controlled = index.kinds[arrow.to];
  if (kind == nullptr || kind->control == nullptr || controlled == nullptr) return;
  const NodeSpec& node = index.scenario.nodes[arrow.from];
  Diagnostics unsound;
  checkFields(kind->params, node.params, "", index.scenario, unsound);
  if (!unsound.empty()) return;  // reported at the node
  const Control control = kind->control(makeParams(*kind, node.allParams()).get());
  const std::string& target = index.scenario.nodes[arrow.to].name;
  const ParamInfo* info = findParam(controlled->params, control.parameter);
  if (info == nullptr)
    problems.push_back(errorAt("nodes." + node.name, quoted(target) + " has no " + quoted(control.parameter) + ", it is " + withArticle(controlled->label),
                               suggestion(control.parameter, namesOf(controlled->params))));
  else if (info->type != ParamType::Count || !info->live())
    problems.push_back(errorAt("nodes." + node.name, quoted(target + "." + control.parameter) + " is not a count that can change during a run"));
  if (control.gauge.empty()) return;
  const auto place = control.watched.empty() ? index.nodes.find(target) : index.nodes.find(control.watched);
  if (place == index.nodes.end() || index.kinds[place->second] == nullptr) return;
  std::vector<std::string_view> known;
  for (const MetricInfo& m : index.kinds[place->second]->metrics)
    if (m.type == MetricType::Gauge || m.type == MetricType::Peak) known.emplace_back(m.name);
  if (std::find(known.begin(), known.end(), control.gauge) == known.end())
    problems.push_back(errorAt("nodes." + node.name + ".gauge", quoted(index.scenario.nodes[place->second].name) + " has no gauge " + quoted(control.gauge),
                               suggestion(control.gauge, known)));
}

void checkPolicy(const ScenarioIndex::Arrow& arrow, const EdgeSpec& edge, Diagnostics& problems) {
  const auto& hedge = arrow.policy.hedge;
  if (hedge && hedge->after.has_value() == hedge->percentile.has_value())
    problems.push_back(errorAt(pathOf(edge) + ".hedge", "hedging needs one of after and percentile"));
}

}  // namespace

void checkQuery(const ScenarioIndex& index, std::size_t node, const std::string& query, const std::string& path,
                Diagnostics& problems) {
  if (query.empty() || index.kinds[node] == nullptr) return;
  const std::vector<std::size_t> stores = storesBehind(index, node);
  if (stores.empty()) return;  // nothing there runs queries, so the name has no effect
  std::vector<std::string> known;
  for (const std::size_t store : stores)
    for (std::string& name : queriesOf(index, store)) {
      if (name == query) return;
      known.push_back(std::move(name));
    }
  const std::vector<std::string_view> names(known.begin(), known.end());
  problems.push_back(errorAt(path, quoted(index.scenario.nodes[node].name) + " has no query " + quoted(query),
                             suggestion(query, names)));
}

void validateEdges(const ScenarioIndex& index, Diagnostics& problems) {
  const Scenario& scenario = index.scenario;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < scenario.edges.size() && problems.size() < kMostFindings; ++i) {
    const EdgeSpec& edge = scenario.edges[i];
    const std::string path = pathOf(edge);
    if (!seen.insert(edge.name()).second) {
      problems.push_back(errorAt("edges[" + std::to_string(i) + "]", "there are two edges " + quoted(edge.name()),
                                 "give one a label: \"" + edgeName(edge.from, edge.to, "other") + "\""));
      continue;
    }
    checkLabel(edge, path, problems);
    checkEnds(index, edge, path, problems);
    checkFields(edgePolicyParams(), edge.policy, path, scenario, problems);
  }
  for (const ScenarioIndex::Arrow& arrow : index.arrows) {
    checkCondition(index, arrow, problems);
    checkQuery(index, arrow.to, arrow.policy.query, pathOf(scenario.edges[arrow.edge]) + ".query", problems);
    checkControl(index, arrow, problems);
    checkPolicy(arrow, scenario.edges[arrow.edge], problems);
  }
}

}  // namespace faultline

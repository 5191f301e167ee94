#include "gui/models/fault_list.h"

#include <algorithm>

#include "gui/document/edits.h"
#include "gui/models/param_subject.h"
#include "model/actions.h"
#include "model/catalog.h"
#include "model/value_check.h"

namespace faultline {

namespace {

constexpr double kFactor = 5, kShare = 0.5, kCount = 2;  // what is seen at once, and is no outage yet

QString labelOf(const char* verb) {
  QString text = QString::fromUtf8(verb);
  text.replace(QLatin1Char('_'), QLatin1Char(' '));
  return text.left(1).toUpper() + text.mid(1);
}

Action sampleAction(const Scenario& scenario, const FaultEntry& entry, const std::string& target) {
  Action action{{}, entry.verb, target, {}};
  for (const ParamInfo& field : entry.fields)
    if (Value value = firstValue(scenario, target, field); value.isSet()) action.args.set(field.name, std::move(value));
  return action;
}

// Splits what is selected into those that understand the verb and the reason of the first that does not.
void findTargets(const Scenario& scenario, FaultEntry& entry, const std::vector<std::string>& candidates) {
  for (const std::string& target : candidates) {
    const Diagnostics problems = checkAction(scenario, sampleAction(scenario, entry, target));
    if (problems.empty())
      entry.targets.push_back(target);
    else if (entry.why.empty())
      entry.why = problems.front().message;
  }
}

// The scenario without what is not asked about: checking an action of a large one need not be slow.
Scenario around(const Scenario& scenario, const std::vector<std::string>& nodes,
                const std::vector<std::string>& edges) {
  const auto has = [](const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  Scenario part;
  part.duration = scenario.duration;
  part.classes = scenario.classes;
  for (const EdgeSpec& edge : scenario.edges)
    if (has(edges, edge.name())) part.edges.push_back(edge);
  for (const NodeSpec& node : scenario.nodes) {
    const bool isEnd = std::any_of(part.edges.begin(), part.edges.end(), [&](const EdgeSpec& edge) {
      return edge.from == node.name || edge.to == node.name;
    });
    if (isEnd || has(nodes, node.name)) part.nodes.push_back(node);
  }
  return part;
}

}  // namespace

Diagnostics checkAction(const Scenario& scenario, const Action& action) {
  Scenario probe = scenario;
  probe.timeline.clear();
  probe.expect.clear();
  return edits::addAction(action)(probe);
}

std::int64_t instancesOf(const Scenario& scenario, const std::string& node) {
  const NodeSpec* spec = scenario.findNode(node);
  const ComponentInfo* kind = spec == nullptr ? nullptr : findKind(spec->kind);
  if (kind == nullptr || kind->instances == nullptr) return 1;
  Diagnostics problems;
  checkFields(kind->params, spec->allParams(), {}, scenario, problems);
  return hasErrors(problems) ? 1 : kind->instances(makeParams(*kind, spec->allParams()).get());
}

Value firstValue(const Scenario& scenario, const std::string& target, const ParamInfo& field) {
  if (!field.required) return {};
  const Range range = allowedRange(field);
  const auto within = [&](double value) { return std::clamp(value, range.min, range.max); };
  switch (field.type) {
    case ParamType::Flag:
      return Value(true);
    case ParamType::Count:
      return Value(static_cast<std::int64_t>(within(kCount)));
    case ParamType::Ratio:
      return Value(within(kShare));
    case ParamType::Number:
    case ParamType::Rate:
    case ParamType::Bytes:
    case ParamType::Bandwidth:
      return Value(within(kFactor));
    case ParamType::Duration:
      return Value(durationFromSeconds(within(kFactor)));
    case ParamType::Distribution:
      return Value(Distribution::constant(within(kFactor) * 1e9));
    case ParamType::CountDistribution:
      return Value(Distribution::constant(within(kCount)));
    case ParamType::Choice:
      return field.choices.empty() ? Value{} : Value(field.choices[0].name);
    default:
      break;
  }
  // The one text that verbs of kinds have is the name of a query.
  const NodeSpec* spec = scenario.findNode(target);
  const ComponentInfo* kind = spec == nullptr ? nullptr : findKind(spec->kind);
  if (kind == nullptr || kind->queryNames == nullptr) return {};
  Diagnostics problems;
  checkFields(kind->params, spec->allParams(), {}, scenario, problems);
  if (hasErrors(problems)) return {};
  const std::vector<std::string> names = kind->queryNames(makeParams(*kind, spec->allParams()).get());
  return names.empty() ? Value{} : Value(names.front());
}

std::vector<FaultEntry> faultEntries(const Scenario& scenario, const std::vector<std::string>& nodes,
                                     const std::vector<std::string>& edges) {
  const Scenario part = around(scenario, nodes, edges);
  std::vector<FaultEntry> entries;
  const auto add = [&](const char* verb, const char* help, std::span<const ParamInfo> fields,
                       const std::vector<std::string>& candidates, bool isOfKind) {
    FaultEntry entry{verb, labelOf(verb), QString::fromUtf8(help), fields, {}, {}, isOfKind};
    findTargets(part, entry, candidates);
    if (!entry.targets.empty() || !entry.why.empty()) entries.push_back(std::move(entry));
  };
  for (const VerbInfo& verb : commonVerbs()) {
    if (verb.target == ActionTarget::Node) add(verb.name, verb.help, verb.fields, nodes, false);
    if (verb.target == ActionTarget::Edge) add(verb.name, verb.help, verb.fields, edges, false);
  }
  std::vector<std::string> done;
  for (const std::string& name : nodes) {
    const NodeSpec* node = scenario.findNode(name);
    const ComponentInfo* kind = node == nullptr ? nullptr : findKind(node->kind);
    if (kind == nullptr) continue;
    for (const ActionInfo& action : kind->actions) {
      if (std::find(done.begin(), done.end(), action.name) != done.end()) continue;
      done.emplace_back(action.name);
      std::vector<std::string> candidates;
      for (const std::string& other : nodes)
        if (const NodeSpec* spec = scenario.findNode(other); spec != nullptr && findKind(spec->kind) != nullptr &&
                                                             findAction(findKind(spec->kind)->actions, action.name))
          candidates.push_back(other);
      add(action.name, action.help, action.fields, candidates, true);
    }
  }
  // A verb that this kind of node can never understand only takes place; one that only lacks something is worth a word.
  std::erase_if(entries, [](const FaultEntry& entry) { return entry.targets.empty() && !entry.isOfKind; });
  return entries;
}

}  // namespace faultline

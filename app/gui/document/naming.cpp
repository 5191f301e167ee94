#include "gui/document/naming.h"

#include <algorithm>

#include "model/actions.h"
#include "model/catalog.h"
#include "model/edge_policy.h"
#include "model/problem.h"
#include "model/summary_metrics.h"
#include "model/value_check.h"

namespace faultline {

namespace {

bool isNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

// Replaces a node's name wherever it stands as a whole word that is no metric (behind a dot) and no function (before a
// parenthesis). The dash of an arrow is no part of a name.
std::string renamedInText(const std::string& text, const std::string& from, const std::string& to) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    if (!isNameCharacter(text[i]) || text.compare(i, 2, "->") == 0) {
      out += text[i++];
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && isNameCharacter(text[end]) && text.compare(end, 2, "->") != 0) ++end;
    const std::string word = text.substr(i, end - i);
    const bool isMember = i > 0 && text[i - 1] == '.';
    const bool isFunction = end < text.size() && text[end] == '(';
    out += word == from && !isMember && !isFunction ? to : word;
    i = end;
  }
  return out;
}

// The same for the name of an arrow. `siblings` are labels of arrows between the same nodes.
std::string renamedArrowInText(const std::string& text, const std::string& from, const std::string& to,
                               const std::vector<std::string>& siblings) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t end = i + from.size();
    const bool isThere = text.compare(i, from.size(), from) == 0 && (i == 0 || !isNameCharacter(text[i - 1])) &&
                         (end >= text.size() || !isNameCharacter(text[end]));
    std::size_t word = end + 1;
    while (isThere && word < text.size() && isNameCharacter(text[word])) ++word;
    const bool isSibling =
        isThere && end < text.size() && text[end] == '.' &&
        std::find(siblings.begin(), siblings.end(), text.substr(end + 1, word - end - 1)) != siblings.end();
    if (isThere && !isSibling) {
      out += to;
      i = end;
    } else {
      out += text[i++];
    }
  }
  return out;
}

// "miss(cache.profile)" follows the label of the arrow that it asks about.
void relabelInCondition(EdgeSpec& edge, const EdgeSpec& asked, const std::string& label) {
  for (auto& [key, value] : edge.policy.entries) {
    const std::string* text = value.as<std::string>();
    if (key != "when" || text == nullptr) continue;
    const auto condition = parseCondition(*text);
    if (!condition || condition->node != asked.to || condition->label != asked.label || asked.label.empty()) continue;
    value = Value(text->substr(0, text->find('(') + 1) + asked.to + (label.empty() ? "" : '.' + label) + ')');
  }
}

void renameInValues(std::span<const ParamInfo> params, ValueMap& values, const std::string& from,
                    const std::string& to) {
  for (auto& [key, value] : values.entries) {
    const ParamInfo* info = findParam(params, key);
    if (info == nullptr) continue;
    if (info->type == ParamType::NodeName && value == Value(from)) value = Value(to);
    if (info->type == ParamType::Group && value.as<ValueMap>())
      renameInValues(info->fields, *value.as<ValueMap>(), from, to);
    if (info->type != ParamType::Table || value.as<ValueMap>() == nullptr) continue;
    for (auto& [row, fields] : value.as<ValueMap>()->entries)
      if (fields.as<ValueMap>()) renameInValues(info->fields, *fields.as<ValueMap>(), from, to);
  }
}

void renameInAction(const Scenario& scenario, Action& action, const std::string& from, const std::string& to) {
  const auto use = findVerbUse(scenario, action.verb, action.target);
  if (use && use->target == ActionTarget::Text) return;
  action.target = renamedInText(action.target, from, to);
  if (use) renameInValues(use->fields, action.args, from, to);
}

}  // namespace

Diagnostics checkNewName(const Scenario& scenario, const std::string& name) {
  if (!isIdentifier(name))
    return {
        errorAt("nodes", faultline::quoted(name) + " is no name", "letters, digits, _ and -, beginning with a letter")};
  if (scenario.findNode(name) != nullptr)
    return {errorAt("nodes", "there is a node " + faultline::quoted(name) + " already")};
  if (scenario.findRegion(name) != nullptr)  // actions name both
    return {errorAt("nodes", "there is a region " + faultline::quoted(name) + " already")};
  return {};
}

void renameInParams(NodeSpec& node, const std::string& from, const std::string& to) {
  if (const ComponentInfo* kind = findKind(node.kind)) renameInValues(kind->params, node.params, from, to);
}

void renameInPolicy(EdgeSpec& edge, const std::string& from, const std::string& to) {
  renameInValues(edgePolicyParams(), edge.policy, from, to);
  for (auto& [key, value] : edge.policy.entries)
    if (const std::string* text = value.as<std::string>(); text && key == "when")
      if (const auto condition = parseCondition(*text); condition && condition->node == from)
        value = Value(text->substr(0, text->find('(') + 1) + to +
                      (condition->label.empty() ? "" : '.' + condition->label) + ')');
}

// Texts that name nodes, arrows and their metrics.
template <class Rename>
void eachExpression(Scenario& scenario, Rename rename) {
  for (std::string& expectation : scenario.expect) rename(expectation);
  if (scenario.alerts)
    for (AlertSpec& alert : *scenario.alerts) rename(alert.when);
  for (LessonStep& step : scenario.lesson) {
    for (std::string& name : step.highlight) rename(name);
    for (LessonChoice& choice : step.choices) rename(choice.holds);
    rename(step.reveal);
  }
  if (scenario.challenge) {
    for (std::string& objective : scenario.challenge->objectives) rename(objective);
    for (std::string& name : scenario.challenge->given) rename(name);
  }
  if (!scenario.recorded) return;
  for (auto& [metric, column] : scenario.recorded->columns) rename(metric);
  for (RecordedRow& row : scenario.recorded->compare) rename(row.simulated);
}

void renameNode(Scenario& scenario, const std::string& from, const std::string& to) {
  for (Action& action : scenario.timeline) renameInAction(scenario, action, from, to);
  for (NodeSpec& node : scenario.nodes) {
    if (node.name == from) node.name = to;
    renameInParams(node, from, to);
  }
  for (EdgeSpec& edge : scenario.edges) {
    if (edge.from == from) edge.from = to;
    if (edge.to == from) edge.to = to;
    renameInPolicy(edge, from, to);
  }
  for (auto& [name, place] : scenario.layout)
    if (name == from) name = to;
  for (GroupSpec& group : scenario.groups) std::replace(group.members.begin(), group.members.end(), from, to);
  eachExpression(scenario, [&](std::string& text) { text = renamedInText(text, from, to); });
}

Diagnostics checkNewLabel(const Scenario& scenario, const EdgeSpec& edge, const std::string& label) {
  const std::string place = "edges." + edge.name();
  if (!label.empty() && !isIdentifier(label))
    return {
        errorAt(place, faultline::quoted(label) + " is no label", "letters, digits, _ and -, beginning with a letter")};
  if (findParam(edgePolicyParams(), label) != nullptr || isEdgeFigure(label))
    return {errorAt(place, faultline::quoted(label) + " is a parameter or a figure of every arrow")};
  if (scenario.findEdge(edge.from, edge.to, label) != nullptr)
    return {errorAt(place, "there is " + faultline::quoted(edgeName(edge.from, edge.to, label)) + " already")};
  return {};
}

void relabelEdge(Scenario& scenario, const EdgeSpec& edge, const std::string& label) {
  const std::string from = edge.name(), to = edgeName(edge.from, edge.to, label);
  std::vector<std::string> siblings;  // behind an arrow without a label, these are the labels of others
  for (const EdgeSpec& other : scenario.edges)
    if (other.from == edge.from && other.to == edge.to && !other.label.empty() && other.label != edge.label)
      siblings.push_back(other.label);
  const auto renamed = [&](std::string text) { return renamedArrowInText(text, from, to, siblings); };
  for (Action& action : scenario.timeline) {
    const auto use = findVerbUse(scenario, action.verb, action.target);
    if (use && use->target != ActionTarget::Text) action.target = renamed(action.target);
  }
  eachExpression(scenario, [&](std::string& text) { text = renamed(text); });
  for (EdgeSpec& other : scenario.edges) {
    if (other.from == edge.from) relabelInCondition(other, edge, label);
    if (other.from == edge.from && other.to == edge.to && other.label == edge.label) other.label = label;
  }
}

std::string targetOf(const Scenario& scenario, const Action& action) {
  const auto use = findVerbUse(scenario, action.verb, action.target);
  if (!use) return {};
  switch (use->target) {
    case ActionTarget::Node:
      if (const auto target = parseNodeTarget(action.target)) return target->node;
      return {};
    case ActionTarget::Edge:
      return action.target;
    case ActionTarget::Parameter:
      if (const auto target = parseParameterTarget(action.target)) return target->owner;
      return {};
    case ActionTarget::None:
    case ActionTarget::Region:
    case ActionTarget::Text:
      return {};
  }
  return {};
}

}  // namespace faultline

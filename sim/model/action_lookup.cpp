// The part of the actions that knows the catalog.
#include "model/actions.h"
#include "model/catalog.h"
#include "model/edge_policy.h"

namespace faultline {

std::optional<VerbUse> findVerbUse(const Scenario& scenario, std::string_view verb, std::string_view target) {
  if (const VerbInfo* common = findVerb(verb)) return VerbUse{common->target, common->fields};
  const auto place = parseNodeTarget(target);
  const NodeSpec* node = place ? scenario.findNode(place->node) : nullptr;
  const ComponentInfo* kind = node != nullptr ? findKind(node->kind) : nullptr;
  if (kind == nullptr) return std::nullopt;
  if (const ActionInfo* action = findAction(kind->actions, verb)) return VerbUse{ActionTarget::Node, action->fields};
  return std::nullopt;
}

bool isVerbOfAnyKind(std::string_view verb) {
  for (const ComponentInfo* kind : catalog())
    if (findAction(kind->actions, verb) != nullptr) return true;
  return false;
}

std::vector<std::string_view> allVerbs() {
  std::vector<std::string_view> verbs;
  for (const VerbInfo& verb : commonVerbs()) verbs.emplace_back(verb.name);
  for (const ComponentInfo* kind : catalog())
    for (const ActionInfo& action : kind->actions) verbs.emplace_back(action.name);
  return verbs;
}

ParameterPlace findParameter(const Scenario& scenario, const ParameterTarget& target) {
  if (target.isEdge) {
    const auto edge = parseEdgeTarget(target.owner);
    if (!edge || scenario.findEdge(edge->from, edge->to, edge->label) == nullptr) return {};
    return findParameter(edgePolicyParams(), target.path);
  }
  const NodeSpec* node = scenario.findNode(target.owner);
  const ComponentInfo* kind = node != nullptr ? findKind(node->kind) : nullptr;
  return kind != nullptr ? findParameter(kind->params, target.path) : ParameterPlace{};
}

ParamInfo valueInfo(const ParameterPlace& place) {
  ParamInfo info = *place.info;
  if (place.ofClass) info.perClass = false;
  return info;
}

}  // namespace faultline

#include <algorithm>

#include "base/quantity.h"
#include "model/actions.h"
#include "model/catalog.h"
#include "model/problem.h"
#include "model/quantity_type.h"
#include "model/validation.h"
#include "model/value_check.h"

namespace faultline {
namespace {

std::vector<std::string_view> nodeNames(const Scenario& scenario) {
  std::vector<std::string_view> names;
  for (const NodeSpec& node : scenario.nodes) names.push_back(node.name);
  return names;
}

std::string suggestEdge(const Scenario& scenario, const std::string& written) {
  std::vector<std::string> names;
  for (const EdgeSpec& edge : scenario.edges) names.push_back(edge.name());
  const std::vector<std::string_view> views(names.begin(), names.end());
  return suggestion(written, views);
}

std::int64_t instancesOf(const Scenario& scenario, const NodeSpec& node, const ComponentInfo& kind) {
  Diagnostics problems;
  checkFields(kind.params, node.params, "", scenario, problems);
  if (!problems.empty()) return std::numeric_limits<std::int64_t>::max();  // reported at the node
  return kind.instances != nullptr ? kind.instances(makeParams(kind, node.allParams()).get()) : 1;
}

struct ActionCheck {
  const Scenario& scenario;
  const Action& action;
  const std::string path;
  Diagnostics& problems;

  std::string targetPath() const { return path + "." + action.verb; }
  void fail(const std::string& place, std::string message, std::string hint = {}) const {
    problems.push_back(errorAt(place, std::move(message), std::move(hint)));
  }

  void checkRegionName(const std::string& place, const std::string& name) const {
    if (scenario.findRegion(name) != nullptr) return;
    std::vector<std::string_view> known;
    for (const GroupSpec& group : scenario.groups)
      if (group.kind == "region") known.push_back(group.name);
    fail(place, "there is no region " + quoted(name), suggestion(name, known));
  }

  void checkRegion() const {
    checkRegionName(targetPath(), action.target);
    const Value* from = action.args.find("from");
    const std::string* other = from != nullptr ? from->as<std::string>() : nullptr;
    if (other == nullptr) return;
    if (*other == action.target) return fail(path + ".from", quoted(*other) + " cannot be cut off from itself");
    checkRegionName(path + ".from", *other);
  }

  void checkNode() const {
    if (appliesToRegions(action.verb) && scenario.findRegion(action.target) != nullptr) return;
    const auto target = parseNodeTarget(action.target);
    if (!target)
      return fail(targetPath(), quoted(action.target) + " is not a node", "write a node, or node[0] for one instance");
    const NodeSpec* node = scenario.findNode(target->node);
    if (node == nullptr)
      return fail(targetPath(), "there is no node " + quoted(target->node),
                  suggestion(target->node, nodeNames(scenario)));
    const ComponentInfo* kind = findKind(node->kind);
    if (kind == nullptr) return;
    if (target->instance) {
      const std::int64_t count = instancesOf(scenario, *node, *kind);
      if (*target->instance >= count)
        fail(targetPath(), quoted(node->name) + " has no instance " + std::to_string(*target->instance),
             "its instances are 0 to " + std::to_string(count - 1));
    }
    if (action.verb == "traffic" && !kind->originates)
      fail(targetPath(), quoted(node->name) + " sends no requests of its own, it is " + withArticle(kind->label));
    if (kind->queryNames != nullptr && findVerb(action.verb) == nullptr) checkQueryName(*node, *kind);
    if ((action.verb == "scale" || action.verb == "deploy") && kind->instances == nullptr)
      fail(targetPath(), quoted(node->name) + " has no instances, it is " + withArticle(kind->label));
  }

  void checkQueryName(const NodeSpec& node, const ComponentInfo& kind) const {
    const Value* value = action.args.find("query");
    const std::string* query = value != nullptr ? value->as<std::string>() : nullptr;
    Diagnostics unsound;
    checkFields(kind.params, node.params, "", scenario, unsound);
    if (query == nullptr || !unsound.empty()) return;
    const std::vector<std::string> known = kind.queryNames(makeParams(kind, node.allParams()).get());
    if (std::find(known.begin(), known.end(), *query) != known.end()) return;
    const std::vector<std::string_view> names(known.begin(), known.end());
    fail(path + ".query", quoted(node.name) + " has no query " + quoted(*query), suggestion(*query, names));
  }

  void checkEdge() const {
    const auto target = parseEdgeTarget(action.target);
    if (!target) return fail(targetPath(), quoted(action.target) + " is not an edge", "write \"from -> to\"");
    if (scenario.findEdge(target->from, target->to, target->label) == nullptr)
      fail(targetPath(), "there is no edge " + quoted(action.target), suggestEdge(scenario, action.target));
  }

  void checkParameter() const {
    const auto target = parseParameterTarget(action.target);
    if (!target)
      return fail(targetPath(), quoted(action.target) + " is not a parameter",
                  "write node.parameter or \"from -> to.parameter\"");
    if (target->isEdge) {
      const auto edge = parseEdgeTarget(target->owner);
      if (scenario.findEdge(edge->from, edge->to, edge->label) == nullptr)
        return fail(targetPath(), "there is no edge " + quoted(target->owner), suggestEdge(scenario, target->owner));
    } else if (const NodeSpec* node = scenario.findNode(target->owner); node == nullptr) {
      return fail(targetPath(), "there is no node " + quoted(target->owner),
                  suggestion(target->owner, nodeNames(scenario)));
    } else if (findKind(node->kind) == nullptr) {
      return;
    }
    const ParameterPlace place = findParameter(scenario, *target);
    if (place.info == nullptr) {
      const std::string& unknown = target->path[place.reached];
      return fail(targetPath(), "there is no parameter " + quoted(unknown), suggestion(unknown, namesOf(place.scope)));
    }
    if (place.ofRow) return fail(targetPath(), quoted(action.target) + " names a whole row", "add the name of a field");
    if (!place.live) return fail(targetPath(), quoted(action.target) + " cannot change during a run");
    if (place.ofClass) checkClass(target->path[place.reached - 1]);
    const ParamInfo info = valueInfo(place);
    if (const Value* to = action.args.find("to")) checkValue(info, *to, path + ".to", scenario, problems);
    if (target->isEdge && target->path.front() == "query") checkNewQuery(*target);
    if (action.args.find("over") != nullptr && !isQuantity(info.type))
      fail(path + ".over", quoted(action.target) + " cannot change gradually", "leave out over");
  }

  void checkNewQuery(const ParameterTarget& target) const {
    const auto edge = parseEdgeTarget(target.owner);
    const Value* to = action.args.find("to");
    const std::string* query = to != nullptr ? to->as<std::string>() : nullptr;
    const ScenarioIndex index(scenario);
    const auto node = index.nodes.find(edge->to);
    if (query != nullptr && node != index.nodes.end()) checkQuery(index, node->second, *query, path + ".to", problems);
  }

  void checkClass(const std::string& name) const {
    if (name == kDefaultClass || scenario.findClass(name) != nullptr) return;
    fail(targetPath(), "there is no request class " + quoted(name), suggestClass(scenario, name));
  }

  void checkArguments(std::span<const ParamInfo> fields, bool sets) const {
    if (!sets) return checkFields(fields, action.args, path, scenario, problems);
    ValueMap others = action.args;
    others.set("to", Value(std::string()));  // its type is the parameter's, and checked there
    if (action.args.find("to") == nullptr) others.erase("to");
    checkFields(fields, others, path, scenario, problems);
  }

  void run() const {
    if (action.at < Duration{0} || action.at > kLongestDuration)
      fail(path + ".at", "at must be between 0s and " + formatDuration(kLongestDuration));
    else if (action.at > scenario.duration)
      problems.push_back(warningAt(path + ".at", "happens at " + formatDuration(action.at) +
                                                     ", after the run ends at " + formatDuration(scenario.duration)));
    const auto use = findVerbUse(scenario, action.verb, action.target);
    if (!use) return explainUnknownVerb();
    checkArguments(use->fields, use->target == ActionTarget::Parameter);
    switch (use->target) {
      case ActionTarget::Node:
        return checkNode();
      case ActionTarget::Edge:
        return checkEdge();
      case ActionTarget::Parameter:
        return checkParameter();
      case ActionTarget::Region:
        return checkRegion();
      case ActionTarget::None:
      case ActionTarget::Text:
        return;
    }
  }

  void explainUnknownVerb() const {
    if (!isVerbOfAnyKind(action.verb))
      return fail(path, "unknown verb " + quoted(action.verb), suggestion(action.verb, allVerbs()));
    checkNode();
    const auto target = parseNodeTarget(action.target);
    const NodeSpec* node = target ? scenario.findNode(target->node) : nullptr;
    const ComponentInfo* kind = node != nullptr ? findKind(node->kind) : nullptr;
    if (kind == nullptr) return;
    std::string verbs;
    for (const ActionInfo& own : kind->actions) verbs += (verbs.empty() ? "" : ", ") + std::string(own.name);
    fail(targetPath(), withArticle(kind->label) + " has no " + quoted(action.verb),
         verbs.empty() ? std::string() : "its own verbs: " + verbs);
  }
};

}  // namespace

void validateTimeline(const Scenario& scenario, Diagnostics& problems) {
  for (std::size_t i = 0; i < scenario.timeline.size() && problems.size() < kMostFindings; ++i) {
    const Action& action = scenario.timeline[i];
    const std::string path = "timeline[" + std::to_string(i) + "]";
    if (i > 0 && action.at < scenario.timeline[i - 1].at)
      problems.push_back(errorAt(path + ".at", "the actions are not in order of time"));
    ActionCheck{scenario, action, path, problems}.run();
  }
}

}  // namespace faultline

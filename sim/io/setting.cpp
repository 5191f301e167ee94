// --set: one parameter from text.
#include <algorithm>
#include <optional>

#include "io/field_reader.h"
#include "io/yaml_reader.h"
#include "io/yaml_tree.h"
#include "model/actions.h"
#include "model/catalog.h"
#include "model/edge_policy.h"
#include "model/problem.h"
#include "model/scenario_params.h"
#include "model/value_check.h"

namespace faultline {
namespace {

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::vector<std::string> namesBetweenDots(std::string_view text) {
  std::vector<std::string> names;
  while (true) {
    const std::size_t dot = text.find('.');
    names.emplace_back(text.substr(0, dot));
    if (dot == std::string_view::npos) return names;
    text.remove_prefix(dot + 1);
  }
}

// What a setting is about: the table, and either a map of written values or a struct.
struct Owner {
  std::span<const ParamInfo> params;
  std::shared_ptr<void> defaults;
  ValueMap* values = nullptr;  // of a node or an edge
  void* object = nullptr;      // of the scenario or a class
  const ValueMap* inherited = nullptr;  // of the node's preset
};

template <class T>
T* findByName(std::vector<T>& list, std::string_view name) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const T& item) { return item.name == name; });
  return found == list.end() ? nullptr : &*found;
}

std::vector<std::string> knownOwners(const Scenario& scenario, bool edges) {
  std::vector<std::string> names;
  if (edges) {
    for (const EdgeSpec& edge : scenario.edges) names.push_back(edge.name());
    return names;
  }
  for (const NodeSpec& node : scenario.nodes) names.push_back(node.name);
  for (const RequestClass& c : scenario.classes) names.push_back(c.name);
  for (const ParamInfo& p : scenarioParams()) names.emplace_back(p.name);
  return names;
}

std::string suggest(std::string_view written, const std::vector<std::string>& known) {
  const std::vector<std::string_view> views(known.begin(), known.end());
  return suggestion(written, views);
}

std::optional<Owner> findEdgeOwner(Scenario& scenario, const std::string& name, const std::string& place,
                                   Diagnostics& problems) {
  const auto target = parseEdgeTarget(name);
  for (EdgeSpec& edge : scenario.edges)
    if (target && edge.from == target->from && edge.to == target->to && edge.label == target->label)
      return Owner{edgePolicyParams(), std::make_shared<EdgePolicy>(), &edge.policy, nullptr};
  problems.push_back(errorAt(place, "there is no edge " + quoted(name), suggest(name, knownOwners(scenario, true))));
  return std::nullopt;
}

std::optional<Owner> findNamedOwner(Scenario& scenario, const std::string& name, const std::string& place,
                                    Diagnostics& problems) {
  if (NodeSpec* node = findByName(scenario.nodes, name)) {
    if (const ComponentInfo* kind = findKind(node->kind))
      return Owner{kind->params, kind->makeParams(), &node->params, nullptr, &node->inherited};
    problems.push_back(errorAt(place, "the node " + quoted(name) + " is of no known kind"));
    return std::nullopt;
  }
  if (RequestClass* c = findByName(scenario.classes, name)) return Owner{requestClassParams(), nullptr, nullptr, c};
  problems.push_back(errorAt(place, "there is nothing called " + quoted(name) + " to set",
                             suggest(name, knownOwners(scenario, false))));
  return std::nullopt;
}

void store(const Owner& owner, const std::vector<std::string>& path, Value value) {
  // One field of a group that the preset gives: the others stay as the preset has them.
  if (path.size() > 1 && owner.inherited != nullptr && owner.values->find(path[0]) == nullptr)
    if (const Value* whole = owner.inherited->find(path[0])) owner.values->set(path[0], *whole);
  if (owner.values != nullptr)
    return setParameter(owner.params, owner.defaults.get(), *owner.values, path, std::move(value));
  // Members are set through the whole top-level value, so that fields of a group keep their neighbours.
  const ParamInfo* info = findParam(owner.params, path[0]);
  ValueMap map;
  map.set(path[0], info->read(owner.object));
  setParameter(owner.params, owner.object, map, path, std::move(value));
  info->assign(owner.object, *map.find(path[0]));
}

std::optional<Value> readText(const ParamInfo& info, std::string_view text, const std::string& place,
                              Diagnostics& problems) {
  FieldReader reader({});
  YamlNode node;
  node.kind = YamlNode::Kind::Text;
  node.text = std::string(text);
  YamlDocument document;
  if (text.starts_with('{') || text.starts_with('[') || text.starts_with('"')) {
    document = readYaml(text);
    for (Diagnostic& d : document.problems) problems.push_back(errorAt(place, d.message, d.hint));
    if (!document.root || !document.problems.empty()) return std::nullopt;
  }
  auto value = reader.readValue(info, document.root ? *document.root : node, place);
  for (const Diagnostic& d : reader.problems) problems.push_back(errorAt(d.path, d.message, d.hint));
  return reader.problems.empty() ? std::move(value) : std::nullopt;
}

}  // namespace

Diagnostics applySetting(Scenario& scenario, std::string_view setting) {
  Diagnostics problems;
  const std::size_t equals = setting.find('=');
  const std::string place(trimmed(setting.substr(0, equals)));
  if (equals == std::string_view::npos || place.empty())
    return {errorAt({}, quoted(setting) + " is not a setting", "write NODE.PARAMETER=VALUE")};
  const std::string_view text = trimmed(setting.substr(equals + 1));

  const std::size_t arrow = place.find("->");
  const std::size_t dot = place.find('.', arrow == std::string::npos ? 0 : arrow);
  std::vector<std::string> path =
      namesBetweenDots(dot == std::string::npos ? std::string_view{} : std::string_view(place).substr(dot + 1));
  std::string name(trimmed(std::string_view(place).substr(0, dot)));
  if (arrow != std::string::npos && path.size() > 1 && findParam(edgePolicyParams(), path[0]) == nullptr) {
    name += '.' + path[0];  // a label, as in "app -> db.label.timeout"
    path.erase(path.begin());
  }

  std::optional<Owner> owner;
  if (arrow != std::string::npos) {
    owner = findEdgeOwner(scenario, name, place, problems);
  } else if (findParam(scenarioParams(), name) != nullptr && scenario.findNode(name) == nullptr) {
    owner = Owner{scenarioParams(), nullptr, nullptr, &scenario};
    path = namesBetweenDots(place);
  } else {
    owner = findNamedOwner(scenario, name, place, problems);
  }
  if (!owner) return problems;
  if (path.empty() || path[0].empty())
    return {errorAt(place, quoted(place) + " names no parameter", "write NODE.PARAMETER=VALUE")};

  const ParameterPlace found = findParameter(owner->params, path);
  if (found.info == nullptr || found.ofRow) {
    if (found.ofRow) return {errorAt(place, quoted(place) + " names a whole row", "add the name of a field")};
    const std::string& unknown = path[found.reached];
    return {errorAt(place, "there is no parameter " + quoted(unknown), suggestion(unknown, namesOf(found.scope)))};
  }
  if (const std::string& last = path.back();
      found.ofClass && last != kDefaultClass && scenario.findClass(last) == nullptr)
    return {errorAt(place, "there is no request class " + quoted(last), suggestClass(scenario, last))};
  const ParamInfo info = valueInfo(found);
  const auto value = readText(info, text, place, problems);
  if (!value) return problems;
  const std::string* file = info.isTraceFile ? value->as<std::string>() : nullptr;
  if (file != nullptr && scenario.findTrace(*file) == nullptr)
    if (TraceResult read = readTraceFile({}, *file); read.trace) scenario.traces.push_back({*file, std::move(read.trace)});
  checkValue(info, *value, place, scenario, problems);
  if (problems.empty()) store(*owner, path, *value);
  return problems;
}

}  // namespace faultline

#include "gui/document/edits.h"

#include <algorithm>

#include "gui/document/drawing_edits.h"
#include "gui/document/layered_layout.h"
#include "gui/document/naming.h"
#include "gui/document/param_path.h"
#include "io/yaml_reader.h"
#include "model/actions.h"
#include "model/catalog.h"
#include "model/edge_policy.h"
#include "model/problem.h"
#include "model/validate.h"
#include "model/value_check.h"

namespace faultline::edits {

namespace {

NodeSpec* nodeNamed(Scenario& scenario, const std::string& name) {
  const auto found = std::find_if(scenario.nodes.begin(), scenario.nodes.end(),
                                  [&](const NodeSpec& node) { return node.name == name; });
  return found == scenario.nodes.end() ? nullptr : &*found;
}

EdgeSpec* edgeNamed(Scenario& scenario, const std::string& name) {
  const auto found = std::find_if(scenario.edges.begin(), scenario.edges.end(),
                                  [&](const EdgeSpec& edge) { return edge.name() == name; });
  return found == scenario.edges.end() ? nullptr : &*found;
}

Diagnostics noNode(const std::string& name) {
  return {errorAt("nodes", "there is no node " + faultline::quoted(name))};
}
Diagnostics noEdge(const std::string& name) {
  return {errorAt("edges", "there is no edge " + faultline::quoted(name))};
}

bool contains(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void setPlace(Scenario& scenario, const std::string& node, Point place) {
  for (auto& [name, point] : scenario.layout)
    if (name == node) {
      point = place;
      return;
    }
  scenario.layout.emplace_back(node, place);
}

// Only errors that the scenario did not have before count against an edit.
Diagnostics errorsOf(const Diagnostics& problems) {
  Diagnostics errors;
  for (const Diagnostic& problem : problems)
    if (problem.severity == Diagnostic::Severity::Error) errors.push_back(problem);
  return errors;
}

// Removes what is written at the end of a path, and the maps that are empty then.
void unset(ValueMap& values, std::span<const std::string> path) {
  if (path.size() > 1) {
    for (auto& [key, value] : values.entries) {
      if (key != path[0] || value.as<ValueMap>() == nullptr) continue;
      unset(*value.as<ValueMap>(), path.subspan(1));
      if (!value.as<ValueMap>()->empty()) return;
    }
  }
  values.erase(path[0]);
}

Diagnostics setValue(const Scenario& scenario, std::span<const ParamInfo> params, const void* defaults,
                     ValueMap& values, const std::string& owner, const std::string& path, const Value& value) {
  const std::vector<std::string> names = pathNames(path);
  const ParameterPlace place = findParameter(params, names);
  const std::string where = owner + "." + path;
  if (place.info == nullptr)
    return {errorAt(where, "there is no parameter " + faultline::quoted(path),
                    suggestion(names[place.reached], namesOf(place.scope)))};
  if (!value.isSet()) {
    unset(values, names);
    return {};
  }
  Diagnostics problems;
  checkValue(valueInfo(place), value, where, scenario, problems);
  problems = errorsOf(problems);
  if (problems.empty()) setParameter(params, defaults, values, names, value);
  return problems;
}

}  // namespace

std::string freeName(const Scenario& scenario, const std::string& wanted) {
  std::string base;
  for (char c : wanted) base += isIdentifier(std::string("a") + c) ? c : '_';
  if (!isIdentifier(base)) base = "n" + base;
  const auto isTaken = [&](const std::string& name) {
    return scenario.findNode(name) != nullptr || scenario.findClass(name) != nullptr ||
           std::any_of(scenario.groups.begin(), scenario.groups.end(),
                       [&](const GroupSpec& group) { return group.name == name; });
  };
  if (!isTaken(base)) return base;
  // "app_2" counts on to "app_3".
  const std::size_t digits = base.find_last_not_of("0123456789");
  if (digits != std::string::npos && digits + 1 < base.size() && base[digits] == '_') base.resize(digits);
  for (int number = 2;; ++number)
    if (const std::string name = base + '_' + std::to_string(number); !isTaken(name)) return name;
}

const Point* placeOf(const Scenario& scenario, const std::string& node) {
  for (const auto& [name, point] : scenario.layout)
    if (name == node) return &point;
  return nullptr;
}

Edit together(std::vector<Edit> edits) {
  return [edits = std::move(edits)](Scenario& scenario) {
    Diagnostics problems;
    for (const Edit& edit : edits) {
      problems = edit(scenario);
      if (hasErrors(problems)) break;
    }
    return problems;
  };
}

Edit addNode(NodeSpec node, Point place) {
  return [node = std::move(node), place](Scenario& scenario) -> Diagnostics {
    if (findKind(node.kind) == nullptr)
      return {errorAt("nodes." + node.name, "there is no kind " + faultline::quoted(node.kind))};
    if (Diagnostics problems = checkNewName(scenario, node.name); !problems.empty()) return problems;
    Diagnostics problems;
    for (const auto& [key, value] : node.params.entries) {
      const ParamInfo* info = findParam(findKind(node.kind)->params, key);
      if (info == nullptr) return {errorAt("nodes." + node.name, "there is no parameter " + faultline::quoted(key))};
      checkValue(*info, value, "nodes." + node.name + "." + key, scenario, problems);
    }
    scenario.nodes.push_back(node);
    setPlace(scenario, node.name, place);
    return errorsOf(problems);
  };
}

std::string freeLabel(const Scenario& scenario, const std::string& from, const std::string& to) {
  std::string label;
  for (int number = 1; scenario.findEdge(from, to, label) != nullptr; ++number)
    label = number == 1 ? "other" : "other_" + std::to_string(number);
  return label;
}

std::string whyNotConnect(const Scenario& scenario, const std::string& from, const std::string& to,
                          const std::string& label) {
  const NodeSpec *caller = scenario.findNode(from), *callee = scenario.findNode(to);
  if (caller == nullptr || callee == nullptr) return "there is no such node";
  if (from == to) return "a node cannot call itself";
  const ComponentInfo *out = findKind(caller->kind), *in = findKind(callee->kind);
  if (out == nullptr || in == nullptr) return "the kind is unknown";
  if (out->outputs == PortUse::None) return std::string("a ") + out->label + " cannot call anything";
  if (in->inputs == PortUse::None) return std::string("a ") + in->label + " cannot be called";
  if (scenario.findEdge(from, to, label) != nullptr) return "they are connected already";
  for (const EdgeSpec& edge : scenario.edges)
    if (out->singleOutput && edge.from == from) return std::string("a ") + out->label + " calls exactly one node";
  return {};
}

Edit connect(std::string from, std::string to, ValueMap policy, std::string label) {
  return [=](Scenario& scenario) -> Diagnostics {
    if (std::string why = whyNotConnect(scenario, from, to, label); !why.empty())
      return {errorAt("edges." + from + " -> " + to, std::move(why))};
    Diagnostics problems;
    checkFields(edgePolicyParams(), policy, "edges." + from + " -> " + to, scenario, problems);
    EdgeSpec edge;
    edge.from = from;
    edge.to = to;
    edge.policy = policy;
    edge.label = label;
    scenario.edges.push_back(std::move(edge));
    return errorsOf(problems);
  };
}

Edit remove(Names nodes, Names edges) {
  return [=](Scenario& scenario) -> Diagnostics {
    for (const std::string& name : nodes)
      if (scenario.findNode(name) == nullptr) return noNode(name);
    const auto goes = [&](const EdgeSpec& edge) {
      return contains(nodes, edge.from) || contains(nodes, edge.to) || contains(edges, edge.name());
    };
    Names gone = nodes;
    for (const EdgeSpec& edge : scenario.edges)
      if (goes(edge)) gone.push_back(edge.name());
    std::erase_if(scenario.timeline, [&](const Action& action) { return contains(gone, targetOf(scenario, action)); });
    std::erase_if(scenario.edges, goes);
    std::erase_if(scenario.nodes, [&](const NodeSpec& node) { return contains(nodes, node.name); });
    std::erase_if(scenario.layout, [&](const auto& place) { return contains(nodes, place.first); });
    for (GroupSpec& group : scenario.groups)
      std::erase_if(group.members, [&](const std::string& member) { return contains(nodes, member); });
    removeEmptyGroups(scenario);
    return {};
  };
}

Edit rename(std::string from, std::string to) {
  return [=](Scenario& scenario) -> Diagnostics {
    if (scenario.findNode(from) == nullptr) return noNode(from);
    if (from == to) return {};
    if (Diagnostics problems = checkNewName(scenario, to); !problems.empty()) return problems;
    renameNode(scenario, from, to);
    return {};
  };
}

Edit relabel(std::string edge, std::string label) {
  return [=](Scenario& scenario) -> Diagnostics {
    const EdgeSpec* found = edgeNamed(scenario, edge);
    if (found == nullptr) return noEdge(edge);
    if (found->label == label) return {};
    if (Diagnostics problems = checkNewLabel(scenario, *found, label); !problems.empty()) return problems;
    relabelEdge(scenario, EdgeSpec(*found), label);
    return {};
  };
}

Edit move(Places places) {
  return [places = std::move(places)](Scenario& scenario) -> Diagnostics {
    for (const auto& [name, place] : places) {
      if (scenario.findNode(name) == nullptr) return noNode(name);
      setPlace(scenario, name, place);
    }
    return {};
  };
}

Edit arrange(Names nodes) {
  return [nodes = std::move(nodes)](Scenario& scenario) -> Diagnostics {
    for (const auto& [name, place] : layeredLayout(scenario))
      if (nodes.empty() || contains(nodes, name)) setPlace(scenario, name, place);
    return {};
  };
}

Edit setParam(Names nodes, std::string path, Value value) {
  return [=](Scenario& scenario) -> Diagnostics {
    for (const std::string& name : nodes) {
      NodeSpec* node = nodeNamed(scenario, name);
      if (node == nullptr) return noNode(name);
      const ComponentInfo* kind = findKind(node->kind);
      if (kind == nullptr) return {errorAt("nodes." + name, "there is no kind " + faultline::quoted(node->kind))};
      const auto defaults = kind->makeParams();
      if (Diagnostics problems =
              setValue(scenario, kind->params, defaults.get(), node->params, "nodes." + name, path, value);
          !problems.empty())
        return problems;
    }
    return {};
  };
}

Edit setEdgePolicy(Names edges, std::string path, Value value) {
  return [=](Scenario& scenario) -> Diagnostics {
    const EdgePolicy defaults;
    for (const std::string& name : edges) {
      EdgeSpec* edge = edgeNamed(scenario, name);
      if (edge == nullptr) return noEdge(name);
      if (Diagnostics problems =
              setValue(scenario, edgePolicyParams(), &defaults, edge->policy, "edges." + name, path, value);
          !problems.empty())
        return problems;
    }
    return {};
  };
}

Edit setSetting(std::string assignment) {
  return
      [assignment = std::move(assignment)](Scenario& scenario) { return errorsOf(applySetting(scenario, assignment)); };
}

}  // namespace faultline::edits

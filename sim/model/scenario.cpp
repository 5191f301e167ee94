#include "model/scenario.h"

namespace faultline {

ValueMap NodeSpec::allParams() const {
  ValueMap all = inherited;
  for (const auto& [key, value] : params.entries) all.set(key, value);
  return all;
}

const NodeSpec* Scenario::findNode(std::string_view nodeName) const {
  for (const NodeSpec& node : nodes)
    if (node.name == nodeName) return &node;
  return nullptr;
}

const GroupSpec* Scenario::findRegion(std::string_view region) const {
  for (const GroupSpec& g : groups)
    if (g.kind == "region" && g.name == region) return &g;
  return nullptr;
}

std::string edgeName(std::string_view from, std::string_view to, std::string_view label) {
  std::string name(from);
  name.append(" -> ").append(to);
  return label.empty() ? name : name.append(".").append(label);
}

const EdgeSpec* Scenario::findEdge(std::string_view from, std::string_view to, std::string_view label) const {
  for (const EdgeSpec& edge : edges)
    if (edge.from == from && edge.to == to && edge.label == label) return &edge;
  return nullptr;
}

const RequestClass* Scenario::findClass(std::string_view className) const {
  for (const RequestClass& c : classes)
    if (c.name == className) return &c;
  return nullptr;
}

const TraceSpec* Scenario::findTrace(std::string_view file) const {
  for (const TraceSpec& trace : traces)
    if (trace.file == file) return &trace;
  return nullptr;
}

}  // namespace faultline

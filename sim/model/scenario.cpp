#include "model/scenario.h"

namespace faultline {

const NodeSpec* Scenario::findNode(std::string_view nodeName) const {
  for (const NodeSpec& node : nodes)
    if (node.name == nodeName) return &node;
  return nullptr;
}

const EdgeSpec* Scenario::findEdge(std::string_view from, std::string_view to) const {
  for (const EdgeSpec& edge : edges)
    if (edge.from == from && edge.to == to) return &edge;
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

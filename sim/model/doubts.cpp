#include "model/doubts.h"

#include <algorithm>

#include "model/catalog.h"

namespace faultline {
namespace {

constexpr std::string_view kNodes = "nodes.", kEdges = "edges.";

bool isError(const Diagnostic& d) { return d.severity == Diagnostic::Severity::Error; }

// Which metrics a node has follows from its parameters, its host and its price.
bool mayHave(const ComponentInfo& kind, std::string_view metric) {
  if (metric == "cpu" || metric == "cost") return true;
  return std::any_of(kind.metrics.begin(), kind.metrics.end(),
                     [&](const MetricInfo& m) { return metric.starts_with(m.name); });
}

}  // namespace

Doubts::Doubts(const Scenario& scenario, const Diagnostics& found) : scenario_(scenario) {
  for (const Diagnostic& d : found)
    if (isError(d)) paths_.insert(d.path);
  if (paths_.empty()) return;
  for (const EdgeSpec& edge : scenario.edges) edges_.insert(edge.name());
  callsInDoubt_ =
      std::any_of(paths_.begin(), paths_.end(), [this](std::string_view path) { return isAboutCalls(path); });
}

bool Doubts::concern(std::string_view name) const {
  if (paths_.empty()) return false;
  if (name.find("->") != std::string_view::npos) return concernEdge(name);
  const std::size_t dot = name.find('.');
  return concernNode(name.substr(0, dot), dot == std::string_view::npos ? std::string_view{} : name.substr(dot + 1));
}

bool Doubts::concernNode(std::string_view node, std::string_view metric) const {
  const NodeSpec* spec = scenario_.findNode(node.substr(0, node.find('[')));  // or one of its instances
  if (spec == nullptr) return scenario_.nodes.empty() && paths_.contains("nodes");
  const ComponentInfo* kind = findKind(spec->kind);
  if (kind == nullptr) return true;
  if (metric.find('.') != std::string_view::npos) return isFoundWithin("classes");  // node.class.metric
  if (metric == "cpu" && isFoundWithin("hosts")) return true;
  return isFoundWithin(std::string(kNodes) + spec->name) && mayHave(*kind, metric);
}

bool Doubts::concernEdge(std::string_view name) const {
  if (const std::string_view edge = edgeOf(name); !edge.empty())
    return isFoundWithin(std::string(kEdges) + std::string(edge));
  // An edge that is misspelt was meant to be one between nodes that there are.
  const std::size_t arrow = name.find(" -> ");
  const std::string_view to = arrow == std::string_view::npos ? std::string_view{} : name.substr(arrow + 4);
  return callsInDoubt_ && scenario_.findNode(name.substr(0, arrow)) != nullptr &&
         scenario_.findNode(to.substr(0, to.find('.'))) != nullptr;
}

std::string_view Doubts::edgeOf(std::string_view text) const {
  // The longest first: "a -> b.label" is another edge than "a -> b".
  for (std::size_t end = text.size(); end != std::string_view::npos && end > 0; end = text.rfind('.', end - 1))
    if (edges_.contains(text.substr(0, end))) return text.substr(0, end);
  return {};
}

bool Doubts::isAboutCalls(std::string_view path) const {
  if (path == "nodes" || path == "edges" || path.starts_with("edges[")) return true;
  if (path.starts_with(kEdges)) {
    path.remove_prefix(kEdges.size());
    const std::string_view edge = edgeOf(path);
    return edge.empty() || edge.size() == path.size();  // else a parameter of the edge
  }
  if (!path.starts_with(kNodes)) return false;
  const std::size_t dot = path.find('.', kNodes.size());
  return dot == std::string_view::npos || path.substr(dot) == ".kind" || path.substr(dot) == ".preset";
}

bool Doubts::isFoundWithin(std::string_view path) const {
  for (auto it = paths_.lower_bound(path); it != paths_.end() && it->starts_with(path); ++it)
    if (it->size() == path.size() || (*it)[path.size()] == '.' || (*it)[path.size()] == '[') return true;
  return false;
}

Diagnostics Doubts::without(Diagnostics problems) const {
  std::erase_if(problems, [&](const Diagnostic& d) { return isError(d) && !d.path.empty() && concern(d.path); });
  return problems;
}

}  // namespace faultline

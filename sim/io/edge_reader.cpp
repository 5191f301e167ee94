#include "io/scenario_reader.h"
#include "model/edge_policy.h"
#include "model/problem.h"

namespace faultline {
namespace {

void addEdges(const YamlNode& text, const YamlNode* policy, Scenario& scenario, FieldReader& reader) {
  const std::string place = "edges[" + std::to_string(scenario.edges.size()) + "]";
  const std::vector<std::string> names = namesOfChain(text.text);
  if (names.size() < 2)
    return reader.fail(text.place, place, quoted(text.text) + " is not an edge", "write \"from -> to\"");
  for (std::size_t i = 0; i + 1 < names.size(); ++i) {
    // The label belongs to the arrow that ends there, not to the one that goes on from the node.
    const std::size_t dot = names[i + 1].find('.');
    EdgeSpec edge{i == 0 ? names[i] : names[i].substr(0, names[i].find('.')), names[i + 1].substr(0, dot), {}, {}};
    if (dot != std::string::npos) {
      edge.label = names[i + 1].substr(dot + 1);
      if (edge.label.empty())
        return reader.fail(text.place, place, quoted(text.text) + " ends in a dot", "write \"from -> to.label\"");
    }
    const std::string path = "edges." + edge.name();
    reader.setPlace(path, text.place);
    reader.setPlace("edges[" + std::to_string(scenario.edges.size()) + "]", text.place);
    if (policy != nullptr && policy->kind == YamlNode::Kind::Map)
      edge.policy = reader.readFields(edgePolicyParams(), *policy, path);
    else if (policy != nullptr && policy->kind != YamlNode::Kind::Null && i == 0)
      reader.isMap(*policy, path + ".policy", "the policy of an edge like {timeout: 2s}");
    scenario.edges.push_back(std::move(edge));
  }
}

}  // namespace

std::vector<std::string> namesOfChain(std::string_view text) {
  std::vector<std::string> names;
  while (true) {
    const std::size_t arrow = text.find("->");
    std::string_view name = text.substr(0, arrow);
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    if (name.empty() || name.find_first_of(" \t\n") != std::string_view::npos) return {};
    names.emplace_back(name);
    if (arrow == std::string_view::npos) return names;
    text.remove_prefix(arrow + 2);
  }
}

void readEdges(const YamlNode& node, Scenario& scenario, FieldReader& reader) {
  if (!reader.isList(node, "edges", "a list of edges like [a -> b, b -> c]")) return;
  for (const YamlPointer& item : node.items) {
    const std::string place = "edges[" + std::to_string(scenario.edges.size()) + "]";
    if (item->kind == YamlNode::Kind::Map) {
      for (const auto& [key, policy] : item->entries) addEdges(*key, policy.get(), scenario, reader);
    } else if (reader.isText(*item, place, "an edge like \"a -> b\" or {a -> b: {timeout: 2s}}")) {
      addEdges(*item, nullptr, scenario, reader);
    }
  }
}

}  // namespace faultline

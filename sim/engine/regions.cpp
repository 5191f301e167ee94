// Regions: where nodes stand, what the ways between them add, and what happens to a region as a whole.
#include <algorithm>

#include "engine/engine.h"

namespace faultline {

void Engine::compileRegions() {
  for (NodeState& node : nodes) node.region = regionOf(node.name);
  for (EdgeState& edge : edges)
    if (nodes[edge.from].region != nodes[edge.to].region) placeEdge(edge);
}

// The regions of its ends say what the way adds, and whether a partition lies across it.
void Engine::placeEdge(EdgeState& edge) {
  const std::uint16_t from = nodes[edge.from].region, to = nodes[edge.to].region;
  edge.link = from == to ? RegionLink{} : linkBetween(from, to);
  edge.parted = std::any_of(partitions.begin(), partitions.end(), [&](const auto& p) {
    const bool leaves = (from == p.first) != (to == p.first);
    return leaves && (p.second == kNoRegion || from == p.second || to == p.second);
  });
  refreshEdge(edge);
}

void Engine::moveTo(NodeId node, std::uint16_t region) {
  if (nodes[node].region == region) return;
  nodes[node].region = region;
  for (EdgeState& edge : edges)
    if (edge.from == node || edge.to == node) placeEdge(edge);
  refreshLooks();
}

// Regions are numbered by their place among all groups.
std::uint16_t Engine::regionOf(std::string_view node) const {
  for (std::size_t i = 0; i < scenario.groups.size(); ++i) {
    const GroupSpec& group = scenario.groups[i];
    if (group.kind == "region" && std::find(group.members.begin(), group.members.end(), node) != group.members.end())
      return static_cast<std::uint16_t>(i);
  }
  return kNoRegion;
}

std::uint16_t Engine::regionNamed(std::string_view region) const {
  const GroupSpec* found = scenario.findRegion(region);
  return found ? static_cast<std::uint16_t>(found - scenario.groups.data()) : kNoRegion;
}

// A node outside all regions is next to all of them.
RegionLink Engine::linkBetween(std::uint16_t a, std::uint16_t b) const {
  if (a == kNoRegion || b == kNoRegion) return {};
  const GroupSpec& first = scenario.groups[a];
  const GroupSpec& second = scenario.groups[b];
  for (const auto& [name, link] : first.links)
    if (name == second.name) return link;
  for (const auto& [name, link] : second.links)
    if (name == first.name) return link;
  const bool firstIsFarther = first.latency.mean() >= second.latency.mean();
  return {firstIsFarther ? first.latency : second.latency, {}};
}

// A region fails, or comes back, with everything that stands in it now.
void Engine::applyToMembers(const Action& action, const GroupSpec& region) {
  const std::uint16_t number = regionNamed(region.name);
  std::vector<std::string> members;
  for (const std::string& name : region.members)
    for (const NodeState& node : nodes)
      if (node.name == name && node.region == number) members.push_back(name);
  for (const NodeState& node : nodes)
    if (node.region == number && std::find(members.begin(), members.end(), node.name) == members.end())
      members.push_back(node.name);
  for (const std::string& member : members) {
    Action own = action;
    own.target = member;
    applyToNode(own);
  }
}

void Engine::applyToRegion(const Action& action) {
  const Value* from = action.args.find("from");
  const std::uint16_t region = regionNamed(action.target);
  const std::uint16_t other = from ? regionNamed(*from->as<std::string>()) : kNoRegion;
  if (action.verb == "partition") {
    partitions.emplace_back(region, other);
    ValueMap same;
    if (from) same.set("from", *from);
    same.set("one", true);
    undoLater(action, "rejoin", std::move(same));
  } else if (action.args.find("one")) {
    // The end of one partition leaves the others.
    const auto one = std::find(partitions.begin(), partitions.end(), std::pair(region, other));
    if (one != partitions.end()) partitions.erase(one);
  } else {
    std::erase_if(partitions, [&](const auto& p) {
      const bool isOurs = p.first == region || p.second == region;
      return isOurs && (!from || p.first == other || p.second == other);
    });
  }
  for (EdgeState& edge : edges) placeEdge(edge);
}

}  // namespace faultline

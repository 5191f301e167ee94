// Edits that bring copies: from the scenario itself, or from the text of another one.
#include <algorithm>

#include "gui/document/edits.h"
#include "gui/document/naming.h"
#include "io/yaml_reader.h"
#include "io/yaml_writer.h"
#include "model/problem.h"

namespace faultline::edits {

namespace {

bool contains(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Nodes and edges of one scenario become part of another under free names.
Names merge(const Scenario& fragment, Scenario& into, Point offset) {
  std::vector<std::pair<std::string, std::string>> renamed;
  Names added;
  for (const NodeSpec& node : fragment.nodes) {
    NodeSpec copied = node;
    copied.name = freeName(into, node.name);
    copied.group.clear();
    renamed.emplace_back(node.name, copied.name);
    const Point* place = placeOf(fragment, node.name);
    into.layout.emplace_back(copied.name, Point{(place ? place->x : 0) + offset.x, (place ? place->y : 0) + offset.y});
    added.push_back(copied.name);
    into.nodes.push_back(std::move(copied));
  }
  const auto newName = [&](const std::string& name) {
    for (const auto& [from, to] : renamed)
      if (from == name) return to;
    return name;
  };
  for (std::size_t i = into.nodes.size() - fragment.nodes.size(); i < into.nodes.size(); ++i)
    for (const auto& [from, to] : renamed) renameInParams(into.nodes[i], from, to);
  for (EdgeSpec edge : fragment.edges) {
    for (const auto& [from, to] : renamed) renameInPolicy(edge, from, to);
    edge.from = newName(edge.from);
    edge.to = newName(edge.to);
    into.edges.push_back(std::move(edge));
  }
  for (const RequestClass& c : fragment.classes)
    if (into.findClass(c.name) == nullptr) into.classes.push_back(c);
  for (GroupSpec region : fragment.groups) {
    if (region.kind != "region") continue;
    region.name = freeName(into, region.name);
    for (std::string& member : region.members) member = newName(member);
    std::erase_if(region.links, [&](const auto& link) { return into.findRegion(link.first) == nullptr; });
    into.groups.push_back(std::move(region));
  }
  for (NoteSpec note : fragment.notes) {
    note.at = {note.at.x + offset.x, note.at.y + offset.y};
    into.notes.push_back(std::move(note));
  }
  return added;
}

Scenario fragmentOf(const Scenario& scenario, const Names& nodes, const std::vector<std::size_t>& notes = {}) {
  Scenario fragment;
  fragment.name = scenario.name;
  fragment.classes = scenario.classes;
  for (const NodeSpec& node : scenario.nodes)
    if (contains(nodes, node.name)) fragment.nodes.push_back(node);
  for (const EdgeSpec& edge : scenario.edges)
    if (contains(nodes, edge.from) && contains(nodes, edge.to)) fragment.edges.push_back(edge);
  for (const auto& place : scenario.layout)
    if (contains(nodes, place.first)) fragment.layout.push_back(place);
  for (const GroupSpec& group : scenario.groups)
    if (group.kind == "region" && std::all_of(group.members.begin(), group.members.end(),
                                              [&](const std::string& member) { return contains(nodes, member); }))
      fragment.groups.push_back(group);
  for (const std::size_t note : notes)
    if (note < scenario.notes.size()) fragment.notes.push_back(scenario.notes[note]);
  return fragment;
}

Point centreOf(const Scenario& scenario) {
  std::vector<Point> places;
  for (const auto& [name, place] : scenario.layout) places.push_back(place);
  for (const NoteSpec& note : scenario.notes) places.push_back(note.at);
  if (places.empty()) return {};
  Point low = places[0], high = low;
  for (const Point& place : places) {
    low = {std::min(low.x, place.x), std::min(low.y, place.y)};
    high = {std::max(high.x, place.x), std::max(high.y, place.y)};
  }
  return {(low.x + high.x) / 2, (low.y + high.y) / 2};
}

}  // namespace

Edit duplicate(Names nodes, Point offset, Names* added) {
  return [=](Scenario& scenario) -> Diagnostics {
    const Scenario fragment = fragmentOf(scenario, nodes);
    const Names names = merge(fragment, scenario, offset);
    if (added != nullptr) *added = names;
    return {};
  };
}

std::string copy(const Scenario& scenario, const Names& nodes, const std::vector<std::size_t>& notes) {
  return writeScenario(fragmentOf(scenario, nodes, notes));
}

Edit paste(std::string yaml, Point centre, Names* added) {
  return [=](Scenario& scenario) -> Diagnostics {
    // What is missing in a fragment may be there where it is pasted, so only its text has to be sound.
    const Result<Scenario> fragment = readScenarioText(yaml, "");
    if (fragment.value.nodes.empty() && fragment.value.notes.empty())
      return {errorAt("", "there are no nodes or notes in the clipboard")};
    const Point from = centreOf(fragment.value);
    const Names names = merge(fragment.value, scenario, {centre.x - from.x, centre.y - from.y});
    if (added != nullptr) *added = names;
    return {};
  };
}

}  // namespace faultline::edits

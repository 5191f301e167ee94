#include "gui/document/drawing_edits.h"

#include <algorithm>

#include "gui/document/naming.h"
#include "model/actions.h"
#include "model/problem.h"

namespace faultline {

namespace {

bool isRegionNamed(const GroupSpec& group, const std::string& name) {
  return group.kind == "region" && group.name == name;
}

// Whether the action hits the region, or spares it from being cut off.
bool concerns(const Action& action, const std::string& region) {
  const VerbInfo* verb = findVerb(action.verb);
  if (verb == nullptr) return false;
  const bool mayNameRegion = verb->target == ActionTarget::Region || appliesToRegions(action.verb);
  const Value* from = action.args.find("from");
  return (mayNameRegion && action.target == region) || (from != nullptr && *from == Value(region));
}

void removeRegion(Scenario& scenario, const std::string& name) {
  std::erase_if(scenario.groups, [&](const GroupSpec& group) { return isRegionNamed(group, name); });
  for (GroupSpec& group : scenario.groups)
    std::erase_if(group.links, [&](const auto& link) { return link.first == name; });
  if (scenario.findNode(name) != nullptr) return;
  std::erase_if(scenario.timeline, [&](const Action& action) { return concerns(action, name); });
}

}  // namespace

void removeEmptyGroups(Scenario& scenario) {
  std::vector<std::string> empty;
  for (const GroupSpec& group : scenario.groups)
    if (group.kind == "region" && group.members.empty()) empty.push_back(group.name);
  for (const std::string& name : empty) removeRegion(scenario, name);
  std::erase_if(scenario.groups, [](const GroupSpec& group) { return group.members.empty(); });
}

namespace edits {

Edit group(Names nodes, std::string name) {
  return [=](Scenario& scenario) -> Diagnostics {
    if (nodes.empty()) return {errorAt("regions", "a region needs members", "select nodes first")};
    if (Diagnostics problems = checkNewName(scenario, name); !problems.empty()) return problems;
    for (const std::string& node : nodes)
      if (scenario.findNode(node) == nullptr)
        return {errorAt("regions", "there is no node " + faultline::quoted(node))};
    for (GroupSpec& other : scenario.groups)
      if (other.kind == "region")
        std::erase_if(other.members, [&](const std::string& member) {
          return std::find(nodes.begin(), nodes.end(), member) != nodes.end();
        });
    removeEmptyGroups(scenario);
    GroupSpec region;
    region.name = name;
    region.kind = "region";
    region.members = nodes;
    scenario.groups.push_back(std::move(region));
    return {};
  };
}

Edit ungroup(std::string region) {
  return [=](Scenario& scenario) -> Diagnostics {
    if (scenario.findRegion(region) == nullptr)
      return {errorAt("regions", "there is no region " + faultline::quoted(region))};
    removeRegion(scenario, region);
    return {};
  };
}

Edit renameRegion(std::string from, std::string to) {
  return [=](Scenario& scenario) -> Diagnostics {
    if (from == to) return {};
    if (scenario.findRegion(from) == nullptr)
      return {errorAt("regions", "there is no region " + faultline::quoted(from))};
    if (Diagnostics problems = checkNewName(scenario, to); !problems.empty()) return problems;
    for (GroupSpec& group : scenario.groups) {
      if (isRegionNamed(group, from)) group.name = to;
      for (auto& [other, link] : group.links)
        if (other == from) other = to;
    }
    for (Action& action : scenario.timeline) {
      if (!concerns(action, from)) continue;
      if (action.target == from) action.target = to;
      if (const Value* other = action.args.find("from"); other != nullptr && *other == Value(from))
        action.args.set("from", Value(to));
    }
    return {};
  };
}

Edit addNote(NoteSpec note) {
  return [note = std::move(note)](Scenario& scenario) -> Diagnostics {
    if (note.text.empty()) return {errorAt("notes", "a note needs a text")};
    scenario.notes.push_back(note);
    return {};
  };
}

Edit changeNote(std::size_t index, NoteSpec note) {
  if (note.text.empty()) return removeNote(index);
  return [index, note = std::move(note)](Scenario& scenario) -> Diagnostics {
    if (index >= scenario.notes.size()) return {errorAt("notes", "there is no such note")};
    scenario.notes[index] = note;
    return {};
  };
}

Edit removeNote(std::size_t index) {
  return [index](Scenario& scenario) -> Diagnostics {
    if (index >= scenario.notes.size()) return {errorAt("notes", "there is no such note")};
    scenario.notes.erase(scenario.notes.begin() + static_cast<std::ptrdiff_t>(index));
    return {};
  };
}

}  // namespace edits
}  // namespace faultline

#include "teaching/seat.h"

#include <algorithm>

namespace faultline {
namespace {

// "app[2]" is told of app, "db.queries" of db; an arrow is its own place.
std::string placeOf(const std::string& target) {
  return target.find("->") != std::string::npos ? target : target.substr(0, target.find_first_of("[."));
}

void add(std::vector<std::string>& list, const std::string& name) {
  if (std::find(list.begin(), list.end(), name) == list.end()) list.push_back(name);
}

}  // namespace

std::uint64_t seedOfSeat(const Scenario& scenario, std::string_view seat) {
  // FNV-1a, then mixed with the scenario's own seed; seeds of scenarios fit 63 bits.
  std::uint64_t hash = 0xcbf29ce484222325ull;
  for (char c : seat) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ull;
  return (hash ^ (scenario.seed * 0x9e3779b97f4a7c15ull)) >> 8;
}

Scenario sealed(const Scenario& scenario) {
  Scenario shown = scenario;
  shown.timeline.clear();
  shown.expect.clear();
  shown.description.clear();
  shown.notes.clear();
  shown.lesson.clear();
  shown.challenge.reset();
  shown.recorded.reset();
  return shown;
}

std::vector<std::string> hiddenCauses(const Scenario& scenario) {
  const std::vector<std::string> known = places(scenario);
  const auto isNode = [&](const std::string& name) { return std::find(known.begin(), known.end(), name) != known.end(); };
  std::vector<std::string> causes;
  const Action* first = nullptr;
  for (const Action& action : scenario.timeline) {
    const std::string place = placeOf(action.target);
    const auto group = std::find_if(scenario.groups.begin(), scenario.groups.end(),
                                    [&](const GroupSpec& g) { return g.name == place; });
    if (!isNode(place) && group == scenario.groups.end()) continue;  // a note, or something done to the whole run
    if (first == nullptr) first = &action;
    if (action.at != first->at) break;
    add(causes, place);
    if (group == scenario.groups.end()) continue;
    for (const std::string& member : group->members) add(causes, member);
  }
  return causes;
}

std::vector<std::string> places(const Scenario& scenario) {
  std::vector<std::string> names;
  for (const NodeSpec& node : scenario.nodes) names.push_back(node.name);
  for (const EdgeSpec& edge : scenario.edges) names.push_back(edge.name());
  return names;
}

}  // namespace faultline

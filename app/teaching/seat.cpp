#include "teaching/seat.h"

#include <algorithm>

#include "model/actions.h"
#include "model/catalog.h"

namespace faultline {
namespace {

// "app[2]" is told of app, "db.queries" of db; an arrow is its own place.
std::string placeOf(const std::string& target) {
  return target.find("->") != std::string::npos ? target : target.substr(0, target.find_first_of("[."));
}

void add(std::vector<std::string>& list, const std::string& name) {
  if (std::find(list.begin(), list.end(), name) == list.end()) list.push_back(name);
}

bool has(const std::vector<std::string>& list, const std::string& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

const GroupSpec* groupNamed(const Scenario& scenario, const std::string& name) {
  const auto found =
      std::find_if(scenario.groups.begin(), scenario.groups.end(), [&](const GroupSpec& g) { return g.name == name; });
  return found == scenario.groups.end() ? nullptr : &*found;
}

// The first actions of the timeline that are done to a place, at one instant: not notes, nor what is done to the whole
// run.
std::vector<const Action*> firstFault(const Scenario& scenario) {
  const std::vector<std::string> known = places(scenario);
  std::vector<const Action*> first;
  for (const Action& action : scenario.timeline) {
    const std::string place = placeOf(action.target);
    if (!has(known, place) && groupNamed(scenario, place) == nullptr) continue;
    if (!first.empty() && action.at != first.front()->at) break;
    first.push_back(&action);
  }
  return first;
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
  std::vector<std::string> causes;
  for (const Action* action : firstFault(scenario)) {
    const std::string place = placeOf(action->target);
    add(causes, place);
    if (const GroupSpec* group = groupNamed(scenario, place))
      for (const std::string& member : group->members) add(causes, member);
  }
  return causes;
}

std::vector<std::string> hiddenVerbs(const Scenario& scenario) {
  std::vector<std::string> verbs;
  for (const Action* action : firstFault(scenario)) add(verbs, action->verb);
  return verbs;
}

std::vector<std::string> places(const Scenario& scenario) {
  std::vector<std::string> names;
  for (const NodeSpec& node : scenario.nodes) names.push_back(node.name);
  for (const EdgeSpec& edge : scenario.edges) names.push_back(edge.name());
  return names;
}

std::vector<std::string> verbsAt(const Scenario& scenario, const std::string& place) {
  const NodeSpec* node = scenario.findNode(place);
  const bool isEdge = node == nullptr;
  std::vector<std::string> verbs;
  for (const VerbInfo& verb : commonVerbs())
    if (verb.target == ActionTarget::Parameter || verb.target == (isEdge ? ActionTarget::Edge : ActionTarget::Node))
      verbs.emplace_back(verb.name);
  const ComponentInfo* kind = isEdge ? nullptr : findKind(node->kind);
  if (kind != nullptr)
    for (const ActionInfo& action : kind->actions) add(verbs, action.name);
  return verbs;
}

Try judged(const Scenario& scenario, const Guess& guess) {
  Try t;
  t.task = scenario.name;
  t.of = guess.verb.empty() ? 1 : 2;
  t.met = has(hiddenCauses(scenario), guess.place);
  t.met += !guess.verb.empty() && has(hiddenVerbs(scenario), guess.verb);
  t.passed = t.met == t.of;
  return t;
}

}  // namespace faultline

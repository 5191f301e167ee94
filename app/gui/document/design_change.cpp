#include "gui/document/design_change.h"

#include "gui/document/components.h"
#include "io/yaml_reader.h"
#include "model/problem.h"

namespace faultline {

namespace {

// Half-way between the nodes around it, or the nearest free place to that.
void placeInserted(Scenario& scenario, const Scenario& before) {
  for (const NodeSpec& node : scenario.nodes) {
    if (before.findNode(node.name) != nullptr || edits::placeOf(scenario, node.name) != nullptr) continue;
    const Point *from = nullptr, *to = nullptr;
    for (const EdgeSpec& edge : scenario.edges) {
      if (edge.to == node.name) from = edits::placeOf(scenario, edge.from);
      if (edge.from == node.name) to = edits::placeOf(scenario, edge.to);
    }
    // Without a layout the canvas finds a place for every node.
    if (from == nullptr || to == nullptr) continue;
    const Point middle{(from->x + to->x) / 2, (from->y + to->y) / 2};
    const Point place = freePlace(scenario, middle);
    scenario.layout.emplace_back(node.name, place);
  }
}

}  // namespace

Edit edits::applyChanges(std::vector<Change> changes) {
  return [changes = std::move(changes)](Scenario& scenario) -> Diagnostics {
    const ApplySetting set = [](Scenario& s, const std::string& setting) { return applySetting(s, setting); };
    std::optional<Scenario> after = changed(scenario, changes, set);
    if (!after) return {errorAt("", "the design is another one by now: " + labelOf(changes) + " does not fit it")};
    after->expect = scenario.expect;
    placeInserted(*after, scenario);
    scenario = std::move(*after);
    return {};
  };
}

std::string labelOf(const std::vector<Change>& changes) {
  std::string label;
  for (const Change& change : changes) label += (label.empty() ? "" : " + ") + change.label;
  return label;
}

double costOf(const std::vector<Change>& changes) {
  double cost = 0;
  for (const Change& change : changes) cost += change.cost;
  return cost;
}

}  // namespace faultline

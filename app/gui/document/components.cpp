#include "gui/document/components.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>

#include "gui/document/document.h"
#include "gui/document/naming.h"
#include "gui/document/selection.h"
#include "io/preset_catalog.h"
#include "model/catalog.h"
#include "model/problem.h"

namespace faultline {

namespace {

constexpr double kHalfCard = 82;
constexpr double kStep = 48;                   // two cells of the grid
constexpr double kCloseX = 150, kCloseY = 72;  // cards nearer than this cover one another

bool isTaken(const Scenario& scenario, Point place) {
  return std::any_of(scenario.layout.begin(), scenario.layout.end(), [&](const auto& entry) {
    return std::abs(entry.second.x - place.x) < kCloseX && std::abs(entry.second.y - place.y) < kCloseY;
  });
}

NodeSpec* nodeNamed(Scenario& scenario, const std::string& name) {
  for (NodeSpec& node : scenario.nodes)
    if (node.name == name) return &node;
  return nullptr;
}

}  // namespace

NodeSpec newComponent(const Scenario& scenario, const ComponentChoice& choice) {
  NodeSpec node;
  node.kind = choice.kind;
  if (const Preset* preset = findPreset(choice.preset); preset != nullptr && preset->kind == choice.kind) {
    node.preset = preset->name;
    node.inherited = preset->params;
  }
  node.name = edits::freeName(scenario, node.preset.empty() ? node.kind : node.preset);
  return node;
}

Point freePlace(const Scenario& scenario, Point wanted) {
  // Along growing squares around the wanted place, so that repeated additions stay in sight.
  for (int ring = 0; ring < 40; ++ring)
    for (int dy = -ring; dy <= ring; ++dy)
      for (int dx = -ring; dx <= ring; ++dx) {
        if (std::max(std::abs(dx), std::abs(dy)) != ring) continue;
        const Point place{wanted.x + dx * kStep * 4, wanted.y + dy * kStep * 2};
        if (!isTaken(scenario, place)) return place;
      }
  return wanted;
}

Diagnostics addComponent(Document& document, Selection& selection, const ComponentChoice& choice, Point place) {
  NodeSpec node = newComponent(document.scenario(), choice);
  const std::string name = node.name;
  Diagnostics problems =
      document.apply(QCoreApplication::translate("faultline", "Add %1").arg(QString::fromStdString(name)),
                     edits::addNode(std::move(node), place));
  if (!hasErrors(problems)) selection.set({name});
  return problems;
}

Diagnostics addConnected(Document& document, Selection& selection, const ComponentChoice& choice, Point place,
                         const std::string& node, bool asCallee) {
  NodeSpec added = newComponent(document.scenario(), choice);
  const std::string name = added.name;
  const Point centre = freePlace(document.scenario(), {place.x + (asCallee ? kHalfCard : -kHalfCard), place.y});
  const Edit arrow = asCallee ? edits::connect(node, name) : edits::connect(name, node);
  const Diagnostics problems =
      document.apply(QCoreApplication::translate("faultline", "Add %1").arg(QString::fromStdString(name)),
                     edits::together({edits::addNode(std::move(added), centre), arrow}));
  if (hasErrors(problems)) addComponent(document, selection, choice, centre);
  if (document.scenario().findNode(name) != nullptr) selection.set({name});
  return problems;
}

namespace edits {

Edit usePreset(Names nodes, std::string preset) {
  return [=](Scenario& scenario) -> Diagnostics {
    const Preset* found = findPreset(preset);
    for (const std::string& name : nodes) {
      NodeSpec* node = nodeNamed(scenario, name);
      if (node == nullptr) return {errorAt("nodes", "there is no node " + faultline::quoted(name))};
      if (!preset.empty() && (found == nullptr || found->kind != node->kind))
        return {errorAt("nodes." + name + ".preset", "there is no preset " + faultline::quoted(preset) +
                                                         " of the kind " + faultline::quoted(node->kind))};
      node->preset = preset;
      node->inherited = found == nullptr ? ValueMap{} : found->params;
    }
    return {};
  };
}

Edit addClass(std::string name) {
  return [=](Scenario& scenario) -> Diagnostics {
    if (Diagnostics problems = checkNewName(scenario, name); !problems.empty()) return problems;
    RequestClass added;
    added.name = name;
    scenario.classes.push_back(std::move(added));
    return {};
  };
}

Edit removeClass(std::string name) {
  return [=](Scenario& scenario) -> Diagnostics {
    const auto gone = std::erase_if(scenario.classes, [&](const RequestClass& c) { return c.name == name; });
    if (gone == 0) return {errorAt("classes", "there is no request class " + faultline::quoted(name))};
    return {};
  };
}

}  // namespace edits
}  // namespace faultline

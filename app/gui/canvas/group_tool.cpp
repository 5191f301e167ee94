#include "gui/canvas/group_tool.h"

#include <QCoreApplication>

#include "gui/canvas/canvas_scene.h"
#include "gui/canvas/group_item.h"
#include "gui/canvas/node_item.h"
#include "gui/document/document.h"
#include "gui/document/selection.h"

namespace faultline {

bool GroupTool::isHere(QPointF place) const {
  return scene_.nodeAt(place) == nullptr && scene_.edgeAt(place) == nullptr && scene_.groupAt(place) != nullptr;
}

QPointF GroupTool::take(QPointF place) {
  const GroupItem* group = scene_.groupAt(place);
  name_ = group->name();
  origins_.clear();
  for (const std::string& member : group->members())
    if (const NodeItem* node = scene_.node(member)) origins_[member] = node->pos();
  if (group->isRegion()) scene_.selection().setRegion(name_);
  return {};  // the distance is caught: members keep their places in the grid, or beside it
}

void GroupTool::show(QPointF offset) {
  std::vector<std::pair<std::string, QPointF>> places;
  for (const auto& [name, origin] : origins_) places.emplace_back(name, origin + offset);
  scene_.dragTo(places);
}

void GroupTool::putBack() {
  std::vector<std::string> names;
  for (const auto& [name, origin] : origins_) names.push_back(name);
  scene_.dropBack(names);
}

void GroupTool::drop(QPointF offset) {
  edits::Places places;
  for (const auto& [name, origin] : origins_)
    places.emplace_back(name, Point{origin.x() + offset.x(), origin.y() + offset.y()});
  scene_.apply(QCoreApplication::translate("GroupTool", "Move %1").arg(QString::fromStdString(name_)),
               edits::move(std::move(places)));
}

}  // namespace faultline

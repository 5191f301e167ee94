#include "gui/canvas/group_tool.h"

#include <QApplication>
#include <cmath>

#include "gui/canvas/canvas_scene.h"
#include "gui/canvas/group_item.h"
#include "gui/canvas/node_item.h"
#include "gui/canvas/select_tool.h"
#include "gui/document/document.h"
#include "gui/document/selection.h"

namespace faultline {

bool GroupTool::hover(const Pointer& pointer) {
  return scene_.nodeAt(pointer.scene) == nullptr && scene_.edgeAt(pointer.scene) == nullptr &&
         scene_.groupAt(pointer.scene) != nullptr;
}

bool GroupTool::press(const Pointer& pointer) {
  if (pointer.button != Qt::LeftButton || !hover(pointer)) return false;
  const GroupItem* group = scene_.groupAt(pointer.scene);
  start_ = pointer;
  name_ = group->name();
  offset_ = {};
  origins_.clear();
  for (const std::string& member : group->members())
    if (const NodeItem* node = scene_.node(member)) origins_[member] = node->pos();
  if (group->isRegion()) scene_.selection().setRegion(name_);
  return true;
}

void GroupTool::move(const Pointer& pointer) {
  const bool isFar = (pointer.view - start_.view).manhattanLength() >= QApplication::startDragDistance();
  if (offset_.isNull() && !isFar) return;
  const auto caught = [&](double x) {
    const double grid = SelectTool::kGrid;
    return pointer.modifiers & Qt::ControlModifier ? x : std::round(x / grid) * grid;
  };
  const QPointF wanted = pointer.scene - start_.scene;
  offset_ = QPointF(caught(wanted.x()), caught(wanted.y()));
  std::vector<std::pair<std::string, QPointF>> places;
  for (const auto& [name, origin] : origins_) places.emplace_back(name, origin + offset_);
  scene_.dragTo(places);
}

void GroupTool::release(const Pointer&) {
  if (offset_.isNull()) return;
  edits::Places places;
  for (const auto& [name, origin] : origins_)
    places.emplace_back(name, Point{origin.x() + offset_.x(), origin.y() + offset_.y()});
  scene_.apply(QCoreApplication::translate("GroupTool", "Move %1").arg(QString::fromStdString(name_)),
               edits::move(std::move(places)));
}

void GroupTool::cancel() {
  if (offset_.isNull()) return;
  std::vector<std::string> names;
  for (const auto& [name, origin] : origins_) names.push_back(name);
  scene_.dropBack(names);
  offset_ = {};
}

}  // namespace faultline

#include "gui/canvas/drag_tool.h"

#include <QApplication>
#include <cmath>

#include "gui/canvas/select_tool.h"

namespace faultline {

namespace {

QPointF onGrid(QPointF place) {
  constexpr double kGrid = SelectTool::kGrid;
  return {std::round(place.x() / kGrid) * kGrid, std::round(place.y() / kGrid) * kGrid};
}

}  // namespace

bool DragTool::press(const Pointer& pointer) {
  if (pointer.button != Qt::LeftButton || !isHere(pointer.scene)) return false;
  start_ = pointer;
  offset_ = {};
  isDragged_ = false;
  anchor_ = take(pointer.scene);
  return true;
}

void DragTool::move(const Pointer& pointer) {
  const bool isFar = (pointer.view - start_.view).manhattanLength() >= QApplication::startDragDistance();
  if (!isDragged_ && !isFar) return;
  isDragged_ = true;
  const QPointF wanted = anchor_ + pointer.scene - start_.scene;
  offset_ = (pointer.modifiers & Qt::ControlModifier ? wanted : onGrid(wanted)) - anchor_;
  show(offset_);
}

void DragTool::release(const Pointer&) {
  if (!offset_.isNull()) drop(offset_);
}

void DragTool::cancel() {
  if (isDragged_) putBack();
  offset_ = {};
  isDragged_ = false;
}

}  // namespace faultline

#include "gui/canvas/note_tool.h"

#include <QApplication>
#include <cmath>

#include "gui/canvas/canvas_scene.h"
#include "gui/canvas/note_item.h"
#include "gui/canvas/select_tool.h"
#include "gui/document/document.h"
#include "gui/document/drawing_edits.h"
#include "gui/document/selection.h"

namespace faultline {

bool NoteTool::hover(const Pointer& pointer) {
  return scene_.nodeAt(pointer.scene) == nullptr && scene_.noteAt(pointer.scene) != nullptr;
}

bool NoteTool::press(const Pointer& pointer) {
  if (pointer.button != Qt::LeftButton || !hover(pointer)) return false;
  const NoteItem* note = scene_.noteAt(pointer.scene);
  start_ = pointer;
  index_ = note->index();
  origin_ = note->pos();
  offset_ = {};
  scene_.selection().setNote(index_);
  return true;
}

void NoteTool::move(const Pointer& pointer) {
  const bool isFar = (pointer.view - start_.view).manhattanLength() >= QApplication::startDragDistance();
  NoteItem* note = scene_.note(index_);
  if (note == nullptr || (offset_.isNull() && !isFar)) return;
  QPointF to = origin_ + pointer.scene - start_.scene;
  const auto caught = [](double x) { return std::round(x / SelectTool::kGrid) * SelectTool::kGrid; };
  if (!(pointer.modifiers & Qt::ControlModifier)) to = QPointF(caught(to.x()), caught(to.y()));
  offset_ = to - origin_;
  note->setPos(to);
}

void NoteTool::release(const Pointer&) {
  const auto& notes = scene_.document().scenario().notes;
  if (offset_.isNull() || index_ < 0 || index_ >= static_cast<int>(notes.size())) return;
  NoteSpec moved = notes[static_cast<std::size_t>(index_)];
  moved.at = {origin_.x() + offset_.x(), origin_.y() + offset_.y()};
  scene_.apply(QCoreApplication::translate("NoteTool", "Move a note"),
               edits::changeNote(static_cast<std::size_t>(index_), std::move(moved)));
}

void NoteTool::cancel() {
  const auto& notes = scene_.document().scenario().notes;
  if (NoteItem* note = scene_.note(index_); note != nullptr && index_ < static_cast<int>(notes.size())) {
    const Point at = notes[static_cast<std::size_t>(index_)].at;
    note->setPos(at.x, at.y);
  }
  offset_ = {};
}

}  // namespace faultline

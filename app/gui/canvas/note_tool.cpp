#include "gui/canvas/note_tool.h"

#include <QCoreApplication>

#include "gui/canvas/canvas_scene.h"
#include "gui/canvas/note_item.h"
#include "gui/document/document.h"
#include "gui/document/drawing_edits.h"
#include "gui/document/selection.h"

namespace faultline {

bool NoteTool::isHere(QPointF place) const {
  return scene_.nodeAt(place) == nullptr && scene_.noteAt(place) != nullptr;
}

QPointF NoteTool::take(QPointF place) {
  const NoteItem* note = scene_.noteAt(place);
  index_ = note->index();
  origin_ = note->pos();
  scene_.selection().setNote(index_);
  return origin_;
}

void NoteTool::show(QPointF offset) {
  if (NoteItem* note = scene_.note(index_)) note->setPos(origin_ + offset);
}

void NoteTool::putBack() {
  const auto& notes = scene_.document().scenario().notes;
  NoteItem* note = scene_.note(index_);
  if (note == nullptr || index_ >= static_cast<int>(notes.size())) return;
  const Point at = notes[static_cast<std::size_t>(index_)].at;
  note->setPos(at.x, at.y);
}

void NoteTool::drop(QPointF offset) {
  const auto& notes = scene_.document().scenario().notes;
  if (index_ < 0 || index_ >= static_cast<int>(notes.size())) return;
  NoteSpec moved = notes[static_cast<std::size_t>(index_)];
  moved.at = {origin_.x() + offset.x(), origin_.y() + offset.y()};
  scene_.apply(QCoreApplication::translate("NoteTool", "Move a note"),
               edits::changeNote(static_cast<std::size_t>(index_), std::move(moved)));
}

}  // namespace faultline

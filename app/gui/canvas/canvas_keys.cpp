#include "gui/canvas/canvas_keys.h"

#include <QCoreApplication>
#include <QKeyEvent>
#include <algorithm>

#include "gui/canvas/canvas_scene.h"
#include "gui/canvas/canvas_view.h"
#include "gui/canvas/node_item.h"
#include "gui/canvas/note_item.h"
#include "gui/canvas/reading_order.h"
#include "gui/canvas/renaming.h"
#include "gui/canvas/select_tool.h"
#include "gui/document/document.h"
#include "gui/document/drawing_edits.h"
#include "gui/document/selection.h"

namespace faultline {

namespace {

constexpr int kPauseMs = 900;

QString movedText(std::size_t count, const std::string& first) {
  return count == 1 ? QCoreApplication::translate("CanvasKeys", "Move %1").arg(QString::fromStdString(first))
                    : QCoreApplication::translate("CanvasKeys", "Move %n nodes", nullptr, static_cast<int>(count));
}

}  // namespace

CanvasKeys::CanvasKeys(CanvasView& view) : view_(view) {
  pause_.setSingleShot(true);
  pause_.setInterval(kPauseMs);
  QObject::connect(&pause_, &QTimer::timeout, &view, [&view] { view.canvas().document().endMerging(); });
}

bool CanvasKeys::press(const QKeyEvent& event) {
  switch (event.key()) {
    case Qt::Key_Return:
    case Qt::Key_Enter:
      return view_.renaming().renameSelected();
    case Qt::Key_Left:
    case Qt::Key_Right:
    case Qt::Key_Up:
    case Qt::Key_Down:
      return arrow(event.key(), event.modifiers());
    default:
      return false;
  }
}

bool CanvasKeys::arrow(int key, Qt::KeyboardModifiers modifiers) {
  const CanvasScene& scene = view_.canvas();
  const Selection& selection = view_.canvas().selection();
  const QPointF direction = directionOf(key);
  if (modifiers & Qt::AltModifier) {
    CardPlaces places = scene.places();
    const std::string from = selection.nodes().empty() ? std::string() : *selection.nodes().begin();
    if (from.empty()) return step(1);
    if (const std::string next = nearestTowards(places, places.at(from), direction); !next.empty()) select(next);
    return true;
  }
  if (selection.nodes().empty() && selection.region().empty() && selection.note() < 0) return false;
  nudge(direction * (modifiers & Qt::ShiftModifier ? SelectTool::kGrid : 1));
  return true;
}

void CanvasKeys::nudge(QPointF by) {
  CanvasScene& scene = view_.canvas();
  const Selection& selection = scene.selection();
  pause_.start();
  if (const NoteItem* note = scene.note(selection.note())) {
    const auto index = static_cast<std::size_t>(selection.note());
    NoteSpec moved = scene.document().scenario().notes[index];
    moved.at = {note->pos().x() + by.x(), note->pos().y() + by.y()};
    scene.apply(QCoreApplication::translate("CanvasKeys", "Move a note"), edits::changeNote(index, moved),
                "nudge note");
    return;
  }
  edits::Names names = selection.nodeList();
  if (const GroupSpec* region = scene.document().scenario().findRegion(selection.region()); region && names.empty())
    names = region->members;
  if (names.empty()) return;
  edits::Places places;
  QByteArray key = "nudge";
  for (const std::string& name : names) {
    const NodeItem* item = scene.node(name);
    if (item == nullptr) continue;
    places.emplace_back(name, Point{item->pos().x() + by.x(), item->pos().y() + by.y()});
    key += ' ' + QByteArray::fromStdString(name);
  }
  const QString label = movedText(names.size(), names.front());
  scene.apply(label, edits::move(std::move(places)), key);
}

void CanvasKeys::select(const std::string& node) {
  view_.canvas().selection().set({node});
  view_.reveal(node);
}

bool CanvasKeys::step(int by) {
  const CardPlaces places = view_.canvas().places();
  const std::vector<std::string> order = readingOrder(places);
  if (order.empty()) return false;
  const auto& selected = view_.canvas().selection().nodes();
  const std::string from = selected.empty() ? std::string() : *selected.begin();
  if (!from.empty() && from == (by > 0 ? order.back() : order.front())) return false;
  select(neighbourInOrder(places, from, by));
  return true;
}

}  // namespace faultline

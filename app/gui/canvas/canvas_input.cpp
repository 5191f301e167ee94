#include <QGuiApplication>
#include <QKeyEvent>
#include <QMouseEvent>

#include "gui/canvas/canvas_keys.h"
#include "gui/canvas/canvas_scene.h"
#include "gui/canvas/canvas_view.h"
#include "gui/canvas/connect_tool.h"
#include "gui/canvas/edge_item.h"
#include "gui/canvas/group_item.h"
#include "gui/canvas/node_item.h"
#include "gui/canvas/note_item.h"
#include "gui/canvas/renaming.h"
#include "gui/document/document.h"
#include "gui/document/selection.h"

namespace faultline {

Pointer CanvasView::pointerAt(QPoint point, Qt::MouseButton button) const {
  return {viewportTransform().inverted().map(QPointF(point)), point, button, Qt::NoModifier, zoom()};
}

QPointF CanvasView::pointerPlace() const {
  const QPoint at = viewport()->mapFromGlobal(QCursor::pos());
  const bool isOver = viewport()->rect().contains(at) && underMouse();
  return pointerAt(isOver ? at : viewport()->rect().center()).scene;
}

void CanvasView::cancelGesture() {
  // While a tool applies its own edit it is no longer active.
  if (Tool* tool = std::exchange(active_, nullptr)) tool->cancel();
  viewport()->update();
}

bool CanvasView::connectSelected() {
  cancelGesture();
  if (!connecting_->begin(canvas_.selection().onlyNode())) return false;
  active_ = connecting_;
  setFocus();
  viewport()->update();
  return true;
}

void CanvasView::mousePressEvent(QMouseEvent* event) {
  setFocus();
  if (event->button() == Qt::MiddleButton || (event->button() == Qt::LeftButton && spaceHeld_)) {
    panning_ = true;
    panStart_ = event->pos();
    updateCursor();
    return;
  }
  canvas_.document().endMerging();
  hoverEdge({});
  Pointer pointer = pointerAt(event->pos(), event->button());
  pointer.modifiers = event->modifiers();
  if (active_ != nullptr && active_->press(pointer)) return viewport()->update();
  active_ = nullptr;
  for (const auto& tool : tools_)
    if (tool->press(pointer)) {
      active_ = tool.get();
      break;
    }
  updateCursor();
  viewport()->update();
}

void CanvasView::mouseMoveEvent(QMouseEvent* event) {
  lastPointer_ = event->pos();
  if (panning_) {
    moveBy(event->pos() - panStart_);
    panStart_ = event->pos();
    untouched_ = false;
    return;
  }
  Pointer pointer = pointerAt(event->pos());
  pointer.modifiers = event->modifiers();
  if (active_ == nullptr) return hover(pointer);
  active_->move(pointer);
  viewport()->update();
}

void CanvasView::hover(const Pointer& pointer) {
  Tool* under = nullptr;
  const bool changes = hovered_ != nullptr;
  for (const auto& tool : tools_)
    if (tool->hover(pointer)) {
      under = tool.get();
      break;
    }
  const EdgeItem* edge =
      under == nullptr && canvas_.nodeAt(pointer.scene) == nullptr ? canvas_.edgeAt(pointer.scene) : nullptr;
  hoverEdge(edge == nullptr ? std::string() : edge->name());
  hovered_ = under;
  if (changes || under != nullptr || edge != nullptr) viewport()->update();
  updateCursor();
}

void CanvasView::hoverEdge(const std::string& name) {
  if (name == hoveredEdge_) return;
  if (EdgeItem* before = canvas_.edge(hoveredEdge_)) before->setLit(false);
  hoveredEdge_ = name;
  if (EdgeItem* edge = canvas_.edge(name)) edge->setLit(true);
  viewport()->update();
}

void CanvasView::mouseReleaseEvent(QMouseEvent* event) {
  if (panning_) {
    panning_ = false;
    updateCursor();
    return;
  }
  Pointer pointer = pointerAt(event->pos(), event->button());
  pointer.modifiers = event->modifiers();
  if (Tool* tool = std::exchange(active_, nullptr)) tool->release(pointer);
  hover(pointer);
  viewport()->update();
}

void CanvasView::mouseDoubleClickEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  cancelGesture();
  const QPointF place = pointerAt(event->pos()).scene;
  if (const NodeItem* node = canvas_.nodeAt(place)) {
    canvas_.selection().set({node->name()});
    return renaming_->renameNode(node->name());
  }
  if (const EdgeItem* edge = canvas_.edgeAt(place)) return renaming_->relabelEdge(edge->name());
  if (const NoteItem* note = canvas_.noteAt(place)) return renaming_->editNote(note->index());
  if (const GroupItem* group = canvas_.groupAt(place); group != nullptr && group->isRegion())
    return renaming_->renameRegion(group->name());
  Q_EMIT groundDoubleClicked(place);
}

void CanvasView::keyPressEvent(QKeyEvent* event) {
  if (active_ != nullptr && active_->key(event->key(), event->modifiers())) {
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) active_ = nullptr;
    return viewport()->update();
  }
  if (event->key() == Qt::Key_Escape) {
    if (active_ != nullptr)
      cancelGesture();
    else
      canvas_.selection().clear();
    viewport()->update();
  } else if (event->key() == Qt::Key_Space && !event->isAutoRepeat()) {
    spaceHeld_ = true;
    updateCursor();
  } else if (!keys_->press(*event)) {
    event->ignore();  // arrows must not scroll
  }
}

void CanvasView::keyReleaseEvent(QKeyEvent* event) {
  if (event->key() != Qt::Key_Space || event->isAutoRepeat()) return QGraphicsView::keyReleaseEvent(event);
  spaceHeld_ = false;
  updateCursor();
}

bool CanvasView::focusNextPrevChild(bool next) {
  if (active_ != nullptr && active_->key(next ? Qt::Key_Tab : Qt::Key_Backtab, {})) {
    viewport()->update();
    return true;
  }
  return keys_->step(next ? 1 : -1) || QGraphicsView::focusNextPrevChild(next);
}

void CanvasView::updateCursor() {
  const Tool* tool = active_ != nullptr ? active_ : hovered_;
  viewport()->setCursor(panning_          ? Qt::ClosedHandCursor
                        : spaceHeld_      ? Qt::OpenHandCursor
                        : tool != nullptr ? tool->cursor()
                                          : Qt::ArrowCursor);
}

bool CanvasView::event(QEvent* event) {
  if (event->type() == QEvent::FocusOut || event->type() == QEvent::WindowDeactivate) {
    spaceHeld_ = false;
    updateCursor();
  }
  return QGraphicsView::event(event);
}

bool CanvasView::viewportEvent(QEvent* event) {
  if (event->type() == QEvent::Leave && active_ == nullptr) {
    for (const auto& tool : tools_) (void)tool->hover({QPointF(1e9, 1e9), {}, Qt::NoButton, {}, 1});
    hoverEdge({});
    hovered_ = nullptr;
    viewport()->update();
  }
  return QGraphicsView::viewportEvent(event);
}

}  // namespace faultline

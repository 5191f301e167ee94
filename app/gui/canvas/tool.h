// What the pointer does on the canvas: one tool is active and gets the pointer in scene coordinates. A tool ends in at
// most one edit of the document, on release; `cancel` (Escape, another tool) leaves no trace.
#pragma once

#include <QPoint>
#include <QPointF>
#include <Qt>

class QPainter;

namespace faultline {

struct Pointer {
  QPointF scene;
  QPoint view;
  Qt::MouseButton button = Qt::NoButton;
  Qt::KeyboardModifiers modifiers;
  double zoom = 1;
};

class Tool {
 public:
  virtual ~Tool() = default;
  // True when the tool wants the drag that may follow.
  virtual bool press(const Pointer& pointer) = 0;
  virtual void move(const Pointer& pointer) = 0;
  virtual void release(const Pointer& pointer) = 0;
  virtual void doubleClick(const Pointer&) {}
  virtual void cancel() = 0;
  // Over everything, in scene coordinates: rubber bands, guides, drafts.
  virtual void paint(QPainter&, double /*zoom*/) const {}
};

}  // namespace faultline

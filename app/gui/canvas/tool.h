// What the pointer does on the canvas. The view asks its tools in order; the first whose `press` says so gets the rest
// of the gesture, in scene coordinates. A gesture ends in at most one edit of the document, on release; `cancel`
// (Escape) leaves no trace.
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
  // True when the tool takes this press and the drag that may follow.
  virtual bool press(const Pointer& pointer) = 0;
  virtual void move(const Pointer& pointer) = 0;
  virtual void release(const Pointer& pointer) = 0;
  virtual void cancel() = 0;
  // The pointer passes with no button held. True when there is something here for this tool, which `cursor` tells.
  virtual bool hover(const Pointer&) { return false; }
  virtual Qt::CursorShape cursor() const { return Qt::ArrowCursor; }
  // A tool that the keyboard began gets the keys until it returns false.
  virtual bool key(int /*key*/, Qt::KeyboardModifiers) { return false; }
  // Over everything, in scene coordinates: rubber bands, guides, drafts.
  virtual void paint(QPainter&, double /*zoom*/) const {}
};

}  // namespace faultline

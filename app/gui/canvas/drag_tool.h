// Select what is drawn around the nodes and drag it: what frames and notes have in common. The grid catches it, unless
// Ctrl is held; the release is one edit.
#pragma once

#include "gui/canvas/tool.h"

namespace faultline {

class DragTool : public Tool {
 public:
  bool press(const Pointer& pointer) override;
  void move(const Pointer& pointer) override;
  void release(const Pointer& pointer) override;
  void cancel() override;
  bool hover(const Pointer& pointer) override { return isHere(pointer.scene); }
  Qt::CursorShape cursor() const override { return Qt::SizeAllCursor; }

 protected:
  virtual bool isHere(QPointF place) const = 0;
  // REQUIRES isHere(place). Selects it, remembers where it is, and returns the point that the grid catches.
  virtual QPointF take(QPointF place) = 0;
  // On the screen only.
  virtual void show(QPointF offset) = 0;
  // Where the document has it: it may have changed since.
  virtual void putBack() = 0;
  virtual void drop(QPointF offset) = 0;

 private:
  Pointer start_;
  QPointF anchor_, offset_;
  bool isDragged_ = false;
};

}  // namespace faultline

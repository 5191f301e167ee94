// Select a note and drag it.
#pragma once

#include "gui/canvas/tool.h"

namespace faultline {

class CanvasScene;

class NoteTool : public Tool {
 public:
  explicit NoteTool(CanvasScene& scene) : scene_(scene) {}

  bool press(const Pointer& pointer) override;
  void move(const Pointer& pointer) override;
  void release(const Pointer& pointer) override;
  void cancel() override;
  bool hover(const Pointer& pointer) override;
  Qt::CursorShape cursor() const override { return Qt::SizeAllCursor; }

 private:
  CanvasScene& scene_;
  Pointer start_;
  int index_ = -1;
  QPointF origin_, offset_;
};

}  // namespace faultline

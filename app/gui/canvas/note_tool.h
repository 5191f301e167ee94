// Select a note and drag it.
#pragma once

#include "gui/canvas/drag_tool.h"

namespace faultline {

class CanvasScene;

class NoteTool : public DragTool {
 public:
  explicit NoteTool(CanvasScene& scene) : scene_(scene) {}

 protected:
  bool isHere(QPointF place) const override;
  QPointF take(QPointF place) override;
  void show(QPointF offset) override;
  void putBack() override;
  void drop(QPointF offset) override;

 private:
  CanvasScene& scene_;
  int index_ = -1;
  QPointF origin_;
};

}  // namespace faultline

// Select a frame by its title or border and drag it: its members move with it.
#pragma once

#include <map>
#include <string>

#include "gui/canvas/drag_tool.h"

namespace faultline {

class CanvasScene;

class GroupTool : public DragTool {
 public:
  explicit GroupTool(CanvasScene& scene) : scene_(scene) {}

 protected:
  bool isHere(QPointF place) const override;
  QPointF take(QPointF place) override;
  void show(QPointF offset) override;
  void putBack() override;
  void drop(QPointF offset) override;

 private:
  CanvasScene& scene_;
  std::string name_;
  std::map<std::string, QPointF> origins_;
};

}  // namespace faultline

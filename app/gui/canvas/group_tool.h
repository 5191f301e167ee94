// Select a frame by its title or border and drag it: its members move with it.
#pragma once

#include <map>
#include <string>

#include "gui/canvas/tool.h"

namespace faultline {

class CanvasScene;

class GroupTool : public Tool {
 public:
  explicit GroupTool(CanvasScene& scene) : scene_(scene) {}

  bool press(const Pointer& pointer) override;
  void move(const Pointer& pointer) override;
  void release(const Pointer& pointer) override;
  void cancel() override;
  bool hover(const Pointer& pointer) override;
  Qt::CursorShape cursor() const override { return Qt::SizeAllCursor; }

 private:
  CanvasScene& scene_;
  Pointer start_;
  std::string name_;
  std::map<std::string, QPointF> origins_;
  QPointF offset_;
};

}  // namespace faultline

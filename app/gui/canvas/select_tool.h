// Select by click and rubber band, move by drag. Shift adds to the selection. A card that moves is caught by others
// that it lines up with, else by the grid; while Ctrl is held nothing catches it.
#pragma once

#include <QLineF>
#include <QRectF>
#include <map>
#include <string>
#include <vector>

#include "gui/canvas/tool.h"
#include "gui/document/selection.h"

namespace faultline {

class CanvasScene;

class SelectTool : public Tool {
 public:
  static constexpr double kGrid = 12;  // half of the drawn grid

  explicit SelectTool(CanvasScene& scene) : scene_(scene) {}

  bool press(const Pointer& pointer) override;
  void move(const Pointer& pointer) override;
  void release(const Pointer& pointer) override;
  void cancel() override;
  void paint(QPainter& painter, double zoom) const override;

 private:
  enum class State { Idle, Pressed, Moving, Banding };
  void beginMove();
  QPointF snapped(const Pointer& pointer);

  CanvasScene& scene_;
  State state_ = State::Idle;
  Pointer start_;
  std::string pressedNode_;
  bool wasSelected_ = false;
  std::map<std::string, QPointF> origins_;  // of the nodes that move
  QPointF offset_;
  std::vector<QLineF> guides_;
  QRectF band_;
  Selection::Names nodesBefore_, edgesBefore_;
};

}  // namespace faultline

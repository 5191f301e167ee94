// The canvas without a mouse: Tab goes through the cards in reading order, arrows move what is selected (by a pixel,
// with Shift by the grid), Alt and an arrow selects the nearest card on that side, Enter renames.
#pragma once

#include <QTimer>

class QKeyEvent;

namespace faultline {

class CanvasView;

class CanvasKeys {
 public:
  explicit CanvasKeys(CanvasView& view);

  // Whether the key was for the canvas.
  bool press(const QKeyEvent& event);
  // To the next card or, with -1, the previous one. False at the end, where the focus leaves the canvas.
  bool step(int by);

 private:
  bool arrow(int key, Qt::KeyboardModifiers modifiers);
  void nudge(QPointF by);
  void select(const std::string& node);

  CanvasView& view_;
  QTimer pause_;  // nudges without a pause between them are one gesture
};

}  // namespace faultline

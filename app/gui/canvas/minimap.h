// The whole system in a corner of the canvas, with what the view shows of it. A click or a drag goes there.
#pragma once

#include <QTimer>
#include <QWidget>

namespace faultline {

class CanvasView;

class Minimap : public QWidget {
  Q_OBJECT

 public:
  explicit Minimap(CanvasView& view);

  // Into the lower right corner of the view. Hidden where the view is small, and where it would only cover what is all
  // in sight anyway.
  void settle();
  void setWanted(bool wanted);
  bool isWanted() const { return wanted_; }

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;

 private:
  QRectF world() const;  // of the scene: what there is and what is shown
  QTransform toMap() const;
  void goTo(QPointF place);
  bool isInTheWay(const QRect& place) const;

  CanvasView& view_;
  QTimer refresh_;
  bool wanted_ = true;
};

}  // namespace faultline

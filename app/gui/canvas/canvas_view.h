// The view of the canvas: zoom, pan, and the painting of frames. Gestures go to the active tool.
//
// What stands still (grid, lines, cards) is kept as one pixmap and painted anew only when the scene or the view
// changes; dots, bars and numbers are painted over it on every frame. So a frame costs what moves, not what is there.
#pragma once

#include <QElapsedTimer>
#include <QGraphicsView>
#include <QPixmap>
#include <QTimer>
#include <memory>

#include "gui/canvas/tool.h"

namespace faultline {

class CanvasScene;

class CanvasView : public QGraphicsView {
  Q_OBJECT

 public:
  static constexpr double kLeastZoom = 0.1, kMostZoom = 4;

  explicit CanvasView(CanvasScene& scene, QWidget* parent = nullptr);
  ~CanvasView() override;

  CanvasScene& canvas() { return canvas_; }
  double zoom() const { return transform().m11(); }
  // Keeps the place under this point of the viewport where it is.
  void zoomAt(QPointF viewport, double factor);
  void setZoom(double zoom);
  void fit(const QRectF& rect);
  void fitAll();
  void fitSelection();

  // The tool that gets the pointer; the select tool when null.
  void setTool(std::unique_ptr<Tool> tool);
  Pointer pointerAt(QPoint viewport, Qt::MouseButton button = Qt::NoButton) const;

  // Dots stand still: for tests and pictures that must repeat.
  void setAnimated(bool animated);

 Q_SIGNALS:
  void zoomChanged(double zoom);
  // On a card, an arrow (by name) or, both empty, on the ground.
  void doubleClicked(const std::string& node, const std::string& edge, QPointF place);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void drawBackground(QPainter* painter, const QRectF& rect) override;
  void resizeEvent(QResizeEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void keyReleaseEvent(QKeyEvent* event) override;
  void scrollContentsBy(int dx, int dy) override;
  bool event(QEvent* event) override;

 private:
  void invalidateLayer();
  void paintLayer();
  void paintHint(QPainter& painter) const;
  void moveBy(QPointF viewportDistance);
  void animate();
  Tool& tool() { return custom_ ? *custom_ : *select_; }
  void updateCursor();

  CanvasScene& canvas_;
  std::unique_ptr<Tool> select_, custom_;
  QPixmap layer_;
  bool layerIsFresh_ = false;
  bool untouched_ = true;  // nobody zoomed or panned: a resize fits again
  bool panning_ = false, spaceHeld_ = false;
  QPoint panStart_;
  QTimer frames_;
  QElapsedTimer sinceFrame_;
  double scroll_ = 0;
  bool animated_ = true;
};

}  // namespace faultline

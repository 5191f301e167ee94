// The view of the canvas: zoom, pan, the painting of frames (canvas_view.cpp); pointer and keys, which go to the tools
// (canvas_input.cpp).
//
// What stands still (grid, lines, cards) is kept as one pixmap and painted anew only when the scene or the view
// changes; dots, bars and numbers are painted over it on every frame. So a frame costs what moves, not what is there.
#pragma once

#include <QElapsedTimer>
#include <QGraphicsView>
#include <QPixmap>
#include <QTimer>
#include <memory>
#include <string>
#include <vector>

#include "gui/canvas/tool.h"

namespace faultline {

class CanvasKeys;
class CanvasScene;
class ConnectTool;
class Minimap;
class Renaming;

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

  void showPlace(QPointF place);  // in the middle
  void reveal(const std::string& node);

  Renaming& renaming() { return *renaming_; }
  Minimap& minimap() { return *minimap_; }
  // An arrow from the selected card, by keys. False when there is nothing that it may call.
  bool connectSelected();
  // Ends what the pointer or the keyboard has begun, without a trace.
  void cancelGesture();

  // Where the pointer is while it is over the canvas, else the middle: where new things go.
  QPointF pointerPlace() const;
  Pointer pointerAt(QPoint viewport, Qt::MouseButton button = Qt::NoButton) const;

  // Dots stand still: for tests and pictures that must repeat.
  void setAnimated(bool animated);

 Q_SIGNALS:
  void zoomChanged(double zoom);
  void moved();  // other places are shown, or at another zoom
  void groundDoubleClicked(QPointF place);
  // An arrow from or to this node ended at a place where nothing is.
  void nodeWanted(const std::string& node, bool asCallee, QPointF place);

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
  bool viewportEvent(QEvent* event) override;
  bool focusNextPrevChild(bool next) override;

 private:
  void invalidateLayer();
  void paintLayer();
  void paintHint(QPainter& painter) const;
  void paintChips(QPainter& painter) const;
  void moveBy(QPointF viewportDistance);
  void viewMoved();
  void animate();
  void hover(const Pointer& pointer);
  void hoverEdge(const std::string& name);
  void updateCursor();

  CanvasScene& canvas_;
  std::vector<std::unique_ptr<Tool>> tools_;  // in the order in which they are asked
  ConnectTool* connecting_ = nullptr;         // one of them
  Tool* active_ = nullptr;                    // has the gesture
  Tool* hovered_ = nullptr;                   // would have it
  std::unique_ptr<CanvasKeys> keys_;
  Renaming* renaming_ = nullptr;
  Minimap* minimap_ = nullptr;
  std::string hoveredEdge_;
  QPoint lastPointer_;
  QPixmap layer_;
  bool layerIsFresh_ = false;
  bool untouched_ = true;  // nobody zoomed, panned or edited: a resize fits again
  bool panning_ = false, spaceHeld_ = false;
  QPoint panStart_;
  QTimer frames_;
  QElapsedTimer sinceFrame_;
  double scroll_ = 0;
  bool animated_ = true;
};

}  // namespace faultline

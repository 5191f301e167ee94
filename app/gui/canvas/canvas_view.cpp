#include "gui/canvas/canvas_view.h"

#include <QPainter>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "gui/canvas/canvas_keys.h"
#include "gui/canvas/canvas_scene.h"
#include "gui/canvas/chip.h"
#include "gui/canvas/connect_tool.h"
#include "gui/canvas/edge_item.h"
#include "gui/canvas/group_tool.h"
#include "gui/canvas/minimap.h"
#include "gui/canvas/node_item.h"
#include "gui/canvas/note_tool.h"
#include "gui/canvas/renaming.h"
#include "gui/canvas/select_tool.h"
#include "gui/document/document.h"
#include "gui/style/theme.h"

namespace faultline {

namespace {

constexpr double kGrid = 24;
constexpr double kGridZoom = 0.4;  // below it the dots of the grid would be a grey ground
constexpr int kFrameMs = 33;
constexpr double kMostFit = 1.25;  // a small system does not fill the window with giant cards

}  // namespace

CanvasView::CanvasView(CanvasScene& scene, QWidget* parent) : QGraphicsView(&scene, parent), canvas_(scene) {
  setObjectName(QStringLiteral("canvas"));
  setFrameShape(QFrame::NoFrame);
  setRenderHint(QPainter::Antialiasing);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setTransformationAnchor(NoAnchor);
  setResizeAnchor(NoAnchor);
  // Wide and fixed: one that grows with what is opened would clamp and move what was fitted a moment ago.
  setSceneRect(-50'000, -50'000, 100'000, 100'000);
  setViewportUpdateMode(NoViewportUpdate);  // paintEvent decides what is painted again
  viewport()->setMouseTracking(true);
  connect(&scene, &QGraphicsScene::changed, this, &CanvasView::invalidateLayer);
  connect(&scene, &CanvasScene::liveChanged, viewport(), [this] { viewport()->update(); });
  connect(&scene.document(), &Document::replaced, this, [this] {
    untouched_ = true;
    fitAll();
  });
  // What somebody has just placed stays under the pointer, whatever the panels around the canvas do.
  connect(&scene.document(), &Document::changed, this, [this] { untouched_ = false; });
  connect(&Theme::instance(), &Theme::changed, this, &CanvasView::invalidateLayer);
  connect(&frames_, &QTimer::timeout, this, &CanvasView::animate);
  frames_.start(kFrameMs);
  sinceFrame_.start();
  auto connecting = std::make_unique<ConnectTool>(scene, [this](const std::string& node, bool asCallee, QPointF place) {
    Q_EMIT nodeWanted(node, asCallee, place);
  });
  connecting_ = connecting.get();
  tools_.push_back(std::move(connecting));
  tools_.push_back(std::make_unique<NoteTool>(scene));
  tools_.push_back(std::make_unique<GroupTool>(scene));
  tools_.push_back(std::make_unique<SelectTool>(scene));
  keys_ = std::make_unique<CanvasKeys>(*this);
  renaming_ = new Renaming(*this);
  minimap_ = new Minimap(*this);
  // A gesture is about the document as it was when it began.
  connect(&scene.document(), &Document::changed, this, &CanvasView::cancelGesture);
  connect(&scene.document(), &Document::replaced, this, &CanvasView::cancelGesture);
}

CanvasView::~CanvasView() = default;

// ------------------------------------------------------------- painting

void CanvasView::invalidateLayer() {
  layerIsFresh_ = false;
  viewport()->update();
}

void CanvasView::paintLayer() {
  const double ratio = devicePixelRatioF();
  const QSize size = viewport()->size() * ratio;
  if (layer_.size() != size) layer_ = QPixmap(size);
  layer_.setDevicePixelRatio(ratio);
  QPainter painter(&layer_);
  painter.setRenderHint(QPainter::Antialiasing);
  const QRect port = viewport()->rect();
  painter.fillRect(port, colorOf(Tone::Canvas));
  render(&painter, QRectF(port), port, Qt::IgnoreAspectRatio);
  layerIsFresh_ = true;
}

void CanvasView::paintEvent(QPaintEvent*) {
  if (!layerIsFresh_ || layer_.devicePixelRatioF() != devicePixelRatioF()) paintLayer();
  QPainter painter(viewport());
  painter.drawPixmap(0, 0, layer_);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setWorldTransform(viewportTransform());
  const QRectF visible = mapToScene(viewport()->rect()).boundingRect();
  for (const auto& [name, edge] : canvas_.edges())
    if (edge->boundingRect().intersects(visible)) edge->paintLive(painter, zoom(), scroll_);
  for (const auto& [name, node] : canvas_.nodes()) {
    if (!node->sceneBoundingRect().intersects(visible)) continue;
    painter.translate(node->pos());
    node->paintLive(painter, zoom());
    painter.translate(-node->pos());
  }
  for (const auto& tool : tools_) tool->paint(painter, zoom());
  painter.resetTransform();
  if (canvas_.nodes().empty()) paintHint(painter);
  paintChips(painter);
}

void CanvasView::paintChips(QPainter& painter) const {
  if (const std::string& why = connecting_->refusal(); !why.empty())
    return paintChip(painter, QString::fromStdString(why), lastPointer_, viewport()->rect());
  if (const EdgeItem* edge = canvas_.edge(hoveredEdge_); edge != nullptr && active_ == nullptr)
    paintChip(painter, edge->hoverText(), lastPointer_, viewport()->rect());
}

void CanvasView::drawBackground(QPainter* painter, const QRectF& rect) {
  painter->fillRect(rect, colorOf(Tone::Canvas));
  if (zoom() < kGridZoom) return;
  QVector<QPointF> dots;
  for (double x = std::ceil(rect.left() / kGrid) * kGrid; x < rect.right(); x += kGrid)
    for (double y = std::ceil(rect.top() / kGrid) * kGrid; y < rect.bottom(); y += kGrid) dots << QPointF(x, y);
  QPen pen(Theme::instance().faint(Tone::Line, 0.8), 1.3);
  pen.setCosmetic(true);
  pen.setCapStyle(Qt::RoundCap);
  painter->setPen(pen);
  painter->drawPoints(dots.constData(), static_cast<int>(dots.size()));
}

void CanvasView::paintHint(QPainter& painter) const {
  painter.setPen(colorOf(Tone::Muted));
  painter.setFont(Theme::instance().font(faultline::Type::Name, 1.15));
  painter.drawText(viewport()->rect(), Qt::AlignCenter,
                   tr("Choose a scenario with Ctrl+E, or double-click here to add a component."));
}

void CanvasView::animate() {
  const double elapsed = static_cast<double>(sinceFrame_.restart()) / 1000;
  const RunBridge& run = canvas_.run();
  if (!animated_ || !isVisible() || !run.isLive() || run.state() != RunState::Running) return;
  // In slow motion the dots are slow too, but fast motion must stay readable.
  scroll_ += elapsed * std::min(1.0, run.speed());
  viewport()->update();
}

void CanvasView::setAnimated(bool animated) { animated_ = animated; }

// ------------------------------------------------------------- zoom and pan

void CanvasView::zoomAt(QPointF point, double factor) {
  const double to = std::clamp(zoom() * factor, kLeastZoom, kMostZoom);
  const QPointF before = viewportTransform().inverted().map(point);
  scale(to / zoom(), to / zoom());
  const QPointF after = viewportTransform().inverted().map(point);
  moveBy((after - before) * to);
  untouched_ = false;
  Q_EMIT zoomChanged(to);
}

void CanvasView::moveBy(QPointF distance) {
  // By the transform, in floating point: scroll bars know whole pixels only, and many steps of the wheel would drift.
  translate(distance.x() / zoom(), distance.y() / zoom());
  viewMoved();
}

void CanvasView::viewMoved() {
  invalidateLayer();
  Q_EMIT moved();
}

void CanvasView::setZoom(double to) { zoomAt(QRectF(viewport()->rect()).center(), to / zoom()); }

void CanvasView::fit(const QRectF& rect) {
  if (rect.isEmpty() || viewport()->size().isEmpty()) return;
  const double to = std::clamp(std::min(viewport()->width() / rect.width(), viewport()->height() / rect.height()),
                               kLeastZoom, kMostFit);
  setTransform(QTransform::fromScale(to, to));
  centerOn(rect.center());
  viewMoved();
  Q_EMIT zoomChanged(to);
}

void CanvasView::fitAll() {
  if (!canvas_.nodes().empty()) fit(canvas_.contentRect());
  untouched_ = true;
}

void CanvasView::fitSelection() {
  const std::vector<std::string> names = canvas_.selection().nodeList();
  if (names.empty()) return fitAll();
  fit(canvas_.contentRect(names));
  untouched_ = false;
}

void CanvasView::showPlace(QPointF place) {
  moveBy(QRectF(viewport()->rect()).center() - viewportTransform().map(place));
  untouched_ = false;
}

void CanvasView::reveal(const std::string& node) {
  const NodeItem* item = canvas_.node(node);
  if (item == nullptr) return;
  const QRectF card = viewportTransform().mapRect(item->sceneCard());
  if (!QRectF(viewport()->rect()).contains(card)) showPlace(item->pos());
}

void CanvasView::resizeEvent(QResizeEvent* event) {
  QGraphicsView::resizeEvent(event);
  viewMoved();
  if (untouched_) fitAll();
  if (minimap_ != nullptr) minimap_->settle();  // a first layout comes before there is one
}

void CanvasView::scrollContentsBy(int dx, int dy) {
  QGraphicsView::scrollContentsBy(dx, dy);  // it forgets its transform
  viewMoved();
}

void CanvasView::wheelEvent(QWheelEvent* event) {
  // A touch pad that scrolls both ways pans; the wheel zooms.
  if (!event->pixelDelta().isNull() && !(event->modifiers() & Qt::ControlModifier)) {
    moveBy(event->pixelDelta());
    untouched_ = false;
  } else {
    zoomAt(event->position(), std::pow(1.0015, event->angleDelta().y()));
  }
  event->accept();
}

}  // namespace faultline

#include "gui/canvas/minimap.h"

#include <QMouseEvent>
#include <QPainter>
#include <algorithm>

#include "gui/canvas/canvas_scene.h"
#include "gui/canvas/canvas_view.h"
#include "gui/canvas/group_item.h"
#include "gui/canvas/node_item.h"
#include "gui/style/theme.h"

namespace faultline {

namespace {

constexpr QSize kSize{152, 96}, kSmallView{520, 320};
constexpr int kAway = 12, kRefreshMs = 120;
constexpr double kPad = 6;

Tone toneOf(Health health) {
  switch (health) {
    case Health::Degraded:
      return Tone::Degraded;
    case Health::Failing:
      return Tone::Failing;
    case Health::Idle:
    case Health::Ok:
      break;
  }
  return Tone::Edge;
}

}  // namespace

Minimap::Minimap(CanvasView& view) : QWidget(&view), view_(view) {
  setObjectName(QStringLiteral("minimap"));
  setToolTip(tr("The whole system. Click or drag to go there (Ctrl+Shift+O hides it)."));
  setFixedSize(kSize);
  setCursor(Qt::PointingHandCursor);
  // It is a picture of pictures: a few times a second is enough, and many changes are one.
  refresh_.setSingleShot(true);
  refresh_.setInterval(kRefreshMs);
  connect(&refresh_, &QTimer::timeout, this, [this] {
    settle();
    update();
  });
  const auto later = [this] {
    if (!refresh_.isActive()) refresh_.start();
  };
  connect(&view.canvas(), &QGraphicsScene::changed, this, later);
  connect(&view.canvas(), &CanvasScene::liveChanged, this, later);
  connect(&view, &CanvasView::moved, this, later);
  settle();
}

void Minimap::settle() {
  const QSize port = view_.viewport()->size();
  const QRect place(QPoint(port.width() - width() - kAway, port.height() - height() - kAway), size());
  const bool fits = port.width() >= kSmallView.width() && port.height() >= kSmallView.height();
  setVisible(wanted_ && fits && !view_.canvas().nodes().empty() && !isInTheWay(place));
  move(place.topLeft());
}

// It is in the way of what is all in sight without it. The margin around that is no part of it: a fitted view ends with
// the margin, give or take a fraction of a pixel.
bool Minimap::isInTheWay(const QRect& place) const {
  const QTransform toScene = view_.viewportTransform().inverted();
  const QRectF seen = toScene.mapRect(QRectF(view_.viewport()->rect())), covered = toScene.mapRect(QRectF(place));
  CanvasScene& scene = view_.canvas();
  bool isCovering = false;
  for (const auto& [name, node] : scene.nodes()) {
    if (!seen.contains(node->sceneCard())) return false;
    // With what hangs below the card: the reason why it fails.
    isCovering = isCovering || node->sceneBoundingRect().intersects(covered);
  }
  for (const GroupItem* group : scene.groups()) {
    if (!seen.contains(group->frame())) return false;
    isCovering = isCovering || group->frame().intersects(covered);
  }
  return isCovering;
}

void Minimap::setWanted(bool wanted) {
  wanted_ = wanted;
  settle();
}

QRectF Minimap::world() const {
  const QRectF seen = view_.viewportTransform().inverted().mapRect(QRectF(view_.viewport()->rect()));
  return view_.canvas().nodes().empty() ? seen : seen | view_.canvas().contentRect();
}

QTransform Minimap::toMap() const {
  const QRectF all = world(), place = QRectF(rect()).adjusted(kPad, kPad, -kPad, -kPad);
  const double scale = std::min(place.width() / all.width(), place.height() / all.height());
  QTransform map;
  map.translate(place.center().x(), place.center().y());
  map.scale(scale, scale);
  map.translate(-all.center().x(), -all.center().y());
  return map;
}

void Minimap::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(QPen(colorOf(Tone::Line), 1));
  painter.setBrush(Theme::instance().faint(Tone::Panel, 0.92));
  painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
  const QTransform map = toMap();
  painter.setBrush(Theme::instance().faint(Tone::Line, 0.5));
  painter.setPen(Qt::NoPen);
  for (const GroupItem* group : view_.canvas().groups()) painter.drawRect(map.mapRect(group->frame()));
  for (const auto& [name, node] : view_.canvas().nodes()) {
    QRectF card = map.mapRect(node->sceneCard());
    if (card.width() < 3) card.setWidth(3);
    if (card.height() < 2) card.setHeight(2);
    painter.fillRect(card, colorOf(node->isMarked() ? Tone::Accent : toneOf(node->health())));
  }
  painter.setPen(QPen(colorOf(Tone::Accent), 1.4));
  painter.setBrush(Qt::NoBrush);
  painter.drawRoundedRect(map.mapRect(view_.viewportTransform().inverted().mapRect(QRectF(view_.viewport()->rect()))),
                          3, 3);
}

void Minimap::goTo(QPointF place) { view_.showPlace(toMap().inverted().map(place)); }

void Minimap::mousePressEvent(QMouseEvent* event) {
  if (event->button() == Qt::LeftButton) goTo(event->position());
}

void Minimap::mouseMoveEvent(QMouseEvent* event) {
  if (event->buttons() & Qt::LeftButton) goTo(event->position());
}

}  // namespace faultline

#include "gui/canvas/connect_tool.h"

#include <QApplication>
#include <QLineF>
#include <QPainter>
#include <algorithm>

#include "gui/canvas/canvas_scene.h"
#include "gui/canvas/edge_item.h"
#include "gui/canvas/node_item.h"
#include "gui/canvas/reading_order.h"
#include "gui/document/document.h"
#include "gui/document/selection.h"
#include "gui/style/theme.h"

namespace faultline {

namespace {

// In pixels of the screen: how near a port is meant, and how near a card catches the arrow.
constexpr double kPortReach = 9, kCatchReach = 24;

}  // namespace

ConnectTool::ConnectTool(CanvasScene& scene, NodeWanted nodeWanted)
    : scene_(scene), nodeWanted_(std::move(nodeWanted)) {}

ConnectTool::Port ConnectTool::portAt(const Pointer& pointer) const {
  const double reach = std::clamp(kPortReach / pointer.zoom, NodeItem::kPortRadius + 1, 16.0);
  const QRectF around(pointer.scene - QPointF(reach, reach), QSizeF(2 * reach, 2 * reach));
  for (QGraphicsItem* item : scene_.items(around, Qt::IntersectsItemBoundingRect)) {
    const auto* node = qgraphicsitem_cast<NodeItem*>(item);
    if (node == nullptr) continue;
    if (node->hasOutput() && QLineF(node->outputPort(), pointer.scene).length() <= reach) return {node->name(), true};
    if (node->hasInput() && QLineF(node->inputPort(), pointer.scene).length() <= reach) return {node->name(), false};
  }
  return {};
}

QPointF ConnectTool::placeOf(const Port& port) const {
  const NodeItem* node = scene_.node(port.node);
  if (node == nullptr) return tip_;
  return port.isOutput ? node->outputPort() : node->inputPort();
}

std::string ConnectTool::whyNot(const std::string& other) const {
  const Scenario& scenario = scene_.document().scenario();
  const std::string &caller = from_.isOutput ? from_.node : other, &callee = from_.isOutput ? other : from_.node;
  return edits::whyNotConnect(scenario, caller, callee, edits::freeLabel(scenario, caller, callee));
}

bool ConnectTool::hover(const Pointer& pointer) {
  hovered_ = portAt(pointer);
  return !hovered_.node.empty();
}

void ConnectTool::lightUp() {
  legal_.clear();
  for (const auto& [name, item] : scene_.nodes()) {
    const bool isLegal = name != from_.node && whyNot(name).empty();
    if (isLegal) legal_.insert(name);
    item->setLit(isLegal);
  }
}

bool ConnectTool::press(const Pointer& pointer) {
  if (byKeys_) {  // a click chooses as Enter does
    aim(pointer);
    isDragged_ = true;
    return true;
  }
  if (pointer.button != Qt::LeftButton) return false;
  from_ = portAt(pointer);
  if (from_.node.empty()) return false;
  start_ = pointer;
  tip_ = pointer.scene;
  isActive_ = true;
  isDragged_ = false;
  lightUp();
  return true;
}

bool ConnectTool::begin(const std::string& node) {
  if (scene_.node(node) == nullptr) return false;
  from_ = {node, true};
  lightUp();
  if (legal_.empty()) {
    end();
    return false;
  }
  isActive_ = byKeys_ = true;
  const auto order = readingOrder(scene_.places());
  const auto at = std::find(order.begin(), order.end(), node);
  const auto next = std::find_if(at, order.end(), [&](const std::string& n) { return legal_.contains(n); });
  target_ = next != order.end() ? *next : *legal_.begin();
  return true;
}

// The card under the pointer, else the nearest legal one in reach.
void ConnectTool::aim(const Pointer& pointer) {
  tip_ = pointer.scene;
  target_.clear();
  refusal_.clear();
  if (const NodeItem* under = scene_.nodeAt(pointer.scene); under != nullptr && under->name() != from_.node) {
    if (legal_.contains(under->name()))
      target_ = under->name();
    else
      refusal_ = whyNot(under->name());
    return;
  }
  const double reach = kCatchReach / pointer.zoom;
  double nearest = reach * 2;
  const QRectF around(pointer.scene - QPointF(reach, reach), QSizeF(2 * reach, 2 * reach));
  for (QGraphicsItem* item : scene_.items(around, Qt::IntersectsItemBoundingRect)) {
    const auto* node = qgraphicsitem_cast<NodeItem*>(item);
    if (node == nullptr || !legal_.contains(node->name())) continue;
    const double away = QLineF(placeOf({node->name(), !from_.isOutput}), pointer.scene).length();
    if (!target_.empty() && away >= nearest) continue;
    nearest = away;
    target_ = node->name();
  }
}

void ConnectTool::move(const Pointer& pointer) {
  if (!isActive_) return;
  isDragged_ = isDragged_ || (pointer.view - start_.view).manhattanLength() >= QApplication::startDragDistance();
  aim(pointer);
}

void ConnectTool::release(const Pointer& pointer) {
  if (!isActive_) return;
  const Port from = from_;
  const std::string target = target_;
  const bool isOnGround = target.empty() && scene_.nodeAt(pointer.scene) == nullptr;
  const bool isDragged = isDragged_, wasByKeys = byKeys_;
  if (isDragged && !target.empty()) connectTo(target);
  end();
  if (!isDragged) scene_.selection().set({from.node});
  if (isDragged && isOnGround && !wasByKeys) nodeWanted_(from.node, from.isOutput, pointer.scene);
}

void ConnectTool::connectTo(const std::string& other) {
  // Copies: the edit ends the gesture.
  const std::string caller = from_.isOutput ? from_.node : other, callee = from_.isOutput ? other : from_.node;
  const std::string label = edits::freeLabel(scene_.document().scenario(), caller, callee);
  const QString what = QString::fromStdString(caller) + QStringLiteral(" → ") + QString::fromStdString(callee);
  if (scene_.apply(QCoreApplication::translate("ConnectTool", "Connect %1").arg(what),
                   edits::connect(caller, callee, {}, label)))
    scene_.selection().set({}, {edgeName(caller, callee, label)});
}

void ConnectTool::cancel() {
  if (isActive_) end();
}

void ConnectTool::end() {
  isActive_ = byKeys_ = isDragged_ = false;
  target_.clear();
  refusal_.clear();
  legal_.clear();
  hovered_ = {};
  for (const auto& [name, item] : scene_.nodes()) item->setLit(false);
}

bool ConnectTool::key(int key, Qt::KeyboardModifiers) {
  if (!byKeys_) return false;
  const auto all = scene_.places();
  std::map<std::string, QPointF> places;
  for (const auto& [name, place] : all)
    if (legal_.contains(name)) places[name] = place;
  switch (key) {
    case Qt::Key_Return:
    case Qt::Key_Enter:
      connectTo(target_);
      end();
      return true;
    case Qt::Key_Tab:
    case Qt::Key_Backtab:
      target_ = neighbourInOrder(places, target_, key == Qt::Key_Tab ? 1 : -1);
      return true;
    case Qt::Key_Left:
    case Qt::Key_Right:
    case Qt::Key_Up:
    case Qt::Key_Down:
      if (const std::string next = nearestTowards(places, all.at(target_), directionOf(key)); !next.empty())
        target_ = next;
      return true;
    default:
      return false;
  }
}

void ConnectTool::paint(QPainter& painter, double zoom) const {
  const QColor accent = colorOf(Tone::Accent);
  if (!isActive_) {
    if (hovered_.node.empty() || scene_.node(hovered_.node) == nullptr) return;
    painter.setPen(QPen(accent, 2));
    painter.setBrush(colorOf(Tone::Canvas));
    const double radius = std::max(NodeItem::kPortRadius + 2, 6 / zoom);
    painter.drawEllipse(placeOf(hovered_), radius, radius);
    return;
  }
  painter.setPen(Qt::NoPen);
  painter.setBrush(Theme::instance().faint(Tone::Canvas, 0.6));
  for (const auto& [name, item] : scene_.nodes())
    if (name != from_.node && !legal_.contains(name)) painter.drawRoundedRect(item->sceneCard(), 9, 9);
  const QPointF a = placeOf(from_), b = target_.empty() ? tip_ : placeOf({target_, !from_.isOutput});
  const double reach = std::max(30.0, std::abs(b.x() - a.x()) / 2) * (from_.isOutput ? 1 : -1);
  QPainterPath path(a);
  path.cubicTo(a + QPointF(reach, 0), b - QPointF(reach, 0), b);
  QPen pen(accent, 2 / std::min(1.0, zoom));
  if (target_.empty()) pen.setDashPattern({4, 3});
  painter.setPen(pen);
  painter.setBrush(Qt::NoBrush);
  painter.drawPath(path);
  if (!target_.empty()) {
    painter.setPen(QPen(accent, 3));
    painter.drawRoundedRect(scene_.node(target_)->sceneCard().adjusted(-4, -4, 4, 4), 12, 12);
  }
  painter.setPen(Qt::NoPen);
  painter.setBrush(accent);
  painter.drawEllipse(b, 4, 4);
}

}  // namespace faultline

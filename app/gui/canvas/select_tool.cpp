#include "gui/canvas/select_tool.h"

#include <QApplication>
#include <QCoreApplication>
#include <QPainter>
#include <cmath>

#include "gui/canvas/alignment.h"
#include "gui/canvas/canvas_scene.h"
#include "gui/canvas/edge_item.h"
#include "gui/canvas/node_item.h"
#include "gui/document/document.h"
#include "gui/style/theme.h"

namespace faultline {

namespace {

constexpr double kCatch = 5;  // pixels of the screen

}  // namespace

bool SelectTool::press(const Pointer& pointer) {
  if (pointer.button != Qt::LeftButton) return false;
  start_ = pointer;
  Selection& selection = scene_.selection();
  nodesBefore_ = selection.nodes();
  edgesBefore_ = selection.edges();
  const bool adds = pointer.modifiers & Qt::ShiftModifier;
  pressedNode_.clear();
  if (NodeItem* node = scene_.nodeAt(pointer.scene)) {
    pressedNode_ = node->name();
    wasSelected_ = selection.nodes().contains(pressedNode_);
    if (!wasSelected_) {
      Selection::Names nodes = adds ? nodesBefore_ : Selection::Names{};
      nodes.insert(pressedNode_);
      selection.set(std::move(nodes), adds ? edgesBefore_ : Selection::Names{});
    }
    state_ = State::Pressed;
    return true;
  }
  if (EdgeItem* edge = scene_.edgeAt(pointer.scene)) {
    Selection::Names edges = adds ? edgesBefore_ : Selection::Names{};
    if (adds && edges.contains(edge->name()))
      edges.erase(edge->name());
    else
      edges.insert(edge->name());
    selection.set(adds ? nodesBefore_ : Selection::Names{}, std::move(edges));
    return true;
  }
  if (!adds) selection.clear();
  band_ = {};
  state_ = State::Banding;
  return true;
}

void SelectTool::beginMove() {
  origins_.clear();
  for (const std::string& name : scene_.selection().nodes())
    if (NodeItem* item = scene_.node(name)) origins_[name] = item->pos();
  state_ = State::Moving;
}

// The pressed card is what is caught; the others keep their distance to it.
QPointF SelectTool::snapped(const Pointer& pointer) {
  const QPointF wanted = pointer.scene - start_.scene;
  guides_.clear();
  if (pointer.modifiers & Qt::ControlModifier) return wanted;
  const QPointF origin = origins_.at(pressedNode_), to = origin + wanted;
  const auto caught = [](double x) { return std::round(x / kGrid) * kGrid; };
  std::vector<QPointF> others;
  for (const auto& [name, item] : scene_.nodes())
    if (!origins_.contains(name)) others.push_back(item->pos());
  const Alignment found = align(to, others, kCatch / pointer.zoom);
  guides_ = found.guides;
  return QPointF(found.isX ? found.place.x() : caught(to.x()), found.isY ? found.place.y() : caught(to.y())) - origin;
}

void SelectTool::move(const Pointer& pointer) {
  if (state_ == State::Pressed && (pointer.view - start_.view).manhattanLength() >= QApplication::startDragDistance())
    beginMove();
  if (state_ == State::Moving) {
    offset_ = snapped(pointer);
    std::vector<std::pair<std::string, QPointF>> places;
    for (const auto& [name, origin] : origins_) places.emplace_back(name, origin + offset_);
    scene_.dragTo(places);
  }
  if (state_ != State::Banding) return;
  band_ = QRectF(start_.scene, pointer.scene).normalized();
  const bool adds = pointer.modifiers & Qt::ShiftModifier;
  Selection::Names nodes = adds ? nodesBefore_ : Selection::Names{};
  for (const auto& [name, item] : scene_.nodes())
    if (band_.intersects(item->sceneCard())) nodes.insert(name);
  scene_.selection().set(std::move(nodes), adds ? edgesBefore_ : Selection::Names{});
}

void SelectTool::release(const Pointer& pointer) {
  const State state = std::exchange(state_, State::Idle);
  band_ = {};
  guides_.clear();
  Selection& selection = scene_.selection();
  if (state == State::Pressed && wasSelected_) {
    // A click on one of several selects it alone; with Shift it is taken out.
    Selection::Names nodes;
    if (pointer.modifiers & Qt::ShiftModifier) {
      nodes = selection.nodes();
      nodes.erase(pressedNode_);
      selection.set(std::move(nodes), selection.edges());
    } else {
      selection.set({pressedNode_});
    }
  }
  if (state != State::Moving || offset_.isNull()) return;
  edits::Places places;
  for (const auto& [name, origin] : origins_)
    places.emplace_back(name, Point{origin.x() + offset_.x(), origin.y() + offset_.y()});
  const QString label =
      places.size() == 1
          ? QCoreApplication::translate("SelectTool", "Move %1").arg(QString::fromStdString(places[0].first))
          : QCoreApplication::translate("SelectTool", "Move %n nodes", nullptr, static_cast<int>(places.size()));
  scene_.apply(label, edits::move(std::move(places)));
}

void SelectTool::cancel() {
  const State state = std::exchange(state_, State::Idle);
  if (state == State::Moving) {
    std::vector<std::string> names;
    for (const auto& [name, origin] : origins_) names.push_back(name);
    scene_.dropBack(names);
  }
  if (state == State::Banding) scene_.selection().set(nodesBefore_, edgesBefore_);
  band_ = {};
  guides_.clear();
}

void SelectTool::paint(QPainter& painter, double) const {
  QPen guide(colorOf(Tone::Accent), 1);
  guide.setCosmetic(true);
  painter.setPen(guide);
  for (const QLineF& line : guides_) {
    QLineF beyond = line;
    beyond.setLength(line.length() + NodeItem::kHeight);
    painter.drawLine(beyond);
  }
  if (band_.isNull()) return;
  QPen pen(colorOf(Tone::Accent), 1);
  pen.setCosmetic(true);
  painter.setPen(pen);
  painter.setBrush(Theme::instance().faint(Tone::Accent, 0.12));
  painter.drawRect(band_);
}

}  // namespace faultline

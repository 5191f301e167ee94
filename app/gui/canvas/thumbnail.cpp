#include "gui/canvas/thumbnail.h"

#include <QPainter>
#include <QStyleOptionGraphicsItem>
#include <algorithm>
#include <cmath>
#include <list>
#include <map>

#include "gui/canvas/edge_item.h"
#include "gui/canvas/node_item.h"
#include "gui/document/edits.h"
#include "gui/document/layered_layout.h"
#include "gui/style/theme.h"

namespace faultline {

namespace {

// Just below the zoom from which on cards have texts.
constexpr double kMostZoom = 0.98 * NodeItem::kSketchZoom;
constexpr double kGlyphShare = 0.62, kLeastGlyph = 9;

std::map<std::string, QPointF> placesOf(const Scenario& scenario) {
  std::map<std::string, QPointF> places;
  for (const auto& [name, place] : scenario.layout) places[name] = {place.x, place.y};
  const bool isComplete = std::all_of(scenario.nodes.begin(), scenario.nodes.end(),
                                      [&](const NodeSpec& node) { return places.contains(node.name); });
  if (!isComplete)
    for (const auto& [name, place] : layeredLayout(scenario)) places[name] = {place.x, place.y};
  return places;
}

std::list<EdgeItem> arrowsOf(const Scenario& scenario, const std::map<std::string, QRectF>& cards) {
  std::map<std::pair<std::string, std::string>, std::vector<EdgeItem*>> lanes;
  std::list<EdgeItem> arrows;
  for (const EdgeSpec& spec : scenario.edges) {
    if (!cards.contains(spec.from) || !cards.contains(spec.to)) continue;
    arrows.emplace_back(spec);
    lanes[std::minmax(spec.from, spec.to)].push_back(&arrows.back());
  }
  for (const auto& [ends, beside] : lanes)
    for (std::size_t i = 0; i < beside.size(); ++i)
      beside[i]->route(cards.at(beside[i]->from()), cards.at(beside[i]->to()), static_cast<int>(i),
                       static_cast<int>(beside.size()));
  return arrows;
}

}  // namespace

void paintThumbnail(QPainter& painter, const QRectF& target, const Scenario& scenario) {
  std::map<std::string, QRectF> cards;
  QRectF all;
  for (const auto& [name, place] : placesOf(scenario))
    if (scenario.findNode(name) != nullptr) all |= cards[name] = NodeItem::cardRect().translated(place);
  if (cards.empty()) return;
  const double zoom = std::min({kMostZoom, target.width() / all.width(), target.height() / all.height()});
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.translate(target.center());
  painter.scale(zoom, zoom);
  painter.translate(-all.center());
  QStyleOptionGraphicsItem option;
  for (EdgeItem& arrow : arrowsOf(scenario, cards)) arrow.paint(&painter, &option, nullptr);
  const double glyph = std::max(kLeastGlyph, NodeItem::kHeight * kGlyphShare * zoom);
  const double ratio = painter.device()->devicePixelRatioF();
  for (const NodeSpec& spec : scenario.nodes) {
    NodeItem card(spec);
    const QPointF centre = cards.at(spec.name).center();
    painter.save();
    painter.translate(centre);
    card.paint(&painter, &option, nullptr);
    painter.scale(1 / zoom, 1 / zoom);
    painter.drawPixmap(
        QPointF(-glyph / 2, -glyph / 2),
        Theme::instance().glyph(spec.kind, colorOf(Tone::Text), static_cast<int>(std::lround(glyph)), ratio));
    painter.restore();
  }
  painter.restore();
}

}  // namespace faultline

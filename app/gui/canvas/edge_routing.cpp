#include "gui/canvas/edge_routing.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include "gui/canvas/canvas_scene.h"
#include "gui/canvas/edge_item.h"
#include "gui/canvas/node_item.h"
#include "gui/document/document.h"

namespace faultline {

namespace {

// Wide enough for a pool, or at least for a rate.
constexpr QSizeF kLabelSizes[] = {{58, 13}, {32, 13}};

void hideDots(CanvasScene& scene) {
  std::vector<std::pair<QRectF, const std::string*>> all;
  for (const auto& [name, card] : scene.nodes()) all.emplace_back(card->sceneCard(), &name);
  for (const auto& [edgeName, item] : scene.edges()) {
    const QRectF around = item->boundingRect();
    std::vector<QRectF> cards;
    for (const auto& [card, name] : all)
      if (card.intersects(around) && *name != item->from() && *name != item->to()) cards.push_back(card);
    item->hideBehind(cards);
  }
}

// Rectangles by the cells of a grid that they touch: what is near is found without asking all.
class Places {
 public:
  void add(const QRectF& place) {
    each(place, [&](std::int64_t cell) {
      cells_[cell].push_back(place);
      return false;
    });
  }
  bool touches(const QRectF& place) const {
    return each(place, [&](std::int64_t cell) {
      const auto found = cells_.find(cell);
      if (found == cells_.end()) return false;
      return std::any_of(found->second.begin(), found->second.end(),
                         [&](const QRectF& other) { return other.intersects(place); });
    });
  }

 private:
  // Until `use` says true.
  template <class Use>
  static bool each(const QRectF& place, Use use) {
    constexpr double kCell = 96;
    const auto cell = [](double x) { return static_cast<std::int64_t>(std::floor(x / kCell)); };
    for (std::int64_t x = cell(place.left()); x <= cell(place.right()); ++x)
      for (std::int64_t y = cell(place.top()); y <= cell(place.bottom()); ++y)
        if (use(x * 1'000'003 + y)) return true;
    return false;
  }
  std::unordered_map<std::int64_t, std::vector<QRectF>> cells_;
};

// One after the other where it touches no card, no other label and no line. The labels of other edges stay.
void placeLabels(CanvasScene& scene, const std::vector<EdgeItem*>& edges) {
  for (EdgeItem* item : edges) item->placeLabel({});
  Places taken;
  for (const auto& [name, item] : scene.edges())
    if (!item->labelPlace().isEmpty()) taken.add(item->labelPlace());
  for (const auto& [name, card] : scene.nodes()) taken.add(card->sceneCard());
  const auto isFree = [&](const QRectF& place, const EdgeItem* owner) {
    if (taken.touches(place)) return false;
    for (QGraphicsItem* item : scene.items(place, Qt::IntersectsItemBoundingRect))
      if (const auto* other = qgraphicsitem_cast<EdgeItem*>(item))
        if (other->crosses(other == owner ? place.adjusted(-2, -2, 2, 2) : place.adjusted(-6, -6, 6, 6))) return false;
    return true;
  };
  for (EdgeItem* item : edges) {
    for (const QSizeF& size : kLabelSizes) {
      const std::vector<QRectF> places = item->labelCandidates(size);
      const auto free =
          std::find_if(places.begin(), places.end(), [&](const QRectF& place) { return isFree(place, item); });
      if (free == places.end()) continue;
      item->placeLabel(*free);
      taken.add(*free);
      break;
    }
  }
}

}  // namespace

void routeEdges(CanvasScene& scene, const std::vector<std::string>& nodes) {
  // Arrows between the same two cards, in either direction, run beside each other.
  std::map<std::pair<std::string_view, std::string_view>, std::vector<EdgeItem*>> lanes;
  for (const EdgeSpec& spec : scene.document().scenario().edges)
    if (EdgeItem* item = scene.edge(spec.name())) {
      const std::string_view a = item->from(), b = item->to();
      lanes[{std::min(a, b), std::max(a, b)}].push_back(item);
    }
  const auto isMoved = [&](std::string_view name) {
    return nodes.empty() || std::find(nodes.begin(), nodes.end(), name) != nodes.end();
  };
  std::vector<EdgeItem*> routed;
  for (const auto& [ends, items] : lanes) {
    if (!isMoved(ends.first) && !isMoved(ends.second)) continue;
    for (std::size_t i = 0; i < items.size(); ++i)
      items[i]->route(scene.node(items[i]->from())->sceneCard(), scene.node(items[i]->to())->sceneCard(),
                      static_cast<int>(i), static_cast<int>(items.size()));
    routed.insert(routed.end(), items.begin(), items.end());
  }
  placeLabels(scene, routed);
  hideDots(scene);
}

}  // namespace faultline

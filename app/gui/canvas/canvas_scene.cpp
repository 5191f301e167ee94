#include "gui/canvas/canvas_scene.h"

#include <algorithm>
#include <set>

#include "gui/canvas/edge_item.h"
#include "gui/canvas/node_item.h"
#include "gui/document/document.h"
#include "gui/document/layered_layout.h"
#include "gui/document/selection.h"
#include "gui/style/theme.h"

namespace faultline {

namespace {

// Wide enough that no view is ever clamped at its edge.
constexpr QRectF kWorld{-50'000, -50'000, 100'000, 100'000};
constexpr double kMargin = 48;
// Wide enough for a pool, or at least for a rate.
constexpr QSizeF kLabelSizes[] = {{58, 13}, {32, 13}};

}  // namespace

CanvasScene::CanvasScene(Document& document, Selection& selection, RunBridge& run, QObject* parent)
    : QGraphicsScene(kWorld, parent), document_(document), selection_(selection), run_(run) {
  connect(&document, &Document::replaced, this, &CanvasScene::rebuild);
  connect(&document, &Document::changed, this, &CanvasScene::follow);
  connect(&selection, &Selection::changed, this, &CanvasScene::markSelected);
  connect(&run, &RunBridge::runStarted, this, [this] { bound_ = false; });
  connect(&run, &RunBridge::samplesGrew, this, [this](int first) { bound_ = bound_ && first > 0; });
  connect(&run, &RunBridge::frameShown, this, &CanvasScene::show);
  connect(&Theme::instance(), &Theme::changed, this, [this] { update(); });
  rebuild();
}

NodeItem* CanvasScene::node(const std::string& name) const {
  const auto found = nodes_.find(name);
  return found == nodes_.end() ? nullptr : found->second;
}

EdgeItem* CanvasScene::edge(const std::string& name) const {
  const auto found = edges_.find(name);
  return found == edges_.end() ? nullptr : found->second;
}

NodeItem* CanvasScene::nodeAt(QPointF place) const {
  for (QGraphicsItem* item : items(place))
    if (auto* node = qgraphicsitem_cast<NodeItem*>(item)) return node;
  return nullptr;
}

EdgeItem* CanvasScene::edgeAt(QPointF place) const {
  for (QGraphicsItem* item : items(place))
    if (auto* edge = qgraphicsitem_cast<EdgeItem*>(item)) return edge;
  return nullptr;
}

QRectF CanvasScene::contentRect(const std::vector<std::string>& names) const {
  QRectF rect;
  for (const auto& [name, item] : nodes_)
    if (names.empty() || std::find(names.begin(), names.end(), name) != names.end()) rect |= item->sceneCard();
  return rect.adjusted(-kMargin, -kMargin, kMargin, kMargin);
}

// ------------------------------------------------------------- following the document

void CanvasScene::rebuild() {
  clear();
  nodes_.clear();
  edges_.clear();
  placeWithoutLayout();
  for (const NodeSpec& spec : document_.scenario().nodes) addNode(spec, placeOf(spec.name));
  for (const EdgeSpec& spec : document_.scenario().edges) addEdge(spec);
  routeEdges({});
  markSelected();
  bound_ = false;
  show(run_.shown());
}

// Scenarios that were written by hand need no layout: they get one on the screen, and in the file once a node is moved.
void CanvasScene::placeWithoutLayout() {
  unplaced_.clear();
  const Scenario& scenario = document_.scenario();
  std::set<std::string_view> placed;
  for (const auto& [name, place] : scenario.layout) placed.insert(name);
  if (std::all_of(scenario.nodes.begin(), scenario.nodes.end(),
                  [&](const NodeSpec& node) { return placed.contains(node.name); }))
    return;
  double below = 0;  // those that the layout forgot stand under the others
  for (const auto& [name, place] : scenario.layout) below = std::max(below, place.y + 2 * NodeItem::kHeight);
  const auto places = layeredLayout(scenario);
  double top = 0;
  for (const auto& [name, place] : places) top = std::min(top, place.y);
  for (const auto& [name, place] : places)
    if (!placed.contains(name)) unplaced_[name] = {place.x, placed.empty() ? place.y : place.y - top + below};
}

QPointF CanvasScene::placeOf(const std::string& name) const {
  if (const Point* place = edits::placeOf(document_.scenario(), name)) return {place->x, place->y};
  const auto found = unplaced_.find(name);
  return found == unplaced_.end() ? QPointF() : found->second;
}

void CanvasScene::addNode(const NodeSpec& spec, QPointF place) {
  if (nodes_.contains(spec.name)) return;  // a damaged file may name two nodes alike
  auto* item = new NodeItem(spec);
  item->setPos(place);
  addItem(item);
  nodes_[spec.name] = item;
}

void CanvasScene::addEdge(const EdgeSpec& spec) {
  if (edges_.contains(spec.name()) || !nodes_.contains(spec.from) || !nodes_.contains(spec.to)) return;
  auto* item = new EdgeItem(spec);
  addItem(item);
  edges_[spec.name()] = item;
}

void CanvasScene::removeEdge(const std::string& name) {
  const auto found = edges_.find(name);
  if (found == edges_.end()) return;
  delete found->second;
  edges_.erase(found);
}

void CanvasScene::follow(const ScenarioDiff& diff) {
  const Scenario& scenario = document_.scenario();
  // A new name runs through every arrow of the node: those are rare and cheap enough to make anew.
  if (!diff.renamedNodes.empty()) return rebuild();
  for (const std::string& name : diff.removedEdges) removeEdge(name);
  for (const std::string& name : diff.removedNodes) {
    delete node(name);
    nodes_.erase(name);
  }
  for (const NodeSpec& spec : scenario.nodes) {
    if (std::find(diff.addedNodes.begin(), diff.addedNodes.end(), spec.name) != diff.addedNodes.end())
      addNode(spec, placeOf(spec.name));
    else if (std::find(diff.changedNodes.begin(), diff.changedNodes.end(), spec.name) != diff.changedNodes.end())
      nodes_[spec.name]->setSpec(spec);
  }
  for (const EdgeSpec& spec : scenario.edges) {
    const std::string name = spec.name();
    if (EdgeItem* item = edge(name))
      item->setSpec(spec);
    else
      addEdge(spec);
  }
  for (const std::string& name : diff.movedNodes)
    if (NodeItem* item = node(name)) item->setPos(placeOf(name));
  if (diff.changesGraph())
    routeEdges({});
  else if (!diff.movedNodes.empty())
    routeEdges(diff.movedNodes);
  if (diff.changesGraph() || !diff.changedEdges.empty()) bound_ = false;
  markSelected();
  show(run_.shown());
}

void CanvasScene::dragTo(const std::vector<std::pair<std::string, QPointF>>& places) {
  std::vector<std::string> moved;
  for (const auto& [name, place] : places) {
    if (NodeItem* item = node(name)) item->setPos(place);
    moved.push_back(name);
  }
  routeEdges(moved);
}

void CanvasScene::routeEdges(const std::vector<std::string>& nodes) {
  // Arrows between the same two cards, in either direction, run beside each other.
  std::map<std::pair<std::string_view, std::string_view>, std::vector<EdgeItem*>> lanes;
  for (const EdgeSpec& spec : document_.scenario().edges)
    if (EdgeItem* item = edge(spec.name())) {
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
      items[i]->route(node(items[i]->from())->sceneCard(), node(items[i]->to())->sceneCard(), static_cast<int>(i),
                      static_cast<int>(items.size()));
    routed.insert(routed.end(), items.begin(), items.end());
  }
  placeLabels(routed);
  hideDots();
}

void CanvasScene::hideDots() {
  for (const auto& [edgeName, item] : edges_) {
    std::vector<QRectF> cards;
    for (const auto& [name, card] : nodes_)
      if (card->sceneCard().intersects(item->boundingRect()) && name != item->from() && name != item->to())
        cards.push_back(card->sceneCard());
    item->hideBehind(cards);
  }
}

// One after the other where it touches no card, no other label and no line. The labels of other edges stay.
void CanvasScene::placeLabels(const std::vector<EdgeItem*>& edges) {
  for (EdgeItem* item : edges) item->placeLabel({});
  std::vector<QRectF> taken;
  for (const auto& [name, item] : edges_)
    if (!item->labelPlace().isEmpty()) taken.push_back(item->labelPlace());
  const auto isFree = [&](const QRectF& place, const EdgeItem* owner) {
    for (const QRectF& other : taken)
      if (other.intersects(place)) return false;
    for (QGraphicsItem* item : items(place)) {
      if (const auto* other = qgraphicsitem_cast<EdgeItem*>(item))
        if (other != owner || owner->passes(place.adjusted(-2, -2, 2, 2))) return false;
      if (const auto* card = qgraphicsitem_cast<NodeItem*>(item); card && card->sceneCard().intersects(place))
        return false;
    }
    return true;
  };
  for (EdgeItem* item : edges) {
    for (const QSizeF& size : kLabelSizes) {
      const std::vector<QRectF> places = item->labelCandidates(size);
      const auto free =
          std::find_if(places.begin(), places.end(), [&](const QRectF& place) { return isFree(place, item); });
      if (free == places.end()) continue;
      item->placeLabel(*free);
      taken.push_back(*free);
      break;
    }
  }
}

void CanvasScene::markSelected() {
  for (const auto& [name, item] : nodes_) item->setMarked(selection_.nodes().contains(name));
  for (const auto& [name, item] : edges_) item->setMarked(selection_.edges().contains(name));
}

// ------------------------------------------------------------- showing the run

void CanvasScene::bind() {
  for (const auto& [name, item] : nodes_) item->bind(NodeFigures(run_, name));
  for (const auto& [name, item] : edges_) item->bind(EdgeFigures(run_, name));
  bound_ = true;
}

void CanvasScene::show(const Shown& shown) {
  if (!bound_) bind();
  for (const auto& [name, item] : nodes_) item->show(shown);
  for (const auto& [name, item] : edges_) item->show(shown);
  Q_EMIT liveChanged();
}

}  // namespace faultline

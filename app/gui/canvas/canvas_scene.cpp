#include "gui/canvas/canvas_scene.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "gui/canvas/edge_item.h"
#include "gui/canvas/edge_routing.h"
#include "gui/canvas/group_item.h"
#include "gui/canvas/node_item.h"
#include "gui/canvas/note_item.h"
#include "gui/document/document.h"
#include "gui/document/layered_layout.h"
#include "gui/document/selection.h"
#include "gui/style/theme.h"

namespace faultline {

namespace {

// Wide enough that no view is ever clamped at its edge.
constexpr QRectF kWorld{-50'000, -50'000, 100'000, 100'000};
constexpr double kMargin = 32;

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

GroupItem* CanvasScene::region(const std::string& name) const {
  for (GroupItem* item : groups_)
    if (item->isRegion() && item->name() == name) return item;
  return nullptr;
}

NoteItem* CanvasScene::note(int index) const {
  return index >= 0 && index < static_cast<int>(notes_.size()) ? notes_[static_cast<std::size_t>(index)] : nullptr;
}

GroupItem* CanvasScene::groupAt(QPointF place) const {
  for (QGraphicsItem* item : items(place))
    if (auto* group = qgraphicsitem_cast<GroupItem*>(item)) return group;
  return nullptr;
}

NoteItem* CanvasScene::noteAt(QPointF place) const {
  for (QGraphicsItem* item : items(place))
    if (auto* note = qgraphicsitem_cast<NoteItem*>(item)) return note;
  return nullptr;
}

std::map<std::string, QPointF> CanvasScene::places() const {
  std::map<std::string, QPointF> places;
  for (const auto& [name, item] : nodes_) places[name] = item->pos();
  return places;
}

bool CanvasScene::apply(const QString& label, const Edit& edit, const QByteArray& mergeKey) {
  const Diagnostics said = document_.apply(label, edit, mergeKey);
  if (!said.empty()) Q_EMIT refused(QString::fromStdString(said.front().message));
  return !hasErrors(said);
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
  if (names.empty()) {
    for (const GroupItem* item : groups_) rect |= item->frame();
    for (const NoteItem* item : notes_) rect |= item->sceneNote();
  }
  return rect.adjusted(-kMargin, -kMargin, kMargin, kMargin);
}

// ------------------------------------------------------------- following the document

void CanvasScene::rebuild() {
  clear();
  nodes_.clear();
  edges_.clear();
  groups_.clear();
  notes_.clear();
  placeWithoutLayout();
  std::unordered_map<std::string_view, Point> places;
  for (const auto& [name, place] : document_.scenario().layout) places.try_emplace(name, place);
  for (const NodeSpec& spec : document_.scenario().nodes) {
    const auto found = places.find(spec.name);
    addNode(spec, found == places.end() ? placeOf(spec.name) : QPointF(found->second.x, found->second.y));
  }
  for (const EdgeSpec& spec : document_.scenario().edges) addEdge(spec);
  routeEdges(*this, {});
  redraw();
  markSelected();
  bound_ = false;
  show(run_.shown());
}

// Frames and notes are few: they are made anew.
void CanvasScene::redraw() {
  for (GroupItem* item : groups_) delete item;
  for (NoteItem* item : notes_) delete item;
  groups_.clear();
  notes_.clear();
  for (const GroupSpec& spec : document_.scenario().groups) addItem(groups_.emplace_back(new GroupItem(spec)));
  const auto& notes = document_.scenario().notes;
  for (std::size_t i = 0; i < notes.size(); ++i)
    addItem(notes_.emplace_back(new NoteItem(notes[i], static_cast<int>(i))));
  surroundGroups();
}

void CanvasScene::surroundGroups() {
  for (GroupItem* group : groups_) {
    QRectF cards;
    for (const std::string& member : group->members())
      if (const NodeItem* item = node(member)) cards |= item->sceneCard();
    group->surround(cards);
  }
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
    routeEdges(*this, {});
  else if (!diff.movedNodes.empty())
    routeEdges(*this, diff.movedNodes);
  if (diff.changesGraph() || diff.notes)
    redraw();
  else if (!diff.movedNodes.empty())
    surroundGroups();
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
  routeEdges(*this, moved);
  surroundGroups();
}

void CanvasScene::dropBack(const std::vector<std::string>& names) {
  std::vector<std::pair<std::string, QPointF>> places;
  for (const std::string& name : names) places.emplace_back(name, placeOf(name));
  dragTo(places);
}

void CanvasScene::markSelected() {
  for (const auto& [name, item] : nodes_) item->setMarked(selection_.nodes().contains(name));
  for (const auto& [name, item] : edges_) item->setMarked(selection_.edges().contains(name));
  for (GroupItem* item : groups_) item->setMarked(item->isRegion() && item->name() == selection_.region());
  for (NoteItem* item : notes_) item->setMarked(item->index() == selection_.note());
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

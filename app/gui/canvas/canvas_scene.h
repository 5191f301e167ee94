// The scene of the canvas: mirrors the document into items and shows instants of the run on them. It owns no truth:
// what is dragged here moves only on the screen until a tool applies an edit to the document.
#pragma once

#include <QGraphicsScene>
#include <map>
#include <string>
#include <vector>

#include "gui/document/edits.h"
#include "gui/run/run_bridge.h"
#include "model/diff.h"

namespace faultline {

class Document;
class EdgeItem;
class GroupItem;
class NodeItem;
class NoteItem;
class Selection;

class CanvasScene : public QGraphicsScene {
  Q_OBJECT

 public:
  CanvasScene(Document& document, Selection& selection, RunBridge& run, QObject* parent = nullptr);

  Document& document() { return document_; }
  Selection& selection() { return selection_; }
  RunBridge& run() { return run_; }

  NodeItem* node(const std::string& name) const;
  EdgeItem* edge(const std::string& name) const;
  const std::map<std::string, NodeItem*>& nodes() const { return nodes_; }
  const std::map<std::string, EdgeItem*>& edges() const { return edges_; }
  const std::vector<GroupItem*>& groups() const { return groups_; }
  GroupItem* region(const std::string& name) const;
  NoteItem* note(int index) const;
  std::map<std::string, QPointF> places() const;  // of all cards
  // The topmost card, arrow, frame (by its title or border) or note at a place.
  NodeItem* nodeAt(QPointF place) const;
  EdgeItem* edgeAt(QPointF place) const;
  GroupItem* groupAt(QPointF place) const;
  NoteItem* noteAt(QPointF place) const;

  // Document::apply; what it says against the edit is told by `refused`. False when nothing changed.
  bool apply(const QString& label, const Edit& edit, const QByteArray& mergeKey = {});

  // Everything with a margin; the cards of these names only when there are any.
  QRectF contentRect(const std::vector<std::string>& names = {}) const;

  // Shows cards elsewhere while they are dragged; the document is not told.
  void dragTo(const std::vector<std::pair<std::string, QPointF>>& places);
  // Shows them where the document has them.
  void dropBack(const std::vector<std::string>& names);

 Q_SIGNALS:
  // Something that is painted on every frame changed; what stands still tells by QGraphicsScene::changed.
  void liveChanged();
  void refused(const QString& why);

 private:
  void rebuild();
  void follow(const ScenarioDiff& diff);
  void addNode(const NodeSpec& spec, QPointF place);
  void addEdge(const EdgeSpec& spec);
  void removeEdge(const std::string& name);
  QPointF placeOf(const std::string& name) const;
  void placeWithoutLayout();
  void redraw();
  void surroundGroups();
  void markSelected();
  void bind();
  void show(const Shown& shown);

  Document& document_;
  Selection& selection_;
  RunBridge& run_;
  std::map<std::string, NodeItem*> nodes_;
  std::map<std::string, EdgeItem*> edges_;
  std::vector<GroupItem*> groups_;
  std::vector<NoteItem*> notes_;
  std::map<std::string, QPointF> unplaced_;  // where nodes stand that the layout does not name
  bool bound_ = false;
};

}  // namespace faultline

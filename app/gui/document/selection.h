// What is selected: nodes and edges by name, or one region, or one note. Canvas, inspector and charts share it, so that
// none of them needs another.
//
// It follows the document: what is removed is no longer selected, what is renamed stays selected.
#pragma once

#include <QObject>
#include <set>
#include <string>
#include <vector>

namespace faultline {

class Document;

class Selection : public QObject {
  Q_OBJECT

 public:
  using Names = std::set<std::string>;
  explicit Selection(Document& document, QObject* parent = nullptr);

  const Names& nodes() const { return nodes_; }
  const Names& edges() const { return edges_; }
  bool isEmpty() const { return nodes_.empty() && edges_.empty(); }
  // A region by its name, a note by its index; while one is selected no node or edge is. Empty and -1 for none.
  const std::string& region() const { return region_; }
  int note() const { return note_; }
  // The node or edge when exactly one is selected, else empty.
  std::string onlyNode() const;
  std::string onlyEdge() const;
  std::vector<std::string> nodeList() const { return {nodes_.begin(), nodes_.end()}; }
  std::vector<std::string> edgeList() const { return {edges_.begin(), edges_.end()}; }

  void set(Names nodes, Names edges = {});
  void setRegion(std::string name);
  void setNote(int index);
  void clear() { set({}); }

 Q_SIGNALS:
  void changed();

 private:
  Document& document_;
  Names nodes_, edges_;
  std::string region_;
  int note_ = -1;
};

}  // namespace faultline

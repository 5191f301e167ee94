#include "gui/document/selection.h"

#include <algorithm>

#include "gui/document/document.h"

namespace faultline {

Selection::Selection(Document& document, QObject* parent) : QObject(parent), document_(document) {
  connect(&document, &Document::replaced, this, &Selection::clear);
  connect(&document, &Document::changed, this, [this](const ScenarioDiff& diff) {
    const Scenario& scenario = document_.scenario();
    if (!region_.empty() && scenario.findRegion(region_) == nullptr) return clear();
    if (note_ >= static_cast<int>(scenario.notes.size())) return clear();
    if (!region_.empty() || note_ >= 0) return;
    Names nodes = nodes_, edges;
    for (const auto& [from, to] : diff.renamedNodes)
      if (nodes.erase(from) > 0) nodes.insert(to);
    std::erase_if(nodes, [this](const std::string& name) { return document_.scenario().findNode(name) == nullptr; });
    for (const EdgeSpec& edge : document_.scenario().edges)
      if (edges_.contains(edge.name())) edges.insert(edge.name());
    set(std::move(nodes), std::move(edges));
  });
}

std::string Selection::onlyNode() const {
  return nodes_.size() == 1 && edges_.empty() ? *nodes_.begin() : std::string();
}
std::string Selection::onlyEdge() const {
  return edges_.size() == 1 && nodes_.empty() ? *edges_.begin() : std::string();
}

void Selection::set(Names nodes, Names edges) {
  if (nodes == nodes_ && edges == edges_ && region_.empty() && note_ < 0) return;
  region_.clear();
  note_ = -1;
  nodes_ = std::move(nodes);
  edges_ = std::move(edges);
  Q_EMIT changed();
}

void Selection::setRegion(std::string name) {
  if (name == region_) return;
  nodes_.clear();
  edges_.clear();
  note_ = -1;
  region_ = std::move(name);
  Q_EMIT changed();
}

void Selection::setNote(int index) {
  if (index == note_) return;
  nodes_.clear();
  edges_.clear();
  region_.clear();
  note_ = index;
  Q_EMIT changed();
}

}  // namespace faultline

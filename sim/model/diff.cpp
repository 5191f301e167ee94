#include "model/diff.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>

namespace faultline {

namespace {

using Names = std::map<std::string_view, std::size_t>;

template <class Items, class NameOf>
std::vector<std::string> namesOf(const Items& items, NameOf&& nameOf) {
  std::vector<std::string> names;
  for (const auto& item : items) names.push_back(nameOf(item));
  return names;
}

Names indexOf(const std::vector<std::string>& names) {
  Names index;
  for (std::size_t i = 0; i < names.size(); ++i) index.emplace(names[i], i);
  return index;
}

// Descends as long as both sides are maps; below that, the values are one change.
void compareMaps(const ValueMap& before, const ValueMap& after, const std::string& prefix, ParamChange& at,
                 std::vector<ParamChange>& changes) {
  const auto compare = [&](const std::string& key, const Value& a, const Value& b) {
    if (a == b) return;
    const std::string path = prefix.empty() ? key : prefix + '.' + key;
    const ValueMap *mapA = a.as<ValueMap>(), *mapB = b.as<ValueMap>();
    if (mapA && mapB) return compareMaps(*mapA, *mapB, path, at, changes);
    at.path = path;
    at.before = a;
    at.after = b;
    changes.push_back(at);
  };
  for (const auto& [key, value] : before.entries) {
    const Value* other = after.find(key);
    compare(key, value, other ? *other : Value{});
  }
  for (const auto& [key, value] : after.entries)
    if (before.find(key) == nullptr) compare(key, {}, value);
}

class Comparison {
 public:
  Comparison(const Scenario& before, const Scenario& after) : before_(before), after_(after) {}

  ScenarioDiff run() {
    compareNodes();
    compareEdges();
    compareLayout();
    d_.timeline = before_.timeline != after_.timeline;
    d_.groups = before_.groups != after_.groups;
    d_.notes = before_.notes != after_.notes;
    d_.classes = before_.classes != after_.classes;
    d_.settings = before_.duration != after_.duration || before_.warmup != after_.warmup ||
                  before_.sample != after_.sample || before_.seed != after_.seed ||
                  before_.maxCallsInFlight != after_.maxCallsInFlight;
    d_.texts = before_.name != after_.name || before_.description != after_.description ||
               before_.expect != after_.expect || before_.alerts != after_.alerts || before_.lesson != after_.lesson ||
               before_.challenge != after_.challenge || before_.recorded != after_.recorded ||
               before_.traces != after_.traces;
    return std::move(d_);
  }

 private:
  std::string newName(const std::string& name) const {
    for (const auto& [from, to] : d_.renamedNodes)
      if (from == name) return to;
    return name;
  }

  // A renamed node stands where it stood, and neither name is known on the other side.
  void findRenamed(const Names& old, const Names& fresh) {
    if (before_.nodes.size() != after_.nodes.size()) return;
    for (std::size_t i = 0; i < before_.nodes.size(); ++i) {
      const std::string &from = before_.nodes[i].name, &to = after_.nodes[i].name;
      if (from == to || fresh.contains(from) || old.contains(to) || before_.nodes[i].kind != after_.nodes[i].kind)
        continue;
      d_.renamedNodes.emplace_back(from, to);
    }
  }

  void compareParams(const std::string& owner, bool isEdge, const ValueMap& before, const ValueMap& after) {
    ParamChange change{owner, isEdge, {}, {}, {}};
    compareMaps(before, after, {}, change, d_.params);
  }

  void compareNodes() {
    const auto nameOf = [](const NodeSpec& node) { return node.name; };
    const auto oldNames = namesOf(before_.nodes, nameOf), newNames = namesOf(after_.nodes, nameOf);
    const Names old = indexOf(oldNames), fresh = indexOf(newNames);
    findRenamed(old, fresh);
    std::vector<std::string> renamed = oldNames;
    for (std::string& name : renamed) name = newName(name);
    const Names then = indexOf(renamed);
    std::size_t last = 0;
    for (std::size_t i = 0; i < after_.nodes.size(); ++i) {
      const NodeSpec& node = after_.nodes[i];
      const auto found = then.find(node.name);
      if (found == then.end()) {
        d_.addedNodes.push_back(node.name);
        continue;
      }
      d_.order = d_.order || found->second < last;
      last = found->second;
      const NodeSpec& was = before_.nodes[found->second];
      const bool otherKind = was.kind != node.kind || was.group != node.group;
      d_.kinds = d_.kinds || otherKind;
      const bool otherPreset = was.preset != node.preset || !(was.inherited == node.inherited);
      if (!otherKind && !otherPreset && was.params == node.params) continue;
      d_.changedNodes.push_back(node.name);
      // What counts differs: a parameter that is no longer written has the preset's value again.
      if (was.kind == node.kind) compareParams(node.name, false, was.allParams(), node.allParams());
    }
    for (const std::string& name : renamed)
      if (!fresh.contains(name)) d_.removedNodes.push_back(name);
  }

  void compareEdges() {
    const auto renamedEdge = [this](const EdgeSpec& edge) {
      EdgeSpec moved = edge;
      moved.from = newName(edge.from);
      moved.to = newName(edge.to);
      return moved.name();
    };
    const auto oldNames = namesOf(before_.edges, renamedEdge);
    const auto newNames = namesOf(after_.edges, [](const EdgeSpec& edge) { return edge.name(); });
    const Names old = indexOf(oldNames), fresh = indexOf(newNames);
    std::size_t last = 0;
    for (std::size_t i = 0; i < newNames.size(); ++i) {
      const auto found = old.find(newNames[i]);
      if (found == old.end()) {
        d_.addedEdges.push_back(newNames[i]);
        continue;
      }
      d_.order = d_.order || found->second < last;
      last = found->second;
      const ValueMap &was = before_.edges[found->second].policy, &is = after_.edges[i].policy;
      if (was == is) continue;
      d_.changedEdges.push_back(newNames[i]);
      compareParams(newNames[i], true, was, is);
    }
    for (std::size_t i = 0; i < oldNames.size(); ++i)
      if (!fresh.contains(oldNames[i])) d_.removedEdges.push_back(before_.edges[i].name());
  }

  void compareLayout() {
    std::map<std::string_view, Point> old;
    for (const auto& [name, point] : before_.layout) old.emplace(name, point);
    std::map<std::string_view, Point> fresh;
    for (const auto& [name, point] : after_.layout) fresh.emplace(name, point);
    const auto placeOf = [](const std::map<std::string_view, Point>& places, std::string_view name) {
      const auto found = places.find(name);
      return found == places.end() ? std::optional<Point>{} : std::optional<Point>{found->second};
    };
    std::map<std::string_view, std::string_view> oldName;
    for (const auto& [from, to] : d_.renamedNodes) oldName.emplace(to, from);
    for (const NodeSpec& node : after_.nodes) {
      const auto renamed = oldName.find(node.name);
      const std::string_view was = renamed == oldName.end() ? std::string_view(node.name) : renamed->second;
      if (placeOf(old, was) != placeOf(fresh, node.name)) d_.movedNodes.push_back(node.name);
    }
  }

  const Scenario& before_;
  const Scenario& after_;
  ScenarioDiff d_;
};

}  // namespace

bool ScenarioDiff::empty() const { return *this == ScenarioDiff{}; }

bool ScenarioDiff::changesGraph() const {
  return !addedNodes.empty() || !removedNodes.empty() || !renamedNodes.empty() || !addedEdges.empty() ||
         !removedEdges.empty() || kinds || order || groups;
}

ScenarioDiff diff(const Scenario& before, const Scenario& after) { return Comparison(before, after).run(); }

}  // namespace faultline

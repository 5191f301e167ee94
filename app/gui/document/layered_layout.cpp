#include "gui/document/layered_layout.h"

#include <algorithm>
#include <map>
#include <string_view>

namespace faultline {

namespace {

constexpr double kLayerDistance = 264;
constexpr double kRowDistance = 132;
constexpr int kSweeps = 12;

// Nodes, and points on arrows that pass through a layer, are both vertices.
struct Vertex {
  std::size_t layer = 0;
  double y = 0;
  double height = 1;  // in rows; points on arrows need less
  std::vector<std::size_t> before, after;
};

class Layout {
 public:
  explicit Layout(const Scenario& scenario) : vertices_(scenario.nodes.size()), count_(scenario.nodes.size()) {
    std::map<std::string_view, std::size_t> index;
    for (std::size_t i = 0; i < count_; ++i) index.emplace(scenario.nodes[i].name, i);
    callees_.resize(count_);
    for (const EdgeSpec& edge : scenario.edges) {
      const auto from = index.find(edge.from), to = index.find(edge.to);
      if (from == index.end() || to == index.end() || from->second == to->second) continue;
      callees_[from->second].push_back(to->second);
    }
  }

  std::vector<Point> run() {
    dropCycles();
    assignLayers();
    threadArrows();
    orderLayers();
    drawTogether();
    std::vector<Point> places;
    for (std::size_t i = 0; i < count_; ++i)
      places.push_back({static_cast<double>(vertices_[i].layer) * kLayerDistance, vertices_[i].y * kRowDistance});
    return places;
  }

 private:
  // Depth first with a stack of its own: scenarios may be long chains.
  void dropCycles() {
    enum class Mark { Fresh, Open, Done };
    std::vector<Mark> marks(count_, Mark::Fresh);
    std::vector<std::size_t> next(count_, 0), path;
    for (std::size_t root = 0; root < count_; ++root) {
      if (marks[root] != Mark::Fresh) continue;
      path.push_back(root);
      marks[root] = Mark::Open;
      while (!path.empty()) {
        const std::size_t node = path.back();
        if (next[node] == callees_[node].size()) {
          marks[node] = Mark::Done;
          finished_.push_back(node);
          path.pop_back();
          continue;
        }
        const std::size_t callee = callees_[node][next[node]];
        if (marks[callee] == Mark::Open) {
          callees_[node].erase(callees_[node].begin() + static_cast<std::ptrdiff_t>(next[node]));
          continue;
        }
        ++next[node];
        if (marks[callee] == Mark::Done) continue;
        marks[callee] = Mark::Open;
        path.push_back(callee);
      }
    }
  }

  void assignLayers() {
    // Finishing order backwards is a topological order.
    for (auto node = finished_.rbegin(); node != finished_.rend(); ++node)
      for (std::size_t callee : callees_[*node])
        vertices_[callee].layer = std::max(vertices_[callee].layer, vertices_[*node].layer + 1);
    // A caller that nobody calls stands right before what it calls.
    std::vector<bool> isCalled(count_, false);
    for (const auto& callees : callees_)
      for (std::size_t callee : callees) isCalled[callee] = true;
    for (std::size_t i = 0; i < count_; ++i) {
      if (isCalled[i] || callees_[i].empty()) continue;
      std::size_t nearest = vertices_[callees_[i][0]].layer;
      for (std::size_t callee : callees_[i]) nearest = std::min(nearest, vertices_[callee].layer);
      vertices_[i].layer = nearest - 1;
    }
  }

  void threadArrows() {
    for (std::size_t i = 0; i < count_; ++i) {
      for (std::size_t callee : callees_[i]) {
        std::size_t last = i;
        for (std::size_t layer = vertices_[i].layer + 1; layer < vertices_[callee].layer; ++layer) {
          vertices_.push_back({layer, 0, 0.5, {}, {}});
          join(last, vertices_.size() - 1);
          last = vertices_.size() - 1;
        }
        join(last, callee);
      }
    }
    for (std::size_t i = 0; i < vertices_.size(); ++i) {
      layers_.resize(std::max(layers_.size(), vertices_[i].layer + 1));
      layers_[vertices_[i].layer].push_back(i);
    }
  }

  void join(std::size_t from, std::size_t to) {
    vertices_[from].after.push_back(to);
    vertices_[to].before.push_back(from);
  }

  double meanOf(const std::vector<std::size_t>& neighbours, double otherwise) const {
    if (neighbours.empty()) return otherwise;
    double sum = 0;
    for (std::size_t neighbour : neighbours) sum += vertices_[neighbour].y;
    return sum / static_cast<double>(neighbours.size());
  }

  // One below the other in the order of the list, the layer centred on zero.
  void stack(const std::vector<std::size_t>& layer) {
    double height = 0;
    for (std::size_t v : layer) {
      vertices_[v].y = height + vertices_[v].height / 2;
      height += vertices_[v].height;
    }
    for (std::size_t v : layer) vertices_[v].y -= height / 2;
  }

  void orderLayers() {
    for (const auto& layer : layers_) stack(layer);
    for (int sweep = 0; sweep < kSweeps; ++sweep) {
      const bool forward = sweep % 2 == 0;
      for (std::size_t step = 0; step < layers_.size(); ++step) {
        std::vector<std::size_t>& layer = layers_[forward ? step : layers_.size() - 1 - step];
        std::vector<std::pair<double, std::size_t>> wanted;
        for (std::size_t v : layer)
          wanted.emplace_back(meanOf(forward ? vertices_[v].before : vertices_[v].after, vertices_[v].y), v);
        std::stable_sort(wanted.begin(), wanted.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
        for (std::size_t i = 0; i < layer.size(); ++i) layer[i] = wanted[i].second;
        stack(layer);
      }
    }
  }

  // Moves everything towards what it calls, or else towards its callers, without changing the order or coming too near.
  // A chain comes out straight that way; with the mean of both sides it would climb like stairs.
  void drawTogether() {
    for (int sweep = 0; sweep < kSweeps; ++sweep) {
      for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer) {
        for (std::size_t v : *layer) {
          Vertex& vertex = vertices_[v];
          vertex.y = vertex.after.empty() ? meanOf(vertex.before, vertex.y) : meanOf(vertex.after, vertex.y);
        }
        spread(*layer);
      }
    }
    double low = 0, high = 0;
    for (std::size_t i = 0; i < count_; ++i) {
      low = i == 0 ? vertices_[i].y : std::min(low, vertices_[i].y);
      high = i == 0 ? vertices_[i].y : std::max(high, vertices_[i].y);
    }
    for (Vertex& vertex : vertices_) vertex.y -= (low + high) / 2;
  }

  void spread(const std::vector<std::size_t>& layer) {
    // What overlaps is pushed down from the top and up from the bottom, and the mean of both is taken.
    std::vector<double> down, up(layer.size());
    for (std::size_t i = 0; i < layer.size(); ++i) {
      const Vertex& vertex = vertices_[layer[i]];
      down.push_back(i == 0 ? vertex.y : std::max(vertex.y, down[i - 1] + gap(layer[i - 1], layer[i])));
    }
    for (std::size_t i = layer.size(); i-- > 0;) {
      const Vertex& vertex = vertices_[layer[i]];
      up[i] = i + 1 == layer.size() ? vertex.y : std::min(vertex.y, up[i + 1] - gap(layer[i], layer[i + 1]));
    }
    for (std::size_t i = 0; i < layer.size(); ++i) vertices_[layer[i]].y = (down[i] + up[i]) / 2;
  }

  double gap(std::size_t a, std::size_t b) const { return (vertices_[a].height + vertices_[b].height) / 2; }

  std::vector<Vertex> vertices_;
  std::size_t count_;
  std::vector<std::vector<std::size_t>> callees_;
  std::vector<std::size_t> finished_;
  std::vector<std::vector<std::size_t>> layers_;
};

}  // namespace

std::vector<std::pair<std::string, Point>> layeredLayout(const Scenario& scenario) {
  const std::vector<Point> places = Layout(scenario).run();
  std::vector<std::pair<std::string, Point>> named;
  for (std::size_t i = 0; i < places.size(); ++i) named.emplace_back(scenario.nodes[i].name, places[i]);
  return named;
}

}  // namespace faultline

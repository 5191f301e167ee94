#include "model/graph.h"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/biconnected_components.hpp>
#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/connected_components.hpp>
#include <boost/graph/strong_components.hpp>

namespace faultline {
namespace {

using Directed = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;
using Undirected = boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS>;

template <class Graph>
Graph made(const Digraph& from) {
  Graph graph(from.nodes);
  for (const auto& [a, b] : from.edges) boost::add_edge(a, b, graph);
  return graph;
}

}  // namespace

std::vector<std::size_t> strongComponents(const Digraph& graph) {
  std::vector<std::size_t> component(graph.nodes);
  if (graph.nodes == 0) return component;
  const Directed g = made<Directed>(graph);
  boost::strong_components(g, boost::make_iterator_property_map(component.begin(), boost::get(boost::vertex_index, g)));
  return component;
}

std::vector<std::size_t> weakComponents(const Digraph& graph) {
  std::vector<std::size_t> component(graph.nodes);
  if (graph.nodes == 0) return component;
  const Undirected g = made<Undirected>(graph);
  boost::connected_components(g,
                              boost::make_iterator_property_map(component.begin(), boost::get(boost::vertex_index, g)));
  return component;
}

std::vector<bool> reachableFrom(const Digraph& graph, std::size_t start) {
  std::vector<bool> reached(graph.nodes, false);
  if (start >= graph.nodes) return reached;
  const Directed g = made<Directed>(graph);
  std::vector<boost::default_color_type> colour(graph.nodes);
  boost::breadth_first_search(
      g, start,
      boost::color_map(boost::make_iterator_property_map(colour.begin(), boost::get(boost::vertex_index, g))));
  for (std::size_t n = 0; n < graph.nodes; ++n) reached[n] = colour[n] != boost::white_color;
  return reached;
}

std::vector<std::size_t> articulationPoints(const Digraph& graph) {
  std::vector<std::size_t> points;
  const Undirected g = made<Undirected>(graph);
  boost::articulation_points(g, std::back_inserter(points));
  std::sort(points.begin(), points.end());
  points.erase(std::unique(points.begin(), points.end()), points.end());
  return points;
}

}  // namespace faultline

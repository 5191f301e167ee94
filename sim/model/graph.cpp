#include "model/graph.h"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/biconnected_components.hpp>
#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/connected_components.hpp>
#include <boost/graph/edmonds_karp_max_flow.hpp>
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

std::vector<bool> reachedWithout(const Digraph& graph, std::size_t start, std::size_t left) {
  Digraph rest{graph.nodes, {}};
  for (const auto& edge : graph.edges)
    if (edge.first != left && edge.second != left) rest.edges.push_back(edge);
  return reachableFrom(rest, start);
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

std::vector<std::size_t> unavoidable(const Digraph& graph, std::size_t from, std::size_t to) {
  std::vector<std::size_t> nodes;
  if (from >= graph.nodes || to >= graph.nodes || !reachableFrom(graph, from)[to]) return nodes;
  for (std::size_t n = 0; n < graph.nodes; ++n)
    if (n != from && n != to && !reachedWithout(graph, from, n)[to]) nodes.push_back(n);
  // On every way, so they follow each other in one order: who comes first reaches the others.
  std::sort(nodes.begin(), nodes.end(), [&](std::size_t a, std::size_t b) {
    return a != b && !reachedWithout(graph, from, a)[b];
  });
  return nodes;
}

Flow greatestFlow(const Digraph& graph, const std::vector<double>& capacity, std::size_t from, std::size_t to) {
  using Traits = boost::adjacency_list_traits<boost::vecS, boost::vecS, boost::directedS>;
  using Network = boost::adjacency_list<
      boost::vecS, boost::vecS, boost::directedS, boost::no_property,
      boost::property<boost::edge_capacity_t, double,
                      boost::property<boost::edge_residual_capacity_t, double,
                                      boost::property<boost::edge_reverse_t, Traits::edge_descriptor>>>>;
  Network network(graph.nodes);
  auto capacities = boost::get(boost::edge_capacity, network);
  auto reverse = boost::get(boost::edge_reverse, network);
  const auto residual = boost::get(boost::edge_residual_capacity, network);
  std::vector<Traits::edge_descriptor> there;
  for (std::size_t e = 0; e < graph.edges.size(); ++e) {
    const auto [a, b] = graph.edges[e];
    const auto forward = boost::add_edge(a, b, network).first, back = boost::add_edge(b, a, network).first;
    capacities[forward] = capacity[e];
    capacities[back] = 0;
    reverse[forward] = back;
    reverse[back] = forward;
    there.push_back(forward);
  }
  Flow flow;
  flow.value = boost::edmonds_karp_max_flow(network, from, to);
  Digraph left{graph.nodes, {}};
  for (std::size_t e = 0; e < there.size(); ++e) {
    if (residual[there[e]] > 0) left.edges.push_back(graph.edges[e]);
    if (residual[reverse[there[e]]] > 0) left.edges.emplace_back(graph.edges[e].second, graph.edges[e].first);
  }
  const std::vector<bool> side = reachableFrom(left, from);
  for (std::size_t e = 0; e < graph.edges.size(); ++e)
    if (side[graph.edges[e].first] && !side[graph.edges[e].second]) flow.cut.push_back(e);
  return flow;
}

}  // namespace faultline

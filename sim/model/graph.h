// Questions about directed graphs: the one place that knows Boost.Graph.
//
// Nodes are 0 .. nodes-1. Thread safety: pure functions. Determinism: answers depend on the numbers only.
// Complexity: linear in nodes and edges, unless said otherwise.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace faultline {

struct Digraph {
  std::size_t nodes = 0;
  std::vector<std::pair<std::size_t, std::size_t>> edges;
};

// The strongly connected component of every node. Components are numbered so that an edge between two of them leads
// from the higher number to the lower.
std::vector<std::size_t> strongComponents(const Digraph& graph);

// The part of every node: nodes that edges connect, whatever their direction, are in one. Parts are numbered from zero in
// the order of their first nodes.
std::vector<std::size_t> weakComponents(const Digraph& graph);

// Nodes that can be reached, the start included.
std::vector<bool> reachableFrom(const Digraph& graph, std::size_t start);

// Nodes without which the graph, its edges taken without direction, falls apart; ascending.
std::vector<std::size_t> articulationPoints(const Digraph& graph);

}  // namespace faultline

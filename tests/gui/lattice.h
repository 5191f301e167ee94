// Large systems for tests: columns of services, each calling the next column, behind a column of clients.
#pragma once

#include <string>

#include "model/scenario.h"

namespace faultline {

// Two arrows for each node that has a column behind it, four for the clients: 20 x 25 are 500 nodes and 1000 arrows.
inline Scenario lattice(int columns, int rows) {
  Scenario scenario;
  scenario.name = "lattice";
  scenario.duration = seconds(60);
  const auto name = [](int x, int y) { return "n" + std::to_string(x) + "_" + std::to_string(y); };
  for (int x = 0; x < columns; ++x)
    for (int y = 0; y < rows; ++y) {
      NodeSpec node;
      node.name = name(x, y);
      node.kind = x == 0 ? "client" : "service";
      scenario.nodes.push_back(std::move(node));
      scenario.layout.emplace_back(name(x, y), Point{x * 240.0, y * 130.0});
      for (int next = 0; next < (x == 0 ? 4 : 2) && x + 1 < columns; ++next) {
        EdgeSpec edge;
        edge.from = name(x, y);
        edge.to = name(x + 1, (y + next) % rows);
        scenario.edges.push_back(std::move(edge));
      }
    }
  return scenario;
}

}  // namespace faultline

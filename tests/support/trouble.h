// What no run may show, whatever its scenario does.
#pragma once

#include <cstdint>
#include <string>

#include "engine/simulation.h"
#include "support/bookkeeper.h"

namespace faultline {

// A run with its books.
struct Run {
  explicit Run(const Scenario& scenario) : simulation(scenario) { simulation.observe(&books); }
  // Advances until `until`, or until there were `mostEvents`.
  void go(SimTime until, std::uint64_t mostEvents = 60'000);

  Simulation simulation;
  Bookkeeper books;
};

// Books that do not balance, numbers that cannot be, reasons that nobody declared. Empty when all is well.
std::string troubleIn(const Run& run);

}  // namespace faultline

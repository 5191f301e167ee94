#include "cli/running.h"

#include <algorithm>
#include <chrono>

#include "cli/interruption.h"

namespace faultline::cli {
namespace {

// Advances in steps of about this much wall time, so that progress is shown and Ctrl-C noticed.
constexpr double kStepSeconds = 0.05;

}  // namespace

double advanceToEnd(Simulation& simulation, Progress* progress) {
  using Clock = std::chrono::steady_clock;
  const Duration total = simulation.scenario().duration;
  // From little upwards: nobody knows how much happens in a second of this scenario.
  Duration step = std::min(total, milliseconds(1));
  double wall = 0;
  while (simulation.now() < total && interruption() == 0) {
    const Clock::time_point start = Clock::now();
    const Simulation::Status status = simulation.advanceTo(std::min(total, simulation.now() + step));
    const double took = std::chrono::duration<double>(Clock::now() - start).count();
    wall += took;
    if (status != Simulation::Status::Running) break;
    if (took < kStepSeconds / 2) step.ns = std::min(step.ns * 2, total.ns);
    if (took > kStepSeconds * 2) step.ns = std::max<std::int64_t>(step.ns / 2, 1);
    if (progress != nullptr) progress->show(simulation.now(), simulation.events(), wall);
  }
  return wall;
}

}  // namespace faultline::cli

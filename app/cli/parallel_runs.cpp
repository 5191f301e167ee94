#include "cli/parallel_runs.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "cli/interruption.h"
#include "cli/running.h"

namespace faultline::cli {

Runner parallelRunner(SimTime healthyUntil) {
  return [healthyUntil](const std::vector<Scenario>& batch) {
    std::vector<RunFigures> figures(batch.size());
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
      for (std::size_t i = next++; i < batch.size() && interruption() == 0; i = next++) {
        Simulation simulation(batch[i]);
        advanceToEnd(simulation, nullptr);
        if (interruption() == 0) figures[i] = figuresOf(simulation, healthyUntil);
      }
    };
    const std::size_t cores = std::max(1u, std::thread::hardware_concurrency());
    {
      std::vector<std::jthread> others;
      for (std::size_t i = 1; i < std::min(cores, batch.size()); ++i) others.emplace_back(work);
      work();
    }
    if (interruption() != 0) figures.clear();
    return figures;
  };
}

}  // namespace faultline::cli

#include "session/work.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>

namespace faultline {

namespace {

// A cancellation should be noticed within about this long.
constexpr std::chrono::milliseconds kSlice{20};

bool advance(Simulation& simulation, SimTime until, const auto& isCancelled, const auto& tell) {
  using Clock = std::chrono::steady_clock;
  // From little upwards: nobody knows how much happens in a second of this scenario.
  Duration step = milliseconds(1);
  while (simulation.now() < until && !isCancelled()) {
    const Clock::time_point start = Clock::now();
    if (simulation.advanceTo(std::min(until, simulation.now() + step)) != Simulation::Status::Running) break;
    const auto took = Clock::now() - start;
    if (took < kSlice / 2) step = std::min(step * 2, seconds(600));
    if (took > kSlice * 2) step = std::max(Duration{step.ns / 2}, microseconds(1));
    tell();
  }
  return !isCancelled();
}

}  // namespace

bool advanceTo(Simulation& simulation, SimTime until, Work& work) {
  return advance(
      simulation, until, [&] { return work.cancelled.load(); },
      [&] { work.share = simulation.now().seconds() / std::max(until.seconds(), 1e-9); });
}

bool advanceTo(Simulation& simulation, SimTime until, const std::function<bool()>& isCancelled) {
  return advance(simulation, until, isCancelled, [] {});
}

void forAll(std::size_t count, std::size_t cores, const std::function<bool()>& isCancelled,
            const std::function<void(std::size_t)>& task) {
  std::atomic<std::size_t> next = 0;
  const auto run = [&] {
    for (std::size_t i = next++; i < count && !isCancelled(); i = next++) task(i);
  };
  std::vector<std::jthread> others;
  for (std::size_t i = 1; i < std::min(cores, count); ++i) others.emplace_back(run);
  run();
}

std::size_t allCores() { return std::max(1u, std::thread::hardware_concurrency()); }

Runner batchRunner(Batches how) {
  return [how = std::move(how)](const std::vector<Scenario>& batch) {
    std::vector<RunFigures> figures(batch.size());
    forAll(batch.size(), how.cores, how.isCancelled, [&](std::size_t i) {
      Simulation simulation(batch[i]);
      if (!advance(simulation, batch[i].duration, how.isCancelled, [] {})) return;
      figures[i] = figuresOf(simulation, how.healthyUntil);
      how.runEnded();
    });
    if (how.isCancelled()) figures.clear();
    return figures;
  };
}

Runner batchRunner(Work& work, std::size_t expected, SimTime healthyUntil) {
  Batches how;
  how.cores = std::max<std::size_t>(2, allCores()) - 1;
  how.healthyUntil = healthyUntil;
  how.isCancelled = [&work] { return work.cancelled.load(); };
  how.runEnded = [&work, expected, ended = std::make_shared<std::atomic<std::size_t>>(0)] {
    // Which batches are still to come is not known beforehand: nobody is told that all is done before it is.
    work.share = std::min(0.99, static_cast<double>(++*ended) / static_cast<double>(std::max<std::size_t>(1, expected)));
  };
  return batchRunner(std::move(how));
}

}  // namespace faultline

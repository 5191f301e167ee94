// The speed of the event queue and of whole runs, in steps of calibration.h. tests/bench/README.md says how to read it.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/random.h"
#include "calibration.h"
#include "engine/event_queue.h"
#include "engine/simulation.h"
#include "io/yaml_reader.h"

namespace faultline::bench {
namespace {

Scenario workload(const std::string& name, Duration duration) {
  Result<Scenario> read = readScenarioFile(FAULTLINE_SOURCE_DIR "/tests/bench/" + name + ".yaml");
  for (const Diagnostic& d : read.diagnostics) std::fprintf(stderr, "%s\n", toString(d).c_str());
  if (!read.ok()) std::exit(2);
  read.value.duration = duration;
  return std::move(read.value);
}

// Many of the same design in one scenario, each with luck of its own.
Scenario copies(const Scenario& one, int count) {
  Scenario many = one;
  many.nodes.clear();
  many.edges.clear();
  for (int i = 0; i < count; ++i) {
    const std::string prefix = "c" + std::to_string(i) + "_";
    for (NodeSpec node : one.nodes) {
      node.name = prefix + node.name;
      many.nodes.push_back(std::move(node));
    }
    for (EdgeSpec edge : one.edges) {
      edge.from = prefix + edge.from;
      edge.to = prefix + edge.to;
      many.edges.push_back(std::move(edge));
    }
  }
  return many;
}

// Measures calibration and work in turn, so that a neighbour on the machine slows both alike.
class InTurn {
 public:
  template <class Work>
  void measure(benchmark::State& state, Work&& work) {  // work returns how many units it did
    const double step = calibrationStep();
    const double start = cpuSeconds();
    const double units = work();
    const double seconds = cpuSeconds() - start;
    state.SetIterationTime(seconds);
    steps_.push_back(seconds / units / step);
    units_ += units;
  }
  void report(benchmark::State& state, const char* unit) {
    std::sort(steps_.begin(), steps_.end());
    state.counters[std::string("steps_per_") + unit] = steps_[steps_.size() / 2];
    state.counters[unit] = units_ / static_cast<double>(steps_.size());
  }

 private:
  std::vector<double> steps_;
  double units_ = 0;
};

// Wants every event and keeps nothing for it.
struct PlainOwner {
  bool wants(const Event&) const { return true; }
  void expect(const Event&, const Event&, const Event&) const {}
};

// Takes the earliest event and schedules one after an exponential time, so that as many are always pending.
void holdModel(benchmark::State& state) {
  const auto pending = static_cast<std::uint32_t>(state.range(0));
  EventQueue queue;
  RandomStream luck(1, "bench", "hold");
  const double mean = 1000.0 * pending;
  for (std::uint32_t i = 0; i < pending; ++i)
    queue.push(durationFromNs(luck.exponential() * mean), EventKind::Timer, i);
  InTurn turns;
  constexpr int kEvents = 300'000;
  for (auto _ : state)
    turns.measure(state, [&] {
      Event event{};
      for (int i = 0; i < kEvents && queue.pop(kNever, event, PlainOwner{}); ++i)
        queue.push({event.time + durationFromNs(luck.exponential() * mean).ns}, EventKind::Timer, event.slot());
      return static_cast<double>(kEvents);
    });
  turns.report(state, "event");
}
BENCHMARK(holdModel)->Arg(10)->Arg(1000)->Arg(100'000)->Arg(1'000'000)->UseManualTime()->Unit(benchmark::kMillisecond);

void run(benchmark::State& state, const Scenario& scenario, bool countAttempts) {
  InTurn turns;
  for (auto _ : state) {
    Simulation simulation(scenario);
    turns.measure(state, [&] {
      simulation.runToEnd();
      const Summary s = simulation.summary();
      return static_cast<double>(countAttempts ? s.attempts : s.requests.ok + s.requests.failed);
    });
    state.counters["events"] = static_cast<double>(simulation.events());
  }
  turns.report(state, countAttempts ? "attempt" : "request");
}

void w1(benchmark::State& state) { run(state, workload("w1", seconds(500'000)), false); }
void w2(benchmark::State& state) { run(state, workload("w2", seconds(250)), false); }
void w3(benchmark::State& state) { run(state, workload("w3", seconds(20)), true); }
void w2Times100(benchmark::State& state) { run(state, copies(workload("w2", seconds(3)), 100), false); }
BENCHMARK(w1)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK(w2)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK(w3)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK(w2Times100)->UseManualTime()->Unit(benchmark::kMillisecond);

// An overload with calls that nobody withdraws: the records in use at the worst moment, over the calls in flight then.
void memoryPerCall(benchmark::State& state) {
  const Scenario scenario = workload("w3", seconds(20));
  for (auto _ : state) {
    Simulation simulation(scenario);
    std::uint32_t most = 0;
    const double start = cpuSeconds();
    for (SimTime at = milliseconds(100); at <= scenario.duration; at += milliseconds(100)) {
      simulation.advanceTo(at);
      most = std::max(most, simulation.callsInFlight());
    }
    state.SetIterationTime(cpuSeconds() - start);
    state.counters["calls_in_flight"] = most;
    state.counters["bytes_per_call"] = static_cast<double>(simulation.peakCallBytes()) / most;
  }
}
BENCHMARK(memoryPerCall)->UseManualTime()->Unit(benchmark::kMillisecond)->Iterations(1);

}  // namespace
}  // namespace faultline::bench

BENCHMARK_MAIN();

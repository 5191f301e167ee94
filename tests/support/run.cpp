#include "support/run.h"

#include <QtGlobal>

namespace faultline {

std::string problemsOf(std::string_view yaml) {
  std::string text;
  for (const Diagnostic& d : readScenarioText(yaml, "test.yaml").diagnostics) text += toString(d) + "\n";
  return text;
}

Scenario scenarioOf(std::string_view yaml) {
  Result<Scenario> result = readScenarioText(yaml, "test.yaml");
  if (!result.ok()) qFatal("%s", problemsOf(yaml).c_str());
  return std::move(result.value);
}

Summary runText(std::string_view yaml) {
  Simulation simulation(scenarioOf(yaml));
  simulation.runToEnd();
  return simulation.summary();
}

Summary runText(std::string_view yaml, std::uint64_t seed) {
  Scenario scenario = scenarioOf(yaml);
  scenario.seed = seed;
  Simulation simulation(scenario);
  simulation.runToEnd();
  return simulation.summary();
}

const NodeSummary& nodeOf(const Summary& summary, std::string_view name) {
  for (const NodeSummary& n : summary.nodes)
    if (n.name == name) return n;
  qFatal("no node %s", std::string(name).c_str());
}

const EdgeSummary& edgeOf(const Summary& summary, std::string_view from, std::string_view to) {
  for (const EdgeSummary& e : summary.edges)
    if (e.from == from && e.to == to) return e;
  qFatal("no edge %s -> %s", std::string(from).c_str(), std::string(to).c_str());
}

const MetricSummary& metricOf(const NodeSummary& node, std::string_view name) {
  for (const MetricSummary& m : node.metrics)
    if (m.name == name) return m;
  qFatal("no metric %s", std::string(name).c_str());
}

std::uint64_t countOf(const OperationSummary& operations, std::string_view reason) {
  for (const auto& [name, count] : operations.byReason)
    if (name == reason) return count;
  return 0;
}

}  // namespace faultline

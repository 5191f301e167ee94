#include "engine/late_columns.h"

#include <algorithm>

#include "engine/engine.h"
#include "model/metric_columns.h"

namespace faultline {

LateColumns::LateColumns(const Engine& engine, Series& series)
    : engine_(engine),
      series_(series),
      born_(engine.failures.size()),
      operations_(engine.nodes.size()),
      instances_(engine.nodes.size()) {
  for (const NodeState& node : engine.nodes)
    for (std::size_t i = 0; i < node.instanceStats.size() && node.instanceStats.size() > 1; ++i)
      declareInstance(node, i);
}

void LateColumns::beginRow(double seconds) {
  seconds_ = seconds;
  for (const Column column : failures_) series_.columns[column].values.push_back(0);
}

LateColumns::Column LateColumns::declare(std::string name, const char* unit, double before, std::size_t rows) {
  series_.columns.push_back({std::move(name), unit, std::vector<double>(rows, before), before});
  return static_cast<Column>(series_.columns.size() - 1);
}

// ------------------------------------------------------------- instances

LateColumns::Column LateColumns::declareInstance(const NodeState& node, std::size_t instance) {
  if (instance >= kMostInstances || instanceCount_ == kMostInstancesOfAll) return 0;
  ++instanceCount_;
  const std::string owner = instanceName(node.name, instance);
  // The present row, if there is one, is still to come.
  const std::size_t rows = series_.times.empty() ? 0 : series_.times.size() - 1;
  const auto first = static_cast<Column>(series_.columns.size());
  for (const InstanceMetric& m : kInstanceMetrics) declare(owner + '.' + m.name, m.unit, kUnknown, rows);
  instances_[node.context.node()].push_back(first);
  return first;
}

void LateColumns::closeInstance(NodeState& node, std::size_t instance, Window& sum) {
  InstanceStats& stats = node.instanceStats[instance];
  const std::int64_t now = engine_.now.ns;
  const Window window{stats.inFlight.closeWindow(now), stats.busy.closeWindow(now), stats.servers.closeWindow(now),
                      stats.queue.closeWindow(now), stats.arrivals.closeWindow()};
  sum.inFlight += window.inFlight;
  sum.busy += window.busy;
  sum.servers += window.servers;
  sum.queue += window.queue;
  sum.arrivals += window.arrivals;
  if (node.instanceStats.size() < 2) return;
  const std::vector<Column>& columns = instances_[node.context.node()];
  const Column first = instance < columns.size() ? columns[instance] : declareInstance(node, instance);
  if (first == 0) return;
  const double windowNs = seconds_ * 1e9;
  // Those of kInstanceMetrics.
  const double values[] = {
      static_cast<double>(window.arrivals) / seconds_, static_cast<double>(window.inFlight) / windowNs,
      static_cast<double>(window.queue) / windowNs,
      window.servers != 0 ? static_cast<double>(window.busy) / static_cast<double>(window.servers) : 0};
  for (std::size_t m = 0; m < std::size(values); ++m) series_.columns[first + m].values.push_back(values[m]);
}

// ------------------------------------------------------------- failures

void LateColumns::put(Column& column, std::uint64_t count, const std::function<std::string()>& name) {
  if (column == 0) failures_.push_back(column = declare(name(), "/s", 0, series_.times.size()));
  series_.columns[column].values.back() = static_cast<double>(count) / seconds_;
}

std::string LateColumns::placeAndReason(std::size_t failure) const {
  const FailureInfo& info = engine_.failures[failure];
  return engine_.nodes[info.node].name + '.' + info.name;
}

void LateColumns::closeFailures(NodeState& node) {
  for (std::size_t r = 0; r < node.stats.reasons.size(); ++r) {
    Counter& counter = node.stats.reasons[r];
    if (counter.inWindow() == 0) continue;
    const std::uint64_t count = counter.closeWindow();
    const std::size_t failure = node.firstFailure + r;
    put(born_[failure], count, [&] { return node.name + ".failed." + engine_.failures[failure].name; });
  }
  closeOperations(node);
}

void LateColumns::closeOperations(NodeState& node) {
  const std::size_t classes = node.operations.size();
  const bool none = std::all_of(node.operations.begin(), node.operations.end(),
                                [](const OperationStats& o) { return o.failedLatency.window.empty(); });
  if (none) return;
  std::vector<ByFailure>& columns = operations_[node.context.node()];
  if (columns.empty()) columns.assign(classes + 1, ByFailure(engine_.failures.size()));
  for (std::size_t f = 1; f < engine_.failures.size(); ++f) {
    std::uint64_t sum = 0;
    for (std::size_t c = 0; c < classes; ++c) {
      const std::uint64_t count = node.operations[c].failures[f].closeWindow();
      if (count == 0) continue;
      sum += count;
      if (classes == 1) continue;
      put(columns[c][f], count,
          [&] { return node.name + '.' + engine_.scenario.classes[c].name + ".failed." + placeAndReason(f); });
    }
    if (sum != 0) put(columns[classes][f], sum, [&] { return node.name + ".failed." + placeAndReason(f); });
  }
}

}  // namespace faultline

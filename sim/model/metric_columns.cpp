#include "model/metric_columns.h"

#include <algorithm>

#include "model/catalog.h"
#include "model/price.h"
#include "model/validation.h"
#include "model/value_check.h"

namespace faultline {
namespace {

bool hasPrice(const NodeSpec& node) {
  const ValueMap params = node.allParams();
  for (const char* name : {kPriceName, kCallPriceName})
    if (const Value* price = params.find(name); price != nullptr && price->as<double>() && *price->as<double>() > 0)
      return true;
  return false;
}

// Null while its parameters are not sound.
std::shared_ptr<void> soundParams(const Scenario& scenario, const NodeSpec& node, const ComponentInfo& kind) {
  const ValueMap values = node.allParams();
  Diagnostics problems;
  checkFields(kind.params, values, {}, scenario, problems);
  return hasErrors(problems) ? nullptr : makeParams(kind, values);
}

std::size_t instancesOf(const Scenario& scenario, const NodeSpec& node, const ComponentInfo& kind) {
  if (kind.instances == nullptr) return 1;
  const std::shared_ptr<void> params = soundParams(scenario, node, kind);
  return params == nullptr ? 1 : static_cast<std::size_t>(std::max<std::int64_t>(1, kind.instances(params.get())));
}

class Columns {
 public:
  explicit Columns(const Scenario& scenario) : scenario_(scenario) {}

  void addNode(const NodeSpec& node, const ComponentInfo& kind) {
    if (kind.originates)
      addOrigin(node.name);
    else
      addServer(node.name);
    // A node shares CPU on a host, or among its own workers where its kind can be told its cores.
    if (!node.group.empty() || node.allParams().find("cores") != nullptr) add(node.name, "cpu", "cores");
    if (hasPrice(node)) add(node.name, "cost", "/h");
    for (const MetricInfo& m : metricsOf(scenario_, node, kind)) {
      if (m.type == MetricType::Timing) {
        add(node.name, std::string(m.name) + "_mean", "ms");
        add(node.name, std::string(m.name) + "_p99", "ms");
      } else {
        add(node.name, m.name, m.type == MetricType::Counter ? "/s" : m.unit);
      }
    }
  }

  void addEdge(const std::string& name, const EdgePolicy& policy) {
    for (const char* m : {"calls", "attempts", "failed", "timeouts"}) add(name, m, "/s");
    add(name, "latency_mean", "ms");
    if (policy.retry) add(name, "retries", "/s");
    if (!policy.pool) return;
    add(name, "pool_in_use", "1");
    add(name, "pool_waiting", "1");
    add(name, "acquire_mean", "ms");
    add(name, "acquire_p99", "ms");
  }

  void addInstances(const NodeSpec& node, const ComponentInfo& kind) {
    const std::size_t count = instancesOf(scenario_, node, kind);
    if (count < 2) return;
    for (std::size_t i = 0; i < std::min(count, kMostInstances) && instances_ < kMostInstancesOfAll; ++i, ++instances_)
      for (const InstanceMetric& m : kInstanceMetrics) add(instanceName(node.name, i), m.name, m.unit);
  }

  std::vector<MetricColumn> take() { return std::move(columns_); }

 private:
  void add(const std::string& owner, const std::string& metric, std::string unit) {
    columns_.push_back({owner + "." + metric, std::move(unit)});
  }

  void addOrigin(const std::string& name) {
    for (const char* m : {"offered", "ok", "goodput", "degraded", "failed", "late"}) add(name, m, "/s");
    add(name, "in_flight", "1");
    for (const char* m : kUserTimes) add(name, m, "ms");
    if (scenario_.classes.size() < 2) return;
    for (const RequestClass& c : scenario_.classes) {
      for (const char* m : kClassRates) add(name, c.name + '.' + m, "/s");
      for (const char* m : kUserTimes) add(name, c.name + '.' + m, "ms");
    }
  }

  void addServer(const std::string& name) {
    for (const char* m : {"arrivals", "ok", "failed"}) add(name, m, "/s");
    for (const char* m : {"in_flight", "queue", "queue_max"}) add(name, m, "1");
    add(name, "utilization", "ratio");
    for (const char* m :
         {"wait_p50", "wait_p99", "service_p50", "service_p99", "latency_p50", "latency_p95", "latency_p99"})
      add(name, m, "ms");
  }

  const Scenario& scenario_;
  std::vector<MetricColumn> columns_;
  std::size_t instances_ = 0;
};

}  // namespace

std::string instanceName(std::string_view node, std::size_t instance) {
  return std::string(node) + "[" + std::to_string(instance) + "]";
}

std::span<const MetricInfo> metricsOf(const Scenario& scenario, const NodeSpec& node, const ComponentInfo& kind) {
  if (kind.metricCount == nullptr) return kind.metrics;
  const std::shared_ptr<void> params = soundParams(scenario, node, kind);
  return params == nullptr ? kind.metrics : metricsOf(kind, params.get());
}

std::vector<MetricColumn> metricColumns(const Scenario& scenario) {
  Columns columns(scenario);
  const ScenarioIndex index(scenario);
  for (std::size_t i = 0; i < scenario.nodes.size(); ++i)
    if (index.kinds[i] != nullptr) columns.addNode(scenario.nodes[i], *index.kinds[i]);
  for (const ScenarioIndex::Arrow& arrow : index.arrows)
    columns.addEdge(scenario.edges[arrow.edge].name(), arrow.policy);
  for (std::size_t i = 0; i < scenario.nodes.size(); ++i)
    if (index.kinds[i] != nullptr) columns.addInstances(scenario.nodes[i], *index.kinds[i]);
  return columns.take();
}

}  // namespace faultline

#include "model/summary_metrics.h"

#include "model/catalog.h"
#include "model/metric_columns.h"
#include "model/validation.h"

namespace faultline {
namespace {

class Names {
 public:
  explicit Names(const Scenario& scenario) : scenario_(scenario) {}

  void addNode(const NodeSpec& node, const ComponentInfo& kind) {
    if (kind.originates) {
      addOperations(node.name);
      for (const RequestClass& c : scenario_.classes) addOperations(node.name + "." + c.name);
    } else {
      addServer(node.name);
    }
    for (const MetricInfo& m : metricsOf(scenario_, node, kind)) addMetric(node.name, m);
  }

  void addEdge(const std::string& name, const EdgePolicy& policy) {
    for (const char* rate : kEdgeRates) add(name, rate, "/s");
    add(name, "latency_mean", "ms");
    if (!policy.pool) return;
    for (const char* level : {"pool_in_use", "pool_in_use.max", "pool_waiting", "pool_waiting.max"})
      add(name, level, "1");
    addTiming(name, "acquire_");
  }

  std::vector<MetricColumn> take() { return std::move(names_); }

 private:
  void add(const std::string& owner, const std::string& metric, std::string unit) {
    names_.push_back({owner + "." + metric, std::move(unit)});
  }
  void addTiming(const std::string& owner, const std::string& prefix) {
    for (const char* figure : kTimingFigures) add(owner, prefix + figure, "ms");
  }
  void addOperations(const std::string& owner) {
    for (const char* rate : kOperationRates) add(owner, rate, "/s");
    for (const char* timing : kOperationTimings) addTiming(owner, timing);
  }
  void addServer(const std::string& name) {
    for (const char* rate : kServerRates) add(name, rate, "/s");
    for (const char* level : {"in_flight", "busy", "queue", "queue.max"}) add(name, level, "1");
    add(name, "utilization", "ratio");
    add(name, "cpu", "cores");
    add(name, "cost", "/h");
    for (const char* timing : kServerTimings) addTiming(name, timing);
  }
  void addMetric(const std::string& node, const MetricInfo& m) {
    const std::string name = m.name;
    if (m.type == MetricType::Counter) {
      add(node, name, "/s");
    } else if (m.type == MetricType::Timing) {
      for (const char* figure : {"_mean", "_p99", "_max"}) add(node, name + figure, "ms");
    } else {
      for (const char* figure : {"", ".last", ".max"}) add(node, name + figure, m.unit);
    }
  }

  const Scenario& scenario_;
  std::vector<MetricColumn> names_;
};

}  // namespace

bool isEdgeFigure(std::string_view name) {
  for (const char* rate : kEdgeRates)
    if (name == rate) return true;
  return name == "latency_mean" || name == "pool_in_use" || name == "pool_waiting" || name.starts_with("acquire_");
}

std::vector<MetricColumn> summaryMetrics(const Scenario& scenario) {
  Names names(scenario);
  const ScenarioIndex index(scenario);
  for (std::size_t i = 0; i < scenario.nodes.size(); ++i)
    if (index.kinds[i] != nullptr) names.addNode(scenario.nodes[i], *index.kinds[i]);
  for (const ScenarioIndex::Arrow& arrow : index.arrows) names.addEdge(scenario.edges[arrow.edge].name(), arrow.policy);
  return names.take();
}

}  // namespace faultline

#include "gui/run/health.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "model/catalog.h"
#include "model/edge_policy.h"

namespace faultline {

namespace {

constexpr double kFailingShare = 0.05;
constexpr double kDegradedShare = 0.005;
constexpr double kBusy = 0.9;

double orZero(double number) { return std::isnan(number) ? 0 : number; }

template <class Item, class NameOf>
int indexOf(const std::vector<Item>& items, const std::string& name, NameOf&& nameOf) {
  for (std::size_t i = 0; i < items.size(); ++i)
    if (nameOf(items[i]) == name) return static_cast<int>(i);
  return -1;
}

std::string inWords(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

}  // namespace

NodeFigures::NodeFigures(const RunBridge& run, const std::string& node) {
  const Scenario& scenario = run.runScenario();
  index_ = indexOf(scenario.nodes, node, [](const NodeSpec& n) -> const std::string& { return n.name; });
  if (index_ < 0) return;
  const auto column = [&](const std::string& metric) { return run.column(node + "." + metric); };
  ok_ = column("ok");
  failed_ = column("failed");
  utilization_ = column("utilization");
  depth_ = column("depth");
  const ComponentInfo* kind = findKind(scenario.nodes[static_cast<std::size_t>(index_)].kind);
  if (kind == nullptr) return;
  originates_ = kind->originates;
  if (kind->headline.empty()) return;
  const std::string metric = kind->headline[0];
  headlineName_ = inWords(metric);
  headline_ = column(metric);
  if (headline_ < 0) headline_ = column(metric + "_p99");  // a timing has a mean and a percentile
  for (const MetricInfo& info : kind->metrics)
    if (metric == info.name) headlineInfo_ = &info;
}

const NodeFrame* NodeFigures::frame(const Shown& shown) const {
  if (index_ < 0 || static_cast<std::size_t>(index_) >= shown.frame.nodes.size()) return nullptr;
  return &shown.frame.nodes[static_cast<std::size_t>(index_)];
}

const NodeFrame* NodeFigures::earlier(const Shown& shown) const {
  if (index_ < 0 || static_cast<std::size_t>(index_) >= shown.earlier.nodes.size()) return nullptr;
  return &shown.earlier.nodes[static_cast<std::size_t>(index_)];
}

Health NodeFigures::health(const Shown& shown) const {
  const NodeFrame* node = frame(shown);
  if (node == nullptr) return Health::Idle;
  const double ok = orZero(shown.value(ok_)), failed = orZero(shown.value(failed_));
  const double share = ok + failed > 0 ? failed / (ok + failed) : 0;
  const bool allDown = node->down + node->paused >= std::max(1u, node->instances);
  if (allDown || share > kFailingShare) return Health::Failing;
  const bool isHurt = node->down + node->paused + node->slowed + node->erring > 0;
  const double busy = originates_ ? 0 : orZero(shown.value(utilization_));
  if (isHurt || share > kDegradedShare || (busy > kBusy && node->queue > 0)) return Health::Degraded;
  return ok + failed > 0 || node->inFlight > 0 ? Health::Ok : Health::Idle;
}

std::string NodeFigures::headlineUnit(const Shown& shown) const {
  if (headline_ < 0 || static_cast<std::size_t>(headline_) >= shown.series.columns.size()) return {};
  return shown.series.columns[static_cast<std::size_t>(headline_)].unit;
}

double NodeFigures::utilization(const Shown& shown) const {
  const NodeFrame* node = frame(shown);
  if (originates_ || node == nullptr || node->servers == 0) return kUnknown;
  return shown.value(utilization_);
}

double NodeFigures::waiting(const Shown& shown) const {
  if (depth_ >= 0) return shown.value(depth_);
  const NodeFrame* node = frame(shown);
  if (originates_ || node == nullptr || node->servers == 0) return kUnknown;
  return static_cast<double>(node->queue);
}

NodeFigures::Failure NodeFigures::worstFailure(const Shown& shown) const {
  const NodeFrame *now = frame(shown), *before = earlier(shown);
  const double span = (shown.frame.at - shown.earlier.at).seconds();
  Failure worst;
  if (now == nullptr || before == nullptr || span <= 0) return worst;
  for (const FailureCount& failure : now->failures) {
    std::uint64_t was = 0;
    for (const FailureCount& old : before->failures)
      if (std::strcmp(old.reason, failure.reason) == 0) was = old.count;
    // At the end of the warm-up the counts begin again.
    const std::uint64_t lately = failure.count >= was ? failure.count - was : failure.count;
    const double perSecond = static_cast<double>(lately) / span;
    if (perSecond > worst.perSecond) worst = {failure.reason, perSecond};
  }
  return worst;
}

EdgeFigures::EdgeFigures(const RunBridge& run, const std::string& edge) {
  const Scenario& scenario = run.runScenario();
  index_ = indexOf(scenario.edges, edge, [](const EdgeSpec& e) { return e.name(); });
  if (index_ < 0) return;
  const auto column = [&](const char* metric) { return run.column(edge + "." + metric); };
  calls_ = column("calls");
  attempts_ = column("attempts");
  failed_ = column("failed");
  timeouts_ = column("timeouts");
  latency_ = column("latency_mean");
  const EdgeSpec& spec = scenario.edges[static_cast<std::size_t>(index_)];
  const Value* pool = spec.policy.find("pool");
  if (pool == nullptr || pool->as<ValueMap>() == nullptr) return;
  const EdgePolicy policy = edgePolicy(spec.policy);
  if (!policy.pool) return;
  std::int64_t callers = 1;
  if (const NodeSpec* from = scenario.findNode(spec.from))
    if (const ComponentInfo* kind = findKind(from->kind); kind != nullptr && kind->instances != nullptr)
      callers = kind->instances(makeParams(*kind, from->params).get());
  poolSize_ = policy.pool->size * callers;
}

const EdgeFrame* EdgeFigures::frame(const Shown& shown) const {
  if (index_ < 0 || static_cast<std::size_t>(index_) >= shown.frame.edges.size()) return nullptr;
  return &shown.frame.edges[static_cast<std::size_t>(index_)];
}

double EdgeFigures::failedShare(const Shown& shown) const {
  const double attempts = orZero(shown.value(attempts_));
  if (attempts <= 0) return 0;
  return std::clamp((orZero(shown.value(failed_)) + orZero(shown.value(timeouts_))) / attempts, 0.0, 1.0);
}

}  // namespace faultline

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
constexpr double kLongQueue = 100;
constexpr double kGrowth = 1.1;
constexpr Duration kGrowthWindow = seconds(30);

double orZero(double number) { return std::isnan(number) ? 0 : number; }

std::string inWords(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

}  // namespace

NodeFigures::NodeFigures(const RunBridge& run, const std::string& node) {
  const Scenario& scenario = run.runScenario();
  index_ = run.nodeIndex(node);
  if (index_ < 0) return;
  const auto column = [&](const std::string& metric) { return run.column(node + "." + metric); };
  ok_ = column("ok");
  failed_ = column("failed");
  utilization_ = column("utilization");
  depth_ = column("depth");
  const ComponentInfo* kind = findKind(scenario.nodes[static_cast<std::size_t>(index_)].kind);
  if (kind == nullptr) return;
  originates_ = kind->originates;
  for (const std::string metric : kind->headline) {
    Candidate candidate{inWords(metric), column(metric), nullptr};
    if (candidate.column < 0) candidate.column = column(metric + "_p99");  // a timing has a mean and a percentile
    for (const MetricInfo& info : kind->metrics)
      if (metric == info.name) candidate.info = &info;
    headlines_.push_back(std::move(candidate));
  }
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
  // Nothing comes back, not even an error: whoever waits does not feel well.
  const bool isStalled = originates_ && ok + failed == 0 && node->inFlight >= kLongQueue;
  if (isHurt || isStalled || share > kDegradedShare || busy > kBusy || isGrowing(shown)) return Health::Degraded;
  return ok + failed > 0 || node->inFlight > 0 || orZero(shown.value(depth_)) > 0 ? Health::Ok : Health::Idle;
}

bool NodeFigures::isGrowing(const Shown& shown) const {
  const double depth = orZero(shown.value(depth_));
  if (depth < kLongQueue) return false;
  const std::vector<SimTime>& times = shown.series.times;
  const auto then =
      std::lower_bound(times.begin(), times.end(), times[static_cast<std::size_t>(shown.row)] - kGrowthWindow);
  Shown past = shown;
  past.row = static_cast<int>(then - times.begin());
  return depth > kGrowth * orZero(past.value(depth_));
}

NodeFigures::Headline NodeFigures::headline(const Shown& shown) const {
  const Candidate* chosen = nullptr;
  for (const Candidate& candidate : headlines_)
    if (chosen == nullptr && !std::isnan(shown.value(candidate.column))) chosen = &candidate;
  if (chosen == nullptr && !headlines_.empty()) chosen = &headlines_[0];
  if (chosen == nullptr) return {};
  const bool isKnownColumn =
      chosen->column >= 0 && static_cast<std::size_t>(chosen->column) < shown.series.columns.size();
  return {chosen->name, shown.value(chosen->column),
          isKnownColumn ? shown.series.columns[static_cast<std::size_t>(chosen->column)].unit : std::string(),
          chosen->info};
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
  index_ = run.edgeIndex(edge);
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
      callers = kind->instances(makeParams(*kind, from->allParams()).get());
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

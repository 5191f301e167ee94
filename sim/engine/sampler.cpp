#include "engine/sampler.h"

#include <algorithm>

#include "engine/accounting.h"
#include "engine/engine.h"
#include "model/metric_columns.h"

namespace faultline {

namespace {

// Below this many values a quantile of a window says nothing.
constexpr std::uint64_t kEnoughFor50 = 2;
constexpr std::uint64_t kEnoughFor90 = 10;
constexpr std::uint64_t kEnoughFor95 = 20;
constexpr std::uint64_t kEnoughFor99 = 20;
constexpr std::uint64_t kEnoughFor999 = 200;

double quantileMs(const Histogram& h, double q, std::uint64_t enough) {
  return h.count() < enough ? kUnknown : h.quantile(q).milliseconds();
}

constexpr double kShares[] = {0.50, 0.95, 0.99};
const Histogram kNothing;

// p50, p95 and p99 of two histograms together in milliseconds, each unknown where there are too few values.
std::array<double, 3> quantilesMs(const Histogram& one, const Histogram& other) {
  Duration values[3];
  const std::uint64_t count = one.count() + other.count();
  if (count != 0) Histogram::quantilesOf(one, other, kShares, values);
  return {count < kEnoughFor50 ? kUnknown : values[0].milliseconds(),
          count < kEnoughFor95 ? kUnknown : values[1].milliseconds(),
          count < kEnoughFor99 ? kUnknown : values[2].milliseconds()};
}

constexpr double kUserShares[] = {0.50, 0.90, 0.95, 0.99, 0.999};

// What users feel: those of kUserTimes.
std::array<double, 6> userTimesMs(const Histogram& one, const Histogram& other) {
  constexpr std::uint64_t kEnough[] = {kEnoughFor50, kEnoughFor90, kEnoughFor95, kEnoughFor99, kEnoughFor999};
  Duration values[5];
  std::array<double, 6> times;
  times.fill(kUnknown);
  const std::uint64_t count = one.count() + other.count();
  if (count == 0) return times;
  Histogram::quantilesOf(one, other, kUserShares, values);
  for (std::size_t i = 0; i < 5; ++i)
    if (count >= kEnough[i]) times[i] = values[i].milliseconds();
  times[5] = std::max(one.max(), other.max()).milliseconds();
  return times;
}

// Of all ok operations of the window.
std::array<double, 6> okTimesMs(std::span<const OperationStats> operations) {
  if (operations.size() == 1) return userTimesMs(operations[0].okLatency.window, operations[0].fetchedLatency.window);
  Histogram ok, fetched;
  for (const OperationStats& o : operations) {
    ok.merge(o.okLatency.window);
    fetched.merge(o.fetchedLatency.window);
  }
  return userTimesMs(ok, fetched);
}

bool sharesCpu(const NodeState& node) {
  return node.host || std::any_of(node.instances.begin(), node.instances.end(),
                                  [](const Instance& i) { return i.ownCpu != nullptr; });
}

}  // namespace

Sampler::Sampler(Engine& engine) : engine_(engine) {
  cpuAtWindow_.resize(engine.nodes.size());
  cpuAtMeasure_.resize(engine.nodes.size());
  inFlightAtStart_.resize(engine.nodes.size());
  declareColumns();
  late_.emplace(engine_, series_);
}

void Sampler::declare(const std::string& owner, const char* metric, const char* unit) {
  series_.columns.push_back({owner + "." + metric, unit, {}});
}

void Sampler::declareColumns() {
  for (const NodeState& node : engine_.nodes) {
    if (node.originates) {
      for (const char* m : {"offered", "ok", "goodput", "degraded", "failed", "late"}) declare(node.name, m, "/s");
      declare(node.name, "in_flight", "1");
      for (const char* m : kUserTimes) declare(node.name, m, "ms");
      if (engine_.scenario.classes.size() > 1)
        for (const RequestClass& c : engine_.scenario.classes) {
          for (const char* m : kClassRates)
            declare(node.name, (c.name + '.' + m).c_str(), "/s");
          for (const char* m : kUserTimes) declare(node.name, (c.name + '.' + m).c_str(), "ms");
        }
    } else {
      for (const char* m : {"arrivals", "ok", "failed"}) declare(node.name, m, "/s");
      for (const char* m : {"in_flight", "queue", "queue_max"}) declare(node.name, m, "1");
      declare(node.name, "utilization", "ratio");
      for (const char* m : {"wait_p50", "wait_p99", "service_p50", "service_p99", "latency_p50", "latency_p95", "latency_p99"})
        declare(node.name, m, "ms");
    }
    // Columns stay as they are: a node that is given cores while it runs gets no column.
    hasCpuColumn_.push_back(sharesCpu(node));
    if (hasCpuColumn_.back()) declare(node.name, "cpu", "cores");
    hasCostColumn_.push_back(hasPrice(node));
    if (hasCostColumn_.back()) declare(node.name, "cost", "/h");
    for (const MetricInfo& m : node.info->metrics.first(node.metrics.size())) {
      if (m.type == MetricType::Timing) {
        declare(node.name, (std::string(m.name) + "_mean").c_str(), "ms");
        declare(node.name, (std::string(m.name) + "_p99").c_str(), "ms");
      } else {
        declare(node.name, m.name, m.type == MetricType::Counter ? "/s" : m.unit);
      }
    }
  }
  for (const EdgeState& edge : engine_.edges) {
    const std::string owner = engine_.nameOf(edge);
    for (const char* m : {"calls", "attempts", "failed", "timeouts"}) declare(owner, m, "/s");
    declare(owner, "latency_mean", "ms");
    const EdgeColumns& has = edgeColumns_.emplace_back(EdgeColumns{edge.policy.retry.has_value(), edge.policy.pool.has_value()});
    if (has.retries) declare(owner, "retries", "/s");
    if (has.pool) {
      declare(owner, "pool_in_use", "1");
      declare(owner, "pool_waiting", "1");
      declare(owner, "acquire_mean", "ms");
      declare(owner, "acquire_p99", "ms");
    }
  }
}

void Sampler::sampleNode(std::size_t index, double seconds) {
  NodeState& node = engine_.nodes[index];
  const std::int64_t now = engine_.now.ns;
  const double windowNs = seconds * 1e9;
  node.component->onSample(node.context);
  LateColumns::Window sum;
  std::int64_t queueMax = 0;
  for (std::size_t i = 0; i < node.instanceStats.size(); ++i) {
    queueMax += node.instanceStats[i].queue.windowPeak;
    late_->closeInstance(node, i, sum);
  }
  late_->closeFailures(node);
  NodeStats& s = node.stats;
  if (node.originates) {
    std::uint64_t sums[6] = {};
    std::uint64_t running = 0;
    for (OperationStats& o : node.operations) {
      const std::uint64_t okCount = o.okLatency.window.count() + o.fetchedLatency.window.count();
      const std::uint64_t window[] = {o.offered.inWindow(), okCount, okCount - o.slow.inWindow(), o.degraded.inWindow(),
                                      o.failedLatency.window.count(), o.late.inWindow()};
      for (int k = 0; k < 6; ++k) sums[k] += window[k];
      running += o.inFlight.closeWindow(now);
    }
    for (std::uint64_t n : sums) put(static_cast<double>(n) / seconds);
    put(static_cast<double>(running) / windowNs);
    for (double time : okTimesMs(node.operations)) put(time);
    for (OperationStats& o : node.operations) {
      if (node.operations.size() > 1) {
        const std::uint64_t okCount = o.okLatency.window.count() + o.fetchedLatency.window.count();
        // Those of kClassRates.
        for (std::uint64_t n : {o.offered.inWindow(), okCount, okCount - o.slow.inWindow(), o.degraded.inWindow(),
                                o.failedLatency.window.count()})
          put(static_cast<double>(n) / seconds);
        for (double time : okTimesMs({&o, 1})) put(time);
      }
      for (Counter* c : {&o.offered, &o.slow, &o.degraded, &o.late, &o.stale}) c->closeWindow();
      o.okLatency.closeWindow();
      o.fetchedLatency.closeWindow();
      o.failedLatency.closeWindow();
    }
  } else {
    for (std::uint64_t n : {sum.arrivals, s.okInWindow(), s.failedLatency.window.count()})
      put(static_cast<double>(n) / seconds);
    put(static_cast<double>(sum.inFlight) / windowNs);
    put(static_cast<double>(sum.queue) / windowNs);
    put(static_cast<double>(queueMax));
    put(sum.servers != 0 ? static_cast<double>(sum.busy) / static_cast<double>(sum.servers) : 0);
    const auto service = quantilesMs(s.service.window, s.direct), latency = quantilesMs(s.okLatency.window, s.direct);
    s.unfold();
    const auto wait = quantilesMs(s.wait.window, kNothing);
    for (double q : {wait[0], wait[2], service[0], service[2], latency[0], latency[1], latency[2]}) put(q);
  }
  for (Timing* t : {&s.okLatency, &s.failedLatency, &s.wait, &s.service}) t->closeWindow();
  if (hasCpuColumn_[index]) {
    const double used = cpuUsed(node, engine_.now);
    put((used - cpuAtWindow_[index]) / seconds);
    cpuAtWindow_[index] = used;
  }
  if (hasCostColumn_[index]) {
    const auto active = static_cast<double>(node.active.closeWindow(now));
    put(costPerHour(node, active / windowNs, static_cast<double>(sum.arrivals) / seconds));
  }
  const auto inWindow = [](const Counter& c) { return static_cast<double>(c.total - c.atWindow); };
  for (std::size_t i = 0; i < node.metrics.size(); ++i) {
    MetricState& m = node.metrics[i];
    switch (m.type) {
      case MetricType::Counter: put(inWindow(m.counter) / seconds); break;
      case MetricType::Ratio: {
        const double whole = inWindow(node.metrics[node.info->metrics[i].denominator].counter);
        put(whole > 0 ? inWindow(node.metrics[node.info->metrics[i].numerator].counter) / whole : kUnknown);
        break;
      }
      case MetricType::Peak:
        put(static_cast<double>(m.gauge.windowPeak));
        m.gauge.closeWindow(now);
        break;
      case MetricType::Reading:
        put(static_cast<double>(m.gauge.value));
        m.gauge.closeWindow(now);
        break;
      case MetricType::Gauge: put(static_cast<double>(static_cast<std::int64_t>(m.gauge.closeWindow(now))) / windowNs); break;
      case MetricType::Timing:
        put(m.timing.window.empty() ? kUnknown : m.timing.window.meanNs() / 1e6);
        put(quantileMs(m.timing.window, 0.99, kEnoughFor99));
        m.timing.closeWindow();
        break;
    }
  }
  for (MetricState& m : node.metrics) m.counter.closeWindow();
}

void Sampler::sampleEdge(std::size_t index, double seconds) {
  EdgeState& edge = engine_.edges[index];
  EdgeStats& s = edge.stats;
  const std::int64_t now = engine_.now.ns;
  const std::uint64_t answered = s.answered.closeWindow();
  const std::uint64_t attempts = s.attempts.closeWindow();
  const std::uint64_t calls = s.calls.closeWindow();
  const std::uint64_t timeouts = s.timeouts.closeWindow();
  const std::uint64_t failed = s.failed.closeWindow() - s.lateFailures.closeWindow() + timeouts;
  for (std::uint64_t n : {edge.needsRecord ? calls : attempts, attempts, failed, timeouts})
    put(static_cast<double>(n) / seconds);
  const std::uint64_t latency = s.latencyNs.closeWindow();
  put(answered ? static_cast<double>(latency) / 1e6 / static_cast<double>(answered) : kUnknown);
  const std::uint64_t retries = s.retries.closeWindow();
  const EdgeColumns& has = edgeColumns_[index];
  if (has.retries) put(static_cast<double>(retries) / seconds);
  if (!has.pool) return;
  put(static_cast<double>(s.inUse.closeWindow(now)) / (seconds * 1e9));
  put(static_cast<double>(s.waiting.closeWindow(now)) / (seconds * 1e9));
  put(s.acquire.window.empty() ? kUnknown : s.acquire.window.meanNs() / 1e6);
  put(quantileMs(s.acquire.window, 0.99, kEnoughFor99));
  s.acquire.closeWindow();
}

void Sampler::sample() {
  const double seconds = (engine_.now - windowStart_).seconds();
  if (seconds <= 0) return;
  windowStart_ = engine_.now;
  series_.times.push_back(engine_.now);
  column_ = 0;
  late_->beginRow(seconds);
  for (std::size_t i = 0; i < engine_.nodes.size(); ++i) sampleNode(i, seconds);
  for (std::size_t i = 0; i < engine_.edges.size(); ++i) sampleEdge(i, seconds);
}

void Sampler::restartMeasuring() {
  const std::int64_t now = engine_.now.ns;
  measureStart_ = engine_.now;
  engine_.measureFrom = now;
  for (std::size_t n = 0; n < engine_.nodes.size(); ++n) {
    NodeState& node = engine_.nodes[n];
    inFlightAtStart_[n] = 0;
    for (InstanceStats& i : node.instanceStats) {
      for (AveragedGauge* g : {&i.inFlight, &i.busy, &i.servers, &i.queue}) g->restart(now);
      i.arrivals.restart();
      inFlightAtStart_[n] += i.inFlight.value;
    }
    NodeStats& s = node.stats;
    s.unfold();
    // The windows of failures end with those of their latencies, so that reasons add up in every row.
    for (Counter& c : s.reasons) {
      c.closeWindow();
      c.restart();
    }
    for (Timing* t : {&s.okLatency, &s.failedLatency, &s.wait, &s.service}) t->restart();
    cpuAtMeasure_[n] = cpuUsed(node, engine_.now);
    node.active.restart(now);
    for (MetricState& m : node.metrics) {
      m.counter.restart();
      m.gauge.restart(now);
      m.timing.restart();
    }
    for (OperationStats& o : node.operations) {
      for (Counter* c : {&o.offered, &o.slow, &o.degraded, &o.late, &o.stale}) c->restart();
      for (Counter& c : o.failures) {
        c.closeWindow();
        c.restart();
      }
      o.okLatency.restart();
      o.fetchedLatency.restart();
      o.failedLatency.restart();
      o.inFlight.restart(now);
      o.carried = o.inFlight.value;
    }
  }
  for (EdgeState& edge : engine_.edges) {
    EdgeStats& s = edge.stats;
    for (Counter* c : {&s.calls, &s.attempts, &s.answered, &s.failed, &s.timeouts, &s.retries, &s.hedges, &s.late, &s.lateFailures, &s.lost,
                       &s.joined, &s.latencyNs})
      c->restart();
    s.inUse.restart(now);
    s.waiting.restart(now);
    s.acquire.restart();
  }
}

Frame Sampler::frame() const {
  Frame frame;
  frame.at = engine_.now;
  for (const NodeState& node : engine_.nodes) {
    NodeFrame& out = frame.nodes.emplace_back();
    out.instances = node.activeInstances;
    for (const InstanceStats& i : node.instanceStats) {
      out.inFlight += i.inFlight.value;
      out.busy += i.busy.value;
      out.servers += i.servers.value;
      out.queue += i.queue.value;
      out.arrivals += i.arrivals.measured();
    }
    for (const Instance& i : node.instances) {
      out.down += i.down;
      out.paused += i.paused;
      out.slowed += i.slow != 1;
      out.erring += i.errors > 0;
    }
    for (const OperationStats& o : node.operations) out.inFlight += o.inFlight.value;
    out.ok = node.stats.okLatency.count() + node.stats.direct.count();
    out.failed = node.stats.failedLatency.count();
    for (const MetricState& m : node.metrics) out.gauges.push_back(m.gauge.value);
    const std::span<const ReasonInfo> common = commonReasons();
    for (std::size_t r = 0; r < node.stats.reasons.size(); ++r)
      if (const std::uint64_t count = node.stats.reasons[r].measured(); count > 0)
        out.failures.push_back({r < common.size() ? common[r].name : node.info->reasons[r - common.size()].name, count});
  }
  for (const EdgeState& edge : engine_.edges) {
    const EdgeStats& e = edge.stats;
    frame.edges.push_back({e.attempts.measured(), e.failed.measured() + e.timeouts.measured(), e.inUse.value, e.waiting.value, edge.cut || edge.parted, edge.refuse,
                           edge.slow != 1, edge.extraLoss > 0});
  }
  return frame;
}

}  // namespace faultline

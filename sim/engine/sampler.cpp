#include "engine/sampler.h"

#include <algorithm>

#include "engine/engine.h"

namespace faultline {

namespace {

// Below this many values a quantile of a window says nothing.
constexpr std::uint64_t kEnoughFor50 = 2;
constexpr std::uint64_t kEnoughFor95 = 20;
constexpr std::uint64_t kEnoughFor99 = 20;

double quantileMs(const Histogram& h, double q, std::uint64_t enough) {
  return h.count() < enough ? kUnknown : h.quantile(q).milliseconds();
}

// p50, p95 and p99 in milliseconds, each unknown where there are too few values.
std::array<double, 3> quantilesMs(const Histogram& h) {
  static constexpr double kShares[] = {0.50, 0.95, 0.99};
  Duration values[3];
  if (!h.empty()) h.quantiles(kShares, values);
  return {h.count() < kEnoughFor50 ? kUnknown : values[0].milliseconds(),
          h.count() < kEnoughFor95 ? kUnknown : values[1].milliseconds(),
          h.count() < kEnoughFor99 ? kUnknown : values[2].milliseconds()};
}

// Of all ok operations of the window. One histogram of those that are not empty needs no merging.
std::array<double, 3> okQuantilesMs(std::span<const OperationStats> operations) {
  const Histogram* only = nullptr;
  Histogram all;
  for (const OperationStats& o : operations)
    for (const Histogram* h : {&o.okLatency.window, &o.fetchedLatency.window}) {
      if (h->empty()) continue;
      if (only) all.merge(*h);
      else only = h;
    }
  if (!only || all.empty()) return quantilesMs(only ? *only : all);
  all.merge(*only);
  return quantilesMs(all);
}

double seconds128(unsigned __int128 ns) { return static_cast<double>(ns) / 1e9; }

double cpuUsed(const NodeState& node, SimTime now) {
  if (node.host) return node.host->usedBy(node.context.node(), now);
  double used = 0;
  for (const Instance& i : node.instances)
    if (i.ownCpu) used += i.ownCpu->usedBy(node.context.node(), now);
  return used;
}

double valueOf(const NodeState& node, const ParamInfo* param) {
  return param ? *param->read(node.params.get()).as<double>() : 0;
}

bool hasPrice(const NodeState& node) { return valueOf(node, node.price) > 0 || valueOf(node, node.callPrice) > 0; }

// What a number of instances, on average, and calls in each second cost in an hour.
double costPerHour(const NodeState& node, double instances, double callsPerSecond) {
  return valueOf(node, node.price) * instances + valueOf(node, node.callPrice) * callsPerSecond * 3600 / 1e6;
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
}

void Sampler::declare(const std::string& owner, const char* metric, const char* unit) {
  series_.columns.push_back({owner + "." + metric, unit, {}});
}

void Sampler::declareColumns() {
  for (const NodeState& node : engine_.nodes) {
    if (node.originates) {
      for (const char* m : {"offered", "ok", "goodput", "degraded", "failed", "late"}) declare(node.name, m, "/s");
      declare(node.name, "in_flight", "1");
      for (const char* m : {"p50", "p95", "p99"}) declare(node.name, m, "ms");
      if (engine_.scenario.classes.size() > 1)
        for (const RequestClass& c : engine_.scenario.classes) {
          for (const char* m : {".offered", ".ok", ".failed"}) declare(node.name, (c.name + m).c_str(), "/s");
          for (const char* m : {".p50", ".p95", ".p99"}) declare(node.name, (c.name + m).c_str(), "ms");
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
    for (const MetricInfo& m : node.info->metrics) {
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
  std::uint64_t inFlight = 0, busy = 0, servers = 0, queue = 0, arrivals = 0;
  std::int64_t queueMax = 0;
  for (InstanceStats& i : node.instanceStats) {
    queueMax += i.queue.windowPeak;
    inFlight += i.inFlight.closeWindow(now);
    busy += i.busy.closeWindow(now);
    servers += i.servers.closeWindow(now);
    queue += i.queue.closeWindow(now);
    arrivals += i.arrivals.closeWindow();
  }
  NodeStats& s = node.stats;
  s.unfold();
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
    for (std::uint64_t sum : sums) put(static_cast<double>(sum) / seconds);
    put(static_cast<double>(running) / windowNs);
    for (double q : okQuantilesMs(node.operations)) put(q);
    for (OperationStats& o : node.operations) {
      if (node.operations.size() > 1) {
        const std::uint64_t okCount = o.okLatency.window.count() + o.fetchedLatency.window.count();
        for (std::uint64_t n : {o.offered.inWindow(), okCount, o.failedLatency.window.count()})
          put(static_cast<double>(n) / seconds);
        for (double q : okQuantilesMs({&o, 1})) put(q);
      }
      for (Counter* c : {&o.offered, &o.slow, &o.degraded, &o.late, &o.stale}) c->closeWindow();
      o.okLatency.closeWindow();
      o.fetchedLatency.closeWindow();
      o.failedLatency.closeWindow();
    }
  } else {
    for (std::uint64_t n : {arrivals, s.okLatency.window.count(), s.failedLatency.window.count()})
      put(static_cast<double>(n) / seconds);
    put(static_cast<double>(inFlight) / windowNs);
    put(static_cast<double>(queue) / windowNs);
    put(static_cast<double>(queueMax));
    put(servers ? static_cast<double>(busy) / static_cast<double>(servers) : 0);
    for (const Timing* t : {&s.wait, &s.service}) {
      const auto q = quantilesMs(t->window);
      put(q[0]);
      put(q[2]);
    }
    for (double q : quantilesMs(s.okLatency.window)) put(q);
  }
  for (Timing* t : {&s.okLatency, &s.failedLatency, &s.wait, &s.service}) t->closeWindow();
  if (hasCpuColumn_[index]) {
    const double used = cpuUsed(node, engine_.now);
    put((used - cpuAtWindow_[index]) / seconds);
    cpuAtWindow_[index] = used;
  }
  if (hasCostColumn_[index]) {
    const auto active = static_cast<double>(node.active.closeWindow(now));
    put(costPerHour(node, active / windowNs, static_cast<double>(arrivals) / seconds));
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
    for (Counter& c : s.reasons) c.restart();
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
      for (Counter& c : o.failures) c.restart();
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

namespace {

// Total over the closed windows and the open one, without closing it.
double levelSeconds(const AveragedGauge& g, SimTime now) {
  return seconds128(g.total + (g.integral(now.ns) - g.windowStart));
}
std::int64_t peakOf(const AveragedGauge& g) { return std::max(g.peak, g.windowPeak); }
Histogram allOf(const Timing& t) {
  Histogram h = t.total;
  h.merge(t.window);
  return h;
}

void addTo(OperationSummary& to, const OperationSummary& from) {
  to.offered += from.offered;
  to.ok += from.ok;
  to.goodput += from.goodput;
  to.degraded += from.degraded;
  to.failed += from.failed;
  to.late += from.late;
  to.stale += from.stale;
  to.inFlight += from.inFlight;
  to.okLatency.merge(from.okLatency);
  to.cachedLatency.merge(from.cachedLatency);
  to.fetchedLatency.merge(from.fetchedLatency);
  to.failedLatency.merge(from.failedLatency);
  for (const auto& [reason, count] : from.byReason) {
    auto place = std::find_if(to.byReason.begin(), to.byReason.end(), [&](const auto& r) { return r.first == reason; });
    if (place == to.byReason.end()) to.byReason.emplace_back(reason, count);
    else place->second += count;
  }
}

OperationSummary summarise(const OperationStats& o, const Engine& engine, const std::string& name) {
  OperationSummary s;
  s.name = name;
  s.offered = o.offered.measured();
  s.ok = o.okLatency.count() + o.fetchedLatency.count();
  s.goodput = s.ok - o.slow.measured();
  s.degraded = o.degraded.measured();
  s.failed = o.failedLatency.count();
  s.late = o.late.measured();
  s.stale = o.stale.measured();
  s.inFlight = o.inFlight.value - o.carried;
  for (std::size_t f = 1; f < o.failures.size(); ++f) {
    const std::uint64_t n = o.failures[f].measured();
    if (n == 0) continue;
    const FailureInfo& info = engine.failures[f];
    s.byReason.emplace_back(engine.nodes[info.node].name + "." + info.name, n);
  }
  s.cachedLatency = allOf(o.okLatency);
  s.fetchedLatency = allOf(o.fetchedLatency);
  s.okLatency = s.cachedLatency;
  s.okLatency.merge(s.fetchedLatency);
  s.failedLatency = allOf(o.failedLatency);
  return s;
}

MetricSummary summarise(const NodeState& node, std::size_t index, SimTime now, double seconds) {
  const MetricState& m = node.metrics[index];
  const MetricInfo& info = node.info->metrics[index];
  MetricSummary s;
  s.name = info.name;
  s.unit = info.unit;
  s.isCounter = m.type == MetricType::Counter;
  s.isTiming = m.type == MetricType::Timing;
  s.isRatio = m.type == MetricType::Ratio;
  if (s.isRatio) {
    const auto whole = static_cast<double>(node.metrics[info.denominator].counter.measured());
    s.value = whole > 0 ? static_cast<double>(node.metrics[info.numerator].counter.measured()) / whole : kUnknown;
  } else if (s.isCounter) {
    s.value = static_cast<double>(m.counter.measured());
  } else if (s.isTiming) {
    const Histogram h = allOf(m.timing);
    s.count = h.count();
    if (s.count) {
      s.value = h.meanNs() / 1e9;
      s.last = h.quantile(0.99).seconds();
      s.peak = h.max().seconds();
    }
  } else {
    s.value = seconds > 0 ? levelSeconds(m.gauge, now) / seconds : 0;
    s.last = static_cast<double>(m.gauge.value);
    s.peak = static_cast<double>(peakOf(m.gauge));
  }
  return s;
}

}  // namespace

Summary Sampler::summary() {
  const SimTime now = engine_.now;
  const double seconds = (now - measureStart_).seconds();
  Summary s;
  s.scenario = engine_.scenario.name;
  s.seed = engine_.scenario.seed;
  s.simulated = now;
  s.warmup = measureStart_;
  s.events = engine_.events;
  s.fingerprint = engine_.fingerprint;
  for (const RequestClass& c : engine_.scenario.classes) s.classes.push_back({.name = c.name});
  for (std::size_t n = 0; n < engine_.nodes.size(); ++n) {
    NodeState& node = engine_.nodes[n];
    node.stats.unfold();
    NodeSummary& out = s.nodes.emplace_back();
    out.name = node.name;
    out.kind = node.info->kind;
    out.instances = node.activeInstances;
    out.ok = node.stats.okLatency.count();
    out.failed = node.stats.failedLatency.count();
    out.inFlightAtStart = inFlightAtStart_[n];
    double busy = 0, servers = 0;
    for (const InstanceStats& i : node.instanceStats) {
      const double instanceBusy = levelSeconds(i.busy, now), instanceServers = levelSeconds(i.servers, now);
      busy += instanceBusy;
      servers += instanceServers;
      out.instanceUtilization.push_back(instanceServers > 0 ? instanceBusy / instanceServers : 0);
      out.instanceArrivals.push_back(i.arrivals.measured());
      out.arrivals += out.instanceArrivals.back();
      out.inFlight += i.inFlight.value;
      out.inFlightMean += levelSeconds(i.inFlight, now);
      out.queueMean += levelSeconds(i.queue, now);
      out.queueMax = std::max(out.queueMax, peakOf(i.queue));
      out.queueLast += i.queue.value;
    }
    out.utilization = servers > 0 ? busy / servers : 0;
    if (seconds > 0) {
      out.busyMean = busy / seconds;
      out.queueMean /= seconds;
      out.inFlightMean /= seconds;
      out.cpuCores = (cpuUsed(node, now) - cpuAtMeasure_[n]) / seconds;
      out.costPerHour = costPerHour(node, levelSeconds(node.active, now) / seconds, static_cast<double>(out.arrivals) / seconds);
    }
    for (std::size_t r = 0; r < node.stats.reasons.size(); ++r)
      if (const std::uint64_t count = node.stats.reasons[r].measured())
        out.byReason.emplace_back(engine_.failures[node.firstFailure + r].name, count);
    out.wait = allOf(node.stats.wait);
    out.service = allOf(node.stats.service);
    out.okLatency = allOf(node.stats.okLatency);
    out.failedLatency = allOf(node.stats.failedLatency);
    for (std::size_t m = 0; m < node.metrics.size(); ++m)
      out.metrics.push_back(summarise(node, m, now, seconds));
    for (std::size_t c = 0; c < node.operations.size(); ++c) {
      out.operations.push_back(summarise(node.operations[c], engine_, engine_.scenario.classes[c].name));
      addTo(s.classes[c], out.operations.back());
      addTo(s.requests, out.operations.back());
    }
  }
  for (const EdgeState& edge : engine_.edges) {
    EdgeSummary& out = s.edges.emplace_back();
    const EdgeStats& e = edge.stats;
    out.from = engine_.nodes[edge.from].name;
    out.to = engine_.nodes[edge.to].name;
    out.label = edge.label;
    out.attempts = e.attempts.measured();
    out.calls = edge.needsRecord ? e.calls.measured() : out.attempts;
    out.timeouts = e.timeouts.measured();
    // What came too late is no success, and failed already when the caller gave up.
    out.ok = e.answered.measured() - e.failed.measured() - e.late.measured();
    out.failed = e.failed.measured() - e.lateFailures.measured() + out.timeouts;
    out.retries = e.retries.measured();
    out.hedges = e.hedges.measured();
    out.late = e.late.measured();
    out.lost = e.lost.measured();
    out.joined = e.joined.measured();
    out.pooled = edge.policy.pool.has_value();
    const auto answered = static_cast<double>(e.answered.measured());
    if (answered > 0) out.latencyMeanMs = static_cast<double>(e.latencyNs.measured()) / 1e6 / answered;
    if (seconds > 0) {
      out.inUseMean = levelSeconds(e.inUse, now) / seconds;
      out.waitingMean = levelSeconds(e.waiting, now) / seconds;
    }
    out.inUseMax = peakOf(e.inUse);
    out.waitingMax = peakOf(e.waiting);
    out.acquire = allOf(e.acquire);
    if (engine_.nodes[edge.from].originates) s.attempts += out.attempts;
  }
  return s;
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

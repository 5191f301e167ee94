// The totals of a run, from the engine's counters and closed windows.
#include <algorithm>

#include "engine/accounting.h"
#include "engine/engine.h"
#include "engine/sampler.h"

namespace faultline {

namespace {

double seconds128(unsigned __int128 ns) { return static_cast<double>(ns) / 1e9; }

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
  for (const auto& failures : from.byReason) {
    auto place = std::find_if(to.byReason.begin(), to.byReason.end(),
                              [&](const auto& known) { return known.first == failures.first; });
    if (place == to.byReason.end())
      to.byReason.push_back(failures);
    else
      place->second += failures.second;
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
      out.queueMax += peakOf(i.queue);  // like the series: what all instances together had at most
      out.queueLast += i.queue.value;
    }
    out.utilization = servers > 0 ? busy / servers : 0;
    if (seconds > 0) {
      out.busyMean = busy / seconds;
      out.queueMean /= seconds;
      out.inFlightMean /= seconds;
      out.cpuCores = (cpuUsed(node, now) - cpuAtMeasure_[n]) / seconds;
      out.costPerHour =
          costPerHour(node, levelSeconds(node.active, now) / seconds, static_cast<double>(out.arrivals) / seconds);
    }
    for (std::size_t r = 0; r < node.stats.reasons.size(); ++r)
      if (const std::uint64_t count = node.stats.reasons[r].measured())
        out.byReason.emplace_back(engine_.failures[node.firstFailure + r].name, count);
    out.wait = allOf(node.stats.wait);
    out.service = allOf(node.stats.service);
    out.okLatency = allOf(node.stats.okLatency);
    out.failedLatency = allOf(node.stats.failedLatency);
    for (std::size_t m = 0; m < node.metrics.size(); ++m) out.metrics.push_back(summarise(node, m, now, seconds));
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

}  // namespace faultline

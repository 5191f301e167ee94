#include "analysis/summary_metric.h"

#include <algorithm>
#include <optional>
#include <span>

#include "analysis/expect.h"
#include "metrics/report.h"
#include "model/catalog.h"
#include "model/common_reasons.h"
#include "model/summary_metrics.h"

namespace faultline {
namespace {

double seconds(const Summary& s) { return (s.simulated - s.warmup).seconds(); }

double perSecond(double count, const Summary& s) { return seconds(s) > 0 ? count / seconds(s) : kUnknown; }

// The rest of a name behind its owner.
std::optional<std::string_view> restBehind(std::string_view name, std::string_view owner) {
  if (!name.starts_with(owner)) return std::nullopt;
  name.remove_prefix(owner.size());
  if (!name.starts_with('.')) return std::nullopt;
  return name.substr(1);
}

double timingFigure(const Histogram& h, std::string_view figure) {
  constexpr std::pair<std::string_view, double> kQuantiles[] = {
      {"p50", 0.5}, {"p90", 0.9}, {"p95", 0.95}, {"p99", 0.99}, {"p99_9", 0.999}};
  for (const auto& [name, q] : kQuantiles)
    if (figure == name) return knownQuantileMs(h, q).value_or(kUnknown);
  if (h.empty()) return kUnknown;
  if (figure == "mean") return h.meanNs() / 1e6;
  if (figure == "max") return h.max().milliseconds();
  return kUnknown;
}

// Of one class, or of all together.
class Operations {
 public:
  Operations(const Summary& summary, std::span<const OperationSummary> operations)
      : summary_(summary), operations_(operations) {}

  double figure(std::string_view metric) const {
    constexpr std::pair<const char*, std::uint64_t OperationSummary::*> kCounts[] = {
        {"offered", &OperationSummary::offered}, {"ok", &OperationSummary::ok},
        {"goodput", &OperationSummary::goodput}, {"degraded", &OperationSummary::degraded},
        {"failed", &OperationSummary::failed},   {"late", &OperationSummary::late},
        {"stale", &OperationSummary::stale}};
    constexpr std::pair<std::string_view, Histogram OperationSummary::*> kTimings[] = {
        {"failed_", &OperationSummary::failedLatency},
        {"cached_", &OperationSummary::cachedLatency},
        {"fetched_", &OperationSummary::fetchedLatency},
        {"", &OperationSummary::okLatency}};
    for (const auto& [name, member] : kCounts)
      if (metric == name) return perSecond(sum([m = member](const OperationSummary& o) { return o.*m; }), summary_);
    for (const auto& [prefix, member] : kTimings) {
      const bool isCount = metric.size() + 1 == prefix.size() && prefix.starts_with(metric);  // "cached"
      if (isCount) return perSecond(sum([m = member](const OperationSummary& o) { return (o.*m).count(); }), summary_);
      if (metric.starts_with(prefix)) return timingFigure(merged(member), metric.substr(prefix.size()));
    }
    return kUnknown;
  }

 private:
  double sum(auto countOf) const {
    std::uint64_t total = 0;
    for (const OperationSummary& o : operations_) total += countOf(o);
    return static_cast<double>(total);
  }
  Histogram merged(Histogram OperationSummary::*member) const {
    Histogram all;
    for (const OperationSummary& o : operations_) all.merge(o.*member);
    return all;
  }

  const Summary& summary_;
  std::span<const OperationSummary> operations_;
};

double operationFigure(const Summary& s, const NodeSummary& node, std::string_view metric) {
  for (const OperationSummary& o : node.operations)
    if (const auto rest = restBehind(metric, o.name)) return Operations(s, {&o, 1}).figure(*rest);
  return Operations(s, node.operations).figure(metric);
}

double serverFigure(const Summary& s, const NodeSummary& n, std::string_view metric) {
  const std::pair<std::string_view, double> levels[] = {{"arrivals", perSecond(static_cast<double>(n.arrivals), s)},
                                                        {"ok", perSecond(static_cast<double>(n.ok), s)},
                                                        {"failed", perSecond(static_cast<double>(n.failed), s)},
                                                        {"in_flight", n.inFlightMean},
                                                        {"busy", n.busyMean},
                                                        {"queue", n.queueMean},
                                                        {"queue.max", static_cast<double>(n.queueMax)},
                                                        {"utilization", n.utilization},
                                                        {"cpu", n.cpuCores},
                                                        {"cost", n.costPerHour}};
  for (const auto& [name, value] : levels)
    if (metric == name) return value;
  const std::pair<std::string_view, const Histogram*> timings[] = {
      {"latency_", &n.okLatency}, {"failed_", &n.failedLatency}, {"wait_", &n.wait}, {"service_", &n.service}};
  for (const auto& [prefix, histogram] : timings)
    if (metric.starts_with(prefix)) return timingFigure(*histogram, metric.substr(prefix.size()));
  return kUnknown;
}

double timingMetric(const MetricSummary& m, std::string_view figure) {
  if (m.count == 0) return kUnknown;
  if (figure == "_mean") return m.value * 1e3;
  if (figure == "_p99") return isKnownQuantile(m.count, 0.99) ? m.last * 1e3 : kUnknown;
  return figure == "_max" ? m.peak * 1e3 : kUnknown;
}

// Empty when the kind has no such metric.
std::optional<double> kindFigure(const Summary& s, const NodeSummary& n, std::string_view metric) {
  for (const MetricSummary& m : n.metrics) {
    if (!metric.starts_with(m.name)) continue;
    const std::string_view rest = metric.substr(m.name.size());
    if (m.isTiming && (rest == "_mean" || rest == "_p99" || rest == "_max")) return timingMetric(m, rest);
    if (m.isCounter && rest.empty()) return perSecond(m.value, s);
    if (m.isTiming || m.isCounter) continue;
    if (rest.empty()) return m.value;
    if (rest == ".last") return m.last;
    if (rest == ".max") return m.peak;
  }
  return std::nullopt;
}

double edgeFigure(const Summary& s, const EdgeSummary& e, std::string_view metric) {
  const std::uint64_t counts[] = {e.calls,   e.attempts, e.ok,   e.failed, e.timeouts,
                                  e.retries, e.hedges,   e.late, e.lost,   e.joined};
  static_assert(std::size(counts) == std::size(kEdgeRates));
  for (std::size_t i = 0; i < std::size(counts); ++i)
    if (metric == kEdgeRates[i]) return perSecond(static_cast<double>(counts[i]), s);
  if (metric == "latency_mean") return e.ok > 0 || e.failed > e.timeouts ? e.latencyMeanMs : kUnknown;
  if (metric == "pool_in_use") return e.inUseMean;
  if (metric == "pool_in_use.max") return static_cast<double>(e.inUseMax);
  if (metric == "pool_waiting") return e.waitingMean;
  if (metric == "pool_waiting.max") return static_cast<double>(e.waitingMax);
  if (metric.starts_with("acquire_")) return timingFigure(e.acquire, metric.substr(8));
  return kUnknown;
}

// A reason that never came about is missing from the summary; one that does not exist is unknown.
double reasonRate(const Summary& s, std::string_view name) {
  for (const auto& [reason, count] : s.requests.byReason)
    if (reason == name) return perSecond(static_cast<double>(count), s);
  for (const NodeSummary& n : s.nodes) {
    const auto reason = restBehind(name, n.name);
    const ComponentInfo* kind = reason ? findKind(n.kind) : nullptr;
    if (kind != nullptr && findReason(*kind, *reason) != nullptr) return 0;
  }
  return kUnknown;
}

double slope(const std::string& name, const Summary& s, const Series& series) {
  const SeriesColumn* column = series.find(name);
  if (column == nullptr) return kUnknown;
  double n = 0, t = 0, y = 0, tt = 0, ty = 0;
  for (std::size_t i = 0; i < series.times.size(); ++i) {
    const double value = column->values[i];
    if (series.times[i] <= s.warmup || series.times[i] > s.simulated || std::isnan(value)) continue;
    const double at = (series.times[i] - s.warmup).seconds();
    n += 1, t += at, y += value, tt += at * at, ty += at * value;
  }
  const double spread = n * tt - t * t;
  return spread > 0 ? (n * ty - t * y) / spread : kUnknown;
}

double termValue(ExpectationTerm term, const Summary& s, const Series& series) {
  using Kind = ExpectationTerm::Kind;
  const bool isOfSummary = term.kind == Kind::Quantile || term.kind == Kind::Count;
  const bool isEverything = term.window.kind == ExpectationWindow::Kind::Whole;
  if (!isOfSummary && isEverything) term.window = {ExpectationWindow::Kind::Span, s.warmup, s.simulated};
  return valueOf(term, series, s);
}

double partValue(const MeasurePart& part, const Summary& s, const Series& series) {
  switch (part.kind) {
    case MeasurePart::Kind::Figure:
      return summaryMetric(s, part.name) * part.scale;
    case MeasurePart::Kind::Reason:
      return reasonRate(s, part.name);
    case MeasurePart::Kind::Slope:
      return slope(part.name, s, series);
    case MeasurePart::Kind::Term:
      return termValue(part.term, s, series);
    case MeasurePart::Kind::Quantity:
      break;
  }
  return part.quantity;
}

}  // namespace

double summaryMetric(const Summary& summary, std::string_view name) {
  // "a -> b" has no figure "label.ok": that is "ok" of "a -> b.label".
  for (const EdgeSummary& e : summary.edges)
    if (const auto metric = restBehind(name, e.name()); metric && isEdgeFigure(metric->substr(0, metric->find('.'))))
      return edgeFigure(summary, e, *metric);
  for (const NodeSummary& n : summary.nodes) {
    const auto metric = restBehind(name, n.name);
    if (!metric) continue;
    if (const auto value = kindFigure(summary, n, *metric)) return *value;
    return n.operations.empty() ? serverFigure(summary, n, *metric) : operationFigure(summary, n, *metric);
  }
  return kUnknown;
}

double measured(const Measure& measure, const Summary& summary, const Series& series) {
  double sum = 0;
  for (std::size_t i = 0; i < measure.parts.size();) {
    const double sign = measure.parts[i].joinedBy == '-' ? -1 : 1;
    double value = partValue(measure.parts[i], summary, series);
    for (++i; i < measure.parts.size() && measure.parts[i].joinedBy == '/'; ++i) {
      const double by = partValue(measure.parts[i], summary, series);
      value = by == 0 ? kUnknown : value / by;
    }
    sum += sign * value;
  }
  return sum;
}

}  // namespace faultline

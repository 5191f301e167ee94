#include "analysis/replications.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "analysis/change_point.h"
#include "metrics/text_table.h"

namespace faultline {
namespace {

constexpr FigureInfo kFigures[] = {
    {"failed operations", "", &RunFigures::failed, true},
    {"failed share", "%", &RunFigures::failedShare, true},
    {"goodput", "/s", &RunFigures::goodputPerSecond, false},
    {"p50", "ms", &RunFigures::p50Ms, true},
    {"p95", "ms", &RunFigures::p95Ms, true},
    {"p99", "ms", &RunFigures::p99Ms, true},
    {"time in breach", "s", &RunFigures::breachSeconds, true},
};

// Of the offered operations, so many have to end well and in time.
constexpr double kInTime = 0.99;

double quantileMs(const Histogram& h, double q) { return h.empty() ? 0 : h.quantile(q).milliseconds(); }

const SeriesColumn* columnOf(const Series& series, const std::string& node, const char* metric) {
  return series.find(node + "." + metric);
}

double breachOf(const Simulation& simulation, const std::vector<std::string>& origins) {
  const Series& series = simulation.series();
  double seconds = 0;
  for (std::size_t i = 0; i < series.times.size(); ++i) {
    if (series.times[i] <= simulation.scenario().warmup) continue;
    double offered = 0, goodput = 0;
    for (const std::string& node : origins) {
      if (const SeriesColumn* c = columnOf(series, node, "offered")) offered += c->values[i];
      if (const SeriesColumn* c = columnOf(series, node, "goodput")) goodput += c->values[i];
    }
    // What was offered within a sample may end in the next one; such noise of a few operations is no breach.
    const double window = (series.times[i] - (i > 0 ? series.times[i - 1] : SimTime{})).seconds();
    const double noise = 3 * std::sqrt(std::max(1.0, 2 * offered * window)) / window;
    if (offered > 0 && goodput < kInTime * offered - noise) seconds += window;
  }
  return seconds;
}

double healthyP99(const Simulation& simulation, const std::vector<std::string>& origins, SimTime until) {
  const Series& series = simulation.series();
  std::vector<double> values;
  for (const std::string& node : origins)
    if (const SeriesColumn* p99 = columnOf(series, node, "p99"))
      for (std::size_t i = 0; i < series.times.size(); ++i)
        if (series.times[i] > simulation.scenario().warmup && series.times[i] < until) values.push_back(p99->values[i]);
  return medianOf(std::move(values));
}

std::vector<double> valuesOf(const std::vector<RunFigures>& runs, const FigureInfo& figure) {
  std::vector<double> values;
  for (const RunFigures& r : runs) values.push_back(r.*figure.member);
  return values;
}

Difference differenceOf(const FigureInfo& figure, const std::vector<RunFigures>& first,
                        const std::vector<RunFigures>& other) {
  Difference d;
  d.figure = &figure;
  const std::vector<double> a = valuesOf(first, figure), b = valuesOf(other, figure);
  d.first = estimateOf(a);
  d.other = estimateOf(b);
  d.difference = pairedDifference(a, b);
  if (d.difference.excludesZero())
    d.judgement = (d.difference.mean < 0) == figure.lessIsBetter ? Judgement::Better : Judgement::Worse;
  return d;
}

bool isPrecise(const Difference& d, double precision) {
  const double scale = std::max(std::fabs(d.first.mean), std::fabs(d.other.mean));
  return d.difference.halfWidth <= precision * scale || scale == 0;
}

std::string printed(const char* form, auto... values) {
  char text[200];
  std::snprintf(text, sizeof text, form, values...);
  return text;
}

std::string amountOf(double value, const FigureInfo& figure) {
  const double shown = figure.unit[0] == '%' ? 100 * value : value;
  return printed(std::fabs(shown) >= 100 ? "%.0f%s" : "%.3g%s", shown, figure.unit);
}

}  // namespace

std::span<const FigureInfo> figureInfos() { return kFigures; }

RunFigures figuresOf(const Simulation& simulation, SimTime healthyUntil) {
  const Summary s = simulation.summary();
  RunFigures f;
  const double seconds = (s.simulated - s.warmup).seconds();
  f.offered = static_cast<double>(s.requests.offered);
  f.failed = static_cast<double>(s.requests.failed);
  if (f.offered > 0) {
    f.failedShare = f.failed / f.offered;
    f.goodputShare = static_cast<double>(s.requests.goodput) / f.offered;
  }
  if (seconds > 0) f.goodputPerSecond = static_cast<double>(s.requests.goodput) / seconds;
  f.p50Ms = quantileMs(s.requests.okLatency, 0.50);
  f.p95Ms = quantileMs(s.requests.okLatency, 0.95);
  f.p99Ms = quantileMs(s.requests.okLatency, 0.99);
  std::vector<std::string> origins;
  for (const NodeSummary& n : s.nodes) {
    if (!n.operations.empty()) origins.push_back(n.name);
    if (n.utilization > 0) f.utilization.emplace_back(n.name, n.utilization);
  }
  f.breachSeconds = breachOf(simulation, origins);
  f.healthyP99Ms = healthyUntil.ns > 0 ? healthyP99(simulation, origins, healthyUntil) : kUnknown;
  f.stoppedEarly = !s.stopped.empty() || s.simulated < simulation.scenario().duration;
  return f;
}

PairedComparison compare(const std::vector<Variant>& variants, const CompareOptions& options, const Runner& run) {
  PairedComparison result;
  result.runs.resize(variants.size());
  for (const Variant& v : variants) result.labels.push_back(v.label);
  const std::uint64_t firstSeed = variants.front().scenario.seed;
  while (result.replications < options.most && !result.precise) {
    const std::size_t more = std::min(options.most - result.replications,
                                      result.replications == 0 ? options.least : std::max<std::size_t>(1, options.least / 2));
    std::vector<Scenario> batch;
    for (std::size_t r = 0; r < more; ++r)
      for (const Variant& v : variants) {
        batch.push_back(v.scenario);
        batch.back().seed = firstSeed + result.replications + r;
      }
    const std::vector<RunFigures> figures = run(batch);
    if (figures.size() != batch.size()) break;  // interrupted
    for (std::size_t i = 0; i < figures.size(); ++i) result.runs[i % variants.size()].push_back(figures[i]);
    result.replications += more;
    result.differences.clear();
    result.precise = true;
    for (std::size_t v = 1; v < variants.size(); ++v) {
      std::vector<Difference>& row = result.differences.emplace_back();
      for (const FigureInfo& figure : kFigures) {
        row.push_back(differenceOf(figure, result.runs.front(), result.runs[v]));
        result.precise = result.precise && isPrecise(row.back(), options.precision);
      }
    }
  }
  return result;
}

std::string verdictText(const PairedComparison& c) {
  std::string text;
  for (std::size_t v = 0; v < c.differences.size(); ++v) {
    std::string better, worse;
    for (const Difference& d : c.differences[v]) {
      if (d.judgement == Judgement::NoDifferenceShown) continue;
      std::string& list = d.judgement == Judgement::Better ? better : worse;
      list += (list.empty() ? "" : ", ") + std::string(d.figure->name);
      if (d.first.mean != 0) list += printed(" (%+.0f %%)", 100 * d.difference.mean / std::fabs(d.first.mean));
    }
    const std::string& label = c.labels[v + 1];
    if (better.empty() && worse.empty()) text += label + ": no difference to " + c.labels.front() + " is shown\n";
    if (!better.empty()) text += label + " is better in " + better + "\n";
    if (!worse.empty()) text += label + " is worse in " + worse + "\n";
  }
  return text;
}

std::string comparisonText(const PairedComparison& c) {
  std::string text = std::to_string(c.replications) + " replications on common random numbers" +
                     (c.precise ? "\n" : "; the precision asked for was not reached\n");
  for (std::size_t v = 0; v < c.differences.size(); ++v) {
    TextTable table;
    table.addColumn("", TextTable::Align::Left);
    table.addColumn(c.labels.front());
    table.addColumn(c.labels[v + 1]);
    table.addColumn("difference");
    table.addColumn("95 % interval");
    table.addColumn("", TextTable::Align::Left);
    for (const Difference& d : c.differences[v])
      table.addRow({d.figure->name, amountOf(d.first.mean, *d.figure), amountOf(d.other.mean, *d.figure),
                    amountOf(d.difference.mean, *d.figure),
                    amountOf(d.difference.low(), *d.figure) + " to " + amountOf(d.difference.high(), *d.figure),
                    d.judgement == Judgement::Better  ? "better"
                    : d.judgement == Judgement::Worse ? "worse"
                                                      : "no difference shown"});
    text += '\n' + table.text("  ");
  }
  return text + '\n' + verdictText(c);
}

}  // namespace faultline

#include "analysis/expect.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/quantity.h"
#include "metrics/report.h"

namespace faultline {
namespace {

using Term = ExpectationTerm;
using Window = ExpectationWindow;

// Samples [begin, end) of a window: those that end in it; `at` is the one that contains the instant.
struct SampleRange {
  std::size_t begin = 0, end = 0;
};

SampleRange samplesOf(const Window& window, const Series& series) {
  const auto& times = series.times;
  const auto index = [&](auto place) { return static_cast<std::size_t>(place - times.begin()); };
  switch (window.kind) {
    case Window::Kind::Whole:
      return {0, times.size()};
    case Window::Kind::At: {
      const std::size_t i = index(std::lower_bound(times.begin(), times.end(), window.from));
      return {i, std::min(i + 1, times.size())};
    }
    case Window::Kind::Span:
      break;
  }
  const std::size_t begin = index(std::upper_bound(times.begin(), times.end(), window.from));
  return {begin, std::max(begin, index(std::upper_bound(times.begin(), times.end(), window.to)))};
}

class Evaluation {
 public:
  Evaluation(const Series& series, const Summary& summary) : series_(series), summary_(summary) {}

  // NaN when it is unknown or never came about.
  double valueOf(const Term& t) const {
    switch (t.kind) {
      case Term::Kind::Quantity:
        return t.value;
      case Term::Kind::First:
        return t.factor * firstTime(t);
      case Term::Kind::Quantile:
        return t.factor * quantile(t);
      case Term::Kind::Count:
        return t.factor * count(t);
      default:
        return t.factor * aggregate(t.metric, t.kind, t.window);
    }
  }

  bool allHold(const std::vector<MetricCondition>& conditions, std::size_t sample) const {
    return std::all_of(conditions.begin(), conditions.end(), [&](const MetricCondition& c) {
      return holds(sampleOf(c.metric, sample), c.comparison, c.value);
    });
  }

  double sampleOf(const MetricRef& metric, std::size_t sample) const {
    const SeriesColumn* column = series_.find(metric.column);
    if (column == nullptr) return metric.isZeroBefore ? 0 : kUnknown;
    return column->values[sample] * metric.scale;
  }

 private:
  double firstTime(const Term& t) const {
    const SampleRange range = samplesOf(t.window, series_);
    std::size_t start = range.begin;  // of the present unbroken stretch
    for (std::size_t i = range.begin; i < range.end; ++i) {
      if (!allHold(t.conditions, i))
        start = i + 1;
      else if (series_.times[i] - series_.times[start] >= t.lasting)
        return series_.times[start].seconds();
    }
    return kUnknown;
  }

  double aggregate(const MetricRef& metric, Term::Kind kind, const Window& window) const {
    const SampleRange range = samplesOf(window, series_);
    double result = kUnknown, weighted = 0, weight = 0;
    for (std::size_t i = range.begin; i < range.end; ++i) {
      const double value = sampleOf(metric, i);
      if (std::isnan(value)) continue;
      const double seconds = (series_.times[i] - (i > 0 ? series_.times[i - 1] : SimTime{})).seconds();
      weighted += value * seconds;
      weight += seconds;
      if (std::isnan(result) || kind == Term::Kind::Last) result = value;
      if (kind == Term::Kind::Min) result = std::min(result, value);
      if (kind == Term::Kind::Max) result = std::max(result, value);
    }
    if (kind == Term::Kind::Sum) return weight > 0 ? weighted : kUnknown;
    if (kind == Term::Kind::Mean) return weight > 0 ? weighted / weight : kUnknown;
    return result;
  }

  const NodeSummary* findNode(const std::string& name) const {
    for (const NodeSummary& n : summary_.nodes)
      if (n.name == name) return &n;
    return nullptr;
  }

  double quantile(const Term& t) const {
    if (t.window.kind != Window::Kind::Whole) return aggregate(t.metric, Term::Kind::Last, t.window);
    const NodeSummary* node = findNode(t.node);
    if (node == nullptr) return kUnknown;
    Histogram latency = node->okLatency;
    for (const OperationSummary& o : node->operations) latency.merge(o.okLatency);
    const auto ms = knownQuantileMs(latency, t.value);
    return ms ? *ms / 1e3 : kUnknown;
  }

  double count(const Term& t) const {
    const bool wantsRate = t.dimension == Dimension::Rate;
    if (t.window.kind != Window::Kind::Whole)
      return aggregate(t.metric, wantsRate ? Term::Kind::Mean : Term::Kind::Sum, t.window);
    const NodeSummary* node = findNode(t.node);
    if (node == nullptr) return kUnknown;
    const double total = static_cast<double>(totalOf(*node, t.counter));
    const double seconds = (summary_.simulated - summary_.warmup).seconds();
    return wantsRate ? (seconds > 0 ? total / seconds : kUnknown) : total;
  }

  static std::uint64_t totalOf(const NodeSummary& node, const std::string& counter) {
    if (node.operations.empty()) return counter == "arrivals" ? node.arrivals : counter == "ok" ? node.ok : node.failed;
    const auto member = counter == "offered"    ? &OperationSummary::offered
                        : counter == "ok"       ? &OperationSummary::ok
                        : counter == "goodput"  ? &OperationSummary::goodput
                        : counter == "degraded" ? &OperationSummary::degraded
                        : counter == "failed"   ? &OperationSummary::failed
                        : counter == "late"     ? &OperationSummary::late
                                                : &OperationSummary::stale;
    std::uint64_t total = 0;
    for (const OperationSummary& o : node.operations) total += o.*member;
    return total;
  }

  const Series& series_;
  const Summary& summary_;
};

// Four significant digits are enough to see why.
std::string shown(double value, Dimension dimension) {
  char text[64];
  const auto rounded = [](double v) {
    char digits[32];
    std::snprintf(digits, sizeof digits, "%.4g", v);
    return std::strtod(digits, nullptr);
  };
  switch (dimension) {
    case Dimension::Time:
      return formatDuration({std::llround(rounded(value) * 1e9)});
    case Dimension::Rate:
      std::snprintf(text, sizeof text, "%.4g/s", value);
      return text;
    case Dimension::Bytes:
      return formatBytes(std::round(value));
    default:
      std::snprintf(text, sizeof text, std::fabs(value) < 1e9 && value == std::round(value) ? "%.0f" : "%.4g", value);
      return text;
  }
}

std::string described(const Term& t, double value) {
  if (!std::isnan(value)) return t.text + " is " + shown(value, t.dimension);
  return t.text + (t.kind == Term::Kind::First ? " never came" : " is unknown");
}

ExpectationResult evaluateChain(const Expectation& e, const Evaluation& run) {
  ExpectationResult result{e.text, true, {}};
  std::vector<double> values;
  for (const Term& t : e.terms) {
    values.push_back(run.valueOf(t));
    if (t.kind == Term::Kind::Quantity) continue;
    if (!result.measured.empty()) result.measured += ", ";
    result.measured += described(t, values.back());
  }
  for (std::size_t i = 0; i < e.comparisons.size(); ++i)
    if (!holds(values[i], e.comparisons[i], values[i + 1])) result.passed = false;
  return result;
}

std::string describedAt(const Expectation& e, const Evaluation& run, const Series& series, std::size_t sample) {
  std::string text = "at " + formatDuration(series.times[sample]) + " ";
  for (const MetricCondition& c : e.conditions) {
    const double value = run.sampleOf(c.metric, sample);
    if (&c != &e.conditions.front()) text += ", ";
    text += c.metric.column + (std::isnan(value) ? " is unknown" : " is " + shown(value, c.metric.dimension));
  }
  return text;
}

// `never` looks for a sample where the conditions hold, `holds` for one where they do not.
ExpectationResult evaluateThroughout(const Expectation& e, const Evaluation& run, const Series& series) {
  const bool never = e.kind == Expectation::Kind::Never;
  const SampleRange range = samplesOf(e.window, series);
  if (range.begin == range.end) return {e.text, false, "there is no sample in that window"};
  for (std::size_t i = range.begin; i < range.end; ++i)
    if (run.allHold(e.conditions, i) == never) return {e.text, false, describedAt(e, run, series, i)};
  return {e.text, true,
          std::string(never ? "in none of " : "in all of ") + std::to_string(range.end - range.begin) + " samples"};
}

}  // namespace

double valueOf(const ExpectationTerm& term, const Series& series, const Summary& summary) {
  return Evaluation(series, summary).valueOf(term);
}

std::string shownValue(double value, Dimension dimension) { return shown(value, dimension); }

ExpectationResult evaluate(const Expectation& expectation, const Series& series, const Summary& summary) {
  const Evaluation run(series, summary);
  if (expectation.kind == Expectation::Kind::Chain) return evaluateChain(expectation, run);
  return evaluateThroughout(expectation, run, series);
}

std::vector<ExpectationResult> checkExpectations(const Scenario& scenario, const Series& series,
                                                 const Summary& summary) {
  std::vector<ExpectationResult> results;
  const std::vector<MetricColumn> columns = metricColumns(scenario);
  for (const std::string& text : scenario.expect) {
    const Result<Expectation> parsed = parseExpectation(text, scenario, columns);
    if (parsed.ok())
      results.push_back(evaluate(parsed.value, series, summary));
    else
      results.push_back({text, false, parsed.diagnostics.front().message});
  }
  return results;
}

}  // namespace faultline

#include "analysis/alerts.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <unordered_map>

namespace faultline {
namespace {

// A window is looked at this often while it passes once: often enough to tell the moment, and rare enough that finely
// sampled runs do not cost more.
constexpr std::int64_t kLooksPerWindow = 15;
// A share of very few operations says nothing.
constexpr double kFewestOperations = 5;

struct Verdict {
  bool fires = false;
  double value = 0;
};

// The owner of "owner.metric"; names of nodes and edges hold no dots.
std::string_view ownerOf(std::string_view column) { return column.substr(0, column.find('.')); }
std::string_view metricOf(std::string_view column) {
  const std::size_t dot = column.find('.');
  return dot == std::string_view::npos ? std::string_view() : column.substr(dot + 1);
}

double spanOfRow(const Series& series, std::size_t row) {
  const SimTime before = row == 0 ? SimTime{} : series.times[row - 1];
  return (series.times[row] - before).seconds();
}

std::optional<Verdict> errorShare(const Series& series, std::size_t failed, std::size_t ok, double limit,
                                  std::size_t first, std::size_t last) {
  double bad = 0, all = 0;
  for (std::size_t row = first; row <= last; ++row) {
    const double f = series.columns[failed].values[row], o = series.columns[ok].values[row];
    if (std::isnan(f) || std::isnan(o)) continue;
    bad += f * spanOfRow(series, row);
    all += (f + o) * spanOfRow(series, row);
  }
  if (all < kFewestOperations) return std::nullopt;
  return Verdict{bad / all > limit, bad / all};
}

// Empty while some samples are beyond the limit and some are not: then nothing changes.
std::optional<Verdict> beyond(const Series& series, std::size_t column, const AlertRule& rule, std::size_t first,
                              std::size_t last) {
  bool any = false, all = true, none = true;
  double value = 0;
  for (std::size_t row = first; row <= last; ++row) {
    const double v = series.columns[column].values[row];
    if (std::isnan(v)) continue;
    any = true;
    (holds(v, rule.comparison, rule.limit) ? none : all) = false;
    value = v;
  }
  if (!any || all == none) return std::nullopt;
  return Verdict{all, value};
}

std::optional<Verdict> growth(const Series& series, std::size_t column, const AlertRule& rule, std::size_t first,
                              std::size_t last) {
  const SimTime now = series.times[last];
  if (now < rule.window) return std::nullopt;
  const SimTime third{now.ns - rule.window.ns * 2 / 3}, lastThird{now.ns - rule.window.ns / 3};
  double longestBefore = -1, shortestNow = std::numeric_limits<double>::infinity();
  for (std::size_t row = first; row <= last; ++row) {
    const double v = series.columns[column].values[row];
    if (std::isnan(v)) continue;
    if (series.times[row] <= third) longestBefore = std::max(longestBefore, v);
    if (series.times[row] > lastThird) shortestNow = std::min(shortestNow, v);
  }
  if (longestBefore < 0 || std::isinf(shortestNow)) return std::nullopt;
  return Verdict{shortestNow > longestBefore + rule.limit, series.columns[column].values[last]};
}

}  // namespace

AlertWatch::AlertWatch(std::vector<AlertRule> rules) : rules_(std::move(rules)) {}

void AlertWatch::reset() {
  watches_.clear();
  alerts_.clear();
  rows_ = columns_ = 0;
}

void AlertWatch::findSubjects(const Series& series) {
  columns_ = series.columns.size();
  std::unordered_map<std::string_view, std::size_t> byName;
  for (std::size_t i = 0; i < series.columns.size(); ++i) byName.emplace(series.columns[i].name, i);
  const auto other = [&](std::string_view owner, const char* metric) {
    const auto found = byName.find(std::string(owner) + "." + metric);
    return found == byName.end() ? std::optional<std::size_t>() : std::optional(found->second);
  };
  for (std::size_t i = 0; i < series.columns.size(); ++i) {
    const std::string_view owner = ownerOf(series.columns[i].name), metric = metricOf(series.columns[i].name);
    const bool starts = other(owner, "offered").has_value();
    for (const AlertRule& rule : rules_) {
      const auto ok = other(owner, "ok");
      // What a node stores counts, and the calls that wait for it only where it stores nothing: at all its instances.
      const bool isQueue = metric == "depth" || (metric == "queue" && !other(owner, "depth") && !owner.ends_with(']'));
      const bool fits = (rule.kind == AlertRule::Kind::ErrorShare && starts && ok && metric == "failed") ||
                        (rule.kind == AlertRule::Kind::Latency && starts && metric == rule.metric) ||
                        (rule.kind == AlertRule::Kind::Growth && isQueue) ||
                        (rule.kind == AlertRule::Kind::Metric && series.columns[i].name == rule.metric);
      if (fits) watches_.push_back({rule, i, ok.value_or(i), {}, 0, -1});
    }
  }
}

void AlertWatch::update(const Series& series) {
  if (series.times.size() < rows_ || series.columns.size() != columns_) reset();
  if (columns_ == 0) findSubjects(series);
  for (; rows_ < series.times.size(); ++rows_)
    for (Watch& watch : watches_)
      if (series.times[rows_] >= watch.next) look(watch, series, rows_);
}

void AlertWatch::look(Watch& watch, const Series& series, std::size_t row) {
  const AlertRule& rule = watch.rule;
  const SimTime now = series.times[row];
  watch.next = now + Duration{rule.window.ns / kLooksPerWindow};
  while (watch.first < row && series.times[watch.first] <= now - rule.window) ++watch.first;
  std::optional<Verdict> verdict;
  switch (rule.kind) {
    case AlertRule::Kind::ErrorShare:
      verdict = errorShare(series, watch.column, watch.total, rule.limit, watch.first, row);
      break;
    case AlertRule::Kind::Latency:
    case AlertRule::Kind::Metric:
      verdict = beyond(series, watch.column, rule, watch.first, row);
      break;
    case AlertRule::Kind::Growth:
      verdict = growth(series, watch.column, rule, watch.first, row);
      break;
  }
  if (!verdict) return;
  if (watch.open >= 0) {
    Alert& alert = alerts_[static_cast<std::size_t>(watch.open)];
    const bool isLow = rule.comparison == Comparison::Less || rule.comparison == Comparison::LessOrEqual;
    alert.worst = isLow ? std::min(alert.worst, verdict->value) : std::max(alert.worst, verdict->value);
    if (verdict->fires) return;
    alert.until = now;
    watch.open = -1;
  } else if (verdict->fires) {
    watch.open = static_cast<std::ptrdiff_t>(alerts_.size());
    const SeriesColumn& column = series.columns[watch.column];
    alerts_.push_back({rule, column.name, column.unit, now, kNever, verdict->value, verdict->value});
  }
}

std::vector<Alert> alertsOf(const Scenario& scenario, const Series& series) {
  AlertWatch watch(alertRules(scenario));
  watch.update(series);
  return watch.alerts();
}

}  // namespace faultline

#include "model/alert_rule.h"

#include <algorithm>

#include "model/problem.h"
#include "model/validate.h"

namespace faultline {
namespace {

constexpr ExpectationForm kForms[] = {
    {"error_rate > 5%", "Share of the operations that failed, of each node that starts them."},
    {"p50 > 500ms, p95 > 500ms, p99 > 500ms", "Latency of the operations of each node that starts them."},
    {"queue_growth > 5",
     "Any queue: its shortest in the last third of the time is longer by so much than its longest in the first third."},
    {"METRIC > QUANTITY", "A column of the time series, by `<`, `<=`, `>`, `>=`, `==` or `!=`: db.utilization > 90%."},
};

struct Named {
  std::string_view name;
  AlertRule::Kind kind;
  Dimension dimension;
  double scale;  // base units in one unit of what is watched
  const char* example;
};
constexpr Named kNamed[] = {
    {"error_rate", AlertRule::Kind::ErrorShare, Dimension::Number, 1, "a share like 5%, at most 100%"},
    {"p50", AlertRule::Kind::Latency, Dimension::Time, 1e-3, "a duration like 500ms"},
    {"p95", AlertRule::Kind::Latency, Dimension::Time, 1e-3, "a duration like 500ms"},
    {"p99", AlertRule::Kind::Latency, Dimension::Time, 1e-3, "a duration like 500ms"},
    {"queue_growth", AlertRule::Kind::Growth, Dimension::Number, 1, "a count like 5"},
};

constexpr std::string_view kSpaces = " \t\n";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kSpaces);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

Result<AlertRule> refused(std::size_t at, std::string message, std::string hint) {
  Result<AlertRule> result;
  result.diagnostics.push_back(errorAt({}, std::move(message), std::move(hint)));
  result.diagnostics.back().column = static_cast<int>(at) + 1;
  return result;
}

// Where the comparison begins; the arrow of an edge is none.
std::size_t comparisonIn(std::string_view text) {
  std::size_t at = text.find_first_of("<>=!");
  while (at != std::string_view::npos && at > 0 && text[at] == '>' && text[at - 1] == '-')
    at = text.find_first_of("<>=!", at + 1);
  return at;
}

Result<AlertRule> parseNamed(const Named& named, std::string_view text, std::size_t operation) {
  if (operation == std::string_view::npos || text[operation] != '>' || text.substr(operation).starts_with(">="))
    return refused(std::min(operation, text.size()), quoted(std::string(named.name)) + " is compared by >",
                   "write \"" + std::string(named.name) + " > LIMIT\"");
  const std::string_view limit = trimmed(text.substr(operation + 1));
  const std::optional<double> value = quantityOf(std::string(limit), named.dimension);
  if (!value || *value < 0 || (named.kind == AlertRule::Kind::ErrorShare && *value > 1))
    return refused(limit.empty() ? text.size() : static_cast<std::size_t>(limit.data() - text.data()),
                   quoted(std::string(limit)) + " is no limit of " + quoted(std::string(named.name)),
                   std::string("it is ") + named.example);
  Result<AlertRule> result;
  result.value.kind = named.kind;
  result.value.limit = *value / named.scale;
  if (named.kind == AlertRule::Kind::Latency) result.value.metric = named.name;
  return result;
}

Result<AlertRule> parseMetric(const std::string& text, const Scenario& scenario,
                              const std::vector<MetricColumn>& columns) {
  constexpr std::string_view kBefore = "never(";
  Result<Expectation> parsed = parseExpectation(std::string(kBefore) + text + ")", scenario, columns);
  if (hasErrors(parsed.diagnostics)) {
    Result<AlertRule> result;
    result.diagnostics = std::move(parsed.diagnostics);
    for (Diagnostic& d : result.diagnostics) d.column = std::max(1, d.column - static_cast<int>(kBefore.size()));
    return result;
  }
  const Expectation& e = parsed.value;
  if (e.conditions.size() != 1 || e.window.kind != ExpectationWindow::Kind::Whole)
    return refused(0, "an alert watches one metric at all times", "write for example \"db.utilization > 90%\"");
  const MetricCondition& condition = e.conditions.front();
  Result<AlertRule> result;
  result.value.kind = AlertRule::Kind::Metric;
  result.value.metric = condition.metric.column;
  result.value.comparison = condition.comparison;
  result.value.limit = condition.value / condition.metric.scale;
  return result;
}

}  // namespace

std::span<const ExpectationForm> alertForms() { return kForms; }

std::span<const AlertSpec> defaultAlerts() {
  static const AlertSpec kDefaults[] = {
      {"error_rate > 5%", seconds(10)}, {"p95 > 500ms", seconds(3)}, {"queue_growth > 5", seconds(30)}};
  return kDefaults;
}

Result<AlertRule> parseAlertRule(const AlertSpec& spec, const Scenario& scenario,
                                 const std::vector<MetricColumn>& columns) {
  const std::size_t operation = comparisonIn(spec.when);
  const std::string_view left = trimmed(std::string_view(spec.when).substr(0, operation));
  const auto named = std::find_if(std::begin(kNamed), std::end(kNamed), [&](const Named& n) { return n.name == left; });
  if (named == std::end(kNamed) && left.find('.') == std::string_view::npos) {
    std::vector<std::string_view> names;
    for (const Named& n : kNamed) names.push_back(n.name);
    const std::string nearest = left.size() > 3 ? nearestName(left, names) : std::string();  // p97 is no misspelt p99
    return refused(0, "an alert cannot watch " + quoted(left),
                   nearest.empty()
                       ? "it watches error_rate, p50, p95, p99, queue_growth, or a metric of a node like db.utilization"
                       : "did you mean " + quoted(nearest) + "?");
  }
  Result<AlertRule> result =
      named != std::end(kNamed) ? parseNamed(*named, spec.when, operation) : parseMetric(spec.when, scenario, columns);
  result.value.window = spec.window;
  return result;
}

std::vector<AlertRule> alertRules(const Scenario& scenario) {
  std::vector<AlertRule> rules;
  const std::vector<MetricColumn> columns = scenario.alerts ? metricColumns(scenario) : std::vector<MetricColumn>{};
  for (const AlertSpec& spec : scenario.alerts ? std::span<const AlertSpec>(*scenario.alerts) : defaultAlerts())
    if (Result<AlertRule> rule = parseAlertRule(spec, scenario, columns); !hasErrors(rule.diagnostics))
      rules.push_back(std::move(rule.value));
  return rules;
}

}  // namespace faultline

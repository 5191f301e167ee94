#include "gui/document/alert_edits.h"

#include "model/alert_rule.h"
#include "model/problem.h"

namespace faultline {

std::span<const AlertSpec> alertSpecs(const Scenario& scenario) {
  return scenario.alerts ? std::span<const AlertSpec>(*scenario.alerts) : defaultAlerts();
}

std::vector<std::string> alertSuggestions(const Scenario& scenario) {
  std::vector<std::string> texts;
  for (const AlertSpec& spec : defaultAlerts()) texts.push_back(spec.when);
  for (const MetricColumn& column : metricColumns(scenario)) texts.push_back(column.name + " > ");
  return texts;
}

namespace edits {

namespace {

std::vector<AlertSpec> listOf(const Scenario& scenario) {
  const std::span<const AlertSpec> specs = alertSpecs(scenario);
  return {specs.begin(), specs.end()};
}

Diagnostics check(const Scenario& scenario, std::size_t index, const AlertSpec& alert) {
  Diagnostics problems = parseAlertRule(alert, scenario, metricColumns(scenario)).diagnostics;
  for (Diagnostic& problem : problems) {
    problem.path = "alerts[" + std::to_string(index) + "].when";
    problem.column = 0;  // of the text, not of a file
  }
  return problems;
}

Diagnostics noAlert() { return {errorAt("alerts", "there is no such alert any more")}; }

}  // namespace

Edit addAlert(AlertSpec alert) {
  return [alert = std::move(alert)](Scenario& scenario) -> Diagnostics {
    std::vector<AlertSpec> alerts = listOf(scenario);
    if (Diagnostics problems = check(scenario, alerts.size(), alert); hasErrors(problems)) return problems;
    alerts.push_back(alert);
    scenario.alerts = std::move(alerts);
    return {};
  };
}

Edit changeAlert(std::size_t index, AlertSpec alert) {
  return [index, alert = std::move(alert)](Scenario& scenario) -> Diagnostics {
    std::vector<AlertSpec> alerts = listOf(scenario);
    if (index >= alerts.size()) return noAlert();
    if (alerts[index] == alert) return {};
    if (Diagnostics problems = check(scenario, index, alert); hasErrors(problems)) return problems;
    alerts[index] = alert;
    scenario.alerts = std::move(alerts);
    return {};
  };
}

Edit removeAlert(std::size_t index) {
  return [index](Scenario& scenario) -> Diagnostics {
    std::vector<AlertSpec> alerts = listOf(scenario);
    if (index >= alerts.size()) return noAlert();
    alerts.erase(alerts.begin() + static_cast<std::ptrdiff_t>(index));
    scenario.alerts = std::move(alerts);
    return {};
  };
}

Edit useDefaultAlerts() {
  return [](Scenario& scenario) -> Diagnostics {
    scenario.alerts.reset();
    return {};
  };
}

}  // namespace edits
}  // namespace faultline

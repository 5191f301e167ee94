#include "model/alert_rule.h"
#include "model/expectation.h"
#include "model/validation.h"

namespace faultline {

void validateExpectations(const Scenario& scenario, const Doubts& doubts, Diagnostics& problems) {
  if (scenario.expect.empty()) return;
  const std::vector<MetricColumn> columns = metricColumns(scenario);
  for (std::size_t i = 0; i < scenario.expect.size(); ++i)
    for (Diagnostic& d : doubts.without(parseExpectation(scenario.expect[i], scenario, columns).diagnostics)) {
      d.path = "expect[" + std::to_string(i) + "]";
      problems.push_back(std::move(d));
    }
}

void validateAlerts(const Scenario& scenario, const Doubts& doubts, Diagnostics& problems) {
  if (!scenario.alerts || scenario.alerts->empty()) return;
  const std::vector<MetricColumn> columns = metricColumns(scenario);
  for (std::size_t i = 0; i < scenario.alerts->size(); ++i)
    for (Diagnostic& d : doubts.without(parseAlertRule((*scenario.alerts)[i], scenario, columns).diagnostics)) {
      d.path = "alerts[" + std::to_string(i) + "].when";
      problems.push_back(std::move(d));
    }
}

}  // namespace faultline

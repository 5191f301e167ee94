// Edits of the timeline, which stays in order of time.
#include <algorithm>

#include "gui/document/edits.h"
#include "model/problem.h"
#include "model/validate.h"

namespace faultline::edits {

namespace {

void sortTimeline(Scenario& scenario) {
  std::stable_sort(scenario.timeline.begin(), scenario.timeline.end(),
                   [](const Action& a, const Action& b) { return a.at < b.at; });
}

Diagnostics checkAction(const Scenario& scenario, const Action& action) {
  Scenario probe = scenario;
  probe.timeline = {action};
  probe.expect.clear();
  Diagnostics problems;
  for (const Diagnostic& problem : validate(probe))
    if (problem.severity == Diagnostic::Severity::Error && problem.path.starts_with("timeline"))
      problems.push_back(problem);
  return problems;
}

Diagnostics noAction() { return {errorAt("timeline", "there is no such action")}; }

}  // namespace

Edit addAction(Action action) {
  return [action = std::move(action)](Scenario& scenario) -> Diagnostics {
    if (Diagnostics problems = checkAction(scenario, action); !problems.empty()) return problems;
    scenario.timeline.push_back(action);
    sortTimeline(scenario);
    return {};
  };
}

Edit changeAction(std::size_t index, Action action) {
  return [index, action = std::move(action)](Scenario& scenario) -> Diagnostics {
    if (index >= scenario.timeline.size()) return noAction();
    if (Diagnostics problems = checkAction(scenario, action); !problems.empty()) return problems;
    scenario.timeline[index] = action;
    sortTimeline(scenario);
    return {};
  };
}

Edit moveAction(std::size_t index, SimTime to) {
  return [index, to](Scenario& scenario) -> Diagnostics {
    if (index >= scenario.timeline.size()) return noAction();
    scenario.timeline[index].at = std::clamp(to, SimTime{}, scenario.duration);
    sortTimeline(scenario);
    return {};
  };
}

Edit removeActions(std::vector<std::size_t> indexes) {
  return [indexes = std::move(indexes)](Scenario& scenario) -> Diagnostics {
    std::vector<Action> kept;
    for (std::size_t i = 0; i < scenario.timeline.size(); ++i)
      if (std::find(indexes.begin(), indexes.end(), i) == indexes.end()) kept.push_back(scenario.timeline[i]);
    if (kept.size() + indexes.size() != scenario.timeline.size()) return noAction();
    scenario.timeline = std::move(kept);
    return {};
  };
}

}  // namespace faultline::edits

#include "gui/run/prevention.h"

#include "gui/run/diagnosis.h"
#include "io/yaml_reader.h"

namespace faultline {

namespace {

using Found = std::shared_ptr<WhatIf>;

Found tryChanges(const Scenario& scenario, const Explanation& explanation, Work& work) {
  const ApplySetting apply = [](Scenario& s, const std::string& setting) { return applySetting(s, setting); };
  const SimTime until = explanation.began();
  const std::size_t runs = candidateChanges(scenario, explanation).size() + 1;
  return std::make_shared<WhatIf>(whatIf(scenario, explanation, apply, batchRunner(work, runs, until)));
}

}  // namespace

Prevention::Prevention(QObject* parent) : QObject(parent) {
  connect(&background_, &Background::stateChanged, this, &Prevention::stateChanged);
  connect(&background_, &Background::progressed, this, &Prevention::progressed);
}

void Prevention::find(const RunStudy& study) {
  background_.start<Found>(
      [scenario = study.scenario, explanation = study.explanation](Work& work) {
        return tryChanges(scenario, explanation, work);
      },
      [this](Found found) {
        result_ = std::move(found);
        Q_EMIT changed();
      });
}

void Prevention::forget() {
  background_.cancel();
  if (result_ == nullptr) return;
  result_ = nullptr;
  Q_EMIT changed();
}

}  // namespace faultline

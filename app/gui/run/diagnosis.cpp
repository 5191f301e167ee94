#include "gui/run/diagnosis.h"

#include "analysis/explain.h"
#include "engine/trace_collector.h"

namespace faultline {

namespace {

using Study = std::shared_ptr<RunStudy>;

Duration distanceOf(const Series& series) {
  return series.times.size() > 1 ? series.times[1] - series.times[0] : kNever;
}

Study fromRows(Study study, const Series& rows) {
  study->sampled = distanceOf(rows);
  study->explanation = explain(study->scenario, rows);
  return study;
}

Study fromRunAgain(Study study, Work& work) {
  Scenario closer = study->scenario;
  closer.sample = study->sampled = samplingForExplanation(closer);
  Simulation simulation(closer);
  TraceCollector collector(closer);
  simulation.observe(&collector);
  const bool complete = advanceTo(simulation, study->upTo, work);
  simulation.observe(nullptr);
  if (!complete) return study;
  study->explanation = explain(study->scenario, simulation.series());
  study->traces = collector.traces();
  study->theory = theoryOf(closer, simulation.series(), simulation.summary());
  study->fingerprint = simulation.fingerprint();
  return study;
}

}  // namespace

Diagnosis::Diagnosis(RunBridge& run, QObject* parent) : QObject(parent), run_(run) {
  connect(&run, &RunBridge::runStarted, this, &Diagnosis::forget);
  connect(&background_, &Background::stateChanged, this, &Diagnosis::stateChanged);
  connect(&background_, &Background::progressed, this, &Diagnosis::progressed);
}

void Diagnosis::forget() {
  background_.cancel();
  if (study_ == nullptr) return;
  study_ = nullptr;
  Q_EMIT changed();
}

bool Diagnosis::isOutdated() const {
  return study_ == nullptr || study_->upTo != run_.now() || actions_ != run_.liveActions().size();
}

void Diagnosis::explain() {
  if (!isOutdated() || !canStart()) return;
  start(distanceOf(run_.shown().series) > samplingForExplanation(run_.runScenario()));
}

void Diagnosis::examine() {
  if (canStart() && (isOutdated() || !study_->traces)) start(true);
}

void Diagnosis::start(bool again) {
  auto study = std::make_shared<RunStudy>();
  study->scenario = run_.replay();
  study->upTo = run_.now();
  actions_ = run_.liveActions().size();
  const std::function<Study(Work&)> work =
      again ? std::function<Study(Work&)>([study](Work& w) { return fromRunAgain(study, w); })
            : [study, rows = run_.shown().series](Work&) { return fromRows(study, rows); };
  background_.start<Study>(work, [this](Study done) {
    study_ = std::move(done);
    Q_EMIT changed();
  });
}

}  // namespace faultline

// What is known about the present run so far, beyond its samples: why it broke, call traces, theory.
//
// The explanation is made of the run's own rows where they are fine enough to tell the order of onsets. Else, and for
// traces, the run is done again in the background up to the same instant, with finer samples and watched closely: a run
// is a function of its scenario and actions, so it is the same run.
//
// Thread safety: the window's thread.
#pragma once

#include <QObject>
#include <memory>
#include <optional>

#include "analysis/theory.h"
#include "gui/models/background.h"
#include "gui/run/run_bridge.h"
#include "metrics/call_trace.h"
#include "metrics/explanation.h"

namespace faultline {

struct RunStudy {
  Scenario scenario;  // of the run, with what was done live
  SimTime upTo;
  Duration sampled;  // distance of the rows that were looked at
  Explanation explanation;
  std::optional<Traces> traces;  // where it was run again
  std::optional<Theory> theory;
  std::uint64_t fingerprint = 0;

  bool isOver() const { return upTo >= scenario.duration; }  // nothing can break any more
};

class Diagnosis : public QObject {
  Q_OBJECT

 public:
  explicit Diagnosis(RunBridge& run, QObject* parent = nullptr);

  // Explains the run up to now, if that is not known already.
  void explain();
  // The same with traces and theory.
  void examine();
  void cancel() { background_.cancel(); }

  // Null before the first one of this run.
  const RunStudy* study() const { return study_.get(); }
  bool isOutdated() const;  // the run went on, or was changed, since the study
  bool canStart() const { return !run_.shown().series.times.empty(); }
  const Background& background() const { return background_; }

 Q_SIGNALS:
  // Another study, or none any more.
  void changed();
  // Work began or ended.
  void stateChanged();
  void progressed(double share);

 private:
  void start(bool again);
  void forget();

  RunBridge& run_;
  Background background_;
  std::shared_ptr<const RunStudy> study_;
  std::size_t actions_ = 0;  // done live when the study was made
};

}  // namespace faultline

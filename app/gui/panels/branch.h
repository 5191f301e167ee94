// A second future: keeps the present run as the baseline and starts again from the shown instant.
//
// A run is a function of its scenario and actions, so going on from the past means to run again up to it: the past is the
// same to the last sample. There the clock stands; what is changed now takes effect at that time, and playing on draws
// the new future over the old one.
//
// Thread safety: the window's thread.
#pragma once

#include <QObject>
#include <optional>

#include "gui/run/run_bridge.h"

namespace faultline {

class Branch : public QObject {
  Q_OBJECT

 public:
  explicit Branch(RunBridge& run, QObject* parent = nullptr);

  // Branches at the shown instant, or elsewhere. Nothing happens without samples.
  void start() { start(run_.viewTime()); }
  void start(SimTime at);
  // Keeps the present run as the baseline without running again: for whatever is run next.
  void keepBaseline();
  void end();

  bool isActive() const { return isActive_; }
  // The run that was, null without one; and where the present one leaves it, empty when from the beginning.
  const Series* baseline() const { return isActive_ ? &baseline_ : nullptr; }
  std::optional<SimTime> at() const { return at_; }

 Q_SIGNALS:
  void changed();

 private:
  RunBridge& run_;
  Series baseline_;
  std::optional<SimTime> at_;
  bool isActive_ = false;
};

}  // namespace faultline

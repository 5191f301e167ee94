#include "gui/panels/branch.h"

namespace faultline {

Branch::Branch(RunBridge& run, QObject* parent) : QObject(parent), run_(run) {}

void Branch::keepBaseline() {
  if (run_.shown().series.times.empty()) return;
  baseline_ = run_.shown().series;
  at_.reset();
  isActive_ = true;
  Q_EMIT changed();
}

void Branch::start(SimTime at) {
  if (run_.shown().series.times.empty()) return;
  const std::vector<Action> actions = run_.liveActions();
  keepBaseline();
  at_ = at;
  run_.reset();
  // What was done live before the instant is part of the past.
  for (const Action& action : actions)
    if (action.at < at) run_.post(action);
  run_.runUntil(at);
  Q_EMIT changed();
}

void Branch::end() {
  if (!isActive_) return;
  isActive_ = false;
  baseline_ = {};
  at_.reset();
  Q_EMIT changed();
}

}  // namespace faultline

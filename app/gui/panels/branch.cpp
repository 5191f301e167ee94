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
  keepBaseline();
  at_ = at;
  run_.branchAt(at);
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

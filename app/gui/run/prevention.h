// What would have prevented an incident: the run again with one change after the other, in the background.
//
// Thread safety: the window's thread.
#pragma once

#include <QObject>
#include <memory>

#include "analysis/whatif.h"
#include "gui/models/background.h"

namespace faultline {

struct RunStudy;

class Prevention : public QObject {
  Q_OBJECT

 public:
  explicit Prevention(QObject* parent = nullptr);

  // REQUIRES a study of a run that broke.
  void find(const RunStudy& study);
  void cancel() { background_.cancel(); }
  // What was found is of another run.
  void forget();

  const WhatIf* result() const { return result_.get(); }
  const Background& background() const { return background_; }

 Q_SIGNALS:
  void changed();
  void stateChanged();
  void progressed(double share);

 private:
  Background background_;
  std::shared_ptr<const WhatIf> result_;
};

}  // namespace faultline

// What a scenario's recording says over time, to be laid as dots over the lines of a run.
//
// Thread safety: a pure function of scenario and file. Complexity: linear in the file. Errors: told in `problem`; then
// there are no dots.
#pragma once

#include <QList>
#include <QPointF>
#include <string>
#include <utility>
#include <vector>

#include "model/scenario.h"

namespace faultline {

struct RecordedDots {
  std::vector<std::pair<std::string, QList<QPointF>>> columns;  // by column of the series: seconds and value
  std::string problem;

  const QList<QPointF>* find(const std::string& column) const {
    for (const auto& [name, dots] : columns)
      if (name == column) return &dots;
    return nullptr;
  }
};

// Nothing when the scenario names no recording. The first column of the file is the time in seconds. Files are looked for
// in `baseDir`.
RecordedDots readRecordedDots(const Scenario& scenario, const std::string& baseDir);

}  // namespace faultline

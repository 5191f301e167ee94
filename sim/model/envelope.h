// Recorded figures of an incident, by phase: what repetitions of it came to.
//
// A CSV file with the columns phase, metric, unit and mean, and either low and high or any number of runs (run1, run2,
// ...), whose smallest and greatest value are taken. Figures about the whole recording, such as the time of the first
// failure, stand in the phase called `moment`.
// Thread safety: values and a pure function of the file. Errors: reported in `problem`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/expectation.h"

namespace faultline {

inline constexpr std::string_view kMomentPhase = "moment";

struct EnvelopeRow {
  std::string phase, metric, unit;
  double mean = 0, low = 0, high = 0;
};

struct Envelope {
  std::vector<EnvelopeRow> rows;
  std::string problem;  // empty when the rows are good

  const EnvelopeRow* find(std::string_view phase, std::string_view metric) const;
  std::vector<std::string_view> metricNames() const;  // each once
};

Envelope readEnvelope(std::string_view baseDir, std::string_view path);

// What a unit of recorded data counts, and by what its numbers are multiplied to be in the base unit: "ms", "1/s",
// "jobs/s", "cores", ... A unit that is none of time, bytes or a rate is a plain number.
struct RecordedUnit {
  Dimension dimension = Dimension::Number;
  double scale = 1;
};
RecordedUnit recordedUnit(std::string_view unit);

}  // namespace faultline

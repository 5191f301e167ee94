// A run beside the recording of what it simulates, figure by figure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"

namespace faultline {

struct RecordedFigure {
  enum class Verdict { Within, Missed, NotJudged };

  std::string name;  // of the metric in the envelope; what is simulated where it has none
  std::string simulatedText;
  std::string unit;  // of the figures below
  double recorded = 0, low = 0, high = 0;
  double simulated = 0;       // mean of the runs; NaN when it is unknown or never came about in one of them
  double simulatedLow = 0, simulatedHigh = 0;  // smallest and greatest of the runs; NaN like the mean
  std::string tolerance;      // as written: "5%", "2s", "factor 2"; empty when there is none
  bool errorIsShare = false;  // whether the tolerance is about simulated over recorded
  Verdict verdict = Verdict::NotJudged;
  std::string note;
};

struct RecordedPhaseResult {
  std::string name;  // empty for figures about the whole run
  SimTime from, to;
  std::vector<RecordedFigure> figures;
};

struct RecordedResult {
  std::string problem;  // why nothing could be compared
  std::vector<RecordedPhaseResult> phases;
  std::vector<std::uint64_t> seeds;  // of the runs

  std::size_t count(RecordedFigure::Verdict verdict) const {
    std::size_t n = 0;
    for (const RecordedPhaseResult& phase : phases)
      for (const RecordedFigure& figure : phase.figures) n += figure.verdict == verdict;
    return n;
  }
  std::size_t judged() const { return count(RecordedFigure::Verdict::Within) + count(RecordedFigure::Verdict::Missed); }
};

}  // namespace faultline

#include "analysis/recorded.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "analysis/summary_metric.h"
#include "model/envelope.h"
#include "model/recorded_tolerance.h"

namespace faultline {
namespace {

using Figure = RecordedFigure;

struct Row {
  const RecordedRow& spec;
  Measure measure;
};

struct Source {
  std::string name, unit;
  double mean, low, high;
};

Figure::Verdict judged(const Row& row, const Figure& f, double scale) {
  if (row.spec.informative) return Figure::Verdict::NotJudged;
  const double simulated = f.simulated, recorded = f.recorded;
  if (simulated >= f.low && simulated <= f.high) return Figure::Verdict::Within;
  bool isNear = false;
  if (row.spec.factor) {
    isNear = simulated >= recorded / *row.spec.factor && simulated <= recorded * *row.spec.factor;
  } else if (const auto tolerance = parseTolerance(row.spec.tolerance, row.measure.dimension)) {
    const double most = tolerance->isShare ? tolerance->most * std::fabs(recorded) : tolerance->most / scale;
    isNear = std::fabs(simulated - recorded) <= most;  // false for NaN
  }
  return isNear ? Figure::Verdict::Within : Figure::Verdict::Missed;
}

std::string toleranceText(const RecordedRow& row) {
  if (!row.factor) return row.tolerance;
  char text[32];
  std::snprintf(text, sizeof text, "factor %g", *row.factor);
  return text;
}

class PhaseComparison {
 public:
  PhaseComparison(const Scenario& scenario, const Envelope& envelope) : spec_(*scenario.recorded), envelope_(envelope) {
    const MeasureNames names(scenario);
    for (const RecordedRow& row : spec_.compare) rows_.push_back({row, parseMeasure(row.simulated, names).value});
  }

  RecordedPhaseResult compare(std::string_view phase, const Summary& summary, const Series& series) const {
    RecordedPhaseResult result;
    if (phase != kMomentPhase) result.name = std::string(phase);
    result.from = summary.warmup;
    result.to = summary.simulated;
    for (const Row& row : rows_)
      if (const auto source = sourceOf(row.spec, phase))
        result.figures.push_back(figure(row, *source, summary, series));
    return result;
  }

 private:
  // Empty when the row is not about the phase.
  std::optional<Source> sourceOf(const RecordedRow& row, std::string_view phase) const {
    const bool isNamed = std::find(row.phases.begin(), row.phases.end(), phase) != row.phases.end();
    const bool isOfAll = row.phases.empty() && phase != kMomentPhase;
    if (!isNamed && !isOfAll) return std::nullopt;
    if (row.value)
      return Source{row.simulated, row.unit, *row.value, row.low.value_or(*row.value), row.high.value_or(*row.value)};
    const EnvelopeRow* e = envelope_.find(phase, row.recorded);
    if (e == nullptr) return std::nullopt;
    return Source{row.recorded, row.unit.empty() ? e->unit : row.unit, e->mean, e->low, e->high};
  }

  Figure figure(const Row& row, const Source& source, const Summary& summary, const Series& series) const {
    const double scale = recordedUnit(source.unit).scale;
    Figure f;
    f.name = source.name;
    f.simulatedText = row.spec.simulated;
    f.unit = source.unit == "1" ? "" : source.unit;
    f.recorded = source.mean;
    f.low = source.low;
    f.high = source.high;
    f.simulated = measured(row.measure, summary, series) / scale;
    f.tolerance = toleranceText(row.spec);
    f.errorIsShare = row.spec.factor.has_value() || row.spec.tolerance.empty() || row.spec.tolerance.ends_with('%');
    f.verdict = judged(row, f, scale);
    f.note = row.spec.note;
    return f;
  }

  const RecordedSpec& spec_;
  const Envelope& envelope_;
  std::vector<Row> rows_;
};

// In steps, so that a long run can be ended. Whether it arrived.
bool advance(Simulation& simulation, SimTime to, const std::function<bool()>& goesOn) {
  constexpr std::int64_t kSteps = 200;
  const Duration step{std::max<std::int64_t>(simulation.scenario().duration.ns / kSteps, 1)};
  while (simulation.now() < to) {
    if (goesOn && !goesOn()) return false;
    simulation.advanceTo(std::min(to, simulation.now() + step));
    const bool stopped = simulation.now() < to && !simulation.summary().stopped.empty();
    if (stopped) return false;
  }
  return true;
}

}  // namespace

RecordedResult compareWithRecorded(const Simulation& finished, const std::string& baseDir,
                                   const std::function<bool()>& goesOn) {
  RecordedResult result;
  const Scenario& scenario = finished.scenario();
  if (!scenario.recorded || scenario.recorded->compare.empty()) return result;
  Envelope envelope;
  if (!scenario.recorded->envelope.empty()) envelope = readEnvelope(baseDir, scenario.recorded->envelope);
  result.problem = envelope.problem;
  if (!result.problem.empty()) return result;
  const PhaseComparison comparison(scenario, envelope);
  Simulation again(scenario);
  for (const RecordedPhase& phase : scenario.recorded->phases) {
    if (phase.to > finished.now()) continue;
    if (!advance(again, phase.from, goesOn)) return {"the run ended before its phases did", {}};
    again.restartMeasuring();
    if (!advance(again, phase.to, goesOn)) return {"the run ended before its phases did", {}};
    result.phases.push_back(comparison.compare(phase.name, again.summary(), again.series()));
  }
  result.phases.push_back(comparison.compare(kMomentPhase, finished.summary(), finished.series()));
  return result;
}

}  // namespace faultline

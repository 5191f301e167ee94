#include "analysis/recorded.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

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

Figure::Verdict judged(const Row& row, const Figure& f) {
  if (row.spec.informative) return Figure::Verdict::NotJudged;
  const double simulated = f.simulated, recorded = f.recorded;
  if (simulated >= f.low && simulated <= f.high) return Figure::Verdict::Within;
  bool isNear = false;
  if (row.spec.factor) {
    isNear = simulated >= recorded / *row.spec.factor && simulated <= recorded * *row.spec.factor;
  } else if (const auto tolerance = parseTolerance(row.spec.tolerance, row.measure.dimension)) {
    const double most =
        tolerance->isShare ? tolerance->most * std::fabs(recorded) : tolerance->most / recordedUnit(f.unit).scale;
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

  // Takes what one run came to in a phase.
  void add(std::string_view phase, const Summary& summary, const Series& series) {
    RecordedPhaseResult& result = phaseOf(phase, summary);
    std::size_t next = 0;
    for (const Row& row : rows_)
      if (const auto source = sourceOf(row.spec, phase)) {
        if (next == result.figures.size()) result.figures.push_back(figureOf(row, *source));
        addRun(measured(row.measure, summary, series) / recordedUnit(source->unit).scale, result.figures[next++]);
      }
  }

  // The means of all runs, judged.
  std::vector<RecordedPhaseResult> take(std::size_t runs) {
    for (RecordedPhaseResult& phase : phases_) {
      const std::string_view name = phase.name.empty() ? kMomentPhase : std::string_view(phase.name);
      std::size_t next = 0;
      for (const Row& row : rows_)
        if (sourceOf(row.spec, name)) judge(row, runs, phase.figures[next++]);
    }
    return std::move(phases_);
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

  RecordedPhaseResult& phaseOf(std::string_view phase, const Summary& summary) {
    const std::string_view name = phase == kMomentPhase ? std::string_view{} : phase;
    for (RecordedPhaseResult& known : phases_)
      if (known.name == name) return known;
    phases_.push_back({std::string(name), summary.warmup, summary.simulated, {}});
    return phases_.back();
  }

  static Figure figureOf(const Row& row, const Source& source) {
    Figure f;
    f.name = source.name;
    f.simulatedText = row.spec.simulated;
    f.unit = source.unit == "1" ? "" : source.unit;
    f.recorded = source.mean;
    f.low = source.low;
    f.high = source.high;
    f.simulatedLow = std::numeric_limits<double>::infinity();
    f.simulatedHigh = -f.simulatedLow;
    f.tolerance = toleranceText(row.spec);
    f.errorIsShare = row.spec.factor.has_value() || row.spec.tolerance.empty() || row.spec.tolerance.ends_with('%');
    f.note = row.spec.note;
    return f;
  }

  // Until all runs are in, `simulated` is their sum.
  static void addRun(double value, Figure& f) {
    f.simulated += value;
    f.simulatedLow = std::min(f.simulatedLow, value);
    f.simulatedHigh = std::max(f.simulatedHigh, value);
  }

  static void judge(const Row& row, std::size_t runs, Figure& f) {
    f.simulated /= static_cast<double>(runs);
    if (std::isnan(f.simulated)) f.simulatedLow = f.simulatedHigh = f.simulated;
    f.verdict = judged(row, f);
  }

  const RecordedSpec& spec_;
  const Envelope& envelope_;
  std::vector<Row> rows_;
  std::vector<RecordedPhaseResult> phases_;
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

// Whether the run got through all phases that end by `until`.
bool addPhases(const Scenario& scenario, SimTime until, const std::function<bool()>& goesOn,
               PhaseComparison& comparison) {
  Simulation simulation(scenario);
  for (const RecordedPhase& phase : scenario.recorded->phases) {
    if (phase.to > until) continue;
    if (!advance(simulation, phase.from, goesOn)) return false;
    simulation.restartMeasuring();
    if (!advance(simulation, phase.to, goesOn)) return false;
    comparison.add(phase.name, simulation.summary(), simulation.series());
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
  PhaseComparison comparison(scenario, envelope);
  Scenario repeated = scenario;
  for (std::int64_t run = 0; run < scenario.recorded->repetitions; ++run) {
    repeated.seed = scenario.seed + static_cast<std::uint64_t>(run);
    bool ended = addPhases(repeated, finished.now(), goesOn, comparison);
    if (run == 0) {
      comparison.add(kMomentPhase, finished.summary(), finished.series());
    } else if (ended) {
      Simulation whole(repeated);
      ended = advance(whole, finished.now(), goesOn);
      comparison.add(kMomentPhase, whole.summary(), whole.series());
    }
    if (!ended) return {"the run ended before its phases did", {}, {}};
    result.seeds.push_back(repeated.seed);
  }
  result.phases = comparison.take(result.seeds.size());
  return result;
}

}  // namespace faultline

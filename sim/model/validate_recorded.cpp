#include <algorithm>

#include "base/quantity.h"
#include "model/envelope.h"
#include "model/measure.h"
#include "model/problem.h"
#include "model/recorded_tolerance.h"
#include "model/scenario_params.h"
#include "model/validation.h"
#include "model/value_check.h"

namespace faultline {
namespace {

void checkPhases(const Scenario& scenario, Diagnostics& problems) {
  const RecordedPhase* before = nullptr;
  for (const RecordedPhase& phase : scenario.recorded->phases) {
    const std::string path = "recorded.phases." + phase.name;
    if (!isIdentifier(phase.name)) problems.push_back(errorAt(path, quoted(phase.name) + " is not a name"));
    if (phase.name == kMomentPhase)
      problems.push_back(errorAt(path, "no phase can be called \"moment\"", "that word stands for the whole run"));
    if (phase.to <= phase.from) problems.push_back(errorAt(path, "the phase ends before it begins"));
    if (phase.from < scenario.warmup)
      problems.push_back(
          errorAt(path, "the phase begins before the warm-up ends, at " + formatDuration(scenario.warmup)));
    if (before != nullptr && phase.from < before->to)
      problems.push_back(errorAt(path, "the phase begins before " + quoted(before->name) + " ends"));
    if (phase.to > scenario.duration)
      problems.push_back(warningAt(path, "the phase ends after the run does, at " + formatDuration(scenario.duration) +
                                             ", and is not compared"));
    before = &phase;
  }
}

class RowCheck {
 public:
  RowCheck(const RecordedSpec& spec, const RecordedRow& row, std::string path, const MeasureNames& names,
           Diagnostics& problems)
      : spec_(spec), row_(row), path_(std::move(path)), names_(names), problems_(problems) {}

  void check() {
    for (const ParamInfo& p : recordedRowParams())
      if (const Value value = p.read(&row_); value.isSet())
        checkValue(p, value, path_ + "." + p.name, names_.scenario, problems_);
    checkRowPhases();
    checkSource();
    const Result<Measure> measure = parseMeasure(row_.simulated, names_);
    for (Diagnostic d : measure.diagnostics) {
      d.path = path_ + ".simulated";
      problems_.push_back(std::move(d));
    }
    if (measure.ok()) checkUnits(measure.value);
  }

 private:
  void fail(const char* field, std::string message, std::string hint = {}) {
    problems_.push_back(errorAt(path_ + "." + field, std::move(message), std::move(hint)));
  }

  void checkRowPhases() {
    std::vector<std::string_view> known{kMomentPhase};
    for (const RecordedPhase& phase : spec_.phases) known.push_back(phase.name);
    for (const std::string& name : row_.phases)
      if (std::find(known.begin(), known.end(), name) == known.end())
        fail("phase", "there is no phase " + quoted(name), suggestion(name, known));
  }

  void checkSource() {
    if (row_.recorded.empty() == !row_.value)
      fail("recorded",
           row_.value ? "a row has either \"recorded\" or \"value\", not both" : "the recorded figure is missing",
           "name a metric of the envelope, or give \"value\"");
    if (!row_.recorded.empty() && spec_.envelope.empty())
      fail("recorded", "there is no envelope to take " + quoted(row_.recorded) + " from", "add \"envelope: x.csv\"");
    if ((row_.low || row_.high) && !row_.value) fail("low", "\"low\" and \"high\" belong to a \"value\"");
    if (row_.value && (row_.low.value_or(*row_.value) > *row_.value || row_.high.value_or(*row_.value) < *row_.value))
      fail("value", "the value does not lie between \"low\" and \"high\"");
  }

  void checkUnits(const Measure& measure) {
    const bool hasUnit = row_.value || !row_.unit.empty();
    if (hasUnit && recordedUnit(row_.unit).dimension != measure.dimension)
      fail(row_.unit.empty() ? "simulated" : "unit",
           quoted(row_.simulated) + " is not in " + (row_.unit.empty() ? "plain numbers" : quoted(row_.unit)),
           "units are ms, s, /s, B, or any other word for a plain number");
    if (!row_.tolerance.empty() && !parseTolerance(row_.tolerance, measure.dimension))
      fail("tolerance", quoted(row_.tolerance) + " is not a tolerance of " + quoted(row_.simulated),
           "write a share like 5%, or a quantity like 2s, 3/s or 0.03");
    if (row_.factor && !row_.tolerance.empty()) fail("factor", "a row has either a tolerance or a factor, not both");
    if (row_.tolerance.empty() && !row_.factor && !row_.informative)
      fail("simulated", "how near it must come is not said", "add tolerance, factor, or \"informative: true\"");
  }

  const RecordedSpec& spec_;
  const RecordedRow& row_;
  const std::string path_;
  const MeasureNames& names_;
  Diagnostics& problems_;
};

}  // namespace

void validateRecorded(const Scenario& scenario, Diagnostics& problems) {
  if (!scenario.recorded) return;
  const RecordedSpec& spec = *scenario.recorded;
  if (spec.file.empty()) problems.push_back(errorAt("recorded.file", "the name of the recorded file is empty"));
  checkPhases(scenario, problems);
}

void validateRecordedMetrics(const Scenario& scenario, Diagnostics& problems) {
  if (!scenario.recorded) return;
  const RecordedSpec& spec = *scenario.recorded;
  const MeasureNames names(scenario);
  std::vector<std::string_view> known;
  for (const MetricColumn& column : names.columns) known.push_back(column.name);
  for (const auto& [metric, column] : spec.columns)
    if (std::find(known.begin(), known.end(), metric) == known.end())
      problems.push_back(
          errorAt("recorded.columns." + metric, "there is no metric " + quoted(metric), suggestion(metric, known)));
  for (std::size_t i = 0; i < spec.compare.size() && problems.size() < kMostFindings; ++i)
    RowCheck(spec, spec.compare[i], "recorded.compare[" + std::to_string(i) + "]", names, problems).check();
}

}  // namespace faultline

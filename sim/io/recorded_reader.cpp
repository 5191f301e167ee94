// The section `recorded`, and whether the files that it names hold what it takes from them.
#include <algorithm>

#include "base/csv_file.h"
#include "io/scenario_reader.h"
#include "model/envelope.h"
#include "model/measure.h"
#include "model/problem.h"
#include "model/scenario.h"
#include "model/scenario_params.h"
#include "model/value_check.h"

namespace faultline {
namespace {

constexpr std::string_view kCollections[] = {"columns", "phases", "compare"};

void assignFields(std::span<const ParamInfo> params, const ValueMap& values, void* target) {
  for (const auto& [name, value] : values.entries) findParam(params, name)->assign(target, value);
}

void readColumns(const YamlNode& node, RecordedSpec& spec, FieldReader& reader) {
  if (!reader.isMap(node, "recorded.columns", "columns like {metric: column}")) return;
  for (const auto& [metric, column] : node.entries) {
    const std::string path = "recorded.columns." + metric->text;
    reader.setPlace(path, metric->place);
    if (reader.isText(*column, path, "the name of a column")) spec.columns.emplace_back(metric->text, column->text);
  }
}

void readPhases(const YamlNode& node, RecordedSpec& spec, FieldReader& reader) {
  if (!reader.isMap(node, "recorded.phases", "phases like {name: [5s, 60s]}")) return;
  const ParamInfo time = field(ParamType::Duration, "time", "", {}, "");
  for (const auto& [name, span] : node.entries) {
    const std::string path = "recorded.phases." + name->text;
    reader.setPlace(path, name->place);
    if (span->kind != YamlNode::Kind::List || span->items.size() != 2) {
      reader.fail(span->place, path, "a phase must be [from, to] like [5s, 60s]");
      continue;
    }
    const auto from = reader.readValue(time, *span->items[0], path + "[0]");
    const auto to = reader.readValue(time, *span->items[1], path + "[1]");
    if (from && to) spec.phases.push_back({name->text, *from->as<Duration>(), *to->as<Duration>()});
  }
}

void readRows(const YamlNode& node, RecordedSpec& spec, FieldReader& reader) {
  if (!reader.isList(node, "recorded.compare", "a list of rows like {recorded: metric, simulated: users.p95}")) return;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const YamlNode& item = *node.items[i];
    const std::string path = "recorded.compare[" + std::to_string(i) + "]";
    reader.setPlace(path, item.place);
    RecordedRow row;
    if (reader.isMap(item, path, "a row like {recorded: metric, simulated: users.p95}")) {
      assignFields(recordedRowParams(), reader.readFields(recordedRowParams(), item, path), &row);
      const YamlNode* simulated = item.find("simulated");
      // A check counts columns from the start of the text.
      if (simulated == nullptr)
        reader.fail(item.place, path + ".simulated", "what is simulated is missing", "add \"simulated: users.p95\"");
      else if (!simulated->isPlain)
        reader.setTextPlace(path + ".simulated", simulated->place);
    }
    spec.compare.push_back(std::move(row));
  }
}

// What only the files can tell.
class FileCheck {
 public:
  FileCheck(const Scenario& scenario, FieldReader& reader)
      : scenario_(scenario), spec_(*scenario.recorded), reader_(reader) {}

  void check() {
    checkColumns();
    if (spec_.envelope.empty()) return;
    envelope_ = readEnvelope(reader_.baseDir(), spec_.envelope);
    if (!envelope_.problem.empty()) return fail("recorded.envelope", envelope_.problem);
    const MeasureNames names(scenario_);
    for (std::size_t i = 0; i < spec_.compare.size(); ++i)
      if (!spec_.compare[i].recorded.empty())
        checkRow(spec_.compare[i], "recorded.compare[" + std::to_string(i) + "]", names);
  }

 private:
  void fail(const std::string& path, std::string message, std::string hint = {}) {
    reader_.fail(reader_.placeOf(path), path, std::move(message), std::move(hint));
  }

  void checkColumns() {
    const CsvFile file(reader_.baseDir(), spec_.file);
    if (!file.problem().empty()) return fail("recorded.file", file.problem());
    for (const auto& [metric, column] : spec_.columns)
      if (!file.column(column)) fail("recorded.columns." + metric, file.missingColumn(column));
  }

  void checkRow(const RecordedRow& row, const std::string& path, const MeasureNames& names) {
    const auto ofMetric = std::find_if(envelope_.rows.begin(), envelope_.rows.end(),
                                       [&](const EnvelopeRow& e) { return e.metric == row.recorded; });
    if (ofMetric == envelope_.rows.end())
      return fail(path + ".recorded", "the envelope has no metric " + quoted(row.recorded),
                  suggestion(row.recorded, envelope_.metricNames()));
    for (const std::string& phase : row.phases)
      if (envelope_.find(phase, row.recorded) == nullptr)
        fail(path + ".phase", "the envelope has no " + quoted(row.recorded) + " for the phase " + quoted(phase));
    const Result<Measure> measure = parseMeasure(row.simulated, names);
    if (measure.ok() && row.unit.empty() && recordedUnit(ofMetric->unit).dimension != measure.value.dimension)
      fail(path + ".simulated",
           quoted(row.simulated) + " is not in " + quoted(ofMetric->unit) + " like " + quoted(row.recorded));
  }

  const Scenario& scenario_;
  const RecordedSpec& spec_;
  FieldReader& reader_;
  Envelope envelope_;
};

}  // namespace

void readRecorded(const YamlNode& node, Scenario& scenario, FieldReader& reader) {
  if (!reader.isMap(node, "recorded", "recorded data like {file: x.csv, columns: {metric: column}}")) return;
  const std::size_t problems = reader.problems.size();
  RecordedSpec spec;
  assignFields(recordedParams(), reader.readFields(recordedParams(), node, "recorded", kCollections), &spec);
  if (node.find("file") == nullptr)
    reader.fail(node.place, "recorded.file", "the file of the recorded data is missing", "add \"file: x.csv\"");
  if (const YamlNode* columns = node.find("columns")) readColumns(*columns, spec, reader);
  if (const YamlNode* phases = node.find("phases")) readPhases(*phases, spec, reader);
  if (const YamlNode* compare = node.find("compare")) readRows(*compare, spec, reader);
  scenario.recorded = std::move(spec);
  if (reader.problems.size() == problems) FileCheck(scenario, reader).check();
}

}  // namespace faultline

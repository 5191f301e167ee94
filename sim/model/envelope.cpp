#include "model/envelope.h"

#include <algorithm>

#include "base/csv_file.h"

namespace faultline {
namespace {

struct Columns {
  std::size_t phase, metric, mean;
  std::optional<std::size_t> unit, low, high;
  std::vector<std::size_t> runs;
};

std::optional<Columns> columnsOf(const CsvFile& file, std::string& problem) {
  for (const char* needed : {"phase", "metric", "mean"})
    if (!file.column(needed)) {
      problem = file.missingColumn(needed);
      return std::nullopt;
    }
  Columns c{*file.column("phase"),
            *file.column("metric"),
            *file.column("mean"),
            file.column("unit"),
            file.column("low"),
            file.column("high"),
            {}};
  for (std::size_t i = 0; i < file.names().size(); ++i)
    if (file.names()[i].starts_with("run")) c.runs.push_back(i);
  return c;
}

}  // namespace

const EnvelopeRow* Envelope::find(std::string_view phase, std::string_view metric) const {
  for (const EnvelopeRow& row : rows)
    if (row.phase == phase && row.metric == metric) return &row;
  return nullptr;
}

std::vector<std::string_view> Envelope::metricNames() const {
  std::vector<std::string_view> names;
  for (const EnvelopeRow& row : rows)
    if (std::find(names.begin(), names.end(), row.metric) == names.end()) names.push_back(row.metric);
  return names;
}

Envelope readEnvelope(std::string_view baseDir, std::string_view path) {
  Envelope envelope;
  CsvFile file(baseDir, path);
  envelope.problem = file.problem();
  if (!envelope.problem.empty()) return envelope;
  const auto columns = columnsOf(file, envelope.problem);
  if (!columns) return envelope;
  std::vector<std::string> cells;
  while (file.next(cells)) {
    cells.resize(std::max(cells.size(), file.names().size()));
    const auto number = [&](std::size_t column) { return csvNumber(cells[column]); };
    const auto mean = number(columns->mean);
    // A run without the figure leaves the cell empty; then there is nothing to compare with.
    if (!mean && cells[columns->mean].empty()) continue;
    if (!mean) {
      envelope.problem = "'" + std::string(path) + "', line " + std::to_string(file.line()) + ": '" +
                         cells[columns->mean] + "' is not a number";
      return envelope;
    }
    EnvelopeRow row{
        cells[columns->phase], cells[columns->metric], columns->unit ? cells[*columns->unit] : "", *mean, *mean, *mean};
    std::vector<std::size_t> bounds = columns->runs;
    for (const auto& bound : {columns->low, columns->high})
      if (bound) bounds.push_back(*bound);
    for (std::size_t bound : bounds)
      if (const auto value = number(bound)) {
        row.low = std::min(row.low, *value);
        row.high = std::max(row.high, *value);
      }
    envelope.rows.push_back(std::move(row));
  }
  if (envelope.rows.empty()) envelope.problem = "'" + std::string(path) + "' has no rows below its header";
  return envelope;
}

RecordedUnit recordedUnit(std::string_view unit) {
  if (unit == "ns") return {Dimension::Time, 1e-9};
  if (unit == "us") return {Dimension::Time, 1e-6};
  if (unit == "ms") return {Dimension::Time, 1e-3};
  if (unit == "s") return {Dimension::Time, 1};
  if (unit == "B") return {Dimension::Bytes, 1};
  if (unit.ends_with("/s")) return {Dimension::Rate, 1};
  return {};
}

}  // namespace faultline

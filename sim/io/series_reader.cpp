#include "io/series_reader.h"

#include "base/csv_file.h"
#include "model/problem.h"

namespace faultline {
namespace {

constexpr const char* kTimeColumn = "time_s";

Diagnostic problemIn(const std::string& file, std::size_t line, std::string message) {
  Diagnostic d = errorAt("", std::move(message));
  d.file = file;
  d.line = static_cast<int>(line);
  return d;
}

}  // namespace

Result<Series> readSeriesCsv(const std::string& file) {
  Result<Series> result;
  CsvFile csv("", file);
  if (!csv.problem().empty()) {
    result.diagnostics.push_back(errorAt("", csv.problem()));
    return result;
  }
  const auto time = csv.column(kTimeColumn);
  if (!time) {
    result.diagnostics.push_back(problemIn(file, 1, csv.missingColumn(kTimeColumn)));
    return result;
  }
  Series& series = result.value;
  for (std::size_t c = 0; c < csv.names().size(); ++c)
    if (c != *time) series.columns.push_back({csv.names()[c], "", {}});
  std::vector<std::string> cells;
  while (csv.next(cells)) {
    const auto seconds = *time < cells.size() ? csvNumber(cells[*time]) : std::nullopt;
    const bool later = seconds && (series.times.empty() || durationFromSeconds(*seconds) > series.times.back());
    if (!later || cells.size() > csv.names().size()) {
      result.diagnostics.push_back(problemIn(file, csv.line(), later ? "more cells than columns"
                                                                    : "time_s has to be a number that grows from row to row"));
      return result;
    }
    series.times.push_back(durationFromSeconds(*seconds));
    std::size_t column = 0;
    for (std::size_t c = 0; c < csv.names().size(); ++c) {
      if (c == *time) continue;
      const auto value = c < cells.size() ? csvNumber(cells[c]) : std::nullopt;
      series.columns[column++].values.push_back(value.value_or(kUnknown));
    }
  }
  return result;
}

}  // namespace faultline

#include "io/series_reader.h"

#include <set>

#include "base/csv_file.h"
#include "model/problem.h"

namespace faultline {
namespace {

constexpr const char* kTimeColumn = "time_s";
constexpr std::size_t kMostProblems = 10;  // a file of another sort would give one for each row

Diagnostic problemIn(const std::string& file, std::size_t line, std::string message) {
  Diagnostic d = errorAt("", std::move(message));
  d.file = file;
  d.line = static_cast<int>(line);
  return d;
}

// Empty when the row is complete; a cell may be empty where nothing was measured.
std::string problemOfRow(const std::vector<std::string>& names, const std::vector<std::string>& cells, std::size_t time,
                         const Series& before) {
  if (cells.size() != names.size())
    return std::to_string(cells.size()) + " cells for " + std::to_string(names.size()) + " columns";
  const auto seconds = csvNumber(cells[time]);
  if (!seconds || (!before.times.empty() && durationFromSeconds(*seconds) <= before.times.back()))
    return "time_s has to be a number that grows from row to row";
  for (std::size_t c = 0; c < cells.size(); ++c)
    if (!cells[c].empty() && !csvNumber(cells[c]))
      return quoted(cells[c]) + " in the column " + quoted(names[c]) + " is no number (it may be empty)";
  return {};
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
  std::set<std::string> names;
  for (const std::string& name : csv.names()) {
    if (!names.insert(name).second)
      result.diagnostics.push_back(problemIn(file, 1, "the column " + quoted(name) + " is there twice"));
    if (name != kTimeColumn) series.columns.push_back({name, "", {}});
  }
  std::vector<std::string> cells;
  while (result.diagnostics.size() < kMostProblems && csv.next(cells)) {
    const std::string problem = problemOfRow(csv.names(), cells, *time, series);
    if (!problem.empty()) {
      result.diagnostics.push_back(problemIn(file, csv.line(), problem));
      continue;
    }
    series.times.push_back(durationFromSeconds(*csvNumber(cells[*time])));
    std::size_t column = 0;
    for (std::size_t c = 0; c < cells.size(); ++c)
      if (c != *time) series.columns[column++].values.push_back(csvNumber(cells[c]).value_or(kUnknown));
  }
  if (result.diagnostics.empty() && series.times.empty())
    result.diagnostics.push_back(problemIn(file, 1, "there is no sample below the names of the columns"));
  return result;
}

}  // namespace faultline

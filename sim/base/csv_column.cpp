#include "base/csv_column.h"

namespace faultline {

namespace {

CsvColumn failed(std::string problem) { return {{}, std::move(problem)}; }

}  // namespace

CsvColumn readCsvColumn(std::string_view baseDir, std::string_view path, std::string_view column) {
  CsvFile file(baseDir, path);
  if (!file.problem().empty()) return failed(file.problem());
  const std::string name(path);
  const auto index = file.column(column);
  if (!index) return failed(file.missingColumn(column));
  CsvColumn result;
  std::vector<std::string> cells;
  while (file.next(cells)) {
    const std::string cell = *index < cells.size() ? cells[*index] : "";
    const auto value = csvNumber(cell);
    if (!value)
      return failed("'" + name + "', line " + std::to_string(file.line()) + ": '" + cell + "' is not a number");
    if (result.values.size() == kMostCsvValues) {
      return failed("'" + name + "' has more than 1000000 rows; keep a sample of them");
    }
    result.values.push_back(*value);
  }
  if (result.values.empty()) return failed("'" + name + "' has no rows below its header");
  return result;
}

}  // namespace faultline

#include "gui/models/recorded_dots.h"

#include "base/csv_file.h"

namespace faultline {

RecordedDots readRecordedDots(const Scenario& scenario, const std::string& baseDir) {
  RecordedDots dots;
  if (!scenario.recorded || scenario.recorded->file.empty()) return dots;
  CsvFile file(baseDir, scenario.recorded->file);
  dots.problem = file.problem();
  if (!dots.problem.empty()) return dots;
  std::vector<std::size_t> places;
  for (const auto& [metric, name] : scenario.recorded->columns) {
    const auto place = file.column(name);
    if (!place) {
      dots.problem = file.missingColumn(name);
      continue;
    }
    places.push_back(*place);
    dots.columns.emplace_back(metric, QList<QPointF>());
  }
  std::vector<std::string> cells;
  while (file.next(cells)) {
    const auto time = cells.empty() ? std::nullopt : csvNumber(cells[0]);
    if (!time) continue;
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (places[i] >= cells.size()) continue;
      if (const auto value = csvNumber(cells[places[i]])) dots.columns[i].second.append(QPointF(*time, *value));
    }
  }
  return dots;
}

}  // namespace faultline

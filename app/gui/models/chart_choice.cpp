#include "gui/models/chart_choice.h"

#include <algorithm>

namespace faultline {

bool isSameChart(const ChartSpec& a, const ChartSpec& b) {
  return a.title == b.title && a.about == b.about && a.lines == b.lines;
}

std::vector<ChartSpec> ChartChoice::of(const std::vector<MetricColumn>& columns,
                                       const std::vector<MetricColumn>& reasons) const {
  std::vector<ChartSpec> wanted = defaultCharts(columns);
  // Behind the throughput.
  if (!reasons.empty())
    wanted.insert(wanted.begin() + std::min<std::ptrdiff_t>(2, std::ssize(wanted)), failureChart(reasons));
  std::erase_if(wanted, [this](const ChartSpec& spec) { return removed_.contains(spec.title); });
  for (const std::string& name : added_)
    for (const MetricColumn& column : columns)
      if (column.name == name) wanted.push_back(chartOf(column, columns));
  return wanted;
}

void ChartChoice::remove(const ChartSpec& spec) {
  const auto isIt = [&](const std::string& name) {
    const ChartSpec added = chartOf({name, spec.unit}, {});
    return added.title == spec.title && added.about == spec.about;
  };
  if (std::erase_if(added_, isIt) == 0) removed_.insert(spec.title);
}

void ChartChoice::clear() {
  added_.clear();
  removed_.clear();
}

}  // namespace faultline

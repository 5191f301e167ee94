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
  for (const ChartSpec& spec : added_) {
    const bool exists = std::any_of(columns.begin(), columns.end(),
                                    [&](const MetricColumn& column) { return column.name == spec.lines[0].column; });
    if (exists) wanted.push_back(spec);
  }
  return wanted;
}

void ChartChoice::remove(const ChartSpec& spec) {
  const auto isIt = [&](const ChartSpec& added) { return isSameChart(added, spec); };
  if (std::erase_if(added_, isIt) == 0) removed_.insert(spec.title);
}

void ChartChoice::clear() {
  added_.clear();
  removed_.clear();
}

}  // namespace faultline

// Which charts there are: those that the columns of a run have, with what somebody added and without what was removed.
//
// Thread safety: values.
#pragma once

#include <set>
#include <vector>

#include "gui/models/chart_plan.h"

namespace faultline {

class ChartChoice {
 public:
  // `reasons` are those of the columns that the chart of failures shows, as soon as something failed.
  std::vector<ChartSpec> of(const std::vector<MetricColumn>& columns, const std::vector<MetricColumn>& reasons) const;
  void add(const MetricColumn& column) { added_.push_back(column.name); }
  void remove(const ChartSpec& spec);
  void clear();

 private:
  std::vector<std::string> added_;  // columns
  std::set<QString> removed_;  // titles
};

// Whether both show the same, however they are scaled.
bool isSameChart(const ChartSpec& a, const ChartSpec& b);

}  // namespace faultline

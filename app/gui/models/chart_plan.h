// Which charts a scenario is shown with: what its columns have, never what kinds its nodes are of.
//
// Thread safety: pure functions.
#pragma once

#include <QString>
#include <string>
#include <vector>

#include "model/metric_columns.h"

namespace faultline {

// What a line means, from which its colour follows.
enum class LineRole { P50, P95, P99, Offered, Ok, Failed, Reason, Plain };

struct ChartLine {
  std::string column;
  QString label;
  LineRole role = LineRole::Plain;
  bool operator==(const ChartLine&) const = default;
};

struct ChartSpec {
  QString title;
  QString about;     // whose metric it is, when there is one owner
  std::string unit;  // of all its lines
  std::vector<ChartLine> lines;
  bool logarithmic = false;
  bool operator==(const ChartSpec&) const = default;
};

// Latency and throughput of operations, queue depth, hit ratio, utilisation, pool waiting: those that the columns have.
std::vector<ChartSpec> defaultCharts(const std::vector<MetricColumn>& columns);
// Failures by reason: a line for each of these columns, "failures.REASON".
ChartSpec failureChart(const std::vector<MetricColumn>& columns);
// One metric by itself; a metric of a percentile brings nothing else along.
ChartSpec chartOf(const MetricColumn& column);

// "jobs" and "depth" of "jobs.depth"; "app -> db" and "pool_waiting" of "app -> db.pool_waiting".
std::string ownerOfColumn(const std::string& column);
std::string metricOfColumn(const std::string& column);

}  // namespace faultline

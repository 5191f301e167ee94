// Which charts a scenario is shown with: what its columns have, never what kinds its nodes are of.
//
// Thread safety: pure functions.
#pragma once

#include <QString>
#include <string>
#include <vector>

#include "metrics/series.h"
#include "model/metric_columns.h"

namespace faultline {

// More lines than this in one chart cannot be told apart by their colours.
inline constexpr std::size_t kMostLines = 6;

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
// Whether it is of calls that failed where they were held, for one reason: "db.failed.timeout".
bool isReason(const std::string& column);
// The columns of those by which most has failed, as many as a chart shows, in the order in which they came.
std::vector<MetricColumn> mainReasons(const Series& series);
// Failures by reason: a line for each of these columns.
ChartSpec failureChart(const std::vector<MetricColumn>& reasons);
// One metric by itself; a metric of a percentile brings nothing else along, one of an instance the other instances.
ChartSpec chartOf(const MetricColumn& column, const std::vector<MetricColumn>& columns);

// "jobs" and "depth" of "jobs.depth"; "app[0]" and "queue" of "app[0].queue"; "app -> db" and "pool_waiting" of
// "app -> db.pool_waiting".
std::string ownerOfColumn(const std::string& column);
std::string metricOfColumn(const std::string& column);
// "app" of "app[0].queue"; empty when the column is not of one instance.
std::string nodeOfInstance(const std::string& column);

}  // namespace faultline

#include "gui/models/chart_plan.h"

#include <QCoreApplication>
#include <algorithm>
#include <numeric>

namespace faultline {
namespace {

constexpr std::string_view kFailedFor = "failed.";

QString tr(const char* text) { return QCoreApplication::translate("ChartPlan", text); }

const MetricColumn* find(const std::vector<MetricColumn>& columns, const std::string& name) {
  const auto found =
      std::find_if(columns.begin(), columns.end(), [&](const MetricColumn& column) { return column.name == name; });
  return found == columns.end() ? nullptr : &*found;
}

QString words(const std::string& metric) { return QString::fromStdString(metric).replace(QLatin1Char('_'), QLatin1Char(' ')); }

// One line for each column that carries the metric, named after its owner.
ChartSpec everyOwner(const std::vector<MetricColumn>& columns, const char* metric, const QString& title) {
  ChartSpec chart;
  chart.title = title;
  for (const MetricColumn& column : columns) {
    if (metricOfColumn(column.name) != metric || !nodeOfInstance(column.name).empty()) continue;
    if (chart.lines.size() == kMostLines) break;
    chart.unit = column.unit;
    chart.lines.push_back({column.name, QString::fromStdString(ownerOfColumn(column.name)), LineRole::Plain});
  }
  if (chart.lines.size() == 1) chart.about = chart.lines[0].label;
  return chart;
}

struct Part {
  const char* metric;
  const char* label;
  LineRole role;
};

ChartSpec ofOwner(const std::vector<MetricColumn>& columns, const std::string& owner, const QString& title,
                  const std::vector<Part>& parts) {
  ChartSpec chart;
  chart.title = title;
  chart.about = QString::fromStdString(owner);
  for (const Part& part : parts) {
    const MetricColumn* column = find(columns, owner + "." + part.metric);
    if (column == nullptr) continue;
    chart.unit = column->unit;
    chart.lines.push_back({column->name, tr(part.label), part.role});
  }
  return chart;
}

}  // namespace

std::string ownerOfColumn(const std::string& column) { return column.substr(0, column.find('.')); }

std::string metricOfColumn(const std::string& column) {
  const std::size_t dot = column.find('.');
  return dot == std::string::npos ? std::string() : column.substr(dot + 1);
}

std::string nodeOfInstance(const std::string& column) {
  const std::string owner = ownerOfColumn(column);
  return owner.ends_with(']') ? owner.substr(0, owner.find('[')) : std::string();
}

bool isReason(const std::string& column) {
  const std::string metric = metricOfColumn(column);
  return metric.starts_with(kFailedFor) && metric.find('.', kFailedFor.size()) == std::string::npos;
}

std::vector<ChartSpec> defaultCharts(const std::vector<MetricColumn>& columns) {
  std::vector<ChartSpec> charts;
  // The first node that starts operations stands for the users; the others' metrics can be added.
  const auto origin = std::find_if(columns.begin(), columns.end(), [](const MetricColumn& column) {
    return metricOfColumn(column.name) == "offered";
  });
  if (origin != columns.end()) {
    const std::string owner = ownerOfColumn(origin->name);
    charts.push_back(ofOwner(columns, owner, tr("Latency of %1").arg(QString::fromStdString(owner)),
                             {{"p50", "p50", LineRole::P50}, {"p95", "p95", LineRole::P95}, {"p99", "p99", LineRole::P99}}));
    charts.back().about.clear();
    charts.back().logarithmic = true;  // from a hit in the cache to a timeout it is a factor of a thousand
    charts.push_back(ofOwner(
        columns, owner, tr("Throughput"),
        {{"offered", "offered", LineRole::Offered}, {"ok", "ok", LineRole::Ok}, {"failed", "failed", LineRole::Failed}}));
  }
  ChartSpec depth = everyOwner(columns, "depth", tr("Queue depth"));
  charts.push_back(depth.lines.empty() ? everyOwner(columns, "queue", tr("Queue depth")) : std::move(depth));
  charts.push_back(everyOwner(columns, "hit_ratio", tr("Cache hit ratio")));
  charts.push_back(everyOwner(columns, "utilization", tr("Utilization")));
  charts.push_back(everyOwner(columns, "pool_waiting", tr("Pool waiting")));
  std::erase_if(charts, [](const ChartSpec& chart) { return chart.lines.empty(); });
  return charts;
}

std::vector<MetricColumn> mainReasons(const Series& series) {
  struct Reason {
    const SeriesColumn* column;
    double sum;
  };
  std::vector<Reason> reasons;
  for (const SeriesColumn& column : series.columns)
    if (isReason(column.name))
      reasons.push_back({&column, std::accumulate(column.values.begin(), column.values.end(), 0.0)});
  if (reasons.size() > kMostLines) {
    std::stable_sort(reasons.begin(), reasons.end(), [](const Reason& a, const Reason& b) { return a.sum > b.sum; });
    reasons.resize(kMostLines);
    std::sort(reasons.begin(), reasons.end(), [](const Reason& a, const Reason& b) { return a.column < b.column; });
  }
  std::vector<MetricColumn> columns;
  for (const Reason& reason : reasons) columns.push_back({reason.column->name, reason.column->unit});
  return columns;
}

ChartSpec failureChart(const std::vector<MetricColumn>& reasons) {
  ChartSpec chart;
  chart.title = tr("Failures by reason");
  chart.unit = "/s";
  for (const MetricColumn& column : reasons) {
    const QString reason = words(metricOfColumn(column.name).substr(kFailedFor.size()));
    if (chart.lines.size() < kMostLines)
      chart.lines.push_back(
          {column.name, QString::fromStdString(ownerOfColumn(column.name)) + ": " + reason, LineRole::Reason});
  }
  return chart;
}

ChartSpec chartOf(const MetricColumn& column, const std::vector<MetricColumn>& columns) {
  const std::string metric = metricOfColumn(column.name), node = nodeOfInstance(column.name);
  const QString owner = QString::fromStdString(ownerOfColumn(column.name));
  const QString text = words(metric);
  ChartSpec chart;
  chart.title = text.isEmpty() ? owner : text.left(1).toUpper() + text.mid(1);
  chart.about = owner;
  chart.unit = column.unit;
  if (node.empty()) {
    chart.lines.push_back({column.name, owner, LineRole::Plain});
    return chart;
  }
  // Up to sixteen names stand in the legend, so they are short.
  chart.title = tr("%1 of %2").arg(chart.title, QString::fromStdString(node));
  chart.about = tr("by instance");
  for (const MetricColumn& other : columns)
    if (nodeOfInstance(other.name) == node && metricOfColumn(other.name) == metric)
      chart.lines.push_back(
          {other.name, QString::fromStdString(ownerOfColumn(other.name).substr(node.size())), LineRole::Plain});
  return chart;
}

}  // namespace faultline

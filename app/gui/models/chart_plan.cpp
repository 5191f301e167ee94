#include "gui/models/chart_plan.h"

#include <QCoreApplication>
#include <algorithm>

namespace faultline {
namespace {

// More lines than this in one chart cannot be told apart.
constexpr std::size_t kMostLines = 6;

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
    if (metricOfColumn(column.name) != metric || chart.lines.size() == kMostLines) continue;
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

ChartSpec failureChart(const std::vector<MetricColumn>& columns) {
  ChartSpec chart;
  chart.title = tr("Failures by reason");
  chart.unit = "/s";
  for (const MetricColumn& column : columns)
    if (chart.lines.size() < kMostLines) chart.lines.push_back({column.name, words(metricOfColumn(column.name)), LineRole::Reason});
  return chart;
}

ChartSpec chartOf(const MetricColumn& column) {
  const QString owner = QString::fromStdString(ownerOfColumn(column.name));
  const QString metric = words(metricOfColumn(column.name));
  ChartSpec chart;
  chart.title = metric.isEmpty() ? owner : metric.left(1).toUpper() + metric.mid(1);
  chart.about = owner;
  chart.unit = column.unit;
  chart.lines.push_back({column.name, owner, LineRole::Plain});
  return chart;
}

}  // namespace faultline

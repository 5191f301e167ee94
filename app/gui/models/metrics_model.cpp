#include "gui/models/metrics_model.h"

#include <QMimeData>
#include <algorithm>
#include <set>

#include "gui/document/mime.h"
#include "gui/models/metric_help.h"
#include "model/catalog.h"
#include "model/metric_columns.h"

namespace faultline {

void MetricsModel::setOwners(const Scenario& scenario, const std::vector<std::string>& nodes,
                             const std::vector<std::string>& edges) {
  beginResetModel();
  rows_.clear();
  owners_.clear();
  // Only what is asked about, with the other ends of the edges: the columns of a large scenario are many.
  Scenario part;
  part.classes = scenario.classes;
  const std::set<std::string> wantedNodes(nodes.begin(), nodes.end()), wantedEdges(edges.begin(), edges.end());
  std::set<std::string> needed = wantedNodes;
  for (const EdgeSpec& edge : scenario.edges)
    if (wantedEdges.contains(edge.name())) {
      part.edges.push_back(edge);
      needed.insert({edge.from, edge.to});
      owners_[edge.name()] = nullptr;
    }
  for (const NodeSpec& node : scenario.nodes) {
    if (needed.contains(node.name)) part.nodes.push_back(node);
    if (wantedNodes.contains(node.name)) owners_[node.name] = findKind(node.kind);
  }
  for (const MetricColumn& column : metricColumns(part))
    if (const auto owner = ownerOf(column.name); owner != owners_.end()) list(column.name, column.unit, *owner);
  series_ = nullptr;
  sample_ = -1;
  endResetModel();
}

// Names of nodes hold neither dots nor brackets; of edges, which may be labelled, the longest name that fits.
MetricsModel::Owners::const_iterator MetricsModel::ownerOf(std::string_view column) const {
  if (column.find("->") == std::string_view::npos) return owners_.find(column.substr(0, column.find_first_of(".[")));
  for (std::size_t dot = column.rfind('.'); dot != std::string_view::npos && dot > 0; dot = column.rfind('.', dot - 1))
    if (const auto owner = owners_.find(column.substr(0, dot)); owner != owners_.end()) return owner;
  return owners_.end();
}

void MetricsModel::list(const std::string& column, const std::string& unit, const Owners::value_type& owner) {
  const auto& [name, kind] = owner;
  std::string metric = column.substr(name.size() + (column[name.size()] == '.' ? 1 : 0));
  QString instance;
  if (metric.starts_with('[')) {
    instance = QLatin1Char(' ') + QString::fromStdString(metric.substr(0, metric.find('.')));
    metric = metric.substr(metric.find('.') + 1);
  }
  rows_.push_back({column, unit, metricLabel(metric) + instance,
                   owners_.size() == 1 ? QString() : QString::fromStdString(name), metricHelp(kind, metric),
                   findMetric(kind, metric), -1});
}

void MetricsModel::setSeries(const Series* series, int row, const std::function<int(const std::string&)>& find) {
  series_ = series;
  std::set<std::string_view> listed;
  for (Row& r : rows_) {
    r.index = find(r.column);
    listed.insert(r.column);
  }
  std::vector<const SeriesColumn*> more;
  for (const SeriesColumn& column : series->columns)
    if (!listed.contains(column.name) && ownerOf(column.name) != owners_.end()) more.push_back(&column);
  if (!more.empty()) {
    beginInsertRows({}, rowCount(), rowCount() + static_cast<int>(more.size()) - 1);
    for (const SeriesColumn* column : more) {
      list(column->name, column->unit, *ownerOf(column->name));
      rows_.back().index = find(column->name);
    }
    endInsertRows();
  }
  setRow(row);
}

void MetricsModel::setRow(int row) {
  sample_ = row;
  if (!rows_.empty())
    Q_EMIT dataChanged(index(0, PastColumn), index(rowCount() - 1, ValueColumn), {NumberRole, Qt::DisplayRole});
}

double MetricsModel::number(const Row& row) const {
  if (series_ == nullptr || row.index < 0 || sample_ < 0 || row.index >= static_cast<int>(series_->columns.size()))
    return kUnknown;
  const std::vector<double>& values = series_->columns[static_cast<std::size_t>(row.index)].values;
  return sample_ < static_cast<int>(values.size()) ? values[static_cast<std::size_t>(sample_)] : kUnknown;
}

std::span<const double> MetricsModel::past(int row, int most) const {
  const Row& r = this->row(row);
  if (series_ == nullptr || r.index < 0 || sample_ < 0 || r.index >= static_cast<int>(series_->columns.size()))
    return {};
  const std::span<const double> values(series_->columns[static_cast<std::size_t>(r.index)].values);
  const auto end = std::min(values.size(), static_cast<std::size_t>(sample_) + 1);
  const auto count = std::min(end, static_cast<std::size_t>(most));
  return values.subspan(end - count, count);
}

int MetricsModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int MetricsModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : kColumns; }

QVariant MetricsModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
  const Row& r = row(index.row());
  switch (role) {
    case Qt::DisplayRole:
      if (index.column() != NameColumn) return {};
      return r.owner.isEmpty() ? r.label : r.owner + QStringLiteral(" · ") + r.label;
    case Qt::ToolTipRole:
      return r.help.isEmpty() ? QVariant() : QVariant(QStringLiteral("<p>%1</p>").arg(r.help.toHtmlEscaped()));
    case ColumnRole:
      return QString::fromStdString(r.column);
    case NumberRole:
      return number(r);
    case UnitRole:
      return QString::fromStdString(r.unit);
    default:
      return {};
  }
}

QVariant MetricsModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
  return section == NameColumn ? tr("Metric") : section == PastColumn ? tr("Last samples") : tr("Value");
}

Qt::ItemFlags MetricsModel::flags(const QModelIndex& index) const {
  return index.isValid() ? Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsDragEnabled | Qt::ItemNeverHasChildren
                         : Qt::NoItemFlags;
}

QStringList MetricsModel::mimeTypes() const { return {QString::fromLatin1(mime::kMetricColumns)}; }

QMimeData* MetricsModel::mimeData(const QModelIndexList& indexes) const {
  std::vector<std::string> columns;
  for (const QModelIndex& index : indexes)
    if (index.column() == NameColumn) columns.push_back(row(index.row()).column);
  if (columns.empty()) return nullptr;
  auto* data = new QMimeData;
  data->setData(QString::fromLatin1(mime::kMetricColumns), mime::encode(columns));
  return data;
}

}  // namespace faultline

// Every metric of some nodes and edges, with its value at an instant and its recent past.
//
// It copies no samples: it reads them where they are, see setSeries. Rows can be dragged as mime::kMetricColumns.
// Thread safety: the window's thread.
#pragma once

#include <QAbstractTableModel>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "metrics/series.h"
#include "model/descriptor.h"
#include "model/scenario.h"

namespace faultline {

class MetricsModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { NameColumn, PastColumn, ValueColumn, kColumns };
  enum Role {
    ColumnRole = Qt::UserRole,  // QString: the column of the series
    NumberRole,                 // double: the value at the instant; NaN when there is none
    UnitRole,                   // QString
  };

  struct Row {
    std::string column, unit;
    QString label, owner, help;
    const MetricInfo* info = nullptr;
    int index = -1;  // of the column in the series
  };

  explicit MetricsModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}

  // Lists the metrics of these. Forgets the series.
  void setOwners(const Scenario& scenario, const std::vector<std::string>& nodes,
                 const std::vector<std::string>& edges);
  // Lists what else the series has of those. It must live until the next call; `row` is the sample that is shown, -1
  // for none; `find` gives the index of a column, or -1.
  void setSeries(const Series* series, int row, const std::function<int(const std::string&)>& find);
  // Another sample of the same series.
  void setRow(int row);

  const Row& row(int row) const { return rows_[static_cast<std::size_t>(row)]; }
  // The last samples up to the one that is shown, the oldest first; empty when there are none.
  std::span<const double> past(int row, int most) const;

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
  Qt::ItemFlags flags(const QModelIndex& index) const override;
  QStringList mimeTypes() const override;
  QMimeData* mimeData(const QModelIndexList& indexes) const override;

 private:
  using Owners = std::map<std::string, const ComponentInfo*, std::less<>>;  // the kind of a node, null for an edge

  double number(const Row& row) const;
  Owners::const_iterator ownerOf(std::string_view column) const;
  void list(const std::string& column, const std::string& unit, const Owners::value_type& owner);

  std::vector<Row> rows_;
  Owners owners_;
  const Series* series_ = nullptr;
  int sample_ = -1;
};

}  // namespace faultline

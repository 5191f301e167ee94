// The call trees that were kept of a run, a row each.
//
// Thread safety: the window's thread.
#pragma once

#include <QAbstractTableModel>

#include "gui/models/number_text.h"
#include "metrics/call_trace.h"

namespace faultline {

class TraceModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { BeginColumn, ClassColumn, LatencyColumn, KeptColumn, kColumns };
  enum Role { SortRole = Qt::UserRole, FailedRole };

  explicit TraceModel(NumberText text, QObject* parent = nullptr) : QAbstractTableModel(parent), text_(text) {}

  void setTraces(Traces traces);
  const Traces& traces() const { return traces_; }
  const CallTrace& trace(int row) const { return traces_.kept[static_cast<std::size_t>(row)]; }

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

 private:
  QString textOf(const CallTrace& trace, int column) const;

  NumberText text_;
  Traces traces_;
};

// "4.3 of 5.1 s: waiting for a connection to db", for the operations beyond p99 or for one of them; empty where nothing
// is known.
QString blameText(const Traces& traces, NumberText text);
QString blameText(const Traces& traces, const CallTrace& trace, NumberText text);

}  // namespace faultline

// Changes of the design that might have prevented an incident, the best first: what each would have saved, and its price.
//
// Thread safety: the window's thread.
#pragma once

#include <QAbstractTableModel>

#include "analysis/whatif.h"
#include "gui/models/number_text.h"

namespace faultline {

class PreventionModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { ChangeColumn, FailedColumn, SavedColumn, BreachColumn, P99Column, UsualColumn, CostColumn, kColumns };
  // The share of the failed operations that it would have saved, 0..1.
  enum Role { SavedShareRole = Qt::UserRole };

  explicit PreventionModel(NumberText text, QObject* parent = nullptr) : QAbstractTableModel(parent), text_(text) {}

  void setResult(WhatIf result);
  const WhatIf& result() const { return result_; }
  const Counterfactual& counterfactual(int row) const { return result_.ranked[static_cast<std::size_t>(row)]; }

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

 private:
  QString textOf(const Counterfactual& c, int column) const;

  NumberText text_;
  WhatIf result_;
};

}  // namespace faultline

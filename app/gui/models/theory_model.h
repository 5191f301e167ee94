// Theory beside measurement: a row for each prediction, of one node or of all.
//
// Thread safety: the window's thread.
#pragma once

#include <QAbstractTableModel>
#include <optional>

#include "analysis/theory.h"
#include "gui/models/number_text.h"

namespace faultline {

class TheoryModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { NodeColumn, ModelColumn, FormulaColumn, QuantityColumn, TheoryColumn, MeasuredColumn, DifferenceColumn,
                VerdictColumn, kColumns };
  enum Role { AgreesRole = Qt::UserRole };

  explicit TheoryModel(NumberText text, QObject* parent = nullptr) : QAbstractTableModel(parent), text_(text) {}

  void setTheory(Theory theory);
  // Rows of this node only; of all when empty.
  void setNode(const std::string& node);
  const TheoryLine& line(int row) const { return theory_.lines[shown_[static_cast<std::size_t>(row)]]; }
  // Why no formula fits the node; empty where one does, or where it is not known.
  QString whyWithout(const std::string& node) const;

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

 private:
  void select();
  QString textOf(const TheoryLine& line, int column) const;

  NumberText text_;
  Theory theory_;
  std::string node_;
  std::vector<std::size_t> shown_;
};

}  // namespace faultline

// What is wrong with the document, one row for each diagnostic, errors first.
//
// Thread safety: the window's thread.
#pragma once

#include <QAbstractTableModel>
#include <vector>

#include "base/diagnostic.h"
#include "gui/document/edits.h"

namespace faultline {

class Document;

// The nodes and edges that a place inside a scenario ("nodes.db.queries", "edges.app -> db", "timeline[3]") is about.
struct ProblemOwner {
  std::vector<std::string> nodes, edges;
  bool isEmpty() const { return nodes.empty() && edges.empty(); }
};
ProblemOwner problemOwner(const Scenario& scenario, const std::string& path);

class ProblemsModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { MessageColumn, PlaceColumn, kColumns };
  enum Role { IsErrorRole = Qt::UserRole };

  explicit ProblemsModel(Document& document, QObject* parent = nullptr);

  const Diagnostic& problem(int row) const { return problems_[static_cast<std::size_t>(row)]; }
  int errors() const;

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

 private:
  void refresh();

  Document& document_;
  Diagnostics problems_;
};

}  // namespace faultline

// What the review of the design found, a row each, risks first.
//
// Thread safety: the window's thread.
#pragma once

#include <QAbstractListModel>

#include "gui/document/findings.h"

namespace faultline {

class ReviewModel : public QAbstractListModel {
  Q_OBJECT

 public:
  enum Role { IsRiskRole = Qt::UserRole, WhyRole, MendRole, PlaceRole };

  explicit ReviewModel(const Findings& findings, QObject* parent = nullptr);

  const Finding& finding(int row) const { return shown_[static_cast<std::size_t>(row)]; }

  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

 private:
  const Findings& findings_;
  std::vector<Finding> shown_;
};

}  // namespace faultline

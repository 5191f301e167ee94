// How a stage of an incident is drawn: number, place, time, what happened, why, and when it healed.
#pragma once

#include <QStyledItemDelegate>

namespace faultline {

class StageDelegate : public QStyledItemDelegate {
  Q_OBJECT

 public:
  using QStyledItemDelegate::QStyledItemDelegate;

  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
  QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

}  // namespace faultline

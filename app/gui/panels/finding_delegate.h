// The row of one finding of the review: what it is, why when it is the current one, and the mend.
#pragma once

#include <QStyledItemDelegate>

class QListView;

namespace faultline {

class FindingDelegate : public QStyledItemDelegate {
 public:
  explicit FindingDelegate(QListView& view);

  QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
  // Where the mend of a row is that takes this place; empty where there is none.
  QRect mendOf(const QRect& row, const QModelIndex& index) const;

 private:
  bool isOpen(const QModelIndex& index) const;

  QListView& view_;
};

}  // namespace faultline

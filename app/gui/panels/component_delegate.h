// A row of the palette: a heading, a kind with its glyph, or a preset.
#pragma once

#include <QStyledItemDelegate>

namespace faultline {

class ComponentDelegate : public QStyledItemDelegate {
  Q_OBJECT

 public:
  static constexpr int kChevronWidth = 26;  // at the right end of a kind that has presets

  enum class Detail { None, Summary };  // what stands behind the label
  explicit ComponentDelegate(Detail detail, QObject* parent = nullptr) : QStyledItemDelegate(parent), detail_(detail) {}

  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
  QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

 private:
  Detail detail_;
};

}  // namespace faultline

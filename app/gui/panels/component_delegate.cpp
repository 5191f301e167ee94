#include "gui/panels/component_delegate.h"

#include <QPainter>
#include <QTreeView>

#include "gui/models/palette_model.h"
#include "gui/style/theme.h"

namespace faultline {

namespace {

constexpr int kGlyph = 16, kGap = 10, kMargin = 8, kRadius = 5;

void paintChevron(QPainter& painter, const QRect& rect, bool isOpen, const QColor& color) {
  QPen pen(color, 1.4);
  pen.setCapStyle(Qt::RoundCap);
  pen.setJoinStyle(Qt::RoundJoin);
  painter.setPen(pen);
  const QPointF c = QRectF(rect).center();
  if (isOpen)
    painter.drawPolyline(QPolygonF{{c.x() - 3.5, c.y() - 1.8}, {c.x(), c.y() + 1.8}, {c.x() + 3.5, c.y() - 1.8}});
  else
    painter.drawPolyline(QPolygonF{{c.x() - 1.8, c.y() - 3.5}, {c.x() + 1.8, c.y()}, {c.x() - 1.8, c.y() + 3.5}});
}

}  // namespace

void ComponentDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
  const ComponentChoice choice = choiceAt(index);
  const Theme& theme = Theme::instance();
  painter->save();
  painter->setRenderHint(QPainter::Antialiasing);
  QRect rect = option.rect;
  if (choice.kind.empty()) {
    painter->setFont(theme.textFont(Type::Heading));
    painter->setPen(colorOf(Tone::Muted));
    painter->drawText(rect.adjusted(kMargin, 0, 0, -3), Qt::AlignLeft | Qt::AlignBottom, index.data().toString());
    painter->restore();
    return;
  }
  const bool isSelected = option.state & QStyle::State_Selected, isHovered = option.state & QStyle::State_MouseOver;
  if (isSelected || isHovered) {
    painter->setPen(Qt::NoPen);
    painter->setBrush(isSelected ? colorOf(Tone::Accent) : colorOf(Tone::Input));
    painter->drawRoundedRect(rect.adjusted(2, 0, -2, 0), kRadius, kRadius);
  }
  const bool isPreset = !choice.preset.empty();
  const QColor text = isSelected ? QColor(Qt::white) : colorOf(Tone::Text);
  const QColor muted = isSelected ? QColor(Qt::white) : colorOf(Tone::Muted);
  const bool isNested = isPreset && index.parent().isValid();
  rect.adjust(kMargin + 2 + (isNested ? kGlyph + kGap - 4 : 0), 0, -kMargin, 0);
  if (!isNested) {
    const QPixmap glyph = theme.glyph(choice.kind, muted, kGlyph, painter->device()->devicePixelRatioF());
    painter->drawPixmap(QPointF(rect.left(), rect.center().y() - kGlyph / 2 + 0.5), glyph);
    rect.setLeft(rect.left() + kGlyph + kGap);
  } else {
    painter->setPen(Qt::NoPen);
    painter->setBrush(isSelected ? QColor(Qt::white) : colorOf(Tone::Edge));
    painter->drawEllipse(QPointF(rect.left() - 1, rect.center().y() + 0.5), 2, 2);
    rect.setLeft(rect.left() + 9);
  }
  const auto* tree = qobject_cast<const QTreeView*>(option.widget);
  if (tree != nullptr && index.model()->hasChildren(index)) {
    paintChevron(*painter, QRect(rect.right() - kChevronWidth + kMargin, rect.top(), kChevronWidth, rect.height()),
                 tree->isExpanded(index), muted);
    rect.setRight(rect.right() - kChevronWidth + kMargin);
  }
  painter->setFont(theme.textFont(Type::Base));
  painter->setPen(text);
  const QString label = painter->fontMetrics().elidedText(index.data().toString(), Qt::ElideRight, rect.width());
  painter->drawText(rect, Qt::AlignLeft | Qt::AlignVCenter, label);
  if (detail_ == Detail::Summary) {
    rect.setLeft(rect.left() + painter->fontMetrics().horizontalAdvance(label) + kGap);
    painter->setPen(muted);
    painter->drawText(rect, Qt::AlignLeft | Qt::AlignVCenter,
                      painter->fontMetrics().elidedText(index.data(PaletteModel::SummaryRole).toString(),
                                                        Qt::ElideRight, rect.width()));
  }
  painter->restore();
}

QSize ComponentDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
  const bool isHeading = choiceAt(index).kind.empty();
  const QFontMetrics metrics(Theme::instance().textFont(Type::Base));
  const int height = metrics.height() + (isHeading ? (index.row() == 0 ? 6 : 16) : 8);
  return {option.rect.width(), height};
}

}  // namespace faultline

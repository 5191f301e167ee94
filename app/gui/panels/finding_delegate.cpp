#include "gui/panels/finding_delegate.h"

#include <QCoreApplication>
#include <QListView>
#include <QPainter>
#include <algorithm>

#include "gui/models/review_model.h"
#include "gui/style/theme.h"
#include "gui/style/wrapped_text.h"

namespace faultline {

namespace {

constexpr int kMark = 9, kLeft = 12, kTextLeft = kLeft + kMark + 9, kRight = 10, kPad = 6, kGap = 3, kChip = 20;
constexpr double kSmall = 0.92;

struct Places {
  QRect what, why, mend;
  int bottom = 0;
};

QString mendText(const QModelIndex& index) {
  const QString setting = index.data(ReviewModel::MendRole).toString();
  return setting.isEmpty() ? QString() : QCoreApplication::translate("ReviewList", "Mend: %1").arg(setting);
}

// The current finding says why, too.
Places placesOf(const QRect& row, const QModelIndex& index, bool isOpen) {
  const int width = std::max(60, row.width() - kTextLeft - kRight), left = row.left() + kTextLeft;
  const auto below = [&](int top, const QFont& font, const QString& text) {
    return wrappedText(left, top, width, font, text);
  };
  Places p;
  p.what = below(row.top() + kPad, Theme::instance().font(Type::Base), index.data().toString());
  p.bottom = p.what.bottom() + 1;
  if (isOpen) {
    p.why =
        below(p.bottom + kGap, Theme::instance().font(Type::Base, kSmall), index.data(ReviewModel::WhyRole).toString());
    p.bottom = p.why.bottom() + 1;
  }
  if (const QString mend = mendText(index); !mend.isEmpty()) {
    const int wide = QFontMetrics(Theme::instance().font(Type::Base, kSmall)).horizontalAdvance(mend) + 24;
    p.mend = QRect(left, p.bottom + kGap + 1, std::min(wide, width), kChip);
    p.bottom = p.mend.bottom() + 1;
  }
  p.bottom += kPad;
  return p;
}

}  // namespace

FindingDelegate::FindingDelegate(QListView& view) : QStyledItemDelegate(&view), view_(view) {}

bool FindingDelegate::isOpen(const QModelIndex& index) const { return view_.currentIndex() == index; }

QSize FindingDelegate::sizeHint(const QStyleOptionViewItem&, const QModelIndex& index) const {
  return {0, placesOf(QRect(0, 0, view_.viewport()->width(), 0), index, isOpen(index)).bottom};
}

QRect FindingDelegate::mendOf(const QRect& row, const QModelIndex& index) const {
  return placesOf(row, index, isOpen(index)).mend;
}

void FindingDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
  const Places p = placesOf(option.rect, index, isOpen(index));
  painter->save();
  painter->setRenderHint(QPainter::Antialiasing);
  painter->setPen(Qt::NoPen);
  const bool isSelected = option.state & QStyle::State_Selected;
  if (isSelected || (option.state & QStyle::State_MouseOver)) {
    painter->setBrush(isSelected ? Theme::instance().faint(Tone::Accent, 0.22) : colorOf(Tone::Input));
    painter->drawRoundedRect(QRectF(option.rect).adjusted(3, 1, -3, -1), 6, 6);
  }
  const bool isRisk = index.data(ReviewModel::IsRiskRole).toBool();
  const QPointF c(option.rect.left() + kLeft + kMark / 2.0, p.what.top() + 8);
  const double r = kMark / 2.0;
  painter->setPen(Qt::NoPen);
  painter->setBrush(colorOf(isRisk ? Tone::Degraded : Tone::Muted));
  if (isRisk)
    painter->drawPolygon(QPolygonF{{c.x(), c.y() - r}, {c.x() + r, c.y()}, {c.x(), c.y() + r}, {c.x() - r, c.y()}});
  else
    painter->drawEllipse(c, 2.5, 2.5);
  painter->setFont(Theme::instance().font(Type::Base));
  painter->setPen(colorOf(isRisk ? Tone::Text : Tone::Muted));
  painter->drawText(p.what, Qt::TextWordWrap | Qt::AlignLeft, index.data().toString());
  painter->setFont(Theme::instance().font(Type::Base, kSmall));
  painter->setPen(colorOf(Tone::Muted));
  if (!p.why.isEmpty())
    painter->drawText(p.why, Qt::TextWordWrap | Qt::AlignLeft, index.data(ReviewModel::WhyRole).toString());
  if (!p.mend.isEmpty()) {
    painter->setPen(Qt::NoPen);
    painter->setBrush(Theme::instance().faint(Tone::Ok, 0.18));
    painter->drawRoundedRect(p.mend, kChip / 2.0, kChip / 2.0);
    painter->setPen(colorOf(Tone::Ok));
    painter->drawText(p.mend.adjusted(9, 0, -9, 0), Qt::AlignVCenter | Qt::AlignLeft,
                      painter->fontMetrics().elidedText(mendText(index), Qt::ElideMiddle, p.mend.width() - 18));
  }
  painter->restore();
}

}  // namespace faultline

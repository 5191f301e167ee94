#include "gui/panels/stage_delegate.h"

#include <QAbstractItemView>
#include <QPainter>

#include "gui/models/stage_model.h"
#include "gui/style/format.h"
#include "gui/style/theme.h"
#include "gui/style/wrapped_text.h"

namespace faultline {

namespace {

constexpr int kDisc = 20, kLeft = 10, kTextLeft = kLeft + kDisc + 10, kRight = 12, kPad = 7, kTitle = 20, kGap = 2;
constexpr double kSmall = 0.92;

QString whyOf(const QModelIndex& index) {
  QStringList parts;
  if (const QString reason = index.data(StageModel::ReasonRole).toString(); !reason.isEmpty()) parts << reason;
  const QVariant healed = index.data(StageModel::HealedRole);
  parts << (healed.isValid() ? StageDelegate::tr("healed at %1").arg(format::clock({healed.toLongLong()}))
                             : StageDelegate::tr("not healed"));
  return parts.join(QStringLiteral(" · "));
}

QString chipOf(const QModelIndex& index) {
  if (index.data(StageModel::IsTriggerRole).toBool()) return StageDelegate::tr("TRIGGER");
  return index.data(StageModel::MisleadsRole).toString().isEmpty() ? QString() : StageDelegate::tr("MISLEADS");
}

// Above the first stage of one of several systems.
QString captionOf(const QModelIndex& index) {
  const QString system = index.data(StageModel::SystemRole).toString();
  return system.isEmpty() ? QString() : StageDelegate::tr("The system of %1").arg(system);
}

// Where the parts of a row are, below one another.
struct Places {
  QRect caption, title, what, why;
  int bottom = 0;
};

Places placesOf(const QRect& row, const QModelIndex& index) {
  const int width = std::max(60, row.width() - kTextLeft - kRight), left = row.left() + kTextLeft;
  const auto below = [&](int top, const QFont& font, const QString& text) {
    return wrappedText(left, top, width, font, text);
  };
  Places p;
  const int captionHeight = captionOf(index).isEmpty() ? 0 : kTitle + kGap;
  p.caption = QRect(row.left() + kLeft, row.top() + kPad, width + kTextLeft - kLeft, captionHeight);
  p.title = QRect(left, row.top() + kPad + captionHeight, width, kTitle);
  p.what = below(p.title.bottom() + 1 + kGap, Theme::instance().font(Type::Base),
                 index.data(StageModel::WhatRole).toString());
  p.why = below(p.what.bottom() + 1 + kGap, Theme::instance().font(Type::Base, kSmall), whyOf(index));
  p.bottom = p.why.bottom() + kPad;
  return p;
}

bool beginsSystem(const QModelIndex& index) { return index.row() == 0 || !captionOf(index).isEmpty(); }

void paintDisc(QPainter& painter, const QRect& row, int top, const QModelIndex& index) {
  const bool isTrigger = index.data(StageModel::IsTriggerRole).toBool();
  const QRectF disc(row.left() + kLeft, top, kDisc, kDisc);
  const QModelIndex next = index.siblingAtRow(index.row() + 1);
  // The thread on which the stages hang.
  painter.setPen(QPen(colorOf(Tone::Line), 2));
  const double x = disc.center().x();
  if (!beginsSystem(index)) painter.drawLine(QPointF(x, row.top()), QPointF(x, disc.top()));
  if (next.isValid() && !beginsSystem(next)) painter.drawLine(QPointF(x, disc.bottom()), QPointF(x, row.bottom() + 1));
  painter.setPen(Qt::NoPen);
  painter.setBrush(colorOf(isTrigger ? Tone::Failing : Tone::Degraded));
  painter.drawEllipse(disc);
  painter.setPen(colorOf(Tone::Panel));
  QFont font = Theme::instance().font(Type::Base, kSmall);
  font.setWeight(QFont::DemiBold);
  painter.setFont(font);
  painter.drawText(disc, Qt::AlignCenter, QString::number(index.row() + 1));
}

}  // namespace

QSize StageDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
  const auto* view = qobject_cast<const QAbstractItemView*>(option.widget);
  const int width = view != nullptr ? view->viewport()->width() : option.rect.width();
  return {0, placesOf(QRect(0, 0, width, 0), index).bottom};
}

void StageDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
  const Places p = placesOf(option.rect, index);
  painter->save();
  painter->setRenderHint(QPainter::Antialiasing);
  const bool isSelected = option.state & QStyle::State_Selected;
  if (isSelected || (option.state & QStyle::State_MouseOver)) {
    painter->setPen(Qt::NoPen);
    painter->setBrush(isSelected ? Theme::instance().faint(Tone::Accent, 0.22) : colorOf(Tone::Input));
    painter->drawRoundedRect(QRectF(option.rect).adjusted(3, 1, -3, -1), 6, 6);
  }
  paintDisc(*painter, option.rect, p.title.top(), index);
  if (const QString caption = captionOf(index); !caption.isEmpty()) {
    painter->setFont(Theme::instance().font(Type::Heading));
    painter->setPen(colorOf(Tone::Muted));
    painter->drawText(p.caption, Qt::AlignLeft | Qt::AlignTop,
                      painter->fontMetrics().elidedText(caption, Qt::ElideMiddle, p.caption.width()));
  }

  const QString time = format::clock({index.data(StageModel::OnsetRole).toLongLong()});
  painter->setFont(Theme::instance().font(Type::Base));
  painter->setPen(colorOf(Tone::Muted));
  painter->drawText(p.title, Qt::AlignRight | Qt::AlignVCenter, time);
  int free = p.title.width() - painter->fontMetrics().horizontalAdvance(time) - 10;
  if (const QString chip = chipOf(index); !chip.isEmpty()) {
    const bool isTrigger = index.data(StageModel::IsTriggerRole).toBool();
    const QFont font = Theme::instance().font(Type::Heading);
    const int width = QFontMetrics(font).horizontalAdvance(chip) + 12;
    free -= width + 6;
    const QFontMetrics names(Theme::instance().font(Type::Name));
    const int at = std::min(free, names.horizontalAdvance(index.data(StageModel::PlaceRole).toString()));
    const QRectF place(p.title.left() + at + 8, p.title.top() + 2, width, p.title.height() - 4);
    painter->setPen(Qt::NoPen);
    painter->setBrush(isTrigger ? Theme::instance().faint(Tone::Failing, 0.22) : colorOf(Tone::Input));
    painter->drawRoundedRect(place, 7, 7);
    painter->setPen(colorOf(isTrigger ? Tone::Failing : Tone::Muted));
    painter->setFont(font);
    painter->drawText(place, Qt::AlignCenter, chip);
  }
  painter->setFont(Theme::instance().font(Type::Name));
  painter->setPen(colorOf(Tone::Text));
  painter->drawText(
      p.title, Qt::AlignLeft | Qt::AlignVCenter,
      painter->fontMetrics().elidedText(index.data(StageModel::PlaceRole).toString(), Qt::ElideMiddle, free));
  painter->setFont(Theme::instance().font(Type::Base));
  painter->drawText(p.what, Qt::TextWordWrap | Qt::AlignLeft, index.data(StageModel::WhatRole).toString());
  painter->setFont(Theme::instance().font(Type::Base, kSmall));
  painter->setPen(colorOf(Tone::Muted));
  painter->drawText(p.why, Qt::TextWordWrap | Qt::AlignLeft, whyOf(index));
  painter->restore();
}

}  // namespace faultline

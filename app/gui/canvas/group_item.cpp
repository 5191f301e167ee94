#include "gui/canvas/group_item.h"

#include <QCoreApplication>
#include <QFontMetricsF>
#include <QPainter>

#include "base/quantity.h"
#include "gui/style/theme.h"

namespace faultline {

namespace {

constexpr double kMargin = 22, kTitleHeight = 22, kRadius = 12;

// What makes this group matter to a run.
QString factsOf(const GroupSpec& spec) {
  if (spec.kind != "region") return QCoreApplication::translate("GroupItem", "host, %1 cores").arg(spec.cores);
  if (spec.latency.mean() <= 0) return {};
  return QCoreApplication::translate("GroupItem", "%1 away")
      .arg(QString::fromStdString(formatDistribution(spec.latency, true)));
}

}  // namespace

GroupItem::GroupItem(const GroupSpec& spec)
    : name_(spec.name), isRegion_(spec.kind == "region"), members_(spec.members) {
  setZValue(-3);
  title_ = QString::fromStdString(spec.name);
  if (const QString facts = factsOf(spec); !facts.isEmpty()) title_ += QStringLiteral("  ·  ") + facts;
}

void GroupItem::setMarked(bool marked) {
  if (marked == marked_) return;
  marked_ = marked;
  update();
}

void GroupItem::surround(const QRectF& cards) {
  prepareGeometryChange();
  frame_ = cards.isEmpty() ? QRectF() : cards.adjusted(-kMargin, -kMargin - kTitleHeight, kMargin, kMargin + 8);
  update();
}

QRectF GroupItem::titleRect() const {
  const double width = QFontMetricsF(Theme::instance().font(faultline::Type::Name)).horizontalAdvance(title_) + 20;
  return {frame_.left(), frame_.top(), std::min(width + 12, frame_.width()), kTitleHeight + 8};
}

QPainterPath GroupItem::shape() const {
  QPainterPath border;
  border.addRoundedRect(frame_, kRadius, kRadius);
  QPainterPathStroker stroker;
  stroker.setWidth(9);
  QPainterPath path = stroker.createStroke(border);
  path.setFillRule(Qt::WindingFill);
  path.addRect(titleRect());
  return path;
}

void GroupItem::paint(QPainter* painter, const QStyleOptionGraphicsItem*, QWidget*) {
  if (frame_.isEmpty()) return;
  painter->setBrush(Theme::instance().faint(Tone::Line, 0.28));
  QPen pen(colorOf(marked_ ? Tone::Accent : Tone::Edge), marked_ ? 1.8 : 1.1);
  pen.setDashPattern({5, 4});
  painter->setPen(pen);
  painter->drawRoundedRect(frame_, kRadius, kRadius);
  painter->setPen(colorOf(marked_ ? Tone::Accent : Tone::Muted));
  const QFont font = Theme::instance().font(faultline::Type::Name);
  painter->setFont(font);
  const QRectF title = titleRect().adjusted(14, 7, -4, 0);
  painter->drawText(title, Qt::AlignLeft | Qt::AlignTop | Qt::TextSingleLine,
                    QFontMetricsF(font).elidedText(title_, Qt::ElideRight, frame_.width() - 24));
}

}  // namespace faultline

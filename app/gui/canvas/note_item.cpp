#include "gui/canvas/note_item.h"

#include <QFontMetricsF>
#include <QPainter>

#include "gui/style/theme.h"

namespace faultline {

namespace {

constexpr double kPad = 8, kRule = 3;

}  // namespace

NoteItem::NoteItem(const NoteSpec& spec, int index) : index_(index), text_(QString::fromStdString(spec.text)) {
  setZValue(-2);
  setPos(spec.at.x, spec.at.y);
  const QFontMetricsF metrics(Theme::instance().font(faultline::Type::Base));
  const QRectF text = metrics.boundingRect(QRectF(0, 0, kMostWidth, 1e5), Qt::TextWordWrap, text_);
  rect_ = QRectF(0, 0, text.width() + 2 * kPad + kRule + 2, text.height() + 2 * kPad - 4);
}

void NoteItem::setMarked(bool marked) {
  if (marked == marked_) return;
  marked_ = marked;
  update();
}

void NoteItem::paint(QPainter* painter, const QStyleOptionGraphicsItem*, QWidget*) {
  painter->setPen(marked_ ? QPen(colorOf(Tone::Accent), 1.5) : QPen(Qt::NoPen));
  painter->setBrush(Theme::instance().faint(Tone::Line, 0.45));
  painter->drawRoundedRect(rect_, 5, 5);
  painter->fillRect(QRectF(0, 5, kRule, rect_.height() - 10), colorOf(Tone::Muted));
  painter->setPen(colorOf(Tone::Text));
  painter->setFont(Theme::instance().font(faultline::Type::Base));
  painter->drawText(rect_.adjusted(kPad + kRule, kPad - 2, -kPad + 4, 0), Qt::TextWordWrap, text_);
}

}  // namespace faultline

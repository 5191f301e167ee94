#include "gui/canvas/chip.h"

#include <QFontMetricsF>
#include <QPainter>
#include <QStringList>
#include <algorithm>

#include "gui/style/theme.h"

namespace faultline {

void paintChip(QPainter& painter, const QString& text, QPointF place, const QRect& port) {
  constexpr double kPad = 8, kAway = 14;
  const QFont plain = Theme::instance().font(Type::Base), bold = Theme::instance().font(Type::Name);
  const QStringList lines = text.split(QLatin1Char('\n'));
  double width = 0, height = 2 * kPad - 2;
  for (int i = 0; i < lines.size(); ++i) {
    const QFontMetricsF metrics(i == 0 ? bold : plain);
    width = std::max(width, metrics.horizontalAdvance(lines[i]));
    height += metrics.height();
  }
  QRectF chip(place + QPointF(kAway, kAway), QSizeF(width + 2 * kPad, height));
  chip.moveRight(std::min(chip.right(), port.right() - 4.0));
  if (chip.bottom() > port.bottom() - 4) chip.moveBottom(place.y() - kAway);
  painter.setPen(QPen(colorOf(Tone::Line), 1));
  painter.setBrush(colorOf(Tone::Card));
  painter.drawRoundedRect(chip, 6, 6);
  double y = chip.top() + kPad - 1;
  for (int i = 0; i < lines.size(); ++i) {
    const QFont& font = i == 0 ? bold : plain;
    const QFontMetricsF metrics(font);
    painter.setFont(font);
    painter.setPen(colorOf(i == 0 ? Tone::Text : Tone::Muted));
    painter.drawText(QPointF(chip.left() + kPad, y + metrics.ascent()), lines[i]);
    y += metrics.height();
  }
}

}  // namespace faultline

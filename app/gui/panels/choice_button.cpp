#include "gui/panels/choice_button.h"

#include <QStyleOptionButton>
#include <QStylePainter>
#include <algorithm>

#include "gui/style/theme.h"

namespace faultline {

namespace {

constexpr int kGap = 6, kPad = 2, kUsualWidth = 240;

}  // namespace

ChoiceButton::ChoiceButton(const QString& text, QWidget* parent) : QRadioButton(text, parent) {
  QSizePolicy policy(QSizePolicy::Ignored, QSizePolicy::Minimum);
  policy.setHeightForWidth(true);
  setSizePolicy(policy);
}

int ChoiceButton::textLeft() const {
  return style()->pixelMetric(QStyle::PM_ExclusiveIndicatorWidth, nullptr, this) + kGap;
}

int ChoiceButton::heightForWidth(int width) const {
  const QRect room(0, 0, std::max(40, width - textLeft()), 10'000);
  return std::max(fontMetrics().boundingRect(room, Qt::TextWordWrap, text()).height(), fontMetrics().height()) +
         2 * kPad;
}

QSize ChoiceButton::sizeHint() const { return {kUsualWidth, heightForWidth(kUsualWidth)}; }

QSize ChoiceButton::minimumSizeHint() const { return {80, fontMetrics().height() + 2 * kPad}; }

void ChoiceButton::paintEvent(QPaintEvent*) {
  QStylePainter painter(this);
  QStyleOptionButton option;
  initStyleOption(&option);
  const int indicator = style()->pixelMetric(QStyle::PM_ExclusiveIndicatorWidth, nullptr, this);
  // Beside the first line.
  option.rect = QRect(0, kPad + std::max(0, (fontMetrics().height() - indicator) / 2), indicator, indicator);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(QPen(colorOf(isChecked() ? Tone::Accent : Tone::Muted), 1.4));
  painter.setBrush(colorOf(Tone::Input));
  const QRectF ring = QRectF(option.rect).adjusted(1.5, 1.5, -1.5, -1.5);
  painter.drawEllipse(ring);
  if (isChecked()) {
    painter.setPen(Qt::NoPen);
    painter.setBrush(colorOf(Tone::Accent));
    painter.drawEllipse(ring.adjusted(3, 3, -3, -3));
  }
  if (hasFocus()) {
    painter.setPen(QPen(colorOf(Tone::Accent), 1, Qt::DotLine));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
  }
  painter.drawItemText(QRect(textLeft(), kPad, width() - textLeft(), height() - 2 * kPad),
                       Qt::AlignLeft | Qt::TextWordWrap, palette(), isEnabled(), text(), foregroundRole());
}

}  // namespace faultline

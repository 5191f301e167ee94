// Where a text stands that is wrapped to a width: for rows that paint themselves.
#pragma once

#include <QFontMetrics>
#include <QRect>
#include <QString>

namespace faultline {

inline QRect wrappedText(int left, int top, int width, const QFont& font, const QString& text) {
  constexpr int kAnyHeight = 10'000;
  const QRect room(0, 0, width, kAnyHeight);
  return {left, top, width, QFontMetrics(font).boundingRect(room, Qt::TextWordWrap | Qt::AlignLeft, text).height()};
}

}  // namespace faultline

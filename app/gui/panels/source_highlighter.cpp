#include "gui/panels/source_highlighter.h"

#include <QRegularExpression>

#include "gui/style/theme.h"

namespace faultline {

SourceHighlighter::SourceHighlighter(QTextDocument* document) : QSyntaxHighlighter(document) {
  connect(&Theme::instance(), &Theme::changed, this, &QSyntaxHighlighter::rehighlight);
}

void SourceHighlighter::highlightBlock(const QString& text) {
  static const QRegularExpression signs(QStringLiteral("[{}\\[\\],]|->|:(?=\\s|$)|^\\s*-(?=\\s)"));
  static const QRegularExpression section(QStringLiteral("^[A-Za-z_]+(?=:)"));
  static const QRegularExpression comment(QStringLiteral("(?:^|\\s)#.*$"));
  QTextCharFormat muted, strong;
  muted.setForeground(colorOf(Tone::Muted));
  strong.setForeground(colorOf(Tone::Accent));
  strong.setFontWeight(QFont::DemiBold);
  for (auto match = signs.globalMatch(text); match.hasNext();) {
    const QRegularExpressionMatch sign = match.next();
    setFormat(static_cast<int>(sign.capturedStart()), static_cast<int>(sign.capturedLength()), muted);
  }
  for (const auto& [expression, format] : {std::pair(&section, &strong), std::pair(&comment, &muted)})
    if (const QRegularExpressionMatch found = expression->match(text); found.hasMatch())
      setFormat(static_cast<int>(found.capturedStart()), static_cast<int>(found.capturedLength()), *format);
}

}  // namespace faultline

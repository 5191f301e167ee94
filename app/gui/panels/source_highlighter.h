// Makes the structure of a scenario's text visible by weight and lightness: names strong, comments and signs muted.
#pragma once

#include <QSyntaxHighlighter>

namespace faultline {

class SourceHighlighter : public QSyntaxHighlighter {
  Q_OBJECT

 public:
  explicit SourceHighlighter(QTextDocument* document);

 protected:
  void highlightBlock(const QString& text) override;
};

}  // namespace faultline

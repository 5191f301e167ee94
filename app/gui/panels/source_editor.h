// A text with line numbers, in which problems are marked where they are and explained under the pointer.
#pragma once

#include <QPlainTextEdit>

#include "base/diagnostic.h"

namespace faultline {

class SourceEditor : public QPlainTextEdit {
  Q_OBJECT

 public:
  explicit SourceEditor(QWidget* parent = nullptr);

  // Shows another version of the text: only what differs is replaced, so that what one looks at stays in place.
  void showText(const QString& text);
  void setProblems(const Diagnostics& problems);
  // What is said about a line, from 1; empty when nothing is.
  QString problemsAt(int line) const;
  // Puts the cursor there, in sight. Both from 1.
  void goTo(int line, int column);
  QWidget& gutter() { return *gutter_; }

 protected:
  bool event(QEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  friend class SourceGutter;
  void restyle();
  void fitGutter();
  int gutterWidth() const;
  void paintGutter(QPaintEvent* event);
  void mark();
  int lineAt(QPoint viewport) const;

  QWidget* gutter_;
  Diagnostics problems_;
};

}  // namespace faultline

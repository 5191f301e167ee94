#include "gui/canvas/place_editor.h"

#include <QKeyEvent>
#include <QLabel>
#include <algorithm>

#include "gui/style/theme.h"

namespace faultline {

PlaceEditor::PlaceEditor(QWidget* viewport) : QPlainTextEdit(viewport), problem_(new QLabel(viewport)) {
  setObjectName(QStringLiteral("placeEditor"));
  problem_->setObjectName(QStringLiteral("placeProblem"));
  problem_->setAutoFillBackground(true);
  problem_->setMargin(6);
  problem_->hide();
  hide();
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setTabChangesFocus(true);
  document()->setDocumentMargin(3);
  connect(this, &QPlainTextEdit::textChanged, this, [this] {
    problem_->hide();
    fitText();
  });
}

void PlaceEditor::open(const QRect& place, const QString& text, bool lines, const QFont& font, Take take) {
  if (isOpen()) commit();
  take_ = std::move(take);
  lines_ = lines;
  place_ = place;
  setFont(font);
  setLineWrapMode(lines ? WidgetWidth : NoWrap);
  setPlainText(text);
  selectAll();
  fitText();
  show();
  raise();
  setFocus(Qt::OtherFocusReason);
}

void PlaceEditor::fitText() {
  const int line = fontMetrics().lineSpacing();
  const int rows = lines_ ? std::max(2, static_cast<int>(document()->size().height())) : 1;
  setGeometry(
      QRect(place_.topLeft(), QSize(std::max(place_.width(), 90), std::max(place_.height(), rows * line + 12))));
}

void PlaceEditor::commit() {
  if (!take_) return;
  const QString text = toPlainText().trimmed();
  const QString problem = take_(lines_ ? text : text.simplified());
  if (problem.isEmpty()) return leave();
  problem_->setText(
      QStringLiteral("<span style='color:%1'>%2</span>").arg(colorOf(Tone::Failing).name(), problem.toHtmlEscaped()));
  problem_->adjustSize();
  problem_->move(geometry().bottomLeft() + QPoint(0, 4));
  problem_->show();
  problem_->raise();
}

void PlaceEditor::abandon() { leave(); }

void PlaceEditor::leave() {
  if (!take_) return;
  take_ = nullptr;  // hiding takes the focus away, which must not commit again
  problem_->hide();
  // The keyboard goes first: a widget that is hidden with it would pass it on as Tab does.
  Q_EMIT closed();
  hide();
}

bool PlaceEditor::focusNextPrevChild(bool) {
  commit();
  return true;
}

void PlaceEditor::keyPressEvent(QKeyEvent* event) {
  const bool isEnter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
  if (event->key() == Qt::Key_Escape) return abandon();
  if (isEnter && !(lines_ && (event->modifiers() & Qt::ShiftModifier))) return commit();
  QPlainTextEdit::keyPressEvent(event);
}

void PlaceEditor::focusOutEvent(QFocusEvent* event) {
  QPlainTextEdit::focusOutEvent(event);
  if (!take_ || event->reason() == Qt::ActiveWindowFocusReason || event->reason() == Qt::PopupFocusReason) return;
  commit();
  if (take_) abandon();  // nobody is there to mend what was refused
}

}  // namespace faultline

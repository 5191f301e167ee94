#include "gui/panels/source_editor.h"

#include <QHelpEvent>
#include <QPainter>
#include <QScrollBar>
#include <QTextBlock>
#include <QToolTip>
#include <algorithm>

#include "gui/panels/source_highlighter.h"
#include "gui/style/theme.h"

namespace faultline {

// The strip of line numbers; the editor paints it, because it knows the lines.
class SourceGutter : public QWidget {
 public:
  explicit SourceGutter(SourceEditor& editor) : QWidget(&editor), editor_(editor) {}

 protected:
  void paintEvent(QPaintEvent* event) override { editor_.paintGutter(event); }
  bool event(QEvent* event) override {
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    QToolTip::showText(help->globalPos(), editor_.problemsAt(editor_.lineAt({0, help->pos().y()})), this);
    return true;
  }

 private:
  SourceEditor& editor_;
};

namespace {

constexpr int kMark = 8, kGap = 8;

Tone toneOf(const Diagnostic& problem) {
  return problem.severity == Diagnostic::Severity::Error ? Tone::Failing : Tone::Degraded;
}

// From the column on, to the end of the word or value.
QTextCursor placeOf(QTextDocument* document, const Diagnostic& problem) {
  const QTextBlock block = document->findBlockByNumber(problem.line - 1);
  QTextCursor cursor(block);
  if (!block.isValid()) return cursor;
  const QString text = block.text();
  int from = std::clamp(problem.column - 1, 0, static_cast<int>(text.size()));
  int to = from;
  while (to < text.size() && !QStringLiteral(" ,]}").contains(text.at(to))) ++to;
  if (to == from) {  // nothing there: the line
    from = static_cast<int>(text.size() - text.trimmed().size());
    to = static_cast<int>(text.size());
  }
  cursor.setPosition(block.position() + from);
  cursor.setPosition(block.position() + to, QTextCursor::KeepAnchor);
  return cursor;
}

}  // namespace

SourceEditor::SourceEditor(QWidget* parent) : QPlainTextEdit(parent) {
  setLineWrapMode(NoWrap);
  setAcceptDrops(false);  // files are for the window
  setFrameShape(NoFrame);
  gutter_ = new SourceGutter(*this);
  new SourceHighlighter(document());
  connect(this, &QPlainTextEdit::blockCountChanged, this, &SourceEditor::fitGutter);
  connect(this, &QPlainTextEdit::updateRequest, this, [this](const QRect& rect, int dy) {
    if (dy != 0)
      gutter_->scroll(0, dy);
    else
      gutter_->update(0, rect.y(), gutter_->width(), rect.height());
  });
  connect(this, &QPlainTextEdit::cursorPositionChanged, gutter_, qOverload<>(&QWidget::update));
  connect(&Theme::instance(), &Theme::changed, this, &SourceEditor::restyle);
  restyle();
}

void SourceEditor::restyle() {
  setFont(Theme::instance().fixedFont());
  // The font of the application's sheet would win over setFont.
  setStyleSheet(QStringLiteral("QPlainTextEdit { background: %1; border: none; border-radius: 0; padding: 0; "
                               "font-family: \"%2\"; font-size: %3pt; }")
                    .arg(colorOf(Tone::Panel).name(), font().family())
                    .arg(font().pointSizeF()));
  fitGutter();
  mark();
}

void SourceEditor::showText(const QString& text) {
  const QString before = toPlainText();
  if (before == text) return;
  qsizetype head = 0, tail = 0;
  const qsizetype shorter = std::min(before.size(), text.size());
  while (head < shorter && before.at(head) == text.at(head)) ++head;
  while (tail < shorter - head && before.at(before.size() - 1 - tail) == text.at(text.size() - 1 - tail)) ++tail;
  setUndoRedoEnabled(false);  // the steps back are those of the scenario
  QTextCursor cursor(document());
  cursor.setPosition(static_cast<int>(head));
  cursor.setPosition(static_cast<int>(before.size() - tail), QTextCursor::KeepAnchor);
  cursor.insertText(text.mid(head, text.size() - head - tail));
  setUndoRedoEnabled(true);
}

void SourceEditor::setProblems(const Diagnostics& problems) {
  problems_ = problems;
  mark();
  gutter_->update();
}

void SourceEditor::mark() {
  QList<QTextEdit::ExtraSelection> marks;
  for (const Diagnostic& problem : problems_) {
    if (problem.line <= 0) continue;
    QTextEdit::ExtraSelection mark;
    mark.cursor = placeOf(document(), problem);
    mark.format.setUnderlineStyle(QTextCharFormat::WaveUnderline);
    mark.format.setUnderlineColor(colorOf(toneOf(problem)));
    marks << mark;
  }
  setExtraSelections(marks);
}

QString SourceEditor::problemsAt(int line) const {
  QStringList texts;
  for (const Diagnostic& problem : problems_) {
    if (problem.line != line) continue;
    QString text = QString::fromStdString(problem.message);
    if (!problem.hint.empty()) text += QStringLiteral(" (%1)").arg(QString::fromStdString(problem.hint));
    texts << text;
  }
  return texts.join(QLatin1Char('\n'));
}

void SourceEditor::goTo(int line, int column) {
  const QTextBlock block = document()->findBlockByNumber(line - 1);
  if (!block.isValid()) return;
  QTextCursor cursor(block);
  cursor.setPosition(block.position() + std::clamp(column - 1, 0, block.length() - 1));
  setTextCursor(cursor);
  centerCursor();
}

int SourceEditor::lineAt(QPoint viewport) const { return cursorForPosition(viewport).blockNumber() + 1; }

bool SourceEditor::event(QEvent* event) {
  if (event->type() == QEvent::ToolTip) {
    const auto* help = static_cast<QHelpEvent*>(event);
    QToolTip::showText(help->globalPos(), problemsAt(lineAt(viewport()->mapFrom(this, help->pos()))), this);
    return true;
  }
  // Without typing of its own the text has no steps back: the scenario's are meant.
  if (event->type() == QEvent::ShortcutOverride) {
    auto* key = static_cast<QKeyEvent*>(event);
    if ((key->matches(QKeySequence::Undo) && !document()->isUndoAvailable()) ||
        (key->matches(QKeySequence::Redo) && !document()->isRedoAvailable())) {
      event->ignore();
      return true;
    }
  }
  return QPlainTextEdit::event(event);
}

// ------------------------------------------------------------- the gutter

int SourceEditor::gutterWidth() const {
  const int digits = std::max(3, static_cast<int>(QString::number(blockCount()).size()));
  return kGap + kMark + kGap + digits * fontMetrics().horizontalAdvance(QLatin1Char('9')) + kGap;
}

void SourceEditor::fitGutter() {
  setViewportMargins(gutterWidth() + 4, 4, 0, 0);
  const QRect rect = contentsRect();
  gutter_->setGeometry(rect.left(), rect.top() + 4, gutterWidth(), rect.height() - 4);
}

void SourceEditor::resizeEvent(QResizeEvent* event) {
  QPlainTextEdit::resizeEvent(event);
  fitGutter();
}

void SourceEditor::paintGutter(QPaintEvent* event) {
  QPainter painter(gutter_);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.fillRect(event->rect(), colorOf(Tone::Panel));
  painter.setFont(font());
  const int current = textCursor().blockNumber();
  QTextBlock block = firstVisibleBlock();
  for (qreal y = blockBoundingGeometry(block).translated(contentOffset()).top();
       block.isValid() && y <= event->rect().bottom(); block = block.next()) {
    const qreal height = blockBoundingRect(block).height();
    const QRectF line(0, y, gutter_->width(), height);
    painter.setPen(colorOf(block.blockNumber() == current ? Tone::Text : Tone::Muted));
    painter.drawText(line.adjusted(0, 0, -kGap, 0), Qt::AlignRight | Qt::AlignVCenter,
                     QString::number(block.blockNumber() + 1));
    const Diagnostic* worst = nullptr;
    for (const Diagnostic& problem : problems_)
      if (problem.line == block.blockNumber() + 1 &&
          (worst == nullptr || problem.severity == Diagnostic::Severity::Error))
        worst = &problem;
    if (worst != nullptr) {
      const QPointF c(kGap + kMark / 2.0, line.center().y());
      const double r = kMark / 2.0;
      painter.setPen(Qt::NoPen);
      painter.setBrush(colorOf(toneOf(*worst)));
      if (worst->severity == Diagnostic::Severity::Error)
        painter.drawPolygon(QPolygonF{{c.x(), c.y() - r}, {c.x() + r, c.y() + r}, {c.x() - r, c.y() + r}});
      else
        painter.drawPolygon(QPolygonF{{c.x(), c.y() - r}, {c.x() + r, c.y()}, {c.x(), c.y() + r}, {c.x() - r, c.y()}});
    }
    y += height;
  }
}

}  // namespace faultline

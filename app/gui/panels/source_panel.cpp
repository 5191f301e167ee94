#include "gui/panels/source_panel.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPushButton>
#include <QScopedValueRollback>
#include <algorithm>

#include "gui/document/document.h"
#include "gui/panels/source_editor.h"
#include "gui/style/theme.h"

namespace faultline {

namespace {

constexpr int kDelayMs = 150;

}  // namespace

SourcePanel::SourcePanel(Document& document, QWidget* parent) : QWidget(parent), document_(document) {
  setObjectName(QStringLiteral("sourcePanel"));
  editor_ = new SourceEditor(this);
  editor_->setAccessibleName(tr("Source"));
  editor_->installEventFilter(this);
  state_ = new QLabel(this);
  state_->setObjectName(QStringLiteral("muted"));
  state_->setWordWrap(true);
  state_->setTextFormat(Qt::PlainText);
  revert_ = new QPushButton(tr("Revert"), this);
  revert_->setToolTip(tr("Forget the draft and show the scenario"));
  apply_ = new QPushButton(tr("Apply"), this);
  apply_->setToolTip(tr("Make this text the scenario, as one step that can be undone (Ctrl+Return)"));
  apply_->setDefault(true);
  auto* bar = new QHBoxLayout;
  bar->setContentsMargins(12, 6, 12, 8);
  bar->addWidget(state_, 1);
  bar->addWidget(revert_);
  bar->addWidget(apply_);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addWidget(editor_, 1);
  layout->addLayout(bar);
  timer_.setSingleShot(true);
  timer_.setInterval(kDelayMs);
  connect(&timer_, &QTimer::timeout, this, &SourcePanel::refresh);
  connect(editor_, &QPlainTextEdit::textChanged, this, &SourcePanel::edited);
  connect(apply_, &QPushButton::clicked, this, &SourcePanel::apply);
  connect(revert_, &QPushButton::clicked, this, &SourcePanel::revert);
  connect(&document_, &Document::changed, this, &SourcePanel::follow);
  connect(&document_, &Document::problemsChanged, this, &SourcePanel::follow);
  connect(&document_, &Document::replaced, this, [this] {
    draft_ = false;  // it was a draft of another scenario
    follow();
  });
}

void SourcePanel::follow() {
  behind_ = true;
  if (isVisible() && !timer_.isActive()) timer_.start();
}

void SourcePanel::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  if (behind_) refresh();
}

void SourcePanel::edited() {
  if (showing_) return;
  draft_ = true;
  timer_.start();
}

void SourcePanel::refresh() {
  timer_.stop();
  behind_ = false;
  draft_ = draft_ && editor_->toPlainText() != document_.text();
  if (!draft_) {
    const QScopedValueRollback<bool> guard(showing_, true);
    editor_->showText(document_.text());
  }
  judge();
}

void SourcePanel::judge() {
  // Reading a text takes longer than writing it: without a draft or a problem there is nothing to find.
  Document::Verdict verdict;
  if (draft_ || !document_.problems().empty()) verdict = document_.judge(editor_->toPlainText());
  problems_ = verdict.problems;
  editor_->setProblems(problems_);
  apply_->setVisible(draft_);
  revert_->setVisible(draft_);
  apply_->setEnabled(!verdict.isRefused);
  const auto first = std::find_if(problems_.begin(), problems_.end(),
                                  [](const Diagnostic& d) { return d.severity == Diagnostic::Severity::Error; });
  if (first != problems_.end()) {
    QString text = tr("Line %1: %2").arg(first->line).arg(QString::fromStdString(first->message));
    if (!first->hint.empty()) text += QStringLiteral(" (%1)").arg(QString::fromStdString(first->hint));
    return showState(text, true);
  }
  if (draft_)
    showState(tr("A draft: nothing has changed yet."), false);
  else
    showState(tr("Follows the scenario. Type to change it."), false);
}

void SourcePanel::showState(const QString& text, bool isBad) {
  QPalette palette = state_->palette();
  palette.setColor(QPalette::WindowText, colorOf(isBad ? Tone::Failing : Tone::Muted));
  state_->setPalette(palette);
  state_->setStyleSheet(isBad ? QStringLiteral("color: %1").arg(colorOf(Tone::Failing).name()) : QString());
  state_->setText(text);
}

bool SourcePanel::apply() {
  if (!draft_) return true;
  const QString text = editor_->toPlainText();
  if (document_.judge(text).isRefused) {
    judge();
    return false;
  }
  draft_ = false;
  document_.applyText(tr("Edit the source"), text);
  refresh();
  return true;
}

void SourcePanel::revert() {
  draft_ = false;
  refresh();
}

void SourcePanel::showProblem(const Diagnostic& problem) {
  if (behind_) refresh();
  const auto found = std::find_if(problems_.begin(), problems_.end(), [&](const Diagnostic& d) {
    return d.path == problem.path && d.message == problem.message;
  });
  if (found != problems_.end() && found->line > 0) editor_->goTo(found->line, found->column);
}

bool SourcePanel::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::KeyPress) {
    const auto* key = static_cast<QKeyEvent*>(event);
    if ((key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter) && (key->modifiers() & Qt::ControlModifier)) {
      apply();
      return true;
    }
  }
  return QWidget::eventFilter(watched, event);
}

}  // namespace faultline

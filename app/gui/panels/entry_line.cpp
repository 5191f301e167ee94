#include "gui/panels/entry_line.h"

#include <QLabel>
#include <QLineEdit>
#include <QVBoxLayout>

#include "gui/models/problem_text.h"
#include "gui/panels/suggestions.h"

namespace faultline {

EntryLine::EntryLine(const QString& name, const QString& hint, QWidget* parent)
    : QWidget(parent), line_(new QLineEdit(this)), problem_(new QLabel(this)) {
  line_->setObjectName(name);
  line_->setPlaceholderText(hint);
  line_->setAccessibleName(hint);
  problem_->setObjectName(QStringLiteral("error"));
  problem_->setWordWrap(true);
  problem_->hide();
  setFocusProxy(line_);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(2);
  layout->addWidget(line_);
  layout->addWidget(problem_);
  connect(line_, &QLineEdit::textEdited, problem_, &QLabel::hide);
  connect(line_, &QLineEdit::returnPressed, this, [this] {
    if (const QString text = line_->text().trimmed(); !text.isEmpty()) Q_EMIT wanted(text);
  });
}

void EntryLine::setSuggestions(std::function<std::vector<std::string>()> ask) {
  offerSuggestions(*line_, std::move(ask));
}

void EntryLine::answer(const Diagnostics& problems) {
  problem_->setVisible(hasErrors(problems));
  if (!hasErrors(problems)) return line_->clear();
  problem_->setText(firstProblem(problems));
}

}  // namespace faultline

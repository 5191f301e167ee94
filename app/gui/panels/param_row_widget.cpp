#include "gui/panels/param_row_widget.h"

#include <QCheckBox>
#include <QEnterEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMouseEvent>
#include <QStyle>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "gui/models/param_text.h"
#include "gui/panels/param_editors.h"
#include "gui/style/theme.h"

namespace faultline {

namespace {

constexpr int kIndent = 12, kToolSize = 20, kMargin = 12;
constexpr double kLabelShare = 0.42;

QString fixedText() {
  return ParamRowWidget::tr("Fixed while a run is under way: a change takes effect with the next run.");
}

void showElided(QLabel& label, const QString& text) {
  label.setText(label.fontMetrics().elidedText(text, Qt::ElideRight, label.width()));
}

QString nameOf(ParamSource source) {
  switch (source) {
    case ParamSource::Default:
      return QStringLiteral("default");
    case ParamSource::Preset:
      return QStringLiteral("preset");
    case ParamSource::Written:
      break;
  }
  return QStringLiteral("written");
}

}  // namespace

ParamRowWidget::ParamRowWidget(const ParamRow& row, const Scenario& scenario, QWidget* parent)
    : QWidget(parent), row_(row) {
  setObjectName(QString::fromStdString("row " + row.path));
  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(kMargin + kIndent * row.depth, isHeading() ? 7 : 2, kMargin - 6, 2);
  outer->setSpacing(2);
  auto* line = new QHBoxLayout;
  line->setContentsMargins(0, 0, 0, 0);
  line->setSpacing(4);
  outer->addLayout(line);
  label_ = new QLabel(row.label, this);
  if (isHeading())
    buildHeading(*line);
  else
    buildValue(*line);
  addTools(*line);
  error_ = new QLabel(this);
  error_->setObjectName(QStringLiteral("error"));
  error_->setWordWrap(true);
  error_->hide();
  outer->addWidget(error_);
  if (editor_ != nullptr) editor_->setScenario(scenario);
  refreshTheme();
}

void ParamRowWidget::buildHeading(QLayout& line) {
  auto& box = static_cast<QHBoxLayout&>(line);
  chevron_ = tool(row_.isOpen ? QStringLiteral("chevron_down") : QStringLiteral("chevron_right"),
                  row_.isOpen ? tr("Close") : tr("Open"));
  chevron_->setAccessibleName(tr("%1: open or close").arg(row_.label));
  connect(chevron_, &QToolButton::clicked, this, [this] { Q_EMIT openWanted(!row_.isOpen); });
  chevron_->setVisible(row_.isPresent);
  box.addWidget(chevron_);
  box.addWidget(label_);
  box.addStretch();
  if (row_.kind == ParamRow::Kind::Group && row_.info.optional) {
    switch_ = new QCheckBox(this);
    switch_->setObjectName(QStringLiteral("switch"));
    switch_->setAccessibleName(row_.label);
    connect(switch_, &QCheckBox::clicked, this, &ParamRowWidget::switched);
    box.addWidget(switch_);
  }
  if (row_.kind == ParamRow::Kind::Table) {
    newRow_ = new QLineEdit(this);
    newRow_->setObjectName(QStringLiteral("newRow"));
    newRow_->setPlaceholderText(tr("add a row"));
    newRow_->setAccessibleName(tr("%1: name of a new row").arg(row_.label));
    newRow_->setMaximumWidth(120);
    connect(newRow_, &QLineEdit::returnPressed, this, [this] {
      if (!newRow_->text().trimmed().isEmpty()) Q_EMIT addWanted(newRow_->text().trimmed());
    });
    box.addWidget(newRow_);
  }
}

void ParamRowWidget::buildValue(QLayout& line) {
  auto& box = static_cast<QHBoxLayout&>(line);
  box.addWidget(label_);
  lock_ = new QLabel(this);
  lock_->setObjectName(QStringLiteral("lock"));
  lock_->setToolTip(fixedText());
  lock_->setAccessibleName(fixedText());
  lock_->hide();
  box.addWidget(lock_);
  editor_ = makeParamEditor(row_.info, this);
  label_->setBuddy(editor_->input());
  box.addWidget(editor_, 1);
  connect(editor_, &ParamEditor::entered, this, &ParamRowWidget::entered);
  connect(editor_, &ParamEditor::emptied, this, &ParamRowWidget::resetWanted);
  connect(editor_, &ParamEditor::rejected, this, &ParamRowWidget::setProblem);
  connect(editor_, &ParamEditor::left, this, &ParamRowWidget::left);
  connect(editor_, &ParamEditor::givenUp, this, [this] {
    editor_->showAnyway(shownValue(row_), row_.state.isMixed);
    setProblem({});
  });
}

void ParamRowWidget::addTools(QLayout& line) {
  auto& box = static_cast<QHBoxLayout&>(line);
  if (row_.isRemovable) {
    remove_ = tool(QStringLiteral("remove"), tr("Remove %1").arg(row_.label));
    remove_->setObjectName(QStringLiteral("remove"));
    connect(remove_, &QToolButton::clicked, this, &ParamRowWidget::removeWanted);
  } else if (row_.kind == ParamRow::Kind::Value || row_.kind == ParamRow::Kind::Table) {
    reset_ = tool(QStringLiteral("reset"), tr("Reset"));
    reset_->setObjectName(QStringLiteral("reset"));
    connect(reset_, &QToolButton::clicked, this, &ParamRowWidget::resetWanted);
  }
  if (!row_.freeClasses.empty()) {
    addClass_ = tool(QStringLiteral("add"), tr("Another value for one request class"));
    addClass_->setObjectName(QStringLiteral("addClass"));
    auto* menu = new QMenu(addClass_);
    for (const std::string& name : row_.freeClasses) {
      const QString text = QString::fromStdString(name);
      connect(menu->addAction(text), &QAction::triggered, this, [this, text] { Q_EMIT addWanted(text); });
    }
    addClass_->setMenu(menu);
    addClass_->setPopupMode(QToolButton::InstantPopup);
  }
  for (QToolButton* button : {addClass_, reset_, remove_})
    if (button != nullptr) {
      QSizePolicy policy = button->sizePolicy();
      policy.setRetainSizeWhenHidden(button != addClass_);
      button->setSizePolicy(policy);
      box.addWidget(button);
    }
  if (reset_ == nullptr && remove_ == nullptr) box.addSpacing(kToolSize);
}

QToolButton* ParamRowWidget::tool(const QString& name, const QString& tip) {
  auto* button = new QToolButton(this);
  button->setProperty("iconName", name);
  button->setToolTip(tip);
  button->setAccessibleName(tip);
  button->setFixedSize(kToolSize, kToolSize);
  button->setIconSize({14, 14});
  button->setProperty("tool", true);
  return button;
}

void ParamRowWidget::refreshTheme() {
  const Theme& theme = Theme::instance();
  for (QToolButton* button : {chevron_, reset_, remove_, addClass_})
    if (button != nullptr) button->setIcon(theme.icon(button->property("iconName").toString(), colorOf(Tone::Muted)));
  if (lock_ != nullptr) lock_->setPixmap(theme.icon(QStringLiteral("lock"), colorOf(Tone::Muted)).pixmap(14, 14));
  const bool isCaption = row_.kind == ParamRow::Kind::Table || row_.kind == ParamRow::Kind::Group;
  label_->setFont(theme.textFont(row_.kind == ParamRow::Kind::Section ? Type::Name
                             : isCaption                          ? Type::Heading
                                                                  : Type::Base));
  label_->setObjectName(row_.kind == ParamRow::Kind::TableRow || row_.kind == ParamRow::Kind::Section
                            ? QString()
                            : QStringLiteral("muted"));
  if (!isHeading()) showElided(*label_, row_.label);
}

void ParamRowWidget::show(const ParamRow& row, const Scenario& scenario, bool isLive, bool afresh) {
  row_ = row;
  isLive_ = isLive;
  if (editor_ != nullptr) {
    if (row.info.type == ParamType::NodeName || row.info.type == ParamType::ClassList) editor_->setScenario(scenario);
    if (afresh)
      editor_->showAnyway(shownValue(row), row.state.isMixed);
    else
      editor_->show(shownValue(row), row.state.isMixed);
    if (!editor_->isPending()) problem_.clear();
  } else {
    problem_.clear();
  }
  if (newRow_ != nullptr && afresh) newRow_->clear();
  if (switch_ != nullptr) {
    const bool isPartly = row.state.isMixed && !row.isPresent;
    switch_->setTristate(isPartly);
    switch_->setCheckState(isPartly ? Qt::PartiallyChecked : row.isPresent ? Qt::Checked : Qt::Unchecked);
  }
  if (lock_ != nullptr) lock_->setVisible(isLive && row.info.fixed);
  showSource();
  showProblem();
  const QString text = tip();
  label_->setToolTip(text);
  if (editor_ != nullptr) editor_->input()->setAccessibleName(row.label);
}

void ParamRowWidget::showSource() {
  if (reset_ != nullptr) {
    reset_->setVisible(row_.state.source == ParamSource::Written);
    if (row_.kind == ParamRow::Kind::Value)
      reset_->setToolTip(
          tr("Back to %1").arg(row_.state.fallback.isSet() ? editText(row_.info, row_.state.fallback) : tr("none")));
  }
  if (editor_ == nullptr) return;
  QWidget* input = editor_->input();
  const QString source = nameOf(row_.state.source);
  if (input->property("source").toString() == source) return;
  input->setProperty("source", source);
  input->style()->unpolish(input);
  input->style()->polish(input);
}

void ParamRowWidget::setProblem(const QString& text) {
  problem_ = text;
  showProblem();
}

void ParamRowWidget::setStoredProblem(const QString& text) {
  stored_ = text;
  showProblem();
}

void ParamRowWidget::showProblem() {
  QString text = problem_.isEmpty() ? stored_ : problem_;
  if (text.isEmpty() && !row_.state.unusable.empty())
    text = tr("“%1” cannot be used.").arg(QString::fromStdString(row_.state.unusable));
  error_->setText(text);
  error_->setVisible(!text.isEmpty());
  if (editor_ == nullptr) return;
  QWidget* input = editor_->input();
  if (input->property("wrong").toBool() == !text.isEmpty()) return;
  input->setProperty("wrong", !text.isEmpty());
  input->style()->unpolish(input);
  input->style()->polish(input);
}

QString ParamRowWidget::tip() const {
  QString text = QString::fromUtf8(row_.info.help).toHtmlEscaped();
  if (isLive_ && row_.info.fixed) text += QStringLiteral("<br>") + fixedText();
  return text.isEmpty() ? QString() : QStringLiteral("<p>%1</p>").arg(text);
}

void ParamRowWidget::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  if (isHeading()) return;
  const int wanted = static_cast<int>(width() * kLabelShare) - layout()->contentsMargins().left();
  label_->setFixedWidth(std::max(40, wanted));
  showElided(*label_, row_.label);
}

void ParamRowWidget::enterEvent(QEnterEvent* event) {
  QWidget::enterEvent(event);
  Q_EMIT pointedAt();
}

void ParamRowWidget::mouseReleaseEvent(QMouseEvent* event) {
  if (isHeading() && row_.isPresent && event->button() == Qt::LeftButton && rect().contains(event->pos()))
    Q_EMIT openWanted(!row_.isOpen);
  QWidget::mouseReleaseEvent(event);
}

}  // namespace faultline

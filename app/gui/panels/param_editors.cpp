#include "gui/panels/param_editors.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QMenu>
#include <QToolButton>

#include "gui/models/param_text.h"
#include "gui/panels/calm_combo_box.h"
#include "gui/panels/text_editor.h"
#include "io/value_text.h"
#include "model/value_check.h"

namespace faultline {

ParamEditor::ParamEditor(const ParamInfo& info, QWidget* parent) : QWidget(parent), info_(info) {
  setObjectName(QString::fromUtf8(info.name));
}

void ParamEditor::show(const Value& value, bool isMixed) {
  if (!isPending_) display(value, isMixed);
}

void ParamEditor::showAnyway(const Value& value, bool isMixed) {
  isPending_ = false;
  display(value, isMixed);
}

void ParamEditor::enter(const Value& value) {
  isPending_ = false;
  Q_EMIT entered(value);
}

void ParamEditor::reject(const QString& problem) {
  isPending_ = true;
  Q_EMIT rejected(problem);
}

namespace {

class FlagEditor : public ParamEditor {
 public:
  FlagEditor(const ParamInfo& info, QWidget* parent) : ParamEditor(info, parent), box_(new QCheckBox(this)) {
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 3, 0, 3);
    layout->addWidget(box_);
    layout->addStretch();
    setFocusProxy(box_);
    box_->setAccessibleName(QString::fromUtf8(info.label));
    connect(box_, &QCheckBox::clicked, this, [this](bool isOn) {
      box_->setTristate(false);
      enter(Value(isOn));
    });
  }
  QWidget* input() const override { return box_; }

 protected:
  void display(const Value& value, bool isMixed) override {
    const bool isOn = value.as<bool>() != nullptr && *value.as<bool>();
    box_->setTristate(isMixed);
    box_->setCheckState(isMixed ? Qt::PartiallyChecked : isOn ? Qt::Checked : Qt::Unchecked);
    box_->setText(isMixed ? tr("several values") : isOn ? tr("on") : tr("off"));
  }

 private:
  QCheckBox* box_;
};

// One of some names: choices of the descriptor, or nodes.
class ChoiceEditor : public ParamEditor {
 public:
  ChoiceEditor(const ParamInfo& info, QWidget* parent) : ParamEditor(info, parent), box_(new CalmComboBox(this)) {
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(box_);
    setFocusProxy(box_);
    box_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    box_->setMinimumContentsLength(6);
    box_->setPlaceholderText(tr("several values"));
    box_->setAccessibleName(QString::fromUtf8(info.label));
    for (const ChoiceInfo& choice : info.choices) add(choice.name, choice.help);
    connect(box_, qOverload<int>(&QComboBox::activated), this, [this](int index) {
      const std::string name = box_->itemText(index).toStdString();
      enter(box_->itemData(index).toBool() ? Value{} : Value(name));
    });
  }
  QWidget* input() const override { return box_; }

  void setScenario(const Scenario& scenario) override {
    if (info().type != ParamType::NodeName) return;
    box_->clear();
    for (const NodeSpec& node : scenario.nodes) add(node.name.c_str(), node.kind.c_str());
  }

 protected:
  void display(const Value& value, bool isMixed) override {
    const int none = box_->findData(true);
    if (none < 0 && info().optional) box_->insertItem(0, QString::fromLatin1(kUnset), true);
    const std::string* name = value.as<std::string>();
    if (isMixed) return box_->setCurrentIndex(-1);
    if (name == nullptr) return box_->setCurrentIndex(info().optional ? 0 : -1);
    const QString text = QString::fromStdString(*name);
    int index = box_->findText(text);
    if (index < 0 && !text.isEmpty()) {  // a name that is not there any more is shown all the same
      add(name->c_str(), "");
      index = box_->count() - 1;
    }
    box_->setCurrentIndex(index);
  }

 private:
  void add(const char* name, const char* help) {
    box_->addItem(QString::fromUtf8(name), false);
    box_->setItemData(box_->count() - 1, QString::fromUtf8(help), Qt::ToolTipRole);
  }

  QComboBox* box_;
};

// Several of some words: request classes, or the choices of a list.
class WordsEditor : public ParamEditor {
 public:
  WordsEditor(const ParamInfo& info, QWidget* parent)
      : ParamEditor(info, parent), button_(new QToolButton(this)), menu_(new QMenu(this)) {
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(button_);
    setFocusProxy(button_);
    button_->setObjectName(QStringLiteral("chip"));
    button_->setToolButtonStyle(Qt::ToolButtonTextOnly);
    button_->setPopupMode(QToolButton::InstantPopup);
    button_->setMenu(menu_);
    button_->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    button_->setFocusPolicy(Qt::StrongFocus);
    button_->setAccessibleName(QString::fromUtf8(info.label));
    for (const ChoiceInfo& choice : info.choices) known_ << QString::fromUtf8(choice.name);
  }
  QWidget* input() const override { return button_; }

  void setScenario(const Scenario& scenario) override {
    if (info().type != ParamType::ClassList) return;
    known_.clear();
    for (const RequestClass& c : scenario.classes) known_ << QString::fromStdString(c.name);
  }

 protected:
  void display(const Value& value, bool isMixed) override {
    const QString text = listText(value);
    const QStringList chosen = text.split(QStringLiteral(", "), Qt::SkipEmptyParts);
    button_->setText(isMixed                               ? tr("several values")
                     : !text.isEmpty()                     ? text
                     : info().type == ParamType::ClassList ? tr("all")
                                                           : tr("none"));
    menu_->clear();
    QStringList all = known_;
    for (const QString& word : chosen)
      if (!all.contains(word)) all << word;
    for (const QString& word : all) {
      QAction* action = menu_->addAction(word);
      action->setCheckable(true);
      action->setChecked(!isMixed && chosen.contains(word));
      connect(action, &QAction::triggered, this, [this] { enter(checked()); });
    }
    if (all.isEmpty()) menu_->addAction(tr("There are no request classes."))->setEnabled(false);
  }

 private:
  Value checked() const {
    ValueList list;
    for (const QAction* action : menu_->actions())
      if (action->isChecked()) list.push_back(Value(action->text().toStdString()));
    return Value(std::move(list));
  }

  QToolButton* button_;
  QMenu* menu_;
  QStringList known_;
};

}  // namespace

ParamEditor* makeParamEditor(const ParamInfo& info, QWidget* parent) {
  switch (info.type) {
    case ParamType::Flag:
      return new FlagEditor(info, parent);
    case ParamType::Choice:
    case ParamType::NodeName:
      return new ChoiceEditor(info, parent);
    case ParamType::ClassList:
      return new WordsEditor(info, parent);
    case ParamType::TextList:
      if (!info.choices.empty()) return new WordsEditor(info, parent);
      return new TextEditor(info, parent);
    default:
      return new TextEditor(info, parent);
  }
}

}  // namespace faultline

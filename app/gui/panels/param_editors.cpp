#include "gui/panels/param_editors.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLineEdit>
#include <QMenu>
#include <QToolButton>
#include <algorithm>
#include <cmath>

#include "base/quantity.h"
#include "gui/panels/calm_combo_box.h"
#include "gui/panels/density_plot.h"
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

bool isQuantity(ParamType type) {
  switch (type) {
    case ParamType::Count:
    case ParamType::Number:
    case ParamType::Ratio:
    case ParamType::Rate:
    case ParamType::Bytes:
    case ParamType::Bandwidth:
    case ParamType::Duration:
      return true;
    default:
      return false;
  }
}

bool isText(ParamType type) {
  return type == ParamType::Text || type == ParamType::NodeName || type == ParamType::KeySpace ||
         type == ParamType::Choice;
}

QString listText(const Value& value) {
  QStringList words;
  if (const ValueList* list = value.as<ValueList>())
    for (const Value& item : *list)
      if (const std::string* word = item.as<std::string>()) words << QString::fromStdString(*word);
  return words.join(QStringLiteral(", "));
}

// "0s 100/s, 60s 300/s"
QString pointsText(const Value& value) {
  QStringList points;
  if (const ValueList* list = value.as<ValueList>())
    for (const Value& item : *list)
      if (const ValueList* point = item.as<ValueList>(); point != nullptr && point->size() == 2)
        points << QString::fromStdString(formatDuration(*(*point)[0].as<Duration>()) + ' ' +
                                         formatRate(*(*point)[1].as<double>()));
  return points.join(QStringLiteral(", "));
}

Parsed<Value> parsePoints(const QString& text) {
  ValueList points;
  for (const QString& part : text.split(QLatin1Char(','), Qt::SkipEmptyParts)) {
    const QStringList words = part.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    if (words.size() != 2) return {std::nullopt, "points like 0s 100/s, 60s 300/s"};
    const auto at = parseDuration(words[0].toStdString());
    const auto rate = parseRate(words[1].toStdString());
    if (!at.value || !rate.value) return {std::nullopt, at.value ? rate.problem : at.problem};
    points.push_back(Value(ValueList{Value(*at.value), Value(*rate.value)}));
  }
  return {Value(std::move(points)), {}};
}

Parsed<Value> parseList(const QString& text) {
  ValueList list;
  for (const QString& word : text.split(QLatin1Char(','), Qt::SkipEmptyParts))
    if (const std::string trimmed = word.trimmed().toStdString(); !trimmed.empty()) list.push_back(Value(trimmed));
  return {Value(std::move(list)), {}};
}

Parsed<Value> parseText(const ParamInfo& info, const QString& text) {
  if (info.type == ParamType::Points) return parsePoints(text);
  if (info.type == ParamType::ClassList || info.type == ParamType::TextList) return parseList(text);
  return parseValue(info, text.toStdString());
}

// A step of the arrow keys: one in the second digit of the number.
double stepOf(double number) {
  if (number == 0) return 1;
  return std::pow(10, std::floor(std::log10(std::abs(number)) + 1e-9) - 1);
}

Value stepped(const ParamInfo& info, const Value& value, int steps) {
  const Range range = allowedRange(info);
  if (const auto* count = value.as<std::int64_t>()) {
    const double next = static_cast<double>(*count) + steps * std::max(1.0, stepOf(static_cast<double>(*count)));
    return Value(static_cast<std::int64_t>(std::clamp(next, range.min, range.max)));
  }
  if (const Duration* span = value.as<Duration>()) {
    const double ns = static_cast<double>(span->ns), step = ns == 0 ? 1e6 : std::max(1.0, stepOf(ns));
    return Value(durationFromNs(std::clamp(ns + steps * step, std::max(0.0, range.min * 1e9), range.max * 1e9)));
  }
  if (const double* number = value.as<double>()) {
    const double step = info.type == ParamType::Ratio ? 0.01 : stepOf(*number);
    const double digits = std::pow(10, std::round(-std::log10(step)) + 2);
    return Value(std::clamp(std::round((*number + steps * step) * digits) / digits, range.min, range.max));
  }
  return value;
}

// Everything that is one text: quantities, distributions, names, lists of free words, points.
class TextEditor : public ParamEditor {
 public:
  TextEditor(const ParamInfo& info, QWidget* parent) : ParamEditor(info, parent) {
    line_ = new QLineEdit(this);
    line_->installEventFilter(this);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(line_);
    setFocusProxy(line_);
    if (info.type == ParamType::Distribution || info.type == ParamType::CountDistribution ||
        info.type == ParamType::Points) {
      plot_ = new DensityPlot(DensityPlot::Detail::Shape, line_);
      line_->setTextMargins(0, 0, plot_->sizeHint().width() + 4, 0);
    }
    if (info.isTraceFile) {
      auto* browse = new QToolButton(this);
      browse->setText(QStringLiteral("…"));
      browse->setToolTip(tr("Choose a file"));
      layout->addWidget(browse);
      connect(browse, &QToolButton::clicked, this, [this] { chooseFile(); });
    }
    connect(line_, &QLineEdit::returnPressed, this, [this] { commit(); });
    connect(line_, &QLineEdit::editingFinished, this, [this] { commit(); });
  }

  QWidget* input() const override { return line_; }

 protected:
  void display(const Value& value, bool isMixed) override {
    value_ = value;
    shown_ = isMixed ? QString() : editText(info(), value);
    if (line_->text() != shown_) line_->setText(shown_);
    if (!line_->hasFocus()) line_->setCursorPosition(0);
    line_->setPlaceholderText(isMixed           ? tr("several values")
                              : info().optional ? QString::fromLatin1(kUnset)
                                                : QString());
    isMixed_ = isMixed;
    plot(isMixed ? Value{} : value);
  }

  void resizeEvent(QResizeEvent* event) override {
    ParamEditor::resizeEvent(event);
    placePlot();
  }

  bool eventFilter(QObject* watched, QEvent* event) override {
    if (watched == line_ && event->type() == QEvent::Resize) placePlot();
    if (watched == line_ && event->type() == QEvent::FocusOut) {
      const bool handled = ParamEditor::eventFilter(watched, event);
      QMetaObject::invokeMethod(
          this, [this] { Q_EMIT left(); }, Qt::QueuedConnection);
      return handled;
    }
    if (watched != line_ || event->type() != QEvent::KeyPress) return ParamEditor::eventFilter(watched, event);
    const auto* key = static_cast<QKeyEvent*>(event);
    if (key->key() == Qt::Key_Escape && (isPending() || line_->text() != shown_)) {
      line_->setText(shown_);
      Q_EMIT givenUp();
      return true;
    }
    if ((key->key() == Qt::Key_Up || key->key() == Qt::Key_Down) && isQuantity(info().type)) {
      const int sign = key->key() == Qt::Key_Up ? 1 : -1;
      step(sign * (key->modifiers() & Qt::ShiftModifier ? 10 : 1));
      return true;
    }
    return ParamEditor::eventFilter(watched, event);
  }

 private:
  void commit() {
    const QString text = line_->text().trimmed();
    if (line_->text() == shown_ || (text == refused_ && isPending())) return;
    refused_ = text;
    if (text.isEmpty() && info().optional) return enter(Value{});
    if (text.isEmpty() && !isText(info().type)) {
      if (isMixed_) return;
      if (info().type != ParamType::Points && info().type != ParamType::TextList &&
          info().type != ParamType::ClassList) {
        Q_EMIT emptied();
        return;
      }
    }
    const Parsed<Value> parsed = parseText(info(), text);
    if (!parsed.value) return reject(tr("It must be %1.").arg(QString::fromStdString(expectedText(info()))));
    plot(*parsed.value);
    enter(*parsed.value);
  }

  void step(int steps) {
    const Parsed<Value> parsed = parseText(info(), line_->text().trimmed());
    if (parsed.value && parsed.value->isSet()) enter(stepped(info(), *parsed.value, steps));
  }

  void plot(const Value& value) {
    if (plot_ == nullptr) return;
    if (const auto* d = value.as<Distribution>())
      plot_->setDistribution(*d, info().type == ParamType::Distribution);
    else if (const auto* points = value.as<ValueList>())
      plot_->setPoints(*points);
    else
      plot_->clear();
    placePlot();
  }

  void placePlot() {
    if (plot_ == nullptr) return;
    const QSize size = plot_->sizeHint();
    plot_->setGeometry(line_->width() - size.width() - 5, (line_->height() - size.height()) / 2, size.width(),
                       size.height());
  }

  void chooseFile() {
    const QString path =
        QFileDialog::getOpenFileName(this, tr("Recorded requests"), {}, tr("CSV files (*.csv);;All files (*)"));
    if (path.isEmpty()) return;
    line_->setText(path);
    commit();
  }

  QLineEdit* line_;
  DensityPlot* plot_ = nullptr;
  Value value_;
  QString shown_, refused_;
  bool isMixed_ = false;
};

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

QString editText(const ParamInfo& info, const Value& value) {
  if (!value.isSet()) return {};
  if (info.type == ParamType::Points) return pointsText(value);
  if (const std::string* text = value.as<std::string>()) return QString::fromStdString(*text);
  if (value.as<ValueList>() != nullptr) return listText(value);
  if (const Distribution* d = value.as<Distribution>())
    return QString::fromStdString(formatDistribution(*d, info.type == ParamType::Distribution));
  return QString::fromStdString(formatFlow(&info, value));
}

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

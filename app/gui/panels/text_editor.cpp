#include "gui/panels/text_editor.h"

#include <QFileDialog>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLineEdit>
#include <QToolButton>

#include "gui/models/param_text.h"
#include "gui/panels/density_plot.h"
#include "gui/panels/suggestions.h"
#include "io/value_text.h"
#include "model/quantity_type.h"
#include "model/value_check.h"

namespace faultline {

namespace {

constexpr int kPlotGap = 4, kPlotInset = 5;

// What may be empty without meaning "the default".
bool isText(ParamType type) {
  return type == ParamType::Text || type == ParamType::NodeName || type == ParamType::KeySpace ||
         type == ParamType::Choice;
}

bool isList(ParamType type) {
  return type == ParamType::Points || type == ParamType::TextList || type == ParamType::ClassList;
}

bool hasShape(ParamType type) {
  return type == ParamType::Distribution || type == ParamType::CountDistribution || type == ParamType::Points;
}

}  // namespace

TextEditor::TextEditor(const ParamInfo& info, QWidget* parent) : ParamEditor(info, parent), line_(new QLineEdit(this)) {
  line_->installEventFilter(this);
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(4);
  layout->addWidget(line_);
  setFocusProxy(line_);
  if (hasShape(info.type)) addPlot();
  if (info.isTraceFile) addBrowse();
  connect(line_, &QLineEdit::returnPressed, this, &TextEditor::commit);
  connect(line_, &QLineEdit::editingFinished, this, &TextEditor::commit);
}

void TextEditor::addPlot() {
  plot_ = new DensityPlot(DensityPlot::Detail::Shape, line_);
  line_->setTextMargins(0, 0, plot_->sizeHint().width() + kPlotGap, 0);
}

void TextEditor::addBrowse() {
  auto* browse = new QToolButton(this);
  browse->setText(QStringLiteral("…"));
  browse->setToolTip(tr("Choose a file"));
  layout()->addWidget(browse);
  connect(browse, &QToolButton::clicked, this, &TextEditor::chooseFile);
}

QWidget* TextEditor::input() const { return line_; }

void TextEditor::setSuggestions(std::function<std::vector<std::string>()> ask) {
  offerSuggestions(*line_, std::move(ask));
}

void TextEditor::display(const Value& value, bool isMixed) {
  shown_ = isMixed ? QString() : editText(info(), value);
  if (line_->text() != shown_) line_->setText(shown_);
  if (!line_->hasFocus()) line_->setCursorPosition(0);
  line_->setPlaceholderText(isMixed ? tr("several values") : info().optional ? QString::fromLatin1(kUnset) : QString());
  isMixed_ = isMixed;
  plot(isMixed ? Value{} : value);
}

void TextEditor::resizeEvent(QResizeEvent* event) {
  ParamEditor::resizeEvent(event);
  placePlot();
}

bool TextEditor::eventFilter(QObject* watched, QEvent* event) {
  if (watched == line_ && event->type() == QEvent::Resize) placePlot();
  if (watched == line_ && event->type() == QEvent::FocusOut) {
    const bool handled = ParamEditor::eventFilter(watched, event);
    QMetaObject::invokeMethod(
        this, [this] { Q_EMIT left(); }, Qt::QueuedConnection);
    return handled;
  }
  if (watched == line_ && event->type() == QEvent::KeyPress && handleKey(*static_cast<QKeyEvent*>(event))) return true;
  return ParamEditor::eventFilter(watched, event);
}

bool TextEditor::handleKey(const QKeyEvent& key) {
  if (key.key() == Qt::Key_Escape && (isPending() || line_->text() != shown_)) {
    line_->setText(shown_);
    Q_EMIT givenUp();
    return true;
  }
  if ((key.key() == Qt::Key_Up || key.key() == Qt::Key_Down) && isQuantity(info().type)) {
    const int sign = key.key() == Qt::Key_Up ? 1 : -1;
    step(sign * (key.modifiers() & Qt::ShiftModifier ? 10 : 1));
    return true;
  }
  return false;
}

void TextEditor::commit() {
  const QString text = line_->text().trimmed();
  if (line_->text() == shown_ || (text == refused_ && isPending())) return;
  refused_ = text;
  if (text.isEmpty() && info().optional) return enter(Value{});
  if (text.isEmpty() && !isText(info().type)) {
    if (isMixed_) return;
    if (!isList(info().type)) {
      Q_EMIT emptied();
      return;
    }
  }
  const Parsed<Value> parsed = parseEditText(info(), text);
  if (!parsed.value) return reject(tr("It must be %1.").arg(QString::fromStdString(expectedText(info()))));
  plot(*parsed.value);
  enter(*parsed.value);
}

void TextEditor::step(int steps) {
  const Parsed<Value> parsed = parseEditText(info(), line_->text().trimmed());
  if (parsed.value && parsed.value->isSet()) enter(stepped(info(), *parsed.value, steps));
}

void TextEditor::plot(const Value& value) {
  if (plot_ == nullptr) return;
  if (const auto* d = value.as<Distribution>())
    plot_->setDistribution(*d, info().type == ParamType::Distribution);
  else if (const auto* points = value.as<ValueList>())
    plot_->setPoints(*points);
  else
    plot_->clear();
  placePlot();
}

void TextEditor::placePlot() {
  if (plot_ == nullptr) return;
  const QSize size = plot_->sizeHint();
  plot_->setGeometry(line_->width() - size.width() - kPlotInset, (line_->height() - size.height()) / 2, size.width(),
                     size.height());
}

void TextEditor::chooseFile() {
  const QString path =
      QFileDialog::getOpenFileName(this, tr("Recorded requests"), {}, tr("CSV files (*.csv);;All files (*)"));
  if (path.isEmpty()) return;
  line_->setText(path);
  commit();
}

}  // namespace faultline

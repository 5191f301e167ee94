#include "gui/panels/param_form.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QLineEdit>
#include <QScrollBar>
#include <QVBoxLayout>
#include <limits>
#include <map>

#include "gui/document/alert_edits.h"
#include "gui/document/document.h"
#include "gui/models/problem_text.h"
#include "gui/panels/param_editors.h"
#include "gui/panels/param_row_widget.h"
#include "gui/run/run_bridge.h"
#include "gui/style/theme.h"

namespace faultline {

namespace {

// A fraction of a frame: the canvas goes on moving while a form is built.
constexpr double kBuildMs = 6;

// Where the document says what is wrong with a parameter.
std::string prefixOf(const ParamSubject& subject, const std::string& name) {
  switch (subject.kind()) {
    case ParamSubject::Kind::Nodes:
      return "nodes." + name + ".";
    case ParamSubject::Kind::Edges:
      return "edges." + name + ".";
    case ParamSubject::Kind::Class:
      return "classes." + name + ".";
    case ParamSubject::Kind::Region:
      return "regions." + name + ".";
    case ParamSubject::Kind::Alert:
      return "alerts[" + name + "].";
    case ParamSubject::Kind::Scenario:
      break;
  }
  return {};
}

QString formSheet() {
  const auto name = [](Tone tone) { return colorOf(tone).name(); };
  // Values that nobody wrote are muted; those that are wrong are framed, and said in words beneath.
  return QStringLiteral(
             "QWidget#form { background: %1; }"
             "*[source=\"default\"], *[source=\"preset\"] { color: %2; } *[source=\"written\"] { color: %3; }"
             "*[source=\"preset\"] { font-style: italic; }"
             "QLineEdit[wrong=\"true\"], QComboBox[wrong=\"true\"] { border-color: %4; }"
             "QLabel#error { color: %4; } QToolButton[tool=\"true\"] { padding: 0; }"
             "QToolButton[tool=\"true\"]::menu-indicator { image: none; }"
             "QToolButton#chip { text-align: left; padding: 4px 8px; } QToolButton#chip::menu-indicator { image: none; "
             "}")
      .arg(name(Tone::Panel), name(Tone::Muted), name(Tone::Text), name(Tone::Failing));
}

}  // namespace

ParamForm::ParamForm(Document& document, RunBridge& run, QWidget* parent)
    : QScrollArea(parent), document_(document), run_(run) {
  setObjectName(QStringLiteral("paramForm"));
  setWidgetResizable(true);
  setFrameShape(NoFrame);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  auto* form = new QWidget(this);
  form->setObjectName(QStringLiteral("form"));
  layout_ = new QVBoxLayout(form);
  layout_->setContentsMargins(0, 6, 0, 10);
  layout_->setSpacing(0);
  layout_->addStretch();
  setWidget(form);
  form->setStyleSheet(formSheet());
  connect(&Theme::instance(), &Theme::changed, this, [this] {
    widget()->setStyleSheet(formSheet());
    for (ParamRowWidget* row : rows_)
      if (row != nullptr) row->refreshTheme();
  });
  building_.setSingleShot(true);
  connect(&building_, &QTimer::timeout, this, [this] { build(kBuildMs); });
  connect(&document, &Document::changed, this, [this](const ScenarioDiff& diff) {
    const bool matters = !diff.params.empty() || diff.changesGraph() || diff.classes || diff.groups || diff.settings || diff.texts ||
                         diff.kinds || !diff.changedNodes.empty() || !diff.changedEdges.empty();
    if (matters) refresh(false);
  });
  connect(&document, &Document::problemsChanged, this, &ParamForm::showStoredProblems);
  connect(&run, &RunBridge::statusChanged, this, [this] {
    if (isRunning() != wasRunning_) refresh(false);
  });
  connect(qApp, &QApplication::focusChanged, this, [this](QWidget*, QWidget* now) { watchFocus(now); });
}

bool ParamForm::isRunning() const { return run_.state() == RunState::Running || run_.state() == RunState::Paused; }

void ParamForm::setSections(std::vector<ParamSection> sections) {
  // What is being typed belongs to what was shown until now.
  if (QWidget* focus = QApplication::focusWidget();
      focus != nullptr && isAncestorOf(focus) && qobject_cast<QLineEdit*>(focus))
    focus->clearFocus();
  sections_ = std::move(sections);
  refresh(true);
  verticalScrollBar()->setValue(0);
}

void ParamForm::setFooter(QWidget* footer) { layout_->insertWidget(layout_->count() - 1, footer); }

void ParamForm::refresh(bool afresh) {
  wasRunning_ = isRunning();
  wanted_ = paramRows(document_.scenario(), sections_, closed_);
  std::multimap<std::string, ParamRowWidget*> kept;
  for (ParamRowWidget* widget : rows_)
    if (widget != nullptr) kept.emplace(widget->row().key(), widget);
  rows_.assign(wanted_.size(), nullptr);
  built_ = 0;
  int place = 0;
  for (std::size_t i = 0; i < wanted_.size(); ++i) {
    const auto found = kept.find(wanted_[i].key());
    if (found == kept.end() || !found->second->row().hasSameForm(wanted_[i])) continue;
    rows_[i] = found->second;
    kept.erase(found);
    if (layout_->indexOf(rows_[i]) != place) {
      layout_->removeWidget(rows_[i]);
      layout_->insertWidget(place, rows_[i]);
    }
    ++place;
    rows_[i]->show(wanted_[i], document_.scenario(), wasRunning_, afresh);
  }
  for (const auto& [key, widget] : kept) drop(*widget);
  build(0);
}

// Goes on with the rows that are missing, in their order; at least one at a time.
void ParamForm::build(double patienceMs) {
  QElapsedTimer timer;
  timer.start();
  bool isInTime = patienceMs > 0;
  for (; built_ < rows_.size(); ++built_) {
    if (rows_[built_] != nullptr) continue;
    if (!isInTime) return building_.start(0);
    rows_[built_] = make(wanted_[built_]);
    layout_->insertWidget(static_cast<int>(built_), rows_[built_]);
    rows_[built_]->show(wanted_[built_], document_.scenario(), wasRunning_, true);
    isInTime = static_cast<double>(timer.nsecsElapsed()) < patienceMs * 1e6;
  }
  building_.stop();
  showStoredProblems();
}

const std::vector<ParamRowWidget*>& ParamForm::rows() {
  build(std::numeric_limits<double>::max());
  return rows_;
}

void ParamForm::drop(ParamRowWidget& widget) {
  // It may be the one whose signal brought us here.
  disconnect(&widget, nullptr, this, nullptr);
  layout_->removeWidget(&widget);
  widget.hide();
  widget.setObjectName({});
  widget.deleteLater();
}

ParamRowWidget* ParamForm::make(const ParamRow& row) {
  auto* widget = new ParamRowWidget(row, document_.scenario(), this->widget());
  if (widget->editor() != nullptr && subjectOf(row).kind() == ParamSubject::Kind::Alert &&
      row.info.type == ParamType::Text)
    widget->editor()->setSuggestions([this] { return alertSuggestions(document_.scenario()); });
  follow(*widget);
  return widget;
}

QString ParamForm::nameOf(const ParamSubject& subject) const {
  if (subject.kind() == ParamSubject::Kind::Scenario) return tr("the scenario");
  if (subject.kind() == ParamSubject::Kind::Alert) return tr("alert %1").arg(subject.alertIndex() + 1);
  return subject.names().size() == 1 ? QString::fromStdString(subject.names()[0])
                                     : tr("%n things", nullptr, static_cast<int>(subject.names().size()));
}

bool ParamForm::apply(ParamRowWidget& widget, const QString& label, const Edit& edit, bool merges) {
  const QPointer<ParamRowWidget> guard(&widget);
  const ParamSubject subject = subjectOf(widget.row());
  QByteArray key;
  if (merges) key = QByteArray::fromStdString("param " + subject.key() + ' ' + widget.row().path);
  const Diagnostics problems = document_.apply(label, edit, key);
  if (!guard || std::find(rows_.begin(), rows_.end(), &widget) == rows_.end()) return !hasErrors(problems);
  if (hasErrors(problems)) {
    if (widget.editor() != nullptr) widget.editor()->keepAsRefused();
    widget.setProblem(firstProblem(problems));
    return false;
  }
  widget.setProblem({});
  // Also when nothing changed: the text may have been another way to write the same.
  if (widget.editor() != nullptr) widget.editor()->showAnyway(shownValue(widget.row()), widget.row().state.isMixed);
  return true;
}

void ParamForm::follow(ParamRowWidget& widget) {
  ParamRowWidget* w = &widget;
  const auto about = [this, w](const QString& text) { return text.arg(w->row().label, nameOf(subjectOf(w->row()))); };
  connect(w, &ParamRowWidget::entered, this, [=, this](const Value& value) {
    apply(*w, about(tr("%1 of %2")), subjectOf(w->row()).write(w->row().path, value), true);
  });
  connect(w, &ParamRowWidget::resetWanted, this, [=, this] {
    const ParamRow row = w->row();
    const ValueMap* byClass = row.state.fallback.as<ValueMap>();
    const bool hasOwn = row.info.perClass && row.state.value.as<ValueMap>() != nullptr && byClass == nullptr;
    // The classes that have values of their own keep them.
    apply(*w, about(tr("Reset %1 of %2")),
          hasOwn ? subjectOf(row).write(row.path, row.state.fallback) : subjectOf(row).reset(row.path));
  });
  connect(w, &ParamRowWidget::removeWanted, this, [=, this] {
    const ParamRow row = w->row();
    if (row.kind == ParamRow::Kind::Section) {
      Q_EMIT sectionRemovalWanted(subjectOf(row));
    } else if (row.kind == ParamRow::Kind::ClassValue) {
      apply(*w, about(tr("Remove %1 of %2")), subjectOf(row).reset(row.path));
    } else {
      const std::size_t dot = row.path.rfind('.');
      apply(*w, about(tr("Remove %1 of %2")),
            subjectOf(row).removeRow(row.path.substr(0, dot), row.path.substr(dot + 1)));
    }
  });
  connect(w, &ParamRowWidget::addWanted, this, [=, this](const QString& name) {
    const ParamRow row = w->row();
    const std::string text = name.toStdString();
    if (row.kind == ParamRow::Kind::Table) {
      if (!apply(*w, about(tr("Add a row to %1 of %2")), subjectOf(row).addRow(row.path, text))) return;
      if (auto* field = w->findChild<QLineEdit*>(QStringLiteral("newRow"))) field->clear();
    } else {
      apply(*w, about(tr("%1 of %2")), subjectOf(row).write(row.path + "." + text, shownValue(row)));
    }
  });
  connect(w, &ParamRowWidget::switched, this, [=, this](bool on) {
    const ParamRow row = w->row();
    const ParamSubject& subject = subjectOf(row);
    const bool hadDefault = row.state.fallback.isSet();
    Value value;
    if (on && !hadDefault)
      value = leastRow(row.info.fields, subject.view(document_.scenario()).groupDefaults(row.path));
    const bool resets = on && hadDefault;
    apply(*w, about(on ? tr("Use %1 of %2") : tr("Drop %1 of %2")),
          resets ? subject.reset(row.path) : subject.write(row.path, value));
    if (!on || !w->hasProblem()) return;
    refresh(false);
  });
  connect(w, &ParamRowWidget::openWanted, this, [=, this](bool open) { setOpen(w->row(), open); });
  connect(w, &ParamRowWidget::pointedAt, this, [=, this] { Q_EMIT rowPointedAt(w->row()); });
  connect(w, &ParamRowWidget::left, this, [this] { document_.endMerging(); });
}

void ParamForm::setOpen(const ParamRow& row, bool open) {
  if (open)
    closed_.erase(row.key());
  else
    closed_.insert(row.key());
  refresh(false);
}

ParamRowWidget* ParamForm::row(const std::string& path, int section) {
  for (ParamRowWidget* widget : rows())
    if (widget->row().path == path && widget->row().section == section) return widget;
  return nullptr;
}

void ParamForm::showStoredProblems() {
  for (ParamRowWidget* widget : rows_) {
    if (widget == nullptr) continue;
    QString text;
    const ParamSubject& subject = subjectOf(widget->row());
    for (const Diagnostic& problem : document_.problems())
      for (const std::string& name : subject.names().empty() ? std::vector<std::string>{{}} : subject.names())
        if (!widget->row().path.empty() && problem.path == prefixOf(subject, name) + widget->row().path)
          text = firstProblem({problem});
    widget->setStoredProblem(text);
  }
}

void ParamForm::watchFocus(QWidget* now) {
  for (QWidget* w = now; w != nullptr; w = w->parentWidget())
    if (auto* row = qobject_cast<ParamRowWidget*>(w); row != nullptr && isAncestorOf(row)) {
      Q_EMIT rowPointedAt(row->row());
      ensureWidgetVisible(row, 0, 8);
      return;
    }
}

}  // namespace faultline

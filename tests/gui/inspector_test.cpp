#include <QAbstractItemModelTester>
#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QCompleter>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QTabWidget>
#include <QToolButton>
#include <QTreeView>
#include <QtTest>
#include <map>

#include "gui/document/components.h"
#include "gui/document/document.h"
#include "gui/document/selection.h"
#include "gui/models/about_text.h"
#include "gui/models/metrics_model.h"
#include "gui/models/param_text.h"
#include "gui/panels/density_plot.h"
#include "gui/panels/fault_tab.h"
#include "gui/panels/inspector_panel.h"
#include "gui/panels/metrics_tab.h"
#include "gui/panels/param_editors.h"
#include "gui/panels/param_form.h"
#include "gui/panels/param_help.h"
#include "gui/panels/param_row_widget.h"
#include "gui/run/run_bridge.h"
#include "io/preset_catalog.h"
#include "io/yaml_reader.h"
#include "model/alert_rule.h"
#include "model/catalog.h"
#include "model/edge_policy.h"
#include "model/value_check.h"

using namespace faultline;

namespace {

const QString kFlagship = QStringLiteral(FAULTLINE_SOURCE_DIR "/scenarios/missing_index_cascade.yaml");

// A text that is allowed for the parameter and differs from what it shows.
QString otherText(const ParamInfo& info, const QString& present) {
  const Range range = allowedRange(info);
  const auto pick = [&](const std::vector<Value>& candidates) {
    for (const Value& value : candidates)
      if (const QString text = editText(info, value); text != present) return text;
    return QString();
  };
  const auto numbers = [&](auto make) {
    std::vector<Value> values;
    for (const double wanted : {3.0, 2.0, 0.25, 0.5, 1.0, 40.0, range.min, range.max})
      if (wanted >= range.min && wanted <= range.max && std::isfinite(wanted)) values.push_back(make(wanted));
    return values;
  };
  switch (info.type) {
    case ParamType::Count: {
      std::vector<Value> values;
      for (const double wanted : {3.0, 2.0, 1.0, 0.0, range.min})
        if (wanted >= range.min && wanted <= range.max) values.push_back(Value(static_cast<std::int64_t>(wanted)));
      return pick(values);
    }
    case ParamType::Number:
    case ParamType::Ratio:
    case ParamType::Rate:
    case ParamType::Bytes:
    case ParamType::Bandwidth:
      return pick(numbers([](double x) { return Value(x); }));
    case ParamType::Duration:
      return pick(numbers([](double x) { return Value(durationFromSeconds(x)); }));
    case ParamType::Distribution:
      return pick(numbers([](double x) { return Value(Distribution::exponential(x * 1e9)); }));
    case ParamType::CountDistribution:
      return pick(numbers([](double x) { return Value(Distribution::constant(x)); }));
    case ParamType::Points:
      return QStringLiteral("0s 100/s, 60s 300/s");
    case ParamType::KeySpace:
      return present == QLatin1String("zipf(0.99, 200k)") ? QStringLiteral("uniform(200k)")
                                                          : QStringLiteral("zipf(0.99, 200k)");
    case ParamType::TextList:
      return QStringLiteral("red, green");
    default:
      if (present.contains(QLatin1Char('>'))) return QStringLiteral("p99 > 3s");  // the rule of an alert
      return QStringLiteral("another word");
  }
}

// Enters something else by keys or clicks, as a person would. False when the parameter has nothing else to offer.
bool enterAnother(ParamRowWidget& row) {
  QWidget* input = row.editor()->input();
  const ParamInfo& info = row.row().info;
  if (auto* box = qobject_cast<QCheckBox*>(input)) {
    QTest::mouseClick(box, Qt::LeftButton, {}, {8, box->height() / 2});
    return true;
  }
  if (auto* combo = qobject_cast<QComboBox*>(input)) {
    const int before = combo->currentIndex();
    if (combo->count() < 2) return false;
    combo->setFocus();
    QTest::keyClick(combo, before + 1 < combo->count() ? Qt::Key_Down : Qt::Key_Up);
    return true;
  }
  if (auto* button = qobject_cast<QToolButton*>(input)) {
    if (button->menu()->actions().isEmpty() || !button->menu()->actions().first()->isEnabled()) return false;
    button->menu()->actions().first()->trigger();
    return true;
  }
  auto* line = qobject_cast<QLineEdit*>(input);
  const QString text = otherText(info, line->text());
  line->setFocus();
  line->selectAll();
  QTest::keyClicks(line, text);
  QTest::keyClick(line, Qt::Key_Return);
  return true;
}

std::string shownProblem(const ParamRowWidget& row) {
  const auto* error = row.findChild<QLabel*>(QStringLiteral("error"));
  return error->isVisibleTo(&row) ? error->text().toStdString() : std::string();
}

}  // namespace

class InspectorTest : public QObject {
  Q_OBJECT

  std::unique_ptr<Document> document_;
  std::unique_ptr<Selection> selection_;
  std::unique_ptr<RunBridge> run_;
  std::unique_ptr<InspectorPanel> panel_;

  // Every parameter that the form shows is changed, undone and changed again; groups and tables that are closed or
  // absent are switched on first.
  void editEverything(int& edited) {
    Document& document = *document_;
    ParamForm& form = panel_->form();
    std::vector<std::string> switchable, tables;
    for (ParamRowWidget* row : form.rows()) {
      if (row->row().kind == ParamRow::Kind::Group && !row->row().isPresent) switchable.push_back(row->row().path);
      if (row->row().kind == ParamRow::Kind::Table) tables.push_back(row->row().path);
    }
    for (const std::string& path : switchable) {
      auto* box = form.row(path)->findChild<QCheckBox*>(QStringLiteral("switch"));
      QVERIFY2(box != nullptr, path.c_str());
      const Scenario before = document.scenario();
      QTest::mouseClick(box, Qt::LeftButton, {}, {8, box->height() / 2});
      QVERIFY2(!(document.scenario() == before), (path + ": " + shownProblem(*form.row(path))).c_str());
      QVERIFY2(form.row(path)->row().isPresent, path.c_str());
    }
    for (const std::string& path : tables) {
      auto* field = form.row(path)->findChild<QLineEdit*>(QStringLiteral("newRow"));
      const Scenario before = document.scenario();
      field->setFocus();
      QTest::keyClicks(field, QStringLiteral("extra"));
      QTest::keyClick(field, Qt::Key_Return);
      QVERIFY2(!(document.scenario() == before), (path + ": " + shownProblem(*form.row(path))).c_str());
      QVERIFY2(form.row(path + ".extra") != nullptr, path.c_str());
    }
    std::vector<std::pair<std::string, int>> paths;
    for (ParamRowWidget* row : form.rows())
      if (row->editor() != nullptr) paths.emplace_back(row->row().path, row->row().section);
    for (const auto& [path, section] : paths) {
      ParamRowWidget* row = form.row(path, section);
      if (row == nullptr) continue;  // the parameter before it made it disappear
      const Scenario before = document.scenario();
      const int entries = document.undoStack()->index();
      if (row->row().info.isTraceFile || !enterAnother(*row)) continue;
      row = form.row(path, section);
      QVERIFY2(row != nullptr, path.c_str());
      const std::string said = path + ": " + shownProblem(*row);
      QVERIFY2(!(document.scenario() == before), said.c_str());
      QVERIFY2(!row->hasProblem(), said.c_str());
      QCOMPARE(document.undoStack()->index(), entries + 1);
      const Scenario after = document.scenario();
      document.undoStack()->undo();
      QVERIFY2(document.scenario() == before, path.c_str());
      document.undoStack()->redo();
      QVERIFY2(document.scenario() == after, path.c_str());
      ++edited;
      if (row = form.row(path, section); row == nullptr || row->row().state.source != ParamSource::Written) continue;
      auto* reset = row->findChild<QToolButton*>(QStringLiteral("reset"));
      if (reset == nullptr || !reset->isVisibleTo(row)) continue;
      const Value fallback = row->row().state.fallback;
      QTest::mouseClick(reset, Qt::LeftButton);
      row = form.row(path, section);
      QVERIFY2(row != nullptr, path.c_str());
      // What must be written has no default to go back to.
      if (row->row().info.required) continue;
      QVERIFY2(row->row().state.value == fallback, (path + ": " + shownProblem(*row)).c_str());
    }
  }

 private slots:
  void init() {
    document_ = std::make_unique<Document>();
    selection_ = std::make_unique<Selection>(*document_);
    run_ = std::make_unique<RunBridge>(*document_);
    panel_ = std::make_unique<InspectorPanel>(*document_, *selection_, *run_);
    panel_->resize(340, 900);
    panel_->show();
    QVERIFY(QTest::qWaitForWindowActive(panel_.get()));
  }
  void cleanup() {
    panel_.reset();
    run_.reset();
    selection_.reset();
    document_.reset();
  }

  void everyParameterOfEveryKindCanBeEditedAndUndone_data() {
    QTest::addColumn<QString>("kind");
    for (const ComponentInfo* info : catalog()) QTest::newRow(info->kind) << QString::fromUtf8(info->kind);
  }
  void everyParameterOfEveryKindCanBeEditedAndUndone() {
    QFETCH(QString, kind);
    for (const char* name : {"read", "write"}) document_->apply("class", edits::addClass(name));
    addComponent(*document_, *selection_, {kind.toStdString(), {}}, {});
    addComponent(*document_, *selection_, {kind.toStdString(), {}}, {300, 0});
    int edited = 0;
    editEverything(edited);
    if (QTest::currentTestFailed()) return;
    QVERIFY(edited > 0 || findKind(kind.toStdString())->params.empty());
    while (document_->undoStack()->canUndo()) document_->undoStack()->undo();
    QVERIFY(document_->scenario() == Scenario{});
  }

  void whatAPresetGivesIsShownAsInherited() {
    for (const Preset& preset : presets()) {
      addComponent(*document_, *selection_, {preset.kind, preset.name}, {});
      for (const auto& [name, value] : preset.params.entries) {
        const ParamRowWidget* row = panel_->form().row(name);
        QVERIFY2(row != nullptr, name.c_str());
        QVERIFY2(row->row().state.source == ParamSource::Preset, (preset.name + "." + name).c_str());
      }
      document_->undoStack()->undo();
    }
  }

  void everyParameterOfAnArrowAndOfTheScenarioCanBeEditedAndUndone() {
    QVERIFY(document_->open(kFlagship));
    int edited = 0;
    editEverything(edited);  // nothing is selected: the scenario and its classes
    if (QTest::currentTestFailed()) return;
    QVERIFY(edited > 5);
    selection_->set({}, {document_->scenario().edges.back().name()});
    const int before = edited;
    editEverything(edited);
    if (QTest::currentTestFailed()) return;
    QVERIFY(edited - before >= static_cast<int>(edgePolicyParams().size()) - 3);
  }

  void badInputIsKeptAndExplained() {
    QVERIFY(document_->open(kFlagship));
    selection_->set({"app"});
    ParamRowWidget* row = panel_->form().row("workers");
    auto* line = qobject_cast<QLineEdit*>(row->editor()->input());
    const QString valid = line->text();
    const Scenario before = document_->scenario();
    line->setFocus();
    line->selectAll();
    QTest::keyClicks(line, QStringLiteral("many"));
    QTest::keyClick(line, Qt::Key_Return);
    QVERIFY(document_->scenario() == before);
    QVERIFY(QString::fromStdString(shownProblem(*row)).contains(QStringLiteral("count")));
    line->selectAll();
    QTest::keyClicks(line, QStringLiteral("0"));  // a number, but not allowed
    QTest::keyClick(line, Qt::Key_Return);
    QVERIFY(document_->scenario() == before);
    QVERIFY(QString::fromStdString(shownProblem(*row)).contains(QStringLiteral("workers must be")));
    // Something else changes meanwhile: what was typed stays.
    document_->apply("elsewhere", edits::setParam({"db"}, "connections", Value(77)));
    QCOMPARE(line->text(), QStringLiteral("0"));
    QTest::keyClick(line, Qt::Key_Escape);
    QCOMPARE(line->text(), valid);
    QVERIFY(shownProblem(*row).empty());
    line->selectAll();
    QTest::keyClicks(line, QStringLiteral("12"));
    QTest::keyClick(line, Qt::Key_Return);
    QCOMPARE(*document_->scenario().findNode("app")->params.find("workers")->as<std::int64_t>(), 12);
    QVERIFY(line->hasFocus());
  }

  void regionsHaveAForm() {
    document_->reset(readScenarioFile(FAULTLINE_SOURCE_DIR "/scenarios/incidents/zone_outage.yaml").value);
    const auto region = [&] { return document_->scenario().groups.front(); };
    QCOMPARE(region().kind, std::string("region"));
    selection_->setRegion(region().name);
    auto* line = qobject_cast<QLineEdit*>(panel_->form().row("latency")->editor()->input());
    const Scenario before = document_->scenario();
    line->setFocus();
    line->selectAll();
    QTest::keyClicks(line, QStringLiteral("77ms"));
    QTest::keyClick(line, Qt::Key_Return);
    QCOMPARE(region().latency.mean(), 77e6);
    // A link to the other region, with fields of its own.
    const std::string other = document_->scenario().groups[1].name;
    if (panel_->form().row("links." + other) == nullptr) {
      auto* field = panel_->form().row("links")->findChild<QLineEdit*>(QStringLiteral("newRow"));
      field->setFocus();
      QTest::keyClicks(field, QString::fromStdString(other));
      QTest::keyClick(field, Qt::Key_Return);
    }
    ParamRowWidget* loss = panel_->form().row("links." + other + ".loss");
    QVERIFY(loss != nullptr);
    line = qobject_cast<QLineEdit*>(loss->editor()->input());
    line->setFocus();
    line->selectAll();
    QTest::keyClicks(line, QStringLiteral("3%"));
    QTest::keyClick(line, Qt::Key_Return);
    const auto links = region().links;
    const auto link = std::find_if(links.begin(), links.end(), [&](const auto& l) { return l.first == other; });
    QVERIFY(link != links.end() && link->second.loss.value == 0.03);
    // Without members it would be nothing.
    line = qobject_cast<QLineEdit*>(panel_->form().row("members")->editor()->input());
    line->setFocus();
    line->clear();
    QTest::keyClick(line, Qt::Key_Return);
    QVERIFY(!region().members.empty());
    QVERIFY(!shownProblem(*panel_->form().row("members")).empty());
    QTest::keyClick(line, Qt::Key_Escape);
    while (document_->undoStack()->canUndo()) document_->undoStack()->undo();
    QVERIFY(document_->scenario() == before);
  }

  // All at once they would keep the window from answering.
  void rowsAreBuiltBetweenEvents() {
    QVERIFY(document_->open(kFlagship));
    panel_->resize(330, 700);
    panel_->show();
    selection_->set({"lb"});
    const std::size_t before = panel_->form().rows().size();
    const auto there = [&] {
      std::size_t count = 0;
      for (const auto* row : panel_->form().findChildren<ParamRowWidget*>()) count += !row->objectName().isEmpty();
      return count;
    };
    QCOMPARE(there(), before);
    selection_->set({"db"});
    QVERIFY2(there() < 3, "rows of another kind are there before any event");
    std::vector<std::size_t> steps;
    QVERIFY(QTest::qWaitFor(
        [&] {
          steps.push_back(there());
          return steps.size() > 2 && steps.back() > 3 && steps.back() == steps[steps.size() - 2];
        },
        20'000));
    QCOMPARE(panel_->form().rows().size(), steps.back());
    for (const ParamRowWidget* row : panel_->form().rows()) QVERIFY(row->isVisible());
  }

  void whatIsTypedIsEnteredWhenTheSelectionChanges() {
    QVERIFY(document_->open(kFlagship));
    selection_->set({"app"});
    auto* line = qobject_cast<QLineEdit*>(panel_->form().row("workers")->editor()->input());
    line->setFocus();
    line->selectAll();
    QTest::keyClicks(line, QStringLiteral("13"));
    selection_->set({"db"});
    QCOMPARE(*document_->scenario().findNode("app")->params.find("workers")->as<std::int64_t>(), 13);
  }

  void arrowKeysStepAndMergeIntoOneEntry() {
    QVERIFY(document_->open(kFlagship));
    selection_->set({"app"});
    auto* line = qobject_cast<QLineEdit*>(panel_->form().row("workers")->editor()->input());
    const auto workers = [&] {
      return *document_->scenario().findNode("app")->params.find("workers")->as<std::int64_t>();
    };
    const std::int64_t before = workers();
    line->setFocus();
    for (int i = 0; i < 3; ++i) QTest::keyClick(line, Qt::Key_Up);
    QVERIFY(workers() > before);
    QCOMPARE(document_->undoStack()->count(), 1);
    QTest::keyClick(line, Qt::Key_Down);
    document_->undoStack()->undo();
    QCOMPARE(workers(), before);
  }

  void severalNodesShowWhatTheyShare() {
    const ComponentInfo *first = catalog()[1], *second = catalog()[2];
    for (const ComponentInfo* kind : {first, first, second})
      addComponent(*document_, *selection_, {kind->kind, {}}, {});
    const auto& nodes = document_->scenario().nodes;
    const std::string a = nodes[0].name, b = nodes[1].name, c = nodes[2].name;
    ParamForm& form = panel_->form();
    selection_->set({a, b});
    ParamRowWidget* row = nullptr;
    for (ParamRowWidget* widget : form.rows())
      if (widget->row().kind == ParamRow::Kind::Value && qobject_cast<QLineEdit*>(widget->editor()->input()) &&
          widget->row().info.type != ParamType::Text && !widget->row().info.isTraceFile) {
        row = widget;
        break;
      }
    QVERIFY(row != nullptr);
    const std::string path = row->row().path;
    auto* line = qobject_cast<QLineEdit*>(row->editor()->input());
    const QString other = otherText(row->row().info, line->text());
    selection_->set({a});
    line = qobject_cast<QLineEdit*>(form.row(path)->editor()->input());
    line->setFocus();
    line->selectAll();
    QTest::keyClicks(line, other);
    QTest::keyClick(line, Qt::Key_Return);
    selection_->set({a, b});
    line = qobject_cast<QLineEdit*>(form.row(path)->editor()->input());
    QVERIFY(form.row(path)->row().state.isMixed);
    QVERIFY(line->text().isEmpty());
    QVERIFY(!line->placeholderText().isEmpty());
    line->setFocus();
    QTest::keyClicks(line, other);
    QTest::keyClick(line, Qt::Key_Return);
    QVERIFY(!form.row(path)->row().state.isMixed);
    QCOMPARE(line->text(), other);
    document_->undoStack()->undo();
    QVERIFY(form.row(path)->row().state.isMixed);
    // Of different kinds, only what both have in the same form.
    selection_->set({a, c});
    for (const ParamRowWidget* widget : form.rows()) {
      if (widget->row().depth > 0) continue;
      const ParamInfo *x = findParam(first->params, widget->row().path),
                      *y = findParam(second->params, widget->row().path);
      QVERIFY(x != nullptr && y != nullptr && x->type == y->type);
    }
    selection_->set({a}, {});
    QCOMPARE(form.rows().front()->row().info.name, first->params.front().name);
  }

  void aFieldOfAPresetsTableKeepsItsNeighbours() {
    // The first preset with a table or a group of which one field is a quantity.
    for (const Preset& preset : presets()) {
      addComponent(*document_, *selection_, {preset.kind, preset.name}, {});
      for (ParamRowWidget* row : panel_->form().rows()) {
        if (row->editor() == nullptr || row->row().depth == 0 || row->row().state.source != ParamSource::Preset)
          continue;
        if (!qobject_cast<QLineEdit*>(row->editor()->input())) continue;
        const std::string path = row->row().path, top = path.substr(0, path.find('.'));
        std::map<std::string, Value> before;
        for (const ParamRowWidget* other : panel_->form().rows())
          if (other->editor() != nullptr && other->row().path != path)
            before[other->row().path] = other->row().state.value;
        QVERIFY(enterAnother(*row));
        QVERIFY2(shownProblem(*panel_->form().row(path)).empty(), shownProblem(*panel_->form().row(path)).c_str());
        QVERIFY(document_->scenario().nodes.back().params.find(top) != nullptr);
        for (const auto& [name, value] : before) {
          QVERIFY2(panel_->form().row(name) != nullptr, name.c_str());
          QVERIFY2(panel_->form().row(name)->row().state.value == value, name.c_str());
        }
        QTest::mouseClick(panel_->form().row(path)->findChild<QToolButton*>(QStringLiteral("reset")), Qt::LeftButton);
        QVERIFY(document_->scenario().nodes.back().params.empty());
        return;
      }
    }
    QFAIL("no preset has a group or a table");
  }

  void presetsAndNamesAreChosenInTheHeader() {
    const Preset& preset = presets().front();
    addComponent(*document_, *selection_, {preset.kind, {}}, {});
    auto* box = panel_->findChild<QComboBox*>(QStringLiteral("preset"));
    QVERIFY(box->isVisibleTo(panel_.get()));
    QCOMPARE(box->currentIndex(), 0);
    box->setFocus();
    QTest::keyClick(box, Qt::Key_Down);
    QCOMPARE(document_->scenario().nodes[0].preset, box->currentData().toString().toStdString());
    QVERIFY(!document_->scenario().nodes[0].preset.empty());
    QVERIFY(document_->scenario().nodes[0].inherited == findPreset(document_->scenario().nodes[0].preset)->params);
    document_->undoStack()->undo();
    QVERIFY(document_->scenario().nodes[0].preset.empty());
    QCOMPARE(box->currentIndex(), 0);

    auto* name = panel_->findChild<QLineEdit*>(QStringLiteral("nodeName"));
    name->setFocus();
    name->selectAll();
    QTest::keyClicks(name, QStringLiteral("not a name"));
    QTest::keyClick(name, Qt::Key_Return);
    QVERIFY(document_->scenario().findNode("not a name") == nullptr);
    name->selectAll();
    QTest::keyClicks(name, QStringLiteral("renamed"));
    QTest::keyClick(name, Qt::Key_Return);
    QVERIFY(document_->scenario().findNode("renamed") != nullptr);
    QCOMPARE(selection_->onlyNode(), std::string("renamed"));
  }

  void requestClassesComeAndGo() {
    auto* field = panel_->findChild<QLineEdit*>(QStringLiteral("newClass"));
    QVERIFY(field->isVisibleTo(panel_.get()));
    QTest::keyClicks(field, QStringLiteral("search"));
    QTest::keyClick(field, Qt::Key_Return);
    QVERIFY(document_->scenario().findClass("search") != nullptr);
    ParamRowWidget* row = panel_->form().row("weight", 1);
    QVERIFY(row != nullptr);
    QVERIFY(enterAnother(*row));
    QVERIFY(document_->scenario().findClass("search")->weight != RequestClass{}.weight);
    ParamRowWidget* heading = panel_->form().row({}, 1);
    QVERIFY(heading != nullptr && heading->row().kind == ParamRow::Kind::Section);
    QTest::mouseClick(heading->findChild<QToolButton*>(QStringLiteral("remove")), Qt::LeftButton);
    QVERIFY(document_->scenario().classes.empty());
    QVERIFY(panel_->form().row("weight", 1) == nullptr);
  }

  void alertRulesAreAddedChangedAndRemoved() {
    QVERIFY(document_->open(kFlagship));
    const Scenario before = document_->scenario();
    QVERIFY(!before.alerts);
    const auto rules = [&] { return document_->scenario().alerts.value_or(std::vector<AlertSpec>{}); };
    const auto entries = [&] { return document_->undoStack()->count(); };
    const auto lineOf = [&](const char* path, int section) {
      return qobject_cast<QLineEdit*>(panel_->form().row(path, section)->editor()->input());
    };
    const auto enter = [](QLineEdit& line, const char* text) {
      line.setFocus();
      line.selectAll();
      QTest::keyClicks(&line, QString::fromLatin1(text));
      QTest::keyClick(&line, Qt::Key_Return);
    };
    // The default rules are there to read, and become the scenario's own with the first change.
    const int first = 1 + static_cast<int>(before.classes.size());
    QCOMPARE(lineOf("when", first + 1)->text(), QStringLiteral("p95 > 500ms"));
    auto* defaults = panel_->findChild<QPushButton*>(QStringLiteral("defaultAlerts"));
    QVERIFY(!defaults->isVisibleTo(panel_.get()));
    enter(*lineOf("when", first + 1), "p99 > 2s");
    QCOMPARE(rules().size(), defaultAlerts().size());
    QCOMPARE(rules()[1].when, std::string("p99 > 2s"));
    QCOMPARE(entries(), 1);
    enter(*lineOf("for", first + 1), "20s");
    QCOMPARE(rules()[1].window, seconds(20));
    QCOMPARE(entries(), 2);
    // What cannot be understood stays where it was written, with the reason.
    enter(*lineOf("when", first), "db.utilisation > 90%");
    QVERIFY(!shownProblem(*panel_->form().row("when", first)).empty());
    QCOMPARE(entries(), 2);
    QTest::keyClick(lineOf("when", first), Qt::Key_Escape);

    auto* field = panel_->findChild<QLineEdit*>(QStringLiteral("newAlert"));
    QVERIFY(field->isVisibleTo(panel_.get()));
    enter(*field, "users.failed > ");
    QCOMPARE(entries(), 2);
    enter(*field, "db.utilization > 90%");
    QVERIFY(field->text().isEmpty());
    QCOMPARE(rules().back().when, std::string("db.utilization > 90%"));
    QCOMPARE(entries(), 3);
    ParamRowWidget* heading = panel_->form().row({}, first);
    QTest::mouseClick(heading->findChild<QToolButton*>(QStringLiteral("remove")), Qt::LeftButton);
    QCOMPARE(rules().size(), std::size_t{3});
    QCOMPARE(rules()[0].when, std::string("p99 > 2s"));
    QCOMPARE(entries(), 4);
    QVERIFY(defaults->isVisibleTo(panel_.get()));
    QTest::mouseClick(defaults, Qt::LeftButton);
    QVERIFY(!document_->scenario().alerts);
    QCOMPARE(entries(), 5);
    while (document_->undoStack()->canUndo()) document_->undoStack()->undo();
    QVERIFY(document_->scenario() == before);
    for (int i = 0; i < 3; ++i) document_->undoStack()->redo();
    QCOMPARE(rules().size(), std::size_t{4});
  }

  void metricsAreOfferedForARule() {
    QVERIFY(document_->open(kFlagship));
    auto* field = panel_->findChild<QLineEdit*>(QStringLiteral("newAlert"));
    field->setFocus();
    QTest::keyClicks(field, QStringLiteral("db.util"));
    QVERIFY(field->completer()->completionCount() > 0);
    QVERIFY(field->completer()->currentCompletion().startsWith(QLatin1String("db.utilization")));
    selection_->set({"db"});
    QVERIFY(!field->isVisibleTo(panel_.get()));
    panel_->showAlert(1);
    QVERIFY(selection_->isEmpty());
    ParamRowWidget* rule = panel_->form().row("when", 2 + static_cast<int>(document_->scenario().classes.size()));
    QCOMPARE(rule->editor()->input(), QApplication::focusWidget());
    QTRY_COMPARE(rule->visibleRegion().boundingRect().size(), rule->size());
  }

  void oneClassMayHaveAValueOfItsOwn() {
    document_->apply("class", edits::addClass("search"));
    for (const ComponentInfo* kind : catalog()) {
      const auto varies =
          std::find_if(kind->params.begin(), kind->params.end(), [](const ParamInfo& p) { return p.perClass; });
      if (varies == kind->params.end()) continue;
      addComponent(*document_, *selection_, {kind->kind, {}}, {});
      const std::string path = varies->name;
      ParamForm& form = panel_->form();
      auto* add = form.row(path)->findChild<QToolButton*>(QStringLiteral("addClass"));
      QVERIFY(add != nullptr);
      const Value base = shownValue(form.row(path)->row());
      add->menu()->actions().first()->trigger();
      ParamRowWidget* own = form.row(path + ".search");
      QVERIFY2(own != nullptr, path.c_str());
      QVERIFY(enterAnother(*own));
      QVERIFY(shownValue(form.row(path)->row()) == base);  // the other classes keep theirs
      QVERIFY(enterAnother(*form.row(path)));
      QVERIFY(!(shownValue(form.row(path)->row()) == base));
      own = form.row(path + ".search");
      QVERIFY(own != nullptr);
      QTest::mouseClick(own->findChild<QToolButton*>(QStringLiteral("remove")), Qt::LeftButton);
      QVERIFY(form.row(path + ".search") == nullptr);
      return;
    }
    QFAIL("no kind has a parameter that varies by class");
  }

  void helpFollowsTheKeyboard() {
    QVERIFY(document_->open(kFlagship));
    selection_->set({"app"});
    int described = 0;
    for (ParamRowWidget* row : panel_->form().rows()) {
      if (row->editor() == nullptr) continue;
      row->editor()->input()->setFocus();
      QVERIFY2(panel_->help().text().contains(row->row().label), row->row().path.c_str());
      if (row->row().info.type != ParamType::Distribution || !row->row().state.value.isSet()) continue;
      QVERIFY(panel_->help().findChild<DensityPlot*>()->isVisibleTo(&panel_->help()));
      ++described;
    }
    QVERIFY(described > 0);
  }

  void everyShapeCanBePlotted() {
    DensityPlot plot(DensityPlot::Detail::Figures);
    for (const Distribution& d :
         {Distribution::constant(0), Distribution::constant(5e6), Distribution::exponential(8e6),
          Distribution::uniform(1, 3), Distribution::normal(5e6, 1e6), Distribution::logNormalFromMean(3e6, 0.5),
          Distribution::gammaFromMean(5e6, 0.5), Distribution::erlang(4, 8e6), Distribution::pareto(1e6, 1.2),
          Distribution::empirical({1, 2, 9}),
          Distribution::mixture({9, 1}, {Distribution::constant(2e6), Distribution::exponential(8e7)})}) {
      plot.setDistribution(d, true);
      QVERIFY2(!plot.isEmpty(), formatDistributionKind(d));
      QVERIFY(!plot.grab().toImage().isNull());
    }
  }

  void faultsAreDoneNowAndScheduled() {
    QVERIFY(document_->open(kFlagship));
    selection_->set({"db"});
    panel_->tabs().setCurrentWidget(&panel_->faults());
    FaultTab& tab = panel_->faults();
    QVERIFY(tab.cards().size() > 5);
    run_->stepBy(seconds(1));
    QTRY_VERIFY(run_->now() >= seconds(1));
    int done = 0;
    std::vector<std::string> verbs;
    for (FaultCard* card : tab.cards())
      if (card->isEnabled()) verbs.push_back(card->entry().verb);
    for (const std::string& verb : verbs) {
      FaultCard* card = tab.card(verb);
      QTest::mouseClick(card->findChild<QPushButton*>(QStringLiteral("title")), Qt::LeftButton);
      QVERIFY2(card->isOpen(), verb.c_str());
      const std::size_t before = document_->scenario().timeline.size();
      auto* time = card->findChild<QLineEdit*>(QStringLiteral("time"));
      time->selectAll();
      QTest::keyClicks(time, QStringLiteral("9min"));
      QTest::mouseClick(card->findChild<QPushButton*>(QStringLiteral("schedule")), Qt::LeftButton);
      QCOMPARE(document_->scenario().timeline.size(), before + 1);
      const auto& timeline = document_->scenario().timeline;
      QVERIFY2(std::any_of(timeline.begin(), timeline.end(),
                           [&](const Action& a) { return a.verb == verb && a.at == minutes(9) && a.target == "db"; }),
               verb.c_str());
      document_->undoStack()->undo();
      QCOMPARE(document_->scenario().timeline.size(), before);
      ++done;
    }
    QVERIFY(done > 5);
    FaultCard* crash = tab.card("crash");
    QTest::mouseClick(crash->findChild<QPushButton*>(QStringLiteral("now")), Qt::LeftButton);
    QTRY_VERIFY(std::any_of(run_->liveActions().begin(), run_->liveActions().end(),
                            [](const Action& a) { return a.verb == "crash" && a.target == "db"; }));
    selection_->set({}, {document_->scenario().edges.front().name()});
    QVERIFY(tab.card("cut") != nullptr && tab.card("cut")->isEnabled());
    QVERIFY(tab.card("crash") == nullptr);
    selection_->clear();
    QVERIFY(tab.cards().empty());
  }

  void faultsAreOfferedForEveryKind() {
    for (const ComponentInfo* kind : catalog()) {
      addComponent(*document_, *selection_, {kind->kind, {}}, {});
      const auto entries = faultEntries(document_->scenario(), selection_->nodeList(), {});
      QVERIFY2(!entries.empty(), kind->kind);
      for (const ActionInfo& action : kind->actions)
        QVERIFY2(
            std::any_of(entries.begin(), entries.end(), [&](const FaultEntry& e) { return e.verb == action.name; }),
            action.name);
    }
  }

  void metricsShowTheInstantAndCanBeDragged() {
    QVERIFY(document_->open(kFlagship));
    panel_->tabs().setCurrentWidget(&panel_->metrics());
    MetricsModel& model = panel_->metrics().model();
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    const std::string edge = document_->scenario().edges.front().name();
    selection_->set({"db"}, {edge});
    QVERIFY(model.rowCount() > 10);
    for (int row = 0; row < model.rowCount(); ++row) {
      QVERIFY2(!model.row(row).help.isEmpty(), model.row(row).column.c_str());
      QVERIFY(model.row(row).column.starts_with("db.") || model.row(row).column.starts_with(edge + "."));
    }
    run_->runUntil(seconds(20));
    QTRY_VERIFY(run_->now() >= seconds(20) && run_->shown().row >= 18);
    int known = 0;
    for (int row = 0; row < model.rowCount(); ++row) {
      QVERIFY2(model.row(row).index >= 0, model.row(row).column.c_str());
      const double number = model.index(row, 0).data(MetricsModel::NumberRole).toDouble();
      QCOMPARE(std::isnan(number), std::isnan(run_->shown().value(run_->column(model.row(row).column))));
      known += std::isnan(number) ? 0 : 1;
      QVERIFY(model.past(row, 10).size() == 10);
    }
    QVERIFY(known > 5);
    run_->viewAt(seconds(5));
    QVERIFY(model.past(0, 100).size() < 10);
    const std::unique_ptr<QMimeData> data(model.mimeData({model.index(0, 0), model.index(0, 1), model.index(2, 0)}));
    const auto columns = mime::decodeColumns(data->data(QString::fromLatin1(mime::kMetricColumns)));
    QCOMPARE(columns.size(), 2u);
    QCOMPARE(columns[1], model.row(2).column);
    QVERIFY(!panel_->grab().isNull());
  }

  // Reasons of failure come with the first failure, and go with the run; instances are there from the start.
  void metricsListWhatCameWithTheRun() {
    QVERIFY(document_->open(kFlagship));
    document_->apply("break", edits::addAction({seconds(5), "crash", "db", {}}));
    panel_->tabs().setCurrentWidget(&panel_->metrics());
    MetricsModel& model = panel_->metrics().model();
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    const auto rowOf = [&](const std::string& column) {
      for (int row = 0; row < model.rowCount(); ++row)
        if (model.row(row).column == column) return row;
      return -1;
    };
    selection_->set({"app"});
    const int queue = rowOf("app[1].queue");
    QVERIFY(queue > rowOf("app.queue"));
    QCOMPARE(model.row(queue).label, QStringLiteral("Queue [1]"));
    QVERIFY(!model.row(queue).help.isEmpty());
    selection_->set({"db"});
    const int before = model.rowCount();
    run_->runUntil(seconds(10));
    QTRY_VERIFY(rowOf("db.failed.connection_refused") >= before);
    const int refused = rowOf("db.failed.connection_refused");
    QCOMPARE(model.row(refused).label, QStringLiteral("Failed connection refused"));
    QVERIFY(model.row(refused).help.contains(QStringLiteral("The target was down")));
    QTRY_VERIFY(run_->now() >= seconds(10) && run_->shown().row >= 8);
    QVERIFY(model.index(refused, 0).data(MetricsModel::NumberRole).toDouble() > 0);
    run_->reset();
    QCOMPARE(model.rowCount(), before);
  }

  void fixedParametersSaySoDuringARun() {
    QVERIFY(document_->open(kFlagship));
    std::string node, path;
    for (const NodeSpec& spec : document_->scenario().nodes)
      for (const ParamInfo& info : findKind(spec.kind)->params)
        if (info.fixed && node.empty() && info.type != ParamType::Group && info.type != ParamType::Table) {
          node = spec.name;
          path = info.name;
        }
    QVERIFY(!node.empty());
    selection_->set({node});
    const auto says = [&] {
      return panel_->form().row(path)->findChild<QWidget*>(QStringLiteral("lock"))->isVisibleTo(panel_.get());
    };
    QVERIFY(!says());
    run_->stepBy(seconds(1));
    QTRY_VERIFY(says());
    run_->reset();
    QTRY_VERIFY(!says());
  }

  void everythingIsExplained() {
    for (const ComponentInfo* kind : catalog()) {
      const QString text = aboutKind(*kind);
      QVERIFY(text.contains(QString::fromUtf8(kind->label)));
      for (const ReasonInfo& reason : kind->reasons)
        QVERIFY(text.contains(QString::fromUtf8(reason.name).replace(QLatin1Char('_'), QStringLiteral("\\_"))));
    }
    for (const Preset& preset : presets()) {
      const QString text = aboutPreset(preset.name);
      QVERIFY2(text.count(QStringLiteral("\n- ")) >= static_cast<int>(preset.sources.size()), preset.name.c_str());
    }
  }

 private:
  static const char* formatDistributionKind(const Distribution& d) {
    return QTest::toString(static_cast<int>(d.kind()));
  }
};

QTEST_MAIN(InspectorTest)
#include "inspector_test.moc"

// The flagship by hand: from an empty canvas, with the pointer and the keyboard only.
#include <QComboBox>
#include <QMenu>
#include <QToolButton>

#include "engine/simulation.h"
#include "gui/desk.h"
#include "gui/models/param_text.h"
#include "gui/panels/action_dialog.h"
#include "gui/panels/inspector_panel.h"
#include "gui/panels/param_editors.h"
#include "gui/panels/param_form.h"
#include "gui/panels/param_row_widget.h"
#include "gui/panels/timeline_track.h"
#include "gui/style/theme.h"
#include "io/value_text.h"
#include "io/yaml_reader.h"
#include "io/yaml_writer.h"
#include "model/catalog.h"
#include "model/edge_policy.h"
#include "model/scenario_params.h"

using namespace faultline;

namespace {

// Somebody who draws a scenario that lies beside them on paper.
class Copyist {
 public:
  Copyist(Desk& desk, const Scenario& paper)
      : desk_(desk), paper_(paper), form_(desk.window.sidePanels().inspector().form()) {}

  void draw() {
    writeSettings();
    writeClasses();
    for (const NodeSpec& node : paper_.nodes) addNode(node);
    for (const EdgeSpec& edge : paper_.edges) addEdge(edge);
    for (const Action& action : paper_.timeline) addAction(action);
  }

 private:
  void writeSettings() {
    desk_.click(desk_.ground());
    const Scenario fresh;
    for (const ParamInfo& info : scenarioParams())
      if (const Value value = info.read(&paper_); !(value == info.read(&fresh))) write(info.name, value, 0);
  }

  void writeClasses() {
    auto* name = desk_.window.sidePanels().inspector().findChild<QLineEdit*>(QStringLiteral("newClass"));
    const RequestClass fresh;
    for (std::size_t i = 0; i < paper_.classes.size(); ++i) {
      const RequestClass& c = paper_.classes[i];
      name->setFocus();
      QTest::keyClicks(name, QString::fromStdString(c.name));
      QTest::keyClick(name, Qt::Key_Return);
      for (const ParamInfo& info : requestClassParams())
        if (const Value value = info.read(&c);
            !(value == info.read(&fresh)) && form_.row(info.name, static_cast<int>(i) + 1))
          write(info.name, value, static_cast<int>(i) + 1);
    }
  }

  // Where the paper has it, in the part of the canvas that is seen.
  QPoint placeOf(const std::string& node) const {
    const Point* at = edits::placeOf(paper_, node);
    return desk_.port()->rect().center() + (QPointF(at->x - 540, at->y + 20) * desk_.view.zoom()).toPoint();
  }

  void addNode(const NodeSpec& node) {
    desk_.doubleClick(placeOf(node.name));
    desk_.choose(QString::fromUtf8(findKind(node.kind)->label));
    QCOMPARE(desk_.document.scenario().nodes.back().kind, node.kind);
    if (desk_.selection.onlyNode() != node.name) {
      desk_.key(Qt::Key_Return);
      desk_.write(QString::fromStdString(node.name));
    }
    QCOMPARE(desk_.selection.onlyNode(), node.name);
    writeAll(node.params, "");
  }

  void addEdge(const EdgeSpec& edge) {
    desk_.dragAndDrop(desk_.outputOf(edge.from), desk_.centreOf(edge.to));
    QCOMPARE(desk_.selection.onlyEdge(), edge.name());
    writeAll(edge.policy, "");
  }

  void addAction(const Action& action) {
    QTimer::singleShot(0, qApp, [&action] {
      auto* dialog = qobject_cast<ActionDialog*>(QApplication::activeModalWidget());
      QVERIFY(dialog != nullptr);
      const auto type = [&](const char* field, const QString& text) {
        auto* line = dialog->findChild<QLineEdit*>(QLatin1String(field));
        QVERIFY2(line != nullptr, field);
        line->selectAll();
        QTest::keyClicks(line, text);
      };
      type("at", QString::fromStdString(formatFlow(nullptr, Value(action.at))));
      auto* verb = dialog->findChild<QComboBox*>(QStringLiteral("verb"));
      pick(*verb, QString::fromStdString(action.verb));
      auto* target = dialog->findChild<QComboBox*>(QStringLiteral("target"));
      target->lineEdit()->selectAll();
      QTest::keyClicks(target->lineEdit(), QString::fromStdString(action.target));
      for (const auto& [name, value] : action.args.entries) {
        const std::string* word = value.as<std::string>();
        type(name.c_str(), QString::fromStdString(word != nullptr ? *word : formatFlow(nullptr, value)));
      }
      dialog->accept();
      QVERIFY2(!dialog->isVisible(), qPrintable(dialog->findChild<QLabel*>(QStringLiteral("problem"))->text()));
      if (dialog->isVisible()) dialog->reject();
    });
    auto* track = desk_.window.findChild<TimelineTrack*>();
    QTest::mouseDClick(track, Qt::LeftButton, {},
                       {static_cast<int>(track->places().xOf(action.at)) + 40, track->height() - 6});
  }

  void writeAll(const ValueMap& values, const std::string& prefix) {
    for (const auto& [name, value] : values.entries) {
      const std::string path = prefix + name;
      ParamRowWidget* row = form_.row(path);
      QVERIFY2(row != nullptr, path.c_str());
      const ValueMap* map = value.as<ValueMap>();
      if (row->row().kind == ParamRow::Kind::Group && map != nullptr) {
        if (!row->row().isPresent) {
          auto* box = row->findChild<QCheckBox*>(QStringLiteral("switch"));
          QTest::mouseClick(box, Qt::LeftButton, {}, {8, box->height() / 2});
        }
        writeAll(*map, path + '.');
      } else if (row->row().kind == ParamRow::Kind::Table) {
        for (const auto& [key, fields] : map->entries) {
          auto* field = form_.row(path)->findChild<QLineEdit*>(QStringLiteral("newRow"));
          if (form_.row(path + '.' + key) == nullptr) {
            field->setFocus();
            QTest::keyClicks(field, QString::fromStdString(key));
            QTest::keyClick(field, Qt::Key_Return);
          }
          writeAll(*fields.as<ValueMap>(), path + '.' + key + '.');
        }
      } else {
        write(path, value, 0);
      }
    }
  }

  static void pick(QComboBox& box, const QString& text) {
    const int wanted = box.findText(text);
    QVERIFY2(wanted >= 0, qPrintable(text));
    box.setFocus();
    while (box.currentIndex() != wanted) QTest::keyClick(&box, box.currentIndex() < wanted ? Qt::Key_Down : Qt::Key_Up);
  }

  void write(const std::string& path, const Value& value, int section) {
    ParamRowWidget* row = form_.row(path, section);
    QVERIFY2(row != nullptr && row->editor() != nullptr, path.c_str());
    const QString text = editText(row->row().info, value);
    QWidget* input = row->editor()->input();
    if (auto* box = qobject_cast<QCheckBox*>(input)) {
      if (box->isChecked() != *value.as<bool>()) QTest::mouseClick(box, Qt::LeftButton, {}, {8, box->height() / 2});
    } else if (auto* combo = qobject_cast<QComboBox*>(input)) {
      pick(*combo, text);
    } else if (auto* button = qobject_cast<QToolButton*>(input)) {
      for (const Value& word : *value.as<ValueList>())
        for (QAction* action : button->menu()->actions())
          if (action->text().toStdString() == *word.as<std::string>() && !action->isChecked()) {
            action->trigger();
            break;
          }
    } else {
      auto* line = qobject_cast<QLineEdit*>(input);
      line->setFocus();
      line->selectAll();
      QTest::keyClicks(line, text);
      QTest::keyClick(line, Qt::Key_Return);
    }
    row = form_.row(path, section);
    QVERIFY2(row != nullptr && !row->hasProblem(), path.c_str());
  }

  Desk& desk_;
  const Scenario& paper_;
  ParamForm& form_;
};

// Every parameter as it counts: what is written and is the default anyway makes no difference.
QString valuesOf(std::span<const ParamInfo> params, const void* object) {
  ValueMap values;
  for (const ParamInfo& info : params) values.set(info.name, info.read(object));
  return QString::fromStdString(formatFlow(nullptr, Value(values)));
}

void compare(const Scenario& drawn, const Scenario& paper) {
  QCOMPARE(drawn.nodes.size(), paper.nodes.size());
  for (std::size_t i = 0; i < paper.nodes.size(); ++i) {
    const NodeSpec &a = drawn.nodes[i], &b = paper.nodes[i];
    const ComponentInfo& kind = *findKind(b.kind);
    QCOMPARE(a.name, b.name);
    QCOMPARE(a.kind, b.kind);
    QCOMPARE(valuesOf(kind.params, makeParams(kind, a.allParams()).get()),
             valuesOf(kind.params, makeParams(kind, b.allParams()).get()));
  }
  QCOMPARE(drawn.edges.size(), paper.edges.size());
  for (std::size_t i = 0; i < paper.edges.size(); ++i) {
    const EdgePolicy a = edgePolicy(drawn.edges[i].policy), b = edgePolicy(paper.edges[i].policy);
    QCOMPARE(drawn.edges[i].name(), paper.edges[i].name());
    QCOMPARE(valuesOf(edgePolicyParams(), &a), valuesOf(edgePolicyParams(), &b));
  }
  QCOMPARE(valuesOf(scenarioParams(), &drawn), valuesOf(scenarioParams(), &paper));
  QVERIFY(drawn.classes == paper.classes);
  QVERIFY(drawn.timeline == paper.timeline);
}

}  // namespace

class FlagshipTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { Theme::instance().install(*qApp); }

  void isDrawnByHandAndRunsTheSame() {
    const Scenario paper = readScenarioFile(kFlagship.toStdString()).value;
    Desk desk(QString(), {1500, 1000});
    const Scenario empty = desk.document.scenario();
    for (int i = 0; i < 4; ++i) desk.give(Command::ZoomOut);
    Copyist(desk, paper).draw();
    QVERIFY(desk.document.canRun());

    compare(desk.document.scenario(), paper);
    for (const NodeSpec& node : paper.nodes) QVERIFY(edits::placeOf(desk.document.scenario(), node.name) != nullptr);

    Simulation fromFile(paper);
    QCOMPARE(fromFile.runToEnd(), Simulation::Status::Finished);
    desk.window.run().setSpeed(kMaxSpeed);
    desk.give(Command::Play);
    QVERIFY(QTest::qWaitFor([&] { return desk.window.run().state() == RunState::Finished; }, 4 * kPatienceMs));
    QCOMPARE(desk.window.run().update().fingerprint, fromFile.fingerprint());

    const Scenario whole = desk.document.scenario();
    QUndoStack& undo = *desk.document.undoStack();
    const int entries = undo.index();
    std::vector<std::string> texts;
    while (undo.canUndo()) {
      texts.push_back(writeScenario(desk.document.scenario()));
      desk.give(Command::Undo);
    }
    QVERIFY(desk.document.scenario() == empty);
    for (; undo.canRedo(); texts.pop_back()) {
      desk.give(Command::Redo);
      QCOMPARE(writeScenario(desk.document.scenario()), texts.back());
    }
    QVERIFY(desk.document.scenario() == whole);
    qInfo("%d entries", entries);
  }
};

QTEST_MAIN(FlagshipTest)
#include "flagship_test.moc"

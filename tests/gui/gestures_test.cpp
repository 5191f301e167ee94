// Somebody who does not know what they are doing: random gestures leave a document that holds together, every time.
#include <random>

#include "gui/desk.h"
#include "gui/style/theme.h"
#include "io/yaml_reader.h"
#include "io/yaml_writer.h"

using namespace faultline;

namespace {

constexpr int kGestures = 1'000;
constexpr std::size_t kMostNodes = 24;

// What holds whatever anybody draws: names mean one thing, and nothing is named that is not there.
QString whatIsBroken(const Scenario& s) {
  std::set<std::string> names, arrows;
  for (const NodeSpec& node : s.nodes)
    if (!names.insert(node.name).second) return QStringLiteral("two nodes have one name");
  for (const EdgeSpec& edge : s.edges) {
    if (!arrows.insert(edge.name()).second) return QStringLiteral("two arrows have one name");
    if (!names.contains(edge.from) || !names.contains(edge.to)) return QStringLiteral("an arrow has a loose end");
  }
  for (const auto& [node, place] : s.layout)
    if (!names.contains(node) || !std::isfinite(place.x) || !std::isfinite(place.y))
      return QStringLiteral("a place of nothing");
  std::set<std::string> inRegions;
  for (const GroupSpec& group : s.groups) {
    if (group.members.empty() || names.contains(group.name))
      return QStringLiteral("a region without members, or with the name of a node");
    for (const std::string& member : group.members)
      if (!names.contains(member) || !inRegions.insert(member).second)
        return QStringLiteral("a member that is nowhere or twice");
  }
  for (const NoteSpec& note : s.notes)
    if (note.text.empty()) return QStringLiteral("a note without text");
  const Result<Scenario> again = readScenarioText(writeScenario(s), "again.yaml");
  if (!(again.value == s)) return QStringLiteral("the file would not be the same");
  return {};
}

class Visitor {
 public:
  Visitor(Desk& desk, unsigned seed) : desk_(desk), random_(seed) {}

  // One gesture; says which.
  const char* act() {
    if (desk_.document.scenario().nodes.size() > kMostNodes) {
      desk_.give(Command::SelectAll);
      desk_.give(Command::Delete);
      return "delete everything";
    }
    switch (below(22)) {
      case 0:
        desk_.click(place(), modifiers());
        return "click";
      case 1:
      case 2:
        desk_.dragAndDrop(card(), place(), modifiers());
        closeList();
        return "drag";
      case 3:
        desk_.dragAndDrop(place(), place(), modifiers());
        closeList();
        return "band";
      case 4:
      case 5:
        return connectCards();
      case 6:
        desk_.drag(card(), place());
        desk_.key(Qt::Key_Escape);
        desk_.drop(place());
        closeList();
        return "drag and escape";
      case 7:
        return addComponent();
      case 8:
        desk_.doubleClick(chance() ? card() : place());
        finishEditor();
        closeList();
        return "double click";
      case 9:
        desk_.give(Command::Rename);
        finishEditor();
        return "rename";
      case 10:
        desk_.give(below(3) == 0 ? Command::Cut : Command::Copy);
        return "copy";
      case 11:
        desk_.give(Command::Paste);
        return "paste";
      case 12:
        desk_.give(Command::Duplicate);
        return "duplicate";
      case 13:
        desk_.give(Command::Delete);
        return "delete";
      case 14:
        desk_.give(chance() ? Command::Group : Command::Ungroup);
        finishEditor();
        return "group";
      case 15:
        desk_.give(Command::AddNote);
        finishEditor();
        return "note";
      case 16:
        desk_.give(Command::Connect);
        for (int i = below(4); i > 0; --i) desk_.key(arrow());
        desk_.key(chance() ? Qt::Key_Return : Qt::Key_Escape);
        finishEditor();
        return "connect by keys";
      case 17:
        for (int i = below(4); i >= 0; --i) desk_.key(arrow(), modifiers());
        return "arrows";
      case 18:
        desk_.key(chance() ? Qt::Key_Tab : Qt::Key_Backtab);
        desk_.view.setFocus();
        return "tab";
      case 19:
        for (int i = below(5); i >= 0; --i) desk_.give(Command::Undo);
        for (int i = below(5); i > 0; --i) desk_.give(Command::Redo);
        return "undo and redo";
      case 20:
        desk_.give(std::array{Command::FitAll, Command::FitSelection, Command::ZoomIn, Command::ZoomOut,
                              Command::Arrange}[static_cast<std::size_t>(below(5))]);
        return "view";
      default:
        return run();
    }
  }

 private:
  int below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }
  bool chance() { return below(2) == 0; }
  Qt::KeyboardModifiers modifiers() {
    return std::array<Qt::KeyboardModifiers, 5>{Qt::NoModifier, Qt::NoModifier, Qt::ShiftModifier, Qt::ControlModifier,
                                                Qt::AltModifier}[static_cast<std::size_t>(below(5))];
  }
  int arrow() {
    return std::array{Qt::Key_Left, Qt::Key_Right, Qt::Key_Up, Qt::Key_Down}[static_cast<std::size_t>(below(4))];
  }
  QPoint place() { return {below(desk_.port()->width()), below(desk_.port()->height())}; }
  std::string anyNode() {
    const auto& nodes = desk_.scene.nodes();
    return nodes.empty() ? std::string() : std::next(nodes.begin(), below(static_cast<int>(nodes.size())))->first;
  }
  QPoint card() { return desk_.scene.nodes().empty() ? place() : desk_.centreOf(anyNode()); }

  const char* connectCards() {
    if (desk_.scene.nodes().empty()) return "nothing to connect";
    desk_.dragAndDrop(chance() ? desk_.outputOf(anyNode()) : desk_.inputOf(anyNode()), chance() ? card() : place());
    if (desk_.window.sidePanels().quickAdd().isVisible() && chance()) desk_.choose(word());
    closeList();
    return "connect";
  }
  const char* addComponent() {
    desk_.give(Command::QuickAdd);
    desk_.choose(word());
    closeList();
    return "add";
  }
  QString word() {
    return std::array{QStringLiteral("client"),  QStringLiteral("service"),      QStringLiteral("queue"),
                      QStringLiteral("cache"),   QStringLiteral("data"),         QStringLiteral("balancer"),
                      QStringLiteral("replica"), QStringLiteral("no such thing")}[static_cast<std::size_t>(below(8))];
  }
  void closeList() { desk_.window.sidePanels().quickAdd().close(); }
  void finishEditor() {
    if (!desk_.editor().isOpen()) return;
    const QString text = std::array{QStringLiteral("alpha"), QStringLiteral("beta"), QStringLiteral("1 2"), QString(),
                                    QStringLiteral("db: {x}")}[static_cast<std::size_t>(below(5))];
    desk_.write(text, chance() ? Qt::Key_Return : Qt::Key_Escape);
    if (desk_.editor().isOpen()) QTest::keyClick(&desk_.editor(), Qt::Key_Escape);
  }
  const char* run() {
    desk_.give(std::array{Command::Play, Command::ToStart, Command::StepEvent, Command::StepSecond,
                          Command::ViewLive}[static_cast<std::size_t>(below(5))]);
    QTest::qWait(2);
    return "run";
  }

  Desk& desk_;
  std::mt19937 random_;
};

}  // namespace

class GesturesTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { Theme::instance().install(*qApp); }

  void leaveADocumentThatHoldsTogether_data() {
    QTest::addColumn<unsigned>("seed");
    QTest::newRow("seed 7") << 7u;
  }
  void leaveADocumentThatHoldsTogether() {
    QFETCH(unsigned, seed);
    Desk desk;
    Visitor visitor(desk, seed);
    QUndoStack& undo = *desk.document.undoStack();
    int edits = 0;
    for (int i = 0; i < kGestures; ++i) {
      const Scenario before = desk.document.scenario();
      const int entry = undo.index();
      const char* what = visitor.act();
      const auto told = [&](const QString& text) {
        return QStringLiteral("gesture %1, %2: %3").arg(i).arg(QLatin1String(what), text);
      };
      const Scenario after = desk.document.scenario();
      if (!(after == before)) {
        const QString broken = whatIsBroken(after);
        QVERIFY2(broken.isEmpty(), qPrintable(told(broken)));
      }
      QCOMPARE(desk.scene.nodes().size(), after.nodes.size());
      QCOMPARE(desk.scene.edges().size(), after.edges.size());
      if (undo.index() <= entry || QLatin1String(what) == QLatin1String("undo and redo")) continue;
      ++edits;
      const int now = undo.index();
      undo.setIndex(entry);
      QVERIFY2(desk.document.scenario() == before, qPrintable(told(QStringLiteral("undone, it is not what it was"))));
      undo.setIndex(now);
      QVERIFY2(desk.document.scenario() == after, qPrintable(told(QStringLiteral("done again, it is another"))));
    }
    QVERIFY(edits > kGestures / 10);
    qInfo("%d gestures, %d of them edits", kGestures, edits);
  }
};

QTEST_MAIN(GesturesTest)
#include "gestures_test.moc"

// Regions, notes, names in place, and the canvas without a mouse.
#include "gui/canvas/alignment.h"
#include "gui/canvas/group_item.h"
#include "gui/canvas/minimap.h"
#include "gui/canvas/note_item.h"
#include "gui/canvas/reading_order.h"
#include "gui/canvas/renaming.h"
#include "gui/desk.h"
#include "gui/document/drawing_edits.h"
#include "gui/style/theme.h"
#include "io/yaml_reader.h"
#include "io/yaml_writer.h"
#include "model/validate.h"

using namespace faultline;

class DrawingTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { Theme::instance().install(*qApp); }

  void selectedNodesBecomeARegion() {
    Desk desk;
    const Scenario before = desk.document.scenario();
    desk.selection.set({"db", "replica"});
    desk.give(Command::Group);
    QVERIFY(desk.editor().isOpen());  // it wants a name
    desk.write(QStringLiteral("east"));
    const GroupSpec* region = desk.document.scenario().findRegion("east");
    QVERIFY(region != nullptr);
    QCOMPARE(region->members, (std::vector<std::string>{"db", "replica"}));
    QVERIFY(desk.document.canRun());
    GroupItem* frame = desk.scene.region("east");
    QVERIFY(frame->frame().contains(desk.scene.node("db")->sceneCard()));
    QVERIFY(frame->frame().contains(desk.scene.node("replica")->sceneCard()));
    QVERIFY(!frame->frame().intersects(desk.scene.node("app")->sceneCard()));
    // By its title it moves with all that is in it, by one entry.
    const QPointF db = desk.scene.node("db")->pos(), app = desk.scene.node("app")->pos();
    const QPoint title = desk.viewPoint(frame->titleRect().center());
    const int entries = desk.document.undoStack()->count();
    desk.drag(title, title + QPoint(60, 0));
    QVERIFY(frame->frame().contains(desk.scene.node("db")->sceneCard()));
    desk.drop(title + QPoint(60, 0));
    QCOMPARE(desk.document.undoStack()->count(), entries + 1);
    QVERIFY(desk.scene.node("db")->pos().x() > db.x() + 20);
    QCOMPARE(desk.scene.node("app")->pos(), app);
    QCOMPARE(desk.selection.region(), std::string("east"));
    desk.give(Command::Delete);
    QVERIFY(desk.document.scenario().findRegion("east") == nullptr);
    QVERIFY(desk.document.scenario().findNode("db") != nullptr);
    while (desk.document.undoStack()->canUndo()) desk.give(Command::Undo);
    QVERIFY(desk.document.scenario() == before);
    QVERIFY(desk.scene.groups().empty());
  }

  void notesAndRegionsAreCopied() {
    Desk desk;
    desk.document.apply("", edits::addNote({"look here", {10, 20}}));
    const Scenario before = desk.document.scenario();
    desk.selection.setNote(static_cast<int>(before.notes.size()) - 1);
    desk.give(Command::Copy);
    QVERIFY(QApplication::clipboard()->text().contains(QStringLiteral("look here")));
    desk.give(Command::Paste);
    QCOMPARE(desk.document.scenario().notes.size(), before.notes.size() + 1);
    QCOMPARE(desk.document.scenario().notes.back().text, std::string("look here"));
    QCOMPARE(desk.selection.note(), static_cast<int>(before.notes.size()));
    desk.give(Command::Duplicate);
    QCOMPARE(desk.document.scenario().notes.size(), before.notes.size() + 2);
    QVERIFY(!(desk.document.scenario().notes.back().at == desk.document.scenario().notes[before.notes.size()].at));
    desk.give(Command::Cut);
    QCOMPARE(desk.document.scenario().notes.size(), before.notes.size() + 1);
    while (desk.document.undoStack()->canUndo()) desk.give(Command::Undo);

    desk.document.apply("", edits::group({"db", "replica"}, "east"));
    desk.selection.setRegion("east");
    desk.give(Command::Copy);
    desk.give(Command::Paste);
    const GroupSpec* copied = desk.document.scenario().findRegion("east_2");
    QVERIFY(copied != nullptr);
    QCOMPARE(copied->members.size(), std::size_t{2});
    for (const std::string& member : copied->members) QVERIFY(desk.document.scenario().findNode(member) != nullptr);
    QCOMPARE(desk.selection.nodeList(), copied->members);
  }

  void aRegionWithoutMembersGoesWithItsActions() {
    Desk desk;
    desk.document.apply("", edits::group({"db"}, "east"));
    desk.document.apply("", edits::group({"replica"}, "west"));
    desk.document.apply("", edits::addAction({seconds(200), "partition", "east", {{{"from", Value("west")}}}}));
    desk.document.apply("", edits::addAction({seconds(210), "crash", "east", {}}));
    const std::size_t actions = desk.document.scenario().timeline.size();
    desk.document.apply("", edits::renameRegion("east", "far_east"));
    QVERIFY(desk.document.canRun());
    desk.document.apply("", edits::renameRegion("west", "far_west"));
    QVERIFY(desk.document.canRun());
    desk.document.apply("", edits::group({"db"}, "north"));  // leaves far_east, which is empty then
    QVERIFY(desk.document.scenario().findRegion("far_east") == nullptr);
    QCOMPARE(desk.document.scenario().timeline.size(), actions - 2);
    desk.document.apply("", edits::remove({"replica"}, {}));
    QVERIFY(desk.document.scenario().findRegion("far_west") == nullptr);
    // Actions name nodes and regions: no two may share a name.
    QVERIFY(hasErrors(desk.document.apply("", edits::group({"app"}, "db"))));
    QVERIFY(hasErrors(desk.document.apply("", edits::rename("app", "north"))));
    QVERIFY(hasErrors(desk.document.apply("", edits::renameRegion("north", "app"))));
  }

  void notesAreWrittenMovedAndDeleted() {
    Desk desk;
    const Scenario before = desk.document.scenario();
    desk.view.renaming().writeNote({-100, 300});
    desk.editor().insertPlainText(QStringLiteral("Why is this\nslow?"));
    QTest::keyClick(&desk.editor(), Qt::Key_Return);
    QCOMPARE(desk.document.scenario().notes.size(), std::size_t{1});
    QCOMPARE(desk.document.scenario().notes[0].text, std::string("Why is this\nslow?"));
    QCOMPARE(desk.selection.note(), 0);
    QVERIFY(!desk.document.scenario().notes.empty() && desk.document.canRun());
    const Result<Scenario> again = readScenarioText(writeScenario(desk.document.scenario()), "x.yaml");
    QVERIFY(again.value == desk.document.scenario());
    desk.give(Command::FitAll);
    const QPoint at = desk.viewPoint(desk.scene.note(0)->sceneNote().center());
    desk.dragAndDrop(at, at + QPoint(48, 24));
    QVERIFY(desk.document.scenario().notes[0].at.x > -100);
    desk.doubleClick(desk.viewPoint(desk.scene.note(0)->sceneNote().center()));
    desk.write(QStringLiteral("Because of the index"));
    QCOMPARE(desk.document.scenario().notes[0].text, std::string("Because of the index"));
    desk.give(Command::Rename);
    desk.editor().clear();
    QTest::keyClick(&desk.editor(), Qt::Key_Return);  // without text there is no note
    QVERIFY(desk.document.scenario().notes.empty());
    desk.give(Command::Undo);
    desk.click(desk.viewPoint(desk.scene.note(0)->sceneNote().center()));
    desk.give(Command::Delete);
    QVERIFY(desk.document.scenario().notes.empty());
    while (desk.document.undoStack()->canUndo()) desk.give(Command::Undo);
    QVERIFY(desk.document.scenario() == before);
  }

  void namesAreWrittenWhereTheyStand() {
    Desk desk;
    desk.doubleClick(desk.centreOf("db"));
    QVERIFY(desk.editor().isOpen());
    desk.write(QStringLiteral("app"));
    QVERIFY(desk.editor().isOpen());  // the name is taken
    QVERIFY(desk.port()->findChild<QLabel*>(QStringLiteral("placeProblem"))->isVisible());
    desk.write(QStringLiteral("users-db"));
    QVERIFY(!desk.editor().isOpen());
    QVERIFY(desk.scene.node("users-db") != nullptr);
    QCOMPARE(desk.document.undoStack()->count(), 1);
    QCOMPARE(desk.selection.onlyNode(), std::string("users-db"));
    desk.view.setFocus();
    desk.key(Qt::Key_Return);
    desk.write(QStringLiteral("other"), Qt::Key_Escape);
    QVERIFY(desk.scene.node("users-db") != nullptr);
    // A click elsewhere takes over what was written.
    desk.give(Command::Rename);
    desk.editor().selectAll();
    QTest::keyClicks(&desk.editor(), QStringLiteral("db2"));
    desk.click(desk.ground());
    QVERIFY(desk.scene.node("db2") != nullptr);
  }

  void arrowsNudgeByOneEntry() {
    Desk desk;
    desk.click(desk.centreOf("db"));
    const QPointF start = desk.scene.node("db")->pos();
    for (int i = 0; i < 5; ++i) desk.key(Qt::Key_Right);
    desk.key(Qt::Key_Down, Qt::ShiftModifier);
    QCOMPARE(desk.scene.node("db")->pos(), start + QPointF(5, 12));
    QCOMPARE(desk.document.undoStack()->count(), 1);
    desk.give(Command::Undo);
    QCOMPARE(desk.scene.node("db")->pos(), start);
  }

  void tabGoesThroughTheCards() {
    Desk desk;
    std::vector<std::string> visited;
    for (std::size_t i = 0; i < desk.scene.nodes().size(); ++i) {
      desk.key(Qt::Key_Tab);
      visited.push_back(desk.selection.onlyNode());
    }
    QCOMPARE(visited, readingOrder(desk.scene.places()));
    QVERIFY(desk.view.hasFocus());
    desk.key(Qt::Key_Backtab, Qt::ShiftModifier);
    QCOMPARE(desk.selection.onlyNode(), visited[visited.size() - 2]);
    desk.selection.set({"app"});
    desk.key(Qt::Key_Right, Qt::AltModifier);
    const QPointF from = desk.scene.node("app")->pos();
    QVERIFY(desk.scene.node(desk.selection.onlyNode())->pos().x() > from.x());
  }

  void cardsAreCaughtByCardsInLine() {
    const std::vector<QPointF> others{{0, 0}, {300, 100}, {300, 700}};
    const Alignment both = align({297, 3}, others, 5);
    QCOMPARE(both.place, QPointF(300, 0));
    QCOMPARE(both.guides.size(), std::size_t{2});
    QCOMPARE(both.guides[0], QLineF(300, 100, 300, 0));  // the nearest one in the column
    QCOMPARE(align({100, 50}, others, 5).place, QPointF(100, 50));
    QVERIFY(align({100, 50}, others, 5).guides.empty());
    Desk desk;
    const QPoint from = desk.centreOf("cache");
    // Into the column of the queue, which no line of the grid is.
    desk.document.apply("", edits::move({{"jobs", Point{731, 220}}}));
    desk.drag(from, desk.viewPoint({734, -40}));
    QCOMPARE(desk.scene.node("cache")->pos().x(), 731.0);
    desk.drop(desk.viewPoint({734, -40}));
    QCOMPARE(edits::placeOf(desk.document.scenario(), "cache")->x, 731.0);
  }

  void theMinimapLeadsThere() {
    Desk desk(kFlagship, {1600, 1000});
    Minimap& map = desk.view.minimap();
    QVERIFY(map.isVisible());
    desk.view.setZoom(2);
    const QPointF before = desk.view.pointerAt(desk.port()->rect().center()).scene;
    QTest::mouseClick(&map, Qt::LeftButton, {}, {14, map.height() / 2});
    const QPointF after = desk.view.pointerAt(desk.port()->rect().center()).scene;
    QVERIFY(after.x() < before.x() - 100);
    QVERIFY(desk.window.actions()[Command::Minimap]->isChecked());
    desk.give(Command::Minimap);
    QVERIFY(!map.isVisible() && !desk.window.actions()[Command::Minimap]->isChecked());
  }

  void anEmptyCanvasHasNoMinimap() {
    Desk desk(QString(), {1600, 1000});
    Minimap& map = desk.view.minimap();
    map.settle();
    QVERIFY(!map.isVisible());
    desk.document.apply("", edits::addNode({"app", "service", {}, {}}, {}));
    map.settle();
    QVERIFY(map.isVisible());
  }

  void theMinimapCoversNothingThatIsAllInSight_data() {
    QTest::addColumn<QString>("file");
    for (const char* name : {"systems/multi_region_shop", "missing_index_cascade", "systems/day_8_observability"})
      QTest::newRow(name) << QStringLiteral(FAULTLINE_SOURCE_DIR "/scenarios/%1.yaml").arg(QLatin1String(name));
  }
  void theMinimapCoversNothingThatIsAllInSight() {
    QFETCH(QString, file);
    Desk desk(file, {1600, 1000});
    Minimap& map = desk.view.minimap();
    for (const double rounding : {0.0, 0.3, -0.3}) {
      desk.view.fitAll();
      desk.view.translate(rounding, rounding);
      map.settle();
      const QRectF covered = desk.view.viewportTransform().inverted().mapRect(QRectF(map.geometry()));
      for (const auto& [name, node] : desk.scene.nodes())
        QVERIFY2(!map.isVisible() || !node->sceneBoundingRect().intersects(covered), name.c_str());
      for (const GroupItem* group : desk.scene.groups())
        QVERIFY2(!map.isVisible() || !group->frame().intersects(covered), group->name().c_str());
    }
    desk.view.setZoom(3);
    map.settle();
    QVERIFY(map.isVisible());
  }

  void pastingTwiceHidesNothing() {
    Desk desk;
    desk.selection.set({"cache"});
    desk.give(Command::Copy);
    desk.give(Command::Paste);
    const std::string first = desk.selection.onlyNode();
    desk.give(Command::Paste);
    const std::string second = desk.selection.onlyNode();
    QVERIFY(first != second);
    QVERIFY(desk.scene.node(first)->pos() != desk.scene.node(second)->pos());
  }

  void theSlashAddsWhereThePointerIs() {
    Desk desk;
    const QPoint at = desk.ground();
    desk.doubleClick(at);
    desk.choose(QStringLiteral("queue"));
    const QPointF place = desk.scene.node(desk.selection.onlyNode())->pos();
    QVERIFY(QLineF(place, desk.view.pointerAt(at).scene).length() < 1);
    desk.give(Command::QuickAdd);
    QVERIFY(desk.window.sidePanels().quickAdd().isVisible());
    desk.window.sidePanels().quickAdd().close();
  }
};

QTEST_MAIN(DrawingTest)
#include "drawing_test.moc"

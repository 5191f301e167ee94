// Arrows by drag and by keys.
#include "gui/desk.h"
#include "gui/style/theme.h"
#include "io/yaml_reader.h"

using namespace faultline;

class ConnectTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { Theme::instance().install(*qApp); }

  void aDragFromAPortConnects() {
    Desk desk;
    const std::size_t before = desk.document.scenario().edges.size();
    desk.dragAndDrop(desk.outputOf("lb"), desk.centreOf("photo_worker"));
    QCOMPARE(desk.document.scenario().edges.size(), before + 1);
    QVERIFY(desk.document.scenario().findEdge("lb", "photo_worker") != nullptr);
    QCOMPARE(desk.selection.onlyEdge(), std::string("lb -> photo_worker"));
    QCOMPARE(desk.document.undoStack()->undoText(), QStringLiteral("Connect lb → photo_worker"));
    desk.give(Command::Undo);
    QCOMPARE(desk.document.scenario().edges.size(), before);
  }

  void aDragFromAnInputConnectsBackwards() {
    Desk desk;
    desk.dragAndDrop(desk.inputOf("photo_worker"), desk.centreOf("lb"));
    QVERIFY(desk.document.scenario().findEdge("lb", "photo_worker") != nullptr);
  }

  // What may not be called stays dark, says why and takes no arrow.
  void onlyLegalTargetsLightUp() {
    Desk desk;
    const Scenario before = desk.document.scenario();
    desk.drag(desk.outputOf("app"), desk.centreOf("users"));
    for (const auto& [name, item] : desk.scene.nodes()) {
      const std::string why =
          name == "app" ? "itself" : edits::whyNotConnect(before, "app", name, edits::freeLabel(before, "app", name));
      QCOMPARE(item->isLit(), why.empty());
    }
    QVERIFY(!desk.scene.node("users")->isLit() && desk.scene.node("replica")->isLit());
    desk.drop(desk.centreOf("users"));
    QVERIFY(desk.document.scenario() == before);
    for (const auto& [name, item] : desk.scene.nodes()) QVERIFY(!item->isLit());
  }

  void escapeEndsADraft() {
    Desk desk;
    const Scenario before = desk.document.scenario();
    desk.drag(desk.outputOf("lb"), desk.centreOf("photo_worker"));
    desk.key(Qt::Key_Escape);
    desk.drop(desk.centreOf("photo_worker"));
    QVERIFY(desk.document.scenario() == before);
    QVERIFY(!desk.scene.node("photo_worker")->isLit());
  }

  // A second arrow between the same two has a label of its own, which can be written where it stands.
  void parallelArrowsHaveLabels() {
    Desk desk;
    desk.dragAndDrop(desk.outputOf("app"), desk.centreOf("db"));
    QVERIFY(desk.document.scenario().findEdge("app", "db", "other") != nullptr);
    desk.dragAndDrop(desk.outputOf("app"), desk.centreOf("db"));
    QVERIFY(desk.document.scenario().findEdge("app", "db", "other_2") != nullptr);
    QCOMPARE(desk.selection.onlyEdge(), std::string("app -> db.other_2"));
    desk.document.apply("", edits::addAction({seconds(200), "cut", "app -> db.other_2", {}}));
    desk.give(Command::Rename);
    QVERIFY(desk.editor().isOpen());
    desk.write(QStringLiteral("save"));
    QVERIFY(desk.document.scenario().findEdge("app", "db", "save") != nullptr);
    QCOMPARE(desk.selection.onlyEdge(), std::string("app -> db.save"));
    const auto& timeline = desk.document.scenario().timeline;
    QVERIFY(
        std::any_of(timeline.begin(), timeline.end(), [](const Action& a) { return a.target == "app -> db.save"; }));
    // What names the arrow without a label is not about this one.
    QVERIFY(desk.document.scenario().expect[2].find("app -> db.pool_waiting") != std::string::npos);
    // Each of the three has a way of its own.
    const QPointF one = desk.scene.edge("app -> db")->at(0.5), two = desk.scene.edge("app -> db.save")->at(0.5);
    QVERIFY(QLineF(one, two).length() > 8);
    desk.click(desk.viewPoint(two));
    QCOMPARE(desk.selection.onlyEdge(), std::string("app -> db.save"));
  }

  void aLabelFollowsEverywhere() {
    Scenario scenario = readScenarioText(R"(
faultline: 1
nodes:
  users: {kind: client, rate: 10/s}
  app: {kind: service}
  db: {kind: database, queries: {a: {}, b: {}}}
  cache: {kind: cache, strategy: aside}
edges:
  - users -> app
  - app -> cache.one: {step: 1}
  - app -> cache.two: {step: 1}
  - app -> db: {step: 2, query: a, when: miss(cache.one)}
  - app -> db.b: {query: b}
timeline:
  - {at: 5s, cut: app -> db}
  - {at: 6s, cut: app -> db.b}
  - {at: 7s, set: app -> db.timeout, to: 1s}
  - {at: 8s, set: app -> db.b.timeout, to: 1s}
expect:
  - max(app -> db.pool_waiting) < 3
  - max(app -> db.b.pool_waiting) < 3
)",
                                         "x.yaml")
                            .value;
    QVERIFY(!hasErrors(edits::relabel("app -> db", "a")(scenario)));
    QVERIFY(!hasErrors(edits::relabel("app -> cache.one", "eins")(scenario)));
    QCOMPARE(scenario.timeline[0].target, std::string("app -> db.a"));
    QCOMPARE(scenario.timeline[1].target, std::string("app -> db.b"));
    QCOMPARE(scenario.timeline[2].target, std::string("app -> db.a.timeout"));
    QCOMPARE(scenario.timeline[3].target, std::string("app -> db.b.timeout"));
    QCOMPARE(scenario.expect[0], std::string("max(app -> db.a.pool_waiting) < 3"));
    QCOMPARE(scenario.expect[1], std::string("max(app -> db.b.pool_waiting) < 3"));
    QVERIFY(*scenario.findEdge("app", "db", "a")->policy.find("when") == Value("miss(cache.eins)"));
    QVERIFY(hasErrors(edits::relabel("app -> db.a", "b")(scenario)));        // taken
    QVERIFY(hasErrors(edits::relabel("app -> db.a", "timeout")(scenario)));  // would mean two things
    QVERIFY(hasErrors(edits::relabel("app -> db.a", "1 x")(scenario)));
    // A condition keeps its label when the node has another name.
    QVERIFY(!hasErrors(edits::rename("cache", "store")(scenario)));
    QVERIFY(*scenario.findEdge("app", "db", "a")->policy.find("when") == Value("miss(store.eins)"));
  }

  void keysConnect() {
    Desk desk;
    desk.click(desk.centreOf("lb"));
    desk.give(Command::Connect);
    QVERIFY(desk.scene.node("replica")->isLit());
    // Through all that is legal, in reading order and around.
    desk.key(Qt::Key_Down);
    desk.key(Qt::Key_Return);
    const std::string made = desk.selection.onlyEdge();
    QVERIFY2(made.starts_with("lb -> "), made.c_str());
    QVERIFY(!desk.scene.node("replica")->isLit());
    desk.give(Command::Undo);
    desk.click(desk.centreOf("lb"));
    desk.give(Command::Connect);
    desk.key(Qt::Key_Escape);
    QCOMPARE(desk.selection.onlyNode(), std::string("lb"));
    desk.key(Qt::Key_Return);  // no longer an arrow: it renames
    QVERIFY(desk.editor().isOpen());
  }

  void anArrowToTheGroundAddsWhatItNeeds() {
    Desk desk;
    const std::size_t nodes = desk.document.scenario().nodes.size();
    const int entries = desk.document.undoStack()->count();
    desk.dragAndDrop(desk.outputOf("photo_worker"), desk.ground());
    QVERIFY(desk.window.sidePanels().quickAdd().isVisible());
    desk.choose(QStringLiteral("queue"));
    QCOMPARE(desk.document.scenario().nodes.size(), nodes + 1);
    const std::string added = desk.selection.onlyNode();
    QVERIFY(desk.document.scenario().findEdge("photo_worker", added) != nullptr);
    QCOMPARE(desk.document.undoStack()->count(), entries + 1);
    // Nobody can call a client: it comes without the arrow.
    desk.dragAndDrop(desk.outputOf("photo_worker"), desk.ground());
    desk.choose(QStringLiteral("client"));
    QCOMPARE(desk.document.scenario().nodes.size(), nodes + 2);
    QVERIFY(desk.document.scenario().findEdge("photo_worker", desk.selection.onlyNode()) == nullptr);
  }

  void anArrowTellsItsTrafficToThePointer() {
    Desk desk;
    desk.window.run().runUntil(seconds(60));
    QVERIFY(QTest::qWaitFor([&] { return desk.window.run().now() == seconds(60); }, kPatienceMs));
    const QString text = desk.scene.edge("app -> db")->hoverText();
    QVERIFY2(text.startsWith(QStringLiteral("app → db\n")), qPrintable(text));
    QVERIFY2(text.contains(QStringLiteral("/s calls")) && text.contains(QStringLiteral("connections in use")),
             qPrintable(text));
    const QImage before = desk.port()->grab().toImage();
    desk.moveTo(desk.viewPoint(desk.scene.edge("app -> db")->at(0.4)));
    QVERIFY(desk.port()->grab().toImage() != before);
  }
};

QTEST_MAIN(ConnectTest)
#include "connect_test.moc"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include "gui/document/document.h"
#include "gui/document/layered_layout.h"
#include "gui/document/selection.h"
#include "io/yaml_reader.h"
#include "model/catalog.h"

using namespace faultline;

namespace {

const QString kFlagship = QStringLiteral(FAULTLINE_SOURCE_DIR "/scenarios/missing_index_cascade.yaml");

Action crashOf(const char* node, SimTime at) { return {at, "crash", node, {}}; }

struct Row {
  const char* name;
  Edit edit;
};

// One of each edit, on the flagship.
std::vector<Row> everyEdit() {
  Action slow{seconds(60), "slow", "app", {}};
  slow.args.set("factor", 3.0);
  return {
      {"addNode", edits::addNode({"spare", "service", {}, {}}, {10, 20})},
      {"connect", edits::connect("photo_worker", "cache")},
      {"remove node", edits::remove({"cache"}, {})},
      {"remove edge", edits::remove({}, {"importer -> db"})},
      {"rename", edits::rename("db", "store")},
      {"move", edits::move({{"app", {1, 2}}, {"db", {3, 4}}})},
      {"arrange", edits::arrange()},
      {"duplicate", edits::duplicate({"app", "cache"}, {40, 40})},
      {"setParam", edits::setParam({"db"}, "connections", Value(40))},
      {"setParam in a table", edits::setParam({"db"}, "queries.by_email.rows", Value(std::int64_t{5'000'000}))},
      {"unset a parameter", edits::setParam({"db"}, "cores", {})},
      {"setParam of several", edits::setParam({"app", "photo_worker"}, "workers", Value(5))},
      {"setEdgePolicy", edits::setEdgePolicy({"app -> db"}, "pool.size", Value(30))},
      {"setSetting", edits::setSetting("seed=8")},
      {"paste", edits::paste("faultline: 1\nnodes:\n  app: {kind: service, workers: 3}\n", {5, 5})},
      {"addAction", edits::addAction(slow)},
      {"changeAction", edits::changeAction(0, slow)},
      {"moveAction", edits::moveAction(1, seconds(10))},
      {"removeActions", edits::removeActions({0, 2})},
  };
}

}  // namespace

class DocumentTest : public QObject {
  Q_OBJECT

 private slots:
  void everyEditCanBeUndoneAndRedone_data() {
    QTest::addColumn<int>("index");
    int index = 0;
    for (const Row& row : everyEdit()) QTest::newRow(row.name) << index++;
  }
  void everyEditCanBeUndoneAndRedone() {
    QFETCH(int, index);
    Document document;
    QVERIFY(document.open(kFlagship));
    QSignalSpy changed(&document, &Document::changed);
    const Scenario before = document.scenario();
    const Diagnostics said = document.apply("edit", everyEdit()[static_cast<std::size_t>(index)].edit);
    QVERIFY2(said.empty(), said.empty() ? "" : toString(said[0]).c_str());
    const Scenario after = document.scenario();
    QVERIFY(!(after == before));
    QVERIFY(document.isModified());
    document.undoStack()->undo();
    QVERIFY(document.scenario() == before);
    QVERIFY(!document.isModified());
    document.undoStack()->redo();
    QVERIFY(document.scenario() == after);
    QCOMPARE(changed.count(), 3);
    for (const QList<QVariant>& signal : changed) QVERIFY(!signal[0].value<ScenarioDiff>().empty());
    // The file says the same.
    const Result<Scenario> again = readScenarioText(document.text().toStdString(), "x.yaml");
    QVERIFY(again.value == after);
  }

  void illegalEditsAreRefused_data() {
    QTest::addColumn<int>("index");
    const char* const names[] = {
        "taken name",   "no name",           "unknown kind", "cannot be called",  "connected twice", "itself",
        "out of range", "no such parameter", "no such node", "action on nothing", "empty paste"};
    for (int i = 0; i < 11; ++i) QTest::newRow(names[i]) << i;
  }
  void illegalEditsAreRefused() {
    QFETCH(int, index);
    const Edit illegal[] = {
        edits::rename("db", "app"),
        edits::rename("db", "two words"),
        edits::addNode({"x", "teapot", {}, {}}, {}),
        edits::connect("app", "users"),
        edits::connect("app", "db"),
        edits::connect("app", "app"),
        edits::setParam({"db"}, "connections", Value(-1)),
        edits::setParam({"db"}, "conections", Value(1)),
        edits::remove({"nobody"}, {}),
        edits::addAction(crashOf("nobody", seconds(1))),
        edits::paste("just: text", {}),
    };
    Document document;
    QVERIFY(document.open(kFlagship));
    const Scenario before = document.scenario();
    QVERIFY(hasErrors(document.apply("edit", illegal[index])));
    QVERIFY(document.scenario() == before);
    QCOMPARE(document.undoStack()->count(), 0);
  }

  // An incomplete design may be drawn; it only cannot run.
  void anIncompleteDesignIsAccepted() {
    Document document;
    QVERIFY(document.apply("a", edits::addNode({"lb", "load_balancer", {}, {}}, {})).empty());
    QVERIFY(!document.canRun());
    QVERIFY(!document.problems().empty());
    document.apply("b", edits::addNode({"app", "service", {}, {}}, {}));
    document.apply("c", edits::addNode({"users", "client", {}, {}}, {}));
    document.apply("d", edits::connect("lb", "app"));
    QVERIFY(!document.canRun());
    document.apply("e", edits::connect("users", "lb"));
    QVERIFY2(document.canRun(), document.problems().empty() ? "" : toString(document.problems()[0]).c_str());
  }

  void renamingTakesEverythingAlong() {
    Document document;
    QVERIFY(document.open(kFlagship));
    QVERIFY(document.apply("a", edits::rename("cache", "profiles")).empty());
    QVERIFY(document.canRun());
    QVERIFY(!document.text().contains("cache."));
    QVERIFY(document.text().contains("miss(profiles)"));
    QVERIFY(document.apply("b", edits::rename("db", "users_db")).empty());
    QVERIFY2(document.canRun(), document.problems().empty() ? "" : toString(document.problems()[0]).c_str());
    const Scenario& scenario = document.scenario();
    QCOMPARE(scenario.timeline[1].target, std::string("users_db"));
  }

  void removingTakesTheActionsAlong() {
    Document document;
    QVERIFY(document.open(kFlagship));
    document.apply("a", edits::remove({"db"}, {}));
    QCOMPARE(document.scenario().timeline.size(), std::size_t{2});  // the notes stay
    QVERIFY(edits::placeOf(document.scenario(), "db") == nullptr);
    for (const EdgeSpec& edge : document.scenario().edges) QVERIFY(edge.from != "db" && edge.to != "db");
  }

  void aGestureIsOneEntry() {
    Document document;
    QVERIFY(document.open(kFlagship));
    const Scenario before = document.scenario();
    for (int i = 1; i <= 5; ++i)
      document.apply("Workers", edits::setParam({"app"}, "workers", Value(i)), "param app.workers");
    QCOMPARE(document.undoStack()->count(), 1);
    document.endMerging();
    document.apply("Workers", edits::setParam({"app"}, "workers", Value(9)), "param app.workers");
    QCOMPARE(document.undoStack()->count(), 2);
    document.apply("Move", edits::move({{"app", {0, 0}}}), "move");
    QCOMPARE(document.undoStack()->count(), 3);
    document.undoStack()->undo();
    document.undoStack()->undo();
    QCOMPARE(*document.scenario().findNode("app")->params.find("workers"), Value(5));
    document.undoStack()->undo();
    QVERIFY(document.scenario() == before);
    // Away and back is nothing.
    document.apply("Move", edits::move({{"app", {0, 0}}}), "move");
    document.apply("Move", edits::move({{"app", *edits::placeOf(before, "app")}}), "move");
    QCOMPARE(document.undoStack()->count(), 0);
  }

  void fragmentsTravelAsText() {
    Document document;
    QVERIFY(document.open(kFlagship));
    const std::string text = edits::copy(document.scenario(), {"app", "cache", "db"});
    Document other;
    edits::Names added;
    QVERIFY(other.apply("Paste", edits::paste(text, {0, 0}, &added)).empty());
    QCOMPARE(added, (edits::Names{"app", "cache", "db"}));
    QVERIFY(other.apply("Paste", edits::paste(text, {300, 0}, &added)).empty());
    QCOMPARE(added, (edits::Names{"app_2", "cache_2", "db_2"}));
    QCOMPARE(other.scenario().edges.size(), std::size_t{4});
    const EdgeSpec* edge = other.scenario().findEdge("app_2", "db_2");
    QVERIFY(edge != nullptr);
    QCOMPARE(*edge->policy.find("when"), Value("miss(cache_2)"));
    QCOMPARE(edits::placeOf(other.scenario(), "app_2")->x, edits::placeOf(other.scenario(), "app")->x + 300);
  }

  void theDiffSaysWhatChanged() {
    Document document;
    QVERIFY(document.open(kFlagship));
    ScenarioDiff last;
    connect(&document, &Document::changed, &document, [&](const ScenarioDiff& diff) { last = diff; });
    document.apply("", edits::setParam({"db"}, "queries.by_email.rows", Value(std::int64_t{7})));
    QCOMPARE(last.changedNodes, (edits::Names{"db"}));
    QCOMPARE(last.params.size(), std::size_t{1});
    QCOMPARE(last.params[0].path, std::string("queries.by_email.rows"));
    QVERIFY(!last.changesGraph());
    document.apply("", edits::rename("db", "store"));
    QCOMPARE(last.renamedNodes.size(), std::size_t{1});
    QVERIFY(last.addedNodes.empty() && last.removedNodes.empty() && last.movedNodes.empty());
    document.apply("", edits::move({{"app", {1, 1}}}));
    QCOMPARE(last.movedNodes, (edits::Names{"app"}));
    QVERIFY(!last.changesGraph());
    document.apply("", edits::remove({}, {"lb -> app"}));
    QCOMPARE(last.removedEdges, (edits::Names{"lb -> app"}));
    QVERIFY(last.changesGraph());
    document.undoStack()->undo();
    QCOMPARE(last.addedEdges, (edits::Names{"lb -> app"}));
    document.apply("", edits::setEdgePolicy({"app -> store"}, "pool.size", Value(30)));
    QCOMPARE(last.params.size(), std::size_t{1});
    QVERIFY(last.params[0].isEdge);
    QCOMPARE(last.params[0].owner, std::string("app -> store"));
  }

  void theSelectionFollowsTheDocument() {
    Document document;
    Selection selection(document);
    QVERIFY(document.open(kFlagship));
    selection.set({"db", "app"}, {"lb -> app"});
    document.apply("", edits::rename("db", "store"));
    QCOMPARE(selection.nodes(), (Selection::Names{"app", "store"}));
    document.apply("", edits::remove({"app"}, {}));
    QCOMPARE(selection.nodes(), (Selection::Names{"store"}));
    QVERIFY(selection.edges().empty());
    QCOMPARE(selection.onlyNode(), std::string("store"));
  }

  void savingIsExactAndAtomic() {
    QTemporaryDir folder;
    const QString path = folder.filePath("a.yaml");
    Document document;
    QVERIFY(document.open(kFlagship));
    document.apply("", edits::setSetting("seed=99"));
    QCOMPARE(document.save(path), QString());
    QVERIFY(!document.isModified());
    Document again;
    QVERIFY(again.open(path));
    QVERIFY(again.scenario() == document.scenario());
    QVERIFY(!document.save(folder.filePath("no/such/folder.yaml")).isEmpty());
    QCOMPARE(document.filePath(), path);
  }

  void aDamagedFileIsNotOverwritten() {
    QTemporaryDir folder;
    const QString path = folder.filePath("broken.yaml");
    const QByteArray content = "faultline: 1\nnodes:\n  users: {kind: client, rate: quick}\n  app: {kind: service}\n";
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(content);
    file.close();
    Document document;
    QVERIFY(document.open(path));
    QVERIFY(document.isDamaged());
    QVERIFY(!document.canRun());
    QVERIFY(document.scenario().findNode("app") != nullptr);
    QVERIFY(document.problems()[0].line > 0);
    QVERIFY(!document.save(path).isEmpty());
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), content);
    QCOMPARE(document.save(folder.filePath("other.yaml")), QString());
  }

  void cardsOfALayoutDoNotOverlap() {
    Document document;
    QVERIFY(document.open(kFlagship));
    const auto places = layeredLayout(document.scenario());
    QCOMPARE(places.size(), document.scenario().nodes.size());
    for (std::size_t a = 0; a < places.size(); ++a)
      for (std::size_t b = a + 1; b < places.size(); ++b)
        QVERIFY(std::abs(places[a].second.x - places[b].second.x) >= 180 ||
                std::abs(places[a].second.y - places[b].second.y) >= 100);
    // Callers stand to the left, as there is no cycle here.
    const auto xOf = [&](const std::string& name) {
      for (const auto& [node, place] : places)
        if (node == name) return place.x;
      return 0.0;
    };
    for (const EdgeSpec& edge : document.scenario().edges) QVERIFY(xOf(edge.from) < xOf(edge.to));
  }
};

QTEST_GUILESS_MAIN(DocumentTest)
#include "document_test.moc"

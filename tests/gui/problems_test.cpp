#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTreeView>
#include <QtTest>

#include "gui/document/document.h"
#include "gui/document/selection.h"
#include "gui/models/problems_model.h"
#include "gui/panels/problems_panel.h"
#include "model/catalog.h"

using namespace faultline;

namespace {

const QString kFlagship = QStringLiteral(FAULTLINE_SOURCE_DIR "/scenarios/missing_index_cascade.yaml");

void click(QTreeView& view, int row) {
  const QModelIndex index = view.model()->index(row, 0);
  view.scrollTo(index);
  QTest::mouseClick(view.viewport(), Qt::LeftButton, {}, view.visualRect(index).center());
}

}  // namespace

class ProblemsTest : public QObject {
  Q_OBJECT

 private slots:
  void theListIsThatOfTheDocument() {
    Document document;
    ProblemsModel model(document);
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QVERIFY(document.open(kFlagship));
    QCOMPARE(model.rowCount(), static_cast<int>(document.problems().size()));
    QCOMPARE(model.errors(), 0);
    // Without its callers everything else is never called.
    const std::string name = document.scenario().nodes.front().name;
    QVERIFY(!hasErrors(document.apply("remove", edits::remove({name}, {}))));
    QCOMPARE(model.rowCount(), static_cast<int>(document.problems().size()));
    QVERIFY(model.rowCount() > 0);
    bool warned = false;
    for (int row = 0; row < model.rowCount(); ++row) {
      const bool isError = model.index(row, 0).data(ProblemsModel::IsErrorRole).toBool();
      QVERIFY2(!(isError && warned), "errors stand first");
      warned = !isError;
      QVERIFY(model.index(row, 0).data().toString().contains(QString::fromStdString(model.problem(row).message)));
    }
    document.undoStack()->undo();
    QCOMPARE(model.errors(), 0);
  }

  void aLongMessageIsReadWhole() {
    Document document;
    Selection selection(document);
    ProblemsPanel panel(document, selection);
    QVERIFY(document.open(kFlagship));
    document.apply("remove", edits::remove({document.scenario().nodes.front().name}, {}));
    auto* view = panel.findChild<QTreeView*>(QStringLiteral("problems"));
    const auto heightAt = [&](int width) {
      panel.resize(width, 500);
      panel.show();
      QCoreApplication::processEvents();
      return view->visualRect(view->model()->index(0, 0)).height();
    };
    const int wide = heightAt(1600);
    QVERIFY(heightAt(240) > wide);
    QCOMPARE(heightAt(1600), wide);
  }

  void aClickSelectsWhatAProblemIsAbout() {
    Document document;
    Selection selection(document);
    ProblemsPanel panel(document, selection);
    panel.resize(600, 200);
    panel.show();
    QVERIFY(QTest::qWaitForWindowExposed(&panel));
    QSignalSpy chosen(&panel, &ProblemsPanel::problemChosen);
    // Two nodes of every kind, without any arrows.
    for (const ComponentInfo* kind : catalog())
      for (int copy = 0; copy < 2; ++copy)
        document.apply(
            "add", edits::addNode({edits::freeName(document.scenario(), kind->kind), kind->kind, {}, {}, {}, {}}, {}));
    QVERIFY(panel.model().errors() > 0);
    int selected = 0;
    for (int row = 0; row < panel.model().rowCount(); ++row) {
      selection.clear();
      click(panel.view(), row);
      QCOMPARE(chosen.count(), row + 1);
      const ProblemOwner owner = problemOwner(document.scenario(), panel.model().problem(row).path);
      QCOMPARE(selection.nodeList(), owner.nodes);
      selected += selection.isEmpty() ? 0 : 1;
    }
    QVERIFY(selected > 0);
  }

  void placesNameTheirOwner_data() {
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("node");
    QTest::addColumn<QString>("edge");
    QTest::newRow("node") << "nodes.app"
                          << "app"
                          << "";
    QTest::newRow("parameter") << "nodes.app.workers"
                               << "app"
                               << "";
    QTest::newRow("another with the same beginning") << "nodes.app_2.workers"
                                                     << "app_2"
                                                     << "";
    QTest::newRow("edge") << "edges.app -> db.timeout"
                          << ""
                          << "app -> db";
    QTest::newRow("edge with a label") << "edges.app -> db.slow.timeout"
                                       << ""
                                       << "app -> db.slow";
    QTest::newRow("edge by number") << "edges[1]"
                                    << ""
                                    << "app -> db.slow";
    QTest::newRow("action") << "timeline[0].factor"
                            << "db"
                            << "";
    QTest::newRow("action on an edge") << "timeline[1]"
                                       << ""
                                       << "app -> db";
    QTest::newRow("beyond the end") << "timeline[9]"
                                    << ""
                                    << "";
    QTest::newRow("nothing") << "duration"
                             << ""
                             << "";
  }
  void placesNameTheirOwner() {
    QFETCH(QString, path);
    QFETCH(QString, node);
    QFETCH(QString, edge);
    Scenario scenario;
    for (const char* name : {"app", "app_2", "db"})
      scenario.nodes.push_back({name, catalog()[0]->kind, {}, {}, {}, {}});
    scenario.edges = {{"app", "db", {}, {}}, {"app", "db", {}, "slow"}};
    scenario.timeline = {{{}, "slow", "db[0]", {}}, {{}, "cut", "app -> db", {}}};
    const ProblemOwner owner = problemOwner(scenario, path.toStdString());
    QCOMPARE(owner.nodes.empty() ? QString() : QString::fromStdString(owner.nodes[0]), node);
    QCOMPARE(owner.edges.empty() ? QString() : QString::fromStdString(owner.edges[0]), edge);
  }

  void anEmptyListSaysSo() {
    Document document;
    Selection selection(document);
    ProblemsPanel panel(document, selection);
    QSignalSpy counted(&panel, &ProblemsPanel::countChanged);
    QVERIFY(document.open(kFlagship));
    QVERIFY(!panel.view().isVisibleTo(&panel) || panel.model().rowCount() > 0);
    document.apply("remove", edits::remove({document.scenario().nodes.front().name}, {}));
    QVERIFY(panel.view().isVisibleTo(&panel));
    QCOMPARE(counted.last()[0].toInt(), panel.model().rowCount());
  }
};

QTEST_MAIN(ProblemsTest)
#include "problems_test.moc"

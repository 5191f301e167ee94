// What explains a run and reviews a design: models, panels and what they do to document, selection and playhead.
#include <QAbstractItemModelTester>
#include <QGraphicsItem>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QListView>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTreeView>
#include <QtTest>

#include "gui/canvas/canvas_scene.h"
#include "gui/canvas/edge_item.h"
#include "gui/canvas/finding_marks.h"
#include "gui/canvas/node_item.h"
#include "gui/diagnosis_panels.h"
#include "gui/document/design_change.h"
#include "gui/document/document.h"
#include "gui/document/findings.h"
#include "gui/document/selection.h"
#include "gui/main_window.h"
#include "gui/models/background.h"
#include "gui/models/prevention_model.h"
#include "gui/models/review_model.h"
#include "gui/models/stage_model.h"
#include "gui/models/theory_model.h"
#include "gui/models/timeline_model.h"
#include "gui/models/trace_model.h"
#include "gui/models/waterfall.h"
#include "gui/panels/branch.h"
#include "gui/panels/prevention_panel.h"
#include "gui/panels/review_list.h"
#include "gui/panels/theory_panel.h"
#include "gui/panels/trace_panel.h"
#include "gui/panels/waterfall_view.h"
#include "gui/panels/what_broke_panel.h"
#include "gui/run/diagnosis.h"
#include "gui/style/format.h"
#include "io/yaml_reader.h"

using namespace faultline;

namespace {

const QString kFlagship = QStringLiteral(FAULTLINE_SOURCE_DIR "/scenarios/missing_index_cascade.yaml");

// The database gets sixty times as slow for fifteen seconds.
constexpr const char* kShop = R"(
faultline: 1
name: shop
duration: 60s
seed: 3
nodes:
  users: {kind: client, rate: 200/s}
  app: {kind: service, workers: 8, work: exponential(5ms)}
  db: {kind: database, cores: 4, queries: {read: {rows: 1k, indexed: exponential(2ms)}}}
edges:
  - users -> app: {latency: 1ms, timeout: 500ms}
  - app -> db: {query: read, pool: {size: 6}}
timeline:
  - {at: 30s, slow: db, factor: 60, for: 15s}
layout:
  users: [0, 0]
  app: [240, 0]
  db: [600, 0]
)";

constexpr int kPatienceMs = 60'000;
constexpr NumberText kText{&format::value, &format::clock};

Scenario shop(bool healthy = false) {
  Scenario scenario = readScenarioText(kShop, "shop.yaml").value;
  if (healthy) scenario.timeline.clear();
  return scenario;
}

struct Studio {
  Document document;
  Selection selection{document};
  RunBridge run{document};
  Diagnosis diagnosis{run};
  explicit Studio(Scenario scenario = shop()) { document.reset(std::move(scenario)); }

  bool runsTo(SimTime time) {
    run.runUntil(time);
    return QTest::qWaitFor([&] { return run.now() == time && run.state() != RunState::Running; }, kPatienceMs);
  }
  bool isExplained(bool examined = false) {
    examined ? diagnosis.examine() : diagnosis.explain();
    return QTest::qWaitFor([&] { return !diagnosis.isOutdated() && !diagnosis.background().isRunning(); }, kPatienceMs);
  }
};

bool isReviewed(Findings& findings, QSignalSpy& changed) {
  const bool heard = QTest::qWaitFor([&] { return changed.count() > 0; }, kPatienceMs);
  changed.clear();
  return heard && findings.isReviewed();
}

const Finding* withMend(const Findings& findings) {
  for (const Finding& f : findings.all())
    if (!f.mend.empty()) return &f;
  return nullptr;
}

}  // namespace

class DiagnosisTest : public QObject {
  Q_OBJECT

 private slots:
  void theFlagshipBreaksAtItsDatabaseAndAClickGoesThere() {
    Studio s{Scenario()};
    QVERIFY(s.document.open(kFlagship));
    WhatBrokePanel panel(s.document, s.selection, s.run, s.diagnosis);
    QAbstractItemModelTester tester(&panel.model(), QAbstractItemModelTester::FailureReportingMode::QtTest);
    panel.resize(330, 600);
    panel.show();
    QVERIFY(s.runsTo(seconds(150)));
    QVERIFY(s.isExplained());
    QVERIFY(panel.model().rowCount() > 5);
    const QModelIndex first = panel.model().index(0);
    QCOMPARE(first.data(StageModel::PlaceRole).toString(), "db");
    QVERIFY(first.data(StageModel::IsTriggerRole).toBool());
    QVERIFY(first.data(StageModel::ReasonRole).toString().isEmpty());
    QVERIFY(panel.summary().contains("db"));
    const QModelIndex second = panel.model().index(panel.model().rowCount() - 1);
    QVERIFY(second.data(StageModel::ReasonRole).toString().contains("because"));

    QSignalSpy metric(&panel, &WhatBrokePanel::metricChosen);
    QTest::mouseClick(panel.view().viewport(), Qt::LeftButton, {}, panel.view().visualRect(first).center());
    QCOMPARE(s.selection.onlyNode(), std::string("db"));
    QVERIFY(!s.run.isLive());
    QCOMPARE(s.run.viewTime().ns, first.data(StageModel::OnsetRole).toLongLong());
    QVERIFY(s.run.viewTime() > seconds(124) && s.run.viewTime() < seconds(128));
    QCOMPARE(metric.count(), 1);
    QVERIFY(s.run.column(metric[0][0].toString().toStdString()) >= 0);
  }

  // In the middle of a run, that nothing broke is only known up to there.
  void nothingBrokeUpToThere() {
    Studio s(shop(true));
    Branch branch(s.run);
    WhatBrokePanel panel(s.document, s.selection, s.run, s.diagnosis);
    PreventionPanel prevention(s.document, s.run, branch, s.diagnosis);
    s.run.runUntil(seconds(40));
    QVERIFY(QTest::qWaitFor([&] { return s.run.now() >= seconds(40) && s.diagnosis.canStart(); }, kPatienceMs));
    s.diagnosis.explain();
    QVERIFY(QTest::qWaitFor([&] { return s.diagnosis.study() != nullptr; }, kPatienceMs));
    QVERIFY2(panel.summary().contains("Nothing broke up to 00:40"), qPrintable(panel.summary()));
    const auto labels = prevention.findChildren<QLabel*>();
    QVERIFY(std::any_of(labels.begin(), labels.end(), [](const QLabel* l) { return l->text().contains("Nothing broke up to 00:40"); }));
  }

  void aHealthyRunSaysThatNothingBroke() {
    Studio s(shop(true));
    WhatBrokePanel panel(s.document, s.selection, s.run, s.diagnosis);
    auto* explain = panel.findChild<QPushButton*>("explain");
    QVERIFY(!explain->isEnabled());  // there is nothing to explain yet
    QVERIFY(s.runsTo(seconds(60)));
    QTRY_VERIFY(explain->isEnabled());
    explain->click();
    QVERIFY(QTest::qWaitFor([&] { return s.diagnosis.study() != nullptr; }, kPatienceMs));
    QCOMPARE(panel.model().rowCount(), 0);
    QVERIFY(panel.summary().contains("Nothing broke"));
    QVERIFY(!panel.findChild<QPushButton*>("prevent")->isVisibleTo(&panel));
  }

  void anotherRunForgetsTheExplanation() {
    Studio s;
    WhatBrokePanel panel(s.document, s.selection, s.run, s.diagnosis);
    QVERIFY(s.runsTo(seconds(40)));
    QVERIFY(s.isExplained());
    QVERIFY(panel.model().rowCount() > 0);
    QVERIFY(!s.diagnosis.isOutdated());
    QVERIFY(s.runsTo(seconds(50)));
    QVERIFY(s.diagnosis.isOutdated());
    QVERIFY(panel.model().rowCount() > 0);  // old, but better than nothing
    s.run.reset();
    QCOMPARE(panel.model().rowCount(), 0);
    QVERIFY(s.diagnosis.study() == nullptr);
  }

  // Rows every 250 ms are as fine as an explanation asks for: the run is not done again.
  void fineRowsAreExplainedAsTheyAre() {
    Scenario fine = shop();
    fine.sample = milliseconds(250);
    Studio s(fine);
    QVERIFY(s.runsTo(seconds(60)));
    QVERIFY(s.isExplained());
    QVERIFY(!s.diagnosis.study()->traces);
    QCOMPARE(s.diagnosis.study()->explanation.stages.front().main().place.name, std::string("db"));
    QVERIFY(s.isExplained(true));
    QVERIFY(s.diagnosis.study()->traces.has_value());
  }

  void onsetsStandOnTheTimeline() {
    Document document;
    document.reset(shop());
    TimelineModel model(document);
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    const int before = model.rowCount();
    model.setOnsets({{seconds(31), "db"}, {seconds(30), "app"}});
    QCOMPARE(model.rowCount(), before + 2);
    int stages = 0;
    for (const TimelineModel::Entry& entry : model.entries()) {
      if (entry.stage < 0) continue;
      ++stages;
      QCOMPARE(entry.action, -1);  // nobody can drag it
      QCOMPARE(entry.at, entry.stage == 0 ? seconds(31) : seconds(30));
    }
    QCOMPARE(stages, 2);
    model.setOnsets({});
    QCOMPARE(model.rowCount(), before);
  }

  void cancelledWorkTellsNothing() {
    Background background;
    std::atomic<bool> heard = false;
    int told = 0;
    background.start<int>(
        [&](Work& work) {
          while (!work.cancelled) QThread::msleep(1);
          heard = true;
          return 1;
        },
        [&](int) { ++told; });
    QVERIFY(background.isRunning());
    background.cancel();
    QVERIFY(!background.isRunning());
    QTRY_VERIFY(heard);
    background.start<int>([](Work&) { return 2; }, [&](int result) { told += result; });
    QTRY_COMPARE(told, 2);
    QTRY_VERIFY(!background.isRunning());
  }

  void theReviewFollowsTheDocument() {
    Document document;
    document.reset(shop());
    Findings findings(document);
    ReviewModel model(findings);
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QSignalSpy changed(&findings, &Findings::changed);
    QVERIFY(isReviewed(findings, changed));
    QVERIFY(findings.risks() > 0);
    QCOMPARE(model.rowCount(), static_cast<int>(findings.all().size()));
    QVERIFY(model.index(0).data(ReviewModel::IsRiskRole).toBool());
    // Without its callers nothing can run: problems come first.
    document.apply("remove", edits::remove({"users"}, {}));
    QTRY_COMPARE(model.rowCount(), 0);
    QVERIFY(!findings.isReviewed());
    document.undoStack()->undo();
    QTRY_VERIFY(model.rowCount() > 0);
  }

  void aMendIsOneUndoEntry() {
    Document document;
    Selection selection(document);
    document.reset(shop());
    Findings findings(document);
    ReviewList list(findings, selection);
    list.resize(280, 600);
    list.show();
    QSignalSpy changed(&findings, &Findings::changed);
    QVERIFY(isReviewed(findings, changed));
    const Scenario before = document.scenario();
    int row = 0;
    while (list.mendOf(row).isEmpty()) ++row;
    const Finding finding = list.model().finding(row);
    list.view().scrollTo(list.model().index(row));
    QTest::mouseClick(list.view().viewport(), Qt::LeftButton, {}, list.mendOf(row).center());
    QCOMPARE(document.undoStack()->count(), 1);
    QVERIFY(document.undoStack()->undoText().contains(QString::fromStdString(finding.mend)));
    QVERIFY(document.scenario() != before);
    QVERIFY(isReviewed(findings, changed));
    for (const Finding& f : findings.all()) QVERIFY2(f.mend != finding.mend, "what is mended is found no more");
    document.undoStack()->undo();
    QVERIFY(document.scenario() == before);
  }

  void aFindingSelectsWhatItIsAbout() {
    Document document;
    Selection selection(document);
    document.reset(shop());
    Findings findings(document);
    ReviewList list(findings, selection);
    list.resize(280, 600);
    list.show();
    QSignalSpy changed(&findings, &Findings::changed);
    QVERIFY(isReviewed(findings, changed));
    for (int row = 0; row < list.model().rowCount(); ++row) {
      selection.clear();
      list.view().scrollTo(list.model().index(row));
      const QRect place = list.view().visualRect(list.model().index(row));
      QTest::mouseClick(list.view().viewport(), Qt::LeftButton, {}, place.topLeft() + QPoint(30, 10));
      const Finding& finding = list.model().finding(row);
      QCOMPARE(selection.nodeList(), findings.nodesOf(finding));
      QCOMPARE(selection.edgeList(), findings.edgesOf(finding));
      QVERIFY(!selection.isEmpty());
    }
    QCOMPARE(document.undoStack()->count(), 0);
  }

  void risksMarkTheirPlaceOnTheCanvas() {
    Studio s;
    CanvasScene scene(s.document, s.selection, s.run);
    Findings findings(s.document);
    FindingMarks marks(scene, findings);
    QSignalSpy changed(&findings, &Findings::changed);
    QVERIFY(isReviewed(findings, changed));
    int marked = 0;
    const auto check = [&](const std::string& name, const QGraphicsItem& item) {
      QCOMPARE(item.childItems().size(), findings.risksAt(name).empty() ? 0 : 1);
      for (const QGraphicsItem* mark : item.childItems()) {
        QVERIFY(mark->toolTip().contains(QString::fromStdString(findings.risksAt(name).front()->what).toHtmlEscaped()));
        ++marked;
      }
    };
    for (const auto& [name, item] : scene.nodes()) check(name, *item);
    for (const auto& [name, item] : scene.edges()) check(name, *item);
    QVERIFY(marked > 2);
    QVERIFY(scene.node("users")->childItems().isEmpty());
    QCOMPARE(scene.nodeAt({240, 0}), scene.node("app"));  // marks are not in the way
    while (const Finding* finding = withMend(findings)) {
      QVERIFY(!hasErrors(findings.mend(*finding)));
      QVERIFY(isReviewed(findings, changed));
    }
    QVERIFY(scene.edge("app -> db")->childItems().isEmpty());
  }

  void changesThatWouldHavePreventedItAreRankedAndApplied() {
    Studio s;
    Branch branch(s.run);
    PreventionPanel panel(s.document, s.run, branch, s.diagnosis);
    QAbstractItemModelTester tester(&panel.model(), QAbstractItemModelTester::FailureReportingMode::QtTest);
    QVERIFY(s.runsTo(seconds(60)));
    panel.find();
    QVERIFY(QTest::qWaitFor([&] { return panel.model().rowCount() > 0; }, kPatienceMs));
    const WhatIf& result = panel.model().result();
    QVERIFY(result.asItWas.failed > 1000);
    QVERIFY(panel.model().counterfactual(0).savedFailures > 0);
    for (int row = 1; row < panel.model().rowCount(); ++row)
      QVERIFY(panel.model().counterfactual(row - 1).score >= panel.model().counterfactual(row).score);
    const Scenario before = s.document.scenario();
    panel.findChild<QPushButton*>("applyChange")->click();
    QCOMPARE(s.document.undoStack()->count(), 1);
    QVERIFY(s.document.scenario() != before);
    s.document.undoStack()->undo();
    QVERIFY(s.document.scenario() == before);
  }

  // The undo stack tells of its end when the window's commands are gone already.
  void aWindowWithEditsIsDestroyed() {
    MainWindow window;
    window.document().reset(shop());
    window.document().apply("remove", edits::remove({"db"}, {}));
    QCOMPARE(window.document().undoStack()->count(), 1);
    QVERIFY(!window.diagnosisPanels().findings().isReviewed());
  }

  void anInsertedNodeStandsBetweenItsNeighbours() {
    Document document;
    document.reset(shop());
    Change change;
    for (const Change& c : candidateChanges(document.scenario(), brokenAt(2)))
      if (c.insertEdge == "app -> db") change = c;
    QVERIFY(!change.insertKind.empty());
    QVERIFY(!hasErrors(document.apply("insert", edits::applyChanges({change}))));
    QCOMPARE(document.undoStack()->count(), 1);
    const Scenario& after = document.scenario();
    QCOMPARE(after.nodes.size(), std::size_t{4});
    const Point* place = edits::placeOf(after, after.nodes.back().name);
    QVERIFY(place != nullptr);
    QVERIFY(place->x > 240 && place->x < 600);
    // Once more it does not fit: the arrow is another one.
    QVERIFY(hasErrors(document.apply("insert", edits::applyChanges({change}))));
    QCOMPARE(document.undoStack()->count(), 1);
  }

  void tracesSayWhereTheTimeWent() {
    Studio s;
    TracePanel panel(s.document, s.selection, s.run, s.diagnosis);
    QAbstractItemModelTester tester(&panel.model(), QAbstractItemModelTester::FailureReportingMode::QtTest);
    panel.resize(1100, 400);
    panel.show();
    QVERIFY(s.runsTo(seconds(60)));
    QVERIFY(s.isExplained(true));
    const Traces& traces = panel.model().traces();
    QVERIFY(traces.kept.size() > 20);
    QVERIFY(panel.blame().contains("in the queue of app"));
    for (const CallTrace& trace : traces.kept)
      for (const WaterfallRow& row : waterfallOf(trace)) {
        QVERIFY(row.depth == 0 || row.span > 0);
        SimTime last = row.from;
        for (const WaterfallRow::Stretch& stretch : row.stretches) {
          QVERIFY(stretch.from >= last && stretch.to > stretch.from && stretch.to <= row.to);
          last = stretch.to;
        }
      }
    // The list begins with the slowest; a click shows it and goes to its beginning.
    const QModelIndex first = panel.view().model()->index(0, 0);
    QTest::mouseClick(panel.view().viewport(), Qt::LeftButton, {}, panel.view().visualRect(first).center());
    QVERIFY(!s.run.isLive());
    QVERIFY(panel.waterfall().rows().size() > 1);
    QTest::mouseClick(&panel.waterfall(), Qt::LeftButton, {}, panel.waterfall().rowRect(1).center());
    QCOMPARE(s.selection.onlyNode(), std::string("app"));
  }

  void tracesAreExported_data() {
    QTest::addColumn<int>("format");
    QTest::addColumn<QString>("key");
    QTest::newRow("otlp") << static_cast<int>(TracePanel::Format::Otlp) << "resourceSpans";
    QTest::newRow("chrome") << static_cast<int>(TracePanel::Format::Chrome) << "traceEvents";
  }
  void tracesAreExported() {
    QFETCH(int, format);
    QFETCH(QString, key);
    Studio s;
    TracePanel panel(s.document, s.selection, s.run, s.diagnosis);
    QTemporaryDir folder;
    const QString path = folder.filePath("traces.json");
    QVERIFY(!panel.exportTo(path, static_cast<TracePanel::Format>(format)).isEmpty());  // nothing to write yet
    QVERIFY(s.runsTo(seconds(5)));
    QVERIFY(s.isExplained(true));
    QCOMPARE(panel.exportTo(path, static_cast<TracePanel::Format>(format)), QString());
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QVERIFY(!QJsonDocument::fromJson(file.readAll()).object().value(key).toArray().isEmpty());
    QVERIFY(!panel.exportTo(folder.filePath("nowhere/traces.json"), static_cast<TracePanel::Format>(format)).isEmpty());
  }

  void theoryStandsBesideTheMeasurement() {
    Studio s(shop(true));
    TheoryPanel panel(s.selection, s.run, s.diagnosis);
    QAbstractItemModelTester tester(&panel.model(), QAbstractItemModelTester::FailureReportingMode::QtTest);
    QVERIFY(s.runsTo(seconds(60)));
    QVERIFY(s.isExplained(true));
    const int all = panel.model().rowCount();
    QVERIFY(all > 2);
    s.selection.set({"db"});
    QVERIFY(panel.model().rowCount() > 0 && panel.model().rowCount() < all);
    for (int row = 0; row < panel.model().rowCount(); ++row) QCOMPARE(panel.model().line(row).node, std::string("db"));
    const QModelIndex verdict = panel.model().index(0, TheoryModel::VerdictColumn);
    QCOMPARE(verdict.data().toString().startsWith("agrees"), verdict.data(TheoryModel::AgreesRole).toBool());
  }

 private:
  // An explanation that names one node.
  static Explanation brokenAt(std::size_t node) {
    Explanation explanation;
    Observation observation;
    observation.place.index = node;
    explanation.stages.push_back({{observation}, {}, true, true});
    return explanation;
  }
};

QTEST_MAIN(DiagnosisTest)
#include "diagnosis_test.moc"

#include <QCompleter>
#include <QLineEdit>
#include <QMimeData>
#include <QPushButton>
#include <QSignalSpy>
#include <QTabBar>
#include <QTemporaryDir>
#include <QToolButton>
#include <QtTest>

#include <algorithm>
#include <ctime>
#include <limits>
#include <numeric>

#include "gui/document/mime.h"
#include "gui/document/document.h"
#include "gui/panels/branch.h"
#include "gui/panels/chart_panel.h"
#include "gui/panels/timeline_panel.h"
#include "gui/style/theme.h"
#include "io/yaml_reader.h"

using namespace faultline;

namespace {

constexpr const char* kShop = R"(
faultline: 1
name: shop
duration: 60s
seed: 3
classes:
  page: {objective: 300ms}
nodes:
  users: {kind: client, rate: 200/s}
  app: {kind: service, workers: 8, work: exponential(10ms)}
  jobs: {kind: queue, prefetch: 2}
  worker: {kind: service, workers: 1, work: 4ms}
edges:
  - users -> app: {latency: 1ms, timeout: 500ms}
  - app -> jobs: {pool: {size: 4}}
  - jobs -> worker
timeline:
  - {at: 20s, crash: worker, for: 10s}
  - {at: 40s, note: "nothing happens"}
)";

constexpr int kPatienceMs = 20'000;

struct Dashboard {
  Document document;
  RunBridge run{document};
  Branch branch{run};
  TimelinePanel timeline{document, run, branch};
  ChartPanel charts{document, run, branch, timeline.model()};

  explicit Dashboard(int width = 1500, const char* yaml = kShop) {
    document.reset(readScenarioText(yaml, "shop.yaml").value);
    charts.resize(width, 320);
    charts.show();
    run.setSpeed(kMaxSpeed);
  }
  bool finishes() {
    run.play();
    const bool finished = QTest::qWaitFor([&] { return run.state() == RunState::Finished; }, kPatienceMs);
    charts.refreshNow();
    return finished;
  }
  bool standsAt(SimTime time) {
    return QTest::qWaitFor([&] { return run.state() == RunState::Paused && run.now() == time; }, kPatienceMs);
  }
  ChartCard* card(const char* title) {
    for (ChartCard* c : charts.cards())
      if (c->spec().title == QLatin1String(title)) return c;
    return nullptr;
  }
  QPoint at(ChartCard* c, SimTime time) {
    return QPoint(static_cast<int>(std::lround(c->view().xOf(time))), static_cast<int>(c->view().plotArea().center().y()));
  }
};

bool isNear(SimTime a, SimTime b, double withinSeconds) { return std::abs((a - b).seconds()) <= withinSeconds; }

int coloured(const QImage& image, const QColor& color) {
  int count = 0;
  for (int y = 0; y < image.height(); ++y)
    for (int x = 0; x < image.width(); ++x) {
      const QColor pixel = image.pixelColor(x, y);
      if (std::abs(pixel.red() - color.red()) + std::abs(pixel.green() - color.green()) + std::abs(pixel.blue() - color.blue()) < 30)
        ++count;
    }
  return count;
}

// Who gets what is dragged to a place: as the window system asks, from the inside outward.
QWidget* dropTarget(QWidget& top, QPoint place, const QMimeData& dragged) {
  QWidget* inside = top.childAt(place);
  for (QWidget* widget = inside == nullptr ? &top : inside; widget != nullptr; widget = widget->parentWidget()) {
    if (widget->acceptDrops()) {
      QDragEnterEvent enter(widget->mapFrom(&top, place), Qt::CopyAction, &dragged, Qt::LeftButton, {});
      QApplication::sendEvent(widget, &enter);
      if (enter.isAccepted()) return widget;
    }
    if (widget == &top) break;
  }
  return nullptr;
}

}  // namespace

class ChartsTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { Theme::instance().install(*qApp); }

  void theScenarioSaysWhichChartsThereAre() {
    Dashboard d;
    QStringList titles;
    for (const ChartCard* card : d.charts.cards()) titles.append(card->spec().title);
    QCOMPARE(titles, QStringList({"Latency of users", "Throughput", "Queue depth", "Utilization", "Pool waiting"}));
    QCOMPARE(d.card("Queue depth")->spec().lines.size(), std::size_t{1});
    QCOMPARE(d.card("Queue depth")->spec().lines[0].column, std::string("jobs.depth"));
    // Another scenario has others.
    d.document.open(QStringLiteral(FAULTLINE_SOURCE_DIR "/scenarios/missing_index_cascade.yaml"));
    QVERIFY(d.card("Cache hit ratio") != nullptr);
  }

  void everyLineOfEveryChartIsAColumnOfTheRun() {
    Dashboard d;
    QVERIFY(d.finishes());
    for (const ChartCard* card : d.charts.cards())
      for (const ChartLine& line : card->spec().lines) {
        const SeriesColumn* column = d.run.shown().series.find(line.column);
        QVERIFY2(column != nullptr, line.column.c_str());
        QCOMPARE(column->unit, card->spec().unit);
      }
  }

  void failuresHaveTheirReasons() {
    Dashboard d;
    d.document.apply("break", edits::addAction({seconds(30), "crash", "app", {}}));
    QVERIFY(d.card("Failures by reason") == nullptr);
    QVERIFY(d.finishes());
    const ChartCard* card = d.card("Failures by reason");
    QVERIFY(card != nullptr);
    // The lines are the series of what failed at the nodes, as the frames count it.
    const std::optional<Frame> last = d.run.frameAt(d.run.now());
    const Series& series = d.run.shown().series;
    std::uint64_t counted = 0;
    double drawn = 0;
    for (const NodeFrame& node : last->nodes)
      for (const FailureCount& failure : node.failures) counted += failure.count;
    for (const ChartLine& line : card->spec().lines) {
      QCOMPARE(line.role, LineRole::Reason);
      for (const double value : series.find(line.column)->values) drawn += value;  // a sample a second
    }
    QVERIFY(counted > 0);
    QCOMPARE(static_cast<std::uint64_t>(std::llround(drawn)), counted);
    // They can be searched for, and are exported.
    QVERIFY(d.charts.addMetric(card->spec().lines[0].column));
    QTemporaryDir folder;
    const QString file = folder.filePath(QStringLiteral("charts.csv"));
    QCOMPARE(d.charts.exportTo(file), QString());
    QFile written(file);
    QVERIFY(written.open(QIODevice::ReadOnly));
    const QByteArray header = written.readLine();
    for (const ChartLine& line : card->spec().lines) QVERIFY2(header.contains(line.column.c_str()), header.constData());
    d.run.reset();
    QVERIFY(d.card("Failures by reason") == nullptr);
  }

  // Of many reasons those are drawn that weigh most, in the order in which they came.
  void theGreatestFailuresAreDrawn() {
    std::string nodes, edges, timeline;
    for (int i = 1; i <= 8; ++i) {
      const std::string n = std::to_string(i);
      nodes += "  u" + n + ": {kind: client, rate: 50/s}\n  s" + n + ": {kind: service}\n";
      edges += (i == 1 ? "u" : ", u") + n + " -> s" + n;
      timeline += "  - {at: " + n + "s, crash: s" + n + ", for: " + n + "s}\n";
    }
    const std::string yaml =
        "faultline: 1\nduration: 20s\nnodes:\n" + nodes + "edges: [" + edges + "]\ntimeline:\n" + timeline;
    Dashboard d(1500, yaml.c_str());
    QVERIFY(d.finishes());
    const ChartSpec& spec = d.card("Failures by reason")->spec();
    const Series& series = d.run.shown().series;
    const auto sumOf = [](const SeriesColumn& column) {
      return std::accumulate(column.values.begin(), column.values.end(), 0.0);
    };
    QCOMPARE(spec.lines.size(), kMostLines);
    double least = std::numeric_limits<double>::infinity(), greatestOther = 0;
    const SeriesColumn* before = nullptr;
    for (const SeriesColumn& column : series.columns) {
      if (!isReason(column.name)) continue;
      const auto line = std::find_if(spec.lines.begin(), spec.lines.end(),
                                     [&](const ChartLine& drawn) { return drawn.column == column.name; });
      if (line == spec.lines.end())
        greatestOther = std::max(greatestOther, sumOf(column));
      else
        least = std::min(least, sumOf(column));
    }
    for (const ChartLine& line : spec.lines) {
      QVERIFY(series.find(line.column) > before);
      before = series.find(line.column);
    }
    QVERIFY2(greatestOther > 0 && greatestOther <= least, qPrintable(QString("%1 %2").arg(greatestOther).arg(least)));
    QCOMPARE(spec.lines.back().label, QStringLiteral("s8: connection refused"));
  }

  void instancesAreDrawnTogether() {
    Dashboard d(
        1500,
        "faultline: 1\nduration: 60s\nnodes:\n  users: {kind: client, rate: 200/s}\n  lb: {kind: load_balancer}\n"
        "  app: {kind: service, instances: 3, work: 5ms}\nedges: [users -> lb, lb -> app]\n");
    QVERIFY(d.card("Utilization") != nullptr);
    for (const ChartLine& line : d.card("Utilization")->spec().lines)
      QVERIFY(line.column.find('[') == std::string::npos);
    QVERIFY(d.charts.addMetric("app[1].utilization"));
    const ChartCard* card = d.charts.cards().back();
    QCOMPARE(card->spec().title, QStringLiteral("Utilization of app"));
    QCOMPARE(card->spec().lines[1].label, QStringLiteral("[1]"));
    QCOMPARE(card->spec().lines.size(), std::size_t{3});
    // Another instance is in it already; one that is added joins.
    const std::size_t count = d.charts.cards().size();
    QVERIFY(d.charts.addMetric("app[0].utilization"));
    QCOMPARE(d.charts.cards().size(), count);
    Action scale{seconds(30), "scale", "app", {}};
    scale.args.set("to", Value(std::int64_t{8}));
    d.document.apply("more", edits::addAction(scale));
    d.run.runUntil(seconds(40));
    QVERIFY(d.standsAt(seconds(40)));
    card = d.charts.cards().back();
    QCOMPARE(card->spec().lines.size(), std::size_t{8});
    QCOMPARE(card->colorOfLine(0), card->colorOfLine(kMostLines));
    QVERIFY(!card->isDashed(0) && card->isDashed(kMostLines));
    d.charts.removeCard(d.charts.cards().back());
    QCOMPARE(d.charts.cards().size(), count - 1);
  }

  void aBranchKeepsWhatWasChangedBeforeItInThePast() {
    Dashboard d;
    d.run.runUntil(seconds(20));
    QVERIFY(d.standsAt(seconds(20)));
    d.document.apply("more", edits::setParam({"users"}, "rate", Value(400.0)));
    QVERIFY(d.finishes());
    const Series before = d.run.shown().series;
    d.branch.start(seconds(40));
    QVERIFY(d.standsAt(seconds(40)));
    const Series& after = d.run.shown().series;
    QCOMPARE(after.times.size(), std::size_t{40});
    const SeriesColumn *was = before.find("users.offered"), *is = after.find("users.offered");
    for (std::size_t row = 0; row < 40; ++row) QCOMPARE(is->values[row], was->values[row]);
    QVERIFY(is->values[10] < 250 && is->values[35] > 350);
    QVERIFY(!d.run.isStale());
  }

  void linesAreDrawnInTheirColours() {
    Dashboard d;
    QVERIFY(d.finishes());
    ChartCard* card = d.card("Throughput");
    QVERIFY(card->view().pointCount() >= 3 * 60);
    const QImage image = card->view().grab().toImage();
    QVERIFY2(coloured(image, card->colorOfLine(1)) > 100, qPrintable(QString::number(coloured(image, card->colorOfLine(1)))));
  }

  void aClickShowsTheInstantAndADragScrubs() {
    Dashboard d;
    QVERIFY(d.finishes());
    ChartCard* card = d.charts.cards()[0];
    QWidget* surface = card->view().viewport();
    QTest::mouseClick(surface, Qt::LeftButton, {}, d.at(card, seconds(25)));
    QVERIFY(!d.run.isLive());
    QVERIFY(isNear(d.run.viewTime(), seconds(25), 0.3));
    QTest::mousePress(surface, Qt::LeftButton, {}, d.at(card, seconds(30)));
    QTest::mouseMove(surface, d.at(card, seconds(10)));
    QVERIFY(isNear(d.run.viewTime(), seconds(10), 0.3));
    QTest::mouseRelease(surface, Qt::LeftButton, {}, d.at(card, seconds(10)));
  }

  void theCrosshairIsInAllChartsWithOneTooltip() {
    Dashboard d;
    QVERIFY(d.finishes());
    ChartCard *first = d.charts.cards()[0], *last = d.charts.cards().back();
    // One chart is drawn for each frame: the picture has to have settled.
    QImage before = last->view().grab().toImage();
    for (QImage next; before != next; std::swap(before, next)) {
      QTest::qWait(100);
      next = last->view().grab().toImage();
      if (next == before) break;
    }
    QTest::mouseMove(first->view().viewport(), d.at(first, seconds(33)));
    QTRY_VERIFY(!d.charts.tipText().isEmpty());
    for (const ChartCard* card : d.charts.cards()) QVERIFY(d.charts.tipText().contains(card->spec().title));
    QVERIFY(d.charts.tipText().contains(QStringLiteral("00:33")) || d.charts.tipText().contains(QStringLiteral("00:32")));
    QVERIFY(last->view().grab().toImage() != before);
    QEvent leave(QEvent::Leave);
    QApplication::sendEvent(&first->view(), &leave);
    QVERIFY(d.charts.tipText().isEmpty());
    QVERIFY(last->view().grab().toImage() == before);
  }

  // A pointer that rests ahead of the run reads nothing until the run has come there, and then without being moved.
  void theCrosshairWaitsForTheRun() {
    Dashboard d;
    d.run.runUntil(seconds(20));
    QVERIFY(d.standsAt(seconds(20)));
    d.charts.refreshNow();
    ChartCard* card = d.charts.cards()[0];
    QTest::mouseMove(card->view().viewport(), d.at(card, seconds(10)));
    QTRY_VERIFY(!d.charts.tipText().isEmpty());
    QTest::mouseMove(card->view().viewport(), d.at(card, seconds(33)));
    QTRY_VERIFY(d.charts.tipText().isEmpty());
    QVERIFY(d.finishes());
    QTRY_VERIFY(d.charts.tipText().contains(QStringLiteral("00:3")));
  }

  void theTooltipListsTheGreatestFirst() {
    Dashboard d;
    QVERIFY(d.finishes());
    ChartCard* card = d.charts.cards()[0];
    QTest::mouseMove(card->view().viewport(), d.at(card, seconds(50)));
    QTRY_VERIFY(!d.charts.tipText().isEmpty());
    const QString tip = d.charts.tipText();
    QVERIFY(tip.indexOf(QStringLiteral(";p99")) < tip.indexOf(QStringLiteral(";p95")));
    QVERIFY(tip.indexOf(QStringLiteral(";p95")) < tip.indexOf(QStringLiteral(";p50")));
  }

  void zoomIsSharedAndADoubleClickEndsIt() {
    Dashboard d;
    QVERIFY(d.finishes());
    ChartCard* card = d.charts.cards()[1];
    QWidget* surface = card->view().viewport();
    QTest::mousePress(surface, Qt::LeftButton, Qt::ShiftModifier, d.at(card, seconds(15)));
    QTest::mouseMove(surface, d.at(card, seconds(45)));
    QTest::mouseRelease(surface, Qt::LeftButton, Qt::ShiftModifier, d.at(card, seconds(45)));
    QVERIFY(isNear(d.charts.from(), seconds(15), 0.5));
    QVERIFY(isNear(d.charts.to(), seconds(45), 0.5));
    d.charts.refreshNow();
    for (ChartCard* other : d.charts.cards())
      QVERIFY(isNear(other->view().timeAt(other->view().plotArea().right()), d.charts.to(), 1e-6));
    QTest::mouseDClick(surface, Qt::LeftButton, {}, d.at(card, seconds(30)));
    QCOMPARE(d.charts.from(), SimTime{});
    QCOMPARE(d.charts.to(), seconds(60));
    QWheelEvent wheel(QPointF(d.at(card, seconds(30))), surface->mapToGlobal(QPointF(d.at(card, seconds(30)))), {}, {0, 120}, {},
                      Qt::ControlModifier, Qt::NoScrollPhase, false);
    QApplication::sendEvent(surface, &wheel);
    QVERIFY(d.charts.to() - d.charts.from() < seconds(60));
  }

  void theLegendHidesALine() {
    Dashboard d;
    QVERIFY(d.finishes());
    ChartCard* card = d.card("Throughput");
    const int all = card->view().pointCount();
    const auto entry = [&](const char* label) -> QToolButton* {
      for (QToolButton* button : card->findChildren<QToolButton*>())
        if (button->text() == QLatin1String(label) && button->isVisible()) return button;
      return nullptr;
    };
    QTest::mouseClick(entry("ok"), Qt::LeftButton);
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    d.charts.refreshNow();
    QVERIFY(card->isHidden("users.ok"));
    QVERIFY(card->view().pointCount() < all);
    QTest::mouseClick(entry("ok"), Qt::LeftButton);
    d.charts.refreshNow();
    QCOMPARE(card->view().pointCount(), all);
  }

  void theScaleCanBeLogarithmic() {
    Dashboard d;
    QVERIFY(d.finishes());
    ChartCard* card = d.charts.cards()[0];
    d.charts.refreshNow();
    QVERIFY(card->view().scale().logarithmic);
    QVERIFY(card->view().scale().ticks.size() >= 2);
    card->setLogarithmic(false);
    d.charts.refreshNow();
    QCOMPARE(card->view().scale().low, 0.0);
  }

  void aMetricIsFoundBySearch() {
    Dashboard d;
    const std::size_t count = d.charts.cards().size();
    auto* search = d.charts.findChild<QLineEdit*>();
    search->setFocus();
    QTest::keyClicks(search, "app.wait_p99");
    QTest::keyClick(search, Qt::Key_Return);
    QCOMPARE(d.charts.cards().size(), count + 1);
    QCOMPARE(d.charts.cards().back()->spec().lines[0].column, std::string("app.wait_p99"));
    QVERIFY(!d.charts.addMetric("app.nonsense"));
    // It stays when a run brings the columns anew, and can be removed.
    QVERIFY(d.finishes());
    QVERIFY(d.card("Wait p99") != nullptr);
    d.charts.removeCard(d.card("Wait p99"));
    d.charts.removeCard(d.card("Latency of users"));
    d.run.reset();
    QVERIFY(d.card("Wait p99") == nullptr && d.card("Latency of users") == nullptr);
    QCOMPARE(d.charts.cards().size(), count - 1);
  }

  void aMetricCanBeDropped() {
    Dashboard d;
    QVERIFY(d.finishes());
    const std::size_t count = d.charts.cards().size();
    const auto drop = [&](const char* column, QPoint place) {
      QMimeData mime;
      mime.setData(QLatin1String(mime::kMetricColumns), column);
      QWidget* target = dropTarget(d.charts, place, mime);
      QVERIFY(target == &d.charts);
      QDropEvent event(place, Qt::CopyAction, &mime, Qt::LeftButton, {});
      QApplication::sendEvent(target, &event);
    };
    drop("app.failed", {2, 2});
    QCOMPARE(d.charts.cards().size(), count + 1);
    drop("app.failed", {2, 2});
    QCOMPARE(d.charts.cards().size(), count + 1);
    const ChartCard* throughput = d.card("Throughput");
    drop("worker.ok", throughput->mapTo(&d.charts, throughput->rect().center()));
    QCOMPARE(throughput->spec().lines.size(), std::size_t{4});
  }

  void whatIsNoMetricIsForOthers() {
    Dashboard d;
    QVERIFY(d.finishes());
    QMimeData file;
    file.setUrls({QUrl::fromLocalFile(QStringLiteral("/a/scenario.yaml"))});
    for (const ChartCard* card : d.charts.cards())
      QVERIFY(dropTarget(d.charts, card->mapTo(&d.charts, card->rect().center()), file) == nullptr);
    QMimeData words;
    words.setText(QStringLiteral("no such metric"));
    QVERIFY(dropTarget(d.charts, {2, 2}, words) == nullptr);
  }

  void anEditKeepsTheChartsAndWhatWasAddedToThem() {
    Dashboard d;
    ChartCard* chart = d.card("Utilization");
    QVERIFY(chart != nullptr);
    chart->addLine({"worker.ok", "/s"});
    chart->setLineHidden("app.utilization", true);
    const std::size_t lines = chart->spec().lines.size();
    QVERIFY(!hasErrors(d.document.apply("", edits::addNode({.name = "second", .kind = "service"}, {0, 0}))));
    QCOMPARE(d.card("Utilization"), chart);
    QCOMPARE(chart->spec().lines.size(), lines + 1);
    QVERIFY(chart->isHidden("app.utilization"));
    QCOMPARE(chart->spec().lines.back().column, std::string("worker.ok"));
    // What is gone is drawn no more.
    QVERIFY(!hasErrors(d.document.apply("", edits::remove({"worker"}, {}))));
    QCOMPARE(d.card("Utilization"), chart);
    for (const ChartLine& line : chart->spec().lines) QVERIFY(!line.column.starts_with("worker."));
  }

  void aLegendOfSeveralRowsHasRoom() {
    Dashboard d;
    QVERIFY(d.finishes());
    for (const double scale : {1.0, Theme::kPresenterScale}) {
      Theme::instance().setScale(scale);
      for (int height : {200, 600}) {
        d.charts.resize(1300, height);
        QTest::qWait(1);
        for (ChartCard* card : d.charts.cards()) {
          const auto entries = card->findChildren<QToolButton*>();
          for (const QToolButton* entry : entries)
            if (entry->isVisible() && entry->objectName() != QLatin1String("log"))
              QVERIFY(entry->mapTo(card, QPoint()).y() >= card->view().geometry().bottom());
        }
      }
    }
    Theme::instance().setScale(1);
  }

  void narrowWindowsHaveTabs() {
    Dashboard d(900);
    QTRY_VERIFY(d.charts.isVisible());
    int visible = 0;
    for (const ChartCard* card : d.charts.cards()) visible += card->isVisible();
    QCOMPARE(visible, 1);
    auto* tabs = d.charts.findChild<QTabBar*>();
    QVERIFY(tabs->isVisible());
    tabs->setCurrentIndex(2);
    QVERIFY(d.charts.cards()[2]->isVisible());
    d.charts.resize(1500, 320);
    QTRY_VERIFY(d.charts.cards()[0]->isVisible());
    QVERIFY(!tabs->isVisible());
  }

  void objectivesAndFaultsAreDrawn() {
    Dashboard d;
    QVERIFY(d.finishes());
    ChartCard* latency = d.charts.cards()[0];
    // The band of the fault makes the ground inside it another colour than outside.
    const QImage image = latency->view().grab().toImage();
    const auto ground = [&](SimTime time) {
      return image.pixelColor(static_cast<int>(latency->view().xOf(time)), static_cast<int>(latency->view().plotArea().top()) + 3);
    };
    QVERIFY(ground(milliseconds(25'300)) != ground(milliseconds(35'300)));
    QVERIFY(ground(milliseconds(25'300)) == ground(milliseconds(27'300)));
  }

  void aBranchDrawsBothFuturesOverTheCommonPast() {
    Dashboard d;
    QVERIFY(d.finishes());
    const Series before = d.run.shown().series;
    d.run.viewAt(seconds(30));
    d.branch.start();
    QVERIFY(d.standsAt(seconds(30)));
    QVERIFY(d.branch.baseline() != nullptr);
    QCOMPARE(d.branch.at(), std::optional(seconds(30)));
    d.document.apply("less", edits::setParam({"users"}, "rate", Value(50.0)));
    d.run.play();
    QVERIFY(QTest::qWaitFor([&] { return d.run.state() == RunState::Finished; }, kPatienceMs));
    const Series& after = d.run.shown().series;
    const SeriesColumn *was = before.find("users.offered"), *is = after.find("users.offered");
    QCOMPARE(after.times.size(), before.times.size());
    int common = 0, parted = 0;
    for (std::size_t row = 0; row < after.times.size(); ++row) {
      if (after.times[row] <= seconds(30)) {
        QCOMPARE(is->values[row], was->values[row]);
        ++common;
      } else if (is->values[row] != was->values[row]) {
        ++parted;
      }
    }
    QVERIFY(common == 30 && parted == 30);
    d.charts.refreshNow();
    const int both = d.card("Throughput")->view().pointCount();
    d.branch.end();
    d.charts.refreshNow();
    QVERIFY(d.card("Throughput")->view().pointCount() < both);
  }

  void recordedDataIsRead() {
    Document document;
    QVERIFY(document.open(QStringLiteral(FAULTLINE_SOURCE_DIR "/scenarios/recorded/missing_index.yaml")));
    const RecordedDots dots = readRecordedDots(document.scenario(), FAULTLINE_SOURCE_DIR "/scenarios/recorded");
    QVERIFY2(dots.problem.empty(), dots.problem.c_str());
    QVERIFY(dots.find("readers.ok") != nullptr);
    QVERIFY(dots.find("readers.ok")->size() > 150);
    QCOMPARE(dots.find("readers.ok")->first(), QPointF(0, 84));
    QVERIFY(dots.find("nobody.ok") == nullptr);
    QVERIFY(!readRecordedDots(document.scenario(), "/nowhere").problem.empty());
  }

  void exportWritesEveryFormat_data() {
    QTest::addColumn<QString>("suffix");
    QTest::addColumn<QByteArray>("begin");
    QTest::newRow("png") << "png" << QByteArray("\x89PNG");
    QTest::newRow("svg") << "svg" << QByteArray("<?xml");
    QTest::newRow("pdf") << "pdf" << QByteArray("%PDF");
    QTest::newRow("csv") << "csv" << QByteArray("time_s,users.p50,users.p95,users.p99,users.offered");
  }
  void exportWritesEveryFormat() {
    QFETCH(QString, suffix);
    QFETCH(QByteArray, begin);
    Dashboard d;
    QVERIFY(d.finishes());
    QTemporaryDir folder;
    const QString path = folder.filePath("charts." + suffix);
    QCOMPARE(d.charts.exportTo(path), QString());
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray bytes = file.readAll();
    QVERIFY2(bytes.startsWith(begin), bytes.left(80).constData());
    QVERIFY(bytes.size() > 1500);
    if (suffix == "csv") QCOMPARE(bytes.count('\n'), 61);
    QVERIFY(!d.charts.exportTo("/nowhere/charts." + suffix).isEmpty());
    QVERIFY(suffix == "csv" || !d.charts.exportTo(folder.filePath("charts.doc")).isEmpty());
  }

  // Printed; the bound is far above what it takes, so that a busy machine does not fail it.
  void tenChartsOfAHundredThousandSamples() {
    Series series;
    for (int i = 1; i <= 100'000; ++i) series.times.push_back(milliseconds(i));
    for (int c = 0; c < 30; ++c) {
      SeriesColumn column{"n" + std::to_string(c) + ".m", "/s", {}};
      for (int i = 0; i < 100'000; ++i) column.values.push_back(100 + 50 * std::sin(i / 3000.0 + c) + i * 7919 % 31);
      series.columns.push_back(std::move(column));
    }
    RunLines lines, none;
    lines.reset(series);
    const RecordedDots dots;
    const ChartSource source{series, lines, nullptr, none, dots, {}, seconds(100)};
    std::vector<std::unique_ptr<ChartCard>> cards;
    for (int i = 0; i < 10; ++i) {
      ChartSpec spec{"chart", {}, "/s", {}, false};
      for (int k = 0; k < 3; ++k) spec.lines.push_back({"n" + std::to_string(i * 3 + k) + ".m", "m", LineRole::Plain});
      cards.push_back(std::make_unique<ChartCard>(spec));
      cards.back()->resize(400, 220);
      cards.back()->show();
      cards.back()->refresh(source);
    }
    QCoreApplication::processEvents();
    const std::clock_t begin = std::clock();
    constexpr int kFrames = 30;
    for (int frame = 0; frame < kFrames; ++frame) {
      ChartCard& card = *cards[static_cast<std::size_t>(frame) % cards.size()];
      card.refresh(source);
      card.view().viewport()->repaint();
    }
    const double each = static_cast<double>(std::clock() - begin) * 1e3 / CLOCKS_PER_SEC / kFrames;
    qInfo("one chart of three lines with 100,000 samples each, drawn anew: %.1f ms of CPU", each);
    QVERIFY(cards[0]->view().pointCount() <= 3 * 2 * (cards[0]->view().columns() + 1));
  }
};

QTEST_MAIN(ChartsTest)
#include "charts_test.moc"

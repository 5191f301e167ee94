// The series of what seldom happens: failures by reason, and the instances of a node.
#include <QtTest>
#include <cmath>
#include <map>

#include "analysis/alerts.h"
#include "analysis/expect.h"
#include "analysis/explain.h"
#include "io/explanation_json.h"
#include "io/series_csv.h"
#include "io/series_reader.h"
#include "model/metric_columns.h"
#include "support/run.h"

using namespace faultline;

namespace {

// Two classes, refusals at a full queue, time-outs that retries mend or not, and a crash; the warm-up ends within a
// sample.
constexpr const char* kTroubled = R"(faultline: 1
duration: 40s
warmup: 7500ms
classes: {view: {share: 70%}, buy: {share: 30%, effect: write}}
nodes:
  users: {kind: client, rate: 300/s, timeout: 2s}
  app: {kind: service, instances: 3, workers: 4, queue_capacity: 6, work: exponential(30ms)}
  db: {kind: service, workers: 8, work: exponential(20ms)}
edges:
  - users -> app
  - app -> db: {timeout: 60ms, retry: {max: 2, backoff: constant, base: 5ms}}
timeline:
  - {at: 20s, crash: db}
  - {at: 24s, restart: db}
)";

constexpr const char* kBalanced = R"(faultline: 1
duration: 20s
nodes:
  users: {kind: client, rate: 200/s}
  lb: {kind: load_balancer, algorithm: round_robin}
  app: {kind: service, instances: 4, workers: 8, work: exponential(20ms)}
edges: [users -> lb, lb -> app]
)";

Simulation ended(const std::string& text) {
  Simulation simulation(scenarioOf(text));
  simulation.runToEnd();
  return simulation;
}

const std::vector<double>& valuesOf(const Series& series, const std::string& name) {
  const SeriesColumn* column = series.find(name);
  if (column == nullptr) qFatal("no column %s", name.c_str());
  return column->values;
}

// How many there were, from the rates of the samples that end after an instant.
std::uint64_t countIn(const Series& series, const SeriesColumn& column, SimTime after) {
  double count = 0;
  for (std::size_t row = 0; row < series.times.size(); ++row)
    if (series.times[row] > after)
      count += column.values[row] * (series.times[row] - (row == 0 ? SimTime{} : series.times[row - 1])).seconds();
  return static_cast<std::uint64_t>(std::llround(count));
}

using Counts = std::map<std::string, std::uint64_t>;

// By what follows `prefix`, which holds `dots` dots: only the columns that do.
Counts countsIn(const Series& series, const std::string& prefix, int dots, SimTime after) {
  Counts counts;
  for (const SeriesColumn& column : series.columns) {
    if (!column.name.starts_with(prefix)) continue;
    const std::string rest = column.name.substr(prefix.size());
    if (std::count(rest.begin(), rest.end(), '.') == dots) counts[rest] = countIn(series, column, after);
  }
  return counts;
}

Counts countsOf(const std::vector<std::pair<std::string, std::uint64_t>>& byReason) {
  return {byReason.begin(), byReason.end()};
}

bool isNear(double a, double b) { return std::fabs(a - b) <= 1e-9 * std::max(1.0, std::fabs(b)); }

}  // namespace

class LateColumnsTest : public QObject {
  Q_OBJECT

 private slots:
  void reasonsAddUpToTheSummary() {
    const Simulation simulation = ended(kTroubled);
    const Series& series = simulation.series();
    const Summary summary = simulation.summary();
    // Reasons that occurred during the warm-up only stay in the series, with nothing after it.
    const auto after = [&](const std::string& prefix, int dots) {
      Counts counts = countsIn(series, prefix, dots, seconds(7));
      std::erase_if(counts, [](const auto& count) { return count.second == 0; });
      return counts;
    };
    for (const char* node : {"users", "app", "db"})
      QVERIFY(after(std::string(node) + ".failed.", 0) == countsOf(nodeOf(summary, node).byReason));
    QVERIFY(after("users.failed.", 1) == countsOf(summary.requests.byReason));
    for (const OperationSummary& o : summary.classes)
      QVERIFY(after("users." + o.name + ".failed.", 1) == countsOf(o.byReason));
    QVERIFY(nodeOf(summary, "app").byReason.size() >= 2);
    QVERIFY(summary.requests.byReason.size() >= 2);
  }

  void reasonsAddUpInEverySample() {
    const Simulation simulation = ended(kTroubled);
    const Series& series = simulation.series();
    for (const std::string owner : {"users", "users.view", "users.buy"})
      for (std::size_t row = 0; row < series.times.size(); ++row) {
        double sum = 0;
        for (const SeriesColumn& column : series.columns)
          if (column.name.starts_with(owner + ".failed.") &&
              column.name.substr(owner.size() + 8).find('.') != std::string::npos)
            sum += column.values[row];
        QVERIFY2(isNear(sum, valuesOf(series, owner + ".failed")[row]), owner.c_str());
      }
  }

  void aReasonHasAColumnOnceItOccurs() {
    Simulation simulation(scenarioOf(kTroubled));
    simulation.advanceTo(seconds(19));
    QVERIFY(simulation.series().find("db.failed.connection_lost") == nullptr);
    simulation.runToEnd();
    const std::vector<double>& lost = valuesOf(simulation.series(), "db.failed.connection_refused");
    QCOMPARE(lost.size(), simulation.series().times.size());
    QCOMPARE(lost[18], 0.0);
    QVERIFY(lost[21] > 0 && lost[38] == 0);
    // A healthy run has none.
    const Simulation healthy = ended(kBalanced);
    for (const SeriesColumn& column : healthy.series().columns)
      QVERIFY2(column.name.find(".failed.") == std::string::npos, column.name.c_str());
  }

  void instancesAddUpToTheirNode() {
    const Simulation simulation = ended(kBalanced);
    const Series& series = simulation.series();
    for (const char* metric : {"arrivals", "in_flight", "queue", "utilization"})
      for (std::size_t row = 0; row < series.times.size(); ++row) {
        double sum = 0;
        for (int i = 0; i < 4; ++i) sum += valuesOf(series, "app[" + std::to_string(i) + "]." + metric)[row];
        if (std::string(metric) == "utilization") sum /= 4;  // all have as many workers
        QVERIFY2(isNear(sum, valuesOf(series, std::string("app.") + metric)[row]), metric);
      }
    QVERIFY(series.find("users[0].in_flight") == nullptr && series.find("lb[0].arrivals") == nullptr);
  }

  void oneSickInstanceIsSeen() {
    const Simulation simulation = ended(std::string(kBalanced) + "timeline:\n  - {at: 5s, slow: 'app[2]', factor: 10}\n");
    const Series& series = simulation.series();
    const std::size_t last = series.times.size() - 1;
    QVERIFY(valuesOf(series, "app[2].utilization")[last] > 0.95);
    QVERIFY(valuesOf(series, "app[2].queue")[last] > 20);
    for (const int i : {0, 1, 3}) {
      QVERIFY(valuesOf(series, "app[" + std::to_string(i) + "].utilization")[last] < 0.3);
      QVERIFY(valuesOf(series, "app[" + std::to_string(i) + "].queue")[last] < 1);
    }
  }

  void addedInstancesAreUnknownBefore() {
    const Simulation simulation = ended(
        "faultline: 1\nduration: 10s\nnodes:\n  users: {kind: client, rate: 100/s}\n  app: {kind: service, work: 5ms}\n"
        "edges: [users -> app]\ntimeline:\n  - {at: 4500ms, scale: app, to: 20}\n");
    const Series& series = simulation.series();
    for (const char* name : {"app[0].arrivals", "app[15].utilization"}) {
      QVERIFY(std::isnan(valuesOf(series, name)[3]));
      QVERIFY(!std::isnan(valuesOf(series, name)[4]) && valuesOf(series, name)[7] > 0);
      QCOMPARE(valuesOf(series, name).size(), std::size_t{10});
    }
    QVERIFY(series.find("app[16].arrivals") == nullptr);
  }

  // Large designs stay light.
  void instancesOfAllAreLimited() {
    std::string nodes, edges;
    for (int n = 0; n < 80; ++n) {
      nodes += "  s" + std::to_string(n) + ": {kind: service, instances: 40, work: 1ms}\n";
      edges += (n == 0 ? "users -> s" : ", users -> s") + std::to_string(n);
    }
    const Scenario scenario = scenarioOf("faultline: 1\nduration: 2s\nnodes:\n  users: {kind: client, rate: 10/s}\n" +
                                         nodes + "edges: [" + edges + "]\n");
    Simulation simulation(scenario);
    simulation.runToEnd();
    std::size_t instances = 0;
    for (const SeriesColumn& column : simulation.series().columns)
      instances += column.name.find('[') != std::string::npos && column.name.ends_with("].queue");
    QCOMPARE(instances, kMostInstancesOfAll);
    QCOMPARE(simulation.series().columns.size(), metricColumns(scenario).size());
  }

  // The order of the columns and all their values do not depend on how the run was advanced.
  void aRunInPiecesHasTheSameColumns() {
    const Simulation whole = ended(kTroubled);
    Simulation pieces(scenarioOf(kTroubled));
    for (int i = 1; i <= 400; ++i) pieces.advanceTo(milliseconds(100 * i));
    QCOMPARE(seriesCsv(pieces.series()), seriesCsv(whole.series()));
    QCOMPARE(pieces.fingerprint(), whole.fingerprint());
  }

  void namesAreKnownBeforeARun_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("problem");  // empty: a right name
    const auto row = [](const char* text, const char* problem) { QTest::newRow(text) << text << problem; };
    row("never(db.failed.timeout > 1/s)", "");
    row("sum(db.failed.queue_full) == 0", "");
    row("max(users.failed.db.connection_refused) > 1/s", "");
    row("max(users.buy.failed.app.timeout) > 1/s", "");
    row("max(users.failed.users.timeout) < 1/s", "");
    row("max(app[0].queue) < 5", "");
    row("max(app[15].queue) < 5", "");
    row("max(db[3].utilization) <= 100%", "");
    row("max(db.failed.timout) > 1/s", "did you mean \"db.failed.timeout\"?");
    row("max(db.failed.nonsense_altogether) > 1/s", "known: db.failed.timeout, ");
    row("max(users.failed.bd.timeout) > 1/s", "did you mean \"users.failed.db.timeout\"?");
    row("max(users.buy.failed.db.timout) > 1/s", "did you mean \"users.buy.failed.db.timeout\"?");
    row("max(users.sell.failed.db.timeout) > 1/s", "there is no metric");
    row("max(app.failed.db.timeout) > 1/s", "there is no metric");
    row("max(app[1].quue) < 5", "did you mean \"app[1].queue\"?");
    row("max(app[16].queue) < 5", "there is no metric");
    row("max(app[01].queue) < 5", "there is no metric");
    row("max(users[0].in_flight) < 5", "there is no metric");
    row("max(db.failed.timeout) > 1ms", "a rate like 100/s");
  }
  void namesAreKnownBeforeARun() {
    QFETCH(const QString, text);
    QFETCH(const QString, problem);
    const QString said =
        QString::fromStdString(problemsOf(kTroubled + ("expect: ['" + text.toStdString() + "']\nalerts: []\n")));
    if (problem.isEmpty())
      QCOMPARE(said, QString());
    else
      QVERIFY2(said.contains(problem), qPrintable(said));
  }

  void everyColumnThatCameWasARightName() {
    const Scenario scenario = scenarioOf(kTroubled);
    const Simulation simulation = ended(kTroubled);
    const std::vector<MetricColumn> columns = metricColumns(scenario);
    std::size_t later = 0;
    for (std::size_t i = 0; i < simulation.series().columns.size(); ++i) {
      const SeriesColumn& column = simulation.series().columns[i];
      if (i < columns.size()) {
        QCOMPARE(column.name, columns[i].name);
        continue;
      }
      const auto known = laterColumn(scenario, column.name);
      QVERIFY2(known && known->unit == column.unit, column.name.c_str());
      ++later;
    }
    QVERIFY(later >= 10);
  }

  void whatNeverOccurredIsZeroAndAlertsWatchWhatDoes() {
    const Scenario scenario =
        scenarioOf(std::string(kTroubled) +
                   "expect:\n  - sum(db.failed.injected_error) == 0\n  - max(users.failed.db.no_target) < 1/s\n"
                   "  - never(db.failed.cancelled > 0/s)\n  - 19s < first(db.failed.connection_refused > 1/s) < 22s\n"
                   "alerts: [{when: db.failed.connection_refused > 1/s, for: 2s}]\n");
    Simulation simulation(scenario);
    simulation.runToEnd();
    for (const ExpectationResult& e : checkExpectations(scenario, simulation.series(), simulation.summary()))
      QVERIFY2(e.passed, (e.text + ": " + e.measured).c_str());
    const std::vector<Alert> alerts = alertsOf(scenario, simulation.series());
    QCOMPARE(alerts.size(), std::size_t{1});
    QVERIFY(alerts[0].at > seconds(20) && alerts[0].at <= seconds(24) && alerts[0].until < seconds(28));
  }

  void theQueueOfAnInstanceRaisesNoAlertOfItsOwn() {
    const Simulation simulation = ended(std::string(kBalanced) + "timeline:\n  - {at: 5s, slow: 'app[2]', factor: 40}\n");
    for (const Alert& alert : alertsOf(simulation.scenario(), simulation.series()))
      QVERIFY2(alert.column.find('[') == std::string::npos, alert.column.c_str());
  }

  void aFileHasThemAllAndExplainsTheSame() {
    const Simulation simulation = ended(kTroubled);
    const Series& series = simulation.series();
    const auto throughAFile = [](const Series& written) {
      QTemporaryFile file;
      if (!file.open()) qFatal("no file");
      file.write(QByteArray::fromStdString(seriesCsv(written)));
      file.flush();
      return readSeriesCsv(file.fileName().toStdString());
    };
    const Result<Series> read = throughAFile(series);
    QVERIFY(read.ok());
    QCOMPARE(seriesCsv(read.value), seriesCsv(series));
    // A file of an earlier version has none of them.
    Series old = series;
    std::erase_if(old.columns, [](const SeriesColumn& column) {
      return column.name.find(".failed.") != std::string::npos || column.name.find('[') != std::string::npos;
    });
    QVERIFY(old.columns.size() + 20 < series.columns.size());
    const Scenario architecture = scenarioOf(kTroubled);
    QVERIFY(canExplain(architecture, throughAFile(old).value));
    const std::string told = explanationJson(explain(architecture, series));
    QCOMPARE(explanationJson(explain(architecture, read.value)), told);
    QCOMPARE(explanationJson(explain(architecture, throughAFile(old).value)), told);
  }
};

QTEST_APPLESS_MAIN(LateColumnsTest)
#include "late_columns_test.moc"

// Figures of a summary by name, on a made-up summary with known values, and their names against real runs.
#include "analysis/summary_metric.h"

#include <QtTest>

#include "engine/simulation.h"
#include "model/summary_metrics.h"
#include "support/run.h"

using namespace faultline;

namespace {

Histogram histogram(int count, Duration value) {
  Histogram h;
  for (int i = 0; i < count; ++i) h.record(value);
  return h;
}

OperationSummary operations(const char* name, int cached, int fetched, int failed) {
  OperationSummary o;
  o.name = name;
  o.offered = static_cast<std::uint64_t>(cached + fetched + failed);
  o.ok = static_cast<std::uint64_t>(cached + fetched);
  o.failed = static_cast<std::uint64_t>(failed);
  o.cachedLatency = histogram(cached, milliseconds(1));
  o.fetchedLatency = histogram(fetched, milliseconds(8));
  o.okLatency = o.cachedLatency;
  o.okLatency.merge(o.fetchedLatency);
  o.failedLatency = histogram(failed, milliseconds(32));
  return o;
}

// Ten seconds after a warm-up of five.
Summary summary() {
  Summary s;
  s.warmup = seconds(5);
  s.simulated = seconds(15);
  NodeSummary users;
  users.name = "users";
  users.operations = {operations("item", 300, 100, 50), operations("job", 0, 200, 0)};
  s.nodes.push_back(users);
  NodeSummary db;
  db.name = "db";
  db.kind = "service";
  db.arrivals = 70;
  db.ok = 60;
  db.failed = 10;
  db.queueMean = 1.5;
  db.queueMax = 9;
  db.cpuCores = 1.25;
  db.utilization = 0.5;
  db.okLatency = histogram(60, milliseconds(16));
  db.service = histogram(60, milliseconds(4));
  db.metrics = {{.name = "hits", .value = 30, .isCounter = true},
                {.name = "depth", .value = 2.5, .last = 7, .peak = 11},
                {.name = "lag", .value = 0.5, .last = 0.75, .peak = 1, .isTiming = true, .count = 200}};
  s.nodes.push_back(db);
  EdgeSummary edge;
  edge.from = "users";
  edge.to = "db";
  edge.calls = 80;
  edge.ok = 80;
  edge.latencyMeanMs = 3;
  edge.waitingMean = 4;
  edge.waitingMax = 6;
  edge.acquire = histogram(10, milliseconds(2));
  s.edges.push_back(edge);
  return s;
}

}  // namespace

class SummaryMetricTest : public QObject {
  Q_OBJECT
 private slots:
  void findsFigures_data();
  void findsFigures();
  void knowsEveryName();
};

void SummaryMetricTest::findsFigures_data() {
  QTest::addColumn<QString>("name");
  QTest::addColumn<double>("value");
  const auto row = [](const char* name, double value) { QTest::newRow(name) << QString(name) << value; };
  row("users.ok", 60);
  row("users.item.ok", 40);
  row("users.offered", 65);
  row("users.job.failed", 0);
  row("users.cached", 30);
  row("users.fetched", 30);
  row("users.job.fetched", 20);
  row("users.cached_p50", 1);
  row("users.fetched_p95", 8);
  row("users.failed_p50", 32);
  row("users.failed_p99", kUnknown);  // of fifty
  row("users.job.cached_p50", kUnknown);
  row("users.item.mean", 2.75);
  row("users.max", 8);
  row("users.p9", kUnknown);
  row("db.arrivals", 7);
  row("db.failed", 1);
  row("db.failed_mean", kUnknown);
  row("db.queue", 1.5);
  row("db.queue.max", 9);
  row("db.cpu", 1.25);
  row("db.utilization", 0.5);
  row("db.latency_p95", 16);
  row("db.service_mean", 4);
  row("db.hits", 3);
  row("db.depth", 2.5);
  row("db.depth.last", 7);
  row("db.depth.max", 11);
  row("db.lag_mean", 500);
  row("db.lag_p99", 750);
  row("db.nothing", kUnknown);
  row("users -> db.calls", 8);
  row("users -> db.latency_mean", 3);
  row("users -> db.pool_waiting", 4);
  row("users -> db.pool_waiting.max", 6);
  row("users -> db.acquire_mean", 2);
  row("db -> users.calls", kUnknown);
  row("nobody.ok", kUnknown);
}

void SummaryMetricTest::findsFigures() {
  QFETCH(QString, name);
  QFETCH(double, value);
  const double found = summaryMetric(summary(), name.toStdString());
  if (std::isnan(value))
    QVERIFY2(std::isnan(found), QByteArray::number(found));
  else
    QVERIFY2(std::abs(found - value) <= 0.01 * std::abs(value), QByteArray::number(found));
}

// Whatever validation lets a scenario name, a run with enough of everything has.
void SummaryMetricTest::knowsEveryName() {
  const Scenario scenario = scenarioOf(R"(faultline: 1
duration: 20s
classes: {view: {share: 60%}, buy: {share: 40%, effect: write}}
hosts: {box: {cores: 1, members: [app]}}
nodes:
  users: {kind: client, rate: 800/s, timeout: 100ms}
  app: {kind: service, workers: 100, work: exponential(1ms)}
  db: {kind: service, workers: 2, work: exponential(4ms), queue_capacity: 2}
edges:
  - users -> app
  - app -> db: {pool: {size: 2, acquire_timeout: 2ms}}
)");
  Simulation simulation(scenario);
  simulation.runToEnd();
  const Summary summary = simulation.summary();
  const std::vector<MetricColumn> names = summaryMetrics(scenario);
  QVERIFY(names.size() > 100);
  for (const MetricColumn& name : names) {
    // Without a cache nothing is fetched; here the database never refuses, as the pool keeps calls away from it.
    const bool isEmpty = name.name.find(".fetched_") != std::string::npos || name.name.starts_with("db.failed_");
    QVERIFY2(isEmpty || !std::isnan(summaryMetric(summary, name.name)), name.name.c_str());
  }
}

QTEST_APPLESS_MAIN(SummaryMetricTest)
#include "summary_metric_test.moc"

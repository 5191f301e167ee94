// Several arrows from one node to another: each is named, set, faulted and measured by itself.
#include <QtTest>

#include "analysis/summary_metric.h"
#include "engine/simulation.h"
#include "io/yaml_reader.h"
#include "io/yaml_writer.h"
#include "support/run.h"

using namespace faultline;

namespace {

// One list and then ten rows by themselves: the N+1.
const std::string kHead = R"(faultline: 1
name: x
duration: 20s
seed: 3
classes: {page: {key: uniform(100)}}
nodes:
  users: {kind: client, rate: 20/s, arrivals: constant}
  app: {kind: service, workers: 1000, work: 0ms}
  db:
    kind: database
    connections: 1000
    queries: {list: {rows: 10, indexed: 10ms}, row: {rows: 10, indexed: 2ms}}
)";
const std::string kEdges = R"(edges:
  - users -> app
  - app -> db.list: {step: 1, query: list}
  - app -> db.row: {step: 2, times: 10, query: row, timeout: 1s}
)";

Scenario read(const std::string& text) {
  Result<Scenario> result = readScenarioText(text, "test.yaml");
  for (const Diagnostic& d : result.diagnostics) qWarning("%s", toString(d).c_str());
  if (!result.ok()) qFatal("not valid");
  return std::move(result.value);
}

std::string problemOf(const std::string& text) {
  const Result<Scenario> result = readScenarioText(text, "test.yaml");
  return result.diagnostics.empty() ? std::string() : toString(result.diagnostics.front());
}

Summary run(const Scenario& scenario) {
  Simulation simulation(scenario);
  simulation.runToEnd();
  return simulation.summary();
}

double meanMs(const Summary& s) { return summaryMetric(s, "users.mean"); }

}  // namespace

class ParallelEdgesTest : public QObject {
  Q_OBJECT
 private slots:
  void eachHasItsOwnQuery();
  void eachIsMeasuredByItself();
  void aFaultHitsOne();
  void aParameterIsSetOfOne();
  void aQueryIsSetLive();
  void goesThroughAFile();
  void conditionsNameOne();
  void refuses_data();
  void refuses();
  void aBalancerThatTriesAgainKeepsTheQuery_data();
  void aBalancerThatTriesAgainKeepsTheQuery();
};

void ParallelEdgesTest::eachHasItsOwnQuery() {
  const double ms = meanMs(run(read(kHead + kEdges)));
  QVERIFY2(std::abs(ms - 30) < 0.5, QByteArray::number(ms));
}

void ParallelEdgesTest::eachIsMeasuredByItself() {
  const Summary s = run(read(kHead + kEdges));
  QVERIFY(std::abs(summaryMetric(s, "app -> db.list.ok") - 20) < 0.5);
  QVERIFY(std::abs(summaryMetric(s, "app -> db.row.ok") - 200) < 5);
  QVERIFY(std::abs(summaryMetric(s, "app -> db.row.latency_mean") - 2) < 0.1);
  Simulation simulation(read(kHead + kEdges + "expect: [min(app -> db.row.calls from 5s to 20s) > 100/s]\n"));
  simulation.runToEnd();
  QVERIFY(simulation.series().find("app -> db.list.calls") != nullptr);
  QVERIFY(simulation.series().find("app -> db.row.calls") != nullptr);
}

void ParallelEdgesTest::aFaultHitsOne() {
  const Summary s = run(read(kHead + kEdges + "timeline:\n  - {at: 10s, cut: app -> db.row}\n"));
  QVERIFY(summaryMetric(s, "app -> db.row.timeouts") > 5);
  QCOMPARE(summaryMetric(s, "app -> db.list.timeouts"), 0.0);
}

void ParallelEdgesTest::aParameterIsSetOfOne() {
  Scenario s = read(kHead + kEdges);
  QVERIFY(applySetting(s, "app -> db.row.times=20").empty());
  QVERIFY(applySetting(s, "app->db.row.retry.max=2").empty());
  QVERIFY(std::abs(meanMs(run(s)) - 50) < 0.5);
  QVERIFY(s.findEdge("app", "db", "list")->policy.find("retry") == nullptr);
  QVERIFY(!applySetting(s, "app -> db.rows.times=20").empty());
  QVERIFY(!applySetting(s, "app -> db.times=20").empty());  // no arrow without a label
  const Summary live = run(read(kHead + kEdges + "timeline:\n  - {at: 0s, set: app -> db.row.timeout, to: 1ms}\n"));
  QVERIFY(summaryMetric(live, "app -> db.row.timeouts") > 10);
}

void ParallelEdgesTest::aQueryIsSetLive() {
  const Summary s = run(read(kHead + kEdges + "timeline:\n  - {at: 0s, set: app -> db.row.query, to: list}\n"));
  QVERIFY2(std::abs(meanMs(s) - 110) < 1, QByteArray::number(meanMs(s)));
}

void ParallelEdgesTest::goesThroughAFile() {
  const Scenario s = read(kHead + kEdges);
  QVERIFY(read(writeScenario(s)) == s);
  const Scenario chain = read(kHead + "edges: [users -> app -> db.list, app -> db.row]\n");
  QCOMPARE(chain.edges[0].name(), std::string("users -> app"));
  QCOMPARE(chain.edges[1].name(), std::string("app -> db.list"));
}

void ParallelEdgesTest::conditionsNameOne() {
  // Both caches are one node: what misses there is looked up only by the arrow that asks for it, and fills only that
  // one.
  const std::string text = R"(faultline: 1
name: x
duration: 20s
seed: 3
classes: {page: {key: uniform(10)}}
nodes:
  users: {kind: client, rate: 50/s}
  app: {kind: service, workers: 1000, work: 0ms}
  cache: {kind: cache, strategy: aside}
  profiles: {kind: service, workers: 1000, work: 1ms}
edges:
  - users -> app
  - app -> cache.session: {step: 1, key: uniform(1M)}
  - app -> cache.profile: {step: 2}
  - app -> profiles: {step: 3, when: WHEN}
)";
  const auto fetches = [&](const std::string& when) {
    return summaryMetric(run(read(QString::fromStdString(text).replace("WHEN", when.c_str()).toStdString())),
                         "app -> profiles.ok");
  };
  QVERIFY2(fetches("miss(cache.profile)") < 1, QByteArray::number(fetches("miss(cache.profile)")));
  QVERIFY(fetches("miss(cache.session)") > 45);
  QVERIFY(fetches("miss(cache)") > 45);
}

void ParallelEdgesTest::refuses_data() {
  QTest::addColumn<QString>("rest");
  QTest::addColumn<QString>("message");
  const auto add = [](const char* name, const char* rest, const char* message) {
    QTest::newRow(name) << rest << message;
  };
  add("twice", "edges: [users -> app, app -> db.a, app -> db.a]\n", "there are two edges \"app -> db.a\"");
  add("twice without", "edges: [users -> app, app -> db, app -> db]\n", "\"app -> db.other\"");
  add("a parameter", "edges: [users -> app, app -> db.timeout]\n", "\"timeout\" cannot be a label");
  add("a figure", "edges: [users -> app, app -> db.pool_waiting]\n", "\"pool_waiting\" cannot be a label");
  add("no name", "edges: [users -> app, app -> db.9]\n", "\"9\" is not a name");
  add("ends in a dot", "edges: [users -> app, app -> db.]\n", "ends in a dot");
  add("no such condition", "edges: [users -> app, app -> db.a, {app -> db.b: {step: 2, when: miss(db.c)}}]\n",
      "does not call \"db.c\"");
  add("no such edge", "edges: [users -> app, app -> db.a]\ntimeline: [{at: 1s, cut: app -> db}]\n",
      "there is no edge \"app -> db\"");
  add("a query set live",
      "edges: [users -> app, app -> db.a]\ntimeline: [{at: 1s, set: app -> db.a.query, to: lisd}]\n",
      "\"db\" has no query \"lisd\"");
  add("a step set live", "edges: [users -> app, app -> db.a]\ntimeline: [{at: 1s, set: app -> db.a.step, to: 3}]\n",
      "cannot change during a run");
}

void ParallelEdgesTest::refuses() {
  QFETCH(QString, rest);
  QFETCH(QString, message);
  const std::string problem = problemOf(kHead + rest.toStdString());
  QVERIFY2(QString::fromStdString(problem).contains(message), problem.c_str());
}

void ParallelEdgesTest::aBalancerThatTriesAgainKeepsTheQuery_data() {
  QTest::addColumn<QString>("balancer");
  QTest::addColumn<QString>("policy");
  QTest::newRow("plain") << ""
                         << "{}";
  QTest::newRow("next upstream") << ", next_upstream: {on: [error]}"
                                 << "{}";
  QTest::newRow("retry") << ""
                         << "{retry: {max: 1}}";
  QTest::newRow("pool") << ""
                        << "{pool: {size: 100}}";
}

void ParallelEdgesTest::aBalancerThatTriesAgainKeepsTheQuery() {
  QFETCH(QString, balancer);
  QFETCH(QString, policy);
  const std::string text = QString(R"(faultline: 1
name: x
duration: 20s
nodes:
  users: {kind: client, rate: 20/s, arrivals: constant}
  lb: {kind: load_balancer%1}
  db: {kind: database, connections: 100, queries: {list: {rows: 10, indexed: 10ms}, row: {rows: 10, indexed: 2ms}}}
edges:
  - users -> lb: {query: row}
  - lb -> db: %2
)")
                               .arg(balancer, policy)
                               .toStdString();
  const double ms = meanMs(run(read(text)));
  QVERIFY2(std::abs(ms - 2) < 0.1, QByteArray::number(ms));
}

QTEST_APPLESS_MAIN(ParallelEdgesTest)
#include "parallel_edges_test.moc"

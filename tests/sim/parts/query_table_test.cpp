// Rows, indexes and the planner, as the named queries of a store show them.
#include <QTest>
#include <cmath>
#include <string>

#include "parts/query_table.h"
#include "support/run.h"

using namespace faultline;

namespace {

// One statement each second, at a store without anything else to do.
Scenario store(const std::string& queries, const std::string& query = "find", const std::string& more = "") {
  return scenarioOf(
      "faultline: 1\nname: t\nduration: 20.5s\nnodes:\n  app: {kind: client, rate: 1/s, arrivals: constant}\n"
      "  db: {kind: database, queries: {" +
      queries + "}}\nedges:\n  - app -> db: {query: " + query + "}\n" + more);
}

// Milliseconds that the statement of each second took.
class Times : public Observer {
 public:
  explicit Times(const Scenario& scenario) {
    Simulation simulation(scenario);
    simulation.observe(this);
    simulation.runToEnd();
  }
  void onAnswer(SimTime now, NodeId, CallId, const Call& call) override {
    ms.push_back(static_cast<double>(now.ns - call.arrived) / 1e6);
  }
  std::vector<double> ms;
};

bool near(double a, double b) { return std::abs(a - b) < 1e-3 * std::max(1.0, b); }

QueryParams rowsAndGrowth(const char* table, std::optional<std::int64_t> rows, std::optional<double> growth) {
  QueryParams q;
  q.table = table;
  q.rows = rows;
  if (growth) q.growth = PerSecond{*growth};
  return q;
}

}  // namespace

class QueryTableTest : public QObject {
  Q_OBJECT

 private slots:
  void theIndexCostsTheSameWhateverTheRows() {
    for (const double ms : Times(store("find: {rows: 1G, indexed: 3ms}")).ms) QVERIFY(near(ms, 3));
  }

  void aScanCostsEveryRow() {
    for (const double ms : Times(store("find: {rows: 50k, index: false, scan_per_row: 1us}")).ms) QVERIFY(near(ms, 50));
  }

  // 1,000 rows and 100 more each second: 1,000 + 100 t at the statement of second t.
  void rowsGrowContinuously() {
    const Times run(store("find: {rows: 1000, growth: 100/s, index: false, scan_per_row: 10us}"));
    QCOMPARE(run.ms.size(), std::size_t{20});
    for (std::size_t i = 0; i < run.ms.size(); ++i) QVERIFY(near(run.ms[i], 10 + static_cast<double>(i + 1)));
  }

  void thePlannerFlipsAtItsThreshold() {
    const Times run(store("find: {rows: 1000, growth: 100/s, flips_at: 2050, indexed: 1ms, scan_per_row: 10us}"));
    for (std::size_t i = 0; i < run.ms.size(); ++i) {
      const double rows = 1000 + 100 * static_cast<double>(i + 1);
      QVERIFY2(near(run.ms[i], rows < 2050 ? 1 : rows / 100), qPrintable(QString::number(run.ms[i])));
    }
  }

  void queriesOfOneTableShareItsRows() {
    const char* queries =
        "find: {table: users, rows: 5000, growth: 100/s}, count: {table: users, index: false, scan_per_row: 1us}";
    const Times run(store(queries, "count"));
    QVERIFY(near(run.ms.front(), 5.1));
    QVERIFY(near(run.ms.back(), 7));
  }

  void aTableOfItsOwnHasAMillionRows() {
    QVERIFY(near(Times(store("find: {index: false, scan_per_row: 10ns}")).ms.front(), 10));
  }

  void growingChangesRowsAtOnce() {
    const Times run(store("find: {rows: 1000, index: false, scan_per_row: 1us}", "find",
                          "timeline:\n  - {at: 5500ms, grow: db, query: find, rows: 4000}\n"));
    QVERIFY(near(run.ms[4], 1));
    QVERIFY(near(run.ms[5], 5));
  }

  // An index that is built while running suits the table as it is; one that was there at the start goes stale again.
  void anIndexBuiltLateIsKept() {
    const std::string query = "find: {rows: 3000, growth: 100/s, flips_at: 2000, indexed: 1ms, scan_per_row: 10us}";
    QVERIFY(Times(store(query)).ms.back() > 40);
    const Times run(store(query, "find", "timeline:\n  - {at: 4500ms, create_index: db, query: find}\n"));
    QVERIFY(run.ms[3] > 30);
    for (std::size_t i = 6; i < run.ms.size(); ++i) QVERIFY(near(run.ms[i], 1));
  }

  void droppingTheIndexMakesItScan() {
    const Times run(store("find: {rows: 20k, indexed: 1ms, scan_per_row: 1us}", "find",
                          "timeline:\n  - {at: 3500ms, drop_index: db, query: find}\n"));
    QVERIFY(near(run.ms[2], 1));
    QVERIFY(near(run.ms[3], 20));
  }

  void scansVaryAroundTheirMean() {
    Scenario s = store("find: {rows: 1000, index: false, scan_per_row: 1us, scan_cv: 0.5}");
    s.duration = seconds(20'000);
    s.sample = seconds(1000);
    const Times run(s);
    double sum = 0, squares = 0;
    for (const double ms : run.ms) {
      sum += ms;
      squares += ms * ms;
    }
    const double n = static_cast<double>(run.ms.size()), mean = sum / n;
    QVERIFY2(std::abs(mean - 1) < 0.02, qPrintable(QString::number(mean)));
    QVERIFY(std::abs(std::sqrt(squares / n - mean * mean) / mean - 0.5) < 0.05);
  }

  void contradictionsWithinATableAreFound() {
    std::vector<std::pair<std::string, std::string>> problems;
    checkQueries(
        {{"a", rowsAndGrowth("t", 10, 1.0)}, {"b", rowsAndGrowth("t", {}, {})}, {"c", rowsAndGrowth("u", 9, 2.0)}},
        problems);
    QVERIFY(problems.empty());
    checkQueries({{"a", rowsAndGrowth("t", 10, 1.0)}, {"b", rowsAndGrowth("t", 11, 2.0)}}, problems);
    QCOMPARE(problems.size(), std::size_t{2});
    QCOMPARE(QString::fromStdString(problems[0].first), QString("queries.b.rows"));
    QCOMPARE(QString::fromStdString(problems[1].first), QString("queries.b.growth"));
  }
};

QTEST_APPLESS_MAIN(QueryTableTest)
#include "query_table_test.moc"

// The language of `expect:` lines, judged on a made-up series with known values.
#include "analysis/expect.h"

#include <QtTest>

#include "engine/simulation.h"
#include "io/yaml_reader.h"
#include "model/validate.h"

using namespace faultline;

namespace {

constexpr const char* kScenario = R"(faultline: 1
name: x
duration: 10s
classes: {view: {share: 60%}, buy: {share: 40%, effect: write}}
hosts: {box: {cores: 2, members: [db]}}
nodes:
  users: {kind: client, rate: 100/s}
  app-1: {kind: service, cores: 2}
  db: {kind: service}
edges:
  - users -> app-1: {retry: {max: 2}}
  - app-1 -> db: {pool: {size: 8}}
)";

Scenario scenario() {
  Result<Scenario> read = readScenarioText(kScenario, "x.yaml");
  for (const Diagnostic& d : read.diagnostics) qWarning("%s", toString(d).c_str());
  return read.value;
}

std::string withExpectations(const std::vector<std::string>& lines) {
  std::string text = kScenario;
  text.append("expect:\n");
  for (const std::string& line : lines) text.append("  - ").append(line).append("\n");
  return text;
}

// Ten samples, one a second. Sample k ends at k seconds.
Series series() {
  Series s;
  for (int i = 1; i <= 10; ++i) s.times.push_back(seconds(i));
  s.columns.push_back({"db.wait_p99", "ms", {kUnknown, 100, 200, 1500, 900, 1600, 1700, 1800, 50, 40}});
  s.columns.push_back({"db.queue", "1", {0, 0, 1, 1, 5, 9, 9, 2, 0, 0}});
  s.columns.push_back({"db.failed", "/s", {0, 0, 0, 0, 0, 10, 20, 0, 0, 0}});
  s.columns.push_back({"users.goodput", "/s", {100, 100, 100, 100, 80, 40, 20, 90, 100, 100}});
  s.columns.push_back({"users.p99", "ms", {10, 10, 10, 10, 2000, 6000, 7000, 900, 10, kUnknown}});
  s.columns.push_back({"db.utilization", "ratio", {.1, .2, .3, .4, 1, 1, 1, .5, .4, .3}});
  s.columns.push_back({"app-1 -> db.pool_waiting", "1", {0, 0, 0, 0, 0, 0, 3, 3, 0, 0}});
  return s;
}

Summary summary() {
  Summary s;
  s.simulated = seconds(10);
  NodeSummary users;
  users.name = "users";
  for (const char* name : {"view", "buy"}) {
    OperationSummary o;
    o.name = name;
    o.offered = 500;
    o.ok = 400;
    o.failed = 100;
    for (int i = 1; i <= 400; ++i) o.okLatency.record(milliseconds(i));
    users.operations.push_back(std::move(o));
  }
  NodeSummary db;
  db.name = "db";
  db.arrivals = 1000;
  db.failed = 30;
  s.nodes.push_back(std::move(users));
  s.nodes.push_back(std::move(db));
  return s;
}

}  // namespace

class ExpectTest : public QObject {
  Q_OBJECT
 private slots:
  void judges_data();
  void judges();
  void refuses_data();
  void refuses();
  void warnsAboutTimesAfterTheEnd();
  void validationFindsTypos();
  void survivesNoise();
  void columnsAreThoseOfARun();
  void columnsStayWhenCoresAreGivenLive();
};

void ExpectTest::judges_data() {
  QTest::addColumn<QString>("text");
  QTest::addColumn<bool>("passes");
  QTest::addColumn<QString>("measured");
  const auto row = [](const char* text, bool passes, const char* measured) {
    QTest::newRow(text) << QString(text) << passes << QString(measured);
  };
  row("first(db.wait_p99 > 1s) < first(db.queue >= 9)", true,
      "first(db.wait_p99 > 1s) is 4s, first(db.queue >= 9) is 6s");
  row("first(db.queue >= 9) < first(db.wait_p99 > 1s)", false,
      "first(db.queue >= 9) is 6s, first(db.wait_p99 > 1s) is 4s");
  row("first(db.wait_p99 > 1s) < first(db.queue >= 9) < 7s", true,
      "first(db.wait_p99 > 1s) is 4s, first(db.queue >= 9) is 6s");
  row("first(db.wait_p99 > 1s) < first(db.queue >= 9) < 6s", false,
      "first(db.wait_p99 > 1s) is 4s, first(db.queue >= 9) is 6s");
  row("first(db.wait_p99 > 1s) < first(db.queue > 100)", false,
      "first(db.wait_p99 > 1s) is 4s, first(db.queue > 100) never came");
  row("first(db.queue > 100) < 10s", false, "first(db.queue > 100) never came");
  row("first(db.wait_p99 > 1s for 2s) == 6s", true, "first(db.wait_p99 > 1s for 2s) is 6s");
  row("first(db.wait_p99 > 1s for 3s) < 10s", false, "first(db.wait_p99 > 1s for 3s) never came");
  row("first(db.wait_p99 < 1s after 6s) == 9s", true, "first(db.wait_p99 < 1s after 6s) is 9s");
  row("first(db.queue >= 9 after 2s by 7s) == 6s", true, "first(db.queue >= 9 after 2s by 7s) is 6s");
  row("first(db.queue >= 9 by 5s) < 10s", false, "first(db.queue >= 9 by 5s) never came");
  row("first(db.wait_p99 > 1s for 2s by 7s) < 10s", false, "first(db.wait_p99 > 1s for 2s by 7s) never came");
  row("first(db.wait_p99 < 1s) == 2s", true, "first(db.wait_p99 < 1s) is 2s");  // unknown is not small
  row("first(db.wait_p99 > 1s and db.queue > 4) == 6s", true, "first(db.wait_p99 > 1s and db.queue > 4) is 6s");
  row("p99(users) > 5s at 5500ms", true, "p99(users) is 6s");
  row("p99(users) > 5s at 5s", false, "p99(users) is 2s");
  row("p99(users at 6s) > p99(users at 5s)", true, "p99(users at 6s) is 6s, p99(users at 5s) is 2s");
  row("p99(users) > 1ms at 10s", false, "p99(users) is unknown");
  row("p50(users) < 250ms", true, "p50(users) is 199.8ms");
  row("p99_9(users) < 5s", false, "p99_9(users) is unknown");
  row("mean(db.utilization from 4s to 7s) > 99%", true, "mean(db.utilization from 4s to 7s) is 1");
  row("mean(db.utilization from 3s to 7s) > 99%", false, "mean(db.utilization from 3s to 7s) is 0.85");
  row("mean(db.utilization) > 0.99 by 2s", false, "mean(db.utilization) is 0.15");
  row("max(db.queue) == 9", true, "max(db.queue) is 9");
  row("min(db.wait_p99) == 40ms", true, "min(db.wait_p99) is 40ms");
  row("last(users.p99) < 20ms", true, "last(users.p99) is 10ms");
  row("sum(db.failed) == 30", true, "sum(db.failed) is 30");
  row("max(db.queue) > 5x mean(db.queue by 4s)", true, "max(db.queue) is 9, 5x mean(db.queue by 4s) is 2.5");
  row("0.1x max(db.queue) > mean(db.queue by 4s)", true, "0.1x max(db.queue) is 0.9, mean(db.queue by 4s) is 0.5");
  row("max(app-1 -> db.pool_waiting) == 3", true, "max(app-1 -> db.pool_waiting) is 3");
  row("failed(users) == 200", true, "failed(users) is 200");
  row("failed(users) == 0", false, "failed(users) is 200");
  row("ok(users) > 4x failed(users)", false, "ok(users) is 800, 4x failed(users) is 800");
  row("arrivals(db) == 1k", true, "arrivals(db) is 1000");
  row("offered(users) == 100/s", true, "offered(users) is 100/s");
  row("goodput(users) < 50/s at 7s", true, "goodput(users) is 20/s");
  row("goodput(users) == 60 from 5s to 7s", true, "goodput(users) is 60");
  row("goodput(users) == 30/s from 5s to 7s", true, "goodput(users) is 30/s");
  row("never(db.queue > 9)", true, "in none of 10 samples");
  row("never(db.queue > 8)", false, "at 6s db.queue is 9");
  row("never(db.queue > 8) by 5s", true, "in none of 5 samples");
  row("never(db.queue > 8 after 7s)", true, "in none of 3 samples");
  row("holds(db.queue < 3 from 7s to 10s)", true, "in all of 3 samples");
  row("holds(db.queue < 3 from 6s to 10s)", false, "at 7s db.queue is 9");
  row("holds(db.wait_p99 < 300ms by 3s)", false, "at 1s db.wait_p99 is unknown");
  row("holds(db.queue == 0 at 10s)", true, "in all of 1 samples");
  row("never(db.queue != 0 from 9500ms to 9600ms)", false, "there is no sample in that window");
}

void ExpectTest::judges() {
  QFETCH(QString, text);
  QFETCH(bool, passes);
  QFETCH(QString, measured);
  const Scenario s = scenario();
  const Result<Expectation> parsed = parseExpectation(text.toStdString(), s, metricColumns(s));
  QVERIFY2(parsed.ok(), parsed.ok() ? "" : toString(parsed.diagnostics[0]).c_str());
  const ExpectationResult result = evaluate(parsed.value, series(), summary());
  QCOMPARE(QString::fromStdString(result.measured), measured);
  QCOMPARE(result.passed, passes);
  QCOMPARE(result.text, text.toStdString());
}

void ExpectTest::refuses_data() {
  QTest::addColumn<QString>("text");
  QTest::addColumn<int>("column");
  QTest::addColumn<QString>("message");
  const auto row = [](const char* text, int column, const char* message) {
    QTest::newRow(*text ? text : "empty") << QString(text) << column << QString(message);
  };
  row("", 1, "expected a value");
  row("max(db.quue) > 3", 5, "did you mean \"db.queue\"?");
  row("max(db.temperature) > 3", 5, "known: arrivals, ok");
  row("max(app-1 -> dd.pool_waiting) > 3", 5, "did you mean \"app-1 -> db.pool_waiting\"?");
  row("maximum(db.queue) > 3", 1, "there is no function \"maximum\"");
  row("frist(db.queue > 3) < 3s", 1, "did you mean \"first\"?");
  row("p99(user) > 3s", 5, "did you mean \"users\"?");
  row("max(db.queue) > 3ms", 17, "a number like");
  row("max(db.wait_p99) > 3", 20, "a duration like");
  row("sum(db.failed) > 3/s", 18, "a number like");
  row("mean(db.failed) > 3", 19, "a rate like");
  row("max(db.queue)", 14, "expected a comparison");
  row("max(db.queue) > ", 17, "the end of the line");
  row("max(db.queue) = 3", 15, "equality is written ==");
  row("max(db.queue) > 3 at noon", 22, "expected a time");
  row("max(db.queue) > 3 at 3s 4s", 25, "unexpected \"4s\"");
  row("max(db.queue from 3s) > 3", 21, "expected \"to\"");
  row("max(db.queue from 3s to 2s) > 3", 25, "ends before it begins");
  row("max(db.queue > 3", 14, "expected )");
  row("first(db.queue) < 3s", 15, "expected a comparison");
  row("first(db.queue > 1 after 5s by 3s) < 9s", 32, "ends before it begins");
  row("3 < 4", 1, "nothing is measured");
  row("sum(db.queue) > 4", 1, "only rates can be summed");
  row("max(db.queue) > max(db.wait_p99)", 1, "different units");
  row("p99(users) > 3s from 2s to 3s", 1, "cannot be joined");
  row("offered(db) > 3", 1, "known: arrivals, ok, failed");
  row("never(db.queue > 3) < 3s", 21, "unexpected");
  row("never db.queue > 3", 7, "expected (");
  row("5x 3 < max(db.queue)", 4, "expected what to multiply");
  row("max(db.queue) > nan", 17, "expected a value");
  row("max(db.queue) > 1e999", 17, "a number like");
  row("max(db.queue) > $3", 17, "unexpected \"$\"");
}

void ExpectTest::refuses() {
  QFETCH(QString, text);
  QFETCH(int, column);
  QFETCH(QString, message);
  const Scenario s = scenario();
  const Result<Expectation> parsed = parseExpectation(text.toStdString(), s, metricColumns(s));
  QCOMPARE(parsed.diagnostics.size(), std::size_t{1});
  const QString said = QString::fromStdString(toString(parsed.diagnostics[0]));
  QVERIFY2(said.contains(message), qPrintable(said));
  QCOMPARE(parsed.diagnostics[0].column, column);
}

void ExpectTest::warnsAboutTimesAfterTheEnd() {
  const Scenario s = scenario();
  const Result<Expectation> parsed = parseExpectation("max(db.queue) > 3 at 1min", s, metricColumns(s));
  QVERIFY(parsed.ok());
  QCOMPARE(parsed.diagnostics.size(), std::size_t{1});
  QVERIFY(!evaluate(parsed.value, series(), summary()).passed);
}

void ExpectTest::validationFindsTypos() {
  const Result<Scenario> read = readScenarioText(withExpectations({"max(db.queue) > 3", "max(db.quue) > 3"}), "x.yaml");
  QCOMPARE(read.diagnostics.size(), std::size_t{1});
  QCOMPARE(QString::fromStdString(toString(read.diagnostics[0])),
           QString("x.yaml:15:9: error: there is no metric \"db.quue\" (did you mean \"db.queue\"?)"));
}

// Pieces of the language in any order are understood or refused at a place inside the text.
void ExpectTest::survivesNoise() {
  const Scenario s = scenario();
  const std::vector<MetricColumn> columns = metricColumns(s);
  const char* pieces[] = {"first(", "never(",   "holds(", "max(",  "p99(", "ok(",  ")",      "db.queue",
                          "db",     "users",    "app-1",  " -> ",  "< ",   "== ",  "5x ",    "1s ",
                          "3 ",     "3/s ",     "at ",    "from ", "to ",  "for ", "after ", "and ",
                          "by ",    "\xc3\xa9", "%",      "-",     "e",    ".",    "x "};
  std::uint32_t state = 7;
  int understood = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (int i = 0; i < 7; ++i) {
      state = state * 1664525u + 1013904223u;
      text += pieces[(state >> 16) % std::size(pieces)];
    }
    const Result<Expectation> parsed = parseExpectation(text, s, columns);
    if (parsed.ok()) {
      ++understood;
      evaluate(parsed.value, series(), summary());
    } else {
      QVERIFY(parsed.diagnostics[0].column >= 1 && parsed.diagnostics[0].column <= static_cast<int>(text.size()) + 1);
    }
  }
  QVERIFY(understood < 20'000);
  QVERIFY(!parseExpectation(std::string(5000, 'x'), s, columns).ok());
}

// What validation believes that a run measures is what it measures.
void ExpectTest::columnsAreThoseOfARun() {
  const Scenario s = scenario();
  Simulation simulation(s);
  simulation.runToEnd();
  const std::vector<MetricColumn> expected = metricColumns(s);
  const Series& measured = simulation.series();
  QCOMPARE(expected.size(), measured.columns.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    QCOMPARE(expected[i].name, measured.columns[i].name);
    QCOMPARE(expected[i].unit, measured.columns[i].unit);
  }
}

// A live change of cores once shifted all values behind the node by one column.
void ExpectTest::columnsStayWhenCoresAreGivenLive() {
  Scenario s = scenario();
  s.groups.clear();
  for (NodeSpec& node : s.nodes) {
    node.group.clear();
    node.params.erase("cores");
  }
  Action action;
  action.at = seconds(5);
  action.verb = "set";
  action.target = "app-1.cores";
  action.args.set("to", Value(2.0));
  s.timeline.push_back(action);
  QVERIFY(!hasErrors(validate(s)));
  Simulation simulation(s);
  simulation.runToEnd();
  for (const SeriesColumn& column : simulation.series().columns) QCOMPARE(column.values.size(), std::size_t{10});
}

QTEST_APPLESS_MAIN(ExpectTest)
#include "expect_test.moc"

#include <QtTest>

#include "analysis/alerts.h"
#include "engine/simulation.h"
#include "io/yaml_reader.h"

using namespace faultline;

namespace {

// A series with a sample each `step`, whose columns are functions of the time in seconds.
template <class... Columns>
Series made(Duration step, int rows, Columns... columns) {
  Series series;
  for (int i = 1; i <= rows; ++i) series.times.push_back(step * i);
  const auto add = [&](const char* name, auto&& valueAt) {
    SeriesColumn column{name, "", {}};
    for (const SimTime time : series.times) column.values.push_back(valueAt(time.seconds()));
    series.columns.push_back(std::move(column));
  };
  (add(columns.first, columns.second), ...);
  return series;
}

const auto kHundred = [](double) { return 100.0; };
const auto kNone = [](double) { return 0.0; };

// Of the clients: 100 operations a second, of which this many fail.
template <class Failed>
Series withFailures(Duration step, int rows, Failed failed) {
  return made(step, rows, std::pair("users.offered", kHundred),
              std::pair("users.ok", [failed](double t) { return 100 - failed(t); }), std::pair("users.failed", failed));
}

std::vector<Alert> alertsOf(const Series& series) { return alertsOf(Scenario{}, series); }

}  // namespace

class AlertsTest : public QObject {
  Q_OBJECT

 private slots:
  void aShareOfFailuresFiresOnceAndEnds() {
    const auto alerts = alertsOf(withFailures(seconds(1), 120, [](double t) { return t > 30 && t <= 60 ? 40.0 : 0.0; }));
    QCOMPARE(alerts.size(), std::size_t{1});
    QCOMPARE(alerts[0].column, std::string("users.failed"));
    // 5 % of the last ten seconds is more than one second of 40 %.
    QCOMPARE(alerts[0].at, seconds(32));
    QVERIFY2(alerts[0].value > 0.05 && alerts[0].value < 0.1, qPrintable(QString::number(alerts[0].value)));
    QVERIFY(std::abs(alerts[0].worst - 0.4) < 1e-9);
    QVERIFY(!alerts[0].lasts());
    QVERIFY(alerts[0].until > seconds(60) && alerts[0].until <= seconds(71));
  }

  void fewFailuresDoNotFire() {
    QVERIFY(alertsOf(withFailures(seconds(1), 120, [](double) { return 4.9; })).empty());
    QCOMPARE(alertsOf(withFailures(seconds(1), 120, [](double) { return 5.1; })).size(), std::size_t{1});
  }

  void aSingleFailureOfFewOperationsDoesNotFire() {
    const Series rare = made(seconds(1), 60, std::pair("a.offered", [](double) { return 0.2; }), std::pair("a.ok", kNone),
                             std::pair("a.failed", [](double t) { return t == 10 ? 1.0 : 0.0; }));
    QVERIFY(alertsOf(rare).empty());
  }

  void onlyWhoStartsOperationsCounts() {
    const Series server = made(seconds(1), 60, std::pair("app.arrivals", kHundred), std::pair("app.ok", kNone),
                               std::pair("app.failed", kHundred));
    QVERIFY(alertsOf(server).empty());
  }

  void latencyOverTheLimitFiresAfterThreeSeconds() {
    const auto slowAt = [](double t) { return t > 20 && t <= 40 ? 800.0 : 100.0; };
    const Series series = made(seconds(1), 60, std::pair("users.offered", kHundred), std::pair("users.p95", slowAt));
    const auto alerts = alertsOf(series);
    QCOMPARE(alerts.size(), std::size_t{1});
    QCOMPARE(alerts[0].at, seconds(23));
    QCOMPARE(alerts[0].value, 800.0);
    QCOMPARE(alerts[0].until, seconds(43));
  }

  void anUnknownLatencyEndsNoAlert() {
    // While nothing is answered there is no percentile, and nobody is relieved.
    const auto slowThenSilent = [](double t) { return t <= 10 ? 100.0 : t <= 20 ? 800.0 : kUnknown; };
    const auto alerts = alertsOf(made(seconds(1), 60, std::pair("users.offered", kHundred), std::pair("users.p95", slowThenSilent)));
    QCOMPARE(alerts.size(), std::size_t{1});
    QVERIFY(alerts[0].lasts());
  }

  void aGrowingQueueFiresAndANoisyOneDoesNot() {
    const auto growing = alertsOf(made(seconds(1), 120, std::pair("jobs.depth", [](double t) { return t > 40 ? (t - 40) * 3 : 0; })));
    QCOMPARE(growing.size(), std::size_t{1});
    QVERIFY2(growing[0].at > seconds(50) && growing[0].at <= seconds(71), qPrintable(QString::number(growing[0].at.seconds())));
    QVERIFY(growing[0].lasts());
    const auto saw = [](double t) { return std::fmod(t * 37, 50); };
    QVERIFY(alertsOf(made(seconds(1), 120, std::pair("jobs.depth", saw))).empty());
    QVERIFY(alertsOf(made(seconds(1), 120, std::pair("jobs.depth", [](double t) { return 500 - t; }))).empty());
  }

  void waitingCallsCountOnlyWhereNothingIsStored() {
    const auto grows = [](double t) { return t * 3; };
    const auto alerts =
        alertsOf(made(seconds(1), 90, std::pair("jobs.queue", grows), std::pair("jobs.depth", kNone), std::pair("app.queue", grows)));
    QCOMPARE(alerts.size(), std::size_t{1});
    QCOMPARE(alerts[0].column, std::string("app.queue"));
  }

  void theScenarioSaysItsOwnRules() {
    Scenario scenario;
    scenario.nodes = {{.name = "users", .kind = "client"}, {.name = "app", .kind = "service"}};
    scenario.edges = {{.from = "users", .to = "app"}};
    const Series series = made(seconds(1), 120, std::pair("users.offered", kHundred), std::pair("users.ok", kHundred),
                               std::pair("users.failed", kNone), std::pair("users.p99", [](double t) { return t > 30 ? 80.0 : 5.0; }),
                               std::pair("app.utilization", [](double t) { return t > 60 && t <= 90 ? 0.2 : 0.7; }));
    QVERIFY(alertsOf(scenario, series).empty());
    scenario.alerts = std::vector<AlertSpec>{{"p99 > 50ms", seconds(5)}, {"app.utilization < 50%", seconds(10)}};
    const auto alerts = alertsOf(scenario, series);
    QCOMPARE(alerts.size(), std::size_t{2});
    QCOMPARE(alerts[0].column, std::string("users.p99"));
    QCOMPARE(alerts[0].at, seconds(35));
    QCOMPARE(alerts[1].column, std::string("app.utilization"));
    QCOMPARE(alerts[1].at, seconds(70));
    QCOMPARE(alerts[1].until, seconds(100));
    QVERIFY(alertText(alerts[0]).find("p99 is 80ms (limit 50ms)") != std::string::npos);
    scenario.alerts.emplace();
    QVERIFY(alertsOf(scenario, series).empty());
  }

  void rowByRowIsTheSameAsAtOnce() {
    const Series series = withFailures(milliseconds(100), 1500, [](double t) { return std::fmod(t, 40) > 20 ? 30.0 : 1.0; });
    AlertWatch piecewise(alertRules({}));
    Series grown = series;
    grown.times.clear();
    for (SeriesColumn& column : grown.columns) column.values.clear();
    for (std::size_t row = 0; row < series.times.size(); ++row) {
      grown.times.push_back(series.times[row]);
      for (std::size_t c = 0; c < series.columns.size(); ++c) grown.columns[c].values.push_back(series.columns[c].values[row]);
      piecewise.update(grown);
    }
    QVERIFY(piecewise.alerts() == alertsOf(series));
    QVERIFY(piecewise.alerts().size() >= 3);
  }

  void anotherRunBeginsAnew() {
    AlertWatch watch(alertRules({}));
    watch.update(withFailures(seconds(1), 60, kHundred));
    QCOMPARE(watch.alerts().size(), std::size_t{1});
    watch.update(withFailures(seconds(1), 20, kNone));
    QVERIFY(watch.alerts().empty());
  }

  void aHundredThousandSamplesTakeABoundedNumberOfLooks() {
    // The same minute and a half, sampled a thousand times as finely, finds the same.
    const auto failing = [](double t) { return t > 30 ? 50.0 : 0.0; };
    const auto fine = alertsOf(withFailures(milliseconds(1), 90'000, failing));
    const auto coarse = alertsOf(withFailures(seconds(1), 90, failing));
    QCOMPARE(fine.size(), coarse.size());
    QVERIFY(std::abs((fine[0].at - coarse[0].at).seconds()) <= 1);
  }

  void theFlagshipWakesSomebody() {
    Simulation simulation(readScenarioFile(FAULTLINE_SOURCE_DIR "/scenarios/missing_index_cascade.yaml").value);
    simulation.runToEnd();
    const auto alerts = alertsOf(simulation.series());
    const auto has = [&](AlertRule::Kind kind, const char* column) {
      return std::any_of(alerts.begin(), alerts.end(), [&](const Alert& a) {
        return a.rule.kind == kind && a.column == column && a.at > seconds(120) && a.at < seconds(240);
      });
    };
    QVERIFY(has(AlertRule::Kind::Latency, "users.p95"));
    QVERIFY(has(AlertRule::Kind::ErrorShare, "users.failed"));
    QVERIFY(has(AlertRule::Kind::Growth, "jobs.depth"));
    for (const Alert& alert : alerts) QVERIFY2(alert.at > seconds(60), alert.column.c_str());
  }
};

QTEST_APPLESS_MAIN(AlertsTest)
#include "alerts_test.moc"

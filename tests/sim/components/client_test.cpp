#include <QtTest>

#include <cmath>
#include <fstream>
#include <map>

#include "base/trace.h"
#include "support/run.h"

using namespace faultline;

namespace {

// Writes down when operations begin, and what they are.
struct Log : Observer {
  struct Begun {
    SimTime at;
    std::uint16_t klass;
    std::uint32_t key, user;
  };
  std::vector<Begun> begun;
  std::size_t ended = 0;
  void onOperation(SimTime now, NodeId, CallId, const Call& call, bool finished) override {
    if (finished)
      ++ended;
    else
      begun.push_back({now, call.klass, call.key, call.user});
  }
  std::size_t between(double from, double to) const {
    return static_cast<std::size_t>(std::count_if(begun.begin(), begun.end(), [&](const Begun& b) {
      return b.at >= durationFromSeconds(from) && b.at < durationFromSeconds(to);
    }));
  }
};

std::string scenario(const std::string& client, const std::string& rest = {}, const std::string& duration = "100s",
                     const std::string& work = "0ms", const std::string& edge = "") {
  return "faultline: 1\nname: t\nduration: " + duration + "\nnodes:\n  users: {kind: client, " + client +
         "}\n  app: {kind: service, instances: 1, workers: 100000, work: " + work + "}\nedges:\n  - users -> app" +
         (edge.empty() ? "" : ": " + edge) + "\n" + rest;
}

Log logOf(const std::string& text) {
  Log log;
  Simulation run(scenarioOf(text));
  run.observe(&log);
  run.runToEnd();
  return log;
}

Summary summaryOf(const std::string& text) { return runText(text); }

bool isPoisson(std::size_t n, double mean) { return std::abs(static_cast<double>(n) - mean) < 4 * std::sqrt(mean) + 1; }

}  // namespace

class ClientTest : public QObject {
  Q_OBJECT
 private slots:
  void offersTheRate() {
    const Log log = logOf(scenario("rate: 200/s"));
    QVERIFY(isPoisson(log.begun.size(), 20'000));
    // The gaps of a Poisson stream have a coefficient of variation of one.
    double sum = 0, squares = 0;
    for (std::size_t i = 1; i < log.begun.size(); ++i) {
      const double gap = (log.begun[i].at - log.begun[i - 1].at).seconds();
      sum += gap, squares += gap * gap;
    }
    const double n = static_cast<double>(log.begun.size() - 1), mean = sum / n;
    QVERIFY(std::abs(squares / n / (mean * mean) - 2) < 0.15);
  }

  void spacesConstantArrivalsWithoutDrift() {
    const Log log = logOf(scenario("rate: 3/s, arrivals: constant"));
    QCOMPARE(log.begun.size(), std::size_t{300});
    QCOMPARE(log.begun[0].at.ns, 333'333'333);
    QCOMPARE(log.begun[2].at.ns, 1'000'000'000);
    QCOMPARE(log.begun[299].at.ns, 100'000'000'000);
  }

  void profiles_data() {
    QTest::addColumn<QString>("profile");
    QTest::addColumn<QList<double>>("expected");  // in each quarter of 100 seconds
    QTest::newRow("steady") << "{shape: steady}" << QList<double>{2500, 2500, 2500, 2500};
    QTest::newRow("ramp") << "{shape: ramp, to: 500/s, at: 25s, over: 50s}" << QList<double>{2500, 5000, 10000, 12500};
    QTest::newRow("ramp to nothing") << "{shape: ramp, to: 0/s, at: 0s, over: 50s}" << QList<double>{1875, 625, 0, 0};
    QTest::newRow("step") << "{shape: step, to: 300/s, at: 75s}" << QList<double>{2500, 2500, 2500, 7500};
    QTest::newRow("spike") << "{shape: spike, to: 1000/s, at: 25s, over: 25s}"
                           << QList<double>{2500, 25000, 2500, 2500};
    // Around the mean 200: the integral of a cosine over a quarter is period / (2 pi).
    QTest::newRow("diurnal") << "{shape: diurnal, to: 300/s, at: 0s, period: 100s}"
                             << QList<double>{3408.45, 6591.55, 6591.55, 3408.45};
    QTest::newRow("points") << "{shape: points, points: [[0s, 0/s], [50s, 400/s], [50001ms, 100/s], [100s, 100/s]]}"
                            << QList<double>{2500, 7500, 2500, 2500};
  }
  void profiles() {
    QFETCH(QString, profile);
    QFETCH(QList<double>, expected);
    for (const char* arrivals : {"poisson", "constant"}) {
      const Log log = logOf(scenario("rate: 100/s, profile: " + profile.toStdString() + ", arrivals: " + arrivals));
      for (int i = 0; i < 4; ++i) {
        const std::size_t n = log.between(25 * i, 25 * i + 25);
        if (arrivals[0] == 'p') QVERIFY2(isPoisson(n, expected[i]), qPrintable(QString::number(n)));
        // Evenly on the clock of the rate: no more than one off, and the curve's corners.
        else
          QVERIFY2(std::abs(static_cast<double>(n) - expected[i]) < 3, qPrintable(QString::number(n)));
      }
    }
  }

  void multipliesTraffic() {
    const std::string timeline =
        "timeline:\n  - {at: 20s, traffic: users, factor: 3}\n  - {at: 40s, traffic: users, factor: 1, over: 20s}\n";
    const Log log = logOf(scenario("rate: 100/s, arrivals: constant", timeline));
    QCOMPARE(log.between(0, 20), std::size_t{1999});
    QVERIFY(std::abs(static_cast<double>(log.between(20, 40)) - 6000) <= 1);
    QVERIFY(std::abs(static_cast<double>(log.between(40, 60)) - 4000) <= 1);
    QVERIFY(std::abs(static_cast<double>(log.between(60, 80)) - 2000) <= 1);
  }

  void ramptTrafficOverARampedProfile() {
    const std::string timeline = "timeline:\n  - {at: 0s, traffic: users, factor: 3, over: 100s}\n";
    const Log log = logOf(
        scenario("rate: 0/s, arrivals: constant, profile: {shape: ramp, at: 0s, over: 100s, to: 100/s}", timeline));
    // The integral of t (1 + t / 50) over 100 s.
    QVERIFY(std::abs(static_cast<double>(log.begun.size()) - (5000 + 1e6 / 150)) <= 1);
  }

  // Editing the rate again and again must neither multiply the generators nor starve them.
  void keepsOneGeneratorThroughLiveEdits() {
    Simulation run(scenarioOf(scenario("rate: 51/s")));
    Log log;
    run.observe(&log);
    for (int i = 0; i < 10'000; ++i) {
      run.advanceTo(milliseconds(10) * i);
      Action action;
      action.verb = "set";
      action.target = "users.rate";
      action.args.set("to", i % 2 == 0 ? 50.0 : 52.0);
      run.apply(action);
    }
    run.runToEnd();
    QVERIFY2(isPoisson(log.begun.size(), 5100), qPrintable(QString::number(log.begun.size())));
  }

  void keepsOneGeneratorThroughTrafficEdits() {
    Simulation run(scenarioOf(scenario("rate: 51/s, arrivals: constant")));
    Log log;
    run.observe(&log);
    for (int i = 0; i < 1000; ++i) {
      run.advanceTo(milliseconds(100) * i);
      Action action;
      action.verb = "traffic";
      action.target = "users";
      action.args.set("factor", 1.0);
      action.args.set("over", Duration{milliseconds(50)});
      run.apply(action);
    }
    run.runToEnd();
    QVERIFY(std::abs(static_cast<double>(log.begun.size()) - 5100) <= 1);
  }

  void resumesAfterARateOfZero() {
    const std::string timeline =
        "timeline:\n  - {at: 30s, set: users.rate, to: 0/s}\n  - {at: 60s, set: users.rate, to: 100/s}\n";
    const Log log = logOf(scenario("rate: 100/s", timeline));
    QVERIFY(isPoisson(log.between(0, 30), 3000));
    QCOMPARE(log.between(30, 60), std::size_t{0});
    QVERIFY(isPoisson(log.between(60, 100), 4000));
  }

  void sendsBatches() {
    const Log log = logOf(scenario("rate: 100/s, batch: 5, arrivals: constant"));
    QCOMPARE(log.begun.size(), std::size_t{10'000});
    QCOMPARE(log.begun[4].at.ns, 50'000'000);
    QCOMPARE(log.begun[5].at.ns, 100'000'000);
  }

  void burstsHaveSilences() {
    const Log log = logOf(scenario("rate: 1000/s, bursts: {on: 100ms, off: 300ms}", "", "1000s"));
    // A quarter of the time; a run holds 2500 cycles, whose shares vary by a few percent.
    QVERIFY(std::abs(static_cast<double>(log.begun.size()) / 250'000 - 1) < 0.08);
    std::size_t silences = 0;
    for (std::size_t i = 1; i < log.begun.size(); ++i)
      silences += (log.begun[i].at - log.begun[i - 1].at).ns > 30'000'000;
    QVERIFY(isPoisson(silences, 2500 * std::exp(-0.1)));
  }

  void closedLoopFollowsItsLaw() {
    // N = X (R + Z) by Little's law, here with R = 100 ms and Z = 900 ms.
    const Summary s = summaryOf(scenario("users: 50, think: constant(900ms)", "", "100s", "100ms"));
    QVERIFY(std::abs(static_cast<double>(s.requests.ok) - 5000) <= 100);
    const Summary saturated = summaryOf(
        "faultline: 1\nname: t\nduration: 100s\nnodes:\n  users: {kind: client, users: 20, think: exponential(100ms)}\n"
        "  app: {kind: service, instances: 1, workers: 1, work: 50ms}\nedges:\n  - users -> app\n");
    // Twenty users keep one server busy all the time.
    QVERIFY(std::abs(static_cast<double>(saturated.requests.ok) - 2000) < 15);
    QVERIFY(saturated.requests.inFlight <= 20);
  }

  void closedLoopChangesItsUsers() {
    const std::string timeline =
        "timeline:\n  - {at: 30s, set: users.users, to: 100}\n  - {at: 60s, set: users.users, to: 10}\n"
        "  - {at: 80s, traffic: users, factor: 2}\n";
    const Log log = logOf(scenario("users: 50, think: constant(1s)", timeline));
    const auto near = [&](double from, double to, double expected) {
      return std::abs(static_cast<double>(log.between(from, to)) - expected) <= 0.5 + expected * 0.02;
    };
    QVERIFY(near(5, 25, 1000));
    QVERIFY(near(35, 55, 2000));
    QVERIFY(near(65, 75, 100));
    QVERIFY(near(85, 95, 200));
  }

  void closedLoopSurvivesGivingUp() {
    const Summary s = summaryOf(scenario("users: 10, think: constant(500ms), timeout: 500ms", "", "100s", "2s"));
    QVERIFY(std::abs(static_cast<double>(s.requests.failed) - 1000) <= 15);
    QCOMPARE(s.requests.ok, std::uint64_t{0});
  }

  void mixesClassesByWeight() {
    const std::string classes = "classes:\n  a: {weight: 3}\n  b: {weight: 1, key: uniform(10)}\n  c: {weight: 4}\n";
    const Log log = logOf(scenario("rate: 400/s, classes: [a, b]", classes));
    std::map<int, std::size_t> count;
    for (const auto& b : log.begun) ++count[b.klass];
    QVERIFY(isPoisson(count[0], 30'000));
    QVERIFY(isPoisson(count[1], 10'000));
    QCOMPARE(count[2], std::size_t{0});
  }

  void givesUsersAnIdentity() {
    const Log log = logOf(scenario("rate: 400/s, users: 7"));
    std::map<std::uint32_t, std::size_t> count;
    for (const auto& b : log.begun) ++count[b.user];
    QCOMPARE(count.size(), std::size_t{7});
    for (const auto& [user, n] : count) QVERIFY(isPoisson(n, 40'000.0 / 7));
  }

  void stopsWhereItIsTold() {
    QCOMPARE(logOf(scenario("rate: 100/s, operations: 123")).begun.size(), std::size_t{123});
    QCOMPARE(logOf(scenario("rate: 100/s, operations: 12, batch: 5")).begun.size(), std::size_t{12});
    const Log log = logOf(scenario("rate: 100/s, from: 20s, until: 30s"));
    QVERIFY(isPoisson(log.begun.size(), 1000));
    QCOMPARE(log.between(20, 30), log.begun.size());
    QCOMPARE(logOf(scenario("users: 5, think: constant(1s), operations: 7")).begun.size(), std::size_t{7});
  }

  void givesUpOnTheWholeOperation_data() {
    QTest::addColumn<QString>("edge");
    QTest::addColumn<QString>("nodes");
    QTest::newRow("one attempt") << "{}"
                                 << "";
    QTest::newRow("attempts with a longer timeout") << "{timeout: 5s}"
                                                    << "";
    QTest::newRow("retries") << "{timeout: 300ms, retry: {max: 20, backoff: constant, base: 100ms}}"
                             << "";
    QTest::newRow("pool") << "{pool: {size: 1}}"
                          << "";
    QTest::newRow("hedge") << "{hedge: {after: 100ms}}"
                           << "";
    QTest::newRow("two copies") << "{parallel: 2}"
                                << "";
    QTest::newRow("in turn") << "{times: 3}"
                             << "";
    QTest::newRow("cancel") << "{cancel: true}"
                            << "";
  }
  void givesUpOnTheWholeOperation() {
    QFETCH(QString, edge);
    const Summary s = summaryOf(
        scenario("rate: 10/s, arrivals: constant, timeout: 1s, until: 50s", "", "100s", "3s", edge.toStdString()));
    QCOMPARE(s.requests.offered, std::uint64_t{499});
    QCOMPARE(s.requests.failed, std::uint64_t{499});
    QCOMPARE(s.requests.ok, std::uint64_t{0});
    QCOMPARE(s.requests.inFlight, std::int64_t{0});
    QCOMPARE(s.requests.byReason.size(), std::size_t{1});
    QCOMPARE(QString::fromStdString(s.requests.byReason[0].first), QString("users.timeout"));
    QCOMPARE(s.requests.byReason[0].second, std::uint64_t{499});
    QCOMPARE(s.requests.failedLatency.quantile(0), s.requests.failedLatency.quantile(1));
    QVERIFY(std::abs(s.requests.failedLatency.meanNs() - 1e9) < 1);
    // Work that was sent goes on, unless it is called off.
    const NodeSummary& app = s.nodes[1];
    QCOMPARE(app.inFlight, std::int64_t{0});
    if (QTest::currentDataTag() == QByteArray("cancel"))
      QVERIFY(app.ok == 0);
    else
      QVERIFY(app.ok > 0);
    if (QTest::currentDataTag() == QByteArray("one attempt")) {
      QCOMPARE(app.ok, std::uint64_t{499});
      QCOMPARE(s.requests.late, std::uint64_t{499});
    }
    if (QTest::currentDataTag() == QByteArray("retries"))  // at 0, 400 and 800 ms, and none after the user left
      QCOMPARE(s.edges[0].attempts, std::uint64_t{3 * 499});
    if (QTest::currentDataTag() == QByteArray("in turn")) QCOMPARE(s.edges[0].attempts, std::uint64_t{499});
  }

  void answersJustInTimeCount() {
    const Summary s = summaryOf(scenario("rate: 10/s, arrivals: constant, timeout: 1s, until: 50s", "", "100s", "1s"));
    QCOMPARE(s.requests.ok, std::uint64_t{499});
  }

  void givesUpBehindARouter() {
    const Summary s = summaryOf(
        "faultline: 1\nname: t\nduration: 100s\nnodes:\n  users: {kind: client, rate: 10/s, timeout: 1s, until: 50s}\n"
        "  lb: {kind: load_balancer}\n  app: {kind: service, instances: 2, workers: 1000, work: 3s}\n"
        "edges:\n  - users -> lb: {timeout: 10s}\n  - lb -> app: {timeout: 20s}\n");
    QCOMPARE(s.requests.failed, s.requests.offered);
    QCOMPARE(s.requests.late, s.requests.offered);
    QCOMPARE(s.nodes[2].ok, s.requests.offered);
    QCOMPARE(s.edges[0].timeouts, std::uint64_t{0});
  }

  // Arrivals during a pause are late, not lost, and count from when they were meant.
  void aPausedClientOwesItsArrivals() {
    const Log log = logOf(
        scenario("rate: 10/s, arrivals: constant", "timeline:\n  - {at: 20s, pause: users, for: 30s}\n", "99.95s"));
    QCOMPARE(log.begun.size(), std::size_t{999});
    QVERIFY(log.between(20.01, 49.99) == 0);
  }

  void replaysATraceExactly() {
    const QString dir = QDir::tempPath() + "/faultline_client_test";
    QVERIFY(QDir().mkpath(dir));
    std::ofstream((dir + "/t.csv").toStdString()) << "time,class,key,user\n0.5,b,3,\n0.25,a,,9\n2.000000002,b,12,9\n\n";
    const std::string text = scenario("replay: t.csv, from: 1s",
                                      "classes:\n  a: {}\n  b: {key: uniform(10)}\n"
                                      "timeline:\n  - {at: 2s, traffic: users, factor: 2}\n");
    const auto read = readScenarioText(text, (dir + "/x.yaml").toStdString());
    QVERIFY2(read.diagnostics.empty(), read.diagnostics.empty() ? "" : read.diagnostics[0].message.c_str());
    Log log;
    Simulation run(read.value);
    run.observe(&log);
    run.runToEnd();
    QCOMPARE(log.begun.size(), std::size_t{3});
    QCOMPARE(log.begun[0].at.ns, 1'250'000'000);
    QCOMPARE(log.begun[0].klass, std::uint16_t{0});
    QCOMPARE(log.begun[1].at.ns, 1'500'000'000);
    QCOMPARE(log.begun[1].klass, std::uint16_t{1});
    QCOMPARE(log.begun[2].key - log.begun[1].key, std::uint32_t{2} - std::uint32_t{3});
    // A second of the trace was left at two seconds; it passes twice as fast.
    QCOMPARE(log.begun[2].at.ns, 2'500'000'001);
    QCOMPARE(log.begun[2].user, log.begun[0].user);
  }

  void readsAccessLogs() {
    const TraceResult read = parseTrace(
        "1.2.3.4 - - [28/Feb/2024:23:59:59 +0000] \"GET /a?x=1 HTTP/1.1\" 200 12 \"-\" \"curl\"\n"
        "1.2.3.5 - bob [29/Feb/2024:01:00:00 +0100] \"POST /a HTTP/1.1\" 200 12\n"
        "1.2.3.4 - - [29/Feb/2024:00:00:00 +0000] \"GET /b HTTP/1.1\" 200 12\n"
        "1.2.3.4 - - [01/Mar/2024:00:00:00 +0000] \"-\" 400 0\n");
    QVERIFY2(read.trace != nullptr, read.problem.c_str());
    const auto& e = read.trace->entries;
    QCOMPARE(e.size(), std::size_t{4});
    QCOMPARE(e[0].at.ns, 0);
    QCOMPARE(e[1].at.ns, 1'000'000'000);
    QCOMPARE(e[2].at.ns, 1'500'000'000);
    QCOMPARE(e[3].at.ns, 86'401'000'000'000);
    QCOMPARE(e[0].key, e[1].key);
    QVERIFY(e[0].key != e[2].key);
    QCOMPARE(e[0].user, e[2].user);
    QVERIFY(e[1].effect == Trace::Effect::Write && e[2].effect == Trace::Effect::Read);
    QVERIFY(e[3].effect == Trace::Effect::Unknown);
  }

  void refusesBadTraces() {
    QVERIFY(parseTrace("time,key\n1,2\nx,3\n").problem.find("line 3") != std::string::npos);
    QVERIFY(parseTrace("time\nnan\n").trace == nullptr);
    QVERIFY(parseTrace("time\n-1\n").trace == nullptr);
    QVERIFY(parseTrace("").trace == nullptr);
    QVERIFY(parseTrace("hello\n").trace == nullptr);
    const auto missing = readScenarioText(scenario("replay: nowhere.csv"), "x.yaml");
    QCOMPARE(missing.diagnostics.size(), std::size_t{1});
    QVERIFY(missing.diagnostics[0].line > 0);
  }
};

QTEST_APPLESS_MAIN(ClientTest)
#include "client_test.moc"

// Faults side by side: each ends when it should, and takes no other with it.
#include <QTest>

#include "support/run.h"

using namespace faultline;

namespace {

constexpr const char* kPair = R"(
faultline: 1
duration: 40s
seed: 5
nodes:
  users: {kind: client, rate: 50/s, arrivals: constant}
  app: {kind: service, workers: 8, work: 10ms}
edges:
  - users -> app: {timeout: 5s}
timeline:
)";

Summary after(const std::string& timeline, SimTime from, SimTime to) {
  Simulation simulation(scenarioOf(kPair + timeline));
  simulation.advanceTo(from);
  simulation.restartMeasuring();
  simulation.advanceTo(to);
  return simulation.summary();
}

}  // namespace

class FaultsTest : public QObject {
  Q_OBJECT

 private slots:
  void resumeEndsWhatItSays() {
    const Summary s = after(R"(
  - {at: 1s, slow: app, factor: 20}
  - {at: 1s, errors: app, ratio: 100%}
  - {at: 2s, pause: app}
  - {at: 10s, resume: app}
)",
                            seconds(12), seconds(20));
    QCOMPARE(s.requests.failed, 0u);
    QVERIFY(s.requests.okLatency.quantile(0.99) < milliseconds(11));
  }

  // The columns of a series are those of its beginning, whatever an arrow is given later.
  void aPoolAndRetriesGivenWhileItRunsKeepTheSeriesWhole() {
    Simulation simulation(scenarioOf(kPair + std::string(R"(
  - {at: 2s, set: users -> app.pool, to: {size: 1}}
  - {at: 2s, set: users -> app.retry, to: {max: 1}}
)")));
    simulation.runToEnd();
    const Series& series = simulation.series();
    for (const SeriesColumn& column : series.columns) QCOMPARE(column.values.size(), series.times.size());
  }

  void theEndOfAPauseLeavesASlowdown() {
    const Summary s = after(R"(
  - {at: 1s, slow: app, factor: 4}
  - {at: 2s, pause: app, for: 1s}
)",
                            seconds(10), seconds(20));
    QVERIFY(s.requests.okLatency.quantile(0.5).ns > 39'000'000);
  }

  void theEndOfACutLeavesASlowEdge() {
    const Summary s = after(R"(
  - {at: 1s, loss: users -> app, ratio: 50%, for: 30s}
  - {at: 2s, cut: users -> app, for: 1s}
  - {at: 2s, refuse: users -> app, for: 500ms}
)",
                            seconds(10), seconds(20));
    QVERIFY(s.requests.ok > 50);
    QVERIFY(s.requests.failed > 100);
    QCOMPARE(after("  - {at: 1s, loss: users -> app, ratio: 50%, for: 4s}\n", seconds(12), seconds(20)).requests.failed,
             0u);
  }

  // A node that stops the world for itself, and hangs as well, goes on when both are over.
  void aPauseOfItsOwnDoesNotEndAHang() {
    Simulation simulation(scenarioOf(R"(
faultline: 1
duration: 40s
nodes:
  users: {kind: client, rate: 50/s}
  app: {kind: service, work: 1ms, pause_every: 40ms, pause_for: 10ms}
edges:
  - users -> app: {timeout: 5s}
timeline:
  - {at: 10s, pause: app, for: 4s}
)"));
    simulation.advanceTo(milliseconds(10'100));
    simulation.restartMeasuring();
    simulation.advanceTo(milliseconds(13'900));
    QCOMPARE(simulation.summary().requests.ok, 0u);
    simulation.advanceTo(seconds(30));
    QVERIFY(simulation.summary().requests.ok > 700);
    QCOMPARE(simulation.summary().requests.failed, 0u);
  }

  // The time between two pauses is time in which it works, however long a pause is.
  void pausesLongerThanTheTimeBetweenThemLeaveThatTime() {
    const Summary s = runText(R"(
faultline: 1
duration: 60s
nodes:
  users: {kind: client, rate: 5/s}
  app: {kind: service, work: 1ms, pause_every: 5ms, pause_for: 100ms}
edges:
  - users -> app
)");
    QVERIFY(s.requests.ok > 200);
    QVERIFY(s.requests.inFlight < 10);
  }

  // Work that ends at the very instant of a pause has ended.
  void workThatEndsWithAPauseIsNotLost() {
    const Summary s = runText(R"(
faultline: 1
duration: 10s
nodes:
  users: {kind: client, rate: 50/s, arrivals: constant}
  app: {kind: service, workers: 1, cores: 1, work: 10ms, pause_every: 20ms, pause_for: 10ms}
edges:
  - users -> app: {timeout: 400ms}
)");
    QVERIFY(s.requests.ok > 300);
    QVERIFY2(s.nodes[1].inFlight < 60, qPrintable(QString::number(s.nodes[1].inFlight)));
  }

  // The first instances, rounded up: a caller that goes round blindly fails so often.
  void aFaultMayHitAFraction_data() {
    QTest::addColumn<QByteArray>("faults");
    QTest::addColumn<double>("failed");
    QTest::newRow("crash") << QByteArray("{at: 1s, crash: app, fraction: 50%}") << 0.5;
    QTest::newRow("rounded up") << QByteArray("{at: 1s, crash: app, fraction: 30%}") << 0.5;
    QTest::newRow("errors") << QByteArray("{at: 1s, errors: app, ratio: 100%, fraction: 25%}") << 0.25;
    QTest::newRow("one instance") << QByteArray("{at: 1s, crash: \"app[0]\"}") << 0.25;
    QTest::newRow("a part restarts") << QByteArray("{at: 1s, crash: app}\n  - {at: 2s, restart: app, fraction: 75%}")
                                     << 0.25;
    QTest::newRow("a part resumes")
        << QByteArray("{at: 1s, errors: app, ratio: 100%}\n  - {at: 2s, resume: app, fraction: 50%}") << 0.5;
    QTest::newRow("for a while") << QByteArray("{at: 1s, crash: app, fraction: 50%, for: 1s}") << 0.0;
  }
  void aFaultMayHitAFraction() {
    QFETCH(QByteArray, faults);
    QFETCH(double, failed);
    const Summary s =
        after("  - {at: 0s, scale: app, to: 4}\n  - " + faults.toStdString() + "\n", seconds(3), seconds(39));
    const double share = static_cast<double>(s.requests.failed) / static_cast<double>(s.requests.offered);
    QVERIFY2(std::abs(share - failed) < 0.01, QByteArray::number(share));
  }

  // What is answered with an injected error was neither stored nor handed on.
  void whatIsHitByErrorsHasNoEffect_data() {
    QTest::addColumn<QByteArray>("kind");
    QTest::addColumn<QByteArray>("effects");
    QTest::newRow("database") << QByteArray("{kind: database}") << QByteArray("commits");
    QTest::newRow("queue") << QByteArray("{kind: queue}") << QByteArray("enqueued");
    QTest::newRow("stream") << QByteArray("{kind: stream}") << QByteArray("appended");
    QTest::newRow("topic") << QByteArray("{kind: topic}") << QByteArray("published");
  }
  void whatIsHitByErrorsHasNoEffect() {
    QFETCH(QByteArray, kind);
    QFETCH(QByteArray, effects);
    const bool isDatabase = effects == "commits";
    const Summary s = runText(
        "faultline: 1\nduration: 60s\nclasses: {put: {effect: write, key: uniform(100)}}\nnodes:\n"
        "  users: {kind: client, rate: 50/s, until: 50s}\n  it: " +
        kind.toStdString() + (isDatabase ? "\n" : "\n  reader: {kind: service, work: 1ms}\n") +
        "edges:\n  - users -> it\n" + (isDatabase ? "" : "  - it -> reader\n") +
        "timeline:\n  - {at: 0s, errors: it, ratio: 50%}\n");
    QVERIFY(s.requests.ok > 1000 && s.requests.failed > 1000);
    QCOMPARE(metricOf(nodeOf(s, "it"), effects.toStdString()).value, static_cast<double>(s.requests.ok));
  }

  // Who was brought back by somebody else before the crash's own end is not crashed again by it.
  void theEndOfACrashTakesNobodyDown() {
    QCOMPARE(after("  - {at: 1s, crash: app, for: 20s}\n  - {at: 2s, restart: app}\n", seconds(3), seconds(39))
                 .requests.failed,
             0u);
    QVERIFY(after("  - {at: 1s, crash: app, for: 20s}\n", seconds(3), seconds(20)).requests.failed > 800);
    QCOMPARE(after("  - {at: 1s, crash: app, for: 20s}\n", seconds(22), seconds(39)).requests.failed, 0u);
  }

  void aRestartLosesWhatWasHeld() {
    const Summary s = after(R"(
  - {at: 5s, slow: app, factor: 100}
  - {at: 7s, restart: app}
)",
                            seconds(6), milliseconds(7001));
    QVERIFY(countOf(s.requests, "app.connection_lost") > 8);
  }
};

QTEST_APPLESS_MAIN(FaultsTest)
#include "faults_test.moc"

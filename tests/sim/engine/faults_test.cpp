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

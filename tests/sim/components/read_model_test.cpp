// Systems around messages: a read model that follows the writes (CQRS), state that is rebuilt by replay (event
// sourcing), consumers that bear duplicates.
#include <QtTest>
#include <cmath>
#include <string>

#include "support/run.h"

using namespace faultline;

namespace {

QByteArray text(double value) { return QByteArray::number(value, 'g', 9); }

// Commands go to the database and then into the stream; a projector keeps the read model, which queries ask alone.
std::string cqrs(const char* projector, const char* timeline = "",
                 const char* stream = "partitions: 4, heartbeat: 500ms, rebalance_pause: 500ms") {
  std::string t =
      "faultline: 1\nname: t\nduration: 60s\nclasses:\n  query: {share: 80%, key: uniform(200)}\n  command: {share: "
      "20%, effect: write, key: uniform(200)}\n"
      "nodes:\n  users: {kind: client, rate: 500/s}\n  api: {kind: service, work: 100us, workers: "
      "200}\n"
      "  db: {kind: database, work: 1ms, cores: 8}\n  events: {kind: stream, ";
  t += stream;
  t += "}\n  projector: {kind: service, ";
  t += projector;
  t += "}\n  read_model: {kind: cache, on_write: update, work: 100us, threads: 16}\n"
       "edges:\n  - users -> api\n  - api -> read_model: {for: [query], step: 1}\n  - api -> db: {for: [command], "
       "step: 1}\n"
       "  - api -> events: {for: [command], step: 2}\n  - events -> projector\n  - projector -> read_model: {effect: "
       "write}\ntimeline: [";
  t += timeline;
  t += "]\n";
  return t;
}

double staleShare(const Summary& s) {
  const NodeSummary& model = nodeOf(s, "read_model");
  return metricOf(model, "stale_reads").value / metricOf(model, "lookups").value;
}

}  // namespace

class ReadModelTest : public QObject {
  Q_OBJECT

 private slots:
  // The projection is late by what it takes; a query sees the old value with the chance that a write of its key is
  // under way.
  void stalenessFollowsTheDelayOfTheProjection_data() {
    QTest::addColumn<QByteArray>("work");
    QTest::addColumn<double>("delay");
    QTest::newRow("5 ms") << QByteArray("5ms") << 0.0055;
    QTest::newRow("20 ms") << QByteArray("20ms") << 0.030;
  }
  void stalenessFollowsTheDelayOfTheProjection() {
    QFETCH(QByteArray, work);
    QFETCH(double, delay);
    const std::string projector = "workers: 16, work: " + work.toStdString();
    const Summary s = runText(cqrs(projector.c_str()));
    const double measured = metricOf(nodeOf(s, "events"), "delay").value;
    QVERIFY2(std::abs(measured / delay - 1) < 0.4, text(measured));
    // 100 writes a second over 200 keys: half a write a second for each.
    const double expected = 0.5 * measured;
    QVERIFY2(std::abs(staleShare(s) / expected - 1) < 0.35, text(staleShare(s)));
    QCOMPARE(metricOf(nodeOf(s, "db"), "commits").value, metricOf(nodeOf(s, "events"), "appended").value);
  }

  // The projector is down: queries go on, older and older, and catch up afterwards; nobody sees an error.
  void aProjectorThatIsDownMakesAnswersOldNotWrong() {
    Simulation run(scenarioOf(cqrs("workers: 16, work: 1ms", "{at: 20s, crash: projector, for: 20s}")));
    const auto staleBetween = [&](int from, int to) {
      run.advanceTo(seconds(from));
      const double before = metricOf(nodeOf(run.summary(), "read_model"), "stale_reads").value;
      const double lookups = metricOf(nodeOf(run.summary(), "read_model"), "lookups").value;
      run.advanceTo(seconds(to));
      return (metricOf(nodeOf(run.summary(), "read_model"), "stale_reads").value - before) /
             (metricOf(nodeOf(run.summary(), "read_model"), "lookups").value - lookups);
    };
    QVERIFY(staleBetween(10, 20) < 0.005);
    QVERIFY(staleBetween(35, 40) > 0.9);
    QVERIFY(staleBetween(45, 60) < 0.005);
    QCOMPARE(run.summary().requests.failed, 0u);
  }

  // A deployment of another projection needs no downtime of the writing side: its own group starts from the first
  // event.
  void stateIsRebuiltByReplay() {
    const char* lost = "{at: 30s, flush: read_model}";
    const char* rebuilt = "{at: 30s, flush: read_model}, {at: 30.5s, replay: events}";
    const auto missesAfter = [](const char* timeline) {
      Simulation run(scenarioOf(cqrs("workers: 16, work: 500us", timeline)));
      run.advanceTo(seconds(34));
      const double before = metricOf(nodeOf(run.summary(), "read_model"), "misses").value;
      run.runToEnd();
      return metricOf(nodeOf(run.summary(), "read_model"), "misses").value - before;
    };
    // Without a replay a key is back after its next write, half a second of 200 keys apart.
    const double without = missesAfter(lost);
    QVERIFY2(without > 100, text(without));
    QCOMPARE(missesAfter(rebuilt), 0.0);
  }

  // While it replays, the projection goes back in time, as the old events are written over newer ones.
  void aReplayShowsOldStateUntilItHasCaughtUp() {
    Simulation run(scenarioOf(cqrs("workers: 16, work: 5ms", "{at: 40s, replay: events}")));
    run.advanceTo(seconds(40));
    const double before = metricOf(nodeOf(run.summary(), "read_model"), "stale_reads").value;
    run.advanceTo(seconds(42));
    const double during = metricOf(nodeOf(run.summary(), "read_model"), "stale_reads").value - before;
    QVERIFY2(during > 500, text(during));
    run.runToEnd();
    QVERIFY(metricOf(nodeOf(run.summary(), "events"), "lag").last < 5);
    QVERIFY(metricOf(nodeOf(run.summary(), "events"), "replayed").value > 3'900);
  }

  // The consumer dies after the payment and before the acknowledgement: it pays twice, unless it keeps idempotency
  // keys.
  void idempotentConsumersBearDuplicates_data() {
    QTest::addColumn<bool>("idempotent");
    QTest::newRow("plain") << false;
    QTest::newRow("idempotency keys") << true;
  }
  void idempotentConsumersBearDuplicates() {
    QFETCH(bool, idempotent);
    std::string yaml =
        "faultline: 1\nname: t\nduration: 60s\nclasses: {pay: {effect: write, key: uniform(1k)}}\nnodes:\n"
        "  users: {kind: client, arrivals: constant, rate: 50/s}\n  jobs: {kind: queue, redelivery_delay: 100ms}\n"
        "  payer: {kind: service, workers: 16, work: 1ms}\n  provider: {kind: service, workers: 16, work: 5ms, "
        "idempotency: ";
    yaml += idempotent ? "true" : "false";
    yaml +=
        "}\nedges:\n  - users -> jobs\n  - jobs -> payer\n  - payer -> provider: {timeout: 1s}\ntimeline: [{at: 10s, "
        "errors: payer, ratio: 20%, for: 30s}]\n";
    const Summary s = runText(yaml);
    const NodeSummary& provider = nodeOf(s, "provider");
    const double duplicates = metricOf(provider, "duplicate_effects").value,
                 avoided = metricOf(provider, "duplicates_avoided").value;
    // A fifth of 1500 messages, each until it goes through: 0.2 / 0.8.
    QVERIFY2(std::abs((idempotent ? avoided : duplicates) - 375) < 70, text(duplicates + avoided));
    QCOMPARE(idempotent ? duplicates : avoided, 0.0);
  }

  // A chain of services adds up, an event is accepted at once: S4's A 500 ms, B 800 ms, C 200 ms.
  void aChainWaitsAndAnEventDoesNot() {
    const std::string head =
        "faultline: 1\nname: t\nduration: 60s\nnodes:\n  users: {kind: client, arrivals: constant, rate: 10/s}\n"
        "  a: {kind: service, workers: 100, work: 500ms}\n  b: {kind: service, workers: 100, work: 800ms}\n  c: {kind: "
        "service, workers: 100, work: 200ms}\n";
    const Summary chain = runText(head + "edges: [users -> a -> b -> c]\n");
    QCOMPARE(chain.requests.okLatency.quantile(0.5).milliseconds() > 1490, true);
    const Summary events =
        runText(head + "  log: {kind: topic}\nedges: [users -> log, log -> a, log -> b, log -> c]\n");
    QVERIFY(events.requests.okLatency.quantile(0.99) < milliseconds(1));
    for (const char* name : {"a", "b", "c"}) QVERIFY(nodeOf(events, name).ok > 580);
  }
};

QTEST_APPLESS_MAIN(ReadModelTest)
#include "read_model_test.moc"

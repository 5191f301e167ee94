// Behaviour of the service that no exact result covers: its checks, its effects.
#include <QtTest>
#include <string>

#include "support/run.h"

using namespace faultline;

namespace {

double metric(const Summary& s, const char* node, const char* name) { return metricOf(nodeOf(s, node), name).value; }

}  // namespace

class ServiceTest : public QObject {
  Q_OBJECT

 private slots:
  // The archive dies after 10 s. A check of the worker alone stays green; one of the dependencies turns red, whichever
  // class it is that needs the archive.
  void aCheckOfTheDependenciesIsAboutEveryClass_data() {
    QTest::addColumn<QByteArray>("check");
    QTest::addColumn<QByteArray>("classes");
    QTest::addColumn<double>("healthy");
    QTest::newRow("worker") << QByteArray("worker") << QByteArray("report") << 2.0;
    QTest::newRow("first class") << QByteArray("dependencies") << QByteArray("home") << 0.0;
    QTest::newRow("last class") << QByteArray("dependencies") << QByteArray("report") << 0.0;
    QTest::newRow("two of three") << QByteArray("dependencies") << QByteArray("page, report") << 0.0;
  }
  void aCheckOfTheDependenciesIsAboutEveryClass() {
    QFETCH(QByteArray, check);
    QFETCH(QByteArray, classes);
    QFETCH(double, healthy);
    Simulation run(
        scenarioOf("faultline: 1\nname: t\nduration: 30s\nclasses: {home: {}, page: {}, report: {}}\nnodes:\n"
                   "  users: {kind: client, rate: 50/s}\n"
                   "  lb: {kind: load_balancer, health_check: {every: 1s, timeout: 500ms, fall: 2, rise: 2}}\n"
                   "  web: {kind: service, instances: 2, health_check: " +
                   check.toStdString() +
                   "}\n  fast: {kind: service}\n  archive: {kind: service}\n"
                   "edges:\n  - users -> lb\n  - lb -> web\n  - web -> fast\n  - web -> archive: {for: [" +
                   classes.toStdString() + "], step: 2}\ntimeline:\n  - {at: 10s, crash: archive}\n"));
    run.advanceTo(seconds(9));
    QCOMPARE(metricOf(nodeOf(run.summary(), "lb"), "healthy").last, 2.0);
    run.runToEnd();
    QCOMPARE(metricOf(nodeOf(run.summary(), "lb"), "healthy").last, healthy);
  }

  // Ten milliseconds of work and a hundred of waiting for another: one thread that is held meanwhile does nine a
  // second, one that is not does all fifty, and takes no longer for each.
  void anEventLoopIsHeldOnlyWhileItWorks_data() {
    QTest::addColumn<QByteArray>("mode");
    QTest::addColumn<double>("perSecond");
    QTest::newRow("a thread") << QByteArray("mode: threads, workers: 1") << 1000 / 110.0;
    QTest::newRow("six threads") << QByteArray("mode: threads, workers: 6") << 50.0;
    QTest::newRow("a loop") << QByteArray("mode: event_loop") << 50.0;
  }
  void anEventLoopIsHeldOnlyWhileItWorks() {
    QFETCH(QByteArray, mode);
    QFETCH(double, perSecond);
    const Summary s = runText(
        "faultline: 1\nname: t\nduration: 60s\nnodes:\n  users: {kind: client, rate: 50/s, arrivals: constant}\n"
        "  app: {kind: service, work: 10ms, " +
        mode.toStdString() +
        "}\n  other: {kind: service, workers: 1000, work: 100ms}\nedges:\n  - users -> app\n  - app -> other\n");
    const double measured = static_cast<double>(s.requests.ok) / 60;
    QVERIFY2(std::abs(measured - perSecond) < 0.02 * perSecond, QByteArray::number(measured));
    if (perSecond == 50) QVERIFY(std::abs(s.requests.okLatency.meanNs() / 1e6 - 110) < 1);
  }

  // Five places for requests that take a second: the others are refused at once.
  void aLoopRefusesBeyondItsPlaces() {
    const Summary s = runText(
        "faultline: 1\nname: t\nduration: 60s\nnodes:\n  users: {kind: client, rate: 20/s, arrivals: constant}\n"
        "  app: {kind: service, work: 0s, delay: 1s, mode: event_loop, max_in_flight: 5}\nedges: [users -> app]\n");
    QVERIFY2(std::abs(static_cast<double>(s.requests.ok) / 60 - 5) < 0.3, QByteArray::number(s.requests.ok));
    QCOMPARE(countOf(s.requests, "app.queue_full"), s.requests.failed);
  }

  // Work, calls, delay and finishing work follow one another; only work is stretched where a core is shared.
  void theParts_data() {
    QTest::addColumn<QByteArray>("params");
    QTest::addColumn<double>("ms");
    QTest::newRow("work") << QByteArray("work: 10ms") << 15.0;
    QTest::newRow("delay") << QByteArray("work: 10ms, delay: 20ms") << 35.0;
    QTest::newRow("finishing") << QByteArray("work: 10ms, finish_work: 30ms") << 45.0;
    QTest::newRow("all") << QByteArray("work: 10ms, delay: 20ms, finish_work: 30ms") << 65.0;
    QTest::newRow("all, in a loop") << QByteArray("mode: event_loop, work: 10ms, delay: 20ms, finish_work: 30ms")
                                    << 65.0;
    QTest::newRow("half a core") << QByteArray("cores: 0.5, work: 10ms, delay: 20ms, finish_work: 30ms") << 105.0;
    QTest::newRow("of a class") << QByteArray("work: {default: 10ms, all: 1ms}") << 6.0;
  }
  void theParts() {
    QFETCH(QByteArray, params);
    QFETCH(double, ms);
    const Summary s = runText(
        "faultline: 1\nname: t\nduration: 20s\nclasses: {all: {}}\nnodes:\n"
        "  users: {kind: client, rate: 2/s, arrivals: constant}\n  app: {kind: service, " +
        params.toStdString() + "}\n  other: {kind: service, work: 5ms}\nedges:\n  - users -> app\n  - app -> other\n");
    QVERIFY2(std::abs(s.requests.okLatency.meanNs() / 1e6 - ms) < 0.01,
             QByteArray::number(s.requests.okLatency.meanNs()));
  }

  // A rolling restart through a balancer: every instance finishes what it holds before it stops.
  void aRollingDeployFailsNobody_data() {
    QTest::addColumn<QByteArray>("drain");
    QTest::addColumn<bool>("fails");
    QTest::newRow("drained") << QByteArray("drain: 2s, ") << false;
    QTest::newRow("at once") << QByteArray() << true;
  }
  void aRollingDeployFailsNobody() {
    QFETCH(QByteArray, drain);
    QFETCH(bool, fails);
    const Summary s = runText(
        "faultline: 1\nname: t\nduration: 60s\nnodes:\n  users: {kind: client, rate: 100/s}\n  lb: {kind: "
        "load_balancer}\n"
        "  app: {kind: service, instances: 3, workers: 100, work: 100ms}\nedges:\n  - users -> lb\n  - lb -> app\n"
        "timeline:\n  - {at: 10s, deploy: app, " +
        drain.toStdString() + "boot: 5s}\n");
    QCOMPARE(s.requests.failed > 0, fails);
  }

  // What was answered with an injected error had no effect: nothing is done twice, and a key finds nothing to replay.
  void aFailedWriteHasNoEffect_data() {
    QTest::addColumn<QByteArray>("keys");
    QTest::addColumn<double>("ratio");
    QTest::newRow("all fail") << QByteArray("false") << 1.0;
    QTest::newRow("half fails") << QByteArray("false") << 0.5;
    QTest::newRow("all fail, with keys") << QByteArray("true") << 1.0;
    QTest::newRow("half fails, with keys") << QByteArray("true") << 0.5;
  }
  void aFailedWriteHasNoEffect() {
    QFETCH(QByteArray, keys);
    QFETCH(double, ratio);
    const Summary s = runText(
        "faultline: 1\nname: t\nduration: 60s\nclasses: {put: {effect: write}}\nnodes:\n"
        "  users: {kind: client, rate: 20/s, until: 50s}\n  balances: {kind: service, idempotency: " +
        keys.toStdString() +
        "}\nedges:\n  - users -> balances: {retry: {max: 3, backoff: constant, base: 100ms, on: [error]}}\n"
        "timeline:\n  - {at: 0s, errors: balances, ratio: " +
        std::to_string(ratio) + "}\n");
    QCOMPARE(metric(s, "balances", "duplicate_effects"), 0.0);
    QCOMPARE(metric(s, "balances", "duplicates_avoided"), 0.0);
    const double failed = static_cast<double>(s.requests.failed) / static_cast<double>(s.requests.offered);
    QVERIFY2(std::abs(failed - std::pow(ratio, 4)) < 0.03,
             QByteArray::number(failed));  // the first one and three retries
  }

  // Without keys a repeated write takes effect again; the answers are lost on the way, so every attempt did its work.
  void aLostAnswerIsNotAFailedWrite() {
    const auto run = [](const char* keys) {
      return runText(
          std::string("faultline: 1\nname: t\nduration: 60s\nclasses: {put: {effect: write}}\nnodes:\n"
                      "  users: {kind: client, rate: 20/s, until: 50s}\n  balances: {kind: service, idempotency: ") +
          keys +
          "}\nedges:\n  - users -> balances: {latency: 1ms, loss: 20%, timeout: 100ms, retry: {max: 3, backoff: "
          "constant, "
          "base: 100ms}}\n");
    };
    QVERIFY(metric(run("false"), "balances", "duplicate_effects") > 100);
    QCOMPARE(metric(run("true"), "balances", "duplicate_effects"), 0.0);
    QVERIFY(metric(run("true"), "balances", "duplicates_avoided") > 100);
  }
};

QTEST_APPLESS_MAIN(ServiceTest)
#include "service_test.moc"

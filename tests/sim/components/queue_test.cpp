// Behaviour of the queue, and the queue cases of the truth suite.
#include <QtTest>
#include <cmath>
#include <string>
#include <vector>

#include "engine/observer.h"
#include "support/run.h"

using namespace faultline;

namespace {

double metric(const Summary& s, const char* name) { return metricOf(nodeOf(s, "jobs"), name).value; }
double last(const Summary& s, const char* name) { return metricOf(nodeOf(s, "jobs"), name).last; }
double peak(const Summary& s, const char* name) { return metricOf(nodeOf(s, "jobs"), name).peak; }
QByteArray text(double value) { return QByteArray::number(value, 'g', 9); }
bool near(double value, double expected, double relative) { return std::abs(value / expected - 1) <= relative; }

// users -> jobs -> worker.
std::string system(const std::string& top, const std::string& users, const std::string& jobs, const std::string& worker,
                   const std::string& timeline = "", const std::string& edge = "{}") {
  return "faultline: 1\nname: t\n" + top + "\nnodes:\n  users: {kind: client, arrivals: constant, " + users +
         "}\n  jobs: {kind: queue, " + jobs + "}\n  worker: {kind: service, " + worker +
         "}\nedges:\n  - users -> jobs\n  - jobs -> worker: " + edge + "\n" + (timeline.empty() ? "" : "timeline: [" + timeline + "]\n");
}

// Keys of the messages in the order in which the worker answered them.
struct Answers : Observer {
  void onAnswer(SimTime at, NodeId node, CallId, const Call& call) override {
    if (node != 2) return;
    keys.push_back(call.key);
    times.push_back(at);
    failed.push_back(call.failure != 0);
  }
  std::vector<std::uint32_t> keys;
  std::vector<SimTime> times;
  std::vector<bool> failed;
};

}  // namespace

#define VERIFY_NEAR(value, expected, relative) QVERIFY2(near(value, expected, relative), text(value))

class QueueTest : public QObject {
  Q_OBJECT

 private slots:
  // qu-backlog-drain: 10,000 messages gather while the workers are down.
  void backlogDrains_data() {
    QTest::addColumn<QByteArray>("after");
    QTest::addColumn<double>("seconds");
    QTest::newRow("150/s") << QByteArray("1.5") << 200.0;
    QTest::newRow("nothing new") << QByteArray("0") << 50.0;
  }
  void backlogDrains() {
    QFETCH(QByteArray, after);
    QFETCH(double, seconds);
    Simulation run(scenarioOf(system("duration: 500s", "rate: 100/s", "prefetch: 10, reconnect_delay: 1ms", "workers: 10, work: 50ms",
                                     "{at: 0s, crash: worker, for: 100s}, {at: 100s, traffic: users, factor: " + after.toStdString() + "}")));
    run.advanceTo(faultline::seconds(99));
    QVERIFY(run.frame().nodes[1].gauges[0] >= 9'890);
    double drained = 0;
    for (int t = 100; t < 500 && drained == 0; ++t) {
      run.advanceTo(faultline::seconds(t));
      if (t > 101 && run.frame().nodes[1].gauges[0] == 0) drained = t - 100;
    }
    QVERIFY2(std::abs(drained - seconds) <= 0.01 * seconds + 1, text(drained));
  }

  void backlogGrowsByTheDifference() {
    const Summary s = runText(system("duration: 100s", "rate: 250/s", "", "workers: 10, work: 50ms"));
    VERIFY_NEAR(last(s, "depth"), 5'000, 0.005);
  }

  // qu-consumer-outage.
  void consumerOutage() {
    Answers answers;
    Simulation run(scenarioOf(system("duration: 1600s", "rate: 80/s", "prefetch: 1, reconnect_delay: 1ms", "workers: 1, work: 10ms",
                                     "{at: 0s, crash: worker, for: 300s}")));
    run.observe(&answers);
    run.advanceTo(seconds(300));
    const auto& age = run.series().find("jobs.oldest_age")->values;
    QVERIFY2(std::abs(age.back() - 300'000) < 100, text(age.back()));
    run.runToEnd();
    const Summary s = run.summary();
    VERIFY_NEAR(peak(s, "depth"), 24'000, 0.001);
    // The message sent at 150 s is the 12,000th: it is answered 270 s later.
    std::vector<SimTime> done;
    for (std::size_t i = 0; i < answers.times.size(); ++i)
      if (!answers.failed[i]) done.push_back(answers.times[i]);
    QVERIFY2(std::abs(done[11'999].seconds() - 420) < 0.2, text(done[11'999].seconds()));
    const auto& depth = run.series().find("jobs.depth")->values;
    std::size_t empty = 310;
    while (depth[empty] > 1) ++empty;
    QVERIFY2(std::abs(static_cast<double>(empty) - 1'500) < 12, text(static_cast<double>(empty)));
  }

  // qu-dlq-3.
  void deadLettersAfterThree() {
    const Summary s = runText(system("duration: 2000s", "rate: 200/s", "max_receives: 3, redelivery_delay: 10ms", "workers: 100, work: 1ms",
                                     "{at: 0s, errors: worker, ratio: 20%}"));
    VERIFY_NEAR(metric(s, "dead_lettered") / metric(s, "enqueued"), 0.008, 0.05);
    VERIFY_NEAR(metric(s, "delivered") / metric(s, "enqueued"), 1.24, 0.003);
    QCOMPARE(last(s, "dead_letters"), metric(s, "dead_lettered"));
    QCOMPARE(metric(s, "dead_error"), metric(s, "dead_lettered"));
    QCOMPARE(metric(s, "enqueued"), metric(s, "acked") + last(s, "dead_letters") + last(s, "depth") + last(s, "unacked"));
  }

  // qu-visibility-duplicates.
  void visibilityDuplicates_data() {
    QTest::addColumn<QByteArray>("timeout");
    QTest::addColumn<double>("expected");
    QTest::newRow("30 s") << QByteArray("30s") << 0.0497870684;
    QTest::newRow("46 s") << QByteArray("46.0517s") << 0.01;
  }
  void visibilityDuplicates() {
    QFETCH(QByteArray, timeout);
    QFETCH(double, expected);
    const Summary s = runText(system("duration: 5000s", "rate: 100/s", "prefetch: 60000, visibility_timeout: " + timeout.toStdString(),
                                     "workers: 100k, work: exponential(10s)"));
    VERIFY_NEAR(metric(s, "redelivered") / metric(s, "enqueued"), expected, 0.03);
    QVERIFY(metric(s, "late_answers") > 0);
  }

  void answersAtOnceAndKeepsPrefetch() {
    const Summary s = runText(system("duration: 10s", "rate: 100/s", "prefetch: 3", "instances: 2, workers: 100, work: 1s"));
    QVERIFY(s.requests.okLatency.max().ns == 0);
    QCOMPARE(peak(s, "unacked"), 6.0);
    QCOMPARE(nodeOf(s, "worker").instanceArrivals[0], nodeOf(s, "worker").instanceArrivals[1]);
  }

  // A corrupt message blocks a strict queue for ever, unless it may become a dead letter.
  void poisonBlocksAStrictQueue_data() {
    QTest::addColumn<QByteArray>("jobs");
    QTest::addColumn<bool>("blocks");
    QTest::newRow("for ever") << QByteArray("order: fifo") << true;
    QTest::newRow("three times") << QByteArray("order: fifo, max_receives: 3") << false;
    QTest::newRow("unordered") << QByteArray("order: unordered") << false;
  }
  void poisonBlocksAStrictQueue() {
    QFETCH(QByteArray, jobs);
    QFETCH(bool, blocks);
    const Summary s = runText(system("duration: 100s", "rate: 10/s", jobs.toStdString(), "work: 1ms",
                                     "{at: 10.05s, poison: jobs, share: 100%}, {at: 10.15s, poison: jobs, share: 0%}"));
    QCOMPARE(metric(s, "acked") < 110, blocks);
    QCOMPARE(last(s, "dead_letters"), jobs.contains("max_receives") ? 1.0 : 0.0);
    QCOMPARE(metric(s, "dead_poison"), last(s, "dead_letters"));
  }

  void strictOrderIsKept() {
    Answers answers;
    Simulation run(scenarioOf(system("duration: 50s\nclasses: {job: {key: sequential(1000)}}", "rate: 10/s", "order: fifo, redelivery_delay: 50ms",
                                     "instances: 3, workers: 10, work: uniform(1ms, 20ms)", "{at: 0s, errors: worker, ratio: 30%}")));
    run.observe(&answers);
    run.runToEnd();
    std::uint32_t expected = 0;
    for (std::size_t i = 0; i < answers.keys.size(); ++i) {
      QCOMPARE(answers.keys[i], expected);
      if (!answers.failed[i]) ++expected;
    }
    QVERIFY(expected > 400);
  }

  // Of two keys one fails: with groups it blocks only itself.
  void groupsBlockOnlyThemselves() {
    Answers answers;
    Simulation run(scenarioOf(system("duration: 20s\nclasses: {job: {key: sequential(2)}}", "rate: 10/s", "order: per_group",
                                     "workers: 10, work: 150ms", "{at: 0s, poison: jobs, share: 100%}, {at: 0.15s, poison: jobs, share: 0%}")));
    run.observe(&answers);
    run.runToEnd();
    const Summary s = run.summary();
    QVERIFY2(metric(s, "acked") > 90 && metric(s, "acked") < 101, text(metric(s, "acked")));
    for (std::size_t i = 1; i < answers.keys.size(); ++i) QVERIFY(answers.times[i] >= answers.times[i - 1]);
  }

  void workerCrashRedelivers() {
    const Summary s = runText(system("duration: 30s", "rate: 10/s", "", "instances: 2, workers: 10, work: 500ms",
                                     "{at: 5s, crash: \"worker[0]\", for: 5s}, {at: 20s, traffic: users, factor: 0}"));
    QVERIFY(metric(s, "redelivered") >= 2 && metric(s, "redelivered") <= 4);
    QCOMPARE(metric(s, "acked"), metric(s, "enqueued"));
    QCOMPARE(metric(s, "lost"), 0.0);
  }

  void atMostOnceLosesWhatFails() {
    const Summary s = runText(system("duration: 100s", "rate: 100/s", "delivery: at_most_once", "workers: 100, work: 1ms",
                                     "{at: 0s, errors: worker, ratio: 10%}"));
    QCOMPARE(metric(s, "redeliveries"), 0.0);
    VERIFY_NEAR(metric(s, "lost") / metric(s, "enqueued"), 0.1, 0.1);
    QCOMPARE(metric(s, "enqueued"), metric(s, "acked") + metric(s, "lost") + last(s, "unacked"));
  }

  // A consumer that is down is asked once every reconnect_delay, not as fast as it refuses.
  void refusalsDoNotSpin() {
    const Summary s = runText(system("duration: 100s", "rate: 10/s", "redelivery_delay: 0s, max_receives: 2", "work: 1ms", "{at: 0s, crash: worker}"));
    QVERIFY2(nodeOf(s, "worker").arrivals <= 1'010, text(double(nodeOf(s, "worker").arrivals)));
    QCOMPARE(metric(s, "dead_lettered"), 0.0);
    QCOMPARE(metric(s, "redeliveries"), 0.0);
  }

  void crashOfTheQueue_data() {
    QTest::addColumn<bool>("durable");
    QTest::newRow("durable") << true;
    QTest::newRow("in memory") << false;
  }
  void crashOfTheQueue() {
    QFETCH(bool, durable);
    const Summary s = runText(system("duration: 100s", "rate: 10/s", durable ? "durable: true" : "durable: false", "workers: 5, work: 1s",
                                     "{at: 20.05s, traffic: users, factor: 0}, {at: 20.5s, crash: jobs, for: 1s}"));
    if (durable) {
      QCOMPARE(metric(s, "acked"), metric(s, "enqueued"));
      QCOMPARE(metric(s, "redelivered"), 10.0);  // the prefetch
    } else {
      QVERIFY2(metric(s, "lost") > 90, text(metric(s, "lost")));
      QCOMPARE(metric(s, "acked") + metric(s, "lost"), metric(s, "enqueued"));
    }
    QCOMPARE(last(s, "depth"), 0.0);
  }

  void overflow_data() {
    QTest::addColumn<QByteArray>("policy");
    QTest::newRow("reject") << QByteArray("reject");
    QTest::newRow("drop") << QByteArray("drop_oldest");
  }
  void overflow() {
    QFETCH(QByteArray, policy);
    const Summary s = runText(system("duration: 10s", "rate: 100/s", "capacity: 50, prefetch: 1, overflow: " + policy.toStdString(), "workers: 1, work: 1s"));
    QCOMPARE(peak(s, "depth"), 50.0);
    const bool rejects = policy == "reject";
    QVERIFY((countOf(s.requests, "jobs.queue_full") > 900) == rejects);
    QVERIFY((metric(s, "dropped") > 900) == !rejects);
  }

  void retentionDropsTheOld() {
    const Summary s = runText(system("duration: 100s", "rate: 10/s", "retention: 5s", "work: 1ms", "{at: 20s, crash: worker, for: 60s}"));
    VERIFY_NEAR(peak(s, "depth"), 50, 0.05);
    VERIFY_NEAR(metric(s, "expired"), 550, 0.02);
  }

  // Repaired dead letters succeed when they are replayed; others come back.
  void replayOfDeadLetters_data() {
    QTest::addColumn<QByteArray>("replay");
    QTest::addColumn<double>("left");
    QTest::newRow("as they are") << QByteArray("{at: 50s, replay_dead_letters: jobs}") << 100.0;
    QTest::newRow("mended") << QByteArray("{at: 50s, replay_dead_letters: jobs, mended: true}") << 0.0;
    QTest::newRow("purged") << QByteArray("{at: 50s, purge: jobs, dead_letters: true}") << 0.0;
  }
  void replayOfDeadLetters() {
    QFETCH(QByteArray, replay);
    QFETCH(double, left);
    const Summary s = runText(system("duration: 100s", "rate: 10/s", "max_receives: 2", "workers: 20, work: 1ms",
                                     "{at: 10.05s, poison: jobs, share: 100%}, {at: 20.05s, poison: jobs, share: 0%}, " + replay.toStdString()));
    QCOMPARE(peak(s, "dead_letters"), 100.0);
    QCOMPARE(last(s, "dead_letters"), left);
    QCOMPARE(metric(s, "purged"), replay.contains("purge") ? 100.0 : 0.0);
    QCOMPARE(metric(s, "acked") + metric(s, "purged") + left + last(s, "depth") + last(s, "unacked"), metric(s, "enqueued"));
  }

  // Delays of 1, 2, 4 and 8 s before the fifth delivery; a cap of 3 s shortens the last two.
  void redeliveryBackoff() {
    Answers answers;
    Simulation run(scenarioOf(system("duration: 40s", "rate: 0.1/s", "redelivery_backoff: exponential, redelivery_cap: 3s, max_receives: 5",
                                     "work: 0ms", "{at: 0s, errors: worker, ratio: 100%}, {at: 15s, traffic: users, factor: 0}")));
    run.observe(&answers);
    run.runToEnd();
    QVERIFY(answers.times.size() >= 5);
    const std::int64_t expected[] = {1, 2, 3, 3};
    for (std::size_t i = 0; i < 4; ++i) QCOMPARE((answers.times[i + 1] - answers.times[i]).ns, expected[i] * 1'000'000'000);
  }

  // A delivery that vanished comes back after the visibility timeout; the edge's timeout frees its place.
  void vanishedDeliveryComesBack() {
    const Summary s = runText(system("duration: 60s", "rate: 1/s", "prefetch: 2, visibility_timeout: 5s", "workers: 4, work: 1ms",
                                     "{at: 10s, cut: jobs -> worker, for: 10s}, {at: 40s, traffic: users, factor: 0}", "{timeout: 8s}"));
    QCOMPARE(metric(s, "acked"), metric(s, "enqueued"));
    QVERIFY(metric(s, "visibility_timeouts") >= 2);
  }

  // Nobody ever gives up a delivery here: without its place back, a consumer with a prefetch of 2 would stop after two losses.
  void vanishedDeliveryGivesItsPlaceBack_data() {
    QTest::addColumn<QString>("edge");
    QTest::newRow("plain") << "";
    QTest::newRow("with a connection pool") << "{pool: {size: 100}}";
  }
  void vanishedDeliveryGivesItsPlaceBack() {
    QFETCH(QString, edge);
    const Summary s = runText(system("duration: 120s", "rate: 1/s", "prefetch: 2, visibility_timeout: 5s", "workers: 4, work: 1ms",
                                     "{at: 10s, cut: jobs -> worker, for: 10s}, {at: 30s, loss: jobs -> worker, ratio: 20%, for: 30s}, "
                                     "{at: 60s, traffic: users, factor: 0}",
                                     edge.toStdString()));
    QCOMPARE(metric(s, "acked"), metric(s, "enqueued"));
    QVERIFY(metric(s, "visibility_timeouts") >= 5);
    QCOMPARE(metric(s, "failed_deliveries"), 0.0);
    QCOMPARE(metric(s, "late_answers"), 0.0);
  }

  void workOfStoring() {
    const Summary s = runText(system("duration: 100s", "rate: 100/s", "work: 5ms", "workers: 10, work: 1ms"));
    VERIFY_NEAR(nodeOf(s, "jobs").utilization, 0.5, 0.01);
    QCOMPARE(s.requests.okLatency.max().ns, std::int64_t{5'000'000});
  }
};

QTEST_APPLESS_MAIN(QueueTest)
#include "queue_test.moc"

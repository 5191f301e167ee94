#include <QtTest>
#include <cmath>
#include <string>
#include <vector>

#include "support/run.h"

using namespace faultline;

namespace {

// Clients, a limiter and an instant server behind it.
std::string system(const std::string& clients, const std::string& limiter, const std::string& duration,
                   const std::string& timeline = {}, const std::string& edge = "{}", const std::string& classes = {}) {
  std::string text = "faultline: 1\nname: t\nduration: " + duration + "\n" + classes + "nodes:\n" + clients +
                     "  limit: {kind: rate_limiter, " + limiter +
                     "}\n  app: {kind: service, work: 0s, workers: 100000}\nedges:\n  - limit -> app\n";
  for (const char* name : {"a", "b", "users"})
    if (clients.find(std::string("  ") + name + ":") != std::string::npos)
      text += std::string("  - ") + name + " -> limit: " + edge + "\n";
  return text + (timeline.empty() ? std::string() : "timeline:\n" + timeline);
}

std::string users(const std::string& params) { return "  users: {kind: client, arrivals: constant, " + params + "}\n"; }

// When calls reached the guarded server.
class Calls : public Observer {
 public:
  explicit Calls(const std::string& yaml) : simulation_(scenarioOf(yaml)) {
    simulation_.observe(this);
    simulation_.runToEnd();
    summary = simulation_.summary();
  }
  void onArrive(SimTime now, NodeId node, CallId, const Call&) override {
    if (simulation_.nodeNames()[node] == "app") passed.push_back(now.seconds());
  }
  std::size_t between(double from, double to) const {
    std::size_t n = 0;
    for (double t : passed) n += t >= from && t < to;
    return n;
  }
  double value(const char* metric) const { return metricOf(nodeOf(summary, "limit"), metric).value; }
  const Series& series() const { return simulation_.series(); }

  std::vector<double> passed;
  Summary summary;

 private:
  Simulation simulation_;
};

}  // namespace

class RateLimiterTest : public QObject {
  Q_OBJECT

 private slots:
  // A burst of 100 and 10 a second: in t seconds of overload 100 + 10 t calls go, the others get 429.
  void tokenBucket_data() {
    QTest::addColumn<QString>("rate");
    QTest::newRow("20/s") << "20/s";
    QTest::newRow("50/s") << "50/s";
    QTest::newRow("1000/s") << "1k/s";
  }
  void tokenBucket() {
    QFETCH(QString, rate);
    const Calls run(system(users("rate: " + rate.toStdString()), "burst: 100, rate: 10/s", "60s"));
    const double most = 100 + 10 * 60;
    QVERIFY2(run.passed.size() <= most && run.passed.size() >= most - 1,
             qPrintable(QString::number(run.passed.size())));
    QCOMPARE(run.value("limited"), static_cast<double>(run.summary.requests.failed));
    QCOMPARE(countOf(run.summary.requests, "limit.rate_limited"), run.summary.requests.failed);
    for (double from = 0; from < 50; from += 1.7) QVERIFY(run.between(from, from + 10) <= 200);
  }

  void aFullBucketHoldsNoMoreThanItsBurst() {
    // A minute of silence adds nothing to a full bucket.
    const Calls run(
        system(users("rate: 1k/s, batch: 1k, operations: 1k, from: 60s"), "burst: 30, rate: 10/s", "61.5s"));
    QCOMPARE(run.passed.size(), std::size_t{30});
  }

  void tokensAreAMetric() {
    const Calls run(system(users("rate: 20/s, until: 20s"), "burst: 100, rate: 10/s", "60s"));
    const SeriesColumn* tokens = run.series().find("limit.tokens");
    QVERIFY(tokens != nullptr);
    QVERIFY(std::fabs(tokens->values[4] - 50) <= 1);  // after five seconds, ten a second fewer
    QVERIFY(tokens->values[15] <= 1);
    QCOMPARE(tokens->values[40], 100.0);
  }

  // Every user has a bucket: only the greedy one is refused.
  void perUser() {
    const std::string clients =
        "  a: {kind: client, arrivals: constant, rate: 100/s, users: 1}\n"
        "  b: {kind: client, arrivals: constant, rate: 5/s, users: 1}\n";
    const Calls each(system(clients, "per: user, burst: 10, rate: 10/s", "60s"));
    QCOMPARE(nodeOf(each.summary, "b").operations[0].failed, std::uint64_t{0});
    const auto greedy = nodeOf(each.summary, "a").operations[0].ok;
    QVERIFY(greedy >= 609 && greedy <= 610);
    const Calls together(system(clients, "burst: 10, rate: 10/s", "60s"));
    QVERIFY(nodeOf(together.summary, "b").operations[0].failed > 100);
  }

  void perClassAndKey_data() {
    QTest::addColumn<QString>("per");
    QTest::addColumn<int>("counters");
    QTest::newRow("all") << "all" << 1;
    QTest::newRow("class") << "class" << 2;
    QTest::newRow("key") << "key" << 8;
  }
  void perClassAndKey() {
    QFETCH(QString, per);
    QFETCH(int, counters);
    const std::string classes =
        "classes:\n  x: {share: 50%, key: uniform(4)}\n  y: {share: 50%, key: 'hot(10%, 1, 4)'}\n";
    const Calls run(system(users("rate: 10k/s, operations: 10k"),
                           "per: " + per.toStdString() + ", burst: 10, rate: 0.001/s", "10s", {}, "{}", classes));
    QCOMPARE(run.passed.size(), static_cast<std::size_t>(10 * counters));
  }

  // Four servers that count for themselves admit four times as much; shared counters do not.
  void ownAndSharedCounters() {
    const Calls own(system(users("rate: 1k/s"), "instances: 4, burst: 100, rate: 10/s", "60s"));
    QVERIFY(own.passed.size() <= 4 * 700 && own.passed.size() >= 4 * 699);
    const Calls shared(system(users("rate: 1k/s"), "instances: 4, counters: shared, burst: 100, rate: 10/s", "60s"));
    QVERIFY(shared.passed.size() <= 700 && shared.passed.size() >= 699);
    // The price: every call asks the store.
    const Calls asked(system(users("rate: 5/s"), "instances: 4, counters: shared, store_latency: 700us", "60s"));
    QCOMPARE(asked.summary.requests.okLatency.meanNs(), 700e3);
    QCOMPARE(own.summary.requests.okLatency.meanNs(), 0.0);
  }

  // Without a log, a boundary lets twice the limit pass.
  void windows_data() {
    QTest::addColumn<QString>("algorithm");
    QTest::addColumn<int>("aroundTheBoundary");
    QTest::newRow("fixed") << "fixed_window" << 20;
    QTest::newRow("sliding") << "sliding_window" << 10;
  }
  void windows() {
    QFETCH(QString, algorithm);
    QFETCH(int, aroundTheBoundary);
    const std::string limiter = "algorithm: " + algorithm.toStdString() + ", limit: 10, window: 1s";
    const Calls run(system(users("rate: 250/s, from: 0.946s"), limiter, "10s"));
    QCOMPARE(run.between(0.95, 1.045), static_cast<std::size_t>(aroundTheBoundary));
    // Under lasting overload both let 10 a second pass.
    QCOMPARE(run.between(3, 8), std::size_t{50});
    if (algorithm == "sliding_window")
      for (double from = 1; from < 8; from += 0.013) QVERIFY(run.between(from, from + 1) <= 10);
  }

  // nginx: excess of a burst goes at once with nodelay, evenly without; 1 + burst calls of thirty.
  void leakyBucket() {
    const std::string load = users("rate: 30/s, batch: 30, operations: 30");
    const std::string bucket = "algorithm: leaky_bucket, rate: 10/s, burst: 20";
    const Calls nodelay(system(load, bucket, "10s"));
    QCOMPARE(nodelay.between(1, 1.001), std::size_t{21});
    QCOMPARE(nodelay.passed.size(), std::size_t{21});
    const Calls spaced(system(load, bucket + ", on_limit: delay", "10s"));
    QCOMPARE(spaced.passed.size(), std::size_t{21});
    for (std::size_t i = 0; i < 21; ++i)
      QVERIFY(std::fabs(spaced.passed[i] - (1 + 0.1 * static_cast<double>(i))) < 1e-6);
    QCOMPARE(nodeOf(spaced.summary, "limit").queueMax, std::int64_t{20});
    QCOMPARE(spaced.value("delayed"), 20.0);
    // Those 20 wait 0.1, 0.2 ... 2 s.
    QVERIFY(std::fabs(nodeOf(spaced.summary, "limit").wait.meanNs() / 1e9 - 1.05) < 1e-6);
  }

  // Held back by each algorithm: when twelve calls of one instant go.
  void heldBack_data() {
    QTest::addColumn<QString>("limiter");
    QTest::addColumn<QList<double>>("after");
    QTest::newRow("token bucket") << "burst: 3, rate: 10/s"
                                  << QList<double>{0, 0, 0, .1, .2, .3, .4, .5, .6, .7, .8, .9};
    QTest::newRow("fixed window") << "algorithm: fixed_window, limit: 5, window: 1s"
                                  << QList<double>{0, 0, 0, 0, 0, .8, .8, .8, .8, .8, 1.8, 1.8};
    QTest::newRow("sliding window") << "algorithm: sliding_window, limit: 5, window: 1s"
                                    << QList<double>{0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2};
    QTest::newRow("no longer than") << "burst: 3, rate: 10/s, max_delay: 250ms" << QList<double>{0, 0, 0, .1, .2};
  }
  void heldBack() {
    QFETCH(QString, limiter);
    QFETCH(QList<double>, after);
    const Calls run(system(users("rate: 12/s, batch: 12, operations: 12, from: 1.2s"),
                           "on_limit: delay, " + limiter.toStdString(), "10s"));
    QCOMPARE(run.passed.size(), static_cast<std::size_t>(after.size()));
    for (int i = 0; i < after.size(); ++i)
      QVERIFY2(std::fabs(run.passed[static_cast<std::size_t>(i)] - 2.2 - after[i]) < 1e-6,
               qPrintable(QString::number(i)));
    QCOMPARE(run.summary.requests.failed, static_cast<std::uint64_t>(12 - after.size()));
  }

  // Of two calls at once the second is told to come again after 400 ms, and then gets through.
  void retryAfterTellsWhenToComeAgain() {
    const std::string retries = "{retry: {max: 10, backoff: constant, base: 10ms, on: [rejected]}}";
    const std::string load = users("rate: 2/s, batch: 2, operations: 20");
    const std::string limiter = "burst: 1, rate: 2.5/s, ";
    const Calls with(system(load, limiter + "retry_after: true", "60s", {}, retries));
    const Calls without(system(load, limiter + "retry_after: false", "60s", {}, retries));
    QCOMPARE(with.summary.requests.failed, std::uint64_t{0});
    QCOMPARE(edgeOf(with.summary, "users", "limit").retries, std::uint64_t{10});
    QCOMPARE(without.summary.requests.failed, std::uint64_t{10});
    QCOMPARE(edgeOf(without.summary, "users", "limit").retries, std::uint64_t{100});
  }

  // Whoever gives up leaves the queue of the limiter, if the arrow says so.
  void cancelledCallsLeave() {
    const Calls run(system(users("rate: 30/s, batch: 30, operations: 30"), "burst: 1, rate: 10/s, on_limit: delay",
                           "10s", {}, "{timeout: 1.05s, cancel: true}"));
    QCOMPARE(run.passed.size(), std::size_t{11});
    QCOMPARE(run.summary.requests.ok, std::uint64_t{11});
    QCOMPARE(nodeOf(run.summary, "limit").queueMean > 0, true);
    QCOMPARE(nodeOf(run.summary, "limit").inFlight, std::int64_t{0});
    const SeriesColumn* queue = run.series().find("limit.queue");
    QCOMPARE(queue->values[5], 0.0);
  }

  void aCrashEmptiesOwnCountersOnly_data() {
    QTest::addColumn<QString>("counters");
    QTest::addColumn<int>("afterwards");
    QTest::newRow("own") << "own" << 100;
    QTest::newRow("shared") << "shared" << 10;
  }
  void aCrashEmptiesOwnCountersOnly() {
    QFETCH(QString, counters);
    QFETCH(int, afterwards);
    const Calls run(system(users("rate: 1k/s"), "counters: " + counters.toStdString(), "30s",
                           "  - {at: 20s, crash: limit, for: 1s}\n"));
    const auto burst = static_cast<int>(run.between(21, 21.1));
    QVERIFY2(std::abs(burst - afterwards) <= 2, qPrintable(QString::number(burst)));
  }

  void parametersMayChangeWhileItRuns() {
    const Calls run(
        system(users("rate: 1k/s"), "burst: 1, rate: 10/s", "40s", "  - {at: 20s, set: limit.rate, to: 100/s}\n"));
    QVERIFY(std::abs(static_cast<int>(run.between(10, 20)) - 100) <= 1);
    QVERIFY(std::abs(static_cast<int>(run.between(20, 30)) - 1000) <= 1);
    const Calls other(system(users("rate: 1k/s"), "burst: 1, rate: 10/s, limit: 50", "40s",
                             "  - {at: 20s, set: limit.algorithm, to: fixed_window}\n"));
    QCOMPARE(other.between(21, 31), std::size_t{500});
  }

  void badParametersAreExplained_data() {
    QTest::addColumn<QString>("limiter");
    QTest::addColumn<QString>("message");
    QTest::newRow("store") << "store_latency: 1ms"
                           << "only `counters: shared` asks a store";
    QTest::newRow("delay") << "max_delay: 1s"
                           << "only `on_limit: delay` holds calls back";
    QTest::newRow("rate") << "rate: 0/s"
                          << "rate";
    QTest::newRow("algorithm") << "algorithm: token_buckets"
                               << "token_bucket";
  }
  void badParametersAreExplained() {
    QFETCH(QString, limiter);
    QFETCH(QString, message);
    const std::string problems = problemsOf(system(users("rate: 1/s"), limiter.toStdString(), "1s"));
    QVERIFY2(problems.find(message.toStdString()) != std::string::npos, problems.c_str());
  }
};

QTEST_APPLESS_MAIN(RateLimiterTest)
#include "rate_limiter_test.moc"

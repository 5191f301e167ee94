// Behaviour of the cache, and the caching cases of the truth suite.
#include <QtTest>
#include <cmath>
#include <string>

#include "io/yaml_reader.h"
#include "support/run.h"

using namespace faultline;

namespace {

double metric(const Summary& s, const char* node, const char* name) { return metricOf(nodeOf(s, node), name).value; }
double peak(const Summary& s, const char* node, const char* name) { return metricOf(nodeOf(s, node), name).peak; }
double perSecond(const Summary& s, std::uint64_t n) { return static_cast<double>(n) / (s.simulated - s.warmup).seconds(); }
bool near(double value, double expected, double relative) { return std::abs(value / expected - 1) <= relative; }
QByteArray text(double value) { return QByteArray::number(value, 'g', 9); }

// users -> cache -> db, where the cache fetches itself.
std::string readThrough(const std::string& top, const std::string& users, const std::string& cache, const std::string& work,
                        const std::string& edge = "{}") {
  return "faultline: 1\nname: t\n" + top + "\nnodes:\n  users: {kind: client, " + users +
         "}\n  cache: {kind: cache, strategy: read_through, " + cache + "}\n  db: {kind: service, workers: 100k, work: " + work +
         "}\nedges:\n  - users -> cache\n  - cache -> db: " + edge + "\n";
}

// users -> app, which asks the cache and on a miss the database.
std::string aside(const std::string& top, const std::string& users, const std::string& cache, const std::string& work,
                  const std::string& edge = "") {
  return "faultline: 1\nname: t\n" + top + "\nnodes:\n  users: {kind: client, " + users +
         "}\n  app: {kind: service, workers: 100k, work: 0ms}\n  cache: {kind: cache, " + cache +
         "}\n  db: {kind: service, workers: 100k, work: " + work +
         "}\nedges:\n  - users -> app\n  - app -> cache: {step: 1}\n  - app -> db: {step: 2, when: miss(cache)" + edge + "}\n";
}

std::string classes(const std::string& keys) { return "classes: {read: {key: \"" + keys + "\"}}"; }

}  // namespace

#define VERIFY_NEAR(value, expected, relative) QVERIFY2(near(value, expected, relative), text(value))

class CacheTest : public QObject {
  Q_OBJECT

 private slots:
  // ca-ttl-60s-95, ca-ttl-sliding, ca-ttl-zipf.
  void timeToLive_data() {
    QTest::addColumn<QByteArray>("keys");
    QTest::addColumn<QByteArray>("rate");
    QTest::addColumn<QByteArray>("cache");
    QTest::addColumn<QByteArray>("duration");
    QTest::addColumn<double>("expected");
    QTest::addColumn<double>("tolerance");
    const QByteArray one = "fixed(0)", thousand = "zipf(1, 1000)";
    QTest::newRow("60 s at 19 a minute") << one << QByteArray("19/min") << QByteArray("ttl: 60s") << QByteArray("3200000s") << 0.95 << 0.001;
    QTest::newRow("60 s at 95 a minute") << one << QByteArray("95/min") << QByteArray("ttl: 60s") << QByteArray("640000s") << 0.989583333 << 0.003;
    QTest::newRow("fixed") << one << QByteArray("0.05/s") << QByteArray("ttl: 30s") << QByteArray("20000000s") << 0.6 << 0.0032;
    QTest::newRow("sliding") << one << QByteArray("0.05/s") << QByteArray("ttl: 30s, ttl_sliding: true") << QByteArray("20000000s") << 0.77686984 << 0.002;
    QTest::newRow("zipf") << thousand << QByteArray("100/s") << QByteArray("ttl: 60s") << QByteArray("10000s") << 0.891856201 << 0.001;
    QTest::newRow("zipf sliding") << thousand << QByteArray("100/s") << QByteArray("ttl: 60s, ttl_sliding: true") << QByteArray("10000s") << 0.958593083 << 0.003;
  }
  void timeToLive() {
    QFETCH(QByteArray, keys);
    QFETCH(QByteArray, rate);
    QFETCH(QByteArray, cache);
    QFETCH(QByteArray, duration);
    QFETCH(double, expected);
    QFETCH(double, tolerance);
    const Summary s = runText(readThrough("duration: " + duration.toStdString() + "\nwarmup: 1000s\n" + classes(keys.toStdString()),
                                          "rate: " + rate.toStdString(), cache.toStdString(), "0ms"));
    VERIFY_NEAR(metric(s, "cache", "hit_ratio"), expected, tolerance);
    QCOMPARE(double(nodeOf(s, "db").arrivals), metric(s, "cache", "misses"));
  }

  // ca-lru-exact-5-2 through the whole simulator; the most popular two for good with policy none and a warm start.
  void evictionPolicies_data() {
    QTest::addColumn<QByteArray>("cache");
    QTest::addColumn<double>("expected");
    QTest::newRow("lru") << QByteArray("policy: lru") << 0.518884564;
    QTest::newRow("fifo") << QByteArray("policy: fifo") << 0.503649635;
    QTest::newRow("random") << QByteArray("policy: random") << 0.503649635;
    QTest::newRow("static") << QByteArray("policy: none, warm: stationary, warm_rate: 1/s, warm_keys: \"zipf(1, 5)\"") << 0.656934307;
  }
  void evictionPolicies() {
    QFETCH(QByteArray, cache);
    QFETCH(double, expected);
    const Summary s = runText(readThrough("duration: 1000s\n" + classes("zipf(1, 5)"), "rate: 1000/s", "capacity: 2, " + cache.toStdString(), "0ms"));
    VERIFY_NEAR(metric(s, "cache", "hit_ratio"), expected, 0.0042);
    QCOMPARE(peak(s, "cache", "entries"), 2.0);
  }

  // ca-stampede: with the cache fetching, and with the caller fetching (cache-aside).
  void stampede() {
    const std::string top = "duration: 5000s\nwarmup: 20s\n" + classes("fixed(0)");
    for (const bool isAside : {false, true}) {
      const auto scenario = isAside ? aside : readThrough;
      const Summary s = runText(scenario(top, "rate: 200/s", "ttl: 10s, fill: if_absent", "250ms", isAside ? "" : "{}"));
      const auto fetches = static_cast<double>(nodeOf(s, "db").arrivals);
      VERIFY_NEAR(fetches / metric(s, "cache", "fills"), 51.0, 0.018);
      VERIFY_NEAR(perSecond(s, nodeOf(s, "db").arrivals), 4.97318381, 0.019);
      QVERIFY2(peak(s, "cache", "stampede") > 60 && peak(s, "cache", "stampede") < 90, text(peak(s, "cache", "stampede")));
    }
  }

  // ca-single-flight.
  void singleFlight() {
    const std::string top = "duration: 5000s\nwarmup: 20s\n" + classes("fixed(0)");
    for (const bool isAside : {false, true}) {
      const Summary s = runText(isAside ? aside(top, "rate: 200/s", "ttl: 10s", "250ms", ", single_flight: true")
                                        : readThrough(top, "rate: 200/s", "ttl: 10s", "250ms", "{single_flight: true}"));
      VERIFY_NEAR(perSecond(s, nodeOf(s, "db").arrivals), 0.0975134081, 0.005);
      VERIFY_NEAR(metric(s, "cache", "hit_ratio"), 0.975134081, 0.001);
      if (!isAside) QCOMPARE(metric(s, "cache", "fills"), double(nodeOf(s, "db").arrivals));
    }
  }

  // ca-two-level-ttl.
  void twoTiers() {
    const Summary s = runText(R"(
faultline: 1
name: t
duration: 1000000s
warmup: 1000s
classes: {read: {key: fixed(0)}}
nodes:
  users: {kind: client, rate: 3/s}
  l1: {kind: cache, strategy: read_through, ttl: 1s}
  l2: {kind: cache, strategy: read_through, ttl: 30s}
  db: {kind: service, work: 0ms}
edges: [users -> l1 -> l2 -> db]
)");
    VERIFY_NEAR(metric(s, "l1", "hit_ratio"), 0.75, 0.001);
    VERIFY_NEAR(metric(s, "l2", "hit_ratio"), 0.956580733, 0.001);
    VERIFY_NEAR(perSecond(s, nodeOf(s, "db").arrivals), 0.0325644505, 0.01);
  }

  // A tier that has no value says so through the tier before it; the caller's fill then goes to both.
  void missPropagatesThroughTiers() {
    const Summary s = runText(R"(
faultline: 1
name: t
duration: 100s
classes: {read: {key: sequential(10)}}
nodes:
  users: {kind: client, rate: 10/s, arrivals: constant}
  app: {kind: service, work: 0ms}
  l1: {kind: cache, capacity: 1}
  l2: {kind: cache}
  db: {kind: service, work: 1ms}
edges:
  - users -> app
  - app -> l1: {step: 1}
  - l1 -> l2
  - app -> db: {step: 2, when: miss(l1)}
)");
    QCOMPARE(s.requests.failed, std::uint64_t{0});
    QCOMPARE(nodeOf(s, "db").arrivals, std::uint64_t{10});
    QCOMPARE(metric(s, "l2", "fills"), 10.0);
    QCOMPARE(metric(s, "l1", "hits"), 0.0);
    QCOMPARE(metric(s, "l2", "hits"), metric(s, "l2", "lookups") - 10);
  }

  // cache_at_start of the recordings: from the first second on as if it had run for ever.
  void warmStartIsStationary_data() {
    QTest::addColumn<QByteArray>("life");
    QTest::newRow("fixed") << QByteArray("ttl: 60s");
    QTest::newRow("sliding") << QByteArray("ttl: 60s, ttl_sliding: true");
  }
  void warmStartIsStationary() {
    QFETCH(QByteArray, life);
    const std::string top = classes("zipf(0.9, 50k)") + "\nduration: ";
    const std::string cache = life.toStdString();
    const Summary cold = runText(readThrough(top + "3000s\nwarmup: 1000s", "rate: 80/s", cache, "0ms"));
    const Summary warm = runText(readThrough(top + "20s", "rate: 8000/s", cache, "0ms"));
    const std::string warmCache = cache + ", warm: stationary, warm_rate: 80/s, warm_keys: \"zipf(0.9, 50k)\"";
    double sum = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed)
      sum += metric(runText(readThrough(top + "20s", "rate: 80/s", warmCache, "0ms"), seed), "cache", "hit_ratio");
    VERIFY_NEAR(sum / 20, metric(cold, "cache", "hit_ratio"), 0.02);
  }

  void crashLeavesItCold() {
    const std::string top = classes("uniform(100)") + "\nduration: 100s\ntimeline:\n  - {at: 50s, crash: cache, for: 1s}";
    const Summary s = runText(readThrough(top, "rate: 1000/s", "", "0ms"));
    QCOMPARE(nodeOf(s, "db").arrivals, std::uint64_t{200});
    QVERIFY(countOf(s.requests, "cache.connection_refused") > 800);
  }

  void flushDropsAShare() {
    const std::string top = classes("sequential(1000)") + "\nduration: 100s\ntimeline:\n  - {at: 50s, flush: cache, share: 30%}\n  - {at: 75s, flush: cache}";
    const Summary s = runText(readThrough(top, "rate: 1000/s", "", "0ms"));
    const auto refetched = static_cast<double>(nodeOf(s, "db").arrivals) - 2000;
    QVERIFY2(std::abs(refetched - 300) < 75, text(refetched));
  }

  // Lives of one length expire together for ever; jitter spreads them.
  void jitterSpreadsExpiry() {
    double largest[2];
    for (const bool jitter : {false, true}) {
      Simulation run(scenarioOf(readThrough(classes("sequential(1000)") + "\nduration: 200s", "rate: 1000/s, arrivals: constant",
                                            jitter ? "ttl: 10s, ttl_jitter: 50%" : "ttl: 10s", "0ms")));
      run.runToEnd();
      const auto& values = run.series().find("cache.misses")->values;
      largest[jitter] = *std::max_element(values.begin() + 100, values.end());
    }
    QVERIFY2(largest[0] > 990, text(largest[0]));
    QVERIFY2(largest[1] < 250, text(largest[1]));
  }

  // While one fetch renews the entry everybody else is answered at once.
  void staleWhileRevalidate() {
    const std::string top = "duration: 1000s\nwarmup: 20s\n" + classes("fixed(0)");
    const Summary fetching = runText(readThrough(top, "rate: 200/s", "ttl: 10s, stale_while_revalidate: 5s", "250ms"));
    QCOMPARE(metric(fetching, "cache", "misses"), 0.0);
    VERIFY_NEAR(perSecond(fetching, nodeOf(fetching, "db").arrivals), 1 / 10.255, 0.03);
    QVERIFY(fetching.requests.okLatency.max().ns == 0);
    const Summary byCaller = runText(aside(top, "rate: 200/s", "ttl: 10s, stale_while_revalidate: 5s", "250ms"));
    VERIFY_NEAR(perSecond(byCaller, nodeOf(byCaller, "db").arrivals), 1 / 10.255, 0.03);
    QCOMPARE(metric(byCaller, "cache", "misses"), metric(byCaller, "cache", "refreshes"));
    QCOMPARE(double(byCaller.requests.offered), metric(byCaller, "cache", "lookups"));
  }

  // XFetch renews before the end, so that hardly anybody finds the entry expired.
  void earlyRecompute() {
    const std::string top = "duration: 2000s\nwarmup: 20s\n" + classes("fixed(0)");
    const Summary late = runText(aside(top, "rate: 200/s", "ttl: 10s", "250ms"));
    const Summary early = runText(aside(top, "rate: 200/s", "ttl: 10s, early_recompute: 1", "250ms"));
    QVERIFY2(metric(early, "cache", "misses") < 0.25 * metric(late, "cache", "misses"), text(metric(early, "cache", "misses")));
    const Summary fetching = runText(readThrough(top, "rate: 200/s", "ttl: 10s, early_recompute: 1, fill: if_absent", "250ms"));
    QVERIFY(metric(fetching, "cache", "refreshes") > 150);
    QVERIFY2(metric(fetching, "cache", "misses") < 100, text(metric(fetching, "cache", "misses")));
  }

  void failedFetchesAreRemembered() {
    const std::string top = classes("fixed(0)") + "\nduration: 100s\ntimeline:\n  - {at: 0s, errors: db, ratio: 100%}";
    const Summary s = runText(readThrough(top, "rate: 100/s, arrivals: constant", "negative_ttl: 5s", "0ms"));
    QVERIFY(nodeOf(s, "db").arrivals <= 20 && nodeOf(s, "db").arrivals >= 19);
    QCOMPARE(s.requests.ok, std::uint64_t{0});
    QCOMPARE(countOf(s.requests, "db.injected_error"), s.requests.failed);
    QCOMPARE(metric(s, "cache", "negative_hits"), double(s.requests.failed - nodeOf(s, "db").arrivals));
  }

  void fullCacheWithoutEvictionRefuses() {
    const Summary s = runText(readThrough(classes("sequential(10)") + "\nduration: 100s", "rate: 10/s, arrivals: constant", "capacity: 4, policy: none", "0ms"));
    QCOMPARE(peak(s, "cache", "entries"), 4.0);
    QCOMPARE(metric(s, "cache", "evictions"), 0.0);
    VERIFY_NEAR(metric(s, "cache", "hit_ratio"), 0.4, 0.02);
    QCOMPARE(metric(s, "cache", "refused"), metric(s, "cache", "misses") - 4);
  }

  void storePerCallerInstance() {
    const std::string yaml = R"(
faultline: 1
name: t
duration: 100s
classes: {read: {key: sequential(10)}}
nodes:
  users: {kind: client, rate: 100/s}
  lb: {kind: load_balancer}
  app: {kind: service, instances: 3, work: 0ms}
  local: {kind: cache, strategy: read_through, scope: SCOPE}
  db: {kind: service, work: 0ms}
edges: [users -> lb -> app -> local -> db]
)";
    std::string own = yaml, shared = yaml;
    own.replace(own.find("SCOPE"), 5, "per_caller");
    shared.replace(shared.find("SCOPE"), 5, "shared");
    QCOMPARE(nodeOf(runText(own), "db").arrivals, std::uint64_t{30});
    QCOMPARE(nodeOf(runText(shared), "db").arrivals, std::uint64_t{10});
  }

  // 50 users who ask for four things each fetch them once for themselves.
  void storeOfEachUser() {
    const auto run = [](const std::string& scope, const std::string& more = {}) {
      return runText(
          "faultline: 1\nname: t\nduration: 300s\nclasses: {read: {key: uniform(4)}}\nnodes:\n"
          "  users: {kind: client, rate: 200/s, users: 50}\n"
          "  browser: {kind: cache, strategy: read_through, scope: " +
          scope + more + "}\n  site: {kind: service, workers: 100, work: 0ms}\nedges: [users -> browser -> site]\n");
    };
    const Summary own = run("per_user"), shared = run("shared");
    QCOMPARE(nodeOf(own, "site").arrivals, std::uint64_t{200});
    QCOMPARE(peak(own, "browser", "entries"), 200.0);
    QCOMPARE(nodeOf(shared, "site").arrivals, std::uint64_t{4});
    // Renewal theory for each user and key, who comes back once a second: hits are rT/(1+rT).
    VERIFY_NEAR(metric(run("per_user", ", ttl: 1s"), "browser", "hit_ratio"), 0.5, 0.01);
    QVERIFY(hasErrors(readScenarioText("faultline: 1\nnodes:\n  u: {kind: client}\n  b: {kind: cache, scope: per_user, "
                                       "strategy: write_behind}\n  s: {kind: service}\nedges: [u -> b -> s]\n",
                                       "x")
                          .diagnostics));
  }

  // Who writes knows it; the others go on with what they have.
  void anotherUsersWriteIsNotSeen() {
    for (const bool isShared : {true, false}) {
      const Summary s =
          runText(std::string("faultline: 1\nname: t\nduration: 20s\nclasses: {page: {key: fixed(7)}}\nnodes:\n"
                              "  readers: {kind: client, rate: 10/s, arrivals: constant, users: 1}\n"
                              "  writer: {kind: client, rate: 0.1/s, arrivals: constant, users: 1}\n"
                              "  browser: {kind: cache, strategy: read_through, scope: ") +
                  (isShared ? "shared" : "per_user") +
                  "}\n  db: {kind: database, work: 1ms}\nedges:\n  - readers -> browser\n"
                  "  - writer -> browser: {effect: write}\n  - browser -> db\n");
      QVERIFY(isShared ? metric(s, "browser", "stale_reads") == 0 : metric(s, "browser", "stale_reads") > 50);
    }
  }

  // What a write does to the entry of its key: each key is read and then written once a second.
  void writes_data() {
    QTest::addColumn<QByteArray>("cache");
    QTest::addColumn<bool>("misses");  // every read, or the first one of each key
    QTest::addColumn<bool>("stale");   // every hit
    QTest::newRow("invalidate") << QByteArray("strategy: read_through") << true << false;
    QTest::newRow("around") << QByteArray("strategy: write_around") << true << false;
    QTest::newRow("keep") << QByteArray("strategy: write_around, on_write: none") << false << true;
    QTest::newRow("update") << QByteArray("strategy: read_through, on_write: update") << false << false;
    QTest::newRow("write through") << QByteArray("strategy: write_through") << false << false;
    QTest::newRow("write behind") << QByteArray("strategy: write_behind, flush_interval: 300ms") << false << false;
  }
  void writes() {
    QFETCH(QByteArray, cache);
    QFETCH(bool, misses);
    QFETCH(bool, stale);
    const Summary s = runText("faultline: 1\nname: t\nduration: 10.05s\nclasses: {any: {key: sequential(10)}}\nnodes:\n"
                              "  readers: {kind: client, rate: 10/s, arrivals: constant}\n"
                              "  writers: {kind: client, rate: 10/s, arrivals: constant}\n  cache: {kind: cache, " +
                              cache.toStdString() +
                              "}\n  db: {kind: database, queries: {any: {rows: 1, indexed: 1ms}}}\nedges:\n  - readers -> cache\n"
                              "  - writers -> cache: {effect: write, latency: 20ms}\n  - cache -> db: {query: any}\n");
    QCOMPARE(metric(s, "cache", "lookups"), 100.0);
    QCOMPARE(metric(s, "cache", "misses"), misses ? 100.0 : 10.0);
    QCOMPARE(metric(s, "cache", "stale_reads"), stale ? 90.0 : 0.0);
    QCOMPARE(double(s.requests.stale), stale ? 90.0 : 0.0);
  }

  // Acknowledged before they arrive; merged by key; lost with the node when they have not left.
  void writeBehind() {
    const std::string yaml = R"(
faultline: 1
name: t
duration: 100.5s
classes: {write: {effect: write, key: sequential(10)}}
nodes:
  users: {kind: client, rate: 100/s, arrivals: constant}
  cache: {kind: cache, strategy: write_behind, flush_interval: 2s}
  db: {kind: service, workers: 1000, work: 50ms}
edges: [users -> cache -> db]
)";
    const Summary s = runText(yaml);
    QVERIFY(s.requests.okLatency.max().ns == 0);
    // Ten keys leave together, two seconds after the first write that follows a flush.
    QCOMPARE(double(nodeOf(s, "db").arrivals), 490.0);
    QCOMPARE(metric(s, "cache", "lost_writes"), 0.0);
    QVERIFY2(peak(s, "cache", "dirty") >= 200 && peak(s, "cache", "dirty") <= 211, text(peak(s, "cache", "dirty")));
    const Summary crashed = runText(yaml + "timeline:\n  - {at: 51s, crash: cache, for: 1s}\n");
    const double lost = metric(crashed, "cache", "lost_writes");
    QVERIFY2(lost > 0 && lost <= 201, text(lost));  // what came since the last flush
  }

  void writeBehindSurvivesAnOutage() {
    const Summary s = runText(R"(
faultline: 1
name: t
duration: 100s
classes: {write: {effect: write, key: sequential(100k)}}
nodes:
  users: {kind: client, rate: 100/s}
  cache: {kind: cache, strategy: write_behind, flush_batch: 10}
  db: {kind: service, workers: 1000, work: 1ms}
edges: [users -> cache -> db]
timeline: [{at: 20s, crash: db, for: 30s}]
)");
    QCOMPARE(s.requests.failed, std::uint64_t{0});
    QVERIFY(peak(s, "cache", "dirty") > 2900);
    QVERIFY2(metric(s, "cache", "flush_failures") < 10 * 32, text(metric(s, "cache", "flush_failures")));
    QVERIFY2(metricOf(nodeOf(s, "cache"), "dirty").last < 110, text(metricOf(nodeOf(s, "cache"), "dirty").last));
  }

  // A store inside its caller dies with it: of two instances one crashes, and half of the 1000 keys have to be fetched anew
  // for that one. A shared cache is a process of its own.
  void aStoreInItsCallerDiesWithIt_data() {
    QTest::addColumn<QByteArray>("scope");
    QTest::addColumn<QByteArray>("crash");
    QTest::addColumn<double>("left");
    QTest::newRow("one instance") << QByteArray("per_caller") << QByteArray("app[1]") << 1000.0;
    QTest::newRow("all") << QByteArray("per_caller") << QByteArray("app") << 0.0;
    QTest::newRow("another caller") << QByteArray("per_caller") << QByteArray("other") << 2000.0;
    QTest::newRow("shared") << QByteArray("shared") << QByteArray("app") << 1000.0;
  }
  void aStoreInItsCallerDiesWithIt() {
    QFETCH(QByteArray, scope);
    QFETCH(QByteArray, crash);
    QFETCH(double, left);
    Simulation run(scenarioOf(
        "faultline: 1\nname: t\nduration: 60s\nclasses: {get: {key: uniform(1000)}}\nnodes:\n"
        "  users: {kind: client, rate: 500/s, until: 40s}\n  app: {kind: service, instances: 2, work: 1ms}\n"
        "  others: {kind: client, rate: 1/s, from: 55s}\n  other: {kind: service}\n"
        "  memory: {kind: cache, scope: " + scope.toStdString() + "}\n  db: {kind: database, work: 1ms}\nedges:\n"
        "  - users -> app\n  - app -> memory: {step: 1}\n  - app -> db: {step: 2, when: miss(memory)}\n"
        "  - others -> other\n  - other -> memory\ntimeline:\n  - {at: 45s, crash: \"" + crash.toStdString() + "\", for: 1s}\n"));
    run.advanceTo(seconds(44));
    const double before = metricOf(nodeOf(run.summary(), "memory"), "entries").last;
    QVERIFY2(before == (scope == "shared" ? 1000 : 2000), text(before));
    run.advanceTo(seconds(50));
    QCOMPARE(metricOf(nodeOf(run.summary(), "memory"), "entries").last, left);
  }

  // Two callers of an in-process cache have nothing in common, though both are instance 0.
  void everyCallerHasAStoreOfItsOwn() {
    const Summary s = runText(R"(
faultline: 1
name: t
duration: 60s
classes: {get: {key: fixed(1)}}
nodes:
  users: {kind: client, rate: 10/s, arrivals: constant}
  one: {kind: service}
  two: {kind: service}
  memory: {kind: cache, scope: per_caller}
  db: {kind: database, work: 1ms}
edges:
  - users -> one: {step: 1}
  - users -> two: {step: 2}
  - one -> memory: {step: 1}
  - one -> db: {step: 2, when: miss(memory)}
  - two -> memory: {step: 1}
  - two -> db: {step: 2, when: miss(memory)}
)");
    QCOMPARE(metric(s, "memory", "misses"), 2.0);
  }

  // Two designs in one scenario that no arrow connects share nothing but the names of their keys.
  void whatIsNotConnectedIsNotStale_data() {
    QTest::addColumn<QByteArray>("writersCall");
    QTest::addColumn<bool>("isEverStale");
    QTest::newRow("their own") << QByteArray("other_db") << false;
    QTest::newRow("the same") << QByteArray("db") << true;
  }
  void whatIsNotConnectedIsNotStale() {
    QFETCH(QByteArray, writersCall);
    QFETCH(bool, isEverStale);
    const Summary s = runText(
        "faultline: 1\nname: t\nduration: 60s\n"
        "classes: {get: {key: uniform(200)}, put: {effect: write, key: uniform(200)}}\nnodes:\n"
        "  readers: {kind: client, rate: 100/s, classes: [get]}\n  app: {kind: service, work: 1ms}\n"
        "  cache: {kind: cache}\n  db: {kind: database}\n  writers: {kind: client, rate: 100/s, classes: [put]}\n"
        "  more: {kind: client, rate: 1/s, classes: [put]}\n  other_db: {kind: database}\nedges:\n  - readers -> app\n"
        "  - app -> cache: {step: 1}\n  - app -> db: {step: 2, when: miss(cache)}\n  - more -> other_db\n"
        "  - writers -> " + writersCall.toStdString() + "\n");
    QCOMPARE(metric(s, "cache", "stale_reads") > 0, isEverStale);
  }

  // One thread: 1 ms of work for each lookup makes an M/D/1 queue with load 0.5.
  void workQueuesForThreads() {
    const Summary s = runText(readThrough(classes("fixed(0)") + "\nduration: 1000s", "rate: 500/s", "work: 1ms", "0ms"));
    VERIFY_NEAR(nodeOf(s, "cache").utilization, 0.5, 0.01);
    VERIFY_NEAR(nodeOf(s, "cache").okLatency.meanNs(), 1.5e6, 0.02);
  }

  void problems_data() {
    QTest::addColumn<QByteArray>("cache");
    QTest::addColumn<QByteArray>("problem");
    QTest::newRow("jitter") << QByteArray("ttl_jitter: 5%") << QByteArray("there is no ttl that could be spread");
    QTest::newRow("warm") << QByteArray("warm: stationary") << QByteArray("a warm start needs the rate");
    QTest::newRow("huge warm") << QByteArray("warm: stationary, warm_rate: 1/s, warm_keys: uniform(4G)") << QByteArray("at most 50M keys");
    QTest::newRow("policy") << QByteArray("policy: lrv") << QByteArray("lru");
  }
  void problems() {
    QFETCH(QByteArray, cache);
    QFETCH(QByteArray, problem);
    const std::string found = problemsOf(readThrough("duration: 10s", "rate: 1/s", cache.toStdString(), "0ms"));
    QVERIFY2(found.find(problem.toStdString()) != std::string::npos, found.c_str());
  }
};

QTEST_APPLESS_MAIN(CacheTest)
#include "cache_test.moc"

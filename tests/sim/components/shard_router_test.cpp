// Behaviour of the shard router: who owns a key, hot shards, scatter-gather, and what moving keys costs.
#include <QtTest>
#include <cmath>
#include <map>
#include <string>

#include "engine/observer.h"
#include "parts/shard_map.h"
#include "support/run.h"

using namespace faultline;

namespace {

double metric(const Summary& s, const char* name) { return metricOf(nodeOf(s, "router"), name).value; }
double last(const Summary& s, const char* name) { return metricOf(nodeOf(s, "router"), name).last; }
QByteArray text(double value) { return QByteArray::number(value, 'g', 9); }

std::string system(const std::string& keys, const std::string& router, const std::string& timeline = "",
                   const std::string& shards = "instances: 4, work: 100us", const std::string& rest = "") {
  return "faultline: 1\nname: t\nduration: 60s\nclasses: {get: {key: \"" + keys +
         "\"}}\nnodes:\n"
         "  users: {kind: client, arrivals: constant, rate: 1k/s}\n  router: {kind: shard_router, " +
         router +
         "}\n"
         "  shard: {kind: service, workers: 1000, " +
         shards + "}\n" + rest + (rest.empty() ? "edges:\n" : "") + "  - users -> router\n  - router -> shard\n" +
         (timeline.empty() ? "" : "timeline: [" + timeline + "]\n");
}

// Which instance answered for each key, and how often each was asked about a key.
struct Places : Observer {
  explicit Places(NodeId shardNode) : node(shardNode) {}
  void onArrive(SimTime, NodeId at, CallId, const Call& call) override {
    if (at != node || call.key == kNoKey) return;
    shardOf[call.key] = call.instance;
    ++calls[call.instance];
  }
  double shareOfHottest() const {
    std::uint64_t sum = 0, most = 0;
    for (const auto& [i, n] : calls) {
      sum += n;
      most = std::max(most, n);
    }
    return static_cast<double>(most) / static_cast<double>(sum);
  }
  NodeId node;
  std::map<std::uint32_t, std::uint16_t> shardOf;
  std::map<std::uint16_t, std::uint64_t> calls;
};

double movedShare(const std::map<std::uint32_t, std::uint16_t>& before,
                  const std::map<std::uint32_t, std::uint16_t>& after) {
  double moved = 0, both = 0;
  for (const auto& [key, shard] : before)
    if (const auto it = after.find(key); it != after.end()) {
      ++both;
      moved += it->second != shard;
    }
  return moved / both;
}

}  // namespace

class ShardRouterTest : public QObject {
  Q_OBJECT

 private slots:
  void aKeyStaysWithItsShard_data() {
    QTest::addColumn<QByteArray>("strategy");
    for (const char* s : {"hash", "range", "directory", "ring"}) QTest::newRow(s) << QByteArray(s);
  }
  void aKeyStaysWithItsShard() {
    QFETCH(QByteArray, strategy);
    struct : Observer {
      void onArrive(SimTime, NodeId at, CallId, const Call& call) override {
        if (at != 2) return;
        const auto [place, isNew] = shardOf.try_emplace(call.key, call.instance);
        strays += place->second != call.instance;
        ++calls[call.instance];
      }
      std::map<std::uint32_t, std::uint16_t> shardOf;
      std::map<std::uint16_t, int> calls;
      int strays = 0;
    } watch;
    Simulation run(scenarioOf(system("uniform(2k)", "strategy: " + strategy.toStdString())));
    run.observe(&watch);
    run.runToEnd();
    QCOMPARE(watch.strays, 0);
    QCOMPARE(watch.calls.size(), 4u);
    for (const auto& [instance, n] : watch.calls) QVERIFY2(n > 10'000 && n < 21'000, text(n));
    QCOMPARE(run.summary().requests.failed, 0u);
  }

  // How many keys change their shard when a fifth one comes.
  void aNewShardMoves_data() {
    QTest::addColumn<QByteArray>("strategy");
    QTest::addColumn<double>("share");
    QTest::addColumn<double>("tolerance");
    QTest::newRow("hash") << QByteArray("hash") << 0.8 << 0.02;       // all but those that agree modulo 4 and 5
    QTest::newRow("range") << QByteArray("range") << 0.125 << 0.001;  // half of one range of four
    QTest::newRow("directory") << QByteArray("directory") << 0.2 << 0.02;
    QTest::newRow("ring") << QByteArray("ring") << 0.2 << 0.05;
  }
  void aNewShardMoves() {
    QFETCH(QByteArray, strategy);
    QFETCH(double, share);
    QFETCH(double, tolerance);
    Places places(2);
    Simulation run(
        scenarioOf(system("uniform(5k)", "strategy: " + strategy.toStdString() + ", shards: 4, move_rate: 100k/s",
                          "{at: 20s, set: router.shards, to: 5}", "instances: 6, work: 100us")));
    run.observe(&places);
    run.advanceTo(seconds(20));
    const auto before = places.shardOf;
    run.advanceTo(seconds(30));
    places.shardOf.clear();
    run.runToEnd();
    const double moved = movedShare(before, places.shardOf);
    QVERIFY2(std::abs(moved - share) < tolerance, text(moved));
    QVERIFY2(std::abs(metric(run.summary(), "moved_keys") / 5000 - share) < tolerance,
             text(metric(run.summary(), "moved_keys")));
    QCOMPARE(last(run.summary(), "shards_in_use"), 5.0);
    QCOMPARE(last(run.summary(), "to_move"), 0.0);
    // Nothing else moves: with all but the plain hash, keys go to the new shard only.
    if (strategy == "hash") return;
    for (const auto& [key, shard] : places.shardOf)
      if (const auto old = before.find(key); old != before.end() && old->second != shard)
        QCOMPARE(shard, std::uint16_t{4});
  }

  // Keys move at the given rate, each stays where it was until it is copied, and the copies are traffic.
  void movingTakesTimeAndCostsTraffic() {
    Places places(2);
    Simulation run(scenarioOf(system("uniform(10k)", "strategy: directory, shards: 4, move_rate: 100/s, move_batch: 20",
                                     "{at: 10s, set: router.shards, to: 5}", "instances: 5, work: 100us")));
    run.observe(&places);
    run.advanceTo(seconds(10));
    QCOMPARE(places.calls.size(), 4u);
    run.advanceTo(seconds(20));
    // After half of the 20 s that 2,000 keys need, the new shard has half of them.
    const double left = static_cast<double>(metricOf(nodeOf(run.summary(), "router"), "to_move").last);
    QVERIFY2(std::abs(left - 5000) < 500, text(left));
    run.runToEnd();
    const Summary s = run.summary();
    QVERIFY2(std::abs(metric(s, "moved_keys") - 2000) < 100, text(metric(s, "moved_keys")));
    QCOMPARE(last(s, "to_move"), 0.0);
    QVERIFY(metric(s, "copies") >= 2 * metric(s, "moved_keys") / 20);
    QCOMPARE(static_cast<double>(nodeOf(s, "shard").arrivals), metric(s, "shard_calls") + metric(s, "copies"));
    QCOMPARE(s.requests.failed, 0u);
  }

  void movingWaitsForAShardThatIsDown() {
    Simulation run(scenarioOf(system("uniform(10k)", "strategy: ring, shards: 4, move_rate: 10k/s",
                                     "{at: 10s, crash: \"shard[4]\", for: 10s}, {at: 10s, set: router.shards, to: 5}",
                                     "instances: 5, work: 100us")));
    run.advanceTo(seconds(20));
    QCOMPARE(metric(run.summary(), "moved_keys"), 0.0);
    QVERIFY(metric(run.summary(), "failed_copies") > 5);
    QCOMPARE(run.summary().requests.failed, 0u);  // every key is still with its old shard
    run.runToEnd();
    QVERIFY(metric(run.summary(), "moved_keys") > 1000);
  }

  // Popular keys lie at the start of the space: a range makes one shard hot, a hash spreads all but the hottest key.
  void aRangeOfPopularKeysIsAHotShard() {
    const double range = metric(runText(system("zipf(0.99, 100k)", "strategy: range")), "hottest_share");
    const double hash = metric(runText(system("zipf(0.99, 100k)", "strategy: hash")), "hottest_share");
    QVERIFY2(range > 0.85, text(range));
    QVERIFY2(hash < 0.40, text(hash));
  }

  void aDirectoryCanMoveHotBuckets() {
    // Eight hot keys: by luck some share a shard.
    const std::string hot = "hot(90%, 8, 100k)";
    const auto share = [&](const std::string& timeline) {
      Places places(2);
      Simulation run(scenarioOf(system(hot, "strategy: directory, move_rate: 1M/s, move_batch: 10k", timeline)));
      run.advanceTo(seconds(30));
      run.observe(&places);
      run.runToEnd();
      return places.shareOfHottest();
    };
    const double before = share(""), after = share("{at: 20s, rebalance: router}");
    QVERIFY2(before > 0.3, text(before));
    QVERIFY2(after < 0.27, text(after));
  }

  void aKeylessCallAsksEveryShard() {
    const Summary s = runText(system("none", "strategy: hash", "{at: 30s, crash: \"shard[2]\"}"));
    QCOMPARE(metric(s, "shard_calls"), 4 * metric(s, "scattered"));
    QCOMPARE(metric(s, "routed"), 0.0);
    // Without one shard no answer is whole.
    QVERIFY2(std::abs(static_cast<double>(s.requests.failed) - 30'000) < 10,
             text(static_cast<double>(s.requests.failed)));
  }

  void partialAnswersAreDegraded() {
    const Summary s = runText(system("none", "strategy: hash, partial: true", "{at: 30s, crash: \"shard[2]\"}"));
    QCOMPARE(s.requests.failed, 0u);
    QVERIFY2(std::abs(static_cast<double>(s.requests.degraded) - 30'000) < 10,
             text(static_cast<double>(s.requests.degraded)));
  }

  // The slowest of four answers counts: the mean of the maximum of four exponentials is 25/12 of one.
  void aScatteredCallWaitsForTheSlowest() {
    const Summary s = runText(system("uniform(1k)", "scatter: [get]", "", "instances: 4, work: exponential(12ms)"));
    const double mean = s.requests.okLatency.meanNs() / 1e6;
    QVERIFY2(std::abs(mean - 25) < 0.5, text(mean));
  }

  void aDirectoryIsASinglePointOfFailure() {
    const std::string rest = "  where: {kind: service, work: 2ms, workers: 100}\nedges:\n  - router -> where\n";
    const Summary s = runText(system("uniform(1k)", "strategy: directory, directory: where", "{at: 30s, crash: where}",
                                     "instances: 4, work: 100us", rest));
    QCOMPARE(metric(s, "lookups"), static_cast<double>(s.requests.offered));
    QVERIFY(s.requests.okLatency.quantile(0.5) >= milliseconds(2));
    QVERIFY2(std::abs(static_cast<double>(s.requests.failed) - 30'000) < 10,
             text(static_cast<double>(s.requests.failed)));
    QVERIFY(problemsOf(system("uniform(1k)", "strategy: hash, directory: where", "", "instances: 4, work: 100us", rest))
                .find("only the strategy directory") != std::string::npos);
  }

  void oneShardDownFailsItsKeysOnly() {
    const Summary s = runText(system("uniform(10k)", "strategy: hash", "{at: 30s, crash: \"shard[1]\"}"));
    QVERIFY2(std::abs(static_cast<double>(s.requests.failed) - 7'500) < 400,
             text(static_cast<double>(s.requests.failed)));
  }

  void routingCanCost() {
    const Summary s = runText(system("uniform(1k)", "work: 500us, threads: 1"));
    QVERIFY2(std::abs(nodeOf(s, "router").utilization - 0.5) < 0.01, text(nodeOf(s, "router").utilization));
  }

  // Fewer shards: what the last one had goes back to the others.
  void aMapShrinksAsItGrew_data() { aKeyStaysWithItsShard_data(); }
  void aMapShrinksAsItGrew() {
    QFETCH(QByteArray, strategy);
    const char* names[] = {"hash", "range", "directory", "ring"};
    const auto which =
        static_cast<Sharding>(std::find_if(names, names + 4, [&](const char* n) { return strategy == n; }) - names);
    ShardMap map(which, 150, 1024);
    std::vector<ShardMap::Member> members;
    for (std::uint32_t i = 0; i < 5; ++i) members.push_back({i, mix64(i), 1});
    const std::vector<ShardMap::Member> four(members.begin(), members.begin() + 4);
    QVERIFY(map.resize(four));
    QVERIFY(!map.resize(four));
    std::vector<std::uint32_t> before;
    for (std::uint32_t k = 0; k < 10'000; ++k) before.push_back(map.owner(k, k, 10'000));
    QVERIFY(map.resize(members));
    QVERIFY(map.resize(four));
    for (std::uint32_t k = 0; k < 10'000; ++k) {
      const std::uint32_t owner = map.owner(k, k, 10'000);
      QVERIFY(owner < 4);
      if (which != Sharding::Directory) QCOMPARE(owner, before[k]);
    }
  }
};

QTEST_APPLESS_MAIN(ShardRouterTest)
#include "shard_router_test.moc"

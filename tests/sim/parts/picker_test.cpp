#include "parts/picker.h"

#include <QtTest>
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "parts/peer_failures.h"

using namespace faultline;

namespace {

Picker makePicker(Balancing algorithm, const std::vector<double>& weights) {
  Picker picker;
  Picker::Settings settings;
  settings.algorithm = algorithm;
  picker.configure(settings);
  for (std::size_t i = 0; i < weights.size(); ++i) picker.add(hashText(std::to_string(i)), weights[i]);
  return picker;
}

std::string choices(Picker& picker, int n) {
  RandomStream random(1, "picker", "test");
  std::string text;
  for (int i = 0; i < n; ++i) text += static_cast<char>('a' + picker.pick({}, random));
  return text;
}

std::vector<double> shares(Picker& picker, int n) {
  RandomStream random(1, "picker", "test");
  std::vector<double> counts(picker.size());
  for (int i = 0; i < n; ++i) counts[picker.pick({}, random)] += 1.0 / n;
  return counts;
}

void compareWithin(double actual, double expected, double relative) {
  QVERIFY2(std::fabs(actual - expected) <= relative * expected,
           qPrintable(QString("%1, expected %2").arg(actual).arg(expected)));
}

HashRing ringOf(int nodes, std::uint32_t points, int seed) {
  std::vector<HashRing::Member> members;
  for (int i = 0; i < nodes; ++i)
    members.push_back({hashText("node " + std::to_string(i) + " of ring " + std::to_string(seed)), points});
  return HashRing(members);
}

struct Moments {
  double mean = 0, deviation = 0;
};
Moments momentsOf(const std::vector<double>& values) {
  Moments m;
  for (double v : values) m.mean += v / static_cast<double>(values.size());
  for (double v : values) m.deviation += (v - m.mean) * (v - m.mean) / static_cast<double>(values.size());
  m.deviation = std::sqrt(m.deviation);
  return m;
}

// nginx with plain rotation, passive health and the next upstream, over calls that fail as `fails` says.
struct NginxBench {
  Picker picker = makePicker(Balancing::WeightedRoundRobin, {1, 1});
  PeerFailures::Rule rule;
  std::vector<PeerFailures> peers{2};
  RandomStream random;

  // The targets that a request tries, in order; the last one answered.
  template <class Fails>
  std::vector<std::uint32_t> request(SimTime now, Fails&& fails) {
    std::vector<std::uint32_t> tried;
    for (;;) {
      for (std::uint32_t i = 0; i < 2; ++i) picker.setHealthy(i, !peers[i].isOut(rule, now));
      const std::uint32_t peer = picker.pick({}, random, tried);
      if (peer == Picker::kNone) return tried;
      peers[peer].picked(rule, now);
      tried.push_back(peer);
      if (!fails(peer)) {
        peers[peer].succeeded();
        return tried;
      }
      peers[peer].failed(rule, now);
      picker.penalise(peer, rule.maxFails);
    }
  }
};

}  // namespace

class PickerTest : public QObject {
  Q_OBJECT

 private slots:
  // nginx commit "Upstream: smooth weighted round-robin balancing" (2012) and nginx-tests.
  void smoothWeightedRoundRobin_data() {
    QTest::addColumn<QList<double>>("weights");
    QTest::addColumn<QString>("sequence");
    QTest::newRow("5 1 1") << QList<double>{5, 1, 1} << "aabacaaaabacaa";
    QTest::newRow("3 2 1") << QList<double>{3, 2, 1} << "abacbaabacba";
    QTest::newRow("1 2") << QList<double>{1, 2} << "babbab";
    QTest::newRow("equal") << QList<double>{1, 1, 1} << "abcabc";
    QTest::newRow("weight 0") << QList<double>{1, 0, 1} << "acac";
  }
  void smoothWeightedRoundRobin() {
    QFETCH(QList<double>, weights);
    QFETCH(QString, sequence);
    for (const Balancing algorithm : {Balancing::WeightedRoundRobin, Balancing::RoundRobin}) {
      Picker picker = makePicker(algorithm, {weights.begin(), weights.end()});
      QCOMPARE(QString::fromStdString(choices(picker, static_cast<int>(sequence.size()))), sequence);
    }
  }

  void rotationGoesOnWhenTargetsChange() {
    Picker picker = makePicker(Balancing::RoundRobin, {1, 1, 1});
    QVERIFY(picker.isRotation());
    QCOMPARE(choices(picker, 4), std::string("abca"));
    picker.setHealthy(1, false);
    QCOMPARE(choices(picker, 4), std::string("caca"));
    picker.setHealthy(1, true);
    picker.add(7, 1);
    QCOMPARE(choices(picker, 5), std::string("bcdab"));
    picker.setDraining(2, true);
    picker.setPresent(0, false);
    QCOMPARE(choices(picker, 4), std::string("dbdb"));
    QCOMPARE(picker.healthyCount(), 2u);
  }

  void nobodyIsLeft() {
    for (int a = 0; a <= static_cast<int>(Balancing::ConsistentHash); ++a) {
      Picker picker = makePicker(static_cast<Balancing>(a), {1, 1});
      RandomStream random;
      QVERIFY(picker.pick({}, random) < 2);
      const std::vector<std::uint32_t> excluded{0, 1};
      QCOMPARE(picker.pick({}, random, excluded), Picker::kNone);
      QVERIFY(picker.pick({}, random) < 2);
      const std::vector<std::uint32_t> first{0};
      QCOMPARE(picker.pick({}, random, first), 1u);
      picker.setHealthy(0, false);
      picker.setHealthy(1, false);
      QCOMPARE(picker.pick({}, random), Picker::kNone);
      QVERIFY(!picker.failingOpen());
      picker.configure({.algorithm = static_cast<Balancing>(a), .failOpen = true});
      QVERIFY(picker.pick({}, random) < 2);
      QVERIFY(picker.failingOpen());
      picker.setDraining(0, true);
      QCOMPARE(picker.pick({}, random), 1u);
    }
  }

  void randomIsProportionalToWeight() {
    for (const Balancing algorithm : {Balancing::Random, Balancing::LeastConnections}) {
      Picker even = makePicker(algorithm, {1, 1, 1, 1});
      for (double share : shares(even, 100'000)) compareWithin(share, 0.25, 0.03);
      Picker uneven = makePicker(algorithm, {3, 1});
      compareWithin(shares(uneven, 100'000)[0], 0.75, 0.01);
    }
  }

  void leastConnectionsTakesTheLeastLoadedForItsWeight() {
    Picker picker = makePicker(Balancing::LeastConnections, {1, 1, 4});
    for (int i = 0; i < 2; ++i) picker.started(0);
    for (int i = 0; i < 4; ++i) picker.started(2);
    QCOMPARE(choices(picker, 3), std::string("bbb"));
    for (int i = 0; i < 3; ++i) picker.started(1);
    QCOMPARE(choices(picker, 3), std::string("ccc"));
    picker.ended(0, {}, {});
    picker.dropped(0);
    QCOMPARE(choices(picker, 3), std::string("aaa"));
  }

  // A pick falls on the loaded one of two only if both samples do: with replacement, once in four.
  void twoChoicesAreWithReplacement() {
    Picker picker = makePicker(Balancing::TwoChoices, {1, 1});
    picker.started(0);
    compareWithin(shares(picker, 100'000)[0], 0.25, 0.03);
  }

  void ewmaAvoidsTheSlowAndForgets() {
    Picker picker = makePicker(Balancing::Ewma, {1, 1});
    RandomStream random;
    picker.started(0);
    QCOMPARE(picker.pick({}, random), 1u);  // 0 has a call out and no measurement yet
    picker.ended(0, milliseconds(1), seconds(1));
    picker.started(1);
    picker.ended(1, milliseconds(50), seconds(1));
    QCOMPARE(picker.pick({0, 0, seconds(1)}, random), 0u);
    // A peak counts at once.
    picker.started(0);
    picker.ended(0, milliseconds(80), seconds(1));
    QCOMPARE(picker.pick({0, 0, seconds(1)}, random), 1u);
    // A fast answer long after it outweighs it.
    picker.started(0);
    picker.ended(0, milliseconds(1), seconds(41));
    picker.started(1);
    picker.ended(1, milliseconds(50), seconds(41));
    QCOMPARE(picker.pick({0, 0, seconds(41)}, random), 0u);
    // Outstanding calls multiply.
    for (int i = 0; i < 40; ++i) picker.started(0);
    QCOMPARE(picker.pick({0, 0, seconds(41)}, random), 1u);
  }

  void slowStartGivesAGrowingShare() {
    Picker picker;
    picker.configure({.algorithm = Balancing::WeightedRoundRobin, .slowStart = seconds(10)});
    picker.add(1, 1);
    picker.add(2, 1);
    picker.warmUp(1, seconds(100));
    RandomStream random;
    const auto share = [&](SimTime now) {
      double count = 0;
      for (int i = 0; i < 1100; ++i) count += picker.pick({0, 0, now}, random) == 1;
      return count / 1100;
    };
    compareWithin(share(seconds(100)), 0.1 / 1.1, 0.02);
    compareWithin(share(seconds(105)), 0.5 / 1.5, 0.02);
    compareWithin(share(seconds(110)), 0.5, 0.01);
  }

  void hashesAreStickyAndMoveOnlyWhatTheyMust() {
    RandomStream random;
    for (const Balancing algorithm : {Balancing::UserHash, Balancing::KeyHash, Balancing::ConsistentHash}) {
      Picker picker = makePicker(algorithm, {1, 1, 1, 1, 1});
      const auto all = [&] {
        std::vector<std::uint32_t> places;
        for (std::uint32_t k = 0; k < 20'000; ++k) places.push_back(picker.pick({k, k, {}}, random));
        return places;
      };
      const std::vector<std::uint32_t> before = all();
      QCOMPARE(all(), before);
      picker.setHealthy(2, false);
      const std::vector<std::uint32_t> without = all();
      for (std::size_t i = 0; i < before.size(); ++i) {
        QVERIFY(without[i] != 2);
        QVERIFY(before[i] == 2 || before[i] == without[i]);
      }
      picker.setHealthy(2, true);
      picker.add(hashText("5"), 1);
      const std::vector<std::uint32_t> after = all();
      double moved = 0, between = 0;
      for (std::size_t i = 0; i < before.size(); ++i) {
        moved += before[i] != after[i];
        between += before[i] != after[i] && after[i] != 5;
      }
      moved /= static_cast<double>(before.size());
      if (algorithm == Balancing::ConsistentHash) {
        QCOMPARE(between, 0.0);
        QVERIFY(std::fabs(moved - 1.0 / 6) < 4 * 0.0125);
      } else {
        QVERIFY(std::fabs(moved - 5.0 / 6) < 0.01);
      }
    }
  }

  void ringSharesFollowWeights() {
    Picker picker = makePicker(Balancing::ConsistentHash, {1, 3});
    RandomStream random;
    double second = 0;
    for (std::uint32_t k = 0; k < 20'000; ++k) second += picker.pick({0, k, {}}, random) / 20'000.0;
    compareWithin(second, 0.75, 0.08);
  }

  void ringByUserOrByKey() {
    RandomStream random;
    Picker picker = makePicker(Balancing::ConsistentHash, std::vector<double>(50, 1));
    QCOMPARE(picker.pick({1, 7, {}}, random), picker.pick({2, 7, {}}, random));
    QVERIFY(picker.pick({1, 7, {}}, random) != picker.pick({1, 8, {}}, random));
    picker.configure({.algorithm = Balancing::ConsistentHash, .ringByUser = true});
    QCOMPARE(picker.pick({1, 7, {}}, random), picker.pick({1, 8, {}}, random));
  }

  // Shares of a ring of n members with v random points are Beta(v, (n - 1) v).
  void ringImbalance_data() {
    QTest::addColumn<int>("nodes");
    QTest::addColumn<int>("points");
    QTest::addColumn<int>("rings");
    QTest::addColumn<double>("cv");
    QTest::addColumn<double>("low");
    QTest::addColumn<double>("high");
    QTest::addColumn<double>("tolerance");
    QTest::newRow("10 nodes of 150") << 10 << 150 << 3000 << 0.0774338599 << 0.810680121 << 1.20933308 << 0.01;
    // Lamping & Veach (2014), table 1.
    QTest::newRow("1000 nodes of 10") << 1000 << 10 << 30 << 0.31605381 << 0.37 << 2.0 << 0.015;
    QTest::newRow("1000 nodes of 100") << 1000 << 100 << 15 << 0.0999494877 << 0.76 << 1.28 << 0.015;
  }
  void ringImbalance() {
    QFETCH(int, nodes);
    QFETCH(int, points);
    QFETCH(int, rings);
    QFETCH(double, cv);
    QFETCH(double, low);
    QFETCH(double, high);
    QFETCH(double, tolerance);
    std::vector<double> relative;
    double peaks = 0;
    for (int r = 0; r < rings; ++r) {
      const std::vector<double> shares = ringOf(nodes, static_cast<std::uint32_t>(points), r).shares();
      double sum = 0;
      for (double share : shares) {
        relative.push_back(share * nodes);
        sum += share;
      }
      QVERIFY(std::fabs(sum - 1) < 1e-9);
      peaks += *std::max_element(shares.begin(), shares.end()) * nodes / rings;
    }
    const Moments m = momentsOf(relative);
    compareWithin(m.mean, 1, 1e-9);
    compareWithin(m.deviation, cv, 0.03);
    std::sort(relative.begin(), relative.end());
    const auto quantile = [&](double q) {
      return relative[static_cast<std::size_t>(q * static_cast<double>(relative.size()))];
    };
    QVERIFY(std::fabs(quantile(0.005) - low) < tolerance);
    QVERIFY2(std::fabs(quantile(0.995) - high) < tolerance * 1.21, qPrintable(QString::number(quantile(0.995))));
    if (nodes == 10) compareWithin(peaks, 1.12935886, 0.01);
  }

  void ringGrowthMovesASixth() {
    std::vector<double> moved;
    for (int r = 0; r < 3000; ++r) moved.push_back(ringOf(6, 150, r).shares()[5]);
    const Moments m = momentsOf(moved);
    compareWithin(m.mean, 1.0 / 6, 0.02);
    compareWithin(m.deviation, 0.0124157042, 0.2);
  }

  // nginx-tests, upstream.t: peer a fails each third request it receives.
  void failuresCountWithinTheWindow() {
    for (const bool wholeSeconds : {true, false}) {
      NginxBench bench;
      bench.rule = {3, seconds(10), wholeSeconds};
      int attemptsOnA = 0, answersOfA = 0, answersOfB = 0;
      for (int i = 0; i < 30; ++i) {
        const auto tried = bench.request(seconds(1000) + milliseconds(i),
                                         [&](std::uint32_t peer) { return peer == 0 && ++attemptsOnA % 3 == 0; });
        ++(tried.back() == 0 ? answersOfA : answersOfB);
      }
      QCOMPARE(attemptsOnA, 9);
      QCOMPARE(answersOfA, 6);
      QCOMPARE(answersOfB, 24);
    }
  }

  void deadPeerGetsOneTrialPerTimeout() {
    for (const bool wholeSeconds : {true, false}) {
      NginxBench bench;
      bench.rule = {3, seconds(30), wholeSeconds};
      std::vector<int> times;
      for (int t = 0; t < 300; ++t) {
        const auto tried = bench.request(seconds(t), [](std::uint32_t peer) { return peer == 0; });
        QCOMPARE(tried.back(), 1u);
        if (tried.front() == 0) times.push_back(t);
      }
      const std::vector<int> expected{0, 2, 4, 36, 68, 100, 132, 164, 196, 228, 260, 292};
      QCOMPARE(times, expected);
    }
  }

  void aSuccessAfterTheWindowClearsFailures() {
    const PeerFailures::Rule rule{2, seconds(10), false};
    PeerFailures peer;
    peer.failed(rule, seconds(1));
    peer.picked(rule, seconds(12));
    peer.succeeded();
    peer.failed(rule, seconds(13));
    QVERIFY(!peer.isOut(rule, seconds(13)));
    peer.failed(rule, seconds(14));
    QVERIFY(peer.isOut(rule, seconds(24)));
    QVERIFY(!peer.isOut(rule, seconds(25)));
    peer.picked(rule, seconds(25));
    QVERIFY(peer.isOut(rule, seconds(25)));
    peer.succeeded();
    QVERIFY(!peer.isOut(rule, seconds(25)));
  }
};

QTEST_APPLESS_MAIN(PickerTest)
#include "picker_test.moc"

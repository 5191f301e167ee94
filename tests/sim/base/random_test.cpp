#include "base/random.h"

#include <QtTest>
#include <cmath>
#include <set>

using namespace faultline;

class RandomTest : public QObject {
  Q_OBJECT

 private slots:
  void equalNamesGiveEqualDraws() {
    RandomStream a(7, "db", "service time");
    RandomStream b(7, "db", "service time");
    for (int i = 0; i < 1000; ++i) QCOMPARE(a.bits(), b.bits());
  }

  void streamsDiffer_data() {
    QTest::addColumn<quint64>("seed");
    QTest::addColumn<QString>("owner");
    QTest::addColumn<QString>("purpose");
    QTest::newRow("seed") << quint64{8} << "db"
                          << "work";
    QTest::newRow("owner") << quint64{7} << "db2"
                           << "work";
    QTest::newRow("purpose") << quint64{7} << "db"
                             << "loss";
    QTest::newRow("boundary between the names") << quint64{7} << "dbw"
                                                << "ork";
    QTest::newRow("swapped names") << quint64{7} << "work"
                                   << "db";
  }
  void streamsDiffer() {
    QFETCH(quint64, seed);
    QFETCH(QString, owner);
    QFETCH(QString, purpose);
    RandomStream a(7, "db", "work");
    RandomStream b(seed, owner.toStdString(), purpose.toStdString());
    // Independent streams: equal bits half of the time, uncorrelated uniforms.
    constexpr int kDraws = 20'000;
    int equalBits = 0;
    double product = 0;
    for (int i = 0; i < kDraws; ++i) {
      const quint64 x = a.bits();
      const quint64 y = b.bits();
      equalBits += 64 - std::popcount(x ^ y);
      product += (static_cast<double>(x >> 11) * 0x1p-53 - 0.5) * (static_cast<double>(y >> 11) * 0x1p-53 - 0.5);
    }
    QVERIFY(std::fabs(equalBits - 32.0 * kDraws) < 5 * 4 * std::sqrt(kDraws));
    QVERIFY(std::fabs(product) < 5 * std::sqrt(kDraws) / 12);
  }

  void nearbySeedsShareNoStart() {
    std::set<quint64> starts;
    for (quint64 seed = 0; seed < 1000; ++seed) starts.insert(RandomStream(seed, "a", "b").bits());
    QCOMPARE(starts.size(), std::size_t{1000});
  }

  void belowStaysBelowAndReachesAll() {
    RandomStream random(1, "a", "b");
    std::vector<int> seen(7);
    for (int i = 0; i < 70'000; ++i) ++seen.at(random.below(7));
    for (const int count : seen) QVERIFY(std::abs(count - 10'000) < 500);
    QCOMPARE(random.below(1), quint64{0});
  }

  void uniformLimits() {
    RandomStream random(1, "a", "b");
    double sum = 0;
    for (int i = 0; i < 100'000; ++i) {
      const double u = random.uniform();
      QVERIFY(u >= 0 && u < 1);
      const double v = random.uniformPositive();
      QVERIFY(v > 0 && v <= 1);
      sum += u;
    }
    QVERIFY(std::fabs(sum / 100'000 - 0.5) < 5 * 0.2887 / std::sqrt(100'000));
  }

  // Shares below fixed points, the tail beyond the last slice included.
  void zigguratsFollowTheirDensities() {
    RandomStream random(3, "a", "b");
    constexpr int kDraws = 2'000'000;
    const std::vector<double> points = {0.001, 0.05, 0.5, 1, 2, 3, 3.6541528853610088, 4, 7.69711747013105, 9};
    std::vector<double> exponential(points.size());
    std::vector<double> normal(points.size());
    std::vector<double> negative(points.size());
    for (int i = 0; i < kDraws; ++i) {
      const double e = random.exponential();
      const double z = random.normal();
      for (std::size_t k = 0; k < points.size(); ++k) {
        exponential[k] += e > points[k];
        normal[k] += z > points[k];
        negative[k] += z < -points[k];
      }
    }
    for (std::size_t k = 0; k < points.size(); ++k) {
      verifyShare(exponential[k], kDraws, std::exp(-points[k]));
      verifyShare(normal[k], kDraws, 0.5 * std::erfc(points[k] / std::sqrt(2.0)));
      verifyShare(negative[k], kDraws, 0.5 * std::erfc(points[k] / std::sqrt(2.0)));
    }
  }

  // The same constants hold for every compiler and optimisation level.
  void goldenFingerprints() {
    RandomStream random(42, "node", "purpose");
    quint64 hash = 0;
    for (int i = 0; i < 10'000; ++i) {
      hash = mix64(hash ^ random.bits());
      hash = mix64(hash ^ std::bit_cast<quint64>(random.uniform()));
      hash = mix64(hash ^ std::bit_cast<quint64>(random.exponential()));
      hash = mix64(hash ^ std::bit_cast<quint64>(random.normal()));
    }
    QCOMPARE(hash, quint64{0x904fb366c16bed72ull});
    QCOMPARE(hashText("faultline"), quint64{0xcf91191f4db109d6ull});
  }

 private:
  static void verifyShare(double hits, int draws, double share) {
    const double deviation = std::sqrt(share * (1 - share) / draws);
    QVERIFY2(std::fabs(hits / draws - share) < 4.5 * deviation + 1.0 / draws, qPrintable(QString::number(share)));
  }
};

QTEST_APPLESS_MAIN(RandomTest)
#include "random_test.moc"

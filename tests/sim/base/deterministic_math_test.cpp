#include "base/deterministic_math.h"

#include <QtTest>
#include <cmath>

#include "base/random.h"

using namespace faultline;

namespace {
double relativeError(double value, long double truth) {
  return static_cast<double>(std::fabs((static_cast<long double>(value) - truth) / truth));
}
}  // namespace

class DeterministicMathTest : public QObject {
  Q_OBJECT

 private slots:
  void expAndLogAreAccurate() {
    RandomStream random(1, "math", "test");
    for (int i = 0; i < 200'000; ++i) {
      const double x = (random.uniform() * 2 - 1) * 700;
      QVERIFY(relativeError(dmath::exp(x), std::exp(static_cast<long double>(x))) < 4e-15);
      const double wide = std::exp(x);
      QVERIFY(relativeError(dmath::log(wide), std::log(static_cast<long double>(wide))) < 4e-15);
      const double nearOne = 0.9 + 0.2 * random.uniform();
      QVERIFY(relativeError(dmath::log(nearOne), std::log(static_cast<long double>(nearOne))) < 4e-15);
    }
  }

  void edgesOfTheRange() {
    QCOMPARE(dmath::log(1), 0.0);
    QCOMPARE(dmath::exp(0), 1.0);
    QCOMPARE(dmath::exp(-746), 0.0);
    QVERIFY(std::isinf(dmath::exp(710)));
    QVERIFY(std::isnan(dmath::exp(std::nan(""))));
    QVERIFY(dmath::exp(-744) > 0);
    QVERIFY(relativeError(dmath::exp(709.7), std::exp(static_cast<long double>(709.7))) < 4e-15);
    QVERIFY(relativeError(dmath::log(5e-324), std::log(static_cast<long double>(5e-324))) < 4e-15);
    QCOMPARE(dmath::pow(3, 0), 1.0);
    QCOMPARE(dmath::pow(2, -1074), 5e-324);
    QCOMPARE(dmath::sqrt(2), std::sqrt(2.0));
  }

  void powIsAccurate() {
    RandomStream random(2, "math", "test");
    for (int i = 0; i < 200'000; ++i) {
      const double base = std::exp(random.normal() * 20);
      const double power = random.normal() * 3;
      const long double truth = std::pow(static_cast<long double>(base), static_cast<long double>(power));
      if (truth > 1e-300L && truth < 1e300L) QVERIFY(relativeError(dmath::pow(base, power), truth) < 1e-13);
    }
  }

  void normalQuantileInvertsTheDistribution() {
    for (double z = -8; z <= 5; z += 0.03125) {
      const double p = 0.5 * std::erfc(-z / std::sqrt(2.0));
      // Close to 1 a probability has few digits left to tell z.
      const double lost = 2e-16 / std::exp(-0.5 * z * z);
      QVERIFY(std::fabs(dmath::normalQuantile(p) - z) < 1e-13 * std::max(1.0, std::fabs(z)) + (z > 0 ? 3 * lost : 0));
      QVERIFY(std::fabs(dmath::normalCdf(z) - p) < 1e-12);
    }
    QCOMPARE(dmath::normalQuantile(0.5), 0.0);
  }

  void gammaFunctions() {
    for (double x = 0.01; x < 1000; x *= 1.07) {
      QVERIFY(std::fabs(dmath::logGamma(x) - std::lgamma(x)) < 1e-12 * std::max(1.0, std::fabs(std::lgamma(x))));
    }
    for (double x = 0.05; x < 40; x *= 1.3) {
      QVERIFY(std::fabs(dmath::gammaCdf(1, x) - (1 - std::exp(-x))) < 1e-12);
      QVERIFY(std::fabs(dmath::gammaCdf(3, x) - (1 - std::exp(-x) * (1 + x + x * x / 2))) < 1e-12);
      QVERIFY(std::fabs(dmath::gammaCdf(0.5, x) - std::erf(std::sqrt(x))) < 1e-12);
    }
    QCOMPARE(dmath::gammaCdf(2, 0), 0.0);
  }

  void goldenFingerprint() {
    RandomStream random(42, "math", "golden");
    quint64 hash = 0;
    const auto fold = [&](double x) { hash = mix64(hash ^ std::bit_cast<quint64>(x)); };
    for (int i = 0; i < 10'000; ++i) {
      const double u = random.uniformPositive() * 0.999;
      fold(dmath::log(u));
      fold(dmath::exp((u - 0.5) * 1400));
      fold(dmath::pow(u * 1000, 7 * u - 3));
      fold(dmath::normalQuantile(u));
      fold(dmath::gammaCdf(0.1 + 10 * u, 10 * u));
    }
    QCOMPARE(hash, quint64{0x9eeb50f091febda4ull});
  }
};

QTEST_APPLESS_MAIN(DeterministicMathTest)
#include "deterministic_math_test.moc"

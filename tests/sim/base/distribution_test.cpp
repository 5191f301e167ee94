#include "base/distribution.h"

#include <QtTest>
#include <bit>
#include <cmath>
#include <map>

using namespace faultline;

namespace {

// Makes a distribution from two numbers in (0, 1].
using Make = Distribution (*)(double, double);

struct Family {
  const char* name;
  Make make;
  bool hasVariance;  // so that a sample mean has a bound
  quint64 golden;
};

const Family kFamilies[] = {
    {"constant", [](double u, double) { return Distribution::constant(u * 1e9); }, true, 0x2ed3909e295618ceull},
    {"exponential", [](double u, double) { return Distribution::exponential(u * 1e9); }, true, 0x62e322be12eba9b0ull},
    {"uniform", [](double u, double v) { return Distribution::uniform(u * 1e6, 1e6 + v * 1e9); }, true,
     0x084313d442c23853ull},
    {"normal", [](double u, double v) { return Distribution::normal(u * 5e6, 1e5 + v * 5e6); }, true,
     0x4923545e86df309bull},
    {"lognormal", [](double u, double v) { return Distribution::logNormal(u * 20, 0.1 + 0.9 * v); }, true,
     0xff778ae79f2811bdull},
    {"lognormal from mean", [](double u, double v) { return Distribution::logNormalFromMean(u * 1e8, 0.1 + v); }, true,
     0x80766ebf832f0374ull},
    {"lognormal from percentiles",
     [](double u, double v) { return Distribution::logNormalFromPercentiles(0.5, 1e6 + u * 3e6, 0.99, 1e7 + v * 3e7); },
     true, 0x06b10933401fc32bull},
    {"gamma", [](double u, double v) { return Distribution::gamma(1 + u * 20, v * 1e6); }, true, 0x17ff0d59e53d19a6ull},
    {"gamma with a shape below 1", [](double u, double v) { return Distribution::gamma(0.1 + 0.9 * u, v * 1e6); }, true,
     0xa6cc69d77539dc48ull},
    {"erlang of few stages",
     [](double u, double v) { return Distribution::erlang(1 + static_cast<int>(u * 7.99), v * 1e8); }, true,
     0x3c82ab027ce019aeull},
    {"erlang of many stages",
     [](double u, double v) { return Distribution::erlang(9 + static_cast<int>(u * 100), v * 1e8); }, true,
     0xc6ab270d85728ac7ull},
    {"pareto", [](double u, double v) { return Distribution::pareto(u * 1e6, 0.8 + v * 2); }, false,
     0x9b8f4eedeb80225aull},
    {"bounded pareto", [](double u, double v) { return Distribution::pareto(u * 1e6, 0.5 + v * 2.5, 2e6 + u * 1e8); },
     true, 0x53d6ca053937bbaeull},
    {"mixture",
     [](double u, double v) {
       return Distribution::mixture({u, 1.001 - u},
                                    {Distribution::exponential(v * 1e7), Distribution::logNormalFromMean(2e7, 0.5)});
     },
     true, 0xd6bdd95fda154399ull},
    {"nested mixture",
     [](double u, double v) {
       return Distribution::mixture(
           {u, 1 - u}, {Distribution::mixture({0.5, 0.5}, {Distribution::uniform(0, 1e6), Distribution::gamma(2, 1e6)}),
                        Distribution::exponential(v * 1e7)});
     },
     true, 0xbe651320cb45131cull},
};

// In two statements, because the order in which a compiler evaluates arguments is its own.
Distribution withRandomParameters(const Family& family, RandomStream& random) {
  const double u = random.uniformPositive();
  const double v = random.uniformPositive();
  return family.make(u, v);
}

void addFamilies() {
  QTest::addColumn<int>("index");
  for (int i = 0; i < static_cast<int>(std::size(kFamilies)); ++i) QTest::newRow(kFamilies[i].name) << i;
}

}  // namespace

class DistributionTest : public QObject {
  Q_OBJECT

 private slots:
  void drawsFollowQuantilesAndMean_data() { addFamilies(); }
  void drawsFollowQuantilesAndMean() {
    QFETCH(int, index);
    const Family& family = kFamilies[index];
    RandomStream parameters(5, family.name, "parameters");
    for (int repetition = 0; repetition < 8; ++repetition) {
      const Distribution distribution = withRandomParameters(family, parameters);
      RandomStream random(static_cast<quint64>(repetition), family.name, "draws");
      verifyDraws(distribution, random, family.hasVariance);
    }
  }

  void quantilesInvertTheDistributionFunction_data() { addFamilies(); }
  void quantilesInvertTheDistributionFunction() {
    QFETCH(int, index);
    RandomStream parameters(6, kFamilies[index].name, "parameters");
    const Distribution distribution = withRandomParameters(kFamilies[index], parameters);
    if (distribution.isConstant()) return;
    for (const double p : {0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999}) {
      QVERIFY(std::fabs(distribution.cdf(distribution.quantile(p)) - p) < 1e-9);
    }
    QCOMPARE(distribution.cdf(-1), 0.0);
  }

  void percentilesAreMet() {
    const Distribution d = Distribution::logNormalFromPercentiles(0.5, 4e6, 0.99, 4e7);
    QVERIFY(std::fabs(d.quantile(0.5) / 4e6 - 1) < 1e-12);
    QVERIFY(std::fabs(d.quantile(0.99) / 4e7 - 1) < 1e-12);
    QVERIFY(std::fabs(Distribution::logNormalFromMean(3e6, 0.5).mean() / 3e6 - 1) < 1e-12);
    QVERIFY(std::fabs(Distribution::gammaFromMean(3e6, 0.5).mean() / 3e6 - 1) < 1e-12);
    QCOMPARE(Distribution::gammaFromMean(3e6, 0.5).first(), 4.0);
  }

  void meansThatFormulasGive() {
    QCOMPARE(Distribution::pareto(2, 3).mean(), 3.0);
    QVERIFY(std::isinf(Distribution::pareto(2, 1).mean()));
    // Integral of the density of a Pareto distribution with alpha 1 cut at 50.
    QVERIFY(std::fabs(Distribution::pareto(1, 1, 50).mean() - std::log(50.0) / (1 - 1 / 50.0)) < 1e-12);
    QVERIFY(std::fabs(Distribution::pareto(1, 1 + 1e-9, 50).mean() - Distribution::pareto(1, 1, 50).mean()) < 1e-6);
    QCOMPARE(Distribution::normal(5, 0).mean(), 5.0);
    QCOMPARE(Distribution::empirical({1, 2, 9}).mean(), 4.0);
    QVERIFY(std::fabs(Distribution::mixture({9, 1}, {Distribution::constant(2), Distribution::exponential(80)}).mean() -
                      9.8) < 1e-12);
  }

  void truncatedNormalIsNeverNegative() {
    const Distribution d = Distribution::normal(1, 100);
    RandomStream random(1, "normal", "test");
    for (int i = 0; i < 100'000; ++i) QVERIFY(d.draw(random) >= 0);
  }

  void boundsHold() {
    RandomStream random(1, "bounds", "test");
    const Distribution pareto = Distribution::pareto(10, 0.5, 1000);
    const Distribution uniform = Distribution::uniform(3, 4);
    for (int i = 0; i < 100'000; ++i) {
      const double x = pareto.draw(random);
      QVERIFY(x >= 10 && x <= 1000);
      const double u = uniform.draw(random);
      QVERIFY(u >= 3 && u < 4);
    }
  }

  void empiricalDrawsItsSamples() {
    const Distribution d = Distribution::empirical({9, 1, 2, 2});
    RandomStream random(1, "empirical", "test");
    std::map<double, int> counts;
    for (int i = 0; i < 40'000; ++i) ++counts[d.draw(random)];
    QCOMPARE(counts.size(), std::size_t{3});
    QVERIFY(std::abs(counts[1] - 10'000) < 450);
    QVERIFY(std::abs(counts[2] - 20'000) < 500);
    QCOMPARE(d.quantile(0.5), 2.0);
    QCOMPARE(d.quantile(0.99), 9.0);
    QCOMPARE(d.cdf(2), 0.75);
  }

  void equality() {
    QCOMPARE(Distribution(), Distribution::constant(0));
    QVERIFY(Distribution().isZero());
    QVERIFY(!(Distribution::constant(5) == Distribution::exponential(5)));
    QCOMPARE(Distribution::empirical({2, 1}), Distribution::empirical({1, 2}));
    QVERIFY(!(Distribution::empirical({1, 2}) == Distribution::empirical({1, 3})));
    QVERIFY(!(Distribution::empirical({1}, "a.csv, x_ms") == Distribution::empirical({1}, "b.csv, x_ms")));
    const auto mix = [](double share, double mean) {
      return Distribution::mixture({share, 1 - share}, {Distribution::constant(1), Distribution::exponential(mean)});
    };
    QCOMPARE(mix(0.5, 3), mix(0.5, 3));
    QVERIFY(!(mix(0.5, 3) == mix(0.5, 4)));
    QVERIFY(!(mix(0.5, 3) == mix(0.4, 3)));
  }

  // The same constants hold for every compiler and optimisation level.
  void goldenFingerprints_data() { addFamilies(); }
  void goldenFingerprints() {
    QFETCH(int, index);
    RandomStream parameters(42, kFamilies[index].name, "parameters");
    RandomStream random(42, kFamilies[index].name, "draws");
    quint64 hash = 0;
    for (int i = 0; i < 100; ++i) {
      const Distribution distribution = withRandomParameters(kFamilies[index], parameters);
      for (int draw = 0; draw < 100; ++draw) {
        hash = mix64(hash ^ std::bit_cast<quint64>(distribution.draw(random)));
        hash = mix64(hash ^ static_cast<quint64>(distribution.sample(random).ns));
      }
    }
    QCOMPARE(hash, kFamilies[index].golden);
  }

 private:
  static void verifyDraws(const Distribution& distribution, RandomStream& random, bool hasVariance) {
    constexpr int kDraws = 20'000;
    const std::vector<double> shares = {0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99};
    std::vector<double> bounds;
    for (const double p : shares) bounds.push_back(distribution.quantile(p));
    std::vector<double> below(shares.size());
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < kDraws; ++i) {
      const double x = distribution.draw(random);
      sum += x;
      squares += x * x;
      for (std::size_t k = 0; k < shares.size(); ++k) below[k] += x <= bounds[k];
    }
    for (std::size_t k = 0; k < shares.size() && !distribution.isConstant(); ++k) {
      const double deviation = std::sqrt(shares[k] * (1 - shares[k]) / kDraws);
      QVERIFY(std::fabs(below[k] / kDraws - shares[k]) < 4.5 * deviation);
    }
    const double mean = sum / kDraws;
    const double error = std::sqrt(std::max(0.0, squares / kDraws - mean * mean) / kDraws);
    if (hasVariance) QVERIFY(std::fabs(mean - distribution.mean()) < 5 * error + 1e-9 * distribution.mean());
  }
};

QTEST_APPLESS_MAIN(DistributionTest)
#include "distribution_test.moc"

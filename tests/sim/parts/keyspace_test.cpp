#include "parts/keyspace.h"

#include <QtTest>
#include <cmath>
#include <vector>

using namespace faultline;

namespace {

KeySpace space(const char* text) { return parseKeySpace(text).value.value(); }

}  // namespace

class KeySpaceTest : public QObject {
  Q_OBJECT

 private slots:
  void text_data() {
    QTest::addColumn<QString>("input");
    QTest::addColumn<QString>("expected");
    QTest::addColumn<quint64>("size");
    QTest::newRow("none") << "none"
                          << "none" << quint64{0};
    QTest::newRow("uniform") << " uniform( 200000 )"
                             << "uniform(200k)" << quint64{200'000};
    QTest::newRow("zipf") << "zipf(0.99,200k)"
                          << "zipf(0.99, 200k)" << quint64{200'000};
    QTest::newRow("hot") << "hot(0.9, 10, 200k)"
                         << "hot(90%, 10, 200k)" << quint64{200'000};
    QTest::newRow("sequential") << "sequential(3)"
                                << "sequential(3)" << quint64{3};
    QTest::newRow("fixed") << "fixed(7)"
                           << "fixed(7)" << quint64{8};
    QTest::newRow("largest") << "zipf(1, 4G)"
                             << "zipf(1, 4G)" << quint64{4'000'000'000};
  }
  void text() {
    QFETCH(QString, input);
    QFETCH(QString, expected);
    QFETCH(quint64, size);
    const Parsed<KeySpace> parsed = parseKeySpace(input.toStdString());
    QVERIFY2(parsed.value, parsed.problem.c_str());
    QCOMPARE(QString::fromStdString(formatKeySpace(*parsed.value)), expected);
    QVERIFY(parseKeySpace(expected.toStdString()).value == parsed.value);
    QCOMPARE(quint64{parsed.value->size()}, size);
  }

  void problems_data() {
    QTest::addColumn<QString>("input");
    QTest::addColumn<QString>("expected");
    QTest::newRow("empty") << ""
                           << "not a key space";
    QTest::newRow("unknown") << "zip(1, 2)"
                             << "not a key space";
    QTest::newRow("no arguments") << "zipf"
                                  << "write it like zipf(0.99, 200k)";
    QTest::newRow("too few") << "zipf(1)"
                             << "write it like zipf(0.99, 200k)";
    QTest::newRow("unclosed") << "uniform(3"
                              << "write it like uniform(200k)";
    QTest::newRow("fraction") << "uniform(1.5)"
                              << "not a whole number";
    QTest::newRow("no keys") << "uniform(0)"
                             << "number of keys";
    QTest::newRow("too many keys") << "uniform(5G)"
                                   << "number of keys";
    QTest::newRow("negative exponent") << "zipf(-1, 5)"
                                       << "exponent";
    QTest::newRow("only hot keys") << "hot(90%, 10, 10)"
                                   << "fewer hot keys";
    QTest::newRow("share above 1") << "hot(110%, 1, 10)"
                                   << "share";
    QTest::newRow("negative key") << "fixed(-1)"
                                  << "key must lie";
  }
  void problems() {
    QFETCH(QString, input);
    QFETCH(QString, expected);
    const Parsed<KeySpace> parsed = parseKeySpace(input.toStdString());
    QVERIFY(!parsed.value);
    QVERIFY2(parsed.problem.find(expected.toStdString()) != std::string::npos, parsed.problem.c_str());
  }

  void drawsFollowTheProbabilities_data() {
    QTest::addColumn<QString>("input");
    for (const char* input : {"uniform(50)", "zipf(0, 50)", "zipf(0.3, 1k)", "zipf(0.99, 200k)", "zipf(1, 4G)",
                              "zipf(1.0000001, 1k)", "zipf(1.5, 1M)", "zipf(2.5, 3)", "zipf(20, 5)", "zipf(0.8, 1)",
                              "hot(90%, 10, 200k)", "hot(0%, 3, 20)", "hot(100%, 3, 20)", "fixed(7)"}) {
      QTest::newRow(input) << QString(input);
    }
  }
  void drawsFollowTheProbabilities() {
    QFETCH(QString, input);
    KeySampler sampler(space(input.toUtf8()));
    RandomStream random(1, input.toStdString(), "test");
    constexpr int kDraws = 300'000;
    constexpr std::size_t kRanks = 30;
    std::vector<double> counts(kRanks + 1);
    for (int i = 0; i < kDraws; ++i) {
      const quint64 key = sampler.draw(random);
      QVERIFY(key < sampler.space().size());
      ++counts[std::min<std::size_t>(key, kRanks)];
    }
    double rest = 1;
    for (std::size_t rank = 0; rank <= kRanks; ++rank) {
      const double p = rank < kRanks ? sampler.probability(rank) : std::max(0.0, rest);
      rest -= p;
      const double deviation = std::sqrt(p * (1 - p) / kDraws);
      QVERIFY2(std::fabs(counts[rank] / kDraws - p) <= 4.5 * deviation + 1e-9, qPrintable(QString::number(rank)));
    }
  }

  // The closed form for the sum of weights against adding them up.
  void zipfProbabilitiesAddUpToOne_data() {
    QTest::addColumn<double>("exponent");
    for (const double exponent : {0.0, 0.5, 0.99, 1.0, 1.0001, 2.0, 5.0}) {
      QTest::addRow("%g", exponent) << exponent;
    }
  }
  void zipfProbabilitiesAddUpToOne() {
    QFETCH(double, exponent);
    for (const quint64 keys : {quint64{1}, quint64{999}, quint64{1001}, quint64{200'000}}) {
      KeySpace zipf;
      zipf.kind = KeySpace::Kind::Zipf;
      zipf.exponent = exponent;
      zipf.keys = keys;
      const KeySampler sampler(zipf);
      double sum = 0;
      for (quint64 rank = 0; rank < keys; ++rank) sum += sampler.probability(rank);
      QVERIFY2(std::fabs(sum - 1) < 1e-9, qPrintable(QString::number(sum, 'g', 17)));
      QCOMPARE(sampler.probability(keys), 0.0);
      QCOMPARE(zipf.probability(0), sampler.probability(0));
    }
  }

  void sequentialWrapsAround() {
    KeySampler sampler(space("sequential(3)"));
    RandomStream random;
    for (const unsigned expected : {0u, 1u, 2u, 0u, 1u}) QCOMPARE(sampler.draw(random), expected);
  }

  // The same constants hold for every compiler and optimisation level.
  void goldenFingerprints_data() {
    QTest::addColumn<QString>("input");
    QTest::addColumn<quint64>("golden");
    QTest::newRow("uniform") << "uniform(200k)" << quint64{0xbc1fe6a9edd31d0aull};
    QTest::newRow("zipf below 1") << "zipf(0.99, 200k)" << quint64{0x52bb4822a720e5dbull};
    QTest::newRow("zipf of 1") << "zipf(1, 4G)" << quint64{0xeac7b9d6ba1acce2ull};
    QTest::newRow("zipf above 1") << "zipf(1.3, 1M)" << quint64{0x54140ba715a7e5c2ull};
    QTest::newRow("hot") << "hot(90%, 10, 200k)" << quint64{0xdbb473eb0fe9117aull};
  }
  void goldenFingerprints() {
    QFETCH(QString, input);
    QFETCH(quint64, golden);
    KeySampler sampler(space(input.toUtf8()));
    RandomStream random(42, "keys", "golden");
    quint64 hash = 0;
    for (int i = 0; i < 10'000; ++i) hash = mix64(hash ^ sampler.draw(random));
    QCOMPARE(hash, golden);
  }
};

QTEST_APPLESS_MAIN(KeySpaceTest)
#include "keyspace_test.moc"

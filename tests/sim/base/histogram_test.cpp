#include "base/histogram.h"

#include <QtTest>
#include <algorithm>
#include <cmath>

#include "base/random.h"

using namespace faultline;

namespace {

const std::vector<double> kShares = {0, 0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1};

// The value of rank ceil(q n), as a sorted list has it.
qint64 exactQuantile(const std::vector<qint64>& sorted, double q) {
  const double rank = std::ceil(q * static_cast<double>(sorted.size()));
  return sorted[rank < 1 ? 0 : static_cast<std::size_t>(rank) - 1];
}

// Durations over many magnitudes: 1 ns to beyond a day.
std::vector<qint64> spreadValues(quint64 seed, int count) {
  RandomStream random(seed, "histogram", "test");
  std::vector<qint64> values;
  for (int i = 0; i < count; ++i) values.push_back(static_cast<qint64>(std::exp(random.uniform() * 33)));
  return values;
}

Histogram filled(const std::vector<qint64>& values) {
  Histogram histogram;
  for (const qint64 value : values) histogram.record({value});
  return histogram;
}

void compareHistograms(const Histogram& a, const Histogram& b) {
  QCOMPARE(a.count(), b.count());
  QCOMPARE(a.sumNs(), b.sumNs());
  QCOMPARE(a.max().ns, b.max().ns);
  QCOMPARE(a.shareOfZero(), b.shareOfZero());
  for (double q = 0; q <= 1; q += 1.0 / 512) QCOMPARE(a.quantile(q).ns, b.quantile(q).ns);
}

}  // namespace

class HistogramTest : public QObject {
  Q_OBJECT

 private slots:
  void quantilesStayWithinTheErrorBound() {
    std::vector<qint64> values = spreadValues(1, 30'000);
    const Histogram histogram = filled(values);
    std::sort(values.begin(), values.end());
    for (const double q : kShares) {
      const double truth = static_cast<double>(exactQuantile(values, q));
      const double got = static_cast<double>(histogram.quantile(q).ns);
      QVERIFY2(std::fabs(got - truth) <= truth / 256, qPrintable(QString::number(q)));
      QVERIFY(got <= static_cast<double>(values.back()));
    }
  }

  void smallValuesAreExact() {
    for (qint64 value = 0; value < 256; ++value) QCOMPARE(filled({value, value}).quantile(0.5).ns, value);
  }

  void bucketEdges_data() {
    QTest::addColumn<qint64>("value");
    for (int power = 7; power < 63; ++power) {
      const qint64 value = qint64{1} << power;
      QTest::addRow("2^%d - 1", power) << value - 1;
      QTest::addRow("2^%d", power) << value;
      QTest::addRow("2^%d + 1", power) << value + 1;
    }
    QTest::addRow("largest") << std::numeric_limits<qint64>::max();
  }
  void bucketEdges() {
    QFETCH(qint64, value);
    Histogram histogram = filled({value});
    histogram.record(kNever);
    const double got = static_cast<double>(histogram.quantile(0.5).ns);
    QVERIFY(std::fabs(got - static_cast<double>(value)) <= static_cast<double>(value) / 256);
    QCOMPARE(filled({value}).max().ns, value);
    QVERIFY(filled({value}).quantile(1).ns <= value);
  }

  void countsSumsAndMeansAreExact() {
    const Histogram histogram = filled({1, 2, 4'000'000'001, 0, -5});
    QCOMPARE(histogram.count(), quint64{5});
    QCOMPARE(histogram.sumNs(), 4'000'000'004.0);
    QCOMPARE(histogram.meanNs(), 800'000'000.8);
    QCOMPARE(histogram.shareOfZero(), 0.4);
    // A sum beyond 64 bits.
    const qint64 large = std::numeric_limits<qint64>::max();
    QCOMPARE(filled({large, large, large}).meanNs(), static_cast<double>(large));
  }

  void mergingIsExactInAnyOrder() {
    const std::vector<qint64> first = spreadValues(2, 5'000);
    const std::vector<qint64> second = spreadValues(3, 300);
    std::vector<qint64> both = first;
    both.insert(both.end(), second.begin(), second.end());
    Histogram ab = filled(first);
    ab.merge(filled(second));
    Histogram ba = filled(second);
    ba.merge(filled(first));
    compareHistograms(ab, filled(both));
    compareHistograms(ba, filled(both));
    Histogram withEmpty = filled(first);
    withEmpty.merge(Histogram());
    compareHistograms(withEmpty, filled(first));
  }

  void twoTogetherAreLikeOneMerged_data() {
    QTest::addColumn<qint64>("most");  // of the second one's values
    QTest::addColumn<int>("count");
    QTest::newRow("alike") << qint64{1'000'000'000'000'000} << 3'000;
    QTest::newRow("only short ones") << qint64{1'000} << 2'000;
    QTest::newRow("one value") << qint64{1'000'000} << 1;
    QTest::newRow("empty") << qint64{1} << 0;
  }
  void twoTogetherAreLikeOneMerged() {
    QFETCH(const qint64, most);
    QFETCH(const int, count);
    std::vector<qint64> others = spreadValues(4, count);
    for (qint64& value : others) value = std::min(value, most);
    const Histogram one = filled(spreadValues(3, 5'000)), other = filled(others);
    Histogram merged = one;
    merged.merge(other);
    std::vector<double> shares;
    for (double q = 0; q <= 1; q += 1.0 / 512) shares.push_back(q);
    std::vector<Duration> values(shares.size()), swapped(shares.size());
    Histogram::quantilesOf(one, other, shares, values);
    Histogram::quantilesOf(other, one, shares, swapped);
    for (std::size_t i = 0; i < shares.size(); ++i) {
      QCOMPARE(values[i].ns, merged.quantile(shares[i]).ns);
      QCOMPARE(swapped[i].ns, values[i].ns);
    }
  }

  // Beyond 2^32 values an octave, by doubling.
  void manyValuesAreCountedExactly() {
    const std::vector<qint64> values = spreadValues(5, 1'000);
    const Histogram once = filled(values);
    Histogram many = once;
    constexpr int kDoublings = 36;
    for (int i = 0; i < kDoublings; ++i) {
      Histogram copy = many;
      if (i % 2 == 0)
        many.merge(copy);
      else
        many.take(copy);
      QVERIFY(i % 2 == 0 || copy.empty());
    }
    const std::uint64_t times = std::uint64_t{1} << kDoublings;
    QCOMPARE(many.count(), once.count() * times);
    QCOMPARE(many.sumNs(), once.sumNs() * static_cast<double>(times));
    for (double q = 0; q <= 1; q += 1.0 / 512) QCOMPARE(many.quantile(q).ns, once.quantile(q).ns);
    many.addZeros(many.count());
    QCOMPARE(many.count(), once.count() * times * 2);
    QVERIFY(std::fabs(many.shareOfZero() - 0.5) < 0.01);
    QCOMPARE(many.quantile(0.4).ns, qint64{0});
    // It still counts single values, and forgets all of them.
    many.record({5});
    QCOMPARE(many.count(), once.count() * times * 2 + 1);
    many.clear();
    QVERIFY(many.empty());
    for (const qint64 value : values) many.record({value});
    compareHistograms(many, once);
  }

  // One bucket alone, to its last bit.
  void aFullBucketSpills() {
    Histogram zeros;
    zeros.addZeros(0xffff'fffdull);
    for (int i = 0; i < 5; ++i) zeros.record({0});
    QCOMPARE(zeros.count(), std::uint64_t{0x1'0000'0002});
    QCOMPARE(zeros.shareOfZero(), 1.0);
    zeros.addZeros(0x2'ffff'ffffull);
    QCOMPARE(zeros.count(), std::uint64_t{0x4'0000'0001});
    QCOMPARE(zeros.quantile(1).ns, qint64{0});
  }

  void copiesAndMovesAreIndependent() {
    const std::vector<qint64> values = spreadValues(4, 1000);
    Histogram original = filled(values);
    Histogram copy = original;
    original.record({1});
    compareHistograms(copy, filled(values));
    Histogram moved = std::move(copy);
    compareHistograms(moved, filled(values));
    QVERIFY(copy.empty());
    copy.record({5});
    QCOMPARE(copy.quantile(0.5).ns, qint64{5});
    moved = copy;
    QCOMPARE(moved.count(), quint64{1});
  }

  void clearForgetsEverything() {
    Histogram histogram = filled({5, 500, 50'000});
    histogram.clear();
    QVERIFY(histogram.empty());
    QCOMPARE(histogram.meanNs(), 0.0);
    histogram.record({77});
    QCOMPARE(histogram.quantile(0).ns, qint64{77});
    QCOMPARE(histogram.max().ns, qint64{77});
  }
};

QTEST_APPLESS_MAIN(HistogramTest)
#include "histogram_test.moc"

#include <QtTest>

#include <random>

#include "gui/models/decimation.h"
#include "gui/models/nice_ticks.h"
#include "metrics/series.h"

using namespace faultline;

namespace {

struct Samples {
  std::vector<SimTime> times;
  std::vector<double> values;
  ExtremePyramid pyramid;

  void add(double value) {
    times.push_back(milliseconds(100) * static_cast<std::int64_t>(times.size() + 1));
    values.push_back(value);
  }
  LinePieces line(SimTime from, SimTime to, int columns) {
    pyramid.grow(values);
    return decimated(times, values, pyramid, from, to, columns);
  }
  LinePieces whole(int columns) { return line({}, times.back(), columns); }
};

Samples noise(int count, unsigned seed, double unknownShare = 0) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> uniform(0, 1);
  Samples samples;
  for (int i = 0; i < count; ++i) {
    const double value = 50 + 30 * std::sin(i / 500.0) + 10 * uniform(random);
    samples.add(uniform(random) < unknownShare ? kUnknown : value);
  }
  return samples;
}

int countOf(const LinePieces& pieces) {
  int count = 0;
  for (const auto& piece : pieces) count += static_cast<int>(piece.size());
  return count;
}

}  // namespace

class DecimationTest : public QObject {
  Q_OBJECT

 private slots:
  void extremesAreThoseOfTheStretch() {
    Samples samples = noise(5000, 1, 0.1);
    std::mt19937 random(2);
    // Grown piece by piece, as a run does.
    for (std::size_t known = 0; known <= samples.values.size(); known += 777)
      samples.pyramid.grow({samples.values.begin(), samples.values.begin() + static_cast<std::ptrdiff_t>(known)});
    samples.pyramid.grow(samples.values);
    for (int i = 0; i < 500; ++i) {
      std::size_t a = random() % 5000, b = random() % 5001;
      if (a > b) std::swap(a, b);
      double min = 1e9, max = -1e9;
      for (std::size_t row = a; row < b; ++row) {
        if (std::isnan(samples.values[row])) continue;
        min = std::min(min, samples.values[row]);
        max = std::max(max, samples.values[row]);
      }
      const auto found = samples.pyramid.of(samples.values, a, b);
      QCOMPARE(found.known, max > -1e9);
      if (!found.known) continue;
      QCOMPARE(found.min, min);
      QCOMPARE(found.max, max);
    }
  }

  void aSpikeOfOneSampleStays_data() {
    QTest::addColumn<int>("spike");
    QTest::addColumn<int>("columns");
    for (const int spike : {0, 1, 4321, 99'998, 99'999})
      for (const int columns : {1, 7, 300}) QTest::addRow("%d in %d", spike, columns) << spike << columns;
  }
  void aSpikeOfOneSampleStays() {
    QFETCH(int, spike);
    QFETCH(int, columns);
    Samples samples = noise(100'000, 3);
    samples.values[static_cast<std::size_t>(spike)] = 1e6;
    const LinePieces pieces = samples.whole(columns);
    double max = 0;
    for (const auto& piece : pieces)
      for (const QPointF& point : piece) max = std::max(max, point.y());
    QCOMPARE(max, 1e6);
    QVERIFY(countOf(pieces) <= 2 * columns + 2);
  }

  void pointsAreInOrderAndInside_data() {
    QTest::addColumn<int>("count");
    QTest::addColumn<double>("unknown");
    for (const int count : {1, 2, 30, 2000, 50'000})
      for (const double unknown : {0.0, 0.3, 0.95}) QTest::addRow("%d, %g", count, unknown) << count << unknown;
  }
  void pointsAreInOrderAndInside() {
    QFETCH(int, count);
    QFETCH(double, unknown);
    Samples samples = noise(count, 4, unknown);
    double least = 1e9, greatest = -1e9;
    for (const double value : samples.values)
      if (!std::isnan(value)) least = std::min(least, value), greatest = std::max(greatest, value);
    const SimTime end = samples.times.back();
    for (const auto& [from, to] : {std::pair(SimTime{}, end), std::pair(SimTime{end.ns / 3 + 12345}, SimTime{end.ns / 2 + 99999}),
                                   std::pair(SimTime{}, end * 3), std::pair(end * 2, end * 3)}) {
      const LinePieces pieces = samples.line(from, to, 200);
      double before = from.seconds();
      for (const auto& piece : pieces) {
        QVERIFY(!piece.isEmpty());
        for (const QPointF& point : piece) {
          QVERIFY(point.x() >= before - 1e-9 && point.x() <= to.seconds() + 1e-9);
          before = point.x();
          QVERIFY(!std::isnan(point.y()));
          QVERIFY(point.y() >= least && point.y() <= greatest);
        }
      }
      QVERIFY(countOf(pieces) <= 2 * 200 + 2);
    }
  }

  void aGapSplitsTheLine() {
    Samples samples;
    for (int i = 0; i < 10'000; ++i) samples.add(i >= 4000 && i < 6000 ? kUnknown : 1);
    QCOMPARE(samples.whole(100).size(), std::size_t{2});
    QCOMPARE(samples.whole(20'000).size(), std::size_t{2});
    // An unknown sample among known ones of its column is no gap.
    samples.values[100] = kUnknown;
    samples.pyramid.clear();
    QCOMPARE(samples.whole(100).size(), std::size_t{2});
  }

  void fewSamplesAreDrawnAsTheyAre() {
    Samples samples = noise(50, 5);
    const LinePieces pieces = samples.whole(200);
    QCOMPARE(pieces.size(), std::size_t{1});
    QCOMPARE(pieces[0].size(), 50);
    for (int i = 0; i < 50; ++i) QCOMPARE(pieces[0][i].y(), samples.values[static_cast<std::size_t>(i)]);
  }

  void aZoomedLineReachesTheBorders() {
    Samples samples;
    samples.add(0);
    samples.add(10);
    samples.add(0);
    const LinePieces pieces = samples.line(milliseconds(150), milliseconds(250), 100);
    QCOMPARE(pieces.size(), std::size_t{1});
    QCOMPARE(pieces[0].size(), 3);
    QVERIFY(std::abs(pieces[0].first().y() - 5) < 1e-9 && std::abs(pieces[0].last().y() - 5) < 1e-9);
    QCOMPARE(pieces[0].first().x(), 0.15);
    QCOMPARE(pieces[0].last().x(), 0.25);
  }

  void columnsDoNotMoveWhileARunGrows() {
    Samples samples = noise(30'000, 6), shorter = samples;
    shorter.times.resize(29'000);
    shorter.values.resize(29'000);
    const SimTime end = samples.times.back();
    const auto longer = samples.line({}, end, 300), before = shorter.line({}, end, 300);
    // All but the last column, which is not complete yet.
    for (int i = 0; i < before[0].size() - 3; ++i) QCOMPARE(longer[0][i], before[0][i]);
  }

  void ticksAreRound_data() {
    QTest::addColumn<double>("max");
    QTest::addColumn<QString>("unit");
    QTest::addColumn<double>("high");
    QTest::newRow("rate") << 243.0 << "/s" << 300.0;
    QTest::newRow("ratio") << 0.95 << "ratio" << 1.0;
    QTest::newRow("small ratio") << 0.013 << "ratio" << 0.015;
    QTest::newRow("milliseconds") << 7.3 << "ms" << 8.0;
    QTest::newRow("minutes") << 290'000.0 << "ms" << 360'000.0;
    QTest::newRow("bytes") << 1000.0 << "B" << 1024.0;
    QTest::newRow("nothing") << 0.0 << "1" << 1.0;
  }
  void ticksAreRound() {
    QFETCH(double, max);
    QFETCH(QString, unit);
    QFETCH(double, high);
    const ValueScale scale = linearScale(0, max, unit.toStdString(), 4);
    QVERIFY2(std::abs(scale.high - high) < high * 1e-9, qPrintable(QString::number(scale.high)));
    QCOMPARE(scale.low, 0.0);
    QVERIFY(scale.ticks.size() >= 3 && scale.ticks.size() <= 6);
  }

  void aLogarithmicScaleHoldsDecades() {
    const ValueScale scale = logScale(12, 6200);
    QCOMPARE(scale.low, 1.0);
    QCOMPARE(scale.high, 4.0);
    QCOMPARE(scale.ticks.size(), std::size_t{4});
    QCOMPARE(scale.place(0), scale.low);
    QCOMPARE(scale.value(scale.place(100)), 100.0);
    QVERIFY(logScale(1e-12, 1e6).ticks.size() <= 7);
  }
};

QTEST_APPLESS_MAIN(DecimationTest)
#include "decimation_test.moc"

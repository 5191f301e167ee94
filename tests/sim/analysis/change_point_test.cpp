// Onsets, ends and significance of lasting changes; noise alone has none.
#include <QtTest>
#include <cmath>
#include <limits>

#include "analysis/change_point.h"
#include "base/random.h"

using namespace faultline;

namespace {

constexpr std::size_t kCount = 300, kHealthy = 100, kFrom = 150, kTo = 200;

// Noise around `level`, and around `level` times `factor` from kFrom to kTo.
std::vector<double> series(const char* name, double level, double factor, double noise) {
  RandomStream luck(7, name, "noise");
  std::vector<double> values;
  for (std::size_t i = 0; i < kCount; ++i) {
    const double middle = i >= kFrom && i < kTo ? level * factor : level;
    values.push_back(std::max(0.0, middle * (1 + noise * (luck.uniform() - 0.5))));
  }
  return values;
}

std::vector<Episode> find(const std::vector<double>& values, ValueScale scale, bool rises = true) {
  return findEpisodes(values, 0, kHealthy, {scale, rises, 1, 1.25, 0.01});
}

}  // namespace

class ChangePointTest : public QObject {
  Q_OBJECT
 private slots:
  void findsAStep_data() {
    QTest::addColumn<int>("scale");
    QTest::addColumn<double>("level");
    QTest::addColumn<double>("factor");
    QTest::newRow("time") << int(ValueScale::Time) << 8.0 << 4.0;
    QTest::newRow("time, small") << int(ValueScale::Time) << 8.0 << 2.0;
    QTest::newRow("rate") << int(ValueScale::Rate) << 200.0 << 1.8;
    QTest::newRow("level") << int(ValueScale::Level) << 20.0 << 5.0;
    QTest::newRow("fall of a share") << int(ValueScale::Share) << 0.8 << 0.4;
    QTest::newRow("fall of a rate") << int(ValueScale::Rate) << 200.0 << 0.3;
  }
  void findsAStep() {
    QFETCH(int, scale);
    QFETCH(double, level);
    QFETCH(double, factor);
    const std::vector<Episode> found =
        find(series("step", level, factor, 0.2), static_cast<ValueScale>(scale), factor > 1);
    QCOMPARE(found.size(), std::size_t{1});
    QCOMPARE(found[0].onset, kFrom);
    QCOMPARE(found[0].end, kTo);
    QVERIFY(std::fabs(found[0].before - level) < 0.1 * level);
    QVERIFY(std::fabs(found[0].after - level * factor) < 0.2 * level * factor);
    QVERIFY(found[0].significance >= 4);
    // The other direction has not changed.
    QVERIFY(find(series("step", level, factor, 0.2), static_cast<ValueScale>(scale), factor < 1).empty());
  }

  void noiseIsNoChange() {
    for (double noise : {0.1, 0.5, 1.0})
      for (ValueScale scale : {ValueScale::Time, ValueScale::Level})
        QVERIFY(find(series("noise", 20, 1, noise), scale).empty());
  }

  void oneOutlierIsNoChange() {
    std::vector<double> values = series("outlier", 20, 1, 0.2);
    values[170] = 1e6;
    QVERIFY(find(values, ValueScale::Time).empty());
  }

  void whatLastsHasNoEnd() {
    std::vector<double> values = series("lasts", 20, 1, 0.2);
    for (std::size_t i = kFrom; i < kCount; ++i) values[i] *= 6;
    const std::vector<Episode> found = find(values, ValueScale::Time);
    QCOMPARE(found.size(), std::size_t{1});
    QCOMPARE(found[0].end, kCount);
  }

  void unknownValuesSayNothing() {
    std::vector<double> values = series("unknown", 20, 5, 0.2);
    for (std::size_t i = 0; i < kCount; i += 3) values[i] = std::numeric_limits<double>::quiet_NaN();
    const std::vector<Episode> found = find(values, ValueScale::Time);
    QCOMPARE(found.size(), std::size_t{1});
    QVERIFY(found[0].onset >= kFrom && found[0].onset <= kFrom + 1);
    QVERIFY(find(std::vector<double>(kCount, std::numeric_limits<double>::quiet_NaN()), ValueScale::Time).empty());
  }

  // What has never failed raises the alarm with few failures, and what fails all the time does not.
  void failuresAgainstTheUsual() {
    std::vector<double> values(kCount, 0.0);
    for (std::size_t i = kFrom; i < kTo; ++i) values[i] = 12;
    QCOMPARE(find(values, ValueScale::Rate).size(), std::size_t{1});
    QVERIFY(find(std::vector<double>(kCount, 12.0), ValueScale::Rate).empty());
  }

  // A few failures a second in windows of a quarter of one: none is much by itself.
  void rareEvents() {
    constexpr double kWindow = 0.25, kOne = 1 / kWindow;
    const auto rare = [&](const std::vector<double>& values, bool mayBeRare) {
      return findEpisodes(values, 0, kHealthy, {ValueScale::Rate, true, kWindow, 1.25, 0.2, false, mayBeRare});
    };
    std::vector<double> values(kCount, 0.0);
    for (std::size_t i = kFrom; i < kTo; i += 3) values[i] = kOne;
    QVERIFY(rare(values, false).empty());
    const std::vector<Episode> found = rare(values, true);
    QCOMPARE(found.size(), std::size_t{1});
    QCOMPARE(found[0].onset, kFrom);
    QVERIFY(found[0].end > kTo - 3 && found[0].end <= kTo);
    QVERIFY(std::fabs(found[0].after - kOne / 3) < 0.2);
    QVERIFY(found[0].significance >= 4);
    // Now and then one, as before; two at once; many at once.
    std::vector<double> sometimes(kCount, 0.0);
    for (std::size_t i = 40; i < kCount; i += 60) sometimes[i] = kOne;
    QVERIFY(rare(sometimes, true).empty());
    std::vector<double> burst(kCount, 0.0);
    burst[kFrom] = 2 * kOne;
    QVERIFY(rare(burst, true).empty());
    burst[kFrom] = 16 * kOne;
    QCOMPARE(rare(burst, true).size(), std::size_t{1});
  }

  // A few stragglers behind a burst of what should not happen at all made the whole look like nothing.
  void stragglersDoNotHideABurst() {
    std::vector<double> values(kCount, 0.0);
    for (std::size_t i = 150; i < 160; ++i) values[i] = 40;
    for (std::size_t i = 162; i < kCount; i += 4) values[i] = 1;
    ChangeOptions options{ValueScale::Rate, true, 1, 1.25, 2};
    options.mayBeRare = true;
    const std::vector<Episode> found = findEpisodes(values, 0, kHealthy, options);
    QVERIFY(!found.empty());
    QCOMPARE(found[0].onset, std::size_t{150});
    QVERIFY2(std::fabs(found[0].after - 40) < 1, qPrintable(QString::number(found[0].after)));
  }
};

QTEST_APPLESS_MAIN(ChangePointTest)
#include "change_point_test.moc"

#include "base/quantity.h"

#include <QFile>
#include <QTemporaryDir>
#include <QtTest>
#include <cmath>

#include "base/random.h"

using namespace faultline;

namespace {

QString text(const std::string& s) { return QString::fromStdString(s); }

// What parsing and formatting again gives; the problem behind "!" when parsing fails.
template <class T, class Format>
QString rewritten(const Parsed<T>& parsed, Format format) {
  return parsed.value ? text(format(*parsed.value)) : "!" + text(parsed.problem);
}

QString rewritten(const QString& kind, const std::string& input) {
  if (kind == "duration") return rewritten(parseDuration(input), formatDuration);
  if (kind == "rate") return rewritten(parseRate(input), formatRate);
  if (kind == "ratio") return rewritten(parseRatio(input), formatRatio);
  if (kind == "bytes") return rewritten(parseBytes(input), formatBytes);
  if (kind == "bandwidth") return rewritten(parseBandwidth(input), formatBandwidth);
  if (kind == "number") return rewritten(parseNumber(input), formatNumber);
  if (kind == "count") return rewritten(parseCount(input), formatCount);
  const bool ofTime = kind == "distribution";
  return rewritten(parseDistribution(input, ofTime),
                   [=](const Distribution& d) { return formatDistribution(d, ofTime); });
}

void row(const char* kind, const char* input, const char* expected) {
  QTest::addRow("%s %s", kind, input) << QString(kind) << QString::fromUtf8(input) << QString(expected);
}

}  // namespace

class QuantityTest : public QObject {
  Q_OBJECT

 private slots:
  void values() {
    QCOMPARE(parseDuration("8ms").value->ns, qint64{8'000'000});
    QCOMPARE(parseDuration("1.5 h").value->ns, qint64{5'400'000'000'000});
    QCOMPARE(parseDuration("0.1us").value->ns, qint64{100});
    QCOMPARE(parseDuration("0.3333333333s").value->ns, qint64{333'333'333});
    QCOMPARE(parseDuration("3660d").value->ns, kLongestDuration.ns);
    QCOMPARE(*parseNanoseconds("0.1ms").value, 100'000.0);
    QCOMPARE(*parseNanoseconds("1.25ns").value, 1.25);
    QCOMPARE(*parseRate("100M/day").value, 1e8 / 86400);
    QCOMPARE(*parseRate("2 k / s").value, 2000.0);
    QCOMPARE(*parseRate("3/ms").value, 3000.0);
    QCOMPARE(*parseRatio("95%").value, 0.95);
    QCOMPARE(*parseRatio("0.95").value, 0.95);
    QCOMPARE(*parseBytes("4GiB").value, 4294967296.0);
    QCOMPARE(*parseBytes("4GB").value, 4e9);
    QCOMPARE(*parseBandwidth("100Mbit/s").value, 12.5e6);
    QCOMPARE(*parseNumber("9.5M").value, 9.5e6);
    QCOMPARE(*parseNumber("-1e-3").value, -0.001);
    QCOMPARE(*parseCount("9.5M").value, qint64{9'500'000});
    QCOMPARE(*parseCount("1000000000000000001").value, qint64{1'000'000'000'000'000'001});
  }

  void canonicalText_data() {
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("input");
    QTest::addColumn<QString>("expected");
    row("duration", "90s", "90s");
    row("duration", "600 s", "10min");
    row("duration", "1500us", "1.5ms");
    row("duration", "0.1ms", "100us");
    row("duration", "0", "0s");
    row("duration", "5\u00b5s", "5us");
    row("duration", "314159265358979323ns", "314159265358979323ns");
    row("rate", "300/s", "300/s");
    row("rate", "2000/s", "2k/s");
    row("rate", "5/min", "5/min");
    row("rate", "100M/day", "100M/day");
    row("rate", "1157.4/s", "1157.4/s");
    row("ratio", "0.95", "95%");
    row("ratio", "1", "100%");
    row("ratio", "-0.05", "-5%");
    row("bytes", "1024B", "1KiB");
    row("bytes", "1500B", "1.5kB");
    row("bandwidth", "12.5MB/s", "100Mbit/s");
    row("bandwidth", "1GiB/s", "1GiB/s");
    row("number", "200000", "200k");
    row("number", "1234567", "1234567");
    row("number", "1e-9", "1e-09");
    row("count", "200000", "200k");
    row("count", "-4", "-4");
    row("distribution", "8ms", "8ms");
    row("distribution", "constant( 8ms )", "8ms");
    row("distribution", "exponential(mean 8ms)", "exponential(8ms)");
    row("distribution", "uniform(2ms,4ms)", "uniform(2ms, 4ms)");
    row("distribution", "normal(sd 1ms, mean 5ms)", "normal(mean 5ms, sd 1ms)");
    row("distribution", "normal(mean 5ms, cv 0.5)", "normal(mean 5ms, sd 2.5ms)");
    row("distribution", "lognormal(mean 3ms, cv 0.5)", "lognormal(mean 3ms, cv 0.5)");
    row("distribution", "lognormal(p99.9 40ms, p50 4ms)", "lognormal(p50 4ms, p99.9 40ms)");
    row("distribution", "lognormal(mu 15, sigma 0.5)", "lognormal(mu 15, sigma 0.5)");
    row("distribution", "gamma(mean 5ms, cv 0.5)", "gamma(mean 5ms, cv 0.5)");
    row("distribution", "gamma(shape 2, scale 1ms)", "gamma(shape 2, scale 1ms)");
    row("distribution", "erlang(4, 8ms)", "erlang(4, 8ms)");
    row("distribution", "pareto(min 1ms, alpha 1.8)", "pareto(min 1ms, alpha 1.8)");
    row("distribution", "pareto(min 1ms, alpha 1.8, max 1s)", "pareto(min 1ms, alpha 1.8, max 1s)");
    row("distribution", "hyperexponential(90% 5ms, 10% 75ms)", "hyperexponential(90% 5ms, 10% 75ms)");
    row("distribution", "mix(0.9 constant(2ms), 10% exponential(80ms))", "mix(90% 2ms, 10% exponential(80ms))");
    row("distribution", "mix(90% 2ms, 10% mix(50% exponential(80ms), 50% 3ms))",
        "mix(90% 2ms, 10% mix(50% exponential(80ms), 50% 3ms))");
    row("distribution", "empirical(9ms, 1ms, 2ms)", "empirical(1ms, 2ms, 9ms)");
    row("counts", "lognormal(mean 3, cv 0.5)", "lognormal(mean 3, cv 0.5)");
    row("counts", "uniform(1k, 2M)", "uniform(1k, 2M)");
  }
  void canonicalText() {
    QFETCH(QString, kind);
    QFETCH(QString, input);
    QFETCH(QString, expected);
    QCOMPARE(rewritten(kind, input.toStdString()), expected);
    QCOMPARE(rewritten(kind, expected.toStdString()), expected);
  }

  // The second column is a part of the problem's text.
  void problems_data() {
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("input");
    QTest::addColumn<QString>("expected");
    row("duration", "8mss", "'8mss' is not a duration; write a number and a unit such as 8ms, 2s or 5min");
    row("duration", "", "an empty text is not a duration");
    row("duration", "8", "has no unit");
    row("duration", "ms", "is not a duration");
    row("duration", "nan", "is not a duration");
    row("duration", "inf s", "is not a duration");
    row("duration", "1 2s", "is not a duration");
    row("duration", "-5ms", "is negative");
    row("duration", "3661d", "is longer than 3660d");
    row("duration", "1e400s", "is longer than");
    row("duration", "99999999999999999999999999999999999999999ns", "is longer than");
    row("duration", "0.01ns", "is shorter than 1ns");
    row("rate", "300", "has no unit");
    row("rate", "300/fortnight", "is not a rate");
    row("rate", "-1/s", "is negative");
    row("rate", "1e400/s", "is too large");
    row("ratio", "50 percent", "is not a ratio");
    row("bytes", "4G", "is not a size");
    row("bandwidth", "5Mb/s", "is not a bandwidth");
    row("number", "1,000", "is not a number");
    row("number", "0x10", "is not a number");
    row("count", "1.5", "is not a whole number");
    row("count", "9.2345678k", "is not a whole number");
    row("count", "99999999999999999999", "is too large");
    row("distribution", "", "is not a duration");
    row("distribution", "expo(8ms)", "known are: constant, exponential");
    row("distribution", "exponential(8ms", "parentheses");
    row("distribution", "exponential(8ms))", "parentheses");
    row("distribution", "exponential(8ms) x", "parentheses");
    row("distribution", "exponential(8mss)", "'8mss' is not a duration");
    row("distribution", "exponential(-8ms)", "is negative");
    row("distribution", "exponential(4000d)", "is longer than");
    row("distribution", "exponential(8ms, 9ms)", "write it like exponential(8ms)");
    row("distribution", "uniform(4ms, 2ms)", "must not be above");
    row("distribution", "lognormal(mean 0ms, cv 1)", "mean must be above zero");
    row("distribution", "lognormal(mean 3ms, cv -1)", "cv must lie");
    row("distribution", "lognormal(mean 3ms)", "write it like lognormal(");
    row("distribution", "lognormal(p50 40ms, p99 4ms)", "higher percentile");
    row("distribution", "lognormal(p50 4ms, p99 4ms)", "higher percentile");
    row("distribution", "lognormal(p50 4ms, p50 5ms)", "must differ");
    row("distribution", "lognormal(p50 4ms, p100 5ms)", "below p100");
    row("distribution", "lognormal(p50 1ns, p50.1 100d)", "too far apart");
    row("distribution", "gamma(mean 3ms, cv 0)", "cv must lie");
    row("distribution", "erlang(0, 3ms)", "stages");
    row("distribution", "erlang(2.5, 3ms)", "stages");
    row("distribution", "pareto(min 1ms, alpha 0)", "alpha must lie");
    row("distribution", "pareto(min 0ms, alpha 1)", "min must be above zero");
    row("distribution", "pareto(min 2ms, alpha 1, max 1ms)", "max must be above min");
    row("distribution", "mix(90% 2ms, 20% 3ms)", "add up to 110%, not to 100%");
    row("distribution", "mix(100% 2ms, 0% 3ms)", "each weight must be above 0%");
    row("distribution", "mix(2ms)", "has no weight");
    row("distribution", "mix(100% mix(100% mix(100% mix(100% mix(100% mix(100% mix(100% mix(100% 1ms))))))))",
        "nested");
    row("distribution", "empirical(gone.csv, latency_ms)", "there is no file 'gone.csv'");
    row("distribution", "empirical(gone.csv, latency)", "unit of the column is unknown");
    row("distribution", "empirical(/etc/x.csv, latency_ms)", "relative");
    row("counts", "uniform(-1, 3)", "is negative");
    row("counts", "8ms", "is not a number");
  }
  void problems() {
    QFETCH(QString, kind);
    QFETCH(QString, input);
    QFETCH(QString, expected);
    const QString got = rewritten(kind, input.toStdString());
    QVERIFY2(got.startsWith('!') && got.contains(expected), qPrintable(got));
  }

  void anyValueSurvivesTheRoundTrip() {
    RandomStream random(1, "quantity", "round trip");
    for (int i = 0; i < 4'000; ++i) {
      const Duration duration{static_cast<qint64>(std::exp(random.uniform() * 40))};
      QCOMPARE(parseDuration(formatDuration(duration)).value->ns, duration.ns);
      const qint64 count = static_cast<qint64>(random.bits() >> (2 + random.below(60))) * (i % 2 ? 1 : -1);
      QCOMPARE(*parseCount(formatCount(count)).value, count);
      // Arbitrary bits of the mantissa, and numbers as people write them.
      const double wild = std::exp((random.uniform() - 0.3) * 50);
      const double tidy = static_cast<double>(random.below(1000)) * std::pow(10, static_cast<int>(random.below(7)) - 3);
      for (const double x : {wild, tidy}) {
        QCOMPARE(*parseRate(formatRate(x)).value, x);
        QCOMPARE(*parseRatio(formatRatio(x)).value, x);
        QCOMPARE(*parseBytes(formatBytes(x)).value, x);
        QCOMPARE(*parseBandwidth(formatBandwidth(x)).value, x);
        QCOMPARE(*parseNumber(formatNumber(-x)).value, -x);
        if (x < 1e17) QCOMPARE(*parseNanoseconds(formatNanoseconds(x)).value, x);
      }
    }
  }

  void anyDistributionSurvivesTheRoundTrip() {
    using D = Distribution;
    RandomStream random(2, "quantity", "round trip");
    for (int i = 0; i < 100; ++i) {
      const double x = std::exp(random.uniform() * 25);
      const double u = random.uniformPositive();
      const std::vector<D> all = {
          D::constant(x),
          D::exponential(x),
          D::uniform(x * u, x),
          D::normal(x, x * u),
          D::logNormal(u * 30 - 10, u),
          D::logNormalFromMean(x, u * 3),
          D::logNormalFromPercentiles(0.1 + 0.4 * u, x, 0.5 + 0.499 * u, 2 * x),
          D::gamma(0.1 + u * 10, x),
          D::gammaFromMean(x, 0.01 + u),
          D::erlang(1 + static_cast<int>(u * 50), x),
          D::pareto(x, 0.1 + u * 5),
          D::pareto(x, 0.1 + u * 5, x * 3),
          D::mixture({u, 2 * u, 0.1}, {D::exponential(x), D::exponential(x * u), D::exponential(1)}),
          D::mixture({u, 1 - u + 1e-9}, {D::normal(x, u), D::mixture({1, 2}, {D::constant(x), D::erlang(2, x)})}),
          D::empirical({x, x * u, 3 * x})};
      for (const D& distribution : all) {
        for (const bool ofTime : {true, false}) {
          const std::string written = formatDistribution(distribution, ofTime);
          const Parsed<D> read = parseDistribution(written, ofTime);
          QVERIFY2(read.value, (written + ": " + read.problem).c_str());
          QVERIFY2(*read.value == distribution, written.c_str());
          QCOMPARE(formatDistribution(*read.value, ofTime), written);
        }
      }
    }
  }

  void samplesComeFromCsv() {
    QTemporaryDir directory;
    const std::string base = directory.path().toStdString();
    writeFile(directory.filePath("a.csv"), "\xef\xbb\xbfid,\"latency_ms\",size\r\n1,2.5,10\r\n\r\n2,\"1\",20\r\n");
    const auto read = [&](const char* input, bool ofTime = true) { return parseDistribution(input, ofTime, base); };
    const Parsed<Distribution> latency = read("empirical(a.csv, latency_ms)");
    QVERIFY2(latency.value, latency.problem.c_str());
    QCOMPARE(latency.value->values(), (std::vector<double>{1e6, 2.5e6}));
    const std::string written = formatDistribution(*latency.value, true);
    QCOMPARE(text(written), QString("empirical(a.csv, latency_ms)"));
    QVERIFY(parseDistribution(written, true, base).value == latency.value);
    QCOMPARE(read("empirical(a.csv, size, unit us)").value->values(), (std::vector<double>{1e4, 2e4}));
    QCOMPARE(read("empirical(a.csv, size)", false).value->values(), (std::vector<double>{10, 20}));
    QVERIFY(read("empirical(a.csv, weight_ms)").problem.find("id, latency_ms, size") != std::string::npos);
    writeFile(directory.filePath("bad.csv"), "x_ms\n1\nabc\n");
    QVERIFY(read("empirical(bad.csv, x_ms)").problem.find("line 3: 'abc' is not a number") != std::string::npos);
    writeFile(directory.filePath("negative.csv"), "x_ms\n1\n-1\n");
    QVERIFY(read("empirical(negative.csv, x_ms)").problem.find("negative") != std::string::npos);
    writeFile(directory.filePath("empty.csv"), "x_ms\n");
    QVERIFY(!read("empirical(empty.csv, x_ms)").value);
  }

  void arbitraryTextNeverBreaksTheParser() {
    RandomStream random(3, "quantity", "fuzz");
    const std::string pieces[] = {"mix",       "(",   ")",     "90%",  "8ms", ",",         " ",
                                  "empirical", "p50", "1e999", "-",    ".",   "lognormal", "mean",
                                  "cv",        "0",   "/s",    "\xff", "e",   "%",         "exponential"};
    for (int i = 0; i < 4'000; ++i) {
      std::string input;
      for (quint64 length = random.below(12); length > 0; --length) input += pieces[random.below(std::size(pieces))];
      for (const char* kind : {"duration", "rate", "ratio", "bytes", "bandwidth", "number", "count", "distribution"}) {
        const QString once = rewritten(kind, input);
        QVERIFY(once.size() > 1 || !once.startsWith('!'));
        if (!once.startsWith('!')) QCOMPARE(rewritten(kind, once.toStdString()), once);
      }
    }
  }

 private:
  static void writeFile(const QString& path, const QByteArray& content) {
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(content);
  }
};

QTEST_APPLESS_MAIN(QuantityTest)
#include "quantity_test.moc"

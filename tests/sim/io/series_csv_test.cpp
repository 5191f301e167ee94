#include "io/series_csv.h"

#include <QtTest>
#include <limits>

using namespace faultline;

class SeriesCsvTest : public QObject {
  Q_OBJECT
 private slots:
  void writesARowForEachSample();
  void readsBackExactly();
};

void SeriesCsvTest::writesARowForEachSample() {
  Series s;
  s.times = {milliseconds(500), seconds(1)};
  s.columns.push_back({"a.ok", "/s", {3, 0.25}});
  s.columns.push_back({"a -> b.latency_mean", "ms", {kUnknown, 1e-7}});
  s.columns.push_back({"odd \"name\", really", "1", {std::numeric_limits<double>::infinity(), -0.5}});
  QCOMPARE(seriesCsv(s), std::string("time_s,a.ok,a -> b.latency_mean,\"odd \"\"name\"\", really\"\n"
                                     "0.5,3,,\n"
                                     "1,0.25,1e-07,-0.5\n"));
  QCOMPARE(seriesCsv({}), std::string("time_s\n"));
}

void SeriesCsvTest::readsBackExactly() {
  Series s;
  s.times = {seconds(1)};
  s.columns.push_back({"x", "1", {0.1 + 0.2}});
  const std::string text = seriesCsv(s);
  QCOMPARE(std::stod(text.substr(text.rfind(',') + 1)), 0.1 + 0.2);
}

QTEST_APPLESS_MAIN(SeriesCsvTest)
#include "series_csv_test.moc"

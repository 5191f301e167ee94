#include "io/series_csv.h"
#include "io/series_reader.h"

#include <QtTest>
#include <limits>

using namespace faultline;

class SeriesCsvTest : public QObject {
  Q_OBJECT
 private slots:
  void writesARowForEachSample();
  void readsBackExactly();
  void damageIsNamed_data();
  void damageIsNamed();
  void aLongHeaderIsNotToldInFull();
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

void SeriesCsvTest::damageIsNamed_data() {
  QTest::addColumn<QByteArray>("text");
  QTest::addColumn<int>("line");
  QTest::newRow("no sample") << QByteArray("time_s,a.ok\n") << 1;
  QTest::newRow("a column twice") << QByteArray("time_s,a.ok,a.ok\n1,2,3\n") << 1;
  QTest::newRow("cut short") << QByteArray("time_s,a.ok,b.ok\n1,2,3\n2,5\n") << 3;
  QTest::newRow("too long") << QByteArray("time_s,a.ok\n1,2,3\n") << 2;
  QTest::newRow("a word") << QByteArray("time_s,a.ok\n1,2\n2,abc\n") << 3;
  QTest::newRow("too large") << QByteArray("time_s,a.ok\n1,1e999\n") << 2;
  QTest::newRow("before all time") << QByteArray("time_s,a.ok\n-1,2\n") << 2;
  QTest::newRow("no number as time") << QByteArray("time_s,a.ok\nnan,2\n") << 2;
  QTest::newRow("negative") << QByteArray("time_s,a.ok\n1,2\n2,-2\n3,-2\n") << 3;
  QTest::newRow("beyond all") << QByteArray("time_s,a.ok\n1,2\n2,1e308\n") << 3;
  QTest::newRow("noise") << QByteArray("time_s,a.ok\n1,2\n\x80\x1b[31m,2\n", 25) << 3;
  QTest::newRow("a header of noise") << QByteArray("time_s,\x1b[31m\n1,2\n") << 1;
  QTest::newRow("back in time") << QByteArray("time_s,a.ok\n2,2\n1,2\n") << 3;
}

void SeriesCsvTest::damageIsNamed() {
  QFETCH(const QByteArray, text);
  QTemporaryFile file;
  QVERIFY(file.open());
  file.write(text);
  file.flush();
  const Result<Series> read = readSeriesCsv(file.fileName().toStdString(), {{"a.ok", "/s"}});
  QCOMPARE(read.diagnostics.size(), std::size_t{1});
  QTEST(read.diagnostics[0].line, "line");
}

void SeriesCsvTest::aLongHeaderIsNotToldInFull() {
  for (const QByteArray& header : {QByteArray(5'000'000, 'x'), QByteArray("a,").repeated(200'000)}) {
    QTemporaryFile file;
    QVERIFY(file.open());
    file.write(header + "\n1\n");
    file.flush();
    const Result<Series> read = readSeriesCsv(file.fileName().toStdString());
    QCOMPARE(read.diagnostics.size(), std::size_t{1});
    QVERIFY(read.diagnostics[0].message.size() < 500);
  }
}

QTEST_APPLESS_MAIN(SeriesCsvTest)
#include "series_csv_test.moc"

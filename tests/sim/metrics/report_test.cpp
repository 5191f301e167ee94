#include "metrics/report.h"

#include <QtTest>

#include "metrics/text_table.h"

using namespace faultline;

namespace {

Histogram valuesUpTo(int count) {
  Histogram h;
  for (int i = 1; i <= count; ++i) h.record(milliseconds(i));
  return h;
}

}  // namespace

class ReportTest : public QObject {
  Q_OBJECT
 private slots:
  void quantilesNeedEnoughValues_data();
  void quantilesNeedEnoughValues();
  void groupsDigits();
  void tablesLineUp();
  void tellsWhyARunIsPartial();
};

void ReportTest::quantilesNeedEnoughValues_data() {
  QTest::addColumn<double>("q");
  QTest::addColumn<int>("enough");
  QTest::newRow("p50") << 0.50 << 2;
  QTest::newRow("p90") << 0.90 << 10;
  QTest::newRow("p95") << 0.95 << 20;
  QTest::newRow("p99") << 0.99 << 100;
  QTest::newRow("p99.9") << 0.999 << 1000;
}

void ReportTest::quantilesNeedEnoughValues() {
  QFETCH(double, q);
  QFETCH(int, enough);
  QVERIFY(!knownQuantileMs(valuesUpTo(enough - 1), q));
  QVERIFY(knownQuantileMs(valuesUpTo(enough), q).has_value());
  QVERIFY(!knownQuantileMs(Histogram(), q));
}

void ReportTest::groupsDigits() {
  QCOMPARE(groupDigits(0), std::string("0"));
  QCOMPARE(groupDigits(999), std::string("999"));
  QCOMPARE(groupDigits(1000), std::string("1,000"));
  QCOMPARE(groupDigits(123456), std::string("123,456"));
  QCOMPARE(groupDigits(12345678), std::string("12,345,678"));
}

void ReportTest::tablesLineUp() {
  TextTable table;
  table.addColumn("name", TextTable::Align::Left);
  table.addColumn("n");
  table.addRow({"caf\xc3\xa9", "1"});
  table.addRow({"x", "1000"});
  QCOMPARE(table.text(" "), std::string(" name     n\n caf\xc3\xa9     1\n x     1000\n"));
}

void ReportTest::tellsWhyARunIsPartial() {
  Summary s;
  s.scenario = "Some run";
  s.simulated = seconds(3);
  QVERIFY(reportText(s, 1).find("PARTIAL") == std::string::npos);
  s.stopped = "interrupted";
  QVERIFY(reportText(s, 1).find("stopped at 3s: interrupted") != std::string::npos);
}

QTEST_APPLESS_MAIN(ReportTest)
#include "report_test.moc"

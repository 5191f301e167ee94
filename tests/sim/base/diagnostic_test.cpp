#include "base/diagnostic.h"

#include <QtTest>

using namespace faultline;

class DiagnosticTest : public QObject {
  Q_OBJECT

 private slots:
  void text_data() {
    using Severity = Diagnostic::Severity;
    QTest::addColumn<Diagnostic>("diagnostic");
    QTest::addColumn<QString>("expected");
    QTest::newRow("complete") << Diagnostic{Severity::Error, "a.yaml", 3, 7, "nodes.db", "bad", "write good"}
                              << "a.yaml:3:7: error: bad (write good)";
    QTest::newRow("without a hint") << Diagnostic{Severity::Warning, "a.yaml", 3, 7, "nodes.db", "odd", ""}
                                    << "a.yaml:3:7: warning: odd";
    QTest::newRow("without a line") << Diagnostic{Severity::Error, "a.yaml", 0, 0, "nodes.db", "bad", ""}
                                    << "a.yaml: error: nodes.db: bad";
    QTest::newRow("without a file") << Diagnostic{Severity::Error, "", 0, 0, "nodes.db", "bad", ""}
                                    << "error: nodes.db: bad";
  }
  void text() {
    QFETCH(Diagnostic, diagnostic);
    QFETCH(QString, expected);
    QCOMPARE(QString::fromStdString(toString(diagnostic)), expected);
  }

  void onlyErrorsMakeAResultBad() {
    Result<int> result{5, {}};
    QVERIFY(result.ok());
    result.diagnostics.push_back({Diagnostic::Severity::Warning, "", 0, 0, "", "odd", ""});
    QVERIFY(result.ok());
    result.diagnostics.push_back({Diagnostic::Severity::Error, "", 0, 0, "", "bad", ""});
    QVERIFY(!result.ok());
    QVERIFY(hasErrors(result.diagnostics));
  }
};

QTEST_APPLESS_MAIN(DiagnosticTest)
#include "diagnostic_test.moc"

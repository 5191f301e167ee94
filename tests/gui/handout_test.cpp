// The handout of a lesson as a PDF, by the function that writes it.
#include <QImage>
#include <QTemporaryDir>
#include <QtTest>

#include "gui/handout_pdf.h"
#include "io/yaml_reader.h"
#include "support/program.h"
#include "teaching/handout.h"

using namespace faultline;

class HandoutPdfTest : public QObject {
  Q_OBJECT
 private slots:
  void writesPages() {
    const Result<Scenario> read = readScenarioFile(sourceFile("scenarios/missing_index_cascade.yaml").toStdString());
    QVERIFY(read.ok());
    QTemporaryDir dir;
    const QString with = dir.filePath("with.pdf"), without = dir.filePath("without.pdf");
    Scenario bare = read.value;
    bare.layout.clear();
    QCOMPARE(writeHandoutPdf(handoutHtml(read.value, {}, {}, "en"), with), QString());
    QCOMPARE(writeHandoutPdf(handoutHtml(bare, {}, {}, "en"), without), QString());
    QFile file(with), other(without);
    QVERIFY(file.open(QIODevice::ReadOnly) && other.open(QIODevice::ReadOnly));
    const QByteArray pdf = file.readAll();
    QVERIFY(pdf.startsWith("%PDF-") && pdf.contains("%%EOF"));
    QVERIFY2(pdf.count("/Type /Page\n") >= 2, QByteArray::number(pdf.count("/Type /Page\n")));
    QVERIFY(pdf.contains("/Subtype /Image") && !other.readAll().contains("/Subtype /Image"));
  }

  void saysWhyNot() { QVERIFY(!writeHandoutPdf("<p>a</p>", "/proc/none/page.pdf").isEmpty()); }
};

QTEST_MAIN(HandoutPdfTest)
#include "handout_test.moc"

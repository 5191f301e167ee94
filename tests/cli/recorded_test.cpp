// Runs beside recordings, from the command line.
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QtTest>

#include "support/program.h"

class RecordedTest : public QObject {
  Q_OBJECT
 private slots:
  void init();
  void runPrintsTheComparison();
  void verifyCountsMisses();
  void resultsFindTheRecording();

 private:
  // The scenario with rows of `recorded: compare:`.
  QString scenario(const QByteArray& rows) const;

  std::unique_ptr<QTemporaryDir> dir_;
};

void RecordedTest::init() {
  dir_ = std::make_unique<QTemporaryDir>();
  QFile csv(dir_->filePath("data.csv"));
  QVERIFY(csv.open(QIODevice::WriteOnly));
  csv.write("phase,metric,unit,mean,low,high\ncalm,offered,1/s,200,190,210\n");
}

QString RecordedTest::scenario(const QByteArray& rows) const {
  QFile original(sourceFile("tests/cli/two_tier.yaml")), file(dir_->filePath("x.yaml"));
  if (!original.open(QIODevice::ReadOnly) || !file.open(QIODevice::WriteOnly)) qFatal("no scenario");
  file.write(original.readAll() +
             "recorded:\n  file: data.csv\n  envelope: data.csv\n  phases: {calm: [1s, 9s]}\n  compare:\n" + rows);
  return file.fileName();
}

void RecordedTest::runPrintsTheComparison() {
  const QString file = scenario("    - {recorded: offered, simulated: users.offered, tolerance: 5%}\n");
  const ProgramResult text = runFaultline({"run", file});
  QCOMPARE(text.status, 0);
  QVERIFY2(text.out.contains("1 of 1 within tolerance"), text.out);
  const QJsonObject j = runFaultline({"run", file, "--format", "json"}).json();
  QCOMPARE(j["recorded"]["judged"].toInt(), 1);
  // The comparison is of another run of the same scenario: the summary is that of the whole.
  QCOMPARE(j["simulated_s"].toDouble(), 30.0);
}

void RecordedTest::verifyCountsMisses() {
  const QByteArray off = "    - {value: 3, simulated: users.offered, unit: 1/s, tolerance: 5%";
  const ProgramResult missed = runFaultline({"verify", scenario(off + "}\n")});
  QCOMPARE(missed.status, 1);
  QVERIFY2(missed.out.contains("calm: users.offered was recorded as 3.000 1/s, but"), missed.out);
  QCOMPARE(runFaultline({"verify", scenario(off + ", informative: true}\n")}).status, 0);
}

// The scenario among the results stands in another folder, and the recording does not come along.
void RecordedTest::resultsFindTheRecording() {
  const QString file = scenario("    - {recorded: offered, simulated: users.offered, tolerance: 5%}\n");
  for (const QString& out : {dir_->filePath("results"), dir_->filePath("one/below"), dir_->path() + "-beside"}) {
    QVERIFY(QDir().mkpath(QFileInfo(out).path()));
    QCOMPARE(runFaultline({"run", file, "--quiet", "--out", out}).status, 0);
    const ProgramResult again = runFaultline({"check", out + "/scenario.yaml"});
    QVERIFY2(again.status == 0, again.err.constData());
    QDir(out).removeRecursively();
  }
}

QTEST_GUILESS_MAIN(RecordedTest)
#include "recorded_test.moc"

// faultline explain, review, compare, whatif, capacity, and run --theory and --traces: what they print and how they end.
#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTemporaryDir>
#include <QtTest>

#include "support/program.h"

namespace {

QByteArray contentOf(const QString& name) {
  QFile file(name);
  return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void write(const QString& name, const QByteArray& text) {
  QFile file(name);
  if (file.open(QIODevice::WriteOnly)) file.write(text);
}

QString incident(const char* name) { return sourceFile(QString("tests/explain/incidents/%1.yaml").arg(name)); }
QString twoTier() { return sourceFile("tests/cli/two_tier.yaml"); }

}  // namespace

class AnalysisTest : public QObject {
  Q_OBJECT
 private slots:
  void explainNamesTheDatabaseFirst() {
    const ProgramResult r = runFaultline({"explain", sourceFile("scenarios/missing_index_cascade.yaml"), "--quiet"});
    QCOMPARE(r.status, 0);
    const QList<QByteArray> lines = r.out.split('\n');
    const auto first = std::find_if(lines.begin(), lines.end(), [](const QByteArray& l) { return l.startsWith("1. "); });
    QVERIFY2(first != lines.end() && first->contains("  db: "), r.out.constData());
    for (const char* word : {"Trigger: db", "Misleading", "Recovery", "because"}) QVERIFY2(r.out.contains(word), word);
  }

  void explainReadsResults() {
    QTemporaryDir dir;
    const QString out = dir.path() + "/results";
    QCOMPARE(runFaultline({"run", incident("slow_database"), "--quiet", "--out", out, "--sample", "500ms"}).status, 0);
    const QJsonObject ofResults = runFaultline({"explain", out, "--format", "json"}).json();
    QVERIFY(ofResults["broke"].toBool());
    QCOMPARE(ofResults["stages"].toArray()[0].toObject()["observations"].toArray()[0].toObject()["node"].toString(), QString("db"));
    // The same as of the run itself, at the same sampling; nobody looks at the timeline.
    const QJsonObject ofRun = runFaultline({"explain", incident("slow_database"), "--format", "json", "--sample", "500ms"}).json();
    QCOMPARE(ofRun["stages"], ofResults["stages"]);
    const QJsonObject elsewhere =
        runFaultline({"explain", out, "--architecture", incident("failing_app"), "--format", "json"}).json();
    QCOMPARE(elsewhere["stages"], ofResults["stages"]);  // the same architecture with another fault
  }

  void explainOfNothing() {
    const ProgramResult r = runFaultline({"explain", sourceFile("tests/explain/healthy/web.yaml"), "--quiet"});
    QCOMPARE(r.status, 0);
    QVERIFY(r.out.contains("Nothing broke"));
  }

  // Silence is no health: what cannot be told is refused.
  void explainRefusesWhatTellsNothing() {
    const ProgramResult coarse = runFaultline({"explain", incident("slow_database"), "--quiet", "--sample", "5min"});
    QVERIFY2(coarse.status == 2 && coarse.err.contains("too few samples") && coarse.out.isEmpty(), coarse.err.constData());
    QTemporaryDir dir;
    const QString out = dir.path() + "/results";
    QCOMPARE(runFaultline({"run", incident("slow_database"), "--quiet", "--out", out}).status, 0);
    QFile other(dir.filePath("other.yaml"));
    QVERIFY(other.open(QIODevice::WriteOnly));
    other.write("faultline: 1\nnodes:\n  callers: {kind: client, rate: 1/s}\n  callee: {kind: service, work: 1ms}\n"
                "edges: [callers -> callee]\n");
    other.close();
    const ProgramResult foreign = runFaultline({"explain", out, "--architecture", other.fileName()});
    QVERIFY2(foreign.status == 2 && foreign.err.contains("different systems"), foreign.err.constData());
  }

  // Figures that no system has, and files that are damaged, are not explained; each sort of damage is said once.
  void explainRefusesDamagedResults() {
    QTemporaryDir dir;
    const QString out = dir.path() + "/results", series = out + "/timeline.csv", summary = out + "/summary.json";
    QCOMPARE(runFaultline({"run", incident("slow_database"), "--quiet", "--out", out}).status, 0);
    const QByteArray sound = contentOf(series), soundSummary = contentOf(summary);
    const qsizetype header = sound.indexOf('\n') + 1;
    QList<QByteArray> rows = sound.mid(header).trimmed().split('\n');
    const auto refusal = [&](const QByteArray& text) {
      write(series, text);
      const ProgramResult r = runFaultline({"explain", out});
      return r.status == 2 && r.out.isEmpty() ? r.err : "accepted: " + r.err + r.out;
    };
    for (const char* cell : {",-5,", ",1e308,", ",nan,"}) {
      const qsizetype comma = sound.indexOf(',', header), end = sound.indexOf(',', comma + 1);
      const QByteArray said = refusal(QByteArray(sound).replace(comma, end + 1 - comma, cell));
      QVERIFY2(said.contains("timeline.csv:2: error: \"" + QByteArray(cell).mid(1, QByteArray(cell).size() - 2)), said);
    }
    std::reverse(rows.begin(), rows.end());
    const QByteArray shuffled = refusal(sound.left(header) + rows.join('\n') + '\n');
    QCOMPARE(shuffled.count("error:"), 1);
    QVERIFY2(shuffled.contains("has to grow from row to row") && shuffled.contains(" more rows are like this"),
             shuffled);
    const QByteArray binary = refusal(sound.left(header) + QByteArray("\x80\x1b[31m\xff\n", 8).repeated(50));
    QCOMPARE(binary.count("error:"), 1);
    QVERIFY2(binary.contains("no text") && !binary.contains('\x1b') && !binary.contains('\xff'), binary);
    write(series, sound);
    QCOMPARE(runFaultline({"explain", out}).status, 0);
    write(summary, soundSummary.left(soundSummary.size() / 2));
    const ProgramResult cut = runFaultline({"explain", out});
    QVERIFY2(cut.status == 2 && cut.err.contains("summary.json: error: "), cut.err);
  }

  void badUsage() {
    QTemporaryDir dir;
    QCOMPARE(runFaultline({"explain", dir.path()}).status, 2);  // no results in it
    QCOMPARE(runFaultline({"explain", twoTier(), "--architecture", twoTier()}).status, 2);
    for (const QStringList& changed :
         {QStringList{"--seed", "3"}, {"--duration", "9s"}, {"--sample", "1s"}, {"--set", "db.workers=3"}}) {
      const ProgramResult r = runFaultline(QStringList{"explain", dir.path()} + changed);
      QVERIFY2(r.status == 2 && r.err.contains(changed[0].toUtf8() + " changes a run"), r.err.constData());
    }
    for (const char* share : {"99%", "0.99"})
      QCOMPARE(runFaultline({"capacity", twoTier(), "--in-time", share, "--quiet"}).status, 0);
    const ProgramResult absurd = runFaultline({"capacity", twoTier(), "--in-time", "200%"});
    QVERIFY2(absurd.status == 2 && absurd.err.contains("no share between 1% and 100%"), absurd.err.constData());
    for (const char* option : {"--out", "--log", "--seat"})
      QCOMPARE(runFaultline({"run", twoTier(), "--quiet", option, ""}).status, 2);
    QCOMPARE(runFaultline({"compare", twoTier()}).status, 2);
    QCOMPARE(runFaultline({"review", "none.yaml"}).status, 2);
  }

  void reviewNamesPlaces() {
    const ProgramResult text = runFaultline({"review", incident("slow_database")});
    QCOMPARE(text.status, 1);  // there are risks
    QVERIFY(text.out.contains("slow_database.yaml:"));
    QVERIFY(text.out.contains("single_point_of_failure"));
    const QJsonArray list = QJsonDocument::fromJson(runFaultline({"review", incident("slow_database"), "--format", "json"}).out).array();
    QVERIFY(!list.isEmpty());
    for (const QJsonValue& f : list) QVERIFY(f.toObject()["line"].toInt() > 0);
  }

  void compareTellsADifference() {
    const ProgramResult r = runFaultline({"compare", incident("small_pool"), "--duration", "120s", "--set", "app -> db.pool.size=2; db.cores=8",
                                          "--replications", "3", "--format", "json"});
    QCOMPARE(r.status, 0);
    QCOMPARE(r.json()["variants"].toArray().size(), 1);
    QVERIFY(r.json()["variants"].toArray()[0].toObject()["figures"].toObject().contains("p99"));
    QVERIFY(!r.json()["verdict"].toString().isEmpty());
  }

  void whatIfRanksChanges() {
    const ProgramResult r = runFaultline({"whatif", incident("few_connections"), "--duration", "110s", "--format", "json"});
    QCOMPARE(r.status, 0);
    QVERIFY(r.json()["ranked"].toArray().size() > 5);
  }

  void capacityHasACurve() {
    const ProgramResult r = runFaultline({"capacity", twoTier(), "--duration", "10s", "--format", "json"});
    QCOMPARE(r.status, 0);
    QVERIFY(r.json()["found"].toArray()[0].toObject()["capacity_per_s"].toDouble() > 0);
    QVERIFY(r.json()["curve"].toArray().size() > 3);
  }

  void theoryAndTraces() {
    QTemporaryDir dir;
    const QString out = dir.path() + "/results";
    const ProgramResult r = runFaultline({"run", incident("slow_database"), "--duration", "30s", "--quiet", "--theory", "--traces", "--out", out});
    QCOMPARE(r.status, 0);
    for (const char* word : {"Little's law", "p99 is", "Slowest trace"}) QVERIFY2(r.out.contains(word), word);
    for (const char* name : {"traces.json", "traces.chrome.json"}) {
      QFile file(out + "/" + name);
      QVERIFY(file.open(QIODevice::ReadOnly));
      QVERIFY(QJsonDocument::fromJson(file.readAll()).isObject());
    }
  }
};

QTEST_GUILESS_MAIN(AnalysisTest)
#include "analysis_test.moc"

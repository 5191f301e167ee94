// faultline run: its report, its JSON, its files and its exit status.
#include <signal.h>

#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>

#include "support/program.h"

namespace {

QString twoTier() { return sourceFile("tests/cli/two_tier.yaml"); }

QByteArray contentOf(const QString& path) {
  QFile file(path);
  return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void writeFile(const QString& path, const QByteArray& content) {
  QFile file(path);
  QVERIFY(file.open(QIODevice::WriteOnly));
  file.write(content);
}

QStringList everythingIn(const QString& path) {
  return QDir(path).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot, QDir::Name);
}

QString fingerprintOf(const QStringList& more) {
  return runFaultline(QStringList{"run", twoTier(), "--format", "json"} + more).json()["fingerprint"].toString();
}

int sumOf(const QJsonObject& counts) {
  int sum = 0;
  for (const QJsonValue& count : counts) sum += count.toInt();
  return sum;
}

}  // namespace

class RunTest : public QObject {
  Q_OBJECT
 private slots:
  void jsonIsAllThereIs();
  void booksBalance();
  void reportNamesWhatHappened();
  void rareQuantilesAreUnknown();
  void fingerprintDependsOnWhatRuns();
  void settingsReachNodesAndEdges();
  void timelineCanBeLeftOut();
  void expectationsDecideTheStatus();
  void badUsage_data();
  void badUsage();
  void outWritesAllFilesOrNone();
  void outHoldsAScenarioThatRuns();
  void outReplacesOnlyItsOwn();
  void outLeavesAScenarioOfItsOwnName();
  void outFillsAFolderBesideWhichNothingCanBeMade();
  void outInsistsWithForce();
  void failedRunLeavesOldResults();
  void runawayStopsWithPartialResult();
  void limitsBeyondTheMachineAreRefused();
  void interruptedRunReportsPartialResult();
};

void RunTest::jsonIsAllThereIs() {
  const ProgramResult r = runFaultline({"run", twoTier(), "--format", "json"});
  QCOMPARE(r.status, 0);
  QCOMPARE(r.err, QByteArray());
  const QJsonObject j = r.json();
  for (const char* key : {"scenario", "seed", "simulated_s", "wall_s", "events", "fingerprint", "requests",
                          "latency_ms", "classes", "nodes", "edges", "actions", "partial", "stopped"})
    QVERIFY2(j.contains(key), key);
  QCOMPARE(j["scenario"].toString(), QString("Two tiers"));
  QCOMPARE(j["seed"].toInt(), 3);
  QCOMPARE(j["simulated_s"].toDouble(), 30.0);
  QCOMPARE(j["partial"].toBool(), false);
  QCOMPARE(j["nodes"].toObject().keys(), (QStringList{"app", "db", "users"}));
  QCOMPARE(j["classes"].toObject().keys(), (QStringList{"buy", "view"}));
  const QJsonObject db = j["nodes"]["db"].toObject();
  for (const char* key : {"kind", "arrivals", "completions", "failures", "in_flight", "utilization", "queue_depth",
                          "wait_ms", "service_ms", "latency_ms", "metrics"})
    QVERIFY2(db.contains(key), key);
  QCOMPARE(j["actions"].toArray().size(), 3);
  QCOMPARE(j["actions"][1]["at_s"].toDouble(), 10.0);
}

void RunTest::booksBalance() {
  const QJsonObject j = runFaultline({"run", twoTier(), "--format", "json"}).json();
  const QJsonObject r = j["requests"].toObject();
  QVERIFY(r["offered"].toInt() > 5000);
  QVERIFY(r["failed"].toInt() > 0);
  QCOMPARE(r["offered"].toInt(), r["ok"].toInt() + r["failed"].toInt() + r["in_flight"].toInt());
  QCOMPARE(r["failed"].toInt(), sumOf(r["by_reason"].toObject()));
  int offered = 0;
  for (const QJsonValue& c : j["classes"].toObject()) offered += c["requests"]["offered"].toInt();
  QCOMPARE(offered, r["offered"].toInt());
  QCOMPARE(j["nodes"]["users"]["offered"].toInt(), r["offered"].toInt());
  QCOMPARE(j["nodes"]["users"]["attempts"].toInt(), r["attempts"].toInt());
  QCOMPARE(j["latency_ms"]["ok"]["count"].toInt(), r["ok"].toInt());
  QCOMPARE(j["latency_ms"]["all"]["count"].toInt(), r["ok"].toInt() + r["failed"].toInt());
}

void RunTest::reportNamesWhatHappened() {
  const ProgramResult r = runFaultline({"run", twoTier()});
  QCOMPARE(r.status, 0);
  for (const char* text : {"Two tiers", "fingerprint", "Requests", "Failures", "p99.9", "view ok", "db", "app -> db",
                           "slow db (factor 10", "Alerts", "Expectations"})
    QVERIFY2(r.out.contains(text), text);
  QVERIFY(!r.out.contains('\r'));
  QCOMPARE(r.err, QByteArray());
}

void RunTest::rareQuantilesAreUnknown() {
  const QJsonObject j = runFaultline({"run", twoTier(), "--format", "json", "--duration", "2s"}).json();
  const QJsonObject ok = j["latency_ms"]["ok"].toObject();
  QVERIFY(ok["count"].toInt() > 100 && ok["count"].toInt() < 1000);
  QVERIFY(ok["p99"].isDouble());
  QVERIFY(ok.contains("p99_9") && ok["p99_9"].isNull());
}

void RunTest::fingerprintDependsOnWhatRuns() {
  const QString base = fingerprintOf({});
  QCOMPARE(base.size(), 16);
  QCOMPARE(fingerprintOf({}), base);
  QCOMPARE(fingerprintOf({"--sample", "137ms"}), base);
  QCOMPARE(fingerprintOf({"--sample", "7s"}), base);
  QCOMPARE(fingerprintOf({"--seed", "3"}), base);
  QVERIFY(fingerprintOf({"--seed", "4"}) != base);
  QVERIFY(fingerprintOf({"--no-timeline"}) != base);
  QVERIFY(fingerprintOf({"--set", "db.workers=15"}) != base);
}

void RunTest::settingsReachNodesAndEdges() {
  const ProgramResult r = runFaultline({"run", twoTier(), "--format", "json", "--set", "users.rate=10/s", "--set",
                                        "app -> db.pool.size=1", "--duration", "20s"});
  QCOMPARE(r.status, 0);
  const QJsonObject j = r.json();
  QVERIFY(j["requests"]["offered"].toInt() < 400);
  for (const QJsonValue& e : j["edges"].toArray())
    if (e["from"].toString() == "app") QCOMPARE(e["pool"]["in_use_max"].toInt(), 2);  // one for each of two instances
}

void RunTest::timelineCanBeLeftOut() {
  const QJsonObject j = runFaultline({"run", twoTier(), "--format", "json", "--no-timeline"}).json();
  QCOMPARE(j["actions"].toArray().size(), 0);
  QCOMPARE(j["requests"]["failed"].toInt(), 0);
}

void RunTest::expectationsDecideTheStatus() {
  QTemporaryDir dir;
  const QString path = dir.filePath("broken.yaml");
  writeFile(path, contentOf(twoTier()) + "  - failed(users) == 0\n");
  const ProgramResult r = runFaultline({"run", path});
  QCOMPARE(r.status, 1);
  QVERIFY(r.out.contains("FAILED"));
  // What was expected of the scenario as written says nothing about a changed one.
  QCOMPARE(runFaultline({"run", path, "--seed", "5"}).status, 0);
}

void RunTest::badUsage_data() {
  QTest::addColumn<QStringList>("arguments");
  QTest::addColumn<QByteArray>("message");
  const auto row = [](const char* name, QStringList arguments, const char* message) {
    QTest::newRow(name) << arguments << QByteArray(message);
  };
  row("unknown command", {"frobnicate"}, "no command \"frobnicate\" (known: run, explain");
  row("misspelt command", {"rum", twoTier()}, "did you mean \"run\"?");
  row("no file", {"run"}, "file");
  row("missing file", {"run", "/nowhere.yaml"}, "no such file");
  row("directory", {"run", "/"}, "directory");
  row("unknown option", {"run", twoTier(), "--sead", "3"}, "no option \"--sead\" (did you mean --seed?)");
  row("too many files", {"run", twoTier(), twoTier()}, "is too much for run");
  row("option without its value", {"run", twoTier(), "--out=", "--seed", "3"}, "--out= has no value");
  row("part of a seed", {"run", twoTier(), "--seed", "1.5"}, "seed must be a count");
  row("no command", {}, "error: no command is named");
  row("an option and no command", {"--nope"}, "error: there is no option \"--nope\" before a command");
  row("no file", {"run"}, "error: file is required; faultline run --help");
  row("no such format", {"run", twoTier(), "--format", "xml"},
      "error: --format: \"xml\" is none of text, json; faultline run --help");
  row("no kind of that name", {"kinds", "servce"},
      "did you mean \"service\"?); the kinds are: api_gateway, autoscaler");
  row("no scenario", {"run", ""}, "the name of the scenario file is empty");
  row("no lesson", {"lesson", twoTier()}, "has no lesson; add \"lesson: ");
  row("no challenge", {"grade", twoTier(), twoTier()}, "has no challenge; add \"challenge: ");
  row("seed beyond all", {"run", twoTier(), "--seed", "2000000000000000000"},
      "seed must be between 0 and 1000000000000000000, but it is 2000000000000000000");
  row("negative seed", {"run", twoTier(), "--seed", "-1"}, "--seed");
  row("seed in words", {"run", twoTier(), "--seed", "seven"}, "--seed");
  row("format", {"run", twoTier(), "--format", "xml"}, "--format: \"xml\" is none of text, json");
  row("duration without unit", {"run", twoTier(), "--duration", "30"}, "--duration");
  row("negative duration", {"run", twoTier(), "--duration=-3s"}, "--duration");
  row("no duration", {"run", twoTier(), "--duration", "0s"}, "duration");
  row("endless duration", {"run", twoTier(), "--duration", "1e300s"}, "--duration");
  row("sample of nothing", {"run", twoTier(), "--sample", "0s"}, "sample");
  row("setting without value", {"run", twoTier(), "--set", "db.workers"}, "NODE.PARAMETER=VALUE");
  row("setting of nobody", {"run", twoTier(), "--set", "bd.workers=3"}, "did you mean");
  row("setting unknown", {"run", twoTier(), "--set", "db.worker=3"}, "workers");
  row("setting out of range", {"run", twoTier(), "--set", "db.workers=0"}, "db.workers");
  row("setting not a number", {"run", twoTier(), "--set", "users.rate=nan/s"}, "users.rate");
  row("setting of no edge", {"run", twoTier(), "--set", "users -> db.timeout=1s"}, "no edge");
  row("out is a file", {"run", twoTier(), "--out", twoTier()}, "not a directory");
  row("out in nowhere", {"run", twoTier(), "--out", "/proc/nowhere/out"}, "cannot");
  row("precision of nothing", {"compare", twoTier(), twoTier(), "--precision", "nan"}, "between 0.01% and 100%");
  row("capacity in no time", {"capacity", twoTier(), "--in-time", "nan"}, "between 1% and 100%");
  row("variant without a change", {"compare", twoTier(), "--set", ";;;"}, "changes nothing");
  row("unknown level", {"run", twoTier(), "--log", "-", "--log-level", "loud"}, "is none of info, warning, error");
  row("unknown kind", {"kinds", "servise"}, "did you mean");
}

void RunTest::badUsage() {
  QFETCH(QStringList, arguments);
  QFETCH(QByteArray, message);
  const ProgramResult r = runFaultline(arguments);
  QCOMPARE(r.status, 2);
  QCOMPARE(r.out, QByteArray());
  QVERIFY2(r.err.contains(message) && !r.err.isEmpty(), r.err);
}

void RunTest::outWritesAllFilesOrNone() {
  QTemporaryDir dir;
  const QString out = dir.filePath("new/results");
  const ProgramResult r = runFaultline({"run", twoTier(), "--out", out, "--format", "json"});
  QCOMPARE(r.status, 0);
  QCOMPARE(everythingIn(out), (QStringList{"fingerprint.txt", "scenario.yaml", "summary.json", "timeline.csv"}));
  QCOMPARE(everythingIn(dir.filePath("new")), QStringList{"results"});
  QCOMPARE(contentOf(out + "/summary.json"), r.out);
  QCOMPARE(QString(contentOf(out + "/fingerprint.txt")).trimmed(), r.json()["fingerprint"].toString());
  const QList<QByteArray> lines = contentOf(out + "/timeline.csv").trimmed().split('\n');
  QCOMPARE(lines.size(), 31);  // a header and a sample a second
  QVERIFY(lines[0].startsWith("time_s,users.offered,"));
  QVERIFY(lines[0].contains(",app -> db.pool_in_use,"));
  for (const QByteArray& line : lines) QCOMPARE(line.count(','), lines[0].count(','));
  QVERIFY(lines[30].startsWith("30,"));
}

// What goes without saying in a scenario is not written: results can be run and explained again.
void RunTest::outHoldsAScenarioThatRuns() {
  QTemporaryDir dir;
  QFile file(dir.filePath("bare.yaml"));
  QVERIFY(file.open(QIODevice::WriteOnly));
  file.write("faultline: 1\nduration: 30s\nnodes: {u: {kind: client, rate: 9/s}, a: {kind: service}}\nedges: [u -> a]\n");
  file.close();
  const QString out = dir.filePath("results");
  const ProgramResult first = runFaultline({"run", file.fileName(), "--out", out, "--format", "json"});
  QCOMPARE(first.status, 0);
  const ProgramResult again = runFaultline({"run", out + "/scenario.yaml", "--format", "json"});
  QVERIFY2(again.status == 0, again.err.constData());
  QCOMPARE(again.json()["fingerprint"], first.json()["fingerprint"]);
  const ProgramResult explained = runFaultline({"explain", out});
  QVERIFY2(explained.status == 0, explained.err.constData());
}

void RunTest::outReplacesOnlyItsOwn() {
  QTemporaryDir dir;
  const QString out = dir.filePath("results");
  QCOMPARE(runFaultline({"run", twoTier(), "--out", out}).status, 0);
  const QByteArray before = contentOf(out + "/fingerprint.txt");
  QCOMPARE(runFaultline({"run", twoTier(), "--out", out, "--seed", "9"}).status, 0);
  QVERIFY(contentOf(out + "/fingerprint.txt") != before);
  QCOMPARE(everythingIn(dir.path()), QStringList{"results"});
  writeFile(out + "/notes.txt", "mine");
  const QByteArray kept = contentOf(out + "/fingerprint.txt");
  const ProgramResult r = runFaultline({"run", twoTier(), "--out", out});
  QCOMPARE(r.status, 2);
  QVERIFY(r.err.contains("--force"));
  QCOMPARE(contentOf(out + "/fingerprint.txt"), kept);
  QCOMPARE(everythingIn(dir.path()), QStringList{"results"});
}

void RunTest::outLeavesAScenarioOfItsOwnName() {
  QTemporaryDir dir;
  writeFile(dir.filePath("scenario.yaml"), contentOf(twoTier()) + "# mine\n");
  const QByteArray before = contentOf(dir.filePath("scenario.yaml"));
  const ProgramResult r = runFaultline({"run", dir.filePath("scenario.yaml"), "--out", dir.path()});
  QCOMPARE(r.status, 2);
  QVERIFY(r.err.contains("--force"));
  QCOMPARE(contentOf(dir.filePath("scenario.yaml")), before);
}

// With a name so long, no other one beside it holds it; permissions would not stop whoever tests as root.
void RunTest::outFillsAFolderBesideWhichNothingCanBeMade() {
  QTemporaryDir dir;
  const QString out = dir.filePath(QString(250, 'r'));
  QVERIFY(QDir().mkpath(out));
  const QStringList run{"run", twoTier(), "--out", out, "--quiet"};
  const ProgramResult first = runFaultline(run + QStringList{"--traces"});
  QVERIFY2(first.status == 0, first.err.constData());
  QCOMPARE(everythingIn(out), (QStringList{"fingerprint.txt", "scenario.yaml", "summary.json", "timeline.csv",
                                           "traces.chrome.json", "traces.json"}));
  QCOMPARE(runFaultline(run).status, 0);
  QCOMPARE(everythingIn(out), (QStringList{"fingerprint.txt", "scenario.yaml", "summary.json", "timeline.csv"}));
  writeFile(out + "/notes.txt", "mine");
  QCOMPARE(runFaultline(run).status, 2);
  QCOMPARE(runFaultline(run + QStringList{"--force"}).status, 0);
  QCOMPARE(everythingIn(out).size(), 5);
}

void RunTest::outInsistsWithForce() {
  QTemporaryDir dir;
  writeFile(dir.filePath("notes.txt"), "mine");
  QCOMPARE(runFaultline({"run", twoTier(), "--out", dir.path(), "--force"}).status, 0);
  QCOMPARE(everythingIn(dir.path()), (QStringList{"fingerprint.txt", "notes.txt", "scenario.yaml", "summary.json", "timeline.csv"}));
  QCOMPARE(contentOf(dir.filePath("notes.txt")), QByteArray("mine"));
}

void RunTest::failedRunLeavesOldResults() {
  QTemporaryDir dir;
  const QString out = dir.filePath("results");
  QCOMPARE(runFaultline({"run", twoTier(), "--out", out}).status, 0);
  const QByteArray before = contentOf(out + "/summary.json");
  // Files may hold so little that the results cannot be written in full.
  const ProgramResult r = runFaultline({"run", twoTier(), "--out", out, "--seed", "9"}, "-f 2; trap '' XFSZ");
  QCOMPARE(r.status, 2);
  QCOMPARE(r.out, QByteArray());
  QCOMPARE(contentOf(out + "/summary.json"), before);
  QCOMPARE(everythingIn(dir.path()), QStringList{"results"});
}

void RunTest::runawayStopsWithPartialResult() {
  const ProgramResult r = runFaultline(
      {"run", twoTier(), "--format", "json", "--set", "limits.calls_in_flight=500", "--set", "users.rate=5000/s"});
  QCOMPARE(r.status, 1);
  QVERIFY(r.err.contains("partial"));
  const QJsonObject j = r.json();
  QCOMPARE(j["partial"].toBool(), true);
  QVERIFY(j["stopped"].toString().contains("500 calls in flight"));
  QVERIFY(j["simulated_s"].toDouble() < 30);
}

void RunTest::limitsBeyondTheMachineAreRefused() {
  const ProgramResult r = runFaultline({"run", twoTier(), "--set", "limits.calls_in_flight=1G"});
  if (r.status == 0) QSKIP("this machine holds a thousand million calls");
  QCOMPARE(r.status, 2);
  QVERIFY(r.err.contains("calls_in_flight"));
  QVERIFY(r.err.contains("memory"));
}

void RunTest::interruptedRunReportsPartialResult() {
  QTemporaryDir dir;
  QProcess process;
  process.start(FAULTLINE_PROGRAM,
                {"run", twoTier(), "--duration", "300d", "--format", "json", "--out", dir.filePath("results")});
  // The hidden directory is made after the program began to watch for signals.
  QTRY_VERIFY_WITH_TIMEOUT(!everythingIn(dir.path()).isEmpty(), 60'000);
  kill(static_cast<pid_t>(process.processId()), SIGINT);
  QVERIFY(process.waitForFinished(60'000));
  QCOMPARE(process.exitStatus(), QProcess::NormalExit);
  QCOMPARE(process.exitCode(), 130);
  const QJsonObject j = QJsonDocument::fromJson(process.readAllStandardOutput()).object();
  QCOMPARE(j["partial"].toBool(), true);
  QCOMPARE(j["stopped"].toString(), QString("interrupted"));
  QVERIFY(process.readAllStandardError().contains("partial"));
  QCOMPARE(everythingIn(dir.path()), QStringList());
}

QTEST_GUILESS_MAIN(RunTest)
#include "run_test.moc"

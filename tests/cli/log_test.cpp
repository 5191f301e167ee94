// faultline run --log: lines of JSON, with the ids of the traces.
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QMap>
#include <QRegularExpression>
#include <QSet>
#include <QTemporaryDir>
#include <QtTest>

#include "support/program.h"

namespace {

QString incident() { return sourceFile("tests/explain/incidents/failing_payment.yaml"); }

QList<QJsonObject> linesOf(const QByteArray& text) {
  QList<QJsonObject> lines;
  for (const QByteArray& line : text.split('\n'))
    if (!line.isEmpty()) lines.push_back(QJsonDocument::fromJson(line).object());
  return lines;
}

QByteArray contentOf(const QString& path) {
  QFile file(path);
  return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

// Of the OTLP file: by trace and span, the span of the caller and the end in nanoseconds.
struct Exported {
  QString parent;
  qint64 end = 0;
  bool failed = false;
};
QMap<QString, Exported> exportedIn(const QString& path) {
  QMap<QString, Exported> spans;
  for (const QJsonValue& resource : QJsonDocument::fromJson(contentOf(path)).object()["resourceSpans"].toArray())
    for (const QJsonValue& scope : resource["scopeSpans"].toArray())
      for (const QJsonValue& span : scope["spans"].toArray())
        spans[span["traceId"].toString() + span["spanId"].toString()] = {
            span["parentSpanId"].toString(), span["endTimeUnixNano"].toString().toLongLong(),
            span["status"]["code"].toInt() == 2};
  return spans;
}

// Nanoseconds since the epoch; "1970-01-01T00:00:12.345678901Z" has more digits than Qt reads.
qint64 nanosOf(const QString& time) {
  static const QRegularExpression form("^(\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d)\\.(\\d{9})Z$");
  const auto match = form.match(time);
  return match.hasMatch()
             ? QDateTime::fromString(match.captured(1) + "Z", Qt::ISODate).toSecsSinceEpoch() * 1'000'000'000 +
                   match.captured(2).toLongLong()
             : -1;
}

}  // namespace

class LogTest : public QObject {
  Q_OBJECT
 private slots:
  void linesAreTheSpansOfTheTraces() {
    QTemporaryDir dir;
    const QString out = dir.path() + "/results", log = dir.path() + "/requests.jsonl";
    const ProgramResult r =
        runFaultline({"run", incident(), "--duration", "150s", "--quiet", "--traces", "--out", out, "--log", log});
    QVERIFY2(r.status != 2, r.err.constData());
    const QMap<QString, Exported> spans = exportedIn(out + "/traces.json");
    const QList<QJsonObject> lines = linesOf(contentOf(log));
    QCOMPARE(lines.size(), spans.size());
    QSet<QString> seen, levels;
    qint64 latest = 0;
    for (const QJsonObject& line : lines) {
      const QString id = line["request_id"].toString() + line["span_id"].toString();
      QVERIFY2(spans.contains(id), qPrintable(id));
      seen.insert(id);
      levels.insert(line["level"].toString());
      QCOMPARE(line["parent_span_id"].toString(), spans[id].parent);
      const qint64 time = nanosOf(line["time"].toString());
      QCOMPARE(time, spans[id].end);
      QVERIFY(time >= latest);
      latest = time;
      QCOMPARE(line["level"].toString() != "info", spans[id].failed);
      QCOMPARE(line["level"].toString() == "error", spans[id].failed && spans[id].parent.isEmpty());
      QCOMPARE(line.contains("reason"), spans[id].failed);
      for (const char* key : {"node", "outcome", "kept_for"}) QVERIFY2(!line[key].toString().isEmpty(), key);
      double parts = 0;
      for (const char* key : {"network_ms", "queue_ms", "handling_ms"}) parts += line[key].toDouble(-1e9);
      QVERIFY(std::abs(parts - line["latency_ms"].toDouble()) < 1e-6);
    }
    QCOMPARE(seen.size(), spans.size());
    QCOMPARE(levels, (QSet<QString>{"info", "warning", "error"}));
  }

  void reasonsNameWhereTheyWereBorn() {
    const ProgramResult r =
        runFaultline({"run", incident(), "--duration", "150s", "--quiet", "--log", "-", "--log-level", "error"});
    const QList<QJsonObject> lines = linesOf(r.out);
    QVERIFY(lines.size() >= 20);
    int born = 0;
    for (const QJsonObject& line : lines) {
      QCOMPARE(line["level"].toString(), QString("error"));
      QVERIFY(!line.contains("parent_span_id"));
      born += line["reason"].toString() == "injected_error" && line["failed_at"].toString() == "payment";
    }
    QVERIFY2(born > 0, r.out.constData());
  }

  void theFirstSecondHasItsDate() {
    QTemporaryDir dir;
    const QString design = dir.path() + "/design.yaml";
    QFile file(design);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(
        "faultline: 1\nname: t\nduration: 1s\nnodes:\n  u: {kind: client, rate: 100/s}\n  s: {kind: service}\n"
        "edges:\n  - u -> s\n");
    file.close();
    const QList<QJsonObject> lines = linesOf(runFaultline({"run", design, "--quiet", "--log", "-"}).out);
    QVERIFY(!lines.isEmpty());
    for (const QJsonObject& line : lines)
      QVERIFY2(line["time"].toString().startsWith("1970-01-01T00:00:00."), qPrintable(line["time"].toString()));
  }

  void refusals() {
    QTemporaryDir dir;
    const QString there = dir.path() + "/notes.txt";
    {
      QFile file(there);
      QVERIFY(file.open(QIODevice::WriteOnly));
      file.write("mine");
    }
    const auto run = [](const QStringList& more) {
      return runFaultline(QStringList{"run", incident(), "--duration", "12s", "--no-timeline", "--quiet"} + more);
    };
    QCOMPARE(run({"--log", there}).status, 2);
    QCOMPARE(contentOf(there), QByteArray("mine"));
    QVERIFY(run({"--log", there, "--force"}).status != 2);
    QVERIFY(contentOf(there) != "mine");
    QCOMPARE(run({"--log", dir.path()}).status, 2);
    QCOMPARE(run({"--log", dir.path() + "/none/log"}).status, 2);
    QCOMPARE(run({"--log", "-", "--format", "json"}).status, 2);
    const QString out = dir.path() + "/results";
    QCOMPARE(run({"--out", out, "--log", out + "/timeline.csv"}).status, 2);
    QVERIFY(!QFileInfo::exists(out));
    const QString mine = dir.path() + "/mine.yaml";
    QVERIFY(QFile::copy(incident(), mine));
    QCOMPARE(
        runFaultline({"run", mine, "--duration", "12s", "--no-timeline", "--quiet", "--force", "--log", mine}).status,
        2);
    QCOMPARE(contentOf(mine), contentOf(incident()));
    QCOMPARE(run({"--log-level", "error"}).status, 2);
    // Files may hold so little that the log cannot be written in full: then the old one stays.
    const QByteArray before = contentOf(there);
    const ProgramResult cut = runFaultline(
        {"run", incident(), "--duration", "150s", "--quiet", "--force", "--log", there}, "-f 2; trap '' XFSZ");
    QCOMPARE(cut.status, 2);
    QCOMPARE(contentOf(there), before);
    QVERIFY(QFileInfo::exists("/dev/full"));
    const ProgramResult full = run({"--log", "/dev/full", "--force"});
    QCOMPARE(full.status, 2);
    QVERIFY2(full.err.contains("/dev/full"), full.err.constData());
  }
};

QTEST_GUILESS_MAIN(LogTest)
#include "log_test.moc"

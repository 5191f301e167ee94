// Bad scenarios: exit 2 with a message, within bounded memory, nothing on standard output that looks like a result.
#include <QTemporaryDir>
#include <QtTest>

#include "support/program.h"

class BadInputTest : public QObject {
  Q_OBJECT
 private slots:
  void isRefused_data();
  void isRefused();
  void reportsEveryProblemOfEveryFile();
  void oneSectionHidesNoOther();
  void fullStandardOutputIsAnError();
  void pointsIntoExpectations_data();
  void pointsIntoExpectations();
};

namespace {

QByteArray twoTier() {
  QFile file(sourceFile("tests/cli/two_tier.yaml"));
  return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QByteArray aliasBomb() {
  QByteArray text = "a: &a [x,x,x,x,x,x,x,x,x]\n";
  for (char c = 'b'; c < 'n'; ++c) {
    const QByteArray before(1, static_cast<char>(c - 1));
    text += QByteArray(1, c) + ": &" + QByteArray(1, c) + " [*" + before;
    for (int i = 0; i < 7; ++i) text += ",*" + before;
    text += "]\n";
  }
  return text;
}

QByteArray noise() {
  QByteArray text;
  std::uint32_t state = 1;
  for (int i = 0; i < 100'000; ++i) {
    state = state * 1664525u + 1013904223u;
    text += static_cast<char>(state >> 24);
  }
  return text;
}

}  // namespace

void BadInputTest::isRefused_data() {
  QTest::addColumn<QByteArray>("text");
  QTest::addColumn<QByteArray>("message");
  const auto row = [](const char* name, const QByteArray& text, const char* message) {
    QTest::newRow(name) << text << QByteArray(message);
  };
  const auto change = [&](const char* name, const char* what, const char* with, const char* message) {
    QByteArray text = twoTier();
    QVERIFY(text.contains(what));
    text.replace(what, with);
    row(name, text, message);
  };
  row("empty", "", "error:");
  row("not YAML", "nodes: [", "error:");
  row("noise", noise(), "error:");
  row("deep", "faultline: 1\nname: x\nnodes: " + QByteArray(20'000, '[') + QByteArray(20'000, ']'), "error:");
  row("large", "faultline: 1\nname: " + QByteArray(100'000'000, 'x'), "larger than");
  row("alias bomb", aliasBomb(), "error:");
  row("tab", "faultline: 1\nname: x\nnodes:\n\tu: {kind: client}\n", "line 4 begins with a tab");
  row("unknown key", twoTier() + "surprise: 1\n", "surprise");
  row("duplicate key", twoTier() + "seed: 4\n", "seed");
  change("no arrow", "users -> app:", "users => app:", "error:");
  change("dangling name", "app -> db:", "app -> bd:", "bd");
  change("unknown kind", "kind: client", "kind: clinet", "did you mean \"client\"");
  change("unknown unit", "200/s", "200/fortnight", ":10:");
  change("not a number", "200/s", "nan/s", ":10:");
  change("infinite", "200/s", "inf/s", ":10:");
  change("absurd rate", "200/s", "1e300/s", ":10:");
  change("absurd instances", "instances: 2", "instances: 1000000000000", "instances");
  change("negative instances", "instances: 2", "instances: -3", "instances");
  change("expectation", "never(users", "nevr(users", "error:");
}

void BadInputTest::isRefused() {
  QFETCH(QByteArray, text);
  QFETCH(QByteArray, message);
  QTemporaryDir dir;
  QFile file(dir.filePath("bad.yaml"));
  QVERIFY(file.open(QIODevice::WriteOnly));
  file.write(text);
  file.close();
  for (const char* command : {"check", "run"}) {
    const ProgramResult r = runFaultline({command, file.fileName()}, "-t 10");
    QCOMPARE(r.status, 2);
    QCOMPARE(r.out, QByteArray());
    QVERIFY2(r.err.contains(message), r.err.left(400));
    QVERIFY2(r.err.contains("bad.yaml"), r.err.left(400));
  }
}

void BadInputTest::oneSectionHidesNoOther() {
  QTemporaryDir dir;
  QFile file(dir.filePath("broken.yaml"));
  QVERIFY(file.open(QIODevice::WriteOnly));
  file.write(
      "faultline: 1\nname: x\nduration: 30s\nnodes:\n  u: {kind: client, rate: 20}\n"
      "  db: {kind: database, connections: -60}\nedges:\n  - u -> db\nexpect:\n  - failed(nope) == 0\nalerts:\n"
      "  - {when: db.nope > 3, for: x}\n  - {when: p97 > 3ms}\nlesson:\n  - {title: a, highlight: [nope]}\n");
  file.close();
  const ProgramResult r = runFaultline({"check", file.fileName()});
  QCOMPARE(r.status, 2);
  for (const char* place : {":5:27: ", ":6:37: ", ":10:12: ", ":12:12: ", ":12:30: ", ":13:12: ", ":15:27: "})
    QVERIFY2(r.err.contains(place), place + r.err);
  QCOMPARE(r.err.count("error:"), 7);
}

void BadInputTest::fullStandardOutputIsAnError() {
  const QString design = sourceFile("tests/cli/two_tier.yaml");
  for (const QStringList& command : {QStringList{"kinds"},
                                     {"kinds", "cron"},
                                     {"schema"},
                                     {"reference"},
                                     {"--help"},
                                     {"check", design},
                                     {"verify", design},
                                     {"run", design, "--quiet", "--log", "-"}}) {
    const ProgramResult r = runFaultline(command, "-t 60; exec >/dev/full");
    QVERIFY2(r.status == 2 && r.err.contains("standard output"), qPrintable(command.join(' ')));
  }
}

void BadInputTest::reportsEveryProblemOfEveryFile() {
  QTemporaryDir dir;
  QFile file(dir.filePath("bad.yaml"));
  QVERIFY(file.open(QIODevice::WriteOnly));
  file.write(twoTier().replace("workers: 8", "wrokers: 8").replace("workers: 16", "workers: -1"));
  file.close();
  const ProgramResult r =
      runFaultline({"check", file.fileName(), sourceFile("tests/cli/two_tier.yaml"), "/nowhere.yaml"});
  QCOMPARE(r.status, 2);
  QVERIFY(r.err.contains("bad.yaml:11:"));
  QVERIFY(r.err.contains("bad.yaml:12:"));
  QVERIFY(r.err.contains("/nowhere.yaml"));
  QVERIFY(r.out.contains("two_tier.yaml: ok"));
}

void BadInputTest::pointsIntoExpectations_data() {
  QTest::addColumn<QByteArray>("line");
  QTest::addColumn<QByteArray>("place");
  QTest::newRow("plain") << QByteArray("  - max(db.quue) > 3\n") << QByteArray("bad.yaml:23:9: error:");
  QTest::newRow("quoted") << QByteArray("  - \"max(db.quue) > 3\"\n") << QByteArray("bad.yaml:23:10: error:");
}

void BadInputTest::pointsIntoExpectations() {
  QFETCH(QByteArray, line);
  QFETCH(QByteArray, place);
  QTemporaryDir dir;
  QFile file(dir.filePath("bad.yaml"));
  QVERIFY(file.open(QIODevice::WriteOnly));
  file.write(twoTier() + line);
  file.close();
  const ProgramResult r = runFaultline({"check", file.fileName()});
  QCOMPARE(r.status, 2);
  QVERIFY2(r.err.contains(place), r.err);
  QVERIFY2(r.err.contains("did you mean \"db.queue\"?"), r.err);
}

QTEST_GUILESS_MAIN(BadInputTest)
#include "bad_input_test.moc"

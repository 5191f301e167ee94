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
  void everySectionIsJudgedWhateverElseIsWrong();
  void whatOnlyFollowsIsNotSaid_data();
  void whatOnlyFollowsIsNotSaid();
  void saysHowManyMoreThereAre();
  void leavesTheTerminalAlone();
  void fullStandardOutputIsAnError();
  void oneLineSaysAllItsWrongNames();
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
  change("endless pauses", "workers: 8", "workers: 8, pause_every: 0s", "pause_every must be between 1ms and 366d");
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
  for (const char* place : {":5:27: ", ":6:37: ", ":10:12: ", ":12:12: ", ":12:30: ", ":13:12: ", ":15:28: "})
    QVERIFY2(r.err.contains(place), place + r.err);
  QCOMPARE(r.err.count("error:"), 7);
}

namespace {

ProgramResult checkText(const QByteArray& text) {
  QTemporaryDir dir;
  QFile file(dir.filePath("broken.yaml"));
  if (!file.open(QIODevice::WriteOnly)) return {};
  file.write(text);
  file.close();
  return runFaultline({"check", file.fileName()});
}

// "LINE:COLUMN" of each problem, in the order in which they were said.
QStringList placesOf(const ProgramResult& r) {
  QStringList places;
  for (const QByteArray& line : r.err.split('\n'))
    if (const auto m = QRegularExpression("broken[.]yaml:(\\d+:\\d+): ").match(line); m.hasMatch())
      places += m.captured(1);
  return places;
}

}  // namespace

// One wrong thing in every section, and most of them about names that others get wrong as well.
void BadInputTest::everySectionIsJudgedWhateverElseIsWrong() {
  const ProgramResult r = checkText(
      "faultline: 1\n"
      "duration: 60s\n"
      "classes:\n"
      "  read: {share: 85%}\n"
      "  write: {share: 25%}\n"
      "hosts:\n"
      "  h: {cores: 2, members: [ap]}\n"
      "nodes:\n"
      "  users: {kind: client, rate: 20/s}\n"
      "  lb: {kind: load_balancer, algorithm: round_robn}\n"
      "  app: {kind: service}\n"
      "  cache: {kind: cahce, size: 3}\n"
      "  db: {kind: database, connections: -60}\n"
      "edges:\n"
      "  - users -> lb: {effect: raed}\n"
      "  - lb -> ap -> dbb\n"
      "timeline:\n"
      "  - {at: 10s, crsh: db}\n"
      "  - {at: 20s, crash: dbb}\n"
      "expect:\n"
      "  - max(db.wait_p9) > max(dbb.wait_p99)\n"
      "  - {a: 1}\n"
      "  - failed(userz) == 0\n"
      "  - max(cache.hit_ratio) > 90%\n"
      "alerts:\n"
      "  - {when: db.utilizatin > 90%}\n"
      "  - {for: 3s}\n"
      "  - {when: error_rat > 5%}\n"
      "layout:\n"
      "  usrs: [0, 1]\n"
      "notes:\n"
      "  - {at: [0, a]}\n"
      "lesson:\n"
      "  - {titl: x, highlight: [appp, lbb]}\n");
  QCOMPARE(r.status, 2);
  QCOMPARE(placesOf(r), (QStringList{"4:3",   "7:27",  "10:40", "12:17", "13:37", "15:27", "16:5",  "16:5",
                                     "18:15", "19:22", "21:9",  "21:27", "22:5",  "23:12", "26:12", "27:5",
                                     "28:12", "30:3",  "32:5",  "32:14", "34:6",  "34:27", "34:33"}));
  for (const char* hint : {"\"round_robin\"", "\"cache\"", "\"read\"", "\"crash\"", "\"db.wait_p99\"", "\"users\"",
                           "\"db.utilization\"", "\"error_rate\"", "\"title\"", "\"app\"", "\"lb\""})
    QVERIFY2(r.err.contains(QByteArray("did you mean ") + hint), hint + r.err);
}

void BadInputTest::whatOnlyFollowsIsNotSaid_data() {
  QTest::addColumn<QByteArray>("what");
  QTest::addColumn<QByteArray>("with");
  QTest::addColumn<QStringList>("places");
  const auto row = [](const char* name, const char* what, const char* with, const QStringList& places) {
    QTest::newRow(name) << QByteArray(what) << QByteArray(with) << places;
  };
  row("as it is", "", "", {});
  row("the version under another name", "faultline: 1", "faultlin: 1", {"1:1"});
  row("nodes under another name", "nodes:", "nods:", {"2:1"});
  row("edges under another name", "edges:", "edgs:", {"6:1"});
  row("a kind that is none", "kind: database", "kind: databse", {"5:14"});
  row("a misspelt end", "- users -> app", "- users -> ap", {"7:5"});
  row("a misspelt node", "  app: {", "  ap: {", {"7:5", "8:5", "10:20", "13:9"});
  row("a policy that is none", "{timeout: 2s}", "3", {"8:16"});
  row("a retry that is none", "timeout: 2s", "retry: {mx: 3}", {"8:25"});
  row("a time under another name", "{at: 10s", "{aat: 10s", {"10:6"});
  row("a value under another name", "to: 3", "too: 3", {"10:33", "11:41"});
  row("a rule under another name", "{when:", "{wen:", {"16:6"});
}

void BadInputTest::whatOnlyFollowsIsNotSaid() {
  QFETCH(QByteArray, what);
  QFETCH(QByteArray, with);
  QFETCH(QStringList, places);
  QByteArray text =
      "faultline: 1\n"
      "nodes:\n"
      "  users: {kind: client, rate: 20/s}\n"
      "  app: {kind: service}\n"
      "  db: {kind: database}\n"
      "edges:\n"
      "  - users -> app\n"
      "  - app -> db: {timeout: 2s}\n"
      "timeline:\n"
      "  - {at: 10s, set: app.workers, to: 3}\n"
      "  - {at: 20s, set: \"app -> db.timeout\", to: 3s}\n"
      "expect:\n"
      "  - max(app.queue) < 3\n"
      "  - max(db.active) < 100\n"
      "alerts:\n"
      "  - {when: app -> db.timeouts > 3/s, for: 10s}\n";
  QVERIFY(text.contains(what));
  if (!what.isEmpty()) text.replace(what, with);
  const ProgramResult r = checkText(text);
  QVERIFY2(placesOf(r) == places, r.err);
  QCOMPARE(r.status, places.isEmpty() ? 0 : 2);
}

void BadInputTest::saysHowManyMoreThereAre() {
  QByteArray text = twoTier();
  for (int i = 0; i < 150; ++i) text += "surprise" + QByteArray::number(i) + ": 1\n";
  const ProgramResult r = checkText(text);
  QCOMPARE(r.status, 2);
  QCOMPARE(r.err.count("unknown key"), 100);
  QVERIFY2(r.err.endsWith("broken.yaml: and 50 more\n"), r.err.right(200));
}

// A file may hold anything, and what is said about it goes to a terminal.
void BadInputTest::leavesTheTerminalAlone() {
  QTemporaryDir dir;
  const QString name = dir.filePath(QString("a") + QChar(0x1b) + "[31m.yaml");
  QFile file(name);
  QVERIFY(file.open(QIODevice::WriteOnly));
  file.write(twoTier() + "\"sur\\epri\\x9bse\": 1\n");
  file.close();
  for (const QStringList& command : {QStringList{"check", name}, {"run", name}, {"run", name + ".missing"}}) {
    const ProgramResult r = runFaultline(command);
    QCOMPARE(r.status, 2);
    QVERIFY2(!r.err.contains('\x1b') && !r.err.contains("\xc2\x9b"), r.err);
    QVERIFY2(r.err.contains("\\x1b[31m.yaml"), r.err);
  }
  // What is said of a sound one, too.
  QVERIFY(file.open(QIODevice::WriteOnly));
  file.write(twoTier().replace("name: Two tiers", "name: \"Two \\e[31m tiers\""));
  file.close();
  for (const char* command : {"check", "run", "review", "verify", "explain"}) {
    const ProgramResult r = runFaultline({command, name});
    QVERIFY2(!r.out.isEmpty() && !r.out.contains('\x1b') && !r.err.contains('\x1b'), command + r.out + r.err);
  }
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

// Also those of columns that a run only gets when there is something to tell.
void BadInputTest::oneLineSaysAllItsWrongNames() {
  const ProgramResult r = checkText(twoTier() + "  - max(app.failed.timeot) > max(db.failed.timeot)\n");
  QCOMPARE(r.status, 2);
  QCOMPARE(r.err.count("did you mean"), 2);
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

// What the reader accepts, and what it says about what it does not.
#include "io/yaml_reader.h"

#include <QtTest>
#include <fstream>
#include <random>
#include <sstream>

#include "base/diagnostic.h"
#include "io/yaml_writer.h"
#include "model/edge_policy.h"
#include "sim/model/fake_catalog.h"

using namespace faultline;

namespace {

std::string goodText() {
  std::ifstream file(FAULTLINE_SOURCE_DIR "/tests/sim/io/good.yaml");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

QByteArray listOf(const Diagnostics& diagnostics) {
  std::string text;
  for (const Diagnostic& d : diagnostics) text += toString(d) + '\n';
  return QByteArray::fromStdString(text);
}

// Nine lines that are fine; the rows below add to them.
const std::string kSmall =
    "faultline: 1\n"                                    // 1
    "classes: {view: {}, upload: {}}\n"                 // 2
    "nodes:\n"                                          // 3
    "  users: {kind: source}\n"                         // 4
    "  app: {kind: worker, instances: 3}\n"             // 5
    "  db: {kind: store, queries: {q: {time: 1ms}}}\n"  // 6
    "edges:\n"                                          // 7
    "  - users -> app\n"                                // 8
    "  - app -> db\n";                                  // 9

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const std::size_t at = text.find(what);
  return at == std::string::npos ? std::string() : text.replace(at, what.size(), with);
}

}  // namespace

class YamlReaderTest : public QObject {
  Q_OBJECT
 private slots:
  // The CSV files of the scenarios are there.
  void initTestCase() { QVERIFY(QDir::setCurrent(FAULTLINE_SOURCE_DIR "/tests/sim/io")); }
  void readsEverything();
  void acceptsSmallFile();
  void refusesBadInput_data();
  void refusesBadInput();
  void reportsAllProblemsAtOnce();
  void warnsAboutNodesThatNothingCalls();
  void refusesFilesThatCannotBeRead();
  void staysWithinBounds_data();
  void staysWithinBounds();
  void survivesMutations();
  void appliesSettings_data();
  void appliesSettings();
  void refusesSettings_data();
  void refusesSettings();
};

void YamlReaderTest::readsEverything() {
  const Result<Scenario> r = readScenarioText(goodText(), "good.yaml");
  QVERIFY2(r.ok(), listOf(r.diagnostics));
  QCOMPARE(listOf(r.diagnostics), QByteArray());
  const Scenario& s = r.value;
  QCOMPARE(s.description, std::string("Two lines\nof text.\n"));
  QCOMPARE(s.duration.ns, minutes(10).ns);
  QCOMPARE(s.maxCallsInFlight, std::int64_t{1'000'000});
  QCOMPARE(s.classes.size(), std::size_t{2});
  QCOMPARE(s.classes[0].weight, 0.85);
  QCOMPARE(s.classes[0].key, std::string("zipf(0.99, 200k)"));
  QCOMPARE(s.classes[0].objective->ns, milliseconds(500).ns);
  QVERIFY(s.classes[1].effect == Effect::Write);
  QCOMPARE(s.findNode("app")->group, std::string("box"));
  QCOMPARE(s.groups[0].cores, std::int64_t{2});
  QCOMPARE(s.edges.size(), std::size_t{6});  // the chain is two

  const auto source = std::static_pointer_cast<SourceParams>(makeParams(kSource, s.findNode("users")->params));
  QCOMPARE(source->rate.value, 240.0);
  QCOMPARE(source->timeout->ns, seconds(5).ns);
  QCOMPARE(source->profile.size(), std::size_t{2});
  QCOMPARE(source->profile[1].second, 300.0);
  const auto worker = std::static_pointer_cast<WorkerParams>(makeParams(kWorker, s.findNode("app")->params));
  QVERIFY(worker->work.base == Distribution::logNormalFromMean(3e6, 0.5));
  QCOMPARE(worker->work.byClass.size(), std::size_t{1});
  QCOMPARE(worker->health.fall, std::int64_t{2});
  QCOMPARE(worker->health.every.ns, seconds(7).ns);  // not written: the kind's own default
  QVERIFY(worker->order == FakeOrder::Lifo);
  QCOMPARE(worker->memory.value, 4.0 * 1024 * 1024 * 1024);
  const auto store = std::static_pointer_cast<StoreParams>(makeParams(kStore, s.findNode("db")->params));
  QCOMPARE(store->queries[0].second.rows, std::int64_t{9'500'000});

  const EdgePolicy policy = edgePolicy(s.findEdge("app", "db")->policy);
  QCOMPARE(policy.step, std::int64_t{2});
  QCOMPARE(policy.pool->size, std::int64_t{20});
  QCOMPARE(policy.retry->on, std::vector<std::string>{"timeout"});
  QVERIFY(policy.times == Distribution::uniform(1, 5));
  QVERIFY(parseCondition(policy.when) == (Condition{Condition::Kind::Miss, "cache", 1}));

  QCOMPARE(s.timeline.size(), std::size_t{8});
  QCOMPARE(s.timeline[0].verb, std::string("crash"));  // in order of time
  QCOMPARE(s.timeline[1].target, std::string("db.queries.by_email.rows"));
  QCOMPARE(*s.timeline[1].args.find("to")->as<std::int64_t>(), std::int64_t{5'000'000});
  QCOMPARE(s.timeline[2].args.find("to")->as<Duration>()->ns, milliseconds(200).ns);
  QCOMPARE(s.timeline.back().target, std::string("the table passes the threshold"));
  QCOMPARE(s.expect[0], std::string("first(db.wait_p99 > 1s) < first(app.utilization > 99%)"));
  QCOMPARE(s.layout[1].second.y, -12.5);
  QCOMPARE(s.recorded->columns[0].second, std::string("p99_ms"));
  QCOMPARE(s.recorded->envelope, std::string("envelope.csv"));
  QVERIFY(s.recorded->phases[1] == (RecordedPhase{"storm", minutes(1), minutes(2)}));
  QCOMPARE(s.recorded->compare.size(), std::size_t{5});
  QCOMPARE(s.recorded->compare[0].simulated, std::string("rate(users.ok)"));
  QCOMPARE(s.recorded->compare[0].tolerance, std::string("5%"));
  QCOMPARE(s.recorded->compare[1].factor, std::optional<double>(2));
  QCOMPARE(s.recorded->compare[1].phases, std::vector<std::string>{"calm"});
  QCOMPARE(s.recorded->compare[2].phases.size(), std::size_t{2});
  QCOMPARE(s.recorded->compare[2].high, std::optional<double>(4));
  QCOMPARE(s.recorded->compare[3].note, std::string("counted from the flush"));
  QVERIFY(s.recorded->compare[4].informative && !s.recorded->compare[3].informative);
}

void YamlReaderTest::acceptsSmallFile() {
  const Result<Scenario> r = readScenarioText(kSmall, "x.yaml");
  QCOMPARE(listOf(r.diagnostics), QByteArray());
}

void YamlReaderTest::refusesBadInput_data() {
  QTest::addColumn<QString>("text");
  QTest::addColumn<QString>("expected");
  const auto row = [](const char* name, const std::string& text, const char* expected) {
    QTest::newRow(name) << QString::fromStdString(text) << QString(expected);
  };
  const auto change = [&](const char* name, const char* what, const char* with, const char* expected) {
    row(name, replaced(kSmall, what, with), expected);
  };
  const auto add = [&](const char* name, const char* more, const char* expected) {
    row(name, kSmall + more, expected);
  };
#include "sim/io/bad_input_rows.inc"
}

void YamlReaderTest::refusesBadInput() {
  QFETCH(QString, text);
  QFETCH(QString, expected);
  QVERIFY(!text.isEmpty());
  const Result<Scenario> r = readScenarioText(text.toStdString(), "x.yaml");
  QVERIFY(!r.ok());
  QCOMPARE(QString(listOf(r.diagnostics)).trimmed(), expected);
}

void YamlReaderTest::reportsAllProblemsAtOnce() {
  std::string text = replaced(kSmall, "instances: 3", "instances: -3");
  text = replaced(text, "kind: store", "kind: stoer");
  text = replaced(text, "users -> app", "users -> appp");
  text += "durration: 5s\n";
  const Result<Scenario> r = readScenarioText(text, "x.yaml");
  std::vector<int> lines;
  for (const Diagnostic& d : r.diagnostics) lines.push_back(d.line);
  QCOMPARE(lines, (std::vector<int>{5, 6, 8, 10}));
}

void YamlReaderTest::warnsAboutNodesThatNothingCalls() {
  const Result<Scenario> r = readScenarioText(replaced(kSmall, "edges:", "  idle: {kind: worker}\nedges:"), "x.yaml");
  QVERIFY(r.ok());
  QCOMPARE(listOf(r.diagnostics), QByteArray("x.yaml:7:3: warning: nothing calls \"idle\"\n"));
}

void YamlReaderTest::refusesFilesThatCannotBeRead() {
  QVERIFY(!readScenarioFile("/no/such/file.yaml").ok());
  QVERIFY(!readScenarioFile("/").ok());
  QVERIFY(!readScenarioFile("").ok());
  QVERIFY(readScenarioFile(FAULTLINE_SOURCE_DIR "/tests/sim/io/good.yaml").ok());
}

void YamlReaderTest::staysWithinBounds_data() {
  QTest::addColumn<QByteArray>("text");
  QTest::addColumn<QString>("message");
  QTest::newRow("large") << QByteArray(100'000'000, 'a') << "larger than";
  QTest::newRow("deep flow") << ("nodes: " + QByteArray(20'000, '[') + QByteArray(20'000, ']'))
                             << "nested deeper than 64";
  QTest::newRow("deep maps") << QByteArray("{a: ").repeated(500) << "nested deeper than 64";
  QTest::newRow("deep blocks") << QByteArray("- ").repeated(500'000) << "nested deeper than 64";
  QByteArray bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n";
  for (char c = 'b'; c < 'm'; ++c)
    bomb += QByteArray(1, c) + ": &" + c + " [" + ("*" + QByteArray(1, char(c - 1)) + ",").repeated(8) + "]\n";
  QTest::newRow("alias bomb") << bomb << "more than 200000 values";
  QTest::newRow("many values") << ("[" + QByteArray("a,").repeated(300'000) + "]") << "more than 200000 values";
  QTest::newRow("self alias") << QByteArray("a: &a [*a]\n") << "alias inside its own anchor";
  QTest::newRow("binary") << QByteArray("faultline: 1\nname: \0x", 21) << "not a text file: byte 0x00";
  QTest::newRow("not UTF-8") << QByteArray("name: \xc3\x28") << "not a text file: byte 0xc3";
  QTest::newRow("two documents") << QByteArray("a: 1\n---\nb: 1\n") << "second YAML document";
  QTest::newRow("not YAML") << QByteArray("nodes: [") << "not valid YAML";
  QTest::newRow("empty") << QByteArray() << "the file is empty";
  QTest::newRow("blank") << QByteArray(" \n\n") << "the file is empty";
}

void YamlReaderTest::staysWithinBounds() {
  QFETCH(QByteArray, text);
  QFETCH(QString, message);
  const Result<Scenario> r = readScenarioText(text.toStdString(), "x.yaml");
  QVERIFY(!r.ok());
  QCOMPARE(r.diagnostics.size(), std::size_t{1});
  QVERIFY2(QString::fromStdString(r.diagnostics[0].message).contains(message), listOf(r.diagnostics));
}

void YamlReaderTest::survivesMutations() {
  const std::string good = goodText();
  std::mt19937 random(7);
  const auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
  const std::string pieces[] = {"[",   "]",  "{",     "}",  ":",   ": ", ",", "->", "\n", "  ",   "- ",
                                "nan", "-1", "1e300", "*a", "&a ", "\"", "(", ")",  "~",  "\xff", "none"};
  int refused = 0;
  for (int round = 0; round < 2000; ++round) {
    std::string text = good;
    for (std::size_t edits = 1 + below(3); edits > 0; --edits) {
      const std::size_t at = below(text.size());
      switch (below(4)) {
        case 0:
          text.erase(at, 1 + below(20));
          break;
        case 1:
          text.insert(at, pieces[below(std::size(pieces))]);
          break;
        case 2:
          text[at] = static_cast<char>(below(256));
          break;
        default:
          text.insert(at, good.substr(below(good.size()), below(60)));
      }
    }
    const Result<Scenario> r = readScenarioText(text, "x.yaml");
    if (r.ok()) {
      // What was accepted can be written and read again.
      const std::string written = writeScenario(r.value);
      const Result<Scenario> again = readScenarioText(written, "x.yaml");
      QVERIFY2(again.ok() && again.value == r.value,
               QByteArray::fromStdString(text + "\n=====\n" + written) + listOf(again.diagnostics));
      continue;
    }
    ++refused;
    for (const Diagnostic& d : r.diagnostics) {
      QVERIFY2(d.line > 0 && d.column > 0 && !d.message.empty(), listOf(r.diagnostics));
    }
  }
  QVERIFY(refused > 500);
}

void YamlReaderTest::appliesSettings_data() {
  QTest::addColumn<QString>("setting");
  QTest::addColumn<QString>("line");  // of the scenario that is written afterwards
  const auto row = [](const char* setting, const char* line) { QTest::newRow(setting) << setting << line; };
  row("duration=60s", "duration: 1min");
  row("seed=3", "seed: 3");
  row("warmup = 10s", "warmup: 10s");
  row("limits.calls_in_flight=5k", "limits: {calls_in_flight: 5k}");
  row("db.connections=50", "connections: 50");
  row("db.queries.q.rows=5M", "queries: {q: {rows: 5M, time: 1ms}}");
  row("app.work=exponential(8ms)", "work: exponential(8ms)");
  row("app.work.upload=9ms", "work: {default: 5ms, upload: 9ms}");
  row("app.work={default: 1ms, view: 2ms}", "work: {default: 1ms, view: 2ms}");
  row("app.health.fall=5", "health: {fall: 5}");
  row("app -> db.timeout=2s", "app -> db: {timeout: 2s}");
  row("app->db.retry.max=7", "app -> db: {retry: {max: 7}}");
  row("app -> db.timeout=none", "app -> db: {timeout: none}");
  row("view.objective=100ms", "view: {objective: 100ms}");
  row("users.timeout=1s", "users: {kind: source, timeout: 1s}");
}

void YamlReaderTest::appliesSettings() {
  QFETCH(QString, setting);
  QFETCH(QString, line);
  Result<Scenario> r = readScenarioText(kSmall, "x.yaml");
  const Diagnostics problems = applySetting(r.value, setting.toStdString());
  QCOMPARE(listOf(problems), QByteArray());
  const std::string written = writeScenario(r.value);
  QVERIFY2(QString::fromStdString(written).contains(line), written.c_str());
  QVERIFY(readScenarioText(written, "x.yaml").value == r.value);
}

void YamlReaderTest::refusesSettings_data() {
  QTest::addColumn<QString>("setting");
  QTest::addColumn<QString>("message");
  const auto row = [](const char* setting, const char* message) { QTest::newRow(setting) << setting << message; };
#include "sim/io/bad_setting_rows.inc"
}

void YamlReaderTest::refusesSettings() {
  QFETCH(QString, setting);
  QFETCH(QString, message);
  Result<Scenario> r = readScenarioText(kSmall, "x.yaml");
  const Scenario before = r.value;
  const Diagnostics problems = applySetting(r.value, setting.toStdString());
  QCOMPARE(QString(listOf(problems)).trimmed(), message);
  QVERIFY(r.value == before);
}

QTEST_APPLESS_MAIN(YamlReaderTest)
#include "yaml_reader_test.moc"

// Writing and reading again gives an equal scenario, whatever the descriptors allow.
#include "io/yaml_writer.h"

#include <QtTest>
#include <random>

#include "base/diagnostic.h"
#include "io/value_text.h"
#include "io/yaml_reader.h"
#include "model/edge_policy.h"
#include "model/scenario_params.h"
#include "model/value_check.h"
#include "sim/model/fake_catalog.h"

using namespace faultline;

namespace {

// Random scenarios from the descriptors themselves.
class RandomScenario {
 public:
  explicit RandomScenario(unsigned seed) : random_(seed) {}

  Scenario make() {
    Scenario s;
    s.name = pick(
        {"", "plain", "with: colon", "# hash", "\"quoted\"", "{brace", "äöü -> ß", "- dash", "null", "a, b", "x (y"});
    s.description = pick({"", "one line", "two\nlines\n", "two\nlines", " leading\nspace", "tab\there\n", "end \nspace",
                          "a\n\nb\n", "\n", "x\n\n"});
    s.duration = seconds(1 + below(1000));
    s.warmup = milliseconds(below(999));
    if (chance()) s.sample = milliseconds(1 + below(5000));
    s.seed = random_() % 1'000'000'000'000'000'000;
    s.maxCallsInFlight = 1 + below(1'000'000'000);
    addClasses(s);
    addNodes(s);
    addEdges(s);
    addTimeline(s);
    for (int i = below(3); i > 0; --i)
      s.expect.push_back(pick({"p99(users) > 5s", "first(db.queue < 3) < first(app.failed > 0)", "  p50(users)  > 1ms "}));
    if (chance()) s.alerts.emplace();
    if (s.alerts)
      for (int i = below(3); i > 0; --i)
        s.alerts->push_back({pick({"error_rate > 5%", "p95 > 1s", "queue_growth > 3.5"}), milliseconds(1 + below(99999))});
    if (chance()) s.layout = {{"users", {1.5, -2}}, {"db", {1e6, 0.001}}};
    for (int i = below(3); i > 0; --i)
      s.notes.push_back({pick({"why?", "two\nlines", "a: b, {c} # d", " \"quoted\" ", "äöü", "5", "null"}), {real(-1e4, 1e4), 0.5}});
    if (chance()) addRecorded(s);
    return s;
  }

 private:
  int below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }
  bool chance() { return below(2) == 0; }
  std::string pick(std::initializer_list<const char*> list) {
    return *(list.begin() + below(static_cast<int>(list.size())));
  }
  double real(double low, double high) { return std::uniform_real_distribution<double>(low, high)(random_); }

  Distribution distribution(double scale) {
    switch (below(6)) {
      case 0:
        return Distribution::exponential(scale);
      case 1:
        return Distribution::uniform(scale / 2, scale);
      case 2:
        return Distribution::logNormalFromMean(scale, 0.5);
      case 3:
        return Distribution::mixture({0.9, 0.1}, {Distribution::constant(scale), Distribution::exponential(scale)});
      case 4:
        return Distribution::gamma(2, scale);
      default:
        return Distribution::constant(scale);
    }
  }

  ValueMap fields(std::span<const ParamInfo> params) {
    ValueMap map;
    for (const ParamInfo& p : params)
      if (p.required || chance()) map.set(p.name, value(p));
    std::shuffle(map.entries.begin(), map.entries.end(), random_);
    return map;
  }

  Value value(const ParamInfo& info) {
    if (info.optional && below(4) == 0) return Value();
    const Range r = allowedRange(info);
    const double number = real(std::max(r.min, -1e6), std::min(r.max, 1e6));
    switch (info.type) {
      case ParamType::Flag:
        return Value(chance());
      case ParamType::Count:
        return Value(static_cast<std::int64_t>(std::clamp(std::floor(number), r.min, r.max)));
      case ParamType::Number:
      case ParamType::Ratio:
      case ParamType::Rate:
      case ParamType::Bytes:
      case ParamType::Bandwidth:
        return Value(number);
      case ParamType::Duration:
        return Value(durationFromSeconds(std::clamp(number, r.min, std::min(r.max, 3600.0))));
      case ParamType::Distribution:
        if (!info.perClass || chance()) return Value(distribution(1 + below(1'000'000)));
        return Value(ValueMap{{{"view", Value(distribution(5e6))}, {"default", Value(distribution(3e6))}}});
      case ParamType::CountDistribution:
        return Value(distribution(1 + below(100)));
      case ParamType::Choice:
        return Value(
            std::string(info.choices[static_cast<std::size_t>(below(static_cast<int>(info.choices.size())))].name));
      case ParamType::Text:
        if (std::string_view(info.name) == "when") return Value(pick({"always", "chance(10%)"}));
        return Value(pick({"hello", "none", "a, b", "~", "", "x: y", "[z]", "5", "true", "back\\slash"}));
      case ParamType::NodeName:
        return Value("db");
      case ParamType::ClassList:
        return Value(ValueList{Value("view")});
      case ParamType::TextList:
        return info.choices.empty() ? Value(ValueList{Value("a, b"), Value("none")})
                                    : Value(ValueList{Value(info.choices[0].name)});
      case ParamType::KeySpace:
        return Value(pick({"none", "zipf(0.99, 200k)", "uniform(10)"}));
      case ParamType::Group: {
        ValueMap map = fields(info.fields);
        if (std::string_view(info.name) == "hedge") map = ValueMap{{{"after", Value(milliseconds(5))}}};
        return Value(std::move(map));
      }
      case ParamType::Table:
        return Value(ValueMap{{{"by_id", Value(fields(info.fields))}, {"by-name", Value(fields(info.fields))}}});
      case ParamType::Points:
        return Value(ValueList{Value(ValueList{Value(Duration{0}), Value(real(0, 100))}),
                               Value(ValueList{Value(seconds(60)), Value(0.1)})});
    }
    return Value();
  }

  void addClasses(Scenario& s) {
    for (const char* name : {"view", "upload"}) {
      RequestClass c;
      c.name = name;
      for (const auto& [key, v] : fields(requestClassParams()).entries)
        if (key != "share") findParam(requestClassParams(), key)->assign(&c, v);
      if (c.weight == 0) c.weight = 1;
      s.classes.push_back(c);
    }
    if (!chance()) return;
    s.classes[0].weight = real(0, 1);
    s.classes[1].weight = 1 - s.classes[0].weight;
  }
  void addNodes(Scenario& s) {
    const std::pair<const char*, const ComponentInfo*> nodes[] = {
        {"users", &kSource}, {"app", &kWorker}, {"cache-2", &kWorker}, {"jobs", &kBuffer}, {"db", &kStore}};
    for (const auto& [name, kind] : nodes) s.nodes.push_back({name, kind->kind, "", fields(kind->params)});
    s.nodes[4].params.erase("keys");  // how much memory there is depends on the machine
    if (!chance()) return;
    s.groups.push_back({.name = "box", .cores = 1 + below(64), .members = {"app", "db"}});
    s.nodes[1].group = s.nodes[4].group = "box";
  }
  void addEdges(Scenario& s) {
    for (const auto& [from, to] : {std::pair{"users", "app"}, {"app", "cache-2"}, {"app", "jobs"}, {"jobs", "db"}})
      s.edges.push_back({from, to, fields(edgePolicyParams())});
  }
  void addTimeline(Scenario& s) {
    s.timeline.push_back({Duration{0}, "note", pick({"text", "a: b, c", "\"\""}), {}});
    s.timeline.push_back(
        {seconds(1), "set", "db.connections", ValueMap{{{"to", Value(50)}, {"over", Value(seconds(2))}}}});
    s.timeline.push_back({seconds(1), "set", "app.work.view", ValueMap{{{"to", Value(distribution(1e6))}}}});
    s.timeline.push_back({seconds(2), "set", "app -> jobs.loss", ValueMap{{{"to", Value(0.25)}}}});
    s.timeline.push_back({seconds(3), "crash", "app[0]", ValueMap{{{"for", Value(seconds(1))}}}});
    s.timeline.push_back({seconds(4), "reindex", "db", ValueMap{{{"query", Value("a, b")}}}});
    s.timeline.push_back({seconds(5), "errors", "app", ValueMap{{{"ratio", Value(0.125)}}}});
  }

  void addRecorded(Scenario& s) {
    RecordedSpec& spec = s.recorded.emplace();
    spec.file = "data.csv";
    if (chance()) spec.columns = {{"db.queue", "p99, ms"}, {"users.p99", "null"}};
    if (chance()) return;
    s.duration = s.duration + seconds(100);
    s.warmup = {};
    spec.envelope = "envelope.csv";
    spec.phases = {{"calm", milliseconds(500), seconds(30)}, {"storm", seconds(30), minutes(1)}};
    for (const char* measure :
         {"users.ok / app.ok", "reason(app.crashed) / 5/s", "jobs -> db.calls / 2/s", "db.busy - 3"}) {
      RecordedRow row;
      row.simulated = measure;
      row.value = real(-5, 5);
      if (chance()) row.low = *row.value - 0.1, row.high = *row.value + 1e-9;
      if (chance()) row.phases = {"calm", "moment"};
      if (chance()) row.unit = pick({"1", "cores", "a, b"});
      if (chance()) row.tolerance = pick({"5%", "0.03"});
      if (row.tolerance.empty() && chance()) row.factor = real(1, 3);
      row.informative = chance() || (row.tolerance.empty() && !row.factor);
      row.note = pick({"", "why: because", "none"});
      spec.compare.push_back(row);
    }
    RecordedRow row;
    row.recorded = "p95";
    row.simulated = "users.view.failed_mean";
    row.tolerance = "3.5ms";
    spec.compare.push_back(row);
  }

  std::mt19937_64 random_;
};

}  // namespace

class YamlWriterTest : public QObject {
  Q_OBJECT
 private slots:
  // The CSV files of the scenarios are there.
  void initTestCase() { QVERIFY(QDir::setCurrent(FAULTLINE_SOURCE_DIR "/tests/sim/io")); }
  void roundTripIsIdentity();
  void leavesOutDefaults();
  void writesTheSameTextForEqualScenarios();
  void quotesOnlyWhatNeedsIt_data();
  void quotesOnlyWhatNeedsIt();
};

void YamlWriterTest::roundTripIsIdentity() {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    const Scenario scenario = RandomScenario(seed).make();
    const std::string text = writeScenario(scenario);
    const Result<Scenario> again = readScenarioText(text, "x.yaml");
    std::string problems;
    for (const Diagnostic& d : again.diagnostics) problems += toString(d) + '\n';
    QVERIFY2(again.ok(), (problems + text).c_str());
    QVERIFY2(again.value == scenario, (text + "=====\n" + writeScenario(again.value)).c_str());
    QCOMPARE(writeScenario(again.value), text);
  }
}

void YamlWriterTest::leavesOutDefaults() {
  Scenario s;
  s.nodes = {{"users", "source", "", {}}, {"db", "store", "", {}}};
  s.edges = {{"users", "db", {}}};
  s.classes = {RequestClass{}};
  s.classes[0].name = "view";
  QCOMPARE(writeScenario(s), std::string("faultline: 1\nclasses:\n  view: {}\nnodes:\n  users: {kind: source}\n"
                                         "  db: {kind: store}\nedges:\n  - users -> db\n"));
}

void YamlWriterTest::writesTheSameTextForEqualScenarios() {
  Scenario a = RandomScenario(5).make();
  Scenario b = a;
  for (NodeSpec& node : b.nodes) std::reverse(node.params.entries.begin(), node.params.entries.end());
  QVERIFY(a == b);
  QCOMPARE(writeScenario(a), writeScenario(b));
}

void YamlWriterTest::quotesOnlyWhatNeedsIt_data() {
  QTest::addColumn<QString>("text");
  QTest::addColumn<QString>("yaml");
  QTest::newRow("word") << "word"
                        << "word";
  QTest::newRow("arrow") << "a -> b"
                         << "a -> b";
  QTest::newRow("call") << "miss(cache)"
                        << "miss(cache)";
  QTest::newRow("comma") << "zipf(1, 2)"
                         << "\"zipf(1, 2)\"";
  QTest::newRow("empty") << ""
                         << "\"\"";
  QTest::newRow("colon") << "a: b"
                         << "\"a: b\"";
  QTest::newRow("open bracket") << "f(x"
                                << "\"f(x\"";
  QTest::newRow("quote") << "say \"x\""
                         << "\"say \\\"x\\\"\"";
  QTest::newRow("newline") << "a\nb"
                           << "\"a\\nb\"";
  QTest::newRow("null") << "null"
                        << "\"null\"";
}

void YamlWriterTest::quotesOnlyWhatNeedsIt() {
  QFETCH(QString, text);
  QFETCH(QString, yaml);
  QCOMPARE(QString::fromStdString(quotedForYaml(text.toStdString())), yaml);
}

QTEST_APPLESS_MAIN(YamlWriterTest)
#include "yaml_writer_test.moc"

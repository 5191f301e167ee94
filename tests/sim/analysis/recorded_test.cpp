// A run beside a recording: a system whose figures are known, and envelopes that say so or say otherwise.
#include "analysis/recorded.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QtTest>

#include "io/summary_json.h"
#include "io/yaml_reader.h"
#include "metrics/recorded_report.h"

using namespace faultline;

namespace {

// 100/s, 10 ms each, from 20 s on 50 ms; never any waiting.
const std::string kScenario = R"(faultline: 1
name: x
duration: 40s
seed: 4
nodes:
  users: {kind: client, rate: 100/s, arrivals: constant}
  app: {kind: service, workers: 1000, work: 10ms}
edges:
  - users -> app
timeline:
  - {at: 20s, slow: app, factor: 5}
recorded:
  file: envelope.csv
  envelope: envelope.csv
  phases: {calm: [5s, 15s], storm: [25s, 40s]}
  compare:
)";

const char* const kEnvelope =
    "phase,metric,unit,run1,run2,mean\n"
    "calm,ok,1/s,99,101,100\n"
    "storm,ok,1/s,105,107,106\n"
    "calm,p50,ms,9,11,10\n"
    "storm,p50,ms,48,52,50\n"
    "storm,busy,1,5,5,5\n"
    "moment,slow_at,s,20,22,21\n";

class Recording {
 public:
  explicit Recording(const std::string& rows, const char* envelope = kEnvelope) {
    write("envelope.csv", envelope);
    write("x.yaml", kScenario + rows);
  }

  Result<Scenario> read() const { return readScenarioFile(dir_.filePath("x.yaml").toStdString()); }

  RecordedResult compare() const {
    const Result<Scenario> scenario = read();
    for (const Diagnostic& d : scenario.diagnostics) qWarning("%s", toString(d).c_str());
    if (!scenario.ok()) return {"the scenario is not valid", {}, {}};
    Simulation simulation(scenario.value);
    simulation.runToEnd();
    return compareWithRecorded(simulation, dir_.path().toStdString());
  }

  // The only figure of the only row.
  RecordedFigure figure() const {
    const RecordedResult result = compare();
    std::vector<RecordedFigure> all;
    for (const RecordedPhaseResult& phase : result.phases)
      all.insert(all.end(), phase.figures.begin(), phase.figures.end());
    if (all.size() != 1) qFatal("%zu figures: %s", all.size(), result.problem.c_str());
    return all.front();
  }

 private:
  void write(const char* name, const std::string& text) const {
    QFile file(dir_.filePath(name));
    if (!file.open(QIODevice::WriteOnly) || file.write(text.c_str()) < 0) qFatal("cannot write %s", name);
  }

  QTemporaryDir dir_;
};

}  // namespace

class RecordedTest : public QObject {
  Q_OBJECT
 private slots:
  void comparesPhaseByPhase();
  void judges_data();
  void judges();
  void measuresOnlyItsPhase();
  void doesNotChangeTheRun();
  void leavesOutPhasesThatTheRunDidNotReach();
  void endsWhenAskedTo();
  void takesTheMeanOfRepetitions();
  void saysWhatMissed();
  void isInTheJson();
};

void RecordedTest::comparesPhaseByPhase() {
  const RecordedResult r = Recording(
                               "    - {recorded: ok, simulated: users.ok, tolerance: 2%}\n"
                               "    - {recorded: p50, simulated: users.p50, tolerance: 3%}\n"
                               "    - {recorded: busy, phase: storm, simulated: app.busy, tolerance: 0.1}\n"
                               "    - {recorded: slow_at, phase: moment, simulated: first(app.latency_p50 > 40ms), "
                               "tolerance: 1s}\n")
                               .compare();
  QCOMPARE(r.problem, std::string());
  QCOMPARE(r.phases.size(), std::size_t{3});
  QCOMPARE(r.phases[0].name, std::string("calm"));
  QCOMPARE(r.phases[0].figures.size(), std::size_t{2});
  QCOMPARE(r.phases[1].figures.size(), std::size_t{3});
  QCOMPARE(r.phases[2].name, std::string());
  QCOMPARE(r.phases[2].figures.size(), std::size_t{1});
  QCOMPARE(r.phases[1].from.ns, seconds(25).ns);
  QCOMPARE(r.phases[1].to.ns, seconds(40).ns);
  const RecordedFigure& ok = r.phases[1].figures[0];
  QCOMPARE(ok.low, 105.0);
  QCOMPARE(ok.high, 107.0);
  QVERIFY(std::abs(ok.simulated - 100) < 1);
  QVERIFY(ok.verdict == RecordedFigure::Verdict::Missed);  // 6 %
  QCOMPARE(r.count(RecordedFigure::Verdict::Within), std::size_t{5});
  QCOMPARE(r.judged(), std::size_t{6});
}

void RecordedTest::judges_data() {
  using Verdict = RecordedFigure::Verdict;
  QTest::addColumn<QString>("row");
  QTest::addColumn<double>("simulated");
  QTest::addColumn<int>("verdict");
  const auto add = [](const char* name, const char* row, double simulated, Verdict verdict) {
    QTest::newRow(name) << row << simulated << static_cast<int>(verdict);
  };
  add("share", "value: 52, phase: storm, simulated: users.p50, unit: ms, tolerance: 6%", 50, Verdict::Within);
  add("share missed", "value: 54, phase: storm, simulated: users.p50, unit: ms, tolerance: 6%", 50, Verdict::Missed);
  add("time", "value: 52, phase: storm, simulated: users.p50, unit: ms, tolerance: 3ms", 50, Verdict::Within);
  add("time missed", "value: 54, phase: storm, simulated: users.p50, unit: ms, tolerance: 3ms", 50, Verdict::Missed);
  add("in seconds", "value: 0.052, phase: storm, simulated: users.p50, unit: s, tolerance: 3ms", 0.05, Verdict::Within);
  add("factor", "value: 26, phase: storm, simulated: users.p50, unit: ms, factor: 2", 50, Verdict::Within);
  add("factor missed", "value: 24, phase: storm, simulated: users.p50, unit: ms, factor: 2", 50, Verdict::Missed);
  add("factor missed below", "value: 104, phase: storm, simulated: users.p50, unit: ms, factor: 2", 50,
      Verdict::Missed);
  add("within the runs", "value: 60, low: 45, high: 80, phase: storm, simulated: users.p50, unit: ms, tolerance: 1%",
      50, Verdict::Within);
  add("informative", "value: 1, phase: storm, simulated: users.p50, unit: ms, informative: true", 50,
      Verdict::NotJudged);
  add("unknown", "value: 1, phase: storm, simulated: users.failed_p50, unit: ms, tolerance: 5%", kUnknown,
      Verdict::Missed);
  add("never came", "value: 1, phase: moment, simulated: first(app.failed > 0/s), unit: s, tolerance: 5s", kUnknown,
      Verdict::Missed);
  add("counted", "value: 4000, phase: moment, simulated: ok(users), tolerance: 1%", 4000, Verdict::Within);
  add("rate", "value: 100, phase: calm, simulated: rate(app.ok), unit: 1/s, tolerance: 1/s", 100, Verdict::Within);
  add("reason", "value: 0, phase: calm, simulated: reason(app.connection_lost), unit: 1/s, tolerance: 0.1/s", 0,
      Verdict::Within);
  add("no such reason", "value: 0, phase: calm, simulated: reason(app.tired), unit: 1/s, tolerance: 0.1/s", kUnknown,
      Verdict::Missed);
  add("sum", "value: 40, phase: storm, simulated: users.p50 - 10ms, unit: ms, tolerance: 2%", 40, Verdict::Within);
  add("quotient", "value: 50, phase: storm, simulated: app.busy / app.ok, unit: ms, tolerance: 2%", 50,
      Verdict::Within);
  add("flat", "value: 0, phase: storm, simulated: slope(app.in_flight), unit: 1/s, tolerance: 0.01/s", 0,
      Verdict::Within);
  add("steep", "value: 0.4, phase: moment, simulated: slope(app.in_flight), unit: 1/s, factor: 2", 0.15,
      Verdict::Missed);
  add("highest of the phase", "value: 1, phase: calm, simulated: max(app.in_flight), tolerance: 0.05", 1,
      Verdict::Within);
}

void RecordedTest::judges() {
  QFETCH(QString, row);
  QFETCH(double, simulated);
  QFETCH(int, verdict);
  const RecordedFigure f = Recording("    - {" + row.toStdString() + "}\n").figure();
  if (std::isnan(simulated))
    QVERIFY2(std::isnan(f.simulated), QByteArray::number(f.simulated));
  else
    QVERIFY2(std::abs(f.simulated - simulated) <= 0.02 * simulated + 0.01, QByteArray::number(f.simulated));
  QCOMPARE(static_cast<int>(f.verdict), verdict);
}

void RecordedTest::measuresOnlyItsPhase() {
  const RecordedResult r = Recording(
                               "    - {recorded: p50, simulated: users.max, tolerance: 3%}\n"
                               "    - {phase: moment, value: 50, simulated: users.max, unit: ms, tolerance: 3%}\n")
                               .compare();
  QCOMPARE(r.phases.size(), std::size_t{3});
  QCOMPARE(r.phases[0].figures[0].simulated, 10.0);  // the storm is not in it
  QCOMPARE(r.phases[1].figures[0].simulated, 50.0);
  QCOMPARE(r.phases[2].figures[0].simulated, 50.0);
}

void RecordedTest::doesNotChangeTheRun() {
  Scenario with = Recording("    - {recorded: ok, simulated: users.ok, tolerance: 5%}\n").read().value;
  with.recorded->compare[0].recorded.clear();
  with.recorded->compare[0].value = 100;
  with.recorded->envelope.clear();
  Simulation simulation(with);
  simulation.runToEnd();
  const std::uint64_t before = simulation.fingerprint(), ok = simulation.summary().requests.ok;
  QCOMPARE(compareWithRecorded(simulation, "").judged(), std::size_t{2});
  QCOMPARE(simulation.fingerprint(), before);
  QCOMPARE(simulation.summary().requests.ok, ok);
  with.recorded.reset();
  Simulation without(with);
  without.runToEnd();
  QCOMPARE(without.fingerprint(), before);
  QVERIFY(compareWithRecorded(without, "").phases.empty());
}

void RecordedTest::leavesOutPhasesThatTheRunDidNotReach() {
  const Recording recording("    - {recorded: ok, simulated: users.ok, tolerance: 5%}\n");
  Scenario shorter = recording.read().value;
  shorter.duration = seconds(30);
  shorter.recorded->compare[0].recorded.clear();
  shorter.recorded->compare[0].value = 100;
  shorter.recorded->envelope.clear();
  Simulation simulation(shorter);
  simulation.runToEnd();
  const RecordedResult r = compareWithRecorded(simulation, "");
  QCOMPARE(r.judged(), std::size_t{1});
  QCOMPARE(r.phases[0].name, std::string("calm"));
}

void RecordedTest::endsWhenAskedTo() {
  const Recording recording("    - {value: 100, simulated: users.ok, unit: 1/s, tolerance: 5%}\n");
  Scenario scenario = recording.read().value;
  scenario.recorded->envelope.clear();
  Simulation simulation(scenario);
  simulation.runToEnd();
  int asked = 0;
  const RecordedResult r = compareWithRecorded(simulation, "", [&] { return ++asked < 50; });
  QVERIFY(!r.problem.empty());
  QVERIFY(r.phases.empty());
  QCOMPARE(asked, 50);
}

void RecordedTest::takesTheMeanOfRepetitions() {
  Scenario scenario = Recording(
                          "    - {value: 100, phase: calm, simulated: users.ok, unit: 1/s, tolerance: 5%}\n"
                          "    - {value: 4000, phase: moment, simulated: ok(users), tolerance: 5%}\n")
                          .read()
                          .value;
  scenario.recorded->envelope.clear();
  for (NodeSpec& node : scenario.nodes)
    if (node.name == "users") node.params.set("arrivals", Value("poisson"));
  const auto compare = [&](std::uint64_t seed, std::int64_t repetitions) {
    scenario.seed = seed;
    scenario.recorded->repetitions = repetitions;
    Simulation simulation(scenario);
    simulation.runToEnd();
    return compareWithRecorded(simulation, "");
  };
  const RecordedResult of[] = {compare(4, 1), compare(5, 1), compare(6, 1)};
  const RecordedResult all = compare(4, 3);
  QCOMPARE(all.seeds, (std::vector<std::uint64_t>{4, 5, 6}));
  QCOMPARE(all.phases.size(), of[0].phases.size());
  for (std::size_t p = 0; p < all.phases.size(); ++p) {
    if (all.phases[p].figures.empty()) continue;
    const RecordedFigure& mean = all.phases[p].figures[0];
    std::vector<double> alone;
    for (const RecordedResult& r : of) alone.push_back(r.phases[p].figures[0].simulated);
    QVERIFY(alone[0] != alone[1]);
    QCOMPARE(mean.simulated, (alone[0] + alone[1] + alone[2]) / 3);
    QCOMPARE(mean.simulatedLow, *std::min_element(alone.begin(), alone.end()));
    QCOMPARE(mean.simulatedHigh, *std::max_element(alone.begin(), alone.end()));
  }
  const std::string text = recordedText(all);
  QVERIFY2(text.find("means of 3 runs, seeds 4 to 6") != std::string::npos, text.c_str());
}

void RecordedTest::saysWhatMissed() {
  const RecordedResult r = Recording(
                               "    - {recorded: ok, simulated: users.ok, tolerance: 2%, note: as clients saw it}\n"
                               "    - {recorded: p50, phase: calm, simulated: users.p50, informative: true}\n")
                               .compare();
  const std::string text = recordedText(r);
  for (const char* part : {"calm, 5s to 15s", "storm, 25s to 40s", "[105.0, 107.0]", "MISS", "as clients saw it",
                           "1 of 2 within tolerance"})
    QVERIFY2(text.find(part) != std::string::npos, text.c_str());
  const std::vector<std::string> misses = recordedMisses(r);
  QCOMPARE(misses.size(), std::size_t{1});
  QVERIFY2(misses[0].starts_with("storm: ok was recorded as 106.0 1/s, but users.ok is "), misses[0].c_str());
  QVERIFY(recordedText({}).empty());
  QVERIFY(recordedText({"no file", {}}).find("no file") != std::string::npos);
}

void RecordedTest::isInTheJson() {
  RunFacts facts;
  QVERIFY(summaryJson({}, facts).find("\"recorded\"") == std::string::npos);
  facts.recorded = Recording("    - {recorded: ok, simulated: users.ok, tolerance: 2%}\n").compare();
  const QJsonObject j = QJsonDocument::fromJson(QByteArray::fromStdString(summaryJson({}, facts))).object();
  const QJsonObject recorded = j["recorded"].toObject();
  QCOMPARE(recorded["within"].toInt(), 1);
  QCOMPARE(recorded["judged"].toInt(), 2);
  QCOMPARE(recorded["phases"].toArray().size(), 2);
  const QJsonObject figure = recorded["phases"][1]["figures"][0].toObject();
  QCOMPARE(figure["what"].toString(), QString("ok"));
  QCOMPARE(figure["recorded"].toDouble(), 106.0);
  QCOMPARE(figure["within"].toBool(true), false);
}

QTEST_GUILESS_MAIN(RecordedTest)
#include "recorded_test.moc"

// Challenges are judged by what is mended within the rules and the budget, not by what is bought; lessons by the run.
#include <QtTest>

#include "analysis/grade.h"
#include "analysis/lesson.h"
#include "io/yaml_writer.h"
#include "support/run.h"

using namespace faultline;

namespace {

constexpr const char* kGiven = R"(
faultline: 1
duration: 60s
seed: 3
nodes:
  users: {kind: client, rate: 50/s, timeout: 5s}
  app: {kind: service, workers: 10, work: 5ms, price: 1}
  db: {kind: service, workers: 100, work: 20ms, price: 2}
edges: [users -> app, {app -> db: {optional: true}}]
timeline:
  - {at: 10s, slow: db, factor: 200}
challenge:
  budget: 4
  changes: 2
  given: [db]
  prices: {cache: 3, service: 1}
  objectives: [failed(users) < 100]
  hints: [look at the arrow]
)";

Scenario with(const char* from, const char* to) {
  std::string text = kGiven;
  const std::size_t at = text.find(from);
  if (at == std::string::npos) qFatal("the given design has no %s", from);
  return scenarioOf(text.replace(at, std::strlen(from), to));
}

Grade graded(const Scenario& answer) {
  const Scenario given = scenarioOf(kGiven);
  std::vector<ExamResult> results;
  if (ruleBreaks(given, answer).empty())
    for (std::size_t k = 0; k < 3; ++k) {
      const Scenario examined = examination(given, answer, k);
      Simulation simulation(examined);
      simulation.runToEnd();
      results.push_back(resultOf(examined, simulation));
    }
  return gradeOf(given, answer, results);
}

}  // namespace

class GradeTest : public QObject {
  Q_OBJECT

 private slots:
  void theGivenDesignFails() {
    const Grade grade = graded(scenarioOf(kGiven));
    QVERIFY(!grade.passed && grade.changes.empty() && grade.withinBudget);
    QCOMPARE(grade.objectives.size(), std::size_t{1});
    QCOMPARE(grade.objectives[0].met, std::size_t{0});
    QVERIFY(!grade.objectives[0].missed.empty());
  }

  void theIntendedChangeMendsIt() {
    const Grade grade = graded(with("optional: true", "optional: true, timeout: 100ms"));
    QVERIFY2(grade.passed, gradeText(scenarioOf(kGiven), grade).c_str());
    QCOMPARE(grade.changes, std::vector<std::string>{"set app -> db.timeout"});
    QCOMPARE(grade.objectives[0].met, grade.runs);
    QCOMPARE(grade.costPerHour, 3.0);
  }

  void buyingIsNotMending() {
    const Grade grade = graded(with("app: {kind: service,", "app: {kind: service, instances: 30,"));
    QVERIFY(!grade.withinBudget && !grade.passed);
    QCOMPARE(grade.costPerHour, 32.0);
  }

  void whatIsAddedHasItsPrice() {
    const Scenario given = scenarioOf(kGiven);
    const Scenario answer = with("edges: [users -> app,", "  spare: {kind: service}\nedges: [users -> app, app -> spare,");
    QCOMPARE(changesOf(given, answer), std::vector<std::string>{"add spare (service)"});
    QCOMPARE(graded(answer).costPerHour, 4.0);
  }

  void rulesAreKept_data() {
    QTest::addColumn<QByteArray>("from");
    QTest::addColumn<QByteArray>("to");
    QTest::newRow("work") << QByteArray("work: 5ms") << QByteArray("work: 1ms");
    QTest::newRow("price") << QByteArray("price: 1") << QByteArray("price: 0.1");
    QTest::newRow("users") << QByteArray("rate: 50/s") << QByteArray("rate: 5/s");
    QTest::newRow("fault") << QByteArray("factor: 200") << QByteArray("factor: 2");
    QTest::newRow("given node") << QByteArray("workers: 100") << QByteArray("workers: 5000");
    QTest::newRow("duration") << QByteArray("duration: 60s") << QByteArray("duration: 9s");
    QTest::newRow("seed") << QByteArray("seed: 3") << QByteArray("seed: 4");
    QTest::newRow("other users") << QByteArray("edges: [") << QByteArray("  more: {kind: client, rate: 1/s}\nedges: [more -> app, ");
  }
  void rulesAreKept() {
    QFETCH(QByteArray, from);
    QFETCH(QByteArray, to);
    const Scenario answer = with(from.constData(), to.constData());
    QCOMPARE(ruleBreaks(scenarioOf(kGiven), answer).size(), std::size_t{1});
    QVERIFY(!graded(answer).passed);
  }

  void tooManyChangesAreTooMany() {
    const Grade grade = graded(with("app: {kind: service, workers: 10",
                                    "app: {kind: service, workers: 11, queue_capacity: 5, cores: 2"));
    QVERIFY(!grade.withinChanges && !grade.passed);
  }

  // Each run has other luck, the same one for the same run.
  void examinationsHaveSeedsOfTheirOwn() {
    const Scenario given = scenarioOf(kGiven);
    QVERIFY(examination(given, given, 0).seed != examination(given, given, 1).seed);
    QVERIFY(examination(given, given, 0).seed != given.seed);
    QCOMPARE(examination(given, given, 1).seed, examination(given, given, 1).seed);
  }

  void lessonsAreAnsweredByTheRun() {
    const Scenario scenario = scenarioOf(std::string(kGiven) + R"(
lesson:
  - {title: Before, highlight: [app, app -> db]}
  - at: 10s
    title: It becomes slow
    question: What now?
    reveal: max(app.in_flight)
    choices:
      - {text: Nothing, holds: failed(users) == 0}
      - {text: "It fails: nobody answers", holds: failed(users) > 100}
)");
    Simulation simulation(scenario);
    simulation.runToEnd();
    const auto answers = lessonAnswers(scenario, simulation.series(), simulation.summary());
    QCOMPARE(answers.size(), std::size_t{2});
    QVERIFY(answers[0].isRight.empty() && !answers[0].hasRight());
    QCOMPARE(answers[1].isRight, (std::vector<bool>{false, true}));
    QVERIFY(answers[1].revealed.starts_with("max(app.in_flight) is "));
    const Result<Scenario> back = readScenarioText(writeScenario(scenario), "written.yaml");
    QVERIFY(back.value.lesson == scenario.lesson && back.value.challenge == scenario.challenge);
  }

  void aShorterRunIsStillARun() {
    const Result<Scenario> read = readScenarioText(
        "faultline: 1\nduration: 10s\nnodes: {u: {kind: client, rate: 1/s}, a: {kind: service}}\nedges: [u -> a]\n"
        "lesson: [{title: t, at: 50s}]\n",
        "x.yaml");
    QVERIFY(read.ok());
    QCOMPARE(read.diagnostics.size(), std::size_t{1});
  }

  void whatDoesNotFitIsExplained_data() {
    QTest::addColumn<QByteArray>("section");
    QTest::addColumn<QByteArray>("words");
    const auto row = [](const char* name, const char* section, const char* words) {
      QTest::newRow(name) << QByteArray(section) << QByteArray(words);
    };
    row("highlight", "lesson: [{title: t, highlight: [nobody]}]", "\"nobody\" is no node, edge or metric");
    row("choice", "lesson: [{title: t, question: q, choices: [{text: a, holds: failed(nobody) > 1}]}]", "nobody");
    row("no answer", "lesson: [{title: t, question: q}]", "nothing answers the question");
    row("no question", "lesson: [{title: t, reveal: failed(u)}]", "no question");
    row("order", "lesson: [{title: t, at: 5s}, {title: u, at: 3s}]", "comes before the one");
    row("late", "lesson: [{title: t, at: 50min}]", "after the run has ended");
    row("no title", "lesson: [{at: 1s}]", "title");
    row("unknown", "lesson: [{title: t, colour: red}]", "colour");
    row("no objectives", "challenge: {changes: 1}", "no objectives");
    row("objective", "challenge: {objectives: [failed(x) < 1]}", "\"x\"");
    row("given", "challenge: {objectives: [failed(u) < 1], given: [x]}", "\"x\" is no node");
    row("price", "challenge: {objectives: [failed(u) < 1], prices: {client: 1}}", "\"client\" is no kind that has a price");
    row("price below nothing", "challenge: {objectives: [failed(u) < 1], prices: {service: -1}}",
        "price must be between 0 and 1M");
    row("budget", "challenge: {objectives: [failed(u) < 1], budget: -1}", "budget");
  }
  void whatDoesNotFitIsExplained() {
    QFETCH(QByteArray, section);
    QFETCH(QByteArray, words);
    const std::string problems = problemsOf("faultline: 1\nnodes: {u: {kind: client, rate: 1/s}, a: {kind: service}}\nedges: [u -> a]\n" +
                                            section.toStdString() + "\n");
    QVERIFY2(problems.find(words.toStdString()) != std::string::npos, problems.c_str());
    QVERIFY2(problems.find(":4:") != std::string::npos, problems.c_str());
  }
};

QTEST_APPLESS_MAIN(GradeTest)
#include "grade_test.moc"

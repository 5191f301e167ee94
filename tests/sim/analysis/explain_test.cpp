// What an explanation is made of where a scenario holds several systems; how often it is right is tests/explain's.
#include <QtTest>

#include "analysis/explain.h"
#include "analysis/systems.h"
#include "io/explanation_json.h"
#include "metrics/explanation_text.h"
#include "support/run.h"

using namespace faultline;

namespace {

// A design and its cure side by side; what is done to them comes from the test.
Scenario sideBySide(const std::string& timeline) {
  return scenarioOf(
      "faultline: 1\nduration: 4min\nnodes:\n"
      "  users: {kind: client, rate: 100/s, timeout: 1s}\n  app: {kind: service, workers: 8, work: 2ms}\n"
      "  db: {kind: database, connections: 20, work: exponential(10ms)}\n"
      "  users_two: {kind: client, rate: 100/s, timeout: 1s}\n  app_two: {kind: service, workers: 8, work: 2ms}\n"
      "  db_two: {kind: database, connections: 20, work: exponential(10ms)}\n"
      "edges:\n  - users -> app\n  - app -> db\n  - users_two -> app_two\n  - app_two -> db_two\n"
      "timeline:\n" +
      timeline);
}

Explanation explanationOf(Scenario scenario) {
  scenario.sample = samplingForExplanation(scenario);
  Simulation simulation(scenario);
  simulation.runToEnd();
  scenario.timeline.clear();  // nobody may look at it
  return explain(scenario, simulation.series());
}

std::string triggerOf(const Explanation& e, const SystemStory& system) {
  return e.stages[system.first].main().place.name;
}

std::vector<std::string> namesOf(const Scenario& scenario) {
  const ScenarioIndex index(scenario);
  std::vector<std::string> names;
  for (const System& system : systemsOf(index)) names.push_back(system.name);
  return names;
}

}  // namespace

class ExplainTest : public QObject {
  Q_OBJECT
 private slots:
  void eachSystemHasItsOwnStory() {
    // The second one breaks first and heals; the first one is harmed for much longer.
    const Explanation e = explanationOf(sideBySide(
        "  - {at: 1min, slow: db_two, factor: 20, for: 20s}\n  - {at: 90s, slow: db, factor: 20, for: 80s}\n"));
    QVERIFY(e.broke);
    QCOMPARE(e.systems.size(), std::size_t{2});
    QCOMPARE(e.systems[0].name, std::string("users"));
    QCOMPARE(triggerOf(e, e.systems[0]), std::string("db"));
    QCOMPARE(triggerOf(e, e.systems[1]), std::string("db_two"));
    QCOMPARE(e.systems[0].count + e.systems[1].count, e.stages.size());
    for (const SystemStory& system : e.systems) {
      QVERIFY(e.stages[system.first].isTrigger);
      for (std::size_t s = system.first; s < system.first + system.count; ++s)
        for (std::size_t cause : e.stages[s].causes) QVERIFY(cause >= system.first && cause < s);
    }
    // How the other one recovered is none of its business.
    QVERIFY(e.systems[1].harmHealed && *e.systems[1].harmHealed < SimTime{} + seconds(110));
    QVERIFY(e.systems[0].harmHealed && *e.systems[0].harmHealed > SimTime{} + seconds(165));
    QVERIFY(e.began() < SimTime{} + seconds(65));
    const std::string text = explanationText(e);
    QVERIFY(text.find("The system of users\n") < text.find("The system of users_two\n"));
    QVERIFY(explanationJson(e).find("\"systems\"") != std::string::npos);
  }

  void aSystemThatStaysHealthyIsNotTold() {
    const Explanation e = explanationOf(sideBySide("  - {at: 90s, slow: db_two, factor: 20, for: 60s}\n"));
    QCOMPARE(e.systems.size(), std::size_t{1});
    QCOMPARE(e.systems[0].name, std::string("users_two"));
    QCOMPARE(explanationText(e).find("The system of"), std::string::npos);
  }

  void whatBreaksAsOneIsNamed() {
    const std::string design =
        "faultline: 1\nduration: 4min\nregions:\n  east: {members: [app, db]}\n  west: {members: [app_two]}\nnodes:\n"
        "  users: {kind: client, rate: 100/s, timeout: 1s}\n  lb: {kind: load_balancer}\n"
        "  app: {kind: service, work: 2ms}\n  app_two: {kind: service, work: 2ms}\n"
        "  db: {kind: database, connections: 20, work: exponential(10ms)}\n"
        "edges:\n  - users -> lb\n  - lb -> app\n  - lb -> app_two\n  - app -> db\n  - app_two -> db\ntimeline:\n";
    const Explanation zone = explanationOf(scenarioOf(design + "  - {at: 2min, crash: east, for: 40s}\n"));
    QCOMPARE(zone.systems.size(), std::size_t{1});
    QCOMPARE(zone.systems[0].sharedPlace, std::string("east"));
    QCOMPARE(zone.systems[0].brokeTogether.size(), std::size_t{2});
    QVERIFY(explanationText(zone).find("all of east") != std::string::npos);
    const Explanation node = explanationOf(scenarioOf(design + "  - {at: 2min, crash: db, for: 40s}\n"));
    QVERIFY(node.broke);
    QCOMPARE(node.systems[0].sharedPlace, std::string());
  }

  void arrowsHostsAndNamesConnect() {
    const std::string two =
        "faultline: 1\nduration: 1min\nnodes:\n  a: {kind: service, work: 1ms}\n  u: {kind: client, rate: 1/s}\n"
        "  v: {kind: client, rate: 1/s}\n  b: {kind: service, work: 1ms}\n";
    const std::string arrows = "edges:\n  - u -> a\n  - v -> b\n";
    const std::vector<std::string> apart{"u", "v"}, one{"u"};
    QCOMPARE(namesOf(scenarioOf(two + arrows)), apart);
    QCOMPARE(namesOf(scenarioOf(two + "  lb: {kind: load_balancer}\n" + arrows + "  - u -> lb\n  - lb -> b\n")), one);
    QCOMPARE(namesOf(scenarioOf(two + arrows + "hosts:\n  h: {cores: 2, members: [a, b]}\n")), one);
    QCOMPARE(namesOf(scenarioOf(two + "  s: {kind: autoscaler, watch: b}\n" + arrows + "  - s -> a\n")), one);
  }
};

QTEST_APPLESS_MAIN(ExplainTest)
#include "explain_test.moc"

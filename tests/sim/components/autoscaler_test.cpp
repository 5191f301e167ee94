// Behaviour of the autoscaler: the path of its decisions, boot time, stabilisation, schedule, self-healing.
#include <QtTest>
#include <cmath>
#include <string>
#include <vector>

#include "support/run.h"

using namespace faultline;

namespace {

double metric(const Summary& s, const char* name) { return metricOf(nodeOf(s, "scaler"), name).value; }
double last(const Summary& s, const char* name) { return metricOf(nodeOf(s, "scaler"), name).last; }
QByteArray text(double value) { return QByteArray::number(value, 'g', 9); }

std::string system(const char* rate, const char* app, const char* scaler, const char* timeline = "",
                   const char* top = "duration: 10min", const char* rest = "edges:\n  - users -> app\n") {
  std::string t = "faultline: 1\nname: t\n";
  t += top;
  t += "\nnodes:\n  users: {kind: client, arrivals: constant, rate: ";
  t += rate;
  t += "}\n  app: {kind: service, ";
  t += app;
  t += "}\n  scaler: {kind: autoscaler, ";
  t += scaler;
  t += "}\n";
  t += rest;
  t += "  - scaler -> app\ntimeline: [";
  t += timeline;
  t += "]\n";
  return t;
}

// Instances of `app` in the middle of each interval.
std::vector<double> pathOf(Simulation& run, Duration every, int steps) {
  std::vector<double> path;
  for (int i = 0; i < steps; ++i) {
    run.advanceTo(SimTime{every.ns / 2 + every.ns * i});
    for (const NodeSummary& n : run.summary().nodes)
      if (n.name == "app") path.push_back(static_cast<double>(n.instances));
  }
  return path;
}

}  // namespace

class AutoscalerTest : public QObject {
  Q_OBJECT

 private slots:
  // An overloaded node shows 100 % at most, so the first answers are too small.
  void anOverloadIsAnsweredStepByStep() {
    Simulation run(
        scenarioOf(system("400/s", "instances: 4, workers: 1, work: 20ms", "boot: 0s, max: 100, every: 15s")));
    QCOMPARE(pathOf(run, seconds(15), 3), (std::vector<double>{4, 7, 12}));  // the backlog keeps all busy
    Simulation calm(scenarioOf(system("40/s", "instances: 4, workers: 1, work: 50ms", "boot: 0s, down_after: 0s")));
    QCOMPARE(pathOf(calm, seconds(15), 3), (std::vector<double>{4, 4, 4}));  // 50 % against 60 %: 17 % off, ceil says 4
  }

  void withinTheToleranceNothingChanges() {
    // 66 % against 60 % is a tenth too much.
    Simulation run(scenarioOf(system("65.5/s", "instances: 10, workers: 1, work: 100ms", "boot: 0s, max: 50")));
    run.advanceTo(minutes(5));
    QCOMPARE(metric(run.summary(), "scale_ups"), 0.0);
    Simulation more(scenarioOf(system("68/s", "instances: 10, workers: 1, work: 100ms", "boot: 0s, max: 50")));
    more.advanceTo(minutes(5));
    QCOMPARE(last(more.summary(), "ready"), 12.0);
  }

  void bootingTakesTimeAndIsNotOrderedTwice() {
    Simulation run(scenarioOf(system("400/s", "instances: 4, workers: 1, work: 20ms", "boot: 40s, max: 7")));
    QCOMPARE(pathOf(run, seconds(15), 5), (std::vector<double>{4, 4, 4, 4, 7}));  // ordered at 15 s, there at 55 s
    QCOMPARE(metric(run.summary(), "scale_ups"), 1.0);
  }

  void bootTimesMayDiffer() {
    Simulation run(
        scenarioOf(system("400/s", "instances: 4, workers: 1, work: 20ms", "boot: \"uniform(10s, 100s)\", max: 7")));
    const std::vector<double> path = pathOf(run, seconds(15), 10);
    QCOMPARE(path.back(), 7.0);
    QVERIFY(std::find(path.begin(), path.end(), 5.0) != path.end() ||
            std::find(path.begin(), path.end(), 6.0) != path.end());
  }

  void itShrinksToTheMostThatWasNeeded() {
    const char* spike = "{at: 60s, traffic: users, factor: 0.2}, {at: 200s, traffic: users, factor: 1}";
    Simulation run(scenarioOf(system("180/s", "instances: 6, workers: 1, work: 20ms",
                                     "boot: 0s, max: 20, down_after: 2min", spike, "duration: 300s")));
    run.advanceTo(seconds(170));
    QCOMPARE(metric(run.summary(), "scale_downs"), 0.0);
    run.advanceTo(seconds(199));
    QCOMPARE(last(run.summary(), "ready"), 2.0);
    run.runToEnd();
    QVERIFY(last(run.summary(), "ready") >= 6);
    Simulation eager(scenarioOf(system("180/s", "instances: 6, workers: 1, work: 20ms",
                                       "boot: 0s, max: 20, down_after: 0s", spike, "duration: 300s")));
    eager.advanceTo(seconds(80));
    QCOMPARE(last(eager.summary(), "ready"), 2.0);
  }

  void itGrowsOnlyToWhatIsNeededForLongEnough() {
    // A spike of 15 s, after which the backlog takes as long to go.
    const char* spike = "{at: 60s, traffic: users, factor: 3, for: 15s}";
    const Summary s =
        runText(system("100/s", "instances: 4, workers: 1, work: 20ms", "boot: 0s, max: 20, up_after: 1min", spike));
    QCOMPARE(metric(s, "scale_ups"), 0.0);
    const Summary eager = runText(system("100/s", "instances: 4, workers: 1, work: 20ms", "boot: 0s, max: 20", spike));
    QVERIFY(metric(eager, "scale_ups") > 0);
  }

  void stepsAndBoundsLimit() {
    Simulation run(scenarioOf(system("400/s", "instances: 4, workers: 1, work: 20ms", "boot: 0s, max: 8, step_up: 1")));
    QCOMPARE(pathOf(run, seconds(15), 7), (std::vector<double>{4, 5, 6, 7, 8, 8, 8}));
    Simulation down(scenarioOf(
        system("1/s", "instances: 9, workers: 1, work: 20ms", "boot: 0s, min: 3, step_down: 2, down_after: 0s")));
    QCOMPARE(pathOf(down, seconds(15), 5), (std::vector<double>{9, 7, 5, 3, 3}));
  }

  // Workers of a queue by its depth.
  void aBacklogScalesItsWorkers() {
    const char* rest = "  jobs: {kind: queue}\nedges:\n  - users -> jobs\n  - jobs -> app\n";
    Simulation run(scenarioOf(
        system("55/s", "instances: 1, workers: 1, work: 100ms",
               "watch: jobs, signal: level, gauge: depth, per_instance: 100, boot: 0s, max: 20, down_after: 5min", "",
               "duration: 20min", rest)));
    run.advanceTo(minutes(10));
    QVERIFY(last(run.summary(), "ready") >= 6);
    QVERIFY2(metricOf(nodeOf(run.summary(), "jobs"), "depth").last < 900,
             text(metricOf(nodeOf(run.summary(), "jobs"), "depth").last));
  }

  void otherSignals_data() {
    QTest::addColumn<QByteArray>("signal");
    QTest::newRow("rate") << QByteArray("signal: rate, per_instance: 20");
    QTest::newRow("in flight") << QByteArray("signal: in_flight, per_instance: 2");
  }
  void otherSignals() {
    QFETCH(QByteArray, signal);
    const std::string scaler = "boot: 0s, max: 20, " + signal.toStdString();
    Simulation run(scenarioOf(system("100/s", "instances: 1, workers: 100, work: 100ms", scaler.c_str())));
    run.advanceTo(minutes(1));
    QCOMPARE(last(run.summary(), "ready"), 5.0);
  }

  void anotherParameterCanBeChanged() {
    Simulation run(scenarioOf(system("100/s", "instances: 1, workers: 4, work: 100ms",
                                     "parameter: workers, boot: 0s, max: 40, down_after: 0s")));
    run.advanceTo(minutes(5));
    // 10 busy at 60 %.
    QVERIFY2(std::abs(last(run.summary(), "ready") - 17) <= 2, text(last(run.summary(), "ready")));
    QCOMPARE(nodeOf(run.summary(), "app").instances, 1u);
  }

  // Capacity that is there before the peak: nobody waits, while the reactive one is late.
  void aScheduleIsAheadOfThePeak() {
    const char* peakAt = "{at: 5min, traffic: users, factor: 10}";
    const char* app = "instances: 2, workers: 1, work: 20ms";
    const Summary late = runText(system("40/s", app, "boot: 60s, max: 20", peakAt));
    const Summary ahead =
        runText(system("40/s", app, "boot: 60s, max: 20, schedule: {peak: {at: 5min, at_least: 14}}", peakAt));
    QVERIFY(late.requests.okLatency.quantile(0.99) > seconds(10));
    QVERIFY2(ahead.requests.okLatency.quantile(0.99) < milliseconds(100),
             text(ahead.requests.okLatency.quantile(0.99).milliseconds()));
  }

  void aScheduleRepeats() {
    Simulation run(scenarioOf(system("1/s", "instances: 2, workers: 1, work: 1ms",
                                     "signal: none, boot: 0s, every: 1s, down_after: 0s, repeat_every: 100s, "
                                     "schedule: {day: {at: 20s, at_least: 8}, night: {at: 60s, at_least: 2}}")));
    std::vector<double> seen;
    for (int t : {10, 40, 80, 110, 140, 180}) {
      run.advanceTo(seconds(t));
      seen.push_back(last(run.summary(), "ready"));
    }
    QCOMPARE(seen, (std::vector<double>{2, 8, 2, 2, 8, 2}));
  }

  // A dead node's last reading says nothing.
  void aDeadNodeIsNotScaled() {
    Simulation run(scenarioOf(system("180/s", "instances: 6, workers: 1, work: 20ms",
                                     "boot: 0s, max: 20, down_after: 0s", "{at: 60s, crash: app, for: 2min}")));
    run.advanceTo(minutes(3) - seconds(1));
    QCOMPARE(last(run.summary(), "ready"), 6.0);
    QVERIFY(metric(run.summary(), "blind") >= 7);
  }

  void failingInstancesAreRestarted_data() {
    QTest::addColumn<QByteArray>("fault");
    QTest::newRow("crash") << QByteArray("crash");
    QTest::newRow("hang") << QByteArray("pause");
  }
  void failingInstancesAreRestarted() {
    QFETCH(QByteArray, fault);
    const std::string timeline = "{at: 60s, " + fault.toStdString() + ": \"app[1]\"}";
    const char* rest =
        "  lb: {kind: load_balancer, health_check: {every: 2s, timeout: 1s}}\nedges:\n  - users -> lb\n  - lb -> app\n";
    Simulation run(scenarioOf(system("100/s", "instances: 2, workers: 10, work: 5ms",
                                     "signal: none, heal: {every: 5s, timeout: 1s, fall: 3, restart_time: 4s}",
                                     timeline.c_str(), "duration: 5min", rest)));
    run.advanceTo(seconds(70));
    const double healthy = metricOf(nodeOf(run.summary(), "lb"), "healthy").last;
    QCOMPARE(healthy, 1.0);
    run.advanceTo(seconds(100));
    QCOMPARE(metric(run.summary(), "restarts"), 1.0);
    QCOMPARE(metricOf(nodeOf(run.summary(), "lb"), "healthy").last, 2.0);
    const std::uint64_t failed = run.summary().requests.failed;
    run.runToEnd();
    QCOMPARE(run.summary().requests.failed, failed);
  }

  // What it does is on the timeline, and a session with it repeats from what others did alone.
  void itsActionsAreSeenAndRepeat() {
    const std::string yaml =
        system("400/s", "instances: 4, workers: 1, work: 20ms", "boot: 10s, max: 9", "", "duration: 3min");
    Simulation live(scenarioOf(yaml));
    live.advanceTo(seconds(92));
    ValueMap to;
    to.set("to", Value(std::int64_t{3}));
    live.schedule({{}, "scale", "app", to});
    live.runToEnd();
    QVERIFY(live.summary().actions.size() >= 2);
    QCOMPARE(live.actions().size(), 1u);
    Scenario again = scenarioOf(yaml);
    again.timeline = live.actions();
    Simulation replay(again);
    replay.runToEnd();
    QCOMPARE(replay.fingerprint(), live.fingerprint());
    // Nor does the sampling matter.
    again.sample = milliseconds(3750);
    Simulation sampled(again);
    sampled.runToEnd();
    QCOMPARE(sampled.fingerprint(), live.fingerprint());
  }

  void whatDoesNotFitIsExplained_data() {
    QTest::addColumn<QByteArray>("scaler");
    QTest::addColumn<QByteArray>("message");
    QTest::newRow("parameter") << QByteArray("parameter: instanzes") << QByteArray("\"app\" has no \"instanzes\"");
    QTest::newRow("not a count") << QByteArray("parameter: work") << QByteArray("not a count that can change");
    QTest::newRow("gauge") << QByteArray("signal: level, gauge: depht, watch: jobs")
                           << QByteArray("did you mean \"depth\"");
    QTest::newRow("no gauge") << QByteArray("signal: level") << QByteArray("needs the name of a gauge");
    QTest::newRow("bounds") << QByteArray("min: 5, max: 4") << QByteArray("is less than min");
    QTest::newRow("nothing") << QByteArray("signal: none") << QByteArray("there must be a schedule");
    QTest::newRow("watch") << QByteArray("watch: nobody") << QByteArray("nobody");
  }
  void whatDoesNotFitIsExplained() {
    QFETCH(QByteArray, scaler);
    QFETCH(QByteArray, message);
    const std::string found = problemsOf(system("1/s", "instances: 2", scaler.constData(), "", "duration: 1min",
                                                "  jobs: {kind: queue}\nedges:\n  - users -> jobs\n  - jobs -> app\n"));
    QVERIFY2(found.find(message.toStdString()) != std::string::npos, found.c_str());
  }
};

QTEST_APPLESS_MAIN(AutoscalerTest)
#include "autoscaler_test.moc"

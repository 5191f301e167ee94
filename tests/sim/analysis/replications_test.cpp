// Statistics of replicated runs, comparisons on common random numbers, capacity and counterfactuals.
#include <QtTest>
#include <cmath>

#include "analysis/capacity.h"
#include "analysis/explain.h"
#include "analysis/whatif.h"
#include "base/random.h"
#include "io/yaml_reader.h"
#include "support/run.h"

using namespace faultline;

namespace {

std::vector<RunFigures> runInTurn(const std::vector<Scenario>& batch) {
  std::vector<RunFigures> figures;
  for (const Scenario& s : batch) {
    Simulation simulation(s);
    simulation.runToEnd();
    figures.push_back(figuresOf(simulation));
  }
  return figures;
}

Scenario station(const char* more) {
  return scenarioOf(std::string("faultline: 1\nduration: 60s\nwarmup: 5s\nclasses: {op: {objective: 100ms}}\nnodes:\n"
                                "  u: {kind: client, rate: 100/s, timeout: 2s}\n  s: {kind: service, ") + more +
                    "}\nedges: [u -> s]\n");
}

const Difference& differenceIn(const PairedComparison& c, const char* name) {
  for (const Difference& d : c.differences.front())
    if (std::string(d.figure->name) == name) return d;
  qFatal("no figure %s", name);
}

}  // namespace

class ReplicationsTest : public QObject {
  Q_OBJECT
 private slots:
  void intervalsCoverAsTheySay() {
    int covered = 0;
    for (std::uint64_t t = 0; t < 1000; ++t) {
      RandomStream luck(t, "values", "test");
      std::vector<double> values;
      for (int i = 0; i < 8; ++i) values.push_back(luck.uniform());
      const Estimate e = estimateOf(values);
      covered += e.low() <= 0.5 && 0.5 <= e.high();
    }
    QVERIFY2(covered >= 930 && covered <= 970, std::to_string(covered).c_str());
    QVERIFY(std::isinf(estimateOf(std::vector<double>{1.0}).halfWidth));
    QVERIFY(std::fabs(studentT95(40) - 2.021) < 2e-3);
  }

  void warmupIsCutOff() {
    RandomStream luck(1, "values", "test");
    std::vector<double> values;
    for (int i = 0; i < 400; ++i) values.push_back((i < 60 ? 50.0 * (60 - i) / 60 : 0) + luck.uniform());
    const std::size_t cut = warmupOf(values);
    QVERIFY2(cut >= 50 && cut <= 80, std::to_string(cut).c_str());
    QVERIFY(warmupOf(std::vector<double>(400, 3.0)) <= 200);
  }

  void twinsDoNotDiffer() {
    const Scenario s = station("workers: 2, work: exponential(15ms)");
    CompareOptions options;
    options.most = 3;
    options.least = 3;
    const PairedComparison c = compare({{"a", s}, {"b", s}}, options, runInTurn);
    for (const Difference& d : c.differences.front()) {
      QCOMPARE(d.difference.mean, 0.0);  // the same luck to the bit
      QCOMPARE(d.judgement, Judgement::NoDifferenceShown);
    }
    QVERIFY(c.precise);
    QVERIFY(verdictText(c).find("no difference") != std::string::npos);
  }

  void aSlowerStationIsShownToBeWorse() {
    CompareOptions options;
    options.most = 6;
    const PairedComparison c = compare({{"fast", station("workers: 2, work: exponential(12ms)")},
                                  {"slow", station("workers: 2, work: exponential(16ms)")}}, options, runInTurn);
    QCOMPARE(differenceIn(c, "p99").judgement, Judgement::Worse);
    QVERIFY(differenceIn(c, "p99").difference.low() > 0);
    // Pairs share their luck, so that their difference is known better than either figure.
    QVERIFY(differenceIn(c, "p50").difference.halfWidth < differenceIn(c, "p50").other.halfWidth);
    QVERIFY(verdictText(c).find("slow is worse in") != std::string::npos);
  }

  void capacityOfOneStation() {
    CapacityOptions options;
    options.seeds = 2;
    options.curvePoints = 6;
    const Capacity c = capacityOf(station("workers: 4, work: 10ms"), options, runInTurn);
    // 400/s is the end of what four workers can do; 99 % within 100 ms is met nearly up to it.
    const CapacityOf& all = c.found.front();
    QVERIFY2(all.perSecond() > 340 && all.perSecond() < 405, capacityText(c).c_str());
    QCOMPARE(all.bottleneck, std::string("s"));
    QVERIFY(all.factor.low() <= all.factor.mean && !all.beyond);
    QCOMPARE(c.curve.size(), std::size_t{6});
    QVERIFY(c.curve.back().p99Ms.mean > 3 * c.curve.front().p99Ms.mean);
    QVERIFY(c.knee.has_value());
  }

  void oneClassAloneIsScaled() {
    const Scenario s = scenarioOf(
        "faultline: 1\nclasses: {a: {weight: 3}, b: {weight: 1}}\nnodes: {u: {kind: client, rate: 40/s}, s: {kind: service}}\n"
        "edges: [u -> s]\nduration: 100s\n");
    Simulation simulation(scaledLoad(s, "b", 5));
    simulation.runToEnd();
    const Summary summary = simulation.summary();
    QVERIFY(std::fabs(static_cast<double>(summary.classes[0].offered) - 3000) < 300);
    QVERIFY(std::fabs(static_cast<double>(summary.classes[1].offered) - 5000) < 300);
  }

  void whatWouldHavePreventedIt() {
    const Scenario s = scenarioOf(
        "faultline: 1\nduration: 90s\nwarmup: 5s\nclasses: {op: {objective: 200ms}}\nnodes:\n"
        "  u: {kind: client, rate: 100/s, timeout: 2s}\n  app: {kind: service, workers: 30, work: 2ms}\n"
        "  db: {kind: database, connections: 20, cores: 2, queries: {q: {rows: 1M, growth: 20k/s, flips_at: 2M, indexed: 4ms, scan_per_row: 50ns}}}\n"
        "edges: [u -> app, {app -> db: {query: q, pool: {size: 10}}}]\n");
    Simulation simulation(s);
    simulation.runToEnd();
    const Explanation e = explain(s, simulation.series());
    QVERIFY(e.broke);
    const ApplySetting apply = [](Scenario& to, const std::string& setting) { return applySetting(to, setting); };
    const WhatIf result = whatIf(s, e, apply, runInTurn);
    QVERIFY(result.suffices);
    QVERIFY2(result.ranked.front().changes.front().label.find("index for q") != std::string::npos,
             whatIfText(result, 5).c_str());
    QVERIFY(result.ranked.front().savedFailures > 0.9 * result.asItWas.failed);
    QVERIFY(result.ranked.size() == result.tried);
    for (std::size_t i = 1; i < result.ranked.size(); ++i) QVERIFY(result.ranked[i - 1].score >= result.ranked[i].score);
  }
};

QTEST_APPLESS_MAIN(ReplicationsTest)
#include "replications_test.moc"

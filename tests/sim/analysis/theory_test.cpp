// Formulas against published values, and the sheet of theory beside simulated stations.
#include <QtTest>
#include <cmath>

#include "analysis/queueing.h"
#include "analysis/theory.h"
#include "support/run.h"

using namespace faultline;

namespace {

bool isNear(double a, double b, double share = 1e-3) { return std::fabs(a - b) <= share * std::fabs(b); }

Theory theoryOfText(const std::string& yaml) {
  Simulation simulation(scenarioOf(yaml));
  simulation.runToEnd();
  return theoryOf(simulation.scenario(), simulation.series(), simulation.summary());
}

std::string station(const char* client, const char* service) {
  return std::string("faultline: 1\nduration: 2000s\nwarmup: 50s\nseed: 3\nnodes:\n  u: {kind: client, ") + client +
         "}\n  s: {kind: service, " + service + "}\nedges: [u -> s]\n";
}

const TheoryLine* lineOf(const Theory& theory, const char* quantity, const char* model = "") {
  for (const TheoryLine& l : theory.lines)
    if (l.quantity == quantity && l.model.find(model) != std::string::npos) return &l;
  return nullptr;
}

}  // namespace

class TheoryTest : public QObject {
  Q_OBJECT
 private slots:
  void formulas() {
    QVERIFY(isNear(mm1(8, 0.1).queue, 3.2));            // rho^2 / (1 - rho)
    QVERIFY(isNear(mm1(8, 0.1).sojourn, 0.5));          // 1 / (mu - lambda)
    QVERIFY(isNear(erlangC(2, 3), 4.0 / 9));            // Gross et al., example 2.1's form
    QVERIFY(isNear(mmc(2, 1, 3).queue, 8.0 / 9));
    QVERIFY(isNear(mg1(8, 0.1, 0).queue, 1.6));         // half of M/M/1
    QVERIFY(isNear(mg1(8, 0.1, 1).queue, 3.2));
    QVERIFY(isNear(mg1ProcessorSharing(8, 0.1).sojourn, 0.5));
    QVERIFY(isNear(mmck(1, 1, 1, 4).lost, 0.2));        // rho = 1: all states alike
    QVERIFY(isNear(mmck(2, 1, 3, 3).lost, 4.0 / 19));   // Erlang B(3, 2)
    QVERIFY(isNear(mmck(2, 1, 3, 4000).queue, 8.0 / 9));
  }

  void stations_data() {
    QTest::addColumn<QByteArray>("service");
    QTest::addColumn<QByteArray>("model");
    QTest::newRow("M/M/1") << QByteArray("workers: 1, work: exponential(7ms)") << QByteArray("M/M/1");
    QTest::newRow("M/M/4") << QByteArray("workers: 4, work: exponential(28ms)") << QByteArray("M/M/4");
    QTest::newRow("M/D/1") << QByteArray("workers: 1, work: 7ms") << QByteArray("M/G/1");
    QTest::newRow("M/G/1") << QByteArray("workers: 1, work: \"lognormal(mean 7ms, cv 1.2)\"") << QByteArray("M/G/1");
    QTest::newRow("M/M/1/5") << QByteArray("workers: 1, queue_capacity: 4, work: exponential(9ms)") << QByteArray("M/M/1/5");
    QTest::newRow("M/G/1-PS") << QByteArray("workers: 1000, cores: 1, work: \"lognormal(mean 7ms, cv 1.2)\"") << QByteArray("M/G/1-PS");
  }
  void stations() {
    QFETCH(QByteArray, service);
    QFETCH(QByteArray, model);
    const Theory theory = theoryOfText(station("rate: 100/s", service.constData()));
    const TheoryLine* line = lineOf(theory, "calls in it", "M/");
    QVERIFY2(line != nullptr, theoryText(theory).c_str());
    QCOMPARE(line->model, model.toStdString());
    for (const TheoryLine& l : theory.lines) QVERIFY2(l.agrees, theoryText(theory).c_str());
    QVERIFY(lineOf(theory, "calls in it", "Little") != nullptr);
    QVERIFY(lineOf(theory, "busy servers", "utilisation") != nullptr);
  }

  void violatedAssumptionsAreNamed() {
    // Batches of ten are no Poisson process.
    const Theory theory = theoryOfText(station("rate: 70/s, batch: 10", "workers: 1, work: exponential(7ms)"));
    const TheoryLine* line = lineOf(theory, "mean queue", "M/M/1");
    QVERIFY(line != nullptr && !line->agrees);
    QVERIFY2(line->violated.find("batch") != std::string::npos, line->violated.c_str());
    QVERIFY(lineOf(theory, "calls in it", "Little")->agrees);
  }

  // Departures of one are the arrivals of the next; both alone and together agree.
  void jacksonNetwork() {
    const Theory theory = theoryOfText(
        "faultline: 1\nduration: 20min\nwarmup: 30s\nnodes:\n  u: {kind: client, rate: 60/s}\n"
        "  a: {kind: service, workers: 1, work: exponential(10ms)}\n  b: {kind: service, workers: 2, work: exponential(20ms)}\n"
        "  c: {kind: service, workers: 1, work: exponential(8ms)}\n"
        "edges:\n  - u -> a\n  - a -> b: {mode: send}\n  - b -> c: {mode: send}\n");
    const TheoryLine* line = lineOf(theory, "calls in it", "Jackson");
    QVERIFY2(line != nullptr, theoryText(theory).c_str());
    QCOMPARE(line->node, std::string("a, b, c"));
    QVERIFY2(line->agrees, theoryText(theory).c_str());
    QVERIFY(std::fabs(line->predicted - (0.6 / 0.4 + 1.2 / (1 - 0.36) + 0.48 / 0.52)) < 0.25);
    // Whoever gets calls from elsewhere, too, is no simple row.
    const Theory joined = theoryOfText(
        "faultline: 1\nduration: 60s\nnodes:\n  u: {kind: client, rate: 30/s}\n  v: {kind: client, rate: 30/s}\n"
        "  a: {kind: service, workers: 1, work: exponential(10ms)}\n  b: {kind: service, workers: 1, work: exponential(5ms)}\n"
        "edges:\n  - u -> a\n  - v -> b\n  - a -> b: {mode: send}\n");
    QVERIFY(lineOf(joined, "calls in it", "Jackson") == nullptr);
  }

  void whereNoFormulaFits() {
    const Theory nested = theoryOfText(
        "faultline: 1\nduration: 60s\nnodes:\n  u: {kind: client, rate: 50/s}\n  a: {kind: service}\n  b: {kind: service}\n"
        "edges: [u -> a, a -> b]\n");
    QCOMPARE(nested.without.size(), std::size_t{2});
    QVERIFY(nested.without[0].second.find("nested") != std::string::npos);
    const Theory overloaded = theoryOfText(station("rate: 300/s", "workers: 1, work: exponential(7ms)"));
    QVERIFY(overloaded.without[0].second.find("steady") != std::string::npos);
  }
};

QTEST_APPLESS_MAIN(TheoryTest)
#include "theory_test.moc"

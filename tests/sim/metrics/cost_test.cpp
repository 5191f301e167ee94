// What a design costs by the hour: instances over time, and calls.
#include <QtTest>
#include <cmath>

#include "support/run.h"

using namespace faultline;

namespace {

bool isNear(double a, double b) { return std::fabs(a - b) <= 1e-9 * std::fabs(b); }

}  // namespace

class CostTest : public QObject {
  Q_OBJECT

 private slots:
  void instancesArePaidForAsLongAsTheyAreThere() {
    const Summary s = runText(R"(
faultline: 1
duration: 100s
nodes:
  users: {kind: client, rate: 10/s, arrivals: constant}
  app: {kind: service, instances: 2, work: 1ms, price: 0.5}
  db: {kind: database, work: 1ms, price: 2}
edges: [users -> app, app -> db]
timeline:
  - {at: 40s, scale: app, to: 6}
)");
    // 2 instances for 40 s and 6 for 60 s: 4.4 on average.
    QVERIFY2(isNear(nodeOf(s, "app").costPerHour, 2.2), QByteArray::number(nodeOf(s, "app").costPerHour).constData());
    QVERIFY(isNear(nodeOf(s, "db").costPerHour, 2));
    QVERIFY(isNear(s.costPerHour(), 4.2));
  }

  void callsArePaidForByTheMillion() {
    const Summary s = runText(R"(
faultline: 1
duration: 100s
nodes:
  users: {kind: client, rate: 100/s, arrivals: constant}
  f: {kind: function, work: 1ms, call_price: 0.2}
edges: [users -> f]
)");
    const double calls = static_cast<double>(nodeOf(s, "f").arrivals);
    QVERIFY(isNear(s.costPerHour(), calls / 100 * 3600 / 1e6 * 0.2));
  }

  void theSeriesShowsItWhereThereIsAPrice() {
    Simulation simulation(scenarioOf(R"(
faultline: 1
duration: 10s
nodes:
  users: {kind: client, rate: 10/s}
  app: {kind: service, work: 1ms, price: 3}
  free: {kind: service, work: 1ms}
edges: [users -> app, app -> free]
timeline:
  - {at: 5s, scale: app, to: 2}
expect:
  - mean(app.cost) < 5
)"));
    simulation.runToEnd();
    const SeriesColumn* cost = simulation.series().find("app.cost");
    QVERIFY(cost != nullptr);
    QVERIFY(isNear(cost->values.at(2), 3) && isNear(cost->values.at(8), 6));
    QVERIFY(simulation.series().find("free.cost") == nullptr);
  }

  void whatHasNoPriceCostsNothing() {
    const Summary s = runText("faultline: 1\nduration: 1s\nnodes: {u: {kind: client, rate: 1/s}, a: {kind: service}}\nedges: [u -> a]\n");
    QCOMPARE(s.costPerHour(), 0.0);
  }
};

QTEST_APPLESS_MAIN(CostTest)
#include "cost_test.moc"

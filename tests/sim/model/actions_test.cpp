// Targets of actions, the way down to a parameter, and values as the descriptors see them.
#include "model/actions.h"

#include <QtTest>

#include "model/edge_policy.h"
#include "model/scenario_params.h"
#include "sim/model/fake_catalog.h"

using namespace faultline;

class ActionsTest : public QObject {
  Q_OBJECT
 private slots:
  void nodeTargets() {
    QVERIFY(parseNodeTarget("app") == (NodeTarget{"app", std::nullopt}));
    QVERIFY(parseNodeTarget("app[12]") == (NodeTarget{"app", 12}));
    for (const char* bad :
         {"", "[1]", "app[", "app[]", "app[-1]", "app[x]", "app[1", "a b", "app[99999999999999999999]"})
      QVERIFY2(!parseNodeTarget(bad), bad);
  }
  void edgeTargets() {
    QVERIFY(parseEdgeTarget("a -> b") == (EdgeTarget{"a", "b"}));
    QVERIFY(parseEdgeTarget("a->b") == (EdgeTarget{"a", "b"}));
    for (const char* bad : {"", "a", "a ->", "-> b", "a -> b -> c", "a => b"}) QVERIFY2(!parseEdgeTarget(bad), bad);
  }
  void parameterTargets() {
    QVERIFY(parseParameterTarget("db.queries.by_id.rows") ==
            (ParameterTarget{"db", false, {"queries", "by_id", "rows"}}));
    QVERIFY(parseParameterTarget("a->b.retry.max") == (ParameterTarget{"a -> b", true, {"retry", "max"}}));
    for (const char* bad : {"", "db", "a -> b", ".x", "db.", "db..x", "a -> .x"})
      QVERIFY2(!parseParameterTarget(bad), bad);
  }
  void waysDownToAParameter() {
    const auto find = [](std::vector<std::string> path) { return findParameter(kStore.params, path); };
    QCOMPARE(find({"connections"}).info->name, "connections");
    QCOMPARE(find({"queries", "any", "rows"}).info->name, "rows");
    QVERIFY(find({"queries", "any"}).ofRow);
    QVERIFY(find({"queries", "any", "rowz"}).info == nullptr);
    QCOMPARE(find({"queries", "any", "rowz"}).reached, std::size_t{2});
    QVERIFY(find({"connections", "x"}).info == nullptr);
    const std::vector<std::string> ofClass{"work", "view"};
    QVERIFY(findParameter(kWorker.params, ofClass).ofClass);
    const std::vector<std::string> fixedOne{"fast"};
    QVERIFY(!findParameter(kWorker.params, fixedOne).live);
  }
  void settingOneClassKeepsTheOthers() {
    ValueMap values;
    const WorkerParams defaults;
    setParameter(kWorker.params, &defaults, values, std::vector<std::string>{"work", "view"},
                 Value(Distribution::constant(1)));
    const auto params = std::static_pointer_cast<WorkerParams>(makeParams(kWorker, values));
    QVERIFY(params->work.base == defaults.work.base);
    QVERIFY(params->work.byClass[0].second == Distribution::constant(1));
  }
  void settingAFieldKeepsItsNeighbours() {
    ValueMap values;
    setParameter(edgePolicyParams(), nullptr, values, std::vector<std::string>{"retry", "max"}, Value(5));
    setParameter(edgePolicyParams(), nullptr, values, std::vector<std::string>{"retry", "jitter"}, Value("full"));
    const EdgePolicy policy = edgePolicy(values);
    QCOMPARE(policy.retry->max, std::int64_t{5});
    QVERIFY(policy.retry->jitter == Jitter::Full);
    QVERIFY(policy.retry->backoff == Backoff::Exponential);
  }
  void policyRoundTrip() {
    EdgePolicy policy;
    policy.retry = RetryPolicy{};
    policy.retry->budget = Ratio{0.1};
    policy.hedge = HedgePolicy{milliseconds(5), std::nullopt, 2};
    policy.fill = FillMode::Await;
    ValueMap values;
    for (const ParamInfo& p : edgePolicyParams()) values.set(p.name, p.read(&policy));
    QVERIFY(edgePolicy(values) == policy);
  }
  void conditions() {
    QVERIFY(parseCondition("always") == Condition{});
    QVERIFY(parseCondition("hit( cache )") == (Condition{Condition::Kind::Hit, "cache", 1}));
    QVERIFY(parseCondition("chance(10%)") == (Condition{Condition::Kind::Chance, {}, 0.1}));
    for (const char* bad : {"", "miss", "miss()", "chance(110%)", "chance(x)", "Always", "miss(a"})
      QVERIFY2(!parseCondition(bad), bad);
  }
  void tablesAreSound_data() {
    QTest::addColumn<int>("table");
    QTest::newRow("edges") << 0;
    QTest::newRow("top level") << 1;
    QTest::newRow("classes") << 2;
    QTest::newRow("hosts") << 3;
  }
  // Names in style, help in sentences, and every default inside its own range.
  void tablesAreSound() {
    QFETCH(int, table);
    const std::span<const ParamInfo> tables[] = {edgePolicyParams(), scenarioParams(), requestClassParams(),
                                                 hostParams()};
    for (const ParamInfo& p : tables[table]) checkEntry(p);
  }
  void mapsCompareWithoutOrder() {
    const ValueMap a{{{"x", Value(1)}, {"y", Value(2)}}}, b{{{"y", Value(2)}, {"x", Value(1)}}},
        c{{{"y", Value(2)}, {"x", Value(2)}}};
    QVERIFY(a == b);
    QVERIFY(!(a == c));
    QVERIFY(!(a == ValueMap{{{"x", Value(1)}}}));
  }

 private:
  void checkEntry(const ParamInfo& p) {
    QVERIFY2(QRegularExpression("^[a-z][a-z_]*$").match(p.name).hasMatch(), p.name);
    QVERIFY2(QString(p.help).endsWith('.') && *p.label != '\0', p.name);
    QVERIFY2(p.assign != nullptr && p.read != nullptr, p.name);
    for (const ParamInfo& f : p.fields) checkEntry(f);
  }
};

QTEST_APPLESS_MAIN(ActionsTest)
#include "actions_test.moc"

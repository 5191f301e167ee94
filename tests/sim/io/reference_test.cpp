#include "io/reference.h"

#include <QtTest>
#include <nlohmann/json.hpp>

#include "model/actions.h"
#include "model/edge_policy.h"
#include "sim/model/fake_catalog.h"

using namespace faultline;
using Json = nlohmann::json;

class ReferenceTest : public QObject {
  Q_OBJECT
 private slots:
  void everyNameIsInTheReference();
  void oneKindForTheTerminal();
  void schemaIsJsonAndKnowsEveryName();
  void schemaStatesDefaultsAndChoices();
};

void ReferenceTest::everyNameIsInTheReference() {
  const std::string text = referenceMarkdown();
  const auto contains = [&](const std::string& what) { return text.find("`" + what) != std::string::npos; };
  for (const ComponentInfo* kind : catalog()) {
    QVERIFY(contains(kind->kind));
    for (const ParamInfo& p : kind->params) QVERIFY2(contains(p.name), p.name);
    for (const ActionInfo& a : kind->actions) QVERIFY2(contains(a.name), a.name);
  }
  for (const ParamInfo& p : edgePolicyParams()) QVERIFY2(contains(p.name) && *p.help != '\0', p.name);
  for (const VerbInfo& v : commonVerbs()) QVERIFY2(contains(v.name) && *v.help != '\0', v.name);
  QVERIFY(contains("retry.backoff"));
  QVERIFY(contains("queries.NAME.rows"));
}

void ReferenceTest::oneKindForTheTerminal() {
  const std::string text = referenceFor("worker");
  QVERIFY(text.starts_with("worker: Worker\n"));
  QVERIFY2(text.find("instances  (count, between 1 and 10k; default 1)") != std::string::npos, text.c_str());
  QVERIFY2(text.find("fast  (flag; default false; fixed during a run)") != std::string::npos, text.c_str());
  QVERIFY(referenceFor("nothing").empty());
}

void ReferenceTest::schemaIsJsonAndKnowsEveryName() {
  const Json schema = Json::parse(jsonSchema(), nullptr, false);
  QVERIFY(schema.is_object());
  QCOMPARE(schema["$schema"].get<std::string>(), std::string("https://json-schema.org/draft/2020-12/schema"));
  QVERIFY(schema["properties"]["nodes"]["additionalProperties"]["allOf"].is_array());
  const Json& cases = schema["properties"]["nodes"]["additionalProperties"]["allOf"];
  QCOMPARE(cases.size(), catalog().size());
  for (std::size_t i = 0; i < cases.size(); ++i) {
    QCOMPARE(cases[i]["if"]["properties"]["kind"]["const"].get<std::string>(), std::string(catalog()[i]->kind));
    for (const ParamInfo& p : catalog()[i]->params) QVERIFY2(cases[i]["then"]["properties"].contains(p.name), p.name);
  }
  const Json& policy = schema["properties"]["edges"]["items"]["anyOf"][1]["additionalProperties"];
  for (const ParamInfo& p : edgePolicyParams()) QVERIFY2(policy["properties"].contains(p.name), p.name);
}

void ReferenceTest::schemaStatesDefaultsAndChoices() {
  const Json schema = Json::parse(jsonSchema());
  const Json& worker = schema["properties"]["nodes"]["additionalProperties"]["allOf"][1]["then"]["properties"];
  QCOMPARE(worker["order"]["enum"], Json::parse(R"(["fifo", "lifo"])"));
  QCOMPARE(worker["order"]["default"].get<std::string>(), std::string("fifo"));
  QCOMPARE(worker["fast"]["type"].get<std::string>(), std::string("boolean"));
  QCOMPARE(worker["fast"]["default"].get<bool>(), false);
  QVERIFY(worker["health"]["properties"].contains("every"));
  QCOMPARE(worker["line"]["anyOf"][1]["const"].get<std::string>(), std::string("none"));
}

QTEST_APPLESS_MAIN(ReferenceTest)
#include "reference_test.moc"

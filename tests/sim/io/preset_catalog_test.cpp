// Presets: what they are made of, how nodes inherit from them, and that each of them runs.
#include "io/preset_catalog.h"

#include <QtTest>
#include <filesystem>
#include <set>

#include "io/preset_texts.h"
#include "io/yaml_writer.h"
#include "model/catalog.h"
#include "model/scenario.h"
#include "support/run.h"

using namespace faultline;

class PresetCatalogTest : public QObject {
  Q_OBJECT
 private slots:
  void everyFileIsAPreset();
  void everyPresetRuns_data();
  void everyPresetRuns();
  void aNodeInheritsAndOverrides();
  void aScenarioKeepsItsPresets();
  void oneFieldOfAnInheritedGroupCanBeSet();
  void mistakesAreNamed_data();
  void mistakesAreNamed();
};

void PresetCatalogTest::everyFileIsAPreset() {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(FAULTLINE_SOURCE_DIR "/resources/presets"))
    files += entry.path().extension() == ".yaml";
  QCOMPARE(presetTexts().size(), files);
  std::set<std::string> names;
  for (const PresetText& text : presetTexts()) {
    const Result<Preset> read = readPreset(text.text, text.file);
    for (const Diagnostic& d : read.diagnostics) qWarning("%s", toString(d).c_str());
    QVERIFY(read.diagnostics.empty());
    const Preset& p = read.value;
    QCOMPARE(std::filesystem::path(text.file).stem().string(), p.name);
    QVERIFY2(names.insert(p.name).second, p.name.c_str());
    QVERIFY2(p.summary.ends_with('.') && p.leavesOut.ends_with('.'), p.name.c_str());
    QVERIFY2(!p.sources.empty() && !p.label.empty(), p.name.c_str());
  }
  QCOMPARE(presets().size(), files);
}

void PresetCatalogTest::everyPresetRuns_data() {
  QTest::addColumn<QString>("name");
  for (const Preset& preset : presets()) QTest::addRow("%s", preset.name.c_str()) << QString::fromStdString(preset.name);
}

// Users in front and a service behind, as far as the kind has ports for them.
void PresetCatalogTest::everyPresetRuns() {
  QFETCH(QString, name);
  const Preset& preset = *findPreset(name.toStdString());
  const ComponentInfo& kind = *findKind(preset.kind);
  std::string yaml = "faultline: 1\nname: one preset\nduration: 20s\nnodes:\n  it: {kind: " + preset.kind +
                     ", preset: " + preset.name + "}\n";
  std::string edges;
  if (kind.inputs != PortUse::None) {
    yaml += "  users: {kind: client, rate: 20/s}\n";
    edges += "  - users -> it\n";
  }
  if (kind.outputs == PortUse::Required) {
    yaml += "  behind: {kind: service, work: 1ms}\n";
    edges += "  - it -> behind\n";
  }
  yaml += "edges:\n" + edges;
  const std::string problems = problemsOf(yaml);
  if (problems.find("error") != std::string::npos) QSKIP(problems.c_str());
  const Summary summary = runText(yaml);
  QVERIFY(summary.events > 0);
}

void PresetCatalogTest::aNodeInheritsAndOverrides() {
  const Scenario s = scenarioOf(R"(
faultline: 1
name: pools
nodes:
  users: {kind: client, rate: 1/s}
  a: {kind: database, preset: pgbouncer_postgresql}
  b: {kind: database, preset: pgbouncer_postgresql, connections: 7}
edges: [users -> a, users -> b]
)");
  const NodeSpec& a = *s.findNode("a");
  QVERIFY(a.params.empty());
  QCOMPARE(*a.allParams().find("connections")->as<std::int64_t>(), 20);
  const NodeSpec& b = *s.findNode("b");
  QCOMPARE(*b.allParams().find("connections")->as<std::int64_t>(), 7);
  QCOMPARE(*b.allParams().find("connection_timeout")->as<Duration>(), seconds(120));
}

void PresetCatalogTest::aScenarioKeepsItsPresets() {
  const Scenario s = scenarioOf(R"(
faultline: 1
name: kept
nodes:
  users: {kind: client, preset: web_users, users: 5}
  lb: {kind: load_balancer, preset: haproxy}
  app: {kind: service, preset: tomcat}
edges: [users -> lb, lb -> app]
)");
  const std::string text = writeScenario(s);
  QVERIFY2(text.find("lb: {kind: load_balancer, preset: haproxy}") != std::string::npos, text.c_str());
  QVERIFY(scenarioOf(text) == s);
}

void PresetCatalogTest::oneFieldOfAnInheritedGroupCanBeSet() {
  Scenario s = scenarioOf(R"(
faultline: 1
name: one field
nodes:
  users: {kind: client, rate: 1/s}
  lb: {kind: load_balancer, preset: haproxy}
  app: {kind: service}
edges: [users -> lb, lb -> app]
)");
  QVERIFY(applySetting(s, "lb.health_check.fall=5").empty());
  const ValueMap all = s.findNode("lb")->allParams();
  const ValueMap& check = *all.find("health_check")->as<ValueMap>();
  QCOMPARE(*check.find("fall")->as<std::int64_t>(), 5);
  QCOMPARE(*check.find("every")->as<Duration>(), seconds(2));
}

void PresetCatalogTest::mistakesAreNamed_data() {
  QTest::addColumn<QString>("node");
  QTest::addColumn<QString>("expected");
  QTest::newRow("misspelt") << "{kind: database, preset: postgressql}" << "postgresql";
  QTest::newRow("of another kind") << "{kind: database, preset: redis}" << "is of the kind \"cache\"";
  QTest::newRow("not a name") << "{kind: database, preset: [redis]}" << "the name of a preset";
}

void PresetCatalogTest::mistakesAreNamed() {
  QFETCH(QString, node);
  QFETCH(QString, expected);
  const std::string problems = problemsOf("faultline: 1\nname: x\nnodes:\n  users: {kind: client}\n  db: " +
                                          node.toStdString() + "\nedges: [users -> db]\n");
  QVERIFY2(problems.find(expected.toStdString()) != std::string::npos, problems.c_str());
  QVERIFY2(problems.find("5:") != std::string::npos, problems.c_str());
}

QTEST_APPLESS_MAIN(PresetCatalogTest)
#include "preset_catalog_test.moc"

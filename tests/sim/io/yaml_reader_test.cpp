#include "io/yaml_reader.h"

#include <QtTest>
#include <fstream>
#include <sstream>

#include "base/diagnostic.h"
#include "model/edge_policy.h"
#include "sim/model/fake_catalog.h"

using namespace faultline;

namespace {

std::string goodText() {
  std::ifstream file(FAULTLINE_SOURCE_DIR "/tests/sim/io/good.yaml");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

QByteArray listOf(const Diagnostics& diagnostics) {
  std::string text;
  for (const Diagnostic& d : diagnostics) text += toString(d) + '\n';
  return QByteArray::fromStdString(text);
}

}  // namespace

class YamlReaderTest : public QObject {
  Q_OBJECT
 private slots:
  void readsEverything();
  void refusesBadInput_data();
  void refusesBadInput();
  void reportsAllProblemsAtOnce();
};

void YamlReaderTest::readsEverything() {
  const Result<Scenario> r = readScenarioText(goodText(), "good.yaml");
  QVERIFY2(r.ok(), listOf(r.diagnostics));
}
void YamlReaderTest::refusesBadInput_data() {}
void YamlReaderTest::refusesBadInput() {}
void YamlReaderTest::reportsAllProblemsAtOnce() {}

QTEST_APPLESS_MAIN(YamlReaderTest)
#include "yaml_reader_test.moc"

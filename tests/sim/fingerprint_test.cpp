// Whole runs give the same bits in every build: compiler, optimisation, sanitizers. The constants are pinned in
// tests/golden/fingerprints.txt; after an intended change of the model, FAULTLINE_UPDATE=1 writes them anew.
#include <QTest>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "base/quantity.h"
#include "engine/simulation.h"
#include "io/yaml_reader.h"

using namespace faultline;

namespace {

constexpr const char* kPins = FAULTLINE_SOURCE_DIR "/tests/golden/fingerprints.txt";

struct Pin {
  std::string file, duration, fingerprint;
};

// The pins, and the lines that are none.
std::vector<Pin> readPins(std::string& comments) {
  std::vector<Pin> pins;
  std::ifstream in(kPins);
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') {
      comments += line + "\n";
      continue;
    }
    Pin pin;
    std::istringstream(line) >> pin.file >> pin.duration >> pin.fingerprint;
    pins.push_back(pin);
  }
  return pins;
}

std::string fingerprintOf(const Pin& pin) {
  Result<Scenario> read = readScenarioFile(FAULTLINE_SOURCE_DIR "/" + pin.file);
  if (!read.ok()) return "unreadable";
  read.value.duration = *parseDuration(pin.duration).value;
  read.value.warmup = std::min(read.value.warmup, Duration{read.value.duration.ns / 2});
  Simulation simulation(read.value);
  simulation.runToEnd();
  return QString::asprintf("%016llx", static_cast<unsigned long long>(simulation.fingerprint())).toStdString();
}

std::vector<std::string> scenarioFiles() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(FAULTLINE_SOURCE_DIR "/scenarios"))
    if (entry.path().extension() == ".yaml")
      files.push_back(std::filesystem::relative(entry.path(), FAULTLINE_SOURCE_DIR).string());
  std::sort(files.begin(), files.end());
  return files;
}

bool isPinned(const std::vector<Pin>& pins, const std::string& file) {
  return std::any_of(pins.begin(), pins.end(), [&](const Pin& pin) { return pin.file == file; });
}

}  // namespace

class FingerprintTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() {
    if (!qEnvironmentVariableIsSet("FAULTLINE_UPDATE")) return;
    std::string text;
    std::vector<Pin> pins = readPins(text);
    for (const std::string& file : scenarioFiles())
      if (!isPinned(pins, file)) pins.push_back({file, "40s", {}});
    for (const Pin& pin : pins) text += pin.file + " " + pin.duration + " " + fingerprintOf(pin) + "\n";
    std::ofstream(kPins) << text;
  }

  void wholeRunsAreTheSameInEveryBuild_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("duration");
    QTest::addColumn<QString>("fingerprint");
    std::string comments;
    for (const Pin& pin : readPins(comments))
      QTest::newRow(pin.file.c_str()) << QString::fromStdString(pin.file) << QString::fromStdString(pin.duration)
                                      << QString::fromStdString(pin.fingerprint);
  }
  void wholeRunsAreTheSameInEveryBuild() {
    QFETCH(QString, file);
    QFETCH(QString, duration);
    QFETCH(QString, fingerprint);
    const Pin pin{file.toStdString(), duration.toStdString(), {}};
    QCOMPARE(QString::fromStdString(fingerprintOf(pin)), fingerprint);
  }

  // A scenario that nobody pinned would be checked with no other compiler.
  void everyScenarioIsPinned() {
    std::string comments;
    const std::vector<Pin> pins = readPins(comments);
    for (const std::string& file : scenarioFiles()) QVERIFY2(isPinned(pins, file), file.c_str());
  }
};

QTEST_APPLESS_MAIN(FingerprintTest)
#include "fingerprint_test.moc"

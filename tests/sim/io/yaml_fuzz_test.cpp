// Scenario files with random damage: the reader never crashes, and what it does not accept it can point at.
#include <QTest>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "base/random.h"
#include "io/yaml_reader.h"
#include "io/yaml_writer.h"

using namespace faultline;

namespace {

std::vector<std::string> files() {
  std::vector<std::string> found{FAULTLINE_SOURCE_DIR "/tests/cli/two_tier.yaml",
                                 FAULTLINE_SOURCE_DIR "/tests/bench/w3.yaml"};
  for (const auto& entry : std::filesystem::recursive_directory_iterator(FAULTLINE_SOURCE_DIR "/scenarios"))
    if (entry.path().extension() == ".yaml") found.push_back(entry.path().string());
  std::sort(found.begin(), found.end());
  return found;
}

std::string contentOf(const std::string& file) {
  std::ifstream in(file);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

class Vandal {
 public:
  explicit Vandal(std::uint64_t seed) : luck_(seed, "vandal", "yaml") {}

  std::string damaged(std::string text) {
    const std::uint64_t times = 1 + luck_.below(4);
    for (std::uint64_t i = 0; i < times && !text.empty(); ++i) damage(text);
    return text;
  }

 private:
  std::size_t place(const std::string& text) { return static_cast<std::size_t>(luck_.below(text.size())); }

  // The line that a place is in, with its line feed.
  static std::pair<std::size_t, std::size_t> lineAt(const std::string& text, std::size_t at) {
    const std::size_t before = at == 0 ? std::string::npos : text.rfind('\n', at - 1);
    const std::size_t first = before == std::string::npos ? 0 : before + 1;
    const std::size_t last = text.find('\n', at);
    return {first, (last == std::string::npos ? text.size() : last + 1) - first};
  }

  void damage(std::string& text) {
    static const char* const kPieces[] = {"{",     "}",    "[",         "]",    ": ",   ", ",   "\"",   "'",    "&a ",
                                          "*a ",   "- ",   "#",         "|\n",  "\t",   "%",    "null", "~",    "1e999",
                                          "-1",    ".nan", "0",         "9e18", "!!x",  "<<: ", "\xff", "\n  ", "---\n",
                                          "...\n", "-> ",  "12parsecs", "true", "\r\n", "? "};
    const std::size_t at = place(text);
    const auto [line, length] = lineAt(text, at);
    switch (luck_.below(9)) {
      case 0:
        text[at] = static_cast<char>(luck_.below(256));
        break;
      case 1:
        text.erase(at, 1 + luck_.below(12));
        break;
      case 2:
        text.insert(at, kPieces[luck_.below(std::size(kPieces))]);
        break;
      case 3:
        text.erase(line, length);
        break;
      case 4:
        text.insert(line, text.substr(line, length));
        break;
      case 5:
        text.insert(line, luck_.chance(0.5) ? "  " : " ");
        break;
      case 6: {
        const std::string word = text.substr(at, 1 + luck_.below(15));
        text.insert(place(text), word);
        break;
      }
      case 7:
        text.resize(at);
        break;
      default: {  // a number becomes another
        const std::size_t digit = text.find_first_of("0123456789", at);
        if (digit != std::string::npos) text.replace(digit, 1, kPieces[17 + luck_.below(5)]);
      }
    }
  }

  RandomStream luck_;
};

}  // namespace

class YamlFuzzTest : public QObject {
  Q_OBJECT

 private slots:
  void damagedFilesAreReadOrRefusedInPlace_data() {
    QTest::addColumn<QString>("file");
    for (const std::string& file : files())
      QTest::newRow(std::filesystem::path(file).stem().c_str()) << QString::fromStdString(file);
  }
  void damagedFilesAreReadOrRefusedInPlace() {
    QFETCH(QString, file);
    const std::string name = file.toStdString(), text = contentOf(name);
    const int times = static_cast<int>(std::clamp<std::size_t>(150'000 / text.size(), 20, 120));
    int refused = 0, read = 0;
    for (int i = 0; i < times; ++i) {
      const std::string damaged = Vandal(static_cast<std::uint64_t>(i) + 1).damaged(text);
      const Result<Scenario> result = readScenarioText(damaged, name);
      if (result.ok()) {
        ++read;
        // What was accepted can be written and read again.
        if (i % 5 == 0) {
          const Result<Scenario> again = readScenarioText(writeScenario(result.value), name);
          QVERIFY2(again.ok() && again.value == result.value, damaged.c_str());
        }
        continue;
      }
      ++refused;
      const auto lines = static_cast<int>(std::count(damaged.begin(), damaged.end(), '\n')) + 2;
      for (const Diagnostic& d : result.diagnostics) {
        const std::string said = toString(d) + " (damage " + std::to_string(i + 1) + ")";
        QVERIFY2(d.line > 0 && d.column > 0, said.c_str());
        QVERIFY2(d.line <= lines, said.c_str());
        QVERIFY2(!d.message.empty() && d.file == name, said.c_str());
      }
    }
    QVERIFY2(refused > times / 4 && read > 0, qPrintable(QString("%1 refused, %2 read").arg(refused).arg(read)));
  }

  void noiseIsRefused() {
    RandomStream luck(1, "noise", "");
    for (int i = 0; i < 500; ++i) {
      std::string text;
      const std::uint64_t length = luck.below(300);
      for (std::uint64_t k = 0; k < length; ++k)
        text += static_cast<char>(luck.chance(0.7) ? 32 + luck.below(95) : luck.below(256));
      const Result<Scenario> result = readScenarioText(text, "noise.yaml");
      QVERIFY(!result.ok());
      for (const Diagnostic& d : result.diagnostics) QVERIFY2(d.line > 0 && d.column > 0, toString(d).c_str());
    }
  }
};

QTEST_APPLESS_MAIN(YamlFuzzTest)
#include "yaml_fuzz_test.moc"

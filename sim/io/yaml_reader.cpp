#include "io/yaml_reader.h"

#include <algorithm>
#include <filesystem>

#include "base/text_file.h"
#include "io/scenario_reader.h"
#include "io/trace_loader.h"
#include "model/doubts.h"
#include "model/problem.h"
#include "model/validate.h"

namespace faultline {
namespace {

Result<Scenario> failed(const std::string& fileName, std::string message, std::string hint) {
  Result<Scenario> result;
  Diagnostic d = errorAt({}, std::move(message), std::move(hint));
  d.file = fileName;
  result.diagnostics.push_back(std::move(d));
  return result;
}

// Findings that only follow from what could not be read would send the user the wrong way.
bool followsFromReading(const Diagnostic& d, const FieldReader& reader, const Doubts& doubts) {
  if (reader.hasFailed(d.path)) return true;
  // A node whose callers or callees could not be read may look unconnected.
  return doubts.concernCalls() &&
         (d.path == "nodes" || (d.path.starts_with("nodes.") && d.path.find('.', 6) == std::string::npos));
}

void addFindings(const Scenario& scenario, FieldReader& reader) {
  Diagnostics findings;
  const Doubts doubts(scenario, reader.problems);
  for (Diagnostic& d : validate(scenario, reader.problems)) {
    if (followsFromReading(d, reader, doubts)) continue;
    const YamlPlace place = reader.placeOf(d.path);
    d.line = place.line;
    // A check that knows the place inside a text counts from the start of that text.
    d.column = place.column + std::max(0, d.column - 1);
    findings.push_back(std::move(d));
  }
  std::move(findings.begin(), findings.end(), std::back_inserter(reader.problems));
}

}  // namespace

Result<Scenario> readScenarioText(std::string_view text, const std::string& fileName) {
  if (text.size() > kMaxFileBytes) return failed(fileName, sizeProblem(kMaxFileBytes), {});
  YamlDocument document = readYaml(text);
  Result<Scenario> result;
  FieldReader reader(std::filesystem::path(fileName).parent_path().string());
  if (document.root) {
    readScenarioTree(*document.root, result.value, reader);
    for (const Diagnostic& d : loadTraces(result.value, std::filesystem::path(fileName).parent_path().string()))
      reader.fail(reader.placeOf(d.path), d.path, d.message, d.hint);
    const bool isMap = document.root->kind == YamlNode::Kind::Map;
    if (isMap) addFindings(result.value, reader);
  }
  result.diagnostics = std::move(document.problems);
  const std::size_t ofText = result.diagnostics.size();
  for (Diagnostic& d : reader.problems) {
    // What is no sound text to begin with is no sound value either.
    const bool isKnown =
        std::any_of(result.diagnostics.begin(), result.diagnostics.begin() + static_cast<std::ptrdiff_t>(ofText),
                    [&](const Diagnostic& t) { return t.line == d.line && t.column == d.column; });
    if (!isKnown) result.diagnostics.push_back(std::move(d));
  }
  for (Diagnostic& d : result.diagnostics) d.file = fileName;
  useCharacterColumns(text, result.diagnostics);
  std::stable_sort(result.diagnostics.begin(), result.diagnostics.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::pair(a.line, a.column) < std::pair(b.line, b.column);
  });
  // A chain is several edges, and all of them stand at one place.
  const auto sameInFile = [](const Diagnostic& a, const Diagnostic& b) {
    return a.line == b.line && a.column == b.column && a.message == b.message;
  };
  const auto repeated = std::unique(result.diagnostics.begin(), result.diagnostics.end(), sameInFile);
  result.diagnostics.erase(repeated, result.diagnostics.end());
  return result;
}

Result<Scenario> readScenarioFile(const std::string& fileName) {
  if (fileName.empty()) return failed(fileName, "the name of the scenario file is empty", "name a file like shop.yaml");
  const TextFile file = readTextFile(fileName, kMaxFileBytes);
  if (!file.problem.empty()) return failed(fileName, file.problem, {});
  return readScenarioText(file.text, fileName);
}

Diagnostics placedInFile(const std::string& fileName, Diagnostics findings) {
  const TextFile file = readTextFile(fileName, kMaxFileBytes);
  YamlDocument document = readYaml(file.text);
  FieldReader reader(std::filesystem::path(fileName).parent_path().string());
  Scenario ignored;
  if (document.root) readScenarioTree(*document.root, ignored, reader);
  for (Diagnostic& d : findings) {
    d.file = fileName;
    // Or of the nearest part of the path that was written: what a default says stands at its owner.
    const YamlPlace place = reader.placeOf(d.path);
    d.line = place.line;
    d.column = place.column;
  }
  useCharacterColumns(file.text, findings);
  return findings;
}

}  // namespace faultline

#include "cli/loading.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <span>

#include "base/quantity.h"
#include "base/text_file.h"
#include "cli/exit_status.h"
#include "cli/messages.h"
#include "io/yaml_reader.h"
#include "model/problem.h"
#include "model/validate.h"
#include "model/validation.h"
#include "teaching/lesson_texts.h"

namespace faultline::cli {
namespace {

// A call's record with its timers, legs and policy state, rounded up.
constexpr double kBytesPerCall = 200;
constexpr double kGiB = 1024.0 * 1024 * 1024;

// More would only push the first ones out of the terminal.
constexpr std::size_t kMostShown = 100;

double physicalMemory() {
  const long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
  return pages > 0 && size > 0 ? static_cast<double>(pages) * static_cast<double>(size) : 1e18;
}

void setTime(const char* option, const std::string& text, Diagnostics& problems, auto store) {
  if (text.empty()) return;
  const Parsed<Duration> parsed = parseDuration(text);
  if (parsed.value)
    store(*parsed.value);
  else
    problems.push_back(errorAt(option, parsed.problem));
}

bool isChanged(const RunOptions& o) {
  return o.seed || !o.duration.empty() || !o.sample.empty() || !o.settings.empty() || o.noTimeline;
}

Diagnostics applyOptions(const RunOptions& options, Scenario& scenario) {
  Diagnostics problems;
  for (const std::string& setting : options.settings)
    for (Diagnostic& d : applySetting(scenario, setting)) {
      if (d.path.empty()) d.path = "--set";
      problems.push_back(std::move(d));
    }
  setTime("--duration", options.duration, problems, [&](Duration d) { scenario.duration = d; });
  setTime("--sample", options.sample, problems, [&](Duration d) { scenario.sample = d; });
  if (options.seed) scenario.seed = *options.seed;
  if (options.noTimeline) scenario.timeline.clear();
  // What is expected is said of the scenario as it was written.
  if (isChanged(options)) scenario.expect.clear();
  // A shorter run does not get to see what was planned for later.
  if (!options.duration.empty()) {
    std::erase_if(scenario.timeline, [&](const Action& a) { return a.at > scenario.duration; });
    std::erase_if(scenario.lesson, [&](const LessonStep& s) { return s.at && *s.at > scenario.duration; });
  }
  return problems;
}

}  // namespace

std::string folderOf(const std::string& scenarioFile) {
  return std::filesystem::path(scenarioFile).parent_path().string();
}

std::string listOf(const Diagnostics& problems) {
  std::string text;
  const std::size_t shown = std::min(problems.size(), kMostShown);
  for (const Diagnostic& d : std::span(problems).first(shown)) text += printable(toString(d)) + '\n';
  // Who finds problems stops looking somewhere, too.
  if (const std::size_t more = problems.size() - shown; more > 0)
    text += fmt::format("{}: and {}{} more\n", printable(problems.front().file),
                        problems.size() < kMostFindings ? "" : "at least ", more);
  return text;
}

void printProblems(const Diagnostics& problems) { std::fputs(listOf(problems).c_str(), stderr); }

Diagnostics fitToMemory(Scenario& scenario) {
  const double memory = physicalMemory();
  const double needed = kBytesPerCall * static_cast<double>(scenario.maxCallsInFlight);
  if (needed <= memory) return {};
  const std::int64_t fitting = static_cast<std::int64_t>(memory / kBytesPerCall / 1e6) * 1'000'000;
  if (scenario.maxCallsInFlight == Scenario{}.maxCallsInFlight) {
    scenario.maxCallsInFlight = fitting;
    return {warningAt("limits.calls_in_flight",
                      "lowered to " + formatCount(fitting) + ", which is what this machine's memory holds")};
  }
  return {
      errorAt("limits.calls_in_flight",
              fmt::format("{} calls in flight would need about {:.1f} GiB of memory, and this machine has {:.1f} GiB",
                          formatCount(scenario.maxCallsInFlight), needed / kGiB, memory / kGiB),
              "the most that fits is " + formatCount(fitting))};
}

std::optional<Scenario> loadScenario(const RunOptions& options) {
  Result<Scenario> read = readScenarioFile(options.file);
  printProblems(read.diagnostics);
  if (!read.ok()) return std::nullopt;
  Scenario& scenario = read.value;
  Diagnostics problems = applyOptions(options, scenario);
  // Values that fit their own ranges may still not fit each other.
  if (!hasErrors(problems)) {
    for (Diagnostic& d : validate(scenario))
      if (d.severity == Diagnostic::Severity::Error) problems.push_back(std::move(d));
    for (Diagnostic& d : fitToMemory(scenario)) problems.push_back(std::move(d));
    for (Diagnostic& d : problems) d.file = options.file;
  }
  printProblems(problems);
  if (hasErrors(problems)) return std::nullopt;
  if (scenario.name.empty()) scenario.name = std::filesystem::path(options.file).stem().string();
  return std::move(scenario);
}

namespace {

// Adds what was read. The exit status.
int add(const Result<Translation>& read, Translation& translation) {
  printProblems(read.diagnostics);
  for (const auto& [english, text] : read.value.texts()) translation.add(english, text);
  return read.ok() ? kFine : kBadInput;
}

}  // namespace

int readTexts(const std::string& scenarioFile, const std::string& language, Translation& translation) {
  if (language != "en" && translationFileOf(scenarioFile, language).empty())
    sayWarning(scenarioFile + " has no texts in the language " + language + "; they stay English");
  return add(textsIn(scenarioFile, language), translation);
}

int readWords(const std::string& scenarioFile, const std::string& language, Translation& translation) {
  const std::string words = language == "en" ? std::string() : wordsFileOf(scenarioFile, language);
  return words.empty() ? kFine : add(readTranslationFile(words), translation);
}

}  // namespace faultline::cli

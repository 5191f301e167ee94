// faultline verify: runs scenarios on all cores, checks their expectations and compares them with what was accepted.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <mutex>
#include <nlohmann/json.hpp>

#include "analysis/expect.h"
#include "analysis/lesson.h"
#include "analysis/recorded.h"
#include "base/text_file.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/golden.h"
#include "cli/interruption.h"
#include "cli/loading.h"
#include "cli/messages.h"
#include "cli/running.h"
#include "io/yaml_reader.h"
#include "metrics/recorded_report.h"
#include "metrics/text_table.h"
#include "session/work.h"

namespace faultline::cli {
namespace {

namespace fs = std::filesystem;

struct Verdict {
  std::string file;
  Diagnostics problems;
  bool readable = false;
  std::vector<std::string> failures;
  std::size_t passed = 0, expected = 0;
  std::string golden = "-";
  double wallSeconds = 0;
  std::uint64_t events = 0;

  const char* word() const { return !readable ? "INVALID" : failures.empty() ? "ok" : "FAILED"; }
};

void compareWithGolden(const Summary& summary, bool update, Verdict& verdict) {
  const auto path = goldenPath(verdict.file);
  if (!path) return;
  const std::string measured = goldenText(summary);
  const auto accepted = readGolden(*path);
  if (accepted == measured) {
    verdict.golden = "same";
  } else if (update) {
    const std::string problem = writeGolden(*path, measured);
    verdict.golden = accepted ? "updated" : "written";
    if (!problem.empty()) verdict.failures.push_back(problem);
  } else if (!accepted) {
    verdict.golden = "none";
  } else {
    verdict.golden = "DIFFERS";
    verdict.failures.push_back("differs from what was accepted: " + firstDifference(measured, *accepted));
  }
}

// Of the answers that a question offers, one is right: none teaches nothing, and two leave those who chose the other
// one wondering.
void checkLesson(const Scenario& scenario, const Simulation& simulation, const Summary& summary, Verdict& verdict) {
  const std::vector<LessonAnswer> answers = lessonAnswers(scenario, simulation.series(), summary);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (!answers[i].isKnown)
      verdict.failures.push_back("the run does not tell what is revealed: " + answers[i].revealed);
    if (answers[i].isRight.empty()) continue;
    ++verdict.expected;
    const auto right = std::count(answers[i].isRight.begin(), answers[i].isRight.end(), true);
    if (right == 1 && answers[i].isRight.size() > 1)
      ++verdict.passed;
    else
      verdict.failures.push_back("the question \"" + scenario.lesson[i].question + "\" has " + std::to_string(right) +
                                 " right answers of " + std::to_string(answers[i].isRight.size()) +
                                 " where one of several should be");
  }
}

// A challenge whose objectives hold already is none.
void checkChallenge(const Scenario& scenario, const Simulation& simulation, const Summary& summary, Verdict& verdict) {
  if (!scenario.challenge) return;
  Scenario asked = scenario;
  asked.expect = scenario.challenge->objectives;
  ++verdict.expected;
  const auto results = checkExpectations(asked, simulation.series(), summary);
  if (std::any_of(results.begin(), results.end(), [](const ExpectationResult& e) { return !e.passed; }))
    ++verdict.passed;
  else
    verdict.failures.push_back("the objectives of the challenge hold already");
}

// Every judged figure counts as an expectation.
void compareWithRecording(const Simulation& simulation, Verdict& verdict) {
  const RecordedResult recorded =
      compareWithRecorded(simulation, folderOf(verdict.file), [] { return interruption() == 0; });
  verdict.expected += recorded.judged();
  verdict.passed += recorded.count(RecordedFigure::Verdict::Within);
  if (!recorded.problem.empty()) verdict.failures.push_back(recorded.problem);
  for (std::string& miss : recordedMisses(recorded)) verdict.failures.push_back(std::move(miss));
}

// `isOfLibrary`: it has to expect something. Of a file that somebody names, nothing may be expected yet.
Verdict verify(const std::string& file, bool update, bool isOfLibrary) {
  Verdict verdict;
  verdict.file = file;
  Result<Scenario> read = readScenarioFile(file);
  verdict.problems = std::move(read.diagnostics);
  if (read.ok())
    for (Diagnostic& d : fitToMemory(read.value)) verdict.problems.push_back(std::move(d));
  verdict.readable = !hasErrors(verdict.problems);
  if (!verdict.readable) return verdict;
  if (isOfLibrary && read.value.expect.empty())
    verdict.failures.push_back("nothing is expected of it (add an \"expect:\" list that fails when its lesson no longer holds)");
  Simulation simulation(read.value);
  verdict.wallSeconds = advanceToEnd(simulation, nullptr);
  if (interruption() != 0) return verdict;
  const Summary summary = simulation.summary();
  verdict.events = summary.events;
  if (!summary.stopped.empty()) verdict.failures.push_back("stopped early: " + summary.stopped);
  for (const ExpectationResult& e : checkExpectations(read.value, simulation.series(), summary)) {
    ++verdict.expected;
    if (e.passed)
      ++verdict.passed;
    else
      verdict.failures.push_back("expected " + e.text + ", but " + e.measured);
  }
  checkLesson(read.value, simulation, summary, verdict);
  checkChallenge(read.value, simulation, summary, verdict);
  if (summary.stopped.empty()) compareWithRecording(simulation, verdict);
  compareWithGolden(summary, update, verdict);
  return verdict;
}

std::vector<Verdict> verifyAll(const std::vector<std::string>& files, bool update, bool isLibrary) {
  std::vector<Verdict> verdicts(files.size());
  forAll(
      files.size(), allCores(), [] { return interruption() != 0; },
      [&](std::size_t i) { verdicts[i] = verify(files[i], update, isLibrary); });
  return verdicts;
}

// The scenarios beside the working directory, or of the source tree that the program was built in.
std::optional<fs::path> scenarioFolder() {
  std::error_code error;
  if (fs::is_directory("scenarios", error)) return "scenarios";
  for (fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path(); folder.has_relative_path();
       folder = folder.parent_path())
    if (fs::is_directory(folder / "scenarios", error)) return folder / "scenarios";
  return std::nullopt;
}

std::vector<std::string> allScenarios() {
  std::vector<std::string> files;
  const auto folder = scenarioFolder();
  if (!folder) return files;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(*folder, error), end; !error && entry != end; entry.increment(error))
    if (entry->path().extension() == ".yaml") files.push_back(entry->path().string());
  std::sort(files.begin(), files.end());
  return files;
}

void printTable(const std::vector<Verdict>& verdicts) {
  TextTable table;
  for (const char* title : {"scenario", "verdict"}) table.addColumn(title, TextTable::Align::Left);
  table.addColumn("expectations");
  table.addColumn("golden", TextTable::Align::Left);
  for (const char* title : {"events", "seconds"}) table.addColumn(title);
  for (const Verdict& v : verdicts) {
    table.addRow({v.file, v.word(), fmt::format("{} of {}", v.passed, v.expected), v.golden,
                  fmt::format("{}", v.events), fmt::format("{:.2f}", v.wallSeconds)});
  }
  std::fputs(printable(table.text("")).c_str(), stdout);
  for (const Verdict& v : verdicts)
    for (const std::string& failure : v.failures) fmt::print("\n{}: {}", v.file, failure);
}

// One object a scenario. Warnings and errors of the files go to standard error, as they always do.
void printJson(const std::vector<Verdict>& verdicts) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Verdict& v : verdicts)
    list.push_back({{"file", v.file},
                    {"verdict", v.word()},
                    {"passed", v.passed},
                    {"expected", v.expected},
                    {"golden", v.golden},
                    {"failures", v.failures},
                    {"events", v.events},
                    {"wall_s", v.wallSeconds}});
  // Names come from a file that may hold broken UTF-8.
  fmt::print("{}\n", list.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

}  // namespace

int verifyScenarios(const std::vector<std::string>& named, bool update, bool json) {
  const std::vector<std::string> files = named.empty() ? allScenarios() : named;
  if (files.empty()) return refuse("there are no scenarios to verify");
  watchForInterruption();
  const std::vector<Verdict> verdicts = verifyAll(files, update, named.empty());
  if (interruption() != 0) {
    sayError("interrupted");
    return kSignalled + interruption();
  }
  if (json)
    printJson(verdicts);
  else
    printTable(verdicts);
  std::size_t failed = 0, invalid = 0;
  for (const Verdict& v : verdicts) {
    printProblems(v.problems);
    failed += !v.failures.empty();
    invalid += !v.readable;
  }
  if (!json)
    fmt::print("\n{} scenarios: {} fine, {} failed, {} invalid\n", files.size(), files.size() - failed - invalid,
               failed, invalid);
  return invalid > 0 ? kBadInput : failed > 0 ? kFailed : kFine;
}

}  // namespace faultline::cli

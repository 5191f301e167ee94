// faultline lesson and grade: what a run teaches, and whether a challenge was mastered.
#include <algorithm>
#include <atomic>
#include <nlohmann/json.hpp>
#include <thread>

#include "analysis/grade.h"
#include "analysis/lesson.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/interruption.h"
#include "cli/loading.h"
#include "cli/messages.h"
#include "cli/running.h"

namespace faultline::cli {
namespace {

using Json = nlohmann::ordered_json;

std::optional<Scenario> load(const std::string& file) {
  RunOptions options;
  options.file = file;
  return loadScenario(options);
}

std::vector<ExamResult> examine(const Scenario& given, const Scenario& answer, std::size_t runs) {
  std::vector<ExamResult> results(runs);
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t k = next++; k < runs && interruption() == 0; k = next++) {
      const Scenario examined = examination(given, answer, k);
      Simulation simulation(examined);
      advanceToEnd(simulation, nullptr);
      if (interruption() == 0) results[k] = resultOf(examined, simulation);
    }
  };
  {
    std::vector<std::jthread> others;
    for (std::size_t i = 1; i < std::min<std::size_t>(std::max(1u, std::thread::hardware_concurrency()), runs); ++i)
      others.emplace_back(work);
    work();
  }
  return results;
}

Json jsonOf(const Grade& grade) {
  Json j;
  j["passed"] = grade.passed;
  j["broken"] = grade.broken;
  j["changes"] = grade.changes;
  j["within_changes"] = grade.withinChanges;
  j["cost_per_hour"] = grade.costPerHour;
  j["within_budget"] = grade.withinBudget;
  j["runs"] = grade.runs;
  j["objectives"] = Json::array();
  for (const Grade::Objective& o : grade.objectives)
    j["objectives"].push_back({{"text", o.text}, {"met", o.met}, {"missed", o.missed}});
  return j;
}

int printHints(const ChallengeSpec& challenge, int wanted) {
  std::string text;
  const std::size_t count = std::min(static_cast<std::size_t>(wanted), challenge.hints.size());
  for (std::size_t i = 0; i < count; ++i) text += std::to_string(i + 1) + ". " + challenge.hints[i] + '\n';
  if (count < challenge.hints.size()) text += std::to_string(challenge.hints.size() - count) + " more\n";
  return writeResult(text);
}

}  // namespace

int showLesson(const RunOptions& options) {
  const std::optional<Scenario> scenario = loadScenario(options);
  if (!scenario) return kBadInput;
  if (scenario->lesson.empty()) {
    sayError(options.file + " has no lesson");
    return kBadInput;
  }
  watchForInterruption();
  Simulation simulation(*scenario);
  advanceToEnd(simulation, nullptr);
  if (interruption() != 0) return kSignalled + interruption();
  return writeResult(lessonText(*scenario, lessonAnswers(*scenario, simulation.series(), simulation.summary())));
}

int gradeAnswer(const std::string& given, const std::string& answer, int runs, int hints, bool json) {
  const std::optional<Scenario> challenge = load(given);
  if (!challenge) return kBadInput;
  if (!challenge->challenge) {
    sayError(given + " has no challenge");
    return kBadInput;
  }
  if (hints > 0) return printHints(*challenge->challenge, hints);
  const std::optional<Scenario> mended = answer.empty() ? challenge : load(answer);
  if (!mended) return kBadInput;
  watchForInterruption();
  const bool isAllowed = ruleBreaks(*challenge, *mended).empty();
  const std::vector<ExamResult> results =
      isAllowed ? examine(*challenge, *mended, static_cast<std::size_t>(runs)) : std::vector<ExamResult>{};
  if (interruption() != 0) return kSignalled + interruption();
  const Grade grade = gradeOf(*challenge, *mended, results);
  const int written = writeResult(json ? jsonOf(grade).dump(2) + '\n' : gradeText(*challenge, grade));
  return written != kFine ? written : grade.passed ? kFine : kFailed;
}

}  // namespace faultline::cli

// faultline lesson and grade: what a run teaches, and whether a challenge was mastered.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "analysis/lesson.h"
#include "base/quantity.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/interruption.h"
#include "cli/loading.h"
#include "cli/messages.h"
#include "cli/running.h"
#include "cli/workshop.h"
#include "session/examination.h"
#include "teaching/lesson_progress.h"
#include "teaching/seat.h"

namespace faultline::cli {
namespace {

using Json = nlohmann::ordered_json;

std::optional<Scenario> load(const std::string& file) {
  RunOptions options;
  options.file = file;
  return loadScenario(options);
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

std::string answerText(const LessonStep& step, const LessonAnswer& answer) {
  std::string text;
  for (std::size_t k = 0; k < step.choices.size(); ++k)
    text +=
        std::string(answer.isRight[k] ? "  * " : "    ") + step.choices[k].text + "  (" + answer.measured[k] + ")\n";
  if (!answer.revealed.empty()) text += "  * " + answer.revealed + '\n';
  return text.empty() ? text : text + '\n';
}

std::string stepText(const LessonStep& step, std::size_t number, std::size_t steps) {
  std::string text = std::to_string(number) + '/' + std::to_string(steps) + "  " + step.title;
  if (step.at) text += "  (at " + formatDuration(*step.at) + ')';
  text += '\n' + step.text + (step.text.empty() || step.text.ends_with('\n') ? "" : "\n");
  if (!step.question.empty()) text += "  ? " + step.question + '\n';
  for (const LessonChoice& choice : step.choices) text += "    " + choice.text + '\n';
  return text;
}

int printHints(const ChallengeSpec& challenge, int wanted) {
  std::string text;
  const std::size_t count = std::min(static_cast<std::size_t>(wanted), challenge.hints.size());
  for (std::size_t i = 0; i < count; ++i) text += std::to_string(i + 1) + ". " + challenge.hints[i] + '\n';
  if (count < challenge.hints.size()) text += std::to_string(challenge.hints.size() - count) + " more\n";
  return writeResult(text);
}

// What the last question came to, and the next step, whose question is open.
int showNext(const Scenario& scenario, const std::vector<LessonAnswer>& answers, const std::string& lesson,
             bool restart) {
  LessonProgress progress(LessonProgress::usualPath());
  const std::size_t steps = scenario.lesson.size(), seen = restart ? 0 : std::min(progress.of(lesson), steps);
  std::string text;
  if (seen > 0) text += answerText(scenario.lesson[seen - 1], answers[seen - 1]);
  if (seen == steps)
    return writeResult(text + "That was the last of " + std::to_string(steps) +
                       " steps; --next --restart begins anew.\n");
  text += stepText(scenario.lesson[seen], seen + 1, steps);
  if (const std::string problem = progress.reach(lesson, seen + 1, steps); !problem.empty()) sayWarning(problem);
  return writeResult(text);
}

}  // namespace

int showLesson(const LessonOptions& options) {
  std::optional<Scenario> scenario = loadScenario(options.run);
  if (!scenario) return kBadInput;
  if (scenario->lesson.empty())
    return refuse(options.run.file + " has no lesson; add \"lesson: [{title: ..., text: ...}]\" (faultline reference)");
  const std::string english = scenario->name;
  Translation texts;
  if (const int status = readTexts(options.run.file, options.language, texts); status != kFine) return status;
  translate(*scenario, texts);
  watchForInterruption();
  Simulation simulation(*scenario);
  advanceToEnd(simulation, nullptr);
  if (interruption() != 0) return kSignalled + interruption();
  const std::vector<LessonAnswer> answers = lessonAnswers(*scenario, simulation.series(), simulation.summary());
  return options.next ? showNext(*scenario, answers, english, options.restart)
                      : writeResult(lessonText(*scenario, answers));
}

int gradeAnswer(const GradeOptions& options) {
  std::optional<Scenario> challenge = load(options.given);
  if (!challenge) return kBadInput;
  if (!challenge->challenge)
    return refuse(options.given +
                  " has no challenge; add \"challenge: {objectives: [...], budget: ...}\" (faultline reference)");
  if (options.hints > 0) {
    Translation texts;
    if (const int status = readTexts(options.given, options.language, texts); status != kFine) return status;
    translate(*challenge, texts);
    return printHints(*challenge->challenge, options.hints);
  }
  const std::optional<Scenario> mended = options.answer.empty() ? challenge : load(options.answer);
  if (!mended) return kBadInput;
  watchForInterruption();
  // Each seat is examined with luck of its own, so that nobody can copy what only happened to work.
  if (!options.workshop.seat.empty()) challenge->seed = seedOfSeat(*challenge, options.workshop.seat);
  Examiner examiner;
  examiner.runs = static_cast<std::size_t>(options.runs);
  examiner.cores = allCores();
  examiner.isCancelled = [] { return interruption() != 0; };
  const std::optional<Grade> judged = examine(*challenge, *mended, examiner);
  if (!judged) return kSignalled + interruption();
  const Grade& grade = *judged;
  const int written = writeResult(options.json ? jsonOf(grade).dump(2) + '\n' : gradeText(*challenge, grade));
  if (written != kFine) return written;
  if (const int kept = keepTry(options.workshop, gradedTry(challenge->name, grade)); kept != kFine) return kept;
  return grade.passed ? kFine : kFailed;
}

int printTexts(const std::string& file, const std::string& language) {
  const std::optional<Scenario> scenario = load(file);
  if (!scenario) return kBadInput;
  Translation texts;
  if (!translationFileOf(file, language).empty())
    if (const int status = readTexts(file, language, texts); status != kFine) return status;
  return writeResult(translationFile(*scenario, texts, language));
}

}  // namespace faultline::cli

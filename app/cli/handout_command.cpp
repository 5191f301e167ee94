// faultline handout
#include <filesystem>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/interruption.h"
#include "cli/loading.h"
#include "cli/messages.h"
#include "cli/output_file.h"
#include "cli/running.h"
#include "teaching/handout.h"

namespace faultline::cli {

int writeHandout(const HandoutOptions& options) {
  std::optional<Scenario> scenario = loadScenario(options.run);
  if (!scenario) return kBadInput;
  if (scenario->lesson.empty() && !scenario->challenge)
    return refuse(options.run.file + " has neither a lesson nor a challenge");
  if (!options.out.empty()) {
    if (const std::string problem = refusalOfFile(options.out, "--out", options.force); !problem.empty())
      return refuse(problem);
    std::error_code error;
    if (std::filesystem::equivalent(options.out, options.run.file, error))
      return refuse("--out names the scenario itself; name another file");
  }
  Translation texts;
  if (const int status = readTexts(options.run.file, options.language, texts); status != kFine) return status;
  translate(*scenario, texts);
  if (const int status = readWords(options.run.file, options.language, texts); status != kFine) return status;
  std::vector<LessonAnswer> answers;
  if (!options.noAnswers && !scenario->lesson.empty()) {
    watchForInterruption();
    Simulation simulation(*scenario);
    advanceToEnd(simulation, nullptr);
    if (interruption() != 0) return kSignalled + interruption();
    answers = lessonAnswers(*scenario, simulation.series(), simulation.summary());
  }
  const std::string page = handoutHtml(*scenario, answers, texts, options.language);
  if (options.out.empty()) return writeResult(page);
  const std::string problem = writeFile(options.out, page);
  return problem.empty() ? kFine : refuse(problem);
}

}  // namespace faultline::cli

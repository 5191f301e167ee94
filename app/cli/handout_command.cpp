// faultline handout
#include <filesystem>
#include <fstream>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/interruption.h"
#include "cli/loading.h"
#include "cli/messages.h"
#include "cli/running.h"
#include "teaching/handout.h"

namespace faultline::cli {
namespace {

int writeTo(const HandoutOptions& options, const std::string& page) {
  if (options.out.empty()) return writeResult(page);
  std::ofstream file(options.out, std::ios::binary | std::ios::trunc);
  file << page;
  file.close();
  if (file) return kFine;
  sayError("cannot write \"" + options.out + "\"");
  return kBadInput;
}

}  // namespace

int writeHandout(const HandoutOptions& options) {
  std::optional<Scenario> scenario = loadScenario(options.run);
  if (!scenario) return kBadInput;
  if (scenario->lesson.empty() && !scenario->challenge) {
    sayError(options.run.file + " has neither a lesson nor a challenge");
    return kBadInput;
  }
  if (std::error_code error; !options.out.empty() && !options.force && std::filesystem::exists(options.out, error)) {
    sayError("\"" + options.out + "\" is there already; name a new file, or add --force to replace it");
    return kBadInput;
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
  return writeTo(options, handoutHtml(*scenario, answers, texts, options.language));
}

}  // namespace faultline::cli

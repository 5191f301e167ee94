// faultline run
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "analysis/expect.h"
#include "analysis/recorded.h"
#include "base/quantity.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/interruption.h"
#include "cli/loading.h"
#include "cli/messages.h"
#include "cli/output_directory.h"
#include "cli/progress.h"
#include "cli/running.h"
#include "io/series_csv.h"
#include "io/summary_json.h"
#include "metrics/recorded_report.h"
#include "metrics/report.h"

namespace faultline::cli {
namespace {

int writeText(const std::string& text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (written && std::fflush(stdout) == 0) return kFine;
  sayError("standard output cannot be written");
  return kBadInput;
}

// What a finished run amounts to.
struct Outcome {
  Summary summary;
  RunFacts facts;
  bool interrupted = false;

  int status() const {
    if (interrupted) return kSignalled + interruption();
    const bool failed = std::any_of(facts.expectations.begin(), facts.expectations.end(),
                                    [](const ExpectationResult& e) { return !e.passed; });
    return failed || !summary.stopped.empty() ? kFailed : kFine;
  }
};

Outcome runToEnd(Simulation& simulation, const RunOptions& options) {
  Outcome outcome;
  const Scenario& scenario = simulation.scenario();
  {
    Progress progress(!options.quiet, scenario.duration);
    outcome.facts.wallSeconds = advanceToEnd(simulation, &progress);
  }
  outcome.facts.file = options.file;
  outcome.summary = simulation.summary();
  outcome.interrupted = interruption() != 0 && simulation.now() < scenario.duration;
  if (outcome.interrupted) outcome.summary.stopped = "interrupted";
  if (outcome.summary.stopped.empty()) {
    outcome.facts.expectations = checkExpectations(scenario, simulation.series(), outcome.summary);
    outcome.facts.recorded =
        compareWithRecorded(simulation, folderOf(options.file), [] { return interruption() == 0; });
  } else {
    sayWarning(fmt::format("partial result: stopped at {} of {}: {}", formatDuration(outcome.summary.simulated),
                           formatDuration(scenario.duration), outcome.summary.stopped));
  }
  return outcome;
}

// An empty text, or why there is nothing in the directory.
std::string publish(OutputDirectory& out, const Simulation& simulation, const Summary& summary,
                    const std::string& json) {
  return out.publish({{kTimelineFile, seriesCsv(simulation.series())},
                      {kSummaryFile, json},
                      {kFingerprintFile, fmt::format("{:016x}\n", summary.fingerprint)}});
}

}  // namespace

int runScenario(const RunOptions& options) {
  const std::optional<Scenario> scenario = loadScenario(options);
  if (!scenario) return kBadInput;
  watchForInterruption();
  OutputDirectory out;
  if (!options.out.empty())
    if (const std::string problem = out.prepare(options.out, options.force); !problem.empty()) {
      sayError(problem);
      return kBadInput;
    }
  Simulation simulation(*scenario);
  const Outcome outcome = runToEnd(simulation, options);
  const std::string json = summaryJson(outcome.summary, outcome.facts);
  if (!options.out.empty()) {
    if (outcome.interrupted) {
      sayWarning("nothing was written to \"" + options.out + "\"");
    } else if (const std::string problem = publish(out, simulation, outcome.summary, json); !problem.empty()) {
      sayError(problem);
      return kBadInput;
    }
  }
  const int written =
      writeText(options.json ? json
                             : reportText(outcome.summary, outcome.facts.wallSeconds) +
                                   expectationsText(outcome.facts.expectations) + recordedText(outcome.facts.recorded));
  return written != kFine ? written : outcome.status();
}

}  // namespace faultline::cli

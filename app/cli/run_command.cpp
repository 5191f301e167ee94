// faultline run
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "analysis/alerts.h"
#include "analysis/expect.h"
#include "analysis/recorded.h"
#include "analysis/theory.h"
#include "base/quantity.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/interruption.h"
#include "cli/loading.h"
#include "cli/messages.h"
#include "cli/output_directory.h"
#include "cli/output_file.h"
#include "cli/progress.h"
#include "cli/request_log.h"
#include "cli/running.h"
#include "engine/trace_collector.h"
#include "io/file_places.h"
#include "io/series_csv.h"
#include "io/summary_json.h"
#include "io/trace_export.h"
#include "io/yaml_writer.h"
#include "metrics/recorded_report.h"
#include "metrics/report.h"
#include "teaching/seat.h"

namespace faultline::cli {
namespace {

constexpr const char* kToStandardOutput = "-";

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
  outcome.facts.alerts = alertsOf(scenario, simulation.series());
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

// An empty text, or why there is nothing in the directory. `scenario` is what was loaded: a simulation adds to its own what
// goes without saying. `traces` may be null.
std::string publish(OutputDirectory& out, Scenario scenario, const RunOptions& options, const Simulation& simulation,
                    const Outcome& outcome, const std::string& json, const Traces* traces) {
  keepFiles(scenario, folderOf(options.file), options.out);
  std::vector<std::pair<std::string, std::string>> files{
      {kScenarioFile, writeScenario(scenario)},
      {kTimelineFile, seriesCsv(simulation.series())},
      {kSummaryFile, json},
      {kFingerprintFile, fmt::format("{:016x}\n", outcome.summary.fingerprint)}};
  if (traces != nullptr) {
    files.emplace_back(kTracesFile, tracesOtlp(*traces, outcome.summary.fingerprint));
    files.emplace_back(kChromeFile, tracesChrome(*traces));
  }
  return out.publish(files);
}

// An empty text, or why no log can be written.
std::string refusalOfLog(const RunOptions& options) {
  if (options.log.empty()) return {};
  if (options.log == kToStandardOutput)
    return options.json ? "standard output takes one of --log - and --format json" : std::string();
  if (std::string problem = refusalOfFile(options.log, "--log", options.force); !problem.empty()) return problem;
  namespace fs = std::filesystem;
  std::error_code error;
  if (fs::equivalent(options.log, options.file, error)) return "--log names the scenario itself; name another file";
  const auto whole = [&](const fs::path& path) { return fs::weakly_canonical(fs::absolute(path), error); };
  if (!options.out.empty() && whole(options.log).parent_path() == whole(options.out))
    return "--log names a file among those of --out; name one elsewhere";
  return {};
}

// An empty text, or why the run cannot begin.
std::string prepare(OutputDirectory& out, const RunOptions& options) {
  if (std::string problem = refusalOfLog(options); !problem.empty()) return problem;
  return options.out.empty() ? std::string() : out.prepare(options.out, options.force);
}

}  // namespace

int runScenario(const RunOptions& options) {
  std::optional<Scenario> scenario = loadScenario(options);
  if (!scenario) return kBadInput;
  if (!options.seat.empty()) scenario->seed = seedOfSeat(*scenario, options.seat);
  if (options.hideTimeline) scenario->expect.clear();
  watchForInterruption();
  OutputDirectory out;
  if (const std::string problem = prepare(out, options); !problem.empty()) return refuse(problem);
  Simulation simulation(*scenario);
  TraceCollector collector(*scenario);
  const bool follows = options.traces || !options.log.empty();
  if (follows) simulation.observe(&collector);
  Outcome outcome = runToEnd(simulation, options);
  if (options.hideTimeline) outcome.summary.actions.clear();
  simulation.observe(nullptr);
  const std::optional<Traces> traces = follows ? std::optional(collector.traces()) : std::nullopt;
  const std::string json = summaryJson(outcome.summary, outcome.facts);
  if (!options.out.empty()) {
    if (outcome.interrupted) {
      sayWarning("nothing was written to \"" + options.out + "\"");
    } else if (const std::string problem = publish(out, options.hideTimeline ? sealed(*scenario) : *scenario, options,
                                                   simulation, outcome, json, options.traces ? &*traces : nullptr);
               !problem.empty())
      return refuse(problem);
  }
  std::string more;
  if (options.theory) more += theoryText(theoryOf(simulation.scenario(), simulation.series(), outcome.summary));
  if (options.traces) more += tracesText(*traces);
  if (!options.log.empty()) {
    const std::string log = requestLog(traceLog(*traces, outcome.summary.fingerprint), options.logLevel);
    if (options.log == kToStandardOutput) {
      const int written = writeResult(log);
      return written != kFine ? written : outcome.status();
    }
    if (const std::string problem = writeFile(options.log, log); !problem.empty()) return refuse(problem);
  }
  const int written = writeResult(options.json ? json
                                             : reportText(outcome.summary, outcome.facts.wallSeconds) +
                                                   alertsText(outcome.facts.alerts) +
                                                   expectationsText(outcome.facts.expectations) +
                                                   recordedText(outcome.facts.recorded) + more);
  return written != kFine ? written : outcome.status();
}

}  // namespace faultline::cli

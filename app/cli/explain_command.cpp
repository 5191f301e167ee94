// faultline explain
#include <algorithm>
#include <filesystem>

#include "analysis/explain.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/interruption.h"
#include "cli/loading.h"
#include "cli/messages.h"
#include "cli/output_directory.h"
#include "cli/progress.h"
#include "cli/running.h"
#include "io/explanation_json.h"
#include "io/series_reader.h"
#include "io/summary_json.h"
#include "metrics/explanation_text.h"

namespace faultline::cli {
namespace {

namespace fs = std::filesystem;

// The architecture and what was measured on it.
struct Evidence {
  Scenario architecture;
  Series series;
};

std::optional<Evidence> fromRun(const RunOptions& options) {
  std::optional<Scenario> scenario = loadScenario(options);
  if (!scenario) return std::nullopt;
  if (options.sample.empty()) scenario->sample = samplingForExplanation(*scenario);
  watchForInterruption();
  Simulation simulation(*scenario);
  {
    Progress progress(!options.quiet, scenario->duration);
    advanceToEnd(simulation, &progress);
  }
  if (interruption() != 0) sayWarning("interrupted: explained as far as it ran");
  return Evidence{std::move(*scenario), simulation.series()};
}

// What would change a run says nothing about one that is over.
std::string refusalOfResults(const RunOptions& options) {
  const char* option = options.seed                ? "--seed"
                       : !options.duration.empty() ? "--duration"
                       : !options.sample.empty()   ? "--sample"
                       : !options.settings.empty() ? "--set"
                                                   : nullptr;
  if (option == nullptr) return {};
  return std::string(option) + " changes a run, and \"" + options.file +
         "\" holds the results of one that is over; explain the scenario itself";
}

std::optional<Evidence> fromResults(const RunOptions& options, const std::string& architecture) {
  RunOptions of = options;
  of.file = architecture.empty() ? (fs::path(options.file) / kScenarioFile).string() : architecture;
  std::optional<Scenario> scenario = loadScenario(of);
  Result<Series> series = readSeriesCsv((fs::path(options.file) / kTimelineFile).string(),
                                        scenario ? metricColumns(*scenario) : std::vector<MetricColumn>());
  printProblems(series.diagnostics);
  // A recording has none, and nothing is read out of it; but beside a damaged one the series is not to be trusted
  // either.
  const std::string summary = (fs::path(options.file) / kSummaryFile).string();
  std::error_code error;
  const Diagnostics damage = fs::exists(summary, error) ? checkSummaryJson(summary) : Diagnostics();
  printProblems(damage);
  if (!scenario || !series.ok() || hasErrors(damage)) return std::nullopt;
  return Evidence{std::move(*scenario), std::move(series.value)};
}

// Results of another system would look as if nothing broke.
bool isOf(const Series& series, const Scenario& architecture) {
  return std::any_of(series.columns.begin(), series.columns.end(), [&](const SeriesColumn& column) {
    const std::string owner = column.name.substr(0, column.name.find('.'));
    return std::any_of(architecture.nodes.begin(), architecture.nodes.end(),
                       [&](const NodeSpec& node) { return node.name == owner; });
  });
}

}  // namespace

int explainScenario(const RunOptions& options, const std::string& architecture) {
  std::error_code error;
  const bool isResults = fs::is_directory(options.file, error);
  if (!architecture.empty() && !isResults) {
    sayError("--architecture goes with a folder of results; \"" + options.file + "\" is none");
    return kBadInput;
  }
  if (const std::string problem = isResults ? refusalOfResults(options) : std::string(); !problem.empty())
    return refuse(problem);
  std::optional<Evidence> evidence = isResults ? fromResults(options, architecture) : fromRun(options);
  if (!evidence) return kBadInput;
  if (!isOf(evidence->series, evidence->architecture))
    return refuse("\"" + options.file +
                  "\" has no metric of any node of the scenario that is to explain it (the results and the "
                  "architecture belong to different systems)");
  if (interruption() == 0 && !canExplain(evidence->architecture, evidence->series))
    return refuse("\"" + options.file +
                  "\" has too few samples to tell what is usual (sample more finely or run for longer; a "
                  "twentieth of the time after the warm-up, and by default much less, is fine enough)");
  const Explanation explanation = explain(evidence->architecture, evidence->series);
  const int written = writeResult(options.json ? explanationJson(explanation) : explanationText(explanation));
  if (written != kFine) return written;
  return interruption() != 0 ? kSignalled + interruption() : kFine;
}

}  // namespace faultline::cli

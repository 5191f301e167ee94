// faultline run
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "base/quantity.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/interruption.h"
#include "cli/loading.h"
#include "cli/output_directory.h"
#include "cli/progress.h"
#include "engine/simulation.h"
#include "io/series_csv.h"
#include "io/summary_json.h"
#include "metrics/report.h"

namespace faultline::cli {
namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// Advances in steps of about this much wall time, so that progress and Ctrl-C are noticed.
constexpr double kStepSeconds = 0.05;

// Returns the wall time of the event loop.
double advanceToEnd(Simulation& simulation, bool quiet) {
  const Duration total = simulation.scenario().duration;
  Progress progress(!quiet, total);
  Duration step{std::max<std::int64_t>(total.ns / 1000, 1)};
  double wall = 0;
  while (simulation.now() < total && interruption() == 0) {
    const Clock::time_point start = Clock::now();
    const Simulation::Status status = simulation.advanceTo(std::min(total, simulation.now() + step));
    const double took = secondsSince(start);
    wall += took;
    if (status != Simulation::Status::Running) break;
    if (took < kStepSeconds / 2) step.ns = std::min(step.ns * 2, total.ns);
    if (took > kStepSeconds * 2) step.ns = std::max<std::int64_t>(step.ns / 2, 1);
    progress.show(simulation.now(), simulation.events(), wall);
  }
  return wall;
}

int writeText(const std::string& text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (written && std::fflush(stdout) == 0) return kFine;
  std::fputs("error: standard output cannot be written\n", stderr);
  return kBadInput;
}

std::string fingerprintText(const Summary& summary) { return fmt::format("{:016x}\n", summary.fingerprint); }

}  // namespace

int runScenario(const RunOptions& options) {
  std::optional<Scenario> scenario = loadScenario(options);
  if (!scenario) return kBadInput;
  OutputDirectory out;
  if (!options.out.empty())
    if (const std::string problem = out.prepare(options.out, options.force); !problem.empty()) {
      std::fprintf(stderr, "error: %s\n", problem.c_str());
      return kBadInput;
    }
  watchForInterruption();
  Simulation simulation(*scenario);
  RunFacts facts;
  facts.file = options.file;
  facts.wallSeconds = advanceToEnd(simulation, options.quiet);
  Summary summary = simulation.summary();
  const bool interrupted = interruption() != 0 && simulation.now() < scenario->duration;
  if (interrupted) summary.stopped = "interrupted";
  if (!summary.stopped.empty())
    std::fprintf(stderr, "warning: partial result: stopped at %s of %s: %s\n",
                 formatDuration(summary.simulated).c_str(), formatDuration(scenario->duration).c_str(),
                 summary.stopped.c_str());
  const std::string json = summaryJson(summary, facts);
  if (!options.out.empty() && interrupted) {
    std::fprintf(stderr, "warning: nothing was written to \"%s\"\n", options.out.c_str());
  } else if (!options.out.empty()) {
    const std::string problem = out.publish({{kTimelineFile, seriesCsv(simulation.series())},
                                             {kSummaryFile, json},
                                             {kFingerprintFile, fingerprintText(summary)}});
    if (!problem.empty()) {
      std::fprintf(stderr, "error: %s\n", problem.c_str());
      return kBadInput;
    }
  }
  if (const int status = writeText(options.json ? json : reportText(summary, facts.wallSeconds)); status != kFine)
    return status;
  if (interrupted) return kSignalled + interruption();
  return summary.stopped.empty() ? kFine : kFailed;
}

}  // namespace faultline::cli

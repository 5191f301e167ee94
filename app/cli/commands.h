// The commands of `faultline`, one function each. Each returns the exit status of the program (cli/exit_status.h).
//
// Results go to standard output, messages to standard error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "io/trace_log.h"

namespace faultline::cli {

struct RunOptions {
  std::string file;
  std::optional<std::uint64_t> seed;
  std::string duration, sample;  // as written; empty: the scenario's
  std::vector<std::string> settings;
  std::string out;
  bool force = false;
  bool json = false;
  bool noTimeline = false;
  bool quiet = false;
  bool theory = false;
  bool traces = false;
  std::string log;  // a file for the log of requests, or "-"; empty: none
  LogLevel logLevel = LogLevel::Info;
};

int runScenario(const RunOptions& options);
// `options.file` is a scenario, which is run, or a folder of results; then `architecture` may name another scenario
// than the one in it.
int explainScenario(const RunOptions& options, const std::string& architecture);
// Fails (exit status) when there are risks.
int reviewScenario(const RunOptions& options);
struct CompareOptionsOfUser {
  RunOptions run;                  // each of its settings, parted by semicolons, makes a variant of the first file
  std::vector<std::string> files;
  int replications = 40;           // at most
  double precision = 0.05;
};
int compareScenarios(const CompareOptionsOfUser& options);
int tryChanges(const RunOptions& options);
int findCapacity(const RunOptions& options, double inTime);
// Runs a scenario and shows the steps of its lesson with what the run answers.
int showLesson(const RunOptions& options);
// Judges `answer` against the challenge of `given`; with a number, shows so many hints instead.
int gradeAnswer(const std::string& given, const std::string& answer, int runs, int hints, bool json);
int checkScenarios(const std::vector<std::string>& files);
// Without names: all files below ./scenarios or the source tree's. `update` accepts what the runs came to.
int verifyScenarios(const std::vector<std::string>& named, bool update, bool json);
int listKinds();
int showKind(const std::string& kind);
int printSchema();
int printReference();

}  // namespace faultline::cli

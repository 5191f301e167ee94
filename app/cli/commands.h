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
  std::string seat;  // of a workshop; its name gives the seed
  bool hideTimeline = false;
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
// Texts are in `language` where they are translated.
struct LessonOptions {
  RunOptions run;
  std::string language = "en";
  bool next = false, restart = false;
};
// Runs a scenario and shows the steps of its lesson with what the run answers.
int showLesson(const LessonOptions& options);
struct WorkshopOptions {
  std::string seat, board;  // empty: nobody's, none
};
struct GradeOptions {
  std::string given, answer;  // without an answer the challenge itself is judged
  int runs = 5;
  int hints = 0;              // shows so many instead
  WorkshopOptions workshop;
  std::string language = "en";
  bool json = false;
};
int gradeAnswer(const GradeOptions& options);
struct HandoutOptions {
  RunOptions run;
  std::string out, language = "en";
  bool force = false, noAnswers = false;
};
int writeHandout(const HandoutOptions& options);
struct GuessOptions {
  std::string file, place, verb;  // an empty verb: only the place counts
  WorkshopOptions workshop;
};
// Fails (exit status) when the first fault was elsewhere.
int guessCause(const GuessOptions& options);
int openRound(const std::string& board, const std::string& length);
int showBoard(const std::string& board);
// Prints the texts of a scenario for a translator.
int printTexts(const std::string& file, const std::string& language);
int checkScenarios(const std::vector<std::string>& files);
// Without names: all files below ./scenarios or the source tree's. `update` accepts what the runs came to.
int verifyScenarios(const std::vector<std::string>& named, bool update, bool json);
int listKinds();
int showKind(const std::string& kind);
int printSchema();
int printReference();

}  // namespace faultline::cli

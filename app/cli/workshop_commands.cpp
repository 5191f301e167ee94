// faultline guess, round and board: hidden faults, timed rounds and the scoreboard of a workshop.
#include <algorithm>
#include <chrono>

#include "base/quantity.h"
#include "cli/exit_status.h"
#include "cli/loading.h"
#include "cli/messages.h"
#include "cli/workshop.h"
#include "model/validate.h"
#include "teaching/seat.h"

namespace faultline::cli {
namespace {

std::int64_t now() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

int keep(const std::string& board, const std::string& line) {
  const std::string problem = addToBoard(board, line);
  if (!problem.empty()) return refuse(problem);
  // A line that is none hides the ranking from everybody: whoever scores should hear of it.
  const Result<Scoreboard> read = Scoreboard::read(board);
  if (!read.diagnostics.empty()) sayWarning(toString(read.diagnostics.front()));
  return kFine;
}

bool has(const std::vector<std::string>& list, const std::string& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

// "(did you mean ...?)", where one is near.
std::string near(const std::string& name, const std::vector<std::string>& known) {
  const std::string found = nearestName(name, std::vector<std::string_view>(known.begin(), known.end()));
  return found.empty() ? found : " (did you mean \"" + found + "\"?)";
}

}  // namespace

int keepTry(const WorkshopOptions& options, Try t) {
  if (options.board.empty()) return kFine;
  t.seat = options.seat;
  t.at = now();
  return keep(options.board, lineOf(t));
}

int guessCause(const GuessOptions& options) {
  RunOptions file;
  file.file = options.file;
  const std::optional<Scenario> scenario = loadScenario(file);
  if (!scenario) return kBadInput;
  if (hiddenCauses(*scenario).empty()) return refuse(options.file + " has no fault in its timeline");
  if (const std::vector<std::string> known = places(*scenario); !has(known, options.place))
    return refuse("\"" + options.place + "\" is no node and no arrow of " + options.file + near(options.place, known));
  if (const std::vector<std::string> verbs = verbsAt(*scenario, options.place);
      !options.verb.empty() && !has(verbs, options.verb))
    return refuse("--what: \"" + options.verb + "\" cannot be done to " + options.place + near(options.verb, verbs));
  const Try t = judged(*scenario, {options.place, options.verb});
  if (const int kept = keepTry(options.workshop, t); kept != kFine) return kept;
  const bool isThere = has(hiddenCauses(*scenario), options.place);
  std::string said = isThere ? "Right: it began there.\n" : "No: it did not begin there.\n";
  if (!options.verb.empty())
    said += t.met > (isThere ? 1 : 0) ? "Right: that is what was done.\n" : "No: something else was done.\n";
  const int written = writeResult(said);
  return written != kFine ? written : t.passed ? kFine : kFailed;
}

int openRound(const std::string& board, const std::string& length) {
  const Parsed<Duration> parsed = parseDuration(length);
  if (!parsed.value || parsed.value->ns < seconds(1).ns)
    return refuse("--for: " +
                  (parsed.value ? std::string("a round takes a second at least, for example 20min") : parsed.problem));
  const std::int64_t from = now();
  const int kept = keep(board, lineOf(Round{from, from + parsed.value->ns / seconds(1).ns}));
  return kept != kFine ? kept : writeResult("The round is open for " + formatDuration(*parsed.value) + ".\n");
}

int showBoard(const std::string& board) {
  const Result<Scoreboard> read = Scoreboard::read(board);
  printProblems(read.diagnostics);
  return read.ok() ? writeResult(read.value.text(now())) : kBadInput;
}

}  // namespace faultline::cli

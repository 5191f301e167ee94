// The scoreboard of a workshop: a file that every seat adds lines to, on one machine or on a shared folder.
//
// One JSON object a line: a round with its end, or a try of a seat. Lines are added in one write under a lock, so that
// many can add at a time. Once rounds are opened, only tries within one count.
//
// Thread safety: add may be called by many programs at a time. Errors: as a text. Times are seconds since the epoch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "analysis/grade.h"
#include "base/diagnostic.h"

namespace faultline {

struct Round {
  std::int64_t from = 0, until = 0;
};

// One try of one seat at one task.
struct Try {
  std::int64_t at = 0;
  std::string seat, task;
  bool passed = false;
  std::size_t met = 0, of = 0;  // objectives, or 1 of 1 for a right guess
  double costPerHour = 0;
  std::size_t changes = 0;
};

// What a grade is to the scoreboard; seat and time are the caller's.
Try gradedTry(const std::string& task, const Grade& grade);

// The best that a seat came to, over all tasks.
struct Standing {
  std::string seat;
  std::size_t passed = 0;  // tasks
  double met = 0;          // share of the objectives, added up over tasks
  double costPerHour = 0;  // of what passed
  std::size_t tries = 0;
  std::int64_t lastPassed = 0;
};

class Scoreboard {
 public:
  // Lines of a file; a line that is no entry is a problem, with its place in it.
  static Result<Scoreboard> parse(const std::string& content, const std::string& fileName);
  static Result<Scoreboard> read(const std::string& fileName);

  const std::vector<Round>& rounds() const { return rounds_; }
  const std::vector<Try>& tries() const { return tries_; }
  bool counts(const Try& t) const;
  // The best first: more tasks, then more objectives, then cheaper, then earlier.
  std::vector<Standing> standings() const;
  std::string text(std::int64_t now) const;

 private:
  std::vector<Round> rounds_;
  std::vector<Try> tries_;
};

std::string lineOf(const Round& round);
std::string lineOf(const Try& t);
// Adds a line to the file, which is made where there is none. An empty text, or what went wrong.
std::string addToBoard(const std::string& path, const std::string& line);

}  // namespace faultline

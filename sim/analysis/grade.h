// Judges a mended design against its challenge: what was changed, whether that was allowed, and whether the objectives
// hold within the budget, with luck that nobody has seen.
//
// What stays as it is: who asks for what and when (classes, originating nodes, the timeline), how long a run is, work and
// latencies (every parameter that is a distribution), prices, and what the challenge gives. The rest is the design. An
// added node costs what the challenge says for its kind, so growing until all is green does not win.
//
// Who runs the examinations, and on how many cores, is the caller's business.
// Thread safety: pure functions. Determinism: equal scenarios give equal grades.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/simulation.h"

namespace faultline {

// A change counts once: a parameter, a node with its arrows, an arrow between nodes that were there.
std::vector<std::string> changesOf(const Scenario& given, const Scenario& answer);
// What the answer may not have done. REQUIRES given.challenge.
std::vector<std::string> ruleBreaks(const Scenario& given, const Scenario& answer);

// The answer as it is examined for the k-th time. REQUIRES given.challenge and an answer without broken rules.
Scenario examination(const Scenario& given, const Scenario& answer, std::size_t k);

struct ExamResult {
  double costPerHour = 0;
  std::vector<bool> met;              // by objective
  std::vector<std::string> measured;  // by objective
  bool stoppedEarly = false;
};
ExamResult resultOf(const Scenario& examined, const Simulation& finished);

struct Grade {
  std::vector<std::string> broken, changes;
  double costPerHour = 0;  // the mean
  struct Objective {
    std::string text;
    std::size_t met = 0;
    std::string missed;  // what it came to where it was missed first
  };
  std::vector<Objective> objectives;
  std::size_t runs = 0;
  bool withinBudget = true, withinChanges = true;
  bool passed = false;
};
Grade gradeOf(const Scenario& given, const Scenario& answer, const std::vector<ExamResult>& results);
std::string gradeText(const Scenario& given, const Grade& grade);

}  // namespace faultline

// What a run answers to the questions of its lesson.
//
// Thread safety: pure functions. Determinism: the same run gives the same answers. Complexity: linear in the samples
// for each choice.
#pragma once

#include <string>
#include <vector>

#include "metrics/series.h"
#include "metrics/summary.h"
#include "model/scenario.h"

namespace faultline {

struct LessonAnswer {
  std::vector<bool> isRight;          // by choice
  std::vector<std::string> measured;  // by choice: what its expectation came to
  std::string revealed;               // the measured value; empty where the step reveals none
  bool isKnown = true;                // whether the value to reveal came about
  bool hasRight() const;
};

// By step. REQUIRES a scenario that validation accepts, and the results of its run so far.
std::vector<LessonAnswer> lessonAnswers(const Scenario& scenario, const Series& series, const Summary& summary);

// When a run can answer the question of a step: the end of the last window that its choices and its value look at. The
// end of the run where one looks at all of it.
SimTime answeredAt(const Scenario& scenario, const LessonStep& step);

// A lesson as text: steps, questions and what the run answers.
std::string lessonText(const Scenario& scenario, const std::vector<LessonAnswer>& answers);

}  // namespace faultline

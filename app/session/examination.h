// Judges an answer to a challenge over unseen seeds, on several cores: what the command line and the studio both call.
//
// Thread safety: call it on a thread that may wait. Determinism: the grade depends neither on the number of cores nor
// on when somebody looks.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>

#include "analysis/grade.h"
#include "session/work.h"

namespace faultline {

// Enough that luck alone seldom passes, few enough to wait for.
constexpr std::size_t kExaminations = 5;

struct Examiner {
  std::size_t runs = kExaminations;
  std::size_t cores = 1;
  std::function<bool()> isCancelled;
  std::function<void()> runEnded = [] {};
};

// Nothing after a cancellation. An answer that breaks the rules is judged without a run. The seed of the answer does
// not matter: everybody is examined with seeds that follow from that of `given`. REQUIRES given.challenge, and
// scenarios that validation accepts.
std::optional<Grade> examine(const Scenario& given, Scenario answer, const Examiner& how);

// With a core left for the window.
std::optional<Grade> examine(const Scenario& given, Scenario answer, Work& work);

}  // namespace faultline

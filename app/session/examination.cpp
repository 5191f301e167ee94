#include "session/examination.h"

#include <algorithm>

namespace faultline {

std::optional<Grade> examine(const Scenario& given, Scenario answer, const Examiner& how) {
  answer.seed = given.seed;
  std::vector<ExamResult> results;
  if (ruleBreaks(given, answer).empty()) {
    results.resize(how.runs);
    forAll(how.runs, how.cores, how.isCancelled, [&](std::size_t k) {
      const Scenario examined = examination(given, answer, k);
      Simulation simulation(examined);
      if (!advanceTo(simulation, examined.duration, how.isCancelled)) return;
      results[k] = resultOf(examined, simulation);
      how.runEnded();
    });
  }
  if (how.isCancelled()) return std::nullopt;
  return gradeOf(given, answer, results);
}

std::optional<Grade> examine(const Scenario& given, Scenario answer, Work& work) {
  std::atomic<std::size_t> ended = 0;
  Examiner how;
  how.cores = std::max<std::size_t>(1, allCores() - 1);
  how.isCancelled = [&work] { return work.cancelled.load(); };
  how.runEnded = [&] { work.share = static_cast<double>(++ended) / static_cast<double>(how.runs); };
  return examine(given, std::move(answer), how);
}

}  // namespace faultline

// Alert rules over the series of a run: what an operator would have been woken by, and when.
//
// Thread safety: a value. Determinism: a function of rules and series, however they arrive. Complexity: each new row is
// looked at a bounded number of times, whatever the sampling interval.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/time.h"
#include "metrics/alert.h"
#include "metrics/series.h"

namespace faultline {

class AlertWatch {
 public:
  explicit AlertWatch(std::vector<AlertRule> rules);

  // Looks at the rows that are new since the last call; a series with fewer rows is taken for another run's, and one
  // with other columns has to be preceded by `reset`.
  void update(const Series& series);
  void reset();
  const std::vector<AlertRule>& rules() const { return rules_; }
  // In the order in which they fired.
  const std::vector<Alert>& alerts() const { return alerts_; }

 private:
  // One rule on one subject.
  struct Watch {
    AlertRule rule;
    std::size_t column = 0;  // that is watched
    std::size_t total = 0;   // the column of what went well, for a share
    SimTime next;            // earliest time of the next look
    std::size_t first = 0;   // first row of the window
    std::ptrdiff_t open = -1;  // index of the alert that lasts
  };
  void findSubjects(const Series& series);
  void look(Watch& watch, const Series& series, std::size_t row);

  std::vector<AlertRule> rules_;
  std::vector<Watch> watches_;
  std::vector<Alert> alerts_;
  std::size_t rows_ = 0;
  std::size_t columns_ = 0;
};

// Those of a whole run by the rules of its scenario.
std::vector<Alert> alertsOf(const Scenario& scenario, const Series& series);

}  // namespace faultline

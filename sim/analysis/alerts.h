// Alert rules over the series of a run: what an operator would have been woken by, and when.
//
// The default rules are those that most teams begin with: more than 5 % of the operations fail, the 95th percentile of an
// operation is over 500 ms, a queue has been growing for 30 s.
//
// Thread safety: a value. Determinism: a function of rules and series, however they arrive. Complexity: each new row is
// looked at a bounded number of times, whatever the sampling interval.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/time.h"
#include "metrics/series.h"

namespace faultline {

struct AlertRule {
  enum class Kind {
    ErrorShare,  // failed over ended operations of whoever starts them, over a window, above the limit
    Latency,     // p95 of operations in ms: every known sample of a window above the limit
    Growth,      // a queue: the shortest it was in the last third of a window is longer by the limit than the longest it
                 // was in the first third, so that noise around a level is no growth
  };
  Kind kind = Kind::ErrorShare;
  double limit = 0;
  Duration window;
  bool operator==(const AlertRule&) const = default;
};

// In the order: error share, latency, growth.
std::vector<AlertRule> defaultAlertRules();

struct Alert {
  AlertRule rule;
  std::string column;      // "users.failed", "users.p95", "jobs.depth"
  SimTime at;              // when it fired
  SimTime until = kNever;  // when it was over; kNever while it lasts
  double value = 0;        // when it fired: a share, ms, a count
  double worst = 0;        // the greatest since
  bool operator==(const Alert&) const = default;

  bool lasts() const { return until == kNever; }
};

class AlertWatch {
 public:
  explicit AlertWatch(std::vector<AlertRule> rules = defaultAlertRules());

  // Looks at the rows that are new since the last call; a series with fewer rows is taken for another run's, and one
  // with other columns has to be preceded by `reset`.
  void update(const Series& series);
  void reset();
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

}  // namespace faultline

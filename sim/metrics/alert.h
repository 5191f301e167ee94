// An alert that fired in a run.
//
// Thread safety: values and a pure function.
#pragma once

#include <string>

#include "base/time.h"
#include "model/alert_rule.h"

namespace faultline {

struct Alert {
  AlertRule rule;
  std::string column;      // "users.failed", "users.p95", "jobs.depth"
  std::string unit;        // of the column
  SimTime at;              // when it fired
  SimTime until = kNever;  // when it was over; kNever while it lasts
  double value = 0;        // when it fired: a share, ms, a count, what the column has
  double worst = 0;        // the farthest beyond the limit since
  bool operator==(const Alert&) const = default;

  bool lasts() const { return until == kNever; }
};

// "users: 12% of the operations fail (limit 5%)"
std::string alertText(const Alert& alert);

}  // namespace faultline

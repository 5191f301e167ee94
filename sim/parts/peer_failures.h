// Passive health of one target, as nginx keeps it for an upstream server (max_fails, fail_timeout).
//
// Failures count within a window that every failure extends: a success clears the count only when the window since the
// last failure is over. From `maxFails` failures on the target is out for `failTimeout`; then it gets one trial, and
// another after each further `failTimeout`, until a trial succeeds.
// Source: ngx_http_upstream_round_robin.c and "Module ngx_http_upstream_module" (nginx.org/en/docs).
//
// Thread safety, determinism: a plain value. Complexity: O(1).
#pragma once

#include <cstdint>

#include "base/time.h"

namespace faultline {

class PeerFailures {
 public:
  struct Rule {
    std::int64_t maxFails = 1;  // 0: never out
    Duration failTimeout = seconds(10);
    bool wholeSeconds = false;  // nginx reads a clock of whole seconds
  };

  // Counted as failed: stays so until a success after the window, also while a trial is due.
  bool ejected(const Rule& rule) const { return rule.maxFails > 0 && fails_ >= rule.maxFails; }
  // Gets no call at this instant.
  bool isOut(const Rule& rule, SimTime now) const {
    return ejected(rule) && clock(rule, now) - checked_ <= rule.failTimeout.ns;
  }
  void picked(const Rule& rule, SimTime now) {
    if (clock(rule, now) - checked_ > rule.failTimeout.ns) checked_ = clock(rule, now);
  }
  void failed(const Rule& rule, SimTime now) {
    ++fails_;
    accessed_ = checked_ = clock(rule, now);
  }
  void succeeded() {
    if (accessed_ < checked_) fails_ = 0;
  }
  void forgive() { fails_ = 0; }

 private:
  static constexpr std::int64_t kLongAgo = -(std::int64_t{1} << 61);
  static std::int64_t clock(const Rule& rule, SimTime now) {
    return rule.wholeSeconds ? now.ns / 1'000'000'000 * 1'000'000'000 : now.ns;
  }

  std::int64_t fails_ = 0;
  std::int64_t accessed_ = kLongAgo;  // the last failure
  std::int64_t checked_ = kLongAgo;   // the last failure or start of a window
};

}  // namespace faultline

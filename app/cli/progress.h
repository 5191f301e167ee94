// One line on a terminal that shows how far a run is. Writes to standard error, at most ten times a second.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/time.h"

namespace faultline::cli {

class Progress {
 public:
  // Shows nothing when `wanted` is false or standard error is no terminal.
  Progress(bool wanted, Duration total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(SimTime now, std::uint64_t events, double wallSeconds);
  void clear();

 private:
  bool visible_;
  bool drawn_ = false;
  Duration total_;
  std::chrono::steady_clock::time_point last_;
};

}  // namespace faultline::cli

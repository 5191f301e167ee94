// What a session hands to those who watch it: plain values, taken whole.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "metrics/frame.h"
#include "metrics/series.h"
#include "metrics/summary.h"
#include "model/scenario.h"

namespace faultline {

enum class RunState {
  Empty,     // no scenario yet, or the run was cancelled
  Paused,    // the clock stands and can go on
  Running,   // the clock goes
  Finished,  // the scenario's duration is over
  Stopped,   // a limit of the engine stopped it: see SessionUpdate::stopped
};

// New rows of the run's series, in order. Every row is handed over exactly once.
struct SampleRows {
  std::vector<SimTime> times;
  std::vector<double> values;  // row by row, one for each column

  void add(const Series& series, std::size_t row);
  // REQUIRES a series with as many columns as these rows have values.
  void appendTo(Series& series) const;
};

// Gives a series the columns that it has not got yet: up to its last sample they are what they were before they came.
// Returns whether there were any. REQUIRES columns that begin with those of the series.
bool addColumns(Series& series, const Series& columns);

struct SessionUpdate {
  std::uint64_t run = 0;  // serial number: rises with every start, and what a receiver kept of the last run is void
  RunState state = RunState::Empty;
  bool isAtStop = false;  // it stands because playing came to the time of Session::stopAt
  std::string stopped;  // why, in state Stopped
  SimTime now;
  std::uint64_t events = 0;
  std::uint64_t fingerprint = 0;
  double achievedSpeed = 0;    // simulated seconds per second, over the last second; 0 while paused
  double eventsPerSecond = 0;  // of the real clock, over the same second
  Frame frame;
  std::shared_ptr<const Series> columns;   // of this run's series, without rows; others may come, see addColumns
  SampleRows rows;                         // since the last update that was taken
  std::vector<Action> actions;             // what was done live since then, each at the time it took effect
  std::shared_ptr<const Summary> summary;  // once Finished or Stopped
};

}  // namespace faultline

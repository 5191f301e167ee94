// A run's summary as JSON, for programs.
//
// Times are in milliseconds where the key says `_ms`, in seconds where it says `_s`. A percentile with fewer than
// 1/(1-q) values behind it is null. Keys keep their order. Thread safety: pure function.
#pragma once

#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "metrics/alert.h"
#include "metrics/expectation_result.h"
#include "metrics/recorded_result.h"
#include "metrics/summary.h"

namespace faultline {

// What a summary cannot know about its own run.
struct RunFacts {
  std::string file;                             // of the scenario
  double wallSeconds = 0;                       // of the event loop alone
  std::vector<ExpectationResult> expectations;  // empty when they were not checked
  std::vector<Alert> alerts;                    // that fired
  RecordedResult recorded;                      // without phases when there is no recording
};

// What is wrong with a file that should hold a summary: it cannot be read, is cut short, or is none.
Diagnostics checkSummaryJson(const std::string& file);

// Ends with a line feed.
std::string summaryJson(const Summary& summary, const RunFacts& facts);

}  // namespace faultline

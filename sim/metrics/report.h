// A run's summary as text for people: outcomes, latencies, a row for every node, edges with policies, the timeline.
//
// Latency is in milliseconds; a percentile with fewer than 1/(1-q) values behind it is shown as "-", never as zero.
// Thread safety: pure functions. Determinism: the text depends on the arguments only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "metrics/alert.h"
#include "metrics/expectation_result.h"
#include "metrics/summary.h"

namespace faultline {

// Whether `count` values say anything about their quantile q: at least one of them must lie above it.
bool isKnownQuantile(std::uint64_t count, double q);
// Empty where the quantile is not known.
std::optional<double> knownQuantileMs(const Histogram& histogram, double q);

// `wallSeconds` is the time that the event loop took.
std::string reportText(const Summary& summary, double wallSeconds);

// A line for each expectation; empty when there are none.
std::string expectationsText(const std::vector<ExpectationResult>& expectations);

// A line for each alert that fired; empty when none did.
std::string alertsText(const std::vector<Alert>& alerts);

// 1,234,567.
std::string groupDigits(std::uint64_t count);

}  // namespace faultline

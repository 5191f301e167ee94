// The sampled history of a run as CSV: a row per sample.
//
// The header is `time_s` and then the names of the columns (RFC 4180 quoting where a name needs it). An unknown value
// is an empty cell. Numbers have the fewest digits that read back to the same double. Thread safety: pure function.
#pragma once

#include <string>

#include "metrics/series.h"

namespace faultline {

std::string seriesCsv(const Series& series);

}  // namespace faultline

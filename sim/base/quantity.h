// Text with units <-> typed values. The only place that knows units.
//
// Durations: ns us ms s min h d. Rates: 300/s, 5/min, 100M/day, 2k/s. Ratios: 95% or 0.95. Bytes: B kB MB GB TB KiB MiB GiB TiB.
// Bandwidth: 100Mbit/s, 1GiB/s. Counts: 3, 200k, 9.5M, 1G. Spaces between number and unit are allowed.
// Parsing rejects NaN, infinities, empty text and trailing garbage. Formatting gives the shortest text that parses back
// to the same value (round trip is identity).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/distribution.h"
#include "base/time.h"

namespace faultline {

// A value, or an explanation that names what was expected ("a duration like 8ms, 2s or 5min").
template <class T>
struct Parsed {
  std::optional<T> value;
  std::string problem;
};

Parsed<Duration> parseDuration(std::string_view text);
Parsed<double> parseRate(std::string_view text);       // per second
Parsed<double> parseRatio(std::string_view text);      // 0..1 is not enforced here, ranges are the descriptor's
Parsed<double> parseBytes(std::string_view text);
Parsed<double> parseBandwidth(std::string_view text);  // bytes per second
Parsed<double> parseNumber(std::string_view text);     // k, M, G suffixes allowed
Parsed<std::int64_t> parseCount(std::string_view text);
// `ofTime`: values are durations; otherwise plain counts. `baseDir` is where CSV files of `empirical` are looked for.
Parsed<Distribution> parseDistribution(std::string_view text, bool ofTime, std::string_view baseDir = {});

std::string formatDuration(Duration value);
std::string formatRate(double perSecond);
std::string formatRatio(double value);
std::string formatBytes(double value);
std::string formatBandwidth(double bytesPerSecond);
std::string formatNumber(double value);
std::string formatCount(std::int64_t value);
std::string formatDistribution(const Distribution& value, bool ofTime);

}  // namespace faultline

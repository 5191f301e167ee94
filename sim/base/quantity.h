// Text with units <-> typed values. The only place that knows units.
//
// Durations: ns us ms s min h d. Rates: 300/s, 5/min, 100M/day, 2k/s (also /ms, /h). Ratios: 95% or 0.95.
// Bytes: B kB MB GB TB KiB MiB GiB TiB. Bandwidth: 100Mbit/s, 1GiB/s. Counts: 3, 200k, 9.5M, 1G.
// Spaces between number and unit are allowed; a zero needs no unit. Parsing rejects NaN, infinities, empty text,
// trailing garbage, negative quantities (plain numbers may be negative) and durations above kLongestDuration.
// Decimal units scale the written digits, not a rounded number, so `0.1ms` is the double nearest to 100000 ns.
//
// Formatting chooses the unit with the fewest digits (at equal length the larger unit), for example 90s but 10min,
// 1.5s, 200k. Round trip is identity: parsing what was formatted gives the same bits.
//
// Thread safety: pure functions. Complexity: linear in the text. Errors: reported in `problem`, never thrown.
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
  bool isTooLarge = false;  // a quantity of the kind, beyond all that is allowed
};

Parsed<Duration> parseDuration(std::string_view text);
// As parseDuration, but fractions of a nanosecond are kept: parameters of distributions.
Parsed<double> parseNanoseconds(std::string_view text);
Parsed<double> parseRate(std::string_view text);   // per second
Parsed<double> parseRatio(std::string_view text);  // 0..1 is not enforced here, ranges are the descriptor's
Parsed<double> parseBytes(std::string_view text);
Parsed<double> parseBandwidth(std::string_view text);  // bytes per second
Parsed<double> parseNumber(std::string_view text);     // k, M, G suffixes allowed
Parsed<std::int64_t> parseCount(std::string_view text);
// `ofTime`: values are durations; otherwise plain counts. `baseDir` is where CSV files of `empirical` are looked for
// (base/csv_column.h). The unit of such a column is the end of its name (`_ns`, `_us`, `_ms`, `_s`) or is given as
// `empirical(file.csv, column name, unit ms)`.
Parsed<Distribution> parseDistribution(std::string_view text, bool ofTime, std::string_view baseDir = {});

std::string formatDuration(Duration value);
std::string formatNanoseconds(double ns);
std::string formatRate(double perSecond);
std::string formatRatio(double value);
std::string formatBytes(double value);
std::string formatBandwidth(double bytesPerSecond);
std::string formatNumber(double value);
std::string formatCount(std::int64_t value);
std::string formatDistribution(const Distribution& value, bool ofTime);

}  // namespace faultline

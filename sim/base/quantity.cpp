#include "base/quantity.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <span>

namespace faultline {

namespace {

__extension__ using Wide = unsigned __int128;

// One unit: value = number * 10^shift * factor / divisor.
struct Unit {
  std::string_view name;
  int shift = 0;
  double factor = 1;
  double divisor = 1;
  bool printed = true;  // aliases are read but never written
};

// Each table goes from the largest unit to the smallest, because formatting prefers the earlier of equals.
constexpr Unit kTimeUnits[] = {{"d", 9, 86400},
                               {"h", 9, 3600},
                               {"min", 9, 60},
                               {"s", 9},
                               {"ms", 6},
                               {"us", 3},
                               {"ns", 0},
                               {"\u00b5s", 3, 1, 1, false},
                               {"\u03bcs", 3, 1, 1, false}};
constexpr Unit kPerTime[] = {{"/s"},
                             {"/min", 0, 1, 60},
                             {"/h", 0, 1, 3600},
                             {"/day", 0, 1, 86400},
                             {"/ms", 3, 1, 1, false},
                             {"/d", 0, 1, 86400, false}};
constexpr Unit kByteUnits[] = {
    {"TiB", 0, 0x1p40}, {"TB", 12},         {"GiB", 0, 0x1p30}, {"GB", 9}, {"MiB", 0, 0x1p20},
    {"MB", 6},          {"KiB", 0, 0x1p10}, {"kB", 3},          {"B"},     {"KB", 3, 1, 1, false}};
constexpr Unit kBandwidthUnits[] = {
    {"TiB/s", 0, 0x1p40}, {"TB/s", 12},         {"GiB/s", 0, 0x1p30}, {"GB/s", 9},       {"MiB/s", 0, 0x1p20},
    {"MB/s", 6},          {"KiB/s", 0, 0x1p10}, {"kB/s", 3},          {"B/s"},           {"Tbit/s", 12, 1, 8},
    {"Gbit/s", 9, 1, 8},  {"Mbit/s", 6, 1, 8},  {"kbit/s", 3, 1, 8},  {"bit/s", 0, 1, 8}};
// Without a suffix first: 1157.4 reads better than 1.1574k, which has as many digits.
constexpr Unit kNumberUnits[] = {{""}, {"G", 9}, {"M", 6}, {"k", 3}, {"K", 3, 1, 1, false}};
constexpr Unit kRatioUnits[] = {{"%", -2}, {""}};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

bool isDigit(char c) { return c >= '0' && c <= '9'; }

// A decimal number as written: sign, digits without the point, power of ten; and the text behind it.
struct Decimal {
  bool negative = false;
  std::string digits;
  int exponent = 0;
  std::string_view rest;

  bool isZero() const { return digits.find_first_not_of('0') == std::string::npos; }
};

void readExponent(std::string_view& text, int& exponent) {
  if (text.empty() || (text.front() != 'e' && text.front() != 'E')) return;
  std::size_t i = 1;
  if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
  if (i >= text.size() || !isDigit(text[i])) return;
  int value = 0;
  const bool negative = text[1] == '-';
  // More than four digits of exponent are out of range either way.
  for (; i < text.size() && isDigit(text[i]); ++i) value = std::min(99999, value * 10 + (text[i] - '0'));
  exponent += negative ? -value : value;
  text.remove_prefix(i);
}

std::optional<Decimal> readDecimal(std::string_view text) {
  text = trimmed(text);
  if (text.size() > 400) return std::nullopt;
  Decimal result;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    result.negative = text.front() == '-';
    text.remove_prefix(1);
  }
  for (; !text.empty() && isDigit(text.front()); text.remove_prefix(1)) result.digits += text.front();
  if (text.size() > 1 && text.front() == '.' && isDigit(text[1])) {
    text.remove_prefix(1);
    for (; !text.empty() && isDigit(text.front()); text.remove_prefix(1)) {
      result.digits += text.front();
      --result.exponent;
    }
  }
  if (result.digits.empty()) return std::nullopt;
  readExponent(text, result.exponent);
  result.rest = trimmed(text);
  return result;
}

// The double nearest to the decimal times 10^shift; infinite when it is out of range.
double toDouble(const Decimal& decimal, int shift) {
  const std::string text = decimal.digits + "e" + std::to_string(decimal.exponent + shift);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  (void)end;
  if (error == std::errc::result_out_of_range) {
    const bool tiny = static_cast<int>(decimal.digits.size()) + decimal.exponent + shift < 0;
    return decimal.isZero() || tiny ? 0 : std::numeric_limits<double>::infinity();
  }
  return decimal.negative ? -value : value;
}

// The integer nearest to the decimal times 10^shift times factor, and whether it is exact. Empty beyond 2^62.
struct Whole {
  std::int64_t value;
  bool exact;
};
std::optional<Whole> toWhole(const Decimal& decimal, int shift, std::uint64_t factor) {
  constexpr Wide kMost = Wide{1} << 62;
  std::string digits = decimal.digits;
  int exponent = decimal.exponent + shift;
  // What lies beyond 30 decimals cannot change a rounded result, and keeps the arithmetic within 128 bits.
  bool exact = true;
  while (exponent < 0 && !digits.empty() && (digits.back() == '0' || digits.size() > 25 || exponent < -25)) {
    exact = exact && digits.back() == '0';
    digits.pop_back();
    ++exponent;
  }
  Wide value = 0;
  for (const char c : digits) {
    value = value * 10 + static_cast<unsigned>(c - '0');
    if (value > (Wide{1} << 100)) return std::nullopt;
  }
  if (value == 0) return Whole{0, exact};
  value *= factor;
  for (; exponent > 0; --exponent) {
    if (value > kMost) return std::nullopt;
    value *= 10;
  }
  Wide divisor = 1;
  for (; exponent < 0; ++exponent) divisor *= 10;
  exact = exact && value % divisor == 0;
  value = (value + divisor / 2) / divisor;
  if (value > kMost) return std::nullopt;
  const std::int64_t whole = static_cast<std::int64_t>(value);
  return Whole{decimal.negative ? -whole : whole, exact};
}

const Unit* findUnit(std::span<const Unit> units, std::string_view name) {
  const auto found = std::find_if(units.begin(), units.end(), [&](const Unit& u) { return u.name == name; });
  return found == units.end() ? nullptr : &*found;
}

std::string quoted(std::string_view text) {
  constexpr std::size_t kShown = 40;
  text = trimmed(text);
  std::string shown(text.substr(0, kShown));
  return "'" + shown + (text.size() > kShown ? "...'" : "'");
}

// What a kind of quantity is called and how one is written, for problem texts.
struct Wording {
  std::string_view kind;
  std::string_view example;
};
constexpr Wording kDurationWording{"a duration", "write a number and a unit such as 8ms, 2s or 5min"};
constexpr Wording kRateWording{"a rate", "write a number per time such as 300/s, 2k/s or 5/min"};
constexpr Wording kRatioWording{"a ratio", "write a percentage such as 95% or a number such as 0.95"};
constexpr Wording kBytesWording{"a size", "write a number and a unit such as 512B, 64kB or 4GiB"};
constexpr Wording kBandwidthWording{"a bandwidth", "write a number and a unit such as 100Mbit/s or 1GiB/s"};
constexpr Wording kNumberWording{"a number", "write a number such as 3, 0.5, 200k or 9.5M"};
constexpr Wording kCountWording{"a count", "write a whole number such as 3, 200k or 9.5M"};

template <class T>
Parsed<T> problem(std::string_view text, const Wording& wording) {
  const std::string subject = trimmed(text).empty() ? "an empty text" : quoted(text);
  return {std::nullopt, subject + " is not " + std::string(wording.kind) + "; " + std::string(wording.example)};
}

template <class T>
Parsed<T> problem(std::string_view text, const std::string& complaint) {
  return {std::nullopt, quoted(text) + " " + complaint};
}

template <class T>
Parsed<T> tooLarge(std::string_view text, const std::string& complaint) {
  Parsed<T> result = problem<T>(text, complaint);
  result.isTooLarge = true;
  return result;
}

template <class T>
Parsed<T> unitProblem(std::string_view text, const Decimal& decimal, const Wording& wording) {
  if (!decimal.rest.empty()) return problem<T>(text, wording);
  return problem<T>(text, "has no unit; " + std::string(wording.example));
}

template <class T>
Parsed<T> negativeProblem(std::string_view text, const Wording& wording) {
  return problem<T>(text, "is negative; " + std::string(wording.kind) + " cannot be below zero");
}

// Reads "number unit" of one table.
Parsed<double> parseWith(std::string_view text, std::span<const Unit> units, const Wording& wording,
                         bool negativeAllowed = false) {
  const std::optional<Decimal> decimal = readDecimal(text);
  if (!decimal) return problem<double>(text, wording);
  const Unit* unit = findUnit(units, decimal->rest);
  if (!unit && decimal->isZero() && decimal->rest.empty()) return {0.0, {}};
  if (!unit) return unitProblem<double>(text, *decimal, wording);
  const double value = toDouble(*decimal, unit->shift) * unit->factor / unit->divisor;
  if (!std::isfinite(value)) return tooLarge<double>(text, "is too large");
  if (value < 0 && !negativeAllowed) return negativeProblem<double>(text, wording);
  return {value, {}};
}

std::string tooLong() {
  return "is longer than " + formatDuration(kLongestDuration) + ", the longest duration allowed";
}

std::string plainNumber(double value, bool shortened) {
  char buffer[400];
  const std::to_chars_result result =
      shortened ? std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::general, 15)
                : std::to_chars(buffer, buffer + sizeof buffer, value);
  std::string text(buffer, result.ptr);
  const double size = std::fabs(value);
  const bool readable = size == 0 || (size >= 1e-6 && size < 1e18);
  if (!readable || text.find('e') == std::string::npos) return text;
  // The same digits without an exponent.
  std::from_chars(text.data(), text.data() + text.size(), value);
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed).ptr};
}

// The decimal without an exponent where that stays readable.
std::string plainDecimal(const Decimal& decimal) {
  std::string digits = decimal.digits;
  int exponent = decimal.exponent;
  for (; digits.size() > 1 && digits.back() == '0'; digits.pop_back()) ++exponent;
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  if (digits == "0") return digits;
  const int point = static_cast<int>(digits.size()) + exponent;
  if (point < -8 || point > 18) {
    digits += "e" + std::to_string(exponent);
  } else if (point <= 0) {
    digits = "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
  } else if (exponent > 0) {
    digits += std::string(static_cast<std::size_t>(exponent), '0');
  } else if (exponent < 0) {
    digits.insert(static_cast<std::size_t>(point), ".");
  }
  return decimal.negative ? "-" + digits : digits;
}

double powerOfTen(int exponent) {
  double power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

// The shorter of the decimal texts of `number` that `accepted` agrees to; empty when it agrees to none.
template <class Accepted>
std::string shortestNumber(double number, Accepted accepted) {
  for (const bool shortened : {true, false}) {
    std::string text = plainNumber(number, shortened);
    if (accepted(text)) return text;
  }
  return {};
}

// The text with the fewest digits that `parse` reads as the same value.
template <class Parse>
std::string shortestWithUnit(double value, std::span<const Unit> units, Parse parse) {
  const auto numberIn = [&](const Unit& unit) {
    const double shifted = unit.shift < 0 ? value * powerOfTen(-unit.shift) : value / powerOfTen(unit.shift);
    const double scaled = shifted * unit.divisor / unit.factor;
    const auto accepted = [&](const std::string& number) {
      return parse(number + std::string(unit.name)).value == value;
    };
    // 100us reads better than 0.1ms.
    return std::fabs(scaled) < 1 ? std::string() : shortestNumber(scaled, accepted);
  };
  std::string best;
  std::string bestNumber;
  std::string_view base;
  for (const Unit& unit : units) {
    if (!unit.printed) continue;
    if (unit.shift == 0 && unit.factor == 1 && unit.divisor == 1) base = unit.name;
    const std::string number = numberIn(unit);
    if (number.empty() || (!best.empty() && number.size() >= bestNumber.size())) continue;
    bestNumber = number;
    best = number + std::string(unit.name);
  }
  // Fractions are for what lies below the smallest unit.
  return best.empty() ? plainNumber(value, false) + std::string(base) : best;
}

// The same for whole numbers, exact beyond 2^53. `units` are whole multiples of one.
std::string shortestWhole(std::int64_t value, std::span<const Unit> units) {
  const std::uint64_t size = value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  std::string best;
  std::string bestNumber;
  for (const Unit& unit : units) {
    const std::uint64_t step = static_cast<std::uint64_t>(powerOfTen(unit.shift) * unit.factor);
    if (!unit.printed || (size < step && size != 0)) continue;
    std::string number = std::to_string(size / step);
    Wide rest = size % step;
    if (rest != 0) number += '.';
    for (int decimals = 0; rest != 0 && decimals < 18; ++decimals) {
      rest *= 10;
      number += static_cast<char>('0' + static_cast<int>(rest / step));
      rest %= step;
    }
    if (rest != 0 || (!best.empty() && number.size() >= bestNumber.size())) continue;
    bestNumber = number;
    best = number + std::string(unit.name);
  }
  return value < 0 ? "-" + best : best;
}

}  // namespace

Parsed<Duration> parseDuration(std::string_view text) {
  const std::optional<Decimal> decimal = readDecimal(text);
  if (!decimal) return problem<Duration>(text, kDurationWording);
  const Unit* unit = findUnit(kTimeUnits, decimal->rest);
  if (!unit && decimal->isZero() && decimal->rest.empty()) return {Duration{0}, {}};
  if (!unit) return unitProblem<Duration>(text, *decimal, kDurationWording);
  if (decimal->negative && !decimal->isZero()) return negativeProblem<Duration>(text, kDurationWording);
  const std::optional<Whole> whole = toWhole(*decimal, unit->shift, static_cast<std::uint64_t>(unit->factor));
  if (!whole || whole->value > kLongestDuration.ns) return tooLarge<Duration>(text, tooLong());
  if (whole->value == 0 && !decimal->isZero()) {
    return problem<Duration>(text, "is shorter than 1ns, the smallest step of simulated time");
  }
  return {Duration{whole->value}, {}};
}

Parsed<double> parseNanoseconds(std::string_view text) {
  Parsed<double> result = parseWith(text, kTimeUnits, kDurationWording);
  if (result.value && *result.value > static_cast<double>(kLongestDuration.ns))
    return tooLarge<double>(text, tooLong());
  return result;
}

Parsed<double> parseRate(std::string_view text) {
  const std::optional<Decimal> decimal = readDecimal(text);
  if (!decimal) return problem<double>(text, kRateWording);
  const std::size_t slash = decimal->rest.find('/');
  if (slash == std::string_view::npos) {
    if (decimal->isZero() && decimal->rest.empty()) return {0.0, {}};
    return unitProblem<double>(text, *decimal, kRateWording);
  }
  const Unit* suffix = findUnit(kNumberUnits, trimmed(decimal->rest.substr(0, slash)));
  const std::string per = "/" + std::string(trimmed(decimal->rest.substr(slash + 1)));
  const Unit* unit = findUnit(kPerTime, per);
  if (!suffix || !unit) return problem<double>(text, kRateWording);
  const double value = toDouble(*decimal, suffix->shift + unit->shift) / unit->divisor;
  if (!std::isfinite(value)) return tooLarge<double>(text, "is too large");
  if (value < 0) return negativeProblem<double>(text, kRateWording);
  return {value, {}};
}

Parsed<double> parseRatio(std::string_view text) { return parseWith(text, kRatioUnits, kRatioWording, true); }
Parsed<double> parseBytes(std::string_view text) { return parseWith(text, kByteUnits, kBytesWording); }
Parsed<double> parseBandwidth(std::string_view text) { return parseWith(text, kBandwidthUnits, kBandwidthWording); }
Parsed<double> parseNumber(std::string_view text) { return parseWith(text, kNumberUnits, kNumberWording, true); }

Parsed<std::int64_t> parseCount(std::string_view text) {
  const std::optional<Decimal> decimal = readDecimal(text);
  if (!decimal) return problem<std::int64_t>(text, kCountWording);
  const Unit* unit = findUnit(kNumberUnits, decimal->rest);
  if (!unit) return problem<std::int64_t>(text, kCountWording);
  const std::optional<Whole> whole = toWhole(*decimal, unit->shift, 1);
  if (!whole) return tooLarge<std::int64_t>(text, "is too large");
  if (!whole->exact) {
    return problem<std::int64_t>(text, "is not a whole number; " + std::string(kCountWording.example));
  }
  return {whole->value, {}};
}

std::string formatDuration(Duration value) { return value.ns == 0 ? "0s" : shortestWhole(value.ns, kTimeUnits); }
std::string formatCount(std::int64_t value) { return value == 0 ? "0" : shortestWhole(value, kNumberUnits); }

std::string formatNanoseconds(double ns) { return ns == 0 ? "0s" : shortestWithUnit(ns, kTimeUnits, parseNanoseconds); }
std::string formatBytes(double value) { return value == 0 ? "0B" : shortestWithUnit(value, kByteUnits, parseBytes); }
std::string formatBandwidth(double bytesPerSecond) {
  return bytesPerSecond == 0 ? "0B/s" : shortestWithUnit(bytesPerSecond, kBandwidthUnits, parseBandwidth);
}
std::string formatNumber(double value) { return value == 0 ? "0" : shortestWithUnit(value, kNumberUnits, parseNumber); }

std::string formatRatio(double value) {
  std::optional<Decimal> decimal = readDecimal(plainNumber(value, false));
  if (!decimal) return plainNumber(value, false);
  // Moving the point of the shortest text is exact, multiplying by 100 would not be.
  decimal->exponent += 2;
  return plainDecimal(*decimal) + "%";
}

std::string formatRate(double perSecond) {
  if (perSecond == 0) return "0/s";
  // First the time unit, by the plain number, so that 300/s does not become 18k/min; then the suffix of the number.
  constexpr std::size_t kShortEnough = 8;
  std::string best;
  std::string_view per = "/s";
  for (const Unit& unit : kPerTime) {
    if (!unit.printed) continue;
    const std::string number = shortestNumber(perSecond * unit.divisor, [&](const std::string& candidate) {
      return parseRate(candidate + std::string(unit.name)).value == perSecond;
    });
    if (number.empty() || (!best.empty() && number.size() >= best.size())) continue;
    best = number;
    per = unit.name;
    if (perSecond >= 1 && best.size() <= kShortEnough) break;
  }
  const Parsed<double> number = parseNumber(best);
  if (!number.value) return plainNumber(perSecond, false) + "/s";
  const std::string suffixed = formatNumber(*number.value) + std::string(per);
  return parseRate(suffixed).value == perSecond ? suffixed : best + std::string(per);
}

}  // namespace faultline

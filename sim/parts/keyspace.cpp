#include "parts/keyspace.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <vector>

#include "base/deterministic_math.h"

namespace faultline {

namespace {

constexpr double kLargestExponent = 20;
// Below this the closed forms cancel and the series are exact to the last bit.
constexpr double kSeriesRange = 1e-3;

// (e^t - 1) / t
double relativeExp(double t) {
  if (std::fabs(t) < kSeriesRange) return 1 + t / 2 * (1 + t / 3 * (1 + t / 4 * (1 + t / 5)));
  return (dmath::exp(t) - 1) / t;
}

// log(1 + t) / t
double relativeLog(double t) {
  if (std::fabs(t) < kSeriesRange) return 1 - t * (1.0 / 2 - t * (1.0 / 3 - t * (1.0 / 4 - t * (1.0 / 5))));
  return dmath::log(1 + t) / t;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

Parsed<KeySpace> failed(std::string_view text, const std::string& complaint) {
  return {std::nullopt, "'" + std::string(text.substr(0, 60)) + "': " + complaint};
}

// Reads the arguments of one form; the first problem found stays.
struct ArgumentReader {
  std::vector<std::string_view> arguments;
  std::string problem;

  double number(std::size_t i, Parsed<double> (*parse)(std::string_view), double low, double high,
                const std::string& complaint) {
    const Parsed<double> parsed = parse(arguments[i]);
    if (problem.empty() && !parsed.value) problem = parsed.problem;
    const double value = parsed.value.value_or(low);
    if (problem.empty() && !(value >= low && value <= high)) problem = complaint;
    return value;
  }
  std::uint64_t count(std::size_t i, std::uint64_t low, std::uint64_t high, const std::string& complaint) {
    const Parsed<std::int64_t> parsed = parseCount(arguments[i]);
    if (problem.empty() && !parsed.value) problem = parsed.problem;
    const std::int64_t value = parsed.value.value_or(static_cast<std::int64_t>(low));
    const bool inside =
        value >= 0 && static_cast<std::uint64_t>(value) >= low && static_cast<std::uint64_t>(value) <= high;
    if (problem.empty() && !inside) problem = complaint;
    return static_cast<std::uint64_t>(value);
  }
  std::uint64_t keys(std::size_t i) { return count(i, 1, kMostKeys, "the number of keys must lie between 1 and 4G"); }
};

struct Form {
  std::string_view name;
  KeySpace::Kind kind;
  std::size_t arguments;
  std::string_view example;
};
constexpr Form kForms[] = {
    {"uniform", KeySpace::Kind::Uniform, 1, "uniform(200k)"},
    {"zipf", KeySpace::Kind::Zipf, 2, "zipf(0.99, 200k)"},
    {"hot", KeySpace::Kind::Hot, 3, "hot(90%, 10, 200k)"},
    {"sequential", KeySpace::Kind::Sequential, 1, "sequential(200k)"},
    {"fixed", KeySpace::Kind::Fixed, 1, "fixed(7)"},
};

KeySpace readArguments(KeySpace::Kind kind, ArgumentReader& reader) {
  KeySpace space;
  space.kind = kind;
  switch (kind) {
    case KeySpace::Kind::None:
      break;
    case KeySpace::Kind::Uniform:
    case KeySpace::Kind::Sequential:
      space.keys = reader.keys(0);
      break;
    case KeySpace::Kind::Zipf:
      space.exponent = reader.number(0, parseNumber, 0, kLargestExponent, "the exponent must lie between 0 and 20");
      space.keys = reader.keys(1);
      break;
    case KeySpace::Kind::Hot:
      space.hotShare = reader.number(0, parseRatio, 0, 1, "the share of the hot keys must lie between 0% and 100%");
      space.hotKeys = reader.count(1, 1, kMostKeys, "the number of hot keys must be at least 1");
      space.keys = reader.keys(2);
      if (reader.problem.empty() && space.hotKeys >= space.keys)
        reader.problem = "there must be fewer hot keys than keys";
      break;
    case KeySpace::Kind::Fixed:
      space.keys = reader.count(0, 0, kMostKeys - 1, "the key must lie between 0 and 4G - 1") + 1;
      break;
  }
  return space;
}

}  // namespace

Parsed<KeySpace> parseKeySpace(std::string_view text) {
  text = trimmed(text);
  if (text == "none") return {KeySpace{}, {}};
  const std::size_t open = text.find('(');
  const std::string_view name = trimmed(text.substr(0, open));
  const auto form = std::find_if(std::begin(kForms), std::end(kForms), [&](const Form& f) { return f.name == name; });
  if (form == std::end(kForms)) {
    return failed(text,
                  "not a key space; write none, uniform(200k), zipf(0.99, 200k), hot(90%, 10, 200k), "
                  "sequential(200k) or fixed(7)");
  }
  const std::string like = "write it like " + std::string(form->example);
  if (open == std::string_view::npos || text.back() != ')') return failed(text, like);
  ArgumentReader reader;
  std::string_view rest = text.substr(open + 1, text.size() - open - 2);
  for (std::size_t comma = 0; comma != std::string_view::npos;) {
    comma = rest.find(',');
    reader.arguments.push_back(trimmed(rest.substr(0, comma)));
    if (comma != std::string_view::npos) rest.remove_prefix(comma + 1);
  }
  if (reader.arguments.size() != form->arguments) return failed(text, like);
  const KeySpace space = readArguments(form->kind, reader);
  if (!reader.problem.empty()) return failed(text, reader.problem);
  return {space, {}};
}

std::string formatKeySpace(const KeySpace& space) {
  const auto count = [](std::uint64_t n) { return formatCount(static_cast<std::int64_t>(n)); };
  switch (space.kind) {
    case KeySpace::Kind::None:
      return "none";
    case KeySpace::Kind::Uniform:
      return "uniform(" + count(space.keys) + ")";
    case KeySpace::Kind::Zipf:
      return "zipf(" + formatNumber(space.exponent) + ", " + count(space.keys) + ")";
    case KeySpace::Kind::Hot:
      return "hot(" + formatRatio(space.hotShare) + ", " + count(space.hotKeys) + ", " + count(space.keys) + ")";
    case KeySpace::Kind::Sequential:
      return "sequential(" + count(space.keys) + ")";
    case KeySpace::Kind::Fixed:
      return "fixed(" + count(space.keys - 1) + ")";
  }
  return {};
}

double KeySpace::probability(std::uint64_t rank) const { return KeySampler(*this).probability(rank); }

KeySampler::KeySampler(const KeySpace& space) : space_(space) {
  if (space_.kind != KeySpace::Kind::Zipf) return;
  oneMinusExponent_ = 1 - space_.exponent;
  integralFirst_ = integral(1.5) - 1;
  integralLast_ = integral(static_cast<double>(space_.keys) + 0.5);
  shortcut_ = 2 - inverseIntegral(integral(2.5) - dmath::pow(2, -space_.exponent));
  total_ = zipfTotal();
}

// H(x), an antiderivative of x^-exponent: (x^(1-q) - 1) / (1-q), continuous at q = 1.
double KeySampler::integral(double x) const {
  const double logX = dmath::log(x);
  return relativeExp(oneMinusExponent_ * logX) * logX;
}

double KeySampler::inverseIntegral(double y) const {
  const double t = oneMinusExponent_ * y;
  // Rounding may carry y past the limit of H when the exponent is above 1.
  if (t <= -1) return static_cast<double>(space_.keys);
  return dmath::exp(relativeLog(t) * y);
}

std::uint32_t KeySampler::drawZipf(RandomStream& random) const {
  const double n = static_cast<double>(space_.keys);
  for (;;) {
    const double y = integralLast_ + random.uniform() * (integralFirst_ - integralLast_);
    const double x = inverseIntegral(y);
    const double nearest = std::clamp(static_cast<double>(static_cast<std::int64_t>(std::min(x, n) + 0.5)), 1.0, n);
    if (nearest - x <= shortcut_ || y >= integral(nearest + 0.5) - dmath::exp(-space_.exponent * dmath::log(nearest))) {
      return static_cast<std::uint32_t>(nearest - 1);
    }
  }
}

std::uint32_t KeySampler::draw(RandomStream& random) {
  switch (space_.kind) {
    case KeySpace::Kind::None:
      return 0;
    case KeySpace::Kind::Uniform:
      return static_cast<std::uint32_t>(random.below(space_.keys));
    case KeySpace::Kind::Zipf:
      return drawZipf(random);
    case KeySpace::Kind::Hot:
      if (random.chance(space_.hotShare)) return static_cast<std::uint32_t>(random.below(space_.hotKeys));
      return static_cast<std::uint32_t>(space_.hotKeys + random.below(space_.keys - space_.hotKeys));
    case KeySpace::Kind::Sequential: {
      const std::uint64_t key = next_;
      next_ = next_ + 1 < space_.keys ? next_ + 1 : 0;
      return static_cast<std::uint32_t>(key);
    }
    case KeySpace::Kind::Fixed:
      return static_cast<std::uint32_t>(space_.keys - 1);
  }
  return 0;
}

double KeySampler::zipfTotal() const {
  const double q = space_.exponent;
  const auto weight = [q](double k) { return dmath::exp(-q * dmath::log(k)); };
  // The first terms one by one, the others by the Euler-Maclaurin formula; the error is below 1e-12.
  const double n = static_cast<double>(space_.keys);
  const double m = std::min(n, 1000.0);
  double sum = 0;
  for (double k = 1; k < m; ++k) sum += weight(k);
  if (m == n) return sum + weight(n);
  const double slopes = -q * (weight(n) / n - weight(m) / m);
  return sum + (integral(n) - integral(m)) + 0.5 * (weight(m) + weight(n)) + slopes / 12;
}

double KeySampler::probability(std::uint64_t rank) const {
  if (rank >= space_.keys) return 0;
  const double keys = static_cast<double>(space_.keys);
  switch (space_.kind) {
    case KeySpace::Kind::None:
      return 0;
    case KeySpace::Kind::Uniform:
    case KeySpace::Kind::Sequential:
      return 1 / keys;
    case KeySpace::Kind::Zipf:
      return dmath::exp(-space_.exponent * dmath::log(static_cast<double>(rank) + 1)) / total_;
    case KeySpace::Kind::Hot: {
      const double hot = static_cast<double>(space_.hotKeys);
      return rank < space_.hotKeys ? space_.hotShare / hot : (1 - space_.hotShare) / (keys - hot);
    }
    case KeySpace::Kind::Fixed:
      return rank + 1 == space_.keys ? 1 : 0;
  }
  return 0;
}

}  // namespace faultline

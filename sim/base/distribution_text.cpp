// The text form of distributions: the part of base/quantity.h that has a grammar.

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "base/csv_column.h"
#include "base/deterministic_math.h"
#include "base/quantity.h"

namespace faultline {

namespace {

constexpr int kDeepestNesting = 8;
constexpr std::size_t kMostParts = 64;
constexpr std::size_t kLongestText = 1 << 20;
constexpr double kLargestCount = 1e18;
constexpr double kLargestCv = 1000;
constexpr double kLargestSigma = 20;
constexpr double kSmallestAlpha = 0.1;
constexpr double kMostStages = 10'000;
// 33.3333% three times is meant to be everything.
constexpr double kWeightTolerance = 1e-6;

using Arguments = std::vector<std::string_view>;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

// Splits at the commas outside parentheses. REQUIRES balanced parentheses.
Arguments splitArguments(std::string_view text) {
  Arguments result;
  int depth = 0;
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '(') ++depth;
    if (text[i] == ')') --depth;
    if (text[i] != ',' || depth > 0) continue;
    result.push_back(trimmed(text.substr(start, i - start)));
    start = i + 1;
  }
  result.push_back(trimmed(text.substr(start)));
  return result;
}

bool isBalanced(std::string_view text) {
  int depth = 0;
  for (const char c : text) {
    if (c == '(') ++depth;
    if (c == ')' && --depth < 0) return false;
  }
  return depth == 0;
}

// "mean 5ms" -> "mean", "5ms"; "5ms" -> "", "5ms".
std::pair<std::string_view, std::string_view> splitKeyword(std::string_view argument) {
  const bool named = !argument.empty() && ((argument[0] >= 'a' && argument[0] <= 'z'));
  const std::size_t space = argument.find_first_of(" \t");
  if (!named || space == std::string_view::npos) return {{}, argument};
  return {argument.substr(0, space), trimmed(argument.substr(space))};
}

bool looksLikeFile(std::string_view argument) {
  return argument.ends_with(".csv") || argument.ends_with(".CSV") || argument.ends_with(".tsv") ||
         argument.ends_with(".txt");
}

// Reads one distribution. The first problem found stays; afterwards every read gives zero and is ignored.
class DistributionReader {
 public:
  DistributionReader(bool ofTime, std::string_view baseDir) : ofTime_(ofTime), baseDir_(baseDir) {}

  Distribution read(std::string_view text, int depth);
  const std::string& problem() const { return problem_; }

 private:
  using Read = Distribution (DistributionReader::*)(const Arguments&, int depth);
  struct Form {
    std::string_view name;
    std::string_view example;
    Read read;
  };
  static std::span<const Form> forms();

  Distribution fail(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
    return {};
  }
  bool failed() const { return !problem_.empty(); }
  Distribution wrongForm() {
    return fail("'" + current_ + "' is not complete; write it like " + std::string(example_));
  }
  void require(bool condition, std::string_view complaint) {
    if (!condition) fail("'" + current_ + "': " + std::string(complaint));
  }

  double keep(const Parsed<double>& parsed) {
    if (!parsed.value) fail(parsed.problem);
    return parsed.value.value_or(0);
  }
  double value(std::string_view text);
  double number(std::string_view text) { return keep(parseNumber(text)); }
  // The arguments in the order of `names`, which may be written in any order; false when the names differ.
  bool named(const Arguments& arguments, std::initializer_list<std::string_view> names,
             std::vector<std::string_view>& values) const;
  bool percentiles(const Arguments& arguments, std::vector<double>& parameters);
  std::vector<double> weights(const Arguments& arguments, Arguments& parts);

  Distribution readConstant(const Arguments& arguments, int depth);
  Distribution readExponential(const Arguments& arguments, int depth);
  Distribution readUniform(const Arguments& arguments, int depth);
  Distribution readNormal(const Arguments& arguments, int depth);
  Distribution readLogNormal(const Arguments& arguments, int depth);
  Distribution readLogNormalPercentiles(const std::vector<double>& parameters);
  Distribution readGamma(const Arguments& arguments, int depth);
  Distribution readErlang(const Arguments& arguments, int depth);
  Distribution readPareto(const Arguments& arguments, int depth);
  Distribution readHyperexponential(const Arguments& arguments, int depth);
  Distribution readMix(const Arguments& arguments, int depth);
  Distribution readEmpirical(const Arguments& arguments, int depth);
  Distribution readSamples(const Arguments& arguments);

  bool ofTime_;
  std::string_view baseDir_;
  std::string problem_;
  std::string current_;  // the form being read, for problem texts
  std::string_view example_;
};

std::span<const DistributionReader::Form> DistributionReader::forms() {
  using R = DistributionReader;
  static constexpr Form kForms[] = {
      {"constant", "constant(8ms)", &R::readConstant},
      {"exponential", "exponential(8ms)", &R::readExponential},
      {"uniform", "uniform(2ms, 4ms)", &R::readUniform},
      {"normal", "normal(mean 5ms, sd 1ms)", &R::readNormal},
      {"lognormal", "lognormal(mean 3ms, cv 0.5) or lognormal(p50 4ms, p99 40ms)", &R::readLogNormal},
      {"gamma", "gamma(mean 5ms, cv 0.5)", &R::readGamma},
      {"erlang", "erlang(4, 8ms)", &R::readErlang},
      {"pareto", "pareto(min 1ms, alpha 1.8) or pareto(min 1ms, alpha 1.8, max 1s)", &R::readPareto},
      {"hyperexponential", "hyperexponential(90% 5ms, 10% 75ms)", &R::readHyperexponential},
      {"mix", "mix(90% constant(2ms), 10% exponential(80ms))", &R::readMix},
      {"empirical", "empirical(1ms, 2ms, 9ms) or empirical(file.csv, column name)", &R::readEmpirical},
  };
  return kForms;
}

Distribution DistributionReader::read(std::string_view text, int depth) {
  text = trimmed(text);
  if (depth > kDeepestNesting) return fail("distributions may be nested at most 8 deep");
  const std::size_t open = text.find('(');
  if (open == std::string_view::npos) return Distribution::constant(value(text));
  const std::string shown(text.substr(0, 60));
  if (text.back() != ')' || !isBalanced(text)) return fail("'" + shown + "': the parentheses do not match");
  const std::string_view name = trimmed(text.substr(0, open));
  for (const Form& form : forms()) {
    if (form.name != name) continue;
    const std::string outer = std::exchange(current_, shown);
    const std::string_view outerExample = std::exchange(example_, form.example);
    const Arguments arguments = splitArguments(text.substr(open + 1, text.size() - open - 2));
    Distribution result = (this->*form.read)(arguments, depth);
    current_ = outer;
    example_ = outerExample;
    return result;
  }
  std::string known;
  for (const Form& form : forms()) known += (known.empty() ? "" : ", ") + std::string(form.name);
  return fail("'" + std::string(name) + "' is not a distribution; known are: " + known);
}

double DistributionReader::value(std::string_view text) {
  if (ofTime_) return keep(parseNanoseconds(text));
  const double result = keep(parseNumber(text));
  if (result < 0) fail("'" + std::string(text) + "' is negative; a count cannot be below zero");
  if (result > kLargestCount) fail("'" + std::string(text) + "' is too large");
  return result;
}

bool DistributionReader::named(const Arguments& arguments, std::initializer_list<std::string_view> names,
                               std::vector<std::string_view>& values) const {
  if (arguments.size() != names.size()) return false;
  values.clear();
  for (const std::string_view name : names) {
    const auto found = std::find_if(arguments.begin(), arguments.end(),
                                    [&](std::string_view argument) { return splitKeyword(argument).first == name; });
    if (found == arguments.end()) return false;
    values.push_back(splitKeyword(*found).second);
  }
  return true;
}

Distribution DistributionReader::readConstant(const Arguments& arguments, int) {
  if (arguments.size() != 1) return wrongForm();
  return Distribution::constant(value(arguments[0]));
}

Distribution DistributionReader::readExponential(const Arguments& arguments, int) {
  std::vector<std::string_view> texts;
  if (named(arguments, {"mean"}, texts)) return Distribution::exponential(value(texts[0]));
  if (arguments.size() != 1) return wrongForm();
  return Distribution::exponential(value(arguments[0]));
}

Distribution DistributionReader::readUniform(const Arguments& arguments, int) {
  if (arguments.size() != 2) return wrongForm();
  const double low = value(arguments[0]);
  const double high = value(arguments[1]);
  require(low <= high, "the first bound must not be above the second");
  return Distribution::uniform(low, high);
}

Distribution DistributionReader::readNormal(const Arguments& arguments, int) {
  std::vector<std::string_view> texts;
  if (named(arguments, {"mean", "sd"}, texts)) {
    const double mean = value(texts[0]);
    return Distribution::normal(mean, value(texts[1]));
  }
  if (!named(arguments, {"mean", "cv"}, texts)) return wrongForm();
  const double mean = value(texts[0]);
  const double cv = number(texts[1]);
  require(cv >= 0 && cv <= kLargestCv, "cv must lie between 0 and 1000");
  return Distribution::normal(mean, mean * cv);
}

// p50 4ms, p99 40ms: any two percentiles.
bool DistributionReader::percentiles(const Arguments& arguments, std::vector<double>& parameters) {
  if (arguments.size() != 2) return false;
  for (const std::string_view argument : arguments) {
    const auto [key, text] = splitKeyword(argument);
    if (key.size() < 2 || key[0] != 'p') return false;
    const Parsed<double> share = parseRatio(std::string(key.substr(1)) + "%");
    if (!share.value) return false;
    require(*share.value > 0 && *share.value < 1, "a percentile lies above p0 and below p100");
    parameters.push_back(*share.value);
    parameters.push_back(value(text));
  }
  return true;
}

Distribution DistributionReader::readLogNormalPercentiles(const std::vector<double>& parameters) {
  double p1 = parameters[0], value1 = parameters[1], p2 = parameters[2], value2 = parameters[3];
  if (p1 > p2) {
    std::swap(p1, p2);
    std::swap(value1, value2);
  }
  require(p1 < p2, "the two percentiles must differ");
  require(value1 > 0, "the values must be above zero");
  require(value1 < value2, "the value of the higher percentile must be the larger one");
  if (failed()) return {};
  Distribution result = Distribution::logNormalFromPercentiles(p1, value1, p2, value2);
  require(result.second() <= kLargestSigma, "the two values lie too far apart for a lognormal distribution");
  return result;
}

Distribution DistributionReader::readLogNormal(const Arguments& arguments, int) {
  std::vector<std::string_view> texts;
  if (named(arguments, {"mean", "cv"}, texts)) {
    const double mean = value(texts[0]);
    const double cv = number(texts[1]);
    require(mean > 0, "the mean must be above zero");
    require(cv >= 0 && cv <= kLargestCv, "cv must lie between 0 and 1000");
    return failed() ? Distribution() : Distribution::logNormalFromMean(mean, cv);
  }
  if (named(arguments, {"mu", "sigma"}, texts)) {
    const double mu = number(texts[0]);
    const double sigma = number(texts[1]);
    require(std::fabs(mu) <= 100, "mu must lie between -100 and 100");
    require(sigma >= 0 && sigma <= kLargestSigma, "sigma must lie between 0 and 20");
    return Distribution::logNormal(mu, sigma);
  }
  std::vector<double> parameters;
  if (!percentiles(arguments, parameters)) return wrongForm();
  return failed() ? Distribution() : readLogNormalPercentiles(parameters);
}

Distribution DistributionReader::readGamma(const Arguments& arguments, int) {
  std::vector<std::string_view> texts;
  if (named(arguments, {"mean", "cv"}, texts)) {
    const double mean = value(texts[0]);
    const double cv = number(texts[1]);
    require(cv >= 0.001 && cv <= 100, "cv must lie between 0.001 and 100");
    return failed() ? Distribution() : Distribution::gammaFromMean(mean, cv);
  }
  if (!named(arguments, {"shape", "scale"}, texts)) return wrongForm();
  const double shape = number(texts[0]);
  const double scale = value(texts[1]);
  require(shape >= 0.0001 && shape <= 1e6, "shape must lie between 0.0001 and 1M");
  return failed() ? Distribution() : Distribution::gamma(shape, scale);
}

Distribution DistributionReader::readErlang(const Arguments& arguments, int) {
  if (arguments.size() != 2) return wrongForm();
  const double stages = number(arguments[0]);
  const double mean = value(arguments[1]);
  require(stages >= 1 && stages <= kMostStages && stages == std::floor(stages),
          "the number of stages must be whole and lie between 1 and 10k");
  return failed() ? Distribution() : Distribution::erlang(static_cast<int>(stages), mean);
}

Distribution DistributionReader::readPareto(const Arguments& arguments, int) {
  std::vector<std::string_view> texts;
  const bool bounded = named(arguments, {"min", "alpha", "max"}, texts);
  if (!bounded && !named(arguments, {"min", "alpha"}, texts)) return wrongForm();
  const double min = value(texts[0]);
  const double alpha = number(texts[1]);
  const double max = bounded ? value(texts[2]) : 0;
  require(min > 0, "min must be above zero");
  require(alpha >= kSmallestAlpha && alpha <= 1000, "alpha must lie between 0.1 and 1000");
  require(!bounded || max > min, "max must be above min");
  return failed() ? Distribution() : Distribution::pareto(min, alpha, max);
}

// "90% rest": the weights; what follows each of them goes to `parts`.
std::vector<double> DistributionReader::weights(const Arguments& arguments, Arguments& parts) {
  std::vector<double> result;
  double sum = 0;
  require(arguments.size() <= kMostParts, "at most 64 parts are allowed");
  for (const std::string_view argument : arguments) {
    const std::size_t end = argument.find_first_of("% \t(");
    const bool percent = end != std::string_view::npos && argument[end] == '%';
    const std::size_t length = percent ? end + 1 : end;
    if (end == std::string_view::npos || argument[end] == '(') {
      fail("'" + std::string(argument) + "' has no weight; write one in front, such as 90%");
      return {};
    }
    result.push_back(keep(parseRatio(argument.substr(0, length))));
    require(result.back() > 0 && result.back() <= 1, "each weight must be above 0% and at most 100%");
    sum += result.back();
    parts.push_back(trimmed(argument.substr(length)));
  }
  if (std::fabs(sum - 1) > kWeightTolerance) {
    require(false, "the weights add up to " + formatRatio(std::round(sum * 1e8) / 1e8) + ", not to 100%");
  }
  return result;
}

Distribution DistributionReader::readHyperexponential(const Arguments& arguments, int) {
  Arguments texts;
  std::vector<double> shares = weights(arguments, texts);
  std::vector<Distribution> parts;
  for (const std::string_view text : texts) parts.push_back(Distribution::exponential(value(text)));
  return failed() ? Distribution() : Distribution::mixture(std::move(shares), std::move(parts));
}

Distribution DistributionReader::readMix(const Arguments& arguments, int depth) {
  Arguments texts;
  std::vector<double> shares = weights(arguments, texts);
  std::vector<Distribution> parts;
  for (const std::string_view text : texts) parts.push_back(read(text, depth + 1));
  return failed() ? Distribution() : Distribution::mixture(std::move(shares), std::move(parts));
}

Distribution DistributionReader::readEmpirical(const Arguments& arguments, int) {
  if (looksLikeFile(arguments[0])) return readSamples(arguments);
  std::vector<double> values;
  for (const std::string_view argument : arguments) {
    values.push_back(value(argument));
    if (failed()) return {};
  }
  return Distribution::empirical(std::move(values));
}

Distribution DistributionReader::readSamples(const Arguments& arguments) {
  static constexpr std::pair<std::string_view, double> kUnits[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}};
  if (arguments.size() < 2 || arguments.size() > 3 || arguments[1].empty()) return wrongForm();
  if (arguments[0].front() == '/')
    return fail("'" + std::string(arguments[0]) + "': write a path relative to the scenario");
  double factor = ofTime_ ? 0 : 1;
  if (arguments.size() == 3 && (!ofTime_ || !arguments[2].starts_with("unit "))) return wrongForm();
  for (const auto& [unit, size] : kUnits) {
    const bool written = arguments.size() == 3 ? trimmed(arguments[2].substr(5)) == unit
                                               : arguments[1].ends_with("_" + std::string(unit));
    if (ofTime_ && written) factor = size;
  }
  if (factor == 0) {
    return fail("'" + current_ + "': the unit of the column is unknown; name it like latency_ms or add `unit ms`");
  }
  CsvColumn column = readCsvColumn(baseDir_, arguments[0], arguments[1]);
  if (!column.problem.empty()) return fail(column.problem);
  const double most = ofTime_ ? static_cast<double>(kLongestDuration.ns) : kLargestCount;
  for (double& sample : column.values) {
    sample *= factor;
    require(sample >= 0, "a sample is negative");
    require(sample <= most, "a sample is too large");
  }
  if (failed()) return {};
  std::string source(arguments[0]);
  for (std::size_t i = 1; i < arguments.size(); ++i) source += ", " + std::string(arguments[i]);
  return Distribution::empirical(std::move(column.values), std::move(source));
}

std::string formatValue(double value, bool ofTime) { return ofTime ? formatNanoseconds(value) : formatNumber(value); }

std::string formatPercentile(double share) {
  std::string text = "p" + formatRatio(share);
  text.pop_back();
  return text;
}

std::string formatLogNormal(const Distribution& d, bool ofTime) {
  const std::vector<double>& written = d.writtenAs();
  if (written.size() == 2)
    return "lognormal(mean " + formatValue(written[0], ofTime) + ", cv " + formatNumber(written[1]) + ")";
  if (written.size() == 4) {
    return "lognormal(" + formatPercentile(written[0]) + " " + formatValue(written[1], ofTime) + ", " +
           formatPercentile(written[2]) + " " + formatValue(written[3], ofTime) + ")";
  }
  return "lognormal(mu " + formatNumber(d.first()) + ", sigma " + formatNumber(d.second()) + ")";
}

std::string formatGamma(const Distribution& d, bool ofTime) {
  const std::vector<double>& written = d.writtenAs();
  if (written.size() == 2)
    return "gamma(mean " + formatValue(written[0], ofTime) + ", cv " + formatNumber(written[1]) + ")";
  return "gamma(shape " + formatNumber(d.first()) + ", scale " + formatValue(d.second(), ofTime) + ")";
}

std::string formatMixture(const Distribution& d, bool ofTime) {
  const bool hyper = std::all_of(d.parts().begin(), d.parts().end(), [](const Distribution& part) {
    return part.kind() == Distribution::Kind::Exponential;
  });
  std::string text;
  for (std::size_t i = 0; i < d.parts().size(); ++i) {
    const Distribution& part = d.parts()[i];
    text += (i ? ", " : "") + formatRatio(d.weights()[i]) + " ";
    text += hyper ? formatValue(part.first(), ofTime) : formatDistribution(part, ofTime);
  }
  return (hyper ? "hyperexponential(" : "mix(") + text + ")";
}

std::string formatEmpirical(const Distribution& d, bool ofTime) {
  if (!d.sourceText().empty()) return "empirical(" + d.sourceText() + ")";
  std::string text;
  for (const double value : d.values()) text += (text.empty() ? "" : ", ") + formatValue(value, ofTime);
  return "empirical(" + text + ")";
}

}  // namespace

Parsed<Distribution> parseDistribution(std::string_view text, bool ofTime, std::string_view baseDir) {
  if (text.size() > kLongestText) return {std::nullopt, "the text of a distribution is longer than 1 MiB"};
  DistributionReader reader(ofTime, baseDir);
  Distribution result = reader.read(text, 1);
  if (!reader.problem().empty()) return {std::nullopt, reader.problem()};
  return {std::move(result), {}};
}

std::string formatDistribution(const Distribution& value, bool ofTime) {
  const auto amount = [&](double x) { return formatValue(x, ofTime); };
  switch (value.kind()) {
    case Distribution::Kind::Constant:
      return amount(value.first());
    case Distribution::Kind::Exponential:
      return "exponential(" + amount(value.first()) + ")";
    case Distribution::Kind::Uniform:
      return "uniform(" + amount(value.first()) + ", " + amount(value.second()) + ")";
    case Distribution::Kind::Normal:
      return "normal(mean " + amount(value.first()) + ", sd " + amount(value.second()) + ")";
    case Distribution::Kind::LogNormal:
      return formatLogNormal(value, ofTime);
    case Distribution::Kind::Gamma:
      return formatGamma(value, ofTime);
    case Distribution::Kind::Erlang:
      return "erlang(" + formatNumber(value.first()) + ", " + amount(value.second()) + ")";
    case Distribution::Kind::Pareto:
      return "pareto(min " + amount(value.first()) + ", alpha " + formatNumber(value.second()) +
             (value.third() > 0 ? ", max " + amount(value.third()) : "") + ")";
    case Distribution::Kind::Mixture:
      return formatMixture(value, ofTime);
    case Distribution::Kind::Empirical:
      return formatEmpirical(value, ofTime);
  }
  return {};
}

}  // namespace faultline

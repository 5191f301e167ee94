#include "model/value_check.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/quantity.h"
#include "model/problem.h"
#include "model/validate.h"
#include "parts/keyspace.h"

namespace faultline {
namespace {

constexpr std::string_view kInheritedKey = "inherit";  // on an edge: the key of the request
constexpr double kLongestSeconds = static_cast<double>(kLongestDuration.ns) / 1e9;
constexpr double kLongestWork = 86'400;  // seconds that one call takes anywhere, where nothing else is said
constexpr std::size_t kLongestSuggestionList = 16;
constexpr std::size_t kMostNamesCompared = 1000;

void addError(Diagnostics& problems, const std::string& path, std::string message, std::string hint = {}) {
  problems.push_back(errorAt(path, std::move(message), std::move(hint)));
}

bool isDurationLike(ParamType type) { return type == ParamType::Duration || type == ParamType::Distribution; }

std::string formatAs(ParamType type, double value) {
  switch (type) {
    case ParamType::Ratio:
      return formatRatio(value);
    case ParamType::Rate:
    case ParamType::Points:
      return formatRate(value);
    case ParamType::Bytes:
      return formatBytes(value);
    case ParamType::Bandwidth:
      return formatBandwidth(value);
    case ParamType::Duration:
    case ParamType::Distribution:
      return formatDuration(durationFromSeconds(value));
    case ParamType::Count:
      // Beyond the suffixes of counts, digits are easier to read than millions of millions.
      if (std::abs(value) > 1e12 && std::abs(value) < 9e18) return std::to_string(static_cast<std::int64_t>(value));
      if (std::abs(value) < 9e18) return formatCount(static_cast<std::int64_t>(value));
      return formatNumber(value);
    default:
      return formatNumber(value);
  }
}

void checkRange(const ParamInfo& info, double value, const std::string& path, Diagnostics& problems) {
  const Range allowed = allowedRange(info);
  if (value >= allowed.min && value <= allowed.max) return;  // false for NaN
  std::string text;
  if (std::isnan(value))
    text = "not a number";
  else if (std::isinf(value))
    text = "infinite";
  else if (isDurationLike(info.type) && value < 0)
    text = "-" + formatAs(info.type, -value);
  else
    text = formatAs(info.type, value);
  addError(problems, path, std::string(info.name) + " must be " + describeRange(info) + ", but it is " + text,
           info.optional && value == 0 ? "leave it out to have none" : "");
}

// The scale of a distribution of time is nanoseconds, that of its range is seconds.
double rangeUnit(const ParamInfo& info) { return info.type == ParamType::Distribution ? 1e9 : 1; }

void checkDistribution(const ParamInfo& info, const Distribution& d, const std::string& path, Diagnostics& problems) {
  const double mean = d.mean();
  if (std::isinf(mean) && mean > 0) return;  // a heavy tail without a mean is drawn like any other
  ParamInfo meanInfo = info;
  const std::size_t before = problems.size();
  checkRange(meanInfo, mean / rangeUnit(info), path, problems);
  if (problems.size() > before && !d.isConstant()) problems.back().message = "the mean of " + problems.back().message;
}

struct ValueCheck {
  const ParamInfo& info;
  const std::string& path;
  const Scenario& scenario;
  Diagnostics& problems;

  void wrongType() const { addError(problems, path, std::string(info.name) + " must be " + expectedText(info)); }

  void operator()(std::monostate) const {
    if (!info.optional) wrongType();
  }
  void operator()(bool) const {
    if (info.type != ParamType::Flag) wrongType();
  }
  void operator()(std::int64_t value) const {
    if (info.type != ParamType::Count) return wrongType();
    checkRange(info, static_cast<double>(value), path, problems);
  }
  void operator()(double value) const {
    switch (info.type) {
      case ParamType::Number:
      case ParamType::Ratio:
      case ParamType::Rate:
      case ParamType::Bytes:
      case ParamType::Bandwidth:
        return checkRange(info, value, path, problems);
      default:
        return wrongType();
    }
  }
  void operator()(Duration value) const {
    if (info.type != ParamType::Duration) return wrongType();
    checkRange(info, value.seconds(), path, problems);
  }
  void operator()(const Distribution& value) const {
    if (info.type != ParamType::Distribution && info.type != ParamType::CountDistribution) return wrongType();
    checkDistribution(info, value, path, problems);
  }
  void operator()(const std::string& text) const {
    switch (info.type) {
      case ParamType::Text:
        return checkText(text);
      case ParamType::KeySpace:
        return checkKeySpace(text);
      case ParamType::Choice:
        return checkName(text, namesOf(info.choices), std::string("unknown ") + info.name, path);
      case ParamType::NodeName:
        return checkNode(text);
      default:
        return wrongType();
    }
  }
  void operator()(const ValueList& list) const {
    if (info.type == ParamType::Points) return checkPoints(list);
    if (info.type != ParamType::ClassList && info.type != ParamType::TextList) return wrongType();
    std::set<std::string> seen;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::string itemPath = path + "[" + std::to_string(i) + "]";
      const std::string* text = list[i].as<std::string>();
      if (text == nullptr) {
        addError(problems, itemPath, std::string(info.name) + " must hold names only");
        continue;
      }
      if (!seen.insert(*text).second)
        addError(problems, itemPath, quoted(*text) + " is listed twice");
      else if (info.type == ParamType::ClassList)
        checkClass(*text, itemPath);
      else if (!info.choices.empty())
        checkName(*text, namesOf(info.choices), "unknown word", itemPath);
    }
  }
  void operator()(const ValueMap& map) const {
    if (info.type == ParamType::Group) return checkFields(info.fields, map, path, scenario, problems);
    if (info.type == ParamType::Table) return checkTable(map);
    if (info.perClass) return checkPerClass(map);
    wrongType();
  }

 private:
  void checkName(const std::string& name, const std::vector<std::string_view>& known, const std::string& what,
                 const std::string& where) const {
    if (std::find(known.begin(), known.end(), name) == known.end())
      addError(problems, where, what + " " + quoted(name), suggestion(name, known));
  }
  void checkKeySpace(const std::string& text) const {
    if (text == kInheritedKey) return;
    if (const Parsed<KeySpace> parsed = parseKeySpace(text); !parsed.value)
      addError(problems, path, quoted(text) + " is not a key space", parsed.problem);
  }
  void checkText(const std::string& text) const {
    if (!info.isTraceFile || text.empty()) return;
    const TraceSpec* trace = scenario.findTrace(text);
    if (trace == nullptr || trace->requests == nullptr)
      return addError(problems, path, "the recorded requests in " + quoted(text) + " were not read");
    for (const std::string& name : trace->requests->classes) checkClass(name, path);
  }
  void checkNode(const std::string& name) const {
    if (scenario.findNode(name) != nullptr) return;
    std::vector<std::string_view> known;
    for (const NodeSpec& node : scenario.nodes) known.push_back(node.name);
    addError(problems, path, "there is no node " + quoted(name), suggestion(name, known));
  }
  void checkClass(const std::string& name, const std::string& where) const {
    if (scenario.findClass(name) != nullptr) return;
    addError(problems, where, "there is no request class " + quoted(name), suggestClass(scenario, name));
  }
  void checkTable(const ValueMap& rows) const {
    for (const auto& [name, row] : rows.entries) {
      const std::string rowPath = path + "." + name;
      if (!isIdentifier(name))
        addError(problems, rowPath, quoted(name) + " is not a name", "use letters, digits and _");
      if (const ValueMap* fields = row.as<ValueMap>())
        checkFields(info.fields, *fields, rowPath, scenario, problems);
      else
        addError(problems, rowPath, name + " must be a map of fields");
    }
  }
  void checkPerClass(const ValueMap& map) const {
    if (map.find(kDefaultClass) == nullptr)
      addError(problems, path, std::string(info.name) + " by class needs a default", "add \"default: ...\"");
    for (const auto& [name, value] : map.entries) {
      const std::string classPath = path + "." + name;
      if (name != kDefaultClass) checkClass(name, classPath);
      if (const Distribution* d = value.as<Distribution>())
        checkDistribution(info, *d, classPath, problems);
      else
        addError(problems, classPath, name + " must be " + expectedText(info));
    }
  }
  void checkPoints(const ValueList& list) const {
    Duration last{-1};
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::string pointPath = path + "[" + std::to_string(i) + "]";
      const ValueList* pair = list[i].as<ValueList>();
      const Duration* time = pair != nullptr && pair->size() == 2 ? (*pair)[0].as<Duration>() : nullptr;
      const double* level = time != nullptr ? (*pair)[1].as<double>() : nullptr;
      if (level == nullptr) {
        addError(problems, pointPath, "a point must be [time, rate]");
        continue;
      }
      if (*time <= last) addError(problems, pointPath, "points must be in order of time");
      if (*time < Duration{0} || *time > kLongestDuration)
        addError(problems, pointPath, "the time of a point must be between 0s and 10 years");
      last = *time;
      checkRange(info, *level, pointPath, problems);
    }
  }
};

}  // namespace

Range allowedRange(const ParamInfo& info) {
  double min = -1e300, max = 1e300;
  switch (info.type) {
    case ParamType::Ratio:
      min = 0, max = 1;
      break;
    case ParamType::Rate:
    case ParamType::Points:
      min = 0, max = 1e12;
      break;
    case ParamType::Bytes:
      min = 0, max = 1e18;
      break;
    case ParamType::Bandwidth:
      min = 0, max = 1e15;
      break;
    case ParamType::Duration:
      min = 0, max = kLongestSeconds;
      break;
    case ParamType::Distribution:
      min = 0, max = kLongestWork;
      break;
    case ParamType::CountDistribution:
      min = 0, max = 1e12;
      break;
    case ParamType::Count:
      min = -9e18, max = 9e18;
      break;
    default:
      break;
  }
  if (!std::isinf(info.range.min)) min = info.range.min;
  if (!std::isinf(info.range.max)) max = info.range.max;
  return {min, max};
}

std::string describeRange(const ParamInfo& info) {
  const Range allowed = allowedRange(info);
  const double open = info.type == ParamType::Count ? 9e18 : 1e300;
  if (allowed.max >= open && allowed.min <= -open) return "a finite number";
  if (allowed.max >= open) return "at least " + formatAs(info.type, allowed.min);
  if (allowed.min <= -open) return "at most " + formatAs(info.type, allowed.max);
  return "between " + formatAs(info.type, allowed.min) + " and " + formatAs(info.type, allowed.max);
}

std::string expectedText(const ParamInfo& info) {
  switch (info.type) {
    case ParamType::Flag:
      return "true or false";
    case ParamType::Count:
      return "a count like 3, 200k or 9.5M";
    case ParamType::Number:
      return "a number like 0.99";
    case ParamType::Ratio:
      return "a ratio like 95% or 0.95";
    case ParamType::Rate:
      return "a rate like 300/s or 5/min";
    case ParamType::Bytes:
      return "a size like 64B, 200kB or 4GiB";
    case ParamType::Bandwidth:
      return "a bandwidth like 100Mbit/s or 1GiB/s";
    case ParamType::Duration:
      return "a duration like 8ms, 2s or 5min";
    case ParamType::Distribution:
      return info.perClass ? "a distribution of time like 8ms or exponential(8ms), or a map {default: 8ms, CLASS: 20ms}"
                           : "a distribution of time like 8ms or exponential(8ms)";
    case ParamType::CountDistribution:
      return "a count like 3, or a distribution like uniform(1, 5)";
    case ParamType::Choice: {
      std::string text = "one of";
      for (const ChoiceInfo& choice : info.choices) text += (text == "one of" ? " " : ", ") + std::string(choice.name);
      return text;
    }
    case ParamType::Text:
      return "text";
    case ParamType::NodeName:
      return "the name of a node";
    case ParamType::ClassList:
      return "a list of request classes like [a, b]";
    case ParamType::TextList:
      return "a list like [a, b]";
    case ParamType::KeySpace:
      return "a key space like zipf(0.99, 200k)";
    case ParamType::Group:
      return "a map of fields like {name: value}";
    case ParamType::Table:
      return "a map of rows like {name: {field: value}}";
    case ParamType::Points:
      return "a list of points like [[0s, 100/s], [60s, 300/s]]";
  }
  return {};
}

bool isIdentifier(std::string_view name) {
  const auto isLetter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (name.empty() || name.size() > 100 || !isLetter(name[0])) return false;
  return std::all_of(name.begin(), name.end(),
                     [&](char c) { return isLetter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-'; });
}

std::string suggestion(std::string_view written, std::span<const std::string_view> known) {
  // Comparing with very many names would take longer than it helps.
  const std::string nearest = known.size() <= kMostNamesCompared ? nearestName(written, known) : std::string();
  if (!nearest.empty()) return "did you mean \"" + nearest + "\"?";
  if (known.empty()) return {};
  std::string list = "known:";
  for (std::size_t i = 0; i < known.size() && i < kLongestSuggestionList; ++i)
    list += (i == 0 ? " " : ", ") + std::string(known[i]);
  if (known.size() > kLongestSuggestionList) list += ", ...";
  return list;
}

std::vector<std::string_view> namesOf(std::span<const ParamInfo> params) {
  std::vector<std::string_view> names;
  for (const ParamInfo& p : params) names.emplace_back(p.name);
  return names;
}

std::vector<std::string_view> namesOf(std::span<const ChoiceInfo> choices) {
  std::vector<std::string_view> names;
  for (const ChoiceInfo& c : choices) names.emplace_back(c.name);
  return names;
}

std::string suggestClass(const Scenario& scenario, std::string_view written) {
  std::vector<std::string_view> known;
  for (const RequestClass& c : scenario.classes) known.push_back(c.name);
  return suggestion(written, known);
}

void checkValue(const ParamInfo& info, const Value& value, const std::string& path, const Scenario& scenario,
                Diagnostics& problems) {
  std::visit(ValueCheck{info, path, scenario, problems}, value.variant());
}

void checkFields(std::span<const ParamInfo> params, const ValueMap& values, const std::string& path,
                 const Scenario& scenario, Diagnostics& problems) {
  for (const auto& [name, value] : values.entries) {
    const std::string place = path + "." + name;
    if (const ParamInfo* info = findParam(params, name))
      checkValue(*info, value, place, scenario, problems);
    else
      addError(problems, place, "unknown key " + quoted(name), suggestion(name, namesOf(params)));
  }
  for (const ParamInfo& info : params)
    if (info.required && values.find(info.name) == nullptr)
      addError(problems, path + "." + info.name, std::string(info.name) + " is missing",
               "it must be " + expectedText(info));
}

}  // namespace faultline

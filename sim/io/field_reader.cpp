#include "io/field_reader.h"

#include <algorithm>

#include "base/csv_column.h"
#include "io/value_text.h"
#include "model/problem.h"
#include "model/validate.h"
#include "model/value_check.h"

namespace faultline {
namespace {

constexpr std::size_t kMaxProblems = 1000;  // nobody reads more, and each costs memory

// The path without its last name or index; empty at the top.
std::string_view parentPath(std::string_view path) {
  const std::size_t end = path.find_last_of(".[");
  return end == std::string_view::npos ? std::string_view{} : path.substr(0, end);
}

std::string describe(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::Null:
      return "empty";
    case YamlNode::Kind::Text:
      return quoted(node.text);
    case YamlNode::Kind::List:
      return "a list";
    case YamlNode::Kind::Map:
      return "a map";
  }
  return {};
}

ParamInfo withoutClasses(ParamInfo info) {
  info.perClass = false;
  return info;
}

}  // namespace

void FieldReader::fail(YamlPlace place, const std::string& path, std::string message, std::string hint) {
  failed_.insert(path);
  if (problems.size() >= kMaxProblems) return;
  Diagnostic d = errorAt(path, std::move(message), std::move(hint));
  d.line = place.line;
  d.column = place.column;
  problems.push_back(std::move(d));
}

YamlPlace FieldReader::placeOf(std::string_view path) const {
  for (; !path.empty(); path = parentPath(path))
    if (const auto found = places_.find(std::string(path)); found != places_.end()) return found->second;
  return {1, 1};
}

bool FieldReader::hasFailed(std::string_view path) const {
  const std::string items = std::string(path) + '[';
  if (const auto item = failed_.lower_bound(items); item != failed_.end() && item->starts_with(items)) return true;
  for (; !path.empty(); path = parentPath(path))
    if (failed_.contains(path)) return true;
  return false;
}

bool FieldReader::isMap(const YamlNode& node, const std::string& path, std::string_view expected) {
  if (node.kind == YamlNode::Kind::Map) return true;
  fail(node.place, path, "expected " + std::string(expected) + ", but this is " + describe(node));
  return false;
}

bool FieldReader::isList(const YamlNode& node, const std::string& path, std::string_view expected) {
  if (node.kind == YamlNode::Kind::List) return true;
  fail(node.place, path, "expected " + std::string(expected) + ", but this is " + describe(node));
  return false;
}

bool FieldReader::isText(const YamlNode& node, const std::string& path, std::string_view expected) {
  if (node.kind == YamlNode::Kind::Text) return true;
  fail(node.place, path, "expected " + std::string(expected) + ", but this is " + describe(node));
  return false;
}

std::optional<Value> FieldReader::readValue(const ParamInfo& info, const YamlNode& node, const std::string& path) {
  setPlace(path, node.place);
  if (node.kind == YamlNode::Kind::Text && info.type == ParamType::Points) return readPointsFile(node, path);
  if (node.kind == YamlNode::Kind::Text) {
    // In quotes, the word is a text like any other.
    const bool unsets = info.optional && node.isPlain && node.text == kUnset;
    if (node.text == kUnset && !unsets && info.optional && info.type == ParamType::Text) return Value(node.text);
    Parsed<Value> parsed = parseValue(info, node.text, baseDir_);
    if (parsed.value) return std::move(*parsed.value);
    // A distribution has many ways to be wrong, and only its parser knows which.
    const bool explains = info.type == ParamType::Distribution || info.type == ParamType::CountDistribution;
    fail(node.place, path,
         std::string(info.name) + " must be " + (parsed.isTooLarge ? describeRange(info) : expectedText(info)) +
             ", but it is " + quoted(node.text),
         explains ? parsed.problem : std::string());
    return std::nullopt;
  }
  if (node.kind == YamlNode::Kind::Map) {
    if (info.type == ParamType::Group) return Value(readFields(info.fields, node, path));
    if (info.type == ParamType::Table) return readTable(info, node, path);
    if (info.perClass) return readByClass(info, node, path);
  }
  if (node.kind == YamlNode::Kind::List) {
    if (info.type == ParamType::ClassList || info.type == ParamType::TextList) return readList(info, node, path);
    if (info.type == ParamType::Points) return readPoints(info, node, path);
  }
  fail(node.place, path, std::string(info.name) + " must be " + expectedText(info) + ", but it is " + describe(node));
  return std::nullopt;
}

std::optional<Value> FieldReader::readList(const ParamInfo& info, const YamlNode& node, const std::string& path) {
  ValueList list;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const std::string itemPath = path + "[" + std::to_string(i) + "]";
    setPlace(itemPath, node.items[i]->place);
    if (isText(*node.items[i], itemPath, std::string("a name in ") + info.name)) list.emplace_back(node.items[i]->text);
  }
  return Value(std::move(list));
}

std::optional<Value> FieldReader::readPoints(const ParamInfo&, const YamlNode& node, const std::string& path) {
  const ParamInfo time = field(ParamType::Duration, "time", "", {}, "");
  const ParamInfo rate = field(ParamType::Rate, "rate", "", {}, "");
  ValueList points;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const YamlNode& item = *node.items[i];
    const std::string itemPath = path + "[" + std::to_string(i) + "]";
    setPlace(itemPath, item.place);
    if (item.kind != YamlNode::Kind::List || item.items.size() != 2) {
      fail(item.place, itemPath, "a point must be [time, rate] like [60s, 300/s]");
      continue;
    }
    const auto when = readValue(time, *item.items[0], itemPath + "[0]");
    const auto level = readValue(rate, *item.items[1], itemPath + "[1]");
    if (when && level) points.emplace_back(ValueList{*when, *level});
  }
  return Value(std::move(points));
}

// A CSV file with the columns `time` (seconds) and `rate` (per second).
std::optional<Value> FieldReader::readPointsFile(const YamlNode& node, const std::string& path) {
  const CsvColumn times = readCsvColumn(baseDir_, node.text, "time");
  const CsvColumn rates = readCsvColumn(baseDir_, node.text, "rate");
  const std::string& problem = times.problem.empty() ? rates.problem : times.problem;
  if (!problem.empty()) {
    fail(node.place, path, "points must be a list like [[0s, 100/s], [60s, 300/s]] or a CSV file", problem);
    return std::nullopt;
  }
  ValueList points;
  for (std::size_t i = 0; i < times.values.size(); ++i)
    points.emplace_back(ValueList{Value(durationFromNs(times.values[i] * 1e9 + 0.5)), Value(rates.values[i])});
  return Value(std::move(points));
}

std::optional<Value> FieldReader::readTable(const ParamInfo& info, const YamlNode& node, const std::string& path) {
  ValueMap rows;
  for (const auto& [key, row] : node.entries) {
    const std::string rowPath = path + "." + key->text;
    setPlace(rowPath, key->place);
    if (row->kind == YamlNode::Kind::Null)
      rows.entries.emplace_back(key->text, ValueMap{});
    else if (isMap(*row, rowPath, "a map of fields like {name: value}"))
      rows.entries.emplace_back(key->text, readFields(info.fields, *row, rowPath));
  }
  return Value(std::move(rows));
}

std::optional<Value> FieldReader::readByClass(const ParamInfo& info, const YamlNode& node, const std::string& path) {
  const ParamInfo ofClass = withoutClasses(info);
  ValueMap map;
  for (const auto& [key, item] : node.entries)
    if (auto value = readValue(ofClass, *item, path + "." + key->text))
      map.entries.emplace_back(key->text, std::move(*value));
  return Value(std::move(map));
}

ValueMap FieldReader::readFields(std::span<const ParamInfo> params, const YamlNode& node, const std::string& path,
                                 std::span<const std::string_view> others) {
  ValueMap values;
  for (const auto& [key, value] : node.entries) {
    if (std::find(others.begin(), others.end(), key->text) != others.end()) continue;
    const std::string place = path.empty() ? key->text : path + "." + key->text;
    const ParamInfo* info = findParam(params, key->text);
    if (info == nullptr) {
      std::vector<std::string_view> known(others.begin(), others.end());
      for (std::string_view name : namesOf(params)) known.push_back(name);
      // What it was meant to be is neither missing nor at its default.
      const std::string meant = nearestName(key->text, known);
      const bool isMeant = !path.empty() && !meant.empty() && node.find(meant) == nullptr;
      fail(key->place, isMeant ? path + "." + meant : place, "unknown key " + quoted(key->text),
           suggestion(key->text, known));
      continue;
    }
    if (auto read = readValue(*info, *value, place)) values.entries.emplace_back(key->text, std::move(*read));
  }
  return values;
}

}  // namespace faultline

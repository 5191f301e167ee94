#include "io/value_text.h"

#include <algorithm>
#include <utility>

#include "io/yaml_writer.h"

namespace faultline {
namespace {

template <class T>
Parsed<Value> asValue(Parsed<T> parsed) {
  if (!parsed.value) return {std::nullopt, std::move(parsed.problem), parsed.isTooLarge};
  return {Value(std::move(*parsed.value)), {}};
}

// Entries in the order of the table, so that equal maps have equal text.
std::vector<std::pair<const ParamInfo*, const std::pair<std::string, Value>*>> inTableOrder(
    std::span<const ParamInfo> params, const ValueMap& map) {
  std::vector<std::pair<const ParamInfo*, const std::pair<std::string, Value>*>> ordered;
  for (const auto& entry : map.entries) ordered.emplace_back(findParam(params, entry.first), &entry);
  std::stable_sort(ordered.begin(), ordered.end(), [](const auto& a, const auto& b) {
    return a.first != nullptr && (b.first == nullptr || a.first < b.first);
  });
  return ordered;
}

std::string flowFields(std::span<const ParamInfo> params, const ValueMap& map) {
  std::string text;
  for (const auto& [info, entry] : inTableOrder(params, map))
    text += (text.empty() ? "" : ", ") + quotedForYaml(entry->first) + ": " + formatFlow(info, entry->second);
  return '{' + text + '}';
}

std::string flowRows(const ParamInfo& table, const ValueMap& rows) {
  std::string text;
  for (const auto& [name, row] : rows.entries) {
    const ValueMap* fields = row.as<ValueMap>();
    text += (text.empty() ? "" : ", ") + quotedForYaml(name) + ": " +
            (fields != nullptr ? flowFields(table.fields, *fields) : formatFlow(nullptr, row));
  }
  return '{' + text + '}';
}

std::string flowByClass(const ParamInfo& info, const ValueMap& map) {
  std::string text;
  for (const auto& [name, value] : map.entries)
    text += (text.empty() ? "" : ", ") + quotedForYaml(name) + ": " + formatFlow(&info, value);
  return '{' + text + '}';
}

std::string flowList(const ParamInfo* info, const ValueList& list) {
  const bool isPoints = info != nullptr && info->type == ParamType::Points;
  std::string text;
  for (const Value& item : list) {
    const ValueList* point = isPoints ? item.as<ValueList>() : nullptr;
    std::string itemText;
    if (point != nullptr && point->size() == 2 && (*point)[1].as<double>() != nullptr)
      itemText = '[' + formatFlow(nullptr, (*point)[0]) + ", " + formatRate(*(*point)[1].as<double>()) + ']';
    else
      itemText = formatFlow(nullptr, item);
    text += (text.empty() ? "" : ", ") + itemText;
  }
  return '[' + text + ']';
}

struct FlowText {
  const ParamInfo* info;

  std::string operator()(std::monostate) const { return kUnset; }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::int64_t value) const { return formatCount(value); }
  std::string operator()(double value) const {
    switch (info != nullptr ? info->type : ParamType::Number) {
      case ParamType::Ratio:
        return formatRatio(value);
      case ParamType::Rate:
        return formatRate(value);
      case ParamType::Bytes:
        return formatBytes(value);
      case ParamType::Bandwidth:
        return formatBandwidth(value);
      default:
        return formatNumber(value);
    }
  }
  std::string operator()(Duration value) const { return formatDuration(value); }
  std::string operator()(const Distribution& value) const {
    return quotedForYaml(formatDistribution(value, info == nullptr || info->type != ParamType::CountDistribution));
  }
  std::string operator()(const std::string& text) const {
    // The plain word would unset an optional parameter.
    if (text == kUnset && info != nullptr && info->optional) return '"' + text + '"';
    return quotedForYaml(text);
  }
  std::string operator()(const ValueList& list) const { return flowList(info, list); }
  std::string operator()(const ValueMap& map) const {
    if (info == nullptr) return flowFields({}, map);
    if (info->type == ParamType::Table) return flowRows(*info, map);
    if (info->type == ParamType::Group) return flowFields(info->fields, map);
    return flowByClass(*info, map);
  }
};

bool isPlainInFlow(std::string_view text) {
  if (text.empty() || text.front() == ' ' || text.back() == ' ' || text.back() == ':') return false;
  if (std::string_view("-?:,[]{}#&*!|>'\"%@`=<").find(text.front()) != std::string_view::npos) return false;
  if (text == "~" || text == "null" || text == "Null" || text == "NULL") return false;
  int brackets = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return false;
    // A question mark ends a plain text in a flow map for yaml-cpp, wherever it stands.
    if (std::string_view(",[]{}\"#?").find(c) != std::string_view::npos) return false;
    if (c == ':' && (i + 1 == text.size() || text[i + 1] == ' ')) return false;
    brackets += c == '(' ? 1 : c == ')' ? -1 : 0;
  }
  return brackets == 0;
}

}  // namespace

Parsed<Value> parseValue(const ParamInfo& info, std::string_view text, std::string_view baseDir) {
  if (info.optional && text == kUnset) return {Value(), {}};
  switch (info.type) {
    case ParamType::Flag:
      if (text == "true" || text == "false") return {Value(text == "true"), {}};
      return {std::nullopt, "true or false"};
    case ParamType::Count:
      return asValue(parseCount(text));
    case ParamType::Number:
      return asValue(parseNumber(text));
    case ParamType::Ratio:
      return asValue(parseRatio(text));
    case ParamType::Rate:
      return asValue(parseRate(text));
    case ParamType::Bytes:
      return asValue(parseBytes(text));
    case ParamType::Bandwidth:
      return asValue(parseBandwidth(text));
    case ParamType::Duration:
      return asValue(parseDuration(text));
    case ParamType::Distribution:
      return asValue(parseDistribution(text, true, baseDir));
    case ParamType::CountDistribution:
      return asValue(parseDistribution(text, false, baseDir));
    case ParamType::Choice:
    case ParamType::Text:
    case ParamType::NodeName:
    case ParamType::KeySpace:
      return {Value(std::string(text)), {}};
    case ParamType::ClassList:
    case ParamType::TextList:
      return {Value(ValueList{Value(std::string(text))}), {}};
    case ParamType::Group:
    case ParamType::Table:
    case ParamType::Points:
      break;
  }
  return {std::nullopt, "not a single text"};
}

std::string formatFlow(const ParamInfo* info, const Value& value) {
  return std::visit(FlowText{info}, value.variant());
}

std::string formatValue(const ParamInfo& info, const Value& value) { return formatFlow(&info, value); }

std::string quotedForYaml(std::string_view text) {
  if (isPlainInFlow(text)) return std::string(text);
  constexpr char kDigits[] = "0123456789abcdef";
  std::string result = "\"";
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      result += '\\', result += c;
    else if (c == '\n')
      result += "\\n";
    else if (c == '\t')
      result += "\\t";
    else if (byte < 0x20 || byte == 0x7F)
      result += "\\x", result += kDigits[byte >> 4], result += kDigits[byte & 15];
    else
      result += c;
  }
  return result + '"';
}

}  // namespace faultline

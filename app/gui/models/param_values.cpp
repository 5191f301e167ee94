#include "gui/models/param_values.h"

#include <algorithm>

#include "io/value_text.h"

namespace faultline {

namespace {

// What stands at the end of a path below a value; unset when nothing does.
Value below(const Value& top, std::span<const std::string> path) {
  const Value* value = &top;
  for (const std::string& name : path) {
    const ValueMap* map = value->as<ValueMap>();
    // A parameter that could vary by class and does not has only its default.
    if (map == nullptr) return value->isSet() && name == kDefaultClass ? *value : Value{};
    value = map->find(name);
    if (value == nullptr) return {};
  }
  return *value;
}

// Whether a parameter struct can be told the value.
bool canHold(const ParamInfo& info, const Value& value) {
  const auto holdsFields = [](std::span<const ParamInfo> fields, const Value& map) {
    const ValueMap* values = map.as<ValueMap>();
    if (values == nullptr) return false;
    return std::all_of(fields.begin(), fields.end(), [&](const ParamInfo& field) {
      const Value* written = values->find(field.name);
      return written == nullptr || canHold(field, *written);
    });
  };
  const auto all = [&](const auto& test) {
    const ValueMap* map = value.as<ValueMap>();
    return map != nullptr &&
           std::all_of(map->entries.begin(), map->entries.end(), [&](const auto& e) { return test(e.second); });
  };
  if (!value.isSet()) return info.optional;
  switch (info.type) {
    case ParamType::Flag:
      return value.as<bool>() != nullptr;
    case ParamType::Count:
      return value.as<std::int64_t>() != nullptr;
    case ParamType::Number:
    case ParamType::Ratio:
    case ParamType::Rate:
    case ParamType::Bytes:
    case ParamType::Bandwidth:
      return value.as<double>() != nullptr;
    case ParamType::Duration:
      return value.as<Duration>() != nullptr;
    case ParamType::Distribution:
    case ParamType::CountDistribution:
      return value.as<Distribution>() != nullptr ||
             (info.perClass && all([](const Value& v) { return v.as<Distribution>() != nullptr; }) &&
              value.as<ValueMap>()->find(kDefaultClass) != nullptr);
    case ParamType::Choice: {
      const std::string* word = value.as<std::string>();
      return word != nullptr && std::any_of(info.choices.begin(), info.choices.end(),
                                            [&](const ChoiceInfo& choice) { return *word == choice.name; });
    }
    case ParamType::Text:
    case ParamType::NodeName:
    case ParamType::KeySpace:
      return value.as<std::string>() != nullptr;
    case ParamType::ClassList:
    case ParamType::TextList: {
      const ValueList* list = value.as<ValueList>();
      return list != nullptr &&
             std::all_of(list->begin(), list->end(), [](const Value& v) { return v.as<std::string>() != nullptr; });
    }
    case ParamType::Group:
      return holdsFields(info.fields, value);
    case ParamType::Table:
      return all([&](const Value& row) { return holdsFields(info.fields, row); });
    case ParamType::Points: {
      const ValueList* list = value.as<ValueList>();
      return list != nullptr && std::all_of(list->begin(), list->end(), [](const Value& v) {
               const ValueList* point = v.as<ValueList>();
               return point != nullptr && point->size() == 2 && (*point)[0].as<Duration>() && (*point)[1].as<double>();
             });
    }
  }
  return false;
}

}  // namespace

std::string pathOf(std::span<const std::string> names) {
  std::string path;
  for (const std::string& name : names) path += (path.empty() ? "" : ".") + name;
  return path;
}

Value leastRow(std::span<const ParamInfo> fields, const Value& defaults) {
  ValueMap row;
  const ValueMap* read = defaults.as<ValueMap>();
  for (const ParamInfo& field : fields)
    if (const Value* value = read != nullptr && field.required ? read->find(field.name) : nullptr)
      row.set(field.name, *value);
  return Value(std::move(row));
}

namespace paths {

Value readAt(std::span<const ParamInfo> params, const void* object, Path path) {
  const ParamInfo* info = findParam(params, path[0]);
  return info == nullptr ? Value{} : below(info->read(object), path.subspan(1));
}

const Value* writtenAt(const ValueMap& map, Path path) {
  const Value* value = map.find(path[0]);
  for (std::size_t i = 1; value != nullptr && i < path.size(); ++i) {
    const ValueMap* inner = value->as<ValueMap>();
    if (inner == nullptr) return path[i] == kDefaultClass && i + 1 == path.size() ? value : nullptr;
    value = inner->find(path[i]);
  }
  return value;
}

void eraseAt(std::span<const ParamInfo> params, ValueMap& values, Path path) {
  const ParamInfo* info = findParam(params, path[0]);
  Value* value = nullptr;
  for (auto& [name, v] : values.entries)
    if (name == path[0]) value = &v;
  if (value == nullptr) return;
  ValueMap* inner = value->as<ValueMap>();
  if (path.size() == 1 || inner == nullptr) {
    values.erase(path[0]);
    return;
  }
  if (info != nullptr && info->type == ParamType::Group) {
    eraseAt(info->fields, *inner, path.subspan(1));
    if (inner->empty() && !info->optional) values.erase(path[0]);
  } else if (info != nullptr && info->type == ParamType::Table) {
    if (path.size() == 2)
      inner->erase(path[1]);
    else if (Value* row = const_cast<Value*>(inner->find(path[1])); row != nullptr && row->as<ValueMap>() != nullptr)
      eraseAt(info->fields, *row->as<ValueMap>(), path.subspan(2));
  } else {
    inner->erase(path[1]);  // of one class
    if (inner->entries.size() == 1 && inner->find(kDefaultClass) != nullptr)
      *value = Value(*inner->find(kDefaultClass));
  }
}

Value skeleton(Path path) {
  ValueMap map;
  if (path.size() > 1) map.set(path[0], skeleton(path.subspan(1)));
  return Value(std::move(map));
}

}  // namespace paths

void assignSound(std::span<const ParamInfo> params, const ValueMap& values, void* object,
                 std::vector<std::pair<std::string, std::string>>* unusable) {
  for (const auto& [name, value] : values.entries) {
    const ParamInfo* info = findParam(params, name);
    if (info == nullptr) continue;
    if (canHold(*info, value))
      info->assign(object, value);
    else if (unusable != nullptr)
      unusable->emplace_back(name, formatFlow(info, value));
  }
}

}  // namespace faultline

#include "model/descriptor.h"

namespace faultline {

const ParamInfo* findParam(std::span<const ParamInfo> params, std::string_view name) {
  for (const ParamInfo& p : params)
    if (name == p.name) return &p;
  return nullptr;
}

std::shared_ptr<void> makeParams(const ComponentInfo& info, const ValueMap& values) {
  std::shared_ptr<void> params = info.makeParams();
  for (const auto& [name, value] : values.entries)
    if (const ParamInfo* p = findParam(info.params, name); p != nullptr && p->assign != nullptr)
      p->assign(params.get(), value);
  return params;
}

std::span<const MetricInfo> metricsOf(const ComponentInfo& info, const void* params) {
  return info.metricCount == nullptr ? info.metrics : info.metrics.first(info.metricCount(params));
}

const char* toString(Outcome outcome) {
  switch (outcome) {
    case Outcome::Ok:
      return "ok";
    case Outcome::Error:
      return "error";
    case Outcome::Timeout:
      return "timeout";
    case Outcome::Rejected:
      return "rejected";
    case Outcome::Unavailable:
      return "unavailable";
  }
  return "";
}

namespace detail {

int choiceIndex(std::span<const ChoiceInfo> choices, std::string_view name) {
  for (std::size_t i = 0; i < choices.size(); ++i)
    if (name == choices[i].name) return static_cast<int>(i);
  return -1;
}

std::vector<std::string> stringsOf(const Value& value) {
  std::vector<std::string> strings;
  if (const ValueList* list = value.as<ValueList>())
    for (const Value& item : *list)
      if (const std::string* text = item.as<std::string>()) strings.push_back(*text);
  return strings;
}

Value valueOf(const std::vector<std::string>& strings) {
  ValueList list;
  for (const std::string& s : strings) list.emplace_back(s);
  return Value(std::move(list));
}

Points pointsOf(const Value& value) {
  Points points;
  if (const ValueList* list = value.as<ValueList>())
    for (const Value& item : *list) {
      const ValueList* pair = item.as<ValueList>();
      points.emplace_back(*(*pair)[0].as<Duration>(), *(*pair)[1].as<double>());
    }
  return points;
}

Value valueOf(const Points& points) {
  ValueList list;
  for (const auto& [time, level] : points) list.emplace_back(ValueList{Value(time), Value(level)});
  return Value(std::move(list));
}

PerClass perClassOf(const Value& value) {
  PerClass perClass;
  if (const Distribution* all = value.as<Distribution>()) perClass.base = *all;
  if (const ValueMap* map = value.as<ValueMap>())
    for (const auto& [name, item] : map->entries) {
      if (name == kDefaultClass)
        perClass.base = *item.as<Distribution>();
      else
        perClass.byClass.emplace_back(name, *item.as<Distribution>());
    }
  return perClass;
}

Value valueOf(const PerClass& perClass) {
  if (perClass.byClass.empty()) return Value(perClass.base);
  ValueMap map;
  map.set(kDefaultClass, Value(perClass.base));
  for (const auto& [name, distribution] : perClass.byClass) map.set(name, Value(distribution));
  return Value(std::move(map));
}

}  // namespace detail
}  // namespace faultline

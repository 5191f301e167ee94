#include "support/value_source.h"

#include <algorithm>
#include <cmath>

#include "model/quantity_type.h"
#include "model/value_check.h"

namespace faultline {
namespace {

constexpr const char* kKeySpaces[] = {
    "none", "uniform(300)", "zipf(0.99, 2k)", "hot(80%, 3, 500)", "sequential(100)", "fixed(7)"};

Value numberAs(ParamType type, double x) {
  switch (type) {
    case ParamType::Count:
      return Value(static_cast<std::int64_t>(std::clamp(std::round(x), -9e18, 9e18)));
    case ParamType::Duration:
      return Value(durationFromSeconds(x));
    case ParamType::Distribution:
      return Value(Distribution::constant(x * 1e9));
    case ParamType::CountDistribution:
      return Value(Distribution::constant(x));
    default:
      return Value(x);
  }
}

bool isNumber(ParamType type) {
  return isQuantity(type) || type == ParamType::Distribution || type == ParamType::CountDistribution;
}

// What such a parameter usually is about, where it has no default.
double typical(const ParamInfo& info) {
  if (std::string_view(info.name).find("_per_") != std::string_view::npos) return 1e-7;
  switch (info.type) {
    case ParamType::Count:
      return 8;
    case ParamType::Ratio:
      return 0.3;
    case ParamType::Rate:
      return 50;
    case ParamType::Bytes:
      return 4096;
    case ParamType::Bandwidth:
      return 1e6;
    case ParamType::Duration:
      return 0.1;
    case ParamType::Distribution:
      return 0.004;
    default:
      return 2;
  }
}

double numberOf(const Value& value, const ParamInfo& info) {
  double x = 0;
  if (const auto* i = value.as<std::int64_t>())
    x = static_cast<double>(*i);
  else if (const auto* d = value.as<double>())
    x = *d;
  else if (const auto* t = value.as<Duration>())
    x = t->seconds();
  else if (const auto* law = value.as<Distribution>())
    x = law->mean() / (info.type == ParamType::Distribution ? 1e9 : 1);
  return x > 0 && std::isfinite(x) ? x : typical(info);
}

}  // namespace

// Within a factor of eight, and never beyond what a short run can bear.
double ValueSource::near(double usual, const ParamInfo& info) {
  const Range allowed = allowedRange(info);
  if (info.type == ParamType::Ratio && chance(0.2))
    usual = chance(0.5) ? allowed.min : allowed.max;
  else if (info.type == ParamType::Ratio)
    usual = luck_.uniform();
  else
    usual *= std::exp2(luck_.uniform() * 6 - 3);
  if (info.type == ParamType::Rate) usual = std::min(usual, 600.0);
  if (info.type == ParamType::Duration) usual = std::min(usual, 60.0);
  return std::clamp(usual, allowed.min, allowed.max);
}

Distribution ValueSource::distribution(double mean) {
  switch (below(8)) {
    case 0:
      return Distribution::constant(mean);
    case 1:
      return Distribution::uniform(mean * 0.5, mean * 1.5);
    case 2:
      return Distribution::logNormalFromMean(mean, 1.5);
    case 3:
      return Distribution::gammaFromMean(mean, 0.7);
    case 4:
      return Distribution::erlang(3, mean);
    case 5:
      return Distribution::pareto(mean / 3, 1.5, mean * 50);
    case 6:
      return Distribution::mixture({0.9, 0.1}, {Distribution::constant(mean / 2), Distribution::exponential(mean * 5)});
    default:
      return Distribution::exponential(mean);
  }
}

Value ValueSource::list(const ParamInfo& info, const Scenario& scenario) {
  ValueList list;
  if (info.type == ParamType::ClassList) {
    for (const RequestClass& c : scenario.classes)
      if (chance(0.5)) list.emplace_back(c.name);
  } else {
    for (const ChoiceInfo& choice : info.choices)
      if (chance(0.6)) list.emplace_back(choice.name);
  }
  return Value(std::move(list));
}

Value ValueSource::ordinary(const ParamInfo& info, const Value& usual, const Scenario& scenario,
                            std::span<const std::string_view> names) {
  switch (info.type) {
    case ParamType::Flag:
      return Value(chance(0.5));
    case ParamType::Choice:
      return Value(info.choices[below(info.choices.size())].name);
    case ParamType::Text:
      return info.isTraceFile || names.empty() ? Value() : Value(std::string(names[below(names.size())]));
    case ParamType::NodeName:
      return Value(scenario.nodes[below(scenario.nodes.size())].name);
    case ParamType::ClassList:
    case ParamType::TextList:
      return list(info, scenario);
    case ParamType::KeySpace:
      // Where it may be unset, `none` says that it is.
      return Value(kKeySpaces[info.optional ? 1 + below(std::size(kKeySpaces) - 1) : below(std::size(kKeySpaces))]);
    case ParamType::Group: {
      const ValueMap* inner = usual.as<ValueMap>();
      return Value(ordinaryFields(info.fields, inner ? *inner : ValueMap{}, scenario, 0.6, names));
    }
    case ParamType::Table: {
      ValueMap rows;
      for (const char* row : {"alpha", "beta"})
        if (rows.empty() || chance(0.5)) rows.set(row, ordinaryFields(info.fields, {}, scenario, 0.6, names));
      return Value(std::move(rows));
    }
    case ParamType::Points: {
      ValueList points;
      for (const int at : {0, 700, 1500})
        points.emplace_back(ValueList{Value(milliseconds(at)), Value(luck_.uniform() * 400)});
      return Value(std::move(points));
    }
    case ParamType::Distribution:
    case ParamType::CountDistribution: {
      const double unit = info.type == ParamType::Distribution ? 1e9 : 1;
      const double mean = near(numberOf(usual, info), info) * unit;
      if (!info.perClass || scenario.classes.empty() || chance(0.7)) return Value(distribution(mean));
      ValueMap byClass;
      byClass.set(kDefaultClass, distribution(mean));
      byClass.set(scenario.classes[below(scenario.classes.size())].name, distribution(mean / 2));
      return Value(std::move(byClass));
    }
    default:
      return numberAs(info.type, near(numberOf(usual, info), info));
  }
}

ValueMap ValueSource::ordinaryFields(std::span<const ParamInfo> params, const ValueMap& defaults,
                                     const Scenario& scenario, double share, std::span<const std::string_view> names) {
  ValueMap map;
  for (const ParamInfo& info : params) {
    const bool taken = chance(share);
    if (!taken && !info.required) continue;
    const Value* usual = defaults.find(info.name);
    Value value = ordinary(info, usual ? *usual : Value(), scenario, names);
    if (value.isSet()) map.set(info.name, std::move(value));
  }
  return map;
}

Value extremeValue(const ParamInfo& info, bool greatest, const Scenario& scenario) {
  if (isNumber(info.type)) {
    const Range allowed = allowedRange(info);
    return numberAs(info.type, greatest ? allowed.max : allowed.min);
  }
  const auto fields = [&] {
    ValueMap map;
    for (const ParamInfo& field : info.fields)
      if (Value value = extremeValue(field, greatest, scenario); value.isSet()) map.set(field.name, std::move(value));
    return map;
  };
  switch (info.type) {
    case ParamType::Flag:
      return Value(greatest);
    case ParamType::Choice:
      return Value((greatest ? info.choices.back() : info.choices.front()).name);
    case ParamType::ClassList:
    case ParamType::TextList: {
      ValueList all;
      if (greatest && info.type == ParamType::ClassList)
        for (const RequestClass& c : scenario.classes) all.emplace_back(c.name);
      if (greatest && info.type == ParamType::TextList)
        for (const ChoiceInfo& choice : info.choices) all.emplace_back(choice.name);
      return Value(std::move(all));
    }
    case ParamType::KeySpace:
      return Value(greatest ? "uniform(4G)" : "fixed(0)");
    case ParamType::Group:
      return Value(fields());
    case ParamType::Table: {
      ValueMap rows;
      rows.set("alpha", fields());
      return Value(std::move(rows));
    }
    case ParamType::Points:
      return Value(ValueList{Value(ValueList{Value(Duration{0}), Value(greatest ? allowedRange(info).max : 0.0)})});
    default:
      return {};
  }
}

}  // namespace faultline

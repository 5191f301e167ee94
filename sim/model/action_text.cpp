#include "model/action_text.h"

#include "base/quantity.h"
#include "model/actions.h"

namespace faultline {
namespace {

std::string numberText(double value, ParamType type) {
  switch (type) {
    case ParamType::Rate:
      return formatRate(value);
    case ParamType::Ratio:
      return formatRatio(value);
    case ParamType::Bytes:
      return formatBytes(value);
    case ParamType::Bandwidth:
      return formatBandwidth(value);
    default:
      return formatNumber(value);
  }
}

std::string valueText(const Value& value, ParamType type) {
  if (const auto* flag = value.as<bool>()) return *flag ? "true" : "false";
  if (const auto* count = value.as<std::int64_t>()) return formatCount(*count);
  if (const auto* number = value.as<double>()) return numberText(*number, type);
  if (const auto* time = value.as<Duration>()) return formatDuration(*time);
  if (const auto* d = value.as<Distribution>()) return formatDistribution(*d, type != ParamType::CountDistribution);
  if (const auto* text = value.as<std::string>()) return *text;
  return value.isSet() ? "..." : "unset";
}

ParamType typeOf(const Action& action, const std::string& argument, const Scenario& scenario) {
  if (argument == "to") {
    if (const auto target = parseParameterTarget(action.target))
      if (const ParameterPlace place = findParameter(scenario, *target); place.info != nullptr)
        return valueInfo(place).type;
  }
  const auto use = findVerbUse(scenario, action.verb, action.target);
  const ParamInfo* info = use ? findParam(use->fields, argument) : nullptr;
  return info != nullptr ? info->type : ParamType::Number;
}

}  // namespace

std::string describe(const Action& action, const Scenario& scenario) {
  std::string text = action.verb;
  if (!action.target.empty()) text += ' ' + action.target;
  std::string others;
  for (const auto& [name, value] : action.args.entries) {
    const std::string shown = valueText(value, typeOf(action, name, scenario));
    if (name == "to")
      text += " to " + shown;
    else
      others += (others.empty() ? "" : ", ") + name + ' ' + shown;
  }
  return others.empty() ? text : text + " (" + others + ")";
}

}  // namespace faultline

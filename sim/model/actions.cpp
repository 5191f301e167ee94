#include "model/actions.h"

#include <charconv>

#include "model/edge_policy.h"

namespace faultline {
namespace {

constexpr double kDay = 86400;

constexpr ParamInfo kFor = field(ParamType::Duration, "for", "For", range(1e-9, 366 * kDay),
                                 "Undoes the fault this much later; without it, it stays.");
constexpr ParamInfo kFraction = field(ParamType::Ratio, "fraction", "Fraction", range(0, 1),
                                      "Share of the instances that are hit; all of them without it.");
constexpr ParamInfo kOver = field(ParamType::Duration, "over", "Over", range(0, 366 * kDay),
                                  "Changes gradually over this time; at once without it.");
constexpr ParamInfo kSlowFactor = required(
    field(ParamType::Number, "factor", "Factor", range(0.001, 1e6), "How many times as long everything takes."));
constexpr ParamInfo kRatio =
    required(field(ParamType::Ratio, "ratio", "Ratio", range(0, 1), "Share of the calls that are hit."));

constexpr ParamInfo kSetFields[] = {
    required(field(ParamType::Text, "to", "To", {}, "The new value, written as the parameter is written.")),
    kOver,
};
constexpr ParamInfo kForAndFraction[] = {kFor, kFraction};
constexpr ParamInfo kFractionOnly[] = {kFraction};
constexpr ParamInfo kForOnly[] = {kFor};
constexpr ParamInfo kSlowFields[] = {kSlowFactor, kFor, kFraction};
constexpr ParamInfo kErrorFields[] = {kRatio, kFor, kFraction};
constexpr ParamInfo kSlowEdgeFields[] = {kSlowFactor, kFor};
constexpr ParamInfo kLossFields[] = {kRatio, kFor};
constexpr ParamInfo kTrafficFields[] = {
    required(
        field(ParamType::Number, "factor", "Factor", range(0, 1e6), "How many times the configured load arrives.")),
    kOver,
    kFor,
};
constexpr ParamInfo kFrom =
    field(ParamType::Text, "from", "From", {}, "The other region; without it, everything outside.");
constexpr ParamInfo kPartitionFields[] = {kFrom, kFor};
constexpr ParamInfo kRejoinFields[] = {kFrom};
constexpr ParamInfo kDeployFields[] = {
    field(ParamType::Duration, "drain", "Drain", range(0, kDay),
          "How long an instance finishes its work before it stops; then what is left is lost."),
    field(ParamType::Duration, "boot", "Boot", range(0, kDay), "How long an instance takes to start again."),
};
constexpr ParamInfo kScaleFields[] = {
    required(field(ParamType::Count, "to", "To", range(0, 1e6), "The new number of instances.")),
};

constexpr VerbInfo kVerbs[] = {
    {"set", ActionTarget::Parameter, kSetFields, "Sets a parameter of a node or an edge, at once or as a ramp."},
    {"crash", ActionTarget::Node, kForAndFraction,
     "The node, or one instance of it, is down; what was in its memory is lost."},
    {"restart", ActionTarget::Node, kFractionOnly, "Stops the node and starts it again; what was in its memory is lost."},
    {"pause", ActionTarget::Node, kForAndFraction, "The node hangs: it accepts calls and never answers."},
    {"resume", ActionTarget::Node, kFractionOnly, "Ends a pause, a slowdown or errors."},
    {"slow", ActionTarget::Node, kSlowFields, "Work takes longer, also what is in progress."},
    {"errors", ActionTarget::Node, kErrorFields, "A share of the calls fails with an error after the work on it, without effect."},
    {"cut", ActionTarget::Edge, kForOnly, "Every message on the edge vanishes silently."},
    {"refuse", ActionTarget::Edge, kForOnly, "Connections over the edge are refused at once."},
    {"mend", ActionTarget::Edge, {}, "Ends every fault of the edge."},
    {"slow_edge", ActionTarget::Edge, kSlowEdgeFields, "Messages on the edge take longer."},
    {"loss", ActionTarget::Edge, kLossFields, "A share of the messages on the edge vanishes."},
    {"partition", ActionTarget::Region, kPartitionFields,
     "Every message between the region and the other one, or all that is outside, vanishes silently."},
    {"rejoin", ActionTarget::Region, kRejoinFields, "Ends partitions of the region."},
    {"traffic", ActionTarget::Node, kTrafficFields, "Multiplies the load of a node that sends requests."},
    {"deploy", ActionTarget::Node, kDeployFields,
     "Rolling restart: one instance after the other is drained and booted."},
    {"scale", ActionTarget::Node, kScaleFields, "Changes the number of instances."},
    {"note", ActionTarget::Text, {}, "A comment that the charts show at this time."},
};

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

bool isNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

bool isName(std::string_view text) {
  if (text.empty()) return false;
  for (char c : text)
    if (!isNameCharacter(c)) return false;
  return true;
}

std::optional<std::vector<std::string>> namesBetweenDots(std::string_view text) {
  std::vector<std::string> names;
  while (true) {
    const std::size_t dot = text.find('.');
    const std::string_view name = text.substr(0, dot);
    if (!isName(name)) return std::nullopt;
    names.emplace_back(name);
    if (dot == std::string_view::npos) return names;
    text.remove_prefix(dot + 1);
  }
}

Value& entryOf(ValueMap& map, std::string_view key) {
  for (auto& [name, value] : map.entries)
    if (name == key) return value;
  return map.entries.emplace_back(std::string(key), Value()).second;
}

}  // namespace

std::span<const VerbInfo> commonVerbs() { return kVerbs; }

const VerbInfo* findVerb(std::string_view name) {
  for (const VerbInfo& verb : kVerbs)
    if (name == verb.name) return &verb;
  return nullptr;
}

bool appliesToRegions(std::string_view verb) {
  for (const char* known : {"crash", "restart", "pause", "resume", "slow", "errors"})
    if (verb == known) return true;
  return false;
}

const ActionInfo* findAction(std::span<const ActionInfo> actions, std::string_view name) {
  for (const ActionInfo& action : actions)
    if (name == action.name) return &action;
  return nullptr;
}

std::optional<NodeTarget> parseNodeTarget(std::string_view text) {
  const std::size_t bracket = text.find('[');
  NodeTarget target{std::string(text.substr(0, bracket)), std::nullopt};
  if (!isName(target.node)) return std::nullopt;
  if (bracket == std::string_view::npos) return target;
  if (!text.ends_with(']')) return std::nullopt;
  const std::string_view digits = text.substr(bracket + 1, text.size() - bracket - 2);
  std::int64_t instance = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), instance);
  if (error != std::errc() || end != digits.data() + digits.size() || instance < 0) return std::nullopt;
  target.instance = instance;
  return target;
}

std::optional<EdgeTarget> parseEdgeTarget(std::string_view text) {
  const std::size_t arrow = text.find("->");
  if (arrow == std::string_view::npos) return std::nullopt;
  const std::string_view end = trimmed(text.substr(arrow + 2));
  const std::size_t dot = end.find('.');
  EdgeTarget target{std::string(trimmed(text.substr(0, arrow))), std::string(end.substr(0, dot)), {}};
  if (dot != std::string_view::npos) target.label = end.substr(dot + 1);
  if (!isName(target.from) || !isName(target.to)) return std::nullopt;
  if (dot != std::string_view::npos && !isName(target.label)) return std::nullopt;
  return target;
}

std::optional<ParameterTarget> parseParameterTarget(std::string_view text) {
  text = trimmed(text);
  const std::size_t arrow = text.find("->");
  const std::size_t dot = text.find('.', arrow == std::string_view::npos ? 0 : arrow);
  if (dot == std::string_view::npos) return std::nullopt;
  auto path = namesBetweenDots(text.substr(dot + 1));
  if (!path) return std::nullopt;
  if (arrow == std::string_view::npos) {
    const std::string_view owner = text.substr(0, dot);
    if (!isName(owner)) return std::nullopt;
    return ParameterTarget{std::string(owner), false, std::move(*path)};
  }
  auto edge = parseEdgeTarget(text.substr(0, dot));
  if (!edge) return std::nullopt;
  if (path->size() > 1 && findParam(edgePolicyParams(), path->front()) == nullptr) {
    edge->label = path->front();
    path->erase(path->begin());
  }
  return ParameterTarget{edgeName(edge->from, edge->to, edge->label), true, std::move(*path)};
}

ParameterPlace findParameter(std::span<const ParamInfo> params, std::span<const std::string> path) {
  ParameterPlace place;
  place.scope = params;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (place.info != nullptr && place.info->perClass && !place.ofClass) {
      place.ofClass = true;
    } else if (place.info != nullptr && place.info->type == ParamType::Table && place.scope.empty()) {
      place.scope = place.info->fields;  // this name is the row's
      place.ofRow = true;
    } else {
      const ParamInfo* next = findParam(place.scope, path[i]);
      if (next == nullptr) {
        place.info = nullptr;
        place.ofRow = false;
        return place;
      }
      place.info = next;
      place.ofRow = false;
      place.live = place.live && next->live();
      place.scope = next->type == ParamType::Group ? next->fields : std::span<const ParamInfo>{};
    }
    place.reached = i + 1;
  }
  return place;
}

void setParameter(std::span<const ParamInfo> params, const void* defaults, ValueMap& values,
                  std::span<const std::string> path, Value value) {
  const ParamInfo* info = findParam(params, path[0]);
  Value* place = &entryOf(values, path[0]);
  for (std::size_t i = 1; i < path.size(); ++i) {
    if (place->as<ValueMap>() == nullptr) {
      ValueMap map;
      if (info->perClass) {
        Value base = *place;
        if (!base.isSet()) base = defaults != nullptr && i == 1 ? info->read(defaults) : Value(Distribution());
        if (const ValueMap* byClass = base.as<ValueMap>())
          map = *byClass;
        else
          map.set(kDefaultClass, base);
      } else if (info->type == ParamType::Table && defaults != nullptr && i == 1) {
        const Value rows = info->read(defaults);
        if (const ValueMap* written = rows.as<ValueMap>()) map = *written;
      }
      *place = Value(std::move(map));
    }
    place = &entryOf(*place->as<ValueMap>(), path[i]);
    if (info->type == ParamType::Group)
      info = findParam(info->fields, path[i]);
    else if (info->type == ParamType::Table && i + 1 < path.size()) {
      if (place->as<ValueMap>() == nullptr) *place = Value(ValueMap{});
      place = &entryOf(*place->as<ValueMap>(), path[i + 1]);
      info = findParam(info->fields, path[++i]);
    }
  }
  *place = std::move(value);
}

}  // namespace faultline

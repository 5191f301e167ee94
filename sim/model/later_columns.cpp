// The names of columns that come into being while a run goes on.
#include <charconv>

#include "model/catalog.h"
#include "model/common_reasons.h"
#include "model/metric_columns.h"

namespace faultline {
namespace {

constexpr std::string_view kFailed = "failed";

std::vector<std::string_view> partsOf(std::string_view name) {
  std::vector<std::string_view> parts;
  for (std::size_t dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.')) {
    parts.push_back(name.substr(0, dot));
    name.remove_prefix(dot + 1);
  }
  parts.push_back(name);
  return parts;
}

const ComponentInfo* kindOf(const Scenario& scenario, std::string_view node) {
  const NodeSpec* spec = scenario.findNode(node);
  return spec == nullptr ? nullptr : findKind(spec->kind);
}

bool isClass(const Scenario& scenario, std::string_view name) {
  for (const RequestClass& c : scenario.classes)
    if (c.name == name) return scenario.classes.size() > 1;
  return false;
}

// "node" of "node[3]", with its 3; empty for anything else.
std::optional<std::pair<std::string_view, std::size_t>> instanceOf(std::string_view owner) {
  const std::size_t open = owner.find('[');
  if (open == std::string_view::npos || !owner.ends_with(']')) return std::nullopt;
  const std::string_view digits = owner.substr(open + 1, owner.size() - open - 2);
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size() || digits != std::to_string(number))
    return std::nullopt;
  return std::pair(owner.substr(0, open), number);
}

bool hasInstances(const Scenario& scenario, std::string_view owner) {
  const auto instance = instanceOf(owner);
  const ComponentInfo* kind = instance ? kindOf(scenario, instance->first) : nullptr;
  return kind != nullptr && kind->instances != nullptr && instance->second < kMostInstances;
}

// Where the failures of a name were born, and how many of its parts stand before that and the reason. Of
// "db.failed.timeout" it is db and 2, of "users.read.failed.db.timeout" db and 4. Empty when it is no name of failures.
struct Birthplace {
  std::string_view node;
  std::size_t before = 0;
};
std::optional<Birthplace> birthplaceIn(const Scenario& scenario, const std::vector<std::string_view>& parts) {
  const ComponentInfo* kind = kindOf(scenario, parts[0]);
  if (kind == nullptr || parts.size() < 3) return std::nullopt;
  if (parts.size() == 3 && parts[1] == kFailed) return Birthplace{parts[0], 2};
  if (!kind->originates) return std::nullopt;
  if (parts.size() == 4 && parts[1] == kFailed) return Birthplace{parts[2], 3};
  if (parts.size() == 5 && isClass(scenario, parts[1]) && parts[2] == kFailed) return Birthplace{parts[3], 4};
  return std::nullopt;
}

std::string joined(std::vector<std::string_view> parts, std::size_t place, std::string_view instead) {
  parts[place] = instead;
  std::string name;
  for (const std::string_view part : parts) name.append(name.empty() ? "" : ".").append(part);
  return name;
}

}  // namespace

std::optional<MetricColumn> laterColumn(const Scenario& scenario, std::string_view name) {
  const std::vector<std::string_view> parts = partsOf(name);
  if (parts.size() == 2 && hasInstances(scenario, parts[0])) {
    for (const InstanceMetric& m : kInstanceMetrics)
      if (parts[1] == m.name) return MetricColumn{std::string(name), m.unit};
    return std::nullopt;
  }
  const auto birthplace = birthplaceIn(scenario, parts);
  const ComponentInfo* kind = birthplace ? kindOf(scenario, birthplace->node) : nullptr;
  if (kind == nullptr || findReason(*kind, parts[birthplace->before]) == nullptr) return std::nullopt;
  return MetricColumn{std::string(name), "/s", true};
}

std::vector<std::string> laterNamesLike(const Scenario& scenario, std::string_view name) {
  const std::vector<std::string_view> parts = partsOf(name);
  std::vector<std::string> names;
  if (parts.size() == 2 && hasInstances(scenario, parts[0]))
    for (const InstanceMetric& m : kInstanceMetrics) names.push_back(joined(parts, 1, m.name));
  const auto birthplace = birthplaceIn(scenario, parts);
  if (!birthplace) return names;
  if (const ComponentInfo* kind = kindOf(scenario, birthplace->node)) {
    for (const std::span<const ReasonInfo> reasons : {commonReasons(), kind->reasons})
      for (const ReasonInfo& reason : reasons) names.push_back(joined(parts, birthplace->before, reason.name));
  } else {
    for (const NodeSpec& node : scenario.nodes) names.push_back(joined(parts, birthplace->before - 1, node.name));
  }
  return names;
}

}  // namespace faultline

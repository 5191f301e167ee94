#include "gui/panels/chart_limits.h"

#include <algorithm>

#include "gui/style/format.h"
#include "gui/style/theme.h"
#include "model/catalog.h"

namespace faultline {

namespace {

// The classes of operations that a node starts: those it names, else all.
std::vector<const RequestClass*> classesOf(const Scenario& scenario, const std::string& owner) {
  std::vector<const RequestClass*> classes;
  const NodeSpec* node = scenario.findNode(owner);
  const ComponentInfo* kind = node == nullptr ? nullptr : findKind(node->kind);
  if (kind == nullptr) return classes;
  const ValueList* named = nullptr;
  for (const ParamInfo& info : kind->params)
    if (info.type == ParamType::ClassList)
      if (const Value* value = node->params.find(info.name)) named = value->as<ValueList>();
  for (const RequestClass& c : scenario.classes) {
    const auto isNamed = [&](const Value& value) {
      return value.as<std::string>() != nullptr && *value.as<std::string>() == c.name;
    };
    if (named == nullptr || named->empty() || std::any_of(named->begin(), named->end(), isNamed)) classes.push_back(&c);
  }
  return classes;
}

}  // namespace

std::vector<ChartView::Limit> chartLimits(const ChartSpec& spec, const Scenario& scenario,
                                          const std::vector<MetricColumn>& columns,
                                          const std::vector<AlertRule>& rules) {
  std::vector<ChartView::Limit> limits;
  const auto add = [&](double value, const QString& text, Tone tone) {
    for (const ChartView::Limit& limit : limits)
      if (limit.value == value) return;
    limits.push_back({value, text, colorOf(tone)});
  };
  const auto isOrigin = [&](const std::string& owner) {
    return std::any_of(columns.begin(), columns.end(),
                       [&](const MetricColumn& c) { return c.name == owner + ".offered"; });
  };
  for (const ChartLine& line : spec.lines) {
    const std::string owner = ownerOfColumn(line.column), metric = metricOfColumn(line.column);
    const bool isLatency = spec.unit == "ms" && isOrigin(owner);
    if (isLatency)
      for (const RequestClass* c : classesOf(scenario, owner))
        if (c->objective)
          add(c->objective->milliseconds(), ChartView::tr("objective %1").arg(format::duration(*c->objective)),
              Tone::Muted);
    for (const AlertRule& rule : rules)
      if ((rule.kind == AlertRule::Kind::Latency && isLatency && rule.metric == metric) ||
          (rule.kind == AlertRule::Kind::Metric && rule.metric == line.column))
        add(rule.limit, ChartView::tr("alert %1").arg(format::value(rule.limit, spec.unit)), Tone::Degraded);
  }
  return limits;
}

}  // namespace faultline

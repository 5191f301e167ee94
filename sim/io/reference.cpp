#include "io/reference.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "base/quantity.h"
#include "io/preset_catalog.h"
#include "io/series_reference.h"
#include "io/value_text.h"
#include "io/yaml_writer.h"
#include "model/actions.h"
#include "model/alert_rule.h"
#include "model/catalog.h"
#include "model/edge_policy.h"
#include "model/expectation.h"
#include "model/quantity_type.h"
#include "model/scenario.h"
#include "model/scenario_params.h"
#include "model/value_check.h"

namespace faultline {
namespace {

std::string typeText(const ParamInfo& info) {
  switch (info.type) {
    case ParamType::Flag:
      return "flag";
    case ParamType::Count:
      return "count";
    case ParamType::Number:
      return "number";
    case ParamType::Ratio:
      return "ratio";
    case ParamType::Rate:
      return "rate";
    case ParamType::Bytes:
      return "size";
    case ParamType::Bandwidth:
      return "bandwidth";
    case ParamType::Duration:
      return "duration";
    case ParamType::Distribution:
      return info.perClass ? "distribution of time, also by class" : "distribution of time";
    case ParamType::CountDistribution:
      return "count or distribution";
    case ParamType::Choice:
      return "choice";
    case ParamType::Text:
      return "text";
    case ParamType::NodeName:
      return "node";
    case ParamType::ClassList:
      return "list of classes";
    case ParamType::TextList:
      return "list";
    case ParamType::KeySpace:
      return "key space";
    case ParamType::Group:
      return "group";
    case ParamType::Table:
      return "table";
    case ParamType::Points:
      return "points";
  }
  return {};
}

bool hasRange(const ParamInfo& info) {
  return isQuantity(info.type) || info.type == ParamType::Distribution || info.type == ParamType::CountDistribution;
}

std::string defaultText(const ParamInfo& info, const void* defaults) {
  if (info.required) return "required";
  if (defaults == nullptr || info.read == nullptr || info.type == ParamType::Group || info.type == ParamType::Table)
    return {};
  const Value value = info.read(defaults);
  if (!value.isSet()) return "unset";
  const std::string text = formatValue(info, value);
  return text == "\"\"" || text == "[]" ? "empty" : text;
}

// "count, 1 to 10k; default 3; fixed during a run".
std::string factsText(const ParamInfo& info, const void* defaults) {
  std::string text = typeText(info);
  const bool isOpen = std::isinf(info.range.min) && std::isinf(info.range.max);
  if (hasRange(info) && !isOpen) text += ", " + describeRange(info);
  const std::string value = defaultText(info, defaults);
  if (value == "required" || value == "unset")
    text += "; " + value;
  else if (!value.empty())
    text += "; default " + value;
  if (info.fixed) text += "; fixed during a run";
  return text;
}

std::string withoutBars(std::string text) {  // a bar would end the cell of a table
  std::replace(text.begin(), text.end(), '|', '/');
  return text;
}

void addRows(std::span<const ParamInfo> params, const void* defaults, const std::string& prefix, std::string& out) {
  for (const ParamInfo& p : params) {
    const std::string name = prefix + p.name;
    out += "| `" + name + "` | " + withoutBars(factsText(p, defaults)) + " | " + withoutBars(p.help);
    for (const ChoiceInfo& c : p.choices) out += "<br>`" + std::string(c.name) + "`: " + withoutBars(c.help);
    out += " |\n";
    addRows(p.fields, nullptr, name + (p.type == ParamType::Table ? ".NAME." : "."), out);
  }
}

void addTable(std::span<const ParamInfo> params, const void* defaults, std::string& out) {
  if (params.empty()) return;
  out += "| key | value | meaning |\n|---|---|---|\n";
  addRows(params, defaults, {}, out);
  out += '\n';
}

const char* targetText(ActionTarget target) {
  switch (target) {
    case ActionTarget::None:
      return "";
    case ActionTarget::Node:
      return "NODE";
    case ActionTarget::Edge:
      return "FROM -> TO";
    case ActionTarget::Parameter:
      return "NODE.PARAMETER";
    case ActionTarget::Region:
      return "REGION";
    case ActionTarget::Text:
      return "TEXT";
  }
  return "";
}

const char* metricText(MetricType type) {
  switch (type) {
    case MetricType::Counter:
      return "counter";
    case MetricType::Gauge:
      return "gauge";
    case MetricType::Timing:
      return "timing";
    case MetricType::Ratio:
      return "ratio";
    case MetricType::Peak:
      return "highest level";
    case MetricType::Reading:
      return "reading";
  }
  return "";
}

void addPresets(const ComponentInfo& kind, std::string& out) {
  bool any = false;
  for (const Preset& preset : presets()) {
    if (preset.kind != kind.kind) continue;
    if (!any) out += "| preset | what it stands for | leaves out | figures from |\n|---|---|---|---|\n";
    any = true;
    std::string sources;
    for (const std::string& source : preset.sources) sources += (sources.empty() ? "" : "; ") + source;
    out += "| `" + preset.name + "` | " + withoutBars(preset.summary) + " | " + withoutBars(preset.leavesOut) + " | " +
           withoutBars(sources) + " |\n";
  }
  if (any) out += '\n';
}

void addKind(const ComponentInfo& kind, std::string& out) {
  out += "### `" + std::string(kind.kind) + "`: " + kind.label + "\n\n" + kind.summary + "\n\n";
  if (*kind.help != '\0') out += std::string(kind.help) + "\n\n";
  addTable(kind.params, kind.makeParams().get(), out);
  addPresets(kind, out);
  if (!kind.metrics.empty()) out += "| metric | type | unit | meaning |\n|---|---|---|---|\n";
  for (const MetricInfo& m : kind.metrics)
    out += "| `" + std::string(m.name) + "` | " + metricText(m.type) + " | " + m.unit + " | " + withoutBars(m.help) +
           " |\n";
  if (!kind.metrics.empty()) out += '\n';
  if (!kind.reasons.empty()) out += "| reason of failure | outcome | meaning |\n|---|---|---|\n";
  for (const ReasonInfo& r : kind.reasons)
    out += "| `" + std::string(r.name) + "` | " + toString(r.outcome) + " | " + withoutBars(r.help) + " |\n";
  if (!kind.reasons.empty()) out += '\n';
  for (const ActionInfo& a : kind.actions) {
    out += "Action `" + std::string(a.name) + ": NODE`: " + a.help + "\n\n";
    addTable(a.fields, nullptr, out);
  }
}

// Help text in lines of at most this width, each after the indent.
std::string wrapped(std::string_view text, std::size_t indent) {
  constexpr std::size_t kWidth = 96;
  std::string out, line;
  const auto flush = [&] {
    if (!line.empty()) out += std::string(indent, ' ') + line + '\n';
    line.clear();
  };
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(" \n"), text.size());
    if (!line.empty() && indent + line.size() + 1 + end > kWidth) flush();
    if (end > 0) line += (line.empty() ? "" : " ") + std::string(text.substr(0, end));
    if (end < text.size() && text[end] == '\n') flush();
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  flush();
  return out;
}

void addPlainParams(std::span<const ParamInfo> params, const void* defaults, std::size_t indent, std::string& out) {
  for (const ParamInfo& p : params) {
    out += std::string(indent, ' ') + p.name + "  (" + factsText(p, defaults) + ")\n" + wrapped(p.help, indent + 4);
    for (const ChoiceInfo& c : p.choices) out += wrapped(std::string(c.name) + ": " + c.help, indent + 6);
    addPlainParams(p.fields, nullptr, indent + 4, out);
  }
}

}  // namespace

std::string referenceMarkdown() {
  std::string out =
      "# Scenario reference\n\nGenerated from the program's own tables.\n\n## Top level\n\n"
      "`faultline: 1` stands first. Beside the keys below there are the sections `classes`, `hosts`, `regions`, `nodes`, `edges`, "
      "`timeline`, `expect`, `alerts`, `layout`, `notes`, `recorded`, `lesson` and `challenge`.\n\n";
  const Scenario scenario;
  const RequestClass requestClass;
  const GroupSpec group;
  const EdgePolicy policy;
  addTable(scenarioParams(), &scenario, out);
  out += "## Request classes: `classes: {NAME: {...}}`\n\n";
  addTable(requestClassParams(), &requestClass, out);
  out += "## Hosts: `hosts: {NAME: {...}}`\n\n";
  addTable(hostParams(), &group, out);
  out += "## Regions: `regions: {NAME: {...}}`\n\nGroups of nodes in one place (a region, a zone, a data centre). Calls between two of them "
         "take the latency of their link each way, in addition to the edge's own. The actions crash, restart, pause, resume, slow and "
         "errors may name a region instead of a node and then hit all its members; `partition` cuts it off. A balancer with health checks "
         "and `backup` edges moves the traffic elsewhere. Leaves out: bandwidth between regions, prices of traffic.\n\n";
  addTable(regionParams(), &group, out);
  out += "## Nodes: `nodes: {NAME: {kind: KIND, ...}}`\n\n";
  for (const ComponentInfo* kind : catalog()) addKind(*kind, out);
  out +=
      "## Edges: `edges: [FROM -> TO, {FROM -> TO: {...}}]`\n\n"
      "Several edges between the same two nodes have labels: `app -> db.list` and `app -> db.row`. The label is part "
      "of the "
      "name everywhere: `cut: app -> db.row`, `--set \"app -> db.row.times=20\"`, `app -> db.row.latency_mean`, "
      "`miss(cache.profile)`. Each has a connection pool of its own.\n\n";
  addTable(edgePolicyParams(), &policy, out);
  out += "## Actions: `timeline: [{at: 2min, VERB: TARGET, ...}]`\n\n";
  for (const VerbInfo& verb : commonVerbs()) {
    out += "### `" + std::string(verb.name) + ": " + targetText(verb.target) + "`\n\n" + verb.help + "\n\n";
    addTable(verb.fields, nullptr, out);
  }
  out += seriesReference();
  out +=
      "## Expectations: `expect: [...]`\n\nWhat a run must have shown; `faultline verify` checks it.\n\n| form | "
      "meaning |\n|---|---|\n";
  for (const ExpectationForm& f : expectationForms()) out += "| `" + withoutBars(f.form) + "` | " + f.help + " |\n";
  const AlertSpec alert;
  out += "## Alerts: `alerts: [{when: error_rate > 5%, for: 10s}]`\n\nRules that tell operators that something is wrong: `faultline run` "
         "and the timeline of the studio say when they fired. Runs know nothing of them. Without the section there are ";
  for (std::size_t i = 0; i < defaultAlerts().size(); ++i)
    out += std::string(i == 0 ? "" : i + 1 < defaultAlerts().size() ? ", " : " and ") + "`" + defaultAlerts()[i].when + "` for " +
           formatDuration(defaultAlerts()[i].window);
  out += "; `alerts: []` means none.\n\n| when | meaning |\n|---|---|\n";
  for (const ExpectationForm& f : alertForms()) out += "| `" + withoutBars(f.form) + "` | " + f.help + " |\n";
  out += '\n';
  addTable(alertParams(), &alert, out);
  out += "## Notes: `notes: [{at: [X, Y], text: TEXT}]`\n\nTexts on the drawing, each with its top left corner; runs know nothing of them.\n\n";
  addTable(noteParams(), nullptr, out);
  const RecordedSpec recorded;
  const RecordedRow row;
  out += "## Recorded data: `recorded: {file: x.csv, phases: {NAME: [FROM, TO]}, columns: {METRIC: COLUMN}, ...}`\n\n";
  addTable(recordedParams(), &recorded, out);
  out += "### Rows: `compare: [{recorded: METRIC, simulated: MEASURE, ...}]`\n\n";
  addTable(recordedRowParams(), &row, out);
  const LessonStep step;
  const ChallengeSpec challenge;
  out += "## Lesson: `lesson: [{at: 30s, title: TEXT, ...}]`\n\nSteps through a run. A question has `choices: [{text: TEXT, holds: "
         "EXPECTATION}]`, of which those are right that hold in the run, or a value to `reveal`: no answer is written down.\n\n";
  addTable(lessonStepParams(), &step, out);
  out += "## Challenge: `challenge: {objectives: [EXPECTATION], hints: [TEXT], prices: {KIND: PRICE}, ...}`\n\nA failing design to be "
         "mended within a budget; `faultline grade` judges an answer over seeds that nobody has seen. `prices` are what added nodes of a "
         "kind cost in an hour.\n\n";
  addTable(challengeParams(), &challenge, out);
  while (out.ends_with("\n\n")) out.pop_back();
  return out;
}

std::string referenceFor(std::string_view kindName) {
  const ComponentInfo* kind = findKind(kindName);
  if (kind == nullptr) return {};
  std::string out = std::string(kind->kind) + ": " + kind->label + '\n' + wrapped(kind->summary, 2);
  if (*kind->help != '\0') out += '\n' + wrapped(kind->help, 2);
  if (!kind->params.empty()) out += "\nParameters\n";
  addPlainParams(kind->params, kind->makeParams().get(), 2, out);
  std::string named;
  for (const Preset& preset : presets())
    if (preset.kind == kind->kind)
      named += "  " + preset.name + '\n' + wrapped(preset.summary, 6) + wrapped("Leaves out: " + preset.leavesOut, 6);
  if (!named.empty()) out += "\nPresets (preset: NAME)\n" + named;
  if (!kind->metrics.empty()) out += "\nMetrics\n";
  for (const MetricInfo& m : kind->metrics)
    out += "  " + std::string(m.name) + "  (" + metricText(m.type) + ", " + m.unit + ")\n" + wrapped(m.help, 6);
  if (!kind->reasons.empty()) out += "\nReasons of failure (series: NODE.failed.REASON)\n";
  for (const ReasonInfo& r : kind->reasons)
    out += "  " + std::string(r.name) + "  (" + toString(r.outcome) + ")\n" + wrapped(r.help, 6);
  if (!kind->actions.empty()) out += "\nActions\n";
  for (const ActionInfo& a : kind->actions) {
    out += "  " + std::string(a.name) + '\n' + wrapped(a.help, 6);
    addPlainParams(a.fields, nullptr, 6, out);
  }
  return out;
}

}  // namespace faultline

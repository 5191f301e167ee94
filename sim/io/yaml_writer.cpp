#include "io/yaml_writer.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "io/value_text.h"
#include "model/actions.h"
#include "model/catalog.h"
#include "model/edge_policy.h"
#include "model/scenario_params.h"

namespace faultline {
namespace {

constexpr std::size_t kLineWidth = 120;

struct Entry {
  std::string key;
  std::optional<ParamInfo> info;  // without it, the value's own type decides
  Value value;

  std::string flowValue() const { return formatFlow(info ? &*info : nullptr, value); }
};
using Entries = std::vector<Entry>;

std::string spaces(int count) { return std::string(static_cast<std::size_t>(count), ' '); }

Entries inTableOrder(std::span<const ParamInfo> params, const ValueMap& values) {
  Entries entries;
  for (const ParamInfo& p : params)
    if (const Value* value = values.find(p.name)) entries.push_back({p.name, p, *value});
  for (const auto& [name, value] : values.entries)
    if (findParam(params, name) == nullptr) entries.push_back({name, std::nullopt, value});
  return entries;
}

// Members that differ from those of a fresh object.
Entries changedMembers(std::span<const ParamInfo> params, const void* object, const void* fresh) {
  Entries entries;
  for (const ParamInfo& p : params)
    if (const Value value = p.read(object); value.isSet() && !(value == p.read(fresh)))
      entries.push_back({p.name, p, value});
  return entries;
}

std::string flowOf(const Entries& entries) {
  std::string text;
  for (const Entry& e : entries) text += (text.empty() ? "" : ", ") + quotedForYaml(e.key) + ": " + e.flowValue();
  return '{' + text + '}';
}

class Text {
 public:
  // "key: {fields}" on one line where it fits, on one line a field where not.
  void addMap(const std::string& head, const Entries& entries, int indent) {
    const std::string line = head + ' ' + flowOf(entries);
    if (line.size() <= kLineWidth) {
      text_ += line + '\n';
      return;
    }
    text_ += head + '\n';
    for (const Entry& e : entries) addEntry(e, indent);
  }

  void addEntry(const Entry& e, int indent) {
    const std::string head = spaces(indent) + quotedForYaml(e.key) + ':';
    const ValueMap* map = e.value.as<ValueMap>();
    if (map == nullptr || map->empty()) {
      text_ += head + ' ' + e.flowValue() + '\n';
      return;
    }
    addMap(head, fieldsOf(e, *map), indent + 2);
  }

  void addTextBlock(const std::string& key, const std::string& value, int indent = 0) {
    if (!isPlainBlock(value)) {
      text_ += spaces(indent) + key + ": " + quotedForYaml(value) + '\n';
      return;
    }
    text_ += spaces(indent) + key + ": " + (value.ends_with('\n') ? "|\n" : "|-\n");
    std::size_t start = 0;
    while (start < value.size()) {
      const std::size_t end = std::min(value.find('\n', start), value.size());
      if (end > start) text_ += spaces(indent + 2) + value.substr(start, end - start);
      text_ += '\n';
      start = end + 1;
    }
  }

  // One item of a list, on one line a field. REQUIRES an entry.
  void addItem(const Entries& entries, int indent) {
    const std::size_t start = text_.size();
    for (const Entry& e : entries) {
      const std::string* text = e.value.as<std::string>();
      if (text != nullptr && text->find('\n') != std::string::npos)
        addTextBlock(e.key, *text, indent + 2);
      else
        addEntry(e, indent + 2);
    }
    text_[start + static_cast<std::size_t>(indent)] = '-';
  }

  void addLine(const std::string& line) { text_ += line + '\n'; }
  std::string take() { return std::move(text_); }

 private:
  // Fields of a group, rows of a table (which are written like groups), or classes.
  static Entries fieldsOf(const Entry& e, const ValueMap& map) {
    if (e.info && e.info->type == ParamType::Group) return inTableOrder(e.info->fields, map);
    std::optional<ParamInfo> info = e.info;
    if (info && info->type == ParamType::Table) info->type = ParamType::Group;
    Entries entries;
    for (const auto& [name, value] : map.entries) entries.push_back({name, info, value});
    return entries;
  }

  // Several lines that a block keeps as they are.
  static bool isPlainBlock(const std::string& text) {
    if (text.find('\n') == std::string::npos || text.starts_with(' ') || text.starts_with('\n')) return false;
    if (text.ends_with("\n\n") || text.find(" \n") != std::string::npos || text.ends_with(' ')) return false;
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) || c == '\n'; });
  }

  std::string text_;
};

void writeTop(const Scenario& scenario, Text& out) {
  out.addLine("faultline: " + std::to_string(Scenario::kFormatVersion));
  const Scenario fresh;
  for (const Entry& e : changedMembers(scenarioParams(), &scenario, &fresh)) {
    const std::string* text = e.value.as<std::string>();
    if (text != nullptr && text->find('\n') != std::string::npos)
      out.addTextBlock(e.key, *text);
    else
      out.addEntry(e, 0);
  }
}

bool weightsAreShares(const std::vector<RequestClass>& classes) {
  double sum = 0;
  for (const RequestClass& c : classes) {
    if (!(c.weight >= 0 && c.weight <= 1)) return false;
    sum += c.weight;
  }
  return classes.size() > 1 && sum > 0.9999999 && sum < 1.0000001;
}

void writeClasses(const Scenario& scenario, Text& out) {
  if (scenario.classes.empty()) return;
  out.addLine("classes:");
  const RequestClass fresh;
  const bool shares = weightsAreShares(scenario.classes);
  for (const RequestClass& c : scenario.classes) {
    Entries entries = changedMembers(requestClassParams(), &c, &fresh);
    if (shares) {
      std::erase_if(entries, [](const Entry& e) { return e.key == "weight"; });
      entries.insert(entries.begin(), {"share", *findParam(requestClassParams(), "share"), Value(c.weight)});
    }
    out.addMap("  " + quotedForYaml(c.name) + ':', entries, 4);
  }
}

void writeHosts(const Scenario& scenario, Text& out) {
  bool isFirst = true;
  for (const GroupSpec& group : scenario.groups) {
    if (group.kind != "host") continue;
    if (std::exchange(isFirst, false)) out.addLine("hosts:");
    Entries entries;
    for (const ParamInfo& p : hostParams()) entries.push_back({p.name, p, p.read(&group)});
    out.addMap("  " + quotedForYaml(group.name) + ':', entries, 4);
  }
}

void writeRegions(const Scenario& scenario, Text& out) {
  bool isFirst = true;
  const GroupSpec fresh;
  for (const GroupSpec& group : scenario.groups) {
    if (group.kind != "region") continue;
    if (std::exchange(isFirst, false)) out.addLine("regions:");
    out.addMap("  " + quotedForYaml(group.name) + ':', changedMembers(regionParams(), &group, &fresh), 4);
  }
}

void writeNodes(const Scenario& scenario, Text& out) {
  if (scenario.nodes.empty()) return;
  out.addLine("nodes:");
  for (const NodeSpec& node : scenario.nodes) {
    const ComponentInfo* kind = findKind(node.kind);
    Entries entries = inTableOrder(kind != nullptr ? kind->params : std::span<const ParamInfo>{}, node.params);
    if (!node.preset.empty()) entries.insert(entries.begin(), {"preset", std::nullopt, Value(node.preset)});
    entries.insert(entries.begin(), {"kind", std::nullopt, Value(node.kind)});
    out.addMap("  " + quotedForYaml(node.name) + ':', entries, 4);
  }
}

void writeEdges(const Scenario& scenario, Text& out) {
  if (scenario.edges.empty()) return;
  out.addLine("edges:");
  for (const EdgeSpec& edge : scenario.edges) {
    if (edge.policy.empty())
      out.addLine("  - " + quotedForYaml(edge.name()));
    else
      out.addMap("  - " + quotedForYaml(edge.name()) + ':', inTableOrder(edgePolicyParams(), edge.policy), 6);
  }
}

void writeTimeline(const Scenario& scenario, Text& out) {
  if (scenario.timeline.empty()) return;
  out.addLine("timeline:");
  for (const Action& action : scenario.timeline) {
    Entries entries{{"at", std::nullopt, Value(action.at)}, {action.verb, std::nullopt, Value(action.target)}};
    const auto use = findVerbUse(scenario, action.verb, action.target);
    Entries arguments = inTableOrder(use ? use->fields : std::span<const ParamInfo>{}, action.args);
    if (use && use->target == ActionTarget::Parameter) {
      const auto target = parseParameterTarget(action.target);
      const ParameterPlace place = target ? findParameter(scenario, *target) : ParameterPlace{};
      for (Entry& e : arguments)
        if (e.key == "to") e.info = place.info != nullptr ? std::optional(valueInfo(place)) : std::nullopt;
    }
    entries.insert(entries.end(), arguments.begin(), arguments.end());
    out.addLine("  - " + flowOf(entries));
  }
}

void writeRest(const Scenario& scenario, Text& out) {
  if (!scenario.expect.empty()) out.addLine("expect:");
  for (const std::string& text : scenario.expect) out.addLine("  - " + quotedForYaml(text));
  if (scenario.alerts) out.addLine(scenario.alerts->empty() ? "alerts: []" : "alerts:");
  for (const AlertSpec& alert : scenario.alerts.value_or(std::vector<AlertSpec>{}))
    out.addLine("  - {when: " + quotedForYaml(alert.when) + ", for: " + formatDuration(alert.window) + '}');
  if (!scenario.layout.empty()) out.addLine("layout:");
  for (const auto& [node, place] : scenario.layout)
    out.addLine("  " + quotedForYaml(node) + ": [" + formatNumber(place.x) + ", " + formatNumber(place.y) + ']');
  if (!scenario.notes.empty()) out.addLine("notes:");
  for (const NoteSpec& note : scenario.notes)
    out.addLine("  - {at: [" + formatNumber(note.at.x) + ", " + formatNumber(note.at.y) +
                "], text: " + quotedForYaml(note.text) + '}');
}

void writeRecorded(const Scenario& scenario, Text& out) {
  if (!scenario.recorded) return;
  const RecordedSpec& spec = *scenario.recorded;
  const RecordedSpec fresh;
  out.addLine("recorded:");
  for (const Entry& e : changedMembers(recordedParams(), &spec, &fresh)) out.addEntry(e, 2);
  if (!spec.columns.empty()) out.addLine("  columns:");
  for (const auto& [metric, column] : spec.columns)
    out.addLine("    " + quotedForYaml(metric) + ": " + quotedForYaml(column));
  if (!spec.phases.empty()) out.addLine("  phases:");
  for (const RecordedPhase& phase : spec.phases)
    out.addLine("    " + quotedForYaml(phase.name) + ": [" + formatDuration(phase.from) + ", " +
                formatDuration(phase.to) + ']');
  if (!spec.compare.empty()) out.addLine("  compare:");
  const RecordedRow freshRow;
  for (const RecordedRow& row : spec.compare)
    out.addLine("    - " + flowOf(changedMembers(recordedRowParams(), &row, &freshRow)));
}

void writeLesson(const Scenario& scenario, Text& out) {
  if (!scenario.lesson.empty()) out.addLine("lesson:");
  const LessonStep fresh;
  for (const LessonStep& step : scenario.lesson) {
    Entries entries = changedMembers(lessonStepParams(), &step, &fresh);
    if (step.title.empty()) entries.insert(entries.begin(), {"title", std::nullopt, Value("")});
    out.addItem(entries, 2);
    if (!step.choices.empty()) out.addLine("    choices:");
    for (const LessonChoice& choice : step.choices)
      out.addLine("      - {text: " + quotedForYaml(choice.text) + ", holds: " + quotedForYaml(choice.holds) + '}');
  }
}

void writeChallenge(const Scenario& scenario, Text& out) {
  if (!scenario.challenge) return;
  const ChallengeSpec& challenge = *scenario.challenge;
  const ChallengeSpec fresh;
  const Entries entries = changedMembers(challengeParams(), &challenge, &fresh);
  const bool isBare = entries.empty() && challenge.prices.empty() && challenge.objectives.empty() && challenge.hints.empty();
  out.addLine(isBare ? "challenge: {}" : "challenge:");
  for (const Entry& e : entries) out.addEntry(e, 2);
  if (!challenge.prices.empty()) out.addLine("  prices:");
  for (const auto& [kind, price] : challenge.prices)
    out.addLine("    " + quotedForYaml(kind) + ": " + formatNumber(price));
  const auto addTexts = [&](const char* key, const std::vector<std::string>& texts) {
    if (!texts.empty()) out.addLine(std::string("  ") + key + ':');
    for (const std::string& text : texts) out.addLine("    - " + quotedForYaml(text));
  };
  addTexts("objectives", challenge.objectives);
  addTexts("hints", challenge.hints);
}

}  // namespace

std::string writeScenario(const Scenario& scenario) {
  Text out;
  writeTop(scenario, out);
  writeClasses(scenario, out);
  writeHosts(scenario, out);
  writeRegions(scenario, out);
  writeNodes(scenario, out);
  writeEdges(scenario, out);
  writeTimeline(scenario, out);
  writeRest(scenario, out);
  writeRecorded(scenario, out);
  writeLesson(scenario, out);
  writeChallenge(scenario, out);
  return out.take();
}

}  // namespace faultline

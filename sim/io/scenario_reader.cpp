#include "io/scenario_reader.h"

#include <algorithm>

#include "io/preset_catalog.h"
#include "model/catalog.h"
#include "model/problem.h"
#include "model/scenario_params.h"
#include "model/validate.h"
#include "model/value_check.h"

namespace faultline {
namespace {

constexpr std::string_view kSections[] = {"faultline", "classes", "hosts",  "regions", "nodes",
                                          "edges",     "timeline", "expect", "alerts", "layout",  "notes",
                                          "recorded",  "lesson",   "challenge"};

void assignFields(std::span<const ParamInfo> params, const ValueMap& values, void* target) {
  for (const auto& [name, value] : values.entries)
    if (const ParamInfo* info = findParam(params, name)) info->assign(target, value);
}

// The ranges of plain members are checked here, because as members they have no path of their own any more.
ValueMap readChecked(std::span<const ParamInfo> params, const YamlNode& node, const std::string& path,
                     FieldReader& reader, std::span<const std::string_view> others = {}) {
  ValueMap values = reader.readFields(params, node, path, others);
  Diagnostics problems;
  for (std::size_t i = 0; i < values.entries.size();) {
    const auto& [name, value] = values.entries[i];
    const std::string place = path.empty() ? name : path + "." + name;
    problems.clear();
    checkValue(*findParam(params, name), value, place, Scenario{}, problems);
    for (const Diagnostic& d : problems) reader.fail(reader.placeOf(d.path), d.path, d.message, d.hint);
    if (problems.empty())
      ++i;
    else
      values.entries.erase(values.entries.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return values;
}

// A section under a misspelt name is read as what it was meant to be: its own problems belong to the same round.
const YamlNode* findSection(const YamlNode& root, std::string_view name) {
  if (const YamlNode* written = root.find(name)) return written;
  std::vector<std::string_view> known = namesOf(scenarioParams());
  known.insert(known.end(), std::begin(kSections), std::end(kSections));
  for (const auto& [key, value] : root.entries)
    if (std::find(known.begin(), known.end(), key->text) == known.end() && nearestName(key->text, known) == name)
      return value.get();
  return nullptr;
}

void readVersion(const YamlNode& root, FieldReader& reader) {
  const YamlNode* version = findSection(root, "faultline");
  if (version == nullptr)
    return reader.fail(root.place, "faultline", "the format version is missing",
                       "the first line must be \"faultline: 1\"");
  if (version->kind == YamlNode::Kind::Text && version->text == "1") return;
  const bool isNumber =
      version->kind == YamlNode::Kind::Text && !version->text.empty() &&
      std::all_of(version->text.begin(), version->text.end(), [](char c) { return c >= '0' && c <= '9'; });
  reader.fail(version->place, "faultline",
              isNumber ? "format version " + quoted(version->text) + " is not one that this program reads"
                       : std::string("the format version must be a number"),
              "this program reads version 1");
}

void readClasses(const YamlNode& node, Scenario& scenario, FieldReader& reader) {
  if (!reader.isMap(node, "classes", "request classes like {name: {share: 85%}}")) return;
  bool hasShare = false, hasWeight = false;
  double sum = 0;
  for (const auto& [key, fields] : node.entries) {
    const std::string path = "classes." + key->text;
    reader.setPlace(path, key->place);
    RequestClass c;
    c.name = key->text;
    if (fields->kind != YamlNode::Kind::Null) {
      if (!reader.isMap(*fields, path, "the fields of a request class like {share: 85%}")) continue;
      const ValueMap values = readChecked(requestClassParams(), *fields, path, reader);
      assignFields(requestClassParams(), values, &c);
      hasShare = hasShare || fields->find("share") != nullptr;
      hasWeight = hasWeight || fields->find("share") == nullptr;
    } else {
      hasWeight = true;
    }
    sum += c.weight;
    scenario.classes.push_back(std::move(c));
  }
  if (!hasShare || reader.hasFailed("classes")) return;
  if (hasWeight)
    reader.fail(node.place, "classes.share", "some classes have a share and some have none",
                "give all a share, or all a weight");
  else if (sum > 0 && (sum < 0.999999 || sum > 1.000001)) {
    if (std::none_of(reader.problems.begin(), reader.problems.end(),
                     [](const Diagnostic& d) { return d.path.starts_with("classes."); }))
      reader.fail(node.place, "classes.share", "the shares of the classes do not add up to 100%");
  }
}

void readGroups(const YamlNode& node, const char* kind, std::span<const ParamInfo> params, const char* example,
                Scenario& scenario, FieldReader& reader) {
  const std::string section = std::string(kind) + "s";
  if (!reader.isMap(node, section, section + " like {name: " + example + "}")) return;
  for (const auto& [key, fields] : node.entries) {
    const std::string path = section + "." + key->text;
    reader.setPlace(path, key->place);
    if (!reader.isMap(*fields, path, "the fields of a " + std::string(kind) + " like " + example)) continue;
    GroupSpec group;
    group.name = key->text;
    group.kind = kind;
    assignFields(params, readChecked(params, *fields, path, reader), &group);
    scenario.groups.push_back(std::move(group));
  }
}

void readHosts(const YamlNode& node, Scenario& scenario, FieldReader& reader) {
  readGroups(node, "host", hostParams(), "{cores: 2, members: [a, b]}", scenario, reader);
}

void readRegions(const YamlNode& node, Scenario& scenario, FieldReader& reader) {
  readGroups(node, "region", regionParams(), "{latency: 40ms, members: [a, b]}", scenario, reader);
}

void readPresetName(const YamlNode& fields, const std::string& path, NodeSpec& node, FieldReader& reader) {
  const YamlNode* written = fields.find("preset");
  if (written == nullptr || !reader.isText(*written, path + ".preset", "the name of a preset")) return;
  reader.setPlace(path + ".preset", written->place);
  const Preset* preset = findPreset(written->text);
  if (preset == nullptr) {
    std::vector<std::string_view> known;
    for (const Preset& p : presets())
      if (p.kind == node.kind) known.push_back(p.name);
    return reader.fail(written->place, path + ".preset",
                       "there is no preset " + quoted(written->text) + " of the kind " + quoted(node.kind),
                       suggestion(written->text, known));
  }
  if (preset->kind != node.kind)
    return reader.fail(written->place, path + ".preset",
                       "the preset " + quoted(preset->name) + " is of the kind " + quoted(preset->kind) + ", not " +
                           quoted(node.kind),
                       "write \"kind: " + preset->kind + "\", or leave the preset out");
  node.preset = preset->name;
  node.inherited = preset->params;
}

void readNode(const YamlNode& key, const YamlNode& fields, Scenario& scenario, FieldReader& reader) {
  constexpr std::string_view kKind[] = {"kind", "preset"};
  const std::string path = "nodes." + key.text;
  reader.setPlace(path, key.place);
  NodeSpec node;
  node.name = key.text;
  if (fields.kind != YamlNode::Kind::Map) {
    reader.fail(fields.kind == YamlNode::Kind::Null ? key.place : fields.place, path,
                "expected the fields of a node like {kind: ...}");
  } else if (const YamlNode* kind = fields.find("kind"); kind == nullptr) {
    reader.fail(key.place, path, "the node " + quoted(key.text) + " has no kind", "add \"kind: ...\"");
  } else if (reader.isText(*kind, path + ".kind", "the name of a kind")) {
    reader.setPlace(path + ".kind", kind->place);
    node.kind = kind->text;
    // The parameters of an unknown kind mean nothing; validation reports the kind.
    if (const ComponentInfo* info = findKind(node.kind)) {
      readPresetName(fields, path, node, reader);
      node.params = reader.readFields(info->params, fields, path, kKind);
    }
  }
  scenario.nodes.push_back(std::move(node));
}

void readExpect(const YamlNode& node, Scenario& scenario, FieldReader& reader) {
  if (!reader.isList(node, "expect", "a list of expectations")) return;
  for (const YamlPointer& item : node.items) {
    if (!reader.isText(*item, "expect[?]", "an expectation in one text (quote it when it holds \": \")")) continue;
    YamlPlace place = item->place;
    if (!item->isPlain) ++place.column;  // past the quote
    reader.setPlace("expect[" + std::to_string(scenario.expect.size()) + "]", place);
    scenario.expect.push_back(item->text);
  }
}

void readAlerts(const YamlNode& node, Scenario& scenario, FieldReader& reader) {
  constexpr const char* kExample = "a rule like {when: error_rate > 5%, for: 10s}";
  scenario.alerts.emplace();
  if (node.kind == YamlNode::Kind::Null) return;
  if (!reader.isList(node, "alerts", std::string("a list of rules, ") + kExample)) return;
  for (const YamlPointer& item : node.items) {
    if (!reader.isMap(*item, "alerts[?]", kExample)) continue;
    const std::string path = "alerts[" + std::to_string(scenario.alerts->size()) + "]";
    reader.setPlace(path, item->place);
    AlertSpec alert;
    assignFields(alertParams(), readChecked(alertParams(), *item, path, reader), &alert);
    const YamlNode* when = item->find("when");
    if (when == nullptr && !reader.hasFailed(path + ".when"))
      reader.fail(item->place, path + ".when", "the alert does not say when it fires", "add \"when: error_rate > 5%\"");
    if (when != nullptr && !when->isPlain) reader.setTextPlace(path + ".when", when->place);
    scenario.alerts->push_back(std::move(alert));
  }
}

std::optional<Point> readPlace(const YamlNode& node, const std::string& path, FieldReader& reader) {
  const ParamInfo coordinate = field(ParamType::Number, "coordinate", "", range(-1e9, 1e9), "");
  if (node.kind != YamlNode::Kind::List || node.items.size() != 2) {
    reader.fail(node.place, path, "a place must be [x, y]");
    return std::nullopt;
  }
  const auto x = reader.readValue(coordinate, *node.items[0], path + "[0]");
  const auto y = reader.readValue(coordinate, *node.items[1], path + "[1]");
  if (!x || !y) return std::nullopt;
  return Point{*x->as<double>(), *y->as<double>()};
}

void readLayout(const YamlNode& node, Scenario& scenario, FieldReader& reader) {
  if (!reader.isMap(node, "layout", "places like {node: [x, y]}")) return;
  for (const auto& [key, place] : node.entries) {
    const std::string path = "layout." + key->text;
    reader.setPlace(path, key->place);
    if (const auto point = readPlace(*place, path, reader)) scenario.layout.emplace_back(key->text, *point);
  }
}

void readNotes(const YamlNode& node, Scenario& scenario, FieldReader& reader) {
  constexpr std::string_view kAt[] = {"at"};
  if (!reader.isList(node, "notes", "a list of notes like {at: [x, y], text: ...}")) return;
  for (const YamlPointer& item : node.items) {
    if (!reader.isMap(*item, "notes[?]", "a note like {at: [x, y], text: ...}")) continue;
    const std::string path = "notes[" + std::to_string(scenario.notes.size()) + "]";
    reader.setPlace(path, item->place);
    NoteSpec note;
    assignFields(noteParams(), readChecked(noteParams(), *item, path, reader, kAt), &note);
    if (item->find("text") == nullptr && !reader.hasFailed(path + ".text"))
      reader.fail(item->place, path + ".text", "the note has no text", "add \"text: ...\"");
    const YamlNode* at = item->find("at");
    if (at != nullptr) {
      if (const auto point = readPlace(*at, path + ".at", reader)) note.at = *point;
    } else if (!reader.hasFailed(path + ".at")) {
      reader.fail(item->place, path + ".at", "the note has no place", "add \"at: [x, y]\"");
    }
    scenario.notes.push_back(std::move(note));
  }
}

// Membership is written once, at the host; every node repeats it so that it can be asked.
void nameGroups(Scenario& scenario) {
  for (const GroupSpec& group : scenario.groups)
    for (const std::string& member : group.members)
      for (NodeSpec& node : scenario.nodes)
        if (group.kind == "host" && node.name == member && node.group.empty()) node.group = group.name;
}

}  // namespace

void readScenarioTree(const YamlNode& root, Scenario& scenario, FieldReader& reader) {
  if (!reader.isMap(root, "", "a scenario (a map that starts with \"faultline: 1\")")) return;
  for (const auto& [key, value] : root.entries)
    if (findParam(scenarioParams(), key->text) == nullptr) reader.setPlace(key->text, key->place);
  readVersion(root, reader);
  assignFields(scenarioParams(), readChecked(scenarioParams(), root, "", reader, kSections), &scenario);
  const auto section = [&](std::string_view name, auto read) {
    if (const YamlNode* node = findSection(root, name)) read(*node, scenario, reader);
  };
  section("classes", readClasses);
  section("hosts", readHosts);
  section("regions", readRegions);
  section("nodes", [](const YamlNode& node, Scenario& s, FieldReader& r) {
    if (!r.isMap(node, "nodes", "nodes like {name: {kind: ...}}")) return;
    for (const auto& [key, fields] : node.entries) readNode(*key, *fields, s, r);
  });
  nameGroups(scenario);
  section("edges", readEdges);
  section("timeline", readTimeline);
  section("expect", readExpect);
  section("alerts", readAlerts);
  section("layout", readLayout);
  section("notes", readNotes);
  section("recorded", readRecorded);
  section("lesson", readLesson);
  section("challenge", readChallenge);
}

}  // namespace faultline

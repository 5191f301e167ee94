#include "io/preset_catalog.h"

#include <algorithm>

#include "io/field_reader.h"
#include "io/preset_texts.h"
#include "io/yaml_tree.h"
#include "model/catalog.h"
#include "model/problem.h"
#include "model/scenario.h"
#include "model/value_check.h"

namespace faultline {
namespace {

std::string textOf(const YamlNode& root, std::string_view key, FieldReader& reader) {
  const YamlNode* node = root.find(key);
  const std::string name(key);
  if (node == nullptr)
    reader.fail(root.place, name, "the preset has no " + quoted(key), "add \"" + name + ": ...\"");
  else if (reader.isText(*node, name, "a text"))
    return node->text;
  return {};
}

std::vector<std::string> sourcesOf(const YamlNode& root, FieldReader& reader) {
  std::vector<std::string> sources;
  const YamlNode* node = root.find("sources");
  if (node == nullptr)
    reader.fail(root.place, "sources", "the preset names no sources", "add \"sources: [...]\"");
  else if (reader.isList(*node, "sources", "a list of texts"))
    for (const YamlPointer& item : node->items)
      if (reader.isText(*item, "sources", "a text")) sources.push_back(item->text);
  return sources;
}

void refuseOtherKeys(const YamlNode& root, FieldReader& reader) {
  constexpr std::string_view kKeys[] = {"preset", "label", "kind", "summary", "leaves_out", "sources", "params"};
  for (const auto& [key, value] : root.entries)
    if (std::find(std::begin(kKeys), std::end(kKeys), key->text) == std::end(kKeys))
      reader.fail(key->place, key->text, "a preset has no key " + quoted(key->text), suggestion(key->text, kKeys));
}

void readParams(const YamlNode& root, Preset& preset, FieldReader& reader) {
  const ComponentInfo* kind = findKind(preset.kind);
  if (kind == nullptr) {
    if (!preset.kind.empty()) reader.fail(root.find("kind")->place, "kind", "unknown kind " + quoted(preset.kind));
    return;
  }
  const YamlNode* node = root.find("params");
  if (node == nullptr || !reader.isMap(*node, "params", "parameters of the kind")) return;
  preset.params = reader.readFields(kind->params, *node, "params");
  Diagnostics problems;
  checkFields(kind->params, preset.params, "params", Scenario{}, problems);
  for (const Diagnostic& d : problems) reader.fail(reader.placeOf(d.path), d.path, d.message, d.hint);
}

std::vector<Preset> readAll() {
  std::vector<Preset> all;
  for (const PresetText& text : presetTexts()) {
    Result<Preset> preset = readPreset(text.text, text.file);
    if (preset.ok()) all.push_back(std::move(preset.value));
  }
  const auto place = [](const Preset& p) {
    const auto kinds = catalog();
    return std::find(kinds.begin(), kinds.end(), findKind(p.kind)) - kinds.begin();
  };
  std::stable_sort(all.begin(), all.end(), [&](const Preset& a, const Preset& b) {
    return std::pair(place(a), std::string_view(a.name)) < std::pair(place(b), std::string_view(b.name));
  });
  return all;
}

}  // namespace

Result<Preset> readPreset(std::string_view text, const std::string& fileName) {
  YamlDocument document = readYaml(text);
  Result<Preset> result;
  FieldReader reader({});
  if (document.root && reader.isMap(*document.root, "", "a preset (a map that starts with \"preset: NAME\")")) {
    const YamlNode& root = *document.root;
    refuseOtherKeys(root, reader);
    Preset& preset = result.value;
    preset.name = textOf(root, "preset", reader);
    preset.label = textOf(root, "label", reader);
    preset.kind = textOf(root, "kind", reader);
    preset.summary = textOf(root, "summary", reader);
    preset.leavesOut = textOf(root, "leaves_out", reader);
    preset.sources = sourcesOf(root, reader);
    readParams(root, preset, reader);
  }
  result.diagnostics = std::move(document.problems);
  std::move(reader.problems.begin(), reader.problems.end(), std::back_inserter(result.diagnostics));
  for (Diagnostic& d : result.diagnostics) d.file = fileName;
  return result;
}

const std::vector<Preset>& presets() {
  static const std::vector<Preset> all = readAll();
  return all;
}

const Preset* findPreset(std::string_view name) {
  for (const Preset& preset : presets())
    if (preset.name == name) return &preset;
  return nullptr;
}

}  // namespace faultline

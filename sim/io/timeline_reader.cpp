#include <algorithm>

#include "base/quantity.h"
#include "io/scenario_reader.h"
#include "model/actions.h"
#include "model/problem.h"
#include "model/value_check.h"

namespace faultline {
namespace {

const YamlNode* findVerbKey(const YamlNode& item, const std::string& path, FieldReader& reader) {
  const YamlNode* verb = nullptr;
  for (const auto& [key, value] : item.entries) {
    if (findVerb(key->text) == nullptr && !isVerbOfAnyKind(key->text)) continue;
    if (verb != nullptr) {
      reader.fail(key->place, path, "two verbs in one action: " + quoted(verb->text) + " and " + quoted(key->text),
                  "write one action for each");
      return nullptr;
    }
    verb = key.get();
  }
  if (verb != nullptr) return verb;
  for (const auto& [key, value] : item.entries) {
    if (key->text == "at") continue;
    const auto verbs = allVerbs();
    reader.fail(key->place, path, "unknown verb " + quoted(key->text), suggestion(key->text, verbs));
    return nullptr;
  }
  reader.fail(item.place, path, "the action has no verb", "write {at: 2min, VERB: target}");
  return nullptr;
}

// The value of `set` has the type of the parameter. Unset when that parameter is unknown: then validation reports it.
std::optional<Value> readNewValue(const YamlNode& node, const Action& action, const std::string& path,
                                  const Scenario& scenario, FieldReader& reader) {
  const auto target = parseParameterTarget(action.target);
  const ParameterPlace place = target ? findParameter(scenario, *target) : ParameterPlace{};
  if (place.info != nullptr && !place.ofRow) return reader.readValue(valueInfo(place), node, path);
  reader.setPlace(path, node.place);
  return node.kind == YamlNode::Kind::Text ? std::optional<Value>(Value(node.text)) : std::nullopt;
}

void readArguments(const YamlNode& item, Action& action, const std::string& path, const Scenario& scenario,
                   FieldReader& reader) {
  const std::string_view handled[] = {"at", action.verb, "to"};
  const auto use = findVerbUse(scenario, action.verb, action.target);
  if (!use) return;  // validation says why
  const bool sets = use->target == ActionTarget::Parameter;
  action.args = reader.readFields(use->fields, item, path, std::span(handled).first(sets ? 3 : 2));
  if (const YamlNode* to = sets ? item.find("to") : nullptr)
    if (auto value = readNewValue(*to, action, path + ".to", scenario, reader))
      action.args.set("to", std::move(*value));
}

void readVerb(const YamlNode& item, Action& action, const std::string& path, const Scenario& scenario,
              FieldReader& reader) {
  const YamlNode* verb = findVerbKey(item, path, reader);
  if (verb == nullptr) return;
  action.verb = verb->text;
  const YamlNode* target = item.find(verb->text);
  const std::string targetPath = path + "." + action.verb;
  reader.setPlace(targetPath, target->place);
  if (!reader.isText(*target, targetPath, "what the verb is about")) return;
  action.target = target->text;
  readArguments(item, action, path, scenario, reader);
}

// What cannot be understood stays empty: the action keeps its place in the list, so that paths count alike everywhere.
Action readAction(const YamlNode& item, const std::string& path, const Scenario& scenario, FieldReader& reader) {
  Action action;
  reader.setPlace(path, item.place);
  if (!reader.isMap(item, path, "an action like {at: 2min, crash: node}")) return action;
  const ParamInfo at = field(ParamType::Duration, "at", "", {}, "");
  const YamlNode* time = item.find("at");
  if (time != nullptr)
    if (const auto value = reader.readValue(at, *time, path + ".at")) action.at = *value->as<Duration>();
  readVerb(item, action, path, scenario, reader);
  if (time == nullptr && !reader.hasFailed(path + ".at"))
    reader.fail(item.place, path + ".at", "the action has no time", "add \"at: 2min\"");
  return action;
}

}  // namespace

void readTimeline(const YamlNode& node, Scenario& scenario, FieldReader& reader) {
  if (!reader.isList(node, "timeline", "a list of actions like [{at: 2min, crash: node}]")) return;
  // Diagnostics count actions as the scenario does, in order of time. So the order has to be known before the paths.
  std::vector<std::pair<Duration, const YamlNode*>> items;
  for (const YamlPointer& item : node.items) {
    const YamlNode* at = item->find("at");
    const auto time = at != nullptr && at->kind == YamlNode::Kind::Text ? parseDuration(at->text).value : std::nullopt;
    items.emplace_back(time.value_or(Duration{}), item.get());
  }
  std::stable_sort(items.begin(), items.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [time, item] : items) {
    const std::string path = "timeline[" + std::to_string(scenario.timeline.size()) + "]";
    scenario.timeline.push_back(readAction(*item, path, scenario, reader));
  }
}

}  // namespace faultline

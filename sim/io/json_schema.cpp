#include <nlohmann/json.hpp>

#include "io/reference.h"
#include "io/value_text.h"
#include "io/yaml_writer.h"
#include "model/actions.h"
#include "io/preset_catalog.h"
#include "model/catalog.h"
#include "model/edge_policy.h"
#include "model/scenario.h"
#include "model/scenario_params.h"
#include "model/value_check.h"

namespace faultline {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kNamePattern = "^[A-Za-z][A-Za-z0-9_-]*$";

Json objectOf(std::span<const ParamInfo> params, const void* defaults);

Json choicesOf(const ParamInfo& info) {
  Json names = Json::array();
  for (const ChoiceInfo& c : info.choices) names.push_back(c.name);
  return names;
}

// A quantity: a number where the type has no unit, and always a text, which the program itself checks.
Json quantityOf(const char* numberType, std::string pattern) {
  Json text = {{"type", "string"}, {"pattern", std::move(pattern)}};
  if (numberType == nullptr) return text;
  return {{"anyOf", Json::array({Json{{"type", numberType}}, text})}};
}

Json typeOf(const ParamInfo& info) {
  switch (info.type) {
    case ParamType::Flag:
      return {{"type", "boolean"}};
    case ParamType::Count:
      return quantityOf("integer", "^[0-9.]+ *[kMGT]?$");
    case ParamType::Number:
      return quantityOf("number", "^[0-9.]+ *[kMGT]?$");
    case ParamType::Ratio:
      return quantityOf("number", "^[0-9.]+ *%?$");
    case ParamType::Rate:
      return quantityOf(nullptr, "/");
    case ParamType::Bytes:
    case ParamType::Bandwidth:
      return quantityOf("number", "^[0-9.]");
    case ParamType::Duration:
      return quantityOf("number", "^([0-9.]+ *[a-z]+|none)$");
    case ParamType::Distribution: {
      const Json one = {{"type", Json::array({"string", "number"})}};
      if (!info.perClass) return one;
      const Json byClass = {
          {"type", "object"}, {"required", Json::array({kDefaultClass})}, {"additionalProperties", one}};
      return {{"anyOf", Json::array({one, byClass})}};
    }
    case ParamType::CountDistribution:
      return {{"type", Json::array({"string", "number"})}};
    case ParamType::Choice:
      return {{"enum", choicesOf(info)}};
    case ParamType::Text:
      return {{"type", Json::array({"string", "number", "boolean"})}};
    case ParamType::NodeName:
    case ParamType::KeySpace:
      return {{"type", "string"}};
    case ParamType::ClassList:
    case ParamType::TextList: {
      const Json item = info.choices.empty() ? Json{{"type", "string"}} : Json{{"enum", choicesOf(info)}};
      return {{"anyOf", Json::array({item, Json{{"type", "array"}, {"items", item}, {"uniqueItems", true}}})}};
    }
    case ParamType::Group:
      return objectOf(info.fields, nullptr);
    case ParamType::Table:
      return {{"type", "object"},
              {"propertyNames", {{"pattern", kNamePattern}}},
              {"additionalProperties", objectOf(info.fields, nullptr)}};
    case ParamType::Points:
      return {{"type", "array"}, {"items", {{"type", "array"}, {"minItems", 2}, {"maxItems", 2}}}};
  }
  return Json::object();
}

Json schemaOf(const ParamInfo& info, const void* defaults) {
  Json schema = {{"title", info.label}, {"description", info.help}};
  const Json type = typeOf(info);
  if (info.optional)
    schema["anyOf"] = Json::array({type, Json{{"const", kUnset}}});
  else
    schema.update(type);
  if (defaults == nullptr || info.read == nullptr || info.required) return schema;
  const Value value = info.read(defaults);
  if (const bool* flag = value.as<bool>())
    schema["default"] = *flag;
  else if (value.isSet() && value.as<ValueMap>() == nullptr && value.as<ValueList>() == nullptr)
    schema["default"] = value.as<std::string>() != nullptr ? *value.as<std::string>() : formatValue(info, value);
  return schema;
}

Json objectOf(std::span<const ParamInfo> params, const void* defaults) {
  Json properties = Json::object(), needed = Json::array();
  for (const ParamInfo& p : params) {
    properties[p.name] = schemaOf(p, defaults);
    if (p.required) needed.push_back(p.name);
  }
  Json object = {{"type", "object"}, {"properties", properties}, {"additionalProperties", false}};
  if (!needed.empty()) object["required"] = needed;
  return object;
}

Json namedObjects(const Json& object, bool mayBeEmpty) {
  Json value = object;
  if (mayBeEmpty) value["type"] = Json::array({"object", "null"});
  return {{"type", "object"}, {"propertyNames", {{"pattern", kNamePattern}}}, {"additionalProperties", value}};
}

Json nodesSchema() {
  Json kinds = Json::array(), cases = Json::array();
  for (const ComponentInfo* kind : catalog()) {
    kinds.push_back({{"const", kind->kind}, {"description", kind->summary}});
    Json own = objectOf(kind->params, kind->makeParams().get());
    own["properties"]["kind"] = {{"const", kind->kind}};
    Json named = Json::array();
    for (const Preset& preset : presets())
      if (preset.kind == kind->kind) named.push_back({{"const", preset.name}, {"description", preset.summary}});
    if (!named.empty()) own["properties"]["preset"] = {{"oneOf", named}};
    cases.push_back({{"if", {{"properties", {{"kind", {{"const", kind->kind}}}}}, {"required", Json::array({"kind"})}}},
                     {"then", own}});
  }
  Json node = {{"type", "object"}, {"required", Json::array({"kind"})}, {"properties", {{"kind", Json::object()}}}};
  if (!kinds.empty()) {
    node["properties"]["kind"] = {{"oneOf", kinds}};
    node["allOf"] = cases;
  }
  return namedObjects(node, false);
}

Json edgesSchema() {
  const EdgePolicy defaults;
  Json policy = objectOf(edgePolicyParams(), &defaults);
  policy["type"] = Json::array({"object", "null"});
  const Json arrow = {{"type", "string"}, {"pattern", "->"}};
  const Json withPolicy = {{"type", "object"},
                           {"minProperties", 1},
                           {"propertyNames", {{"pattern", "->"}}},
                           {"additionalProperties", policy}};
  return {{"type", "array"}, {"items", {{"anyOf", Json::array({arrow, withPolicy})}}}};
}

Json actionOf(const char* verb, std::span<const ParamInfo> fields, const char* help, bool anyNewValue) {
  Json action = objectOf(fields, nullptr);
  if (anyNewValue)
    action["properties"]["to"] = {{"description", "The new value, written as the parameter is written."}};
  action["description"] = help;
  action["properties"]["at"] = {{"type", Json::array({"string", "number"})},
                                {"description", "Simulated time of the action."}};
  action["properties"][verb] = {{"type", "string"}, {"description", help}};
  Json needed = Json::array({"at", verb});
  if (action.contains("required"))
    for (const Json& name : action["required"]) needed.push_back(name);
  action["required"] = needed;
  return action;
}

Json timelineSchema() {
  Json actions = Json::array();
  for (const VerbInfo& verb : commonVerbs())
    actions.push_back(actionOf(verb.name, verb.fields, verb.help, verb.target == ActionTarget::Parameter));
  for (const ComponentInfo* kind : catalog())
    for (const ActionInfo& action : kind->actions)
      actions.push_back(actionOf(action.name, action.fields, action.help, false));
  return {{"type", "array"}, {"items", {{"anyOf", actions}}}};
}

Json recordedSchema() {
  const RecordedSpec fresh;
  const RecordedRow freshRow;
  Json schema = objectOf(recordedParams(), &fresh);
  Json& properties = schema["properties"];
  properties["columns"] = {{"type", "object"}, {"additionalProperties", {{"type", "string"}}}};
  const Json time = {{"type", Json::array({"string", "number"})}};
  const Json span = {{"type", "array"}, {"items", time}, {"minItems", 2}, {"maxItems", 2}};
  properties["phases"] = {{"type", "object"}, {"additionalProperties", span}};
  properties["compare"] = {{"type", "array"}, {"items", objectOf(recordedRowParams(), &freshRow)}};
  return schema;
}

Json lessonSchema() {
  const LessonStep fresh;
  Json step = objectOf(lessonStepParams(), &fresh);
  const Json text = {{"type", "string"}};
  step["properties"]["choices"] = {{"type", "array"},
                                   {"items",
                                    {{"type", "object"},
                                     {"properties", {{"text", text}, {"holds", text}}},
                                     {"required", {"text", "holds"}},
                                     {"additionalProperties", false}}}};
  return {{"type", "array"}, {"items", step}};
}

Json challengeSchema() {
  const ChallengeSpec fresh;
  Json schema = objectOf(challengeParams(), &fresh);
  const Json texts = {{"type", "array"}, {"items", {{"type", "string"}}}};
  schema["properties"]["objectives"] = texts;
  schema["properties"]["hints"] = texts;
  schema["properties"]["prices"] = {{"type", "object"}, {"additionalProperties", {{"type", "number"}}}};
  schema["required"] = Json::array({"objectives"});
  return schema;
}

}  // namespace

std::string jsonSchema() {
  const Scenario scenario;
  const RequestClass requestClass;
  const GroupSpec group;
  Json root = {{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", "Faultline scenario"}};
  root.update(objectOf(scenarioParams(), &scenario));
  Json& properties = root["properties"];
  properties["faultline"] = {{"const", Scenario::kFormatVersion}, {"description", "Version of the format."}};
  properties["classes"] = namedObjects(objectOf(requestClassParams(), &requestClass), true);
  properties["hosts"] = namedObjects(objectOf(hostParams(), &group), false);
  properties["regions"] = namedObjects(objectOf(regionParams(), &group), false);
  properties["nodes"] = nodesSchema();
  properties["edges"] = edgesSchema();
  properties["timeline"] = timelineSchema();
  properties["expect"] = {{"type", "array"}, {"items", {{"type", "string"}}}};
  const AlertSpec alert;
  properties["alerts"] = {{"type", "array"}, {"items", objectOf(alertParams(), &alert)}};
  const Json place = {{"type", "array"}, {"items", {{"type", "number"}}}, {"minItems", 2}, {"maxItems", 2}};
  properties["layout"] = {{"type", "object"}, {"additionalProperties", place}};
  Json note = objectOf(noteParams(), nullptr);
  note["properties"]["at"] = place;
  note["required"].push_back("at");
  properties["notes"] = {{"type", "array"}, {"items", note}};
  properties["recorded"] = recordedSchema();
  properties["lesson"] = lessonSchema();
  properties["challenge"] = challengeSchema();
  root["required"] = Json::array({"faultline", "nodes"});
  return root.dump(2) + '\n';
}

}  // namespace faultline

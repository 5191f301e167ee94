// The sections `lesson` and `challenge`.
#include "io/scenario_reader.h"
#include "model/price.h"
#include "model/problem.h"
#include "model/scenario.h"
#include "model/scenario_params.h"
#include "model/value_check.h"

namespace faultline {
namespace {

constexpr std::string_view kChoices[] = {"choices"};
constexpr std::string_view kLists[] = {"objectives", "hints", "prices"};

// The ranges of plain members are checked here, because as members they have no path of their own any more.
void assignChecked(std::span<const ParamInfo> params, const ValueMap& values, const std::string& path, void* target,
                   FieldReader& reader) {
  for (const auto& [name, value] : values.entries) {
    Diagnostics problems;
    const ParamInfo& info = *findParam(params, name);
    checkValue(info, value, path + "." + name, Scenario{}, problems);
    for (const Diagnostic& d : problems) reader.fail(reader.placeOf(d.path), d.path, d.message, d.hint);
    if (problems.empty()) info.assign(target, value);
  }
}

// One text that later checks count columns in.
void readCheckedText(const YamlNode& node, const std::string& path, std::string_view expected, std::string& text,
                     FieldReader& reader) {
  reader.setPlace(path, node.place);
  if (!node.isPlain) reader.setTextPlace(path, node.place);
  if (reader.isText(node, path, expected)) text = node.text;
}

std::vector<std::string> readTexts(const YamlNode& node, const std::string& path, std::string_view expected,
                                   FieldReader& reader) {
  std::vector<std::string> texts;
  if (!reader.isList(node, path, "a list")) return texts;
  for (std::size_t i = 0; i < node.items.size(); ++i)
    readCheckedText(*node.items[i], path + "[" + std::to_string(i) + "]", expected, texts.emplace_back(), reader);
  return texts;
}

void readChoices(const YamlNode& node, const std::string& path, LessonStep& step, FieldReader& reader) {
  if (!reader.isList(node, path, "a list of answers like {text: It queues., holds: max(db.queue) > 10}")) return;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const YamlNode& item = *node.items[i];
    const std::string place = path + "[" + std::to_string(step.choices.size()) + "]";
    reader.setPlace(place, item.place);
    if (!reader.isMap(item, path + "[?]", "an answer like {text: It queues., holds: max(db.queue) > 10}")) continue;
    LessonChoice choice;
    for (const auto& [key, value] : item.entries) {
      if (key->text == "text")
        readCheckedText(*value, place + ".text", "the words of an answer", choice.text, reader);
      else if (key->text == "holds")
        readCheckedText(*value, place + ".holds", "an expectation", choice.holds, reader);
      else
        reader.fail(key->place, place + "." + key->text, "unknown key " + quoted(key->text), "known: text, holds");
    }
    for (const auto& [name, text] : {std::pair("text", &choice.text), std::pair("holds", &choice.holds)})
      if (item.find(name) == nullptr)
        reader.fail(item.place, place + "." + name, std::string("the answer has no `") + name + "`");
    step.choices.push_back(std::move(choice));
  }
}

void readPrices(const YamlNode& node, ChallengeSpec& challenge, FieldReader& reader) {
  if (!reader.isMap(node, "challenge.prices", "prices like {cache: 0.2}")) return;
  const ParamInfo price = field(ParamType::Number, kPriceName, "", range(0, 1e6), "");
  for (const auto& [kind, value] : node.entries) {
    const std::string path = "challenge.prices." + kind->text;
    reader.setPlace(path, kind->place);
    const auto read = reader.readValue(price, *value, path);
    Diagnostics problems;
    if (read) checkValue(price, *read, path, Scenario{}, problems);
    for (const Diagnostic& d : problems) reader.fail(reader.placeOf(d.path), d.path, d.message, d.hint);
    if (read && problems.empty()) challenge.prices.emplace_back(kind->text, *read->as<double>());
  }
}

}  // namespace

void readLesson(const YamlNode& node, Scenario& scenario, FieldReader& reader) {
  if (!reader.isList(node, "lesson", "a list of steps like {at: 30s, title: The queue grows}")) return;
  for (const YamlPointer& written : node.items) {
    const YamlNode& item = *written;
    if (!reader.isMap(item, "lesson[?]", "a step like {at: 30s, title: The queue grows}")) continue;
    const std::string path = "lesson[" + std::to_string(scenario.lesson.size()) + "]";
    reader.setPlace(path, item.place);
    LessonStep step;
    assignChecked(lessonStepParams(), reader.readFields(lessonStepParams(), item, path, kChoices), path, &step, reader);
    if (item.find("title") == nullptr && !reader.hasFailed(path + ".title"))
      reader.fail(item.place, path + ".title", "the step has no title", "add \"title: The queue grows\"");
    if (const YamlNode* choices = item.find("choices")) readChoices(*choices, path + ".choices", step, reader);
    if (const YamlNode* reveal = item.find("reveal"); reveal != nullptr && !reveal->isPlain)
      reader.setTextPlace(path + ".reveal", reveal->place);
    scenario.lesson.push_back(std::move(step));
  }
}

void readChallenge(const YamlNode& node, Scenario& scenario, FieldReader& reader) {
  if (!reader.isMap(node, "challenge", "a challenge like {budget: 5, changes: 2, objectives: [...]}")) return;
  ChallengeSpec& challenge = scenario.challenge.emplace();
  assignChecked(challengeParams(), reader.readFields(challengeParams(), node, "challenge", kLists), "challenge", &challenge,
                reader);
  if (const YamlNode* objectives = node.find("objectives"))
    challenge.objectives = readTexts(*objectives, "challenge.objectives", "an expectation", reader);
  if (const YamlNode* hints = node.find("hints"))
    challenge.hints = readTexts(*hints, "challenge.hints", "a hint", reader);
  if (const YamlNode* prices = node.find("prices")) readPrices(*prices, challenge, reader);
}

}  // namespace faultline

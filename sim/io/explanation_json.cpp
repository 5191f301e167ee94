#include "io/explanation_json.h"

#include <nlohmann/json.hpp>

#include "metrics/explanation_text.h"

namespace faultline {
namespace {

using Json = nlohmann::ordered_json;

Json secondsOf(const std::optional<SimTime>& time) { return time ? Json(time->seconds()) : Json(); }

Json observationJson(const Observation& o) {
  Json j;
  j[o.place.isEdge ? "edge" : "node"] = o.place.name;
  j["aspect"] = aspectName(o.aspect);
  j["metric"] = o.metric;
  j["unit"] = o.unit;
  j["onset_s"] = o.onset.seconds();
  j["healed_s"] = secondsOf(o.healed);
  j["before"] = o.before;
  j["after"] = o.after;
  j["significance"] = o.significance;
  return j;
}

Json numbers(const std::vector<std::size_t>& stages) {
  Json j = Json::array();
  for (std::size_t s : stages) j.push_back(s + 1);
  return j;
}

Json numberOf(const std::optional<std::size_t>& stage) { return stage ? Json(*stage + 1) : Json(); }

Json stageJson(const Explanation& e, std::size_t index) {
  const Stage& stage = e.stages[index];
  Json j;
  j["number"] = index + 1;
  j["trigger"] = stage.isTrigger;
  j["harms"] = stage.harms;
  j["text"] = stageText(stage);
  j["reason"] = reasonText(e, index);
  j["causes"] = numbers(stage.causes);
  j["observations"] = Json::array();
  for (const Observation& o : stage.observations) j["observations"].push_back(observationJson(o));
  return j;
}

Json misleadingJson(const SystemStory& system) {
  return {{"latest", numberOf(system.latest)}, {"loudest", numberOf(system.loudest)}};
}

Json recoveryJson(const SystemStory& system) {
  return {{"trigger_healed_s", secondsOf(system.triggerHealed)},
          {"harm_healed_s", secondsOf(system.harmHealed)},
          {"outlived_its_trigger", system.outlivedItsTrigger},
          {"sustained_by", numbers(system.sustainedBy)}};
}

Json systemJson(const SystemStory& system) {
  Json j;
  j["name"] = system.name;
  j["usual"] = {{"from_s", system.healthyFrom.seconds()}, {"to_s", system.healthyTo.seconds()}};
  j["stages"] = Json::array();
  for (std::size_t s = 0; s < system.count; ++s) j["stages"].push_back(system.first + s + 1);
  j["shared_place"] = system.sharedPlace.empty() ? Json() : Json(system.sharedPlace);
  j["broke_together"] = numbers(system.brokeTogether);
  j["misleading"] = misleadingJson(system);
  j["recovery"] = recoveryJson(system);
  return j;
}

}  // namespace

std::string explanationJson(const Explanation& e) {
  Json j;
  j["broke"] = e.broke;
  j["usual"] = {{"from_s", e.healthyFrom.seconds()}, {"to_s", e.healthyTo.seconds()}};
  j["stages"] = Json::array();
  for (std::size_t s = 0; s < e.stages.size(); ++s) j["stages"].push_back(stageJson(e, s));
  // Of the system that was harmed most; of each below.
  const SystemStory most = e.broke ? e.systems.front() : SystemStory();
  j["misleading"] = misleadingJson(most);
  j["recovery"] = recoveryJson(most);
  j["systems"] = Json::array();
  for (const SystemStory& system : e.systems) j["systems"].push_back(systemJson(system));
  j["asides"] = Json::array();
  for (const Observation& o : e.asides) j["asides"].push_back(observationJson(o));
  return j.dump(2) + '\n';
}

}  // namespace faultline

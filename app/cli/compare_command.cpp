// faultline compare, whatif and capacity: many runs of variants of a scenario.
#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/capacity.h"
#include "analysis/explain.h"
#include "analysis/whatif.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/interruption.h"
#include "cli/loading.h"
#include "cli/messages.h"
#include "cli/running.h"
#include "io/yaml_reader.h"
#include "metrics/explanation_text.h"
#include "model/problem.h"
#include "session/work.h"

namespace faultline::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostShown = 12;

Runner runnerOnAllCores(SimTime healthyUntil = {}) {
  Batches how;
  how.cores = allCores();
  how.healthyUntil = healthyUntil;
  how.isCancelled = [] { return interruption() != 0; };
  return batchRunner(std::move(how));
}

Json jsonOf(const Estimate& e) {
  return {{"mean", e.mean}, {"low", std::isfinite(e.low()) ? Json(e.low()) : Json()},
          {"high", std::isfinite(e.high()) ? Json(e.high()) : Json()}, {"count", e.count}};
}

const char* wordOf(Judgement judgement) {
  switch (judgement) {
    case Judgement::Better: return "better";
    case Judgement::Worse: return "worse";
    case Judgement::NoDifferenceShown: return "no_difference_shown";
  }
  return "";
}

Json jsonOf(const PairedComparison& c) {
  Json j;
  j["replications"] = c.replications;
  j["precise"] = c.precise;
  j["variants"] = Json::array();
  for (std::size_t v = 0; v < c.differences.size(); ++v) {
    Json rows = Json::object();
    for (const Difference& d : c.differences[v])
      rows[d.figure->name] = {{"unit", d.figure->unit}, {"first", jsonOf(d.first)}, {"other", jsonOf(d.other)},
                              {"difference", jsonOf(d.difference)}, {"judgement", wordOf(d.judgement)}};
    j["variants"].push_back({{"first", c.labels.front()}, {"other", c.labels[v + 1]}, {"figures", rows}});
  }
  j["verdict"] = verdictText(c);
  return j;
}

Json jsonOf(const WhatIf& result) {
  Json j;
  j["as_it_was"] = {{"failed", result.asItWas.failed}, {"breach_s", result.asItWas.breachSeconds}, {"p99_ms", result.asItWas.p99Ms}};
  j["tried"] = result.tried;
  j["suffices"] = result.suffices;
  j["ranked"] = Json::array();
  for (const Counterfactual& c : result.ranked) {
    Json changes = Json::array();
    for (const Change& change : c.changes)
      changes.push_back({{"label", change.label}, {"settings", change.settings}, {"insert", change.insertKind},
                         {"edge", change.insertEdge}, {"cost", change.cost}});
    j["ranked"].push_back({{"changes", changes}, {"failed", c.figures.failed}, {"saved_failures", c.savedFailures},
                           {"breach_s", c.figures.breachSeconds}, {"saved_breach_s", c.savedBreachSeconds},
                           {"p99_ms", c.figures.p99Ms}, {"usual_p99_factor", c.usualP99Factor}, {"score", c.score}});
  }
  return j;
}

Json jsonOf(const Capacity& capacity) {
  Json j;
  j["in_time"] = capacity.inTime;
  j["warmup_s"] = capacity.warmup.seconds();
  j["found"] = Json::array();
  for (const CapacityOf& c : capacity.found)
    j["found"].push_back({{"class", c.className}, {"today_per_s", c.today}, {"capacity_per_s", c.perSecond()},
                          {"factor", jsonOf(c.factor)}, {"beyond_search", c.beyond}, {"bottleneck", c.bottleneck},
                          {"utilization", c.utilization}});
  j["curve"] = Json::array();
  for (const LoadPoint& p : capacity.curve)
    j["curve"].push_back({{"per_s", p.perSecond}, {"factor", p.factor}, {"p50_ms", jsonOf(p.p50Ms)},
                          {"p99_ms", jsonOf(p.p99Ms)}, {"goodput_share", jsonOf(p.goodputShare)}});
  j["knee"] = capacity.knee ? Json(*capacity.knee) : Json();
  return j;
}

int shown(bool json, const Json& j, const std::string& text) {
  if (interruption() != 0) {
    sayWarning("interrupted");
    return kSignalled + interruption();
  }
  return writeResult(json ? j.dump(2) + '\n' : text);
}

// Settings of one variant are parted by semicolons.
std::vector<std::string> partsOf(const std::string& settings) {
  std::vector<std::string> parts;
  for (std::size_t from = 0; from <= settings.size();) {
    const std::size_t to = std::min(settings.find(';', from), settings.size());
    std::string part = settings.substr(from, to - from);
    part.erase(0, std::min(part.find_first_not_of(' '), part.size()));
    if (!part.empty()) parts.push_back(std::move(part));
    from = to + 1;
  }
  return parts;
}

// The first file, then every further file and every set of settings on the first.
std::optional<std::vector<Variant>> variantsOf(const CompareOptionsOfUser& options) {
  std::vector<Variant> variants;
  for (const std::string& file : options.files) {
    RunOptions of = options.run;
    of.file = file;
    of.settings.clear();
    std::optional<Scenario> scenario = loadScenario(of);
    if (!scenario) return std::nullopt;
    if (!variants.empty()) scenario->seed = variants.front().scenario.seed;
    variants.push_back({file, std::move(*scenario)});
  }
  for (const std::string& settings : options.run.settings) {
    RunOptions of = options.run;
    of.file = options.files.front();
    of.settings = partsOf(settings);
    if (of.settings.empty()) {
      sayError("--set " + faultline::quoted(settings) +
               " changes nothing; write NODE.PARAM=VALUE, several parted by semicolons");
      return std::nullopt;
    }
    std::optional<Scenario> scenario = loadScenario(of);
    if (!scenario) return std::nullopt;
    variants.push_back({settings, std::move(*scenario)});
  }
  return variants;
}

}  // namespace

int compareScenarios(const CompareOptionsOfUser& options) {
  const std::optional<std::vector<Variant>> variants = variantsOf(options);
  if (!variants) return kBadInput;
  if (variants->size() < 2) return refuse("name two scenarios, or one and with --set what is to be different");
  watchForInterruption();
  CompareOptions how;
  how.most = static_cast<std::size_t>(options.replications);
  how.least = std::min(how.least, how.most);
  how.precision = options.precision;
  const PairedComparison comparison = compare(*variants, how, runnerOnAllCores());
  return shown(options.run.json, jsonOf(comparison), comparisonText(comparison));
}

int tryChanges(const RunOptions& options) {
  std::optional<Scenario> scenario = loadScenario(options);
  if (!scenario) return kBadInput;
  watchForInterruption();
  Scenario looked = *scenario;
  looked.sample = samplingForExplanation(looked);
  Simulation simulation(looked);
  advanceToEnd(simulation, nullptr);
  const Explanation explanation = explain(*scenario, simulation.series());
  if (interruption() == 0 && !explanation.broke)
    return shown(options.json, Json{{"broke", false}}, "Nothing broke: there is nothing to prevent.\n");
  const SimTime until = explanation.broke ? explanation.began() : SimTime{};
  const ApplySetting apply = [](Scenario& s, const std::string& setting) { return applySetting(s, setting); };
  const WhatIf result = whatIf(*scenario, explanation, apply, runnerOnAllCores(until));
  std::string text = explanation.broke ? "Trigger: " + stageText(explanation.stages.front()) + "\n" : "";
  return shown(options.json, jsonOf(result), text + whatIfText(result, kMostShown));
}

int findCapacity(const RunOptions& options, double inTime) {
  const std::optional<Scenario> scenario = loadScenario(options);
  if (!scenario) return kBadInput;
  watchForInterruption();
  CapacityOptions how;
  how.inTime = inTime;
  const Capacity capacity = capacityOf(*scenario, how, runnerOnAllCores());
  return shown(options.json, jsonOf(capacity), capacityText(capacity));
}

}  // namespace faultline::cli

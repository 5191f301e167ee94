#include "analysis/whatif.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>

#include "base/quantity.h"
#include "metrics/text_table.h"
#include "model/catalog.h"
#include "model/validate.h"
#include "model/validation.h"

namespace faultline {
namespace {

// A change that prevents this share of the harm suffices.
constexpr double kSuffices = 0.95;
// Single changes that prevent at least so much are paired with each other.
constexpr double kHelps = 0.05;
constexpr std::size_t kMostPaired = 4;
// What one unit of cost, and a doubling of the usual p99, take off the score.
constexpr double kPriceOfCost = 0.01;
constexpr double kPriceOfSlowness = 0.1;
constexpr double kNewMachinery = 5;

std::string printed(const char* form, auto... values) {
  char text[200];
  std::snprintf(text, sizeof text, form, values...);
  return text;
}

class Candidates {
 public:
  Candidates(const Scenario& scenario, const Explanation& explanation) : scenario_(scenario), index_(scenario) {
    for (const Stage& stage : explanation.stages)
      for (const Observation& o : stage.observations) note(o.place);
  }

  std::vector<Change> run() {
    for (std::size_t n : nodes_) addRemedies(n);
    for (const ScenarioIndex::Arrow& arrow : index_.arrows)
      if (edges_.contains(arrow.edge)) addPolicies(arrow);
    return std::move(found_);
  }

 private:
  // The place itself, and the arrows to and from it.
  void note(const Place& place) {
    if (place.isEdge) {
      edges_.insert(place.index);
      return;
    }
    nodes_.insert(place.index);
    for (const ScenarioIndex::Arrow& a : index_.arrows)
      if (a.from == place.index || a.to == place.index) edges_.insert(a.edge);
  }

  void add(std::string label, std::string setting, double cost) {
    found_.push_back({std::move(label), {std::move(setting)}, {}, {}, cost});
  }

  void addRemedies(std::size_t n) {
    const ComponentInfo* kind = index_.kinds[n];
    if (kind == nullptr || kind->remedies == nullptr) return;
    const std::string& name = scenario_.nodes[n].name;
    std::vector<Remedy> remedies;
    kind->remedies(makeParams(*kind, scenario_.nodes[n].params).get(), remedies);
    for (const Remedy& r : remedies) add(name + ": " + r.label, name + "." + r.param + "=" + r.value, r.cost);
  }

  void addPolicies(const ScenarioIndex::Arrow& arrow) {
    const std::string edge = scenario_.edges[arrow.edge].name();
    const EdgePolicy& p = arrow.policy;
    const auto set = [&](const char* param, const std::string& value, const std::string& label, double cost = 1) {
      add(edge + ": " + label, edge + "." + param + "=" + value, cost);
    };
    if (!p.timeout) set("timeout", "1s", "a timeout of 1s");
    else set("timeout", formatDuration(Duration{p.timeout->ns / 2}), "half the timeout");
    if (p.retry) {
      set("retry.max", "0", "no retries");
      if (!p.retry->budget) set("retry.budget", "10%", "a retry budget of 10 %");
      if (p.retry->jitter == Jitter::None) set("retry.jitter", "full", "jitter on retries");
    }
    if (p.pool) {
      set("pool.size", std::to_string(2 * p.pool->size), "twice the pool");
      if (p.pool->size > 1) set("pool.size", std::to_string(p.pool->size / 2), "half the pool");
      set("pool.acquire_timeout", "200ms", "refuse soon when the pool is empty");
    }
    if (const auto condition = parseCondition(p.when); condition && condition->kind == Condition::Kind::Miss && !p.singleFlight)
      set("single_flight", "true", "one fetch for all who miss the same key");
    const ComponentInfo* from = index_.kinds[arrow.from];
    if (from == nullptr || from->buffers || p.mode == CallMode::Send) return;
    // Whatever passes calls on to exactly one node can stand on an arrow.
    for (const ComponentInfo* kind : catalog())
      if (kind->singleOutput && kind->inputs == PortUse::Required && kind->outputs == PortUse::Required)
        found_.push_back({edge + ": a " + kind->label + " with its defaults", {}, kind->kind, edge, kNewMachinery});
  }

  const Scenario& scenario_;
  ScenarioIndex index_;
  std::set<std::size_t> nodes_, edges_;
  std::vector<Change> found_;
};

// The call plan stays at the caller; how the far end is called goes with the arrow to it.
bool insertNode(Scenario& scenario, const Change& change) {
  for (std::size_t e = 0; e < scenario.edges.size(); ++e) {
    if (scenario.edges[e].name() != change.insertEdge) continue;
    std::string name = change.insertKind;
    while (scenario.findNode(name) != nullptr) name += "_";
    scenario.nodes.push_back({name, change.insertKind, {}, {}});
    EdgeSpec second{name, scenario.edges[e].to, {}};
    for (const char* key : {"latency", "query", "timeout"})
      if (const Value* v = scenario.edges[e].policy.find(key)) {
        second.policy.set(key, *v);
        scenario.edges[e].policy.erase(key);
      }
    scenario.edges[e].to = name;
    scenario.edges.push_back(std::move(second));
    return true;
  }
  return false;
}

double harmOf(const RunFigures& f, const RunFigures& asItWas) {
  double harm = 0, kinds = 0;
  if (asItWas.failed > 0) {
    harm += f.failed / asItWas.failed;
    ++kinds;
  }
  if (asItWas.breachSeconds > 0) {
    harm += f.breachSeconds / asItWas.breachSeconds;
    ++kinds;
  }
  if (kinds == 0 && asItWas.p99Ms > 0) return f.p99Ms / asItWas.p99Ms;
  return kinds > 0 ? harm / kinds : 0;
}

Counterfactual judged(std::vector<Change> changes, const RunFigures& f, const RunFigures& asItWas) {
  Counterfactual c;
  c.changes = std::move(changes);
  c.figures = f;
  c.savedFailures = asItWas.failed - f.failed;
  c.savedBreachSeconds = asItWas.breachSeconds - f.breachSeconds;
  c.savedP99Ms = asItWas.p99Ms - f.p99Ms;
  if (asItWas.healthyP99Ms > 0 && f.healthyP99Ms > 0) c.usualP99Factor = f.healthyP99Ms / asItWas.healthyP99Ms;
  double cost = 0;
  for (const Change& change : c.changes) cost += change.cost;
  c.score = 1 - harmOf(f, asItWas) - kPriceOfCost * cost - kPriceOfSlowness * std::max(0.0, std::log2(c.usualP99Factor));
  return c;
}

void sortByScore(std::vector<Counterfactual>& list) {
  std::stable_sort(list.begin(), list.end(), [](const Counterfactual& a, const Counterfactual& b) { return a.score > b.score; });
}

std::vector<Counterfactual> tryAll(const Scenario& scenario, std::vector<std::vector<Change>> candidates,
                                   const ApplySetting& apply, const Runner& run, const RunFigures& asItWas) {
  std::vector<Scenario> batch;
  std::vector<std::vector<Change>> fitting;
  for (std::vector<Change>& c : candidates) {
    std::optional<Scenario> other = changed(scenario, c, apply);
    if (!other) continue;
    batch.push_back(std::move(*other));
    fitting.push_back(std::move(c));
  }
  const std::vector<RunFigures> figures = run(batch);
  std::vector<Counterfactual> results;
  for (std::size_t i = 0; i < figures.size(); ++i)
    if (!figures[i].stoppedEarly) results.push_back(judged(std::move(fitting[i]), figures[i], asItWas));
  return results;
}

std::string labelOf(const Counterfactual& c) {
  std::string label;
  for (const Change& change : c.changes) label += (label.empty() ? "" : " + ") + change.label;
  return label;
}

}  // namespace

std::vector<Change> candidateChanges(const Scenario& scenario, const Explanation& explanation) {
  return Candidates(scenario, explanation).run();
}

std::optional<Scenario> changed(const Scenario& scenario, const std::vector<Change>& changes, const ApplySetting& apply) {
  Scenario other = scenario;
  other.expect.clear();
  // Settings first: an inserted node takes the arrow that they name.
  for (const Change& change : changes)
    for (const std::string& setting : change.settings)
      if (hasErrors(apply(other, setting))) return std::nullopt;
  for (const Change& change : changes)
    if (!change.insertKind.empty() && !insertNode(other, change)) return std::nullopt;
  if (hasErrors(validate(other))) return std::nullopt;
  return other;
}

WhatIf whatIf(const Scenario& scenario, const Explanation& explanation, const ApplySetting& apply, const Runner& run) {
  WhatIf result;
  const std::vector<RunFigures> asItWas = run({scenario});
  if (asItWas.empty()) return result;
  result.asItWas = asItWas.front();
  std::vector<std::vector<Change>> singles;
  for (Change& change : candidateChanges(scenario, explanation)) singles.push_back({std::move(change)});
  result.ranked = tryAll(scenario, std::move(singles), apply, run, result.asItWas);
  result.tried = result.ranked.size();
  sortByScore(result.ranked);
  const auto sufficesNow = [&] {
    return !result.ranked.empty() && 1 - harmOf(result.ranked.front().figures, result.asItWas) >= kSuffices;
  };
  if (!sufficesNow()) {
    std::vector<std::vector<Change>> pairs;
    for (std::size_t i = 0; i < std::min(kMostPaired, result.ranked.size()); ++i)
      for (std::size_t j = i + 1; j < std::min(kMostPaired, result.ranked.size()); ++j)
        if (result.ranked[i].score > kHelps)
          pairs.push_back({result.ranked[i].changes.front(), result.ranked[j].changes.front()});
    std::vector<Counterfactual> tried = tryAll(scenario, std::move(pairs), apply, run, result.asItWas);
    result.tried += tried.size();
    for (Counterfactual& c : tried) result.ranked.push_back(std::move(c));
    sortByScore(result.ranked);
  }
  result.suffices = sufficesNow();
  return result;
}

std::string whatIfText(const WhatIf& result, std::size_t most) {
  std::string text = printed("As it was: %.0f operations failed, %.0f s in breach, p99 %.0f ms\n", result.asItWas.failed,
                             result.asItWas.breachSeconds, result.asItWas.p99Ms);
  if (result.ranked.empty()) return text + "There is nothing to try.\n";
  TextTable table;
  table.addColumn("");
  table.addColumn("change", TextTable::Align::Left);
  for (const char* title : {"failed", "saved", "breach s", "saved", "p99 ms", "usual p99", "cost"}) table.addColumn(title);
  for (std::size_t i = 0; i < std::min(most, result.ranked.size()); ++i) {
    const Counterfactual& c = result.ranked[i];
    double cost = 0;
    for (const Change& change : c.changes) cost += change.cost;
    table.addRow({std::to_string(i + 1), labelOf(c), printed("%.0f", c.figures.failed), printed("%+.0f", c.savedFailures),
                  printed("%.0f", c.figures.breachSeconds), printed("%+.0f", c.savedBreachSeconds),
                  printed("%.0f", c.figures.p99Ms), printed("%+.0f %%", 100 * (c.usualP99Factor - 1)), printed("%.0f", cost)});
  }
  text += table.text("  ") + std::to_string(result.tried) + " changes tried with the same luck. ";
  text += result.suffices ? "The first one prevents nearly all of the harm.\n" : "None of them prevents nearly all of the harm.\n";
  for (const Change& change : result.ranked.front().changes)
    for (const std::string& setting : change.settings) text += "  to try it: --set \"" + setting + "\"\n";
  return text;
}

}  // namespace faultline

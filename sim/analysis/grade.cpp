#include "analysis/grade.h"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <set>

#include "analysis/expect.h"
#include "base/quantity.h"
#include "model/actions.h"
#include "model/catalog.h"
#include "model/diff.h"
#include "model/edge_policy.h"
#include "model/price.h"

namespace faultline {
namespace {

std::string amount(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

std::vector<std::string> namesOf(const std::string& path) {
  std::vector<std::string> names;
  for (std::size_t from = 0; from <= path.size();) {
    const std::size_t to = std::min(path.find('.', from), path.size());
    names.push_back(path.substr(from, to - from));
    from = to + 1;
  }
  return names;
}

bool originates(const Scenario& scenario, const std::string& node) {
  const NodeSpec* spec = scenario.findNode(node);
  const ComponentInfo* kind = spec ? findKind(spec->kind) : nullptr;
  return kind != nullptr && kind->originates;
}

bool touches(const std::string& edge, const std::vector<std::string>& nodes, const Scenario& scenario) {
  for (const EdgeSpec& e : scenario.edges)
    if (e.name() == edge)
      return std::find(nodes.begin(), nodes.end(), e.from) != nodes.end() ||
             std::find(nodes.begin(), nodes.end(), e.to) != nodes.end();
  return false;
}

// How long things take is nature, what they cost is the market.
bool isGivenByNature(const Scenario& scenario, const ParamChange& change) {
  const std::vector<std::string> path = namesOf(change.path);
  if (path.front() == kPriceName || path.front() == kCallPriceName) return true;
  const NodeSpec* node = change.isEdge ? nullptr : scenario.findNode(change.owner);
  const ComponentInfo* kind = node ? findKind(node->kind) : nullptr;
  if (kind == nullptr && !change.isEdge) return false;
  const ParameterPlace place = findParameter(change.isEdge ? edgePolicyParams() : kind->params, path);
  return place.info != nullptr && place.info->type == ParamType::Distribution;
}

// "db" covers all of db, "db.queries" all that is below it.
bool isGiven(const ChallengeSpec& challenge, const std::string& place) {
  return std::any_of(challenge.given.begin(), challenge.given.end(), [&](const std::string& name) {
    return place == name || (place.starts_with(name) && place[name.size()] == '.');
  });
}

}  // namespace

std::vector<std::string> changesOf(const Scenario& given, const Scenario& answer) {
  const ScenarioDiff d = diff(given, answer);
  std::vector<std::string> changes;
  for (const std::string& name : d.addedNodes) changes.push_back("add " + name + " (" + answer.findNode(name)->kind + ")");
  for (const std::string& name : d.removedNodes) changes.push_back("remove " + name);
  for (const std::string& name : d.addedEdges)
    if (!touches(name, d.addedNodes, answer)) changes.push_back("add " + name);
  for (const std::string& name : d.removedEdges)
    if (!touches(name, d.removedNodes, given)) changes.push_back("remove " + name);
  std::set<std::string> told;
  for (const ParamChange& p : d.params) {
    changes.push_back("set " + p.owner + "." + p.path);
    told.insert(p.owner);
  }
  for (const std::string& name : d.changedNodes)
    if (!told.contains(name)) changes.push_back("make " + name + " another " + answer.findNode(name)->kind);
  if (d.groups) changes.push_back("move nodes between hosts or regions");
  return changes;
}

std::vector<std::string> ruleBreaks(const Scenario& given, const Scenario& answer) {
  const ScenarioDiff d = diff(given, answer);
  std::vector<std::string> broken;
  if (d.timeline) broken.push_back("the timeline is not the one that was given");
  if (d.classes) broken.push_back("the request classes are not those that were given");
  if (d.settings) broken.push_back("duration, warm-up, sampling, seed or limits are not those that were given");
  for (const std::string& name : d.removedNodes)
    if (originates(given, name)) broken.push_back("whoever sends work must stay: " + name);
  for (const std::string& name : d.addedNodes)
    if (originates(answer, name)) broken.push_back("nobody else may send work: " + name);
  for (const auto& [before, after] : d.renamedNodes) broken.push_back(before + " must keep its name, not " + after);
  for (const ParamChange& p : d.params) {
    const std::string place = p.owner + "." + p.path;
    if (!p.isEdge && originates(given, p.owner)) broken.push_back(place + " is what the users do");
    else if (isGivenByNature(given, p)) broken.push_back(place + " is given: work, latencies and prices stay as they are");
    else if (isGiven(*given.challenge, place)) broken.push_back(place + " is given by the challenge");
  }
  for (const std::vector<std::string>* gone : {&d.removedNodes, &d.removedEdges})
    for (const std::string& name : *gone)
      if (isGiven(*given.challenge, name)) broken.push_back(name + " is given by the challenge and must stay");
  return broken;
}

Scenario examination(const Scenario& given, const Scenario& answer, std::size_t k) {
  Scenario examined = answer;
  examined.expect = given.challenge->objectives;
  for (NodeSpec& node : examined.nodes)
    for (const auto& [kind, price] : given.challenge->prices)
      if (node.kind == kind && given.findNode(node.name) == nullptr) node.params.set(kPriceName, price);
  // Far from the seeds that people try; the golden ratio spreads them.
  examined.seed = (given.seed + 0x9e3779b97f4a7c15ull * (k + 1)) >> 8;
  return examined;
}

ExamResult resultOf(const Scenario& examined, const Simulation& finished) {
  ExamResult result;
  const Summary summary = finished.summary();
  result.costPerHour = summary.costPerHour();
  result.stoppedEarly = !summary.stopped.empty();
  for (const ExpectationResult& e : checkExpectations(examined, finished.series(), summary)) {
    result.met.push_back(e.passed && !result.stoppedEarly);
    result.measured.push_back(result.stoppedEarly ? "the run stopped early: " + summary.stopped : e.measured);
  }
  return result;
}

Grade gradeOf(const Scenario& given, const Scenario& answer, const std::vector<ExamResult>& results) {
  const ChallengeSpec& challenge = *given.challenge;
  Grade grade;
  grade.broken = ruleBreaks(given, answer);
  grade.changes = changesOf(given, answer);
  grade.withinChanges = grade.changes.size() <= static_cast<std::size_t>(challenge.changes);
  grade.runs = results.size();
  for (const std::string& text : challenge.objectives) grade.objectives.push_back({text, 0, {}});
  for (const ExamResult& r : results) {
    grade.costPerHour += r.costPerHour / static_cast<double>(results.size());
    for (std::size_t i = 0; i < grade.objectives.size(); ++i) {
      grade.objectives[i].met += r.met[i];
      if (!r.met[i] && grade.objectives[i].missed.empty()) grade.objectives[i].missed = r.measured[i];
    }
  }
  grade.withinBudget = !challenge.budget || grade.costPerHour <= *challenge.budget;
  grade.passed = grade.broken.empty() && grade.withinBudget && grade.withinChanges && grade.runs > 0 &&
                 std::all_of(grade.objectives.begin(), grade.objectives.end(),
                             [&](const Grade::Objective& o) { return o.met == grade.runs; });
  return grade;
}

std::string gradeText(const Scenario& given, const Grade& grade) {
  const ChallengeSpec& challenge = *given.challenge;
  std::string out = given.name + '\n';
  for (const std::string& text : grade.broken) out += "  not allowed  " + text + '\n';
  for (const std::string& text : grade.changes) out += "  changed      " + text + '\n';
  out += "  changes      " + std::to_string(grade.changes.size()) + " of at most " + std::to_string(challenge.changes) +
         (grade.withinChanges ? "" : "  TOO MANY") + '\n';
  if (grade.runs > 0 && (challenge.budget || grade.costPerHour > 0)) {
    out += "  cost         " + amount(grade.costPerHour) + " an hour";
    if (challenge.budget) out += " of at most " + amount(*challenge.budget) + (grade.withinBudget ? "" : "  TOO MUCH");
    out += '\n';
  }
  for (const Grade::Objective& o : grade.objectives) {
    if (grade.runs == 0) break;
    out += std::string(o.met == grade.runs ? "  met          " : "  MISSED       ") + o.text + "  (" +
           std::to_string(o.met) + " of " + std::to_string(grade.runs) + " runs" +
           (o.missed.empty() ? "" : "; " + o.missed) + ")\n";
  }
  return out + (grade.passed ? "Mended.\n" : "Not yet.\n");
}

}  // namespace faultline

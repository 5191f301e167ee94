#include "analysis/class_graph.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "model/graph.h"

namespace faultline {
namespace {

constexpr double kUnlimited = std::numeric_limits<double>::infinity();
// More says no more, and products of long chains stay finite.
constexpr double kMostAttempts = 1e12;
constexpr std::size_t kNoArrow = static_cast<std::size_t>(-1);

}  // namespace

std::vector<std::string> classNames(const Scenario& scenario) {
  std::vector<std::string> names;
  for (const RequestClass& c : scenario.classes) names.push_back(c.name);
  if (names.empty()) names.emplace_back();
  return names;
}

std::int64_t instancesOf(const ScenarioIndex& index, std::size_t node) {
  const ComponentInfo* kind = index.kinds[node];
  if (kind == nullptr || kind->instances == nullptr) return 1;
  return kind->instances(makeParams(*kind, index.scenario.nodes[node].params).get());
}

StationInfo stationOf(const ScenarioIndex& index, std::size_t node, const std::string& className, const std::string& query) {
  const ComponentInfo* kind = index.kinds[node];
  if (kind == nullptr || kind->station == nullptr) return {};
  StationInfo station = kind->station(makeParams(*kind, index.scenario.nodes[node].params).get(), className, query);
  // A host's cores take the place of the node's own; what others take of them is not known here.
  for (const GroupSpec& g : index.scenario.groups)
    if (g.name == index.scenario.nodes[node].group)
      station.cores = static_cast<double>(g.cores) / static_cast<double>(instancesOf(index, node));
  return station;
}

bool isRouter(const ScenarioIndex& index, std::size_t node) {
  const ComponentInfo* kind = index.kinds[node];
  return kind != nullptr && std::string_view(kind->category) == "routing";
}

ClassGraph::ClassGraph(const ScenarioIndex& index, std::string className)
    : index_(index), name_(std::move(className)), needed_(index.kinds.size(), false), visits_(index.kinds.size(), 0),
      callNs_(index.kinds.size(), 0), cpuNs_(index.kinds.size(), 0) {
  for (std::size_t n = 0; n < index.kinds.size(); ++n) {
    const ComponentInfo* kind = index.kinds[n];
    if (kind == nullptr || !kind->originates) continue;
    std::vector<std::string> sent;
    if (const Value* list = index.scenario.nodes[n].params.find("classes")) sent = detail::stringsOf(*list);
    if (!sent.empty() && std::find(sent.begin(), sent.end(), name_) == sent.end()) continue;
    origins_.push_back(n);
    if (kind->offeredRate == nullptr) continue;
    double all = 0, own = name_.empty() ? 1 : 0;
    for (const RequestClass& c : index.scenario.classes) {
      if (!sent.empty() && std::find(sent.begin(), sent.end(), c.name) == sent.end()) continue;
      all += c.weight;
      if (c.name == name_) own = c.weight;
    }
    const double rate = kind->offeredRate(makeParams(*kind, index.scenario.nodes[n].params).get());
    offered_ += all > 0 ? rate * own / all : rate;
  }
  findNeeded();
  countVisits();
}

bool ClassGraph::travels(const EdgePolicy& policy) const {
  return policy.forClasses.empty() ||
         std::find(policy.forClasses.begin(), policy.forClasses.end(), name_) != policy.forClasses.end();
}

bool ClassGraph::insists(const EdgePolicy& policy) const {
  const auto condition = parseCondition(policy.when);
  return travels(policy) && policy.mode == CallMode::Call && !policy.optional && condition &&
         condition->kind == Condition::Kind::Always;
}

void ClassGraph::findNeeded() {
  std::vector<std::size_t> queue = origins_;
  for (std::size_t i = 0; i < queue.size(); ++i) {
    const std::size_t n = queue[i];
    if (index_.kinds[n] == nullptr || index_.kinds[n]->buffers) continue;
    std::size_t targets = 0;
    for (std::size_t a : index_.leaving[n]) targets += travels(index_.arrows[a].policy);
    if (isRouter(index_, n) && targets > 1) continue;
    for (std::size_t a : index_.leaving[n]) {
      const ScenarioIndex::Arrow& arrow = index_.arrows[a];
      if (!insists(arrow.policy) || needed_[arrow.to]) continue;
      needed_[arrow.to] = true;
      needs_.push_back(arrow.to);
      queue.push_back(arrow.to);
    }
  }
}

// Breadth first from the origins: what is called by several adds up, what a router chooses does not.
void ClassGraph::countVisits() {
  std::vector<std::size_t> queue = origins_;
  std::vector<bool> seen(index_.kinds.size(), false);
  for (std::size_t n : origins_) visits_[n] = 1;
  for (std::size_t i = 0; i < queue.size(); ++i) {
    const std::size_t n = queue[i];
    for (std::size_t a : index_.leaving[n]) {
      const ScenarioIndex::Arrow& arrow = index_.arrows[a];
      const auto condition = parseCondition(arrow.policy.when);
      // How often a cache misses is known only from a run.
      if (!travels(arrow.policy) || !condition || condition->kind == Condition::Kind::Miss || condition->kind == Condition::Kind::Hit)
        continue;
      const double chance = condition->kind == Condition::Kind::Chance ? condition->chance : 1;
      const double calls = visits_[n] * chance * arrow.policy.times.mean() * static_cast<double>(arrow.policy.parallel);
      const StationInfo station = stationOf(index_, arrow.to, name_, arrow.policy.query);
      const double before = visits_[arrow.to];
      if (isRouter(index_, n) || std::find(origins_.begin(), origins_.end(), n) != origins_.end())
        visits_[arrow.to] = std::max(before, calls);
      else
        visits_[arrow.to] += calls;
      const double now = visits_[arrow.to], work = station.work.mean(), delay = station.delay.mean();
      if (now > 0) {
        callNs_[arrow.to] += (work + delay - callNs_[arrow.to]) * (before > 0 ? (now - before) / now : 1);
        cpuNs_[arrow.to] += (work - cpuNs_[arrow.to]) * (before > 0 ? (now - before) / now : 1);
      }
      if (!seen[arrow.to]) {
        seen[arrow.to] = true;
        queue.push_back(arrow.to);
      }
    }
  }
}

std::vector<std::size_t> ClassGraph::awaited() const {
  Digraph g{index_.kinds.size(), {}};
  std::vector<std::size_t> arrows;
  for (std::size_t a = 0; a < index_.arrows.size(); ++a) {
    const ScenarioIndex::Arrow& arrow = index_.arrows[a];
    const ComponentInfo* from = index_.kinds[arrow.from];
    if (from == nullptr || from->buffers || !travels(arrow.policy) || arrow.policy.mode == CallMode::Send) continue;
    g.edges.emplace_back(arrow.from, arrow.to);
    arrows.push_back(a);
  }
  const std::vector<std::size_t> component = strongComponents(g);
  std::erase_if(arrows,
                [&](std::size_t a) { return component[index_.arrows[a].from] == component[index_.arrows[a].to]; });
  // Callers have higher numbers than what they call.
  std::stable_sort(arrows.begin(), arrows.end(), [&](std::size_t a, std::size_t b) {
    return component[index_.arrows[a].from] > component[index_.arrows[b].from];
  });
  return arrows;
}

std::vector<std::size_t> ClassGraph::wayTo(std::size_t node, const std::vector<std::size_t>& cameBy) const {
  std::vector<std::size_t> arrows;
  for (std::size_t n = node; cameBy[n] != kNoArrow; n = index_.arrows[cameBy[n]].from) arrows.push_back(cameBy[n]);
  std::reverse(arrows.begin(), arrows.end());
  return arrows;
}

ClassGraph::Way ClassGraph::mostAttempts(const std::function<double(const EdgePolicy&)>& attemptsOf) const {
  std::vector<double> attempts(index_.kinds.size(), 0);
  std::vector<std::size_t> retrying(index_.kinds.size(), 0), cameBy(index_.kinds.size(), kNoArrow);
  for (std::size_t n : origins_) attempts[n] = 1;
  for (std::size_t a : awaited()) {
    const ScenarioIndex::Arrow& arrow = index_.arrows[a];
    const double there = std::min(attempts[arrow.from] * attemptsOf(arrow.policy), kMostAttempts);
    if (there <= attempts[arrow.to]) continue;
    attempts[arrow.to] = there;
    retrying[arrow.to] = retrying[arrow.from] + (arrow.policy.retry ? 1 : 0);
    cameBy[arrow.to] = a;
  }
  std::size_t worst = kNoArrow;
  for (std::size_t n = 0; n < attempts.size(); ++n)
    if (retrying[n] > 1 && (worst == kNoArrow || attempts[n] > attempts[worst])) worst = n;
  if (worst == kNoArrow) return {};
  return {wayTo(worst, cameBy), attempts[worst], retrying[worst]};
}

ClassGraph::Chain ClassGraph::longestChain() const {
  std::vector<std::size_t> calls(index_.kinds.size(), 0), cameBy(index_.kinds.size(), kNoArrow);
  std::vector<bool> reached(index_.kinds.size(), false);
  for (std::size_t n : origins_) reached[n] = true;
  std::size_t last = kNoArrow;
  for (std::size_t a : awaited()) {
    const ScenarioIndex::Arrow& arrow = index_.arrows[a];
    if (!reached[arrow.from] || calls[arrow.from] + 1 <= calls[arrow.to]) continue;
    reached[arrow.to] = true;
    calls[arrow.to] = calls[arrow.from] + 1;
    cameBy[arrow.to] = a;
  }
  for (std::size_t n = 0; n < calls.size(); ++n)
    if (calls[n] > 0 && (last == kNoArrow || calls[n] > calls[last])) last = n;
  Chain chain;
  if (last == kNoArrow) return chain;
  const std::vector<std::size_t> way = wayTo(last, cameBy);
  chain.nodes.push_back(index_.arrows[way.front()].from);
  for (std::size_t a : way) {
    const ScenarioIndex::Arrow& arrow = index_.arrows[a];
    chain.nodes.push_back(arrow.to);
    const StationInfo s = stationOf(index_, arrow.to, name_, arrow.policy.query);
    chain.milliseconds += (s.work.mean() + s.delay.mean() + 2 * arrow.policy.latency.mean()) / 1e6;
  }
  return chain;
}

double ClassGraph::serves(std::size_t n) const {
  const StationInfo station = stationOf(index_, n, name_, {});
  if (station.servers <= 0 || callNs_[n] <= 0 || visits_[n] <= 0) return kUnlimited;
  const double copies = static_cast<double>(instancesOf(index_, n));
  double perSecond = copies * station.servers * 1e9 / callNs_[n];
  if (station.cores && cpuNs_[n] > 0) perSecond = std::min(perSecond, copies * *station.cores * 1e9 / cpuNs_[n]);
  return perSecond / visits_[n];
}

// Who is needed is called by somebody who is needed, and so up to the origins; no more can come to it than it serves,
// and whatever limits what comes to it from before it is needed, too. So no flow through the graph has to be found.
ClassGraph::Bound ClassGraph::capacity() const {
  Bound least{kUnlimited, 0};
  for (std::size_t n : needs_) {
    if (const double own = serves(n); own < least.perSecond) least = {own, n};
    if (!isRouter(index_, n)) continue;
    std::vector<std::size_t> targets;
    for (std::size_t a : index_.leaving[n])
      if (travels(index_.arrows[a].policy)) targets.push_back(index_.arrows[a].to);
    std::sort(targets.begin(), targets.end());
    targets.erase(std::unique(targets.begin(), targets.end()), targets.end());
    Bound together{0, 0};
    double smallest = kUnlimited;
    for (std::size_t t : targets) {
      const double own = serves(t);
      together.perSecond += own;
      if (own < smallest) together.node = t;
      smallest = std::min(smallest, own);
    }
    if (!targets.empty() && together.perSecond < least.perSecond) least = together;
  }
  return least;
}

}  // namespace faultline

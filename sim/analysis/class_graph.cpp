#include "analysis/class_graph.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "model/graph.h"

namespace faultline {
namespace {

constexpr double kUnlimited = std::numeric_limits<double>::infinity();

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

std::size_t ClassGraph::Way::retrying(const ScenarioIndex& index) const {
  return static_cast<std::size_t>(
      std::count_if(arrows.begin(), arrows.end(), [&](std::size_t a) { return index.arrows[a].policy.retry.has_value(); }));
}

std::vector<ClassGraph::Way> ClassGraph::ways(const std::function<double(const EdgePolicy&)>& factor) const {
  std::vector<Way> best(index_.kinds.size());
  std::vector<bool> known(index_.kinds.size(), false);
  std::vector<std::size_t> queue = origins_;
  for (std::size_t n : origins_) known[n] = true;
  for (std::size_t i = 0; i < queue.size(); ++i) {
    const std::size_t n = queue[i];
    if (index_.kinds[n] == nullptr || index_.kinds[n]->buffers) continue;
    for (std::size_t a : index_.leaving[n]) {
      const ScenarioIndex::Arrow& arrow = index_.arrows[a];
      if (!travels(arrow.policy) || arrow.policy.mode == CallMode::Send) continue;
      const double product = best[n].product * factor(arrow.policy);
      if (known[arrow.to] && product <= best[arrow.to].product) continue;
      // A circle would grow for ever; it is refused before a run.
      if (best[n].arrows.size() > index_.kinds.size()) continue;
      known[arrow.to] = true;
      best[arrow.to] = best[n];
      best[arrow.to].arrows.push_back(a);
      best[arrow.to].product = product;
      queue.push_back(arrow.to);
    }
  }
  std::erase_if(best, [](const Way& w) { return w.arrows.empty(); });
  return best;
}

ClassGraph::Chain ClassGraph::longestChain() const {
  // The longest way counts arrows, so every arrow has the factor 2 and products are powers.
  const std::vector<Way> all = ways([](const EdgePolicy&) { return 2.0; });
  const Way* longest = nullptr;
  for (const Way& w : all)
    if (longest == nullptr || w.arrows.size() > longest->arrows.size()) longest = &w;
  Chain chain;
  if (longest == nullptr) return chain;
  chain.nodes.push_back(index_.arrows[longest->arrows.front()].from);
  for (std::size_t a : longest->arrows) {
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

// Nodes are split, so that an arrow inside each carries its capacity.
ClassGraph::Bound ClassGraph::flowTo(const std::vector<std::size_t>& goals) const {
  constexpr double kPlenty = 1e15;
  const std::size_t nodes = index_.kinds.size(), source = 2 * nodes, sink = source + 1;
  Digraph g{2 * nodes + 2, {}};
  std::vector<double> capacity;
  const auto add = [&](std::size_t from, std::size_t to, double most) {
    g.edges.emplace_back(from, to);
    capacity.push_back(std::isfinite(most) ? most : kPlenty);
  };
  for (std::size_t n = 0; n < nodes; ++n) add(2 * n, 2 * n + 1, serves(n));
  for (const ScenarioIndex::Arrow& a : index_.arrows)
    if (travels(a.policy)) add(2 * a.from + 1, 2 * a.to, kUnlimited);
  for (std::size_t n : origins_) add(source, 2 * n, kUnlimited);
  for (std::size_t n : goals) add(2 * n + 1, sink, kUnlimited);
  const Flow flow = greatestFlow(g, capacity, source, sink);
  Bound bound{flow.value < kPlenty / 2 ? flow.value : kUnlimited, 0};
  double smallest = kUnlimited;
  for (std::size_t e : flow.cut)
    if (e < nodes && capacity[e] < smallest) {
      smallest = capacity[e];
      bound.node = e;
    }
  return bound;
}

ClassGraph::Bound ClassGraph::capacity() const {
  Bound least{kUnlimited, 0};
  const auto consider = [&](const std::vector<std::size_t>& goals) {
    if (goals.empty()) return;
    const Bound bound = flowTo(goals);
    if (bound.perSecond < least.perSecond) least = bound;
  };
  for (std::size_t n = 0; n < needed_.size(); ++n) {
    if (!needed_[n]) continue;
    consider({n});
    if (!isRouter(index_, n)) continue;
    std::vector<std::size_t> targets;
    for (std::size_t a : index_.leaving[n])
      if (travels(index_.arrows[a].policy)) targets.push_back(index_.arrows[a].to);
    consider(targets);
  }
  return least;
}

}  // namespace faultline

#include "analysis/review.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <queue>
#include <unordered_map>

#include "analysis/class_graph.h"
#include "base/quantity.h"
#include "model/graph.h"
#include "model/validation.h"

namespace faultline {
namespace {

// Each operation becomes so many attempts at the far end before it is worth a word.
constexpr double kManyAttempts = 4;
// Of a long list the names that are told.
constexpr std::size_t kMostNames = 12;
// Calls one after the other that all have to answer.
constexpr std::size_t kDeep = 5;
// "Caching a query of 5 ms buys complexity only": what is behind a cache should cost more.
constexpr double kFastMs = 5;
// A callee's timeout is set to this share of what its caller waits.
constexpr double kRoomForTheCaller = 0.8;

std::string ms(double value) { return formatDuration(durationFromNs(std::round(value * 1e3) * 1e3)); }

class Review {
 public:
  explicit Review(const Scenario& scenario) : scenario_(scenario), index_(scenario) {
    for (const std::string& name : classNames(scenario)) classes_.emplace_back(index_, name);
  }

  std::vector<Finding> run() {
    singlePoints();
    retryAmplification();
    timeoutInversions();
    depths();
    pools();
    parameters();
    circles();
    unreachable();
    cachesBeforeFast();
    capacities();
    return std::move(findings_);
  }

 private:
  const std::string& name(std::size_t n) const { return scenario_.nodes[n].name; }
  std::string edgeName(const ScenarioIndex::Arrow& a) const { return scenario_.edges[a.edge].name(); }
  // The first and the last of them where they are many.
  std::string listText(const std::vector<std::size_t>& nodes, const char* between) const {
    std::string text;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const bool isLeftOut = nodes.size() > kMostNames && i >= kMostNames - 2 && i + 2 < nodes.size();
      if (isLeftOut && i > kMostNames - 2) continue;
      text += (i == 0 ? "" : between) + (isLeftOut ? "..." : name(nodes[i]));
    }
    return text;
  }
  static std::string ofClass(const ClassGraph& g) { return g.name().empty() ? "" : " of " + g.name(); }

  Finding& add(const char* check, std::string path, std::string what, std::string why, std::string mend = {}) {
    findings_.push_back({check, true, std::move(path), std::move(what), std::move(why), std::move(mend), {}, {}});
    return findings_.back();
  }

  Digraph allArrows() const {
    Digraph g{scenario_.nodes.size(), {}};
    for (const ScenarioIndex::Arrow& a : index_.arrows) g.edges.emplace_back(a.from, a.to);
    return g;
  }

  void singlePoints() {
    const std::vector<std::size_t> points = articulationPoints(allArrows());
    for (std::size_t n = 0; n < scenario_.nodes.size(); ++n) {
      const ComponentInfo* kind = index_.kinds[n];
      if (kind == nullptr || kind->originates || instancesOf(index_, n) > 1) continue;
      std::string classes;
      std::size_t needing = 0;
      for (const ClassGraph& g : classes_)
        if (g.isNeeded(n)) {
          ++needing;
          classes += (classes.empty() ? "" : ", ") + g.name();
        }
      if (needing == 0) continue;
      const bool all = needing == classes_.size();
      const bool canCopy = kind->instances != nullptr;
      const bool separates = std::binary_search(points.begin(), points.end(), n);
      Finding& f =
          add("single_point_of_failure", "nodes." + name(n), name(n) + " is a single point of failure",
              (all ? "every operation needs it" : "every operation of " + classes + " needs it") +
                  std::string(", and there is one of it") + (separates ? "; without it the graph falls apart" : ""),
              canCopy ? name(n) + ".instances=2" : "");
      f.nodes = {n};
    }
  }

  void retryAmplification() {
    for (const ClassGraph& g : classes_) {
      const ClassGraph::Way worst = g.mostAttempts([](const EdgePolicy& p) {
        if (!p.retry) return 1.0;
        return p.retry->budget ? 1 + p.retry->budget->value : static_cast<double>(p.retry->max + 1);
      });
      if (worst.attempts < kManyAttempts || isReported("retry_amplification", worst.arrows)) continue;
      const ScenarioIndex::Arrow& last = lastRetrying(worst);
      Finding& f = add("retry_amplification", "edges." + edgeName(last) + ".retry",
                       "one operation" + ofClass(g) + " may become " + formatNumber(worst.attempts) + " attempts at " +
                           name(last.to),
                       "retries multiply along " + wayText(worst) + ": what is overloaded gets the most load",
                       edgeName(last) + ".retry.budget=10%");
      for (std::size_t a : worst.arrows) f.edges.push_back(index_.arrows[a].edge);
    }
  }

  bool isReported(const char* check, const std::vector<std::size_t>& arrows) const {
    return std::any_of(findings_.begin(), findings_.end(), [&](const Finding& f) {
      if (f.check != check || f.edges.size() != arrows.size()) return false;
      for (std::size_t i = 0; i < arrows.size(); ++i)
        if (f.edges[i] != index_.arrows[arrows[i]].edge) return false;
      return true;
    });
  }

  const ScenarioIndex::Arrow& lastRetrying(const ClassGraph::Way& way) const {
    for (std::size_t i = way.arrows.size(); i-- > 0;)
      if (index_.arrows[way.arrows[i]].policy.retry) return index_.arrows[way.arrows[i]];
    return index_.arrows[way.arrows.back()];
  }

  std::string wayText(const ClassGraph::Way& way) const {
    std::vector<std::size_t> nodes{index_.arrows[way.arrows.front()].from};
    for (std::size_t a : way.arrows) nodes.push_back(index_.arrows[a].to);
    return listText(nodes, " -> ");
  }

  // --- timeouts

  // How long a node may wait on an arrow: every attempt, and for a connection.
  static std::optional<double> longestWaitMs(const EdgePolicy& p) {
    if (!p.timeout) return std::nullopt;
    const double attempts = p.retry ? static_cast<double>(p.retry->max + 1) : 1;
    double wait = p.timeout->milliseconds() * attempts;
    if (p.pool && p.pool->acquireTimeout) wait += p.pool->acquireTimeout->milliseconds();
    return wait;
  }

  // Ways are many, so each node is told once: the shortest patience goes first and is the one that counts wherever it
  // arrives.
  void spreadPatience() {
    using Told = std::pair<double, std::size_t>;  // milliseconds, and who is waited for
    std::priority_queue<Told, std::vector<Told>, std::greater<>> next;
    const auto tellCallees = [&](std::size_t n, std::optional<double> own) {
      if (index_.kinds[n] != nullptr && index_.kinds[n]->buffers) return;
      for (std::size_t i : index_.leaving[n]) {
        const ScenarioIndex::Arrow& a = index_.arrows[i];
        const bool originates = index_.kinds[a.to] != nullptr && index_.kinds[a.to]->originates;
        if (originates || a.policy.mode == CallMode::Send || (own && a.policy.timeout)) continue;
        if (const auto ms = own ? own : timeoutMs(a.policy)) next.emplace(*ms, a.to);
      }
    };
    patience_.assign(scenario_.nodes.size(), std::nullopt);
    for (std::size_t n = 0; n < scenario_.nodes.size(); ++n) {
      tellCallees(n, std::nullopt);
      if (index_.kinds[n] == nullptr || !index_.kinds[n]->originates) continue;
      const Value* own = scenario_.nodes[n].params.find("timeout");
      if (const Duration* patience = own != nullptr ? own->as<Duration>() : nullptr)
        tellCallees(n, patience->milliseconds());
    }
    while (!next.empty()) {
      const auto [ms, n] = next.top();
      next.pop();
      if (patience_[n]) continue;
      patience_[n] = ms;
      tellCallees(n, ms);
    }
  }

  static std::optional<double> timeoutMs(const EdgePolicy& p) {
    return p.timeout ? std::optional(p.timeout->milliseconds()) : std::nullopt;
  }

  void timeoutInversions() {
    spreadPatience();
    for (const ScenarioIndex::Arrow& a : index_.arrows) {
      const ComponentInfo* from = index_.kinds[a.from];
      if (from == nullptr || from->originates || from->buffers || a.policy.mode == CallMode::Send) continue;
      const std::optional<double> patience = patience_[a.from];
      if (!patience) continue;
      const std::optional<double> wait = longestWaitMs(a.policy);
      if (wait && *wait <= *patience) continue;
      if (!wait && a.policy.propagateDeadline) continue;
      // A router hands on what its caller waits for.
      if (!wait && isRouter(index_, a.from)) continue;
      const double attempts = a.policy.retry ? static_cast<double>(a.policy.retry->max + 1) : 1;
      const double fitting = kRoomForTheCaller * *patience / attempts;
      Finding& f = add("timeout_inversion", "edges." + edgeName(a) + (wait ? ".timeout" : ""),
                       wait ? name(a.from) + " may wait " + ms(*wait) + " for " + name(a.to) + ", longer than its own caller, who waits " + ms(*patience)
                            : name(a.from) + " waits for " + name(a.to) + " without a timeout, and its caller only " + ms(*patience),
                       "it works on, holding what it holds, for somebody who has gone",
                       edgeName(a) + ".timeout=" + ms(fitting));
      f.edges = {a.edge};
    }
  }

  // --- depth

  void depths() {
    for (const ClassGraph& g : classes_) {
      const ClassGraph::Chain chain = g.longestChain();
      if (chain.nodes.size() < kDeep + 1) continue;
      Finding& f = add("synchronous_depth", "nodes." + name(chain.nodes.front()),
                       "an operation" + ofClass(g) + " waits for " + std::to_string(chain.nodes.size() - 1) +
                           " calls in a row: " + listText(chain.nodes, " -> "),
                       "their latencies add up to " + ms(chain.milliseconds) +
                           " without any waiting, and it is available only while all of them are");
      f.isRisk = false;
      f.nodes = chain.nodes;
    }
  }

  // --- pools

  void pools() {
    std::vector<std::vector<const ScenarioIndex::Arrow*>> pooled(scenario_.nodes.size());
    for (const ScenarioIndex::Arrow& a : index_.arrows)
      if (a.policy.pool) pooled[a.to].push_back(&a);
    for (std::size_t n = 0; n < scenario_.nodes.size(); ++n) {
      if (pooled[n].empty()) continue;
      const StationInfo station = stationOf(index_, n, {}, {});
      if (station.servers <= 0) continue;
      const double there = station.servers * static_cast<double>(instancesOf(index_, n));
      double asked = 0, most = 0;
      const ScenarioIndex::Arrow* largest = nullptr;
      for (const ScenarioIndex::Arrow* a : pooled[n]) {
        const double size = static_cast<double>(a->policy.pool->size * instancesOf(index_, a->from));
        asked += size;
        if (largest == nullptr || size > most) {
          largest = a;
          most = size;
        }
      }
      if (asked <= there || largest == nullptr) continue;
      const double share = static_cast<double>(largest->policy.pool->size) * there / asked;
      const auto fitting = std::max<std::int64_t>(1, static_cast<std::int64_t>(share));
      Finding& f = add("pool_larger_than_target", "edges." + edgeName(*largest) + ".pool.size",
                       "the pools to " + name(n) + " hold " + formatNumber(asked) + " connections, and it serves " + formatNumber(there),
                       "the rest wait inside " + name(n) + ", where nobody sees them and no pool can refuse",
                       edgeName(*largest) + ".pool.size=" + std::to_string(fitting));
      f.nodes = {n};
      f.edges = {largest->edge};
    }
  }

  // --- what the kinds say about their parameters

  void parameters() {
    for (std::size_t n = 0; n < scenario_.nodes.size(); ++n) {
      const ComponentInfo* kind = index_.kinds[n];
      if (kind == nullptr || kind->review == nullptr) continue;
      std::vector<Advice> advice;
      kind->review(makeParams(*kind, scenario_.nodes[n].params).get(), advice);
      for (const Advice& a : advice) {
        Finding& f = add("parameter", "nodes." + name(n) + "." + a.param, name(n) + " " + a.what, a.why,
                         a.mend.empty() ? "" : name(n) + "." + a.param + "=" + a.mend);
        f.check = std::string(kind->kind) + "." + a.param;
        f.nodes = {n};
      }
    }
  }

  // --- graph

  // Circles of waiting calls are errors; what remains goes round through a node that answers at once.
  void circles() {
    const std::vector<std::size_t> component = strongComponents(allArrows());
    std::vector<std::vector<std::size_t>> members(component.size());
    for (std::size_t n = 0; n < component.size(); ++n) members[component[n]].push_back(n);
    for (const std::vector<std::size_t>& circle : members) {
      if (circle.size() < 2) continue;
      Finding& f =
          add("cycle", "nodes." + name(circle.front()), "messages may go round among " + listText(circle, ", "),
              "one that is never settled comes back for ever, and load feeds itself");
      f.nodes = circle;
    }
  }

  void unreachable() {
    Digraph g = allArrows();
    const std::size_t world = g.nodes++;  // calls all who start operations
    for (std::size_t n = 0; n < world; ++n)
      if (index_.kinds[n] != nullptr && index_.kinds[n]->originates) g.edges.emplace_back(world, n);
    const std::vector<bool> reached = reachableFrom(g, world);
    for (std::size_t n = 0; n < world; ++n) {
      if (reached[n] || index_.kinds[n] == nullptr) continue;
      Finding& f = add("unreachable", "nodes." + name(n), "no request ever reaches " + name(n),
                       "it costs money, and nothing shows whether it works");
      f.nodes = {n};
    }
  }

  // --- caches

  double costMs(const ScenarioIndex::Arrow& a) const {
    const StationInfo s = stationOf(index_, a.to, {}, a.policy.query);
    return (s.work.mean() + s.delay.mean() + 2 * a.policy.latency.mean()) / 1e6;
  }

  void cachesBeforeFast() {
    // Of each node the arrows that are taken when it missed.
    std::unordered_map<std::string, std::vector<const ScenarioIndex::Arrow*>> onMiss;
    for (const ScenarioIndex::Arrow& a : index_.arrows)
      if (const auto condition = parseCondition(a.policy.when); condition && condition->kind == Condition::Kind::Miss)
        onMiss[condition->node].push_back(&a);
    for (std::size_t n = 0; n < scenario_.nodes.size(); ++n) {
      if (index_.kinds[n] == nullptr || !index_.kinds[n]->caches) continue;
      double saved = 0;
      std::size_t behind = n;
      std::vector<const ScenarioIndex::Arrow*> behindIt = onMiss[name(n)];
      for (std::size_t i : index_.leaving[n]) behindIt.push_back(&index_.arrows[i]);
      // In the order of the file, so that of equals the same is told.
      std::sort(behindIt.begin(), behindIt.end());
      for (const ScenarioIndex::Arrow* a : behindIt) {
        const double cost = callsOthers(a->to) ? std::numeric_limits<double>::infinity() : costMs(*a);
        if (cost >= saved) {
          saved = cost;
          behind = a->to;
        }
      }
      if (behind == n || saved >= kFastMs) continue;
      Finding& f = add("cache_before_something_fast", "nodes." + name(n),
                       name(n) + " stands before " + name(behind) + ", which answers in " + ms(saved),
                       "it saves little and may answer with old data; measure first whether it is needed");
      f.nodes = {n, behind};
    }
  }

  bool callsOthers(std::size_t n) const {
    return std::any_of(index_.leaving[n].begin(), index_.leaving[n].end(),
                       [&](std::size_t a) { return index_.arrows[a].policy.mode == CallMode::Call && !index_.kinds[n]->buffers; });
  }

  // --- capacity

  void capacities() {
    for (const ClassGraph& g : classes_) {
      const ClassGraph::Bound bound = g.capacity();
      if (!std::isfinite(bound.perSecond)) continue;
      const double offered = g.offeredPerSecond();
      // What is equal but for the rounding of means is equal.
      const bool overloaded = offered > 0 && offered * (1 + 1e-9) >= bound.perSecond;
      std::string what = "at most " + formatRate(std::round(bound.perSecond * 10) / 10) + " operations" + ofClass(g) +
                         " can be served; " + name(bound.node) + " is the first bottleneck";
      Finding& f = add("capacity", "nodes." + name(bound.node), what,
                       offered > 0 ? formatRate(std::round(offered * 10) / 10) + " are offered; a bound without any waiting, if nothing else needs it"
                                   : "a bound without any waiting, if nothing else needs it");
      f.isRisk = overloaded;
      f.nodes = {bound.node};
    }
  }

  const Scenario& scenario_;
  ScenarioIndex index_;
  std::vector<ClassGraph> classes_;
  // Milliseconds that whoever waits for a node waits at most, by the arrow to it or one before that.
  std::vector<std::optional<double>> patience_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> review(const Scenario& scenario) { return Review(scenario).run(); }

Diagnostic diagnosticOf(const Finding& finding) {
  Diagnostic d;
  d.severity = Diagnostic::Severity::Warning;
  d.path = finding.path;
  d.message = finding.what + ": " + finding.why;
  if (!finding.mend.empty()) d.hint = "--set \"" + finding.mend + "\"";
  return d;
}

}  // namespace faultline

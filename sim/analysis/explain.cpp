#include "analysis/explain.h"

#include <algorithm>
#include <cmath>

#include "analysis/aftermath.h"
#include "analysis/aspect_ranks.h"
#include "analysis/causes.h"
#include "analysis/observations.h"
#include "analysis/systems.h"
#include "model/graph.h"

namespace faultline {
namespace {

// Onsets within so many samples, and at least so much time, are taken for simultaneous.
constexpr std::int64_t kSamplesTogether = 2;
constexpr Duration kLeastTogether = milliseconds(1500);
// What happens at one place so much later is another story, which does not stand for the place.
constexpr Duration kSameStory = seconds(15);
// A second trigger must be at least so far from usual: what is weaker is a consequence whose way is not known.
constexpr double kClearTrigger = 6;

// What is told of one system, its stages numbered from zero.
struct Told {
  SystemStory story;
  std::vector<Stage> stages;
  std::vector<Observation> asides;
};

// Of one system, as if there were no other.
class Story {
 public:
  Story(const ScenarioIndex& architecture, const Series& series, const System& system)
      : architecture_(architecture),
        seen_(observe(architecture, series, architecture.scenario.warmup, system.holds)),
        end_(series.times.empty() ? SimTime{} : series.times.back()),
        tolerance_(togetherIn(series)) {
    told_.story.name = system.name;
    told_.story.healthyFrom = seen_.healthyFrom;
    told_.story.healthyTo = seen_.healthyTo;
  }

  Told tell() {
    findTriggers();
    for (std::size_t o = 0; o < count(); ++o)
      if (!partOf_[o]) told_.asides.push_back(all()[o]);
    if (triggers_.empty()) return std::move(told_);
    makeStages();
    told_.story.count = told_.stages.size();
    nameSharedPlace(told_.story, told_.stages, tolerance_, architecture_.scenario);
    nameMisleading(told_.story, told_.stages, tolerance_);
    tellRecovery(told_.story, told_.stages, end_, architecture_);
    return std::move(told_);
  }

 private:
  static Duration togetherIn(const Series& series) {
    if (series.times.size() < 2) return kLeastTogether;
    return std::max(kLeastTogether, (series.times[1] - series.times[0]) * kSamplesTogether);
  }

  const std::vector<Observation>& all() const { return seen_.all; }
  std::size_t count() const { return seen_.all.size(); }

  void link() {
    const Causes causes(architecture_, tolerance_);
    graph_.nodes = count();
    leads_.assign(count(), std::vector<bool>(count(), false));
    for (std::size_t a = 0; a < count(); ++a)
      for (std::size_t b = 0; b < count(); ++b)
        if (causes.leads(all()[a], all()[b])) {
          graph_.edges.emplace_back(a, b);
          leads_[a][b] = true;
        }
  }

  void findTriggers() {
    link();
    partOf_.assign(count(), false);
    if (count() == 0) return;
    const std::vector<std::size_t> component = strongComponents(graph_);
    const std::size_t components = *std::max_element(component.begin(), component.end()) + 1;
    std::vector<bool> isSource(components, true);
    for (const auto& [a, b] : graph_.edges)
      if (component[a] != component[b]) isSource[component[b]] = false;
    std::vector<std::size_t> found;
    for (std::size_t c = 0; c < components; ++c)
      if (isSource[c]) found.push_back(beginningOf(component, c));
    std::erase_if(found, [&](std::size_t o) { return !reachesHarm(o); });
    keepOriginal(found);
    // What began first; of what began together, what did more harm.
    std::sort(found.begin(), found.end(),
              [&](std::size_t a, std::size_t b) { return all()[a].onset < all()[b].onset; });
    for (std::size_t i = 0; i < found.size(); ++i)
      for (std::size_t j = i; j > 0 && together(found[j - 1], found[j]) && weight(found[j]) > weight(found[j - 1]); --j)
        std::swap(found[j - 1], found[j]);
    for (std::size_t o : found)
      if (triggers_.empty() || all()[o].significance >= kClearTrigger) triggers_.push_back(o);
    for (std::size_t t : triggers_) {
      const std::vector<bool> reached = reachableFrom(graph_, t);
      for (std::size_t o = 0; o < count(); ++o) partOf_[o] = partOf_[o] || reached[o];
    }
  }

  // What users feel, or a node that only hands on what it got, begins nothing where anything else did, unless it is the
  // only explanation of what somebody suffered later.
  void keepOriginal(std::vector<std::size_t>& found) const {
    std::vector<bool> explained(count(), false);
    SimTime first = kNever;
    for (std::size_t o : found) {
      if (originality(all()[o], architecture_) == 0) continue;
      first = std::min(first, all()[o].onset);
      const std::vector<bool> reached = reachableFrom(graph_, o);
      for (std::size_t b = 0; b < count(); ++b) explained[b] = explained[b] || reached[b];
    }
    if (first == kNever) return;
    std::erase_if(found, [&](std::size_t o) {
      if (originality(all()[o], architecture_) > 0) return false;
      if (all()[o].onset < first || isOfUsers(all()[o].aspect)) return true;
      const std::vector<bool> reached = reachableFrom(graph_, o);
      for (std::size_t b = 0; b < count(); ++b)
        if (reached[b] && isHarm(all()[b]) && !explained[b]) return false;
      return true;
    });
  }

  bool together(std::size_t a, std::size_t b) const {
    const Duration apart = all()[b].onset - all()[a].onset;
    return Duration{std::abs(apart.ns)} <= tolerance_;
  }

  // Of a knot: the most original of what began first.
  std::size_t beginningOf(const std::vector<std::size_t>& component, std::size_t c) const {
    std::vector<std::size_t> members;
    for (std::size_t o = 0; o < count(); ++o)
      if (component[o] == c) members.push_back(o);
    const auto earlier = [&](std::size_t a, std::size_t b) { return all()[a].onset < all()[b].onset; };
    const SimTime first = all()[*std::min_element(members.begin(), members.end(), earlier)].onset;
    std::erase_if(members, [&](std::size_t o) { return all()[o].onset > first + tolerance_; });
    return *std::max_element(members.begin(), members.end(), [&](std::size_t a, std::size_t b) {
      const int x = originality(all()[a], architecture_), y = originality(all()[b], architecture_);
      if (x != y) return x < y;
      if (all()[a].onset != all()[b].onset) return all()[b].onset < all()[a].onset;
      return all()[a].significance < all()[b].significance;
    });
  }

  bool reachesHarm(std::size_t start) const { return harmOf(start) > 0; }

  std::size_t harmOf(std::size_t start) const {
    const std::vector<bool> reached = reachableFrom(graph_, start);
    std::size_t harm = 0;
    for (std::size_t o = 0; o < count(); ++o) harm += reached[o] && isHarm(all()[o]);
    return harm;
  }

  double weight(std::size_t o) const {
    return static_cast<double>(harmOf(o)) + 0.01 * originality(all()[o], architecture_);
  }

  // --- stages

  // Observations at one place that are told together. What a trigger is stands alone with what it is at the same place.
  static bool sameStage(const Observation& a, const Observation& b) {
    if (!(a.place == b.place)) return false;
    if (a.place.isEdge) return a.aspect == b.aspect;
    return isOfUsers(a.aspect) == isOfUsers(b.aspect);
  }

  // Time on the way is the answers' time less the node's, and the two are not measured at the same instant: where the
  // node itself explains it, it is nothing of its own.
  bool isShadow(std::size_t o) const {
    if (isTrigger(o) || (all()[o].aspect != Aspect::Network && all()[o].aspect != Aspect::Refusals)) return false;
    for (std::size_t a = 0; a < count(); ++a)
      if (leads_[a][o] && !all()[a].place.isEdge) return true;
    return false;
  }

  void makeStages() {
    std::vector<std::vector<std::size_t>> groups;
    for (std::size_t o = 0; o < count(); ++o) {
      if (!partOf_[o] || isShadow(o)) continue;
      auto group = std::find_if(groups.begin(), groups.end(),
                                [&](const auto& g) { return sameStage(all()[g.front()], all()[o]); });
      if (group == groups.end())
        groups.push_back({o});
      else
        group->push_back(o);
    }
    for (auto& group : groups) sortGroup(group);
    order(groups);
    for (const auto& group : groups) addStage(group);
    addCauses(groups);
  }

  bool isTrigger(std::size_t o) const { return std::find(triggers_.begin(), triggers_.end(), o) != triggers_.end(); }

  void sortGroup(std::vector<std::size_t>& group) const {
    SimTime first = kNever;
    for (std::size_t o : group) first = std::min(first, all()[o].onset);
    // A symptom says what became of what was noticed a little earlier; else the first sign stands for the place.
    const auto isLater = [&](std::size_t o) {
      return all()[o].onset > first + (all()[o].aspect == Aspect::Symptom ? kSameStory : tolerance_);
    };
    std::sort(group.begin(), group.end(), [&](std::size_t a, std::size_t b) {
      if (isTrigger(a) != isTrigger(b)) return isTrigger(a);
      if (isLater(a) != isLater(b)) return isLater(b);
      if (telling(all()[a].aspect) != telling(all()[b].aspect))
        return telling(all()[a].aspect) > telling(all()[b].aspect);
      return all()[a].onset < all()[b].onset;
    });
  }

  // By onset; among those that began together, causes before their consequences.
  void order(std::vector<std::vector<std::size_t>>& groups) const {
    std::vector<std::vector<std::size_t>> left = std::move(groups);
    groups.clear();
    std::vector<std::size_t> depth = depths();
    while (!left.empty()) {
      SimTime first = kNever;
      for (const auto& g : left) first = std::min(first, all()[g.front()].onset);
      const auto next = std::min_element(left.begin(), left.end(), [&](const auto& a, const auto& b) {
        const Observation &x = all()[a.front()], &y = all()[b.front()];
        const bool xNow = x.onset <= first + tolerance_, yNow = y.onset <= first + tolerance_;
        if (xNow != yNow) return xNow;
        if (xNow && depth[a.front()] != depth[b.front()]) return depth[a.front()] < depth[b.front()];
        return x.onset < y.onset;
      });
      groups.push_back(std::move(*next));
      left.erase(next);
    }
  }

  // Steps from the nearest trigger, by place: all that is told of a place stands where its first part is.
  std::vector<std::size_t> depths() const {
    std::vector<std::size_t> depth(count(), count());
    std::vector<std::size_t> queue(triggers_.begin(), triggers_.end());
    for (std::size_t t : triggers_) depth[t] = 0;
    for (std::size_t i = 0; i < queue.size(); ++i)
      for (std::size_t b = 0; b < count(); ++b)
        if (leads_[queue[i]][b] && depth[b] == count()) {
          const bool samePlace = all()[b].place == all()[queue[i]].place;
          depth[b] = depth[queue[i]] + (samePlace ? 0 : 1);
          queue.push_back(b);
        }
    return depth;
  }

  void addStage(const std::vector<std::size_t>& group) {
    Stage stage;
    for (std::size_t o : group) {
      stage.observations.push_back(all()[o]);
      stage.isTrigger |= isTrigger(o);
      stage.harms |= isHarm(all()[o]);
    }
    told_.stages.push_back(std::move(stage));
  }

  void addCauses(const std::vector<std::vector<std::size_t>>& groups) {
    for (std::size_t s = 0; s < groups.size(); ++s) {
      if (told_.stages[s].isTrigger) continue;
      for (std::size_t before = s; before-- > 0;) {
        const bool direct = std::any_of(groups[before].begin(), groups[before].end(), [&](std::size_t a) {
          return std::any_of(groups[s].begin(), groups[s].end(), [&](std::size_t b) { return leads_[a][b]; });
        });
        if (direct) told_.stages[s].causes.push_back(before);
      }
      // What came through a place that is told later, because something else became of it.
      if (told_.stages[s].causes.empty()) addFarCause(groups, s);
      nearestFirst(s);
    }
  }

  void addFarCause(const std::vector<std::vector<std::size_t>>& groups, std::size_t s) {
    std::vector<std::size_t> queue = groups[s];
    std::vector<bool> seen(count(), false);
    for (std::size_t i = 0; i < queue.size(); ++i)
      for (std::size_t a = 0; a < count(); ++a) {
        if (!leads_[a][queue[i]] || seen[a]) continue;
        seen[a] = true;
        queue.push_back(a);
        for (std::size_t before = 0; before < s; ++before)
          if (std::find(groups[before].begin(), groups[before].end(), a) != groups[before].end()) {
            told_.stages[s].causes.push_back(before);
            return;
          }
      }
  }

  // A cause that the stage's place calls, or an arrow of its own, says more than one far upstream.
  void nearestFirst(std::size_t s) {
    std::vector<std::size_t>& causes = told_.stages[s].causes;
    std::stable_sort(causes.begin(), causes.end(), [&](std::size_t a, std::size_t b) {
      return telling(told_.stages[a].main().aspect) > telling(told_.stages[b].main().aspect);
    });
  }

  const ScenarioIndex& architecture_;
  Observations seen_;
  SimTime end_;
  Duration tolerance_;
  Told told_;
  Digraph graph_;
  std::vector<std::vector<bool>> leads_;
  std::vector<std::size_t> triggers_;  // observations, the first one first
  std::vector<bool> partOf_;           // of the story, by observation
};

// Operations that failed beyond the usual.
double harmDone(const Told& told, SimTime end) {
  double failed = 0;
  for (const Stage& stage : told.stages)
    for (const Observation& o : stage.observations)
      if (o.aspect == Aspect::UserFailures)
        failed += (o.after - o.before) * (o.healed.value_or(end) - o.onset).seconds();
  return failed;
}

// Numbers the stages of a system on from those that are there.
void append(Explanation& whole, Told&& told) {
  const std::size_t first = whole.stages.size();
  const auto renumber = [&](std::vector<std::size_t>& stages) {
    for (std::size_t& s : stages) s += first;
  };
  told.story.first = first;
  if (told.story.latest) *told.story.latest += first;
  if (told.story.loudest) *told.story.loudest += first;
  renumber(told.story.sustainedBy);
  renumber(told.story.brokeTogether);
  for (Stage& stage : told.stages) {
    renumber(stage.causes);
    whole.stages.push_back(std::move(stage));
  }
  whole.systems.push_back(std::move(told.story));
}

}  // namespace

SimTime Explanation::began() const {
  SimTime first = kNever;
  for (const SystemStory& system : systems) first = std::min(first, stages[system.first].main().onset);
  return first;
}

Explanation explain(const Scenario& architecture, const Series& series) {
  const ScenarioIndex index(architecture);
  Explanation whole;
  whole.end = series.times.empty() ? SimTime{} : series.times.back();
  std::vector<Told> all;
  for (const System& system : systemsOf(index)) all.push_back(Story(index, series, system).tell());
  if (all.empty()) return whole;
  // What broke most first; so what a bystander suffered does not stand for the incident.
  std::stable_sort(all.begin(), all.end(),
                   [&](const Told& a, const Told& b) { return harmDone(a, whole.end) > harmDone(b, whole.end); });
  std::stable_partition(all.begin(), all.end(), [](const Told& t) { return t.story.count > 0; });
  whole.healthyFrom = all.front().story.healthyFrom;
  whole.healthyTo = all.front().story.healthyTo;
  for (Told& told : all) {
    std::move(told.asides.begin(), told.asides.end(), std::back_inserter(whole.asides));
    if (told.story.count > 0) append(whole, std::move(told));
  }
  std::stable_sort(whole.asides.begin(), whole.asides.end(),
                   [](const Observation& a, const Observation& b) { return a.onset < b.onset; });
  whole.broke = !whole.systems.empty();
  return whole;
}

bool canExplain(const Scenario& architecture, const Series& series) { return isLongEnough(series, architecture.warmup); }

Duration samplingForExplanation(const Scenario& scenario) {
  const Duration usual = scenario.sample.value_or(seconds(1));
  const Duration fine{scenario.duration.ns / 1200};
  return std::min(usual, std::max(milliseconds(250), fine));
}

}  // namespace faultline

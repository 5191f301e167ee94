#include "analysis/explain.h"

#include <algorithm>
#include <cmath>

#include "analysis/causes.h"
#include "analysis/observations.h"
#include "model/graph.h"

namespace faultline {
namespace {

// How much a change can be the beginning of a story rather than its consequence.
int originality(const Observation& o, const ScenarioIndex& architecture) {
  switch (o.aspect) {
    case Aspect::Demand: return architecture.kinds[o.place.index]->originates ? 5 : 1;
    case Aspect::Work:
    case Aspect::Refusals: return 5;
    case Aspect::OwnTime:
    case Aspect::Failing:
    case Aspect::Network: return 4;
    case Aspect::Symptom: return 3;
    case Aspect::Queue:
    case Aspect::PoolWait: return 2;
    case Aspect::Retries: return 1;
    default: return 0;
  }
}

// Which of several changes at one place says most.
int telling(Aspect a) {
  switch (a) {
    case Aspect::UserFailures: return 14;
    case Aspect::UserGoodput: return 13;
    case Aspect::UserLatency: return 12;
    case Aspect::UserDegraded: return 11;
    case Aspect::Symptom: return 10;
    case Aspect::PoolWait: return 9;
    case Aspect::Refusals: return 8;
    case Aspect::OwnTime: return 7;
    case Aspect::Work: return 6;
    case Aspect::Queue: return 5;
    case Aspect::Failing: return 4;
    case Aspect::Network: return 3;
    case Aspect::Retries: return 2;
    case Aspect::Demand: return 1;
    case Aspect::Slow: return 0;
    case Aspect::FailsToo: return -1;
  }
  return 0;
}

// Onsets within so many samples, and at least so much time, are taken for simultaneous.
constexpr std::int64_t kSamplesTogether = 2;
constexpr Duration kLeastTogether = milliseconds(1500);
// What happens at one place so much later is another story, which does not stand for the place.
constexpr Duration kSameStory = seconds(15);
// A second trigger must be at least so far from usual: what is weaker is a consequence whose way is not known.
constexpr double kClearTrigger = 6;
// The harm outlived its trigger when it went on for this long ...
constexpr Duration kOutlived = seconds(20);
// ... or, where the trigger itself lasted longer, for this share of that.
constexpr double kOutlivedShare = 0.5;

class Story {
 public:
  Story(const Scenario& scenario, const Series& series)
      : architecture_(scenario), series_(series), seen_(observe(architecture_, series, scenario.warmup)),
        tolerance_(togetherIn(series)) {}

  Explanation tell() {
    Explanation story;
    story.healthyFrom = seen_.healthyFrom;
    story.healthyTo = seen_.healthyTo;
    story.end = series_.times.empty() ? SimTime{} : series_.times.back();
    findTriggers();
    story.broke = !triggers_.empty();
    for (std::size_t o = 0; o < count(); ++o)
      if (!partOf_[o]) story.asides.push_back(all()[o]);
    std::stable_sort(story.asides.begin(), story.asides.end(),
                     [](const Observation& a, const Observation& b) { return a.onset < b.onset; });
    if (!story.broke) return story;
    makeStages(story);
    nameMisleading(story);
    tellRecovery(story);
    return story;
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
    std::sort(found.begin(), found.end(), [&](std::size_t a, std::size_t b) { return all()[a].onset < all()[b].onset; });
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

  void makeStages(Explanation& story) {
    std::vector<std::vector<std::size_t>> groups;
    for (std::size_t o = 0; o < count(); ++o) {
      if (!partOf_[o] || isShadow(o)) continue;
      auto group = std::find_if(groups.begin(), groups.end(),
                                [&](const auto& g) { return sameStage(all()[g.front()], all()[o]); });
      if (group == groups.end()) groups.push_back({o});
      else group->push_back(o);
    }
    for (auto& group : groups) sortGroup(group);
    order(groups);
    for (const auto& group : groups) addStage(story, group);
    addCauses(story, groups);
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
      if (telling(all()[a].aspect) != telling(all()[b].aspect)) return telling(all()[a].aspect) > telling(all()[b].aspect);
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

  void addStage(Explanation& story, const std::vector<std::size_t>& group) const {
    Stage stage;
    for (std::size_t o : group) {
      stage.observations.push_back(all()[o]);
      stage.isTrigger |= isTrigger(o);
      stage.harms |= isHarm(all()[o]);
    }
    story.stages.push_back(std::move(stage));
  }

  void addCauses(Explanation& story, const std::vector<std::vector<std::size_t>>& groups) const {
    for (std::size_t s = 0; s < groups.size(); ++s) {
      if (story.stages[s].isTrigger) continue;
      for (std::size_t before = s; before-- > 0;) {
        const bool direct = std::any_of(groups[before].begin(), groups[before].end(), [&](std::size_t a) {
          return std::any_of(groups[s].begin(), groups[s].end(), [&](std::size_t b) { return leads_[a][b]; });
        });
        if (direct) story.stages[s].causes.push_back(before);
      }
      // What came through a place that is told later, because something else became of it.
      if (story.stages[s].causes.empty()) addFarCause(story, groups, s);
      nearestFirst(story, s);
    }
  }

  void addFarCause(Explanation& story, const std::vector<std::vector<std::size_t>>& groups, std::size_t s) const {
    std::vector<std::size_t> queue = groups[s];
    std::vector<bool> seen(count(), false);
    for (std::size_t i = 0; i < queue.size(); ++i)
      for (std::size_t a = 0; a < count(); ++a) {
        if (!leads_[a][queue[i]] || seen[a]) continue;
        seen[a] = true;
        queue.push_back(a);
        for (std::size_t before = 0; before < s; ++before)
          if (std::find(groups[before].begin(), groups[before].end(), a) != groups[before].end()) {
            story.stages[s].causes.push_back(before);
            return;
          }
      }
  }

  // A cause that the stage's place calls, or an arrow of its own, says more than one far upstream.
  static void nearestFirst(Explanation& story, std::size_t s) {
    std::vector<std::size_t>& causes = story.stages[s].causes;
    std::stable_sort(causes.begin(), causes.end(), [&](std::size_t a, std::size_t b) {
      return telling(story.stages[a].main().aspect) > telling(story.stages[b].main().aspect);
    });
  }

  // --- what misleads

  static double loudness(const Observation& o) {
    const double low = std::min(o.before, o.after), high = std::max(o.before, o.after);
    return (high + 1e-9) / std::max(low, 1.0);
  }

  void nameMisleading(Explanation& story) const {
    const std::vector<Stage>& stages = story.stages;
    for (std::size_t s = 0; s < stages.size(); ++s) {
      if (stages[s].isTrigger) continue;
      if (!story.latest || stages[s].main().onset > stages[*story.latest].main().onset) story.latest = s;
      if (!story.loudest || loudness(stages[s].main()) > loudness(stages[*story.loudest].main())) story.loudest = s;
    }
    // What began together with its trigger misleads nobody.
    if (story.latest && stages[*story.latest].main().onset <= stages.front().main().onset + tolerance_)
      story.latest.reset();
  }

  // --- recovery

  static std::optional<SimTime> healedOf(const Stage& stage, bool (*counts)(const Stage&, const Observation&)) {
    SimTime last;
    for (const Observation& o : stage.observations) {
      if (!counts(stage, o)) continue;
      if (!o.healed) return std::nullopt;
      last = std::max(last, *o.healed);
    }
    return last;
  }

  void tellRecovery(Explanation& story) const {
    SimTime triggers, harm, began = kNever;
    bool triggersOver = true, harmOver = true;
    for (const Stage& stage : story.stages) {
      if (stage.isTrigger) {
        const std::optional<SimTime>& healed = stage.main().healed;
        triggersOver &= healed.has_value();
        if (healed) triggers = std::max(triggers, *healed);
        began = std::min(began, stage.main().onset);
      }
      if (stage.harms) {
        const auto healed = healedOf(stage, [](const Stage&, const Observation& o) { return isHarm(o); });
        harmOver &= healed.has_value();
        if (healed) harm = std::max(harm, *healed);
      }
    }
    if (triggersOver) story.triggerHealed = triggers;
    if (harmOver) story.harmHealed = harm;
    if (!triggersOver) return;
    const Duration outlived = story.harmHealed.value_or(story.end) - triggers;
    const Duration lasted = triggers - began;
    const auto share = static_cast<std::int64_t>(kOutlivedShare * static_cast<double>(lasted.ns));
    story.outlivedItsTrigger = outlived >= std::max(kOutlived, Duration{share});
    if (!story.outlivedItsTrigger) return;
    for (std::size_t s = 0; s < story.stages.size(); ++s) {
      const Stage& stage = story.stages[s];
      const bool sustains = std::any_of(stage.observations.begin(), stage.observations.end(), [&](const Observation& o) {
        return originality(o, architecture_) > 0 && !isTriggerOf(stage, o) &&
               o.healed.value_or(story.end) > triggers + kLeastTogether;
      });
      if (sustains && !isOfUsers(stage.main().aspect)) story.sustainedBy.push_back(s);
    }
    std::stable_sort(story.sustainedBy.begin(), story.sustainedBy.end(), [&](std::size_t a, std::size_t b) {
      return rankOfSustaining(story.stages[a]) > rankOfSustaining(story.stages[b]);
    });
  }

  static bool isTriggerOf(const Stage& stage, const Observation& o) { return stage.isTrigger && &o == &stage.main(); }

  // Load that feeds itself, then work that waits, then what else was still there.
  static int rankOfSustaining(const Stage& stage) {
    switch (stage.main().aspect) {
      case Aspect::Retries: return 3;
      case Aspect::Queue:
      case Aspect::Symptom: return 2;
      case Aspect::PoolWait: return 1;
      default: return 0;
    }
  }

  ScenarioIndex architecture_;
  const Series& series_;
  Observations seen_;
  Duration tolerance_;
  Digraph graph_;
  std::vector<std::vector<bool>> leads_;
  std::vector<std::size_t> triggers_;  // observations, the first one first
  std::vector<bool> partOf_;           // of the story, by observation
};

}  // namespace

Explanation explain(const Scenario& architecture, const Series& series) { return Story(architecture, series).tell(); }

Duration samplingForExplanation(const Scenario& scenario) {
  const Duration usual = scenario.sample.value_or(seconds(1));
  const Duration fine{scenario.duration.ns / 1200};
  return std::min(usual, std::max(milliseconds(250), fine));
}

}  // namespace faultline

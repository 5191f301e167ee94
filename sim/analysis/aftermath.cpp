#include "analysis/aftermath.h"

#include <algorithm>
#include <cstdlib>

#include "analysis/aspect_ranks.h"

namespace faultline {
namespace {

// The harm outlived its trigger when it went on for this long ...
constexpr Duration kOutlived = seconds(20);
// ... or, where the trigger itself lasted longer, for this share of that.
constexpr double kOutlivedShare = 0.5;
// What heals within so much time of the trigger healed with it.
constexpr Duration kWithTrigger = milliseconds(1500);

double loudness(const Observation& o) {
  const double low = std::min(o.before, o.after), high = std::max(o.before, o.after);
  return (high + 1e-9) / std::max(low, 1.0);
}

// Empty while any of the harm is still there.
std::optional<SimTime> harmHealed(const Stage& stage) {
  SimTime last;
  for (const Observation& o : stage.observations) {
    if (!isHarm(o)) continue;
    if (!o.healed) return std::nullopt;
    last = std::max(last, *o.healed);
  }
  return last;
}

bool isTriggerOf(const Stage& stage, const Observation& o) { return stage.isTrigger && &o == &stage.main(); }

// Load that feeds itself, then work that waits, then what else was still there.
int rankOfSustaining(const Stage& stage) {
  switch (stage.main().aspect) {
    case Aspect::Retries:
      return 3;
    case Aspect::Queue:
    case Aspect::Symptom:
      return 2;
    case Aspect::PoolWait:
      return 1;
    default:
      return 0;
  }
}

// The stages that were still there when the triggers were over.
std::vector<std::size_t> sustaining(const std::vector<Stage>& stages, SimTime triggersOver, SimTime end,
                                    const ScenarioIndex& architecture) {
  std::vector<std::size_t> found;
  for (std::size_t s = 0; s < stages.size(); ++s) {
    const Stage& stage = stages[s];
    const bool sustains = std::any_of(stage.observations.begin(), stage.observations.end(), [&](const Observation& o) {
      return originality(o, architecture) > 0 && !isTriggerOf(stage, o) &&
             o.healed.value_or(end) > triggersOver + kWithTrigger;
    });
    if (sustains && !isOfUsers(stage.main().aspect)) found.push_back(s);
  }
  std::stable_sort(found.begin(), found.end(), [&](std::size_t a, std::size_t b) {
    return rankOfSustaining(stages[a]) > rankOfSustaining(stages[b]);
  });
  return found;
}

// When it began to fail calls that nothing it calls had failed.
std::optional<SimTime> brokeAt(const Stage& stage) {
  for (const Observation& o : stage.observations)
    if (o.aspect == Aspect::Failing && !o.place.isEdge) return o.onset;
  return std::nullopt;
}

bool isIn(const GroupSpec& group, const std::string& node) {
  return std::find(group.members.begin(), group.members.end(), node) != group.members.end();
}

}  // namespace

void nameSharedPlace(SystemStory& story, const std::vector<Stage>& stages, Duration together,
                     const Scenario& architecture) {
  const std::optional<SimTime> first = brokeAt(stages.front());
  if (!first) return;
  for (const GroupSpec& group : architecture.groups) {
    if (!isIn(group, stages.front().main().place.name)) continue;
    std::vector<std::size_t> broke;
    for (std::size_t s = 0; s < stages.size(); ++s) {
      const std::optional<SimTime> at = isIn(group, stages[s].main().place.name) ? brokeAt(stages[s]) : std::nullopt;
      if (at && Duration{std::abs((*at - *first).ns)} <= together) broke.push_back(s);
    }
    // One of many is a node's own matter, and what gets no calls can fail none.
    if (broke.size() < 2 || 2 * broke.size() < group.members.size() || broke.size() <= story.brokeTogether.size())
      continue;
    story.sharedPlace = group.name;
    story.brokeTogether = std::move(broke);
  }
}

void nameMisleading(SystemStory& story, const std::vector<Stage>& stages, Duration together) {
  for (std::size_t s = 0; s < stages.size(); ++s) {
    if (stages[s].isTrigger) continue;
    if (!story.latest || stages[s].main().onset > stages[*story.latest].main().onset) story.latest = s;
    if (!story.loudest || loudness(stages[s].main()) > loudness(stages[*story.loudest].main())) story.loudest = s;
  }
  // What began together with its trigger misleads nobody.
  if (story.latest && stages[*story.latest].main().onset <= stages.front().main().onset + together)
    story.latest.reset();
}

void tellRecovery(SystemStory& story, const std::vector<Stage>& stages, SimTime end,
                  const ScenarioIndex& architecture) {
  SimTime triggers, harm, began = kNever;
  bool triggersOver = true, harmOver = true;
  for (const Stage& stage : stages) {
    if (stage.isTrigger) {
      const std::optional<SimTime>& healed = stage.main().healed;
      triggersOver &= healed.has_value();
      if (healed) triggers = std::max(triggers, *healed);
      began = std::min(began, stage.main().onset);
    }
    if (stage.harms) {
      const auto healed = harmHealed(stage);
      harmOver &= healed.has_value();
      if (healed) harm = std::max(harm, *healed);
    }
  }
  if (triggersOver) story.triggerHealed = triggers;
  if (harmOver) story.harmHealed = harm;
  if (!triggersOver) return;
  const Duration outlived = story.harmHealed.value_or(end) - triggers;
  const Duration lasted = triggers - began;
  const auto share = static_cast<std::int64_t>(kOutlivedShare * static_cast<double>(lasted.ns));
  story.outlivedItsTrigger = outlived >= std::max(kOutlived, Duration{share});
  if (story.outlivedItsTrigger) story.sustainedBy = sustaining(stages, triggers, end, architecture);
}

}  // namespace faultline

#include "metrics/explanation_text.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/quantity.h"

namespace faultline {
namespace {

std::string threeDigits(double value) {
  char text[64];
  const double size = std::fabs(value);
  const int decimals = size >= 100 || value == std::floor(value) ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  std::string out = text;
  // Thousands apart, so that long numbers can be read.
  const std::size_t end = std::min(out.find('.'), out.size());
  for (std::size_t i = end; i > 3 && out[i - 4] != '-'; i -= 3) out.insert(i - 3, ",");
  return out;
}

std::string amount(double value, const std::string& unit) {
  if (unit == "ms") return value >= 1000 ? threeDigits(value / 1000) + " s" : threeDigits(value) + " ms";
  if (unit == "ratio") return threeDigits(value * 100) + "%";
  if (unit == "/s") return threeDigits(value) + "/s";
  return threeDigits(value);
}

std::string change(const Observation& o) { return amount(o.before, o.unit) + " → " + amount(o.after, o.unit); }

// What an observation means, before its figures.
std::string meaning(const Observation& o) {
  switch (o.aspect) {
    case Aspect::Demand:
      return "more is asked of it";
    case Aspect::Work:
      return "each call costs it more CPU time";
    case Aspect::OwnTime:
      return "its own time for each call";
    case Aspect::Failing:
      return "fails calls on its own account";
    case Aspect::Refusals:
      return "calls do not arrive";
    case Aspect::Network:
      return "the way takes longer";
    case Aspect::Queue:
      return "calls wait for a free server";
    case Aspect::PoolWait:
      return o.limit ? "all " + threeDigits(*o.limit) + " connections in use, calls wait for one"
                     : std::string("calls wait for a connection");
    case Aspect::Retries:
      return "retries";
    case Aspect::Symptom:
      return o.means;
    case Aspect::FailsToo:
      return "hands on failures";
    case Aspect::Slow:
      return "answers slowly";
    case Aspect::UserFailures:
      return "operations fail";
    case Aspect::UserLatency:
      return "operations take longer";
    case Aspect::UserGoodput:
      return "fewer operations end well and in time";
    case Aspect::UserDegraded:
      return "operations end degraded";
  }
  return {};
}

std::string shortMetric(const Observation& o) {
  const std::string prefix = o.place.name;
  if (o.metric.rfind(prefix, 0) != 0) return o.metric;
  return o.metric.substr(std::min(o.metric.size(), prefix.size() + 1));
}

// As a reason for something else.
std::string asReason(const Observation& o) {
  const std::string& name = o.place.name;
  switch (o.aspect) {
    case Aspect::Demand:
      return name + " is asked more";
    case Aspect::Work:
    case Aspect::OwnTime:
    case Aspect::Slow:
      return name + " takes longer";
    case Aspect::Failing:
    case Aspect::FailsToo:
      return name + " fails calls";
    case Aspect::Refusals:
      return "calls " + name + " do not arrive";
    case Aspect::Network:
      return "the way " + name + " takes longer";
    case Aspect::Queue:
      return name + " has no free server";
    case Aspect::PoolWait:
      return "no connection of " + name + " is free";
    case Aspect::Retries:
      return "retries of " + name + " add load";
    case Aspect::Symptom:
      return name + " " + o.means;
    default:
      return name + " suffers";
  }
}

// More than this many reasons say less.
constexpr std::size_t kMostReasons = 3;
constexpr std::size_t kMostAsides = 5;

std::string numberOf(std::size_t stage) { return std::to_string(stage + 1); }

std::string misleading(const Explanation& e, const SystemStory& system) {
  std::string out;
  if (system.latest) {
    const Observation& o = e.stages[*system.latest].main();
    out += "  latest:  " + o.metric + " (" + numberOf(*system.latest) + "), " +
           amount((o.onset - e.stages[system.first].main().onset).milliseconds(), "ms") + " after the trigger\n";
  }
  if (system.loudest) {
    const Observation& o = e.stages[*system.loudest].main();
    out += "  loudest: " + o.metric + " (" + numberOf(*system.loudest) + "), " + change(o) + "\n";
  }
  return out.empty() ? out : "Misleading: these are consequences\n" + out;
}

std::string sustaining(const Explanation& e, const SystemStory& system) {
  std::string out;
  for (std::size_t i = 0; i < system.sustainedBy.size() && i < kMostReasons; ++i) {
    const Observation& o = e.stages[system.sustainedBy[i]].main();
    out += (i ? "; " : "") + asReason(o) + " (" + numberOf(system.sustainedBy[i]) + ")";
  }
  return out.empty() ? "nothing that was measured" : out;
}

std::string recovery(const Explanation& e, const SystemStory& system) {
  const auto over = [](const std::optional<SimTime>& healed) {
    return healed ? "over at " + clockText(*healed) : std::string("still there at the end");
  };
  std::string out = "Recovery\n";
  out += "  trigger: " + over(system.triggerHealed) + "\n";
  out += "  harm:    " + over(system.harmHealed) + "\n";
  if (system.outlivedItsTrigger)
    out += "  The overload outlived its trigger by " +
           amount((system.harmHealed.value_or(e.end) - *system.triggerHealed).milliseconds(), "ms") +
           (system.harmHealed ? "" : " and lasts (metastable)") + "; what sustained it: " + sustaining(e, system) +
           ".\n";
  for (std::size_t s = system.first; s < system.first + system.count; ++s) {
    const Observation& o = e.stages[s].main();
    out += "  " + numberOf(s) + ". " + o.place.name + ": " +
           (o.healed ? "healed at " + clockText(*o.healed) : std::string("not healed")) + "\n";
  }
  return out;
}

// The trigger is the first of them.
std::string sharedPlace(const Explanation& e, const SystemStory& system) {
  if (system.sharedPlace.empty()) return {};
  std::string others;
  for (std::size_t s : system.brokeTogether)
    if (s != system.first) others += (others.empty() ? "" : ", ") + e.stages[s].main().place.name + " (" + numberOf(s) + ")";
  return "  at once with " + others + ": all of " + system.sharedPlace + ", which may have failed as a whole\n";
}

std::string usual(SimTime from, SimTime to) { return "Usual from " + clockText(from) + " to " + clockText(to) + "\n"; }

std::string stageLines(const Explanation& e, std::size_t s) {
  const Stage& stage = e.stages[s];
  char significance[32];
  std::snprintf(significance, sizeof significance, " (%.0f spreads)", std::min(stage.main().significance, 9999.0));
  std::string out = numberOf(s) + ". " + clockText(stage.main().onset) + "  " + stageText(stage) + significance;
  out += stage.isTrigger ? "  <- trigger\n" : "\n";
  if (const std::string reason = reasonText(e, s); !reason.empty()) out += "     " + reason + "\n";
  return out;
}

std::string systemText(const Explanation& e, const SystemStory& system) {
  std::string out = usual(system.healthyFrom, system.healthyTo), triggers;
  for (std::size_t s = system.first; s < system.first + system.count; ++s) {
    out += stageLines(e, s);
    if (e.stages[s].isTrigger) triggers += (triggers.empty() ? "" : "; then ") + observationText(e.stages[s].main());
  }
  return out + "Trigger: " + triggers + "\n" + sharedPlace(e, system) + misleading(e, system) + recovery(e, system);
}

std::string asides(const Explanation& e) {
  std::string out;
  for (std::size_t i = 0; i < e.asides.size() && i < kMostAsides; ++i)
    out += "  " + clockText(e.asides[i].onset) + "  " + observationText(e.asides[i]) + "\n";
  if (e.asides.size() > kMostAsides) out += "  and " + std::to_string(e.asides.size() - kMostAsides) + " more\n";
  return out.empty() ? out : "Changed too, and harmed nobody\n" + out;
}

}  // namespace

std::string clockText(SimTime time) {
  const auto tenths = static_cast<long long>((time.ns + 50'000'000) / 100'000'000);
  char text[48];
  if (tenths >= 36000)
    std::snprintf(text, sizeof text, "%lld:%02lld:%02lld.%lld", tenths / 36000, tenths / 600 % 60, tenths / 10 % 60,
                  tenths % 10);
  else
    std::snprintf(text, sizeof text, "%02lld:%02lld.%lld", tenths / 600, tenths / 10 % 60, tenths % 10);
  return text;
}

const char* aspectName(Aspect aspect) {
  switch (aspect) {
    case Aspect::Demand:
      return "demand";
    case Aspect::Work:
      return "work";
    case Aspect::OwnTime:
      return "own_time";
    case Aspect::Failing:
      return "failing";
    case Aspect::Refusals:
      return "refusals";
    case Aspect::Network:
      return "network";
    case Aspect::Queue:
      return "queue";
    case Aspect::PoolWait:
      return "pool_wait";
    case Aspect::Retries:
      return "retries";
    case Aspect::Symptom:
      return "symptom";
    case Aspect::FailsToo:
      return "fails_too";
    case Aspect::Slow:
      return "slow";
    case Aspect::UserFailures:
      return "user_failures";
    case Aspect::UserLatency:
      return "user_latency";
    case Aspect::UserGoodput:
      return "user_goodput";
    case Aspect::UserDegraded:
      return "user_degraded";
  }
  return "";
}

std::string observationText(const Observation& o) {
  const std::string metric = shortMetric(o);
  return o.place.name + ": " + meaning(o) + ", " + metric + " " + change(o);
}

std::string stageText(const Stage& stage) {
  std::string out = observationText(stage.main());
  // A second figure of the same place, where it says something else.
  for (std::size_t i = 1; i < stage.observations.size() && i <= 1; ++i) {
    const Observation& o = stage.observations[i];
    out += "; " + meaning(o) + " " + change(o);
  }
  return out;
}

std::string reasonText(const Explanation& e, std::size_t stage) {
  std::string out;
  const std::vector<std::size_t>& causes = e.stages[stage].causes;
  for (std::size_t i = 0; i < causes.size() && i < kMostReasons; ++i)
    out += (i ? ", " : "because ") + asReason(e.stages[causes[i]].main()) + " (" + numberOf(causes[i]) + ")";
  return out;
}

std::string explanationText(const Explanation& e) {
  if (!e.broke) return usual(e.healthyFrom, e.healthyTo) + "Nothing broke.\n" + asides(e);
  if (e.systems.size() == 1) return systemText(e, e.systems.front()) + asides(e);
  std::string out = "Systems that nothing connects are told one after the other, the most harmed first.\n";
  for (const SystemStory& system : e.systems) out += "\nThe system of " + system.name + "\n" + systemText(e, system);
  return out + "\n" + asides(e);
}

}  // namespace faultline

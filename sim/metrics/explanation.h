// What an incident was, as plain values: what broke first, what followed, and what healed. Text is made of it in
// metrics/explanation_text, JSON in io/explanation_json.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace faultline {

// What about a place left its usual range.
enum class Aspect {
  Demand,        // more operations or calls than usual, retries apart
  Work,          // a call costs it more CPU time
  OwnTime,       // it holds a call longer than those it calls explain
  Failing,       // it fails calls on its own account
  Refusals,      // messages on an arrow do not arrive
  Network,       // an arrow takes longer than the node at its end
  Queue,         // calls wait for one of its servers
  PoolWait,      // calls wait for a connection of an arrow's pool
  Retries,       // attempts beyond the first
  Symptom,       // what the kind declares as a symptom
  FailsToo,      // it hands on failures of others
  Slow,          // its answers take longer, for whatever reason
  UserFailures,  // operations fail
  UserLatency,   // operations take longer
  UserGoodput,   // fewer operations end well and in time
  UserDegraded,  // operations end degraded
};

struct Place {
  bool isEdge = false;
  std::size_t index = 0;  // into the scenario's nodes or edges
  std::string name;       // of the node, or "from -> to"
  bool operator==(const Place&) const = default;
};

// One metric that left its usual range.
struct Observation {
  Place place;
  Aspect aspect = Aspect::Slow;
  std::string metric;  // a column of the series, or what was derived from several
  std::string unit;    // ms, /s, ratio, or what is counted
  std::string means;   // of Aspect::Symptom: in words, after the place's name
  bool harms = false;  // of Aspect::Symptom: by itself, whatever the users see
  SimTime onset;
  std::optional<SimTime> healed;  // empty: not by the end
  double before = 0, after = 0;
  double significance = 0;      // distance from the healthy middle in its spreads
  std::optional<double> limit;  // what there is of it: connections of a pool
};

constexpr bool isOfUsers(Aspect a) {
  return a == Aspect::UserFailures || a == Aspect::UserLatency || a == Aspect::UserGoodput || a == Aspect::UserDegraded;
}
inline bool isHarm(const Observation& o) { return isOfUsers(o.aspect) || o.harms; }

// What happened at one place, for one reason.
struct Stage {
  std::vector<Observation> observations;  // the most telling first
  std::vector<std::size_t> causes;        // earlier stages, the nearest first; empty for a trigger
  bool isTrigger = false;
  bool harms = false;  // users, or the age, safety or punctuality of data or work
  const Observation& main() const { return observations.front(); }
};

// What happened in one system: the nodes that arrows connect, whatever else is drawn beside them.
struct SystemStory {
  std::string name;                            // of the node that its work begins at
  SimTime healthyFrom, healthyTo;              // what "usual" was learned from
  std::size_t first = 0, count = 0;            // its stages
  // Stages that broke at once on their own account and stand in one place, which may have failed as a whole: a region or
  // a host. Empty where the trigger is alone.
  std::string sharedPlace;
  std::vector<std::size_t> brokeTogether;
  std::optional<std::size_t> latest, loudest;  // those that mislead
  // Of the whole: empty while something is still broken at the end.
  std::optional<SimTime> triggerHealed, harmHealed;
  bool outlivedItsTrigger = false;       // metastable: the harm went on without its trigger
  std::vector<std::size_t> sustainedBy;  // the stages that were still there then, the strongest first
};

struct Explanation {
  bool broke = false;
  SimTime healthyFrom, healthyTo;    // of the first system
  SimTime end;                       // of the series
  std::vector<SystemStory> systems;  // that broke, the one that was harmed most first
  std::vector<Stage> stages;         // of each system: a trigger first; each after its causes, else by onset
  std::vector<Observation> asides;   // changes that led to no harm, by onset

  // When the first trigger of all began. REQUIRES that something broke.
  SimTime began() const;
};

}  // namespace faultline

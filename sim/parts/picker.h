// Which target is next: the algorithms of load balancing, without calls, health checks or time of their own.
//
// Targets are numbered in the order in which they were added and are never removed, only absent. A target can be picked
// while it is present, has a weight, is not draining, and is healthy; with `failOpen`, health is ignored while no
// target is healthy. Outstanding calls are those that this balancer started and has seen no end of: work that others
// cause at a target is invisible to it.
//
// Determinism: depends on the calls made here and on the random stream alone. Thread safety: none.
// Complexity of a pick: O(1) for rotation, random and two choices with equal weights and for hashes, O(log points) for
// the ring, else O(targets); a change of a target costs O(targets) once, of the ring's members a rebuild of the ring.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/random.h"
#include "base/time.h"
#include "parts/hash_ring.h"

namespace faultline {

enum class Balancing {
  RoundRobin,
  WeightedRoundRobin,
  Random,
  LeastConnections,
  TwoChoices,
  Ewma,
  UserHash,
  KeyHash,
  ConsistentHash,
};

class Picker {
 public:
  static constexpr std::uint32_t kNone = 0xffffffff;

  struct Settings {
    Balancing algorithm = Balancing::RoundRobin;
    std::int64_t virtualNodes = 150;  // points of a target of weight 1 on the ring
    bool ringByUser = false;          // else by key
    Duration decay = seconds(10);     // of the moving average
    Duration slowStart;               // a target that comes back has a growing weight for so long; 0: none
    bool failOpen = false;
    bool operator==(const Settings&) const = default;
  };
  struct Request {
    std::uint32_t user = 0;
    std::uint32_t key = 0;
    SimTime now;
  };

  void configure(const Settings& settings);

  // Adds a present, healthy target. `identity` places it on the ring.
  std::uint32_t add(std::uint64_t identity, double weight);
  std::uint32_t size() const { return static_cast<std::uint32_t>(targets_.size()); }
  void setWeight(std::uint32_t target, double weight);
  void setPresent(std::uint32_t target, bool present);
  void setDraining(std::uint32_t target, bool draining);
  void setHealthy(std::uint32_t target, bool healthy);
  // A backup is picked only while no other target can be.
  void setBackup(std::uint32_t target, bool backup);
  // Starts the slow start of a target.
  void warmUp(std::uint32_t target, SimTime now);

  // A target, not one of `excluded`; kNone if there is none. Does not count as started.
  std::uint32_t pick(const Request& request, RandomStream& random, std::span<const std::uint32_t> excluded = {});
  void started(std::uint32_t target) { ++targets_[target].outstanding; }
  // `latency` is what the caller saw; failures count like answers, so whoever fails fast looks good.
  void ended(std::uint32_t target, Duration latency, SimTime now);
  // A call was given up: its latency is not known.
  void dropped(std::uint32_t target);
  // Lowers the effective weight by weight / maxFails; every later pick gives 1 back (nginx's effective_weight).
  void penalise(std::uint32_t target, std::int64_t maxFails);
  void forgetOutstanding();

  std::int64_t outstanding(std::uint32_t target) const { return targets_[target].outstanding; }
  bool healthy(std::uint32_t target) const { return targets_[target].healthy; }
  // Present, with a weight, not draining and healthy.
  std::uint32_t healthyCount() const;
  // Some present target has a weight.
  bool hasTargets() const;
  // No target is healthy and calls go to unhealthy ones.
  bool failingOpen();

  // True while picking is plain rotation, for which `nextInTurn` is the short way.
  bool isRotation();
  // REQUIRES isRotation() since the last change.
  std::uint32_t nextInTurn() {
    if (++cursor_ >= active_.size()) cursor_ = 0;
    return last_ = active_[cursor_];
  }

 private:
  struct Target {
    std::uint64_t identity = 0;
    double weight = 1;
    double effective = 1;     // smooth weighted round robin
    double current = 0;       // smooth weighted round robin
    double cost = 0;          // moving average of latency in nanoseconds
    std::int64_t costAt = 0;  // when it was brought up to date
    std::int64_t outstanding = 0;
    std::int64_t warmSince = 0;
    bool warming = false;
    bool present = true;
    bool draining = false;
    bool healthy = true;
    bool excluded = false;
    bool backup = false;
  };

  bool usable(const Target& t) const { return t.present && !t.draining && t.weight > 0; }
  void rebuild();
  void rebuildRing();
  double weightAt(Target& target, SimTime now);
  std::uint32_t pickActive(const Request& request, RandomStream& random);
  std::uint32_t pickSmooth(SimTime now);
  std::uint32_t sample(SimTime now, RandomStream& random);
  std::uint32_t pickLeast(SimTime now, RandomStream& random);
  std::uint32_t pickTwoChoices(SimTime now, RandomStream& random);
  std::uint32_t pickEwma(SimTime now, RandomStream& random);
  std::uint32_t pickByHash(std::uint64_t hash) const;
  std::uint32_t pickOnRing(std::uint64_t hash) const;
  double latencyCost(Target& target, SimTime now) const;
  bool isActive(std::uint32_t target) const { return activeFlag_[target] != 0; }

  Settings settings_;
  std::vector<Target> targets_;
  std::vector<std::uint32_t> active_;     // may be picked, ascending
  std::vector<std::uint8_t> activeFlag_;  // by target
  std::vector<std::uint32_t> domain_;     // present with a weight: what hashes are taken over
  HashRing ring_;                         // over domain_
  std::vector<HashRing::Member> ringMembers_;
  std::size_t cursor_ = 0;      // in active_
  std::uint32_t last_ = kNone;  // last target in turn
  std::uint32_t warming_ = 0;   // targets in their slow start
  bool dirty_ = true;
  bool ringDirty_ = true;
  bool equalWeights_ = true;  // of the active targets
  bool failingOpen_ = false;
  bool onBackups_ = false;
};

}  // namespace faultline

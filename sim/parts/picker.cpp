#include "parts/picker.h"

#include <algorithm>
#include <cmath>

#include "base/deterministic_math.h"

namespace faultline {

namespace {

// A slow start begins at a tenth of the weight and grows linearly: Envoy's defaults (min_weight_percent 10 %,
// aggression 1; envoyproxy.io, "Slow start mode").
constexpr double kSlowStartFloor = 0.1;
// nginx's ip_hash hashes again this often before it takes any server.
constexpr int kRehashes = 20;

}  // namespace

void Picker::configure(const Settings& settings) {
  settings_ = settings;
  dirty_ = ringDirty_ = true;
}

std::uint32_t Picker::add(std::uint64_t identity, double weight) {
  Target& t = targets_.emplace_back();
  t.identity = identity;
  t.weight = t.effective = weight;
  dirty_ = ringDirty_ = true;
  return size() - 1;
}

void Picker::setWeight(std::uint32_t target, double weight) {
  Target& t = targets_[target];
  if (t.weight == weight) return;
  t.weight = t.effective = weight;
  dirty_ = ringDirty_ = true;
}

void Picker::setPresent(std::uint32_t target, bool present) {
  Target& t = targets_[target];
  if (t.present == present) return;
  t.present = present;
  dirty_ = ringDirty_ = true;
}

void Picker::setDraining(std::uint32_t target, bool draining) {
  dirty_ |= targets_[target].draining != draining;
  targets_[target].draining = draining;
}

void Picker::setHealthy(std::uint32_t target, bool healthy) {
  dirty_ |= targets_[target].healthy != healthy;
  targets_[target].healthy = healthy;
}

void Picker::setBackup(std::uint32_t target, bool backup) {
  if (targets_[target].backup == backup) return;
  targets_[target].backup = backup;
  dirty_ = ringDirty_ = true;
}

void Picker::warmUp(std::uint32_t target, SimTime now) {
  if (settings_.slowStart.ns == 0) return;
  Target& t = targets_[target];
  t.warmSince = now.ns;
  if (!t.warming) ++warming_;
  t.warming = true;
}

void Picker::rebuild() {
  dirty_ = false;
  active_.clear();
  activeFlag_.assign(targets_.size(), 0);
  const bool anyHealthy =
      std::any_of(targets_.begin(), targets_.end(), [&](const Target& t) { return usable(t) && t.healthy; });
  failingOpen_ = !anyHealthy && settings_.failOpen;
  const auto mayServe = [&](const Target& t) { return usable(t) && !t.excluded && (t.healthy || failingOpen_); };
  onBackups_ = std::none_of(targets_.begin(), targets_.end(), [&](const Target& t) { return !t.backup && mayServe(t); });
  equalWeights_ = true;
  for (std::uint32_t i = 0; i < size(); ++i) {
    const Target& t = targets_[i];
    if (!mayServe(t) || t.backup != onBackups_) continue;
    active_.push_back(i);
    activeFlag_[i] = 1;
    equalWeights_ &= t.weight == targets_[active_.front()].weight;
  }
  // Rotation goes on behind the target that was last.
  const auto next = last_ == kNone ? active_.begin() : std::upper_bound(active_.begin(), active_.end(), last_);
  cursor_ = (next == active_.begin() || next == active_.end() ? active_.size()
                                                              : static_cast<std::size_t>(next - active_.begin())) -
            1;
  if (ringDirty_) rebuildRing();
}

void Picker::rebuildRing() {
  ringDirty_ = false;
  domain_.clear();
  for (std::uint32_t i = 0; i < size(); ++i)
    if (targets_[i].present && targets_[i].weight > 0 && !targets_[i].backup) domain_.push_back(i);
  if (settings_.algorithm != Balancing::ConsistentHash) return;
  ringMembers_.clear();
  for (std::uint32_t i : domain_) {
    const double points = std::floor(static_cast<double>(settings_.virtualNodes) * targets_[i].weight + 0.5);
    ringMembers_.push_back({targets_[i].identity, static_cast<std::uint32_t>(std::clamp(points, 1.0, 1e6))});
  }
  ring_ = HashRing(ringMembers_);
}

double Picker::weightAt(Target& t, SimTime now) {
  if (!t.warming) return t.weight;
  const double part = static_cast<double>(now.ns - t.warmSince) / static_cast<double>(settings_.slowStart.ns);
  if (!(part < 1)) {
    t.warming = false;
    --warming_;
    return t.weight;
  }
  return t.weight * std::max(kSlowStartFloor, part);
}

bool Picker::isRotation() {
  if (dirty_) rebuild();
  return settings_.algorithm == Balancing::RoundRobin && equalWeights_ && warming_ == 0 && !active_.empty();
}

bool Picker::failingOpen() {
  if (dirty_) rebuild();
  return failingOpen_;
}

std::uint32_t Picker::healthyCount() const {
  return static_cast<std::uint32_t>(
      std::count_if(targets_.begin(), targets_.end(), [&](const Target& t) { return usable(t) && t.healthy; }));
}

bool Picker::hasTargets() const {
  return std::any_of(targets_.begin(), targets_.end(), [](const Target& t) { return t.present && t.weight > 0; });
}

std::uint32_t Picker::pick(const Request& request, RandomStream& random, std::span<const std::uint32_t> excluded) {
  if (excluded.empty()) return pickActive(request, random);
  for (std::uint32_t i : excluded) targets_[i].excluded = true;
  dirty_ = true;
  const std::uint32_t picked = pickActive(request, random);
  for (std::uint32_t i : excluded) targets_[i].excluded = false;
  dirty_ = true;
  return picked;
}

std::uint32_t Picker::pickActive(const Request& request, RandomStream& random) {
  if (dirty_) rebuild();
  if (active_.empty()) return kNone;
  switch (settings_.algorithm) {
    case Balancing::RoundRobin:
      if (equalWeights_ && warming_ == 0) return nextInTurn();
      return pickSmooth(request.now);
    case Balancing::WeightedRoundRobin:
      return pickSmooth(request.now);
    case Balancing::Random:
      return sample(request.now, random);
    case Balancing::LeastConnections:
      return pickLeast(request.now, random);
    case Balancing::TwoChoices:
      return pickTwoChoices(request.now, random);
    case Balancing::Ewma:
      return pickEwma(request.now, random);
    case Balancing::UserHash:
      return pickByHash(mix64(request.user + 1ull));
    case Balancing::KeyHash:
      return pickByHash(mix64(request.key + 1ull));
    case Balancing::ConsistentHash:
      return pickOnRing(mix64((settings_.ringByUser ? request.user : request.key) + 1ull));
  }
  return kNone;
}

// nginx, "Upstream: smooth weighted round-robin balancing" (2012). Of equal values the first wins.
std::uint32_t Picker::pickSmooth(SimTime now) {
  double total = 0;
  std::uint32_t best = kNone;
  for (std::uint32_t i : active_) {
    Target& t = targets_[i];
    const double weight = std::min(t.effective, weightAt(t, now));
    t.current += weight;
    total += weight;
    if (t.effective < t.weight) t.effective = std::min(t.weight, t.effective + 1);
    if (best == kNone || t.current > targets_[best].current) best = i;
  }
  targets_[best].current -= total;
  last_ = best;
  return best;
}

// Each active target with a probability in proportion to its weight.
std::uint32_t Picker::sample(SimTime now, RandomStream& random) {
  if (equalWeights_ && warming_ == 0) return active_[random.below(active_.size())];
  double total = 0;
  for (std::uint32_t i : active_) total += weightAt(targets_[i], now);
  double left = random.uniform() * total;
  for (std::uint32_t i : active_) {
    left -= weightAt(targets_[i], now);
    if (left < 0) return i;
  }
  return active_.back();
}

// Fewest outstanding calls for its weight; of equals one at random, in proportion to weight.
std::uint32_t Picker::pickLeast(SimTime now, RandomStream& random) {
  std::uint32_t best = kNone;
  double bestLoad = 0, tied = 0;
  for (std::uint32_t i : active_) {
    Target& t = targets_[i];
    const double weight = weightAt(t, now);
    const double load = static_cast<double>(t.outstanding) / weight;
    if (best == kNone || load < bestLoad) {
      best = i;
      bestLoad = load;
      tied = weight;
    } else if (load == bestLoad) {
      tied += weight;
      if (random.uniform() * tied < weight) best = i;
    }
  }
  return best;
}

// Two samples with replacement; the first wins a tie, which is fair because the order of the two is random.
// After Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing" (IEEE TPDS 12, 2001).
std::uint32_t Picker::pickTwoChoices(SimTime now, RandomStream& random) {
  const std::uint32_t a = sample(now, random), b = sample(now, random);
  const auto load = [&](std::uint32_t i) {
    return static_cast<double>(targets_[i].outstanding) / weightAt(targets_[i], now);
  };
  return load(b) < load(a) ? b : a;
}

// Two different targets at random, the one with the lower cost. Source: Finagle's p2c with PeakEwma, as in Linkerd.
std::uint32_t Picker::pickEwma(SimTime now, RandomStream& random) {
  const std::size_t n = active_.size();
  if (n == 1) return active_[0];
  const std::size_t first = static_cast<std::size_t>(random.below(n));
  std::size_t second = static_cast<std::size_t>(random.below(n - 1));
  if (second >= first) ++second;
  Target& a = targets_[active_[first]];
  Target& b = targets_[active_[second]];
  const double loadA = latencyCost(a, now) / weightAt(a, now), loadB = latencyCost(b, now) / weightAt(b, now);
  return active_[loadB < loadA ? second : first];
}

// Finagle's PeakEwma: the average, which decays while nothing is observed, times the calls under way and this one. A
// target without a measurement is tried at once, and not again before its first answer.
double Picker::latencyCost(Target& t, SimTime now) const {
  constexpr double kPenalty = 1e15;
  const double idle = static_cast<double>(now.ns - t.costAt);
  const double cost = t.cost * exp(-idle / static_cast<double>(settings_.decay.ns));
  const auto outstanding = static_cast<double>(t.outstanding);
  if (cost == 0 && t.outstanding > 0) return kPenalty + outstanding;
  return cost * (outstanding + 1);
}

void Picker::ended(std::uint32_t target, Duration latency, SimTime now) {
  Target& t = targets_[target];
  if (t.outstanding > 0) --t.outstanding;
  if (settings_.algorithm != Balancing::Ewma) return;
  // A slower answer than the average replaces it (the peak); a faster one enters by the time since the last one.
  const auto observed = static_cast<double>(latency.ns);
  const double w = exp(-static_cast<double>(now.ns - t.costAt) / static_cast<double>(settings_.decay.ns));
  t.cost = observed > t.cost ? observed : t.cost * w + observed * (1 - w);
  t.costAt = now.ns;
}

void Picker::dropped(std::uint32_t target) {
  if (targets_[target].outstanding > 0) --targets_[target].outstanding;
}

void Picker::penalise(std::uint32_t target, std::int64_t maxFails) {
  Target& t = targets_[target];
  if (maxFails > 0) t.effective = std::max(0.0, t.effective - std::floor(t.weight / static_cast<double>(maxFails)));
}

void Picker::forgetOutstanding() {
  for (Target& t : targets_) t.outstanding = 0;
}

// Modulo the number of targets, healthy or not, so that a failure moves only the users of the failed one (nginx's
// ip_hash).
std::uint32_t Picker::pickByHash(std::uint64_t hash) const {
  for (int i = 0; i < kRehashes && !onBackups_; ++i) {
    const std::uint32_t target = domain_[hash % domain_.size()];
    if (isActive(target)) return target;
    hash = mix64(hash + 0x9e3779b97f4a7c15ull);
  }
  return active_[hash % active_.size()];
}

std::uint32_t Picker::pickOnRing(std::uint64_t hash) const {
  if (onBackups_) return active_[hash % active_.size()];
  const std::uint32_t member = ring_.owner(hash, kNone, [this](std::uint32_t m) { return isActive(domain_[m]); });
  return member == kNone ? kNone : domain_[member];
}

}  // namespace faultline

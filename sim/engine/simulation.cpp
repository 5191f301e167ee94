#include "engine/simulation.h"

#include <algorithm>

#include "engine/engine.h"
#include "engine/sampler.h"
#include "model/action_text.h"

namespace faultline {

namespace {

// One sample a second, but never more than this many unless the scenario asks for it.
constexpr std::int64_t kDefaultSamples = 10'000;

Duration sampleInterval(const Scenario& scenario) {
  if (scenario.sample) return *scenario.sample;
  return std::max(seconds(1), Duration{scenario.duration.ns / kDefaultSamples});
}

}  // namespace

Simulation::Simulation(const Scenario& scenario)
    : engine_(std::make_unique<Engine>(scenario)), sampleEvery_(sampleInterval(scenario)) {
  for (const Action& action : scenario.timeline) pending_.push_back(Change{action});
  std::stable_sort(pending_.begin(), pending_.end(),
                   [](const Change& a, const Change& b) { return a.action.at < b.action.at; });
  for (const NodeSpec& node : scenario.nodes) names_.push_back(node.name);
  engine_->start();
  takeLater();
  sampler_ = std::make_unique<Sampler>(*engine_);
  nextSample_ = sampleEvery_;
}

Simulation::~Simulation() = default;
Simulation::Simulation(Simulation&&) noexcept = default;

void Simulation::addPending(Change change) {
  const auto place =
      std::upper_bound(pending_.begin() + static_cast<std::ptrdiff_t>(nextPending_), pending_.end(), change,
                       [](const Change& a, const Change& b) { return a.action.at < b.action.at; });
  pending_.insert(place, std::move(change));
}

// Applies what is due now, and what that brings about at this same instant.
void Simulation::applyDue() {
  while (nextPending_ < pending_.size() && pending_[nextPending_].action.at <= engine_->now) {
    Change change = pending_[nextPending_++];
    engine_->apply(change.action);
    change.action.at = engine_->now;
    if (!change.isConsequence) applied_.push_back(change.action);
    happened_.push_back(std::move(change.action));
    takeLater();
  }
}

// What an action or a node brought about joins what is to be done.
void Simulation::takeLater() {
  for (Action& later : engine_->later) addPending(Change{std::move(later), true});
  engine_->later.clear();
  if (engine_->stop != StopReason::Acted) return;
  engine_->stop = StopReason::Reached;
  engine_->stopRequested = false;
}

// A node acted, and the chain of events of this instant is over.
void Simulation::applyActs() {
  takeLater();
  applyDue();
}

void Simulation::apply(Action action) {
  action.at = engine_->now;
  // It goes before what is already due now, as a live change comes first.
  pending_.insert(pending_.begin() + static_cast<std::ptrdiff_t>(nextPending_), Change{std::move(action)});
  applyDue();
}

SimTime Simulation::schedule(Action action) {
  const auto isTaken = [this](SimTime at) {
    for (std::size_t i = nextPending_; i < pending_.size() && pending_[i].action.at <= at; ++i)
      if (pending_[i].action.at == at) return true;
    return false;
  };
  if (action.at <= engine_->now) {
    action.at = engine_->now + nanoseconds(1);
    while (isTaken(action.at)) action.at += nanoseconds(1);
  }
  const SimTime at = action.at;
  addPending(Change{std::move(action)});
  return at;
}

bool Simulation::warming() const { return !warm_ && engine_->scenario.warmup.ns > 0; }

// The run stops between events at every action, sample and at the end of the warm-up, so none can change their order.
SimTime Simulation::nextStop(SimTime until) const {
  SimTime stop = std::min(until, nextSample_);
  if (nextPending_ < pending_.size()) stop = std::min(stop, pending_[nextPending_].action.at - nanoseconds(1));
  if (warming()) stop = std::min(stop, engine_->scenario.warmup);
  return stop;
}

// Does what is due once every event up to now is done. True when an action was applied, so that more may be due.
bool Simulation::settle(SimTime until) {
  if (engine_->now == nextSample_) {
    sampler_->sample();
    nextSample_ += sampleEvery_;
  }
  if (warming() && engine_->now >= engine_->scenario.warmup) {
    warm_ = true;
    sampler_->restartMeasuring();
  }
  if (nextPending_ >= pending_.size()) return false;
  const SimTime at = pending_[nextPending_].action.at;
  if (at - nanoseconds(1) > engine_->now || at > until) return false;
  engine_->now = std::max(engine_->now, at);
  applyDue();
  return true;
}

void Simulation::note(StopReason reason) {
  if (reason == StopReason::CallLimit) status_ = Status::CallLimit;
  if (reason == StopReason::Livelock) status_ = Status::Livelock;
}

void Simulation::finishIfOver() {
  if (status_ == Status::Running && engine_->now >= engine_->scenario.duration) status_ = Status::Finished;
}

Simulation::Status Simulation::advanceTo(SimTime until) {
  until = std::max(std::min(until, engine_->scenario.duration), engine_->now);
  while (status_ == Status::Running) {
    const SimTime stop = nextStop(until);
    if (stop > engine_->now || engine_->queue.hasNow() || engine_->queue.nextTime() <= stop) {
      const StopReason reason = engine_->run(stop);
      if (reason == StopReason::Acted) {
        applyActs();
        continue;
      }
      note(reason);
      if (status_ != Status::Running) break;
    }
    if (settle(until)) continue;
    if (engine_->now >= until) break;
  }
  finishIfOver();
  return status_;
}

Simulation::Status Simulation::step() {
  const std::uint64_t before = engine_->events;
  const SimTime end = engine_->scenario.duration;
  while (status_ == Status::Running && engine_->events == before) {
    const SimTime stop = nextStop(end);
    if (engine_->step(stop)) {
      if (engine_->stopRequested && engine_->stop != StopReason::Acted) note(engine_->stop);
      else if (engine_->stopRequested && !engine_->queue.hasNow()) applyActs();
      continue;
    }
    engine_->now = std::max(engine_->now, stop);
    if (!settle(end)) finishIfOver();
  }
  return status_;
}

void Simulation::restartMeasuring() { sampler_->restartMeasuring(); }

Simulation::Status Simulation::runToEnd() { return advanceTo(engine_->scenario.duration); }

SimTime Simulation::now() const { return engine_->now; }
const std::vector<Action>& Simulation::actions() const { return applied_; }
const Scenario& Simulation::scenario() const { return engine_->scenario; }
const Series& Simulation::series() const { return sampler_->series(); }
Frame Simulation::frame() const { return sampler_->frame(); }
std::uint64_t Simulation::fingerprint() const { return engine_->fingerprint; }
std::uint64_t Simulation::events() const { return engine_->events; }
std::uint64_t Simulation::peakCallBytes() const {
  return engine_->calls.bytesTouched() + engine_->hops.bytesTouched() + engine_->timers.bytesTouched() +
         engine_->outbound.bytesTouched();
}
std::uint32_t Simulation::callsInFlight() const { return engine_->calls.live(); }
const std::vector<std::string>& Simulation::nodeNames() const { return names_; }
void Simulation::observe(Observer* observer) { engine_->observe(observer); }

Summary Simulation::summary() const {
  Summary s = sampler_->summary();
  if (status_ == Status::CallLimit)
    s.stopped = "more than " + std::to_string(engine_->scenario.maxCallsInFlight) + " calls in flight";
  if (status_ == Status::Livelock) s.stopped = "a loop without any delay: endless events at one instant";
  for (const Action& a : happened_) s.actions.push_back({a.at, describe(a, engine_->scenario)});
  return s;
}

}  // namespace faultline

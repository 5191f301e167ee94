// One run of a scenario: the public face of the engine.
//
// Advance it, act on it between events, read it. Everything read is a copy or stays valid until the next advance.
// Determinism: the same scenario and the same actions give the same bits, whatever the steps of advancing, the sampling
// interval or the observer. Thread safety: one thread at a time; many simulations may run in many threads.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "engine/observer.h"
#include "metrics/frame.h"
#include "metrics/series.h"
#include "metrics/summary.h"
#include "model/scenario.h"

namespace faultline {

class Engine;
class Sampler;
enum class StopReason;

class Simulation {
 public:
  enum class Status {
    Running,    // the clock stands where it was asked to go
    Finished,   // the scenario's duration is over
    CallLimit,  // more calls in flight than the scenario's limit: the clock stands where that happened
    Livelock,   // endless events at one instant: a loop without any delay
  };

  // REQUIRES validate(scenario) to be free of errors.
  explicit Simulation(const Scenario& scenario);
  ~Simulation();
  Simulation(Simulation&&) noexcept;

  SimTime now() const;
  // Processes everything up to and including `until` (at most the scenario's duration).
  Status advanceTo(SimTime until);
  Status runToEnd();

  // Processes one event, and on the way to it the samples and changes that come before it.
  Status step();

  // Applies a change now, behind all that happened at this instant, and keeps it in actions(). The timeline's actions go
  // before what happens at their instant: a session that is to replay uses `schedule`.
  // REQUIRES an action that validation accepts.
  void apply(Action action);
  // Applies a change at its time or, when that has passed, at the first instant after now at which no other change is due.
  // Returns when. Written into the scenario's timeline at that time, the change gives the same run to the bit, wherever the
  // clock stood: a live session replays.
  // REQUIRES an action that validation accepts.
  SimTime schedule(Action action);
  // What was applied so far with its time: the timeline and live changes. A scenario with these as its timeline repeats
  // the session.
  const std::vector<Action>& actions() const;

  const Scenario& scenario() const;
  const Series& series() const;
  Frame frame() const;
  // Forgets what the summary counted so far, as the end of the warm-up does: the next summary is of what follows. The run
  // itself does not notice.
  void restartMeasuring();
  Summary summary() const;
  std::uint64_t fingerprint() const;
  std::uint64_t events() const;
  // Bytes of call records in use at the worst moment, legs, timers and policies included.
  std::uint64_t peakCallBytes() const;
  std::uint32_t callsInFlight() const;
  const std::vector<std::string>& nodeNames() const;

  // Null to stop observing. The observer must outlive the simulation or be removed.
  void observe(Observer* observer);

 private:
  void applyDue();
  void takeLater();
  struct Change {
    Action action;
    bool isConsequence = false;  // of another one, or of what a node decided
  };
  void applyActs();
  bool warming() const;
  SimTime nextStop(SimTime until) const;
  bool settle(SimTime until);
  void note(StopReason reason);
  void finishIfOver();
  void addPending(Change change);

  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Sampler> sampler_;
  std::vector<Change> pending_;  // sorted by time, stable
  std::size_t nextPending_ = 0;
  std::vector<Action> applied_;   // without consequences
  std::vector<Action> happened_;  // with them
  std::vector<std::string> names_;
  SimTime nextSample_;
  Duration sampleEvery_;
  Status status_ = Status::Running;
  bool warm_ = false;  // the warm-up is over
};

}  // namespace faultline

// The engine thread's own half of a session: one simulation, where it should go, and what it has to tell.
//
// Only session.cpp uses it, from one thread. Everything that takes long is done in slices, so that a wish is heard
// within milliseconds.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/simulation.h"
#include "session/history.h"
#include "session/pacer.h"
#include "session/update.h"

namespace faultline {

class SessionRunner {
 public:
  explicit SessionRunner(History& history) : history_(history) {}

  // What people want. Without a run, all but start do nothing.
  void start(const Scenario& scenario, std::uint64_t run);
  void cancel();
  void play(RealTime real);
  void pause();
  void setSpeed(double factor, RealTime real);
  void runUntil(SimTime until, bool thenPlay);
  void stopAt(SimTime time) { stopAt_ = time; }
  void stepEvent();
  void stepAtNode(const std::string& node);
  void act(Action action);

  // Whether there is something to do now, or would be if the real clock went on.
  bool goes() const { return state_ == RunState::Running; }
  // Works for a few milliseconds at most. False when it has to wait for the real clock.
  bool slice(RealTime real);

  // Moves everything new into the update: rows and actions are appended, the rest replaced.
  void report(SessionUpdate& update);

 private:
  enum class Goal { Free, Time, Node };

  void advance(SimTime until);
  void searchNode();
  void noteEnd(Simulation::Status status);
  void keepFrame();
  void reportRows(SampleRows& rows);

  History& history_;
  std::unique_ptr<Simulation> simulation_;
  std::uint64_t run_ = 0;
  RunState state_ = RunState::Empty;
  Goal goal_ = Goal::Free;
  SimTime until_;
  SimTime lastKept_ = kNever;
  SimTime stopAt_ = kNever;
  bool isAtStop_ = false;
  bool thenPlay_ = false;
  std::size_t watched_ = 0;
  Pacer pacer_;
  Speedometer speedometer_;
  Duration sliceWidth_ = milliseconds(1);
  std::size_t rowsTold_ = 0;
  std::vector<Action> newActions_;
  std::shared_ptr<const Series> columns_;
  std::shared_ptr<const Summary> summary_;
  std::string stopped_;
};

// The real clock.
RealTime realNow();

}  // namespace faultline

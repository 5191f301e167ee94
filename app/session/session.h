// A run that people steer while they watch: one simulation on a thread of its own.
//
// Wishes go in by a queue and take effect within milliseconds, at a simulated time that is kept; news come out by a
// mailbox when asked for. Neither side waits for the other. A window calls `take` on every tick of its timer.
//
// Determinism: pausing, stepping, speeds and taking change nothing. A change posted live is an Action at a simulated
// time; the scenario with those actions in its timeline (`withActions`) gives the same fingerprint in any other run.
// Thread safety: all functions from one thread at a time (a window's), except frameAt, which any thread may call.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "session/history.h"
#include "session/pacer.h"
#include "session/update.h"

namespace faultline {

class SessionRunner;

class Session {
 public:
  static constexpr std::size_t kHistoryBytes = 64u << 20;

  explicit Session(std::size_t historyBytes = kHistoryBytes);
  ~Session();  // ends the run and joins the thread
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // A new run from time zero; it stands until told to go. Returns its serial number, see SessionUpdate::run.
  // REQUIRES validate(scenario) to be free of errors.
  std::uint64_t start(Scenario scenario);
  // Ends the run and frees it.
  void cancel();

  void play();
  void pause();
  // Simulated seconds per second: 0.01 is slow motion, kMaxSpeed as fast as the machine can. REQUIRES factor > 0.
  void setSpeed(double factor);
  // As fast as possible to a time, then stands there, or plays on.
  void runUntil(SimTime time, bool thenPlay = false);
  // Playing stops there once, at whatever speed; kNever for nowhere. A new run begins without.
  void stopAt(SimTime time);
  // One event anywhere; the next arrival, start, answer or return at a node.
  void stepEvent();
  void stepAtNode(std::string node);
  // A change: at its time, or now when that has passed. Ignored without a run and after its end.
  // REQUIRES an action that validation accepts.
  void post(Action action);

  // Exchanges `update` for the newest news and asks for the next. False when there are none since the last call:
  // `update` is as it was. Rows and actions are never lost, however seldom this is called.
  bool take(SessionUpdate& update);

  // The state at a past instant of the present run: the newest kept frame that is not after it.
  std::optional<Frame> frameAt(SimTime time) const { return history_.at(time); }
  // How far apart the kept frames are.
  Duration frameSpacing() const { return history_.spacing(); }

 private:
  using Wish = std::function<void(SessionRunner&)>;
  void wish(Wish wish);
  void work();
  void publish(SessionRunner& runner);

  History history_;
  std::uint64_t lastRun_ = 0;

  std::mutex mutex_;  // guards what follows; held for the length of a swap
  std::condition_variable called_;
  std::vector<Wish> wishes_;
  SessionUpdate news_;
  bool hasNews_ = false;
  bool quit_ = false;
  std::atomic<bool> wanted_ = true;
  std::atomic<bool> hasWishes_ = false;
  std::thread thread_;
};

// The scenario with live actions in its timeline: what to save, and what replays the session.
Scenario withActions(Scenario scenario, const std::vector<Action>& actions);

}  // namespace faultline

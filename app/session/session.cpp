#include "session/session.h"

#include <algorithm>
#include <chrono>

#include "session/runner.h"

namespace faultline {

namespace {
// How long the thread sleeps when simulated time has reached what the real clock allows.
constexpr std::chrono::milliseconds kNap{4};
}  // namespace

Session::Session(std::size_t historyBytes) : history_(historyBytes) {
  thread_ = std::thread([this] { work(); });
}

Session::~Session() {
  {
    const std::lock_guard lock(mutex_);
    quit_ = true;
    hasWishes_ = true;
  }
  called_.notify_one();
  thread_.join();
}

void Session::wish(Wish wish) {
  {
    const std::lock_guard lock(mutex_);
    wishes_.push_back(std::move(wish));
    hasWishes_ = true;
  }
  called_.notify_one();
}

std::uint64_t Session::start(Scenario scenario) {
  const std::uint64_t run = ++lastRun_;
  wish([scenario = std::move(scenario), run](SessionRunner& runner) { runner.start(scenario, run); });
  return run;
}

void Session::cancel() {
  wish([](SessionRunner& runner) { runner.cancel(); });
}

void Session::play() {
  wish([](SessionRunner& runner) { runner.play(realNow()); });
}

void Session::pause() {
  wish([](SessionRunner& runner) { runner.pause(); });
}

void Session::setSpeed(double factor) {
  wish([factor](SessionRunner& runner) { runner.setSpeed(factor, realNow()); });
}

void Session::runUntil(SimTime time, bool thenPlay) {
  wish([time, thenPlay](SessionRunner& runner) { runner.runUntil(time, thenPlay); });
}

void Session::stopAt(SimTime time) {
  wish([time](SessionRunner& runner) { runner.stopAt(time); });
}

void Session::stepEvent() {
  wish([](SessionRunner& runner) { runner.stepEvent(); });
}

void Session::stepAtNode(std::string node) {
  wish([node = std::move(node)](SessionRunner& runner) { runner.stepAtNode(node); });
}

void Session::post(Action action) {
  wish([action = std::move(action)](SessionRunner& runner) { runner.act(action); });
}

bool Session::take(SessionUpdate& update) {
  bool taken = false;
  {
    const std::lock_guard lock(mutex_);
    if (hasNews_) {
      std::swap(update, news_);
      // What was handed over is not handed over again.
      news_.rows = {};
      news_.actions.clear();
      news_.run = update.run;
      hasNews_ = false;
      taken = true;
    }
    wanted_ = true;
  }
  called_.notify_one();
  return taken;
}

// The report is made in a buffer of the engine's own and swapped in, so that nobody waits while it is made.
void Session::publish(SessionRunner& runner) {
  SessionUpdate fresh;
  runner.report(fresh);
  const std::lock_guard lock(mutex_);
  if (hasNews_ && news_.run == fresh.run) {
    SampleRows& rows = news_.rows;
    rows.times.insert(rows.times.end(), fresh.rows.times.begin(), fresh.rows.times.end());
    rows.values.insert(rows.values.end(), fresh.rows.values.begin(), fresh.rows.values.end());
    fresh.rows = std::move(rows);
    news_.actions.insert(news_.actions.end(), fresh.actions.begin(), fresh.actions.end());
    fresh.actions = std::move(news_.actions);
  }
  news_ = std::move(fresh);
  hasNews_ = true;
}

void Session::work() {
  SessionRunner runner(history_);
  std::vector<Wish> wishes;
  bool changed = false;  // since the last publication
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      const auto isCalled = [this, &changed] { return hasWishes_ || (changed && wanted_); };
      if (!runner.goes()) called_.wait(lock, isCalled);
      if (quit_) return;
      wishes.swap(wishes_);
      hasWishes_ = false;
    }
    for (const Wish& wish : wishes) wish(runner);
    changed = changed || !wishes.empty();
    wishes.clear();

    bool waits = true;
    if (runner.goes()) {
      waits = !runner.slice(realNow());
      changed = true;
    }
    if (changed && wanted_.exchange(false)) {
      publish(runner);
      changed = false;
    }
    if (waits && runner.goes()) {
      std::unique_lock lock(mutex_);
      called_.wait_for(lock, kNap, [this] { return hasWishes_.load(); });
    }
  }
}

Scenario withActions(Scenario scenario, const std::vector<Action>& actions) {
  std::vector<Action>& timeline = scenario.timeline;
  timeline.insert(timeline.end(), actions.begin(), actions.end());
  std::stable_sort(timeline.begin(), timeline.end(), [](const Action& a, const Action& b) { return a.at < b.at; });
  return scenario;
}

}  // namespace faultline

// Where simulated time should stand at a moment of the real clock, and how fast it really went.
//
// Holds no clock: the caller passes the real time, so that tests can choose it.
#pragma once

#include <deque>
#include <limits>

#include "base/time.h"

namespace faultline {

// A moment of the real clock, from an arbitrary origin.
using RealTime = Duration;

inline constexpr double kMaxSpeed = std::numeric_limits<double>::infinity();

class Pacer {
 public:
  // The clock goes on from here; owed time is forgotten.
  void anchor(SimTime now, RealTime real) {
    simAnchor_ = now;
    realAnchor_ = real;
  }
  void setSpeed(double factor, SimTime now, RealTime real) {
    speed_ = factor;
    anchor(now, real);
  }
  double speed() const { return speed_; }
  bool unlimited() const { return speed_ == kMaxSpeed; }

  // kNever at full speed.
  SimTime target(RealTime real) const {
    if (unlimited()) return kNever;
    return simAnchor_ + durationFromNs(static_cast<double>((real - realAnchor_).ns) * speed_);
  }
  // A machine that cannot keep up does not try to catch up later: it is slower and says so.
  void forgiveDebt(SimTime now, RealTime real) {
    if (unlimited() || now >= target(real)) return;
    const double owedNs = static_cast<double>((target(real) - now).ns) / speed_;
    if (owedNs > static_cast<double>(kMostDebt.ns)) anchor(now, real);
  }

 private:
  static constexpr Duration kMostDebt = milliseconds(100);

  double speed_ = 1;
  SimTime simAnchor_;
  RealTime realAnchor_;
};

// Speed and event rate over the last second of the real clock.
class Speedometer {
 public:
  void clear() { points_.clear(); }
  void note(RealTime real, SimTime now, std::uint64_t events) {
    if (points_.size() > 1 && real - points_[points_.size() - 2].real < kDistance) points_.pop_back();
    points_.push_back({real, now, events});
    while (points_.size() > 2 && real - points_[1].real > kWindow) points_.pop_front();
  }
  // Simulated per real second.
  double speed() const {
    return span() > 0 ? static_cast<double>((points_.back().now - points_.front().now).ns) / span() : 0;
  }
  double eventsPerSecond() const {
    return span() > 0 ? static_cast<double>(points_.back().events - points_.front().events) * 1e9 / span() : 0;
  }

 private:
  struct Point {
    RealTime real;
    SimTime now;
    std::uint64_t events;
  };
  static constexpr Duration kWindow = seconds(1);
  static constexpr Duration kDistance = milliseconds(20);

  double span() const {
    return points_.size() < 2 ? 0 : static_cast<double>((points_.back().real - points_.front().real).ns);
  }

  std::deque<Point> points_;
};

}  // namespace faultline

// When the next arrival of a stream with a changing rate comes: the time change of an inhomogeneous process.
//
// A stream of unit rate is run on the clock "integral of the rate". Exponential unit gaps give an exact inhomogeneous
// Poisson process, constant ones an evenly spaced stream, recorded ones a replay. The rate is the product of a
// piecewise linear curve and of a factor that may itself change linearly. A change while a gap is open keeps what is
// left of the gap, so no change can add or lose an arrival.
//
// Rates are per nanosecond. Determinism: only IEEE arithmetic. Thread safety: a value. Complexity: O(1) for each
// arrival and each corner of the curve, O(log corners) after a change.
#pragma once

#include <cstdint>
#include <vector>

#include "base/time.h"

namespace faultline {

// A rate over time: straight lines between corners, level before the first and after the last. Two corners at the same
// time are a jump. With a period it repeats.
class RateCurve {
 public:
  struct Corner {
    std::int64_t at;
    double rate;
  };
  struct Piece {
    double rate;       // at the time asked for
    double slope;      // per nanosecond
    std::int64_t end;  // first time of the next piece; kNever.ns for none
  };

  RateCurve() = default;
  explicit RateCurve(double level) : corners_{{0, level}} {}
  // REQUIRES at least one corner, in order of time; with a period: the first at 0, the last at the period.
  explicit RateCurve(std::vector<Corner> corners, std::int64_t period = 0)
      : corners_(std::move(corners)), period_(period) {}

  Piece at(std::int64_t now) const;

 private:
  std::vector<Corner> corners_;
  std::int64_t period_ = 0;
};

class ArrivalClock {
 public:
  struct Step {
    std::int64_t at = kNever.ns;
    bool isArrival = false;  // else a corner: ask again then
  };

  // Replaces the curve. Call `settle` before.
  void setCurve(RateCurve curve) {
    curve_ = std::move(curve);
    levelGap_ = 0;
  }
  // A closed gate stops the stream: its gap stays as it is. Call `settle` before.
  void setGate(bool isOpen) {
    isOpen_ = isOpen;
    levelGap_ = 0;
  }
  // The factor goes linearly to `to` until `over` has passed. Call `settle` before.
  void setFactor(double to, Duration over, std::int64_t now);
  double factorAt(std::int64_t now) const;
  bool isChangingFactor(std::int64_t now) const { return now < factorEnd_; }

  // Starts the next gap, of `units` expected arrivals, at `from`.
  void open(double units, std::int64_t from) {
    left_ = units;
    from_ = from;
  }
  // Takes from the gap what has passed of it up to `now`.
  void settle(std::int64_t now);
  // The end of the open gap, or the corner before it, into `step`. REQUIRES that nothing changed since `open` or
  // `settle`.
  void next(Step& step) {
    if (levelGap_ > 0) [[likely]] {
      step.at = from_ + wholeNs(left_ * levelGap_);
      step.isArrival = true;
    } else {
      step = search();
    }
  }

 private:
  struct Polynomial {
    double a, b, c;  // rate = a + b x + c x^2, x nanoseconds from `from_`
    double integral(double x) const { return x * (a + x * (b / 2 + x * (c / 3))); }
  };
  std::int64_t wholeNs(double x) {
    x += fraction_;
    if (x > static_cast<double>(kLongestDuration.ns)) return kLongestDuration.ns;
    const auto whole = static_cast<std::int64_t>(x + 0.5);
    fraction_ = x - static_cast<double>(whole);
    return whole;
  }
  Step search();
  Polynomial rateFrom(std::int64_t now, std::int64_t& end) const;
  static double solve(const Polynomial& rate, double units, double limit);

  RateCurve curve_;
  double factorStart_ = 1, factorTarget_ = 1;
  std::int64_t factorBegin_ = 0, factorEnd_ = 0;
  bool isOpen_ = true;
  double levelGap_ = 0;  // nanoseconds for one unit where the rate will not change by itself; 0: unknown
  double left_ = 0;
  double fraction_ = 0;  // of a nanosecond, so that rounding does not speed the stream up
  std::int64_t from_ = 0;
};

}  // namespace faultline

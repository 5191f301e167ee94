#include "parts/arrival_clock.h"

#include <algorithm>
#include <cmath>

namespace faultline {

RateCurve::Piece RateCurve::at(std::int64_t now) const {
  const std::int64_t base = period_ > 0 ? now / period_ * period_ : 0;
  const std::int64_t t = now - base;
  const auto after = std::upper_bound(corners_.begin(), corners_.end(), t,
                                      [](std::int64_t time, const Corner& c) { return time < c.at; });
  if (after == corners_.begin()) return {after->rate, 0, base + after->at};
  const Corner& left = *(after - 1);
  if (after == corners_.end()) return {left.rate, 0, kNever.ns};
  const double slope = (after->rate - left.rate) / static_cast<double>(after->at - left.at);
  return {left.rate + slope * static_cast<double>(t - left.at), slope, base + after->at};
}

double ArrivalClock::factorAt(std::int64_t now) const {
  if (now >= factorEnd_) return factorTarget_;
  const double share = static_cast<double>(now - factorBegin_) / static_cast<double>(factorEnd_ - factorBegin_);
  return factorStart_ + (factorTarget_ - factorStart_) * share;
}

void ArrivalClock::setFactor(double to, Duration over, std::int64_t now) {
  factorStart_ = factorAt(now);
  factorTarget_ = to;
  factorBegin_ = now;
  factorEnd_ = now + over.ns;
  levelGap_ = 0;
}

ArrivalClock::Polynomial ArrivalClock::rateFrom(std::int64_t now, std::int64_t& end) const {
  if (!isOpen_) {
    end = kNever.ns;
    return {0, 0, 0};
  }
  const RateCurve::Piece piece = curve_.at(now);
  end = piece.end;
  const double factor = factorAt(now);
  double slope = 0;
  if (now < factorEnd_) {
    end = std::min(end, factorEnd_);
    slope = (factorTarget_ - factorStart_) / static_cast<double>(factorEnd_ - factorBegin_);
  }
  return {piece.rate * factor, piece.rate * slope + piece.slope * factor, piece.slope * slope};
}

void ArrivalClock::settle(std::int64_t now) {
  while (from_ < now) {
    std::int64_t end = 0;
    const Polynomial rate = rateFrom(from_, end);
    const std::int64_t to = std::min(end, now);
    left_ = std::max(0.0, left_ - rate.integral(static_cast<double>(to - from_)));
    from_ = to;
  }
}

// The x at which the integral reaches `units`; REQUIRES that it does so before `limit`. Newton's steps, kept inside a
// bracket because the rate may be near zero at either end.
double ArrivalClock::solve(const Polynomial& rate, double units, double limit) {
  double low = 0, high = limit;
  double x = rate.a > 0 ? std::min(units / rate.a, limit) : limit / 2;
  for (int i = 0; i < 200; ++i) {
    const double miss = rate.integral(x) - units;
    if (miss < 0)
      low = x;
    else
      high = x;
    const double slope = rate.a + x * (rate.b + x * rate.c);
    double next = x - miss / slope;
    if (!(next > low && next < high)) next = low + (high - low) / 2;
    if (std::abs(next - x) < 0.01) return next;
    x = next;
  }
  return x;
}

ArrivalClock::Step ArrivalClock::search() {
  std::int64_t end = 0;
  const Polynomial rate = rateFrom(from_, end);
  const bool isLevel = rate.b == 0 && rate.c == 0;
  const double span = end == kNever.ns ? 9e18 : static_cast<double>(end - from_);
  // An arrival beyond the longest time there is never comes.
  const double most = std::min(span, static_cast<double>(kLongestDuration.ns));
  double x = 0;
  if (isLevel) {
    if (rate.a <= 0 || left_ >= rate.a * most) return {end, false};
    if (end == kNever.ns) levelGap_ = 1 / rate.a;
    x = left_ / rate.a;
  } else {
    if (rate.integral(most) <= left_) return {end, false};
    x = solve(rate, left_, most);
  }
  return {from_ + wholeNs(x), true};
}

}  // namespace faultline

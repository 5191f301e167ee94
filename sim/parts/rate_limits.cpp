#include "parts/rate_limits.h"

#include <algorithm>
#include <cmath>

namespace faultline {

namespace {

constexpr double kForgiven = 1e-9;  // of a call

double driven(double rate, std::int64_t fromNs, SimTime now) {
  return static_cast<double>(now.ns - fromNs) * rate / 1e9;
}

Duration timeFor(double calls, double rate) { return durationFromNs(std::ceil(calls / rate * 1e9 - 1e-3)); }

}  // namespace

RateAnswer RateCounter::ask(const RateRule& rule, SimTime now, Duration longest) {
  switch (rule.algorithm) {
    case Limiting::TokenBucket:
      return askTokens(rule, now, longest);
    case Limiting::LeakyBucket:
      return askLeaky(rule, now, longest);
    case Limiting::FixedWindow:
      return askFixed(rule, now, longest);
    case Limiting::SlidingWindow:
      return askSliding(rule, now, longest);
  }
  return {};
}

double RateCounter::tokensAt(const RateRule& rule, SimTime now) const {
  const auto full = static_cast<double>(rule.burst);
  return isFresh_ ? full : std::min(full, amount_ + driven(rule.rate, since_, now));
}

RateAnswer RateCounter::askTokens(const RateRule& rule, SimTime now, Duration longest) {
  const double after = tokensAt(rule, now) - 1;
  const Duration wait = after >= -kForgiven ? Duration{} : timeFor(-after, rule.rate);
  if (wait > longest) return {false, wait - longest};
  isFresh_ = false;
  amount_ = after;
  since_ = now.ns;
  return {true, wait};
}

// -1 for an empty bucket: the first call is no excess.
double RateCounter::excessBefore(const RateRule& rule, SimTime now) const {
  return isFresh_ ? -1 : std::max(-1.0, amount_ - driven(rule.rate, since_, now));
}

RateAnswer RateCounter::askLeaky(const RateRule& rule, SimTime now, Duration longest) {
  const double excess = excessBefore(rule, now) + 1;
  const double over = excess - static_cast<double>(rule.burst);
  if (over > kForgiven) return {false, timeFor(over, rule.rate)};
  const Duration wait = rule.isSpaced && excess > kForgiven ? timeFor(excess, rule.rate) : Duration{};
  if (wait > longest) return {false, wait - longest};
  isFresh_ = false;
  amount_ = excess;
  since_ = now.ns;
  return {true, wait};
}

RateAnswer RateCounter::askFixed(const RateRule& rule, SimTime now, Duration longest) {
  std::int64_t window = std::max(window_, now.ns / rule.window.ns);
  std::int64_t used = window == window_ ? used_ : 0;
  if (used >= rule.limit) {
    ++window;
    used = 0;
  }
  const Duration wait{std::max<std::int64_t>(0, window * rule.window.ns - now.ns)};
  if (wait > longest) return {false, wait - longest};
  window_ = window;
  used_ = used + 1;
  return {true, wait};
}

RateAnswer RateCounter::askSliding(const RateRule& rule, SimTime now, Duration longest) {
  const bool isFull = static_cast<std::int64_t>(admitted_.size()) == rule.limit;
  const std::int64_t at = isFull ? std::max(now.ns, admitted_[oldest_] + rule.window.ns) : now.ns;
  const Duration wait{at - now.ns};
  if (wait > longest) return {false, wait - longest};
  if (!isFull) {
    admitted_.push_back(at);
    return {true, wait};
  }
  admitted_[oldest_] = at;
  oldest_ = oldest_ + 1 == admitted_.size() ? 0 : oldest_ + 1;
  return {true, wait};
}

std::int64_t RateCounter::left(const RateRule& rule, SimTime now) const {
  switch (rule.algorithm) {
    case Limiting::TokenBucket:
      return static_cast<std::int64_t>(std::max(0.0, std::floor(tokensAt(rule, now) + kForgiven)));
    case Limiting::LeakyBucket:
      return static_cast<std::int64_t>(
          std::max(0.0, std::floor(static_cast<double>(rule.burst) - excessBefore(rule, now) + kForgiven)));
    case Limiting::FixedWindow: {
      const std::int64_t window = now.ns / rule.window.ns;
      return window_ > window ? 0 : rule.limit - (window_ == window ? used_ : 0);
    }
    case Limiting::SlidingWindow:
      return rule.limit - std::count_if(admitted_.begin(), admitted_.end(),
                                        [&](std::int64_t at) { return at + rule.window.ns > now.ns; });
  }
  return 0;
}

void RateCounter::settle(const RateRule& rule, SimTime now) {
  if (isFresh_) return;
  if (rule.algorithm == Limiting::TokenBucket) amount_ = tokensAt(rule, now);
  if (rule.algorithm == Limiting::LeakyBucket) amount_ = excessBefore(rule, now);
  since_ = now.ns;
}

RateAnswer RateLimits::ask(const RateRule& rule, std::uint32_t identity, SimTime now, Duration longest) {
  constexpr std::uint32_t kReserved = 0xffffffff;                                    // by the map
  std::uint32_t& place = places_[identity == kReserved ? kReserved - 1 : identity];  // from 1; 0: new
  if (place == 0) {
    counters_.emplace_back();
    place = static_cast<std::uint32_t>(counters_.size());
  }
  return counters_[place - 1].ask(rule, now, longest);
}

std::int64_t RateLimits::left(const RateRule& rule, SimTime now) const {
  if (counters_.empty()) return RateCounter().left(rule, now);
  std::int64_t sum = 0;
  for (const RateCounter& c : counters_) sum += c.left(rule, now);
  return sum;
}

void RateLimits::settle(const RateRule& rule, SimTime now) {
  for (RateCounter& c : counters_) c.settle(rule, now);
}

void RateLimits::clear() {
  places_.clear();
  counters_.clear();
}

}  // namespace faultline

// How many calls may go, and when: token bucket, leaky bucket, fixed window, sliding window; one counter for each
// identity (a user, a class, a key, or all together).
//
// Token bucket: holds up to `burst` tokens, refilled continuously at `rate`; a call takes one. Over any span t at most
// burst + rate * t calls go (Cruz, "A calculus for network delay", 1991; RFC 2697).
// Leaky bucket, with the accounting of nginx (ngx_http_limit_req_module): the excess drains at `rate`, each call adds
// one, and up to `burst` excess calls are admitted. Spaced, an admitted call goes when the excess before it has
// drained, so calls leave evenly; otherwise at once. Fixed window: `limit` calls in each window since the start of
// time, so up to twice as many around a boundary. Sliding window: `limit` calls in any window, by a log of their times.
//
// Who may be held back reserves the place at once, so that those who come later wait longer. Refused calls do not
// count.
//
// Thread safety: none. Determinism: arguments only; amounts are IEEE doubles and a billionth of a call is forgiven, so
// that a call at the very instant of its token gets it. Complexity: O(1) for each call; memory grows with the number of
// identities.
#pragma once

#include <cstdint>
#include <vector>

#include "base/flat_map.h"
#include "base/time.h"

namespace faultline {

enum class Limiting { TokenBucket, LeakyBucket, FixedWindow, SlidingWindow };

struct RateRule {
  Limiting algorithm = Limiting::TokenBucket;
  double rate = 1;         // of the buckets, per second; > 0
  std::int64_t burst = 1;  // of the buckets
  std::int64_t limit = 1;  // of the windows; >= 1
  Duration window = seconds(1);
  bool isSpaced = false;  // of the leaky bucket
  bool operator==(const RateRule&) const = default;
};

struct RateAnswer {
  bool admitted = false;
  Duration wait;  // how long an admitted call has to be held back; when a refused one could go
};

class RateCounter {
 public:
  // A call asks to go now, or at most `longest` later.
  RateAnswer ask(const RateRule& rule, SimTime now, Duration longest);
  // Calls that could go at once.
  std::int64_t left(const RateRule& rule, SimTime now) const;
  // Brings the amounts up to now, before the rule changes.
  void settle(const RateRule& rule, SimTime now);

 private:
  RateAnswer askTokens(const RateRule& rule, SimTime now, Duration longest);
  RateAnswer askLeaky(const RateRule& rule, SimTime now, Duration longest);
  RateAnswer askFixed(const RateRule& rule, SimTime now, Duration longest);
  RateAnswer askSliding(const RateRule& rule, SimTime now, Duration longest);
  double tokensAt(const RateRule& rule, SimTime now) const;
  double excessBefore(const RateRule& rule, SimTime now) const;

  bool isFresh_ = true;
  double amount_ = 0;                   // tokens, or the excess after the last admitted call
  std::int64_t since_ = 0;              // when that was so
  std::int64_t window_ = 0;             // number of the window that is being filled
  std::int64_t used_ = 0;               // calls in it
  std::vector<std::int64_t> admitted_;  // times of the last `limit` calls, a ring
  std::size_t oldest_ = 0;
};

class RateLimits {
 public:
  RateAnswer ask(const RateRule& rule, std::uint32_t identity, SimTime now, Duration longest);
  // Over all identities seen so far; before the first call, of one.
  std::int64_t left(const RateRule& rule, SimTime now) const;
  void settle(const RateRule& rule, SimTime now);
  void clear();

 private:
  FlatMap<std::uint32_t> places_;
  std::vector<RateCounter> counters_;
};

}  // namespace faultline

// What an arrow does: when a call is made (the call plan) and how (the call policy). See model.md section 3.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/descriptor.h"
#include "model/scenario.h"

namespace faultline {

enum class CallMode { Call, Send };
enum class FillMode { Send, Await, None };
enum class Backoff { None, Constant, Linear, Exponential };
enum class Jitter { None, Full, Equal, Decorrelated };

struct RetryPolicy {
  std::int64_t max = 3;  // further attempts after the first
  Backoff backoff = Backoff::Exponential;
  Duration base = milliseconds(100);
  Duration cap = seconds(20);
  Jitter jitter = Jitter::None;
  std::optional<Ratio> budget;   // retries per first attempt, over a sliding balance; unset: no budget
  std::vector<std::string> on{"error", "timeout", "rejected", "unavailable"};
  bool honourRetryAfter = true;
  bool operator==(const RetryPolicy&) const = default;
};

struct PoolPolicy {
  std::int64_t size = 10;              // connections per caller instance
  std::optional<std::int64_t> maxWaiting;   // unset: no limit
  std::optional<Duration> acquireTimeout;  // unset: waits for ever
  bool operator==(const PoolPolicy&) const = default;
};

struct HedgePolicy {
  std::optional<Duration> after;      // one of the two
  std::optional<Ratio> percentile;    // of this edge's own latency so far
  std::int64_t max = 1;               // further copies
  bool operator==(const HedgePolicy&) const = default;
};

struct EdgePolicy {
  // The call plan.
  std::vector<std::string> forClasses;  // empty: all
  std::int64_t step = 1;                // ascending; equal steps run in parallel and join
  Distribution times = Distribution::constant(1);  // sequential repeats
  std::int64_t parallel = 1;            // simultaneous copies
  CallMode mode = CallMode::Call;
  std::string when = "always";          // always | miss(node) | hit(node) | chance(10%); or node.label
  Effect effect = Effect::Inherit;
  std::string query;                    // named query at a database
  std::string key = "inherit";          // inherit | a key space
  bool optional = false;                // a failure gives a degraded answer instead of a failed one
  FillMode fill = FillMode::Send;       // how a miss fetched after a cache goes back to it
  Distribution work = Distribution::constant(0);  // the caller's own CPU work for each answer of this edge
  double weight = 1;                    // share of a balancer's traffic
  bool backup = false;                  // a balancer's last resort

  // The call policy.
  Distribution latency = Distribution::constant(0);  // each way
  Ratio loss;                                        // of messages, each way
  std::optional<BytesPerSecond> bandwidth;
  std::optional<Duration> timeout;
  bool propagateDeadline = false;
  bool cancel = false;        // a caller that gives up tells the callee to stop
  bool singleFlight = false;  // calls of one caller instance with the same key share one attempt
  std::optional<RetryPolicy> retry;
  std::optional<PoolPolicy> pool;
  std::optional<HedgePolicy> hedge;
  bool operator==(const EdgePolicy&) const = default;
};

// The table behind EdgePolicy: YAML keys, units, ranges and help.
std::span<const ParamInfo> edgePolicyParams();
// REQUIRES values that were validated.
EdgePolicy edgePolicy(const ValueMap& values);

// `when` taken apart.
struct Condition {
  enum class Kind { Always, Miss, Hit, Chance };
  Kind kind = Kind::Always;
  std::string node;  // of Miss and Hit
  double chance = 1;
  std::string label = {};  // of Miss and Hit: one arrow to the node; empty for any
  bool operator==(const Condition&) const = default;
};
// An empty optional when the text is none of the forms above.
std::optional<Condition> parseCondition(std::string_view text);

}  // namespace faultline

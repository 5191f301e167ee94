#include "model/edge_policy.h"

#include "base/quantity.h"

namespace faultline {
namespace {

constexpr ChoiceInfo kCallModes[] = {
    {"call", "The caller waits for the answer."},
    {"send", "Fire and forget: the caller goes on at once and never learns how the call ended."},
};
constexpr ChoiceInfo kFillModes[] = {
    {"send", "The fill is sent and nobody waits for it."},
    {"await", "The caller waits until the cache has stored the value."},
    {"none", "What was fetched after a miss is not stored."},
};
constexpr ChoiceInfo kEffects[] = {
    {"inherit", "The effect of the request that caused the call."},
    {"read", "The call reads, whatever the request does."},
    {"write", "The call writes, whatever the request does."},
};
constexpr ChoiceInfo kBackoffs[] = {
    {"none", "Retries follow at once."},
    {"constant", "Every retry waits for the base delay."},
    {"linear", "The n-th retry waits for n times the base delay, up to the cap."},
    {"exponential", "The delay doubles from the base with every retry, up to the cap."},
};
constexpr ChoiceInfo kJitters[] = {
    {"none", "The computed delay itself: clients that failed together retry together."},
    {"full", "Uniform between zero and the computed delay."},
    {"equal", "Half of the computed delay, and a uniform share of the other half."},
    {"decorrelated", "Uniform between the base and three times the previous delay, up to the cap."},
};
constexpr ChoiceInfo kRetryOutcomes[] = {
    {"error", "The callee ran and failed."},
    {"timeout", "The caller gave up waiting."},
    {"rejected", "The callee refused under load."},
    {"unavailable", "The callee was down, or no healthy target was left."},
};

// No message of anybody's network is under way for longer, and no caller is known to wait for longer.
constexpr double kLongestWay = 3600, kLongestWait = 86'400;
// A timeout of nothing would end every call before it is sent; who wants none leaves it out.
constexpr double kShortestTimeout = 1e-6;

constexpr ParamInfo kRetryParams[] = {
    param<&RetryPolicy::max>("max", "Retries", range(0, 1000), "Further attempts after the first one failed."),
    param<&RetryPolicy::backoff, &kBackoffs>("backoff", "Backoff", {}, "How the delay grows from retry to retry."),
    param<&RetryPolicy::base>("base", "Base delay", range(0, kLongestWait), "Delay before the first retry."),
    param<&RetryPolicy::cap>("cap", "Longest delay", range(0, kLongestWait), "No computed delay is longer than this."),
    param<&RetryPolicy::jitter, &kJitters>("jitter", "Jitter", {}, "How chance spreads the computed delay."),
    param<&RetryPolicy::budget>("budget", "Retry budget", range(0, 1),
                                "Retries allowed for each first attempt, over a sliding balance; without it there is "
                                "no such limit."),
    among(kRetryOutcomes, param<&RetryPolicy::on>("on", "Retry on", {}, "Outcomes after which a retry is made.")),
    param<&RetryPolicy::honourRetryAfter>("honour_retry_after", "Honour Retry-After", {},
                                          "Waits at least as long as a refusal asked for."),
};

constexpr ParamInfo kPoolParams[] = {
    param<&PoolPolicy::size>("size", "Connections", range(1, 1e6),
                             "Connections that one instance of the caller holds; a call keeps one until it ends."),
    param<&PoolPolicy::maxWaiting>("max_waiting", "Longest queue", range(0, 1e9),
                                   "Calls that may wait for a connection; one more is rejected. Without it there is "
                                   "no limit."),
    param<&PoolPolicy::acquireTimeout>("acquire_timeout", "Acquire timeout", range(kShortestTimeout, kLongestWait),
                                       "A call that has waited this long for a connection is rejected. Without it, "
                                       "calls wait for ever."),
};

constexpr ParamInfo kHedgeParams[] = {
    param<&HedgePolicy::after>("after", "After", range(0, kLongestWait),
                               "Delay after which a copy of the call is sent."),
    param<&HedgePolicy::percentile>("percentile", "Percentile", range(0.01, 0.9999),
                                    "Sends the copy when the call has taken longer than this share of the edge's "
                                    "calls so far."),
    param<&HedgePolicy::max>("max", "Copies", range(1, 100), "Further copies; the first answer wins."),
};

// What a caller prepares when a run starts is fixed: see parts/call_plan.
constexpr ParamInfo kEdgeParams[] = {
    fixed(as(ParamType::ClassList, param<&EdgePolicy::forClasses>(
                                       "for", "Classes", {}, "Request classes that take this edge; empty for all."))),
    fixed(
        param<&EdgePolicy::step>("step", "Step", range(0, 1e6),
                                 "Calls are made in ascending order of steps; equal steps run in parallel and join.")),
    fixed(
        as(ParamType::CountDistribution,
           param<&EdgePolicy::times>("times", "Times", range(0, 1e6),
                                     "How often the call is repeated, one after the other (the N of N+1); a count or a "
                                     "distribution."))),
    fixed(param<&EdgePolicy::parallel>("parallel", "Copies at once", range(1, 10000),
                                       "How many calls are made at the same time and joined.")),
    fixed(param<&EdgePolicy::mode, &kCallModes>("mode", "Mode", {}, "Whether the caller waits for the answer.")),
    fixed(
        param<&EdgePolicy::when>("when", "When", {},
                                 "Condition of the call: always, miss(node) or hit(node) after an earlier call to that "
                                 "node (miss(node.label) after one of several), or chance(10%).")),
    param<&EdgePolicy::effect, &kEffects>("effect", "Effect", {}, "Whether the call reads or writes."),
    param<&EdgePolicy::query>("query", "Query", {}, "The named query that the call runs at a database."),
    fixed(as(ParamType::KeySpace,
             param<&EdgePolicy::key>("key", "Key", {},
                                     "The key of the call: inherit takes the request's, or a key space "
                                     "of its own."))),
    fixed(param<&EdgePolicy::optional>("optional", "Optional", {},
                                       "A failed call gives a degraded answer instead of a failed one.")),
    param<&EdgePolicy::fill, &kFillModes>("fill", "Cache fill", {},
                                          "How a value fetched after a miss goes back to the cache."),
    fixed(param<&EdgePolicy::work>("work", "Work per answer", {},
                                   "The caller's own CPU work for each answer of this edge.")),
    param<&EdgePolicy::weight>("weight", "Weight", range(0, 1e6),
                               "Share of a balancer's traffic, relative to the others."),
    param<&EdgePolicy::backup>("backup", "Backup", {},
                               "Gets a balancer's traffic only while none of its other targets is healthy: failover to "
                               "another region."),
    param<&EdgePolicy::latency>("latency", "Latency", range(0, kLongestWay),
                                "Time that a message takes on the network, each way."),
    param<&EdgePolicy::loss>("loss", "Loss", range(0, 1), "Share of messages that vanish, each way."),
    param<&EdgePolicy::bandwidth>("bandwidth", "Bandwidth", range(1, 1e15),
                                  "Messages queue for this line, each way; without it, size costs no time."),
    param<&EdgePolicy::timeout>("timeout", "Timeout", range(kShortestTimeout, kLongestWait),
                                "An attempt that takes longer is given up by the caller; the callee works on."),
    param<&EdgePolicy::propagateDeadline>("propagate_deadline", "Propagate deadline", {},
                                          "Passes on the time that is left, and makes no call when none is."),
    param<&EdgePolicy::cancel>("cancel", "Cancel", {}, "A caller that gives up tells the callee to stop."),
    param<&EdgePolicy::singleFlight>("single_flight", "Single flight", {},
                                     "Calls of one caller instance with the same key share one attempt."),
    param<&EdgePolicy::retry, &kRetryParams>("retry", "Retries", {}, "Repeats calls that failed."),
    param<&EdgePolicy::pool, &kPoolParams>("pool", "Connection pool", {}, "Bounds the calls in flight by connections."),
    param<&EdgePolicy::hedge, &kHedgeParams>("hedge", "Hedging", {}, "Sends a second copy of slow calls."),
};

// The text between "name(" and ")", without the spaces at its ends.
std::optional<std::string_view> argumentOf(std::string_view text, std::string_view name) {
  if (!text.starts_with(name) || !text.ends_with(")")) return std::nullopt;
  text.remove_prefix(name.size());
  if (!text.starts_with("(")) return std::nullopt;
  text = text.substr(1, text.size() - 2);
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  if (text.empty()) return std::nullopt;
  return text;
}

// "node" or "node.label".
Condition conditionOf(Condition::Kind kind, std::string_view edge) {
  const std::size_t dot = edge.find('.');
  const std::string_view label = dot == std::string_view::npos ? std::string_view{} : edge.substr(dot + 1);
  return {kind, std::string(edge.substr(0, dot)), 1, std::string(label)};
}

}  // namespace

std::span<const ParamInfo> edgePolicyParams() { return kEdgeParams; }

EdgePolicy edgePolicy(const ValueMap& values) {
  EdgePolicy policy;
  for (const auto& [name, value] : values.entries)
    if (const ParamInfo* p = findParam(kEdgeParams, name)) p->assign(&policy, value);
  return policy;
}

std::optional<Condition> parseCondition(std::string_view text) {
  if (text == "always") return Condition{};
  if (const auto edge = argumentOf(text, "miss")) return conditionOf(Condition::Kind::Miss, *edge);
  if (const auto edge = argumentOf(text, "hit")) return conditionOf(Condition::Kind::Hit, *edge);
  if (const auto share = argumentOf(text, "chance")) {
    const Parsed<double> chance = parseRatio(*share);
    if (chance.value && *chance.value >= 0 && *chance.value <= 1)
      return Condition{Condition::Kind::Chance, {}, *chance.value};
  }
  return std::nullopt;
}

}  // namespace faultline

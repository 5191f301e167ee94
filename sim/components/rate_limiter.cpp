// Lets only so many calls pass in a time, and refuses or holds back the others.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "engine/component.h"
#include "parts/pass_answer.h"
#include "parts/rate_limits.h"

namespace faultline {

namespace {

constexpr ChoiceInfo kAlgorithms[] = {
    {"token_bucket", "Up to `burst` calls at once, then `rate`."},
    {"leaky_bucket",
     "`rate`, and up to `burst` calls of excess: at once if excess is refused, evenly if it is held back."},
    {"fixed_window", "`limit` calls in each `window`, counted anew at its boundary."},
    {"sliding_window", "`limit` calls in any `window`, by a log of admitted calls."},
};

enum class Per { All, User, Class, Key };
constexpr ChoiceInfo kPers[] = {
    {"all", "All calls count together."},
    {"user", "Every user has a counter."},
    {"class", "Every request class has a counter."},
    {"key", "Every key has a counter."},
};

enum class Counters { Own, Shared };
constexpr ChoiceInfo kCounters[] = {
    {"own", "Each instance counts for itself, in memory: n instances admit up to n times as much."},
    {"shared", "All instances count together in an outside store, which every call asks."},
};

enum class OnLimit { Reject, Delay };
constexpr ChoiceInfo kOnLimits[] = {
    {"reject", "A call beyond the limit is refused at once (429)."},
    {"delay", "It is held back until it may go."},
};

struct Params {
  Limiting algorithm = Limiting::TokenBucket;
  PerSecond rate{10};
  std::int64_t burst = 100;
  std::int64_t limit = 100;
  Duration window = seconds(1);
  Per per = Per::All;
  std::int64_t instances = 1;
  Counters counters = Counters::Own;
  Distribution storeLatency = Distribution::constant(0);
  OnLimit onLimit = OnLimit::Reject;
  std::optional<Duration> maxDelay;
  bool retryAfter = true;
};

constexpr double kDay = 86'400;
constexpr ParamInfo kParams[] = {
    param<&Params::algorithm, &kAlgorithms>("algorithm", "Algorithm", {}, "How calls are counted."),
    param<&Params::rate>("rate", "Rate", range(1e-6, 1e9), "Of the buckets: calls that may go in the long run."),
    param<&Params::burst>("burst", "Burst", range(1, 1e9),
                          "Of the buckets: calls beyond the rate that may come at once."),
    param<&Params::limit>("limit", "Limit", range(1, 1e6), "Of the windows: calls in each."),
    param<&Params::window>("window", "Window", range(1e-6, 31 * kDay), "Length of a window."),
    fixed(param<&Params::per, &kPers>("per", "Per", {}, "Which calls count together.")),
    param<&Params::instances>("instances", "Instances", range(1, 10'000),
                              "Copies of the limiter, one in each server that has it built in."),
    fixed(param<&Params::counters, &kCounters>("counters", "Counters", {}, "Where instances count.")),
    param<&Params::storeLatency>("store_latency", "Store latency", range(0, 60),
                                 "Time to ask the store of shared counters, before the decision."),
    param<&Params::onLimit, &kOnLimits>("on_limit", "On limit", {}, "What happens to a call beyond the limit."),
    param<&Params::maxDelay>("max_delay", "Max delay", range(0, kDay),
                             "A call that would be held back longer is refused at once; unset: none is."),
    param<&Params::retryAfter>("retry_after", "Retry-After", {},
                               "A refusal says when the next call could go, which callers that retry may honour."),
};

enum Metric : std::uint32_t { kLimited, kDelayed, kTokens };
constexpr MetricInfo kMetrics[] = {
    {"limited", MetricType::Counter, "calls", "Calls that were refused."},
    {"delayed", MetricType::Counter, "calls", "Calls that were held back."},
    {"tokens", MetricType::Reading, "calls", "Calls that could go at once now, over all counters in use."},
};

enum Reason : std::uint32_t { kRateLimited };
constexpr ReasonInfo kReasons[] = {
    {"rate_limited", Outcome::Rejected, "More calls than the limit allows (429)."},
};

constexpr SymptomInfo kSymptoms[] = {{"limited", true, false, "refuses calls beyond its limit"}};

constexpr const char* kHeadline[] = {"limited", "tokens", "ok"};

// What a held call waits for, in Call::step.
enum Phase : std::uint16_t { kAskingStore, kHeldBack };

class RateLimiter : public Component {
 public:
  explicit RateLimiter(const Params& params) : p_(params) {}

  void onStart(Context& ctx) override {
    storeLuck_ = &ctx.stream("store");
    rule_ = ruleOf(p_);
    addInstances(ctx);
  }

  void onRequest(Context& ctx, CallId id) override {
    if (p_.storeLatency.isZero()) return decide(ctx, id);
    ctx.at(id).step = kAskingStore;
    ctx.serve(id, p_.storeLatency.sample(*storeLuck_));
  }

  void onServed(Context& ctx, CallId id) override {
    Call& call = ctx.at(id);
    call.clear(kServing);
    if (call.step == kAskingStore) return decide(ctx, id);
    ctx.nodeStats().wait.record(ctx.now().ns - call.started);
    ctx.stats(call.instance).queue.add(-1, ctx.now().ns);
    ctx.pass(0, id);
  }

  void onReply(Context& ctx, CallId id, const Reply& reply) override { passAnswer(ctx, id, reply); }

  void onCancel(Context& ctx, CallId id) override {
    const Call& call = ctx.at(id);
    if (call.has(kServing)) {
      ctx.stopWork(id);
      if (call.step == kHeldBack) ctx.stats(call.instance).queue.add(-1, ctx.now().ns);
    } else {
      ctx.abandonChildren(id);
    }
    ctx.reply(id, ctx.failure(CommonReason::Cancelled));
  }

  void onChange(Context& ctx, const NodeChange& change) override {
    switch (change.kind) {
      case NodeChange::Kind::Crashed:
        return crashed(ctx, change.instance);
      case NodeChange::Kind::InstancesChanged:
        return addInstances(ctx);
      case NodeChange::Kind::ParamsChanged:
        return changeRule(ctx);
      default:
        return;
    }
  }

  void onSample(Context& ctx) override {
    std::int64_t left = 0;
    for (const RateLimits& limits : limits_) left += limits.left(rule_, ctx.now());
    ctx.set(kTokens, left);
  }

 private:
  static RateRule ruleOf(const Params& p) {
    return {p.algorithm, p.rate.value, p.burst, p.limit, p.window, p.onLimit == OnLimit::Delay};
  }

  void addInstances(Context& ctx) {
    known_ = std::max(known_, ctx.instances());
    limits_.resize(p_.counters == Counters::Shared ? 1 : known_);
  }

  // Buckets keep what is in them; what counts in other windows starts anew.
  void changeRule(Context& ctx) {
    const RateRule next = ruleOf(p_);
    const bool keeps = next.algorithm == rule_.algorithm && next.limit == rule_.limit && next.window == rule_.window;
    for (RateLimits& limits : limits_)
      if (keeps)
        limits.settle(rule_, ctx.now());
      else
        limits.clear();
    rule_ = next;
  }

  // The store of shared counters outlives the instances that ask it.
  void crashed(Context& ctx, std::uint16_t which) {
    for (std::uint32_t i = 0; i < known_; ++i) {
      if (which != kAnyInstance && which != i) continue;
      ctx.stats(static_cast<std::uint16_t>(i)).queue.set(0, ctx.now().ns);
      if (p_.counters == Counters::Own) limits_[i].clear();
    }
  }

  std::uint32_t identityOf(const Call& call) const {
    switch (p_.per) {
      case Per::All:
        return 0;
      case Per::User:
        return call.user;
      case Per::Class:
        return call.klass;
      case Per::Key:
        return call.key;
    }
    return 0;
  }

  void decide(Context& ctx, CallId id) {
    Call& call = ctx.at(id);
    const Duration longest = p_.onLimit == OnLimit::Reject ? Duration{} : p_.maxDelay.value_or(kLongestDuration);
    RateLimits& limits = limits_[p_.counters == Counters::Shared ? 0 : call.instance];
    const RateAnswer answer = limits.ask(rule_, identityOf(call), ctx.now(), longest);
    if (!answer.admitted) {
      ctx.add(kLimited);
      if (p_.retryAfter) call.retryAfter = answer.wait.ns;
      return ctx.reply(id, ctx.failure(kRateLimited));
    }
    if (answer.wait.ns == 0) return ctx.pass(0, id);
    ctx.add(kDelayed);
    call.step = kHeldBack;
    ctx.stats(call.instance).queue.add(1, ctx.now().ns);
    ctx.serve(id, answer.wait);
  }

  const Params& p_;
  RateRule rule_;
  std::vector<RateLimits> limits_;  // by instance, or one
  std::uint32_t known_ = 0;         // instances that there have been
  RandomStream* storeLuck_ = nullptr;
};

void checkParams(const void* params, std::vector<std::pair<std::string, std::string>>& problems) {
  const auto& p = *static_cast<const Params*>(params);
  if (p.counters == Counters::Own && !p.storeLatency.isZero())
    problems.emplace_back("store_latency", "only `counters: shared` asks a store");
  if (p.onLimit == OnLimit::Reject && p.maxDelay)
    problems.emplace_back("max_delay", "only `on_limit: delay` holds calls back");
}

}  // namespace

const ComponentInfo& rateLimiterInfo() {
  static const ComponentInfo info{
      .kind = "rate_limiter",
      .label = "Rate limiter",
      .category = "resilience",
      .summary = "Lets only so many calls pass in a time, and refuses or holds back the others.",
      .help =
          "Token bucket: burst + rate * t calls at most in any time t (RFC 2697; Cruz 1991), refilled continuously. "
          "Leaky bucket: the accounting of nginx limit_req, `reject` being its nodelay. A fixed window lets up to "
          "twice its limit pass around a boundary. Refused calls do not count. A call that is held back has its place "
          "from its arrival on, and keeps it when its caller gives up. Health checks count like other calls. A crash "
          "empties an instance's own counters, so it starts with a full burst; shared counters outlive it. With own "
          "counters and n instances behind a balancer the limit is in effect n times as high; with shared ones it is "
          "exact, for the price of `store_latency`. Leaves out: costs other than one for each call, failures of the "
          "store, and its races (a decision is atomic). The refusal is 429 with Retry-After (RFC 6585, RFC 9110 "
          "section 10.2.3). Defaults: 100 calls at once and 10 a second is the usual textbook bucket; for comparison "
          "AWS API Gateway gives an account 10,000/s with a burst of 5,000 (docs.aws.amazon.com, API Gateway quotas), "
          "GitHub a user 5,000 in a window of an hour. Checked against the bucket's arrival curve, Takacs' level "
          "crossings, Erlang B (sliding window) and the published accounting of nginx: tests rate_limiter, "
          "truth.traffic_control.",
      .params = kParams,
      .metrics = kMetrics,
      .reasons = kReasons,
      .symptoms = kSymptoms,
      .headline = kHeadline,
      .inputs = PortUse::Required,
      .outputs = PortUse::Required,
      .singleOutput = true,
      .makeParams = makeDefault<Params>,
      .create = makeComponent<RateLimiter, Params>,
      .instances = [](const void* p) { return static_cast<const Params*>(p)->instances; },
      .check = checkParams,
  };
  return info;
}

}  // namespace faultline

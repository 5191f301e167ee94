// Stops calling a dependency that fails, and tries it again after a while.
//
// The states and their names are those of Nygard, "Release It!" (2007) and Fowler, "CircuitBreaker" (2014).
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "engine/component.h"
#include "parts/sliding_window.h"

namespace faultline {

namespace {

enum class Mode { Ratio, Consecutive };
constexpr ChoiceInfo kModes[] = {
    {"ratio", "Opens when too large a share of the window's calls failed or was slow."},
    {"consecutive", "Opens after so many failures in a row."},
};

enum class Window { Calls, Time };
constexpr ChoiceInfo kWindows[] = {
    {"calls", "The last `window_calls` calls."},
    {"time", "The calls that ended within the last `window_time`, in tenths of it."},
};

enum class Fallback { None, Rejected, Always };
constexpr ChoiceInfo kFallbacks[] = {
    {"none", "A call that the breaker refuses fails with circuit_open."},
    {"rejected", "A call that the breaker refuses is answered at once, degraded."},
    {"always", "So is a call that failed at the dependency."},
};

constexpr ChoiceInfo kOutcomes[] = {
    {"error", "The dependency ran and failed."},
    {"timeout", "The timeout of the edge to the dependency expired."},
    {"rejected", "The dependency refused under load."},
    {"unavailable", "The dependency was down."},
};

struct Params {
  Mode mode = Mode::Ratio;
  Window window = Window::Calls;
  std::int64_t windowCalls = 100;
  Duration windowTime = seconds(10);
  Ratio failureRatio{0.5};
  std::int64_t minimumCalls = 100;
  std::int64_t failures = 5;
  std::vector<std::string> on{"error", "timeout", "unavailable"};
  std::optional<Duration> slowCall;
  Ratio slowRatio{1};
  Duration openFor = seconds(60);
  std::optional<std::int64_t> halfOpenCalls;
  std::optional<Duration> halfOpenWait;
  Fallback fallback = Fallback::None;
};

constexpr double kDay = 86'400;
constexpr ParamInfo kParams[] = {
    param<&Params::mode, &kModes>("mode", "Mode", {}, "What opens the breaker."),
    param<&Params::window, &kWindows>("window", "Window", {}, "Which calls the ratios are taken over."),
    param<&Params::windowCalls>("window_calls", "Window calls", range(1, 1e6), "Length of a window of calls."),
    param<&Params::windowTime>("window_time", "Window time", range(0.001, kDay), "Length of a window of time."),
    param<&Params::failureRatio>("failure_ratio", "Failure ratio", range(0.0001, 1),
                                 "Share of failed calls from which the breaker opens."),
    param<&Params::minimumCalls>(
        "minimum_calls", "Minimum calls", range(1, 1e6),
        "Ratios say nothing before so many calls are in the window; a window of fewer calls counts when it is full."),
    param<&Params::failures>("failures", "Failures in a row", range(1, 1e6),
                             "Failures in a row that open the breaker, in consecutive mode."),
    among(kOutcomes, param<&Params::on>("on", "On", {}, "Outcomes that count as failures; others count as success.")),
    param<&Params::slowCall>("slow_call", "Slow call", range(1e-6, kDay),
                             "Answers that take at least this long are slow; unset: none is."),
    param<&Params::slowRatio>("slow_ratio", "Slow ratio", range(0.0001, 1),
                              "Share of slow calls from which the breaker opens, in ratio mode."),
    param<&Params::openFor>("open_for", "Open for", range(0.001, kDay), "Time for which every call is refused."),
    param<&Params::halfOpenCalls>(
        "half_open_calls", "Half-open calls", range(1, 10'000),
        "Calls let through to try the dependency. Unset: 10 in ratio mode, 1 in consecutive mode."),
    param<&Params::halfOpenWait>("half_open_wait", "Half-open wait", range(0.001, kDay),
                                 "Opens again if the trial is not over by then; unset: waits for ever."),
    param<&Params::fallback, &kFallbacks>("fallback", "Fallback", {},
                                          "Whether a failed call gets a degraded answer instead."),
};

enum Metric : std::uint32_t { kState, kOpened, kRejected, kFallbackAnswers };
constexpr MetricInfo kMetrics[] = {
    {"state", MetricType::Gauge, "state", "0 closed, 1 open, 2 half-open."},
    {"opened", MetricType::Counter, "events", "How often the breaker opened, from closed or half-open."},
    {"rejected", MetricType::Counter, "calls", "Calls that were not let through."},
    {"fallbacks", MetricType::Counter, "calls", "Calls that got the degraded answer."},
};

enum Reason : std::uint32_t { kCircuitOpen };
constexpr ReasonInfo kReasons[] = {
    {"circuit_open", Outcome::Unavailable, "The breaker was open, or half-open with its trial calls under way."},
};

constexpr SymptomInfo kSymptoms[] = {
    {"rejected", true, false, "is open and refuses calls"},
    {"fallbacks", true, true, "gives the degraded answer"},
};

constexpr const char* kHeadline[] = {"state", "rejected", "failed"};

constexpr std::int64_t kHalfOpenCallsOfRatio = 10;
constexpr std::uint32_t kAnswerFlags = kMiss | kFetched | kStale | kDegraded;

class CircuitBreaker : public Component {
 public:
  explicit CircuitBreaker(const Params& params) : p_(params) {}

  void onStart(Context&) override { configure(); }

  void onRequest(Context& ctx, CallId id) override {
    if (state_ != State::Closed && !admits(ctx)) {
      ctx.add(kRejected);
      return fail(ctx, id, ctx.failure(kCircuitOpen), p_.fallback != Fallback::None);
    }
    ctx.pass(0, id);
  }

  void onReply(Context& ctx, CallId id, const Reply& reply) override {
    // A call that its caller cancelled says nothing about the dependency, and an answer to a call from before the last
    // transition says nothing about the present state. The call itself cannot carry a mark: it was passed on.
    const bool current = ctx.now() - reply.latency >= since_;
    if (current && state_ != State::Open) {
      if (!reply.has(kCancelled))
        judge(ctx, reply);
      else if (state_ == State::HalfOpen)
        --admitted_;
    }
    Call& call = ctx.at(id);
    call.flags |= reply.flags & kAnswerFlags;
    call.version = reply.version;
    call.retryAfter = reply.retryAfter;
    fail(ctx, id, reply.failure, p_.fallback == Fallback::Always);
  }

  // Only where the edge's policy makes a call of its own; else the engine cancels at the callee.
  void onCancel(Context& ctx, CallId id) override {
    if (state_ == State::HalfOpen && ctx.at(id).arrived >= since_.ns) --admitted_;
    ctx.abandonChildren(id);
    ctx.reply(id, ctx.failure(CommonReason::Cancelled));
  }

  void onChange(Context& ctx, const NodeChange& change) override {
    if (change.kind == NodeChange::Kind::Crashed) enter(ctx, State::Closed);
    if (change.kind == NodeChange::Kind::ParamsChanged) configure();
  }

 private:
  enum class State { Closed, Open, HalfOpen };

  // A window of another size starts empty; other parameters take effect at once.
  void configure() {
    const bool same =
        configured_ && window_ == p_.window && windowCalls_ == p_.windowCalls && windowTime_ == p_.windowTime;
    countsAsFailure_ = 0;
    for (const std::string& name : p_.on)
      for (Outcome o : {Outcome::Error, Outcome::Timeout, Outcome::Rejected, Outcome::Unavailable})
        if (name == toString(o)) countsAsFailure_ |= 1u << static_cast<unsigned>(o);
    if (same) return;
    configured_ = true;
    window_ = p_.window;
    windowCalls_ = p_.windowCalls;
    windowTime_ = p_.windowTime;
    recent_ =
        p_.window == Window::Calls ? SlidingWindow::ofCalls(p_.windowCalls) : SlidingWindow::ofTime(p_.windowTime);
  }

  std::int64_t trials() const { return p_.halfOpenCalls.value_or(p_.mode == Mode::Ratio ? kHalfOpenCallsOfRatio : 1); }

  // Whether a call may pass while the breaker is not closed.
  bool admits(Context& ctx) {
    if (state_ == State::Open) {
      if (ctx.now() - since_ < p_.openFor) return false;
      enter(ctx, State::HalfOpen);
    } else if (p_.halfOpenWait && ctx.now() - since_ >= *p_.halfOpenWait) {
      enter(ctx, State::Open);
      return false;
    }
    if (admitted_ >= trials()) return false;
    ++admitted_;
    return true;
  }

  void judge(Context& ctx, const Reply& reply) {
    const bool failed = !reply.ok() && (countsAsFailure_ >> static_cast<unsigned>(reply.outcome) & 1u) != 0;
    const bool slow = p_.slowCall && reply.latency >= *p_.slowCall;
    inARow_ = failed ? inARow_ + 1 : 0;
    ++ended_;
    if (state_ == State::HalfOpen) {
      trialFailures_ += failed;
      trialSlow_ += slow;
      return judgeTrial(ctx);
    }
    if (p_.mode == Mode::Consecutive) {
      if (inARow_ >= p_.failures) enter(ctx, State::Open);
      return;
    }
    recent_.record(failed, slow, ctx.now());
    const SlidingWindow::Totals& totals = recent_.totals(ctx.now());
    const std::int64_t needed =
        p_.window == Window::Calls ? std::min(p_.minimumCalls, p_.windowCalls) : p_.minimumCalls;
    if (totals.calls >= needed && exceeds(totals)) enter(ctx, State::Open);
  }

  void judgeTrial(Context& ctx) {
    if (p_.mode == Mode::Consecutive && trialFailures_ > 0) return enter(ctx, State::Open);
    if (ended_ < trials()) return;
    const bool bad = p_.mode == Mode::Ratio && exceeds({ended_, trialFailures_, trialSlow_});
    enter(ctx, bad ? State::Open : State::Closed);
  }

  bool exceeds(const SlidingWindow::Totals& totals) const {
    const auto calls = static_cast<double>(totals.calls);
    return static_cast<double>(totals.failures) >= p_.failureRatio.value * calls ||
           (p_.slowCall && static_cast<double>(totals.slow) >= p_.slowRatio.value * calls);
  }

  void enter(Context& ctx, State state) {
    if (state == State::Open) ctx.add(kOpened);
    state_ = state;
    since_ = ctx.now();
    recent_.clear();
    inARow_ = admitted_ = ended_ = trialFailures_ = trialSlow_ = 0;
    ctx.set(kState, static_cast<std::int64_t>(state));
  }

  // Answers with a failure, or degraded instead. With failure 0 it just answers.
  void fail(Context& ctx, CallId id, FailureId failure, bool fallsBack) {
    if (failure != 0 && fallsBack) {
      ctx.add(kFallbackAnswers);
      ctx.at(id).set(kDegraded);
      failure = 0;
    }
    ctx.reply(id, failure);
  }

  const Params& p_;
  State state_ = State::Closed;
  SimTime since_;
  SlidingWindow recent_ = SlidingWindow::ofCalls(1);
  std::int64_t inARow_ = 0;
  std::int64_t admitted_ = 0, ended_ = 0, trialFailures_ = 0, trialSlow_ = 0;  // of the half-open trial
  unsigned countsAsFailure_ = 0;
  bool configured_ = false;
  Window window_{};
  std::int64_t windowCalls_ = 0;
  Duration windowTime_;
};

void review(const void* params, std::vector<Advice>& advice) {
  const Params& p = *static_cast<const Params*>(params);
  if (p.fallback == Fallback::None)
    advice.push_back({"fallback", "has no fallback", "while it is open every operation that needs the call fails", "rejected"});
}

void remedies(const void* params, std::vector<Remedy>& remedies) {
  const Params& p = *static_cast<const Params*>(params);
  if (p.fallback == Fallback::None) remedies.push_back({"fallback", "rejected", "a degraded answer while it is open", 1});
  if (!p.slowCall) remedies.push_back({"slow_call", "1s", "slow calls open it too", 1});
}

}  // namespace

const ComponentInfo& circuitBreakerInfo() {
  static const ComponentInfo info{
      .kind = "circuit_breaker",
      .label = "Circuit breaker",
      .category = "resilience",
      .summary = "Stops calling a dependency that fails, and tries it again after a while.",
      .help =
          "One breaker guards one dependency, over all its instances, so it has exactly one out-edge. Every transition "
          "clears the window, and "
          "answers to calls from before it do not count. An open breaker becomes half-open with the first call after "
          "`open_for`. The "
          "trial ends with its last answer, in consecutive mode with its first failure; calls beyond the trial are "
          "refused. A call that never "
          "ends holds its place in the trial, so give the edge a timeout, or set `half_open_wait`. Leaves out: a share "
          "of the breaker "
          "between caller instances (draw it before the dependency for a shared one) and exceptions by type. Defaults "
          "of resilience4j 2 "
          "(resilience4j.readme.io/docs/circuitbreaker): 100 calls, 50 %, 60s open, 10 trial calls, slow ratio 100 %; "
          "the time window is that of "
          "Hystrix (10s in ten buckets); five failures in a row after Fowler's example. "
          "Checked against runs of failures (Feller) and a timed outage: tests circuit_breaker, "
          "truth.resilience.",
      .params = kParams,
      .metrics = kMetrics,
      .reasons = kReasons,
      .symptoms = kSymptoms,
      .headline = kHeadline,
      .inputs = PortUse::Required,
      .outputs = PortUse::Required,
      .singleOutput = true,
      .makeParams = makeDefault<Params>,
      .create = makeComponent<CircuitBreaker, Params>,
      .review = review,
      .remedies = remedies,
  };
  return info;
}

}  // namespace faultline

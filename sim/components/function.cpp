// A serverless function: environments that start on demand, work on one call at a time, and go when nobody needs them.
#include <algorithm>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "engine/component.h"
#include "model/price.h"
#include "parts/by_class.h"
#include "parts/call_plan.h"
#include "parts/station.h"

namespace faultline {

namespace {

struct Params {
  PerClass work{Distribution::constant(20e6), {}};
  Distribution coldStart = Distribution::logNormalFromPercentiles(0.5, 250e6, 0.99, 1e9);
  Duration keepWarm = minutes(10);
  std::int64_t concurrency = 1000;
  std::int64_t provisioned = 0;
  std::optional<std::int64_t> queueCapacity{0};
  double callPrice = 0;
};

constexpr double kDay = 86'400;
constexpr ParamInfo kParams[] = {
    param<&Params::work>("work", "Work", {}, "Own work before the calls."),
    param<&Params::coldStart>("cold_start", "Cold start", range(0, 3600),
                              "Time until a new environment can work: sandbox, runtime, initialisation of the code."),
    param<&Params::keepWarm>("keep_warm", "Keep warm", range(0, 31 * kDay),
                             "An environment that was idle this long goes."),
    param<&Params::concurrency>("concurrency", "Concurrency", range(1, 1e6),
                                "Environments that may be in use at a time: starting for a call or working."),
    param<&Params::provisioned>("provisioned", "Provisioned", range(0, 1e6),
                                "Environments that are there from the start and never go."),
    param<&Params::queueCapacity>(
        "queue_capacity", "Queue capacity", range(0, 1e8),
        "Calls beyond the concurrency that wait for an environment; more are refused. Unset: no limit."),
    callPriceParam<&Params::callPrice>(),
};

enum Metric : std::uint32_t {
  kInvocations,
  kColdStarts,
  kColdRatio,
  kThrottled,
  kEnvironments,
  kIdle,
  kColdStartTime,
  kBilled
};
constexpr MetricInfo kMetrics[] = {
    {"invocations", MetricType::Counter, "calls", "Calls that were accepted."},
    {"cold_starts", MetricType::Counter, "calls", "Calls for which an environment had to start."},
    {"cold_ratio", MetricType::Ratio, "ratio", "Share of the accepted calls that met a cold start.", kColdStarts,
     kInvocations},
    {"throttled", MetricType::Counter, "calls", "Calls that were refused."},
    {"environments", MetricType::Gauge, "environments", "All there are: starting, working and idle."},
    {"idle", MetricType::Gauge, "environments", "Warm environments that wait for a call."},
    {"cold_start_time", MetricType::Timing, "s", "How long environments took to start."},
    {"billed", MetricType::Counter, "ms",
     "Running time of calls, each rounded up to a millisecond, without cold starts."},
};

enum Reason : std::uint32_t { kConcurrencyLimit };
constexpr ReasonInfo kReasons[] = {
    {"concurrency_limit", Outcome::Rejected,
     "As many environments as allowed were in use, and the queue was full (429)."},
};

constexpr ActionInfo kActions[] = {
    {"recycle", {}, "A new version: idle environments go at once, the others when their call is done."},
};

constexpr SymptomInfo kSymptoms[] = {
    {"cold_ratio", true, false, "starts cold more often"},
    {"throttled", true, false, "refuses calls beyond its concurrency"},
};

constexpr const char* kHeadline[] = {"cold_ratio", "environments", "throttled"};

// What a held call is doing, in Call::step while no call plan runs (whose steps are far below).
enum Phase : std::uint16_t { kStarting = 0xfff0, kWork };

class Function : public Component {
 public:
  explicit Function(const Params& params) : p_(params) {}

  void onStart(Context& ctx) override {
    plan_ = CallPlan(ctx);
    luck_ = &ctx.stream("work");
    startLuck_ = &ctx.stream("cold starts");
    work_ = ByClass(ctx, p_.work);
    station_.emplace(ctx, std::uint16_t{0}, p_.concurrency, p_.queueCapacity.value_or(-1));
    // What is provisioned was started before the simulation.
    for (std::int64_t i = 0; i < p_.provisioned; ++i) becomeIdle(ctx, newEnvironment(ctx));
  }

  void onRequest(Context& ctx, CallId id) override {
    switch (station_->offer(ctx, id)) {
      case Station::Offer::Started:
        ctx.add(kInvocations);
        return place(ctx, id);
      case Station::Offer::Queued:
        return ctx.add(kInvocations);
      case Station::Offer::Full:
        ctx.add(kThrottled);
        return ctx.reply(id, ctx.failure(kConcurrencyLimit));
    }
  }

  void onServed(Context& ctx, CallId id) override {
    if (plan_.start(ctx, id) == CallPlan::Progress::Done) answer(ctx, id, ctx.at(id).failure);
  }

  void onReply(Context& ctx, CallId id, const Reply& reply) override {
    if (plan_.onReply(ctx, id, reply) == CallPlan::Progress::Done) answer(ctx, id, ctx.at(id).failure);
  }

  void onCancel(Context& ctx, CallId id) override {
    const Call& call = ctx.at(id);
    if (call.has(kWaiting)) {
      station_->remove(ctx, id);
      return ctx.reply(id, ctx.failure(CommonReason::Cancelled));
    }
    if (!call.has(kServing)) {
      // The environment starts all the same, for whoever comes next.
      Environment& environment = environments_[call.scratch];
      environment.call = 0;
      unclaimed_.push_back(call.scratch);
      ctx.reply(id, ctx.failure(CommonReason::Cancelled));
      if (const CallId next = station_->release(ctx)) place(ctx, next);
      return;
    }
    ctx.stopWork(id);
    ctx.abandonChildren(id);
    answer(ctx, id, ctx.failure(CommonReason::Cancelled));
  }

  void onTimer(Context& ctx, std::uint32_t tag, std::uint64_t data) override {
    if (tag == kReapTag) return reap(ctx);
    const auto index = static_cast<std::uint32_t>(data);
    if (index < environments_.size() && environments_[index].serial == data >> 32) started(ctx, index);
  }

  void onAction(Context& ctx, std::uint32_t, const ValueMap&) override {
    while (!idle_.empty()) {
      const std::uint32_t index = idle_.back();
      idle_.pop_back();
      remove(ctx, index);
    }
    for (Environment& e : environments_) e.isOld = e.serial != 0;
    provision(ctx);
  }

  void onChange(Context& ctx, const NodeChange& change) override {
    switch (change.kind) {
      case NodeChange::Kind::Crashed:
        return crashed(ctx);
      case NodeChange::Kind::Restarted:
        return provision(ctx);
      case NodeChange::Kind::ParamsChanged:
        return paramsChanged(ctx);
      default:
        return;
    }
  }

 private:
  enum Tag : std::uint32_t { kStartedTag, kReapTag };

  struct Environment {
    std::uint32_t serial = 0;  // 0: not there
    CallId call = 0;           // that it works on or starts for
    bool isOld = false;        // of an earlier version
    SimTime since;             // start, or the beginning of idleness
  };

  // --- environments come and go

  std::uint32_t newEnvironment(Context& ctx) {
    if (free_.empty()) {
      free_.push_back(static_cast<std::uint32_t>(environments_.size()));
      environments_.emplace_back();
    }
    const std::uint32_t index = free_.back();
    free_.pop_back();
    environments_[index] = {++serial_, 0, false, ctx.now()};
    ctx.set(kEnvironments, ++count_);
    return index;
  }

  void remove(Context& ctx, std::uint32_t index) {
    environments_[index] = {};
    free_.push_back(index);
    ctx.set(kEnvironments, --count_);
    publishIdle(ctx);
  }

  void publishIdle(Context& ctx) { ctx.set(kIdle, static_cast<std::int64_t>(idle_.size())); }

  std::uint32_t startEnvironment(Context& ctx) {
    const std::uint32_t index = newEnvironment(ctx);
    const Duration span = p_.coldStart.sample(*startLuck_);
    ctx.after(span, kStartedTag, static_cast<std::uint64_t>(environments_[index].serial) << 32 | index);
    return index;
  }

  void started(Context& ctx, std::uint32_t index) {
    Environment& e = environments_[index];
    ctx.observe(kColdStartTime, ctx.now() - e.since);
    if (e.call != 0) return work(ctx, index, e.call);
    unclaimed_.erase(std::find(unclaimed_.begin(), unclaimed_.end(), index));
    rest(ctx, index);
  }

  // Nobody needs it now.
  void rest(Context& ctx, std::uint32_t index) {
    const bool isSpare = p_.keepWarm.ns == 0 && count_ > p_.provisioned;
    if (!environments_[index].isOld && !isSpare) return becomeIdle(ctx, index);
    remove(ctx, index);
    provision(ctx);
  }

  void becomeIdle(Context& ctx, std::uint32_t index) {
    environments_[index].call = 0;
    environments_[index].since = ctx.now();
    idle_.push_back(index);
    publishIdle(ctx);
    if (!isReaping_) armReaper(ctx);
  }

  // The one that is idle longest is in front, as the one that was used last is used first.
  void armReaper(Context& ctx) {
    isReaping_ = !idle_.empty() && count_ > p_.provisioned;
    if (!isReaping_) return;
    const SimTime due = environments_[idle_.front()].since + p_.keepWarm;
    reaper_ = ctx.after({std::max<std::int64_t>(0, due.ns - ctx.now().ns)}, kReapTag, 0, true);
  }

  void reap(Context& ctx) {
    while (!idle_.empty() && count_ > p_.provisioned && environments_[idle_.front()].since + p_.keepWarm <= ctx.now()) {
      const std::uint32_t index = idle_.front();
      idle_.pop_front();
      remove(ctx, index);
    }
    armReaper(ctx);
  }

  // Starts what is missing of the provisioned environments.
  void provision(Context& ctx) {
    while (count_ < p_.provisioned) unclaimed_.push_back(startEnvironment(ctx));
  }

  // --- calls

  // A call that may have an environment gets one: the one used last, one that starts for nobody, or a new one.
  void place(Context& ctx, CallId id) {
    if (!idle_.empty()) {
      const std::uint32_t index = idle_.back();
      idle_.pop_back();
      publishIdle(ctx);
      return work(ctx, index, id);
    }
    ctx.add(kColdStarts);
    std::uint32_t index;
    if (!unclaimed_.empty()) {
      index = unclaimed_.front();
      unclaimed_.erase(unclaimed_.begin());
    } else {
      index = startEnvironment(ctx);
    }
    environments_[index].call = id;
    Call& call = ctx.at(id);
    call.step = kStarting;
    call.scratch = index;
  }

  void work(Context& ctx, std::uint32_t index, CallId id) {
    Call& call = ctx.at(id);
    environments_[index].call = id;
    call.scratch = index;
    call.step = kWork;
    ctx.compute(id, work_.of(call.klass).sample(*luck_));
  }

  void answer(Context& ctx, CallId id, FailureId failure) {
    Call& call = ctx.at(id);
    const std::uint32_t index = call.scratch;
    constexpr std::int64_t kUnit = 1'000'000;
    ctx.add(kBilled, static_cast<std::uint64_t>((ctx.now().ns - call.started + kUnit - 1) / kUnit));
    if (failure == 0) call.retryAfter = 0;
    environments_[index].call = 0;
    ctx.reply(id, failure);
    const CallId next = station_->release(ctx);
    if (next != 0 && !environments_[index].isOld) return work(ctx, index, next);
    rest(ctx, index);
    if (next != 0) place(ctx, next);
  }

  // --- what happens to the node

  void crashed(Context& ctx) {
    station_->clear(ctx);
    environments_.clear();
    free_.clear();
    idle_.clear();
    unclaimed_.clear();
    ctx.cancel(reaper_);
    isReaping_ = false;
    ctx.set(kEnvironments, count_ = 0);
    publishIdle(ctx);
  }

  void paramsChanged(Context& ctx) {
    work_ = ByClass(ctx, p_.work);
    station_->setServers(ctx, p_.concurrency);
    station_->setCapacity(p_.queueCapacity.value_or(-1));
    while (const CallId next = station_->admit(ctx)) place(ctx, next);
    ctx.cancel(reaper_);
    armReaper(ctx);
    if (ctx.instanceUp(0)) provision(ctx);
  }

  const Params& p_;
  CallPlan plan_;
  ByClass work_;
  RandomStream* luck_ = nullptr;
  RandomStream* startLuck_ = nullptr;
  std::optional<Station> station_;  // its servers are the environments that may be in use
  std::vector<Environment> environments_;
  std::vector<std::uint32_t> free_;       // places of environments that are no more
  std::deque<std::uint32_t> idle_;        // in the order in which they became idle
  std::vector<std::uint32_t> unclaimed_;  // those that start for no call
  std::int64_t count_ = 0;
  std::uint32_t serial_ = 0;
  Context::TimerId reaper_;
  bool isReaping_ = false;
};

void checkParams(const void* params, std::vector<std::pair<std::string, std::string>>& problems) {
  const auto& p = *static_cast<const Params*>(params);
  if (p.provisioned > p.concurrency)
    problems.emplace_back("provisioned", "more than the concurrency limit can never be in use");
}

}  // namespace

const ComponentInfo& functionInfo() {
  static const ComponentInfo info{
      .kind = "function",
      .label = "Function",
      .category = "compute",
      .summary = "A serverless function: environments start on demand, take one call at a time, and go when idle.",
      .help =
          "A call gets the warm environment that was used last, else a new one starts for it, for which it waits even "
          "if another becomes free. Beyond the concurrency limit calls wait in order, or are refused. An environment "
          "is held until the call is answered, also while it waits for others. With Poisson arrivals at rate r and "
          "short work the cold share is exp(-r * keep_warm). Every call of a burst onto a cold function meets a cold "
          "start of its own. Health checks are calls like others, and keep a function warm. `recycle` is a new "
          "version. Leaves out: memory sizes and what CPU they buy, a limit to the speed of scaling, snapshots, time "
          "limits of a run (use the timeout of the arrow). Defaults: 1,000 concurrent calls an account as AWS Lambda, "
          "which refuses more with 429 (docs.aws.amazon.com, Lambda quotas); 10 min after OpenWhisk, which Shahrad et "
          "al., \"Serverless in the Wild\" (ATC 2020), take as the common fixed policy; a cold start of 250 ms, in "
          "one case of a hundred 1 s, stands for the \"under 100 ms to over 1 second\" of AWS; the work of 20 ms is a "
          "placeholder to be measured. Checked against exp(-r * keep_warm), M/M/1 with set-up times (Welch 1964) and "
          "Erlang B: tests function, truth.traffic_control.",
      .params = kParams,
      .metrics = kMetrics,
      .reasons = kReasons,
      .actions = kActions,
      .symptoms = kSymptoms,
      .headline = kHeadline,
      .inputs = PortUse::Required,
      .makeParams = makeDefault<Params>,
      .create = makeComponent<Function, Params>,
      .check = checkParams,
  };
  return info;
}

}  // namespace faultline

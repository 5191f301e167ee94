// Watches a node and changes a parameter of another, usually its number of instances; restarts instances that fail.
//
// The one out-edge is the control edge: along it go health checks, and the node that it leads to is the one that is
// changed. What is changed is an action of the timeline, as if somebody had written it down for this instant.
#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "engine/component.h"

namespace faultline {

namespace {

enum class Signal { Utilization, Queue, InFlight, Rate, Level, None };
constexpr ChoiceInfo kSignals[] = {
    {"utilization", "Share of the watched node's workers that are busy."},
    {"queue", "Calls that wait at the watched node."},
    {"in_flight", "Calls that the watched node holds."},
    {"rate", "Calls per second that reach the watched node."},
    {"level", "A gauge of the watched node, such as the depth of a queue or the lag of a stream."},
    {"none", "Nothing: the schedule alone decides."},
};

struct ScheduleRow {
  Duration at;
  std::int64_t atLeast = 1;
};
constexpr double kDay = 86'400;
constexpr double kMost = 10'000;
constexpr ParamInfo kScheduleParams[] = {
    param<&ScheduleRow::at>("at", "At", range(0, 366 * kDay), "From this time on; what boots is started early enough."),
    param<&ScheduleRow::atLeast>("at_least", "At least", range(1, kMost),
                                 "Instances that are there until the next row's time."),
};

struct Healing {
  Duration every = seconds(10);
  Duration timeout = seconds(1);
  std::int64_t fall = 3;
  Duration restartTime = seconds(5);
};
constexpr ParamInfo kHealingParams[] = {
    param<&Healing::every>("every", "Every", range(0.001, kDay), "Time between two health checks of an instance."),
    param<&Healing::timeout>("timeout", "Timeout", range(0.001, kDay),
                             "A check that is not answered by then has failed; at most `every`."),
    param<&Healing::fall>("fall", "Fall", range(1, 1000),
                          "Failed checks in a row after which the instance is stopped."),
    param<&Healing::restartTime>("restart_time", "Restart time", range(0, kDay), "Until it is started again."),
};

struct Params {
  std::string parameter = "instances";
  Signal signal = Signal::Utilization;
  std::optional<std::string> watch;
  std::optional<std::string> gauge;
  Ratio target{0.6};
  double perInstance = 10;
  std::int64_t min = 1;
  std::int64_t max = 10;
  Duration every = seconds(15);
  Ratio tolerance{0.1};
  Duration upAfter;
  Duration downAfter = minutes(5);
  std::optional<std::int64_t> stepUp;
  std::optional<std::int64_t> stepDown;
  Distribution boot = Distribution::constant(30e9);
  std::vector<std::pair<std::string, ScheduleRow>> schedule;
  std::optional<Duration> repeatEvery;
  std::optional<Healing> heal;
};

constexpr ParamInfo kParams[] = {
    fixed(param<&Params::parameter>(
        "parameter", "Parameter", {},
        "The count that is changed at the controlled node: instances, or another one such as workers.")),
    fixed(param<&Params::signal, &kSignals>("signal", "Signal", {}, "What decides how many are needed.")),
    fixed(as(ParamType::NodeName,
             param<&Params::watch>("watch", "Watch", {}, "The node that is watched; unset: the controlled one."))),
    fixed(param<&Params::gauge>("gauge", "Gauge", {}, "The gauge of the signal `level`, by its name.")),
    param<&Params::target>("target", "Target utilization", range(0.01, 1), "The utilization to be held."),
    param<&Params::perInstance>("per_instance", "Per instance", range(1e-3, 1e9),
                                "How much of another signal one instance is meant for."),
    param<&Params::min>("min", "At least", range(1, kMost), "Never fewer."),
    param<&Params::max>("max", "At most", range(1, kMost), "Never more."),
    param<&Params::every>(
        "every", "Every", range(0.001, kDay),
        "Time between two decisions; the signal is its mean over that time, a level its present value."),
    param<&Params::tolerance>("tolerance", "Tolerance", range(0, 1),
                              "Nothing changes while the need differs by no more than this share."),
    param<&Params::upAfter>("up_after", "Up after", range(0, kDay),
                            "Grows to what has been needed all through this time."),
    param<&Params::downAfter>("down_after", "Down after", range(0, kDay),
                              "Shrinks to the most that was needed within this time."),
    param<&Params::stepUp>("step_up", "Step up", range(1, kMost), "Most that one decision adds; unset: no limit."),
    param<&Params::stepDown>("step_down", "Step down", range(1, kMost),
                             "Most that one decision takes away; unset: no limit."),
    param<&Params::boot>("boot", "Boot time", {}, "From the decision until a new instance serves."),
    param<&Params::schedule, &kScheduleParams>("schedule", "Schedule", {}, "How many are there at least, by time."),
    param<&Params::repeatEvery>("repeat_every", "Repeat every", range(1, 366 * kDay),
                                "The schedule begins again after this time; unset: its last row stays."),
    param<&Params::heal, &kHealingParams>("heal", "Self-healing", {},
                                          "Restarts instances that fail their health checks; unset: nobody does."),
};

enum Metric : std::uint32_t {
  kWanted,
  kReady,
  kBooting,
  kNeed,
  kUps,
  kDowns,
  kBlind,
  kProbes,
  kProbeFailures,
  kRestarts,
};
constexpr MetricInfo kMetrics[] = {
    {"wanted", MetricType::Gauge, "instances", "Instances after the last decision, those that boot included."},
    {"ready", MetricType::Gauge, "instances", "The parameter as it was set last."},
    {"booting", MetricType::Gauge, "instances", "Instances that are on their way."},
    {"need", MetricType::Gauge, "percent", "The need that the last decision saw, in percent of what was ready."},
    {"scale_ups", MetricType::Counter, "events", "Decisions to add."},
    {"scale_downs", MetricType::Counter, "events", "Decisions to take away."},
    {"blind", MetricType::Counter, "events",
     "Decisions that were left out because the watched node was down: its last reading says nothing."},
    {"probes", MetricType::Counter, "probes", "Health checks sent."},
    {"probe_failures", MetricType::Counter, "probes", "Health checks that failed or came too late."},
    {"restarts", MetricType::Counter, "events", "Instances that were restarted."},
};

constexpr const char* kHeadline[] = {"ready", "booting", "need"};

enum Tag : std::uint32_t { kDecideTag, kBootTag, kProbeTag, kProbeEndTag, kRestartTag };

class Autoscaler : public Component {
 public:
  explicit Autoscaler(const Params& params) : p_(params) {}

  void onStart(Context& ctx) override {
    luck_ = &ctx.stream("boot");
    target_ = *ctx.findNode(ctx.targetName(0));
    watched_ = p_.watch ? ctx.findNode(*p_.watch).value_or(target_) : target_;
    begin(ctx);
  }

  void onRequest(Context& ctx, CallId id) override { ctx.reply(id, ctx.failure(CommonReason::NoTarget)); }

  void onReply(Context& ctx, CallId, const Reply& reply) override {
    if (reply.instance >= checks_.size()) return;
    Check& check = checks_[reply.instance];
    if (!check.waits || reply.repeat != round_) return;  // too late
    checked(ctx, reply.instance, reply.ok());
  }

  void onTimer(Context& ctx, std::uint32_t tag, std::uint64_t data) override {
    switch (tag) {
      case kDecideTag:
        decide(ctx);
        decideTimer_ = ctx.after(p_.every, kDecideTag);
        return;
      case kBootTag:
        return booted(ctx, data);
      case kProbeTag:
        return probe(ctx);
      case kProbeEndTag:
        for (std::size_t i = 0; i < checks_.size(); ++i)
          if (checks_[i].waits) checked(ctx, static_cast<std::uint16_t>(i), false);
        return;
      default:
        checks_[static_cast<std::size_t>(data)] = {};
        return ctx.act("restart", instanceName(ctx, data), {});
    }
  }

  void onChange(Context& ctx, const NodeChange& change) override {
    if (change.kind == NodeChange::Kind::Crashed) {
      own_ = 0;
      // What was ordered is lost with its order; whoever was being restarted is found again.
      for (Boot& boot : boots_) ctx.cancel(boot.timer);
      boots_.clear();
      history_.clear();
      for (Check& check : checks_) ctx.cancel(check.restart);
      checks_.clear();
      stop(ctx);
      show(ctx);
    } else if (change.kind == NodeChange::Kind::Restarted) {
      stop(ctx);
      begin(ctx);
    } else if (change.kind == NodeChange::Kind::ParamsChanged && ctx.instanceUp(0)) {
      stop(ctx);
      begin(ctx);
    }
  }

 private:
  struct Boot {
    std::uint64_t name = 0;
    std::int64_t count = 0;
    Context::TimerId timer;
  };
  struct Check {
    bool waits = false;
    bool restarts = false;
    std::int64_t failures = 0;  // in a row
    Context::TimerId restart;
  };
  struct Opinion {
    SimTime at;
    std::int64_t wanted = 0;
  };

  void begin(Context& ctx) {
    last_ = ctx.read(watched_);
    lastAt_ = ctx.now();
    decideTimer_ = ctx.after(p_.every, kDecideTag);
    show(ctx);
    if (!p_.heal) return;
    if (own_ == 0) own_ = ctx.open();
    probeTimer_ = ctx.after(p_.heal->every, kProbeTag);
  }

  void stop(Context& ctx) {
    for (Context::TimerId* timer : {&decideTimer_, &probeTimer_, &probeEndTimer_}) ctx.cancel(*timer);
    for (Check& check : checks_) check.waits = false;
  }

  // ------------------------------------------------------------------ deciding

  std::int64_t ready(const Context& ctx) const {
    if (setAt_ == ctx.now()) return set_;
    const Value value = ctx.parameterOf(target_, p_.parameter);
    const auto* count = value.as<std::int64_t>();
    return count ? *count : 1;
  }

  std::int64_t booting() const {
    std::int64_t n = 0;
    for (const Boot& boot : boots_) n += boot.count;
    return n;
  }

  void decide(Context& ctx) {
    const std::int64_t now = ready(ctx), total = now + booting();
    std::int64_t wanted = total;
    if (p_.signal == Signal::None && !p_.schedule.empty()) wanted = p_.min;
    if (const auto need = measure(ctx, now)) {
      ctx.set(kNeed, std::llround(std::min(1e9, *need / static_cast<double>(now) * 100)));
      wanted = enoughFor(*need, now, total);
    }
    wanted = std::clamp(wanted, p_.min, std::max(p_.min, p_.max));
    wanted = stabilised(ctx, wanted, total);
    wanted = std::max(wanted, std::min(scheduled(ctx), p_.max));
    if (p_.stepUp) wanted = std::min(wanted, total + *p_.stepUp);
    if (p_.stepDown) wanted = std::max(wanted, total - *p_.stepDown);
    if (wanted > total) grow(ctx, wanted - total);
    if (wanted < total) shrink(ctx, wanted, now);
    show(ctx);
  }

  // How many instances the load of the last interval would need; empty when nothing can be known.
  std::optional<double> measure(Context& ctx, std::int64_t now) {
    if (p_.signal == Signal::None) return std::nullopt;
    const Context::Reading reading = ctx.read(watched_);
    const Context::Reading before = last_;
    const auto span = static_cast<double>((ctx.now() - lastAt_).ns);
    last_ = reading;
    lastAt_ = ctx.now();
    // An interval that the node began or ended down tells of its being down, not of the load.
    if (reading.up == 0 || before.up == 0) {
      ctx.add(kBlind);
      return std::nullopt;
    }
    if (span <= 0) return std::nullopt;
    const auto mean = [&](std::uint64_t from, std::uint64_t to) { return static_cast<double>(to - from) / span; };
    switch (p_.signal) {
      case Signal::Utilization: {
        const double servers = mean(before.servers, reading.servers);
        if (!(servers > 0)) return std::nullopt;
        return static_cast<double>(now) * mean(before.busy, reading.busy) / servers / p_.target.value;
      }
      case Signal::Queue:
        return mean(before.queue, reading.queue) / p_.perInstance;
      case Signal::InFlight:
        return mean(before.inFlight, reading.inFlight) / p_.perInstance;
      case Signal::Rate:
        return mean(before.arrivals, reading.arrivals) * 1e9 / p_.perInstance;
      default:
        break;
    }
    const auto level = ctx.levelOf(watched_, p_.gauge.value_or(""));
    return level ? std::optional(static_cast<double>(*level) / p_.perInstance) : std::nullopt;
  }

  // After the Kubernetes documentation of the horizontal pod autoscaler: ceil(need), unless it is within the tolerance;
  // instances that still boot count as idle, and may only keep a decision from being repeated.
  std::int64_t enoughFor(double need, std::int64_t now, std::int64_t total) const {
    const double slack = p_.tolerance.value + 1e-9;
    if (std::abs(need / static_cast<double>(now) - 1) <= slack) return total;
    const auto wanted = static_cast<std::int64_t>(std::ceil(std::min(need, kMost) - 1e-9));
    if (wanted > now && need <= static_cast<double>(total) * (1 + slack)) return total;
    return wanted;
  }

  std::int64_t stabilised(const Context& ctx, std::int64_t wanted, std::int64_t total) {
    const SimTime now = ctx.now();
    const Duration longest = std::max(p_.upAfter, p_.downAfter);
    history_.push_back({now, wanted});
    std::erase_if(history_, [&](const Opinion& o) { return now - o.at > longest; });
    std::int64_t most = wanted, least = wanted;
    for (const Opinion& o : history_) {
      if (now - o.at < p_.downAfter) most = std::max(most, o.wanted);
      if (now - o.at < p_.upAfter) least = std::min(least, o.wanted);
    }
    if (wanted < total) return std::min(most, total);
    // Nothing grows before it has been watched for long enough.
    const bool isWatchedLongEnough = now - history_.front().at >= p_.upAfter - p_.every;
    if (wanted > total) return isWatchedLongEnough ? std::max(least, total) : total;
    return wanted;
  }

  // The row that is in force when what is started now will be there.
  std::int64_t scheduled(const Context& ctx) const {
    Duration at = ctx.now() + durationFromNs(std::max(0.0, p_.boot.mean())) + p_.every;
    if (p_.repeatEvery) at.ns %= p_.repeatEvery->ns;
    std::int64_t atLeast = p_.min;
    Duration latest{-1};
    const auto consider = [&](const ScheduleRow& row) {
      if (row.at < latest) return;
      latest = row.at;
      atLeast = row.atLeast;
    };
    for (const auto& [name, row] : p_.schedule)
      if (row.at <= at) consider(row);
    // Before the first row of a day the last one of the day before is in force.
    if (latest.ns < 0 && p_.repeatEvery)
      for (const auto& [name, row] : p_.schedule) consider(row);
    return atLeast;
  }

  // ------------------------------------------------------------------- changing

  void grow(Context& ctx, std::int64_t count) {
    ctx.add(kUps);
    if (p_.boot.isConstant()) return order(ctx, count);
    for (std::int64_t i = 0; i < count; ++i) order(ctx, 1);
  }

  void order(Context& ctx, std::int64_t count) {
    const Duration time = p_.boot.sample(*luck_);
    if (time.ns == 0) return set(ctx, ready(ctx) + count);
    ++lastBoot_;
    boots_.push_back({lastBoot_, count, ctx.after(time, kBootTag, lastBoot_)});
  }

  void booted(Context& ctx, std::uint64_t name) {
    const auto boot = std::find_if(boots_.begin(), boots_.end(), [&](const Boot& b) { return b.name == name; });
    if (boot == boots_.end()) return;
    const std::int64_t count = boot->count;
    boots_.erase(boot);
    set(ctx, ready(ctx) + count);
    show(ctx);
  }

  // What still boots is given up first, the latest order before the others.
  void shrink(Context& ctx, std::int64_t wanted, std::int64_t now) {
    ctx.add(kDowns);
    std::int64_t tooMany = now + booting() - wanted;
    while (tooMany > 0 && !boots_.empty()) {
      Boot& boot = boots_.back();
      const std::int64_t less = std::min(tooMany, boot.count);
      boot.count -= less;
      tooMany -= less;
      if (boot.count > 0) break;
      ctx.cancel(boot.timer);
      boots_.pop_back();
    }
    if (tooMany > 0) set(ctx, now - tooMany);
  }

  void set(Context& ctx, std::int64_t count) {
    ValueMap args;
    args.set("to", Value(count));
    ctx.act("set", std::string(ctx.targetName(0)) + "." + p_.parameter, std::move(args));
    set_ = count;
    setAt_ = ctx.now();
  }

  void show(Context& ctx) {
    ctx.set(kReady, ready(ctx));
    ctx.set(kBooting, booting());
    ctx.set(kWanted, ready(ctx) + booting());
  }

  // -------------------------------------------------------------------- healing

  std::string instanceName(const Context& ctx, std::uint64_t instance) const {
    return std::string(ctx.targetName(0)) + "[" + std::to_string(instance) + "]";
  }

  void probe(Context& ctx) {
    probeTimer_ = {};
    if (!p_.heal || own_ == 0) return;
    const std::uint32_t count = ctx.targetInstances(0);
    checks_.resize(std::max<std::size_t>(checks_.size(), count));
    ++round_;
    for (std::uint32_t i = 0; i < count; ++i) {
      const auto instance = static_cast<std::uint16_t>(i);
      Check& check = checks_[i];
      if (check.restarts || ctx.targetDraining(0, instance)) continue;
      check.waits = true;
      CallOptions options;
      options.instance = instance;
      options.flags = kProbe;
      options.effect = Effect::Read;
      options.repeat = round_;
      ctx.add(kProbes);
      ctx.call(0, own_, options);
    }
    probeEndTimer_ = ctx.after(p_.heal->timeout, kProbeEndTag);
    probeTimer_ = ctx.after(p_.heal->every, kProbeTag);
  }

  void checked(Context& ctx, std::uint16_t instance, bool ok) {
    Check& check = checks_[instance];
    check.waits = false;
    if (ok) {
      check.failures = 0;
      return;
    }
    ctx.add(kProbeFailures);
    if (++check.failures < p_.heal->fall || instance >= ctx.targetInstances(0)) return;
    ctx.add(kRestarts);
    check.restarts = true;
    check.restart = ctx.after(p_.heal->restartTime, kRestartTag, instance);
    ctx.act("crash", instanceName(ctx, instance), {});
  }

  const Params& p_;
  RandomStream* luck_ = nullptr;
  NodeId target_ = 0, watched_ = 0;
  Context::Reading last_;
  SimTime lastAt_;
  std::vector<Opinion> history_;
  std::vector<Boot> boots_;  // in the order of their decisions
  std::uint64_t lastBoot_ = 0;
  std::int64_t set_ = 0;  // what was set last, and when: the parameter follows after the event
  SimTime setAt_{-1};
  CallId own_ = 0;             // on whose behalf health checks are made
  std::vector<Check> checks_;  // by instance
  std::uint16_t round_ = 0;
  Context::TimerId decideTimer_, probeTimer_, probeEndTimer_;
};

void checkParams(const void* params, std::vector<std::pair<std::string, std::string>>& problems) {
  const Params& p = *static_cast<const Params*>(params);
  if (p.max < p.min) problems.emplace_back("max", "is less than min");
  if (p.signal == Signal::Level && !p.gauge)
    problems.emplace_back("gauge", "the signal level needs the name of a gauge");
  if (p.signal != Signal::Level && p.gauge) problems.emplace_back("gauge", "only the signal level reads a gauge");
  if (p.signal == Signal::None && p.schedule.empty() && !p.heal)
    problems.emplace_back("signal", "without a signal there must be a schedule or self-healing");
  if (p.repeatEvery && p.schedule.empty()) problems.emplace_back("repeat_every", "there is no schedule to repeat");
  if (p.heal && p.heal->timeout > p.heal->every)
    problems.emplace_back("heal", "the timeout is longer than the time between two checks");
}

}  // namespace

const ComponentInfo& autoscalerInfo() {
  static const ComponentInfo info{
      .kind = "autoscaler",
      .label = "Autoscaler",
      .category = "compute",
      .summary = "Adds and removes instances of a node by load, backlog or schedule, and restarts those that fail.",
      .help =
          "The one out-edge is the control edge; no user's call goes along it. Every `every` it computes the need: for "
          "utilization "
          "instances x utilization / target, for other signals the signal / per_instance, rounded up. A busy node "
          "shows at most 100 % "
          "utilization, so the first answers to an overload are too small. New instances serve after `boot`; meanwhile "
          "they count as "
          "idle, so that nothing is ordered twice. Instances that are taken away finish what they hold. It shrinks "
          "only to the most that "
          "was needed within `down_after`. The schedule is a lower bound and looks ahead by the boot time: capacity "
          "for a peak that is "
          "known. While the watched node is down nothing is decided. Changes are actions: they appear on the timeline. "
          "With self-healing, "
          "an instance that fails its checks is stopped and started again; a check is answered as a balancer's probe "
          "is. Leaves out: "
          "vertical scaling of a running instance, limits of the cluster, prices. Defaults are those of the Kubernetes "
          "horizontal pod "
          "autoscaler (sync period 15 s, tolerance 10 %, downscale stabilisation 5 min, none for upscale) and of its "
          "liveness probes "
          "(10 s, 1 s, 3 failures); a target of 60 %, 30 s of boot and 5 s of restart are placeholders to be measured. "
          "Checked against the rule of the horizontal pod autoscaler step by step: tests autoscaler, "
          "truth.data_flow.",
      .params = kParams,
      .metrics = kMetrics,
      .headline = kHeadline,
      .inputs = PortUse::None,
      .outputs = PortUse::Required,
      .singleOutput = true,
      .makeParams = makeDefault<Params>,
      .create = makeComponent<Autoscaler, Params>,
      .check = checkParams,
      .control =
          [](const void* params) {
            const Params& p = *static_cast<const Params*>(params);
            return Control{p.parameter, p.watch.value_or(""), p.gauge.value_or("")};
          },
  };
  return info;
}

}  // namespace faultline

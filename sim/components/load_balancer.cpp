// Spreads calls over the instances of its targets.
//
// A call is passed on, so its record is the balancer's own only before and after. Where a call may need a second
// target, or its edge has a policy that outlives one attempt, it is held here instead and calls are made on its behalf;
// what is known about it is then in `attempts_`, and Call::scratch says where.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "engine/component.h"
#include "model/price.h"
#include "parts/by_class.h"
#include "parts/peer_failures.h"
#include "parts/picker.h"
#include "parts/station.h"

namespace faultline {

namespace {

constexpr ChoiceInfo kAlgorithms[] = {
    {"round_robin", "In turn; where weights differ, smooth weighted round robin."},
    {"weighted_round_robin", "Smooth weighted round robin, as nginx does it: by weight and well interleaved."},
    {"random", "At random, in proportion to weight."},
    {"least_connections", "The target with the fewest calls outstanding here for its weight; ties at random."},
    {"two_choices", "The better of two at random, by calls outstanding here; the two may be the same."},
    {"ewma", "The better of two at random, by peak-sensitive average latency times calls outstanding here."},
    {"user_hash", "By the user modulo the number of targets, as ip_hash: sticky, but a new target moves most users."},
    {"key_hash", "By the key modulo the number of targets: a new target moves most keys."},
    {"consistent_hash", "By a place on a ring with virtual nodes: a new target takes only its own share."},
};

enum class RingBy { Key, User };
constexpr ChoiceInfo kRingBy[] = {
    {"key", "The key of the call."},
    {"user", "The user who caused the call."},
};

constexpr ChoiceInfo kOutcomes[] = {
    {"error", "The target ran and failed."},
    {"timeout", "The timeout of the edge to the target expired."},
    {"rejected", "The target refused under load."},
    {"unavailable", "The target was down or the connection broke."},
};

struct HealthCheck {
  Duration every = seconds(2);
  Duration timeout = seconds(2);
  std::int64_t fall = 3;
  std::int64_t rise = 2;
};
constexpr double kDay = 86'400;
constexpr ParamInfo kHealthCheckParams[] = {
    param<&HealthCheck::every>("every", "Every", range(0.001, kDay), "Time between two probes of one target."),
    param<&HealthCheck::timeout>("timeout", "Timeout", range(0.001, kDay),
                                 "A probe that is not answered by then has failed; at most `every`."),
    param<&HealthCheck::fall>("fall", "Fall", range(1, 1000), "Failed probes in a row that take a target out."),
    param<&HealthCheck::rise>("rise", "Rise", range(1, 1000), "Good probes in a row that bring it back."),
};

struct Passive {
  std::int64_t maxFails = 1;
  Duration failTimeout = seconds(10);
  std::vector<std::string> on{"timeout", "unavailable"};
  bool wholeSeconds = false;
};
constexpr ParamInfo kPassiveParams[] = {
    param<&Passive::maxFails>("max_fails", "Max fails", range(1, 1e6),
                              "Failures within the window that eject a target."),
    param<&Passive::failTimeout>("fail_timeout", "Fail timeout", range(0.001, kDay),
                                 "The window of failures, and the time until an ejected target gets one trial."),
    among(kOutcomes, param<&Passive::on>("on", "On", {}, "Outcomes that count as failures.")),
    param<&Passive::wholeSeconds>("whole_seconds", "Whole seconds", {},
                                  "Reads a clock of whole seconds, as nginx does."),
};

struct NextUpstream {
  std::optional<std::int64_t> tries;
  std::vector<std::string> on{"timeout", "unavailable"};
  bool retryWrites = false;
};
constexpr ParamInfo kNextUpstreamParams[] = {
    param<&NextUpstream::tries>("tries", "Tries", range(1, 1e6),
                                "Targets that one call may try, the first included. Unset: every target once."),
    among(kOutcomes, param<&NextUpstream::on>("on", "On", {}, "Outcomes after which the next target is tried.")),
    param<&NextUpstream::retryWrites>("retry_writes", "Retry writes", {},
                                      "Also tries writes again, which may then take effect twice."),
};

struct Params {
  Balancing algorithm = Balancing::RoundRobin;
  std::int64_t virtualNodes = 150;
  RingBy ringBy = RingBy::Key;
  Duration decay = seconds(10);
  std::optional<HealthCheck> healthCheck;
  std::optional<Passive> passive;
  std::optional<NextUpstream> nextUpstream;
  bool failOpen = false;
  std::optional<Duration> slowStart;
  std::optional<std::int64_t> maxConnections;
  PerClass work{Distribution::constant(0), {}};
  std::int64_t workers = 4;
  std::optional<std::int64_t> queueCapacity;
  double price = 0;
};

constexpr ParamInfo kParams[] = {
    param<&Params::algorithm, &kAlgorithms>("algorithm", "Algorithm", {}, "How the next target is chosen."),
    param<&Params::virtualNodes>("virtual_nodes", "Virtual nodes", range(1, 10'000),
                                 "Points of a target of weight 1 on the consistent-hash ring."),
    param<&Params::ringBy, &kRingBy>("ring_by", "Ring by", {}, "What is looked up on the consistent-hash ring."),
    param<&Params::decay>("decay", "Decay", range(0.001, kDay),
                          "Time in which the average latency of `ewma` forgets (to 37 %)."),
    param<&Params::healthCheck, &kHealthCheckParams>("health_check", "Health check", {}, "Active probes; unset: none."),
    param<&Params::passive, &kPassiveParams>("passive", "Passive ejection", {},
                                             "Takes out targets whose calls fail; unset: never."),
    param<&Params::nextUpstream, &kNextUpstreamParams>("next_upstream", "Next upstream", {},
                                                       "Tries a failed call at another target; unset: never."),
    param<&Params::failOpen>("fail_open", "Fail open", {},
                             "With no healthy target, uses all of them instead of refusing."),
    param<&Params::slowStart>("slow_start", "Slow start", range(0.001, kDay),
                              "A target that comes back, or is new, gets its full weight only after this long."),
    param<&Params::maxConnections>("max_connections", "Max connections", range(1, 1e8),
                                   "Calls in flight through the balancer; more are refused. Unset: no limit."),
    param<&Params::work>(
        "work", "Work", {},
        "CPU work for each call (TLS, parsing of L7; nearly nothing at L4). Zero: the balancer costs nothing."),
    param<&Params::workers>("workers", "Workers", range(1, 100'000),
                            "Calls that it works on at a time, where it has work."),
    param<&Params::queueCapacity>("queue_capacity", "Queue capacity", range(0, 1e8),
                                  "Calls that may wait for a worker; more are refused. Unset: no limit."),
    priceParam<&Params::price>(),
};

enum Metric : std::uint32_t { kHealthy, kMarkedDown, kEjections, kProbes, kProbeFailures, kNextUpstream, kFailedOpen };
constexpr MetricInfo kMetrics[] = {
    {"healthy", MetricType::Gauge, "targets",
     "Targets that may get calls: neither failed by probes, ejected nor draining."},
    {"marked_down", MetricType::Counter, "events", "Targets taken out by failed probes."},
    {"ejections", MetricType::Counter, "events", "Targets taken out because users' calls failed."},
    {"probes", MetricType::Counter, "probes", "Health checks sent."},
    {"probe_failures", MetricType::Counter, "probes", "Health checks that failed or came too late."},
    {"next_upstream", MetricType::Counter, "tries", "Further tries at another target after a failed one."},
    {"failed_open", MetricType::Counter, "calls", "Calls sent to a target although none was healthy."},
};

enum Reason : std::uint32_t { kNoHealthyTarget, kOverloaded, kQueueFull };
constexpr ReasonInfo kReasons[] = {
    {"no_healthy_target", Outcome::Unavailable, "Every target was failed by probes, ejected or draining."},
    {"overloaded", Outcome::Rejected, "The balancer held as many connections as it may."},
    {"queue_full", Outcome::Rejected, "Every worker of the balancer was busy and its queue was full."},
};

constexpr SymptomInfo kSymptoms[] = {
    {"healthy", false, false, "took targets out"},
    {"next_upstream", true, false, "tries failed calls again at another target"},
};

constexpr const char* kHeadline[] = {"healthy", "arrivals", "failed"};

constexpr std::uint32_t kAnswerFlags = kMiss | kFetched | kStale | kDegraded;
constexpr std::uint16_t kRequestFlags = kProbe | kFill | kMessage;

std::uint8_t outcomeBits(const std::vector<std::string>& names) {
  unsigned bits = 0;
  for (const std::string& name : names)
    for (Outcome o : {Outcome::Error, Outcome::Timeout, Outcome::Rejected, Outcome::Unavailable})
      if (name == toString(o)) bits |= 1u << static_cast<unsigned>(o);
  return static_cast<std::uint8_t>(bits);
}

bool contains(std::uint8_t bits, Outcome outcome) { return (bits >> static_cast<unsigned>(outcome) & 1) != 0; }

class LoadBalancer final : public Component {
 public:
  explicit LoadBalancer(const Params& params) : p_(params) {}

  void onStart(Context& ctx) override {
    luck_ = &ctx.stream("choice");
    slots_.resize(ctx.edgeCount());
    configure(ctx);
    refreshTargets(ctx, false);
    startProbes(ctx);
  }

  void onRequest(Context& ctx, CallId id) override {
    if (plain_) {
      const Target& t = targets_[picker_.nextInTurn()];
      return ctx.pass(t.edge, id, t.instance);
    }
    if (p_.maxConnections && ctx.stats(0).inFlight.value > *p_.maxConnections)
      return ctx.reply(id, ctx.failure(kOverloaded));
    if (work_.isZero()) return route(ctx, id);
    switch (station_->offer(ctx, id)) {
      case Station::Offer::Started:
        return ctx.compute(id, work_.of(ctx.at(id).klass).sample(*workLuck_));
      case Station::Offer::Full:
        return ctx.reply(id, ctx.failure(kQueueFull));
      case Station::Offer::Queued:
        return;
    }
  }

  void onServed(Context& ctx, CallId id) override {
    Call& call = ctx.at(id);
    // From here on the call is served by others.
    ctx.nodeStats().wait.record(call.started - call.arrived);
    ctx.nodeStats().service.record(ctx.now().ns - call.started);
    call.clear(kServing);
    freeWorker(ctx);
    route(ctx, id);
  }

  void onReply(Context& ctx, CallId id, const Reply& reply) override {
    if (id == own_) return probeAnswered(ctx, reply);
    const std::uint32_t slot = slots_[reply.edge][reply.instance];
    picker_.ended(slot, reply.latency, ctx.now());
    if (p_.passive) judge(ctx, slot, reply);
    if (Attempt* attempt = attemptOf(ctx, id)) {
      if (!reply.ok() && mayTryNext(ctx, id, *attempt, reply)) {
        attempt->tried.push_back(slot);
        if (tryNext(ctx, id, *attempt)) return;
      }
      release(ctx, id);
    }
    copyAnswer(ctx, id, reply);
    ctx.reply(id, reply.failure);
  }

  void onTimer(Context& ctx, std::uint32_t, std::uint64_t slot) override {
    Target& t = targets_[static_cast<std::size_t>(slot)];
    if (!t.probeWaiting) return sendProbe(ctx, t);
    t.probeWaiting = false;
    probeEnded(ctx, static_cast<std::uint32_t>(slot), false);
    scheduleProbe(ctx, t, p_.healthCheck->every - p_.healthCheck->timeout);
  }

  void onCancel(Context& ctx, CallId id) override {
    const Call& call = ctx.at(id);
    if (call.has(kWaiting)) {
      station_->remove(ctx, id);
    } else if (call.has(kServing)) {
      ctx.stopWork(id);
      freeWorker(ctx);
    } else {
      if (const Attempt* attempt = attemptOf(ctx, id)) {
        picker_.dropped(attempt->slot);
        release(ctx, id);
      }
      ctx.abandonChildren(id);
    }
    ctx.reply(id, ctx.failure(CommonReason::Cancelled));
  }

  void onChange(Context& ctx, const NodeChange& change) override {
    switch (change.kind) {
      case NodeChange::Kind::Crashed:
        return crashed(ctx);
      case NodeChange::Kind::Restarted:
        refreshTargets(ctx, false);
        return startProbes(ctx);
      case NodeChange::Kind::TargetsChanged:
        return refreshTargets(ctx, true);
      case NodeChange::Kind::ParamsChanged:
        configure(ctx);
        stopProbes(ctx);
        if (ctx.instanceUp(0)) startProbes(ctx);
        return refreshTargets(ctx, true);
      default:
        return;
    }
  }

 private:
  struct Target {
    std::uint32_t edge = 0;
    std::uint16_t instance = 0;
    bool present = true;
    bool up = true;  // by probes
    bool ejected = false;
    bool probeWaiting = false;
    std::uint16_t probe = 0;        // number of the last one, by which late answers are known
    std::int64_t probeResults = 0;  // in a row: good ones if positive, failed ones if negative
    SimTime probeSent;
    Context::TimerId timer;
    PeerFailures failures;
  };
  // A call that is held here while others are made on its behalf.
  struct Attempt {
    CallId call = 0;
    std::uint32_t slot = 0;  // the target that has it now
    std::vector<std::uint32_t> tried;
  };

  // --- what follows from parameters and targets

  void configure(Context& ctx) {
    picker_.configure({.algorithm = p_.algorithm,
                       .virtualNodes = p_.virtualNodes,
                       .ringByUser = p_.ringBy == RingBy::User,
                       .decay = p_.decay,
                       .slowStart = p_.slowStart.value_or(Duration{}),
                       .failOpen = p_.failOpen});
    if (p_.passive) {
      rule_ = {p_.passive->maxFails, p_.passive->failTimeout, p_.passive->wholeSeconds};
      countsAsFailure_ = outcomeBits(p_.passive->on);
    }
    if (p_.nextUpstream) isTriedNext_ = outcomeBits(p_.nextUpstream->on);
    work_ = ByClass(ctx, p_.work);
    if (!work_.isZero() && !station_) {
      workLuck_ = &ctx.stream("work");
      station_.emplace(ctx, std::uint16_t{0}, p_.workers);
    }
    if (!station_) return;
    station_->setServers(ctx, p_.workers);
    station_->setCapacity(p_.queueCapacity.value_or(-1));
    while (const CallId next = station_->admit(ctx)) ctx.compute(next, work_.of(ctx.at(next).klass).sample(*workLuck_));
  }

  void refreshTargets(Context& ctx, bool newOnesWarmUp) {
    for (std::uint32_t edge = 0; edge < ctx.edgeCount(); ++edge) {
      const double weight = ctx.policy(edge).weight;
      const std::uint32_t instances = ctx.targetInstances(edge);
      while (slots_[edge].size() < instances) addTarget(ctx, edge, newOnesWarmUp);
      for (std::uint32_t slot : slots_[edge]) {
        Target& t = targets_[slot];
        const bool present = t.instance < instances;
        if (present && !t.present) rejoin(ctx, slot);
        t.present = present;
        if (!present) ctx.cancel(t.timer);
        picker_.setPresent(slot, present);
        picker_.setWeight(slot, weight);
        picker_.setBackup(slot, ctx.policy(edge).backup);
        picker_.setDraining(slot, ctx.targetDraining(edge, t.instance));
      }
    }
    targetsChanged(ctx);
  }

  void addTarget(Context& ctx, std::uint32_t edge, bool warmUp) {
    const auto instance = static_cast<std::uint16_t>(slots_[edge].size());
    std::uint64_t target = hashText(ctx.targetName(edge));
    if (!ctx.edgeLabel(edge).empty()) target = hashText(ctx.edgeLabel(edge), target);
    const std::uint64_t identity = hashText(std::to_string(instance), target);
    const std::uint32_t slot = picker_.add(identity, ctx.policy(edge).weight);
    slots_[edge].push_back(slot);
    Target& t = targets_.emplace_back();
    t.edge = edge;
    t.instance = instance;
    if (!warmUp) return;
    picker_.warmUp(slot, ctx.now());
    if (probes()) scheduleProbe(ctx, t, p_.healthCheck->every);
  }

  // An instance that had been scaled away comes back as a new one.
  void rejoin(Context& ctx, std::uint32_t slot) {
    Target& t = targets_[slot];
    t.up = true;
    t.ejected = t.probeWaiting = false;
    t.probeResults = 0;
    t.failures.forgive();
    picker_.setHealthy(slot, true);
    picker_.warmUp(slot, ctx.now());
    if (probes()) scheduleProbe(ctx, t, p_.healthCheck->every);
  }

  void targetsChanged(Context& ctx) {
    ctx.set(kHealthy, healthyTargets());
    const bool wasPlain = plain_;
    plain_ = picker_.isRotation() && !p_.passive && !p_.nextUpstream && !p_.failOpen && !p_.maxConnections &&
             work_.isZero() && !station_;
    // Plain rotation does not keep count.
    if (plain_ && !wasPlain) picker_.forgetOutstanding();
    ctx.relayAnswers(plain_);
  }

  std::int64_t healthyTargets() const {
    std::int64_t trials = 0;  // in rotation for a trial, but not trusted
    for (std::uint32_t slot = 0; slot < targets_.size(); ++slot)
      trials += targets_[slot].ejected && picker_.healthy(slot);
    return static_cast<std::int64_t>(picker_.healthyCount()) - trials;
  }

  // --- the way of a call

  void freeWorker(Context& ctx) {
    if (const CallId next = station_->release(ctx)) ctx.compute(next, work_.of(ctx.at(next).klass).sample(*workLuck_));
  }

  void route(Context& ctx, CallId id) {
    const std::uint32_t slot = choose(ctx, id, {});
    if (slot == Picker::kNone) {
      return ctx.reply(id, picker_.hasTargets() ? ctx.failure(kNoHealthyTarget) : ctx.failure(CommonReason::NoTarget));
    }
    const Target& t = targets_[slot];
    const EdgePolicy& edge = ctx.policy(t.edge);
    const bool outlivesAttempt = edge.retry || edge.pool || edge.hedge || edge.singleFlight;
    if (!p_.nextUpstream && !outlivesAttempt && !ctx.abandoned(id)) return ctx.pass(t.edge, id, t.instance);
    hold(ctx, id).slot = slot;
    callTarget(ctx, id, t);
  }

  std::uint32_t choose(Context& ctx, CallId id, std::span<const std::uint32_t> tried) {
    if (ejected_ > 0) admitTrials(ctx);
    const Call& call = ctx.at(id);
    const std::uint32_t slot = picker_.pick({call.user, call.key, ctx.now()}, *luck_, tried);
    if (slot == Picker::kNone) {
      if (p_.passive && !p_.failOpen) forgiveAll(ctx);
      return slot;
    }
    if (p_.passive) targets_[slot].failures.picked(rule_, ctx.now());
    if (p_.failOpen && picker_.failingOpen()) ctx.add(kFailedOpen);
    picker_.started(slot);
    return slot;
  }

  void callTarget(Context& ctx, CallId id, const Target& t) {
    const Call& call = ctx.at(id);
    CallOptions options;
    options.instance = t.instance;
    options.flags = call.flags & kRequestFlags;
    options.version = call.version;
    ctx.call(t.edge, id, options);
  }

  bool mayTryNext(Context& ctx, CallId id, const Attempt& attempt, const Reply& reply) const {
    if (!p_.nextUpstream || !contains(isTriedNext_, reply.outcome) || ctx.abandoned(id)) return false;
    if (ctx.at(id).has(kWrite) && !p_.nextUpstream->retryWrites) return false;
    const auto tries = static_cast<std::int64_t>(attempt.tried.size()) + 1;
    return !p_.nextUpstream->tries || tries < *p_.nextUpstream->tries;
  }

  bool tryNext(Context& ctx, CallId id, Attempt& attempt) {
    attempt.slot = choose(ctx, id, attempt.tried);
    if (attempt.slot == Picker::kNone) return false;
    ctx.add(kNextUpstream);
    callTarget(ctx, id, targets_[attempt.slot]);
    return true;
  }

  void copyAnswer(Context& ctx, CallId id, const Reply& reply) const {
    Call& call = ctx.at(id);
    call.flags |= reply.flags & kAnswerFlags;
    call.version = reply.version;
    call.retryAfter = reply.retryAfter;
  }

  Attempt& hold(Context& ctx, CallId id) {
    if (freeAttempts_.empty()) {
      freeAttempts_.push_back(static_cast<std::uint32_t>(attempts_.size()));
      attempts_.emplace_back();
    }
    const std::uint32_t index = freeAttempts_.back();
    freeAttempts_.pop_back();
    ctx.at(id).scratch = index;
    attempts_[index].call = id;
    attempts_[index].tried.clear();
    return attempts_[index];
  }

  // Null for a call that was passed on: what its scratch holds is not ours.
  Attempt* attemptOf(Context& ctx, CallId id) {
    const std::uint32_t index = ctx.at(id).scratch;
    return index < attempts_.size() && attempts_[index].call == id ? &attempts_[index] : nullptr;
  }

  void release(Context& ctx, CallId id) {
    const std::uint32_t index = ctx.at(id).scratch;
    attempts_[index].call = 0;
    freeAttempts_.push_back(index);
  }

  // --- passive health

  void judge(Context& ctx, std::uint32_t slot, const Reply& reply) {
    Target& t = targets_[slot];
    if (contains(countsAsFailure_, reply.outcome)) {
      t.failures.failed(rule_, ctx.now());
      picker_.penalise(slot, rule_.maxFails);
      if (!t.ejected && t.failures.ejected(rule_)) {
        t.ejected = true;
        ++ejected_;
        ctx.add(kEjections);
      } else if (!t.ejected) {
        return;
      }
    } else {
      t.failures.succeeded();
      if (!t.ejected || t.failures.ejected(rule_)) return;
      readmit(ctx, slot);
    }
    refreshHealth(ctx, slot);
  }

  void readmit(Context& ctx, std::uint32_t slot) {
    targets_[slot].ejected = false;
    --ejected_;
    picker_.warmUp(slot, ctx.now());
  }

  // Ejected targets whose time is over may be picked once.
  void admitTrials(Context& ctx) {
    for (std::uint32_t slot = 0; slot < targets_.size(); ++slot)
      if (targets_[slot].ejected) picker_.setHealthy(slot, isHealthy(ctx, targets_[slot]));
  }

  // nginx, when every server has failed: the failures are forgotten, "for quick recovery".
  void forgiveAll(Context& ctx) {
    for (std::uint32_t slot = 0; slot < targets_.size(); ++slot) {
      targets_[slot].failures.forgive();
      if (!targets_[slot].ejected) continue;
      readmit(ctx, slot);
      picker_.setHealthy(slot, isHealthy(ctx, targets_[slot]));
    }
    targetsChanged(ctx);
  }

  bool isHealthy(const Context& ctx, const Target& t) const {
    return t.up && !(t.ejected && t.failures.isOut(rule_, ctx.now()));
  }
  void refreshHealth(Context& ctx, std::uint32_t slot) {
    picker_.setHealthy(slot, isHealthy(ctx, targets_[slot]));
    targetsChanged(ctx);
  }

  // --- probes

  bool probes() const { return p_.healthCheck && own_ != 0; }

  // All probes are made on behalf of one call of the balancer's own.
  void startProbes(Context& ctx) {
    if (!p_.healthCheck) return;
    if (own_ == 0) own_ = ctx.open();
    for (std::size_t i = 0; i < targets_.size(); ++i) {
      // Spread over the interval, so that targets are not probed all at once.
      const double part = static_cast<double>(i) / static_cast<double>(targets_.size());
      const Duration offset = durationFromSeconds(p_.healthCheck->every.seconds() * part);
      if (targets_[i].present) scheduleProbe(ctx, targets_[i], offset);
    }
  }

  void stopProbes(Context& ctx) {
    for (std::uint32_t slot = 0; slot < targets_.size(); ++slot) {
      ctx.cancel(targets_[slot].timer);
      targets_[slot].probeWaiting = false;
      if (p_.healthCheck) continue;
      targets_[slot].up = true;
      picker_.setHealthy(slot, isHealthy(ctx, targets_[slot]));
    }
  }

  void scheduleProbe(Context& ctx, Target& t, Duration delay) {
    const auto slot = static_cast<std::uint64_t>(&t - targets_.data());
    ctx.cancel(t.timer);
    t.timer = ctx.after(delay, 0, slot);
  }

  void sendProbe(Context& ctx, Target& t) {
    if (!probes() || !t.present) return;
    t.probeWaiting = true;
    t.probeSent = ctx.now();
    CallOptions options;
    options.instance = t.instance;
    options.flags = kProbe;
    options.effect = Effect::Read;
    options.repeat = ++t.probe;
    ctx.add(kProbes);
    ctx.call(t.edge, own_, options);
    scheduleProbe(ctx, t, p_.healthCheck->timeout);
  }

  void probeAnswered(Context& ctx, const Reply& reply) {
    const std::uint32_t slot = slots_[reply.edge][reply.instance];
    Target& t = targets_[slot];
    if (!t.probeWaiting || reply.repeat != t.probe) return;  // too late
    t.probeWaiting = false;
    probeEnded(ctx, slot, reply.ok());
    scheduleProbe(ctx, t, t.probeSent + p_.healthCheck->every - ctx.now());
  }

  void probeEnded(Context& ctx, std::uint32_t slot, bool good) {
    Target& t = targets_[slot];
    if (!good) ctx.add(kProbeFailures);
    if (good)
      t.probeResults = std::max<std::int64_t>(t.probeResults, 0) + 1;
    else
      t.probeResults = std::min<std::int64_t>(t.probeResults, 0) - 1;
    if (t.up && t.probeResults <= -p_.healthCheck->fall) {
      t.up = false;
      ctx.add(kMarkedDown);
    } else if (!t.up && t.probeResults >= p_.healthCheck->rise) {
      t.up = true;
      picker_.warmUp(slot, ctx.now());
    } else {
      return;
    }
    refreshHealth(ctx, slot);
  }

  // The engine ends the calls; what was known about targets is lost with the process.
  void crashed(Context& ctx) {
    own_ = 0;
    attempts_.clear();
    freeAttempts_.clear();
    ejected_ = 0;
    picker_.forgetOutstanding();
    if (station_) station_->clear(ctx);
    for (std::uint32_t slot = 0; slot < targets_.size(); ++slot) {
      Target& t = targets_[slot];
      ctx.cancel(t.timer);
      t.up = true;
      t.ejected = t.probeWaiting = false;
      t.probeResults = 0;
      t.failures = {};
      picker_.setHealthy(slot, true);
    }
  }

  const Params& p_;
  Picker picker_;
  bool plain_ = false;                             // rotation and nothing else
  CallId own_ = 0;                                 // on whose behalf probes are made; 0: none yet
  std::vector<Target> targets_;                    // by the picker's numbers, which are called slots here
  std::vector<std::vector<std::uint32_t>> slots_;  // edge -> instance -> slot
  RandomStream* luck_ = nullptr;
  RandomStream* workLuck_ = nullptr;
  PeerFailures::Rule rule_;
  std::uint8_t countsAsFailure_ = 0, isTriedNext_ = 0;
  std::uint32_t ejected_ = 0;
  ByClass work_;
  std::optional<Station> station_;
  std::vector<Attempt> attempts_;
  std::vector<std::uint32_t> freeAttempts_;
};

void checkParams(const void* params, std::vector<std::pair<std::string, std::string>>& problems) {
  const Params& p = *static_cast<const Params*>(params);
  if (p.healthCheck && p.healthCheck->timeout > p.healthCheck->every)
    problems.emplace_back("health_check", "the timeout is longer than the time between two probes");
  const bool hashes = p.algorithm == Balancing::UserHash || p.algorithm == Balancing::KeyHash ||
                      p.algorithm == Balancing::ConsistentHash;
  if (p.slowStart && hashes) problems.emplace_back("slow_start", "a hash leaves no choice that could start slowly");
}

void review(const void* params, std::vector<Advice>& advice) {
  const Params& p = *static_cast<const Params*>(params);
  if (!p.healthCheck && !p.passive)
    advice.push_back({"health_check", "has no health check", "a dead target goes on getting its share of the requests",
                      "{every: 2s, timeout: 1s, fall: 3, rise: 2}"});
}

void remedies(const void* params, std::vector<Remedy>& remedies) {
  const Params& p = *static_cast<const Params*>(params);
  if (!p.healthCheck)
    remedies.push_back({"health_check", "{every: 2s, timeout: 1s, fall: 3, rise: 2}", "health checks", 1});
  else
    remedies.push_back(
        {"health_check.fall", std::to_string(3 * p.healthCheck->fall), "health checks that are slower to condemn", 1});
  if (!p.failOpen) remedies.push_back({"fail_open", "true", "serve on when no target is healthy", 1});
  if (!p.nextUpstream) remedies.push_back({"next_upstream", "{tries: 2}", "try the next target after a failure", 1});
  if (!p.passive) remedies.push_back({"passive", "{max_fails: 3}", "eject targets whose answers fail", 1});
}

}  // namespace

const ComponentInfo& loadBalancerInfo() {
  static const ComponentInfo info{
      .kind = "load_balancer",
      .label = "Load balancer",
      .category = "routing",
      .summary = "Spreads calls over the instances of its targets.",
      .help =
          "Targets are the instances of all called nodes; an edge's `weight` is that of each instance (0: none of the "
          "traffic). "
          "A target whose edge says `backup` is left alone while another one can serve. "
          "Outstanding calls are this balancer's own, so two balancers do not know of each other's. A target that "
          "fails fast looks "
          "idle and attracts least_connections, two_choices and ewma until probes or ejection take it out. Probes are "
          "calls "
          "that take a worker and a place in the queue like others; all targets start healthy. Passive ejection is "
          "nginx's: `max_fails` "
          "failures within `fail_timeout`, then one trial each `fail_timeout`; when all are out, a refused call "
          "forgives them, unless it "
          "fails open. Next upstream never tries writes again unless told so (nginx: non_idempotent; nginx would still "
          "do so "
          "where the connection was refused). Hashes other than the ring take no account of weights. Leaves out: "
          "connection "
          "set-up, keep-alive, and an own life as several processes. Defaults: probes of HAProxy (inter 2s, fall 3, "
          "rise 2), passive "
          "and next upstream of nginx (1 fail, 10s, error and timeout), decay of Finagle's PeakEwma (10s), slow start "
          "as Envoy's "
          "(from 10 %, linear), no healthy target refused as by HAProxy and nginx; cloud balancers fail open. "
          "Checked against M/M/c, power of two choices, the order and the failures of nginx, and Beta shares of "
          "a ring: tests load_balancer, picker, truth.load_balancing.",
      .params = kParams,
      .metrics = kMetrics,
      .reasons = kReasons,
      .symptoms = kSymptoms,
      .headline = kHeadline,
      .inputs = PortUse::Required,
      .outputs = PortUse::Required,
      .makeParams = makeDefault<Params>,
      .create = makeComponent<LoadBalancer, Params>,
      .check = checkParams,
      .review = review,
      .remedies = remedies,
  };
  return info;
}

}  // namespace faultline

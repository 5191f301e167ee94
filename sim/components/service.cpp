// An application server: workers, or an event loop, that do work of their own and call others.
//
// A request's life: wait for a worker -> own work -> the call plan of the out-edges -> delay -> finishing work -> answer. A
// worker is held from start to answer. In event-loop mode the one thread of an instance is held only during work, piece
// by piece; meanwhile the request waits in its in-flight slot.
#include "base/flat_map.h"
#include "engine/component.h"
#include "model/price.h"
#include "parts/by_class.h"
#include "parts/call_plan.h"
#include "parts/station.h"

namespace faultline {

namespace {

enum class Mode { Threads, EventLoop };
constexpr ChoiceInfo kModes[] = {
    {"threads", "A worker is held from start to answer, also while it waits for others."},
    {"event_loop", "One thread an instance, held only while it works; a waiting request keeps just its in-flight slot."},
};

enum class Probe { Worker, Dependencies };
constexpr ChoiceInfo kProbes[] = {
    {"worker", "A health check needs a worker and no more: it passes while every dependency is dead."},
    {"dependencies", "A health check also makes the calls of a request of every class, and fails when they fail."},
};

struct Params {
  std::int64_t instances = 1;
  std::int64_t workers = 16;
  Mode mode = Mode::Threads;
  std::optional<std::int64_t> maxInFlight;
  PerClass work{Distribution::constant(5e6), {}};
  PerClass delay{Distribution::constant(0), {}};
  PerClass finishWork{Distribution::constant(0), {}};
  std::optional<double> cores;
  double cpuWeight = 1;
  Discipline queue = Discipline::Fifo;
  std::optional<std::int64_t> queueCapacity;
  std::optional<Distribution> queueTimeout;
  Probe healthCheck = Probe::Worker;
  bool idempotency = false;
  std::optional<Distribution> pauseEvery;
  Distribution pauseFor = Distribution::constant(100e6);
  double price = 0;
  double callPrice = 0;
};

constexpr double kMany = 1e6;
constexpr ParamInfo kParams[] = {
    param<&Params::instances>("instances", "Instances", range(1, 10'000), "Copies of the service; a caller or balancer picks one."),
    param<&Params::workers>("workers", "Workers", range(1, kMany), "Requests that one instance handles at a time (threads mode)."),
    fixed(param<&Params::mode, &kModes>("mode", "Mode", {}, "What a request holds while it waits for others.")),
    param<&Params::maxInFlight>("max_in_flight", "Max in flight", range(1, kMany), "In event-loop mode: requests that one instance accepts at a time; more are refused."),
    param<&Params::work>("work", "Work", {}, "Own work before the calls; CPU time where cores are shared."),
    param<&Params::delay>("delay", "Delay", {}, "Waiting of its own after the calls that needs no CPU (an outside call that is not drawn, a sleep)."),
    param<&Params::finishWork>("finish_work", "Finishing work", {}, "Own work after the calls, before the answer (rendering, serialising)."),
    param<&Params::cores>("cores", "CPU cores", range(0.01, 1024), "Cores of each instance that its running work shares; unset: every worker has a core of its own. A host's cores take precedence."),
    fixed(param<&Params::cpuWeight>("cpu_weight", "CPU weight", range(1e-6, 1e6), "Share of a host's cores for each running piece of work, relative to the other members' (as cpu.weight of cgroups, or the priority of a process): a far greater one in effect interrupts the others.")),
    fixed(param<&Params::queue, &kDisciplineChoices>("queue", "Queue order", {}, "Who is next when a worker becomes free.")),
    param<&Params::queueCapacity>("queue_capacity", "Queue capacity", range(0, 1e8), "Waiting requests per instance; more are refused. Unset: no limit."),
    param<&Params::queueTimeout>("queue_timeout", "Queue timeout", range(0, 86'400), "A request that waited this long for a worker is refused; a distribution gives each request a patience of its own."),
    param<&Params::healthCheck, &kProbes>("health_check", "Health check", {}, "What a balancer's probe exercises."),
    param<&Params::idempotency>("idempotency", "Idempotency keys", {}, "Repeated writes of one operation take effect once; without it duplicates take effect and are counted."),
    param<&Params::pauseEvery>("pause_every", "Pause every", range(1e-3, 366 * 86'400.0), "Time between stop-the-world pauses of an instance, such as garbage collections; unset: none."),
    param<&Params::pauseFor>("pause_for", "Pause for", {}, "Length of such a pause."),
    priceParam<&Params::price>(),
    callPriceParam<&Params::callPrice>(),
};

enum Metric : std::uint32_t { kDuplicateEffects, kDuplicatesAvoided };
constexpr MetricInfo kMetrics[] = {
    {"duplicate_effects", MetricType::Counter, "effects", "Writes that took effect again for an operation that already had its effect here."},
    {"duplicates_avoided", MetricType::Counter, "effects", "Repeated writes that were answered from the first one's result."},
};

enum Reason : std::uint32_t { kQueueFull, kQueueTimeout };
constexpr ReasonInfo kReasons[] = {
    {"queue_full", Outcome::Rejected, "Every worker was busy and the queue was full."},
    {"queue_timeout", Outcome::Rejected, "It waited longer than the queue timeout for a worker."},
};

constexpr SymptomInfo kSymptoms[] = {
    {"duplicate_effects", true, true, "repeats writes that had taken effect"},
};

constexpr const char* kHeadline[] = {"latency_p99", "utilization", "queue"};

// Phases of a held call, kept in Call::step while no call plan runs (whose steps are far below).
enum Phase : std::uint16_t { kWork = 0xfff0, kDelay, kFinish };

// Effects are remembered for this many operations.
constexpr std::size_t kRememberedEffects = 1'000'000;

class Service final : public Component {
 public:
  explicit Service(const Params& params) : p_(params), isLoop_(params.mode == Mode::EventLoop) {}

  void onStart(Context& ctx) override {
    plan_ = CallPlan(ctx);
    luck_ = &ctx.stream("work");
    ctx.setCpuWeight(p_.cpuWeight);
    refresh(ctx);
    for (std::uint32_t i = 0; i < ctx.instances(); ++i) addInstance(ctx);
  }

  void onRequest(Context& ctx, CallId id) override {
    Call& call = ctx.at(id);
    call.step = kWork;
    Station& station = stations_[call.instance];
    if (limited_) [[unlikely]] return enterOrRefuse(ctx, id);
    if (station.tryStart(ctx)) return run(ctx, id);
    wait(ctx, id, station);
  }

  void onServed(Context& ctx, CallId id) override {
    const Call& call = ctx.at(id);
    if (!plain_ || (call.flags & (kWaiting | kProbe)) != 0) return endPhase(ctx, id);
    // Nothing but the calls is left to do.
    if (plan_.empty()) return answer(ctx, id);
    if (plan_.isOneCall()) return plan_.startOneCall(ctx, id);
    startCalls(ctx, id);
  }

  [[gnu::noinline]] void endPhase(Context& ctx, CallId id) {
    const Call& call = ctx.at(id);
    if (call.has(kWaiting)) {
      stations_[call.instance].remove(ctx, id);
      return ctx.reply(id, ctx.failure(kQueueTimeout));
    }
    switch (call.step) {
      case kWork:
        if (loop()) leave(ctx, call.instance);
        return startPlan(ctx, id);
      case kDelay: return finish(ctx, id);
      default:
        if (loop()) leave(ctx, call.instance);
        return answer(ctx, id);
    }
  }

  void onReply(Context& ctx, CallId id, const Reply& reply) override {
    if (!plain_ || !plan_.isOneCall()) return onAnswerOfSeveral(ctx, id, reply);
    plan_.keepAnswer(ctx, id, reply);
    answer(ctx, id, reply.failure);
  }

  void onCancel(Context& ctx, CallId id) override {
    const Call& call = ctx.at(id);
    if (call.has(kWaiting)) {
      stations_[call.instance].remove(ctx, id);
    } else {
      const bool holdsLoop = loop() && (call.step == kWork || call.step == kFinish);
      ctx.stopWork(id);
      ctx.abandonChildren(id);
      if (holdsLoop) leave(ctx, call.instance);
    }
    answer(ctx, id, ctx.failure(CommonReason::Cancelled));
  }

  void onTimer(Context& ctx, std::uint32_t, std::uint64_t instance) override {
    const Duration span = p_.pauseFor.sample(ctx.stream("pauses"));
    ctx.freeze(static_cast<std::uint16_t>(instance), span);
    schedulePause(ctx, static_cast<std::uint16_t>(instance), span);
  }

  void onChange(Context& ctx, const NodeChange& change) override {
    switch (change.kind) {
      case NodeChange::Kind::Crashed:
        for (std::size_t i = 0; i < stations_.size(); ++i)
          if (change.instance == kAnyInstance || change.instance == i) stations_[i].clear(ctx);
        break;
      case NodeChange::Kind::InstancesChanged:
        while (stations_.size() < ctx.instances()) addInstance(ctx);
        for (std::size_t i = 0; i < stations_.size(); ++i) setServers(ctx, i);
        break;
      case NodeChange::Kind::ParamsChanged:
        refresh(ctx);
        for (std::size_t i = 0; i < stations_.size(); ++i) setServers(ctx, i);
        break;
      default: break;
    }
  }

 private:
  bool loop() const { return isLoop_; }

  void refresh(Context& ctx) {
    work_ = ByClass(ctx, p_.work);
    delay_ = ByClass(ctx, p_.delay);
    finishWork_ = ByClass(ctx, p_.finishWork);
    edgesWork_ = false;
    for (std::uint32_t e = 0; e < ctx.edgeCount(); ++e) edgesWork_ |= !ctx.policy(e).work.isZero();
    limited_ = loop() && p_.maxInFlight.has_value();
    patient_ = !p_.queueTimeout && (loop() || !p_.queueCapacity);
    plain_ = !loop() && delay_.isZero() && finishWork_.isZero() && !edgesWork_ && !p_.idempotency;
    if (p_.cores) ctx.setCores(*p_.cores);
  }

  std::int64_t servers() const { return loop() ? 1 : p_.workers; }

  void addInstance(Context& ctx) {
    const auto instance = static_cast<std::uint16_t>(stations_.size());
    // A loop refuses by its in-flight limit; its pieces of work always find a place.
    const std::int64_t capacity = loop() ? -1 : p_.queueCapacity.value_or(-1);
    stations_.emplace_back(ctx, instance, servers(), capacity, p_.queue);
    if (p_.pauseEvery) schedulePause(ctx, instance);
  }

  // Instances beyond the active ones finish what they hold and count no servers.
  void setServers(Context& ctx, std::size_t instance) {
    stations_[instance].setServers(ctx, servers());
    if (!loop()) stations_[instance].setCapacity(p_.queueCapacity.value_or(-1));
    if (instance >= ctx.instances()) ctx.stats(static_cast<std::uint16_t>(instance)).servers.set(0, ctx.now().ns);
    while (const CallId next = stations_[instance].admit(ctx)) run(ctx, next);
  }

  // The time between two pauses begins when the first one ends.
  void schedulePause(Context& ctx, std::uint16_t instance, Duration present = {}) {
    if (p_.pauseEvery) ctx.after(present + p_.pauseEvery->sample(ctx.stream("pauses")), 0, instance);
  }

  [[gnu::noinline]] void enterOrRefuse(Context& ctx, CallId id) {
    if (limited_ && ctx.stats(ctx.at(id).instance).inFlight.value > *p_.maxInFlight)
      return ctx.reply(id, ctx.failure(kQueueFull));
    enter(ctx, id);
  }

  [[gnu::noinline]] void wait(Context& ctx, CallId id, Station& station) {
    if (!patient_) [[unlikely]] return enter(ctx, id);
    station.enqueue(ctx, id);
  }

  // Takes a worker (or the loop) for the call's present phase, or queues for it.
  [[gnu::noinline]] void enter(Context& ctx, CallId id) {
    switch (stations_[ctx.at(id).instance].offer(ctx, id)) {
      case Station::Offer::Started: return run(ctx, id);
      case Station::Offer::Full: return ctx.reply(id, ctx.failure(kQueueFull));
      case Station::Offer::Queued:
        if (p_.queueTimeout && ctx.at(id).step == kWork) limitWaiting(ctx, id, *p_.queueTimeout);
    }
  }

  [[gnu::noinline]] static void limitWaiting(Context& ctx, CallId id, const Distribution& patience) {
    if (patience.isConstant()) return ctx.limitWaiting(id, durationFromNs(patience.first()));
    ctx.limitWaiting(id, patience.sample(ctx.stream("patience")), false);
  }

  // A worker or the loop is free for the next one.
  void leave(Context& ctx, std::uint16_t instance) {
    if (const CallId next = stations_[instance].release(ctx)) run(ctx, next);
  }

  void run(Context& ctx, CallId id) {
    Call& call = ctx.at(id);
    if (!plain_ || call.has(kProbe)) [[unlikely]] return runUnusual(ctx, id);
    // Every way ends with a call of something, so that nothing has to be kept on the stack.
    const RandomStream::Beginning work = work_.of(call.klass).beginDraw(*luck_);
    if (!work.isValue) [[unlikely]] return runSlowly(ctx, id, work.x, work.layer);
    ctx.compute(id, durationFromNs(work.x));
  }

  [[gnu::noinline]] void runSlowly(Context& ctx, CallId id, double x, std::size_t layer) {
    ctx.compute(id, durationFromNs(work_.of(ctx.at(id).klass).endDraw(*luck_, {x, layer, false})));
  }

  [[gnu::noinline]] void startCalls(Context& ctx, CallId id) {
    if (plan_.start(ctx, id) == CallPlan::Progress::Done) answer(ctx, id, ctx.at(id).failure);
  }

  [[gnu::noinline]] void onAnswerOfSeveral(Context& ctx, CallId id, const Reply& reply) {
    // What an answer costs is paid together with the finishing work.
    if (edgesWork_ && reply.ok()) ctx.at(id).retryAfter += ctx.policy(reply.edge).work.sample(*luck_).ns;
    if (plan_.onReply(ctx, id, reply) == CallPlan::Progress::Done) planDone(ctx, id);
  }

  // Finishing work, probes, and writes that may be repeats.
  [[gnu::noinline]] void runUnusual(Context& ctx, CallId id) {
    Call& call = ctx.at(id);
    if (call.step == kFinish) return ctx.compute(id, takeFinishWork(call));
    ctx.compute(id, call.has(kProbe) || replays(ctx, call) ? Duration{} : work_.of(call.klass).sample(*luck_));
  }

  void startPlan(Context& ctx, CallId id) {
    Call& call = ctx.at(id);
    call.retryAfter = 0;
    const bool skipsCalls = (call.has(kProbe) && p_.healthCheck == Probe::Worker) || replays(ctx, call);
    if (skipsCalls || plan_.empty()) {
      call.failure = 0;
      return planDone(ctx, id);
    }
    if (plan_.start(ctx, id) == CallPlan::Progress::Done) planDone(ctx, id);
  }

  void planDone(Context& ctx, CallId id) {
    if (plain_) [[likely]] return answer(ctx, id, ctx.at(id).failure);
    planDoneUnusual(ctx, id);
  }

  [[gnu::noinline]] void planDoneUnusual(Context& ctx, CallId id) {
    Call& call = ctx.at(id);
    if (call.failure != 0) return answer(ctx, id, call.failure);
    if (!call.has(kProbe) && !delay_.isZero() && !delay_.of(call.klass).isZero()) {
      call.step = kDelay;
      return ctx.serve(id, delay_.of(call.klass).sample(*luck_));
    }
    finish(ctx, id);
  }

  void finish(Context& ctx, CallId id) {
    Call& call = ctx.at(id);
    const bool nothing = call.retryAfter == 0 && (call.has(kProbe) || finishWork_.of(call.klass).isZero());
    if (nothing) return answer(ctx, id);
    call.step = kFinish;
    if (loop()) return enter(ctx, id);
    ctx.compute(id, takeFinishWork(call));
  }

  // Finishing work and what the answers of the calls cost.
  Duration takeFinishWork(Call& call) {
    Duration total{call.retryAfter};
    call.retryAfter = 0;
    if (!call.has(kProbe)) total += finishWork_.of(call.klass).sample(*luck_);
    return total;
  }

  // Every way of an answer ends with a call of something, so that the common ones keep nothing on the stack.
  void answer(Context& ctx, CallId id, FailureId failure = 0) {
    Call& call = ctx.at(id);
    if (failure == 0) {
      call.retryAfter = 0;
      if (call.has(kWrite) && !call.has(kProbe)) [[unlikely]] return answerWrite(ctx, id);
    }
    leaveAndReply(ctx, id, failure);
  }

  [[gnu::noinline]] void answerWrite(Context& ctx, CallId id) {
    leaveAndReply(ctx, id, takeEffect(ctx, id));
  }

  void leaveAndReply(Context& ctx, CallId id, FailureId failure) {
    const Call& call = ctx.at(id);
    if (!loop() && call.has(kServing)) {
      Station& station = stations_[call.instance];
      if (station.hasNext()) return replyAndGoOn(ctx, id, failure);
      station.vacate(ctx);
    }
    ctx.reply(id, failure);
  }

  [[gnu::noinline]] void replyAndGoOn(Context& ctx, CallId id, FailureId failure) {
    const CallId next = stations_[ctx.at(id).instance].release(ctx);
    ctx.reply(id, failure);
    run(ctx, next);
  }

  bool replays(const Context&, const Call& call) const {
    return p_.idempotency && call.has(kWrite) && effects_.find(call.operation) != nullptr;
  }

  FailureId takeEffect(Context& ctx, CallId id) {
    if (ctx.isHitByErrors(id)) return ctx.failure(CommonReason::InjectedError);
    recordEffect(ctx, ctx.at(id));
    return 0;
  }

  void recordEffect(Context& ctx, const Call& call) {
    if (effects_.find(call.operation)) {
      ctx.add(p_.idempotency ? kDuplicatesAvoided : kDuplicateEffects);
      return;
    }
    effects_[call.operation] = 1;
    if (order_.size() < kRememberedEffects) {
      order_.push_back(call.operation);
      return;
    }
    effects_.erase(order_[oldest_]);
    order_[oldest_] = call.operation;
    oldest_ = (oldest_ + 1) % kRememberedEffects;
  }

  const Params& p_;
  const bool isLoop_;
  CallPlan plan_;
  RandomStream* luck_ = nullptr;
  ByClass work_, delay_, finishWork_;
  std::vector<Station> stations_;
  bool limited_ = false;  // refuses beyond a number in flight
  bool patient_ = false;  // no limit of waiting, of how many or how long
  bool plain_ = false;  // work, calls, answer: nothing else can happen to a call
  bool edgesWork_ = false;  // some edge costs the caller work for its answers
  FlatMap<std::uint8_t> effects_;  // operations whose write took effect here
  std::vector<std::uint32_t> order_;
  std::size_t oldest_ = 0;
};

StationInfo station(const void* params, std::string_view className, std::string_view) {
  const Params& p = *static_cast<const Params*>(params);
  StationInfo s;
  s.servers = static_cast<double>(p.mode == Mode::EventLoop ? 1 : p.workers);
  s.cores = p.cores;
  if (p.mode == Mode::Threads) s.waiting = p.queueCapacity;
  s.fifo = p.queue == Discipline::Fifo;
  s.work = distributionOf(p.work, className);
  s.delay = distributionOf(p.delay, className);
  return s;
}

void review(const void* params, std::vector<Advice>& advice) {
  const Params& p = *static_cast<const Params*>(params);
  const bool limited = p.mode == Mode::EventLoop ? p.maxInFlight.has_value() : p.queueCapacity || p.queueTimeout;
  if (!limited)
    advice.push_back({p.mode == Mode::EventLoop ? "max_in_flight" : "queue_capacity", "accepts requests without limit",
                      "under overload they wait until nobody wants their answers any more, and it works for nothing",
                      std::to_string(4 * p.workers)});
}

void remedies(const void* params, std::vector<Remedy>& remedies) {
  const Params& p = *static_cast<const Params*>(params);
  remedies.push_back({"instances", std::to_string(2 * p.instances), "twice the instances", 3});
  if (p.mode == Mode::Threads) {
    remedies.push_back({"workers", std::to_string(2 * p.workers), "twice the workers", 1});
    remedies.push_back({"queue_capacity", std::to_string(p.workers), "refuse what cannot be served soon", 1});
  }
}

}  // namespace

const ComponentInfo& serviceInfo() {
  static const ComponentInfo info{
      .kind = "service",
      .label = "Service",
      .category = "compute",
      .summary = "An application server with workers or an event loop that works and calls others.",
      .help = "A worker is held from start to answer, so a slow dependency exhausts workers. CPU is shared only where `cores` or a "
              "host is given; otherwise work takes its time whatever runs beside it. Leaves out: memory, warm-up of a just-in-time "
              "compiler, connection set-up. The default work of 5 ms is a placeholder to be measured. "
              "Checked against M/M/c/K, M/G/1, processor sharing, priorities and impatience: tests service, "
              "truth.queueing, truth.resilience.",
      .params = kParams,
      .metrics = kMetrics,
      .reasons = kReasons,
      .symptoms = kSymptoms,
      .headline = kHeadline,
      .inputs = PortUse::Required,
      .makeParams = makeDefault<Params>,
      .create = makeComponent<Service, Params>,
      .instances = [](const void* p) { return static_cast<const Params*>(p)->instances; },
      .station = station,
      .review = review,
      .remedies = remedies,
  };
  return info;
}

}  // namespace faultline

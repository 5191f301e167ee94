// Users: they send operations and feel their latency.
#include <algorithm>
#include <cmath>

#include "base/trace.h"
#include "engine/component.h"
#include "parts/arrival_clock.h"
#include "parts/call_plan.h"
#include "parts/keyspace.h"

namespace faultline {

namespace {

struct Params {
  enum class Arrivals { Poisson, Constant };
  enum class Shape { Steady, Ramp, Step, Spike, Diurnal, Points };

  struct Bursts {
    Duration on = seconds(1), off = seconds(1);
  };
  struct Profile {
    Shape shape = Shape::Steady;
    PerSecond to{200};
    Duration at = minutes(1);
    Duration over = minutes(1);
    Duration period = hours(24);
    std::vector<std::pair<Duration, double>> points;
  };

  PerSecond rate{100};
  Arrivals arrivals = Arrivals::Poisson;
  std::int64_t batch = 1;
  std::optional<Bursts> bursts;
  Profile profile;
  std::optional<Distribution> think;
  std::int64_t users = 1000;
  std::string replay;
  std::vector<std::string> classes;
  std::optional<Duration> timeout;
  Duration from;
  std::optional<Duration> until;
  std::optional<std::int64_t> operations;

  bool isClosedLoop() const { return think.has_value(); }
  bool isReplay() const { return !replay.empty(); }
};

constexpr ChoiceInfo kArrivals[] = {
    {"poisson", "Independent users: exponential gaps."},
    {"constant", "Equal gaps."},
};
constexpr ChoiceInfo kShapes[] = {
    {"steady", "Always `rate`."},
    {"ramp", "From `rate` to `to`, in a straight line that starts `at` and takes `over`."},
    {"step", "From `rate` to `to` at once, `at`."},
    {"spike", "`to` instead of `rate`, from `at` for `over`."},
    {"diurnal", "A wave between `rate` (lowest, `at`) and `to` (half a `period` later)."},
    {"points", "Straight lines between `points`; level before the first and after the last."},
};

using Bursts = Params::Bursts;
constexpr ParamInfo kBurstFields[] = {
    param<&Bursts::on>("on", "On", range(1e-6, 1e7), "Mean length of a burst; the lengths are exponential."),
    param<&Bursts::off>("off", "Off", range(1e-6, 1e7), "Mean length of the silence between bursts, exponential too."),
};

using Profile = Params::Profile;
constexpr ParamInfo kProfileFields[] = {
    param<&Profile::shape, &kShapes>("shape", "Shape", {}, "How the rate changes over the run."),
    param<&Profile::to>("to", "To", range(0, 1e8), "The other rate."),
    param<&Profile::at>("at", "At", range(0, 3e8), "When the change begins, from the start of the run."),
    param<&Profile::over>("over", "Over", range(0, 3e8), "How long the ramp or the spike takes."),
    param<&Profile::period>("period", "Period", range(1e-3, 3e8), "Length of one wave."),
    param<&Profile::points>("points", "Points", range(0, 1e8),
                            "Times and rates in order of time, or a CSV file with the columns time (in seconds) and "
                            "rate (per second)."),
};

using P = Params;
constexpr ParamInfo kParams[] = {
    param<&P::rate>("rate", "Rate", range(0, 1e8), "Operations offered per second; with bursts, during a burst."),
    param<&P::arrivals, &kArrivals>("arrivals", "Arrivals", {}, "How the gaps between operations are distributed."),
    param<&P::batch>("batch", "Batch", range(1, 1e6),
                     "Operations that arrive together; the rate still counts operations."),
    fixed(
        param<&P::bursts, &kBurstFields>("bursts", "Bursts", {}, "Arrivals come in bursts with silence between them.")),
    param<&P::profile, &kProfileFields>("profile", "Profile", {}, "How the rate changes over the run."),
    fixed(param<&P::think>("think", "Think time", range(0, 1e8),
                           "Closed loop: each user waits for the answer, thinks this long, and sends the next "
                           "operation. Then `rate` does not count.")),
    param<&P::users>("users", "Users", range(1, 1e8),
                     "Identities for sticky routing and limits per client. In a closed loop: how many work at a time."),
    fixed(traceFile(
        param<&P::replay>("replay", "Replay", {},
                          "A file of recorded requests to repeat at its own times: a CSV file with a column `time` "
                          "in seconds and optionally `class`, `key` and `user`, or an access log in combined "
                          "format. Then `rate` does not count."))),
    as(ParamType::ClassList,
       param<&P::classes>("classes", "Classes", {},
                          "The request classes that this client sends, in proportion to their weights; empty: all.")),
    param<&P::timeout>("timeout", "Patience", range(1e-6, 86'400),
                       "A user gives up on an operation after this long, retries included."),
    fixed(param<&P::from>("from", "From", range(0, 3e8), "When the first users come.")),
    param<&P::until>("until", "Until", range(0, 3e8), "No operation begins from then on."),
    param<&P::operations>("operations", "Operations", range(0, 1e15), "No operation begins after this many."),
};

constexpr double kPi = 3.14159265358979323846;

// By its series, with the same bits everywhere; the angle is small enough for twelve terms.
double cosine(double angle) {
  while (angle > kPi) angle -= 2 * kPi;
  while (angle < -kPi) angle += 2 * kPi;
  double term = 1, sum = 1;
  for (int k = 1; k <= 12; ++k) {
    term *= -angle * angle / ((2 * k - 1) * (2 * k));
    sum += term;
  }
  return sum;
}

// A wave is drawn as straight lines between this many corners; its rate is within 0.06 % of its height of a true one.
constexpr int kWaveCorners = 96;

RateCurve wave(double low, double high, Duration lowestAt, Duration period) {
  std::vector<RateCurve::Corner> corners;
  for (int k = 0; k <= kWaveCorners; ++k) {
    const double turn = static_cast<double>(k) / kWaveCorners -
                        static_cast<double>(lowestAt.ns % period.ns) / static_cast<double>(period.ns);
    corners.push_back({period.ns / kWaveCorners * k + period.ns % kWaveCorners * k / kWaveCorners,
                       low + (high - low) * (1 - cosine(2 * kPi * turn)) / 2});
  }
  return RateCurve(std::move(corners), period.ns);
}

RateCurve rateCurveOf(const Params& p) {
  const double unit = 1 / (1e9 * static_cast<double>(p.batch));
  const double rate = p.rate.value * unit, to = p.profile.to.value * unit;
  const std::int64_t at = p.profile.at.ns, end = at + p.profile.over.ns;
  switch (p.profile.shape) {
    case Params::Shape::Steady:
      break;
    case Params::Shape::Ramp:
      return RateCurve({{at, rate}, {end, to}});
    case Params::Shape::Step:
      return RateCurve({{at, rate}, {at, to}});
    case Params::Shape::Spike:
      return RateCurve({{at, rate}, {at, to}, {end, to}, {end, rate}});
    case Params::Shape::Diurnal:
      return wave(rate, to, p.profile.at, p.profile.period);
    case Params::Shape::Points: {
      std::vector<RateCurve::Corner> corners;
      for (const auto& [when, level] : p.profile.points) corners.push_back({when.ns, level * unit});
      if (!corners.empty()) return RateCurve(std::move(corners));
    }
  }
  return RateCurve(rate);
}

void checkParams(const void* params, std::vector<std::pair<std::string, std::string>>& problems) {
  const auto& p = *static_cast<const Params*>(params);
  if (p.profile.shape == Params::Shape::Points && p.profile.points.empty())
    problems.emplace_back("profile", "the shape `points` needs points");
  const bool isShaped = p.bursts || p.batch != 1 || p.profile.shape != Params::Shape::Steady;
  if (p.isClosedLoop() && isShaped)
    problems.emplace_back("think", "a closed loop has no rate, so bursts, batches and profiles do not fit");
  if (p.isReplay() && isShaped)
    problems.emplace_back("replay", "a replay has its own times, so bursts, batches and profiles do not fit");
  if (p.isReplay() && p.isClosedLoop()) problems.emplace_back("replay", "a replay has no think time");
  if (p.until && *p.until <= p.from) problems.emplace_back("until", "it must be later than `from`");
}

double memoryOf(const void* params) {
  const auto& p = *static_cast<const Params*>(params);
  constexpr double kBytesPerUser = 48;  // the user and the timer of its thinking
  return p.isClosedLoop() ? static_cast<double>(p.users) * kBytesPerUser : 0;
}

constexpr const char* kHeadline[] = {"p99", "ok", "failed"};

enum Tag : std::uint32_t { kToggleTag, kThinkTag, kUsersTag };

class Client final : public Component {
 public:
  explicit Client(const Params& params) : p_(params) {}

  void onStart(Context& ctx) override {
    plan_ = CallPlan(ctx);
    passes_ = plan_.isSinglePass();
    gaps_ = &ctx.stream("arrivals");
    keyLuck_ = &ctx.stream("keys");
    classLuck_ = &ctx.stream("classes");
    userLuck_ = &ctx.stream("users");
    userBase_ = static_cast<std::uint32_t>(hashText(ctx.name()));
    for (std::uint16_t c = 0; c < ctx.classCount(); ++c) {
      const KeySpace space = *parseKeySpace(ctx.requestClass(c).key).value;
      keys_.push_back({ctx.classKeyOffset(c), space.kind != KeySpace::Kind::None, KeySampler(space)});
    }
    if (p_.isReplay()) readTrace(ctx);
    applyParams(ctx);
    if (p_.isClosedLoop()) return setUsers(ctx, userTarget(), p_.from);
    openGap(p_.from.ns);
    if (p_.bursts) startBursts(ctx);
    schedule(ctx);
  }

  void onRequest(Context& ctx, CallId call) override { ctx.reply(call, ctx.failure(CommonReason::NoTarget)); }

  void onTimer(Context& ctx, std::uint32_t tag, std::uint64_t data) override {
    switch (tag) {
      case kToggleTag:
        return toggle(ctx);
      case kThinkTag:
        return sendAs(ctx, static_cast<std::uint32_t>(data));
      case kUsersTag:
        return stepUsers(ctx);
      default:
        return;
    }
  }

  // The next arrival of an open loop, or the next corner of its rate.
  void onAlarm(Context& ctx) override {
    if (plain_ && next_.isArrival) [[likely]]
      return arrivePlain(ctx);
    next_.isArrival ? arrive(ctx) : reschedule(ctx);
  }

  void onReply(Context& ctx, CallId id, const Reply& reply) override {
    if (passes_ || ctx.at(id).operation <= lastPassed_) return end(ctx, id, reply.failure);
    if (plan_.onReply(ctx, id, reply) == CallPlan::Progress::Done) end(ctx, id, ctx.at(id).failure);
  }

  void onGiveUp(Context& ctx, CallId id) override { end(ctx, id, ctx.failure(CommonReason::Timeout)); }

  void onTraffic(Context& ctx, double factor, Duration over) override {
    clock_.settle(ctx.now().ns);
    clock_.setFactor(factor, over, ctx.now().ns);
    if (p_.isClosedLoop())
      stepUsers(ctx);
    else
      reschedule(ctx);
  }

  void onChange(Context& ctx, const NodeChange& change) override {
    switch (change.kind) {
      case NodeChange::Kind::ParamsChanged:
        clock_.settle(ctx.now().ns);
        applyParams(ctx);
        if (p_.isClosedLoop())
          stepUsers(ctx);
        else
          reschedule(ctx);
        break;
      case NodeChange::Kind::Crashed:
        stop(ctx);
        break;
      case NodeChange::Kind::Restarted:
        resume(ctx);
        break;
      default:
        break;
    }
  }

 private:
  struct Keys {
    std::uint32_t offset;
    bool isKeyed;
    KeySampler sampler;
  };
  struct MixedClass {
    std::uint16_t klass;
    double upTo;  // cumulative share
  };
  struct User {
    CallId operation = 0;
    bool isActive = false;
  };

  // --- what the parameters say

  void applyParams(Context& ctx) {
    mix_.clear();
    double total = 0;
    for (std::uint16_t c = 0; c < ctx.classCount(); ++c) {
      const RequestClass& klass = ctx.requestClass(c);
      const bool isSent =
          p_.classes.empty() || std::find(p_.classes.begin(), p_.classes.end(), klass.name) != p_.classes.end();
      if (!isSent || klass.weight <= 0) continue;
      total += klass.weight;
      mix_.push_back({c, total});
    }
    if (!p_.isReplay())
      clock_.setCurve(rateCurveOf(p_));
    else
      clock_.setCurve(RateCurve(1));  // on the recorded times themselves
    // An operation that is passed on has nobody at its origin who could give up.
    if (p_.timeout && passes_) {
      passes_ = false;
      lastPassed_ = ctx.lastOperation();
    }
    ctx.relayAnswers(passes_ && !p_.isClosedLoop());
    plain_ = passes_ && !trace_ && p_.arrivals == Params::Arrivals::Poisson && p_.batch == 1 && !p_.until &&
             !p_.operations && mix_.size() == 1 && !keys_[mix_.front().klass].isKeyed;
    if (plain_) onlyClass_ = mix_.front().klass, onlyKey_ = keys_[onlyClass_].offset;
    lastSerial_ = p_.operations ? static_cast<std::uint64_t>(*p_.operations) : ~0ull;
  }

  std::uint16_t drawClass() {
    if (mix_.size() == 1) [[likely]]
      return mix_[0].klass;
    const double u = classLuck_->uniform() * mix_.back().upTo;
    for (const MixedClass& m : mix_)
      if (u < m.upTo) return m.klass;
    return mix_.back().klass;
  }

  std::uint32_t keyOf(Keys& keys) { return keys.isKeyed ? keys.offset + keys.sampler.draw(*keyLuck_) : keys.offset; }

  bool mayBegin(SimTime at) const { return sent_ < lastSerial_ && !mix_.empty() && (!p_.until || at < *p_.until); }

  // --- open loop

  void openGap(std::int64_t from) {
    double units = 1;
    if (trace_) {
      if (traceNext_ == trace_->entries.size()) return clock_.setGate(false);
      const std::int64_t at = trace_->entries[traceNext_].at.ns;
      units = static_cast<double>(at - traceAt_);
      traceAt_ = at;
    } else if (p_.arrivals == Params::Arrivals::Poisson) {
      units = gaps_->exponential();
    }
    clock_.open(units, from);
  }

  void schedule(Context& ctx) {
    clock_.next(next_);
    if (next_.at >= kLongestDuration.ns) return;
    ctx.wakeAt({std::max(next_.at, ctx.now().ns)});
  }

  [[gnu::noinline]] void reschedule(Context& ctx) {
    if (isDown_) return;
    ctx.dontWake();
    clock_.settle(ctx.now().ns);
    schedule(ctx);
  }

  [[gnu::noinline]] void arrive(Context& ctx) {
    // The planned time, not now: a client that was paused is late, and its users feel that.
    const SimTime intended{next_.at};
    if (!mayBegin(intended)) return;
    const std::size_t recorded = traceNext_++;
    openGap(intended.ns);
    schedule(ctx);
    if (trace_) return replayOne(ctx, trace_->entries[recorded], intended);
    if (p_.batch == 1) [[likely]]
      return sendOne(ctx, intended);
    for (std::int64_t i = 0; i < p_.batch && sent_ < lastSerial_; ++i) sendOne(ctx, intended);
  }

  // An endless Poisson stream of single operations of one class without keys, each of them passed on.
  void arrivePlain(Context& ctx) {
    const SimTime intended{next_.at};
    clock_.open(gaps_->exponential(), intended.ns);
    schedule(ctx);
    passOn(ctx, onlyClass_, onlyKey_, drawUser(), intended);
  }

  std::uint32_t drawUser() {
    return userBase_ + static_cast<std::uint32_t>(userLuck_->below(static_cast<std::uint64_t>(p_.users)));
  }

  void sendOne(Context& ctx, SimTime intended) {
    const std::uint16_t klass = drawClass();
    const std::uint32_t user = drawUser();
    begin(ctx, klass, keyOf(keys_[klass]), user, intended);
  }

  CallId passOn(Context& ctx, std::uint16_t klass, std::uint32_t key, std::uint32_t user, SimTime intended) {
    ++sent_;
    return ctx.originate(0, klass, key, user, intended);
  }

  CallId begin(Context& ctx, std::uint16_t klass, std::uint32_t key, std::uint32_t user, SimTime intended) {
    if (passes_) return passOn(ctx, klass, key, user, intended);
    ++sent_;
    const CallId id = ctx.begin(klass, key, user, intended, p_.timeout ? intended + *p_.timeout : SimTime{});
    if (id == 0) return 0;
    if (plan_.start(ctx, id) == CallPlan::Progress::Done) {
      end(ctx, id, ctx.at(id).failure);
      return 0;
    }
    return id;
  }

  void end(Context& ctx, CallId id, FailureId failure) {
    if (!p_.isClosedLoop()) return ctx.finish(id, failure);
    const std::uint32_t user = ctx.at(id).user - userBase_;
    ctx.finish(id, failure);
    think(ctx, user, ctx.now());
  }

  // --- bursts

  void startBursts(Context& ctx) {
    burstLuck_ = &ctx.stream("bursts");
    const double on = static_cast<double>(p_.bursts->on.ns), off = static_cast<double>(p_.bursts->off.ns);
    isOn_ = burstLuck_->chance(on / (on + off));  // as in the long run
    clock_.setGate(isOn_);
    scheduleToggle(ctx);
  }

  void scheduleToggle(Context& ctx) {
    const Duration mean = isOn_ ? p_.bursts->on : p_.bursts->off;
    ctx.after(durationFromNs(burstLuck_->exponential() * static_cast<double>(mean.ns)), kToggleTag, 0, true);
  }

  void toggle(Context& ctx) {
    clock_.settle(ctx.now().ns);
    isOn_ = !isOn_;
    clock_.setGate(isOn_);
    scheduleToggle(ctx);
    reschedule(ctx);
  }

  // --- replay

  void readTrace(Context& ctx) {
    trace_ = ctx.trace(p_.replay);
    if (!trace_) return;
    for (const std::string& name : trace_->classes)
      for (std::uint16_t c = 0; c < ctx.classCount(); ++c)
        if (ctx.requestClass(c).name == name) traceClasses_.push_back(c);
  }

  void replayOne(Context& ctx, const Trace::Entry& entry, SimTime intended) {
    const std::uint16_t klass =
        entry.klass != Trace::kNoClass ? traceClasses_[entry.klass] : classLike(ctx, entry.effect);
    Keys& keys = keys_[klass];
    const std::uint64_t size = keys.sampler.space().size();
    const std::uint32_t key = entry.key == Trace::kNone ? keys.sampler.draw(*keyLuck_)
                              : size > 0                ? static_cast<std::uint32_t>(entry.key % size)
                                                        : 0;
    const std::uint32_t user = entry.user != Trace::kNone
                                   ? entry.user
                                   : static_cast<std::uint32_t>(userLuck_->below(static_cast<std::uint64_t>(p_.users)));
    begin(ctx, klass, keys.offset + key, userBase_ + user, intended);
  }

  // A log tells reads from writes: drawn from the classes of that effect, if there are any.
  std::uint16_t classLike(const Context& ctx, Trace::Effect effect) {
    if (effect == Trace::Effect::Unknown) return drawClass();
    const Effect wanted = effect == Trace::Effect::Write ? Effect::Write : Effect::Read;
    double total = 0;
    for (const MixedClass& m : mix_)
      if (ctx.requestClass(m.klass).effect == wanted) total += ctx.requestClass(m.klass).weight;
    if (total == 0) return drawClass();
    double u = classLuck_->uniform() * total;
    std::uint16_t last = mix_[0].klass;
    for (const MixedClass& m : mix_) {
      if (ctx.requestClass(m.klass).effect != wanted) continue;
      last = m.klass;
      if ((u -= ctx.requestClass(m.klass).weight) < 0) break;
    }
    return last;
  }

  // --- closed loop: each user is either thinking (one timer) or waiting (one operation)

  std::size_t userTarget() const { return static_cast<std::size_t>(p_.users); }

  void setUsers(Context& ctx, std::size_t wanted, SimTime from) {
    wanted_ = wanted;
    if (users_.size() < wanted) users_.resize(wanted);
    for (std::size_t u = 0; u < wanted; ++u)
      if (!users_[u].isActive) think(ctx, static_cast<std::uint32_t>(u), from);
  }

  // As many users as the parameters and the traffic factor ask for now, and a look again while that is changing.
  void stepUsers(Context& ctx) {
    if (isDown_) return;
    ctx.cancel(timer_);
    const std::int64_t now = ctx.now().ns;
    const double wanted = static_cast<double>(p_.users) * clock_.factorAt(now);
    setUsers(ctx, static_cast<std::size_t>(std::llround(std::min(wanted, kMostUsers))), std::max(ctx.now(), p_.from));
    if (clock_.isChangingFactor(now)) timer_ = ctx.after(kUserStep, kUsersTag, 0, true);
  }

  void think(Context& ctx, std::uint32_t user, SimTime from) {
    users_[user] = {0, false};
    if (user >= wanted_ || isDown_) return;
    users_[user].isActive = true;
    ctx.after(from - ctx.now() + p_.think->sample(*gaps_), kThinkTag, user, true);
  }

  void sendAs(Context& ctx, std::uint32_t user) {
    if (user >= wanted_ || isDown_ || !mayBegin(ctx.now())) {
      users_[user].isActive = false;
      return;
    }
    const std::uint16_t klass = drawClass();
    Keys& keys = keys_[klass];
    const CallId id = begin(ctx, klass, keyOf(keys), userBase_ + user, ctx.now());
    if (id != 0) users_[user].operation = id;
  }

  // --- crash of the client itself

  void stop(Context& ctx) {
    isDown_ = true;
    ctx.cancel(timer_);
    ctx.dontWake();
    // What it holds is lost with it; what it passed on comes back.
    for (User& user : users_)
      if (user.operation != 0 && ctx.at(user.operation).edge == kNoEdge) user = {0, false};
  }

  void resume(Context& ctx) {
    if (!isDown_) return;
    isDown_ = false;
    if (p_.isClosedLoop()) return stepUsers(ctx);
    clock_.settle(ctx.now().ns);
    if (!trace_) openGap(std::max(ctx.now(), p_.from).ns);
    schedule(ctx);
  }

  static constexpr double kMostUsers = 1e8;
  static constexpr Duration kUserStep = milliseconds(100);

  const Params& p_;
  CallPlan plan_;
  ArrivalClock clock_;
  ArrivalClock::Step next_;
  Context::TimerId timer_;  // closed loop: a look at a changing number of users
  std::uint64_t sent_ = 0, lastSerial_ = ~0ull;
  RandomStream* gaps_ = nullptr;
  RandomStream* keyLuck_ = nullptr;
  RandomStream* classLuck_ = nullptr;
  RandomStream* userLuck_ = nullptr;
  RandomStream* burstLuck_ = nullptr;
  std::uint32_t userBase_ = 0;
  bool passes_ = false;  // an operation is one call that is passed on, without a plan
  bool plain_ = false;   // see arrivePlain
  std::uint16_t onlyClass_ = 0;
  std::uint32_t onlyKey_ = 0;
  std::uint32_t lastPassed_ = 0;  // operations up to this one were passed on
  bool isOn_ = true;
  bool isDown_ = false;
  std::vector<Keys> keys_;
  std::vector<MixedClass> mix_;
  const Trace* trace_ = nullptr;
  std::size_t traceNext_ = 0;
  std::int64_t traceAt_ = 0;
  std::vector<std::uint16_t> traceClasses_;
  std::vector<User> users_;
  std::size_t wanted_ = 0;
};

// Of the plain rate; what a profile or a closed loop brings is known only from a run.
double offeredRate(const void* params) {
  const Params& p = *static_cast<const Params*>(params);
  if (p.isReplay() || p.isClosedLoop()) return 0;
  const double duty = p.bursts ? p.bursts->on.seconds() / (p.bursts->on.seconds() + p.bursts->off.seconds()) : 1;
  return p.rate.value * duty;
}

}  // namespace

const ComponentInfo& clientInfo() {
  static const ComponentInfo info{
      .kind = "client",
      .label = "Client",
      .category = "traffic",
      .summary = "Users who send operations and feel their latency.",
      .help =
          "Open loop: operations come whether or not the earlier ones were answered, at a rate that may follow a "
          "profile (an inhomogeneous Poisson process, or the same curve with even spacing), in bursts, in batches, or "
          "as recorded. Closed loop (`think`): a fixed number of users, each with one operation at a time. Latency "
          "counts from the intended send time, retries included; retries and timeouts of single attempts belong to "
          "the arrow. After `timeout` the user gives up on the operation; what was sent goes on unless the arrow says "
          "`cancel`. The verb `traffic` multiplies the rate, the speed of a replay, or the number of users of a "
          "closed loop. "
          "Checked against closed networks, on/off and batch arrivals: tests client, truth.queueing.",
      .params = kParams,
      .headline = kHeadline,
      .inputs = PortUse::None,
      .outputs = PortUse::Required,
      .originates = true,
      .makeParams = makeDefault<Params>,
      .create = makeComponent<Client, Params>,
      .check = checkParams,
      .memoryBytes = memoryOf,
      .offeredRate = offeredRate,
  };
  return info;
}

}  // namespace faultline

// Users: they send operations and feel their latency.
#include "components/client.h"

#include <algorithm>
#include <cmath>

#include "base/trace.h"
#include "engine/component.h"
#include "parts/call_plan.h"
#include "parts/keyspace.h"

namespace faultline {

namespace {

constexpr const char* kHeadline[] = {"p99", "ok", "failed"};

enum Tag : std::uint32_t { kNextTag, kToggleTag, kThinkTag, kUsersTag };

class Client : public Component {
 public:
  explicit Client(const ClientParams& params) : p_(params) {}

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
      case kNextTag:
        return next_.isArrival ? arrive(ctx) : reschedule(ctx);
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
      lastPassed_ = newest_;
    }
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

  // --- open loop: one timer, for the next arrival or for the next corner of the rate

  void openGap(std::int64_t from) {
    double units = 1;
    if (trace_) {
      if (traceNext_ == trace_->entries.size()) return clock_.setGate(false);
      const std::int64_t at = trace_->entries[traceNext_].at.ns;
      units = static_cast<double>(at - traceAt_);
      traceAt_ = at;
    } else if (p_.arrivals == ClientParams::Arrivals::Poisson) {
      units = gaps_->exponential();
    }
    clock_.open(units, from);
  }

  void schedule(Context& ctx) {
    next_ = clock_.next();
    if (next_.at >= kLongestDuration.ns) return;
    timer_ = ctx.after({std::max<std::int64_t>(next_.at - ctx.now().ns, 0)}, kNextTag, 0, true);
  }

  void reschedule(Context& ctx) {
    if (isDown_) return;
    ctx.cancel(timer_);
    clock_.settle(ctx.now().ns);
    schedule(ctx);
  }

  void arrive(Context& ctx) {
    // The planned time, not now: a client that was paused is late, and its users feel that.
    const SimTime intended{next_.at};
    if (!mayBegin(intended)) return;
    const std::size_t recorded = traceNext_++;
    openGap(intended.ns);
    schedule(ctx);
    if (trace_) return replayOne(ctx, trace_->entries[recorded], intended);
    for (std::int64_t i = 0; i < p_.batch && sent_ < lastSerial_; ++i) {
      const std::uint16_t klass = drawClass();
      Keys& keys = keys_[klass];
      const auto user = static_cast<std::uint32_t>(userLuck_->below(static_cast<std::uint64_t>(p_.users)));
      begin(ctx, klass, keyOf(keys), userBase_ + user, intended);
    }
  }

  CallId begin(Context& ctx, std::uint16_t klass, std::uint32_t key, std::uint32_t user, SimTime intended) {
    ++sent_;
    const CallId id = ctx.begin(klass, key, user, intended, p_.timeout ? intended + *p_.timeout : SimTime{});
    if (id == 0) return 0;
    if (passes_) {
      newest_ = ctx.at(id).operation;
      ctx.pass(0, id);
    } else if (plan_.start(ctx, id) == CallPlan::Progress::Done) {
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

  const ClientParams& p_;
  CallPlan plan_;
  ArrivalClock clock_;
  ArrivalClock::Step next_;
  Context::TimerId timer_;
  std::uint64_t sent_ = 0, lastSerial_ = ~0ull;
  RandomStream* gaps_ = nullptr;
  RandomStream* keyLuck_ = nullptr;
  RandomStream* classLuck_ = nullptr;
  RandomStream* userLuck_ = nullptr;
  RandomStream* burstLuck_ = nullptr;
  std::uint32_t userBase_ = 0;
  bool passes_ = false;  // an operation is one call that is passed on, without a plan
  std::uint32_t newest_ = 0, lastPassed_ = 0;
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
          "closed loop.",
      .params = clientParamTable(),
      .headline = kHeadline,
      .inputs = PortUse::None,
      .outputs = PortUse::Required,
      .originates = true,
      .makeParams = makeDefault<ClientParams>,
      .create = makeComponent<Client, ClientParams>,
      .check = checkClientParams,
      .memoryBytes = clientMemory,
  };
  return info;
}

}  // namespace faultline

// Users: they send operations and feel their latency.
#include "engine/component.h"
#include "parts/call_plan.h"
#include "parts/keyspace.h"

namespace faultline {

namespace {

enum class Arrivals { Poisson, Constant };
constexpr ChoiceInfo kArrivals[] = {
    {"poisson", "Independent users: exponential gaps."},
    {"constant", "Equal gaps."},
};

struct Params {
  PerSecond rate{100};
  Arrivals arrivals = Arrivals::Poisson;
  std::optional<Duration> timeout;
};

constexpr ParamInfo kParams[] = {
    param<&Params::rate>("rate", "Rate", range(0, 1e8), "Operations offered per second."),
    param<&Params::arrivals, &kArrivals>("arrivals", "Arrivals", {}, "How the gaps between operations are distributed."),
    param<&Params::timeout>("timeout", "Patience", range(1e-6, 86'400), "A user gives up on an operation after this long, retries included."),
};

constexpr const char* kHeadline[] = {"p99", "ok", "failed"};

class Client : public Component {
 public:
  explicit Client(const Params& params) : p_(params) {}

  void onStart(Context& ctx) override {
    plan_ = CallPlan(ctx);
    gaps_ = &ctx.stream("arrivals");
    keyLuck_ = &ctx.stream("keys");
    for (std::uint32_t c = 0; c < ctx.classCount(); ++c)
      keys_.emplace_back(*parseKeySpace(ctx.requestClass(static_cast<std::uint16_t>(c)).key).value);
    keyed_ = keys_[0].space().kind != KeySpace::Kind::None;
    scheduleNext(ctx);
  }

  void onRequest(Context& ctx, CallId call) override { ctx.reply(call, ctx.failure(CommonReason::NoTarget)); }

  void onTimer(Context& ctx, std::uint32_t, std::uint64_t) override {
    scheduleNext(ctx);
    const std::uint32_t key = keyed_ ? ctx.classKeyOffset(0) + keys_[0].draw(*keyLuck_) : ctx.classKeyOffset(0);
    const CallId id = ctx.begin(0, key, 0, ctx.now());
    if (id == 0) return;
    if (plan_.isSinglePass()) return ctx.pass(0, id);
    if (plan_.start(ctx, id) == CallPlan::Progress::Done) ctx.finish(id, ctx.at(id).failure);
  }

  void onReply(Context& ctx, CallId id, const Reply& reply) override {
    if (plan_.isSinglePass()) return ctx.finish(id, reply.failure);
    if (plan_.onReply(ctx, id, reply) == CallPlan::Progress::Done) ctx.finish(id, ctx.at(id).failure);
  }

 private:
  void scheduleNext(Context& ctx) {
    if (p_.rate.value <= 0) return;
    const double mean = 1e9 / p_.rate.value;
    ctx.after(durationFromNs(p_.arrivals == Arrivals::Poisson ? gaps_->exponential() * mean : mean), 0, 0, true);
  }

  const Params& p_;
  CallPlan plan_;
  RandomStream* gaps_ = nullptr;
  RandomStream* keyLuck_ = nullptr;
  bool keyed_ = false;
  std::vector<KeySampler> keys_;
};

}  // namespace

const ComponentInfo& clientInfo() {
  static const ComponentInfo info{
      .kind = "client",
      .label = "Client",
      .category = "traffic",
      .summary = "Users who send operations and feel their latency.",
      .help = "",
      .params = kParams,
      .headline = kHeadline,
      .inputs = PortUse::None,
      .outputs = PortUse::Required,
      .originates = true,
      .makeParams = makeDefault<Params>,
      .create = makeComponent<Client, Params>,
  };
  return info;
}

}  // namespace faultline

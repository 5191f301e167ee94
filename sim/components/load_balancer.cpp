// Spreads calls over the instances of its targets.
#include "engine/component.h"

namespace faultline {

namespace {

struct Params {};
constexpr std::array<ParamInfo, 0> kParams{};

class LoadBalancer : public Component {
 public:
  explicit LoadBalancer(const Params&) {}
  void onRequest(Context& ctx, CallId call) override {
    const std::uint32_t n = ctx.targetInstances(0);
    if (next_ >= n) next_ = 0;
    ctx.pass(0, call, static_cast<std::uint16_t>(next_++));
  }
  void onReply(Context& ctx, CallId call, const Reply& reply) override { ctx.reply(call, reply.failure); }

 private:
  std::uint32_t next_ = 0;
};

}  // namespace

const ComponentInfo& loadBalancerInfo() {
  static const ComponentInfo info{
      .kind = "load_balancer",
      .label = "Load balancer",
      .category = "routing",
      .summary = "Spreads calls over the instances of its targets.",
      .params = kParams,
      .inputs = PortUse::Required,
      .outputs = PortUse::Required,
      .makeParams = makeDefault<Params>,
      .create = makeComponent<LoadBalancer, Params>,
  };
  return info;
}

}  // namespace faultline

// A topic: it answers when a publication is accepted and hands one copy to every subscriber.
#include <algorithm>
#include <optional>

#include "engine/component.h"
#include "model/price.h"
#include "parts/work_station.h"

namespace faultline {

namespace {

enum class Reach { Node, Instances };
constexpr ChoiceInfo kReaches[] = {
    {"node", "One copy for each arrow; one of its instances takes it."},
    {"instances", "One copy for each instance of each arrow's node, such as a message that empties in-process caches."},
};

struct Params {
  Reach reach = Reach::Node;
  std::optional<std::int64_t> maxOutstanding;
  std::int64_t threads = 1;
  PerClass work;
  std::optional<std::int64_t> queueCapacity;
  double price = 0;
  double callPrice = 0;
};

constexpr ParamInfo kParams[] = {
    param<&Params::reach, &kReaches>("reach", "Reach", {}, "How many copies a subscriber gets."),
    param<&Params::maxOutstanding>(
        "max_outstanding", "Max outstanding", range(1, 1e8),
        "Unanswered deliveries for one arrow; further copies are dropped, as for a slow consumer. Unset: no limit."),
    param<&Params::threads>("threads", "Threads", range(1, 1e6), "Publications that are worked on at a time."),
    param<&Params::work>("work", "Work", {}, "CPU work of one publication; without work it takes no time."),
    param<&Params::queueCapacity>("queue_capacity", "Queue capacity", range(0, 1e8),
                                  "Publications that may wait for a thread; more are refused. Unset: no limit."),
    priceParam<&Params::price>(),
    callPriceParam<&Params::callPrice>(),
};

enum Metric : std::uint32_t {
  kPublished,
  kDeliveries,
  kDelivered,
  kFailedDeliveries,
  kDropped,
  kFiltered,
  kUnsubscribed,
  kLost,
  kOutstanding,
  kDeliveryTime,
};
constexpr MetricInfo kMetrics[] = {
    {"published", MetricType::Counter, "messages", "Publications that were accepted."},
    {"deliveries", MetricType::Counter, "deliveries", "Copies that were sent to subscribers."},
    {"delivered", MetricType::Counter, "deliveries", "Copies that a subscriber answered well."},
    {"failed_deliveries", MetricType::Counter, "deliveries",
     "Copies that a subscriber refused, failed or did not answer in time; they are gone."},
    {"dropped", MetricType::Counter, "deliveries", "Copies that were not sent because too many were unanswered."},
    {"filtered", MetricType::Counter, "deliveries", "Copies that a subscription did not ask for."},
    {"unsubscribed", MetricType::Counter, "messages", "Publications that reached nobody."},
    {"lost", MetricType::Counter, "deliveries", "Copies that were under way when the topic crashed."},
    {"outstanding", MetricType::Gauge, "deliveries", "Copies that are sent and not yet answered."},
    {"delivery_time", MetricType::Timing, "s", "From accepting a publication to a subscriber's ok answer."},
};

enum Reason : std::uint32_t { kQueueFull };
constexpr ReasonInfo kReasons[] = {{"queue_full", Outcome::Rejected, "Every thread was busy and the queue was full."}};

constexpr const char* kHeadline[] = {"published", "failed_deliveries", "outstanding"};

class Topic : public Component {
 public:
  explicit Topic(const Params& params) : p_(params) {}

  void onStart(Context& ctx) override {
    luck_ = &ctx.stream("messages");
    station_.emplace(ctx, p_.work, p_.threads, *luck_, p_.queueCapacity.value_or(-1));
    for (std::uint32_t e = 0; e < ctx.edgeCount(); ++e) subscriptions_.push_back(subscriptionOf(ctx, e));
  }

  void onRequest(Context& ctx, CallId id) override {
    if (station_->takesNoTime()) return publish(ctx, id);
    if (!station_->take(ctx, id)) ctx.reply(id, ctx.failure(kQueueFull));
  }

  void onServed(Context& ctx, CallId id) override {
    station_->leave(ctx);
    publish(ctx, id);
  }

  void onReply(Context& ctx, CallId own, const Reply& reply) override {
    const SimTime accepted{ctx.at(own).arrived};
    ctx.close(own);
    --subscriptions_[reply.edge].outstanding;
    showOutstanding(ctx, -1);
    if (!reply.ok()) return ctx.add(kFailedDeliveries);
    ctx.add(kDelivered);
    ctx.observe(kDeliveryTime, ctx.now() - accepted);
  }

  void onCancel(Context& ctx, CallId id) override {
    station_->drop(ctx, id);
    ctx.reply(id, ctx.failure(CommonReason::Cancelled));
  }

  void onChange(Context& ctx, const NodeChange& change) override {
    if (change.kind == NodeChange::Kind::Crashed) {
      station_->clear(ctx);
      for (Subscription& s : subscriptions_) {
        ctx.add(kLost, static_cast<std::uint64_t>(s.outstanding));
        s.outstanding = 0;
      }
      ctx.set(kOutstanding, 0);
    } else if (change.kind == NodeChange::Kind::ParamsChanged) {
      station_->refresh(ctx, p_.work, p_.threads, p_.queueCapacity.value_or(-1));
    }
  }

 private:
  struct Subscription {
    std::vector<bool> classes;
    double share = 1;  // of the messages, where the arrow says chance
    std::int64_t outstanding = 0;
  };

  static Subscription subscriptionOf(const Context& ctx, std::uint32_t edge) {
    const EdgePolicy& policy = ctx.policy(edge);
    Subscription s;
    for (std::uint32_t c = 0; c < ctx.classCount(); ++c) {
      const auto& asked = policy.forClasses;
      const std::string& name = ctx.requestClass(static_cast<std::uint16_t>(c)).name;
      s.classes.push_back(asked.empty() || std::find(asked.begin(), asked.end(), name) != asked.end());
    }
    const auto condition = parseCondition(policy.when);
    if (condition && condition->kind == Condition::Kind::Chance) s.share = condition->chance;
    return s;
  }

  void publish(Context& ctx, CallId id) {
    const Call message = ctx.at(id);
    if (message.has(kProbe)) return ctx.reply(id);
    if (ctx.isHitByErrors(id)) return ctx.reply(id, ctx.failure(CommonReason::InjectedError));
    ctx.reply(id);
    ctx.add(kPublished);
    std::size_t copies = 0;
    for (std::uint32_t e = 0; e < subscriptions_.size(); ++e) copies += deliver(ctx, e, message);
    if (copies == 0) ctx.add(kUnsubscribed);
  }

  // The number of copies for which there was a subscriber.
  std::size_t deliver(Context& ctx, std::uint32_t edge, const Call& message) {
    const Subscription& s = subscriptions_[edge];
    if (!s.classes[message.klass] || (s.share < 1 && !luck_->chance(s.share))) {
      ctx.add(kFiltered);
      return 0;
    }
    if (p_.reach == Reach::Node) {
      deliverOne(ctx, edge, kAnyInstance, message);
      return 1;
    }
    const std::uint32_t instances = ctx.targetInstances(edge);
    for (std::uint32_t i = 0; i < instances; ++i) deliverOne(ctx, edge, static_cast<std::uint16_t>(i), message);
    return instances;
  }

  void deliverOne(Context& ctx, std::uint32_t edge, std::uint16_t instance, const Call& message) {
    Subscription& s = subscriptions_[edge];
    if (p_.maxOutstanding && s.outstanding >= *p_.maxOutstanding) return ctx.add(kDropped);
    const CallId own = ctx.open();
    if (own == 0) return;
    Call& call = ctx.at(own);
    call.key = message.key;
    call.user = message.user;
    call.klass = message.klass;
    call.operation = message.operation;
    call.born = message.born;
    if (message.has(kWrite)) call.set(kWrite);
    CallOptions options;
    options.instance = instance;
    options.flags = kMessage;
    if (message.key != kNoKey) options.version = std::max(message.version, ctx.committed(message.key));
    ++s.outstanding;
    showOutstanding(ctx, 1);
    ctx.add(kDeliveries);
    ctx.call(edge, own, options);
  }

  static void showOutstanding(Context& ctx, std::int64_t change) {
    ctx.set(kOutstanding, ctx.level(kOutstanding) + change);
  }

  const Params& p_;
  RandomStream* luck_ = nullptr;
  std::optional<WorkStation> station_;
  std::vector<Subscription> subscriptions_;  // by out-edge
};

}  // namespace

const ComponentInfo& topicInfo() {
  static const ComponentInfo info{
      .kind = "topic",
      .label = "Topic",
      .category = "messaging",
      .summary = "Accepts a publication once and hands a copy to every subscriber.",
      .help =
          "Each out-edge is a subscription: `for` filters by class, `when: chance(10%)` takes a share of the messages. "
          "The publisher is "
          "answered when the message is accepted, and never learns what became of the copies. A copy is one call; the "
          "edge's `timeout` and "
          "`retry` say how hard delivery is tried, and a copy that fails in the end is gone, as with Redis "
          "publish/subscribe or a "
          "subscription of Amazon SNS without a dead-letter queue. Put a queue behind an arrow where a subscriber must "
          "not miss anything "
          "(the SNS and SQS fan-out). `reach: instances` tells every instance, as a broadcast that empties in-process "
          "caches does. The plan "
          "of out-edges (step, times, miss, hit) does not apply. Leaves out: message sizes, order between copies, "
          "topics that store "
          "(use a stream). No limit of unanswered deliveries by default, as SNS documents none; Redis and NATS drop "
          "slow consumers. "
          "Checked in test topic.",
      .params = kParams,
      .metrics = kMetrics,
      .reasons = kReasons,
      .headline = kHeadline,
      .inputs = PortUse::Required,
      .outputs = PortUse::Required,
      .buffers = true,
      .makeParams = makeDefault<Params>,
      .create = makeComponent<Topic, Params>,
  };
  return info;
}

}  // namespace faultline

// A message queue: it answers when a message is stored, delivers it later, and forgets it when the consumer's answer
// acknowledges it. Pull and push are alike here: at most `prefetch` unanswered deliveries for each consumer instance.
#include <algorithm>

#include "base/flat_map.h"
#include "engine/component.h"
#include "model/price.h"
#include "parts/message_store.h"
#include "parts/work_station.h"

namespace faultline {

namespace {

enum class Delivery { AtLeastOnce, AtMostOnce };
constexpr ChoiceInfo kDeliveries[] = {
    {"at_least_once", "A message stays until it is acknowledged; it may be delivered more than once."},
    {"at_most_once", "A message is gone when it is delivered; a failed delivery loses it."},
};
enum class Order { Unordered, PerGroup, Fifo };
constexpr ChoiceInfo kOrders[] = {
    {"unordered", "The oldest waiting message first, as many at once as the consumers take."},
    {"per_group", "One message of a key at a time, in order; a failing one blocks its key."},
    {"fifo", "One message at a time, in order; a failing one blocks all."},
};
enum class Overflow { Reject, DropOldest };
constexpr ChoiceInfo kOverflows[] = {
    {"reject", "Refuses the new message."},
    {"drop_oldest", "Drops the message that has waited longest."},
};
enum class Requeue { Tail, Head };
constexpr ChoiceInfo kRequeues[] = {
    {"tail", "Behind the messages that wait."},
    {"head", "Before the messages that wait."},
};
enum class Growth { Constant, Exponential };
constexpr ChoiceInfo kGrowths[] = {
    {"constant", "Every redelivery waits for the delay."},
    {"exponential", "The delay doubles with every delivery, up to the cap."},
};

struct Params {
  std::int64_t prefetch = 10;
  Delivery delivery = Delivery::AtLeastOnce;
  Order order = Order::Unordered;
  std::optional<Duration> visibilityTimeout;
  Duration redeliveryDelay = seconds(1);
  Growth redeliveryBackoff = Growth::Constant;
  Duration redeliveryCap = minutes(5);
  Requeue requeue = Requeue::Tail;
  std::optional<std::int64_t> maxReceives;
  Duration reconnectDelay = seconds(1);
  std::optional<std::int64_t> capacity;
  Overflow overflow = Overflow::Reject;
  std::optional<Duration> retention;
  bool durable = true;
  std::int64_t threads = 1;
  PerClass work;
  double price = 0;
  double callPrice = 0;
};

constexpr double kDay = 86'400;
// Messages that a queue without a capacity holds: more would be memory, not a model.
constexpr std::int64_t kMostMessages = 10'000'000;

constexpr ParamInfo kParams[] = {
    param<&Params::prefetch>("prefetch", "Prefetch", range(1, 60'000), "Unanswered deliveries for one consumer instance; give it at least the consumer's workers."),
    fixed(param<&Params::delivery, &kDeliveries>("delivery", "Delivery", {}, "What is promised.")),
    fixed(param<&Params::order, &kOrders>("order", "Order", {}, "What may be delivered side by side.")),
    param<&Params::visibilityTimeout>("visibility_timeout", "Visibility timeout", range(1e-6, kDay), "A message that is not acknowledged for so long is delivered again; unset: it waits for the answer."),
    param<&Params::redeliveryDelay>("redelivery_delay", "Redelivery delay", range(0, kDay), "From a failed delivery to the next; with 0 a consumer that fails at once is tried endlessly at that instant unless max_receives ends it."),
    param<&Params::redeliveryBackoff, &kGrowths>("redelivery_backoff", "Redelivery backoff", {}, "How that delay grows."),
    param<&Params::redeliveryCap>("redelivery_cap", "Longest redelivery delay", range(0, kDay), "No delay is longer than this."),
    param<&Params::requeue, &kRequeues>("requeue", "Requeue", {}, "Where a message waits that is to be delivered again."),
    param<&Params::maxReceives>("max_receives", "Max receives", range(1, 1e6), "After so many failed deliveries a message becomes a dead letter; unset: never."),
    param<&Params::reconnectDelay>("reconnect_delay", "Reconnect delay", range(0.001, kDay), "How long a consumer instance that was unavailable is left alone."),
    param<&Params::capacity>("capacity", "Capacity", range(1, static_cast<double>(kMostMessages)), "Waiting messages, without those in flight; unset: 10M."),
    param<&Params::overflow, &kOverflows>("overflow", "Overflow", {}, "What a full queue does with a new message."),
    param<&Params::retention>("retention", "Retention", range(1e-3, 366 * kDay), "Messages older than this are dropped, also while they are in flight; unset: never."),
    fixed(param<&Params::durable>("durable", "Durable", {}, "Messages survive a crash of the queue; those in flight are delivered again.")),
    param<&Params::threads>("threads", "Threads", range(1, 1e6), "Messages that are stored at a time."),
    param<&Params::work>("work", "Work", {}, "CPU work of storing one message; without work it takes no time."),
    priceParam<&Params::price>(),
    callPriceParam<&Params::callPrice>(),
};

enum Metric : std::uint32_t {
  kDepth, kOldestAge, kUnacked, kEnqueued, kDelivered, kAcked, kSojourn, kFailedDeliveries, kRedelivered, kRedeliveries,
  kVisibilityTimeouts, kLateAnswers, kDeadLetters, kDeadLettered, kDeadPoison, kDeadTimeout, kDeadError, kDropped,
  kExpired, kLost, kPurged,
};
constexpr MetricInfo kMetrics[] = {
    {"depth", MetricType::Gauge, "messages", "Messages that wait for delivery, delayed ones included."},
    {"oldest_age", MetricType::Reading, "ms", "Age of the oldest message that is not acknowledged, dead letters apart, at the sample."},
    {"unacked", MetricType::Gauge, "messages", "Messages that are delivered and not yet acknowledged."},
    {"enqueued", MetricType::Counter, "messages", "Messages that were stored."},
    {"delivered", MetricType::Counter, "deliveries", "Deliveries, redeliveries included."},
    {"acked", MetricType::Counter, "messages", "Messages that were acknowledged."},
    {"sojourn", MetricType::Timing, "s", "From storing a message to its acknowledgement."},
    {"failed_deliveries", MetricType::Counter, "deliveries", "Deliveries that the consumer answered with a failure."},
    {"redelivered", MetricType::Counter, "messages", "Messages that were delivered a second time."},
    {"redeliveries", MetricType::Counter, "deliveries", "Deliveries after the first one of a message."},
    {"visibility_timeouts", MetricType::Counter, "deliveries", "Deliveries that were not answered within the visibility timeout."},
    {"late_answers", MetricType::Counter, "deliveries", "Answers that came after the message had been delivered again, or was gone; they are ignored."},
    {"dead_letters", MetricType::Gauge, "messages", "Dead letters held."},
    {"dead_lettered", MetricType::Counter, "messages", "Messages that became dead letters."},
    {"dead_poison", MetricType::Counter, "messages", "... because they are corrupt."},
    {"dead_timeout", MetricType::Counter, "messages", "... because the visibility timeout or the edge's timeout passed too often."},
    {"dead_error", MetricType::Counter, "messages", "... because the consumer failed."},
    {"dropped", MetricType::Counter, "messages", "Messages that made way for newer ones."},
    {"expired", MetricType::Counter, "messages", "Messages that were older than the retention."},
    {"lost", MetricType::Counter, "messages", "Messages that a crash of the queue, or of the consumer under at_most_once, destroyed."},
    {"purged", MetricType::Counter, "messages", "Messages that the action purge removed."},
};

enum Reason : std::uint32_t { kQueueFull };
constexpr ReasonInfo kReasons[] = {{"queue_full", Outcome::Rejected, "The queue held as many messages as it may."}};

constexpr ParamInfo kReplayFields[] = {
    field(ParamType::Flag, "mended", "Mended", {}, "Corrupt messages were repaired; without it they fail again."),
};
constexpr ParamInfo kPurgeFields[] = {
    field(ParamType::Flag, "dead_letters", "Dead letters", {}, "Removes the dead letters instead of the waiting messages."),
};
constexpr ParamInfo kPoisonFields[] = {
    required(field(ParamType::Ratio, "share", "Share", range(0, 1), "Share of the messages that are corrupt from now on.")),
};
enum Verb : std::uint32_t { kReplayVerb, kPurgeVerb, kPoisonVerb };
constexpr ActionInfo kActions[] = {
    {"replay_dead_letters", kReplayFields, "Puts all dead letters back at the tail, as new messages."},
    {"purge", kPurgeFields, "Removes the messages that wait."},
    {"poison", kPoisonFields, "Corrupts a share of the messages: the consumer works on them and fails at the end."},
};

constexpr SymptomInfo kSymptoms[] = {
    {"depth", true, true, "holds a backlog"},
    {"redeliveries", true, false, "delivers messages again"},
    {"dead_lettered", true, true, "gives messages up as dead letters"},
    {"lost", true, true, "lost messages"},
    {"dropped", true, true, "drops messages"},
};

constexpr const char* kHeadline[] = {"depth", "oldest_age", "dead_letters"};

enum Timer : std::uint32_t { kVisibilityTimer, kRetentionTimer, kRedeliverTimer, kReconnectTimer };

struct Consumer {
  std::uint32_t edge = 0;
  std::uint16_t instance = 0;
  std::int64_t outstanding = 0;
  SimTime leftAloneUntil;
};

// Classes that the same consumers take share a line.
struct Route {
  std::vector<bool> edges;
  MessageList ready;
};

struct Group {
  MessageId holder = 0;  // the one message of the group that may move
  MessageList parked;
};

bool flagOf(const ValueMap& args, std::string_view name) {
  const Value* value = args.find(name);
  return value && *value->as<bool>();
}

class Queue : public Component {
 public:
  explicit Queue(const Params& params) : p_(params) {}

  void onStart(Context& ctx) override {
    luck_ = &ctx.stream("messages");
    station_.emplace(ctx, p_.work, p_.threads, *luck_);
    for (std::uint32_t c = 0; c < ctx.classCount(); ++c) routeOfClass_.push_back(routeFor(ctx, ctx.requestClass(static_cast<std::uint16_t>(c)).name));
    addConsumers(ctx);
  }

  void onRequest(Context& ctx, CallId id) override {
    if (station_->takesNoTime()) return store(ctx, id);
    station_->take(ctx, id);
  }

  void onServed(Context& ctx, CallId id) override {
    station_->leave(ctx);
    store(ctx, id);
  }

  void onReply(Context& ctx, CallId own, const Reply& reply) override {
    const Call call = ctx.at(own);
    ctx.close(own);
    Consumer& consumer = consumers_[call.pending];
    --consumer.outstanding;
    if (reply.outcome == Outcome::Unavailable) {
      consumer.leftAloneUntil = ctx.now() + p_.reconnectDelay;
      ctx.after(p_.reconnectDelay, kReconnectTimer);
    }
    settle(ctx, call, reply);
    dispatch(ctx);
  }

  void onTimer(Context& ctx, std::uint32_t tag, std::uint64_t data) override {
    switch (tag) {
      case kVisibilityTimer: becomeVisible(ctx); break;
      case kRetentionTimer: expireOld(ctx); break;
      case kRedeliverTimer: {
        const auto id = static_cast<MessageId>(data >> 32);
        const Message& m = messages_[id];
        if (m.generation == static_cast<std::uint32_t>(data) && m.state == Message::State::Delayed && m.visibleAt == ctx.now())
          becomeReady(ctx, id, p_.requeue == Requeue::Head);
        break;
      }
      default: break;
    }
    dispatch(ctx);
  }

  void onCancel(Context& ctx, CallId id) override {
    station_->drop(ctx, id);
    ctx.reply(id, ctx.failure(CommonReason::Cancelled));
  }

  void onChange(Context& ctx, const NodeChange& change) override {
    switch (change.kind) {
      case NodeChange::Kind::Crashed: return crashed(ctx);
      case NodeChange::Kind::Restarted: isDown_ = false; break;
      case NodeChange::Kind::TargetsChanged: addConsumers(ctx); break;
      case NodeChange::Kind::ParamsChanged:
        station_->refresh(ctx, p_.work, p_.threads);
        armRetention(ctx);
        break;
      default: return;
    }
    dispatch(ctx);
  }

  void onAction(Context& ctx, std::uint32_t verb, const ValueMap& args) override {
    if (verb == kPoisonVerb) poisonShare_ = args.find("share")->as<double>() ? *args.find("share")->as<double>() : 0;
    else if (verb == kReplayVerb) replay(ctx, flagOf(args, "mended"));
    else purge(ctx, flagOf(args, "dead_letters"));
    dispatch(ctx);
  }

  void onSample(Context& ctx) override {
    const MessageId oldest = messages_.oldest();
    ctx.set(kOldestAge, oldest ? (ctx.now() - messages_[oldest].enqueued).ns / 1'000'000 : 0);
  }

 private:
  // ------------------------------------------------------------------ set-up

  std::size_t routeFor(const Context& ctx, const std::string& className) {
    std::vector<bool> edges;
    for (std::uint32_t e = 0; e < ctx.edgeCount(); ++e) {
      const auto& classes = ctx.policy(e).forClasses;
      edges.push_back(classes.empty() || std::find(classes.begin(), classes.end(), className) != classes.end());
    }
    for (std::size_t r = 0; r < routes_.size(); ++r)
      if (routes_[r].edges == edges) return r;
    routes_.push_back({std::move(edges), {}});
    return routes_.size() - 1;
  }

  void addConsumers(Context& ctx) {
    known_.resize(ctx.edgeCount());
    for (std::uint32_t e = 0; e < ctx.edgeCount(); ++e)
      for (; known_[e] < ctx.targetInstances(e); ++known_[e])
        consumers_.push_back({e, static_cast<std::uint16_t>(known_[e]), 0, {}});
  }

  // ----------------------------------------------------------------- storing

  void store(Context& ctx, CallId id) {
    const Call& call = ctx.at(id);
    if (call.has(kProbe)) return ctx.reply(id);
    if (ctx.isHitByErrors(id)) return ctx.reply(id, ctx.failure(CommonReason::InjectedError));
    if (waiting_ >= p_.capacity.value_or(kMostMessages)) {
      if (p_.overflow == Overflow::Reject) return ctx.reply(id, ctx.failure(kQueueFull));
      dropOldest(ctx);
    }
    const MessageId message = messages_.add(ctx.now());
    Message& m = messages_[message];
    m.key = call.key;
    m.user = call.user;
    m.operation = call.operation;
    m.version = call.key == kNoKey ? 0 : std::max(call.version, ctx.committed(call.key));
    m.klass = call.klass;
    m.isWrite = call.has(kWrite);
    m.isPoison = poisonShare_ > 0 && luck_->chance(poisonShare_);
    ctx.add(kEnqueued);
    ctx.reply(id);
    becomeReady(ctx, message, false);
    armRetention(ctx);
    dispatch(ctx);
  }

  void dropOldest(Context& ctx) {
    MessageId oldest = messages_.oldest();
    while (messages_[oldest].state == Message::State::InFlight) oldest = messages_.newer(oldest);
    ctx.add(kDropped);
    forget(ctx, oldest);
  }

  // ---------------------------------------------------------- states of messages

  bool isOrdered() const { return p_.order != Order::Unordered; }
  std::uint32_t groupOf(const Message& m) const {
    if (p_.order == Order::Fifo) return 0;
    return m.key == kNoKey ? kNoKey - 1 : m.key;
  }
  Route& routeOf(const Message& m) { return routes_[routeOfClass_[m.klass]]; }

  // A group of which another message is under way makes this one wait behind it.
  void becomeReady(Context& ctx, MessageId id, bool atHead) {
    Message& m = messages_[id];
    leaveState(id);
    ++waiting_;
    if (isOrdered()) {
      Group& group = groups_[groupOf(m)];
      if (group.holder != 0 && group.holder != id) {
        m.state = Message::State::Parked;
        messages_.pushBack(group.parked, id);
        return publish(ctx);
      }
      group.holder = id;
    }
    m.state = Message::State::Ready;
    MessageList& ready = routeOf(m).ready;
    if (atHead) messages_.pushFront(ready, id);
    else messages_.pushBack(ready, id);
    publish(ctx);
  }

  void leaveState(MessageId id) {
    Message& m = messages_[id];
    switch (m.state) {
      case Message::State::Free: return;
      case Message::State::Ready: messages_.remove(routeOf(m).ready, id); break;
      case Message::State::Parked: messages_.remove(groups_[groupOf(m)].parked, id); break;
      case Message::State::Delayed: break;
      case Message::State::InFlight:
        messages_.remove(inFlight_, id);
        --unacked_;
        return;
      case Message::State::Dead:
        messages_.remove(dead_, id);
        --deadCount_;
        return;
    }
    --waiting_;
  }

  // The next one of its group may move.
  void leaveGroup(Context& ctx, MessageId id) {
    if (!isOrdered()) return;
    const std::uint32_t key = groupOf(messages_[id]);
    Group* group = groups_.find(key);
    if (!group || group->holder != id) return;
    group->holder = 0;
    const MessageId next = group->parked.head;
    if (next == 0) groups_.erase(key);
    else becomeReady(ctx, next, false);
  }

  void forget(Context& ctx, MessageId id) {
    leaveState(id);
    leaveGroup(ctx, id);
    messages_.free(id);
    publish(ctx);
  }

  // ----------------------------------------------------------------- delivery

  void dispatch(Context& ctx) {
    if (isDown_) return;
    for (std::size_t r = 0; r < routes_.size(); ++r)
      while (!routes_[r].ready.empty()) {
        const std::size_t consumer = choose(ctx, routes_[r]);
        if (consumer == consumers_.size() || !deliver(ctx, routes_[r].ready.head, consumer)) break;
      }
  }

  // The consumer instance with the fewest unanswered deliveries, in turn among equals.
  std::size_t choose(const Context& ctx, const Route& route) {
    const std::size_t n = consumers_.size();
    std::size_t best = n;
    for (std::size_t k = 0; k < n; ++k) {
      const std::size_t i = turn_ + k < n ? turn_ + k : turn_ + k - n;
      const Consumer& c = consumers_[i];
      if (!route.edges[c.edge] || c.outstanding >= p_.prefetch || ctx.now() < c.leftAloneUntil) continue;
      if (c.instance >= ctx.targetInstances(c.edge) || ctx.targetDraining(c.edge, c.instance)) continue;
      if (best == n || c.outstanding < consumers_[best].outstanding) best = i;
    }
    if (best != n) turn_ = best + 1 < n ? best + 1 : 0;
    return best;
  }

  bool deliver(Context& ctx, MessageId id, std::size_t to) {
    const CallId own = ctx.open();
    if (own == 0) return false;
    Consumer& consumer = consumers_[to];
    Message& m = messages_[id];
    leaveState(id);
    m.state = Message::State::InFlight;
    ++m.delivery;
    ++m.receives;
    const bool times = p_.visibilityTimeout && p_.delivery == Delivery::AtLeastOnce;
    m.visibleAt = times ? ctx.now() + *p_.visibilityTimeout : kNever;
    messages_.insertByTime(inFlight_, id);
    ++unacked_;
    ++consumer.outstanding;
    ctx.add(kDelivered);
    if (m.delivery > 1) ctx.add(kRedeliveries);
    if (m.delivery == 2) ctx.add(kRedelivered);
    Call& call = ctx.at(own);
    call.key = m.key;
    call.user = m.user;
    call.klass = m.klass;
    call.operation = m.operation;
    if (m.isWrite) call.set(kWrite);
    call.marks = id;
    call.version = m.generation;
    call.step = static_cast<std::uint16_t>(m.delivery);
    call.pending = static_cast<std::uint16_t>(to);
    call.due = m.visibleAt.ns;  // a delivery that vanishes on the way gives its place back then
    CallOptions options;
    options.instance = consumer.instance;
    options.flags = kMessage;
    options.version = m.version;
    ctx.call(consumer.edge, own, options);
    armVisibility(ctx);
    publish(ctx);
    return true;
  }

  // Nobody answered; the connection is gone.
  static bool vanished(const Reply& reply) { return !reply.ok() && reply.outcome == Outcome::Unavailable; }

  // What the answer to a delivery means for its message.
  void settle(Context& ctx, const Call& call, const Reply& reply) {
    const MessageId id = call.marks;
    Message& m = messages_[id];
    const bool gone = m.generation != call.version || m.state == Message::State::Free || m.state == Message::State::Dead;
    if (gone || static_cast<std::uint16_t>(m.delivery) != call.step) {
      if (!vanished(reply)) ctx.add(kLateAnswers);
      return;
    }
    const bool isOk = reply.ok() && !m.isPoison;
    if (isOk) {
      ctx.add(kAcked);
      ctx.observe(kSojourn, ctx.now() - m.enqueued);
      return forget(ctx, id);
    }
    if (m.state != Message::State::InFlight) {  // it waits for its next delivery already
      if (!vanished(reply)) ctx.add(kLateAnswers);
      return;
    }
    if (reply.failure != 0 && ctx.isRefusal(reply.edge, reply.failure)) {
      // It never arrived: that was no delivery.
      --m.receives;
      --m.delivery;
      return becomeReady(ctx, id, true);
    }
    ctx.add(kFailedDeliveries);
    if (p_.delivery == Delivery::AtMostOnce) {
      ctx.add(kLost);
      return forget(ctx, id);
    }
    if (isExhausted(m)) {
      const bool timedOut = !reply.ok() && reply.outcome == Outcome::Timeout;
      return bury(ctx, id, reply.ok() ? kDeadPoison : timedOut ? kDeadTimeout : kDeadError);
    }
    delay(ctx, id, redeliveryDelay(m));
  }

  bool isExhausted(const Message& m) const { return p_.maxReceives && m.receives >= *p_.maxReceives; }

  Duration redeliveryDelay(const Message& m) const {
    Duration wait = p_.redeliveryDelay;
    if (p_.redeliveryBackoff == Growth::Exponential)
      for (std::uint32_t i = 1; i < m.receives && wait < p_.redeliveryCap; ++i) wait = wait * 2;
    return std::min(wait, p_.redeliveryCap);
  }

  void delay(Context& ctx, MessageId id, Duration wait) {
    if (wait.ns == 0) return becomeReady(ctx, id, p_.requeue == Requeue::Head);
    leaveState(id);
    Message& m = messages_[id];
    m.state = Message::State::Delayed;
    m.visibleAt = ctx.now() + wait;
    ++waiting_;
    ctx.after(wait, kRedeliverTimer, static_cast<std::uint64_t>(id) << 32 | m.generation);
    publish(ctx);
  }

  void becomeVisible(Context& ctx) {
    visibilityTimer_ = {};
    while (!inFlight_.empty() && messages_[inFlight_.head].visibleAt <= ctx.now()) {
      const MessageId id = inFlight_.head;
      ctx.add(kVisibilityTimeouts);
      if (isExhausted(messages_[id])) bury(ctx, id, kDeadTimeout);
      else becomeReady(ctx, id, p_.requeue == Requeue::Head);
    }
    armVisibility(ctx);
  }

  void armVisibility(Context& ctx) {
    if (visibilityTimer_.slot != 0 || inFlight_.empty()) return;
    const SimTime at = messages_[inFlight_.head].visibleAt;
    if (at != kNever) visibilityTimer_ = ctx.after(at - ctx.now(), kVisibilityTimer, 0, true);
  }

  void expireOld(Context& ctx) {
    retentionTimer_ = {};
    while (p_.retention && messages_.oldest() != 0 && messages_[messages_.oldest()].enqueued + *p_.retention <= ctx.now()) {
      ctx.add(kExpired);
      forget(ctx, messages_.oldest());
    }
    armRetention(ctx);
  }

  void armRetention(Context& ctx) {
    const MessageId oldest = messages_.oldest();
    if (!p_.retention || retentionTimer_.slot != 0 || oldest == 0) return;
    const SimTime at = messages_[oldest].enqueued + *p_.retention;
    retentionTimer_ = ctx.after(std::max(at - ctx.now(), Duration{}), kRetentionTimer, 0, true);
  }

  // ------------------------------------------------------------- dead letters

  void bury(Context& ctx, MessageId id, Metric why) {
    leaveState(id);
    leaveGroup(ctx, id);
    messages_.bury(id);
    messages_.pushBack(dead_, id);
    ++deadCount_;
    ctx.add(kDeadLettered);
    ctx.add(why);
    publish(ctx);
  }

  void replay(Context& ctx, bool mended) {
    while (!dead_.empty()) {
      const MessageId id = dead_.head;
      messages_.revive(id, ctx.now());
      if (mended) messages_[id].isPoison = false;
      becomeReady(ctx, id, false);
    }
    armRetention(ctx);
  }

  void purge(Context& ctx, bool deadLetters) {
    if (deadLetters) {
      while (!dead_.empty()) {
        const MessageId id = dead_.head;
        ctx.add(kPurged);
        leaveState(id);
        messages_.free(id);
      }
      return publish(ctx);
    }
    for (MessageId id = messages_.oldest(); id != 0;) {
      const MessageId next = messages_.newer(id);
      if (messages_[id].state != Message::State::InFlight) {
        ctx.add(kPurged);
        forget(ctx, id);
      }
      id = next;
    }
  }

  // What was in flight is delivered again after the restart, in the order of the messages' ages; without durability
  // everything is gone. The engine ends the queue's own calls.
  void crashed(Context& ctx) {
    isDown_ = true;
    station_->clear(ctx);
    ctx.cancel(visibilityTimer_);
    for (Consumer& c : consumers_) {
      c.outstanding = 0;
      c.leftAloneUntil = {};
    }
    for (Route& route : routes_) route.ready = {};
    inFlight_ = {};
    groups_.clear();
    waiting_ = unacked_ = 0;
    for (MessageId id = messages_.oldest(); id != 0;) {
      const MessageId next = messages_.newer(id);
      Message& m = messages_[id];
      const bool delivered = m.state == Message::State::InFlight && p_.delivery == Delivery::AtMostOnce;
      m.state = Message::State::Free;  // in no list
      if (p_.durable && !delivered) {
        becomeReady(ctx, id, false);
      } else {
        ctx.add(kLost);
        messages_.free(id);
      }
      id = next;
    }
    while (!p_.durable && !dead_.empty()) {
      const MessageId id = dead_.head;
      ctx.add(kLost);
      leaveState(id);
      messages_.free(id);
    }
    publish(ctx);
  }

  void publish(Context& ctx) {
    ctx.set(kDepth, waiting_);
    ctx.set(kUnacked, unacked_);
    ctx.set(kDeadLetters, deadCount_);
    ctx.stats(0).queue.set(waiting_, ctx.now().ns);
  }

  const Params& p_;
  RandomStream* luck_ = nullptr;
  std::optional<WorkStation> station_;
  std::vector<std::size_t> routeOfClass_;
  std::vector<Route> routes_;
  std::vector<Consumer> consumers_;
  std::vector<std::uint32_t> known_;  // by edge: instances among the consumers
  std::size_t turn_ = 0;
  MessageStore messages_;
  MessageList inFlight_, dead_;
  FlatMap<Group> groups_;
  std::int64_t waiting_ = 0, unacked_ = 0, deadCount_ = 0;
  Context::TimerId visibilityTimer_, retentionTimer_;
  double poisonShare_ = 0;
  bool isDown_ = false;
};

void review(const void* params, std::vector<Advice>& advice) {
  const Params& p = *static_cast<const Params*>(params);
  if (!p.maxReceives && p.delivery == Delivery::AtLeastOnce)
    advice.push_back({"max_receives", "never gives a message up as a dead letter",
                      "one that always fails is delivered for ever and blocks the consumers", "3"});
  if (!p.capacity && !p.retention)
    advice.push_back({"capacity", "grows without limit", "a consumer that stops is noticed only when messages are hours old",
                      "100k"});
}

void remedies(const void* params, std::vector<Remedy>& remedies) {
  const Params& p = *static_cast<const Params*>(params);
  if (!p.maxReceives) remedies.push_back({"max_receives", "3", "dead letters after three failed deliveries", 1});
  remedies.push_back({"prefetch", std::to_string(2 * p.prefetch), "twice the prefetch", 1});
}

}  // namespace

const ComponentInfo& queueInfo() {
  static const ComponentInfo info{
      .kind = "queue",
      .label = "Queue",
      .category = "messaging",
      .summary = "Stores messages, answers at once, and delivers them to its consumers until they are acknowledged.",
      .help = "Consumers are all instances of the nodes that the out-edges point to (`for` says which classes); the call is the delivery and "
              "its ok answer the acknowledgement. A failed answer makes the message wait for `redelivery_delay`; an instance that is "
              "unavailable is left alone for `reconnect_delay`, and a delivery that it refused does not count as received. A delivery "
              "occupies its place in the prefetch until it is answered, also after the visibility timeout, as the consumer is still at work; "
              "one that vanished on the way gives it back when the visibility timeout ends, and where there is none, never. After the visibility timeout the message is delivered "
              "again; an acknowledgement that comes later still counts unless that has happened, as Amazon SQS documents for old "
              "receipt handles. Dead letters stay inside, out of the way of depth and age, until they are replayed or purged. A corrupt "
              "message costs the consumer its full work and then fails. The plan of out-edges (step, when, times) does not apply. Leaves "
              "out: polling intervals, batches, message sizes. Names and meanings follow Amazon SQS (visibility timeout, maxReceiveCount, "
              "message groups) and RabbitMQ (prefetch, requeue, drop-head); the default prefetch of 10 is the largest batch of SQS. "
              "Checked against backlogs, receives and visibility worked out by hand: tests queue, truth.queues.",
      .params = kParams,
      .metrics = kMetrics,
      .reasons = kReasons,
      .actions = kActions,
      .symptoms = kSymptoms,
      .headline = kHeadline,
      .inputs = PortUse::Required,
      .buffers = true,
      .makeParams = makeDefault<Params>,
      .create = makeComponent<Queue, Params>,
      .review = review,
      .remedies = remedies,
  };
  return info;
}

}  // namespace faultline

// The front door of an API: authentication, limits for each client, routing by request class, access log.
//
// A call's life: place -> entry work and authentication -> limit -> route -> logging work -> answer. A worker is held
// for the pieces of work only; the call itself is passed on.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/flat_map.h"
#include "engine/component.h"
#include "model/price.h"
#include "parts/by_class.h"
#include "parts/pass_answer.h"
#include "parts/rate_limits.h"
#include "parts/station.h"

namespace faultline {

namespace {

enum class Per { User, Class, All };
constexpr ChoiceInfo kPers[] = {
    {"user", "Every user has a bucket."},
    {"class", "Every request class has a bucket."},
    {"all", "All calls share one."},
};

enum class Counters { Own, Shared };
constexpr ChoiceInfo kCounters[] = {
    {"own", "Each instance of the gateway counts for itself: n instances admit up to n times as much."},
    {"shared", "All instances count together."},
};

struct Limit {
  PerSecond rate{10};
  std::int64_t burst = 100;
  Per per = Per::User;
  Counters counters = Counters::Own;
};
constexpr ParamInfo kLimitParams[] = {
    param<&Limit::rate>("rate", "Rate", range(1e-6, 1e9), "Calls that may go in the long run."),
    param<&Limit::burst>("burst", "Burst", range(1, 1e9), "Calls that may come at once."),
    param<&Limit::per, &kPers>("per", "Per", {}, "Which calls count together."),
    param<&Limit::counters, &kCounters>("counters", "Counters", {}, "Where instances count."),
};

struct Params {
  std::int64_t instances = 1;
  std::int64_t workers = 4;
  std::optional<std::int64_t> queueCapacity;
  std::optional<std::int64_t> maxConnections;
  PerClass work{Distribution::constant(50e3), {}};
  PerClass auth{Distribution::constant(50e3), {}};
  std::optional<std::string> authNode;
  std::optional<Duration> authTtl;
  Ratio unauthorized;
  std::optional<Limit> limit;
  PerClass logging{Distribution::constant(10e3), {}};
  double price = 0;
  double callPrice = 0;
};

constexpr double kDay = 86'400;
constexpr ParamInfo kParams[] = {
    param<&Params::instances>("instances", "Instances", range(1, 10'000), "Copies of the gateway."),
    param<&Params::workers>("workers", "Workers", range(1, 100'000), "Calls that one instance works on at a time."),
    param<&Params::queueCapacity>(
        "queue_capacity", "Queue capacity", range(0, 1e8),
        "Calls of an instance that may wait for a worker; more are refused. Unset: no limit."),
    param<&Params::maxConnections>("max_connections", "Max connections", range(1, 1e8),
                                   "Calls in flight through an instance; more are refused. Unset: no limit."),
    param<&Params::work>("work", "Work", {}, "CPU work to take a call in: TLS, parsing, matching of routes."),
    param<&Params::auth>("auth", "Authentication", {}, "CPU work to check a token."),
    fixed(as(ParamType::NodeName,
             param<&Params::authNode>(
                 "auth_node", "Authentication node", {},
                 "A called node that is asked whether a call may go on; unset: the gateway decides by itself."))),
    param<&Params::authTtl>(
        "auth_ttl", "Authentication TTL", range(0.001, 31 * kDay),
        "A user who was let in needs no check for so long, at this instance; unset: every call is checked."),
    param<&Params::unauthorized>("unauthorized", "Unauthorized", range(0, 1),
                                 "Share of the calls whose credentials are bad: they are refused after the check."),
    param<&Params::limit, &kLimitParams>("limit", "Limit", {}, "Token buckets for clients; unset: no limit."),
    param<&Params::logging>("logging", "Logging", {}, "CPU work to write the access log, before the answer goes out."),
    priceParam<&Params::price>(),
    callPriceParam<&Params::callPrice>(),
};

enum Metric : std::uint32_t { kAuthChecks, kAuthRemembered, kLimited, kUnlogged };
constexpr MetricInfo kMetrics[] = {
    {"auth_checks", MetricType::Counter, "calls", "Calls whose credentials were checked."},
    {"auth_remembered", MetricType::Counter, "calls", "Calls of users who had been let in not long ago."},
    {"limited", MetricType::Counter, "calls", "Calls beyond the limit of their client."},
    {"unlogged", MetricType::Counter, "calls",
     "Answers that found the queue for a worker full, and went out unlogged."},
};

enum Reason : std::uint32_t { kUnauthorized, kRateLimited, kNoRoute, kOverloaded, kQueueFull };
constexpr ReasonInfo kReasons[] = {
    {"unauthorized", Outcome::Error, "Bad credentials (401)."},
    {"rate_limited", Outcome::Rejected, "More calls than the limit of this client allows (429)."},
    {"no_route", Outcome::Error, "No arrow takes calls of this class (404)."},
    {"overloaded", Outcome::Rejected, "The gateway held as many connections as it may."},
    {"queue_full", Outcome::Rejected, "Every worker of the gateway was busy and its queue was full."},
};

constexpr SymptomInfo kSymptoms[] = {{"limited", true, false, "refuses clients beyond their limit"}};

constexpr const char* kHeadline[] = {"latency_p99", "limited", "failed"};

// What a held call is doing, in Call::step.
enum Phase : std::uint16_t { kEntry, kEntryChecked, kAsking, kLogging };

class ApiGateway : public Component {
 public:
  explicit ApiGateway(const Params& params) : p_(params) {}

  void onStart(Context& ctx) override {
    workLuck_ = &ctx.stream("work");
    routeLuck_ = &ctx.stream("routes");
    authLuck_ = &ctx.stream("credentials");
    findEdges(ctx);
    configure(ctx);
    addInstances(ctx);
  }

  void onRequest(Context& ctx, CallId id) override {
    Call& call = ctx.at(id);
    if (p_.maxConnections && ctx.stats(call.instance).inFlight.value > *p_.maxConnections)
      return ctx.reply(id, ctx.failure(kOverloaded));
    call.step = kEntry;
    switch (stations_[call.instance].offer(ctx, id)) {
      case Station::Offer::Started:
        return work(ctx, id);
      case Station::Offer::Full:
        return ctx.reply(id, ctx.failure(kQueueFull));
      case Station::Offer::Queued:
        return;
    }
  }

  void onServed(Context& ctx, CallId id) override {
    Call& call = ctx.at(id);
    const bool isLogged = call.step == kLogging;
    // From here on the call is served by others. Waiting of a second piece of work counts from when it was due.
    if (!isLogged) ctx.nodeStats().wait.record(call.started - call.arrived);
    ctx.nodeStats().service.record(ctx.now().ns - call.started);
    call.clear(kServing);
    freeWorker(ctx, call.instance);
    if (isLogged) return send(ctx, id);
    if (call.has(kProbe)) return ctx.reply(id);
    if (call.step == kEntryChecked) return checked(ctx, id);
    admit(ctx, id);
  }

  void onReply(Context& ctx, CallId id, const Reply& reply) override {
    if (reply.edge == authEdge_) {
      if (reply.ok()) return letIn(ctx, id);
      ctx.at(id).retryAfter = reply.retryAfter;
      return answer(ctx, id, reply.failure);
    }
    takeAnswer(ctx.at(id), reply);
    answer(ctx, id, reply.failure);
  }

  void onCancel(Context& ctx, CallId id) override {
    const Call& call = ctx.at(id);
    if (call.has(kWaiting)) {
      stations_[call.instance].remove(ctx, id);
    } else if (call.has(kServing)) {
      ctx.stopWork(id);
      freeWorker(ctx, call.instance);
    } else {
      ctx.abandonChildren(id);
    }
    ctx.at(id).clear(kServing);
    ctx.reply(id, ctx.failure(CommonReason::Cancelled));
  }

  void onChange(Context& ctx, const NodeChange& change) override {
    switch (change.kind) {
      case NodeChange::Kind::Crashed:
        for (std::size_t i = 0; i < stations_.size(); ++i)
          if (change.instance == kAnyInstance || change.instance == i) forget(ctx, i);
        return;
      case NodeChange::Kind::InstancesChanged:
        addInstances(ctx);
        return setWorkers(ctx);
      case NodeChange::Kind::ParamsChanged:
        configure(ctx);
        return setWorkers(ctx);
      default:
        return;
    }
  }

 private:
  struct Route {
    std::uint32_t edge;
    double upTo;  // sum of the weights up to here
  };
  struct LetIn {
    std::int64_t until = 0;
  };
  static constexpr std::uint32_t kNoAuthEdge = 0xffffffff;

  // --- what the scenario says

  static bool takes(const Context& ctx, std::uint32_t edge, std::uint16_t klass) {
    const std::vector<std::string>& classes = ctx.policy(edge).forClasses;
    return classes.empty() || std::find(classes.begin(), classes.end(), ctx.requestClass(klass).name) != classes.end();
  }

  void findEdges(Context& ctx) {
    for (std::uint32_t e = 0; e < ctx.edgeCount(); ++e)
      if (authEdge_ == kNoAuthEdge && p_.authNode && ctx.targetName(e) == *p_.authNode) authEdge_ = e;
    routes_.resize(ctx.classCount());
    logs_.resize(ctx.classCount());
    for (std::uint16_t c = 0; c < ctx.classCount(); ++c) {
      double sum = 0;
      for (std::uint32_t e = 0; e < ctx.edgeCount(); ++e) {
        if (e == authEdge_ || !takes(ctx, e, c)) continue;
        const EdgePolicy& policy = ctx.policy(e);
        if (policy.mode == CallMode::Send)
          logs_[c].push_back(e);
        else if (policy.weight > 0)
          routes_[c].push_back({e, sum += policy.weight});
      }
    }
  }

  void configure(Context& ctx) {
    work_ = ByClass(ctx, p_.work);
    auth_ = ByClass(ctx, p_.auth);
    logging_ = ByClass(ctx, p_.logging);
    const RateRule next = p_.limit ? RateRule{.rate = p_.limit->rate.value, .burst = p_.limit->burst} : rule_;
    for (RateLimits& buckets : buckets_) buckets.settle(rule_, ctx.now());
    rule_ = next;
  }

  void addInstances(Context& ctx) {
    while (stations_.size() < ctx.instances()) {
      stations_.emplace_back(ctx, static_cast<std::uint16_t>(stations_.size()), p_.workers,
                             p_.queueCapacity.value_or(-1));
      buckets_.emplace_back();
      letIn_.emplace_back();
    }
  }

  // Instances beyond the active ones finish what they hold and count no workers.
  void setWorkers(Context& ctx) {
    for (std::size_t i = 0; i < stations_.size(); ++i) {
      stations_[i].setServers(ctx, p_.workers);
      stations_[i].setCapacity(p_.queueCapacity.value_or(-1));
      if (i >= ctx.instances()) ctx.stats(static_cast<std::uint16_t>(i)).servers.set(0, ctx.now().ns);
      while (const CallId next = stations_[i].admit(ctx)) work(ctx, next);
    }
  }

  // Buckets that are shared lie outside; those of instance 0 stand for them.
  void forget(Context& ctx, std::size_t instance) {
    stations_[instance].clear(ctx);
    letIn_[instance].clear();
    if (!p_.limit || p_.limit->counters == Counters::Own) buckets_[instance].clear();
  }

  // --- the way in

  void freeWorker(Context& ctx, std::uint16_t instance) {
    if (const CallId next = stations_[instance].release(ctx)) work(ctx, next);
  }

  void work(Context& ctx, CallId id) {
    Call& call = ctx.at(id);
    if (call.step == kLogging) return ctx.compute(id, logging_.of(call.klass).sample(*workLuck_));
    Duration total = work_.of(call.klass).sample(*workLuck_);
    if (!call.has(kProbe)) {
      if (remembers(ctx, call)) {
        ctx.add(kAuthRemembered);
      } else {
        call.step = kEntryChecked;
        ctx.add(kAuthChecks);
        total += auth_.of(call.klass).sample(*workLuck_);
      }
    }
    ctx.compute(id, total);
  }

  static std::uint32_t keyOf(std::uint32_t user) { return user == 0xffffffff ? user - 1 : user; }

  bool remembers(Context& ctx, const Call& call) {
    if (!p_.authTtl) return false;
    const LetIn* known = letIn_[call.instance].find(keyOf(call.user));
    return known != nullptr && known->until > ctx.now().ns;
  }

  void checked(Context& ctx, CallId id) {
    if (p_.unauthorized.value > 0 && authLuck_->chance(p_.unauthorized.value))
      return answer(ctx, id, ctx.failure(kUnauthorized));
    if (!p_.authNode) return letIn(ctx, id);
    if (authEdge_ == kNoAuthEdge) return answer(ctx, id, ctx.failure(CommonReason::NoTarget));
    ctx.at(id).step = kAsking;
    CallOptions options;
    options.effect = Effect::Read;
    ctx.call(authEdge_, id, options);
  }

  void letIn(Context& ctx, CallId id) {
    const Call& call = ctx.at(id);
    if (p_.authTtl) letIn_[call.instance][keyOf(call.user)].until = ctx.now().ns + p_.authTtl->ns;
    admit(ctx, id);
  }

  void admit(Context& ctx, CallId id) {
    Call& call = ctx.at(id);
    if (p_.limit) {
      const std::uint32_t identity = p_.limit->per == Per::User    ? call.user
                                     : p_.limit->per == Per::Class ? call.klass
                                                                   : 0;
      RateLimits& buckets = buckets_[p_.limit->counters == Counters::Shared ? 0 : call.instance];
      const RateAnswer verdict = buckets.ask(rule_, identity, ctx.now(), {});
      if (!verdict.admitted) {
        ctx.add(kLimited);
        call.retryAfter = verdict.wait.ns;
        return answer(ctx, id, ctx.failure(kRateLimited));
      }
    }
    route(ctx, id);
  }

  void route(Context& ctx, CallId id) {
    const std::vector<Route>& routes = routes_[ctx.at(id).klass];
    if (routes.empty()) return answer(ctx, id, ctx.failure(kNoRoute));
    const Route* chosen = routes.data();
    if (routes.size() > 1) {
      const double u = routeLuck_->uniform() * routes.back().upTo;
      while (chosen != &routes.back() && u >= chosen->upTo) ++chosen;
    }
    ctx.pass(chosen->edge, id);
  }

  // --- the way out

  void answer(Context& ctx, CallId id, FailureId failure) {
    Call& call = ctx.at(id);
    call.failure = failure;
    if (logging_.of(call.klass).isZero()) return send(ctx, id);
    call.step = kLogging;
    switch (stations_[call.instance].offer(ctx, id)) {
      case Station::Offer::Started:
        return work(ctx, id);
      case Station::Offer::Full:
        ctx.add(kUnlogged);
        return send(ctx, id);
      case Station::Offer::Queued:
        return;
    }
  }

  void send(Context& ctx, CallId id) {
    for (std::uint32_t edge : logs_[ctx.at(id).klass]) ctx.send(edge, id);
    ctx.reply(id, ctx.at(id).failure);
  }

  const Params& p_;
  std::vector<Station> stations_;  // by instance
  std::vector<RateLimits> buckets_;
  std::vector<FlatMap<LetIn>> letIn_;             // users who need no check
  std::vector<std::vector<Route>> routes_;        // by class
  std::vector<std::vector<std::uint32_t>> logs_;  // by class: edges to which a copy of each call is sent
  std::uint32_t authEdge_ = kNoAuthEdge;
  ByClass work_, auth_, logging_;
  RateRule rule_;
  RandomStream* workLuck_ = nullptr;
  RandomStream* routeLuck_ = nullptr;
  RandomStream* authLuck_ = nullptr;
};

}  // namespace

const ComponentInfo& apiGatewayInfo() {
  static const ComponentInfo info{
      .kind = "api_gateway",
      .label = "API gateway",
      .category = "routing",
      .summary = "The front door of an API: authentication, a limit for each client, routing by class, access log.",
      .help =
          "Order as in Kong: authentication, then the client's limit, then the route. A route is an arrow whose `for` "
          "takes the class of the call; of several, one is drawn by `weight` (a canary). Of an arrow's plan only "
          "`for` and `mode` count: to one with `mode: send` a copy of each call is sent when it is answered (a log "
          "shipper, an audit). The node named by `auth_node` is called, along the first arrow to it, as a read, for "
          "each check; its failure is the answer. Workers are held for CPU work only, not while others are asked, as "
          "in event-driven proxies. Refused calls cost the check and the log line, too; only those that find no place "
          "cost nothing. Health checks are answered by the gateway itself, after `work`. A crash forgets own buckets "
          "and who was let in. Leaves out: connection set-up, transformation and aggregation of answers, response "
          "caching (put a cache behind it), plans and keys. Defaults: a limit, where there is one, of 100 calls at "
          "once and 10 a second for each user is the usual textbook bucket; the times (50 us to take a call in, 50 us "
          "for a signature, where RSA-2048 alone takes some 30 us in `openssl speed`, 10 us for a log line) are "
          "placeholders to be measured. AWS remembers what an authorizer said for 300 s unless told otherwise "
          "(docs.aws.amazon.com, API Gateway). Checked in test api_gateway, with costs, capacity and limits worked "
          "out by hand.",
      .params = kParams,
      .metrics = kMetrics,
      .reasons = kReasons,
      .symptoms = kSymptoms,
      .headline = kHeadline,
      .inputs = PortUse::Required,
      .outputs = PortUse::Required,
      .makeParams = makeDefault<Params>,
      .create = makeComponent<ApiGateway, Params>,
      .instances = [](const void* p) { return static_cast<const Params*>(p)->instances; },
  };
  return info;
}

}  // namespace faultline

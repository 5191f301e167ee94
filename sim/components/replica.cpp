// A read replica: applies the writes of a database at its own rate and serves reads of what it has applied.
#include <algorithm>
#include <deque>

#include "engine/component.h"
#include "parts/query_engine.h"
#include "parts/write_applier.h"

namespace faultline {

namespace {

enum class Acknowledge { Received, Applied };
constexpr ChoiceInfo kAcknowledges[] = {
    {"received", "A write is acknowledged when it has arrived; readers see it later."},
    {"applied", "A write is acknowledged when readers see it."},
};
enum class Partition { Serve, Refuse };
constexpr ChoiceInfo kPartitions[] = {
    {"serve", "Goes on serving reads, stale or not: available (AP)."},
    {"refuse", "Refuses reads until it hears from the primary again: consistent (CP)."},
};
enum class ReadYourWrites { None, Redirect };
constexpr ChoiceInfo kReadYourWrites[] = {
    {"none", "A user may miss a write of their own."},
    {"redirect", "A read of a key whose latest write is the user's own and has not been applied here is passed on to the primary."},
};

struct Params : StoreParams {
  std::int64_t instances = 1;
  Distribution applyWork = Distribution::constant(500e3);
  std::int64_t applyWorkers = 1;
  Acknowledge acknowledge = Acknowledge::Received;
  Partition onPartition = Partition::Serve;
  Duration partitionAfter = seconds(10);
  std::optional<Duration> maxLag;
  ReadYourWrites readYourWrites = ReadYourWrites::None;
};

constexpr ParamInfo kOwnParams[] = {
    param<&Params::instances>("instances", "Instances", range(1, 1000), "Replicas, each with all the data; a caller or balancer picks one."),
    param<&Params::applyWork>("apply_work", "Apply work", {}, "CPU work to apply one write; shares the cores with the reads."),
    fixed(param<&Params::applyWorkers>("apply_workers", "Apply workers", range(1, 1000), "Writes that are applied at a time.")),
    param<&Params::acknowledge, &kAcknowledges>("acknowledge", "Acknowledges", {}, "When the primary hears that a write is here."),
    param<&Params::onPartition, &kPartitions>("on_partition", "When cut off", {}, "What it does while it hears nothing from the primary."),
    param<&Params::partitionAfter>("partition_after", "Cut off after", range(0.001, 86'400), "Silence after which it takes itself for cut off; it cannot tell that from a dead primary."),
    param<&Params::maxLag>("max_lag", "Longest lag", range(0, 86'400), "Refuses reads while it knows that it lags more; unset: never."),
    param<&Params::readYourWrites, &kReadYourWrites>("read_your_writes", "Read your writes", {}, "Whether users see their own writes at once."),
};
constexpr auto kParams = joined(kStoreParams, kOwnParams);

enum Metric : std::uint32_t { kLag = kStoreMetrics, kApplyLag, kApplied, kPending, kStaleReads, kRedirected };
constexpr MetricInfo kOwnMetrics[] = {
    {"lag", MetricType::Gauge, "ms", "Age of the oldest write that was received and not applied, of the instance that lags most; the silence of the primary once it counts as cut off."},
    {"apply_lag", MetricType::Timing, "s", "From the sending of a write by the primary to its being applied."},
    {"applied", MetricType::Counter, "writes", "Writes applied."},
    {"pending", MetricType::Gauge, "writes", "Writes received and not applied."},
    {"stale_reads", MetricType::Counter, "reads", "Reads that saw an older version than the latest that had taken effect."},
    {"redirected", MetricType::Counter, "reads", "Reads passed on to the primary, so that users see their own writes."},
};
constexpr auto kMetrics = joined(kStoreMetricInfos, kOwnMetrics);

enum Reason : std::uint32_t { kPartitioned = kStoreReasons, kTooStale, kNotCaughtUp };
constexpr ReasonInfo kOwnReasons[] = {
    {"partitioned", Outcome::Unavailable, "Cut off from the primary, and it refuses reads then."},
    {"too_stale", Outcome::Unavailable, "It lags more than max_lag."},
    {"not_caught_up", Outcome::Unavailable, "The user's own write has not been applied, and no arrow leads to the primary."},
};
constexpr auto kReasons = joined(kStoreReasonInfos, kOwnReasons);

constexpr SymptomInfo kSymptoms[] = {
    {"lag", true, true, "serves older and older data"},
    {"lock_waiting", true, false, "statements wait for locks"},
};

constexpr const char* kHeadline[] = {"lag", "stale_reads", "latency_p99"};

class Replica : public Component, public QueryEngine::Host {
 public:
  explicit Replica(const Params& params) : p_(params) {}

  void onStart(Context& ctx) override { addCopies(ctx); }

  void onRequest(Context& ctx, CallId id) override {
    const Call& call = ctx.at(id);
    Copy& copy = copies_[call.instance];
    if (call.has(kWrite)) return onWrite(ctx, id, copy);
    if (const FailureId failure = refusal(ctx, copy)) return ctx.reply(id, failure);
    const bool redirects = p_.readYourWrites == ReadYourWrites::Redirect && !call.has(kProbe);
    if (redirects && isStale(ctx, call) && ctx.committedBy(call.key) == call.user) {
      if (ctx.edgeCount() == 0) return ctx.reply(id, ctx.failure(kNotCaughtUp));
      ctx.add(kRedirected);
      return ctx.pass(0, id);
    }
    copy.engine.onRequest(ctx, id);
  }

  void onServed(Context& ctx, CallId id) override {
    const Call& call = ctx.at(id);
    Copy& copy = copies_[call.instance];
    if (call.edge != kNoEdge || copy.engine.owns(call)) return copy.engine.onServed(ctx, id);
    ctx.observe(kApplyLag, copy.applier.onServed(ctx, id));
    ctx.add(kApplied);
    ctx.set(kPending, ctx.level(kPending) - 1);
    showLag(ctx);
  }

  void onReply(Context& ctx, CallId id, const Reply& reply) override { ctx.reply(id, reply.failure); }

  void onTimer(Context& ctx, std::uint32_t tag, std::uint64_t data) override {
    copies_[tag - QueryEngine::kFirstTag].engine.onTimer(ctx, data);
  }

  void onCancel(Context& ctx, CallId id) override {
    const Call& call = ctx.at(id);
    if (!call.has(kWrite)) copies_[call.instance].engine.onCancel(ctx, id);
  }

  void onSample(Context& ctx) override {
    for (const Copy& copy : copies_) copy.engine.onSample(ctx);
    showLag(ctx);
  }

  void onAction(Context& ctx, std::uint32_t verb, const ValueMap& args) override {
    for (Copy& copy : copies_) copy.engine.onAction(ctx, verb, args);
  }

  void onChange(Context& ctx, const NodeChange& change) override {
    if (change.kind == NodeChange::Kind::InstancesChanged) addCopies(ctx);
    for (std::size_t i = 0; i < copies_.size(); ++i) {
      if (change.instance != kAnyInstance && change.instance != i) continue;
      Copy& copy = copies_[i];
      if (change.kind == NodeChange::Kind::Crashed && !copy.down) {
        copy.down = true;
        copy.engine.onCrash(ctx);
        copy.applier.onCrash();
      } else if (change.kind == NodeChange::Kind::Restarted && copy.down) {
        copy.down = false;
        copy.lastHeard = ctx.now();
        copy.applier.onRestart(ctx);
      } else if (change.kind == NodeChange::Kind::ParamsChanged) {
        copy.engine.onParams(ctx);
      }
    }
  }

 private:
  struct Copy {
    Copy(Context& ctx, Replica& host, std::uint16_t instance)
        : engine(ctx, host, host.p_, instance),
          applier(ctx, instance, host.p_.applyWorkers, host.p_.applyWork),
          lastHeard(ctx.now()) {}
    QueryEngine engine;
    WriteApplier applier;
    SimTime lastHeard;  // from the primary
    bool down = false;
  };

  // --- QueryEngine::Host

  void onSnapshot(Context& ctx, CallId id) override {
    Call& call = ctx.at(id);
    if (call.key == kNoKey) return;
    call.version = copies_[call.instance].applier.applied(ctx, call.key);
    if (!isStale(ctx, call)) return;
    call.set(kStale);
    ctx.add(kStaleReads);
  }

  void onDone(Context& ctx, CallId id) override { copies_[ctx.at(id).instance].engine.answer(ctx, id); }

  // ---

  void addCopies(Context& ctx) {
    while (copies_.size() < ctx.instances()) copies_.emplace_back(ctx, *this, static_cast<std::uint16_t>(copies_.size()));
  }

  // Writes come from the primary: replicated ones and heartbeats.
  void onWrite(Context& ctx, CallId id, Copy& copy) {
    const Call& call = ctx.at(id);
    if (!call.has(kFill) && !call.has(kProbe)) return ctx.reply(id, ctx.failure(kReadOnly));
    // The connection over which it came is closed: the primary will send it again.
    if (ctx.abandoned(id)) return ctx.reply(id, ctx.failure(CommonReason::Cancelled));
    copy.lastHeard = ctx.now();
    if (call.has(kProbe)) return ctx.reply(id);
    const bool whenApplied = p_.acknowledge == Acknowledge::Applied;
    if (!copy.applier.receive(ctx, id, whenApplied)) return;
    ctx.set(kPending, ctx.level(kPending) + 1);
    showLag(ctx);
  }

  bool isStale(const Context& ctx, const Call& call) const {
    return call.key != kNoKey && copies_[call.instance].applier.applied(ctx, call.key) < ctx.committed(call.key);
  }

  Duration lagOf(const Context& ctx, const Copy& copy) const {
    const Duration silence = ctx.now() - copy.lastHeard;
    const Duration lag = copy.applier.lag(ctx.now());
    return silence > p_.partitionAfter ? std::max(silence, lag) : lag;
  }

  FailureId refusal(const Context& ctx, const Copy& copy) const {
    const bool cutOff = ctx.now() - copy.lastHeard > p_.partitionAfter;
    if (cutOff && p_.onPartition == Partition::Refuse) return ctx.failure(kPartitioned);
    if (p_.maxLag && lagOf(ctx, copy) > *p_.maxLag) return ctx.failure(kTooStale);
    return 0;
  }

  void showLag(Context& ctx) {
    Duration worst;
    for (const Copy& copy : copies_) worst = std::max(worst, lagOf(ctx, copy));
    ctx.set(kLag, worst.ns / 1'000'000);
  }

  const Params& p_;
  std::deque<Copy> copies_;  // by instance
};

}  // namespace

const ComponentInfo& replicaInfo() {
  static const ComponentInfo info{
      .kind = "replica",
      .label = "Replica",
      .category = "data",
      .summary = "A read replica that applies a database's writes at its own rate.",
      .help =
          "Draw an arrow from the database to the replica. Writes arrive along it, wait, and are applied by "
          "`apply_workers`; while they arrive faster than they are applied, the lag grows. A read sees what was applied "
          "when it started and is stale if a newer version had taken effect at the database by then. Writes that are not "
          "acknowledged are sent again after a broken connection; received ones survive a crash. Reading one's own "
          "writes: as with a session token, the replica is taken to know whether the latest write of the key is the "
          "user's; the read then goes along the replica's first arrow, which should lead to the primary. Queries and "
          "indexes are the replica's own: drop or build them here too. Leaves out: conflicts between replay and queries, "
          "cascading replicas, copying the data to a new replica. Defaults: cut off after 10 s (MongoDB "
          "electionTimeoutMillis); one apply worker (PostgreSQL replays in one process); 0.5 ms of apply work is a "
          "placeholder to be measured. "
          "Checked against exponential lag and the rates of applying: tests replica, write_applier, "
          "truth.replication.",
      .params = kParams,
      .metrics = kMetrics,
      .reasons = kReasons,
      .actions = kStoreActionInfos,
      .symptoms = kSymptoms,
      .headline = kHeadline,
      .inputs = PortUse::Required,
      .buffers = true,
      .makeParams = makeDefault<Params>,
      .create = makeComponent<Replica, Params>,
      .instances = [](const void* p) { return static_cast<const Params*>(p)->instances; },
      .check = [](const void* p, std::vector<std::pair<std::string, std::string>>& problems) {
        checkQueries(static_cast<const Params*>(p)->queries, problems);
      },
      .queryNames = [](const void* p) { return queryNames(*static_cast<const Params*>(p)); },
      .station = [](const void* p, std::string_view className, std::string_view query) {
        return stationOf(*static_cast<const Params*>(p), className, query);
      },
      .review = [](const void* p, std::vector<Advice>& advice) { reviewStore(*static_cast<const Params*>(p), advice); },
      .remedies = [](const void* p, std::vector<Remedy>& remedies) { remediesOf(*static_cast<const Params*>(p), remedies); },
  };
  return info;
}

}  // namespace faultline

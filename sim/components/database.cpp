// A database: the owner of the data. Statements run in the query engine; writes take effect here and go to replicas
// along the out-edges; a standby may take over after a crash.
#include <algorithm>

#include "base/flat_map.h"
#include "engine/component.h"
#include "parts/query_engine.h"
#include "parts/replication.h"

namespace faultline {

namespace {

constexpr ChoiceInfo kReplicationModes[] = {
    {"async", "A write is answered at once; replicas get it later, and a failover loses what none had."},
    {"sync", "A write takes effect and is answered when every replica that is not known to be lost has it."},
    {"quorum", "A write takes effect and is answered when `quorum` copies, this one included, have it; otherwise it fails."},
};

struct FailoverParams {
  Duration checkEvery = seconds(10);
  std::int64_t fall = 3;
  Duration promotionTime = seconds(5);
};
constexpr ParamInfo kFailoverParams[] = {
    param<&FailoverParams::checkEvery>("check_every", "Check every", range(0.001, 86'400), "Interval of the checks that find a crash; they fail at once."),
    param<&FailoverParams::fall>("fall", "Failed checks", range(1, 1000), "Failed checks in a row after which the promotion begins."),
    param<&FailoverParams::promotionTime>("promotion_time", "Promotion time", range(0, 86'400), "From the decision until the new primary serves."),
};

struct Params : StoreParams {
  bool durable = true;
  ReplicationMode replication = ReplicationMode::Async;
  std::int64_t quorum = 2;
  Duration heartbeat = seconds(2);
  Duration partitionAfter = seconds(10);
  std::optional<FailoverParams> failover;
};

constexpr ParamInfo kOwnParams[] = {
    param<&Params::durable>("durable", "Durable", {}, "Committed writes survive a crash. Without it a crash loses all data, unless a replica takes over."),
    param<&Params::replication, &kReplicationModes>("replication", "Replication", {}, "When a write is answered, if arrows lead to replicas."),
    param<&Params::quorum>("quorum", "Quorum", range(1, 1000), "Copies that must have a write in quorum mode; this one counts."),
    param<&Params::heartbeat>("heartbeat", "Heartbeat", range(0.001, 3600), "Interval at which it shows its replicas that it lives."),
    param<&Params::partitionAfter>("partition_after", "Lost after", range(0.001, 86'400), "Silence after which it takes a replica for lost and keeps writes for it until it answers again."),
    param<&Params::failover, &kFailoverParams>("failover", "Failover", {}, "A standby takes over after a crash; unset: it stays down until it is restarted."),
};
constexpr auto kParams = joined(kStoreParams, kOwnParams);

enum Metric : std::uint32_t { kCommits = kStoreMetrics, kLostWrites, kUnreplicated, kFailovers };
constexpr MetricInfo kOwnMetrics[] = {
    {"commits", MetricType::Counter, "writes", "Writes that took effect."},
    {"lost_writes", MetricType::Counter, "writes", "Writes that had taken effect and were lost in a failover or a crash."},
    {"unreplicated", MetricType::Gauge, "writes", "Writes that replicas have not acknowledged, counted for each replica."},
    {"failovers", MetricType::Counter, "failovers", "Times that a standby took over."},
};
constexpr auto kMetrics = joined(kStoreMetricInfos, kOwnMetrics);

enum Reason : std::uint32_t { kNotReplicated = kStoreReasons };
constexpr ReasonInfo kOwnReasons[] = {
    {"not_replicated", Outcome::Unavailable, "Too few replicas could acknowledge the write."},
};
constexpr auto kReasons = joined(kStoreReasonInfos, kOwnReasons);

enum Verb : std::uint32_t { kFailover = kStoreVerbs };
constexpr ParamInfo kFailoverFields[] = {
    field(ParamType::Duration, "promotion_time", "Promotion time", range(0, 86'400), "Until the new primary serves; without it, as the failover parameter says."),
    field(ParamType::Flag, "back", "Back", {}, "Back to the region in which the database is drawn; without it, to that of the replica that has most."),
};
constexpr ActionInfo kFailoverAction{"failover", kFailoverFields,
                                     "The primary is gone at once and a standby takes over after the promotion time."};

constexpr SymptomInfo kSymptoms[] = {
    {"lock_waiting", true, false, "statements wait for locks"},
    {"lost_writes", true, true, "lost writes that had taken effect"},
};

constexpr const char* kHeadline[] = {"active", "latency_p99", "cpu"};

enum Tag : std::uint32_t { kHeartbeatTag, kPromotedTag };

class Database : public Component, public QueryEngine::Host, public Replication::Host {
 public:
  explicit Database(const Params& params) : p_(params) {}

  void onStart(Context& ctx) override {
    engine_.emplace(ctx, *this, p_, std::uint16_t{0});
    replication_.emplace(ctx, *this, p_.heartbeat);
    if (!replication_->empty()) ctx.after(p_.heartbeat, kHeartbeatTag);
  }

  void onRequest(Context& ctx, CallId id) override { engine_->onRequest(ctx, id); }
  void onServed(Context& ctx, CallId id) override { engine_->onServed(ctx, id); }
  void onCancel(Context& ctx, CallId id) override { engine_->onCancel(ctx, id); }
  void onSample(Context& ctx) override { engine_->onSample(ctx); }

  void onReply(Context& ctx, CallId, const Reply& reply) override {
    replication_->onReply(ctx, reply);
    showBacklog(ctx);
  }

  void onTimer(Context& ctx, std::uint32_t tag, std::uint64_t data) override {
    if (tag >= QueryEngine::kFirstTag) return engine_->onTimer(ctx, data);
    if (tag == kPromotedTag) {
      promotion_ = {};
      return promote(ctx);
    }
    if (!down_) replication_->beat(ctx, p_.partitionAfter);
    ctx.after(p_.heartbeat, kHeartbeatTag);
  }

  void onAction(Context& ctx, std::uint32_t verb, const ValueMap& args) override {
    if (engine_->onAction(ctx, verb, args)) return;
    const Value* time = args.find("promotion_time");
    const Duration promotion = time ? *time->as<Duration>() : p_.failover.value_or(FailoverParams{}).promotionTime;
    if (!down_) ctx.crash();
    ctx.cancel(promotion_);
    const Value* back = args.find("back");
    goesBack_ = back && *back->as<bool>();
    promotion_ = ctx.after(promotion, kPromotedTag);
  }

  void onChange(Context& ctx, const NodeChange& change) override {
    switch (change.kind) {
      case NodeChange::Kind::Crashed: return crashed(ctx);
      case NodeChange::Kind::Restarted: return restarted(ctx);
      case NodeChange::Kind::ParamsChanged: return engine_->onParams(ctx);
      case NodeChange::Kind::TargetsChanged: return replication_->refresh(ctx);
      default: break;
    }
  }

 private:
  // --- QueryEngine::Host

  void onSnapshot(Context& ctx, CallId id) override {
    Call& call = ctx.at(id);
    if (call.has(kWrite) || call.key == kNoKey) return;
    call.version = ctx.committed(call.key);
    if (call.version == 0 || !isLost(call.key, call.version)) return;
    call.version = 0;
    call.set(kStale);
  }

  void onDone(Context& ctx, CallId id) override {
    Call& call = ctx.at(id);
    if (!call.has(kWrite) || call.has(kProbe) || call.key == kNoKey) return engine_->answer(ctx, id);
    if (ctx.isHitByErrors(id)) return engine_->answer(ctx, id, ctx.failure(CommonReason::InjectedError));
    if (call.has(kFill) && call.version != 0) return keepCopy(ctx, id);
    call.version = ctx.reserveVersion();
    const Replication::Write write{call.version, call.key};
    if (p_.replication == ReplicationMode::Async || replication_->empty()) {
      if (!replication_->empty()) replication_->send(ctx, write, 0, 0);
      showBacklog(ctx);
      return commit(ctx, id);
    }
    const bool all = p_.replication == ReplicationMode::Sync;
    replication_->send(ctx, write, id, all ? Replication::kAll : static_cast<std::uint32_t>(p_.quorum - 1));
    showBacklog(ctx);
  }

  // --- Replication::Host

  void onReplicated(Context& ctx, CallId id, bool enough) override {
    if (enough) commit(ctx, id);
    else engine_->answer(ctx, id, ctx.failure(kNotReplicated));
  }

  // ---

  void commit(Context& ctx, CallId id) {
    const Call& call = ctx.at(id);
    ctx.commit(call.key, call.version, call.user);
    ctx.add(kCommits);
    ++kept_;
    engine_->answer(ctx, id);
  }

  // A write of the database, or the quorum, of which this one keeps a copy: it keeps its version, and takes effect
  // there. Copies of this copy get it without being waited for, as in PostgreSQL's cascading replication.
  void keepCopy(Context& ctx, CallId id) {
    const Call& call = ctx.at(id);
    std::uint32_t& kept = copied_[call.key];
    // What is sent a second time is no second write.
    if (!call.has(kAgain) || call.version > kept) {
      kept = std::max(kept, call.version);
      if (!replication_->empty()) replication_->send(ctx, {call.version, call.key}, 0, 0);
      showBacklog(ctx);
      ctx.add(kCommits);
    }
    engine_->answer(ctx, id);
  }

  bool isLost(std::uint32_t key, std::uint32_t version) const {
    if (version <= lostUpTo_) return true;
    const std::uint32_t* lost = lost_.find(key);
    return lost && version <= *lost;
  }

  void crashed(Context& ctx) {
    down_ = true;
    engine_->onCrash(ctx);
    replication_->onCrash();
    ctx.cancel(promotion_);
    if (!p_.failover) return;
    const std::int64_t every = p_.failover->checkEvery.ns;
    const std::int64_t firstCheck = (ctx.now().ns + every - 1) / every * every;
    const Duration decided = Duration{firstCheck} + p_.failover->checkEvery * (p_.failover->fall - 1);
    promotion_ = ctx.after(decided + p_.failover->promotionTime - ctx.now(), kPromotedTag);
  }

  // Its own restart; the standby, if one was on its way, is not needed.
  void restarted(Context& ctx) {
    if (!down_) return;
    down_ = false;
    ctx.cancel(promotion_);
    if (!p_.durable && !promoted_) {
      lostUpTo_ = ctx.reserveVersion();
      ctx.add(kLostWrites, kept_);
      kept_ = 0;
      engine_->loseData(ctx);
      replication_->forget();
    }
    promoted_ = false;
    replication_->onRestart(ctx);
    showBacklog(ctx);
  }

  void promote(Context& ctx) {
    std::vector<Replication::Write> missing;
    const std::optional<std::uint32_t> successor = replication_->promote(missing);
    if (goesBack_) ctx.moveHome();
    else if (successor) ctx.moveBeside(*successor);
    goesBack_ = false;
    std::uint64_t lost = 0;
    for (const Replication::Write& write : missing) {
      // A write that had not taken effect yet is nobody's loss.
      if (write.version > ctx.committed(write.key)) continue;
      std::uint32_t& version = lost_[write.key];
      if (write.version > version) version = write.version;
      ++lost;
    }
    kept_ -= lost;
    ctx.add(kLostWrites, lost);
    ctx.add(kFailovers);
    promoted_ = !replication_->empty() || p_.durable;
    ctx.restart();
  }

  void showBacklog(Context& ctx) { ctx.set(kUnreplicated, static_cast<std::int64_t>(replication_->unacknowledged())); }

  const Params& p_;
  std::optional<QueryEngine> engine_;
  std::optional<Replication> replication_;
  Context::TimerId promotion_;
  bool down_ = false;
  bool promoted_ = false;
  bool goesBack_ = false;  // to where it is drawn, with the promotion that is on its way
  FlatMap<std::uint32_t> copied_;  // key -> the newest version of which this one keeps a copy
  FlatMap<std::uint32_t> lost_;    // key -> the newest version of it that was lost
  std::uint32_t lostUpTo_ = 0;   // all versions up to this one are lost
  std::uint64_t kept_ = 0;       // writes that took effect and are not lost
};

}  // namespace

const ComponentInfo& databaseInfo() {
  static const auto kActions = [] {
    std::array<ActionInfo, kStoreVerbs + 1> all{};
    std::copy(std::begin(kStoreActionInfos), std::end(kStoreActionInfos), all.begin());
    all[kStoreVerbs] = kFailoverAction;
    return all;
  }();
  static const ComponentInfo info{
      .kind = "database",
      .label = "Database",
      .category = "data",
      .summary = "A database with connections, shared CPU cores, query plans, locks and replicas.",
      .help =
          "A call holds a connection from arrival to answer and shares the cores with every other query. A named query "
          "takes its indexed time while its index is there and the table is below `flips_at` rows, else it scans every "
          "row. Arrows from a database lead to its replicas; another database there is a copy, which hands on what it "
          "gets without waiting for its own replicas. A write that fails because too few copies have it stays where it is. A call is one statement and a transaction of its own, so there "
          "are no deadlocks, no rollbacks and no long transactions; reads see the state at their start and never block on "
          "writes (MVCC). Leaves out: buffer cache, vacuum, write-ahead-log flushes (put them into `wait`), "
          "memory, parallel scans. A failover replaces the primary under the same name: it stands in the promoted replica's "
          "region from then on, the replica's node goes on serving reads as its own successor, and the table's rows and "
          "indexes are the primary's. Defaults: 100 "
          "connections (PostgreSQL max_connections); heartbeat 2 s and loss after 10 s (MongoDB heartbeatIntervalMillis, "
          "electionTimeoutMillis); 100 ns a scanned row, 1 us a row of an index build and 1 ms of work are placeholders "
          "to be measured. "
          "Checked with times and failures worked out by hand: tests database, query_table, lock_table, "
          "replication, truth.replication.",
      .params = kParams,
      .metrics = kMetrics,
      .reasons = kReasons,
      .actions = kActions,
      .symptoms = kSymptoms,
      .headline = kHeadline,
      .inputs = PortUse::Required,
      .makeParams = makeDefault<Params>,
      .create = makeComponent<Database, Params>,
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

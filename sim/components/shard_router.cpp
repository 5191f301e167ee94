// Splits data over shards by key, and moves what changes its shard when shards are added or taken away.
//
// A call about one key is passed on to its shard. A call without a key, or of a class in `scatter`, asks every shard
// and waits for all. While keys are moved, those that lie before the cursor already belong to the new shards.
#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "base/flat_map.h"
#include "engine/component.h"
#include "parts/keyspace.h"
#include "parts/shard_map.h"
#include "parts/work_station.h"

namespace faultline {

namespace {

constexpr ChoiceInfo kStrategies[] = {
    {"hash", "Hash of the key modulo the number of shards: even, but a new shard moves nearly every key."},
    {"range", "Equal ranges of keys; a new shard takes half of the widest range. Popular neighbours make a hot shard."},
    {"directory",
     "A table of buckets says where each is; a new shard takes its fair part, and hot buckets can be moved."},
    {"ring", "Consistent hashing with virtual nodes: a new shard takes only its own part, shares are a little uneven."},
};
enum class Resharding { Move, None };
constexpr ChoiceInfo kReshardings[] = {
    {"move", "Keys are copied in the background; each stays with its old shard until it is copied."},
    {"none", "The new shards are asked at once, whatever they hold, as caches are."},
};

struct Params {
  Sharding strategy = Sharding::Hash;
  std::optional<std::int64_t> shards;
  std::int64_t virtualNodes = 150;
  std::int64_t buckets = 1024;
  std::optional<std::string> directory;
  std::vector<std::string> scatter;
  bool partial = false;
  Resharding resharding = Resharding::Move;
  PerSecond moveRate{1000};
  std::int64_t moveBatch = 100;
  std::int64_t threads = 1;
  PerClass work;
};

constexpr ParamInfo kParams[] = {
    fixed(param<&Params::strategy, &kStrategies>("strategy", "Strategy", {}, "Which shard a key belongs to.")),
    param<&Params::shards>("shards", "Shards in use", range(1, 10'000),
                           "How many of the shards that arrows lead to hold data, in the order of the arrows; unset: "
                           "all. A change moves keys."),
    fixed(param<&Params::virtualNodes>("virtual_nodes", "Virtual nodes", range(1, 10'000),
                                       "Points of a shard of weight 1 on the ring.")),
    fixed(param<&Params::buckets>("buckets", "Buckets", range(1, 65'536), "Buckets of the directory.")),
    fixed(as(ParamType::NodeName,
             param<&Params::directory>("directory", "Directory", {},
                                       "The called node that is asked for the place of each key before its shard is; "
                                       "unset: the router knows its table by heart."))),
    fixed(as(ParamType::ClassList,
             param<&Params::scatter>(
                 "scatter", "Scatter", {},
                 "Request classes that ask every shard and join the answers. Calls without a key always do."))),
    param<&Params::partial>("partial", "Partial answers", {},
                            "A scattered call of which some shards fail is answered degraded instead of failed."),
    param<&Params::resharding, &kReshardings>("resharding", "Resharding", {},
                                              "What happens to keys that change their shard."),
    param<&Params::moveRate>("move_rate", "Move rate", range(0.001, 1e9), "Keys moved per second, at most."),
    param<&Params::moveBatch>("move_batch", "Move batch", range(1, 1e6),
                              "Keys that are looked through for one round of copies: one read at each old shard and "
                              "one write at each new one."),
    param<&Params::threads>("threads", "Threads", range(1, 1e6), "Calls that are worked on at a time."),
    param<&Params::work>("work", "Work", {}, "CPU work of routing one call; without work it takes no time."),
};

enum Metric : std::uint32_t {
  kRouted,
  kScattered,
  kShardCalls,
  kHottestCalls,
  kHottestShare,
  kLookups,
  kInUse,
  kToMove,
  kMovedKeys,
  kCopies,
  kFailedCopies,
};
constexpr MetricInfo kMetrics[] = {
    {"routed", MetricType::Counter, "calls", "Calls about one key."},
    {"scattered", MetricType::Counter, "calls", "Calls that asked every shard."},
    {"shard_calls", MetricType::Counter, "calls", "Calls to shards, copies apart."},
    {"hottest_calls", MetricType::Counter, "calls",
     "Calls about one key that went to the shard which had most of them since the start."},
    {"hottest_share", MetricType::Ratio, "ratio",
     "Hottest calls over routed calls; fair is one over the number of shards.", kHottestCalls, kRouted},
    {"lookups", MetricType::Counter, "calls", "Questions to the directory."},
    {"shards_in_use", MetricType::Gauge, "shards", "Shards that keys belong to; during a move the new number."},
    {"to_move", MetricType::Gauge, "keys", "Keys that are still to be looked through."},
    {"moved_keys", MetricType::Counter, "keys", "Keys that were copied to another shard."},
    {"copies", MetricType::Counter, "calls", "Reads and writes that copying cost."},
    {"failed_copies", MetricType::Counter, "calls", "... that failed; their round is tried again."},
};

constexpr const char* kHeadline[] = {"hottest_share", "routed", "to_move"};

constexpr ActionInfo kActions[] = {
    {"rebalance",
     {},
     "Directory: moves hot buckets from the busiest to the least busy shards, by what was asked since the last time."},
};

enum Tag : std::uint32_t { kMoveTag };

constexpr std::uint32_t kNoDirectory = 0xffffffff;
constexpr std::uint32_t kAnswerFlags = kMiss | kFetched | kStale | kDegraded;
constexpr std::uint32_t kRequestFlags = kProbe | kFill | kMessage;
// Keys that are looked through in one round where hardly any has to move.
constexpr std::uint64_t kMostScanned = 1'000'000;
constexpr Duration kRetryMove = seconds(1);

class ShardRouter : public Component {
 public:
  explicit ShardRouter(const Params& params) : p_(params) {}

  void onStart(Context& ctx) override {
    luck_ = &ctx.stream("work");
    station_.emplace(ctx, p_.work, p_.threads, *luck_);
    for (std::uint32_t e = 0; e < ctx.edgeCount(); ++e)
      if (p_.directory && ctx.targetName(e) == *p_.directory) directory_ = e;
    for (std::uint32_t c = 0; c < ctx.classCount(); ++c) addClass(ctx, static_cast<std::uint16_t>(c));
    map_ = ShardMap(p_.strategy, static_cast<std::uint32_t>(p_.virtualNodes), static_cast<std::uint32_t>(p_.buckets));
    refreshShards(ctx);
    map_.resize(wanted(ctx));
    bucketCalls_.resize(static_cast<std::size_t>(p_.buckets));
    show(ctx);
  }

  void onRequest(Context& ctx, CallId id) override {
    if (station_->takesNoTime()) return look(ctx, id);
    station_->take(ctx, id);
  }

  void onServed(Context& ctx, CallId id) override {
    station_->handOver(ctx, id);
    look(ctx, id);
  }

  void onReply(Context& ctx, CallId id, const Reply& reply) override {
    if (id == mover_) return copied(ctx, reply);
    if (reply.edge == directory_) return lookedUp(ctx, id, reply);
    if (Gather* gather = gathers_.find(id)) return gathered(ctx, id, *gather, reply);
    copyAnswer(ctx, id, reply);
    ctx.reply(id, reply.failure);
  }

  void onTimer(Context& ctx, std::uint32_t, std::uint64_t) override {
    moveTimer_ = {};
    moveRound(ctx);
  }

  void onCancel(Context& ctx, CallId id) override {
    if (!station_->drop(ctx, id)) {
      gathers_.erase(id);
      ctx.abandonChildren(id);
    }
    ctx.reply(id, ctx.failure(CommonReason::Cancelled));
  }

  void onAction(Context& ctx, std::uint32_t, const ValueMap&) override {
    if (p_.strategy != Sharding::Directory || isMoving()) return;
    ShardMap next = map_;
    next.rebalance(bucketCalls_);
    std::fill(bucketCalls_.begin(), bucketCalls_.end(), 0);
    change(ctx, std::move(next));
  }

  void onChange(Context& ctx, const NodeChange& change) override {
    switch (change.kind) {
      case NodeChange::Kind::Crashed:
        station_->clear(ctx);
        gathers_.clear();
        mover_ = 0;
        ctx.cancel(moveTimer_);
        return;
      case NodeChange::Kind::Restarted:
        if (isMoving() && moveTimer_.slot == 0) moveTimer_ = ctx.after({}, kMoveTag);
        return;
      case NodeChange::Kind::ParamsChanged:
        station_->refresh(ctx, p_.work, p_.threads);
        return reshard(ctx);
      case NodeChange::Kind::TargetsChanged:
        refreshShards(ctx);
        return reshard(ctx);
      default:
        return;
    }
  }

 private:
  struct Shard {
    std::uint32_t edge = 0;
    std::uint16_t instance = 0;
    std::uint64_t calls = 0;
  };
  struct ClassKeys {
    std::uint32_t offset = 0;
    std::uint64_t size = 0;
    std::uint64_t before = 0;  // keys of the spaces that are moved before this one
    bool scatters = false;
  };
  // A scattered call that is held here.
  struct Gather {
    std::uint32_t pending = 0;
    std::uint32_t failed = 0;
    std::uint32_t asked = 0;
    FailureId failure = 0;
  };
  struct Copy {
    std::uint32_t from = 0, to = 0;
    bool isRead = false;  // done
  };

  // ------------------------------------------------------------------ set-up

  void addClass(const Context& ctx, std::uint16_t klass) {
    const RequestClass& c = ctx.requestClass(klass);
    ClassKeys keys;
    keys.offset = ctx.classKeyOffset(klass);
    keys.size = parseKeySpace(c.key).value->size();
    keys.scatters = std::find(p_.scatter.begin(), p_.scatter.end(), c.name) != p_.scatter.end();
    keys.before = allKeys_;
    const auto same = std::find_if(classes_.begin(), classes_.end(),
                                   [&](const ClassKeys& k) { return k.offset == keys.offset && k.size != 0; });
    if (same != classes_.end())
      keys.before = same->before;
    else
      allKeys_ += keys.size;
    classes_.push_back(keys);
  }

  void refreshShards(const Context& ctx) {
    std::vector<std::uint32_t> known(ctx.edgeCount());
    for (const Shard& s : shards_) known[s.edge] = std::max<std::uint32_t>(known[s.edge], s.instance + 1u);
    for (std::uint32_t e = 0; e < ctx.edgeCount(); ++e)
      for (; e != directory_ && known[e] < ctx.targetInstances(e); ++known[e])
        shards_.push_back({e, static_cast<std::uint16_t>(known[e]), 0});
  }

  // The shards that should hold data now.
  std::vector<ShardMap::Member> wanted(const Context& ctx) const {
    std::vector<ShardMap::Member> members;
    for (std::uint32_t i = 0; i < shards_.size(); ++i) {
      const Shard& s = shards_[i];
      if (p_.shards && static_cast<std::int64_t>(members.size()) >= *p_.shards) break;
      if (s.instance >= ctx.targetInstances(s.edge)) continue;
      const std::uint64_t identity = hashText(std::to_string(s.instance), hashText(ctx.targetName(s.edge)));
      members.push_back({i, identity, ctx.policy(s.edge).weight});
    }
    return members;
  }

  // ------------------------------------------------------------ the way of a call

  void look(Context& ctx, CallId id) {
    const Call& call = ctx.at(id);
    if (call.has(kProbe)) return ctx.reply(id);
    if (map_.empty()) return ctx.reply(id, ctx.failure(CommonReason::NoTarget));
    const ClassKeys& keys = classes_[call.klass];
    const bool hasKey = call.key != kNoKey && (keys.size > 0 || call.key != keys.offset);
    if (!hasKey || keys.scatters) return scatter(ctx, id);
    if (directory_ == kNoDirectory) return route(ctx, id);
    ctx.add(kLookups);
    CallOptions options;
    options.effect = Effect::Read;
    ctx.call(directory_, id, options);
  }

  void lookedUp(Context& ctx, CallId id, const Reply& reply) {
    if (reply.ok()) return route(ctx, id);
    ctx.at(id).retryAfter = reply.retryAfter;
    ctx.reply(id, reply.failure);
  }

  void route(Context& ctx, CallId id) {
    const Call& call = ctx.at(id);
    const ClassKeys& keys = classes_[call.klass];
    const bool known = call.key >= keys.offset && call.key - keys.offset < keys.size;
    const std::uint64_t rank = known ? call.key - keys.offset : call.key;
    const std::uint64_t size = known ? keys.size : std::max<std::uint64_t>(keys.size, 1);
    const bool moved = isMoving() && known && keys.before + rank < cursor_;
    const std::uint32_t owner = (moved ? next_ : map_).owner(call.key, rank % size, size);
    if (p_.strategy == Sharding::Directory) ++bucketCalls_[map_.bucketOf(call.key)];
    count(ctx, owner);
    ctx.pass(shards_[owner].edge, id, shards_[owner].instance);
  }

  void count(Context& ctx, std::uint32_t owner) {
    ctx.add(kRouted);
    ctx.add(kShardCalls);
    if (++shards_[owner].calls <= mostCalls_) return;
    mostCalls_ = shards_[owner].calls;
    ctx.add(kHottestCalls);
  }

  void copyAnswer(Context& ctx, CallId id, const Reply& reply) const {
    Call& call = ctx.at(id);
    call.flags |= reply.flags & kAnswerFlags;
    call.version = reply.version;
    call.retryAfter = reply.retryAfter;
  }

  // ------------------------------------------------------------------- scatter

  void scatter(Context& ctx, CallId id) {
    ctx.add(kScattered);
    const std::vector<ShardMap::Member>& all = (isMoving() ? next_ : map_).members();
    gathers_[id].pending = static_cast<std::uint32_t>(all.size());
    gathers_[id].asked = static_cast<std::uint32_t>(all.size());
    CallOptions options;
    options.flags = ctx.at(id).flags & kRequestFlags;
    options.version = ctx.at(id).version;
    for (const ShardMap::Member& m : all) {
      ctx.add(kShardCalls);
      options.instance = shards_[m.id].instance;
      ctx.call(shards_[m.id].edge, id, options);
    }
  }

  void gathered(Context& ctx, CallId id, Gather& gather, const Reply& reply) {
    Call& call = ctx.at(id);
    --gather.pending;
    if (reply.ok()) {
      call.flags |= reply.flags & kAnswerFlags;
    } else {
      ++gather.failed;
      if (gather.failure == 0) gather.failure = reply.failure;
      call.retryAfter = std::max(call.retryAfter, reply.retryAfter);
    }
    if (gather.pending > 0) return;
    const bool enough = gather.failed == 0 || (p_.partial && gather.failed < gather.asked);
    if (gather.failed > 0) call.set(kDegraded);
    const FailureId failure = enough ? 0 : gather.failure;
    gathers_.erase(id);
    ctx.reply(id, failure);
  }

  // ------------------------------------------------------------------ resharding

  bool isMoving() const { return !next_.empty(); }

  void reshard(Context& ctx) {
    if (isMoving()) return;  // looked at again when it is done
    ShardMap next = map_;
    if (next.resize(wanted(ctx))) change(ctx, std::move(next));
  }

  void change(Context& ctx, ShardMap next) {
    if (next.empty() || map_.empty() || p_.resharding == Resharding::None || allKeys_ == 0) {
      map_ = std::move(next);
      return show(ctx);
    }
    next_ = std::move(next);
    cursor_ = 0;
    show(ctx);
    if (moveTimer_.slot == 0) moveTimer_ = ctx.after({}, kMoveTag);
  }

  // Looks through the next keys and starts their copies.
  void moveRound(Context& ctx) {
    roundStart_ = ctx.now();
    roundKeys_ = 0;
    roundFailed_ = false;
    copies_.clear();
    roundEnd_ = cursor_;
    const std::uint64_t limit = std::min(allKeys_, cursor_ + kMostScanned);
    while (roundEnd_ < limit && roundKeys_ < static_cast<std::uint64_t>(p_.moveBatch)) lookThrough(roundEnd_++);
    if (copies_.empty()) return roundDone(ctx);
    if (mover_ == 0) mover_ = ctx.open();
    if (mover_ == 0) return;
    outstanding_ = 0;
    for (std::uint32_t i = 0; i < copies_.size(); ++i) ask(ctx, i, copies_[i].from, Effect::Read);
  }

  // The key at a place in the order of moving.
  void lookThrough(std::uint64_t place) {
    const ClassKeys& keys = *std::find_if(classes_.begin(), classes_.end(), [&](const ClassKeys& k) {
      return place >= k.before && place - k.before < k.size;
    });
    const std::uint64_t rank = place - keys.before;
    const auto key = static_cast<std::uint32_t>(keys.offset + rank);
    const std::uint32_t from = map_.owner(key, rank, keys.size), to = next_.owner(key, rank, keys.size);
    if (from == to) return;
    ++roundKeys_;
    const bool known =
        std::any_of(copies_.begin(), copies_.end(), [&](const Copy& c) { return c.from == from && c.to == to; });
    if (!known) copies_.push_back({from, to, false});
  }

  // Copies are about many keys, so their calls have none.
  void ask(Context& ctx, std::uint32_t copy, std::uint32_t shard, Effect effect) {
    ++outstanding_;
    ctx.add(kCopies);
    CallOptions options;
    options.instance = shards_[shard].instance;
    options.effect = effect;
    options.repeat = static_cast<std::uint16_t>(copy);
    ctx.call(shards_[shard].edge, mover_, options);
  }

  void copied(Context& ctx, const Reply& reply) {
    --outstanding_;
    if (!reply.ok()) {
      ctx.add(kFailedCopies);
      roundFailed_ = true;
    } else if (Copy& copy = copies_[reply.repeat]; !copy.isRead) {
      copy.isRead = true;
      ask(ctx, reply.repeat, copy.to, Effect::Write);
    }
    if (outstanding_ == 0) roundDone(ctx);
  }

  void roundDone(Context& ctx) {
    if (!roundFailed_) {
      ctx.add(kMovedKeys, roundKeys_);
      cursor_ = roundEnd_;
    }
    if (cursor_ == allKeys_) return moved(ctx);
    const Duration pace =
        durationFromSeconds(static_cast<double>(std::max<std::uint64_t>(roundKeys_, 1)) / p_.moveRate.value);
    const Duration rest = roundFailed_ ? kRetryMove : std::max(Duration{}, roundStart_ + pace - ctx.now());
    moveTimer_ = ctx.after(rest, kMoveTag);
    show(ctx);
  }

  void moved(Context& ctx) {
    map_ = std::move(next_);
    next_ = {};
    if (mover_ != 0) ctx.close(mover_);
    mover_ = 0;
    show(ctx);
    reshard(ctx);
  }

  void show(Context& ctx) {
    const ShardMap& now = isMoving() ? next_ : map_;
    ctx.set(kInUse, static_cast<std::int64_t>(now.members().size()));
    ctx.set(kToMove, isMoving() ? static_cast<std::int64_t>(allKeys_ - cursor_) : 0);
  }

  const Params& p_;
  RandomStream* luck_ = nullptr;
  std::optional<WorkStation> station_;
  std::uint32_t directory_ = kNoDirectory;  // its edge
  std::vector<Shard> shards_;
  std::vector<ClassKeys> classes_;
  std::uint64_t allKeys_ = 0;
  ShardMap map_, next_;  // next_ only while keys are moved
  std::uint64_t mostCalls_ = 0;
  std::vector<std::uint64_t> bucketCalls_;
  FlatMap<Gather> gathers_;  // by call
  // The present round of moving.
  CallId mover_ = 0;  // on whose behalf shards are asked
  Context::TimerId moveTimer_;
  std::uint64_t cursor_ = 0, roundEnd_ = 0, roundKeys_ = 0;
  std::uint32_t outstanding_ = 0;
  bool roundFailed_ = false;
  SimTime roundStart_;
  std::vector<Copy> copies_;
};

void checkParams(const void* params, std::vector<std::pair<std::string, std::string>>& problems) {
  const Params& p = *static_cast<const Params*>(params);
  if (p.directory && p.strategy != Sharding::Directory)
    problems.emplace_back("directory", "only the strategy directory asks a directory");
}

}  // namespace

const ComponentInfo& shardRouterInfo() {
  static const ComponentInfo info{
      .kind = "shard_router",
      .label = "Shard router",
      .category = "data",
      .summary = "Splits keys over shards, and moves them when the number of shards changes.",
      .help =
          "The shards are all instances of the nodes that the out-edges point to, in the order of the arrows; the "
          "edge's `weight` counts "
          "on the ring alone. Keys are those of the request classes: a range is a part of the class's key space, which "
          "for zipf and hot "
          "keys begins with the popular ones. When `shards` or the number of instances changes, the router looks "
          "through all keys "
          "in order, reads those that change their shard from the old one and writes them to the new one, at "
          "`move_rate`; a key "
          "changes its shard when its copy is there. Copies are calls like others, without a key. A change during a "
          "move waits for its "
          "end. A hot key cannot be split by any strategy. With `directory` every call first asks that node, which is "
          "then a single "
          "point of failure. Leaves out: transactions over shards, writes that happen during the copy of their key, "
          "replicas of a shard "
          "(put a balancer or a quorum before them). 150 virtual nodes are those of common ring clients, for shares "
          "even to about 8 %; "
          "1024 buckets, 1000 keys a second and 100 keys a round are placeholders to be set. "
          "Checked against the share of keys that each strategy moves, and the maximum of exponentials: tests "
          "shard_router, truth.data_flow.",
      .params = kParams,
      .metrics = kMetrics,
      .actions = kActions,
      .headline = kHeadline,
      .inputs = PortUse::Required,
      .outputs = PortUse::Required,
      .makeParams = makeDefault<Params>,
      .create = makeComponent<ShardRouter, Params>,
      .check = checkParams,
  };
  return info;
}

}  // namespace faultline

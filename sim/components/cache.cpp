// A cache with real keys: who hits and who misses follows from keys, capacity, lives and writes.
//
// A read that misses is answered `miss` where the cache has no out-edge (the caller fetches and fills), else the cache
// fetches from the node behind it, fills and answers. A fill that arrives is also handed on to the next tier.
#include <algorithm>
#include <deque>

#include "base/flat_map.h"
#include "base/quantity.h"
#include "engine/component.h"
#include "model/price.h"
#include "parts/by_class.h"
#include "parts/key_store.h"
#include "parts/keyspace.h"
#include "parts/open_misses.h"
#include "parts/station.h"
#include "parts/write_buffer.h"

namespace faultline {

namespace {

enum class Strategy { Aside, ReadThrough, WriteThrough, WriteBehind, WriteAround };
constexpr ChoiceInfo kStrategies[] = {
    {"aside", "The caller fetches what misses and fills it in; writes do what on_write says."},
    {"read_through", "The cache fetches what misses; writes pass through it and then do what on_write says."},
    {"write_through", "Writes go to the node behind first, then into the cache; the answer waits for both."},
    {"write_behind", "Writes are acknowledged at once and sent on later; a crash loses those that had not left."},
    {"write_around", "Writes pass by to the node behind and then do what on_write says."},
};
constexpr ChoiceInfo kPolicies[] = {
    {"lru", "The entry whose last use is longest ago."},
    {"lfu", "The entry with the fewest uses since it came in; among equals the least recently used."},
    {"fifo", "The entry that came in first."},
    {"random", "Any entry."},
    {"none", "None: a full cache refuses new entries."},
};
enum class OnWrite { Invalidate, Update, None };
constexpr ChoiceInfo kOnWrites[] = {
    {"invalidate", "Drops the entry."},
    {"update", "Stores the written value."},
    {"none", "Keeps the old value, which is stale until its life ends."},
};
enum class Fill { Replace, IfAbsent };
constexpr ChoiceInfo kFills[] = {
    {"replace", "The last one: each restarts the entry's life."},
    {"if_absent", "The first one: later ones change nothing while the entry lives."},
};
enum class Scope { Shared, PerCaller, PerUser };
constexpr ChoiceInfo kScopes[] = {
    {"shared", "One store for all callers."},
    {"per_caller", "A store of the full capacity for each instance of the caller, which dies with it: an in-process cache. Writes that wait to be sent on survive."},
    {"per_user", "What a user fetched only that user finds, as in a browser of one's own. The capacity is that of all users together. Not with write_behind."},
};
enum class Warm { Cold, Stationary };
constexpr ChoiceInfo kWarms[] = {
    {"cold", "Empty."},
    {"stationary", "As after a long time of Poisson requests for warm_keys at warm_rate."},
};

struct Params {
  Strategy strategy = Strategy::Aside;
  std::optional<std::int64_t> capacity;
  KeyStore::Policy policy = KeyStore::Policy::Lru;
  std::optional<Duration> ttl;
  Ratio ttlJitter;
  bool ttlSliding = false;
  OnWrite onWrite = OnWrite::Invalidate;
  Fill fill = Fill::Replace;
  Scope scope = Scope::Shared;
  Duration staleWhileRevalidate;
  double earlyRecompute = 0;
  std::optional<Duration> negativeTtl;
  Duration lease = seconds(10);
  Duration flushInterval = seconds(1);
  std::int64_t flushBatch = 100;
  Warm warm = Warm::Cold;
  std::optional<PerSecond> warmRate;
  std::optional<std::string> warmKeys;
  std::int64_t threads = 1;
  PerClass work;
  Distribution fillWork;
  double price = 0;
};

constexpr double kDay = 86'400;
constexpr ParamInfo kParams[] = {
    fixed(param<&Params::strategy, &kStrategies>("strategy", "Strategy", {}, "Who fetches what misses, and where writes go.")),
    param<&Params::capacity>("capacity", "Capacity", range(0, 1e9), "Entries of a store; unset: no limit."),
    fixed(param<&Params::policy, &kPolicies>("policy", "Eviction policy", {}, "Which entry goes when a new one needs its place.")),
    param<&Params::ttl>("ttl", "Time to live", range(1e-6, 366 * kDay), "Life of an entry; unset: until it is evicted. A change holds for later fills."),
    param<&Params::ttlJitter>("ttl_jitter", "TTL jitter", range(0, 1), "Spreads each life uniformly by up to this share to both sides, so that entries that were filled together do not expire together."),
    param<&Params::ttlSliding>("ttl_sliding", "Sliding TTL", {}, "Every hit restarts the life; else it counts from the fill."),
    param<&Params::onWrite, &kOnWrites>("on_write", "On write", {}, "What a write does to the entry (strategies aside, read_through and write_around)."),
    param<&Params::fill, &kFills>("fill", "Which fill counts", {}, "What happens when several callers fetched the same key."),
    fixed(param<&Params::scope, &kScopes>("scope", "Scope", {}, "Who shares the entries.")),
    param<&Params::staleWhileRevalidate>("stale_while_revalidate", "Stale while revalidate", range(0, 366 * kDay), "For this long after its life an entry is still answered while one fetch renews it (RFC 5861)."),
    param<&Params::earlyRecompute>("early_recompute", "Early recompute", range(0, 100), "Beta of XFetch: a read renews an entry ahead of time with a probability that grows towards its end, in proportion to how long fetching took; 1 is the authors' choice, 0 turns it off."),
    param<&Params::negativeTtl>("negative_ttl", "Negative TTL", range(1e-6, 366 * kDay), "Failed fetches are remembered, and answered with the same failure, for this long; unset: not at all."),
    param<&Params::lease>("lease", "Lease", range(1e-6, kDay), "How long one fetch that renews an entry is waited for before another reader is sent."),
    param<&Params::flushInterval>("flush_interval", "Flush interval", range(1e-6, kDay), "write_behind: waiting writes leave at least this often."),
    param<&Params::flushBatch>("flush_batch", "Flush batch", range(1, 1e6), "write_behind: keys that leave together; so many waiting ones leave at once."),
    fixed(param<&Params::warm, &kWarms>("warm", "Starts", {}, "What the cache holds at the start. After a crash it is always cold.")),
    fixed(param<&Params::warmRate>("warm_rate", "Warm rate", range(0, 1e9), "Reads per second that the stationary state comes from.")),
    fixed(as(ParamType::KeySpace, param<&Params::warmKeys>("warm_keys", "Warm keys", {}, "Key space of those reads; the key space of a request class."))),
    param<&Params::threads>("threads", "Threads", range(1, 1e6), "Operations that are worked on at a time."),
    param<&Params::work>("work", "Work", {}, "CPU work of one operation; without work, operations take no time and need no thread."),
    param<&Params::fillWork>("fill_work", "Fill work", {}, "CPU work of storing a fetched value."),
    priceParam<&Params::price>(),
};

enum Metric : std::uint32_t {
  kLookups, kHits, kMisses, kHitRatio, kNegativeHits, kStaleReads, kRefreshes, kFillsStored, kRefused, kInvalidations,
  kEvictions, kExpirations, kStampede, kEntries, kDirty, kLostWrites, kFlushFailures,
};
constexpr MetricInfo kMetrics[] = {
    {"lookups", MetricType::Counter, "reads", "Reads that were looked up."},
    {"hits", MetricType::Counter, "reads", "Reads that were answered from the cache."},
    {"misses", MetricType::Counter, "reads", "Reads that were not."},
    {"hit_ratio", MetricType::Ratio, "ratio", "Hits over lookups.", kHits, kLookups},
    {"negative_hits", MetricType::Counter, "reads", "Hits that were answered with a remembered failure."},
    {"stale_reads", MetricType::Counter, "reads", "Answers with a value older than the last committed write of the key."},
    {"refreshes", MetricType::Counter, "fetches", "Fetches that renew an entry while it is still answered."},
    {"fills", MetricType::Counter, "entries", "Fetched values that were stored."},
    {"refused", MetricType::Counter, "entries", "Values that found the cache full (policy none)."},
    {"invalidations", MetricType::Counter, "entries", "Entries that writes dropped."},
    {"evictions", MetricType::Counter, "entries", "Entries that made way for others."},
    {"expirations", MetricType::Counter, "entries", "Entries that were removed because their life was over."},
    {"stampede", MetricType::Peak, "reads", "Most reads of one key that missed and are not yet answered; without an out-edge, that missed since the key went away and before it is filled."},
    {"entries", MetricType::Gauge, "entries", "Entries held, expired ones that nobody asked for included."},
    {"dirty", MetricType::Gauge, "writes", "Acknowledged writes that are not known to have reached the node behind."},
    {"lost_writes", MetricType::Counter, "writes", "Acknowledged writes that a crash destroyed before they left."},
    {"flush_failures", MetricType::Counter, "writes", "Failed attempts to send a key's writes on; it is tried again."},
};

constexpr ParamInfo kFlushFields[] = {
    field(ParamType::Ratio, "share", "Share", range(0, 1), "Each entry is dropped with this probability; all of them without it."),
};
constexpr ActionInfo kActions[] = {{"flush", kFlushFields, "Drops entries; writes that wait to be sent stay."}};

constexpr SymptomInfo kSymptoms[] = {
    {"hit_ratio", false, false, "answers fewer reads itself"},
    {"stale_reads", true, true, "answers with older data than was written"},
    {"lost_writes", true, true, "lost writes that it had acknowledged"},
    {"flush_failures", true, false, "cannot hand its writes on"},
};

constexpr const char* kHeadline[] = {"hit_ratio", "entries", "stale_reads"};

// What a call is waiting for, kept in Call::step.
enum Phase : std::uint16_t { kLookingUp, kFetching, kWriting, kRefreshing, kFlushing };

constexpr std::uint32_t kFlushTimer = 1;
constexpr std::uint32_t kNoEdgeOfClass = 0xffffffff;
// A warm start draws every key of its key space once.
constexpr std::uint64_t kMostWarmKeys = 50'000'000;

// Calls without a key are about one and the same thing.
std::uint32_t keyOf(const Call& call) { return call.key == kNoKey ? kNoKey - 1 : call.key; }

class Cache : public Component {
 public:
  explicit Cache(const Params& params) : p_(params) {}

  void onStart(Context& ctx) override {
    luck_ = &ctx.stream("cache");
    for (std::uint32_t c = 0; c < ctx.classCount(); ++c) edgeOfClass_.push_back(edgeFor(ctx, ctx.requestClass(static_cast<std::uint16_t>(c)).name));
    refresh(ctx);
    station_.emplace(ctx, std::uint16_t{0}, p_.threads);
    addStore();
    if (p_.warm == Warm::Stationary) warmUp(ctx);
  }

  void onRequest(Context& ctx, CallId id) override {
    ctx.at(id).step = kLookingUp;
    if (instant_) return execute(ctx, id);
    if (station_->offer(ctx, id) == Station::Offer::Started) begin(ctx, id);
  }

  void onServed(Context& ctx, CallId id) override {
    leave(ctx);
    execute(ctx, id);
  }

  void onReply(Context& ctx, CallId id, const Reply& reply) override {
    switch (ctx.at(id).step) {
      case kFetching: return fetched(ctx, id, reply);
      case kWriting: return written(ctx, id, reply);
      case kRefreshing: return refreshed(ctx, id, reply);
      default: return flushed(ctx, id, reply);
    }
  }

  void onTimer(Context& ctx, std::uint32_t, std::uint64_t) override {
    flushTimer_ = {};
    flushBatch(ctx);
    armFlush(ctx);
  }

  void onCancel(Context& ctx, CallId id) override {
    const Call& call = ctx.at(id);
    if (call.has(kWaiting)) {
      station_->remove(ctx, id);
    } else if (call.step == kLookingUp) {
      ctx.stopWork(id);
      leave(ctx);
    } else if (call.step == kFetching || call.step == kWriting) {
      if (call.step == kFetching) endMiss(ctx, missKey(call));
      ctx.abandonChildren(id);
    }
    ctx.reply(id, ctx.failure(CommonReason::Cancelled));
  }

  void onChange(Context& ctx, const NodeChange& change) override {
    if (change.kind == NodeChange::Kind::Crashed) {
      for (KeyStore& store : stores_) store.clear();
      station_->clear(ctx);
      openMisses_.clear();
      ctx.add(kLostWrites, buffer_.unsent());
      buffer_.clear();
      flushing_ = 0;
      ctx.cancel(flushTimer_);
      publish(ctx);
    } else if (change.kind == NodeChange::Kind::ParamsChanged) {
      refresh(ctx);
      for (KeyStore& store : stores_) store.setCapacity(p_.capacity.value_or(-1));
      station_->setServers(ctx, p_.threads);
      while (const CallId next = station_->admit(ctx)) begin(ctx, next);
      publish(ctx);
    } else if (change.kind == NodeChange::Kind::CallerCrashed && p_.scope == Scope::PerCaller) {
      forgetCaller(ctx, change);
    }
  }

  void onAction(Context& ctx, std::uint32_t, const ValueMap& args) override {
    const Value* share = args.find("share");
    for (KeyStore& store : stores_) {
      if (share) store.eraseShare(*share->as<double>(), *luck_);
      else store.clear();
    }
    publish(ctx);
  }

 private:
  // ------------------------------------------------------------------ set-up

  static std::uint32_t edgeFor(const Context& ctx, const std::string& className) {
    for (std::uint32_t e = 0; e < ctx.edgeCount(); ++e) {
      const auto& classes = ctx.policy(e).forClasses;
      if (classes.empty() || std::find(classes.begin(), classes.end(), className) != classes.end()) return e;
    }
    return kNoEdgeOfClass;
  }

  void refresh(Context& ctx) {
    work_ = ByClass(ctx, p_.work);
    instant_ = work_.isZero() && p_.fillWork.isZero();
  }

  void addStore() { stores_.emplace_back(p_.policy, p_.capacity.value_or(-1), luck_); }

  // Where an entry stands, and whose it is: entries of many users share a store, in which a key says little.
  struct Place {
    KeyStore& store;
    std::uint32_t key = 0, owner = 0;
  };

  static std::uint32_t keyOfUser(const Call& call) {
    const std::uint64_t both = static_cast<std::uint64_t>(call.user) << 32 | keyOf(call);
    return std::min(static_cast<std::uint32_t>(mix64(both) >> 32), KeyStore::kReserved - 1);
  }
  // Readers of one key that miss at a time are a stampede only where they share what they wait for.
  std::uint32_t missKey(const Call& call) const { return p_.scope == Scope::PerUser ? keyOfUser(call) : keyOf(call); }

  Place placeFor(const Context& ctx, CallId id) {
    const Call& call = ctx.at(id);
    return {storeOf(ctx, id), missKey(call), p_.scope == Scope::PerUser ? call.user : 0};
  }

  static KeyEntry* find(const Place& at, SimTime now) {
    KeyEntry* entry = at.store.find(at.key, now);
    return entry != nullptr && entry->owner == at.owner ? entry : nullptr;
  }
  static KeyEntry* put(const Place& at, SimTime now) {
    KeyEntry* entry = at.store.put(at.key, now);
    if (entry != nullptr) entry->owner = at.owner;
    return entry;
  }
  bool erase(const Place& at, SimTime now) const {
    if (p_.scope == Scope::PerUser && find(at, now) == nullptr) return false;
    return at.store.erase(at.key);
  }

  struct Owner {
    NodeId node = 0;
    std::uint16_t instance = 0;
    bool operator==(const Owner&) const = default;
  };

  // A call of the cache's own has the place of its store in `marks`.
  KeyStore& storeOf(const Context& ctx, CallId id) {
    if (p_.scope != Scope::PerCaller) return stores_.front();
    const Call& call = ctx.at(id);
    return stores_[call.edge == kNoEdge ? call.marks : placeOf({ctx.callerOf(id), call.origin})];
  }

  std::uint32_t placeOf(const Owner& owner) {
    const std::uint32_t key = owner.node << 16 | owner.instance;
    if (const std::uint32_t* place = places_.find(key)) return *place;
    if (!owners_.empty()) addStore();
    owners_.push_back(owner);
    return places_[key] = static_cast<std::uint32_t>(owners_.size() - 1);
  }

  // What lives in its caller's memory dies with it.
  void forgetCaller(Context& ctx, const NodeChange& change) {
    for (std::size_t i = 0; i < owners_.size(); ++i)
      if (owners_[i].node == change.caller && (change.instance == kAnyInstance || owners_[i].instance == change.instance))
        stores_[i].clear();
    publish(ctx);
  }

  // The stationary state under Poisson requests: with a life T from the fill a key with rate r is present with
  // probability rT/(1+rT) and its remaining life is uniform (renewal reward); with a sliding life it is present unless
  // its last request is older than T. Where the capacity is smaller, the most popular keys have the places.
  void warmUp(Context& ctx) {
    const KeySampler keys(*parseKeySpace(*p_.warmKeys).value);
    RandomStream& luck = ctx.stream("warm");
    std::vector<std::pair<std::uint32_t, Duration>> chosen;  // rank and remaining life
    for (std::uint64_t rank = 0; rank < keys.space().size(); ++rank) {
      if (p_.capacity && static_cast<std::int64_t>(chosen.size()) >= *p_.capacity) break;
      const double rate = p_.warmRate->value * keys.probability(rank);
      const Duration left = rate > 0 ? warmLife(rate, luck) : Duration{};
      if (left.ns > 0) chosen.emplace_back(static_cast<std::uint32_t>(rank), left);
    }
    const std::uint32_t offset = warmOffset(ctx, keys.space());
    for (std::size_t i = chosen.size(); i-- > 0;) {  // the most popular ones were used last
      KeyEntry* entry = stores_.front().put(offset + chosen[i].first, ctx.now());
      setLife(*entry, ctx.now(), chosen[i].second);
    }
    publish(ctx);
  }

  // Zero: absent.
  Duration warmLife(double ratePerSecond, RandomStream& luck) const {
    if (!p_.ttl) return kNever;
    const double load = ratePerSecond * p_.ttl->seconds();
    if (p_.ttlSliding) {
      const double age = luck.exponential() / load;
      return age < 1 ? durationFromNs(static_cast<double>(p_.ttl->ns) * (1 - age)) : Duration{};
    }
    if (!luck.chance(load / (1 + load))) return {};
    return durationFromNs(static_cast<double>(p_.ttl->ns) * luck.uniformPositive());
  }

  static std::uint32_t warmOffset(const Context& ctx, const KeySpace& space) {
    for (std::uint32_t c = 0; c < ctx.classCount(); ++c) {
      const auto klass = static_cast<std::uint16_t>(c);
      if (*parseKeySpace(ctx.requestClass(klass).key).value == space) return ctx.classKeyOffset(klass);
    }
    return 0;
  }

  // --------------------------------------------------------------- operations

  void begin(Context& ctx, CallId id) {
    const Call& call = ctx.at(id);
    const Distribution& work = call.has(kFill) ? p_.fillWork : work_.of(call.klass);
    ctx.compute(id, work.sample(*luck_));
  }

  void leave(Context& ctx) {
    if (const CallId next = station_->release(ctx)) begin(ctx, next);
  }

  void execute(Context& ctx, CallId id) {
    const Call& call = ctx.at(id);
    if (call.has(kProbe)) return ctx.reply(id);
    if (call.has(kFill)) return takeFill(ctx, id);
    if (call.has(kWrite)) return write(ctx, id);
    read(ctx, id);
  }

  std::uint32_t originOf(const Call& call) const { return edgeOfClass_[call.klass]; }
  bool hasOrigin(const Call& call) const { return originOf(call) != kNoEdgeOfClass; }

  void read(Context& ctx, CallId id) {
    const Call& call = ctx.at(id);
    const SimTime now = ctx.now();
    ctx.add(kLookups);
    const Place place = placeFor(ctx, id);
    KeyStore& store = place.store;
    KeyEntry* entry = find(place, now);
    if (!entry) {
      // What waits in the write buffer can still be read, even when its entry was evicted.
      if (const auto* buffered = buffer_.find(keyOf(call)); buffered) return hit(ctx, id, ctx.committed(keyOf(call)));
      return miss(ctx, id);
    }
    if (entry->failure != 0) return hitFailure(ctx, id, store, *entry);
    if (wantsRefresh(*entry, now, hasOrigin(call))) {
      entry->refreshUntil = now + p_.lease;
      ctx.add(kRefreshes);
      if (!hasOrigin(call)) return miss(ctx, id);  // this reader is the one who fetches
      startRefresh(ctx, id);
    }
    store.use(*entry);
    if (p_.ttlSliding && entry->fresh(now)) setLife(*entry, now, drawLife());
    hit(ctx, id, entry->version);
  }

  // An expired entry is renewed by one fetch at a time. Early ones follow XFetch (Vattani, Chierichetti, Lowenstein,
  // "Optimal Probabilistic Cache Stampede Prevention", VLDB 2015), where every reader decides for itself; where the cache
  // fetches, it knows that a fetch is under way and starts no second one.
  bool wantsRefresh(const KeyEntry& entry, SimTime now, bool fetchesItself) {
    const bool fresh = entry.fresh(now);
    if (entry.refreshing(now) && (!fresh || fetchesItself)) return false;
    if (!fresh) return true;
    if (p_.earlyRecompute <= 0 || entry.expires == kNever || entry.fetchTime.ns == 0) return false;
    const double ahead = static_cast<double>(entry.fetchTime.ns) * p_.earlyRecompute * luck_->exponential();
    return static_cast<double>(now.ns) + ahead >= static_cast<double>(entry.expires.ns);
  }

  void hit(Context& ctx, CallId id, std::uint32_t version) {
    ctx.add(kHits);
    answer(ctx, id, version);
  }

  void hitFailure(Context& ctx, CallId id, KeyStore& store, KeyEntry& entry) {
    store.use(entry);
    ctx.add(kHits);
    ctx.add(kNegativeHits);
    ctx.reply(id, entry.failure);
  }

  void answer(Context& ctx, CallId id, std::uint32_t version) {
    Call& call = ctx.at(id);
    call.version = version;
    // A write that waits in the buffer is newer than whatever the owner of the data has.
    const bool older = version < ctx.committed(keyOf(call)) && !buffer_.find(keyOf(call));
    if (older) call.set(kStale);
    if (call.has(kStale)) ctx.add(kStaleReads);
    ctx.reply(id);
  }

  void miss(Context& ctx, CallId id) {
    Call& call = ctx.at(id);
    ctx.add(kMisses);
    openMisses_.begin(missKey(call), ctx.now());
    ctx.set(kStampede, openMisses_.largest());
    if (hasOrigin(call)) {
      call.step = kFetching;
      return ctx.call(originOf(call), id);
    }
    if (p_.strategy != Strategy::Aside) {
      endMiss(ctx, missKey(call));
      return ctx.reply(id, ctx.failure(CommonReason::NoTarget));
    }
    call.set(kMiss);
    ctx.reply(id);
  }

  void endMiss(Context& ctx, std::uint32_t key) {
    openMisses_.endOne(key);
    ctx.set(kStampede, openMisses_.largest());
  }

  void fetched(Context& ctx, CallId id, const Reply& reply) {
    Call& call = ctx.at(id);
    const Place place = placeFor(ctx, id);
    endMiss(ctx, place.key);
    if (!reply.ok()) {
      rememberFailure(ctx, place, reply.failure);
      call.retryAfter = reply.retryAfter;
      return ctx.reply(id, reply.failure);
    }
    call.flags |= reply.flags & (kMiss | kStale | kDegraded);
    if (reply.has(kMiss)) return ctx.reply(id);  // the next tier has no value either: the caller fetches
    call.set(kFetched);
    store(ctx, place, reply.version, reply.latency);
    answer(ctx, id, reply.version);
  }

  void startRefresh(Context& ctx, CallId readerId) {
    const Call& reader = ctx.at(readerId);
    const CallId own = openFor(ctx, keyOf(reader), reader.klass, reader.user);
    if (own == 0) return;
    Call& call = ctx.at(own);
    call.step = kRefreshing;
    if (p_.scope == Scope::PerCaller) call.marks = placeOf({ctx.callerOf(readerId), reader.origin});
    call.operation = reader.operation;
    ctx.call(originOf(reader), own);
  }

  CallId openFor(Context& ctx, std::uint32_t key, std::uint16_t klass, std::uint32_t user) {
    const CallId own = ctx.open();
    if (own == 0) return 0;
    Call& call = ctx.at(own);
    call.key = key;
    call.klass = klass;
    call.user = user;
    return own;
  }

  void refreshed(Context& ctx, CallId own, const Reply& reply) {
    const Place into = placeFor(ctx, own);
    if (reply.ok() && !reply.has(kMiss))
      store(ctx, into, reply.version, reply.latency);
    else if (KeyEntry* entry = find(into, ctx.now()))
      entry->refreshUntil = {};
    publish(ctx);
    ctx.close(own);
  }

  // ------------------------------------------------------------------- filling

  void takeFill(Context& ctx, CallId id) {
    const Call& call = ctx.at(id);
    const Place place = placeFor(ctx, id);
    const Duration fetchTime = openMisses_.endAll(place.key, ctx.now());
    ctx.set(kStampede, openMisses_.largest());
    store(ctx, place, call.version, fetchTime);
    if (hasOrigin(call)) {
      CallOptions options;
      options.flags = kFill;
      options.key = keyOf(call);
      options.version = call.version;
      options.effect = Effect::Read;
      ctx.send(originOf(call), id, options);
    }
    ctx.reply(id);
  }

  void store(Context& ctx, const Place& into, std::uint32_t version, Duration fetchTime) {
    const SimTime now = ctx.now();
    if (const KeyEntry* old = find(into, now); old && old->failure == 0) {
      if (p_.fill == Fill::IfAbsent && old->fresh(now) && !old->refreshing(now)) return;
      // Readers that shared one fetch bring the same value at the same moment: that is one fill.
      if (old->filled == now && old->version == version) return;
    }
    // Who fetched at the same time as another brings no new observation of how long that takes.
    const KeyEntry* before = find(into, now);
    if (fetchTime.ns == 0 && before) fetchTime = before->fetchTime;
    KeyEntry* entry = put(into, now);
    ctx.add(entry ? kFillsStored : kRefused);
    if (entry) {
      entry->version = version;
      entry->fetchTime = fetchTime;
      setLife(*entry, now, drawLife());
    }
    publish(ctx);
  }

  void rememberFailure(Context& ctx, const Place& into, FailureId failure) {
    const SimTime now = ctx.now();
    if (!p_.negativeTtl || find(into, now)) return;
    if (KeyEntry* entry = put(into, now)) {
      entry->failure = failure;
      entry->expires = entry->gone = now + *p_.negativeTtl;
    }
    publish(ctx);
  }

  Duration drawLife() {
    if (!p_.ttl) return kNever;
    if (p_.ttlJitter.value == 0) return *p_.ttl;
    const double factor = 1 + p_.ttlJitter.value * (2 * luck_->uniform() - 1);
    return durationFromNs(static_cast<double>(p_.ttl->ns) * factor);
  }

  void setLife(KeyEntry& entry, SimTime now, Duration life) const {
    if (life == kNever) return;
    entry.expires = now + life;
    entry.gone = entry.expires + p_.staleWhileRevalidate;
  }

  // -------------------------------------------------------------------- writing

  void write(Context& ctx, CallId id) {
    Call& call = ctx.at(id);
    if (!hasOrigin(call)) {
      if (p_.strategy != Strategy::Aside) return ctx.reply(id, ctx.failure(CommonReason::NoTarget));
      // A write that a message brought is of the version that the message speaks of.
      afterWrite(ctx, id, call.version != 0 ? call.version : ctx.committed(keyOf(call)));
      return ctx.reply(id);
    }
    if (p_.strategy == Strategy::WriteBehind) return writeBehind(ctx, id);
    call.step = kWriting;
    ctx.call(originOf(call), id);
  }

  void written(Context& ctx, CallId id, const Reply& reply) {
    Call& call = ctx.at(id);
    if (!reply.ok()) {
      call.retryAfter = reply.retryAfter;
      return ctx.reply(id, reply.failure);
    }
    call.version = reply.version != 0 ? reply.version : ctx.committed(keyOf(call));
    call.flags |= reply.flags & kDegraded;
    afterWrite(ctx, id, call.version);
    ctx.reply(id);
  }

  void afterWrite(Context& ctx, CallId id, std::uint32_t version) {
    const bool stores = p_.strategy == Strategy::WriteThrough || p_.strategy == Strategy::WriteBehind;
    if (stores || p_.onWrite == OnWrite::Update) {
      if (KeyEntry* entry = put(placeFor(ctx, id), ctx.now())) {
        entry->version = version;
        setLife(*entry, ctx.now(), drawLife());
      } else {
        ctx.add(kRefused);
      }
    } else if (p_.onWrite == OnWrite::Invalidate) {
      ctx.add(kInvalidations, erase(placeFor(ctx, id), ctx.now()));
    }
    publish(ctx);
  }

  void writeBehind(Context& ctx, CallId id) {
    if (ctx.isHitByErrors(id)) return ctx.reply(id, ctx.failure(CommonReason::InjectedError));
    const Call& call = ctx.at(id);
    buffer_.add(keyOf(call), call.klass, call.user);
    afterWrite(ctx, id, ctx.committed(keyOf(call)));
    ctx.reply(id);
    if (!flushFailed_ && static_cast<std::int64_t>(buffer_.waitingKeys()) >= p_.flushBatch) flushBatch(ctx);
    armFlush(ctx);
    ctx.set(kDirty, static_cast<std::int64_t>(buffer_.held()));
  }

  void armFlush(Context& ctx) {
    if (flushTimer_.slot == 0 && buffer_.waitingKeys() > 0) flushTimer_ = ctx.after(p_.flushInterval, kFlushTimer);
  }

  void flushBatch(Context& ctx) {
    for (std::int64_t i = 0; i < p_.flushBatch && buffer_.waitingKeys() > 0; ++i) {
      const std::uint32_t key = buffer_.take();
      const WriteBuffer::Write& write = *buffer_.find(key);
      const CallId own = openFor(ctx, key, write.klass, write.user);
      if (own == 0) return;
      Call& call = ctx.at(own);
      call.step = kFlushing;
      call.set(kWrite);
      ++flushing_;
      ctx.call(edgeOfClass_[write.klass], own);
    }
  }

  void flushed(Context& ctx, CallId own, const Reply& reply) {
    const std::uint32_t key = ctx.at(own).key;
    --flushing_;
    const bool all = buffer_.done(key, reply.ok());
    flushFailed_ = !reply.ok();
    if (!reply.ok()) ctx.add(kFlushFailures);
    if (all)
      for (KeyStore& store : stores_)
        if (KeyEntry* entry = store.find(key, ctx.now()))
          entry->version = reply.version != 0 ? reply.version : ctx.committed(key);
    ctx.close(own);
    // A backlog leaves batch by batch; after a failure only at the interval, so that nothing spins.
    if (flushing_ == 0 && !flushFailed_ && static_cast<std::int64_t>(buffer_.waitingKeys()) >= p_.flushBatch) flushBatch(ctx);
    armFlush(ctx);
    publish(ctx);
  }

  // -------------------------------------------------------------------- metrics

  void publish(Context& ctx) {
    std::uint64_t evictions = 0, expirations = 0;
    std::int64_t entries = 0;
    for (const KeyStore& store : stores_) {
      evictions += store.evictions();
      expirations += store.expirations();
      entries += static_cast<std::int64_t>(store.size());
    }
    ctx.add(kEvictions, evictions - evictions_);
    ctx.add(kExpirations, expirations - expirations_);
    evictions_ = evictions;
    expirations_ = expirations;
    ctx.set(kEntries, entries);
    ctx.set(kDirty, static_cast<std::int64_t>(buffer_.held()));
    ctx.set(kStampede, openMisses_.largest());
  }

  const Params& p_;
  RandomStream* luck_ = nullptr;
  std::vector<std::uint32_t> edgeOfClass_;
  ByClass work_;
  bool instant_ = true;
  std::optional<Station> station_;
  std::deque<KeyStore> stores_;      // one, or one for each owner
  std::vector<Owner> owners_;        // instances of callers, by store
  FlatMap<std::uint32_t> places_;    // owner -> index of its store
  OpenMisses openMisses_;
  WriteBuffer buffer_;
  Context::TimerId flushTimer_;
  std::int64_t flushing_ = 0;  // writes on their way
  bool flushFailed_ = false;
  std::uint64_t evictions_ = 0, expirations_ = 0;  // as published
};

void check(const void* params, std::vector<std::pair<std::string, std::string>>& problems) {
  const Params& p = *static_cast<const Params*>(params);
  if (p.ttlJitter.value > 0 && !p.ttl) problems.emplace_back("ttl_jitter", "there is no ttl that could be spread");
  if (p.ttlSliding && !p.ttl) problems.emplace_back("ttl_sliding", "there is no ttl that hits could restart");
  if (p.staleWhileRevalidate.ns > 0 && !p.ttl) problems.emplace_back("stale_while_revalidate", "without a ttl nothing expires");
  if (p.scope == Scope::PerUser && p.strategy == Strategy::WriteBehind)
    problems.emplace_back("scope", "writes that wait belong to nobody's own store; use shared or per_caller");
  if (p.warm == Warm::Cold) return;
  if (!p.warmRate) problems.emplace_back("warm_rate", "a warm start needs the rate of requests that made it so");
  if (!p.warmKeys) problems.emplace_back("warm_keys", "a warm start needs the key space of the requests that made it so");
  if (p.scope != Scope::Shared) problems.emplace_back("warm", "only a shared cache can start warm");
  if (p.warmKeys && parseKeySpace(*p.warmKeys).value->size() > kMostWarmKeys)
    problems.emplace_back("warm_keys", "a warm start draws every key once; use at most 50M keys");
}

double memoryBytes(const void* params) {
  const Params& p = *static_cast<const Params*>(params);
  if (p.warm == Warm::Cold || !p.warmKeys) return 0;
  double entries = static_cast<double>(parseKeySpace(*p.warmKeys).value->size());
  if (p.capacity) entries = std::min(entries, static_cast<double>(*p.capacity));
  return entries * (KeyStore::kBytesPerEntry + sizeof(std::pair<std::uint32_t, Duration>));
}

StationInfo station(const void* params, std::string_view className, std::string_view) {
  const Params& p = *static_cast<const Params*>(params);
  StationInfo s;
  s.work = distributionOf(p.work, className);
  if (!s.work.isZero()) s.servers = static_cast<double>(p.threads);
  return s;
}

void review(const void* params, std::vector<Advice>& advice) {
  const Params& p = *static_cast<const Params*>(params);
  if (!p.capacity && !p.ttl)
    advice.push_back({"capacity", "neither forgets nor evicts", "it grows until its machine has no memory left", "100k"});
  if (p.ttl && p.ttlJitter.value == 0)
    advice.push_back({"ttl_jitter", "lets entries expire together that were filled together",
                      "their readers then stampede to what is behind it", "10%"});
}

void remedies(const void* params, std::vector<Remedy>& remedies) {
  const Params& p = *static_cast<const Params*>(params);
  if (p.ttl) {
    remedies.push_back({"ttl", formatDuration(*p.ttl * 5), "entries that live five times as long", 1});
    remedies.push_back({"stale_while_revalidate", formatDuration(*p.ttl * 10), "answer with old values while one fetch renews them", 1});
    if (p.ttlJitter.value == 0) remedies.push_back({"ttl_jitter", "20%", "jitter on the life of entries", 1});
  }
}

}  // namespace

const ComponentInfo& cacheInfo() {
  static const ComponentInfo info{
      .kind = "cache",
      .label = "Cache",
      .category = "data",
      .summary = "Keeps values by key, so that reads need not go to the node behind.",
      .help = "Every entry has a key, a version and a life, so the hit ratio follows from keys, capacity, TTL and writes. Cache-aside: "
              "`app -> cache: {step: 1}`, `app -> db: {step: 2, when: miss(cache)}`; the fetched value then fills the cache (`fill` of the "
              "fetching edge says whether the caller waits for that). With an out-edge the cache asks the node behind on a miss; if "
              "that is a cache without the value, the miss is answered to the caller, and the fill goes to both tiers. Coalescing of "
              "concurrent fetches is `single_flight` on the edge that fetches. A cache without an out-edge cannot see that a fetch failed: "
              "its open misses then count until the next fill, and a reader sent to renew an entry is trusted for `lease`. Expired entries "
              "hold their place until they are asked for, evicted or met by the sweep (two entries for each fill). An update by "
              "`on_write` stores the last committed version, so write to the database first. Writes merged by write_behind leave as one "
              "call for each key. Leaves out: sizes of values, fragmentation, connection limits, and what one user's browser evicts for itself. "
              "A crash loses everything. Defaults: no "
              "limit of entries and no life, as Redis without maxmemory and EXPIRE; one thread as Redis; the lease of 10 s is that of "
              "Nishtala et al., \"Scaling Memcache at Facebook\" (NSDI 2013). "
              "Checked against renewal theory of lives, exact and Che hit ratios: tests cache, key_store, "
              "truth.caching.",
      .params = kParams,
      .metrics = kMetrics,
      .actions = kActions,
      .symptoms = kSymptoms,
      .headline = kHeadline,
      .inputs = PortUse::Required,
      .caches = true,
      .makeParams = makeDefault<Params>,
      .create = makeComponent<Cache, Params>,
      .check = check,
      .memoryBytes = memoryBytes,
      .station = station,
      .review = review,
      .remedies = remedies,
  };
  return info;
}

}  // namespace faultline

// A partitioned log: records stay after they were read, and every group of consumers reads them at its own pace.
//
// Each out-edge is a consumer group, the instances of its node are the members. A partition belongs to one member of a
// group at a time, which reads it in order. `committed` is where a successor goes on: what was delivered beyond it is
// delivered again after a member is lost.
#include <algorithm>
#include <iterator>
#include <optional>

#include "engine/component.h"
#include "model/price.h"
#include "parts/record_log.h"
#include "parts/work_station.h"

namespace faultline {

namespace {

enum class OnFailure { Retry, Skip };
constexpr ChoiceInfo kOnFailures[] = {
    {"retry", "The record is tried again; it blocks its partition until it succeeds or max_attempts is reached."},
    {"skip", "The record is passed over."},
};
enum class Rebalancing { Eager, Cooperative };
constexpr ChoiceInfo kRebalancings[] = {
    {"eager", "The whole group stops for the pause."},
    {"cooperative", "Only partitions that change their member stop."},
};

struct Params {
  std::int64_t partitions = 8;
  std::int64_t inFlight = 1;
  Duration commitEvery;
  OnFailure onFailure = OnFailure::Retry;
  Duration retryDelay = seconds(1);
  std::optional<std::int64_t> maxAttempts;
  Duration sessionTimeout = seconds(45);
  Duration heartbeat = seconds(3);
  Duration maxPollInterval = minutes(5);
  Rebalancing rebalancing = Rebalancing::Eager;
  Duration rebalancePause = seconds(3);
  Duration retention = hours(168);
  std::optional<std::int64_t> retentionRecords;
  std::int64_t threads = 1;
  PerClass work;
  double price = 0;
};

constexpr double kDay = 86'400;
constexpr ParamInfo kParams[] = {
    fixed(param<&Params::partitions>(
        "partitions", "Partitions", range(1, 10'000),
        "Logs that the stream is split into by key; no more members of a group can work at a time.")),
    fixed(param<&Params::inFlight>(
        "in_flight", "In flight", range(1, 10'000),
        "Unanswered records of one partition; with more than one, order is not kept within it.")),
    param<&Params::commitEvery>("commit_every", "Commit every", range(0, kDay),
                                "Interval at which members commit what they have done; 0: after every record."),
    param<&Params::onFailure, &kOnFailures>("on_failure", "On failure", {},
                                            "What follows a record that its consumer fails."),
    param<&Params::retryDelay>("retry_delay", "Retry delay", range(0.001, kDay), "From a failed delivery to the next."),
    param<&Params::maxAttempts>("max_attempts", "Max attempts", range(1, 1e6),
                                "Failed deliveries after which a record is passed over all the same; unset: never."),
    param<&Params::sessionTimeout>("session_timeout", "Session timeout", range(0.001, kDay),
                                   "A member that is unavailable for so long loses its partitions."),
    param<&Params::heartbeat>("heartbeat", "Heartbeat", range(0.001, kDay),
                              "Interval at which an unavailable or lost member is tried."),
    param<&Params::maxPollInterval>("max_poll_interval", "Max poll interval", range(0.001, kDay),
                                    "A member that does not answer a record for so long loses its partitions."),
    param<&Params::rebalancing, &kRebalancings>("rebalancing", "Rebalancing", {},
                                                "Who stops while partitions are given out anew."),
    param<&Params::rebalancePause>("rebalance_pause", "Rebalance pause", range(0, kDay),
                                   "How long that takes after the last record under way was answered."),
    param<&Params::retention>("retention", "Retention", range(1e-3, 3660 * kDay),
                              "Records older than this are dropped, read or not."),
    param<&Params::retentionRecords>("retention_records", "Retention by number", range(1, 1e8),
                                     "Records that a partition keeps; unset: no limit of its own."),
    param<&Params::threads>("threads", "Threads", range(1, 1e6), "Records that are stored at a time."),
    param<&Params::work>("work", "Work", {}, "CPU work of storing one record; without work it takes no time."),
    priceParam<&Params::price>(),
};

enum Metric : std::uint32_t {
  kAppended,
  kRecords,
  kLag,
  kMaxLag,
  kOldestLag,
  kDelivered,
  kConsumed,
  kDelay,
  kRedelivered,
  kFailedDeliveries,
  kSkipped,
  kExpired,
  kLost,
  kRebalances,
  kPaused,
  kLateAnswers,
  kReplayed,
  kFirstLag,  // and one for each further partition that is told apart
};
constexpr std::size_t kPartitionsToldApart = 16;
constexpr MetricInfo lagOf(const char* name) {
  return {
      name, MetricType::Reading, "records",
      "Lag of the partition of this number at the sample, of the group that is furthest behind. The first 16 are told "
      "apart."};
}
constexpr MetricInfo kMetrics[] = {
    {"appended", MetricType::Counter, "records", "Records that were stored."},
    {"records", MetricType::Gauge, "records", "Records that are kept."},
    {"lag", MetricType::Gauge, "records", "Records that are not consumed, over all groups and partitions."},
    {"max_lag", MetricType::Reading, "records", "... of the partition and group that lag most, at the sample."},
    {"oldest_lag", MetricType::Reading, "ms",
     "Age of the oldest record that some group has not consumed, at the sample."},
    {"delivered", MetricType::Counter, "deliveries", "Records handed to members, repetitions included."},
    {"consumed", MetricType::Counter, "records", "Records that a group has done, counted for each group."},
    {"delay", MetricType::Timing, "s", "From storing a record to its ok answer, for each group."},
    {"redelivered", MetricType::Counter, "deliveries", "Deliveries of records that the group had been handed before."},
    {"failed_deliveries", MetricType::Counter, "deliveries",
     "Deliveries that the consumer answered with a failure, corrupt records included."},
    {"skipped", MetricType::Counter, "records", "Records that were passed over because they failed."},
    {"expired", MetricType::Counter, "records", "Records that were dropped by retention."},
    {"lost", MetricType::Counter, "records", "... before a group had consumed them, counted for each group."},
    {"rebalances", MetricType::Counter, "events", "Times that a group's partitions were given out anew."},
    {"paused", MetricType::Gauge, "partitions", "Partitions that wait for a rebalance, over all groups."},
    {"late_answers", MetricType::Counter, "deliveries",
     "Answers of members that had lost the partition; they are ignored."},
    {"replayed", MetricType::Counter, "records", "Records that a replay made unread again."},
    lagOf("lag_0"),
    lagOf("lag_1"),
    lagOf("lag_2"),
    lagOf("lag_3"),
    lagOf("lag_4"),
    lagOf("lag_5"),
    lagOf("lag_6"),
    lagOf("lag_7"),
    lagOf("lag_8"),
    lagOf("lag_9"),
    lagOf("lag_10"),
    lagOf("lag_11"),
    lagOf("lag_12"),
    lagOf("lag_13"),
    lagOf("lag_14"),
    lagOf("lag_15"),
};
static_assert(std::size(kMetrics) == kFirstLag + kPartitionsToldApart);

constexpr ParamInfo kReplayFields[] = {
    field(ParamType::Text, "group", "Group", {}, "The node of the group that reads again; all groups without it."),
    field(ParamType::Duration, "back", "Back", range(0, 3660 * kDay),
          "From records of this age on; without it, from the oldest that is kept."),
};
constexpr ParamInfo kSkipFields[] = {
    field(ParamType::Text, "group", "Group", {},
          "The node of the group that leaves out what waits; all groups without it."),
};
constexpr ParamInfo kCorruptFields[] = {
    required(
        field(ParamType::Ratio, "share", "Share", range(0, 1), "Share of the records that are corrupt from now on.")),
};
enum Verb : std::uint32_t { kReplayVerb, kSkipVerb, kCorruptVerb };
constexpr ActionInfo kActions[] = {
    {"replay", kReplayFields, "Sets groups back, so that they read records again."},
    {"skip_to_end", kSkipFields, "Sets groups to the end: what waits is never read."},
    {"corrupt", kCorruptFields, "Corrupts a share of the records: a consumer works on them and fails at the end."},
};

constexpr const char* kHeadline[] = {"lag", "delay_p99", "redelivered"};

enum Tag : std::uint32_t { kRetryTag, kCommitTag, kHeartbeatTag, kPauseTag, kPollTag, kRetentionTag };

constexpr std::uint16_t kNobody = 0xffff;
// Records over all partitions; more would be memory, not a model.
constexpr std::uint64_t kMostRecords = 20'000'000;

class Stream : public Component {
 public:
  explicit Stream(const Params& params) : p_(params) {}

  void onStart(Context& ctx) override {
    luck_ = &ctx.stream("records");
    station_.emplace(ctx, p_.work, p_.threads, *luck_);
    logs_.resize(static_cast<std::size_t>(p_.partitions));
    for (std::uint32_t e = 0; e < ctx.edgeCount(); ++e) addGroup(ctx, e);
    armCommit(ctx);
  }

  void onRequest(Context& ctx, CallId id) override {
    if (station_->takesNoTime()) return append(ctx, id);
    station_->take(ctx, id);
  }

  void onServed(Context& ctx, CallId id) override {
    station_->leave(ctx);
    append(ctx, id);
  }

  void onReply(Context& ctx, CallId own, const Reply& reply) override {
    const Call call = ctx.at(own);
    ctx.close(own);
    Group& group = groups_[reply.edge];
    if (reply.has(kProbe))
      heard(ctx, group, group.members[reply.instance], reply.ok());
    else
      settle(ctx, group, call, reply);
  }

  void onTimer(Context& ctx, std::uint32_t tag, std::uint64_t data) override {
    Group* group = groups_.empty() ? nullptr : &groups_[static_cast<std::size_t>(data >> 32)];
    switch (tag) {
      case kRetryTag:
        group->partitions[static_cast<std::uint32_t>(data)].waitsForRetry = false;
        return feed(ctx, *group, static_cast<std::uint32_t>(data));
      case kHeartbeatTag:
        return beat(ctx, *group);
      case kPauseTag:
        return endPause(ctx, *group);
      case kPollTag:
        return checkPolls(ctx);
      case kCommitTag:
        return commitAll(ctx);
      default:
        return expire(ctx);
    }
  }

  void onCancel(Context& ctx, CallId id) override {
    station_->drop(ctx, id);
    ctx.reply(id, ctx.failure(CommonReason::Cancelled));
  }

  void onAction(Context& ctx, std::uint32_t verb, const ValueMap& args) override {
    if (verb == kCorruptVerb) {
      corruptShare_ = *args.find("share")->as<double>();
      return;
    }
    const Value* name = args.find("group");
    const Value* back = args.find("back");
    for (Group& group : groups_) {
      if (name && ctx.targetName(group.edge) != *name->as<std::string>()) continue;
      for (std::uint32_t p = 0; p < logs_.size(); ++p) {
        std::uint64_t to = logs_[p].end();
        if (verb == kReplayVerb) to = back ? logs_[p].firstSince(ctx.now() - *back->as<Duration>()) : logs_[p].begin();
        Partition& partition = group.partitions[p];
        if (to < partition.done) ctx.add(kReplayed, partition.done - to);
        partition.committed = to;
        startOver(ctx, partition);
        feed(ctx, group, p);
      }
      drained(ctx, group);
    }
  }

  void onChange(Context& ctx, const NodeChange& change) override {
    switch (change.kind) {
      case NodeChange::Kind::Crashed:
        return crashed(ctx);
      case NodeChange::Kind::Restarted:
        isDown_ = false;
        armCommit(ctx);
        armRetention(ctx);
        for (Group& group : groups_) refreshMembers(ctx, group);
        return feedAll(ctx);
      case NodeChange::Kind::TargetsChanged:
        for (Group& group : groups_) refreshMembers(ctx, group);
        return;
      case NodeChange::Kind::ParamsChanged:
        station_->refresh(ctx, p_.work, p_.threads);
        if (isDown_) return;
        ctx.cancel(commitTimer_);
        armCommit(ctx);
        ctx.cancel(retentionTimer_);
        return armRetention(ctx);
      default:
        return;
    }
  }

  void onSample(Context& ctx) override {
    std::uint64_t most = 0;
    SimTime oldest = ctx.now();
    for (std::size_t p = 0; p < logs_.size(); ++p) {
      std::uint64_t here = 0;
      for (const Group& group : groups_) {
        const std::uint64_t done = group.partitions[p].done;
        here = std::max(here, logs_[p].end() - done);
        if (done < logs_[p].end()) oldest = std::min(oldest, logs_[p].at(done).stored);
      }
      most = std::max(most, here);
      if (p < kPartitionsToldApart) ctx.set(kFirstLag + static_cast<std::uint32_t>(p), static_cast<std::int64_t>(here));
    }
    ctx.set(kMaxLag, static_cast<std::int64_t>(most));
    ctx.set(kOldestLag, (ctx.now() - oldest).ns / 1'000'000);
  }

 private:
  enum class State : std::uint8_t { Ready, InFlight, Finished };
  struct Slot {
    State state = State::Ready;
    SimTime deadline;  // in flight: when its member must have answered
  };
  // A partition as one group reads it. Every record before `done` is done, or was passed over; those from there on that
  // are under way are in `window`, a ring by offset.
  struct Partition {
    std::uint64_t done = 0;
    std::uint64_t committed = 0;  // at most done
    std::uint64_t reached = 0;    // everything before was handed out once
    std::vector<Slot> window;
    std::uint32_t attempts = 0;  // failed ones since the last record that was done
    std::uint32_t inFlight = 0;
    std::uint16_t member = kNobody;
    std::uint16_t epoch = 0;  // answers to deliveries of an earlier one are late
    bool isPaused = false;
    bool waitsForRetry = false;

    Slot& slot(std::uint64_t offset) { return window[offset % window.size()]; }
  };
  struct Member {
    std::uint16_t instance = 0;
    bool isIn = true;       // of the group
    bool isSilent = false;  // it did not answer when it was last asked
    SimTime silentSince;
    SimTime probedAt = {-1};  // and no answer yet
  };
  struct Group {
    std::uint32_t edge = 0;
    std::vector<bool> classes;
    std::vector<Partition> partitions;
    std::vector<Member> members;  // by instance
    bool isRebalancing = false;
    Context::TimerId pause, heartbeat;
  };

  static std::uint64_t dataOf(const Group& group, std::uint32_t partition = 0) {
    return static_cast<std::uint64_t>(group.edge) << 32 | partition;
  }

  // ------------------------------------------------------------------- storing

  std::uint32_t partitionOf(const Call& call) {
    if (call.key == kNoKey) return static_cast<std::uint32_t>(turn_++ % logs_.size());
    return static_cast<std::uint32_t>(mix64(call.key + 1ull) % logs_.size());
  }

  void append(Context& ctx, CallId id) {
    const Call call = ctx.at(id);
    if (call.has(kProbe)) return ctx.reply(id);
    if (ctx.isHitByErrors(id)) return ctx.reply(id, ctx.failure(CommonReason::InjectedError));
    ctx.reply(id);
    const std::uint32_t p = partitionOf(call);
    Record record;
    record.stored = ctx.now();
    record.key = call.key;
    record.user = call.user;
    record.operation = call.operation;
    record.version = call.key == kNoKey ? 0 : std::max(call.version, ctx.committed(call.key));
    record.klass = call.klass;
    record.isWrite = call.has(kWrite);
    record.isCorrupt = corruptShare_ > 0 && luck_->chance(corruptShare_);
    logs_[p].append(record);
    ++records_;
    ctx.add(kAppended);
    ctx.set(kLag, ctx.level(kLag) + static_cast<std::int64_t>(groups_.size()));
    const bool tooMany = p_.retentionRecords && static_cast<std::int64_t>(logs_[p].size()) > *p_.retentionRecords;
    if (tooMany || records_ > kMostRecords) drop(ctx, p);
    ctx.set(kRecords, static_cast<std::int64_t>(records_));
    armRetention(ctx);
    for (Group& group : groups_) feed(ctx, group, p);
  }

  // The oldest record of a partition goes, read or not.
  void drop(Context& ctx, std::uint32_t p) {
    logs_[p].dropOldest();
    --records_;
    ctx.add(kExpired);
    const std::uint64_t first = logs_[p].begin();
    for (Group& group : groups_) {
      Partition& partition = group.partitions[p];
      partition.committed = std::max(partition.committed, first);
      if (partition.done >= first) continue;
      ctx.add(kLost);
      Slot& slot = partition.slot(partition.done);
      if (slot.state == State::InFlight) --partition.inFlight;
      slot.state = State::Finished;
      advance(ctx, partition);
    }
  }

  void expire(Context& ctx) {
    retentionTimer_ = {};
    for (std::uint32_t p = 0; p < logs_.size(); ++p)
      while (logs_[p].size() > 0 && logs_[p].at(logs_[p].begin()).stored + p_.retention <= ctx.now()) drop(ctx, p);
    ctx.set(kRecords, static_cast<std::int64_t>(records_));
    armRetention(ctx);
    for (Group& group : groups_) drained(ctx, group);
    feedAll(ctx);
  }

  void armRetention(Context& ctx) {
    if (retentionTimer_.slot != 0 || records_ == 0) return;
    SimTime oldest = kNever;
    for (const RecordLog& log : logs_)
      if (log.size() > 0) oldest = std::min(oldest, log.at(log.begin()).stored);
    retentionTimer_ = ctx.after(std::max(oldest + p_.retention - ctx.now(), Duration{}), kRetentionTag, 0, true);
  }

  // Who is gone commits nothing.
  void commitAll(Context& ctx) {
    for (Group& group : groups_)
      for (Partition& partition : group.partitions)
        if (partition.member != kNobody && !group.members[partition.member].isSilent)
          partition.committed = partition.done;
    armCommit(ctx);
  }

  void armCommit(Context& ctx) {
    if (p_.commitEvery.ns > 0) commitTimer_ = ctx.after(p_.commitEvery, kCommitTag);
  }

  // ------------------------------------------------------------------- reading

  void addGroup(Context& ctx, std::uint32_t edge) {
    Group& group = groups_.emplace_back();
    group.edge = edge;
    const auto& asked = ctx.policy(edge).forClasses;
    for (std::uint32_t c = 0; c < ctx.classCount(); ++c) {
      const std::string& name = ctx.requestClass(static_cast<std::uint16_t>(c)).name;
      group.classes.push_back(asked.empty() || std::find(asked.begin(), asked.end(), name) != asked.end());
    }
    group.partitions.resize(logs_.size());
    for (Partition& partition : group.partitions) partition.window.resize(static_cast<std::size_t>(p_.inFlight));
    addMembers(ctx, group);
    assign(group);
  }

  void feedAll(Context& ctx) {
    for (Group& group : groups_)
      for (std::uint32_t p = 0; p < logs_.size(); ++p) feed(ctx, group, p);
  }

  // Hands out the next records of a partition, as many as its member may hold.
  void feed(Context& ctx, Group& group, std::uint32_t p) {
    Partition& partition = group.partitions[p];
    if (isDown_ || partition.member == kNobody || partition.isPaused || partition.waitsForRetry) return;
    if (group.members[partition.member].isSilent) return;
    std::uint64_t offset = partition.done;
    while (offset < logs_[p].end() && offset < partition.done + partition.window.size()) {
      Slot& slot = partition.slot(offset);
      if (slot.state == State::Ready) {
        const Record& record = logs_[p].at(offset);
        if (group.classes[record.klass]) {
          if (!deliver(ctx, group, p, offset)) return;
        } else {
          slot.state = State::Finished;
          advance(ctx, partition);
        }
      }
      offset = std::max(offset + 1, partition.done);
    }
  }

  bool deliver(Context& ctx, Group& group, std::uint32_t p, std::uint64_t offset) {
    const CallId own = ctx.open();
    if (own == 0) return false;
    Partition& partition = group.partitions[p];
    const Record& record = logs_[p].at(offset);
    partition.slot(offset) = {State::InFlight, ctx.now() + p_.maxPollInterval};
    ++partition.inFlight;
    if (pollTimer_.slot == 0) pollTimer_ = ctx.after(p_.maxPollInterval, kPollTag, 0, true);
    ctx.add(kDelivered);
    if (offset < partition.reached) ctx.add(kRedelivered);
    partition.reached = std::max(partition.reached, offset + 1);
    Call& call = ctx.at(own);
    call.key = record.key;
    call.user = record.user;
    call.klass = record.klass;
    call.operation = record.operation;
    if (record.isWrite) call.set(kWrite);
    call.marks = p;
    call.version = static_cast<std::uint32_t>(offset);
    call.step = partition.epoch;
    CallOptions options;
    options.instance = partition.member;
    options.flags = kMessage;
    options.version = record.version;
    ctx.call(group.edge, own, options);
    return true;
  }

  void settle(Context& ctx, Group& group, const Call& call, const Reply& reply) {
    const std::uint32_t p = call.marks;
    Partition& partition = group.partitions[p];
    // The lower half of the offset says which one it is, as all that are under way are close to each other.
    const std::uint64_t offset = partition.done + (call.version - static_cast<std::uint32_t>(partition.done));
    const bool isUnderWay =
        offset < partition.done + partition.window.size() && partition.slot(offset).state == State::InFlight;
    if (partition.epoch != call.step || !isUnderWay) return ctx.add(kLateAnswers);
    Slot& slot = partition.slot(offset);
    --partition.inFlight;
    slot.state = State::Ready;
    if (!reply.ok() && reply.outcome == Outcome::Unavailable)
      silence(ctx, group, group.members[partition.member]);
    else if (reply.ok() && !logs_[p].at(offset).isCorrupt)
      done(ctx, partition, slot, ctx.now() - logs_[p].at(offset).stored);
    else
      failed(ctx, group, p, slot);
    if (partition.isPaused)
      drained(ctx, group);
    else
      feed(ctx, group, p);
  }

  void done(Context& ctx, Partition& partition, Slot& slot, Duration delay) {
    ctx.observe(kDelay, delay);
    ctx.add(kConsumed);
    slot.state = State::Finished;
    partition.attempts = 0;
    advance(ctx, partition);
  }

  void failed(Context& ctx, const Group& group, std::uint32_t p, Slot& slot) {
    Partition& partition = groups_[group.edge].partitions[p];
    ctx.add(kFailedDeliveries);
    ++partition.attempts;
    const bool isEnough = p_.maxAttempts && partition.attempts >= *p_.maxAttempts;
    if (p_.onFailure == OnFailure::Skip || isEnough) {
      ctx.add(kSkipped);
      partition.attempts = 0;
      slot.state = State::Finished;
      return advance(ctx, partition);
    }
    if (partition.waitsForRetry) return;
    partition.waitsForRetry = true;
    ctx.after(p_.retryDelay, kRetryTag, dataOf(group, p));
  }

  // `done` passes over everything that is finished.
  void advance(Context& ctx, Partition& partition) {
    const std::uint64_t before = partition.done;
    for (std::size_t i = 0; i < partition.window.size() && partition.slot(partition.done).state == State::Finished; ++i)
      partition.slot(partition.done++).state = State::Ready;
    ctx.set(kLag, ctx.level(kLag) - static_cast<std::int64_t>(partition.done - before));
    if (p_.commitEvery.ns == 0) partition.committed = partition.done;
  }

  // Goes on at what is committed; what is under way is forgotten.
  void startOver(Context& ctx, Partition& partition) {
    ++partition.epoch;
    partition.inFlight = 0;
    partition.attempts = 0;
    for (Slot& slot : partition.window) slot.state = State::Ready;
    ctx.set(kLag, ctx.level(kLag) + static_cast<std::int64_t>(partition.done) -
                      static_cast<std::int64_t>(partition.committed));
    partition.done = partition.committed;
  }

  // ------------------------------------------------------------------- members

  void addMembers(const Context& ctx, Group& group) {
    while (group.members.size() < ctx.targetInstances(group.edge)) {
      Member& member = group.members.emplace_back();
      member.instance = static_cast<std::uint16_t>(group.members.size() - 1);
    }
  }

  // Who was added joins, who is taken away or drained leaves when it has answered what it holds.
  void refreshMembers(Context& ctx, Group& group) {
    const std::size_t before = group.members.size();
    addMembers(ctx, group);
    bool changes = group.members.size() != before;
    for (Member& member : group.members) {
      const bool mayServe =
          member.instance < ctx.targetInstances(group.edge) && !ctx.targetDraining(group.edge, member.instance);
      if (member.isIn == mayServe) continue;
      if (!member.isIn && member.isSilent) continue;  // it must be heard of first
      member.isIn = mayServe;
      changes = true;
    }
    if (changes) rebalance(ctx, group);
  }

  void silence(Context& ctx, Group& group, Member& member) {
    if (member.isSilent) return;
    member.isSilent = true;
    member.silentSince = ctx.now();
    armHeartbeat(ctx, group);
  }

  void armHeartbeat(Context& ctx, Group& group) {
    if (group.heartbeat.slot == 0) group.heartbeat = ctx.after(p_.heartbeat, kHeartbeatTag, dataOf(group));
  }

  void beat(Context& ctx, Group& group) {
    group.heartbeat = {};
    bool anySilent = false;
    for (Member& member : group.members) {
      if (!member.isSilent || member.instance >= ctx.targetInstances(group.edge)) continue;
      anySilent = true;
      if (member.isIn && ctx.now() - member.silentSince >= p_.sessionTimeout) lose(ctx, group, member);
      probe(ctx, group, member);
    }
    if (anySilent) armHeartbeat(ctx, group);
  }

  void probe(Context& ctx, Group& group, Member& member) {
    const bool waits = member.probedAt.ns >= 0 && ctx.now() - member.probedAt < p_.sessionTimeout;
    const CallId own = waits ? 0 : ctx.open();
    if (own == 0) return;
    member.probedAt = ctx.now();
    CallOptions options;
    options.instance = member.instance;
    options.flags = kProbe;
    options.effect = Effect::Read;
    ctx.call(group.edge, own, options);
  }

  // A member that comes back begins where it committed last, as a process that was started again does.
  void heard(Context& ctx, Group& group, Member& member, bool ok) {
    member.probedAt = {-1};
    if (!ok || !member.isSilent) return;
    member.isSilent = false;
    if (!member.isIn) return refreshMembers(ctx, group);
    for (std::uint32_t p = 0; p < logs_.size(); ++p) {
      Partition& partition = group.partitions[p];
      if (partition.member != member.instance) continue;
      startOver(ctx, partition);
      feed(ctx, group, p);
    }
    drained(ctx, group);
  }

  void lose(Context& ctx, Group& group, Member& member) {
    member.isIn = false;
    for (Partition& partition : group.partitions)
      if (partition.member == member.instance) startOver(ctx, partition);
    rebalance(ctx, group);
  }

  void checkPolls(Context& ctx) {
    pollTimer_ = {};
    SimTime next = kNever;
    for (Group& group : groups_)
      for (Partition& partition : group.partitions)
        for (const Slot& slot : partition.window) {
          if (slot.state != State::InFlight) continue;
          if (slot.deadline > ctx.now()) {
            next = std::min(next, slot.deadline);
            continue;
          }
          Member& member = group.members[partition.member];
          silence(ctx, group, member);
          lose(ctx, group, member);
          break;
        }
    if (next != kNever && pollTimer_.slot == 0) pollTimer_ = ctx.after(next - ctx.now(), kPollTag, 0, true);
  }

  // -------------------------------------------------------------- rebalancing

  void rebalance(Context& ctx, Group& group) {
    ctx.add(kRebalances);
    ctx.cancel(group.pause);
    group.isRebalancing = true;
    const std::vector<std::uint16_t> wanted = assignment(group);
    for (std::uint32_t p = 0; p < logs_.size(); ++p)
      if (p_.rebalancing == Rebalancing::Eager || wanted[p] != group.partitions[p].member)
        group.partitions[p].isPaused = true;
    showPaused(ctx);
    drained(ctx, group);
  }

  // When nothing of the paused partitions is under way any more, the pause begins.
  void drained(Context& ctx, Group& group) {
    if (!group.isRebalancing || group.pause.slot != 0 || isDown_) return;
    for (const Partition& partition : group.partitions)
      if (partition.isPaused && partition.inFlight > 0) return;
    group.pause = ctx.after(p_.rebalancePause, kPauseTag, dataOf(group));
  }

  void endPause(Context& ctx, Group& group) {
    group.pause = {};
    group.isRebalancing = false;
    for (Partition& partition : group.partitions)
      if (partition.isPaused) partition.committed = partition.done;  // who gives a partition up commits first
    assign(group);
    showPaused(ctx);
    for (std::uint32_t p = 0; p < logs_.size(); ++p) feed(ctx, group, p);
  }

  // Every member gets its fair part, and keeps what it has as far as that goes.
  static std::vector<std::uint16_t> assignment(const Group& group) {
    std::vector<std::uint16_t> wanted(group.partitions.size(), kNobody);
    std::vector<std::uint16_t> members;
    std::vector<std::size_t> held(group.members.size()), quota(group.members.size());
    for (const Member& m : group.members)
      if (m.isIn) members.push_back(m.instance);
    if (members.empty()) return wanted;
    for (const Partition& partition : group.partitions)
      if (partition.member != kNobody) ++held[partition.member];
    std::stable_sort(members.begin(), members.end(),
                     [&](std::uint16_t a, std::uint16_t b) { return held[a] > held[b]; });
    for (std::size_t i = 0; i < members.size(); ++i)
      quota[members[i]] =
          group.partitions.size() / members.size() + (i < group.partitions.size() % members.size() ? 1 : 0);
    for (std::size_t p = 0; p < wanted.size(); ++p) {
      const std::uint16_t now = group.partitions[p].member;
      if (now == kNobody || quota[now] == 0) continue;
      wanted[p] = now;
      --quota[now];
    }
    std::sort(members.begin(), members.end());
    std::size_t turn = 0;
    for (std::uint16_t& member : wanted) {
      if (member != kNobody) continue;
      while (quota[members[turn % members.size()]] == 0) ++turn;
      member = members[turn % members.size()];
      --quota[member];
      ++turn;
    }
    return wanted;
  }

  static void assign(Group& group) {
    const std::vector<std::uint16_t> wanted = assignment(group);
    for (std::size_t p = 0; p < wanted.size(); ++p) {
      if (group.partitions[p].member != wanted[p]) ++group.partitions[p].epoch;
      group.partitions[p].member = wanted[p];
      group.partitions[p].isPaused = false;
    }
  }

  void showPaused(Context& ctx) {
    std::int64_t paused = 0;
    for (const Group& group : groups_)
      paused += std::count_if(group.partitions.begin(), group.partitions.end(),
                              [](const Partition& p) { return p.isPaused; });
    ctx.set(kPaused, paused);
  }

  // The log is on disk, and so is what was committed. The engine ends the stream's own calls.
  void crashed(Context& ctx) {
    isDown_ = true;
    station_->clear(ctx);
    for (Context::TimerId* timer : {&commitTimer_, &retentionTimer_, &pollTimer_}) ctx.cancel(*timer);
    for (Group& group : groups_) {
      ctx.cancel(group.pause);
      ctx.cancel(group.heartbeat);
      group.isRebalancing = false;
      for (Member& member : group.members) {
        member.isSilent = false;
        member.probedAt = {-1};
        member.isIn = true;
      }
      for (Partition& partition : group.partitions) startOver(ctx, partition);
      assign(group);
    }
    showPaused(ctx);
  }

  const Params& p_;
  RandomStream* luck_ = nullptr;
  std::optional<WorkStation> station_;
  std::vector<RecordLog> logs_;  // by partition
  std::vector<Group> groups_;    // by out-edge
  std::uint64_t records_ = 0;
  std::uint64_t turn_ = 0;
  double corruptShare_ = 0;
  bool isDown_ = false;
  Context::TimerId commitTimer_, retentionTimer_, pollTimer_;
};

std::size_t metricCount(const void* params) {
  const auto partitions = static_cast<std::size_t>(static_cast<const Params*>(params)->partitions);
  return kFirstLag + std::min(partitions, kPartitionsToldApart);
}

}  // namespace

const ComponentInfo& streamInfo() {
  static const ComponentInfo info{
      .kind = "stream",
      .label = "Stream",
      .category = "messaging",
      .summary = "A partitioned log that groups of consumers read at their own pace, and can read again.",
      .help =
          "Each out-edge is a consumer group (`for` filters its classes) and the instances of its node are the "
          "members; a partition "
          "belongs to one of them. A delivery is one call and its ok answer means done. Records of a key lie in one "
          "partition and are "
          "read in their order while `in_flight` is 1; records without a key go round. A group goes on at what is "
          "committed when a "
          "member is lost or started again, so records are delivered at least once; idempotent consumers make that "
          "harmless. A failing "
          "record blocks its partition unless it may be passed over. When members come or go, the group waits for what "
          "is under way and "
          "for `rebalance_pause`. A member that is unavailable is tried every `heartbeat`; one that never answers is "
          "found after "
          "`max_poll_interval` only, so give the out-edge a `timeout` where messages may vanish silently. The log is "
          "on disk: a crash of "
          "the stream loses nothing that is stored. Deliveries carry the version of the value that was the latest when "
          "the record was "
          "stored, which is how the staleness of a read model is measured. The plan of out-edges (step, when, times) "
          "does not apply. "
          "Leaves out: batches, replication between brokers, compaction, transactions. Names and defaults follow "
          "Apache Kafka: "
          "session.timeout.ms 45 s, heartbeat.interval.ms 3 s, max.poll.interval.ms 5 min, log.retention.hours 168, "
          "group.initial.rebalance.delay.ms 3 s; auto.commit.interval.ms would be a `commit_every` of 5 s. At most 20M "
          "records are kept. "
          "Checked in tests stream, read_model, truth.data_flow.",
      .params = kParams,
      .metrics = kMetrics,
      .actions = kActions,
      .headline = kHeadline,
      .inputs = PortUse::Required,
      .buffers = true,
      .makeParams = makeDefault<Params>,
      .create = makeComponent<Stream, Params>,
      .metricCount = metricCount,
  };
  return info;
}

}  // namespace faultline

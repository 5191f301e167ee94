// A coordinator of copies without a primary: a write needs the acknowledgement of W of them, a read the answers of R.
//
// The copies are replicas, which take versioned writes and say which version they read. Every operation has a call of
// its own beside the one that is held here, because copies go on answering after the operation is decided.
#include <algorithm>
#include <optional>
#include <vector>

#include "engine/component.h"
#include "parts/work_station.h"

namespace faultline {

namespace {

enum class Ask { All, Quorum };
constexpr ChoiceInfo kAsks[] = {
    {"all", "Every copy is asked, the first answers count."},
    {"quorum", "Just as many as are needed, at random; one that fails is replaced by another."},
};
enum class Partition { Refuse, Serve };
constexpr ChoiceInfo kPartitions[] = {
    {"refuse", "The operation fails: consistent (CP)."},
    {"serve", "Any copy is enough, and the answer is degraded: available (AP)."},
};

struct Params {
  std::int64_t writeQuorum = 2;
  std::int64_t readQuorum = 2;
  Ask writeTo = Ask::All;
  Ask readFrom = Ask::All;
  Partition onPartition = Partition::Refuse;
  bool readRepair = false;
  std::optional<Duration> handoffEvery;
  Duration heartbeat = seconds(2);
  std::int64_t threads = 16;
  PerClass work;
};

constexpr ParamInfo kParams[] = {
    param<&Params::writeQuorum>("write_quorum", "Write quorum", range(1, 1000), "W: copies that must have a write."),
    param<&Params::readQuorum>(
        "read_quorum", "Read quorum", range(1, 1000),
        "R: copies whose answers a read compares; with R + W above the number of copies it sees the latest write."),
    param<&Params::writeTo, &kAsks>("write_to", "Writes to", {}, "Which copies get a write."),
    param<&Params::readFrom, &kAsks>("read_from", "Reads from", {}, "Which copies are asked by a read."),
    param<&Params::onPartition, &kPartitions>("on_partition", "Without a quorum", {},
                                              "What happens when too few copies can be reached."),
    param<&Params::readRepair>("read_repair", "Read repair", {},
                               "A read that finds copies with older versions sends them the newest one."),
    param<&Params::handoffEvery>(
        "handoff_every", "Hinted handoff", range(0.001, 86'400),
        "Writes that a copy missed are sent again at this interval until it has them; unset: never."),
    param<&Params::heartbeat>("heartbeat", "Heartbeat", range(0.001, 3600),
                              "Interval at which it shows the copies that it lives."),
    param<&Params::threads>("threads", "Threads", range(1, 1e6), "Operations that are worked on at a time."),
    param<&Params::work>("work", "Work", {}, "CPU work of coordinating one operation; without work it takes no time."),
};

enum Metric : std::uint32_t { kReads, kWrites, kStaleReads, kRepairs, kHints, kHandedOff, kSloppy };
constexpr MetricInfo kMetrics[] = {
    {"reads", MetricType::Counter, "reads", "Reads that were answered."},
    {"writes", MetricType::Counter, "writes", "Writes that took effect."},
    {"stale_reads", MetricType::Counter, "reads",
     "Reads that saw an older version than had taken effect when they began."},
    {"repairs", MetricType::Counter, "writes", "Newer versions that reads sent to copies."},
    {"hints", MetricType::Gauge, "writes", "Writes that are kept for copies which missed them."},
    {"handed_off", MetricType::Counter, "writes", "... that have arrived since."},
    {"sloppy", MetricType::Counter, "operations", "Operations that were answered without a quorum."},
};

enum Reason : std::uint32_t { kNoQuorum };
constexpr ReasonInfo kReasons[] = {{"no_quorum", Outcome::Unavailable, "Too few copies could be reached."}};

constexpr const char* kHeadline[] = {"stale_reads", "failed", "latency_p99"};

enum Tag : std::uint32_t { kHeartbeatTag, kHandoffTag };

constexpr std::uint32_t kNoVersion = 0xffffffff;
// Hints that are sent to one copy at a time.
constexpr std::size_t kHintsAtOnce = 1000;

class Quorum : public Component {
 public:
  explicit Quorum(const Params& params) : p_(params) {}

  void onStart(Context& ctx) override {
    luck_ = &ctx.stream("copies");
    station_.emplace(ctx, p_.work, p_.threads, *luck_);
    refreshCopies(ctx);
    begin(ctx);
  }

  void onRequest(Context& ctx, CallId id) override {
    if (station_->takesNoTime()) return coordinate(ctx, id);
    station_->take(ctx, id);
  }

  void onServed(Context& ctx, CallId id) override {
    station_->handOver(ctx, id);
    coordinate(ctx, id);
  }

  void onReply(Context& ctx, CallId own, const Reply& reply) override {
    if (own == beat_) return;
    const std::uint32_t index = ctx.at(own).marks;
    const std::uint32_t copy = copyOf(reply.edge, reply.instance);
    --ops_[index].pending;
    if (ops_[index].kind == Op::Kind::Repair)
      afterRepair(ctx, index, copy, reply.ok());
    else
      answered(ctx, index, copy, reply);
    if (ops_[index].pending == 0) close(ctx, index);
  }

  void onTimer(Context& ctx, std::uint32_t tag, std::uint64_t) override {
    if (tag == kHeartbeatTag) return beat(ctx);
    for (std::uint32_t c = 0; c < copies_.size(); ++c) handOff(ctx, c);
    handoffTimer_ = p_.handoffEvery ? ctx.after(*p_.handoffEvery, kHandoffTag) : Context::TimerId{};
  }

  void onCancel(Context& ctx, CallId id) override {
    if (!station_->drop(ctx, id))
      for (Op& op : ops_)
        if (op.held == id) op.held = 0;
    ctx.reply(id, ctx.failure(CommonReason::Cancelled));
  }

  void onChange(Context& ctx, const NodeChange& change) override {
    switch (change.kind) {
      case NodeChange::Kind::Crashed:
        station_->clear(ctx);
        for (const Op& op : ops_)
          if (op.own != 0 && op.kind == Op::Kind::Repair) remember(ctx, op.expected, {op.key, op.version});
        ops_.clear();
        free_.clear();
        ctx.cancel(handoffTimer_);
        ctx.cancel(heartbeatTimer_);
        beat_ = 0;
        return;
      case NodeChange::Kind::Restarted:
        if (beat_ == 0) begin(ctx);
        return;
      case NodeChange::Kind::TargetsChanged:
        return refreshCopies(ctx);
      case NodeChange::Kind::ParamsChanged:
        station_->refresh(ctx, p_.work, p_.threads);
        if (p_.handoffEvery && handoffTimer_.slot == 0 && beat_ != 0)
          handoffTimer_ = ctx.after(*p_.handoffEvery, kHandoffTag);
        return;
      default:
        return;
    }
  }

 private:
  struct Hint {
    std::uint32_t key = 0, version = 0;
  };
  struct Copy {
    std::uint32_t edge = 0;
    std::uint16_t instance = 0;
    std::vector<Hint> hints;
  };
  struct Op {
    enum class Kind : std::uint8_t { Read, Write, Repair };  // Repair: a write that nobody waits for
    Kind kind = Kind::Read;
    CallId own = 0;
    CallId held = 0;  // to be answered; 0: decided
    std::uint32_t key = kNoKey;
    std::uint32_t version = 0;   // written, or the newest that was read
    std::uint32_t expected = 0;  // of a read: what had taken effect when it began; of a repair: the copy
    std::uint32_t pending = 0, oks = 0, needed = 0;
    std::vector<std::uint32_t> answers;  // by copy: its version; kNoVersion: none
    std::vector<std::uint32_t> order;    // copies in the order in which they are asked
    std::size_t asked = 0;               // of them
  };

  // ------------------------------------------------------------------ set-up

  void begin(Context& ctx) {
    beat_ = ctx.open();
    heartbeatTimer_ = ctx.after(p_.heartbeat, kHeartbeatTag);
    if (p_.handoffEvery) handoffTimer_ = ctx.after(*p_.handoffEvery, kHandoffTag);
  }

  void refreshCopies(const Context& ctx) {
    std::vector<std::uint32_t> known(ctx.edgeCount());
    for (const Copy& c : copies_) known[c.edge] = std::max<std::uint32_t>(known[c.edge], c.instance + 1u);
    for (std::uint32_t e = 0; e < ctx.edgeCount(); ++e)
      for (; known[e] < ctx.targetInstances(e); ++known[e])
        copies_.push_back({e, static_cast<std::uint16_t>(known[e]), {}});
  }

  std::uint32_t copyOf(std::uint32_t edge, std::uint16_t instance) const {
    const auto found = std::find_if(copies_.begin(), copies_.end(),
                                    [&](const Copy& c) { return c.edge == edge && c.instance == instance; });
    return static_cast<std::uint32_t>(found - copies_.begin());
  }

  bool isThere(const Context& ctx, const Copy& copy) const { return copy.instance < ctx.targetInstances(copy.edge); }

  void beat(Context& ctx) {
    for (const Copy& copy : copies_) {
      if (!isThere(ctx, copy)) continue;
      CallOptions options;
      options.instance = copy.instance;
      options.flags = kProbe;
      options.effect = Effect::Write;
      ctx.call(copy.edge, beat_, options);
    }
    heartbeatTimer_ = ctx.after(p_.heartbeat, kHeartbeatTag);
  }

  // --------------------------------------------------------------- operations

  // Null when the run has no room for another call.
  Op* open(Context& ctx, Op::Kind kind, const Call& like) {
    const CallId own = ctx.open();
    if (own == 0) return nullptr;
    if (free_.empty()) {
      free_.push_back(static_cast<std::uint32_t>(ops_.size()));
      ops_.emplace_back();
    }
    const std::uint32_t index = free_.back();
    free_.pop_back();
    Op& op = ops_[index];
    op.kind = kind;
    op.own = own;
    op.held = 0;
    op.key = like.key;
    op.pending = op.oks = 0;
    op.asked = 0;
    op.answers.assign(copies_.size(), kNoVersion);
    op.order.clear();
    Call& call = ctx.at(own);
    call.key = like.key;
    call.user = like.user;
    call.klass = like.klass;
    call.operation = like.operation;
    call.born = like.born;
    call.deadline = like.deadline;
    call.marks = index;
    return &op;
  }

  void close(Context& ctx, std::uint32_t index) {
    Op& op = ops_[index];
    if (op.kind == Op::Kind::Read && p_.readRepair) repair(ctx, index);
    ctx.close(ops_[index].own);
    ops_[index].own = 0;
    free_.push_back(index);
  }

  void coordinate(Context& ctx, CallId id) {
    const Call call = ctx.at(id);
    if (call.has(kProbe)) return ctx.reply(id);
    const bool writes = call.has(kWrite);
    Op* op = open(ctx, writes ? Op::Kind::Write : Op::Kind::Read, call);
    if (!op) return;
    const std::uint32_t index = ctx.at(op->own).marks;
    op->held = id;
    op->needed = static_cast<std::uint32_t>(writes ? p_.writeQuorum : p_.readQuorum);
    op->version = writes ? (call.key == kNoKey ? 0 : ctx.reserveVersion()) : 0;
    op->expected = call.key == kNoKey ? 0 : ctx.committed(call.key);
    for (std::uint32_t c = 0; c < copies_.size(); ++c)
      if (isThere(ctx, copies_[c])) op->order.push_back(c);
    const bool asksAll = (writes ? p_.writeTo : p_.readFrom) == Ask::All;
    if (!asksAll) shuffle(op->order);
    const std::size_t first = asksAll ? op->order.size() : std::min<std::size_t>(op->needed, op->order.size());
    for (std::size_t i = 0; i < first; ++i) askNext(ctx, index);
    if (ops_[index].pending > 0) return;
    decide(ctx, index);
    close(ctx, index);
  }

  void shuffle(std::vector<std::uint32_t>& order) {
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[luck_->below(i)]);
  }

  void askNext(Context& ctx, std::uint32_t index) {
    Op& op = ops_[index];
    ask(ctx, index, op.order[op.asked++]);
  }

  void ask(Context& ctx, std::uint32_t index, std::uint32_t copy) {
    Op& op = ops_[index];
    ++op.pending;
    CallOptions options;
    options.instance = copies_[copy].instance;
    const bool reads = op.kind == Op::Kind::Read;
    options.effect = reads ? Effect::Read : Effect::Write;
    if (!reads) options.flags = kFill;
    options.key = op.key;
    options.version = reads ? 0 : op.version;
    ctx.call(copies_[copy].edge, op.own, options);
  }

  void answered(Context& ctx, std::uint32_t index, std::uint32_t copy, const Reply& reply) {
    Op& op = ops_[index];
    if (reply.ok()) {
      ++op.oks;
      op.answers[copy] = reply.version;
      // What comes after the decision no longer counts, but for repairs.
      if (op.kind == Op::Kind::Read && (op.held != 0 || p_.readRepair))
        op.version = std::max(op.version, reply.version);
    } else {
      if (op.kind == Op::Kind::Write) remember(ctx, copy, {op.key, op.version});
      if (op.held != 0 && op.asked < op.order.size()) return askNext(ctx, index);
    }
    decide(ctx, index);
  }

  // Answers the held call as soon as its fate is known.
  void decide(Context& ctx, std::uint32_t index) {
    Op& op = ops_[index];
    if (op.held == 0) return;
    const std::size_t possible = op.oks + op.pending + (op.order.size() - op.asked);
    if (op.oks >= op.needed) return succeed(ctx, op, false);
    if (possible >= op.needed) return;
    if (p_.onPartition == Partition::Serve && op.oks > 0 && op.pending == 0) return succeed(ctx, op, true);
    if (p_.onPartition == Partition::Serve && op.oks + op.pending > 0) return;
    const CallId held = op.held;
    op.held = 0;
    ctx.reply(held, ctx.failure(kNoQuorum));
  }

  void succeed(Context& ctx, Op& op, bool withoutQuorum) {
    const CallId held = op.held;
    op.held = 0;
    Call& call = ctx.at(held);
    if (withoutQuorum) {
      ctx.add(kSloppy);
      call.set(kDegraded);
    }
    call.version = op.version;
    if (op.kind == Op::Kind::Write) {
      ctx.add(kWrites);
      if (op.key != kNoKey) ctx.commit(op.key, op.version, call.user);
    } else {
      ctx.add(kReads);
      if (op.version < op.expected) {
        call.set(kStale);
        ctx.add(kStaleReads);
      }
    }
    ctx.reply(held);
  }

  // ------------------------------------------------------------ repair, handoff

  void repair(Context& ctx, std::uint32_t index) {
    const std::uint32_t key = ops_[index].key, newest = ops_[index].version;
    if (key == kNoKey || newest == 0) return;
    for (std::uint32_t c = 0; c < copies_.size(); ++c) {
      const std::uint32_t seen = c < ops_[index].answers.size() ? ops_[index].answers[c] : kNoVersion;
      if (seen == kNoVersion || seen >= newest) continue;
      ctx.add(kRepairs);
      resend(ctx, c, {key, newest}, ctx.at(ops_[index].own));
    }
  }

  void resend(Context& ctx, std::uint32_t copy, Hint hint, const Call like) {
    Op* op = open(ctx, Op::Kind::Repair, like);
    if (!op) return;
    op->key = hint.key;
    op->version = hint.version;
    op->expected = copy;
    ask(ctx, ctx.at(op->own).marks, copy);
  }

  void remember(Context& ctx, std::uint32_t copy, Hint hint) {
    if (!p_.handoffEvery || hint.key == kNoKey) return;
    copies_[copy].hints.push_back(hint);
    ctx.set(kHints, ctx.level(kHints) + 1);
  }

  // A hint in flight is off the list, and comes back to it when it fails.
  void handOff(Context& ctx, std::uint32_t copy) {
    std::vector<Hint>& hints = copies_[copy].hints;
    const std::size_t count = std::min(hints.size(), kHintsAtOnce);
    for (std::size_t i = 0; i < count; ++i) {
      Call like{};
      like.key = hints[i].key;
      resend(ctx, copy, hints[i], like);
    }
    hints.erase(hints.begin(), hints.begin() + static_cast<std::ptrdiff_t>(count));
    ctx.set(kHints, ctx.level(kHints) - static_cast<std::int64_t>(count));
  }

  void afterRepair(Context& ctx, std::uint32_t index, std::uint32_t copy, bool ok) {
    const Op& op = ops_[index];
    if (!ok) return remember(ctx, copy, {op.key, op.version});
    ctx.add(kHandedOff, p_.handoffEvery ? 1 : 0);
  }

  const Params& p_;
  RandomStream* luck_ = nullptr;
  std::optional<WorkStation> station_;
  std::vector<Copy> copies_;
  std::vector<Op> ops_;
  std::vector<std::uint32_t> free_;
  CallId beat_ = 0;  // on whose behalf heartbeats are sent
  Context::TimerId heartbeatTimer_, handoffTimer_;
};

}  // namespace

const ComponentInfo& quorumInfo() {
  static const ComponentInfo info{
      .kind = "quorum",
      .label = "Quorum",
      .category = "data",
      .summary = "Coordinates copies without a primary: W of them must have a write, R must answer a read.",
      .help =
          "The copies are all instances of the nodes that the out-edges point to; they should be replicas, which take "
          "versioned writes "
          "and say which version they read. A write takes effect when W copies have it; a read is answered with the "
          "newest of R answers "
          "and is stale if a newer write had taken effect when the read began. A write that fails for lack of a quorum "
          "may still be at "
          "some copies. Give the edges a `timeout` where messages may vanish. Repairs and hints are writes like "
          "others. Hints are kept "
          "when the coordinator crashes, operations are not. Leaves out: conflicting versions (the last writer wins), "
          "vector clocks, "
          "membership, tokens (put a shard router before it). After Dynamo (DeCandia et al., SOSP 2007) and the model "
          "of Bailis et "
          "al., \"Probabilistically Bounded Staleness\" (VLDB 2012). Defaults: W = R = 2, as of Dynamo with N = 3. "
          "Checked against the combinatorics of R + W > N: tests quorum, truth.data_flow.",
      .params = kParams,
      .metrics = kMetrics,
      .reasons = kReasons,
      .headline = kHeadline,
      .inputs = PortUse::Required,
      .outputs = PortUse::Required,
      .makeParams = makeDefault<Params>,
      .create = makeComponent<Quorum, Params>,
  };
  return info;
}

}  // namespace faultline

// What a data store does with a statement: connection -> locks -> CPU work -> waiting -> answer.
//
// A call holds a connection from its arrival (or from when one becomes free) to its answer, locks from the start of its
// statement to its answer, and the CPU only while it computes. One engine serves one instance of a node.
//
// A statement is a transaction of its own: it takes the lock of one table, then that of one key, so there are no
// deadlocks. The plan of a query is chosen when its work starts and stays. Index builds are CPU work beside the queries.
//
// Complexity: O(1) per event. Determinism: luck comes from the node's stream "queries".
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/component.h"
#include "model/price.h"
#include "parts/by_class.h"
#include "parts/lock_table.h"
#include "parts/query_table.h"
#include "parts/station.h"

namespace faultline {

// The parameters of every kind that runs queries. A kind's own struct derives from it.
struct StoreParams {
  std::int64_t connections = 100;
  std::optional<std::int64_t> maxWaiting;
  std::optional<Duration> connectionTimeout;
  std::optional<double> cores;
  double cpuWeight = 1;
  PerClass work{Distribution::constant(1e6), {}};
  PerClass wait{Distribution::constant(0), {}};
  QueryParamsTable queries;
  std::optional<Duration> statementTimeout;
  std::optional<Duration> lockTimeout;
  double price = 0;
};

inline constexpr ParamInfo kStoreParams[] = {
    param<&StoreParams::connections>(
        "connections", "Connections", range(1, 1e6),
        "Calls that are served at a time; each holds its connection from start to answer."),
    param<&StoreParams::maxWaiting>("max_waiting", "Longest queue", range(0, 1e8),
                                    "Calls that may wait for a connection; more are refused. 0 refuses at once, as "
                                    "PostgreSQL does; unset: no limit, as behind a pooler."),
    param<&StoreParams::connectionTimeout>(
        "connection_timeout", "Connection timeout", range(1e-6, 86'400),
        "A call that waited this long for a connection is refused; unset: it waits on."),
    param<&StoreParams::cores>("cores", "CPU cores", range(0.01, 1024),
                               "Cores that all running queries share; unset: every query has a core of its own. A "
                               "host's cores take precedence."),
    fixed(param<&StoreParams::cpuWeight>(
        "cpu_weight", "CPU weight", range(1e-6, 1e6),
        "Share of a host's cores for each running query, relative to the work of the other members.")),
    param<&StoreParams::work>("work", "Work", {}, "CPU work of a call that names no query."),
    param<&StoreParams::wait>("wait", "Waiting", {},
                              "Time without CPU (disk) of a call that names no query; it follows the work."),
    param<&StoreParams::queries, &kQueryParams>("queries", "Queries", {},
                                                "Named queries, which arrows choose by `query`."),
    param<&StoreParams::statementTimeout>("statement_timeout", "Statement timeout", range(1e-9, 86'400),
                                          "A statement that takes longer, lock waits included, is stopped and fails."),
    param<&StoreParams::lockTimeout>("lock_timeout", "Lock timeout", range(1e-9, 86'400),
                                     "A statement that waits longer for a lock fails."),
    priceParam<&StoreParams::price>(),
};

// Every kind that runs queries lists these first, in this order.
enum StoreMetric : std::uint32_t { kActive, kConnections, kRows, kScans, kLockWaiting, kLockWait, kIndexBuilds, kStoreMetrics };
inline constexpr MetricInfo kStoreMetricInfos[kStoreMetrics] = {
    {"active", MetricType::Gauge, "statements", "Statements that run: they hold a connection and every lock they need."},
    {"connections", MetricType::Gauge, "connections", "Connections in use."},
    {"rows", MetricType::Gauge, "rows", "Rows of the largest table, at the last change or sample."},
    {"scans", MetricType::Counter, "statements", "Queries that started as a sequential scan."},
    {"lock_waiting", MetricType::Gauge, "statements", "Statements that wait for a lock."},
    {"lock_wait", MetricType::Timing, "s", "Waiting for a lock, for statements that had to."},
    {"index_builds", MetricType::Gauge, "builds", "Index builds that run or wait for their lock."},
};

enum StoreReason : std::uint32_t { kTooManyConnections, kConnectionTimeout, kStatementTimeout, kLockTimeout, kReadOnly, kStoreReasons };
inline constexpr ReasonInfo kStoreReasonInfos[kStoreReasons] = {
    {"too_many_connections", Outcome::Rejected, "Every connection was in use and the queue was full."},
    {"connection_timeout", Outcome::Rejected, "It waited too long for a connection."},
    {"statement_timeout", Outcome::Error, "The statement took longer than the limit and was stopped."},
    {"lock_timeout", Outcome::Error, "The statement waited too long for a lock."},
    {"read_only", Outcome::Error, "A write came to a store that only serves reads."},
};

// Verbs of every kind that runs queries, first and in this order.
enum StoreVerb : std::uint32_t { kDropIndex, kCreateIndex, kGrow, kStoreVerbs };
extern const ActionInfo kStoreActionInfos[kStoreVerbs];

// A table of one kind after that of all kinds.
template <class T, std::size_t N, std::size_t M>
constexpr std::array<T, N + M> joined(const T (&first)[N], const T (&second)[M]) {
  std::array<T, N + M> all{};
  for (std::size_t i = 0; i < N; ++i) all[i] = first[i];
  for (std::size_t i = 0; i < M; ++i) all[N + i] = second[i];
  return all;
}

class QueryEngine {
 public:
  // Timer tags from here on belong to the engines; the tag minus this is the instance.
  static constexpr std::uint32_t kFirstTag = 1u << 16;

  class Host {
   public:
    virtual ~Host() = default;
    // The statement of this call starts and sees the data as of now.
    virtual void onSnapshot(Context& ctx, CallId call) = 0;
    // Its work is done; the host must answer it, now or later.
    virtual void onDone(Context& ctx, CallId call) = 0;
  };

  QueryEngine(Context& ctx, Host& host, const StoreParams& params, std::uint16_t instance);

  void onRequest(Context& ctx, CallId call);
  // REQUIRES a call that came to onRequest, or that owns() says is an index build.
  void onServed(Context& ctx, CallId call);
  void onTimer(Context& ctx, std::uint64_t data);
  void onCancel(Context& ctx, CallId call);
  // Answers the call and frees what it held.
  void answer(Context& ctx, CallId call, FailureId failure = 0);
  // All calls and builds are gone (a crash).
  void onCrash(Context& ctx);
  void onParams(Context& ctx);
  void onSample(Context& ctx) const;
  // False if the verb is none of StoreVerb.
  bool onAction(Context& ctx, std::uint32_t verb, const ValueMap& args);
  void loseData(Context& ctx) { table_.empty(ctx.now()); }

  bool owns(const Call& call) const { return call.marks != 0; }

 private:
  enum class Phase : std::uint8_t { TableLock, KeyLock, Work, Wait, Done };
  struct Statement {
    CallId call = 0;
    std::uint32_t query = QueryTable::kUnknown;
    Context::TimerId timeout;
    std::int64_t waitingSince = 0;
    Duration wait;  // after the work
    Phase phase = Phase::Work;
    LockTable::Mode mode = LockTable::Mode::Intent;
    bool isBuild = false, holdsTable = false, needsKey = false, holdsKey = false;
    std::uint32_t key = 0;
    Duration buildWork;
  };
  using Slot = std::uint32_t;

  Slot take(CallId call);
  void free(Slot slot) { free_.push_back(slot); }
  Slot slotOf(const Call& call) const { return call.marks - 1; }
  void begin(Context& ctx, CallId call);
  void lockTable(Context& ctx, Slot slot);
  void lockKey(Context& ctx, Slot slot);
  void waitForLock(Context& ctx, Slot slot, Phase phase);
  void granted(Context& ctx);
  void run(Context& ctx, Slot slot);
  void finishWork(Context& ctx, Slot slot);
  void release(Context& ctx, Slot slot);
  void stop(Context& ctx, Slot slot);
  void createIndex(Context& ctx, std::uint32_t query, const ValueMap& args);
  void change(Context& ctx, StoreMetric metric, std::int64_t by) const { ctx.set(metric, ctx.level(metric) + by); }

  const StoreParams& p_;
  Host& host_;
  std::uint16_t instance_;
  RandomStream* luck_;
  ByClass work_, wait_;
  QueryTable table_;
  LockTable locks_;
  Station station_;
  std::vector<Statement> statements_;
  std::vector<Slot> free_;
  std::vector<LockTable::Owner> granted_;
  std::size_t nextGranted_ = 0;
  std::vector<std::uint32_t> building_;  // queries whose index is being built
};

// For ComponentInfo of kinds whose parameters derive from StoreParams.
StationInfo stationOf(const StoreParams& params, std::string_view className, std::string_view query);
void reviewStore(const StoreParams& params, std::vector<Advice>& advice);
void remediesOf(const StoreParams& params, std::vector<Remedy>& remedies);

// For ComponentInfo::queryNames of kinds whose parameters derive from StoreParams.
std::vector<std::string> queryNames(const StoreParams& params);

}  // namespace faultline

#include "parts/query_engine.h"

#include <algorithm>

#include "base/quantity.h"

namespace faultline {

namespace {

constexpr ParamInfo kQueryField = required(field(ParamType::Text, "query", "Query", {}, "Name of the query."));
constexpr ParamInfo kDropFields[] = {kQueryField};
constexpr ParamInfo kCreateFields[] = {
    kQueryField,
    field(ParamType::Duration, "work", "Work", range(0, 1e7), "CPU work of the build; without it, one microsecond for each row."),
    field(ParamType::Flag, "lock_writes", "Blocks writers", {}, "Writes of the table wait until the build is done (CREATE INDEX); false: they go on (CONCURRENTLY). Default true."),
};
constexpr ParamInfo kGrowFields[] = {
    kQueryField,
    required(field(ParamType::Count, "rows", "Rows", range(0, 1e15), "Rows that the query's table gains at once.")),
};

}  // namespace

constexpr ActionInfo kStoreActionInfos[kStoreVerbs] = {
    {"drop_index", kDropFields, "The index that the query uses is gone; queries that start from now on scan the table."},
    {"create_index", kCreateFields, "Builds the query's index with CPU work that competes with the queries, which change their plan when it is done."},
    {"grow", kGrowFields, "The query's table gains rows at once."},
};

QueryEngine::QueryEngine(Context& ctx, Host& host, const StoreParams& params, std::uint16_t instance)
    : p_(params),
      host_(host),
      instance_(instance),
      luck_(&ctx.stream("queries")),
      work_(ctx, params.work),
      wait_(ctx, params.wait),
      table_(ctx, params.queries),
      locks_(table_.tableCount()),
      station_(ctx, instance, params.connections, params.maxWaiting.value_or(-1)) {
  if (params.cores) ctx.setCores(*params.cores);
  ctx.setCpuWeight(params.cpuWeight);
  onSample(ctx);
}

void QueryEngine::onRequest(Context& ctx, CallId id) {
  Call& call = ctx.at(id);
  call.step = static_cast<std::uint16_t>(ctx.queryOf(id));
  call.clear(kQueryInMarks);
  call.marks = 0;
  switch (station_.offer(ctx, id)) {
    case Station::Offer::Started: change(ctx, kConnections, 1); return begin(ctx, id);
    case Station::Offer::Full: return ctx.reply(id, ctx.failure(kTooManyConnections));
    case Station::Offer::Queued:
      if (p_.connectionTimeout) ctx.limitWaiting(id, *p_.connectionTimeout);
  }
}

QueryEngine::Slot QueryEngine::take(CallId call) {
  if (free_.empty()) {
    free_.push_back(static_cast<Slot>(statements_.size()));
    statements_.emplace_back();
  }
  const Slot slot = free_.back();
  free_.pop_back();
  statements_[slot] = Statement{};
  statements_[slot].call = call;
  return slot;
}

void QueryEngine::begin(Context& ctx, CallId id) {
  const Slot slot = take(id);
  Call& call = ctx.at(id);
  call.marks = slot + 1;
  Statement& s = statements_[slot];
  if (call.has(kProbe)) return run(ctx, slot);
  if (p_.statementTimeout) s.timeout = ctx.after(*p_.statementTimeout, kFirstTag + instance_, slot);
  s.query = table_.find(call.step);
  if (s.query == QueryTable::kUnknown) return run(ctx, slot);
  const bool locks = call.has(kWrite) || table_.locksReads(s.query);
  if (!locks) return run(ctx, slot);
  const QueryLock lock = table_.lockOf(s.query);
  s.mode = lock == QueryLock::Table ? LockTable::Mode::Exclusive : LockTable::Mode::Intent;
  s.needsKey = lock == QueryLock::Key && call.key != kNoKey;
  s.key = call.key;
  lockTable(ctx, slot);
}

void QueryEngine::lockTable(Context& ctx, Slot slot) {
  Statement& s = statements_[slot];
  if (!locks_.acquire(slot, {table_.tableOf(s.query)}, s.mode)) return waitForLock(ctx, slot, Phase::TableLock);
  s.holdsTable = true;
  lockKey(ctx, slot);
}

void QueryEngine::lockKey(Context& ctx, Slot slot) {
  Statement& s = statements_[slot];
  if (!s.needsKey) return run(ctx, slot);
  if (!locks_.acquire(slot, {table_.tableOf(s.query), s.key}, LockTable::Mode::Exclusive))
    return waitForLock(ctx, slot, Phase::KeyLock);
  s.holdsKey = true;
  run(ctx, slot);
}

void QueryEngine::waitForLock(Context& ctx, Slot slot, Phase phase) {
  Statement& s = statements_[slot];
  s.phase = phase;
  s.waitingSince = ctx.now().ns;
  change(ctx, kLockWaiting, 1);
  if (p_.lockTimeout && !s.isBuild) ctx.limitWaiting(s.call, *p_.lockTimeout);
}

// Goes on with the statements that got the lock they waited for.
void QueryEngine::granted(Context& ctx) {
  while (nextGranted_ < granted_.size()) {
    const Slot slot = granted_[nextGranted_++];
    Statement& s = statements_[slot];
    ctx.at(s.call).due = 0;  // its waiting limit
    change(ctx, kLockWaiting, -1);
    ctx.observe(kLockWait, {ctx.now().ns - s.waitingSince});
    if (s.phase == Phase::TableLock) {
      s.holdsTable = true;
      lockKey(ctx, slot);
    } else {
      s.holdsKey = true;
      run(ctx, slot);
    }
  }
  granted_.clear();
  nextGranted_ = 0;
}

void QueryEngine::run(Context& ctx, Slot slot) {
  Statement& s = statements_[slot];
  s.phase = Phase::Work;
  if (s.isBuild) return ctx.compute(s.call, s.buildWork);
  change(ctx, kActive, 1);
  const Call& call = ctx.at(s.call);
  if (call.has(kProbe)) return ctx.compute(s.call, {});
  Duration work;
  if (s.query == QueryTable::kUnknown) {
    work = work_.of(call.klass).sample(*luck_);
    s.wait = wait_.isZero() ? Duration{} : wait_.of(call.klass).sample(*luck_);
  } else {
    const QueryTable::Plan plan = table_.plan(s.query, ctx.now(), *luck_);
    work = plan.work;
    s.wait = plan.wait;
    if (plan.scan) ctx.add(kScans);
  }
  const CallId id = s.call;
  host_.onSnapshot(ctx, id);
  ctx.compute(id, work);
}

void QueryEngine::onServed(Context& ctx, CallId id) {
  Call& call = ctx.at(id);
  if (call.has(kWaiting)) {
    station_.remove(ctx, id);
    return ctx.reply(id, ctx.failure(kConnectionTimeout));
  }
  const Slot slot = slotOf(call);
  Statement& s = statements_[slot];
  switch (s.phase) {
    case Phase::TableLock:
    case Phase::KeyLock: return answer(ctx, id, ctx.failure(kLockTimeout));
    case Phase::Work:
      if (!s.isBuild && s.wait.ns > 0) {
        s.phase = Phase::Wait;
        return ctx.serve(id, s.wait);
      }
      return finishWork(ctx, slot);
    case Phase::Wait: return finishWork(ctx, slot);
    case Phase::Done: return;
  }
}

void QueryEngine::finishWork(Context& ctx, Slot slot) {
  Statement& s = statements_[slot];
  const CallId id = s.call;
  if (s.isBuild) {
    table_.setIndex(s.query, true);
    building_.erase(std::find(building_.begin(), building_.end(), s.query));
    change(ctx, kIndexBuilds, -1);
    release(ctx, slot);
    ctx.close(id);
    return granted(ctx);
  }
  s.phase = Phase::Done;
  change(ctx, kActive, -1);
  ctx.cancel(s.timeout);
  host_.onDone(ctx, id);
}

// Lets go of the locks; who gets them is in granted_.
void QueryEngine::release(Context& ctx, Slot slot) {
  Statement& s = statements_[slot];
  ctx.cancel(s.timeout);
  if (s.holdsKey) locks_.release({table_.tableOf(s.query), s.key}, LockTable::Mode::Exclusive, granted_);
  if (s.holdsTable) locks_.release({table_.tableOf(s.query)}, s.mode, granted_);
  free(slot);
}

// Takes the statement out of whatever it is in.
void QueryEngine::stop(Context& ctx, Slot slot) {
  const Statement& s = statements_[slot];
  switch (s.phase) {
    case Phase::TableLock:
    case Phase::KeyLock:
      change(ctx, kLockWaiting, -1);
      ctx.observe(kLockWait, {ctx.now().ns - s.waitingSince});
      locks_.stopWaiting(slot, granted_);
      break;
    case Phase::Work:
    case Phase::Wait:
      ctx.stopWork(s.call);
      change(ctx, kActive, -1);
      break;
    case Phase::Done: break;
  }
}

void QueryEngine::answer(Context& ctx, CallId id, FailureId failure) {
  const Slot slot = slotOf(ctx.at(id));
  stop(ctx, slot);
  release(ctx, slot);
  ctx.reply(id, failure);
  const CallId next = station_.release(ctx);
  if (next == 0) change(ctx, kConnections, -1);
  granted(ctx);
  if (next != 0) begin(ctx, next);
}

void QueryEngine::onTimer(Context& ctx, std::uint64_t slot) {
  Statement& s = statements_[static_cast<Slot>(slot)];
  s.timeout = {};
  answer(ctx, s.call, ctx.failure(kStatementTimeout));
}

void QueryEngine::onCancel(Context& ctx, CallId id) {
  const Call& call = ctx.at(id);
  const FailureId cancelled = ctx.failure(CommonReason::Cancelled);
  if (!call.has(kWaiting)) {
    // What is done cannot be undone: a finished write still waits for its replicas.
    if (statements_[slotOf(call)].phase != Phase::Done) answer(ctx, id, cancelled);
    return;
  }
  station_.remove(ctx, id);
  ctx.reply(id, cancelled);
}

void QueryEngine::onCrash(Context& ctx) {
  for (Slot slot = 0; slot < statements_.size(); ++slot) ctx.cancel(statements_[slot].timeout);
  std::int64_t active = 0, waiting = 0;
  std::vector<bool> isFree(statements_.size());
  for (const Slot slot : free_) isFree[slot] = true;
  for (Slot slot = 0; slot < statements_.size(); ++slot) {
    const Statement& s = statements_[slot];
    if (isFree[slot]) continue;
    if (s.phase == Phase::TableLock || s.phase == Phase::KeyLock) ++waiting;
    else if (!s.isBuild && s.phase != Phase::Done) ++active;
  }
  change(ctx, kActive, -active);
  change(ctx, kLockWaiting, -waiting);
  change(ctx, kConnections, -station_.busy());
  change(ctx, kIndexBuilds, -static_cast<std::int64_t>(building_.size()));
  building_.clear();
  statements_.clear();
  free_.clear();
  locks_.clear();
  station_.clear(ctx);
}

void QueryEngine::onParams(Context& ctx) {
  work_ = ByClass(ctx, p_.work);
  wait_ = ByClass(ctx, p_.wait);
  table_.refresh(ctx, p_.queries);
  if (p_.cores) ctx.setCores(*p_.cores);
  station_.setCapacity(p_.maxWaiting.value_or(-1));
  station_.setServers(ctx, p_.connections);
  while (const CallId next = station_.admit(ctx)) {
    change(ctx, kConnections, 1);
    begin(ctx, next);
  }
  onSample(ctx);
}

void QueryEngine::onSample(Context& ctx) const { ctx.set(kRows, static_cast<std::int64_t>(table_.mostRows(ctx.now()))); }

bool QueryEngine::onAction(Context& ctx, std::uint32_t verb, const ValueMap& args) {
  if (verb >= kStoreVerbs) return false;
  const std::uint32_t query = table_.find(ctx, *args.find("query")->as<std::string>());
  if (query == QueryTable::kUnknown) return true;
  if (verb == kDropIndex) table_.setIndex(query, false);
  if (verb == kCreateIndex) createIndex(ctx, query, args);
  if (verb == kGrow) table_.grow(query, static_cast<double>(*args.find("rows")->as<std::int64_t>()), ctx.now());
  onSample(ctx);
  return true;
}

void QueryEngine::createIndex(Context& ctx, std::uint32_t query, const ValueMap& args) {
  if (table_.usesIndex(query, ctx.now()) || std::find(building_.begin(), building_.end(), query) != building_.end()) return;
  const CallId id = ctx.open(instance_);
  if (id == 0) return;
  const Slot slot = take(id);
  ctx.at(id).marks = slot + 1;
  Statement& s = statements_[slot];
  s.query = query;
  s.isBuild = true;
  s.mode = LockTable::Mode::Share;
  const Value* work = args.find("work");
  s.buildWork = work ? *work->as<Duration>() : table_.buildWork(query, ctx.now());
  building_.push_back(query);
  change(ctx, kIndexBuilds, 1);
  const Value* locks = args.find("lock_writes");
  if (locks && !*locks->as<bool>()) return run(ctx, slot);
  lockTable(ctx, slot);
}

std::vector<std::string> queryNames(const StoreParams& params) {
  std::vector<std::string> names;
  for (const auto& [name, query] : params.queries) names.push_back(name);
  return names;
}

namespace {

// The time of one statement by the plan that the table has at the start.
Distribution workOf(const QueryParams& q) {
  const double rows = static_cast<double>(q.rows.value_or(1'000'000));
  const bool scans = !q.index || (q.flipsAt && rows >= static_cast<double>(*q.flipsAt));
  return scans ? Distribution::constant(rows * q.scanPerRow.mean()) : q.indexed;
}

}  // namespace

StationInfo stationOf(const StoreParams& params, std::string_view className, std::string_view query) {
  StationInfo s;
  s.servers = static_cast<double>(params.connections);
  s.cores = params.cores;
  s.waiting = params.maxWaiting;
  s.work = distributionOf(params.work, className);
  s.delay = distributionOf(params.wait, className);
  for (const auto& [name, q] : params.queries) {
    if (name != query) continue;
    s.work = workOf(q);
    s.delay = q.wait;
  }
  return s;
}

void reviewStore(const StoreParams& params, std::vector<Advice>& advice) {
  if (!params.maxWaiting && !params.connectionTimeout)
    advice.push_back({"connection_timeout", "lets calls wait for a connection without limit",
                      "when it is slow they pile up and hold whatever their callers hold", "5s"});
  for (const auto& [name, q] : params.queries) {
    if (!q.index)
      advice.push_back({"queries." + name + ".index", "reads every row for " + name, "each call costs more with every row", "true"});
    else if (q.flipsAt && q.growth && q.growth->value > 0)
      advice.push_back({"queries." + name + ".flips_at", "will stop using the index of " + name + " when its table has grown",
                        "from then on each call reads every row", ""});
  }
}

void remediesOf(const StoreParams& params, std::vector<Remedy>& remedies) {
  for (const auto& [name, q] : params.queries) {
    if (!q.index) remedies.push_back({"queries." + name + ".index", "true", "an index for " + name, 1});
    // From no number of rows on: an index that suits the table however it grows.
    if (q.flipsAt) remedies.push_back({"queries." + name + ".flips_at", "1000000G", "an index for " + name + " that suits the grown table", 1});
  }
  remedies.push_back({"connections", std::to_string(2 * params.connections), "twice the connections", 1});
  if (params.connections > 1)
    remedies.push_back({"connections", std::to_string((params.connections + 1) / 2), "half the connections", 1});
  if (params.cores) remedies.push_back({"cores", formatNumber(2 * *params.cores), "twice the cores", 3});
  if (!params.statementTimeout) remedies.push_back({"statement_timeout", "1s", "stop statements after a second", 1});
  if (!params.maxWaiting) remedies.push_back({"max_waiting", std::to_string(params.connections), "refuse what cannot get a connection soon", 1});
}

}  // namespace faultline

#include "parts/query_table.h"

#include <algorithm>
#include <limits>

namespace faultline {

namespace {
constexpr double kDefaultRows = 1e6;
// Sorting and writing a B-tree entry takes about a microsecond on one core; a placeholder to be measured.
constexpr double kBuildNsPerRow = 1000;
// Relative spread is drawn with this mean, as distributions hold nanoseconds.
constexpr double kOne = 1e6;
}  // namespace

const std::string& QueryTable::tableName(const std::pair<std::string, QueryParams>& row) {
  return row.second.table ? *row.second.table : row.first;
}

std::uint32_t QueryTable::tableNamed(const std::string& name) {
  for (std::uint32_t t = 0; t < tables_.size(); ++t)
    if (tables_[t].name == name) return t;
  tables_.emplace_back().name = name;
  return static_cast<std::uint32_t>(tables_.size() - 1);
}

QueryTable::QueryTable(Context& ctx, const QueryParamsTable& params) {
  queries_.resize(params.size());
  for (std::size_t q = 0; q < params.size(); ++q) {
    queries_[q].id = ctx.queryId(params[q].first);
    queries_[q].table = tableNamed(tableName(params[q]));
    queries_[q].index = queries_[q].writtenIndex = params[q].second.index;
    if (byId_.size() <= queries_[q].id) byId_.resize(queries_[q].id + 1);
    byId_[queries_[q].id] = static_cast<std::uint32_t>(q + 1);
  }
  readTables(ctx.now(), params, true);
  refresh(ctx, params);
}

void QueryTable::readTables(SimTime now, const QueryParamsTable& params, bool first) {
  for (std::uint32_t t = 0; t < tables_.size(); ++t) {
    Table& table = tables_[t];
    double written = kDefaultRows, growth = 0;
    for (std::size_t q = 0; q < params.size(); ++q) {
      if (queries_[q].table != t) continue;
      if (params[q].second.rows) written = static_cast<double>(*params[q].second.rows);
      if (params[q].second.growth) growth = params[q].second.growth->value;
    }
    table.rows = first || written != table.writtenRows ? written : rows(t, now);
    table.writtenRows = written;
    table.growth = growth;
    table.since = now;
  }
}

void QueryTable::refresh(Context& ctx, const QueryParamsTable& params) {
  readTables(ctx.now(), params, false);
  for (std::size_t i = 0; i < queries_.size() && i < params.size(); ++i) {
    const QueryParams& p = params[i].second;
    Query& q = queries_[i];
    if (p.index != q.writtenIndex) q.index = q.writtenIndex = p.index;
    q.flipsAt = p.flipsAt ? static_cast<double>(*p.flipsAt) : std::numeric_limits<double>::infinity();
    q.scanPerRow = p.scanPerRow.mean();
    q.indexed = p.indexed;
    q.wait = p.wait;
    q.scanVaries = p.scanCv > 0;
    if (q.scanVaries) q.scan = Distribution::logNormalFromMean(kOne, p.scanCv);
    q.lock = p.lock;
    q.lockReads = p.lockReads;
  }
}

std::uint32_t QueryTable::find(std::uint32_t queryId) const {
  return queryId < byId_.size() && byId_[queryId] != 0 ? byId_[queryId] - 1 : kUnknown;
}

double QueryTable::rows(std::uint32_t table, SimTime now) const {
  const Table& t = tables_[table];
  return t.rows + t.growth * static_cast<double>((now - t.since).ns) / 1e9;
}

double QueryTable::mostRows(SimTime now) const {
  double most = 0;
  for (std::uint32_t t = 0; t < tables_.size(); ++t) most = std::max(most, rows(t, now));
  return most;
}

bool QueryTable::usesIndex(std::uint32_t query, SimTime now) const {
  const Query& q = queries_[query];
  return q.index && (q.rebuilt || rows(q.table, now) < q.flipsAt);
}

QueryTable::Plan QueryTable::plan(std::uint32_t query, SimTime now, RandomStream& luck) const {
  const Query& q = queries_[query];
  const double count = rows(q.table, now);
  Plan plan;
  plan.scan = !usesIndex(query, now);
  if (plan.scan) {
    const double spread = q.scanVaries ? q.scan.draw(luck) / kOne : 1;
    plan.work = durationFromNs(count * q.scanPerRow * spread);
  } else {
    plan.work = q.indexed.sample(luck);
  }
  plan.wait = q.wait.sample(luck);
  return plan;
}

Duration QueryTable::buildWork(std::uint32_t query, SimTime now) const {
  return durationFromNs(rows(queries_[query].table, now) * kBuildNsPerRow);
}

void QueryTable::grow(std::uint32_t query, double more, SimTime now) {
  Table& table = tables_[queries_[query].table];
  table.rows = rows(queries_[query].table, now) + more;
  table.since = now;
}

void QueryTable::empty(SimTime now) {
  for (Table& table : tables_) {
    table.rows = 0;
    table.since = now;
  }
}

void checkQueries(const QueryParamsTable& params, std::vector<std::pair<std::string, std::string>>& problems) {
  for (std::size_t i = 0; i < params.size(); ++i) {
    const auto& [name, q] = params[i];
    if (!q.table) continue;
    for (std::size_t k = 0; k < i; ++k) {
      const auto& [other, o] = params[k];
      if ((o.table ? *o.table : other) != *q.table) continue;
      if (q.rows && o.rows && *q.rows != *o.rows)
        problems.emplace_back("queries." + name + ".rows", "\"" + other + "\" gives the same table other rows");
      if (q.growth && o.growth && *q.growth != *o.growth)
        problems.emplace_back("queries." + name + ".growth", "\"" + other + "\" gives the same table another growth");
    }
  }
}

}  // namespace faultline

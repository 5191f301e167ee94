// The named queries of a data store: what each costs now, given the rows of its table, its index and the planner.
//
// Rows grow continuously, so their number is computed when it is needed; nothing ticks. The planner uses the index while
// there is one and the table has fewer rows than `flips_at`; otherwise it reads all rows one after the other.
// Which plan is used is decided when a statement starts.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/component.h"

namespace faultline {

enum class QueryLock { None, Key, Table };
inline constexpr ChoiceInfo kQueryLockChoices[] = {
    {"none", "Statements do not wait for each other; writes only wait for whoever holds the whole table."},
    {"key", "Writes of the same key run one after the other, like updates of one row."},
    {"table", "Writes run one after the other, and no other write of the table beside them."},
};

struct QueryParams {
  std::optional<std::string> table;
  std::optional<std::int64_t> rows;
  std::optional<PerSecond> growth;
  std::optional<std::int64_t> flipsAt;
  bool index = true;
  Distribution indexed = Distribution::constant(1e6);
  Distribution scanPerRow = Distribution::constant(100);
  double scanCv = 0;
  Distribution wait = Distribution::constant(0);
  QueryLock lock = QueryLock::None;
  bool lockReads = false;
};
using QueryParamsTable = std::vector<std::pair<std::string, QueryParams>>;

inline constexpr ParamInfo kQueryParams[] = {
    param<&QueryParams::table>("table", "Table", {}, "Queries with the same table share its rows and its locks. Unset: a table of its own."),
    param<&QueryParams::rows>("rows", "Rows", range(0, 1e15), "Rows of the table at the start; one million unless a query of the same table says."),
    param<&QueryParams::growth>("growth", "Growth", range(0, 1e12), "Rows that the table gains; none unless a query of the same table says."),
    param<&QueryParams::flipsAt>("flips_at", "Planner flips at", range(0, 1e15), "From so many rows on the planner reads all rows instead of using the index that was there at the start; unset: never. An index that is built while running suits the table as it is: the planner keeps to it."),
    param<&QueryParams::index>("index", "Index present", {}, "Whether the index that the query needs is there at the start."),
    param<&QueryParams::indexed>("indexed", "Time with index", {}, "CPU work of the query when the index is used."),
    param<&QueryParams::scanPerRow>("scan_per_row", "Scan per row", {}, "CPU work for each row of a sequential scan; the mean over many rows if it is a distribution."),
    param<&QueryParams::scanCv>("scan_cv", "Scan variation", range(0, 10), "Coefficient of variation of the whole scan's work (log-normal)."),
    param<&QueryParams::wait>("wait", "Waiting", {}, "Time of the query that needs no CPU, such as reading from disk; it follows the CPU work."),
    param<&QueryParams::lock, &kQueryLockChoices>("lock", "Lock", {}, "What a write holds from its start to its answer."),
    param<&QueryParams::lockReads>("lock_reads", "Reads lock too", {}, "Reads take the same lock, like SELECT ... FOR UPDATE."),
};

class QueryTable {
 public:
  static constexpr std::uint32_t kUnknown = 0xffffffff;

  struct Plan {
    Duration work;
    Duration wait;
    bool scan = false;
  };

  QueryTable() = default;
  QueryTable(Context& ctx, const QueryParamsTable& params);
  // Takes over what changed in the parameters since the last time; the state that the run has reached stays.
  void refresh(Context& ctx, const QueryParamsTable& params);

  // The query that an arrow names, by the run-wide number of its name; kUnknown: none of these.
  std::uint32_t find(std::uint32_t queryId) const;
  std::uint32_t find(const Context& ctx, const std::string& name) const { return find(ctx.queryId(name)); }
  std::uint32_t tableCount() const { return static_cast<std::uint32_t>(tables_.size()); }
  std::uint32_t tableOf(std::uint32_t query) const { return queries_[query].table; }
  QueryLock lockOf(std::uint32_t query) const { return queries_[query].lock; }
  bool locksReads(std::uint32_t query) const { return queries_[query].lockReads; }

  Plan plan(std::uint32_t query, SimTime now, RandomStream& luck) const;
  double rows(std::uint32_t table, SimTime now) const;
  double mostRows(SimTime now) const;
  // The work to build the query's index from its present rows.
  Duration buildWork(std::uint32_t query, SimTime now) const;

  // The planner uses the index of `query` at the table's present size.
  bool usesIndex(std::uint32_t query, SimTime now) const;
  void setIndex(std::uint32_t query, bool present) { queries_[query].index = queries_[query].rebuilt = present; }
  void grow(std::uint32_t query, double rows, SimTime now);
  void empty(SimTime now);  // all data is lost

 private:
  struct Table {
    std::string name;
    double rows = 0;    // at `since`
    double growth = 0;  // per second
    SimTime since;
    double writtenRows = 0;  // as the parameters say
  };
  struct Query {
    std::uint32_t id = 0;
    std::uint32_t table = 0;
    bool index = true, writtenIndex = true;
    bool rebuilt = false;  // the index was built while running, for the table as it is: the planner keeps to it
    double flipsAt = 0;
    double scanPerRow = 0;
    Distribution indexed, wait, scan;  // scan: relative to its mean
    bool scanVaries = false;
    QueryLock lock = QueryLock::None;
    bool lockReads = false;
  };

  std::uint32_t tableNamed(const std::string& name);
  static const std::string& tableName(const std::pair<std::string, QueryParams>& row);
  void readTables(SimTime now, const QueryParamsTable& params, bool first);

  std::vector<Table> tables_;
  std::vector<Query> queries_;
  std::vector<std::uint32_t> byId_;  // query + 1
};

// Two queries of one table that give it different rows or growth. Appends "param: message" pairs.
void checkQueries(const QueryParamsTable& params, std::vector<std::pair<std::string, std::string>>& problems);

}  // namespace faultline

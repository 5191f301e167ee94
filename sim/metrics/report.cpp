#include "metrics/report.h"

#include <algorithm>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <vector>

#include "base/quantity.h"
#include "metrics/text_table.h"

namespace faultline {
namespace {

constexpr double kQuantiles[] = {0.50, 0.90, 0.95, 0.99, 0.999};

[[gnu::format(printf, 1, 2)]] std::string printed(const char* form, ...) {
  char text[256];
  va_list arguments;
  va_start(arguments, form);
  std::vsnprintf(text, sizeof text, form, arguments);
  va_end(arguments);
  return text;
}

// Three significant digits without an exponent.
std::string shortNumber(double value) {
  const double size = std::fabs(value);
  if (size >= 1e9) return printed("%.2fG", value / 1e9);
  if (size >= 1e6) return printed("%.2fM", value / 1e6);
  if (size >= 1e5) return printed("%.0fk", value / 1e3);
  if (size >= 100 || value == std::floor(value)) return printed("%.0f", value);
  if (size >= 10) return printed("%.1f", value);
  if (size >= 1) return printed("%.2f", value);
  return printed("%.3f", value);
}

std::string milliseconds(std::optional<double> ms) { return ms ? shortNumber(*ms) : "-"; }
std::string percent(double share) { return printed("%.1f%%", share * 100); }
double shareOf(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::string header(const Summary& s, double wallSeconds) {
  std::string out = s.scenario + '\n';
  out += "  simulated    " + formatDuration(s.simulated) + ", seed " + std::to_string(s.seed);
  if (s.warmup.ns > 0) out += ", measured after a warm-up of " + formatDuration(s.warmup);
  out += '\n';
  out += printed("  wall clock   %.3f s", wallSeconds);
  if (wallSeconds > 0)
    out += ", " + shortNumber(s.simulated.seconds() / wallSeconds) + "x real time, " +
           shortNumber(static_cast<double>(s.events) / wallSeconds) + " events/s";
  out += '\n';
  out += "  events       " + groupDigits(s.events) + '\n';
  out += printed("  fingerprint  %016llx\n", static_cast<unsigned long long>(s.fingerprint));
  if (s.costPerHour() > 0) out += "  cost         " + shortNumber(s.costPerHour()) + " an hour\n";
  if (!s.stopped.empty()) out += "  PARTIAL      stopped at " + formatDuration(s.simulated) + ": " + s.stopped + '\n';
  return out;
}

std::string outcomes(const Summary& s) {
  const OperationSummary& r = s.requests;
  const double seconds = (s.simulated - s.warmup).seconds();
  TextTable table;
  table.addColumn("", TextTable::Align::Left);
  table.addColumn("count");
  table.addColumn("share");
  table.addColumn("per second");
  const auto add = [&](const char* name, std::uint64_t count) {
    table.addRow({name, groupDigits(count), percent(shareOf(count, r.offered)),
                  seconds > 0 ? shortNumber(static_cast<double>(count) / seconds) : "-"});
  };
  add("offered", r.offered);
  add("ok", r.ok);
  add("  within the objective", r.goodput);
  if (r.degraded > 0) add("  degraded", r.degraded);
  if (r.stale > 0) add("  stale", r.stale);
  add("failed", r.failed);
  if (r.late > 0) add("  answered too late", r.late);
  add("in flight at the end", static_cast<std::uint64_t>(std::max<std::int64_t>(r.inFlight, 0)));
  std::string out = "\nRequests\n" + table.text("  ");
  if (r.offered > 0)
    out +=
        "  " + groupDigits(s.attempts) + printed(" attempts, %.2f for each request\n", shareOf(s.attempts, r.offered));
  return out;
}

std::string failures(const Summary& s) {
  if (s.requests.byReason.empty()) return {};
  auto reasons = s.requests.byReason;
  std::stable_sort(reasons.begin(), reasons.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  TextTable table;
  table.addColumn("where and why", TextTable::Align::Left);
  table.addColumn("count");
  table.addColumn("of failures");
  for (const auto& [reason, count] : reasons)
    table.addRow({reason, groupDigits(count), percent(shareOf(count, s.requests.failed))});
  return "\nFailures\n" + table.text("  ");
}

void addLatencyRow(TextTable& table, std::string name, const Histogram& h) {
  std::vector<std::string> cells{std::move(name), groupDigits(h.count()),
                                 h.empty() ? "-" : shortNumber(h.meanNs() / 1e6)};
  for (double q : kQuantiles) cells.push_back(milliseconds(knownQuantileMs(h, q)));
  cells.push_back(h.empty() ? "-" : shortNumber(h.max().milliseconds()));
  table.addRow(std::move(cells));
}

std::string latencies(const Summary& s) {
  TextTable table;
  table.addColumn("ms", TextTable::Align::Left);
  for (const char* title : {"count", "mean", "p50", "p90", "p95", "p99", "p99.9", "max"}) table.addColumn(title);
  const auto add = [&](const OperationSummary& o, const std::string& prefix) {
    Histogram all = o.okLatency;
    all.merge(o.failedLatency);
    addLatencyRow(table, prefix + "ok", o.okLatency);
    addLatencyRow(table, prefix + "all", all);
  };
  add(s.requests, "");
  if (s.classes.size() > 1)
    for (const OperationSummary& c : s.classes) add(c, c.name + " ");
  return "\nLatency as users felt it\n" + table.text("  ");
}

std::string nodes(const Summary& s) {
  TextTable table;
  table.addColumn("node", TextTable::Align::Left);
  table.addColumn("kind", TextTable::Align::Left);
  for (const char* title : {"inst", "arrivals", "ok", "failed", "util", "queue", "max", "wait p99", "p50", "p99"})
    table.addColumn(title);
  for (const NodeSummary& n : s.nodes) {
    if (!n.operations.empty()) continue;
    table.addRow({n.name, n.kind, std::to_string(n.instances), groupDigits(n.arrivals), groupDigits(n.ok),
                  groupDigits(n.failed), n.utilization > 0 ? percent(n.utilization) : "-", shortNumber(n.queueMean),
                  groupDigits(static_cast<std::uint64_t>(n.queueMax)), milliseconds(knownQuantileMs(n.wait, 0.99)),
                  milliseconds(knownQuantileMs(n.okLatency, 0.50)), milliseconds(knownQuantileMs(n.okLatency, 0.99))});
  }
  return table.empty() ? std::string{}
                       : "\nNodes (queue: mean and maximum depth; times in ms, of ok answers)\n" + table.text("  ");
}

// Four digits are enough to read.
std::string shownTime(double seconds) {
  if (!(seconds > 0)) return "0";
  const double unit = std::pow(10, std::floor(std::log10(seconds)) - 3);
  return formatNanoseconds(std::round(std::round(seconds / unit) * unit * 1e9));
}

std::string shownMetric(const MetricSummary& m) {
  if (m.isTiming) return m.name + " mean " + shownTime(m.value) + ", p99 " + shownTime(m.last);
  if (m.isRatio) return m.name + ' ' + (m.value == m.value ? percent(m.value) : "unknown");
  if (m.isCounter) return m.name + ' ' + groupDigits(static_cast<std::uint64_t>(m.value));
  return m.name + ' ' + shortNumber(m.value) + " (end " + shortNumber(m.last) + ", max " + shortNumber(m.peak) + ")";
}

// What only a kind knows about itself; what never happened is left out.
std::string particulars(const Summary& s) {
  TextTable table;
  table.addColumn("", TextTable::Align::Left);
  table.addColumn("", TextTable::Align::Left);
  for (const NodeSummary& n : s.nodes) {
    std::string name = n.name;
    const auto add = [&](std::string text) {
      table.addRow({name, std::move(text)});
      name.clear();
    };
    for (const auto& [reason, count] : n.byReason) add(reason + ' ' + groupDigits(count) + " (failures born here)");
    if (n.cpuCores > 0) add("CPU " + shortNumber(n.cpuCores) + " cores");
    if (n.costPerHour > 0) add("cost " + shortNumber(n.costPerHour) + " an hour");
    for (const MetricSummary& m : n.metrics)
      if (m.value != 0 || m.peak != 0) add(shownMetric(m));
  }
  return table.empty() ? std::string{} : "\nParticulars\n" + table.text("  ");
}

std::string edges(const Summary& s) {
  TextTable table;
  table.addColumn("edge", TextTable::Align::Left);
  for (const char* title : {"calls", "attempts", "failed", "timeouts", "retries", "hedges", "late", "lost", "in use",
                            "max", "waiting", "max", "acquire p99"})
    table.addColumn(title);
  for (const EdgeSummary& e : s.edges) {
    const bool eventful = e.pooled || e.retries + e.hedges + e.timeouts + e.lost + e.late > 0;
    if (!eventful) continue;
    std::vector<std::string> cells{e.name()};
    for (std::uint64_t n : {e.calls, e.attempts, e.failed, e.timeouts, e.retries, e.hedges, e.late, e.lost})
      cells.push_back(groupDigits(n));
    if (e.pooled) {
      cells.insert(cells.end(), {shortNumber(e.inUseMean), std::to_string(e.inUseMax), shortNumber(e.waitingMean),
                                 std::to_string(e.waitingMax), milliseconds(knownQuantileMs(e.acquire, 0.99))});
    } else {
      cells.insert(cells.end(), 5, "-");
    }
    table.addRow(std::move(cells));
  }
  return table.empty() ? std::string{}
                       : "\nEdges (pool: connections in use, calls waiting, ms to acquire)\n" + table.text("  ");
}

std::string timeline(const Summary& s) {
  if (s.actions.empty()) return {};
  TextTable table;
  table.addColumn("");
  table.addColumn("", TextTable::Align::Left);
  for (const ActionSummary& a : s.actions) table.addRow({formatDuration(a.at), a.text});
  return "\nTimeline\n" + table.text("  ");
}

}  // namespace

// 1 - 0.99 is a little more than 0.01 in binary; the slack keeps 100 values enough for p99.
bool isKnownQuantile(std::uint64_t count, double q) { return static_cast<double>(count) * (1 - q) >= 1 - 1e-9; }

std::optional<double> knownQuantileMs(const Histogram& histogram, double q) {
  if (!isKnownQuantile(histogram.count(), q)) return std::nullopt;
  return histogram.quantile(q).milliseconds();
}

std::string groupDigits(std::uint64_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, 1, ',');
  return digits;
}

std::string reportText(const Summary& summary, double wallSeconds) {
  return header(summary, wallSeconds) + outcomes(summary) + failures(summary) + latencies(summary) + nodes(summary) +
         particulars(summary) + edges(summary) + timeline(summary);
}

std::string alertsText(const std::vector<Alert>& alerts) {
  if (alerts.empty()) return {};
  TextTable table;
  table.addColumn("at", TextTable::Align::Right);
  table.addColumn("until", TextTable::Align::Right);
  table.addColumn("alert", TextTable::Align::Left);
  for (const Alert& alert : alerts)
    table.addRow({formatDuration(alert.at), alert.lasts() ? "-" : formatDuration(alert.until), alertText(alert)});
  return "\nAlerts\n" + table.text("  ");
}

std::string expectationsText(const std::vector<ExpectationResult>& expectations) {
  if (expectations.empty()) return {};
  TextTable table;
  for (int column = 0; column < 3; ++column) table.addColumn("", TextTable::Align::Left);
  for (const ExpectationResult& e : expectations) table.addRow({e.passed ? "ok" : "FAILED", e.text, e.measured});
  return "\nExpectations\n" + table.text("  ");
}

}  // namespace faultline

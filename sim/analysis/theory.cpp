#include "analysis/theory.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>

#include "analysis/class_graph.h"
#include "analysis/queueing.h"
#include "metrics/text_table.h"
#include "model/validation.h"

namespace faultline {
namespace {

constexpr std::size_t kBatches = 20;
// Beyond its interval, a difference has to be at least so large to be called one.
constexpr double kSmallShare = 0.05;
constexpr double kSmallNumber = 0.02;
// The laws are exact but for what began before and ended after the measurement.
constexpr double kLawTolerance = 0.02;
// From here on a run of usual length is not in its steady state.
constexpr double kTooBusy = 0.97;
// An exponential distribution has a coefficient of variation of 1.
constexpr double kExponentialCv = 0.05;

std::string printed(const char* form, auto... values) {
  char text[200];
  std::snprintf(text, sizeof text, form, values...);
  return text;
}

// By the quantile function in equal steps of probability; its tail beyond the last step is left out.
double variationOf(const Distribution& d) {
  if (d.kind() == Distribution::Kind::Constant) return 0;
  if (d.kind() == Distribution::Kind::Exponential) return 1;
  constexpr int kSteps = 2000;
  double sum = 0, squares = 0;
  for (int i = 0; i < kSteps; ++i) {
    const double x = d.quantile((i + 0.5) / kSteps);
    sum += x / kSteps;
    squares += x * x / kSteps;
  }
  return sum > 0 ? std::sqrt(std::max(0.0, squares / (sum * sum) - 1)) : 0;
}

class Sheet {
 public:
  Sheet(const Scenario& scenario, const Series& series, const Summary& summary)
      : scenario_(scenario), index_(scenario), series_(series), summary_(summary) {}

  Theory run() {
    for (std::size_t n = 0; n < summary_.nodes.size(); ++n) {
      const NodeSummary& node = summary_.nodes[n];
      if (!node.operations.empty() || node.arrivals == 0) continue;
      laws(node);
      station(n, node);
    }
    networks();
    return std::move(theory_);
  }

 private:
  double seconds() const { return (summary_.simulated - summary_.warmup).seconds(); }

  void laws(const NodeSummary& node) {
    const double rate = static_cast<double>(node.arrivals) / seconds();
    const double ended = static_cast<double>(node.ok + node.failed);
    if (ended == 0) return;
    const double latency = (node.okLatency.sumNs() + node.failedLatency.sumNs()) / 1e9 / ended;
    // What was there at the start and at the end spent part of its time outside the measurement.
    const double edge = latency * static_cast<double>(node.inFlight + node.inFlightAtStart) / seconds();
    law(node, "Little's law", "L = lambda W", "calls in it", rate * latency, node.inFlightMean, edge);
    if (node.busyMean <= 0) return;
    const double done = static_cast<double>(node.service.count());
    if (done == 0) return;
    const double service = node.service.meanNs() / 1e9;
    law(node, "utilisation law", "busy = X S", "busy servers", done / seconds() * service, node.busyMean, edge);
  }

  void law(const NodeSummary& node, const char* name, const char* formula, const char* quantity, double predicted,
           double measured, double edge) {
    TheoryLine line{node.name, name, formula, quantity, predicted, {measured, 0, 2}, true, {}};
    line.agrees = std::fabs(predicted - measured) <= std::max(kSmallNumber, kLawTolerance * measured) + edge;
    if (!line.agrees) line.violated = "calls were lost on the way, or were there when measuring began or ended";
    theory_.lines.push_back(std::move(line));
  }

  // --- stations

  void station(std::size_t n, const NodeSummary& node) {
    const std::string why = whyNot(n, node);
    if (!why.empty()) {
      theory_.without.emplace_back(node.name, why);
      return;
    }
    const StationInfo s = infoOf(n);
    const double copies = static_cast<double>(std::max<std::uint64_t>(1, node.instances));
    const double rate = static_cast<double>(node.arrivals) / seconds() / copies;
    const double service = (s.work.mean() + s.delay.mean()) / 1e9;
    const Distribution& of = s.work.isZero() ? s.delay : s.work;
    const bool shares = s.cores.has_value() && !s.work.isZero();
    const double servers = shares ? *s.cores : s.servers;
    const double load = rate * service / servers;
    const bool bounded = s.waiting.has_value();
    if (!bounded && load >= kTooBusy) {
      theory_.without.emplace_back(node.name, printed("it is offered %.0f %% of what it can do: no steady state", 100 * load));
      return;
    }
    const bool exponential = std::fabs(variationOf(of) - 1) <= kExponentialCv && of.kind() == Distribution::Kind::Exponential;
    const int c = static_cast<int>(std::lround(servers));
    if (shares && c == 1) predict(n, node, "M/G/1-PS", "L = rho / (1 - rho)", mg1ProcessorSharing(rate, service), false);
    else if (shares && exponential) predict(n, node, printed("M/M/%d-PS", c), "L as M/M/c", mmc(rate, service, c), false);
    else if (shares) theory_.without.emplace_back(node.name, "several shared cores and work that is not exponential");
    else if (exponential && bounded)
      predict(n, node, printed("M/M/%d/%d", c, c + static_cast<int>(*s.waiting)), "birth and death, K places",
              mmck(rate, service, c, c + static_cast<int>(*s.waiting)), true);
    else if (bounded) theory_.without.emplace_back(node.name, "a bounded queue and work that is not exponential");
    else if (exponential) {
      members_.push_back({n, copies * mmc(rate, service, c).inSystem});
      predict(n, node, c == 1 ? "M/M/1" : printed("M/M/%d", c), c == 1 ? "Lq = rho^2 / (1 - rho)" : "Lq = C(c, a) rho / (1 - rho)",
              mmc(rate, service, c), true);
    } else if (c == 1)
      predict(n, node, "M/G/1", "Lq = rho^2 (1 + cv^2) / (2 (1 - rho))", mg1(rate, service, variationOf(of)), true);
    else theory_.without.emplace_back(node.name, "several servers and work that is not exponential");
  }

  // --- networks

  // Stations with exponential work, one after the other: what leaves the one comes to the next as if it were Poisson (Burke
  // 1956), and their numbers are those of stations by themselves (Jackson 1957).
  void networks() {
    std::vector<bool> isTold(members_.size(), false);
    for (std::size_t first = 0; first < members_.size(); ++first) {
      if (isTold[first] || hasMemberBefore(first)) continue;
      std::vector<std::size_t> row{first};
      for (std::optional<std::size_t> next = memberAfter(first); next && !isTold[*next]; next = memberAfter(*next)) {
        isTold[*next] = true;
        row.push_back(*next);
      }
      if (row.size() > 1) addNetwork(row);
    }
  }

  // Whoever gets what a station sends on, when that is all it does with it and nobody else sends there.
  std::optional<std::size_t> memberAfter(std::size_t m) const {
    const std::vector<std::size_t>& leaving = index_.leaving[members_[m].node];
    if (leaving.size() != 1) return std::nullopt;
    const std::size_t to = index_.arrows[leaving.front()].to;
    std::size_t coming = 0;
    for (const ScenarioIndex::Arrow& a : index_.arrows) coming += a.to == to;
    for (std::size_t other = 0; other < members_.size(); ++other)
      if (members_[other].node == to && coming == 1) return other;
    return std::nullopt;
  }

  bool hasMemberBefore(std::size_t m) const {
    for (std::size_t other = 0; other < members_.size(); ++other)
      if (memberAfter(other) == m) return true;
    return false;
  }

  void addNetwork(const std::vector<std::size_t>& row) {
    std::string names;
    double predicted = 0;
    std::vector<std::string> columns;
    for (std::size_t m : row) {
      const std::string& name = summary_.nodes[members_[m].node].name;
      names += (names.empty() ? "" : ", ") + name;
      columns.push_back(name + ".in_flight");
      predicted += members_[m].inSystem;
    }
    TheoryLine line{names, "Jackson network", "L = sum of the stations", "calls in it", predicted, batchMeans(columns), true, {}};
    const double off = std::fabs(predicted - line.measured.mean);
    line.agrees = off <= line.measured.halfWidth || off <= std::max(kSmallNumber, kSmallShare * predicted);
    if (!line.agrees) line.violated = suspect(members_[row.front()].node, summary_.nodes[members_[row.front()].node]);
    theory_.lines.push_back(std::move(line));
  }

  StationInfo infoOf(std::size_t n) const {
    std::string query;
    for (const ScenarioIndex::Arrow& a : index_.arrows)
      if (a.to == n && !a.policy.query.empty()) query = a.policy.query;
    const std::string first = scenario_.classes.empty() ? std::string() : scenario_.classes.front().name;
    return stationOf(index_, n, first, query);
  }

  // Empty when the node is a station that a formula may fit.
  std::string whyNot(std::size_t n, const NodeSummary& node) const {
    const ComponentInfo* kind = index_.kinds[n];
    if (kind == nullptr || kind->station == nullptr) return "it is no station";
    const StationInfo s = infoOf(n);
    if (s.servers <= 0 || s.work.mean() + s.delay.mean() <= 0) return "its calls take no server or no time";
    if (!s.work.isZero() && !s.delay.isZero()) return "work and waiting in a row";
    if (!s.fifo) return "its queue is not first come, first served";
    if (!scenario_.nodes[n].group.empty()) return "it shares a machine with others";
    for (std::size_t a : index_.leaving[n])
      if (index_.arrows[a].policy.mode == CallMode::Call)
        return "its servers wait for others: theory has no formula for nested calls";
    if (!scenario_.timeline.empty()) return "the timeline changes the system while it is measured";
    std::string queries;
    for (const ScenarioIndex::Arrow& a : index_.arrows)
      if (a.to == n && !a.policy.query.empty()) {
        if (!queries.empty() && queries != a.policy.query) return "its calls are of several kinds";
        queries = a.policy.query;
      }
    if (node.failed > 0 && !s.waiting) return "it failed calls";
    return {};
  }

  void predict(std::size_t n, const NodeSummary& node, const std::string& model, const char* formula,
               const SteadyState& state, bool queues) {
    const double copies = static_cast<double>(std::max<std::uint64_t>(1, node.instances));
    compare(n, node, model, formula, "calls in it", copies * state.inSystem, "in_flight");
    if (queues) compare(n, node, model, formula, "mean queue", copies * state.queue, "queue");
    if (state.lost > 0 && node.arrivals > 0) {
      TheoryLine line{node.name, model, "P(K)", "share refused", state.lost,
                      {static_cast<double>(node.failed) / static_cast<double>(node.arrivals), 0, 2}, true, {}};
      line.agrees = std::fabs(line.predicted - line.measured.mean) <= std::max(0.005, 0.1 * line.predicted);
      if (!line.agrees) line.violated = suspect(n, node);
      theory_.lines.push_back(std::move(line));
    }
  }

  void compare(std::size_t n, const NodeSummary& node, const std::string& model, const char* formula,
               const char* quantity, double predicted, const char* metric) {
    TheoryLine line{node.name, model, formula, quantity, predicted, batchMeans({node.name + "." + metric}), true, {}};
    const double off = std::fabs(predicted - line.measured.mean);
    line.agrees = off <= line.measured.halfWidth || off <= std::max(kSmallNumber, kSmallShare * predicted);
    if (!line.agrees) line.violated = suspect(n, node);
    theory_.lines.push_back(std::move(line));
  }

  // Of the sum of columns.
  Estimate batchMeans(const std::vector<std::string>& columns) const {
    std::vector<double> values;
    for (std::size_t i = 0; i < series_.times.size(); ++i) {
      double sum = 0;
      for (const std::string& column : columns) {
        const SeriesColumn* c = series_.find(column);
        sum += c != nullptr ? c->values[i] : std::nan("");
      }
      if (series_.times[i] > summary_.warmup && !std::isnan(sum)) values.push_back(sum);
    }
    const std::size_t size = values.size() / kBatches;
    if (size == 0) return estimateOf(values);
    std::vector<double> batches;
    for (std::size_t b = 0; b < kBatches; ++b) {
      double sum = 0;
      for (std::size_t i = 0; i < size; ++i) sum += values[b * size + i];
      batches.push_back(sum / static_cast<double>(size));
    }
    return estimateOf(batches);
  }

  // What most likely makes the formula fail: how calls come to the node.
  std::string suspect(std::size_t n, const NodeSummary& node) const {
    if (node.instances > 1) return "arrivals at an instance are not Poisson: its node deals them out";
    for (const ScenarioIndex::Arrow& a : index_.arrows) {
      if (a.to != n) continue;
      const ComponentInfo* from = index_.kinds[a.from];
      if (a.policy.pool || a.policy.retry) return "arrivals are not Poisson: " + edgeName(a) + " has a pool or retries";
      if (from != nullptr && !from->originates) return "arrivals are not Poisson: they come out of " + scenario_.nodes[a.from].name;
      if (from != nullptr && scenario_.nodes[a.from].params.find("rate") == nullptr)
        return "arrivals are not Poisson: " + scenario_.nodes[a.from].name + " waits for answers, or has a rate of its own";
      for (const char* shape : {"arrivals", "batch", "bursts", "profile", "think", "replay"})
        if (scenario_.nodes[a.from].params.find(shape) != nullptr)
          return "arrivals are not Poisson: " + scenario_.nodes[a.from].name + " has " + shape;
    }
    return "the run is short for this load: give it more time, or a warm-up";
  }
  std::string edgeName(const ScenarioIndex::Arrow& a) const { return scenario_.edges[a.edge].name(); }

  const Scenario& scenario_;
  ScenarioIndex index_;
  const Series& series_;
  const Summary& summary_;
  Theory theory_;
  struct Member {
    std::size_t node;
    double inSystem;
  };
  std::vector<Member> members_;  // stations that may be part of a network
};

}  // namespace

Theory theoryOf(const Scenario& scenario, const Series& series, const Summary& summary) {
  return Sheet(scenario, series, summary).run();
}

std::string theoryText(const Theory& theory) {
  TextTable table;
  for (const char* title : {"node", "model", "formula", "quantity"}) table.addColumn(title, TextTable::Align::Left);
  for (const char* title : {"theory", "measured", "difference"}) table.addColumn(title);
  table.addColumn("", TextTable::Align::Left);
  for (const TheoryLine& l : theory.lines) {
    const double off = l.measured.mean - l.predicted;
    std::string measured = printed("%.4g", l.measured.mean);
    if (l.measured.halfWidth > 0 && std::isfinite(l.measured.halfWidth)) measured += printed(" ± %.2g", l.measured.halfWidth);
    table.addRow({l.node, l.model, l.formula, l.quantity, printed("%.4g", l.predicted), measured, printed("%+.3g", off),
                  l.agrees ? "agrees" : "DIFFERS: " + l.violated});
  }
  std::string text = "\nTheory beside measurement\n" + (table.empty() ? "  no station\n" : table.text("  "));
  for (const auto& [node, why] : theory.without) text += "  " + node + ": no formula (" + why + ")\n";
  return text;
}

}  // namespace faultline

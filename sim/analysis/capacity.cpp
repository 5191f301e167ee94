#include "analysis/capacity.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/quantity.h"
#include "metrics/text_table.h"
#include "model/catalog.h"

namespace faultline {
namespace {

// A node that is busier than this limits the load.
constexpr double kNearlyFull = 0.8;
// A run may not hold more calls than this: beyond capacity they only pile up.
constexpr std::int64_t kMostInFlight = 500'000;

std::string printed(const char* form, auto... values) {
  char text[200];
  std::snprintf(text, sizeof text, form, values...);
  return text;
}

std::vector<std::string> classesOf(const NodeSpec& node, const Scenario& scenario) {
  std::vector<std::string> sent;
  if (const Value* list = node.params.find("classes")) sent = detail::stringsOf(*list);
  if (sent.empty())
    for (const RequestClass& c : scenario.classes) sent.push_back(c.name);
  return sent;
}

bool meets(const RunFigures& f, double inTime) { return !f.stoppedEarly && f.goodputShare >= inTime; }

class Search {
 public:
  Search(const Scenario& scenario, const CapacityOptions& options, const Runner& run)
      : scenario_(scenario), options_(options), run_(run) {
    scenario_.timeline.clear();
    scenario_.expect.clear();
    scenario_.maxCallsInFlight = std::min(scenario_.maxCallsInFlight, kMostInFlight);
  }

  Capacity find() {
    Capacity result;
    result.inTime = options_.inTime;
    chooseWarmup();
    result.warmup = scenario_.warmup;
    result.found.push_back(search({}));
    if (scenario_.classes.size() > 1)
      for (const RequestClass& c : scenario_.classes)
        if (isSent(c.name)) result.found.push_back(search(c.name));
    if (result.found.front().factor.count > 0) drawCurve(result);
    return result;
  }

 private:
  bool isSent(const std::string& name) const {
    return std::any_of(scenario_.nodes.begin(), scenario_.nodes.end(), [&](const NodeSpec& n) {
      const ComponentInfo* kind = findKind(n.kind);
      if (kind == nullptr || !kind->originates) return false;
      const std::vector<std::string> sent = classesOf(n, scenario_);
      return std::find(sent.begin(), sent.end(), name) != sent.end();
    });
  }

  // What a pilot run's calls in flight say, where that is more than the scenario's own warm-up.
  void chooseWarmup() {
    Simulation pilot(scenario_);
    pilot.runToEnd();
    const Series& series = pilot.series();
    Duration longest = scenario_.warmup;
    for (const SeriesColumn& c : series.columns) {
      if (!c.name.ends_with(".in_flight")) continue;
      const std::size_t cut = warmupOf(c.values);
      if (cut > 0 && cut < series.times.size()) longest = std::max(longest, series.times[cut - 1]);
    }
    scenario_.warmup = std::min(longest, Duration{scenario_.duration.ns / 2});
  }

  std::vector<RunFigures> runAll(const std::string& className, const std::vector<double>& factors) {
    std::vector<Scenario> batch;
    for (std::size_t s = 0; s < factors.size(); ++s) {
      batch.push_back(scaledLoad(scenario_, className, factors[s]));
      batch.back().seed = scenario_.seed + s;
    }
    return run_(batch);
  }

  // All seeds go in step, so that each batch fills the cores.
  CapacityOf search(const std::string& className) {
    CapacityOf c;
    c.className = className;
    std::vector<double> low(options_.seeds, 0), high(options_.seeds, 0), at(options_.seeds, 1);
    std::vector<RunFigures> best(options_.seeds);
    const auto isDone = [&](std::size_t s) {
      if (low[s] >= options_.greatest || (high[s] > 0 && high[s] < 1.0 / options_.greatest)) return true;
      return low[s] > 0 && high[s] > 0 && high[s] / low[s] <= 1 + options_.precision;
    };
    for (;;) {
      bool done = true;
      for (std::size_t s = 0; s < options_.seeds; ++s) done = done && isDone(s);
      if (done) break;
      const std::vector<RunFigures> figures = runAll(className, at);
      if (figures.size() != at.size()) return c;  // interrupted
      for (std::size_t s = 0; s < options_.seeds; ++s) {
        if (isDone(s)) continue;
        if (meets(figures[s], options_.inTime)) {
          low[s] = at[s];
          best[s] = figures[s];
        } else {
          high[s] = at[s];
        }
        if (high[s] == 0) at[s] = 2 * low[s];
        else if (low[s] == 0) at[s] = high[s] / 2;
        else at[s] = std::sqrt(low[s] * high[s]);
      }
    }
    c.today = todayOf(className);
    std::vector<double> found;
    for (std::size_t s = 0; s < options_.seeds; ++s) {
      c.beyond = c.beyond || low[s] >= options_.greatest;
      found.push_back(high[s] > 0 ? std::sqrt(std::max(low[s], 1e-9) * high[s]) : low[s]);
      for (const auto& [node, busy] : best[s].utilization)
        if (busy > c.utilization) {
          c.utilization = busy;
          c.bottleneck = node;
        }
    }
    if (c.utilization < kNearlyFull) c.bottleneck.clear();
    c.factor = estimateOf(found);
    return c;
  }

  // Offered operations a second, measured.
  double todayOf(const std::string& className) {
    if (today_.empty()) {
      Simulation pilot(scenario_);
      pilot.runToEnd();
      const Summary s = pilot.summary();
      const double seconds = (s.simulated - s.warmup).seconds();
      today_.emplace_back("", static_cast<double>(s.requests.offered) / seconds);
      for (const OperationSummary& o : s.classes) today_.emplace_back(o.name, static_cast<double>(o.offered) / seconds);
    }
    for (const auto& [name, rate] : today_)
      if (name == className) return rate;
    return 0;
  }

  void drawCurve(Capacity& result) {
    const double end = 1.15 * result.found.front().factor.mean;
    const auto points = static_cast<double>(options_.curvePoints);
    for (std::size_t p = 1; p <= options_.curvePoints; ++p) {
      const double factor = end * static_cast<double>(p) / points;
      const std::vector<RunFigures> figures = runAll({}, std::vector<double>(options_.seeds, factor));
      if (figures.size() != options_.seeds) return;
      std::vector<double> p50, p99, share;
      for (const RunFigures& f : figures) {
        p50.push_back(f.p50Ms);
        p99.push_back(f.p99Ms);
        share.push_back(f.goodputShare);
      }
      result.curve.push_back({factor, factor * result.found.front().today, estimateOf(p50), estimateOf(p99), estimateOf(share)});
    }
    result.knee = kneeOf(result.curve);
  }

  // The point farthest below the line from the first to the last (Satopaa et al., "Finding a Kneedle in a Haystack",
  // 2011), on the logarithm of the latency.
  static std::optional<std::size_t> kneeOf(const std::vector<LoadPoint>& curve) {
    if (curve.size() < 3) return std::nullopt;
    const auto y = [&](std::size_t i) { return std::log(std::max(curve[i].p99Ms.mean, 1e-3)); };
    const double first = y(0), last = y(curve.size() - 1);
    std::optional<std::size_t> knee;
    double farthest = 0.05;
    for (std::size_t i = 1; i + 1 < curve.size() && last > first; ++i) {
      const double along = static_cast<double>(i) / static_cast<double>(curve.size() - 1);
      const double below = along - (y(i) - first) / (last - first);
      if (below > farthest) {
        farthest = below;
        knee = i;
      }
    }
    return knee;
  }

  Scenario scenario_;
  CapacityOptions options_;
  const Runner& run_;
  std::vector<std::pair<std::string, double>> today_;
};

}  // namespace

Scenario scaledLoad(const Scenario& scenario, const std::string& className, double factor) {
  Scenario scaled = scenario;
  for (const NodeSpec& node : scenario.nodes) {
    const ComponentInfo* kind = findKind(node.kind);
    if (kind == nullptr || !kind->originates) continue;
    double before = 0, after = 0;
    for (const std::string& name : classesOf(node, scenario)) {
      const double weight = scenario.findClass(name)->weight;
      before += weight;
      after += weight * (className.empty() || name == className ? factor : 1);
    }
    const double ofNode = before > 0 ? after / before : className.empty() ? factor : 1;
    if (ofNode == 1) continue;
    Action action{SimTime{}, "traffic", node.name, {}};
    action.args.set("factor", Value(ofNode));
    scaled.timeline.insert(scaled.timeline.begin(), std::move(action));
  }
  if (!className.empty())
    for (RequestClass& c : scaled.classes)
      if (c.name == className) c.weight *= factor;
  return scaled;
}

Capacity capacityOf(const Scenario& scenario, const CapacityOptions& options, const Runner& run) {
  return Search(scenario, options, run).find();
}

std::string capacityText(const Capacity& capacity) {
  std::string text = printed("%.3g %% of the operations end well, within their objective, up to\n", 100 * capacity.inTime);
  TextTable table;
  table.addColumn("class", TextTable::Align::Left);
  for (const char* title : {"today", "capacity", "95 % interval", "headroom"}) table.addColumn(title);
  table.addColumn("bottleneck there", TextTable::Align::Left);
  for (const CapacityOf& c : capacity.found)
    table.addRow({c.className.empty() ? "all" : c.className, printed("%.4g/s", c.today),
                  printed(c.beyond ? "> %.4g/s" : "%.4g/s", c.perSecond()),
                  printed("%.4g to %.4g/s", c.today * c.factor.low(), c.today * c.factor.high()),
                  printed("%+.0f %%", 100 * (c.factor.mean - 1)),
                  c.bottleneck.empty() ? "none is busy" : c.bottleneck + printed(" (%.0f %% busy)", 100 * c.utilization)});
  text += table.text("  ") + "\nLatency against load (ms)\n";
  TextTable curve;
  for (const char* title : {"load", "p50", "p99", "well and in time"}) curve.addColumn(title);
  curve.addColumn("", TextTable::Align::Left);
  for (std::size_t i = 0; i < capacity.curve.size(); ++i) {
    const LoadPoint& p = capacity.curve[i];
    curve.addRow({printed("%.4g/s", p.perSecond), printed("%.3g ± %.2g", p.p50Ms.mean, p.p50Ms.halfWidth),
                  printed("%.3g ± %.2g", p.p99Ms.mean, p.p99Ms.halfWidth), printed("%.2f %%", 100 * p.goodputShare.mean),
                  capacity.knee == i ? "<- knee" : ""});
  }
  return text + curve.text("  ") + "  runs leave out the first " + formatDuration(capacity.warmup) + "\n";
}

}  // namespace faultline

#include "io/summary_json.h"

#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/text_file.h"
#include "metrics/report.h"
#include "model/problem.h"

namespace faultline {
namespace {

using Json = nlohmann::ordered_json;

Json quantileOf(const Histogram& h, double q) {
  const auto ms = knownQuantileMs(h, q);
  return ms ? Json(*ms) : Json();
}

Json timingMs(const Histogram& h) {
  Json j;
  j["count"] = h.count();
  j["mean"] = h.empty() ? Json() : Json(h.meanNs() / 1e6);
  j["p50"] = quantileOf(h, 0.50);
  j["p90"] = quantileOf(h, 0.90);
  j["p95"] = quantileOf(h, 0.95);
  j["p99"] = quantileOf(h, 0.99);
  j["p99_9"] = quantileOf(h, 0.999);
  j["max"] = h.empty() ? Json() : Json(h.max().milliseconds());
  return j;
}

Json latencyMs(const Histogram& ok, const Histogram& failed) {
  Histogram all = ok;
  all.merge(failed);
  Json j;
  j["ok"] = timingMs(ok);
  j["failed"] = timingMs(failed);
  j["all"] = timingMs(all);
  return j;
}

// Beside these, the ok ones once more: what a cache answered, and what was fetched from behind one. Both are missing
// where no cache missed, as then there is nothing to tell apart.
Json latencyMs(const OperationSummary& o) {
  Json j = latencyMs(o.okLatency, o.failedLatency);
  if (o.fetchedLatency.empty()) return j;
  j["cached"] = timingMs(o.cachedLatency);
  j["fetched"] = timingMs(o.fetchedLatency);
  return j;
}

Json countsByName(const std::vector<std::pair<std::string, std::uint64_t>>& counts) {
  Json j = Json::object();
  for (const auto& [name, count] : counts) j[name] = count;
  return j;
}

void addOutcomes(Json& j, const OperationSummary& o) {
  j["offered"] = o.offered;
  j["ok"] = o.ok;
  j["goodput"] = o.goodput;
  j["degraded"] = o.degraded;
  j["stale"] = o.stale;
  j["failed"] = o.failed;
  j["late"] = o.late;
  j["in_flight"] = o.inFlight;
}

Json classesOf(const std::vector<OperationSummary>& classes) {
  Json j = Json::object();
  for (const OperationSummary& c : classes) {
    Json& entry = j[c.name];
    addOutcomes(entry["requests"], c);
    entry["requests"]["by_reason"] = countsByName(c.byReason);
    entry["latency_ms"] = latencyMs(c);
  }
  return j;
}

Json metricsOf(const std::vector<MetricSummary>& metrics) {
  Json j = Json::object();
  for (const MetricSummary& m : metrics) {
    if (m.isCounter || m.isRatio) {
      j[m.name] = m.value;
    } else if (m.isTiming) {
      const auto ms = [&](double seconds, bool known) { return known ? Json(seconds * 1e3) : Json(); };
      j[m.name] = {{"count", m.count},
                   {"mean_ms", ms(m.value, m.count > 0)},
                   {"p99_ms", ms(m.last, isKnownQuantile(m.count, 0.99))},
                   {"max_ms", ms(m.peak, m.count > 0)}};
    } else {
      j[m.name] = {{"mean", m.value}, {"last", m.last}, {"max", m.peak}, {"unit", m.unit}};
    }
  }
  return j;
}

std::uint64_t attemptsFrom(const Summary& s, const std::string& node) {
  std::uint64_t attempts = 0;
  for (const EdgeSummary& e : s.edges)
    if (e.from == node) attempts += e.attempts;
  return attempts;
}

// A node that originates has operations instead of arrivals; its totals over the classes.
OperationSummary totalOf(const NodeSummary& n) {
  OperationSummary total;
  for (const OperationSummary& o : n.operations) {
    total.offered += o.offered;
    total.ok += o.ok;
    total.goodput += o.goodput;
    total.degraded += o.degraded;
    total.stale += o.stale;
    total.failed += o.failed;
    total.late += o.late;
    total.inFlight += o.inFlight;
    total.okLatency.merge(o.okLatency);
    total.failedLatency.merge(o.failedLatency);
    total.cachedLatency.merge(o.cachedLatency);
    total.fetchedLatency.merge(o.fetchedLatency);
    for (const auto& [reason, count] : o.byReason) {
      bool isNew = true;
      for (auto& [known, sum] : total.byReason)
        if (known == reason) {
          sum += count;
          isNew = false;
        }
      if (isNew) total.byReason.emplace_back(reason, count);
    }
  }
  return total;
}

Json originatorJson(const NodeSummary& n, const Summary& s) {
  const OperationSummary total = totalOf(n);
  Json j;
  j["kind"] = n.kind;
  j["instances"] = n.instances;
  j["arrivals"] = total.offered;
  j["completions"] = total.ok + total.failed;
  addOutcomes(j, total);
  j["attempts"] = attemptsFrom(s, n.name);
  j["failures"] = countsByName(total.byReason);
  j["utilization"] = n.utilization;
  j["queue_depth"] = {{"mean", n.queueMean}, {"max", n.queueMax}, {"last", n.queueLast}};
  j["wait_ms"] = timingMs(n.wait);
  j["service_ms"] = timingMs(n.service);
  j["latency_ms"] = latencyMs(total);
  j["classes"] = classesOf(n.operations);
  j["metrics"] = metricsOf(n.metrics);
  return j;
}

Json nodeJson(const NodeSummary& n, const Summary& s) {
  if (!n.operations.empty()) return originatorJson(n, s);
  Json j;
  j["kind"] = n.kind;
  j["instances"] = n.instances;
  j["arrivals"] = n.arrivals;
  j["completions"] = n.ok + n.failed;
  j["ok"] = n.ok;
  j["failed"] = n.failed;
  j["failures"] = countsByName(n.byReason);
  j["in_flight_at_start"] = n.inFlightAtStart;
  j["in_flight"] = n.inFlight;
  j["in_flight_mean"] = n.inFlightMean;
  j["utilization"] = n.utilization;
  j["instance_utilization"] = n.instanceUtilization;
  j["instance_arrivals"] = n.instanceArrivals;
  j["busy_mean"] = n.busyMean;
  j["cpu_cores"] = n.cpuCores;
  j["cost_per_hour"] = n.costPerHour;
  j["queue_depth"] = {{"mean", n.queueMean}, {"max", n.queueMax}, {"last", n.queueLast}};
  j["wait_ms"] = timingMs(n.wait);
  j["service_ms"] = timingMs(n.service);
  j["latency_ms"] = latencyMs(n.okLatency, n.failedLatency);
  j["metrics"] = metricsOf(n.metrics);
  return j;
}

Json edgeJson(const EdgeSummary& e) {
  Json j;
  j["name"] = e.name();
  j["from"] = e.from;
  j["to"] = e.to;
  j["calls"] = e.calls;
  j["attempts"] = e.attempts;
  j["attempts_per_call"] = e.calls > 0 ? Json(static_cast<double>(e.attempts) / static_cast<double>(e.calls)) : Json();
  j["ok"] = e.ok;
  j["failed"] = e.failed;
  j["timeouts"] = e.timeouts;
  j["retries"] = e.retries;
  j["hedges"] = e.hedges;
  j["late"] = e.late;
  j["lost"] = e.lost;
  j["joined"] = e.joined;
  j["latency_mean_ms"] = e.latencyMeanMs;
  if (e.pooled) {
    j["pool"] = {{"in_use_mean", e.inUseMean},
                 {"in_use_max", e.inUseMax},
                 {"waiting_mean", e.waitingMean},
                 {"waiting_max", e.waitingMax},
                 {"acquire_ms", timingMs(e.acquire)}};
  }
  return j;
}

Json numberOrNull(double value) { return std::isnan(value) ? Json() : Json(value); }

Json recordedJson(const RecordedResult& recorded) {
  Json phases = Json::array();
  for (const RecordedPhaseResult& phase : recorded.phases) {
    Json figures = Json::array();
    for (const RecordedFigure& f : phase.figures) {
      const bool isJudged = f.verdict != RecordedFigure::Verdict::NotJudged;
      figures.push_back({{"what", f.name},
                         {"simulated_as", f.simulatedText},
                         {"unit", f.unit},
                         {"recorded", f.recorded},
                         {"low", f.low},
                         {"high", f.high},
                         {"simulated", numberOrNull(f.simulated)},
                         {"simulated_low", numberOrNull(f.simulatedLow)},
                         {"simulated_high", numberOrNull(f.simulatedHigh)},
                         {"error", numberOrNull(f.simulated - f.recorded)},
                         {"tolerance", f.tolerance},
                         {"within", isJudged ? Json(f.verdict == RecordedFigure::Verdict::Within) : Json()},
                         {"note", f.note}});
    }
    if (!figures.empty())
      phases.push_back({{"name", phase.name.empty() ? Json() : Json(phase.name)},
                        {"from_s", phase.from.seconds()},
                        {"to_s", phase.to.seconds()},
                        {"figures", figures}});
  }
  Json j;
  j["problem"] = recorded.problem.empty() ? Json() : Json(recorded.problem);
  j["within"] = recorded.count(RecordedFigure::Verdict::Within);
  j["judged"] = recorded.judged();
  j["seeds"] = recorded.seeds;
  j["phases"] = phases;
  return j;
}

std::string hexOf(std::uint64_t fingerprint) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(fingerprint));
  return text;
}

}  // namespace

Diagnostics checkSummaryJson(const std::string& file) {
  constexpr std::size_t kMostBytes = 256u * 1024 * 1024;
  const auto refused = [&](std::string message) {
    Diagnostic d = errorAt({}, std::move(message), "run the scenario again with --out, or take the file away");
    d.file = file;
    return Diagnostics{d};
  };
  const TextFile text = readTextFile(file, kMostBytes);
  if (!text.problem.empty()) return refused(text.problem);
  const Json j = Json::parse(text.text, nullptr, false);
  if (j.is_discarded()) return refused("this is no JSON; the file is damaged");
  for (const char* key : {"scenario", "simulated_s", "requests", "nodes"})
    if (!j.is_object() || !j.contains(key)) return refused("this is no summary of a run: it has no " + quoted(key));
  return {};
}

std::string summaryJson(const Summary& s, const RunFacts& facts) {
  Json j;
  j["scenario"] = s.scenario;
  j["file"] = facts.file;
  j["seed"] = s.seed;
  j["simulated_s"] = s.simulated.seconds();
  j["warmup_s"] = s.warmup.seconds();
  j["wall_s"] = facts.wallSeconds;
  j["events"] = s.events;
  j["fingerprint"] = hexOf(s.fingerprint);
  j["partial"] = !s.stopped.empty();
  j["stopped"] = s.stopped.empty() ? Json() : Json(s.stopped);
  j["cost_per_hour"] = s.costPerHour();
  addOutcomes(j["requests"], s.requests);
  j["requests"]["attempts"] = s.attempts;
  j["requests"]["by_reason"] = countsByName(s.requests.byReason);
  j["latency_ms"] = latencyMs(s.requests);
  j["classes"] = classesOf(s.classes);
  j["nodes"] = Json::object();
  for (const NodeSummary& n : s.nodes) j["nodes"][n.name] = nodeJson(n, s);
  j["edges"] = Json::array();
  for (const EdgeSummary& e : s.edges) j["edges"].push_back(edgeJson(e));
  j["actions"] = Json::array();
  for (const ActionSummary& a : s.actions) j["actions"].push_back({{"at_s", a.at.seconds()}, {"action", a.text}});
  j["alerts"] = Json::array();
  for (const Alert& a : facts.alerts)
    j["alerts"].push_back({{"text", alertText(a)},
                           {"column", a.column},
                           {"at_s", a.at.seconds()},
                           {"until_s", a.lasts() ? Json() : Json(a.until.seconds())},
                           {"value", a.value},
                           {"worst", a.worst}});
  j["expectations"] = Json::array();
  for (const ExpectationResult& e : facts.expectations)
    j["expectations"].push_back({{"text", e.text}, {"passed", e.passed}, {"measured", e.measured}});
  if (!facts.recorded.phases.empty() || !facts.recorded.problem.empty()) j["recorded"] = recordedJson(facts.recorded);
  // Names come from a file that may hold broken UTF-8.
  return j.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace faultline

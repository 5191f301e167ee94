#include "truth/truth.h"

#include <yaml-cpp/yaml.h>

#include <QtTest>

#include <algorithm>
#include <cmath>

namespace faultline::truth {

const Expected& Case::metric(const std::string& name) const {
  for (const Expected& e : expected)
    if (e.metric == name) return e;
  qFatal("%s has no metric %s", id.c_str(), name.c_str());
}

namespace {

Expected readExpected(const YAML::Node& node) {
  Expected e;
  e.metric = node["metric"].as<std::string>();
  const YAML::Node value = node["value"];
  double number = 0;
  if (value.IsSequence()) {
    for (const YAML::Node& item : value)
      if (item.IsScalar())
        e.values.push_back(item.as<double>());
      else
        for (const YAML::Node& inner : item) e.values.push_back(inner.as<double>());
  } else if (YAML::convert<double>::decode(value, number)) {
    e.values.push_back(number);
  } else {
    e.text = value.as<std::string>();
  }
  const YAML::Node tolerance = node["tolerance"];
  if (tolerance["rel"]) e.rel = tolerance["rel"].as<double>();
  if (tolerance["abs"]) e.abs = tolerance["abs"].as<double>();
  e.exact = static_cast<bool>(tolerance["exact"]);
  if (node["requests"]) e.requests = node["requests"].as<double>();
  return e;
}

}  // namespace

const std::map<std::string, Case>& cases() {
  static const std::map<std::string, Case> all = [] {
    std::map<std::string, Case> read;
    const YAML::Node file = YAML::LoadFile(std::string(FAULTLINE_SOURCE_DIR) + "/tests/truth/cases.yaml");
    for (const YAML::Node& node : file["cases"]) {
      Case c;
      c.id = node["id"].as<std::string>();
      for (const YAML::Node& e : node["expected"]) c.expected.push_back(readExpected(e));
      read[c.id] = std::move(c);
    }
    return read;
  }();
  return all;
}

// ------------------------------------------------------------------------ census

void Census::attach(Simulation& simulation) {
  const auto& names = simulation.nodeNames();
  id_ = static_cast<NodeId>(std::find(names.begin(), names.end(), node_) - names.begin());
  warmup_ = last_ = simulation.scenario().warmup;
  simulation.observe(this);
}

void Census::settle(SimTime now) {
  if (now <= last_) return;
  if (seconds_.size() <= present_) seconds_.resize(present_ + 1);
  seconds_[present_] += (now - last_).seconds();
  last_ = now;
}

void Census::onArrive(SimTime now, NodeId node, CallId, const Call& call) {
  if (node != id_) return;
  settle(now);
  ++present_;
  if (keepsVisits) arrivals.push_back({now, call.operation});
}

void Census::onStart(SimTime now, NodeId node, CallId, const Call& call) {
  if (node != id_ || !keepsVisits) return;
  starts.push_back({now, call.operation});
  waits.push_back(Duration{now.ns - call.arrived}.seconds());
}

void Census::onAnswer(SimTime now, NodeId node, CallId, const Call& call) {
  if (node != id_) return;
  settle(now);
  --present_;
  if (keepsVisits) ends.push_back({now, call.operation});
}

double Census::shareOfTime(std::size_t present) const {
  double total = 0;
  for (double s : seconds_) total += s;
  return present < seconds_.size() ? seconds_[present] / total : 0;
}

double Census::shareAtLeast(std::size_t present) const {
  double share = 1;
  for (std::size_t n = 0; n < present; ++n) share -= shareOfTime(n);
  return share;
}

std::size_t Census::quantile(double p) const {
  double share = 0;
  std::size_t n = 0;
  while (n + 1 < seconds_.size() && (share += shareOfTime(n)) < p) ++n;
  return n;
}

// ----------------------------------------------------------------------- running

Run run(const System& system, std::uint64_t seed) {
  const double measured = system.duration > 0 ? system.duration : system.requests / system.rate;
  const double warmup = system.duration > 0 ? 0 : measured / 10;
  const auto ns = [](double s) { return std::to_string(durationFromSeconds(s).ns) + "ns"; };
  const std::string head = "faultline: 1\nname: truth\nduration: " + ns(measured + warmup) +
                           (warmup > 0 ? "\nwarmup: " + ns(warmup) : "") + "\nsample: " + ns(measured / 10) + "\n";
  Scenario scenario = scenarioOf(head + system.yaml);
  scenario.seed = seed;
  Simulation simulation(scenario);
  Run result;
  result.census = Census(system.census);
  result.census.keepsVisits = system.keepsVisits;
  if (!system.census.empty()) result.census.attach(simulation);
  simulation.runToEnd();
  result.census.close(simulation.now());
  result.s = simulation.summary();
  result.seconds = measured;
  return result;
}

std::string compare(const std::string& id, const std::string& metric, const std::vector<double>& measured,
                    double requests, double ownSd) {
  const Expected& e = cases().at(id).metric(metric);
  std::string problems;
  if (measured.size() != e.values.size()) return id + " " + metric + ": another number of values\n";
  for (std::size_t i = 0; i < measured.size(); ++i) {
    double allowed = e.exact ? 1e-9 * std::abs(e.values[i]) : e.abs + e.rel * std::abs(e.values[i]);
    if (!e.exact && e.requests > 0 && requests > 0) allowed *= std::sqrt(e.requests / requests);
    allowed = std::max(allowed, 4 * ownSd * std::abs(e.values[i]));
    if (std::abs(measured[i] - e.values[i]) <= allowed) continue;
    problems += id + " " + metric + ": measured " + std::to_string(measured[i]) + ", expected " +
                std::to_string(e.values[i]) + " +- " + std::to_string(allowed) + "\n";
  }
  return problems;
}

std::string check(const System& system, std::uint64_t seed) {
  const Run r = run(system, seed);
  std::string problems = r.s.stopped;
  for (const Metric& m : system.metrics)
    problems += compare(system.id, m.name, {m.measure(r)}, system.requests, m.ownSd);
  return problems;
}

void addRows(const std::vector<System>& systems) {
  QTest::addColumn<int>("system");
  QTest::addColumn<quint64>("seed");
  for (std::size_t i = 0; i < systems.size(); ++i)
    for (std::uint64_t seed : kSeeds)
      QTest::addRow("%s, seed %d", systems[i].id.c_str(), static_cast<int>(seed))
          << static_cast<int>(i) << quint64{seed};
}

// ---------------------------------------------------------------------- measures

double quantile(const Histogram& h, double q, double scale) { return h.empty() ? 0 : h.quantile(q).seconds() * scale; }

Measure utilization(std::string node) {
  return [node](const Run& r) { return r.node(node).utilization; };
}
Measure meanWait(std::string node, double scale) {
  return [=](const Run& r) { return r.node(node).wait.meanNs() / 1e9 * scale; };
}
Measure waitQuantile(std::string node, double q, double scale) {
  return [=](const Run& r) { return quantile(r.node(node).wait, q, scale); };
}
Measure probWait(std::string node) {
  return [node](const Run& r) { return 1 - r.node(node).wait.shareOfZero(); };
}
Measure meanAt(std::string node, double scale) {
  return [=](const Run& r) { return r.node(node).okLatency.meanNs() / 1e9 * scale; };
}
Measure meanLatency(double scale) {
  return [=](const Run& r) { return r.s.requests.okLatency.meanNs() / 1e9 * scale; };
}
Measure latencyQuantile(double q, double scale) {
  return [=](const Run& r) { return quantile(r.s.requests.okLatency, q, scale); };
}
Measure inFlightMean(std::string node) {
  return [node](const Run& r) { return r.node(node).inFlightMean; };
}
Measure queueMean(std::string node) {
  return [node](const Run& r) { return r.node(node).queueMean; };
}
Measure busyMean(std::string node) {
  return [node](const Run& r) { return r.node(node).busyMean; };
}
Measure failedShare() {
  return [](const Run& r) { return r.failedShare(); };
}
Measure throughput() {
  return [](const Run& r) { return static_cast<double>(r.s.requests.ok) / r.seconds; };
}

std::string single(const std::string& client, const std::string& app, const std::string& edge,
                   const std::string& rest) {
  return "nodes:\n  users: {kind: client, " + client + "}\n  app: {kind: service, " + app +
         "}\nedges:\n  - users -> app" + (edge.empty() ? "" : ": {" + edge + "}") + "\n" + rest;
}

}  // namespace faultline::truth

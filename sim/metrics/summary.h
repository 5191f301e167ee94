// What a run amounts to, as plain values: since the end of the warm-up.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/histogram.h"
#include "base/time.h"

namespace faultline {

struct OperationSummary {
  std::string name;  // of the class; empty for all
  std::uint64_t offered = 0, ok = 0, goodput = 0, degraded = 0, failed = 0, late = 0, stale = 0;
  std::int64_t inFlight = 0;  // operations that began since the warm-up and have not ended
  std::vector<std::pair<std::string, std::uint64_t>> byReason;  // "node.reason" where the request died -> count
  Histogram okLatency, failedLatency;
  Histogram fetchedLatency;  // the part of the ok ones for which a cache missed on the way
  Histogram cachedLatency;   // the other part
};

struct MetricSummary {
  std::string name, unit;
  double value = 0;   // counter: total; gauge: mean over time; timing: mean in seconds; ratio: 0..1, NaN when unknown
  double last = 0;    // gauge: level at the end; timing: p99 in seconds
  double peak = 0;    // gauge and timing
  bool isCounter = false, isTiming = false, isRatio = false;
  std::uint64_t count = 0;  // of a timing
};

struct NodeSummary {
  std::string name, kind;
  std::uint64_t instances = 1;
  std::uint64_t arrivals = 0, ok = 0, failed = 0;
  std::int64_t inFlightAtStart = 0, inFlight = 0;
  double inFlightMean = 0;
  double utilization = 0;  // busy servers over servers; 0 where there are none
  double busyMean = 0;     // servers in use
  double cpuCores = 0;     // mean CPU cores used, where cores are shared
  double costPerHour = 0;  // in the currency of its prices
  double queueMean = 0;
  std::int64_t queueMax = 0, queueLast = 0;
  std::vector<double> instanceUtilization;
  std::vector<std::uint64_t> instanceArrivals;
  std::vector<std::pair<std::string, std::uint64_t>> byReason;  // failures that were born here
  Histogram wait, service, okLatency, failedLatency;
  std::vector<MetricSummary> metrics;
  std::vector<OperationSummary> operations;  // by class, where the node originates
};

struct EdgeSummary {
  std::string from, to, label;
  std::string name() const { return from + " -> " + to + (label.empty() ? "" : "." + label); }
  std::uint64_t calls = 0, attempts = 0, ok = 0, failed = 0, timeouts = 0, retries = 0, hedges = 0, late = 0, lost = 0,
                joined = 0;
  bool pooled = false;
  double latencyMeanMs = 0;
  double inUseMean = 0, waitingMean = 0;
  std::int64_t inUseMax = 0, waitingMax = 0;
  Histogram acquire;
};

struct ActionSummary {
  SimTime at;
  std::string text;
};

struct Summary {
  std::string scenario;
  std::uint64_t seed = 0;
  Duration simulated, warmup;
  std::uint64_t events = 0;
  std::uint64_t fingerprint = 0;
  std::string stopped;  // why the run ended early; empty when it did not
  OperationSummary requests;
  std::uint64_t attempts = 0;  // messages that the originators sent, retries included
  std::vector<OperationSummary> classes;
  std::vector<NodeSummary> nodes;
  std::vector<EdgeSummary> edges;
  std::vector<ActionSummary> actions;
  double costPerHour() const {
    double sum = 0;
    for (const NodeSummary& n : nodes) sum += n.costPerHour;
    return sum;
  }
};

}  // namespace faultline

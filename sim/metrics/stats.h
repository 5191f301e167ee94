// What the engine counts while it runs. Every number is integral, so folding it at any sampling interval gives the
// same bits.
#pragma once

#include <cstdint>
#include <vector>

#include "base/histogram.h"
#include "base/time.h"

namespace faultline {

// A level that is averaged over time without being touched between its changes: the integral of a level that changes by
// d_i at t_i is level * t - sum(d_i * t_i). Arithmetic is modulo 2^64, so an integral is exact as long as the integral
// over one window fits, that is for 1.8e10 level-seconds.
struct Gauge {
  std::int64_t value = 0;
  std::uint64_t moment = 0;

  void add(std::int64_t delta, std::int64_t nowNs) {
    value += delta;
    moment += static_cast<std::uint64_t>(delta) * static_cast<std::uint64_t>(nowNs);
  }
  void set(std::int64_t level, std::int64_t nowNs) { add(level - value, nowNs); }
  std::uint64_t integral(std::int64_t nowNs) const {
    return static_cast<std::uint64_t>(value) * static_cast<std::uint64_t>(nowNs) - moment;
  }
};

// A gauge with its total over past windows, and its peaks where it rises by `add` or `set` (`up` does not look).
struct AveragedGauge : Gauge {
  std::uint64_t windowStart = 0;   // integral at the start of the open window
  __extension__ unsigned __int128 total = 0;  // level-nanoseconds of closed windows since measuring began
  std::int64_t peak = 0;           // since measuring began
  std::int64_t windowPeak = 0;

  void up(std::int64_t nowNs) {
    ++value;
    moment += static_cast<std::uint64_t>(nowNs);
  }
  void down(std::int64_t nowNs) {
    --value;
    moment -= static_cast<std::uint64_t>(nowNs);
  }
  void add(std::int64_t delta, std::int64_t nowNs) {
    Gauge::add(delta, nowNs);
    if (value > windowPeak) windowPeak = value;
  }
  void set(std::int64_t level, std::int64_t nowNs) { add(level - value, nowNs); }
  // Level-nanoseconds of the window that ends now; a new window starts.
  std::uint64_t closeWindow(std::int64_t nowNs) {
    const std::uint64_t now = integral(nowNs);
    const std::uint64_t window = now - windowStart;
    windowStart = now;
    total += window;
    if (windowPeak > peak) peak = windowPeak;
    windowPeak = value;
    return window;
  }
  void restart(std::int64_t nowNs) {
    closeWindow(nowNs);
    total = 0;
    peak = value;
  }
};

// A counter with its value at the last sample.
struct Counter {
  std::uint64_t total = 0;
  std::uint64_t atWindow = 0;
  std::uint64_t atMeasure = 0;

  void operator++() { ++total; }
  void operator+=(std::uint64_t n) { total += n; }
  std::uint64_t measured() const { return total - atMeasure; }
  std::uint64_t inWindow() const { return total - atWindow; }
  std::uint64_t closeWindow() {
    const std::uint64_t n = total - atWindow;
    atWindow = total;
    return n;
  }
  void restart() { atMeasure = total; }
};

// Durations of the open window and of all closed ones.
struct Timing {
  Histogram window;
  Histogram total;

  void record(std::int64_t ns) { window.record(Duration{ns}); }
  std::uint64_t count() const { return window.count() + total.count(); }
  void closeWindow() {
    if (!window.empty()) total.take(window);
  }
  void restart() {
    window.clear();
    total.clear();
  }
};

struct InstanceStats {
  AveragedGauge inFlight;
  AveragedGauge busy;     // servers in use
  AveragedGauge servers;  // servers there are
  AveragedGauge queue;
  Counter arrivals;
};

// Answers are counted by their latencies: every one is recorded in one of the two.
//
// Most calls do not wait, and then waiting is zero and service time is latency: such an ok call is recorded once, in
// `direct`, which belongs to all three.
struct NodeStats {
  std::vector<Counter> reasons;  // by the node's own reason index: failures that were born here
  Timing okLatency;      // arrival to answer, ok answers
  Timing failedLatency;  // arrival to answer, failed answers
  Timing wait;           // arrival to start of service
  Timing service;        // start of service to answer
  Histogram direct;      // latency of ok calls that a server took at once, in the open window

  std::uint64_t okInWindow() const { return okLatency.window.count() + direct.count(); }
  // Moves what was recorded once to where it belongs; of the waiting times the open window knows it too.
  void unfold() {
    if (direct.empty()) return;
    wait.window.addZeros(direct.count());
    okLatency.total.merge(direct);
    service.total.take(direct);
  }
};

struct EdgeStats {
  Counter calls;      // logical calls, counted only where one may need several attempts
  Counter attempts;   // messages sent, retries and hedges included
  Counter answered;   // answers that reached the caller, late ones included
  Counter failed;     // answers that were failures
  Counter timeouts;
  Counter retries;
  Counter hedges;
  Counter late;          // ok answers to callers that had given up
  Counter lateFailures;  // failed ones
  Counter lost;
  Counter joined;     // calls that shared another's attempt
  Counter latencyNs;  // sum over answered attempts
  AveragedGauge inUse;    // pooled connections held
  AveragedGauge waiting;  // calls that wait for one
  Timing acquire;         // waiting for a connection
};

// Operations of one class at one originating node. Ends are counted by their latencies.
struct OperationStats {
  Counter offered;
  Counter slow;      // ok, but beyond the class's objective
  Counter degraded;
  Counter late;
  Counter stale;
  AveragedGauge inFlight;
  std::int64_t carried = 0;       // of those in flight, how many began before measuring
  std::vector<Counter> failures;  // by FailureId
  Timing okLatency;      // answered without a miss on the way
  Timing fetchedLatency;  // ok too, but a cache missed
  Timing failedLatency;
};

}  // namespace faultline

// Follows operations through a run and keeps the call trees of a few: the slowest, some that failed, some at random.
//
// Every operation is followed while it is under way, as nobody knows before its end whether it is worth keeping. Memory is
// bounded: beyond a number of spans under way, new operations are not followed, and are counted. What goes on after the
// operation has ended is not part of its tree.
//
// Determinism: the same run gives the same traces; watching changes nothing. Thread safety: that of the simulation.
#pragma once

#include <map>
#include <vector>

#include "base/flat_map.h"
#include "base/histogram.h"
#include "base/random.h"
#include "engine/observer.h"
#include "metrics/call_trace.h"

namespace faultline {

struct TraceOptions {
  std::size_t slow = 20, failed = 20, random = 20;  // traces to keep of each kind
  std::size_t tail = 2000;                          // slowest operations whose time is added up for the blame
  std::size_t mostSpans = 500'000;                  // under way at a time
  std::size_t mostSpansOfOne = 1000;                // of one operation; further calls of it are left out
};

class TraceCollector : public Observer {
 public:
  TraceCollector(const Scenario& scenario, TraceOptions options = {});

  void onOperation(SimTime, NodeId, CallId, const Call&, bool finished) override;
  void onLaunch(SimTime, NodeId, CallId, const Call&, Duration connection, Duration backoff) override;
  void onArrive(SimTime, NodeId, CallId, const Call&) override;
  void onStart(SimTime, NodeId, CallId, const Call&) override;
  void onAnswer(SimTime, NodeId, CallId, const Call&) override;
  void onReturn(SimTime, NodeId, CallId, const Call&, bool timedOut) override;

  Traces traces() const;

 private:
  // An operation under way.
  struct Live {
    CallTrace trace;
    std::vector<std::pair<CallId, std::uint32_t>> open;  // its calls under way: record and innermost span
  };
  // What an operation's time went to.
  struct Ended {
    Duration latency;
    std::vector<TimeShare> shares;
  };
  struct Waits {
    Duration connection, backoff;
  };

  Live* liveOf(const Call& call);
  static std::uint32_t* spanOf(Live& live, CallId id);
  std::uint32_t parentOf(Live& live, CallId id, const Call& call, std::uint32_t caller) const;
  std::uint32_t addSpan(Live& live, CallId id, const Call& call, SimTime arrived);
  void close(Live& live, std::uint32_t span, SimTime now, bool timedOut);
  void end(Live& live, SimTime now, bool failed);
  void keep(const CallTrace& trace);
  static void keepAtRandom(std::vector<CallTrace>& from, std::size_t most, std::uint64_t count, RandomStream& luck,
                           const CallTrace& trace);

  TraceOptions options_;
  std::vector<std::string> nodes_, classes_;
  std::vector<NamedFailure> failures_;                                   // by FailureId
  std::vector<std::uint32_t> callerOfEdge_, calleeOfEdge_, specOfEdge_;  // by the engine's numbers
  std::map<std::uint32_t, Live> live_;  // by operation
  FlatMap<Waits> waits_;                // of attempts that have not arrived
  std::size_t spansUnderWay_ = 0;
  std::vector<CallTrace> slow_, failed_, random_;
  std::vector<Ended> tail_;  // a heap: the fastest in front
  std::uint64_t seen_ = 0, skipped_ = 0, failedOnes_ = 0;
  Histogram latencies_;
  SimTime measuredFrom_;
  RandomStream luck_;
};

}  // namespace faultline

// CPU cores shared by running work: egalitarian processor sharing with weights.
//
// With n tasks of equal weight on c cores every task runs at speed min(1, c/n). With weights, speed is proportional to
// weight, but no task gets more than one core (water-filling). Tasks of one weight share a virtual clock that advances at
// their common speed, so an arrival or a departure costs O(log n), not O(n).
// Assumes a fluid scheduler; a real one switches in slices of milliseconds and lets a waking task run first.
//
// Determinism: doubles with a fixed order of operations. Thread safety: none.
#pragma once

#include <cstdint>
#include <vector>

#include "base/time.h"
#include "engine/call.h"

namespace faultline {

class CpuPool {
 public:
  explicit CpuPool(double cores) : cores_(cores) {}

  void setCores(double cores, SimTime now);
  double cores() const { return cores_; }

  // Adds `work` nanoseconds of CPU time for `call` of `node`.
  void add(CallId call, NodeId node, double work, double weight, SimTime now);
  // Removes the task of `call`; returns its remaining work, negative if it had none here.
  double remove(CallId call, SimTime now);
  // When the next task ends if nothing changes; kNever when idle. Valid until the next change.
  SimTime nextEnd() const;
  // Takes one task that has ended by `now`, 0 when there is none.
  CallId takeEnded(SimTime now);

  std::size_t running() const { return running_; }
  // CPU seconds that `node` has used until `now`. A pure read, as is busySeconds.
  double usedBy(NodeId node, SimTime now) const;
  // Core-seconds that were busy until `now`.
  double busySeconds(SimTime now) const;

 private:
  struct Task {
    double end;  // virtual time
    std::uint64_t order;
    CallId call;
    NodeId node;
  };
  struct Usage {
    NodeId node;
    std::int64_t running = 0;
    double moment = 0;
    double settled = 0;
  };
  struct ShareClass {
    double weight = 1;
    double virtualTime = 0;
    double speed = 0;
    std::vector<Task> heap;
    std::vector<Usage> usage;
  };

  void advance(SimTime now);
  void setSpeeds();
  ShareClass& classOf(double weight);
  static Usage& usageOf(ShareClass& share, NodeId node);
  static void removeAt(ShareClass& share, std::size_t index);
  static bool laterThan(const Task& a, const Task& b) { return a.end != b.end ? a.end > b.end : a.order > b.order; }

  double cores_;
  std::int64_t lastNs_ = 0;
  double busyNs_ = 0;
  std::size_t running_ = 0;
  std::uint64_t order_ = 0;
  std::vector<ShareClass> classes_;
};

}  // namespace faultline

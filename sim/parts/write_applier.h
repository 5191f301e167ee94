// The receiving side of replication, for one instance: writes wait in the order of their arrival, workers apply them,
// and a key's applied version says what a reader would see. The lag emerges from the rate of the workers.
//
// Received writes survive a crash (they are on disk), the work on them does not.
// Complexity: O(workers) per write. Determinism: luck comes from the node's stream "apply".
#pragma once

#include <cstdint>
#include <vector>

#include "base/flat_map.h"
#include "engine/component.h"

namespace faultline {

class WriteApplier {
 public:
  // The instance starts as a copy of everything written so far. `work` must outlive it.
  WriteApplier(Context& ctx, std::uint16_t instance, std::int64_t workers, const Distribution& work);

  // Takes a write; answers its call at once, or when it is applied if `answerWhenApplied`. False: a repetition of one
  // that had arrived, which is not applied again.
  bool receive(Context& ctx, CallId call, bool answerWhenApplied);
  // A worker's piece of work is done. Returns how long ago the primary sent the write that is now applied.
  Duration onServed(Context& ctx, CallId worker);
  // The version of a key that a reader sees; 0: the value from before the run.
  std::uint32_t applied(const Context& ctx, std::uint32_t key) const;
  std::int64_t pending() const { return static_cast<std::int64_t>(queue_.size() - first_ + busy_); }
  // Age of the oldest write that is not applied; zero when there is none.
  Duration lag(SimTime now) const;
  void onCrash();
  void onRestart(Context& ctx);

 private:
  struct Write {
    std::uint32_t key = 0;
    std::uint32_t version = 0;
    std::int64_t sent = 0;
    CallId call = 0;  // to be answered; 0: nobody waits
  };
  struct Pending {
    std::uint32_t copies = 0;  // in the queue and at the workers
    CallId repetition = 0;     // the last one, to be answered with the others before it
  };
  struct Worker {
    CallId call = 0;
    bool busy = false;
    Write write;
  };

  bool wasApplied(const Call& call) const;
  void startIdle(Context& ctx);
  void answer(Context& ctx, const Write& write);
  void hire(Context& ctx);
  void start(Context& ctx, std::uint16_t worker);

  std::uint16_t instance_;
  const Distribution& work_;
  RandomStream* luck_;
  std::vector<Worker> workers_;
  std::vector<Write> queue_;  // from first_ on
  std::size_t first_ = 0;
  std::size_t busy_ = 0;
  FlatMap<Pending> pending_;  // by version
  FlatMap<std::uint32_t> applied_;
  std::uint32_t copiedUpTo_;
};

}  // namespace faultline

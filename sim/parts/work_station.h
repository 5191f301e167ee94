// What stores and routers do to take a call in: CPU work by class, on a number of threads, behind a queue. Without work
// it takes no time and needs no thread.
//
// Complexity: as of a Station. Determinism: work is drawn when it starts, from the stream that the owner gives.
#pragma once

#include <cstdint>

#include "engine/component.h"
#include "parts/by_class.h"
#include "parts/station.h"

namespace faultline {

class WorkStation {
 public:
  // `luck` must outlive it. A negative capacity means no limit of waiting calls.
  WorkStation(Context& ctx, const PerClass& work, std::int64_t threads, RandomStream& luck, std::int64_t capacity = -1)
      : work_(ctx, work), station_(ctx, std::uint16_t{0}, threads, capacity), luck_(luck) {}

  bool takesNoTime() const { return work_.isZero(); }

  // Starts the work, whose end comes to onServed, or lets the call wait. False when there is no place.
  bool take(Context& ctx, CallId id) {
    const Station::Offer offer = station_.offer(ctx, id);
    if (offer == Station::Offer::Started) begin(ctx, id);
    return offer != Station::Offer::Full;
  }
  // The work on a call is done: its thread is free for the next.
  void leave(Context& ctx) {
    if (const CallId next = station_.release(ctx)) begin(ctx, next);
  }
  // The same for a call that is not answered now, but waits for others: its wait and its work end here.
  void handOver(Context& ctx, CallId id) {
    Call& call = ctx.at(id);
    ctx.nodeStats().wait.record(call.started - call.arrived);
    ctx.nodeStats().service.record(ctx.now().ns - call.started);
    call.clear(kServing);
    leave(ctx);
  }
  // A call that waits or is worked on is given up. False when it was neither.
  bool drop(Context& ctx, CallId id) {
    const Call& call = ctx.at(id);
    if (call.has(kWaiting)) {
      station_.remove(ctx, id);
      return true;
    }
    if (!call.has(kServing)) return false;
    ctx.stopWork(id);
    leave(ctx);
    return true;
  }
  // The owner's parameters changed.
  void refresh(Context& ctx, const PerClass& work, std::int64_t threads, std::int64_t capacity = -1) {
    work_ = ByClass(ctx, work);
    station_.setServers(ctx, threads);
    station_.setCapacity(capacity);
    while (const CallId next = station_.admit(ctx)) begin(ctx, next);
  }
  // Forgets all calls (a crash): the engine ends them.
  void clear(Context& ctx) { station_.clear(ctx); }

 private:
  void begin(Context& ctx, CallId id) { ctx.compute(id, work_.of(ctx.at(id).klass).sample(luck_)); }

  ByClass work_;
  Station station_;
  RandomStream& luck_;
};

}  // namespace faultline

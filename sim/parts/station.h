// Servers and the queue before them, for one instance of a node.
//
// A call is offered, waits if every server is busy, is held by a server until `release`, and may be refused. The queue
// is first-in-first-out, last-in-first-out, or by class priority (first-in-first-out within a priority). Waiting calls
// are linked through their own records, so nothing is allocated.
//
// Complexity: O(1) per call, O(priorities) where the queue is by priority. Determinism: no luck is used.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/component.h"

namespace faultline {

enum class Discipline { Fifo, Lifo, Priority };
inline constexpr ChoiceInfo kDisciplineChoices[] = {
    {"fifo", "First in, first out."},
    {"lifo", "Last in, first out: under overload some answers stay fast."},
    {"priority", "The class with the greatest priority first, first in first out within it."},
};

class Station {
 public:
  enum class Offer { Started, Queued, Full };

  // `instance`: whose statistics the station keeps. A negative capacity means no limit of waiting calls.
  Station(Context& ctx, std::uint16_t instance, std::int64_t servers, std::int64_t capacity = -1,
          Discipline discipline = Discipline::Fifo);

  // Gives the call a server or a place in the queue. The caller starts its work when the answer is Started.
  Offer offer(Context& ctx, CallId call) { return tryStart(ctx) ? Offer::Started : enqueueOrRefuse(ctx, call); }
  // The common case of `offer`: takes a free server if nobody waits.
  bool tryStart(Context& ctx) {
    if (busy_ >= servers_ || waiting_ != 0) return false;
    ++busy_;
    ctx.stats(instance_).busy.up(ctx.now().ns);
    return true;
  }
  // The rest of it.
  [[gnu::noinline]] Offer enqueueOrRefuse(Context& ctx, CallId call);
  // A place in the queue, whatever its capacity.
  void enqueue(Context& ctx, CallId call) {
    Call& waiting = ctx.at(call);
    Line& line = lineFor(ctx, waiting);
    waiting.next = 0;
    waiting.scratch = line.tail;  // the call before it, unless it is the first
    if (line.tail != 0)
      ctx.at(line.tail).next = call;
    else
      line.head = call;
    line.tail = call;
    waiting.set(kWaiting);
    ++waiting_;
    ctx.stats(instance_).queue.add(1, ctx.now().ns);
  }
  // A server is done with a call. Returns the next call, which now holds that server, or 0.
  CallId release(Context& ctx) {
    if (hasNext()) return discipline_ == Discipline::Fifo ? takeFirst(ctx, line_) : dequeue(ctx);
    vacate(ctx);
    return 0;
  }
  // Whether `release` has a call for the server that becomes free; if not, `vacate` is all that it does.
  bool hasNext() const { return waiting_ != 0 && busy_ <= servers_; }
  void vacate(Context& ctx) {
    --busy_;
    ctx.stats(instance_).busy.down(ctx.now().ns);
  }
  // Takes a waiting call out of the queue. REQUIRES that it waits here.
  void remove(Context& ctx, CallId call);
  // Changes the number of servers; returns nothing: call `admit` until it gives 0 to fill new ones.
  void setServers(Context& ctx, std::int64_t servers);
  void setCapacity(std::int64_t capacity) { capacity_ = capacity; }
  // A waiting call for which there is a free server now, or 0.
  CallId admit(Context& ctx);
  // Forgets all calls, held and waiting (a crash): the engine ends them.
  void clear(Context& ctx);

  std::int64_t busy() const { return busy_; }
  std::int64_t servers() const { return servers_; }
  std::int64_t waiting() const { return waiting_; }

 private:
  struct Line {
    std::int64_t priority = 0;
    CallId head = 0, tail = 0;
  };

  Line& lineFor(const Context& ctx, const Call& call) {
    return discipline_ != Discipline::Priority ? line_ : lineOfPriority(ctx, call);
  }
  [[gnu::noinline]] Line& lineOfPriority(const Context& ctx, const Call& call);
  [[gnu::noinline]] CallId dequeue(Context& ctx);
  CallId takeFirst(Context& ctx, Line& line) {
    const CallId id = line.head;
    Call& call = ctx.at(id);
    line.head = call.next;
    if (call.next == 0)
      line.tail = 0;
    else
      prefetch(ctx.at(call.next));  // it may have waited so long that it left the caches
    left(ctx, call);
    return id;
  }
  void left(Context& ctx, Call& call) {
    call.clear(kWaiting);
    call.due = 0;  // its waiting limit, if any
    --waiting_;
    ctx.stats(instance_).queue.down(ctx.now().ns);
  }
  [[gnu::always_inline]] static void prefetch(const Call& call) {
    __builtin_prefetch(&call.sent);
    __builtin_prefetch(&call.due);
  }

  std::uint16_t instance_;
  Discipline discipline_;
  std::int64_t servers_;
  std::int64_t capacity_;
  std::int64_t busy_ = 0;
  std::int64_t waiting_ = 0;
  Line line_;
  std::vector<Line> lines_;  // in its place one for each priority, greatest first
};

}  // namespace faultline

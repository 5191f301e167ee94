#include "parts/station.h"

#include <algorithm>

namespace faultline {

Station::Station(Context& ctx, std::uint16_t instance, std::int64_t servers, std::int64_t capacity,
                 Discipline discipline)
    : instance_(instance), discipline_(discipline), servers_(servers), capacity_(capacity) {
  ctx.stats(instance_).servers.set(servers, ctx.now().ns);
}

Station::Offer Station::enqueueOrRefuse(Context& ctx, CallId call) {
  if (capacity_ >= 0 && waiting_ >= capacity_) return Offer::Full;
  enqueue(ctx, call);
  return Offer::Queued;
}

CallId Station::admit(Context& ctx) {
  if (waiting_ == 0 || busy_ >= servers_) return 0;
  ++busy_;
  ctx.stats(instance_).busy.add(1, ctx.now().ns);
  return dequeue(ctx);
}

void Station::setServers(Context& ctx, std::int64_t servers) {
  servers_ = servers;
  ctx.stats(instance_).servers.set(servers, ctx.now().ns);
}

Station::Line& Station::lineOfPriority(const Context& ctx, const Call& call) {
  const std::int64_t priority = ctx.requestClass(call.klass).priority;
  auto place = std::find_if(lines_.begin(), lines_.end(), [&](const Line& l) { return l.priority <= priority; });
  if (place == lines_.end() || place->priority != priority) {
    place = lines_.insert(place, Line{});
    place->priority = priority;
  }
  return *place;
}

CallId Station::dequeue(Context& ctx) {
  if (discipline_ == Discipline::Fifo) return takeFirst(ctx, line_);
  if (discipline_ == Discipline::Priority) {
    for (Line& line : lines_)
      if (line.head != 0) return takeFirst(ctx, line);
    return 0;
  }
  const CallId last = line_.tail;
  remove(ctx, last);
  return last;
}

void Station::remove(Context& ctx, CallId id) {
  Call& call = ctx.at(id);
  Line& line = lineFor(ctx, call);
  const CallId before = line.head == id ? 0 : call.scratch;
  if (before != 0) ctx.at(before).next = call.next;
  else line.head = call.next;
  if (call.next != 0) ctx.at(call.next).scratch = before;
  else line.tail = before;
  left(ctx, call);
}

void Station::clear(Context& ctx) {
  ctx.stats(instance_).busy.add(-busy_, ctx.now().ns);
  ctx.stats(instance_).queue.add(-waiting_, ctx.now().ns);
  busy_ = waiting_ = 0;
  line_ = {};
  lines_.clear();
}

}  // namespace faultline

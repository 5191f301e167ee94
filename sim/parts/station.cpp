#include "parts/station.h"

#include <algorithm>

namespace faultline {

Station::Station(Context& ctx, std::uint16_t instance, std::int64_t servers, std::int64_t capacity,
                 Discipline discipline)
    : instance_(instance), discipline_(discipline), servers_(servers), capacity_(capacity), lines_(1) {
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

Station::Line& Station::lineFor(const Context& ctx, const Call& call) {
  if (discipline_ != Discipline::Priority) return lines_.front();
  const std::int64_t priority = ctx.requestClass(call.klass).priority;
  auto place = std::find_if(lines_.begin(), lines_.end(), [&](const Line& l) { return l.priority <= priority; });
  if (place == lines_.end() || place->priority != priority) {
    place = lines_.insert(place, Line{});
    place->priority = priority;
  }
  return *place;
}

void Station::enqueue(Context& ctx, CallId id) {
  Call& call = ctx.at(id);
  Line& line = lineFor(ctx, call);
  call.next = 0;
  call.scratch = line.tail;  // the call before it
  if (line.tail != 0) ctx.at(line.tail).next = id;
  else line.head = id;
  line.tail = id;
  call.set(kWaiting);
  ++waiting_;
  ctx.stats(instance_).queue.add(1, ctx.now().ns);
}

CallId Station::dequeue(Context& ctx) {
  for (Line& line : lines_) {
    const CallId id = discipline_ == Discipline::Lifo ? line.tail : line.head;
    if (id == 0) continue;
    remove(ctx, id);
    return id;
  }
  return 0;
}

void Station::remove(Context& ctx, CallId id) {
  Call& call = ctx.at(id);
  Line& line = lineFor(ctx, call);
  if (call.scratch != 0) ctx.at(call.scratch).next = call.next;
  else line.head = call.next;
  if (call.next != 0) ctx.at(call.next).scratch = call.scratch;
  else line.tail = call.scratch;
  call.clear(kWaiting);
  call.due = 0;  // its waiting limit, if any
  --waiting_;
  ctx.stats(instance_).queue.add(-1, ctx.now().ns);
}

void Station::clear(Context& ctx) {
  ctx.stats(instance_).busy.add(-busy_, ctx.now().ns);
  ctx.stats(instance_).queue.add(-waiting_, ctx.now().ns);
  busy_ = waiting_ = 0;
  lines_.assign(1, Line{});
}

}  // namespace faultline

#include "parts/replication.h"

#include <algorithm>

namespace faultline {

Replication::Replication(Context& ctx, Host& host, const Duration& heartbeat) : host_(host), heartbeat_(heartbeat) {
  refresh(ctx);
  if (!links_.empty()) own_ = ctx.open();
}

void Replication::refresh(Context& ctx) {
  for (std::size_t i = links_.size(); i-- > 0;) {
    if (links_[i].instance < ctx.targetInstances(links_[i].edge)) continue;
    lose(ctx, links_[i]);
    for (const Entry& e : links_[i].log) unacknowledged_ -= e.acknowledged ? 0 : 1;
    links_.erase(links_.begin() + static_cast<std::ptrdiff_t>(i));
  }
  const auto known = [&](std::uint32_t edge, std::uint16_t instance) {
    return std::any_of(links_.begin(), links_.end(),
                       [&](const Link& l) { return l.edge == edge && l.instance == instance; });
  };
  for (std::uint32_t e = 0; e < ctx.edgeCount(); ++e)
    for (std::uint32_t i = 0; i < ctx.targetInstances(e); ++i) {
      const auto instance = static_cast<std::uint16_t>(i);
      if (!known(e, instance)) links_.push_back({e, instance, true, ctx.now().ns, {}, 0});
    }
}

void Replication::transmit(Context& ctx, const Link& link, Entry& entry) {
  CallOptions options;
  options.instance = link.instance;
  options.key = entry.write.key;
  options.version = entry.write.version;
  options.flags = entry.sent == 0 ? kFill : kFill | kAgain;
  options.effect = Effect::Write;
  entry.repeated = entry.sent != 0;
  entry.sent = ctx.now().ns;
  ctx.call(link.edge, own_, options);
}

// Of the entries of the log before that place, if the oldest is one of them: what comes behind it was sent later, or
// waits for its acknowledgement.
void Replication::repeatOverdue(Context& ctx, Link& link, std::size_t before) {
  const std::int64_t due = ctx.now().ns - 2 * heartbeat_.ns;
  if (!link.connected || link.first >= before || link.log[link.first].sent >= due) return;
  for (std::size_t i = link.first; i < before; ++i) {
    Entry& entry = link.log[i];
    if (!entry.acknowledged && entry.sent < due) transmit(ctx, link, entry);
  }
}

// The first of the entries from the oldest open one on that has that version or a later one.
std::vector<Replication::Entry>::iterator Replication::placeOf(Link& link, std::uint32_t version) {
  return std::lower_bound(link.log.begin() + static_cast<std::ptrdiff_t>(link.first), link.log.end(), version,
                          [](const Entry& e, std::uint32_t v) { return e.write.version < v; });
}

void Replication::send(Context& ctx, Write write, CallId waiter, std::uint32_t copies) {
  std::uint32_t connected = 0;
  for (Link& link : links_) {
    // Own versions come in order; those of which this node keeps a copy mostly do.
    const auto place = placeOf(link, write.version);
    if (place != link.log.end() && place->write.version == write.version) continue;
    const auto entry = link.log.insert(place, {write, false, waiter != 0 && link.connected, false, 0});
    ++unacknowledged_;
    if (!link.connected) continue;
    ++connected;
    transmit(ctx, link, *entry);
  }
  if (waiter == 0) return;
  const bool all = copies == kAll;
  waiters_[write.version] = {waiter, all ? connected : copies, connected, all};
  settle(ctx, write.version);
}

// Tells the host when the fate of a waiting write is known.
void Replication::settle(Context& ctx, std::uint32_t version) {
  const Waiter* found = waiters_.find(version);
  if (!found || (found->needed > 0 && found->outstanding >= found->needed)) return;
  const Waiter waiter = *found;
  waiters_.erase(version);
  host_.onReplicated(ctx, waiter.call, waiter.needed == 0);
}

void Replication::trim(Link& link) {
  while (link.first < link.log.size() && link.log[link.first].acknowledged) ++link.first;
  if (link.first * 2 <= link.log.size()) return;
  link.log.erase(link.log.begin(), link.log.begin() + static_cast<std::ptrdiff_t>(link.first));
  link.first = 0;
}

void Replication::acknowledge(Context& ctx, Link& link, std::uint32_t version) {
  const auto entry = placeOf(link, version);
  if (entry == link.log.end() || entry->write.version != version || entry->acknowledged) return;
  entry->acknowledged = true;
  const bool awaited = entry->awaited;
  const auto since = entry->repeated ? 0 : static_cast<std::size_t>(link.log.end() - entry);
  --unacknowledged_;
  trim(link);
  if (link.log.size() > since) repeatOverdue(ctx, link, link.log.size() - since);
  Waiter* waiter = waiters_.find(version);
  if (!waiter) return;
  if (awaited) --waiter->outstanding;
  if (awaited || !waiter->all) --waiter->needed;
  settle(ctx, version);
}

void Replication::lose(Context& ctx, Link& link) {
  if (!link.connected) return;
  link.connected = false;
  for (std::size_t i = link.first; i < link.log.size(); ++i) {
    Entry& entry = link.log[i];
    if (!entry.awaited || entry.acknowledged) continue;
    entry.awaited = false;
    Waiter* waiter = waiters_.find(entry.write.version);
    if (!waiter) continue;
    --waiter->outstanding;
    if (waiter->all) --waiter->needed;
    settle(ctx, entry.write.version);
  }
}

void Replication::reconnect(Context& ctx, Link& link) {
  link.connected = true;
  for (std::size_t i = link.first; i < link.log.size(); ++i)
    if (!link.log[i].acknowledged) transmit(ctx, link, link.log[i]);
}

void Replication::onReply(Context& ctx, const Reply& reply) {
  const auto link = std::find_if(links_.begin(), links_.end(),
                                 [&](const Link& l) { return l.edge == reply.edge && l.instance == reply.instance; });
  if (link == links_.end()) return;
  if (!reply.ok()) return lose(ctx, *link);
  link->lastHeard = ctx.now().ns;
  if (reply.has(kFill)) acknowledge(ctx, *link, reply.version);
  // Only the heartbeat tells that the link works again. If every answer did, a copy that fails some writes and takes
  // others would be sent everything again with each of them.
  if (!link->connected && reply.has(kProbe)) reconnect(ctx, *link);
}

void Replication::beat(Context& ctx, Duration partitionAfter) {
  if (own_ == 0) return;
  for (Link& link : links_) {
    if (ctx.now().ns - link.lastHeard > partitionAfter.ns) lose(ctx, link);
    repeatOverdue(ctx, link, std::min(link.first + 1, link.log.size()));
    CallOptions options;
    options.instance = link.instance;
    options.flags = kProbe;
    options.effect = Effect::Write;
    ctx.call(link.edge, own_, options);
  }
}

void Replication::onCrash() {
  own_ = 0;
  waiters_.clear();
  for (Link& link : links_) {
    link.connected = false;
    for (Entry& entry : link.log) entry.awaited = false;
  }
}

void Replication::onRestart(Context& ctx) {
  if (links_.empty()) return;
  own_ = ctx.open();
  for (Link& link : links_) {
    link.lastHeard = ctx.now().ns;
    reconnect(ctx, link);
  }
}

std::optional<std::uint32_t> Replication::promote(std::vector<Write>& lost) {
  const auto missing = [](const Link& link) {
    return std::count_if(link.log.begin() + static_cast<std::ptrdiff_t>(link.first), link.log.end(),
                         [](const Entry& e) { return !e.acknowledged; });
  };
  const auto best = std::min_element(links_.begin(), links_.end(),
                                     [&](const Link& a, const Link& b) { return missing(a) < missing(b); });
  if (best == links_.end()) return std::nullopt;
  for (const Entry& e : best->log)
    if (!e.acknowledged) lost.push_back(e.write);
  const auto isLost = [&](const Entry& e) {
    return std::binary_search(lost.begin(), lost.end(), e.write,
                              [](const Write& a, const Write& b) { return a.version < b.version; });
  };
  for (Link& link : links_)
    for (Entry& e : link.log)
      if (!e.acknowledged && isLost(e)) {
        e.acknowledged = true;  // nobody will send it again
        --unacknowledged_;
      }
  for (Link& link : links_) trim(link);
  return best->edge;
}

void Replication::forget() {
  for (Link& link : links_) {
    link.log.clear();
    link.first = 0;
  }
  unacknowledged_ = 0;
}

}  // namespace faultline

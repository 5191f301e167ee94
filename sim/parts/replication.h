// The sending side of replication: a log of writes for each replica, sent at once, acknowledged by the replica, kept
// and sent again when the connection was lost.
//
// Every target instance of every out-edge is a replica with a link of its own. A link counts as lost after a failed
// answer, or after `partitionAfter` without any answer; a heartbeat finds out when it works again, and then everything
// that is not acknowledged is sent. A connection that is not lost repeats what got lost on the way, as TCP does, once
// it is overdue by two heartbeats: the oldest write at each heartbeat, the others when a later or a repeated one was
// acknowledged. A replica recognises a write by kWrite | kFill, a repetition of it by kAgain, a heartbeat by kWrite |
// kProbe.
//
// Complexity: O(log n) per write and replica and per acknowledgement, for n writes without one. Determinism: no luck is used.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/flat_map.h"
#include "engine/component.h"

namespace faultline {

enum class ReplicationMode { Async, Sync, Quorum };

class Replication {
 public:
  struct Write {
    std::uint32_t version = 0;
    std::uint32_t key = 0;
  };

  class Host {
   public:
    virtual ~Host() = default;
    // A write that waited for replicas: enough of them have it, or it cannot get enough.
    virtual void onReplicated(Context& ctx, CallId call, bool enough) = 0;
  };

  Replication(Context& ctx, Host& host, const Duration& heartbeat);

  bool empty() const { return links_.empty(); }
  // Sends a write to every replica; one that is in a log already is not sent again. With `waiter` 0 nobody waits; otherwise the host hears of that call, perhaps at
  // once. `copies`: replicas whose acknowledgement is needed; kAll: every replica that is not known to be lost.
  static constexpr std::uint32_t kAll = 0xffffffff;
  void send(Context& ctx, Write write, CallId waiter, std::uint32_t copies);
  void onReply(Context& ctx, const Reply& reply);
  void beat(Context& ctx, Duration partitionAfter);
  // The number of target instances may have changed.
  void refresh(Context& ctx);
  // The node went down; the logs are on its disk.
  void onCrash();
  void onRestart(Context& ctx);
  // The replica that has most takes over: what it lacks is gone. Appends those writes; says which arrow leads to it.
  std::optional<std::uint32_t> promote(std::vector<Write>& lost);
  // The logs are gone with the disk.
  void forget();
  // Acknowledgements that are outstanding, over all replicas.
  std::uint64_t unacknowledged() const { return unacknowledged_; }

 private:
  struct Entry {
    Write write;
    bool acknowledged = false;
    bool awaited = false;  // a waiter counts on this link
    bool repeated = false;
    std::int64_t sent = 0;  // last; 0: never
  };
  struct Link {
    std::uint32_t edge = 0;
    std::uint16_t instance = 0;
    bool connected = true;
    std::int64_t lastHeard = 0;
    std::vector<Entry> log;  // in order of versions
    std::size_t first = 0;   // entries before it are acknowledged
  };
  struct Waiter {
    CallId call = 0;
    std::uint32_t needed = 0;
    std::uint32_t outstanding = 0;
    bool all = false;
  };

  static std::vector<Entry>::iterator placeOf(Link& link, std::uint32_t version);
  void transmit(Context& ctx, const Link& link, Entry& entry);
  void repeatOverdue(Context& ctx, Link& link, std::size_t before);
  void acknowledge(Context& ctx, Link& link, std::uint32_t version);
  void lose(Context& ctx, Link& link);
  void reconnect(Context& ctx, Link& link);
  void settle(Context& ctx, std::uint32_t version);
  static void trim(Link& link);

  Host& host_;
  const Duration& heartbeat_;
  std::vector<Link> links_;
  FlatMap<Waiter> waiters_;  // by version
  CallId own_ = 0;           // on whose behalf the replicas are called
  std::uint64_t unacknowledged_ = 0;
};

}  // namespace faultline

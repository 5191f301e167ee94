#include "parts/write_applier.h"

#include <algorithm>

namespace faultline {

WriteApplier::WriteApplier(Context& ctx, std::uint16_t instance, std::int64_t workers, const Distribution& work)
    : instance_(instance),
      work_(work),
      luck_(&ctx.stream("apply")),
      workers_(static_cast<std::size_t>(workers)),
      copiedUpTo_(ctx.reserveVersion()) {
  hire(ctx);
}

void WriteApplier::hire(Context& ctx) {
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    workers_[i].call = ctx.open(instance_);
    if (workers_[i].call == 0) return;
    Call& own = ctx.at(workers_[i].call);
    own.marks = 0;
    own.step = static_cast<std::uint16_t>(i);
  }
}

bool WriteApplier::receive(Context& ctx, CallId id, bool answerWhenApplied) {
  Call& call = ctx.at(id);
  Pending* pending = call.has(kAgain) ? pending_.find(call.version) : nullptr;
  if (pending && answerWhenApplied) {
    call.scratch = pending->repetition;
    pending->repetition = id;
    return false;
  }
  const bool isNew = !pending && !(call.has(kAgain) && wasApplied(call));
  if (isNew) {
    queue_.push_back({call.key, call.version, call.sent, answerWhenApplied ? id : 0});
    ++pending_[call.version].copies;
    startIdle(ctx);
  }
  if (!isNew || !answerWhenApplied) ctx.reply(id);
  return isNew;
}

void WriteApplier::startIdle(Context& ctx) {
  if (busy_ == workers_.size()) return;
  const auto idle = std::find_if(workers_.begin(), workers_.end(), [](const Worker& w) { return !w.busy; });
  start(ctx, static_cast<std::uint16_t>(idle - workers_.begin()));
}

// A later write of the key makes up for it.
bool WriteApplier::wasApplied(const Call& call) const {
  const std::uint32_t* version = applied_.find(call.key);
  return version && *version >= call.version;
}

void WriteApplier::start(Context& ctx, std::uint16_t index) {
  Worker& worker = workers_[index];
  if (first_ == queue_.size() || worker.call == 0) return;
  worker.write = queue_[first_++];
  if (first_ * 2 > queue_.size()) {
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
  worker.busy = true;
  ++busy_;
  ctx.compute(worker.call, work_.sample(*luck_));
}

Duration WriteApplier::onServed(Context& ctx, CallId id) {
  const std::uint16_t index = ctx.at(id).step;
  Worker& worker = workers_[index];
  worker.busy = false;
  --busy_;
  const Write write = worker.write;
  // Workers may overtake each other: an older version never replaces a newer one.
  std::uint32_t& version = applied_[write.key];
  version = std::max(version, write.version);
  answer(ctx, write);
  start(ctx, index);
  return {ctx.now().ns - write.sent};
}

void WriteApplier::answer(Context& ctx, const Write& write) {
  if (write.call != 0) ctx.reply(write.call);
  Pending& pending = pending_[write.version];
  for (CallId id = pending.repetition; id != 0;) {
    const CallId earlier = ctx.at(id).scratch;
    ctx.reply(id);
    id = earlier;
  }
  pending.repetition = 0;
  if (--pending.copies == 0) pending_.erase(write.version);
}

std::uint32_t WriteApplier::applied(const Context& ctx, std::uint32_t key) const {
  const std::uint32_t* found = applied_.find(key);
  if (found) return *found;
  const std::uint32_t committed = ctx.committed(key);
  return committed <= copiedUpTo_ ? committed : 0;
}

Duration WriteApplier::lag(SimTime now) const {
  std::int64_t oldest = now.ns;
  if (first_ != queue_.size()) oldest = std::min(oldest, queue_[first_].sent);
  for (const Worker& worker : workers_)
    if (worker.busy) oldest = std::min(oldest, worker.write.sent);
  return {now.ns - oldest};
}

void WriteApplier::onCrash() {
  std::vector<Write> again;
  for (Worker& worker : workers_) {
    if (worker.busy) again.push_back(worker.write);
    worker = Worker{};
  }
  busy_ = 0;
  std::sort(again.begin(), again.end(), [](const Write& a, const Write& b) { return a.version < b.version; });
  queue_.insert(queue_.begin() + static_cast<std::ptrdiff_t>(first_), again.begin(), again.end());
  for (std::size_t i = first_; i < queue_.size(); ++i) {  // the engine ends their calls
    queue_[i].call = 0;
    pending_[queue_[i].version].repetition = 0;
  }
}

void WriteApplier::onRestart(Context& ctx) {
  hire(ctx);
  for (std::size_t i = 0; i < workers_.size(); ++i) start(ctx, static_cast<std::uint16_t>(i));
}

}  // namespace faultline

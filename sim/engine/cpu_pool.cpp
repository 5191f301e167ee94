#include "engine/cpu_pool.h"

#include <algorithm>
#include <cmath>

namespace faultline {

namespace {
// Work below this many nanoseconds counts as done: the virtual clocks carry rounding of this order.
constexpr double kDone = 0.5;
}  // namespace

void CpuPool::advance(SimTime now) {
  const double elapsed = static_cast<double>(now.ns - lastNs_);
  lastNs_ = now.ns;
  if (elapsed <= 0) return;
  for (ShareClass& share : classes_) {
    share.virtualTime += elapsed * share.speed;
    busyNs_ += elapsed * share.speed * static_cast<double>(share.heap.size());
  }
}

// Water-filling: classes whose fair share exceeds a core run at one core a task; the rest divide what is left.
void CpuPool::setSpeeds() {
  double cores = cores_;
  double weights = 0;
  for (ShareClass& share : classes_) {
    share.speed = 0;
    weights += share.weight * static_cast<double>(share.heap.size());
  }
  // Heaviest first: if a heavy task is not capped, no lighter one is.
  for (ShareClass& share : classes_) {
    if (share.heap.empty()) continue;
    const double n = static_cast<double>(share.heap.size());
    const double fair = cores * share.weight / weights;
    share.speed = std::min(1.0, fair);
    cores -= share.speed * n;
    weights -= share.weight * n;
    if (weights <= 0) break;
  }
}

CpuPool::ShareClass& CpuPool::classOf(double weight) {
  auto place = std::find_if(classes_.begin(), classes_.end(), [&](const ShareClass& s) { return s.weight <= weight; });
  if (place == classes_.end() || place->weight != weight) {
    place = classes_.insert(place, ShareClass{});
    place->weight = weight;
  }
  return *place;
}

CpuPool::Usage& CpuPool::usageOf(ShareClass& share, NodeId node) {
  for (Usage& u : share.usage)
    if (u.node == node) return u;
  share.usage.push_back({node});
  return share.usage.back();
}

void CpuPool::setCores(double cores, SimTime now) {
  advance(now);
  cores_ = cores;
  setSpeeds();
}

void CpuPool::add(CallId call, NodeId node, double work, double weight, SimTime now) {
  advance(now);
  ShareClass& share = classOf(weight);
  Usage& usage = usageOf(share, node);
  ++usage.running;
  usage.moment += share.virtualTime;
  share.heap.push_back({share.virtualTime + work, order_++, call, node});
  std::push_heap(share.heap.begin(), share.heap.end(), laterThan);
  ++running_;
  setSpeeds();
}

void CpuPool::removeAt(ShareClass& share, std::size_t index) {
  Usage& usage = usageOf(share, share.heap[index].node);
  --usage.running;
  usage.moment -= share.virtualTime;
  if (index == 0) {
    std::pop_heap(share.heap.begin(), share.heap.end(), laterThan);
    share.heap.pop_back();
  } else {
    share.heap[index] = share.heap.back();
    share.heap.pop_back();
    std::make_heap(share.heap.begin(), share.heap.end(), laterThan);
  }
  if (!share.heap.empty()) return;
  // An idle class starts again at zero, so that rounding cannot build up.
  for (Usage& u : share.usage) {
    u.settled += -u.moment;
    u.moment = 0;
  }
  share.virtualTime = 0;
}

double CpuPool::remove(CallId call, SimTime now) {
  advance(now);
  for (ShareClass& share : classes_)
    for (std::size_t i = 0; i < share.heap.size(); ++i) {
      if (share.heap[i].call != call) continue;
      const double left = std::max(0.0, share.heap[i].end - share.virtualTime);
      removeAt(share, i);
      --running_;
      setSpeeds();
      return left;
    }
  return -1;
}

SimTime CpuPool::nextEnd() const {
  double next = -1;
  for (const ShareClass& share : classes_) {
    if (share.heap.empty() || share.speed <= 0) continue;
    const double wait = std::max(0.0, share.heap.front().end - share.virtualTime) / share.speed;
    if (next < 0 || wait < next) next = wait;
  }
  if (next < 0) return kNever;
  const double at = static_cast<double>(lastNs_) + std::ceil(next);
  return at >= static_cast<double>(kNever.ns) / 2 ? kNever : SimTime{lastNs_ + static_cast<std::int64_t>(std::ceil(next))};
}

CallId CpuPool::takeEnded(SimTime now) {
  advance(now);
  for (ShareClass& share : classes_) {
    if (share.heap.empty() || share.heap.front().end - share.virtualTime > kDone) continue;
    const CallId call = share.heap.front().call;
    removeAt(share, 0);
    --running_;
    setSpeeds();
    return call;
  }
  return 0;
}

double CpuPool::usedBy(NodeId node, SimTime now) const {
  const double elapsed = static_cast<double>(now.ns - lastNs_);
  double used = 0;
  for (const ShareClass& share : classes_)
    for (const Usage& u : share.usage)
      if (u.node == node)
        used += u.settled + static_cast<double>(u.running) * (share.virtualTime + elapsed * share.speed) - u.moment;
  return used / 1e9;
}

double CpuPool::busySeconds(SimTime now) const {
  double busy = busyNs_;
  for (const ShareClass& share : classes_)
    busy += static_cast<double>(now.ns - lastNs_) * share.speed * static_cast<double>(share.heap.size());
  return busy / 1e9;
}

}  // namespace faultline

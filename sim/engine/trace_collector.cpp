#include "engine/trace_collector.h"

#include <algorithm>

#include "engine/component.h"
#include "model/catalog.h"

namespace faultline {
namespace {

bool isSlower(const CallTrace& a, const CallTrace& b) { return a.latency() > b.latency(); }

}  // namespace

TraceCollector::TraceCollector(const Scenario& scenario, TraceOptions options)
    : options_(options), measuredFrom_(scenario.warmup), luck_(scenario.seed, "", "traces") {
  std::map<std::string, std::uint32_t> byName;
  for (const NodeSpec& n : scenario.nodes) {
    byName.emplace(n.name, static_cast<std::uint32_t>(nodes_.size()));
    nodes_.push_back(n.name);
  }
  for (const RequestClass& c : scenario.classes) classes_.push_back(c.name);
  // In the engine's order: nothing failed, then for each node what can fail anywhere and what is its own.
  failures_.emplace_back();
  for (std::uint32_t n = 0; n < scenario.nodes.size(); ++n) {
    for (const ReasonInfo& r : commonReasons()) failures_.push_back({n, r.name});
    if (const ComponentInfo* kind = findKind(scenario.nodes[n].kind))
      for (const ReasonInfo& r : kind->reasons) failures_.push_back({n, r.name});
  }
  // In the engine's order: the edges of a node lie side by side.
  for (const NodeSpec& n : scenario.nodes)
    for (std::size_t e = 0; e < scenario.edges.size(); ++e) {
      if (scenario.edges[e].from != n.name) continue;
      callerOfEdge_.push_back(byName[n.name]);
      calleeOfEdge_.push_back(byName[scenario.edges[e].to]);
      specOfEdge_.push_back(static_cast<std::uint32_t>(e));
    }
}

TraceCollector::Live* TraceCollector::liveOf(const Call& call) {
  const auto found = live_.find(call.operation);
  return found == live_.end() ? nullptr : &found->second;
}

std::uint32_t* TraceCollector::spanOf(Live& live, CallId id) {
  for (auto& [call, span] : live.open)
    if (call == id) return &span;
  return nullptr;
}

// The span in which the caller of a call waits: that of the same record where it is passed on, that of the record it was
// made for, or, where a timeout gave the caller a new record, the caller's latest that is open.
std::uint32_t TraceCollector::parentOf(Live& live, CallId id, const Call& call, std::uint32_t caller) const {
  const std::vector<Span>& spans = live.trace.spans;
  for (CallId of : {id, call.parent})
    if (const std::uint32_t* span = of != 0 ? spanOf(live, of) : nullptr)
      for (std::uint32_t s = *span; s != kNoSpan; s = spans[s].parent)
        if (spans[s].node == caller) return s;
  for (std::size_t s = spans.size(); s-- > 0;)
    if (spans[s].node == caller && spans[s].returned.ns == 0) return static_cast<std::uint32_t>(s);
  return 0;
}

void TraceCollector::onOperation(SimTime now, NodeId node, CallId id, const Call& call, bool finished) {
  if (finished) {
    ++seen_;
    const auto found = live_.find(call.operation);
    if (found == live_.end()) {
      ++skipped_;
      return;
    }
    found->second.trace.spans.front().failure = call.failure;
    end(found->second, now, call.failure != 0);
    spansUnderWay_ -= found->second.trace.spans.size();
    live_.erase(found);
    return;
  }
  if (spansUnderWay_ >= options_.mostSpans) return;
  Live live;
  live.trace.operation = call.operation;
  live.trace.requestClass = call.klass;
  Span root;
  root.node = node;
  root.sent = root.arrived = root.started = {call.born};
  live.trace.spans.push_back(root);
  live.open.emplace_back(id, 0);
  ++spansUnderWay_;
  live_.emplace(call.operation, std::move(live));
}

void TraceCollector::onLaunch(SimTime, NodeId, CallId id, const Call& call, Duration connection, Duration backoff) {
  if (connection.ns == 0 && backoff.ns == 0) {
    waits_.erase(id);
    return;
  }
  if (liveOf(call) != nullptr) waits_[id] = {connection, backoff};
}

std::uint32_t TraceCollector::addSpan(Live& live, CallId id, const Call& call, SimTime arrived) {
  std::vector<Span>& spans = live.trace.spans;
  if (call.edge >= callerOfEdge_.size() || spans.size() >= options_.mostSpansOfOne) return kNoSpan;
  Span span;
  span.parent = parentOf(live, id, call, callerOfEdge_[call.edge]);
  span.edge = specOfEdge_[call.edge];
  span.instance = call.instance;
  span.sent = {call.sent};
  span.arrived = arrived;
  span.started = kNever;
  if (Waits* waits = waits_.find(id)) {
    span.connection = waits->connection;
    span.backoff = waits->backoff;
    waits_.erase(id);
  }
  spans.push_back(span);
  ++spansUnderWay_;
  return static_cast<std::uint32_t>(spans.size() - 1);
}

void TraceCollector::onArrive(SimTime now, NodeId node, CallId id, const Call& call) {
  if (call.has(kOrphan)) return;
  Live* live = liveOf(call);
  if (live == nullptr) return;
  const std::uint32_t added = addSpan(*live, id, call, now);
  if (added == kNoSpan) return;
  live->trace.spans[added].node = node;
  if (std::uint32_t* open = spanOf(*live, id)) *open = added;
  else live->open.emplace_back(id, added);
}

void TraceCollector::onStart(SimTime now, NodeId node, CallId id, const Call& call) {
  Live* live = liveOf(call);
  std::uint32_t* open = live != nullptr ? spanOf(*live, id) : nullptr;
  if (open == nullptr || live->trace.spans[*open].node != node) return;
  live->trace.spans[*open].started = now;
}

void TraceCollector::onAnswer(SimTime now, NodeId node, CallId id, const Call& call) {
  Live* live = liveOf(call);
  std::uint32_t* open = live != nullptr ? spanOf(*live, id) : nullptr;
  if (open == nullptr || live->trace.spans[*open].node != node) return;
  Span& span = live->trace.spans[*open];
  span.answered = now;
  span.failed = call.failure != 0;
  span.failure = call.failure;
}

void TraceCollector::close(Live& live, std::uint32_t s, SimTime now, bool timedOut) {
  Span& span = live.trace.spans[s];
  if (span.returned.ns != 0) return;
  span.returned = now;
  if (span.answered.ns == 0) span.answered = now;
  if (!timedOut) return;
  span.timedOut = span.failed = true;
}

void TraceCollector::onReturn(SimTime now, NodeId caller, CallId id, const Call& call, bool timedOut) {
  Live* live = liveOf(call);
  if (live == nullptr) return;
  std::uint32_t* open = spanOf(*live, id);
  // From the innermost leg outwards to the one whose caller has the answer, or gave up.
  std::uint32_t s = open != nullptr ? *open : kNoSpan;
  const std::vector<Span>& spans = live->trace.spans;
  while (s != kNoSpan && s != 0) {
    const std::uint32_t parent = spans[s].parent;
    const bool isIt = spans[parent].node == caller && spans[s].returned.ns == 0;
    close(*live, s, now, timedOut);
    if (isIt) {
      // Inner legs of a record that its caller gave up on are not waited for any more.
      if (parent != 0 || spans[0].node == caller) *open = parent;
      if (timedOut || call.hop == 0) std::erase_if(live->open, [&](const auto& o) { return o.first == id && o.second != 0; });
      return;
    }
    s = parent;
  }
  if (!timedOut || call.edge >= callerOfEdge_.size() || callerOfEdge_[call.edge] != caller) return;
  // It never arrived.
  const std::uint32_t lost = addSpan(*live, id, call, now);
  if (lost == kNoSpan) return;
  Span& span = live->trace.spans[lost];
  span.arrivedAtAll = false;
  span.node = calleeOfEdge_[call.edge];
  close(*live, lost, now, true);
}

void TraceCollector::end(Live& live, SimTime now, bool failed) {
  CallTrace& trace = live.trace;
  for (Span& s : trace.spans) {
    if (s.returned.ns != 0) continue;
    s.returned = now;
    if (s.answered.ns == 0) s.answered = now;
    s.timedOut = &s != &trace.spans.front();
  }
  // No server took it: who calls others held it meanwhile, who calls nobody let it wait until it was answered.
  std::vector<bool> callsOthers(trace.spans.size(), false);
  for (const Span& s : trace.spans)
    if (s.parent != kNoSpan) callsOthers[s.parent] = true;
  for (std::size_t i = 0; i < trace.spans.size(); ++i) {
    Span& s = trace.spans[i];
    if (s.started == kNever) s.started = callsOthers[i] ? s.arrived : s.answered;
  }
  trace.failed = trace.spans.front().failed = failed;
  // What the summary leaves out is no example either.
  if (trace.begin() < measuredFrom_) return;
  failedOnes_ += failed;
  latencies_.record(trace.latency());
  const auto isFaster = [](const Ended& a, const Ended& b) { return a.latency > b.latency; };
  if (tail_.size() < options_.tail || trace.latency() > tail_.front().latency) {
    if (tail_.size() >= options_.tail) {
      std::pop_heap(tail_.begin(), tail_.end(), isFaster);
      tail_.pop_back();
    }
    tail_.push_back({trace.latency(), criticalPath(trace)});
    std::push_heap(tail_.begin(), tail_.end(), isFaster);
  }
  keep(trace);
}

void TraceCollector::keepAtRandom(std::vector<CallTrace>& from, std::size_t most, std::uint64_t count, RandomStream& luck,
                                  const CallTrace& trace) {
  // Reservoir sampling (Vitter's algorithm R).
  if (from.size() < most) {
    from.push_back(trace);
  } else if (const std::uint64_t place = luck.below(count); place < most) {
    from[place] = trace;
  }
}

void TraceCollector::keep(const CallTrace& trace) {
  // Failures have a place of their own: patience would fill the list of the slow with them.
  const bool isSlow = !trace.failed && (slow_.size() < options_.slow || (!slow_.empty() && trace.latency() > slow_.front().latency()));
  if (isSlow && options_.slow > 0) {
    if (slow_.size() >= options_.slow) {
      std::pop_heap(slow_.begin(), slow_.end(), isSlower);
      slow_.pop_back();
    }
    slow_.push_back(trace);
    slow_.back().keptFor = KeptFor::Slow;
    std::push_heap(slow_.begin(), slow_.end(), isSlower);
  }
  CallTrace other = trace;
  other.keptFor = trace.failed ? KeptFor::Failed : KeptFor::Random;
  if (trace.failed) keepAtRandom(failed_, options_.failed, failedOnes_, luck_, other);
  else keepAtRandom(random_, options_.random, latencies_.count() - failedOnes_, luck_, other);
}

Traces TraceCollector::traces() const {
  Traces result;
  result.nodes = nodes_;
  result.classes = classes_;
  result.failures = failures_;
  result.seen = seen_;
  result.skipped = skipped_;
  for (const auto* list : {&slow_, &failed_, &random_})
    for (const CallTrace& trace : *list)
      if (std::none_of(result.kept.begin(), result.kept.end(), [&](const CallTrace& t) { return t.operation == trace.operation; }))
        result.kept.push_back(trace);
  std::sort(result.kept.begin(), result.kept.end(), [](const CallTrace& a, const CallTrace& b) {
    return a.begin() != b.begin() ? a.begin() < b.begin() : a.operation < b.operation;
  });
  if (latencies_.empty()) return result;
  TailBlame& tail = result.tail;
  tail.p99 = latencies_.quantile(0.99);
  std::map<std::pair<std::uint32_t, int>, double> sums;
  for (const Ended& e : tail_) {
    if (e.latency < tail.p99) continue;
    ++tail.operations;
    tail.meanMs += e.latency.milliseconds();
    for (const TimeShare& s : e.shares) sums[{s.node, static_cast<int>(s.part)}] += (s.to - s.from).milliseconds();
  }
  const double count = static_cast<double>(std::max<std::uint64_t>(1, tail.operations));
  tail.meanMs /= count;
  for (const auto& [what, sum] : sums) tail.parts.push_back({what.first, static_cast<TimePart>(what.second), sum / count});
  std::stable_sort(tail.parts.begin(), tail.parts.end(), [](const Blame& a, const Blame& b) { return a.meanMs > b.meanMs; });
  return result;
}

}  // namespace faultline

#include "metrics/call_trace.h"

#include <algorithm>
#include <cstdio>

#include "base/quantity.h"

namespace faultline {
namespace {

std::string printed(const char* form, auto... values) {
  char text[200];
  std::snprintf(text, sizeof text, form, values...);
  return text;
}

std::string ms(double value) { return value >= 1000 ? printed("%.2f s", value / 1000) : printed("%.3g ms", value); }

// Walks backward from an end: what ended last is what the end waited for.
class Path {
 public:
  explicit Path(const CallTrace& trace) : spans_(trace.spans), children_(trace.spans.size()) {
    for (std::uint32_t s = 1; s < spans_.size(); ++s)
      if (spans_[s].parent < spans_.size()) children_[spans_[s].parent].push_back(s);
    for (auto& list : children_)
      std::sort(list.begin(), list.end(), [&](std::uint32_t a, std::uint32_t b) {
        return spans_[a].returned != spans_[b].returned ? spans_[a].returned > spans_[b].returned : a < b;
      });
  }

  std::vector<TimeShare> run() {
    inside(0, spans_[0].sent, spans_[0].returned);
    std::reverse(shares_.begin(), shares_.end());
    return std::move(shares_);
  }

 private:
  void put(std::uint32_t node, TimePart part, SimTime from, SimTime to) {
    if (from < to) shares_.push_back({node, part, from, to});
  }

  // The part of a span's time from its start at a server to its answer.
  void inside(std::uint32_t span, SimTime from, SimTime to) {
    SimTime now = to;
    for (std::uint32_t child : children_[span]) {
      const Span& c = spans_[child];
      if (c.returned > now || c.returned <= from) continue;
      put(spans_[span].node, TimePart::Service, c.returned, now);
      now = c.returned;
      call(child);
      now = std::min(now, c.sent);
      const SimTime asked = std::max(from, now - c.connection);
      put(c.node, TimePart::Connection, asked, now);
      const SimTime waited = std::max(from, asked - c.backoff);
      put(c.node, TimePart::Backoff, waited, asked);
      now = waited;
    }
    put(spans_[span].node, TimePart::Service, from, now);
  }

  void call(std::uint32_t span) {
    const Span& s = spans_[span];
    if (!s.arrivedAtAll) return put(s.node, TimePart::Network, s.sent, s.returned);
    const SimTime answered = std::min(s.answered, s.returned), started = std::min(s.started, answered);
    put(s.node, TimePart::Network, answered, s.returned);
    inside(span, started, answered);
    put(s.node, TimePart::Queue, s.arrived, started);
    put(s.node, TimePart::Network, s.sent, s.arrived);
  }

  const std::vector<Span>& spans_;
  std::vector<std::vector<std::uint32_t>> children_;
  std::vector<TimeShare> shares_;
};

const char* waitingText(TimePart part) {
  switch (part) {
    case TimePart::Queue: return "in the queue of ";
    case TimePart::Connection: return "waiting for a connection to ";
    case TimePart::Service: return "working in ";
    case TimePart::Network: return "on the way to or from ";
    case TimePart::Backoff: return "waiting to retry ";
  }
  return "";
}

constexpr std::size_t kMostParts = 8;
constexpr int kBarWidth = 40;

std::string waterfall(const Traces& traces, const CallTrace& trace) {
  std::string text = printed("Slowest trace: operation %u, %s\n", trace.operation, ms(trace.latency().milliseconds()).c_str());
  const double whole = static_cast<double>(std::max<std::int64_t>(1, trace.latency().ns));
  for (const TimeShare& share : criticalPath(trace)) {
    const double at = static_cast<double>((share.from - trace.begin()).ns) / whole;
    const double wide = static_cast<double>((share.to - share.from).ns) / whole;
    const auto first = static_cast<std::size_t>(at * kBarWidth);
    const auto length = std::max<std::size_t>(1, static_cast<std::size_t>(wide * kBarWidth + 0.5));
    std::string bar(kBarWidth, ' ');
    for (std::size_t i = first; i < std::min<std::size_t>(kBarWidth, first + length); ++i) bar[i] = '#';
    text += "  |" + bar + "| " + ms((share.to - share.from).milliseconds()) + "  " + waitingText(share.part) +
            traces.nodes[share.node] + "\n";
  }
  return text;
}

}  // namespace

const char* partName(TimePart part) {
  switch (part) {
    case TimePart::Queue: return "queue";
    case TimePart::Connection: return "connection";
    case TimePart::Service: return "service";
    case TimePart::Network: return "network";
    case TimePart::Backoff: return "backoff";
  }
  return "";
}

std::vector<TimeShare> criticalPath(const CallTrace& trace) {
  return trace.spans.empty() ? std::vector<TimeShare>{} : Path(trace).run();
}

std::string tracesText(const Traces& traces) {
  if (traces.kept.empty()) return "\nTraces: no operation ended\n";
  std::string text = printed("\nTraces: %zu kept of %llu operations\n", traces.kept.size(),
                             static_cast<unsigned long long>(traces.seen));
  const TailBlame& tail = traces.tail;
  text += printed("p99 is %s; the %llu operations beyond it took %s, of which\n", ms(tail.p99.milliseconds()).c_str(),
                  static_cast<unsigned long long>(tail.operations), ms(tail.meanMs).c_str());
  for (std::size_t i = 0; i < std::min(kMostParts, tail.parts.size()); ++i) {
    const Blame& b = tail.parts[i];
    text += printed("  %10s  %3.0f %%  ", ms(b.meanMs).c_str(), 100 * b.meanMs / std::max(tail.meanMs, 1e-9)) +
            waitingText(b.part) + traces.nodes[b.node] + "\n";
  }
  const auto slowest = std::max_element(traces.kept.begin(), traces.kept.end(), [](const CallTrace& a, const CallTrace& b) {
    return a.latency() < b.latency();
  });
  return text + waterfall(traces, *slowest);
}

}  // namespace faultline

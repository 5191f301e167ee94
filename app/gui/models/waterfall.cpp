#include "gui/models/waterfall.h"

#include <algorithm>

namespace faultline {

namespace {

class Tree {
 public:
  explicit Tree(const CallTrace& trace) : spans_(trace.spans), children_(trace.spans.size()) {
    for (std::uint32_t s = 1; s < spans_.size(); ++s)
      if (spans_[s].parent < s) children_[spans_[s].parent].push_back(s);
    for (auto& list : children_)
      std::stable_sort(list.begin(), list.end(), [&](std::uint32_t a, std::uint32_t b) { return wanted(a) < wanted(b); });
  }

  std::vector<WaterfallRow> rows() {
    if (!spans_.empty()) add(0, 0);
    return std::move(rows_);
  }

 private:
  // When its caller began to wait for it.
  SimTime wanted(std::uint32_t s) const { return spans_[s].sent - spans_[s].connection - spans_[s].backoff; }

  void add(std::uint32_t s, int depth) {
    const Span& span = spans_[s];
    WaterfallRow row{s, depth, wanted(s), span.returned, {}};
    const auto put = [&](TimePart part, SimTime from, SimTime to) {
      if (from < to) row.stretches.push_back({part, from, to});
    };
    const SimTime asked = span.sent - span.connection;
    put(TimePart::Backoff, row.from, asked);
    put(TimePart::Connection, asked, span.sent);
    if (!span.arrivedAtAll) {
      put(TimePart::Network, span.sent, span.returned);
    } else {
      const SimTime answered = std::min(span.answered, span.returned), started = std::min(span.started, answered);
      const SimTime arrived = std::min(span.arrived, started);
      put(TimePart::Network, span.sent, arrived);
      put(TimePart::Queue, arrived, started);
      // Its own time: what is not spent in waiting for those that it called.
      SimTime from = started;
      for (const std::uint32_t child : children_[s]) {
        put(TimePart::Service, from, std::min(wanted(child), answered));
        from = std::max(from, std::min(spans_[child].returned, answered));
      }
      put(TimePart::Service, from, answered);
      put(TimePart::Network, answered, span.returned);
    }
    rows_.push_back(std::move(row));
    for (const std::uint32_t child : children_[s]) add(child, depth + 1);
  }

  const std::vector<Span>& spans_;
  std::vector<std::vector<std::uint32_t>> children_;
  std::vector<WaterfallRow> rows_;
};

}  // namespace

std::vector<WaterfallRow> waterfallOf(const CallTrace& trace) { return Tree(trace).rows(); }

}  // namespace faultline

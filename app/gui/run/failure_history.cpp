#include "gui/run/failure_history.h"

#include <algorithm>

namespace faultline {

namespace {
constexpr std::int64_t kMostStretches = 400;
}

void FailureHistory::clear() {
  series_ = {};
  counts_.clear();
  at_ = next_ = {};
}

bool FailureHistory::update(const RunBridge& run) {
  const Duration step{std::max<std::int64_t>(run.duration().ns / kMostStretches, milliseconds(10).ns)};
  bool grew = false;
  for (; next_ <= run.now(); next_ += step) {
    const std::optional<Frame> frame = run.frameAt(next_);
    if (!frame || frame->at <= at_) continue;
    Counts counts;
    for (const NodeFrame& node : frame->nodes)
      for (const FailureCount& failure : node.failures) counts[failure.reason] += failure.count;
    add(counts, frame->at);
    grew = true;
  }
  return grew;
}

void FailureHistory::add(const Counts& counts, SimTime at) {
  const double span = (at - at_).seconds();
  series_.times.push_back(at);
  for (const auto& [reason, count] : counts) {
    const std::string name = "failures." + reason;
    if (count > 0 && series_.find(name) == nullptr)
      series_.columns.push_back({name, "/s", std::vector<double>(series_.times.size() - 1, 0.0)});
  }
  for (SeriesColumn& column : series_.columns) {
    const std::string reason = column.name.substr(column.name.find('.') + 1);
    const auto now = counts.find(reason);
    const auto before = counts_.find(reason);
    const std::uint64_t count = now == counts.end() ? 0 : now->second, was = before == counts_.end() ? 0 : before->second;
    // At the end of the warm-up the counts begin again.
    column.values.push_back(static_cast<double>(count >= was ? count - was : count) / span);
  }
  counts_ = counts;
  at_ = at;
}

}  // namespace faultline

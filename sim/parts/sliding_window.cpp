#include "parts/sliding_window.h"

#include <algorithm>

namespace faultline {

namespace {

void add(SlidingWindow::Totals& to, const SlidingWindow::Totals& what, std::int64_t sign) {
  to.calls += sign * what.calls;
  to.failures += sign * what.failures;
  to.slow += sign * what.slow;
}

SlidingWindow::Totals unpack(std::uint8_t outcome) { return {1, outcome & 1, outcome >> 1}; }

}  // namespace

SlidingWindow SlidingWindow::ofCalls(std::int64_t calls) {
  SlidingWindow window;
  window.calls_.resize(static_cast<std::size_t>(calls));
  return window;
}

SlidingWindow SlidingWindow::ofTime(Duration span) {
  SlidingWindow window;
  window.bucketSpan_ = std::max<std::int64_t>(1, span.ns / static_cast<std::int64_t>(kBuckets));
  return window;
}

void SlidingWindow::record(bool failed, bool slow, SimTime now) {
  const auto outcome = static_cast<std::uint8_t>((failed ? 1 : 0) | (slow ? 2 : 0));
  const Totals one = unpack(outcome);
  if (bucketSpan_ > 0) {
    expire(now);
    add(buckets_[static_cast<std::size_t>(bucket_) % kBuckets], one, 1);
  } else {
    if (totals_.calls == static_cast<std::int64_t>(calls_.size())) add(totals_, unpack(calls_[next_]), -1);
    calls_[next_] = outcome;
    next_ = next_ + 1 == calls_.size() ? 0 : next_ + 1;
  }
  add(totals_, one, 1);
}

const SlidingWindow::Totals& SlidingWindow::totals(SimTime now) {
  if (bucketSpan_ > 0) expire(now);
  return totals_;
}

void SlidingWindow::expire(SimTime now) {
  const std::int64_t current = now.ns / bucketSpan_;
  if (current - bucket_ >= static_cast<std::int64_t>(kBuckets)) {
    clear();
    bucket_ = current;
  }
  while (bucket_ < current) {
    Totals& oldest = buckets_[static_cast<std::size_t>(++bucket_) % kBuckets];
    add(totals_, oldest, -1);
    oldest = {};
  }
}

void SlidingWindow::clear() {
  totals_ = {};
  next_ = 0;
  buckets_.fill({});
}

}  // namespace faultline

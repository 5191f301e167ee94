#include "parts/sliding_window.h"

#include <QtTest>
#include <deque>

#include "base/random.h"

using namespace faultline;

namespace {

struct Entry {
  bool failed, slow;
  SimTime at;
};

SlidingWindow::Totals sum(const std::deque<Entry>& entries) {
  SlidingWindow::Totals totals;
  for (const Entry& e : entries) {
    ++totals.calls;
    totals.failures += e.failed;
    totals.slow += e.slow;
  }
  return totals;
}

}  // namespace

class SlidingWindowTest : public QObject {
  Q_OBJECT

 private slots:
  void byCallsHoldsTheLastOnes() {
    for (const int length : {1, 3, 100}) {
      SlidingWindow window = SlidingWindow::ofCalls(length);
      std::deque<Entry> expected;
      RandomStream random(1, "window", "test");
      for (int i = 0; i < 1000; ++i) {
        const Entry e{random.chance(0.4), random.chance(0.2), seconds(i)};
        window.record(e.failed, e.slow, e.at);
        expected.push_back(e);
        if (expected.size() > static_cast<std::size_t>(length)) expected.pop_front();
        QVERIFY(window.totals(e.at) == sum(expected));
      }
    }
  }

  // The running tenth and the nine before it.
  void byTimeHoldsTheLastTenTenths() {
    SlidingWindow window = SlidingWindow::ofTime(seconds(10));
    std::deque<Entry> expected;
    RandomStream random(2, "window", "test");
    SimTime now;
    for (int i = 0; i < 3000; ++i) {
      now += durationFromSeconds(random.exponential() * (i % 500 == 0 ? 20 : 0.3));
      if (random.chance(0.7)) {
        const Entry e{random.chance(0.4), random.chance(0.2), now};
        window.record(e.failed, e.slow, now);
        expected.push_back(e);
      }
      while (!expected.empty() && expected.front().at.ns / 1'000'000'000 <= now.ns / 1'000'000'000 - 10)
        expected.pop_front();
      QVERIFY(window.totals(now) == sum(expected));
    }
  }

  void clearForgets() {
    for (SlidingWindow window : {SlidingWindow::ofCalls(3), SlidingWindow::ofTime(seconds(5))}) {
      for (int i = 0; i < 4; ++i) window.record(true, true, seconds(1));
      window.clear();
      QVERIFY(window.totals(seconds(1)) == SlidingWindow::Totals{});
      window.record(true, false, seconds(1));
      QVERIFY((window.totals(seconds(1)) == SlidingWindow::Totals{1, 1, 0}));
    }
  }
};

QTEST_APPLESS_MAIN(SlidingWindowTest)
#include "sliding_window_test.moc"

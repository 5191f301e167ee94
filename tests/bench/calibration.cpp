#include "calibration.h"

#include <ctime>
#include <functional>
#include <queue>
#include <vector>

namespace faultline::bench {

double cpuSeconds() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

double calibrationStep() {
  constexpr int kPending = 1000, kSteps = 200'000;
  std::priority_queue<std::uint64_t, std::vector<std::uint64_t>, std::greater<>> pending;
  std::uint64_t state = 88172645463325252ull;
  const auto next = [&] {  // xorshift64, G. Marsaglia 2003
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state >> 44;
  };
  for (int i = 0; i < kPending; ++i) pending.push(next());
  const double start = cpuSeconds();
  for (int i = 0; i < kSteps; ++i) {
    const std::uint64_t now = pending.top();
    pending.pop();
    pending.push(now + next());
  }
  const double seconds = cpuSeconds() - start;
  // The result is looked at, so that no compiler leaves the loop out.
  return pending.top() == 0 ? 0 : seconds / kSteps;
}

}  // namespace faultline::bench

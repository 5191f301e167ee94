#include "cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "base/quantity.h"

namespace faultline::cli {
namespace {

constexpr int kBarWidth = 24;
constexpr auto kRedrawAfter = std::chrono::milliseconds(100);

// Whole seconds once there are some, so that the figure does not flicker.
std::string coarse(SimTime time) {
  return formatDuration(time >= seconds(10) ? seconds(time.ns / seconds(1).ns)
                                            : milliseconds(time.ns / milliseconds(1).ns));
}

}  // namespace

Progress::Progress(bool wanted, Duration total)
    : visible_(wanted && isatty(STDERR_FILENO) == 1), total_(total), last_(std::chrono::steady_clock::now()) {}

Progress::~Progress() { clear(); }

void Progress::show(SimTime now, std::uint64_t events, double wallSeconds) {
  if (!visible_ || wallSeconds <= 0) return;
  const auto present = std::chrono::steady_clock::now();
  if (present - last_ < kRedrawAfter) return;
  last_ = present;
  drawn_ = true;
  const double done = std::clamp(now.seconds() / total_.seconds(), 0.0, 1.0);
  const int filled = static_cast<int>(done * kBarWidth);
  const std::string line =
      fmt::format("\r\033[K[{:#<{}}{:.<{}}] {:3.0f} %  {} of {}  {:.1f} M events/s  {:.0f}x real time", "", filled, "",
                  kBarWidth - filled, done * 100, coarse(now), formatDuration(total_),
                  static_cast<double>(events) / wallSeconds / 1e6, now.seconds() / wallSeconds);
  std::fputs(line.c_str(), stderr);
  std::fflush(stderr);
}

void Progress::clear() {
  if (!drawn_) return;
  drawn_ = false;
  std::fputs("\r\033[K", stderr);
  std::fflush(stderr);
}

}  // namespace faultline::cli

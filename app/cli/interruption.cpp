#include "cli/interruption.h"

#include <atomic>
#include <csignal>

namespace faultline::cli {
namespace {

// A signal handler can reach nothing but what is global.
std::atomic<int> received{0};
static_assert(std::atomic<int>::is_always_lock_free);

extern "C" void remember(int signal) { received.store(signal, std::memory_order_relaxed); }

}  // namespace

void watchForInterruption() {
  struct sigaction action = {};
  action.sa_handler = remember;
  // The second signal finds the default, which ends the program.
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

int interruption() { return received.load(std::memory_order_relaxed); }

}  // namespace faultline::cli

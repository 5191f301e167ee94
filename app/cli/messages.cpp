#include "cli/messages.h"

#include "cli/exit_status.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdio>

namespace faultline::cli {
namespace {

spdlog::logger& messages() {
  static const std::shared_ptr<spdlog::logger> logger = [] {
    auto made = spdlog::stderr_color_mt("messages");
    made->set_pattern("%^%l%$: %v");
    return made;
  }();
  return *logger;
}

}  // namespace

void sayError(const std::string& text) { messages().error("{}", text); }
void sayWarning(const std::string& text) { messages().warn("{}", text); }

int writeResult(const std::string& text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (written && std::fflush(stdout) == 0) return kFine;
  sayError("standard output cannot be written");
  return kBadInput;
}

}  // namespace faultline::cli

#include "cli/messages.h"

#include "base/text_file.h"
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

void sayError(const std::string& text) { messages().error("{}", printable(text)); }
void sayWarning(const std::string& text) { messages().warn("{}", printable(text)); }

int refuse(const std::string& error) {
  sayError(error);
  return kBadInput;
}

int writeResult(const std::string& text) {
  // Names and texts are of the scenario's author, and may hold what a terminal would obey.
  const std::string shown = printable(text);
  std::fwrite(shown.data(), 1, shown.size(), stdout);
  return afterOutput(kFine);
}

int afterOutput(int status) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return status;
  return status == kBadInput ? status : refuse("standard output cannot be written");
}

}  // namespace faultline::cli

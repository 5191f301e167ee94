#include "cli/messages.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

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

}  // namespace faultline::cli

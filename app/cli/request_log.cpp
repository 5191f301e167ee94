#include "cli/request_log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <sstream>

namespace faultline::cli {
namespace {

// %v holds members of the object: spdlog writes time and level in front of them.
constexpr const char* kLine = R"({"time":"%Y-%m-%dT%H:%M:%S.%FZ","level":"%l",%v})";

spdlog::level::level_enum levelOf(LogLevel level) {
  switch (level) {
    case LogLevel::Info:
      return spdlog::level::info;
    case LogLevel::Warning:
      return spdlog::level::warn;
    case LogLevel::Error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

spdlog::log_clock::time_point wallTime(SimTime time) {
  return spdlog::log_clock::time_point(
      std::chrono::duration_cast<spdlog::log_clock::duration>(std::chrono::nanoseconds(time.ns)));
}

std::unique_ptr<spdlog::formatter> formatter() {
  auto lines = std::make_unique<spdlog::pattern_formatter>(kLine, spdlog::pattern_time_type::utc, "\n");
  // It works the date out when the second changes, and begins with second 0 without having done so: runs begin there.
  spdlog::memory_buf_t unused;
  lines->format({wallTime(seconds(1)), {}, {}, spdlog::level::info, {}}, unused);
  return lines;
}

}  // namespace

std::string requestLog(const std::vector<LogLine>& lines, LogLevel least) {
  std::ostringstream text;
  spdlog::logger log("requests", std::make_shared<spdlog::sinks::ostream_sink_st>(text));
  log.set_formatter(formatter());
  log.set_level(levelOf(least));
  for (const LogLine& line : lines) log.log(wallTime(line.time), {}, levelOf(line.level), line.fields);
  return text.str();
}

}  // namespace faultline::cli

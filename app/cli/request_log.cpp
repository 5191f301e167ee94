#include "cli/request_log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <chrono>

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

spdlog::sink_ptr sinkTo(const std::string& path) {
  if (path == kToStandardOutput) return std::make_shared<spdlog::sinks::stdout_sink_st>();
  return std::make_shared<spdlog::sinks::basic_file_sink_st>(path, true);
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

std::string refusalOfLog(const std::string& path, bool mayReplace) {
  if (path == kToStandardOutput) return {};
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return "\"" + path + "\" is a directory; --log wants a file or -";
  if (!mayReplace && std::filesystem::exists(path, error))
    return "\"" + path + "\" is there already; name a new file, or add --force to replace it";
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  if (!folder.empty() && !std::filesystem::is_directory(folder, error))
    return "there is no directory \"" + folder.string() + "\" for the log";
  return {};
}

std::string writeRequestLog(const std::string& path, const std::vector<LogLine>& lines, LogLevel least) {
  try {
    std::string problem;
    spdlog::logger log("requests", sinkTo(path));
    log.set_formatter(formatter());
    log.set_level(levelOf(least));
    log.set_error_handler([&](const std::string& what) { problem = what; });
    for (const LogLine& line : lines) log.log(wallTime(line.time), {}, levelOf(line.level), line.fields);
    log.flush();
    return problem;
  } catch (const spdlog::spdlog_ex& e) {
    return e.what();
  }
}

}  // namespace faultline::cli

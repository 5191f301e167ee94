#include "cli/golden.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <sstream>

namespace faultline::cli {

namespace fs = std::filesystem;

std::optional<fs::path> goldenPath(const fs::path& scenario) {
  std::error_code error;
  fs::path path = fs::absolute(scenario, error).lexically_normal();
  if (error) return std::nullopt;
  for (fs::path folder = path.parent_path(); folder.has_relative_path(); folder = folder.parent_path())
    if (folder.filename() == "scenarios")
      return folder.parent_path() / "tests" / "golden" / path.lexically_relative(folder).replace_extension(".golden");
  return std::nullopt;
}

std::string goldenText(const Summary& s) {
  std::string text =
      fmt::format("fingerprint {:016x}\nevents {}\noffered {}\nok {}\nfailed {}\nin_flight {}\n", s.fingerprint,
                  s.events, s.requests.offered, s.requests.ok, s.requests.failed, s.requests.inFlight);
  for (const auto& [reason, count] : s.requests.byReason) text += fmt::format("failed_by {} {}\n", reason, count);
  const Histogram& ok = s.requests.okLatency;
  if (!ok.empty())
    text += fmt::format("ok_p50_ns {}\nok_p99_ns {}\nok_max_ns {}\n", ok.quantile(0.5).ns, ok.quantile(0.99).ns,
                        ok.max().ns);
  return text;
}

std::optional<std::string> readGolden(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::string writeGolden(const fs::path& path, const std::string& text) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  return file ? std::string{} : "cannot write " + path.string();
}

std::string firstDifference(const std::string& measured, const std::string& golden) {
  std::istringstream is(measured), was(golden);
  std::string isLine, wasLine;
  // The fingerprint says only that something differs; a figure says more.
  std::string difference;
  while (true) {
    const bool more = static_cast<bool>(std::getline(is, isLine)), had = static_cast<bool>(std::getline(was, wasLine));
    if (!more && !had) return difference;
    if (!more) isLine = "nothing";
    if (!had) wasLine = "nothing";
    if (isLine == wasLine) continue;
    difference = isLine + " instead of " + wasLine;
    if (!isLine.starts_with("fingerprint")) return difference;
  }
}

}  // namespace faultline::cli

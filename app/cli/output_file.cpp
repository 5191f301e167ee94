#include "cli/output_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

namespace faultline::cli {
namespace {

namespace fs = std::filesystem;

std::string systemProblem(const fs::path& path) {
  return "cannot write \"" + path.string() + "\": " + std::strerror(errno);
}

std::string writeTo(std::FILE* file, const std::string& content, const fs::path& path, bool isPlain) {
  bool written = std::fwrite(content.data(), 1, content.size(), file) == content.size();
  written = std::fflush(file) == 0 && (!isPlain || fsync(fileno(file)) == 0) && written;
  std::string problem = written ? std::string() : systemProblem(path);
  if (std::fclose(file) != 0 && problem.empty()) problem = systemProblem(path);
  return problem;
}

}  // namespace

std::string refusalOfFile(const std::string& path, const std::string& option, bool mayReplace) {
  std::error_code error;
  if (fs::is_directory(path, error)) return "\"" + path + "\" is a directory; " + option + " wants a file";
  if (!mayReplace && fs::exists(path, error))
    return "\"" + path + "\" is there already; name a new file, or add --force to replace it";
  const fs::path folder = fs::path(path).parent_path();
  if (!folder.empty() && !fs::is_directory(folder, error))
    return "there is no directory \"" + folder.string() + "\" for " + option;
  return {};
}

std::string writeFile(const std::string& path, const std::string& content) {
  std::error_code error;
  if (fs::exists(path, error) && !fs::is_regular_file(path, error)) {
    std::FILE* file = std::fopen(path.c_str(), "wb");
    return file == nullptr ? systemProblem(path) : writeTo(file, content, path, false);
  }
  // Through symbolic links, so that the link stays and what it names is replaced.
  const fs::path target = fs::weakly_canonical(fs::absolute(path, error), error);
  std::string draft = target.string() + ".XXXXXX";
  const int handle = mkstemp(draft.data());
  std::FILE* file = handle < 0 ? nullptr : fdopen(handle, "wb");
  if (file == nullptr) return systemProblem(path);
  // mkstemp makes it private; results are as public as the user's other files.
  const mode_t mask = umask(0);
  umask(mask);
  (void)fchmod(handle, 0666 & ~mask);
  std::string problem = writeTo(file, content, path, true);
  if (problem.empty() && std::rename(draft.c_str(), target.c_str()) != 0) problem = systemProblem(path);
  if (!problem.empty()) fs::remove(draft, error);
  return problem;
}

}  // namespace faultline::cli

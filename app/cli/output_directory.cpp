#include "cli/output_directory.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>

#include "cli/output_file.h"

namespace faultline::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kOurs[] = {kScenarioFile,    kTimelineFile, kSummaryFile,
                                 kFingerprintFile, kTracesFile,   kChromeFile};

bool isOurs(const std::string& name) {
  return std::any_of(std::begin(kOurs), std::end(kOurs), [&](const char* ours) { return name == ours; });
}

enum class Content { Absent, Empty, Results, Others, NoDirectory };

// `passedOver` is a name that does not count.
Content contentOf(const fs::path& path, const fs::path& passedOver = {}) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) return Content::Absent;
  if (!fs::is_directory(status)) return Content::NoDirectory;
  bool isEmpty = true, hasSummary = false;
  for (fs::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->path().filename() == passedOver) continue;
    if (!isOurs(entry->path().filename().string())) return Content::Others;
    isEmpty = false;
    hasSummary |= entry->path().filename() == kSummaryFile;
  }
  if (error) return Content::Others;
  // Every run leaves a summary: without one it is somebody's scenario that has the same name as ours.
  return isEmpty ? Content::Empty : hasSummary ? Content::Results : Content::Others;
}

std::string systemProblem(const std::string& what, const fs::path& path) {
  return what + " \"" + path.string() + "\": " + std::strerror(errno);
}

}  // namespace

OutputDirectory::~OutputDirectory() {
  std::error_code ignored;
  if (!hidden_.empty()) fs::remove_all(hidden_, ignored);
}

std::string OutputDirectory::prepare(const std::string& path, bool insist) {
  std::error_code error;
  // Through symbolic links, so that the link stays and what it names is replaced.
  target_ = fs::weakly_canonical(fs::absolute(path, error), error);
  if (error || path.empty()) return "\"" + path + "\" cannot be a directory for results";
  if (!target_.has_filename()) target_ = target_.parent_path();
  switch (contentOf(target_)) {
    case Content::NoDirectory:
      return "\"" + path + "\" exists and is not a directory";
    case Content::Others:
      if (!insist) return "\"" + path + "\" holds other files; name a new directory, or add --force to write into it";
      keepsOthers_ = true;
      break;
    default:
      break;
  }
  if (std::string problem = makeHidden(); !problem.empty()) return problem;
  // mkdtemp makes it private; results are as public as the user's other files.
  const mode_t mask = umask(0);
  umask(mask);
  fs::permissions(hidden_, static_cast<fs::perms>(0777 & ~mask), error);
  return {};
}

std::string OutputDirectory::makeHidden() {
  std::error_code error;
  const fs::path parent = target_.parent_path();
  fs::create_directories(parent, error);
  std::string beside = (parent / ("." + target_.filename().string() + ".XXXXXX")).string();
  if (mkdtemp(beside.data()) != nullptr) {
    hidden_ = beside;
    return {};
  }
  const std::string problem = systemProblem("cannot make a directory in", parent);
  if (!fs::is_directory(target_, error)) return problem;
  std::string inside = (target_ / ".results.XXXXXX").string();
  if (mkdtemp(inside.data()) == nullptr) return systemProblem("cannot make a directory in", target_);
  hidden_ = inside;
  isInside_ = true;
  return {};
}

std::string OutputDirectory::publish(const std::vector<std::pair<std::string, std::string>>& files) {
  for (const auto& [name, content] : files)
    if (std::string problem = writeFile((hidden_ / name).string(), content); !problem.empty()) return problem;
  return moveIntoPlace(files);
}

std::string OutputDirectory::moveEach(const std::vector<std::pair<std::string, std::string>>& files) {
  for (const auto& [name, content] : files)
    if (std::rename((hidden_ / name).c_str(), (target_ / name).c_str()) != 0)
      return systemProblem("cannot write", target_ / name);
  if (keepsOthers_) return {};
  // What an earlier run left and this one does not have.
  std::error_code ignored;
  for (const char* ours : kOurs)
    if (std::none_of(files.begin(), files.end(), [&](const auto& file) { return file.first == ours; }))
      fs::remove(target_ / ours, ignored);
  return {};
}

std::string OutputDirectory::moveIntoPlace(const std::vector<std::pair<std::string, std::string>>& files) {
  if (keepsOthers_) return moveEach(files);
  if (isInside_ && contentOf(target_, hidden_.filename()) != Content::Others) return moveEach(files);
  switch (contentOf(target_)) {  // once more: the run may have taken long
    case Content::Absent:
    case Content::Empty:
      if (std::rename(hidden_.c_str(), target_.c_str()) != 0) return systemProblem("cannot make", target_);
      hidden_.clear();
      return {};
    case Content::Results:
      // Exchanges the two names in one step; what then is the hidden one holds the old results and goes.
      if (renameat2(AT_FDCWD, hidden_.c_str(), AT_FDCWD, target_.c_str(), RENAME_EXCHANGE) == 0) return {};
      if (errno != EINVAL && errno != ENOSYS) return systemProblem("cannot replace", target_);
      break;  // a file system without exchange
    default:
      return "\"" + target_.string() + "\" was filled by somebody else during the run";
  }
  const fs::path old = hidden_.string() + ".old";
  if (std::rename(target_.c_str(), old.c_str()) != 0) return systemProblem("cannot replace", target_);
  if (std::rename(hidden_.c_str(), target_.c_str()) != 0) {
    const std::string problem = systemProblem("cannot replace", target_);
    if (std::rename(old.c_str(), target_.c_str()) != 0)
      return problem + "; the old results are in \"" + old.string() + "\"";
    return problem;
  }
  hidden_ = old;
  return {};
}

}  // namespace faultline::cli

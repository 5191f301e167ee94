#include "teaching/lesson_progress.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace faultline {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;
using Mark = LessonProgress::Mark;

// In the order of Mark.
constexpr const char* kWords[] = {"", "opened", "done"};

Mark markOf(const Json& word) {
  for (const Mark mark : {Mark::Opened, Mark::Done})
    if (word == kWords[static_cast<int>(mark)]) return mark;
  return Mark::None;
}

// Holds other programs off while the folder is open: the file itself is replaced, so a lock of it would be void.
class FolderLock {
 public:
  explicit FolderLock(const fs::path& folder) : folder_(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (folder_ >= 0) flock(folder_, LOCK_EX);
  }
  ~FolderLock() {
    if (folder_ >= 0) close(folder_);
  }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int folder_;
};

}  // namespace

LessonProgress::LessonProgress(std::string path) : path_(std::move(path)) { read(); }

void LessonProgress::read() {
  if (path_.empty()) return;
  places_.clear();
  std::ifstream file(path_);
  const bool isEmpty = file.peek() == std::ifstream::traits_type::eof();
  const Json read = Json::parse(file, nullptr, false);
  isDamaged_ = !isEmpty && (!read.is_object() || !read.contains("lessons") || !read["lessons"].is_object());
  if (isEmpty || isDamaged_) return;
  for (const auto& [name, place] : read["lessons"].items()) {
    if (!place.is_object()) continue;
    const Json step = place.value("step", Json()), steps = place.value("steps", Json());
    if (step.is_number_unsigned() && steps.is_number_unsigned())
      places_[name] = {step.get<std::size_t>(), steps.get<std::size_t>(), markOf(place.value("mark", Json()))};
  }
}

std::string LessonProgress::usualPath() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value != nullptr ? value : "");
  };
  // The specification of base directories: a relative path does not count.
  if (const std::string data = variable("XDG_DATA_HOME"); data.starts_with('/'))
    return data + "/faultline/lessons.json";
  const std::string home = variable("HOME");
  return home.empty() ? std::string() : home + "/.local/share/faultline/lessons.json";
}

LessonProgress::Place LessonProgress::at(const std::string& lesson) const {
  const auto found = places_.find(lesson);
  return found == places_.end() ? Place{} : found->second;
}

std::string LessonProgress::reach(const std::string& lesson, std::size_t step, std::size_t steps) {
  return change(lesson, {step, steps, Mark::None});
}

std::string LessonProgress::mark(const std::string& lesson, Mark mark) { return change(lesson, {0, 0, mark}); }

// What the change does not speak of stays as it is.
std::string LessonProgress::change(const std::string& lesson, const Place& place) {
  std::error_code error;
  const fs::path folder = fs::path(path_).parent_path();
  if (!path_.empty()) fs::create_directories(folder, error);
  const FolderLock lock(folder);
  read();
  Place& kept = places_[lesson];
  if (place.steps > 0) {
    kept.step = place.step;
    kept.steps = place.steps;
  }
  kept.mark = std::max(kept.mark, place.mark);
  if (isDamaged_) return "\"" + path_ + "\" is damaged and stays as it is; mend it, or move it away to begin anew";
  return path_.empty() ? std::string() : write();
}

std::string LessonProgress::write() const {
  std::error_code error;
  Json lessons = Json::object();
  for (const auto& [name, place] : places_) {
    Json& entry = lessons[name] = {{"step", place.step}, {"steps", place.steps}};
    if (place.mark != Mark::None) entry["mark"] = kWords[static_cast<int>(place.mark)];
  }
  const std::string draft = path_ + "." + std::to_string(getpid());
  std::ofstream file(draft, std::ios::trunc);
  file << Json{{"lessons", std::move(lessons)}}.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
  file.close();
  if (!file) return "cannot write \"" + draft + "\": " + std::strerror(errno);
  fs::rename(draft, path_, error);
  return error ? "cannot write \"" + path_ + "\": " + error.message() : std::string();
}

}  // namespace faultline

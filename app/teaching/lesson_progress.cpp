#include "teaching/lesson_progress.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace faultline {

using Json = nlohmann::ordered_json;

LessonProgress::LessonProgress(std::string path) : path_(std::move(path)) {
  std::ifstream file(path_);
  const Json read = Json::parse(file, nullptr, false);
  if (!read.is_object() || !read.contains("lessons") || !read["lessons"].is_object()) return;
  for (const auto& [name, place] : read["lessons"].items()) {
    if (!place.is_object()) continue;
    const Json step = place.value("step", Json()), steps = place.value("steps", Json());
    if (step.is_number_unsigned() && steps.is_number_unsigned())
      places_[name] = {step.get<std::size_t>(), steps.get<std::size_t>()};
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

std::size_t LessonProgress::of(const std::string& lesson) const {
  const auto found = places_.find(lesson);
  return found == places_.end() ? 0 : found->second.step;
}

std::string LessonProgress::reach(const std::string& lesson, std::size_t step, std::size_t steps) {
  places_[lesson] = {step, steps};
  return path_.empty() ? std::string() : write();
}

std::string LessonProgress::write() const {
  namespace fs = std::filesystem;
  std::error_code error;
  fs::create_directories(fs::path(path_).parent_path(), error);
  Json lessons = Json::object();
  for (const auto& [name, place] : places_) lessons[name] = {{"step", place.step}, {"steps", place.steps}};
  const std::string draft = path_ + "." + std::to_string(getpid());
  std::ofstream file(draft, std::ios::trunc);
  file << Json{{"lessons", std::move(lessons)}}.dump(2) << '\n';
  file.close();
  if (!file) return "cannot write \"" + draft + "\": " + std::strerror(errno);
  fs::rename(draft, path_, error);
  return error ? "cannot write \"" + path_ + "\": " + error.message() : std::string();
}

}  // namespace faultline

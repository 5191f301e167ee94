// How far somebody is in each lesson, in a small file of the user's: XDG_DATA_HOME/faultline/lessons.json.
//
// Lessons are known by the English name of their scenario. The file is replaced in one step; one that cannot be read
// counts as empty and is kept until something is remembered. Thread safety: none.
#pragma once

#include <cstddef>
#include <map>
#include <string>

namespace faultline {

class LessonProgress {
 public:
  // An empty path: nothing is kept.
  explicit LessonProgress(std::string path);
  // Where the user's file is; empty where the user has no home.
  static std::string usualPath();

  // Steps that were seen.
  std::size_t of(const std::string& lesson) const;
  // An empty text, or why it could not be kept.
  std::string reach(const std::string& lesson, std::size_t step, std::size_t steps);

 private:
  struct Place {
    std::size_t step = 0, steps = 0;
  };
  std::string write() const;

  std::string path_;
  std::map<std::string, Place> places_;
};

}  // namespace faultline

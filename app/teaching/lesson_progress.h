// How far somebody is in each scenario and its lesson, in a small file of the user's:
// XDG_DATA_HOME/faultline/lessons.json.
//
// The command line and the studio keep it together, so each change is made to what the file says at that moment, under
// a lock. Scenarios are known by their English name. The file is replaced in one step; one that cannot be read counts
// as empty and is kept until something is remembered. Thread safety: none, but many programs may use the file at a
// time.
#pragma once

#include <cstddef>
#include <map>
#include <string>

namespace faultline {

class LessonProgress {
 public:
  // Done: it ran to its end as its file expects, or its challenge was mastered.
  enum class Mark { None, Opened, Done };
  struct Place {
    std::size_t step = 0, steps = 0;  // seen, and how many the lesson has
    Mark mark = Mark::None;
    bool operator==(const Place&) const = default;
  };

  // An empty path: nothing is kept.
  explicit LessonProgress(std::string path);
  // Where the user's file is; empty where the user has no home.
  static std::string usualPath();

  // What the file says now.
  void read();
  const std::map<std::string, Place>& places() const { return places_; }
  Place at(const std::string& lesson) const;
  // Steps that were seen.
  std::size_t of(const std::string& lesson) const { return at(lesson).step; }

  // Both return an empty text, or why it could not be kept.
  std::string reach(const std::string& lesson, std::size_t step, std::size_t steps);
  // Nobody falls back behind a mark.
  std::string mark(const std::string& lesson, Mark mark);

 private:
  std::string change(const std::string& lesson, const Place& place);
  std::string write() const;

  std::string path_;
  std::map<std::string, Place> places_;
  bool isDamaged_ = false;  // the file is there and cannot be understood: it is not written over
};

}  // namespace faultline

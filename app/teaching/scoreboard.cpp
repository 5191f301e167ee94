#include "teaching/scoreboard.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string_view>

#include "base/text_file.h"
#include "model/problem.h"

namespace faultline {
namespace {

using Json = nlohmann::ordered_json;

// Each is said once, so that a file of another sort does not give one for each line.
constexpr std::size_t kMostProblems = 10;
constexpr std::size_t kSeatWidth = 20;
// Some hundred thousand tries.
constexpr std::size_t kMostBytes = 64u << 20;

std::string clockText(std::int64_t at) {
  const std::time_t time = static_cast<std::time_t>(at);
  std::tm utc{};
  gmtime_r(&time, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

std::string minutesText(std::int64_t seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%lld:%02lld", static_cast<long long>(seconds / 60),
                static_cast<long long>(seconds % 60));
  return text;
}

// Why a line is no entry, and what one is.
struct NoEntry {
  std::string what, right;
};

constexpr const char* kEntry =
    "a try has at, seat, task, passed, met and of; a round has at and until; guess, grade and round write them";

const Json& memberOf(const Json& j, const char* name) {
  if (!j.contains(name)) throw NoEntry{"the entry has no \"" + std::string(name) + "\"", kEntry};
  return j[name];
}

std::string textOf(const Json& j, const char* name) {
  const Json& value = memberOf(j, name);
  if (!value.is_string())
    throw NoEntry{faultline::quoted(name) + " is no text", std::string("write \"") + name + "\": \"...\""};
  return value.get<std::string>();
}

std::int64_t timeOf(const Json& j, const char* name) {
  const std::string text = textOf(j, name);
  std::tm utc{};
  const char* end = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  if (end == nullptr || *end != '\0')
    throw NoEntry{faultline::quoted(text) + " is no time", "times are written as 2000-01-31T12:00:00Z"};
  return static_cast<std::int64_t>(timegm(&utc));
}

std::size_t countOf(const Json& j, const char* name) {
  const Json& value = memberOf(j, name);
  if (!value.is_number_unsigned())
    throw NoEntry{faultline::quoted(name) + " is no count", "a count is a whole number from 0 on"};
  return value.get<std::size_t>();
}

Try tryOf(const Json& j) {
  Try t;
  t.at = timeOf(j, "at");
  t.seat = textOf(j, "seat");
  t.task = textOf(j, "task");
  const Json& passed = memberOf(j, "passed");
  if (!passed.is_boolean()) throw NoEntry{"\"passed\" is neither true nor false", {}};
  t.passed = passed.get<bool>();
  t.met = countOf(j, "met");
  t.of = countOf(j, "of");
  if (t.of == 0 || t.met > t.of)
    throw NoEntry{std::to_string(t.met) + " of " + std::to_string(t.of) + " objectives cannot be met", {}};
  const Json cost = j.value("cost_per_hour", Json(0.0));
  if (!cost.is_number() || cost.get<double>() < 0) throw NoEntry{"\"cost_per_hour\" is no price", "a number from 0 on"};
  t.costPerHour = cost.get<double>();
  t.changes = j.contains("changes") ? countOf(j, "changes") : 0;
  return t;
}

// What a board shows of a name that anybody may have written into it.
std::string shownSeat(const std::string& seat) {
  const std::string inQuotes = faultline::quoted(seat);
  return inQuotes.substr(1, inQuotes.size() - 2);
}

double shareOf(const Try& t) { return t.of > 0 ? static_cast<double>(t.met) / static_cast<double>(t.of) : 0; }

bool isBetter(const Try& a, const Try& b) {
  if (a.passed != b.passed) return a.passed;
  if (shareOf(a) != shareOf(b)) return shareOf(a) > shareOf(b);
  if (a.costPerHour != b.costPerHour) return a.costPerHour < b.costPerHour;
  return a.at < b.at;
}

}  // namespace

Try gradedTry(const std::string& task, const Grade& grade) {
  Try t;
  t.task = task;
  t.passed = grade.passed;
  t.of = grade.objectives.size();
  for (const Grade::Objective& o : grade.objectives) t.met += grade.runs > 0 && o.met == grade.runs;
  t.costPerHour = grade.costPerHour;
  t.changes = grade.changes.size();
  return t;
}

Result<Scoreboard> Scoreboard::parse(const std::string& content, const std::string& fileName) {
  Result<Scoreboard> result;
  std::istringstream lines(content);
  std::string line;
  int number = 0;
  std::vector<std::size_t> more;  // lines like that of each problem
  const auto complain = [&](int column, const NoEntry& why) {
    for (std::size_t i = 0; i < more.size(); ++i)
      if (result.diagnostics[i].message == why.what) return void(++more[i]);
    more.push_back(0);
    Diagnostic d = errorAt({}, why.what, why.right);
    d.file = fileName;
    d.line = number;
    d.column = column;
    result.diagnostics.push_back(std::move(d));
  };
  while (std::getline(lines, line) && result.diagnostics.size() < kMostProblems) {
    ++number;
    if (line.empty()) continue;
    try {
      const Json j = Json::parse(line);
      if (!j.is_object()) throw NoEntry{"this is no entry of a scoreboard", kEntry};
      if (j.contains("until"))
        result.value.rounds_.push_back({timeOf(j, "at"), timeOf(j, "until")});
      else
        result.value.tries_.push_back(tryOf(j));
    } catch (const Json::parse_error& e) {
      complain(static_cast<int>(std::max<std::size_t>(1, e.byte)), {"this is not JSON", kEntry});
    } catch (const Json::exception&) {
      complain(1, {"a number is beyond all that is counted", kEntry});
    } catch (const NoEntry& why) {
      complain(1, why);
    }
  }
  for (std::size_t i = 0; i < more.size(); ++i)
    if (more[i] > 0)
      result.diagnostics[i].message +=
          more[i] == 1 ? "; one more line is like this" : "; " + std::to_string(more[i]) + " more lines are like this";
  if (result.diagnostics.size() == kMostProblems) complain(1, {"... and perhaps more", {}});
  return result;
}

Result<Scoreboard> Scoreboard::read(const std::string& fileName) {
  const TextFile file = readTextFile(fileName, kMostBytes);
  if (file.problem.empty()) return parse(file.text, fileName);
  Result<Scoreboard> result;
  result.diagnostics.push_back(errorAt({}, file.problem));
  result.diagnostics.back().file = fileName;
  return result;
}

bool Scoreboard::counts(const Try& t) const {
  return rounds_.empty() ||
         std::any_of(rounds_.begin(), rounds_.end(), [&](const Round& r) { return t.at >= r.from && t.at <= r.until; });
}

std::vector<Standing> Scoreboard::standings() const {
  std::map<std::string, Standing> bySeat;
  std::map<std::pair<std::string, std::string>, Try> best;
  for (const Try& t : tries_) {
    Standing& s = bySeat[t.seat];
    s.seat = t.seat;
    ++s.tries;
    if (!counts(t)) continue;
    const auto [found, isNew] = best.try_emplace({t.seat, t.task}, t);
    if (!isNew && isBetter(t, found->second)) found->second = t;
  }
  for (const auto& [key, t] : best) {
    Standing& s = bySeat[key.first];
    s.met += shareOf(t);
    if (!t.passed) continue;
    ++s.passed;
    s.costPerHour += t.costPerHour;
    s.lastPassed = std::max(s.lastPassed, t.at);
  }
  std::vector<Standing> order;
  for (auto& [name, s] : bySeat) order.push_back(std::move(s));
  std::stable_sort(order.begin(), order.end(), [](const Standing& a, const Standing& b) {
    if (a.passed != b.passed) return a.passed > b.passed;
    if (a.met != b.met) return a.met > b.met;
    if (a.costPerHour != b.costPerHour) return a.costPerHour < b.costPerHour;
    return a.lastPassed < b.lastPassed;
  });
  return order;
}

std::string Scoreboard::text(std::int64_t now) const {
  std::string out;
  if (!rounds_.empty()) {
    const Round& last = rounds_.back();
    out += "Round " + std::to_string(rounds_.size()) +
           (now <= last.until ? ": " + minutesText(last.until - now) + " left\n" : ": over\n");
  }
  std::size_t place = 0;
  for (const Standing& s : standings()) {
    char begin[32], rest[160];
    std::snprintf(begin, sizeof begin, "%3zu. ", ++place);
    std::snprintf(rest, sizeof rest, " %2zu passed  %5.2f of objectives  cost %.4g  %zu tries\n", s.passed, s.met,
                  s.costPerHour, s.tries);
    std::string seat = shownSeat(s.seat);
    seat.resize(std::max(seat.size(), kSeatWidth), ' ');
    out += begin + seat + rest;
  }
  return tries_.empty() ? out + "Nobody has tried yet.\n" : out;
}

std::string lineOf(const Round& round) {
  return Json{{"at", clockText(round.from)}, {"until", clockText(round.until)}}.dump() + '\n';
}

std::string lineOf(const Try& t) {
  return Json{{"at", clockText(t.at)},
              {"seat", t.seat},
              {"task", t.task},
              {"passed", t.passed},
              {"met", t.met},
              {"of", t.of},
              {"cost_per_hour", t.costPerHour},
              {"changes", t.changes}}
             .dump(-1, ' ', false, Json::error_handler_t::replace) +
         '\n';
}

namespace {

// A file that is new, or whose first line looks as those that are written here and whose last one is complete. Lines
// that are added to anything else would spoil it.
bool isBoard(int file) {
  const off_t size = lseek(file, 0, SEEK_END);
  if (size <= 0) return size == 0;
  constexpr std::string_view kBegin = "{\"at\":\"";
  char begin[kBegin.size()], last = 0;
  return pread(file, begin, sizeof begin, 0) == static_cast<ssize_t>(sizeof begin) &&
         std::string_view(begin, sizeof begin) == kBegin && pread(file, &last, 1, size - 1) == 1 && last == '\n';
}

}  // namespace

std::string addToBoard(const std::string& path, const std::string& line) {
  const int file = open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
  const auto problem = [&] { return "cannot write \"" + path + "\": " + std::strerror(errno); };
  if (file < 0) return problem();
  std::string trouble;
  if (flock(file, LOCK_EX) != 0) trouble = problem();
  else if (!isBoard(file)) trouble = "\"" + path + "\" is there already and is no scoreboard; name another file";
  else if (write(file, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
    trouble = problem();
  if (close(file) != 0 && trouble.empty()) trouble = problem();
  return trouble;
}

}  // namespace faultline

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

namespace faultline {
namespace {

using Json = nlohmann::ordered_json;

// A file of another sort would give one for each line.
constexpr std::size_t kMostProblems = 10;

std::string clockText(std::int64_t at) {
  const std::time_t time = static_cast<std::time_t>(at);
  std::tm utc{};
  gmtime_r(&time, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

std::int64_t clockOf(const std::string& text) {
  std::tm utc{};
  const char* end = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  if (end == nullptr || *end != '\0') throw std::runtime_error("\"" + text + "\" is no time");
  return static_cast<std::int64_t>(timegm(&utc));
}

std::string minutesText(std::int64_t seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%lld:%02lld", static_cast<long long>(seconds / 60),
                static_cast<long long>(seconds % 60));
  return text;
}

Try tryOf(const Json& j) {
  Try t;
  t.at = clockOf(j.at("at").get<std::string>());
  t.seat = j.at("seat").get<std::string>();
  t.task = j.at("task").get<std::string>();
  t.passed = j.at("passed").get<bool>();
  t.met = j.at("met").get<std::size_t>();
  t.of = j.at("of").get<std::size_t>();
  t.costPerHour = j.value("cost_per_hour", 0.0);
  t.changes = j.value("changes", std::size_t{0});
  return t;
}

double shareOf(const Try& t) { return t.of > 0 ? static_cast<double>(t.met) / static_cast<double>(t.of) : 0; }

bool isBetter(const Try& a, const Try& b) {
  if (a.passed != b.passed) return a.passed;
  if (shareOf(a) != shareOf(b)) return shareOf(a) > shareOf(b);
  if (a.costPerHour != b.costPerHour) return a.costPerHour < b.costPerHour;
  return a.at < b.at;
}

}  // namespace

Scoreboard Scoreboard::parse(const std::string& content, std::vector<std::string>& problems) {
  Scoreboard board;
  std::istringstream lines(content);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    if (line.empty()) continue;
    try {
      const Json j = Json::parse(line);
      if (j.contains("until"))
        board.rounds_.push_back({clockOf(j.at("at").get<std::string>()), clockOf(j.at("until").get<std::string>())});
      else
        board.tries_.push_back(tryOf(j));
    } catch (const std::exception&) {
      problems.push_back("line " + std::to_string(number) + " is no entry of a scoreboard");
      if (problems.size() == kMostProblems) {
        problems.push_back("... and perhaps more");
        break;
      }
    }
  }
  return board;
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
    char row[160];
    std::snprintf(row, sizeof row, "%3zu. %-20s %2zu passed  %5.2f of objectives  cost %.4g  %zu tries\n", ++place,
                  s.seat.c_str(), s.passed, s.met, s.costPerHour, s.tries);
    out += row;
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

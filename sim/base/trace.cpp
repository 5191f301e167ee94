#include "base/trace.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <optional>

#include "base/random.h"

namespace faultline {

namespace {

constexpr double kFirstCalendarSecond = 1e9;
constexpr std::size_t kMostClasses = 1000;

std::string_view takeLine(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// Splits one CSV row; false for a quote that is not closed.
bool splitRow(std::string_view line, std::vector<std::string>& cells) {
  cells.clear();
  std::string cell;
  bool inQuotes = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (inQuotes && c == '"' && i + 1 < line.size() && line[i + 1] == '"')
      cell += line[++i];
    else if (c == '"')
      inQuotes = !inQuotes;
    else if (c == ',' && !inQuotes)
      cells.push_back(std::move(cell)), cell.clear();
    else
      cell += c;
  }
  cells.push_back(std::move(cell));
  return !inQuotes;
}

std::uint32_t numberOrHash(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc{} && end == text.data() + text.size() && number != Trace::kNone) return number;
  return static_cast<std::uint32_t>(hashText(text) % Trace::kNone);
}

class TraceParser {
 public:
  TraceResult csv(std::string_view header, std::string_view rest) {
    std::vector<std::string> cells;
    if (!splitRow(header, cells)) return failed("a quote is not closed");
    const Columns columns(cells);
    while (!rest.empty()) {
      ++line_;
      const std::string_view row = takeLine(rest);
      if (row.empty()) continue;
      if (!splitRow(row, cells)) return failed("a quote is not closed");
      if (const std::string problem = addRow(columns, cells); !problem.empty()) return failed(problem);
      if (trace_.entries.size() > kMostTraceEntries) return failed("there are too many rows");
    }
    return finished();
  }

  TraceResult accessLog(std::string_view rest) {
    line_ = 0;
    while (!rest.empty()) {
      ++line_;
      const std::string_view line = takeLine(rest);
      if (line.empty()) continue;
      if (!addLogLine(line))
        return failed("this is neither a CSV header with a column `time` nor a line of an access log");
      if (trace_.entries.size() > kMostTraceEntries) return failed("there are too many lines");
    }
    std::stable_sort(seconds_.begin(), seconds_.end(),
                     [](const auto& a, const auto& b) { return a.second < b.second; });
    spread();
    return finished();
  }

 private:
  struct Columns {
    explicit Columns(const std::vector<std::string>& names) {
      for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i] == "time") time = i;
        if (names[i] == "class") klass = i;
        if (names[i] == "key") key = i;
        if (names[i] == "user") user = i;
      }
    }
    static constexpr std::size_t kAbsent = static_cast<std::size_t>(-1);
    std::size_t time = kAbsent, klass = kAbsent, key = kAbsent, user = kAbsent;
  };

  TraceResult failed(const std::string& what) const { return {nullptr, "line " + std::to_string(line_) + ": " + what}; }

  TraceResult finished() {
    if (trace_.entries.empty()) return {nullptr, "it holds no requests"};
    std::stable_sort(trace_.entries.begin(), trace_.entries.end(),
                     [](const Trace::Entry& a, const Trace::Entry& b) { return a.at < b.at; });
    return {std::make_shared<const Trace>(std::move(trace_)), {}};
  }

  std::string addRow(const Columns& columns, const std::vector<std::string>& cells) {
    const auto cell = [&](std::size_t i) { return i < cells.size() ? std::string_view(cells[i]) : std::string_view(); };
    const std::string_view timeText = cell(columns.time);
    double time = 0;
    const auto [end, error] = std::from_chars(timeText.data(), timeText.data() + timeText.size(), time);
    if (error != std::errc{} || end != timeText.data() + timeText.size() || !(time >= 0 && time < 1e11))
      return "\"" + std::string(timeText.substr(0, 40)) + "\" is not a time in seconds";
    if (trace_.entries.empty() && time >= kFirstCalendarSecond) start_ = time;
    if (time < start_) return "a calendar time before that of the first row";
    Trace::Entry entry;
    if (time - start_ > kLongestDuration.seconds()) return "the time is too long";
    entry.at = {std::llround((time - start_) * 1e9)};
    if (const auto text = cell(columns.key); !text.empty()) entry.key = numberOrHash(text);
    if (const auto text = cell(columns.user); !text.empty()) entry.user = numberOrHash(text);
    if (const auto text = cell(columns.klass); !text.empty()) {
      entry.klass = classOf(text);
      if (entry.klass == Trace::kNoClass) return "there are too many classes";
    }
    trace_.entries.push_back(entry);
    return {};
  }

  std::uint16_t classOf(std::string_view name) {
    const auto found = std::find(trace_.classes.begin(), trace_.classes.end(), name);
    if (found == trace_.classes.end() && trace_.classes.size() >= kMostClasses) return Trace::kNoClass;
    const auto index = static_cast<std::uint16_t>(found - trace_.classes.begin());
    if (found == trace_.classes.end()) trace_.classes.emplace_back(name);
    return index;
  }

  bool addLogLine(std::string_view line) {
    const std::size_t open = line.find('['), close = line.find(']', open);
    const std::size_t space = line.find(' ');
    if (open == std::string_view::npos || close == std::string_view::npos || space > open) return false;
    const auto second = logSecond(line.substr(open + 1, close - open - 1));
    const std::size_t quote = line.find('"', close);
    if (!second || quote == std::string_view::npos) return false;
    const std::string_view request = line.substr(quote + 1, line.find('"', quote + 1) - quote - 1);
    Trace::Entry entry;
    entry.user = static_cast<std::uint32_t>(hashText(line.substr(0, space)) % Trace::kNone);
    const std::size_t afterMethod = request.find(' ');
    if (afterMethod != std::string_view::npos) {
      const std::string_view method = request.substr(0, afterMethod);
      const std::string_view target = request.substr(afterMethod + 1);
      const std::string_view path = target.substr(0, target.find_first_of(" ?"));
      entry.effect = method == "GET" || method == "HEAD" ? Trace::Effect::Read : Trace::Effect::Write;
      entry.key = static_cast<std::uint32_t>(hashText(path) % Trace::kNone);
    }
    seconds_.push_back({entry, *second});
    return true;
  }

  // "10/Oct/2000:13:55:36 -0700" as seconds since 1970.
  static std::optional<std::int64_t> logSecond(std::string_view t) {
    constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (t.size() != 26 || t[2] != '/' || t[6] != '/' || t[11] != ':' || t[20] != ' ') return std::nullopt;
    const std::size_t month = kMonths.find(t.substr(3, 3));
    bool isSound = month != std::string_view::npos && month % 3 == 0;
    const auto number = [&](std::size_t from, std::size_t length) {
      int n = 0;
      const auto [end, error] = std::from_chars(t.data() + from, t.data() + from + length, n);
      isSound = isSound && error == std::errc{} && end == t.data() + from + length && n >= 0;
      return n;
    };
    const int day = number(0, 2), year = number(7, 4), hour = number(12, 2), minute = number(15, 2),
              second = number(18, 2);
    const int offset = number(22, 2) * 60 + number(24, 2);
    if (!isSound || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return std::nullopt;
    // Days since 1970 of the proleptic Gregorian calendar, with years that begin in March.
    const int m = static_cast<int>(month / 3) + 1;
    const int y = m <= 2 ? year - 1 : year;
    const int era = y / 400, yearOfEra = y % 400;
    const int dayOfYear = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + day - 1;
    const std::int64_t days = era * 146097LL + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719468;
    return days * 86400 + hour * 3600 + minute * 60 + second - (t[21] == '-' ? -offset : offset) * 60;
  }

  // A log knows only the second: its requests are laid out evenly, in their order.
  void spread() {
    for (std::size_t i = 0; i < seconds_.size();) {
      std::size_t end = i;
      while (end < seconds_.size() && seconds_[end].second == seconds_[i].second) ++end;
      const auto n = static_cast<std::int64_t>(end - i);
      for (std::size_t k = i; k < end; ++k) {
        Trace::Entry entry = seconds_[k].first;
        entry.at = seconds(seconds_[i].second - seconds_[0].second) +
                   nanoseconds(1'000'000'000 * static_cast<std::int64_t>(k - i) / n);
        trace_.entries.push_back(entry);
      }
      i = end;
    }
  }

  Trace trace_;
  std::vector<std::pair<Trace::Entry, std::int64_t>> seconds_;
  double start_ = 0;
  std::size_t line_ = 1;
};

}  // namespace

TraceResult parseTrace(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  std::string_view rest = text;
  const std::string_view header = takeLine(rest);
  std::vector<std::string> names;
  const bool isCsv = splitRow(header, names) && std::find(names.begin(), names.end(), "time") != names.end();
  return isCsv ? TraceParser().csv(header, rest) : TraceParser().accessLog(text);
}

TraceResult readTraceFile(std::string_view baseDir, std::string_view path) {
  namespace fs = std::filesystem;
  const fs::path full = fs::path(std::string(baseDir)) / fs::path(std::string(path));
  std::error_code error;
  if (!fs::is_regular_file(full, error)) return {nullptr, "there is no such file"};
  const std::uintmax_t size = fs::file_size(full, error);
  if (error || size > kMostTraceBytes) return {nullptr, "the file is too large"};
  std::ifstream file(full, std::ios::binary);
  std::string text(static_cast<std::size_t>(size), '\0');
  if (!file || !file.read(text.data(), static_cast<std::streamsize>(size))) return {nullptr, "the file cannot be read"};
  return parseTrace(text);
}

}  // namespace faultline

#include "io/series_reader.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/csv_file.h"
#include "base/quantity.h"
#include "base/text_file.h"
#include "model/problem.h"

namespace faultline {
namespace {

constexpr const char* kTimeColumn = "time_s";
// Far above what any system does in a second, a millisecond or a byte; beyond it sums lose their meaning.
constexpr double kMostOfAnything = 1e18;

Diagnostic problemIn(const std::string& file, std::size_t line, std::string message) {
  Diagnostic d = errorAt("", std::move(message));
  d.file = file;
  d.line = static_cast<int>(line);
  return d;
}

// What is wrong with rows, by kind: where it is first, and how often.
class RowProblems {
 public:
  enum class Kind { Cells, Time, NoText, NoNumber, Negative, TooMuch };

  void add(Kind kind, std::size_t line, std::string message) {
    const auto [found, isNew] = found_.try_emplace(kind, Found{line, std::move(message), 0});
    if (!isNew) ++found->second.more;
  }
  bool empty() const { return found_.empty(); }
  Diagnostics in(const std::string& file) const {
    std::map<std::size_t, Diagnostics> byLine;
    for (const auto& [kind, f] : found_)
      byLine[f.line].push_back(problemIn(file, f.line, f.message + (f.more > 0 ? "; " + rows(f.more) : "")));
    Diagnostics all;
    for (const auto& [line, problems] : byLine) all.insert(all.end(), problems.begin(), problems.end());
    return all;
  }

 private:
  struct Found {
    std::size_t line;
    std::string message;
    std::size_t more;
  };
  static std::string rows(std::size_t n) {
    return n == 1 ? std::string("one more row is like this") : std::to_string(n) + " more rows are like this";
  }
  std::map<Kind, Found> found_;
};

bool isNoise(const std::vector<std::string>& cells) {
  return std::any_of(cells.begin(), cells.end(), [](const std::string& cell) { return printable(cell) != cell; });
}

// The rows of a file one by one, into a series.
class RowReader {
 public:
  RowReader(const CsvFile& csv, std::size_t time, const std::vector<MetricColumn>& known, Series& series)
      : csv_(csv), time_(time), series_(series) {
    std::set<std::string_view> names;
    for (const MetricColumn& column : known) names.insert(column.name);
    for (const std::string& name : csv.names()) isKnown_.push_back(names.contains(name));
  }

  void read(const std::vector<std::string>& cells) {
    row_ = &cells;
    const auto seconds = soundRow(cells);
    if (!seconds) return;
    series_.times.push_back(*seconds);
    std::size_t column = 0;
    for (std::size_t c = 0; c < cells.size(); ++c)
      if (c != time_) series_.columns[column++].values.push_back(csvNumber(cells[c]).value_or(kUnknown));
  }

  const RowProblems& problems() const { return problems_; }

 private:
  using Kind = RowProblems::Kind;

  // The time of the row; empty when something is wrong with it.
  std::optional<Duration> soundRow(const std::vector<std::string>& cells) {
    if (cells.size() != csv_.names().size())
      return refuse(Kind::Cells,
                    std::to_string(cells.size()) + " cells for " + std::to_string(csv_.names().size()) + " columns");
    const auto seconds = csvNumber(cells[time_]);
    if (!seconds || *seconds < 0 || *seconds > kLongestDuration.seconds())
      return refuse(Kind::Time, quoted(cells[time_]) + " in the column time_s is no time of a run");
    const Duration at = durationFromSeconds(*seconds);
    if (at <= last_)
      return refuse(Kind::Time, "time_s has to grow from row to row, and after " + formatDuration(last_) + " comes " +
                                    formatDuration(at));
    last_ = at;
    for (std::size_t c = 0; c < cells.size(); ++c)
      if (c != time_ && !cells[c].empty() && !isSoundCell(c, cells[c])) return std::nullopt;
    return at;
  }

  bool isSoundCell(std::size_t column, const std::string& cell) {
    const std::string what = quoted(cell) + " in the column " + quoted(csv_.names()[column]);
    const auto value = csvNumber(cell);
    if (!value) return refuse(Kind::NoNumber, what + " is no number (it may be empty)").has_value();
    if (!isKnown_[column]) return true;  // nobody looks at it
    if (*value < 0) return refuse(Kind::Negative, what + " is negative, and nothing measured can be").has_value();
    if (*value > kMostOfAnything) return refuse(Kind::TooMuch, what + " is more than anything can be").has_value();
    return true;
  }

  std::optional<Duration> refuse(Kind kind, std::string message) {
    // Whatever a line of noise seems to hold, that it is noise says more.
    if (isNoise(*row_)) kind = Kind::NoText, message = "this line is no text";
    problems_.add(kind, csv_.line(), std::move(message));
    return std::nullopt;
  }

  const CsvFile& csv_;
  const std::size_t time_;
  Series& series_;
  const std::vector<std::string>* row_ = nullptr;
  std::vector<bool> isKnown_;  // by column
  Duration last_{-1};
  RowProblems problems_;
};

}  // namespace

Result<Series> readSeriesCsv(const std::string& file, const std::vector<MetricColumn>& known) {
  Result<Series> result;
  CsvFile csv("", file);
  if (!csv.problem().empty()) {
    result.diagnostics.push_back(errorAt("", csv.problem()));
    return result;
  }
  const auto refused = [&](std::string message) {
    result.diagnostics.push_back(problemIn(file, csv.line(), std::move(message)));
    return result;
  };
  if (isNoise(csv.names())) return refused("this is not a text file");
  const auto time = csv.column(kTimeColumn);
  if (!time) return refused(csv.missingColumn(kTimeColumn));
  std::set<std::string> names;
  for (const std::string& name : csv.names()) {
    if (!names.insert(name).second) return refused("the column " + quoted(name) + " is there twice");
    if (name != kTimeColumn) result.value.columns.push_back({name, "", {}});
  }
  RowReader reader(csv, *time, known, result.value);
  std::vector<std::string> cells;
  while (csv.next(cells)) reader.read(cells);
  result.diagnostics = reader.problems().in(file);
  if (result.diagnostics.empty() && result.value.times.empty())
    result.diagnostics.push_back(problemIn(file, 1, "there is no sample below the names of the columns"));
  return result;
}

}  // namespace faultline

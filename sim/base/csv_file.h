// A CSV file row by row (RFC 4180: comma separated, quotes doubled inside quotes, no line breaks inside cells).
//
// The first row names the columns; rows that are entirely empty are skipped. Cells lose spaces at both ends.
// Thread safety: a value of one thread. Complexity: linear in the file. Errors: reported in `problem`.
#pragma once

#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace faultline {

inline constexpr std::uintmax_t kMostCsvBytes = 256u * 1024 * 1024;

class CsvFile {
 public:
  // A relative path is taken from `baseDir`.
  CsvFile(std::string_view baseDir, std::string_view path);

  const std::string& problem() const { return problem_; }  // empty when the file can be read
  const std::vector<std::string>& names() const { return names_; }
  std::optional<std::size_t> column(std::string_view name) const;
  std::string missingColumn(std::string_view name) const;  // what to say about it
  // Whether there was another row. REQUIRES no problem.
  bool next(std::vector<std::string>& cells);
  std::size_t line() const { return line_; }  // of the row that was read last

 private:
  std::string name_, problem_;
  std::ifstream file_;
  std::vector<std::string> names_;
  std::size_t line_ = 1;
};

// A finite number and nothing else.
std::optional<double> csvNumber(std::string_view cell);

}  // namespace faultline

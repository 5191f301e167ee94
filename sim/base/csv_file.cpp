#include "base/csv_file.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>

namespace faultline {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

constexpr std::size_t kMostColumns = 1'000'000;
constexpr std::size_t kMostNamesTold = 12, kMostOfAName = 40;

// No more cells than one above the limit, whatever the line holds.
std::vector<std::string> splitCsvLine(std::string_view line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"') {
      if (quoted && i + 1 < line.size() && line[i + 1] == '"') {
        cells.back() += '"';
        ++i;
      } else {
        quoted = !quoted;
      }
    } else if (c == ',' && !quoted) {
      if (cells.size() > kMostColumns) break;
      cells.emplace_back();
    } else {
      cells.back() += c;
    }
  }
  for (std::string& cell : cells) cell = std::string(trimmed(cell));
  return cells;
}

}  // namespace

CsvFile::CsvFile(std::string_view baseDir, std::string_view path) : name_(path) {
  namespace fs = std::filesystem;
  const fs::path full = fs::path(std::string(baseDir)) / fs::path(name_);
  std::error_code error;
  // A pipe or a device would block or never end.
  const bool isFile = fs::is_regular_file(full, error);
  const std::uintmax_t size = isFile ? fs::file_size(full, error) : 0;
  std::string line;
  if (!isFile)
    problem_ = "there is no file '" + name_ + "' beside the scenario";
  else if (error)
    problem_ = "'" + name_ + "' cannot be read";
  else if (size > kMostCsvBytes)
    problem_ = "'" + name_ + "' is larger than 256 MiB; keep a sample of it";
  else if (file_.open(full, std::ios::binary); !file_ || !std::getline(file_, line))
    problem_ = "'" + name_ + "' is empty or cannot be read";
  if (!problem_.empty()) return;
  if (line.starts_with("\xef\xbb\xbf")) line.erase(0, 3);
  names_ = splitCsvLine(line);
  if (names_.size() > kMostColumns) problem_ = "'" + name_ + "' has more than a million columns";
}

std::optional<std::size_t> CsvFile::column(std::string_view name) const {
  const auto found = std::find(names_.begin(), names_.end(), name);
  if (found == names_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - names_.begin());
}

std::string CsvFile::missingColumn(std::string_view name) const {
  std::string known;
  for (std::size_t i = 0; i < names_.size() && i < kMostNamesTold; ++i)
    known += (i == 0 ? "" : ", ") + names_[i].substr(0, kMostOfAName) + (names_[i].size() > kMostOfAName ? "..." : "");
  if (names_.size() > kMostNamesTold) known += ", ... (" + std::to_string(names_.size()) + " in all)";
  return "'" + name_ + "' has no column '" + std::string(name) + "'; its columns are: " + known;
}

bool CsvFile::next(std::vector<std::string>& cells) {
  std::string line;
  while (std::getline(file_, line)) {
    ++line_;
    if (trimmed(line).empty()) continue;
    cells = splitCsvLine(line);
    return true;
  }
  return false;
}

std::optional<double> csvNumber(std::string_view cell) {
  double value = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error != std::errc() || end != cell.data() + cell.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

}  // namespace faultline

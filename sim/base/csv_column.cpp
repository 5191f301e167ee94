#include "base/csv_column.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>

namespace faultline {

namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

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
      cells.emplace_back();
    } else {
      cells.back() += c;
    }
  }
  for (std::string& cell : cells) cell = std::string(trimmed(cell));
  return cells;
}

bool parseCell(std::string_view cell, double& value) {
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  return error == std::errc() && end == cell.data() + cell.size() && std::isfinite(value);
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

CsvColumn failed(std::string problem) { return {{}, std::move(problem)}; }

}  // namespace

CsvColumn readCsvColumn(std::string_view baseDir, std::string_view path, std::string_view column) {
  namespace fs = std::filesystem;
  const std::string name(path);
  const fs::path full = fs::path(std::string(baseDir)) / fs::path(name);
  std::error_code error;
  // A pipe or a device would block or never end.
  if (!fs::is_regular_file(full, error)) return failed("there is no file '" + name + "' beside the scenario");
  const std::uintmax_t size = fs::file_size(full, error);
  if (error) return failed("'" + name + "' cannot be read");
  if (size > kMostCsvBytes) return failed("'" + name + "' is larger than 256 MiB; keep a sample of it");
  std::ifstream file(full, std::ios::binary);
  std::string line;
  if (!file || !std::getline(file, line)) return failed("'" + name + "' is empty or cannot be read");
  if (line.starts_with("\xef\xbb\xbf")) line.erase(0, 3);

  const std::vector<std::string> names = splitCsvLine(line);
  const auto found = std::find(names.begin(), names.end(), column);
  if (found == names.end()) {
    return failed("'" + name + "' has no column '" + std::string(column) + "'; its columns are: " + joined(names));
  }
  const std::size_t index = static_cast<std::size_t>(found - names.begin());
  CsvColumn result;
  for (std::size_t row = 2; std::getline(file, line); ++row) {
    if (trimmed(line).empty()) continue;
    const std::vector<std::string> cells = splitCsvLine(line);
    double value = 0;
    if (index >= cells.size() || !parseCell(cells[index], value)) {
      const std::string cell = index < cells.size() ? cells[index] : "";
      return failed("'" + name + "', line " + std::to_string(row) + ": '" + cell + "' is not a number");
    }
    if (result.values.size() == kMostCsvValues) {
      return failed("'" + name + "' has more than 1000000 rows; keep a sample of them");
    }
    result.values.push_back(value);
  }
  if (result.values.empty()) return failed("'" + name + "' has no rows below its header");
  return result;
}

}  // namespace faultline

// One column of numbers out of a CSV file (RFC 4180: comma separated, quotes doubled inside quotes).
//
// The first row names the columns. Rows that are entirely empty are skipped; every other row must hold a finite number
// in the column. At most kMostCsvValues rows and kMostCsvBytes bytes are read; larger files are refused, not cut.
// Thread safety: a pure function of the file. Complexity: linear in the file. Errors: reported in `problem`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/csv_file.h"

namespace faultline {

inline constexpr std::size_t kMostCsvValues = 1'000'000;

struct CsvColumn {
  std::vector<double> values;
  std::string problem;  // empty when the values are good
};

// REQUIRES nothing: whatever is wrong with the file is told in `problem`. A relative path is taken from `baseDir`.
CsvColumn readCsvColumn(std::string_view baseDir, std::string_view path, std::string_view column);

}  // namespace faultline

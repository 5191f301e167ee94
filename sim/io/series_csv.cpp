#include "io/series_csv.h"

#include <charconv>
#include <cmath>

namespace faultline {
namespace {

void addName(std::string& out, const std::string& name) {
  if (name.find_first_of(",\"\r\n") == std::string::npos) {
    out += name;
    return;
  }
  out += '"';
  for (char c : name) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  out += '"';
}

void addNumber(std::string& out, double value) {
  if (!std::isfinite(value)) return;
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, value);
  out.append(digits, end.ptr);
}

}  // namespace

std::string seriesCsv(const Series& series) {
  std::string out = "time_s";
  for (const SeriesColumn& column : series.columns) {
    out += ',';
    addName(out, column.name);
  }
  out += '\n';
  for (std::size_t row = 0; row < series.times.size(); ++row) {
    addNumber(out, series.times[row].seconds());
    for (const SeriesColumn& column : series.columns) {
      out += ',';
      addNumber(out, column.values[row]);
    }
    out += '\n';
  }
  return out;
}

}  // namespace faultline

#include "metrics/text_table.h"

#include <algorithm>
#include <utility>

namespace faultline {
namespace {

// Characters, not bytes: continuation bytes of UTF-8 take no room.
std::size_t widthOf(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

void TextTable::addColumn(std::string title, Align align) { columns_.push_back({std::move(title), align}); }

void TextTable::addRow(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

std::string TextTable::text(const std::string& indent) const {
  std::vector<std::size_t> widths;
  std::vector<std::string> titles;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    std::size_t width = widthOf(columns_[c].title);
    for (const auto& row : rows_) width = std::max(width, widthOf(row[c]));
    widths.push_back(width);
    titles.push_back(columns_[c].title);
  }
  std::string out;
  const auto addLine = [&](const std::vector<std::string>& cells) {
    std::string line = indent;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      if (c > 0) line += "  ";
      const std::string padding(widths[c] - widthOf(cells[c]), ' ');
      line += columns_[c].align == Align::Left ? cells[c] + padding : padding + cells[c];
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  };
  if (std::any_of(titles.begin(), titles.end(), [](const std::string& t) { return !t.empty(); })) addLine(titles);
  for (const auto& row : rows_) addLine(row);
  return out;
}

}  // namespace faultline

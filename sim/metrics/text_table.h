// Columns of text that line up: names to the left, figures to the right.
#pragma once

#include <string>
#include <vector>

namespace faultline {

class TextTable {
 public:
  enum class Align { Left, Right };

  void addColumn(std::string title, Align align = Align::Right);
  // REQUIRES as many cells as there are columns. Cells are UTF-8.
  void addRow(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }
  // Every line starts with `indent` and ends with a line feed; columns are two spaces apart; no trailing spaces.
  std::string text(const std::string& indent) const;

 private:
  struct Column {
    std::string title;
    Align align;
  };
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace faultline

// Where a parameter is within its owner: the names of groups, tables and rows, joined by points
// ("queries.by_email.rows").
//
// Thread safety: pure function.
#pragma once

#include <string>
#include <vector>

namespace faultline {

inline std::vector<std::string> pathNames(const std::string& path) {
  std::vector<std::string> names(1);
  for (char c : path) {
    if (c == '.')
      names.emplace_back();
    else
      names.back() += c;
  }
  return names;
}

}  // namespace faultline

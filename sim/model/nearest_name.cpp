#include <algorithm>
#include <vector>

#include "model/validate.h"

namespace faultline {
namespace {

constexpr std::size_t kLongestName = 64;  // longer texts are no typing errors, and cost quadratic time

// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours cost one each.
// After Damerau (CACM 7, 1964) and Levenshtein (1966).
std::size_t editDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> beforeLast(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitution = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({row[j - 1] + 1, last[j] + 1, substitution});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], beforeLast[j - 2] + 1);
    }
    std::swap(beforeLast, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

}  // namespace

std::string nearestName(std::string_view written, std::span<const std::string_view> known) {
  if (written.size() > kLongestName) return {};
  std::string_view nearest;
  // At least one letter may differ, and at most a third of them.
  std::size_t smallest = std::max<std::size_t>(1, written.size() / 3) + 1;
  for (std::string_view candidate : known) {
    const std::size_t lengths = std::max(written.size(), candidate.size()) - std::min(written.size(), candidate.size());
    if (lengths >= smallest) continue;  // each missing letter costs one
    const std::size_t distance = editDistance(written, candidate);
    if (distance >= smallest || distance >= candidate.size()) continue;
    smallest = distance;
    nearest = candidate;
  }
  return std::string(nearest);
}

}  // namespace faultline

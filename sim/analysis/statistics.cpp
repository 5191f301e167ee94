#include "analysis/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace faultline {

double studentT95(std::size_t degrees) {
  // Tables of Student's distribution, 0.975 quantile.
  static constexpr double kTable[] = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
                                      2.201,  2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
                                      2.080,  2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042};
  constexpr double kNormal = 1.959964;
  if (degrees == 0) return std::numeric_limits<double>::infinity();
  if (degrees <= std::size(kTable)) return kTable[degrees - 1];
  // Cornish and Fisher's expansion, first term.
  return kNormal + (kNormal * kNormal * kNormal + kNormal) / (4 * static_cast<double>(degrees));
}

Estimate estimateOf(std::span<const double> values) {
  Estimate e;
  e.count = values.size();
  if (values.empty()) return e;
  const double n = static_cast<double>(values.size());
  for (double v : values) e.mean += v / n;
  if (values.size() < 2) {
    e.halfWidth = std::numeric_limits<double>::infinity();
    return e;
  }
  double squares = 0;
  for (double v : values) squares += (v - e.mean) * (v - e.mean);
  e.halfWidth = studentT95(values.size() - 1) * std::sqrt(squares / (n - 1) / n);
  return e;
}

Estimate pairedDifference(std::span<const double> a, std::span<const double> b) {
  std::vector<double> differences;
  for (std::size_t i = 0; i < a.size(); ++i) differences.push_back(b[i] - a[i]);
  return estimateOf(differences);
}

std::size_t warmupOf(std::span<const double> values) {
  constexpr std::size_t kBatch = 5;
  std::vector<double> batches;
  for (std::size_t i = 0; i + kBatch <= values.size(); i += kBatch) {
    double sum = 0;
    for (std::size_t k = 0; k < kBatch; ++k) sum += values[i + k];
    batches.push_back(sum / kBatch);
  }
  double sum = 0, squares = 0, best = std::numeric_limits<double>::infinity();
  std::size_t cut = 0;
  // From the end, so that each cut adds one batch.
  for (std::size_t i = batches.size(); i-- > 0;) {
    sum += batches[i];
    squares += batches[i] * batches[i];
    const double n = static_cast<double>(batches.size() - i);
    const double error = (squares - sum * sum / n) / (n * n);
    if (i <= batches.size() / 2 && n > 1 && error < best) {
      best = error;
      cut = i;
    }
  }
  return cut * kBatch;
}

}  // namespace faultline

#include "gui/models/decimation.h"

#include <algorithm>
#include <cmath>

namespace faultline {
namespace {

void include(ExtremePyramid::Extremes& extremes, double min, double max) {
  if (!extremes.known) {
    extremes = {min, max, true};
    return;
  }
  extremes.min = std::min(extremes.min, min);
  extremes.max = std::max(extremes.max, max);
}

void include(ExtremePyramid::Extremes& extremes, const ExtremePyramid::Extremes& other) {
  if (other.known) include(extremes, other.min, other.max);
}

// Collects points into pieces.
class Pen {
 public:
  void lift() { down_ = false; }
  void to(double seconds, double value) {
    if (!down_) pieces_.emplace_back();
    down_ = true;
    pieces_.back().append(QPointF(seconds, value));
  }
  LinePieces take() { return std::move(pieces_); }

 private:
  LinePieces pieces_;
  bool down_ = false;
};

// The value at a time between two rows; NaN when one of them is unknown.
double between(const std::vector<SimTime>& times, const std::vector<double>& values, std::size_t row, SimTime at) {
  const double span = (times[row] - times[row - 1]).seconds();
  const double share = span > 0 ? (at - times[row - 1]).seconds() / span : 1;
  return values[row - 1] + (values[row] - values[row - 1]) * share;
}

}  // namespace

void ExtremePyramid::grow(const std::vector<double>& values) {
  if (levels_.empty()) levels_.emplace_back();
  for (std::size_t block = levels_[0].size(); (block + 1) * kFactor <= values.size(); ++block) {
    Extremes extremes;
    for (std::size_t i = block * kFactor; i < (block + 1) * kFactor; ++i)
      if (!std::isnan(values[i])) include(extremes, values[i], values[i]);
    levels_[0].push_back(extremes);
  }
  for (std::size_t level = 1; levels_[level - 1].size() >= kFactor; ++level) {
    if (level == levels_.size()) levels_.emplace_back();
    const auto& finer = levels_[level - 1];
    for (std::size_t block = levels_[level].size(); (block + 1) * kFactor <= finer.size(); ++block) {
      Extremes extremes;
      for (std::size_t i = block * kFactor; i < (block + 1) * kFactor; ++i) include(extremes, finer[i]);
      levels_[level].push_back(extremes);
    }
  }
}

ExtremePyramid::Extremes ExtremePyramid::of(const std::vector<double>& values, std::size_t first,
                                            std::size_t last) const {
  Extremes extremes;
  std::size_t i = first;
  while (i < last) {
    // The greatest block that begins here, ends in time and is known.
    std::size_t size = 1;
    const Extremes* block = nullptr;
    for (std::size_t level = 0, width = kFactor; level < levels_.size(); ++level, width *= kFactor) {
      if (i % width != 0 || i + width > last || i / width >= levels_[level].size()) break;
      block = &levels_[level][i / width];
      size = width;
    }
    if (block != nullptr) include(extremes, *block);
    else if (!std::isnan(values[i])) include(extremes, values[i], values[i]);
    i += size;
  }
  return extremes;
}

LinePieces decimated(const std::vector<SimTime>& times, const std::vector<double>& values, const ExtremePyramid& pyramid,
                     SimTime from, SimTime to, int columns) {
  Pen pen;
  const auto rowAt = [&](SimTime time, std::size_t least) {
    const auto begin = times.begin() + static_cast<std::ptrdiff_t>(least);
    return static_cast<std::size_t>(std::lower_bound(begin, times.end(), time) - times.begin());
  };
  const std::size_t first = rowAt(from, 0), last = rowAt(SimTime{to.ns + 1}, first);
  if (first > 0 && first < times.size() && times[first] > from)
    if (const double value = between(times, values, first, from); !std::isnan(value)) pen.to(from.seconds(), value);

  if (last - first <= 2 * static_cast<std::size_t>(columns)) {
    for (std::size_t row = first; row < last; ++row) {
      if (std::isnan(values[row])) pen.lift();
      else pen.to(times[row].seconds(), values[row]);
    }
  } else {
    const double width = (to - from).seconds() / columns;
    std::size_t row = first;
    for (int column = 0; column < columns; ++column) {
      const SimTime end = column + 1 == columns ? SimTime{to.ns + 1} : from + durationFromSeconds(width * (column + 1));
      const std::size_t next = std::min(rowAt(end, row), last);
      if (next == row) continue;  // sparse here: the line goes on to the next column that has a row
      const ExtremePyramid::Extremes extremes = pyramid.of(values, row, next);
      if (!extremes.known) {
        pen.lift();
      } else {
        // A column that falls is drawn downwards, so that the line does not zigzag at its borders.
        const double middle = from.seconds() + width * (column + 0.5);
        const bool falls = values[row] > values[next - 1];
        pen.to(middle, falls ? extremes.max : extremes.min);
        if (extremes.min != extremes.max) pen.to(middle, falls ? extremes.min : extremes.max);
      }
      row = next;
    }
  }

  if (last > 0 && last < times.size() && times[last - 1] < to)
    if (const double value = between(times, values, last, to); !std::isnan(value)) pen.to(to.seconds(), value);
  return pen.take();
}

}  // namespace faultline

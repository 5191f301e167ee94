#include "gui/canvas/alignment.h"

#include <cmath>
#include <utility>

namespace faultline {

Alignment align(QPointF wanted, const std::vector<QPointF>& others, double reach) {
  Alignment found{wanted, false, false, {}};
  // The nearest line first; on one line the nearest card.
  std::pair<double, double> leastX, leastY;
  QPointF withX, withY;
  for (const QPointF& other : others) {
    const double dx = std::abs(other.x() - wanted.x()), dy = std::abs(other.y() - wanted.y());
    if (dx <= reach && (!found.isX || std::pair(dx, dy) < leastX)) {
      found.isX = true;
      leastX = {dx, dy};
      withX = other;
    }
    if (dy <= reach && (!found.isY || std::pair(dy, dx) < leastY)) {
      found.isY = true;
      leastY = {dy, dx};
      withY = other;
    }
  }
  if (found.isX) found.place.setX(withX.x());
  if (found.isY) found.place.setY(withY.y());
  if (found.isX) found.guides.emplace_back(withX, found.place);
  if (found.isY) found.guides.emplace_back(withY, found.place);
  return found;
}

}  // namespace faultline

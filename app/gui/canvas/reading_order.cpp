#include "gui/canvas/reading_order.h"

#include <Qt>
#include <algorithm>
#include <cmath>

namespace faultline {

namespace {

// Cards whose centres are nearer than this stand above one another.
constexpr double kColumn = 82;

}  // namespace

std::vector<std::string> readingOrder(const CardPlaces& places) {
  std::vector<std::string> order;
  for (const auto& [name, place] : places) order.push_back(name);
  const auto key = [&](const std::string& name) {
    const QPointF place = places.at(name);
    return std::tuple(std::floor(place.x() / kColumn), place.y(), place.x());
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](const std::string& a, const std::string& b) { return key(a) < key(b); });
  return order;
}

std::string neighbourInOrder(const CardPlaces& places, const std::string& from, int step) {
  const std::vector<std::string> order = readingOrder(places);
  if (order.empty()) return {};
  const auto count = static_cast<int>(order.size());
  const auto found = std::find(order.begin(), order.end(), from);
  if (found == order.end()) return step > 0 ? order.front() : order.back();
  const int at = static_cast<int>(found - order.begin()) + step;
  return order[static_cast<std::size_t>((at % count + count) % count)];
}

std::string nearestTowards(const CardPlaces& places, QPointF from, QPointF direction) {
  std::string nearest;
  double least = 0;
  for (const auto& [name, place] : places) {
    const QPointF way = place - from;
    const double ahead = QPointF::dotProduct(way, direction);
    const double aside = std::abs(way.x() * direction.y() - way.y() * direction.x());
    if (ahead < 1 || aside > 2 * ahead) continue;
    const double cost = ahead + 2 * aside;
    if (!nearest.empty() && cost >= least) continue;
    nearest = name;
    least = cost;
  }
  return nearest;
}

QPointF directionOf(int key) {
  switch (key) {
    case Qt::Key_Left:
      return {-1, 0};
    case Qt::Key_Right:
      return {1, 0};
    case Qt::Key_Up:
      return {0, -1};
    case Qt::Key_Down:
      return {0, 1};
    default:
      return {};
  }
}

}  // namespace faultline

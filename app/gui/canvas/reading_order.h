// Going through cards by keys: in the order in which one reads, or towards a side. Plain geometry.
#pragma once

#include <QPointF>
#include <map>
#include <string>
#include <vector>

namespace faultline {

using CardPlaces = std::map<std::string, QPointF>;

// From the left, as calls go; cards above one another from the top.
std::vector<std::string> readingOrder(const CardPlaces& places);
// The next or the previous one, from the end to the beginning; the first one after a name that is not there.
std::string neighbourInOrder(const CardPlaces& places, const std::string& from, int step);
// The nearest one on a side, empty when there is none. What lies straight ahead counts as nearer.
std::string nearestTowards(const CardPlaces& places, QPointF from, QPointF direction);
// Of an arrow key, one unit long; null for other keys.
QPointF directionOf(int key);

}  // namespace faultline

// Where a card that is dragged lines up with others. Plain geometry, no items.
#pragma once

#include <QLineF>
#include <QPointF>
#include <vector>

namespace faultline {

struct Alignment {
  QPointF place;  // of the dragged card's centre
  bool isX = false, isY = false;
  std::vector<QLineF> guides;  // between the centres that are in line
};

// `others` are centres of cards of the same size: centres in line are edges in line too. An axis that no other card is
// near is left as wanted. Of several the nearest line counts, and on it the nearest card.
Alignment align(QPointF wanted, const std::vector<QPointF>& others, double reach);

}  // namespace faultline

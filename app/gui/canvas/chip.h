// A small text on a ground of its own, painted over the canvas at a place of the viewport.
#pragma once

#include <QPointF>
#include <QString>

class QPainter;
class QRect;

namespace faultline {

// Lines apart by '\n', the first one bold. Right below the place where it fits, inside `port` in any case.
void paintChip(QPainter& painter, const QString& text, QPointF place, const QRect& port);

}  // namespace faultline

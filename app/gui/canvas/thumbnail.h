// A small drawing of an architecture: the canvas's own cards and arrows, at rest, with the glyphs large enough to tell
// the kinds apart.
#pragma once

#include <QRectF>

class QPainter;

namespace faultline {

struct Scenario;

// Fits the whole scenario into `target`, never larger than a sketch.
void paintThumbnail(QPainter& painter, const QRectF& target, const Scenario& scenario);

}  // namespace faultline

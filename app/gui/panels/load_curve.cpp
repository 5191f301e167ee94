#include "gui/panels/load_curve.h"

#include <QPainter>
#include <algorithm>
#include <cmath>

#include "gui/models/nice_ticks.h"
#include "gui/style/format.h"

namespace faultline {

namespace {

constexpr double kLeft = 70, kRight = 60, kTop = 34, kBottom = 26, kSmall = 0.92;

}  // namespace

LoadCurve::LoadCurve(QWidget* parent) : QWidget(parent) {
  setObjectName(QStringLiteral("loadCurve"));
  setAccessibleName(tr("Latency against load"));
  setMinimumHeight(150);
  connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void LoadCurve::show(const Capacity& capacity) {
  capacity_ = capacity;
  most_ = 1;
  double least = 1e12, greatest = 0;
  for (const LoadPoint& point : capacity_.curve) {
    most_ = std::max(most_, point.perSecond);
    for (const double ms : {point.p50Ms.mean, point.p99Ms.mean})
      if (ms > 0) {
        least = std::min(least, ms);
        greatest = std::max(greatest, ms);
      }
  }
  low_ = std::pow(10, std::floor(std::log10(std::min(least, greatest + 1))));
  high_ = std::max(low_ * 10, std::pow(10, std::ceil(std::log10(std::max(greatest, low_)))));
  update();
}

QRectF LoadCurve::area() const { return QRectF(rect()).adjusted(kLeft, kTop, -kRight, -kBottom); }

double LoadCurve::xOf(double perSecond) const { return area().left() + std::min(1.0, perSecond / most_) * area().width(); }

double LoadCurve::yOf(double ms) const {
  const double share = std::log10(std::max(ms, low_) / low_) / std::log10(high_ / low_);
  return area().bottom() - std::clamp(share, 0.0, 1.0) * area().height();
}

QPointF LoadCurve::placeOf(std::size_t point) const {
  const LoadPoint& p = capacity_.curve[point];
  return {xOf(p.perSecond), yOf(p.p99Ms.mean)};
}

void LoadCurve::paintEvent(QPaintEvent*) {
  if (capacity_.curve.empty()) return;
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setFont(Theme::instance().font(Type::Base, kSmall));
  drawAxes(painter);
  if (!capacity_.found.empty()) {
    const CapacityOf& all = capacity_.found.front();
    drawLoad(painter, all.today, Tone::Muted, tr("today %1").arg(format::rate(all.today)), 0);
    drawLoad(painter, all.perSecond(), Tone::Failing,
             (all.beyond ? tr("capacity beyond %1") : tr("capacity %1")).arg(format::rate(all.perSecond())), 1);
  }
  drawLine(painter, &LoadPoint::p50Ms, Tone::Traffic, tr("p50"));
  drawLine(painter, &LoadPoint::p99Ms, Tone::Degraded, tr("p99"));
  if (!capacity_.knee) return;
  const QPointF knee = placeOf(*capacity_.knee);
  painter.setPen(QPen(colorOf(Tone::Text), 1.6));
  painter.setBrush(Qt::NoBrush);
  painter.drawEllipse(knee, 6, 6);
  painter.drawText(QRectF(knee.x() - 90, knee.y() - 24, 80, 18), Qt::AlignRight | Qt::AlignVCenter, tr("the knee"));
}

void LoadCurve::drawAxes(QPainter& painter) const {
  const QRectF plot = area();
  for (double ms = low_; ms <= high_ * 1.001; ms *= 10) {
    painter.setPen(QPen(colorOf(Tone::Line), 1));
    painter.drawLine(QPointF(plot.left(), yOf(ms)), QPointF(plot.right(), yOf(ms)));
    painter.setPen(colorOf(Tone::Muted));
    painter.drawText(QRectF(0, yOf(ms) - 9, kLeft - 8, 18), Qt::AlignRight | Qt::AlignVCenter, format::value(ms, "ms"));
  }
  const ValueScale loads = linearScale(0, most_, "/s", std::max(2, static_cast<int>(plot.width() / 110)));
  for (const double load : loads.ticks) {
    if (load > most_ * 1.001) break;
    painter.setPen(colorOf(Tone::Muted));
    painter.drawText(QRectF(xOf(load) - 50, plot.bottom() + 4, 100, 18), Qt::AlignCenter, format::rate(load));
  }
}

// A load as an upright line; its words stand in one of two lines above the plot, so that they never meet.
void LoadCurve::drawLoad(QPainter& painter, double perSecond, Tone tone, const QString& text, int line) const {
  const double x = std::round(xOf(perSecond));
  painter.setPen(QPen(colorOf(tone), 1.4, Qt::DashLine));
  painter.drawLine(QPointF(x, 16 + line * 15), QPointF(x, area().bottom()));
  painter.setPen(colorOf(tone));
  const bool isLeft = x > width() / 2.0;
  const QRectF place = isLeft ? QRectF(x - 206, 2 + line * 15, 200, 16) : QRectF(x + 6, 2 + line * 15, 200, 16);
  painter.drawText(place, (isLeft ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter, text);
}

void LoadCurve::drawLine(QPainter& painter, Estimate LoadPoint::*figure, Tone tone, const QString& name) const {
  QPolygonF line;
  for (const LoadPoint& point : capacity_.curve) {
    const Estimate& e = point.*figure;
    if (!(e.mean > 0)) continue;
    line << QPointF(xOf(point.perSecond), yOf(e.mean));
    if (!std::isfinite(e.halfWidth)) continue;
    painter.setPen(QPen(Theme::instance().faint(tone, 0.6), 1.2));
    painter.drawLine(QPointF(line.last().x(), yOf(e.low())), QPointF(line.last().x(), yOf(e.high())));
  }
  if (line.isEmpty()) return;
  painter.setBrush(Qt::NoBrush);
  painter.setPen(QPen(colorOf(tone), 2, tone == Tone::Traffic ? Qt::DashLine : Qt::SolidLine));
  painter.drawPolyline(line);
  painter.setPen(colorOf(tone));
  painter.drawText(QRectF(line.last().x() + 6, line.last().y() - 9, kRight - 8, 18), Qt::AlignLeft | Qt::AlignVCenter, name);
}

}  // namespace faultline

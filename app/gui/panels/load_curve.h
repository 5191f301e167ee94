// Latency against load, with today's load, the capacity and the knee.
#pragma once

#include <QWidget>

#include "analysis/capacity.h"
#include "gui/style/theme.h"

namespace faultline {

class LoadCurve : public QWidget {
  Q_OBJECT

 public:
  explicit LoadCurve(QWidget* parent = nullptr);
  void show(const Capacity& capacity);
  // Where a point of the curve is drawn, its p99.
  QPointF placeOf(std::size_t point) const;
  QSize sizeHint() const override { return {600, 220}; }

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  QRectF area() const;
  double xOf(double perSecond) const;
  double yOf(double ms) const;
  void drawAxes(QPainter& painter) const;
  void drawLoad(QPainter& painter, double perSecond, Tone tone, const QString& text, int line) const;
  void drawLine(QPainter& painter, Estimate LoadPoint::*figure, Tone tone, const QString& name) const;

  Capacity capacity_;
  double most_ = 1;             // operations a second at the right
  double low_ = 1, high_ = 10;  // ms, powers of ten
};

}  // namespace faultline

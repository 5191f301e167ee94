// A small picture of a distribution, or of points over time.
#pragma once

#include <QWidget>
#include <vector>

#include "base/distribution.h"
#include "model/value.h"

namespace faultline {

class DensityPlot : public QWidget {
  Q_OBJECT

 public:
  enum class Detail { Shape, Figures };  // with figures: mean, median and p99 beneath the shape

  explicit DensityPlot(Detail detail, QWidget* parent = nullptr);

  // `ofTime`: nanoseconds; otherwise plain counts.
  void setDistribution(const Distribution& distribution, bool ofTime);
  // A list of [time, rate] as a Value of type Points.
  void setPoints(const ValueList& points);
  void clear();
  bool isEmpty() const { return heights_.empty(); }

  QSize sizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  Detail detail_;
  bool isLine_ = false;
  std::vector<QPointF> heights_;  // 0..1 both ways
  double mean_ = -1;              // place in 0..1; negative when outside
  QString figures_;
};

}  // namespace faultline

#include "gui/panels/density_plot.h"

#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <cmath>

#include "gui/style/format.h"
#include "gui/style/theme.h"

namespace faultline {

namespace {

constexpr int kBins = 48;
constexpr double kLowShare = 0.002, kHighShare = 0.99;  // a long tail would leave no room for the body

}  // namespace

DensityPlot::DensityPlot(Detail detail, QWidget* parent) : QWidget(parent), detail_(detail) {
  setSizePolicy(detail == Detail::Shape ? QSizePolicy::Fixed : QSizePolicy::Expanding, QSizePolicy::Fixed);
  setAttribute(Qt::WA_TransparentForMouseEvents, detail == Detail::Shape);
}

QSize DensityPlot::sizeHint() const { return detail_ == Detail::Shape ? QSize(34, 18) : QSize(180, 48); }

void DensityPlot::clear() {
  heights_.clear();
  figures_.clear();
  mean_ = -1;
  update();
}

void DensityPlot::setDistribution(const Distribution& distribution, bool ofTime) {
  clear();
  isLine_ = false;
  double low = distribution.quantile(kLowShare), high = distribution.quantile(kHighShare);
  if (!std::isfinite(low) || !std::isfinite(high)) return;
  const double mean = distribution.mean();
  if (high <= low) {  // one value: a spike in the middle
    low = high - 1;
    high += 1;
  }
  // Room at both ends, so that a steep edge is seen as one.
  const double margin = (high - low) * 0.06;
  low = std::max(0.0, low - margin);
  high += margin;
  double before = 0, most = 0;  // what lies at the low end belongs to the first bin
  std::vector<double> shares;
  for (int i = 1; i <= kBins; ++i) {
    const double until = distribution.cdf(low + (high - low) * i / kBins);
    shares.push_back(std::max(0.0, until - before));
    most = std::max(most, shares.back());
    before = until;
  }
  if (most <= 0) return;
  for (int i = 0; i < kBins; ++i) heights_.emplace_back((i + 0.5) / kBins, shares[static_cast<std::size_t>(i)] / most);
  if (std::isfinite(mean) && mean >= low && mean <= high) mean_ = (mean - low) / (high - low);
  const auto text = [ofTime](double value) {
    if (!std::isfinite(value)) return tr("none");
    return ofTime ? format::value(value / 1e9, "s") : format::count(value);
  };
  figures_ = tr("mean %1   p50 %2   p99 %3")
                 .arg(text(mean), text(distribution.quantile(0.5)), text(distribution.quantile(0.99)));
  update();
}

void DensityPlot::setPoints(const ValueList& points) {
  clear();
  isLine_ = true;
  double last = 0, most = 0;
  std::vector<QPointF> read;
  for (const Value& item : points) {
    const ValueList* point = item.as<ValueList>();
    if (point == nullptr || point->size() != 2) continue;
    const Duration* at = (*point)[0].as<Duration>();
    const double* rate = (*point)[1].as<double>();
    if (at == nullptr || rate == nullptr) continue;
    read.emplace_back(at->seconds(), *rate);
    last = std::max(last, at->seconds());
    most = std::max(most, *rate);
  }
  if (read.empty()) return;
  for (const QPointF& p : read) heights_.emplace_back(last > 0 ? p.x() / last : 0, most > 0 ? p.y() / most : 0);
  if (heights_.size() == 1) heights_.emplace_back(1, heights_[0].y());
  figures_ = tr("%1 points, at most %2").arg(read.size()).arg(format::rate(most));
  update();
}

void DensityPlot::paintEvent(QPaintEvent*) {
  if (heights_.empty()) return;
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  QRectF area = QRectF(rect()).adjusted(1, 2, -1, -2);
  if (detail_ == Detail::Figures) {
    painter.setFont(Theme::instance().textFont(Type::Base, 0.9));
    const double height = painter.fontMetrics().height();
    painter.setPen(colorOf(Tone::Muted));
    painter.drawText(QRectF(rect()), Qt::AlignLeft | Qt::AlignBottom, figures_);
    area.setBottom(area.bottom() - height - 2);
  }
  const auto at = [&](const QPointF& p) {
    return QPointF(area.left() + p.x() * area.width(), area.bottom() - p.y() * area.height());
  };
  QPainterPath line;
  line.moveTo(isLine_ ? at(heights_[0]) : area.bottomLeft());
  for (const QPointF& p : heights_) line.lineTo(at(p));
  if (!isLine_) line.lineTo(area.bottomRight());
  QPainterPath filled = line;
  filled.lineTo(area.bottomRight());
  filled.lineTo(area.bottomLeft());
  painter.fillPath(filled, Theme::instance().faint(Tone::Traffic, 0.25));
  painter.setPen(QPen(colorOf(Tone::Traffic), 1.2));
  painter.drawPath(line);
  if (mean_ < 0 || detail_ == Detail::Shape) return;
  painter.setPen(QPen(colorOf(Tone::Text), 1, Qt::DashLine));
  const double x = area.left() + mean_ * area.width();
  painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
}

}  // namespace faultline

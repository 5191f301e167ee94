#include "gui/panels/chart_crosshair.h"

#include "gui/panels/chart_tip.h"

namespace faultline {

namespace {

constexpr int kFrameMs = 16;

}  // namespace

ChartCrosshair::ChartCrosshair(const std::vector<ChartCard*>& cards, std::function<ChartSource()> source,
                               QWidget& panel)
    : QObject(&panel), cards_(cards), source_(std::move(source)), panel_(panel) {
  timer_.setInterval(kFrameMs);
  timer_.setSingleShot(true);
  connect(&timer_, &QTimer::timeout, this, &ChartCrosshair::show);
}

void ChartCrosshair::hover(ChartView* view, SimTime at) {
  hovered_ = view;
  at_ = at;
  if (!timer_.isActive()) timer_.start();
}

void ChartCrosshair::renew() {
  if (at_ && !timer_.isActive()) timer_.start();
}

void ChartCrosshair::end() {
  at_.reset();
  show();
}

void ChartCrosshair::show() {
  const ChartSource source = source_();
  for (ChartCard* card : cards_)
    if (card->isVisible() || !at_) card->setCursor(source, at_);
  // Of a time that the run has not reached there is nothing to read.
  const std::vector<SimTime>& times = source.series.times;
  const bool hasValues = source.ghost != nullptr || (at_ && !times.empty() && *at_ <= times.back());
  if (!at_ || !hovered_ || !hasValues) {
    if (tip_) tip_->hide();
    return;
  }
  if (!tip_ || tip_->parentWidget() != panel_.window()) {
    delete tip_;
    tip_ = new ChartTip(panel_.window());
  }
  const QPoint place(static_cast<int>(hovered_->xOf(*at_)), hovered_->height() / 4);
  tip_->showAt(hovered_->mapToGlobal(place), *at_, cards_, source);
}

QString ChartCrosshair::tipText() const { return tip_ && tip_->isVisible() ? tip_->text() : QString(); }

}  // namespace faultline

// What the track of the timeline looks like.
#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <cmath>

#include "gui/models/nice_ticks.h"
#include "gui/panels/timeline_track.h"
#include "gui/style/format.h"
#include "gui/style/theme.h"

namespace faultline {

namespace {

constexpr double kBranchTop = 8;

QColor faint(QColor color, double share) {
  color.setAlphaF(static_cast<float>(share));
  return color;
}

}  // namespace

QColor colorOf(TimelineModel::Meaning meaning) {
  switch (meaning) {
    case TimelineModel::Meaning::Breaks:
      return colorOf(Tone::Failing);
    case TimelineModel::Meaning::Mends:
      return colorOf(Tone::Ok);
    case TimelineModel::Meaning::Changes:
      return colorOf(Tone::Traffic);
    case TimelineModel::Meaning::Remarks:
      return colorOf(Tone::Muted);
  }
  return colorOf(Tone::Muted);
}

void TimelineTrack::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  drawSpans(painter);
  drawRuler(painter);
  drawProgress(painter);
  drawFlags(painter);
  drawOnsets(painter);
  drawPlayhead(painter);
  if (hasFocus()) {
    painter.setPen(QPen(faint(colorOf(Tone::Accent), 0.7), 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
  }
}

void TimelineTrack::drawSpans(QPainter& painter) const {
  const double top = places_.spansY();
  painter.setPen(Qt::NoPen);
  for (const TimelineModel::Entry& e : model_.entries()) {
    if (!e.until) continue;
    const double left = places_.xOf(e.at), right = places_.xOf(std::min(*e.until, duration_));
    if (e.source == TimelineModel::Source::Alert) {
      // One that still holds is known to hold until now.
      painter.fillRect(QRectF(left, places_.progressY() - 5, std::max(1.0, std::min(right, places_.xOf(now_)) - left), 2),
                       faint(colorOf(Tone::Degraded), 0.8));
      continue;
    }
    painter.fillRect(QRectF(left, top, std::max(2.0, right - left), TimelinePlaces::spansHeight()),
                     faint(colorOf(e.meaning), 0.22));
  }
}

void TimelineTrack::drawRuler(QPainter& painter) const {
  painter.setFont(Theme::instance().textFont(Type::Base, 0.86));
  const double top = height() - TimelinePlaces::rulerHeight();
  const Duration step = niceTimeStep(
      duration_, std::max(2, static_cast<int>((places_.right() - places_.left()) / TimelinePlaces::rulerLabel())));
  for (std::int64_t i = 0; i * step.ns <= duration_.ns; ++i) {
    const SimTime time{i * step.ns};
    const double x = places_.xOf(time);
    painter.setPen(colorOf(Tone::Line));
    painter.drawLine(QPointF(x, places_.progressY() + 4), QPointF(x, top + 1));
    painter.setPen(colorOf(Tone::Muted));
    QRectF place(x - TimelinePlaces::rulerLabel() / 2, top, TimelinePlaces::rulerLabel(),
                 TimelinePlaces::rulerHeight());
    place.translate(std::min(0.0, width() - place.right()), 0);
    if (place.left() < 0)
      painter.drawText(QRectF(2, top, TimelinePlaces::rulerLabel(), TimelinePlaces::rulerHeight()),
                       Qt::AlignLeft | Qt::AlignVCenter, format::shortClock(time));
    else
      painter.drawText(place, Qt::AlignCenter, format::shortClock(time));
  }
}

void TimelineTrack::drawProgress(QPainter& painter) const {
  const double y = places_.progressY();
  painter.setPen(Qt::NoPen);
  painter.setBrush(colorOf(Tone::Line));
  painter.drawRoundedRect(QRectF(places_.left(), y - 2, places_.right() - places_.left(), 4), 2, 2);
  painter.setBrush(faint(colorOf(Tone::Accent), 0.75));
  painter.drawRoundedRect(QRectF(places_.left(), y - 2, places_.xOf(now_) - places_.left(), 4), 2, 2);
  if (branch_) {
    painter.setPen(QPen(colorOf(Tone::Accent), 1.4, Qt::DashLine));
    painter.drawLine(QPointF(places_.xOf(*branch_), kBranchTop),
                     QPointF(places_.xOf(*branch_), height() - TimelinePlaces::rulerHeight()));
  }
  painter.setPen(QPen(colorOf(Tone::Panel), 1));
  painter.setBrush(colorOf(Tone::Degraded));
  for (std::size_t i = 0; i < model_.entries().size(); ++i) {
    const QRectF place = places_.alertOf(i);
    if (place.isEmpty()) continue;
    painter.drawPolygon(QPolygonF({place.bottomLeft(), QPointF(place.center().x(), place.top()), place.bottomRight()}));
  }
}

void TimelineTrack::drawFlags(QPainter& painter) const {
  painter.setFont(TimelinePlaces::flagFont());
  const QFontMetricsF metrics(TimelinePlaces::flagFont());
  for (const TimelinePlaces::Flag& flag : places_.flags()) {
    const TimelineModel::Entry& e = entry(flag.entry);
    const bool isMoving = moving_ && e.action >= 0 && e.action == dragged_;
    const bool isRemark = e.meaning == TimelineModel::Meaning::Remarks;
    double pole = flag.pole;
    QRectF rect = flag.rect;
    if (isMoving) {
      rect.translate(places_.xOf(draggedTo_) - pole, 0);
      pole = places_.xOf(draggedTo_);
    }
    const bool isStep = e.step >= 0;
    const QColor color = isStep ? colorOf(Tone::Accent) : colorOf(e.meaning);
    painter.setPen(QPen(faint(color, 0.9), 1.2));
    painter.drawLine(QPointF(pole, rect.top()), QPointF(pole, places_.progressY() - 2));
    // What was done live is an outline: it is not part of the scenario. So is a step of the lesson: it changes nothing.
    const bool isLive = e.source == TimelineModel::Source::Live;
    const bool isSelected = e.action >= 0 && e.action == selected_;
    painter.setPen(isSelected ? QPen(colorOf(Tone::Accent), 2)
                   : isLive   ? QPen(color, 1.2, Qt::DashLine)
                   : isStep   ? QPen(color, 1.2)
                              : QPen(Qt::NoPen));
    painter.setBrush(isLive || isStep ? colorOf(Tone::Panel) : isRemark ? colorOf(Tone::Input) : color);
    painter.drawRoundedRect(rect, 3, 3);
    painter.setPen(isLive || isStep ? color : isRemark ? colorOf(Tone::Text) : colorOf(Tone::Canvas));
    const QString text = isMoving ? format::clock(draggedTo_) : TimelinePlaces::flagText(e);
    if (rect.width() >= TimelinePlaces::kLeastFlag)
      painter.drawText(rect.adjusted(6, 0, -4, 0), Qt::AlignVCenter | Qt::AlignLeft,
                       metrics.elidedText(text, Qt::ElideRight, rect.width() - 10));
  }
}

void TimelineTrack::drawOnsets(QPainter& painter) const {
  painter.setFont(TimelinePlaces::flagFont());
  for (const TimelinePlaces::Onset& onset : places_.onsets()) {
    const QRectF place = places_.onsetOf(onset.entries.front());
    const bool breaks = std::any_of(onset.entries.begin(), onset.entries.end(), [this](std::size_t stage) {
      return entry(stage).meaning == TimelineModel::Meaning::Breaks;
    });
    const QColor color = colorOf(breaks ? Tone::Failing : Tone::Degraded);
    painter.setPen(QPen(color, 1));
    painter.drawLine(QPointF(place.center().x(), place.bottom() - 1), QPointF(onset.pole, places_.progressY() - 2));
    painter.setPen(QPen(colorOf(Tone::Panel), 1.5));
    painter.setBrush(color);
    painter.drawRoundedRect(place, place.height() / 2, place.height() / 2);
    painter.setPen(colorOf(Tone::Panel));
    painter.drawText(place, Qt::AlignCenter, places_.onsetText(onset));
  }
}

void TimelineTrack::drawPlayhead(QPainter& painter) const {
  const double x = std::round(places_.xOf(playhead_));
  const QColor color = colorOf(Tone::Text);
  painter.setPen(QPen(color, 1.6));
  painter.drawLine(QPointF(x, 4), QPointF(x, height() - TimelinePlaces::rulerHeight()));
  QPainterPath head;
  head.moveTo(x - 6, 0);
  head.lineTo(x + 6, 0);
  head.lineTo(x + 6, 6);
  head.lineTo(x, 12);
  head.lineTo(x - 6, 6);
  head.closeSubpath();
  painter.setPen(Qt::NoPen);
  painter.setBrush(live_ ? colorOf(Tone::Accent) : color);
  painter.drawPath(head);
}

}  // namespace faultline

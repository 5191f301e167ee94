#include "gui/panels/timeline_track.h"

#include <QApplication>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "gui/models/nice_ticks.h"
#include "gui/style/format.h"
#include "gui/style/theme.h"

namespace faultline {

TimelineTrack::TimelineTrack(const TimelineModel& model, QWidget* parent)
    : QWidget(parent), model_(model), places_(model) {
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  setAccessibleName(tr("Timeline"));
  setAccessibleDescription(tr("Left and right move the shown instant, with Ctrl to the previous and next incident; End is live."));
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  connect(&model, &QAbstractItemModel::modelReset, this, [this] {
    selected_ = -1;
    layOut();
  });
  connect(&Theme::instance(), &Theme::changed, this, [this] { layOut(); });
  layOut();
}

QSize TimelineTrack::sizeHint() const { return {600, places_.height()}; }

void TimelineTrack::setRun(SimTime now, SimTime duration) {
  if (now == now_ && duration == duration_) return;
  const bool relayout = duration != duration_;
  now_ = now;
  duration_ = std::max(duration, seconds(1));
  if (relayout) layOut();
  update();
}

void TimelineTrack::setPlayhead(SimTime at, bool isLive) {
  if (at == playhead_ && isLive == live_) return;
  playhead_ = at;
  live_ = isLive;
  update();
}

void TimelineTrack::setBranch(std::optional<SimTime> at) {
  branch_ = at;
  update();
}

void TimelineTrack::layOut() {
  if (places_.layOut(width(), duration_)) updateGeometry();
  update();
}

void TimelineTrack::resizeEvent(QResizeEvent*) { layOut(); }

// To a round time near a pixel, unless Ctrl is held.
SimTime TimelineTrack::snapped(SimTime time, Qt::KeyboardModifiers modifiers) const {
  return modifiers & Qt::ControlModifier ? time : places_.roundTime(time);
}

// ------------------------------------------------------------- gestures

void TimelineTrack::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  pressed_ = event->position();
  moving_ = seeking_ = false;
  dragged_ = -1;
  const bool isOnPlayhead = std::abs(pressed_.x() - places_.xOf(playhead_)) <= 7 && pressed_.y() <= 12;
  const auto hit = isOnPlayhead ? std::nullopt : places_.entryAt(pressed_);
  selected_ = hit ? entry(*hit).action : -1;
  if (hit && entry(*hit).action >= 0) {
    dragged_ = entry(*hit).action;
    draggedTo_ = entry(*hit).at;
  } else if (hit) {
    Q_EMIT seekWanted(entry(*hit).at);
  } else {
    seeking_ = true;
    Q_EMIT seekWanted(places_.timeAt(pressed_.x()));
  }
  update();
}

void TimelineTrack::mouseMoveEvent(QMouseEvent* event) {
  if (!(event->buttons() & Qt::LeftButton)) {
    const auto hit = places_.entryAt(event->position());
    setCursor(hit && entry(*hit).action >= 0 ? Qt::SizeHorCursor : hit ? Qt::PointingHandCursor : Qt::ArrowCursor);
    return;
  }
  if (seeking_) {
    Q_EMIT seekWanted(places_.timeAt(event->position().x()));
  } else if (dragged_ >= 0) {
    if (std::abs(event->position().x() - pressed_.x()) >= QApplication::startDragDistance() / 2) moving_ = true;
    // The flag keeps its place under the mouse.
    const double moved = (event->position().x() - pressed_.x()) * places_.secondsPerPixel();
    for (const TimelineModel::Entry& e : model_.entries())
      if (e.action == dragged_) draggedTo_ = durationFromSeconds(e.at.seconds() + moved);
    draggedTo_ = std::clamp(snapped(draggedTo_, event->modifiers()), SimTime{}, duration_);
    update();
  }
}

void TimelineTrack::mouseReleaseEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  const int action = std::exchange(dragged_, -1);
  const bool moved = std::exchange(moving_, false);
  seeking_ = false;
  update();
  if (action < 0) return;
  if (moved) Q_EMIT moveWanted(action, draggedTo_);
  else Q_EMIT seekWanted(draggedTo_);
}

void TimelineTrack::mouseDoubleClickEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  dragged_ = -1;
  const auto hit = places_.entryAt(event->position());
  if (hit && entry(*hit).action >= 0) Q_EMIT editWanted(entry(*hit).action);
  else if (hit && entry(*hit).alert >= 0)
    Q_EMIT ruleWanted(entry(*hit).alert);
  else if (!hit)
    Q_EMIT addWanted(snapped(places_.timeAt(event->position().x()), event->modifiers()));
}

void TimelineTrack::contextMenuEvent(QContextMenuEvent* event) {
  const bool byKey = event->reason() == QContextMenuEvent::Keyboard;
  const auto hit = byKey ? std::nullopt : places_.entryAt(event->pos());
  const int action = byKey ? selected_ : hit ? entry(*hit).action : -1;
  selected_ = action;
  update();
  Q_EMIT menuWanted(event->globalPos(), byKey ? playhead_ : snapped(places_.timeAt(event->pos().x()), {}), action);
}

void TimelineTrack::keyPressEvent(QKeyEvent* event) {
  const bool jump = event->modifiers() & Qt::ControlModifier;
  const Duration step = niceTimeStep(duration_, 600);
  switch (event->key()) {
    case Qt::Key_Home:
      return Q_EMIT seekWanted({});
    case Qt::Key_End:
      return Q_EMIT liveWanted();
    case Qt::Key_Left:
      if (!jump) return Q_EMIT seekWanted(std::max(SimTime{}, playhead_ - step));
      return Q_EMIT seekWanted(model_.previous(playhead_).value_or(SimTime{}));
    case Qt::Key_Right: {
      if (!jump) return Q_EMIT seekWanted(playhead_ + step);
      const auto next = model_.next(playhead_);
      if (next && *next <= now_) return Q_EMIT seekWanted(*next);
      return Q_EMIT liveWanted();
    }
    case Qt::Key_Delete:
    case Qt::Key_Backspace:
      if (selected_ >= 0) Q_EMIT removeWanted(selected_);
      return;
    case Qt::Key_F2:
    case Qt::Key_Return:
    case Qt::Key_Enter:
      if (selected_ >= 0) Q_EMIT editWanted(selected_);
      else Q_EMIT addWanted(playhead_);
      return;
    case Qt::Key_Escape:
      moving_ = false;
      dragged_ = selected_ = -1;
      return update();
    default:
      QWidget::keyPressEvent(event);
  }
}

bool TimelineTrack::event(QEvent* event) {
  if (event->type() == QEvent::ToolTip) {
    const auto* help = static_cast<QHelpEvent*>(event);
    if (const auto hit = places_.entryAt(help->pos())) {
      const TimelineModel::Entry& e = entry(*hit);
      QStringList lines;
      for (const std::size_t stage : places_.stagesWith(*hit))
        lines << QStringLiteral("%1  %2").arg(format::clock(entry(stage).at), entry(stage).text);
      if (lines.isEmpty()) lines << QStringLiteral("%1  %2").arg(format::clock(e.at), e.text);
      QString text = lines.join(QLatin1Char('\n'));
      if (e.until && *e.until != kNever) text += QLatin1Char('\n') + tr("until %1").arg(format::clock(*e.until));
      if (e.source == TimelineModel::Source::Live) text += QLatin1Char('\n') + tr("done live in this run");
      if (e.alert >= 0) text += QLatin1Char('\n') + tr("double-click to change the rule");
      QToolTip::showText(help->globalPos(), text, this);
    } else {
      QToolTip::hideText();
    }
    return true;
  }
  return QWidget::event(event);
}

}  // namespace faultline

#include "gui/panels/timeline_track.h"

#include <QApplication>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "gui/models/nice_ticks.h"
#include "gui/style/format.h"
#include "gui/style/theme.h"

namespace faultline {

namespace {

constexpr double kSide = 18, kTop = 8;
constexpr double kSpans = 15, kProgress = 20;
constexpr double kLeastFlag = 18;
constexpr int kMostLanes = 3;
constexpr double kAlertSize = 11, kOnsetSize = 15, kOnsetRise = 6;

// What holds texts grows with them.
double scaled(double size) { return size * Theme::instance().scale(); }
double laneHeight() { return scaled(19); }
double flagHeight() { return scaled(16); }
double rulerHeight() { return scaled(18); }
double rulerLabel() { return scaled(78); }
double mostFlag() { return scaled(260); }

QFont flagFont() {
  QFont font = Theme::instance().textFont(Type::Base, 0.86);
  font.setWeight(QFont::Medium);
  return font;
}

QColor faint(QColor color, double share) {
  color.setAlphaF(static_cast<float>(share));
  return color;
}

}  // namespace

QColor colorOf(TimelineModel::Meaning meaning) {
  switch (meaning) {
    case TimelineModel::Meaning::Breaks: return colorOf(Tone::Failing);
    case TimelineModel::Meaning::Mends: return colorOf(Tone::Ok);
    case TimelineModel::Meaning::Changes: return colorOf(Tone::Traffic);
    case TimelineModel::Meaning::Remarks: return colorOf(Tone::Muted);
  }
  return colorOf(Tone::Muted);
}

TimelineTrack::TimelineTrack(const TimelineModel& model, QWidget* parent) : QWidget(parent), model_(model) {
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

QSize TimelineTrack::sizeHint() const {
  return {600, static_cast<int>(kTop + lanes_ * laneHeight() + kSpans + kProgress + rulerHeight())};
}

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

// ------------------------------------------------------------- places

double TimelineTrack::xOf(SimTime time) const {
  return kSide + std::min(1.0, time.seconds() / duration_.seconds()) * (width() - 2 * kSide);
}

SimTime TimelineTrack::timeAt(double x) const {
  const double share = std::clamp((x - kSide) / std::max(1.0, width() - 2 * kSide), 0.0, 1.0);
  return durationFromSeconds(share * duration_.seconds());
}

double TimelineTrack::progressY() const { return kTop + lanes_ * laneHeight() + kSpans + kProgress / 2; }

// Flags go to the first lane where they fit; when none is free they share the least crowded one and are cut short.
void TimelineTrack::layOut() {
  flags_.clear();
  const QFontMetricsF metrics(flagFont());
  std::vector<double> ends;
  for (std::size_t i = 0; i < model_.entries().size(); ++i) {
    if (entry(i).source == TimelineModel::Source::Alert || entry(i).stage >= 0) continue;
    const double pole = std::round(xOf(entry(i).at));
    const double wanted = std::clamp(metrics.horizontalAdvance(entry(i).text) + 14, kLeastFlag, mostFlag());
    const double left = std::max(0.0, std::min(pole, width() - 2 - wanted));
    auto lane = std::find_if(ends.begin(), ends.end(), [&](double end) { return end <= left; });
    if (lane == ends.end() && ends.size() < kMostLanes) lane = ends.insert(ends.end(), 0);
    if (lane == ends.end()) lane = std::min_element(ends.begin(), ends.end());
    *lane = left + wanted + 3;
    flags_.push_back({i, QRectF(left, kTop + static_cast<double>(lane - ends.begin()) * laneHeight(), wanted, flagHeight()), pole});
  }
  // A flag ends where the next one of its lane begins.
  for (std::size_t i = 0; i < flags_.size(); ++i)
    for (std::size_t k = i + 1; k < flags_.size(); ++k)
      if (flags_[k].rect.top() == flags_[i].rect.top() && flags_[k].rect.left() < flags_[i].rect.right() &&
          flags_[k].rect.left() >= flags_[i].rect.left())
        flags_[i].rect.setRight(std::max(flags_[i].rect.left() + 4, flags_[k].rect.left() - 1));
  layOutOnsets();
  const int lanes = std::max(1, static_cast<int>(ends.size()));
  if (lanes != lanes_) {
    lanes_ = lanes;
    updateGeometry();
  }
  update();
}

// The stages of an incident often begin within seconds: those that would cover one another stand side by side around the
// middle of their times, so that none is farther away than it has to be.
void TimelineTrack::layOutOnsets() {
  struct Cluster {
    double sum = 0;  // of the left edges that its members would like, less their places in the row
    int count = 0;
    double left() const { return sum / count; }
  };
  constexpr double kStep = kOnsetSize + 1;
  onsets_.clear();
  std::vector<Cluster> clusters;
  for (std::size_t i = 0; i < model_.entries().size(); ++i) {
    if (entry(i).stage < 0) continue;
    const double pole = xOf(entry(i).at);
    Cluster cluster{pole - kOnsetSize / 2 - kStep * static_cast<double>(onsets_.size()), 1};
    onsets_.push_back({i, QRectF(0, 0, kOnsetSize, kOnsetSize), pole});
    for (; !clusters.empty() && clusters.back().left() > cluster.left(); clusters.pop_back())
      cluster = {clusters.back().sum + cluster.sum, clusters.back().count + cluster.count};
    clusters.push_back(cluster);
  }
  const double most = width() - 2 - kStep * static_cast<double>(onsets_.size());
  auto onset = onsets_.begin();
  double place = 0;
  for (const Cluster& cluster : clusters)
    for (int i = 0; i < cluster.count; ++i, ++onset, place += kStep)
      onset->rect.moveLeft(std::max(0.0, std::min(cluster.left(), most)) + place);
}

QRectF TimelineTrack::onsetOf(std::size_t index) const {
  for (const Flag& onset : onsets_)
    if (onset.entry == index) return onset.rect.translated(0, progressY() - kOnsetSize - kOnsetRise);
  return {};
}

QRectF TimelineTrack::flagOf(std::size_t index) const {
  for (const Flag& flag : flags_)
    if (flag.entry == index) return flag.rect;
  return {};
}

QRectF TimelineTrack::alertOf(std::size_t index) const {
  if (entry(index).source != TimelineModel::Source::Alert) return {};
  return QRectF(xOf(entry(index).at) - kAlertSize / 2, progressY() - kAlertSize / 2 - 1, kAlertSize, kAlertSize);
}

std::optional<std::size_t> TimelineTrack::entryAt(QPointF place) const {
  for (auto flag = flags_.rbegin(); flag != flags_.rend(); ++flag)
    if (flag->rect.adjusted(-2, -2, 2, 2).contains(place)) return flag->entry;
  for (const Flag& onset : onsets_)
    if (onsetOf(onset.entry).contains(place)) return onset.entry;
  for (std::size_t i = model_.entries().size(); i-- > 0;)
    if (alertOf(i).adjusted(-3, -3, 3, 3).contains(place)) return i;
  return std::nullopt;
}

// To a round time near a pixel, unless Ctrl is held.
SimTime TimelineTrack::snapped(SimTime time, Qt::KeyboardModifiers modifiers) const {
  if (modifiers & Qt::ControlModifier) return time;
  const Duration step = niceTimeStep(duration_, std::max(1, width() / 2));
  return {(time.ns + step.ns / 2) / step.ns * step.ns};
}

void TimelineTrack::resizeEvent(QResizeEvent*) { layOut(); }

// ------------------------------------------------------------- painting

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
  const double top = kTop + lanes_ * laneHeight();
  painter.setPen(Qt::NoPen);
  for (const TimelineModel::Entry& e : model_.entries()) {
    if (!e.until) continue;
    const double left = xOf(e.at), right = xOf(std::min(*e.until, duration_));
    if (e.source == TimelineModel::Source::Alert) {
      painter.fillRect(QRectF(left, progressY() - 5, std::max(1.0, right - left), 2), faint(colorOf(Tone::Degraded), 0.8));
      continue;
    }
    painter.fillRect(QRectF(left, top, std::max(2.0, right - left), kSpans - 2), faint(colorOf(e.meaning), 0.22));
  }
}

void TimelineTrack::drawRuler(QPainter& painter) const {
  painter.setFont(Theme::instance().textFont(Type::Base, 0.86));
  const double top = height() - rulerHeight();
  const Duration step = niceTimeStep(duration_, std::max(2, static_cast<int>((width() - 2 * kSide) / rulerLabel())));
  for (std::int64_t i = 0; i * step.ns <= duration_.ns; ++i) {
    const SimTime time{i * step.ns};
    const double x = xOf(time);
    painter.setPen(colorOf(Tone::Line));
    painter.drawLine(QPointF(x, progressY() + 4), QPointF(x, top + 1));
    painter.setPen(colorOf(Tone::Muted));
    QRectF place(x - rulerLabel() / 2, top, rulerLabel(), rulerHeight());
    place.translate(std::min(0.0, width() - place.right()), 0);
    if (place.left() < 0) painter.drawText(QRectF(2, top, rulerLabel(), rulerHeight()), Qt::AlignLeft | Qt::AlignVCenter, format::shortClock(time));
    else painter.drawText(place, Qt::AlignCenter, format::shortClock(time));
  }
}

void TimelineTrack::drawProgress(QPainter& painter) const {
  const double y = progressY();
  painter.setPen(Qt::NoPen);
  painter.setBrush(colorOf(Tone::Line));
  painter.drawRoundedRect(QRectF(kSide, y - 2, width() - 2 * kSide, 4), 2, 2);
  painter.setBrush(faint(colorOf(Tone::Accent), 0.75));
  painter.drawRoundedRect(QRectF(kSide, y - 2, xOf(now_) - kSide, 4), 2, 2);
  if (branch_) {
    painter.setPen(QPen(colorOf(Tone::Accent), 1.4, Qt::DashLine));
    painter.drawLine(QPointF(xOf(*branch_), kTop), QPointF(xOf(*branch_), height() - rulerHeight()));
  }
  painter.setPen(QPen(colorOf(Tone::Panel), 1));
  painter.setBrush(colorOf(Tone::Degraded));
  for (std::size_t i = 0; i < model_.entries().size(); ++i) {
    const QRectF place = alertOf(i);
    if (place.isEmpty()) continue;
    painter.drawPolygon(QPolygonF({place.bottomLeft(), QPointF(place.center().x(), place.top()), place.bottomRight()}));
  }
}

void TimelineTrack::drawFlags(QPainter& painter) const {
  painter.setFont(flagFont());
  const QFontMetricsF metrics(flagFont());
  for (const Flag& flag : flags_) {
    const TimelineModel::Entry& e = entry(flag.entry);
    const bool isMoving = moving_ && e.action >= 0 && e.action == dragged_;
    const bool isRemark = e.meaning == TimelineModel::Meaning::Remarks;
    double pole = flag.pole;
    QRectF rect = flag.rect;
    if (isMoving) {
      rect.translate(xOf(draggedTo_) - pole, 0);
      pole = xOf(draggedTo_);
    }
    const QColor color = colorOf(e.meaning);
    painter.setPen(QPen(faint(color, 0.9), 1.2));
    painter.drawLine(QPointF(pole, rect.top()), QPointF(pole, progressY() - 2));
    // What was done live is an outline: it is not part of the scenario.
    const bool isLive = e.source == TimelineModel::Source::Live;
    const bool isSelected = e.action >= 0 && e.action == selected_;
    painter.setPen(isSelected ? QPen(colorOf(Tone::Accent), 2) : isLive ? QPen(color, 1.2, Qt::DashLine) : QPen(Qt::NoPen));
    painter.setBrush(isLive ? colorOf(Tone::Panel) : isRemark ? colorOf(Tone::Input) : color);
    painter.drawRoundedRect(rect, 3, 3);
    painter.setPen(isLive ? color : isRemark ? colorOf(Tone::Text) : colorOf(Tone::Canvas));
    const QString text = isMoving ? format::clock(draggedTo_) : e.text;
    if (rect.width() >= kLeastFlag)
      painter.drawText(rect.adjusted(6, 0, -4, 0), Qt::AlignVCenter | Qt::AlignLeft,
                       metrics.elidedText(text, Qt::ElideRight, rect.width() - 10));
  }
}

void TimelineTrack::drawOnsets(QPainter& painter) const {
  painter.setFont(flagFont());
  for (const Flag& onset : onsets_) {
    const QRectF place = onsetOf(onset.entry);
    const QColor color = colorOf(entry(onset.entry).meaning == TimelineModel::Meaning::Breaks ? Tone::Failing : Tone::Degraded);
    painter.setPen(QPen(color, 1));
    painter.drawLine(QPointF(place.center().x(), place.bottom() - 1), QPointF(onset.pole, progressY() - 2));
    painter.setPen(QPen(colorOf(Tone::Panel), 1.5));
    painter.setBrush(color);
    painter.drawEllipse(place);
    painter.setPen(colorOf(Tone::Panel));
    painter.drawText(place, Qt::AlignCenter, QString::number(entry(onset.entry).stage + 1));
  }
}

void TimelineTrack::drawPlayhead(QPainter& painter) const {
  const double x = std::round(xOf(playhead_));
  const QColor color = colorOf(Tone::Text);
  painter.setPen(QPen(color, 1.6));
  painter.drawLine(QPointF(x, 4), QPointF(x, height() - rulerHeight()));
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

// ------------------------------------------------------------- gestures

void TimelineTrack::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  pressed_ = event->position();
  moving_ = seeking_ = false;
  dragged_ = -1;
  const bool isOnPlayhead = std::abs(pressed_.x() - xOf(playhead_)) <= 7 && pressed_.y() <= 12;
  const auto hit = isOnPlayhead ? std::nullopt : entryAt(pressed_);
  selected_ = hit ? entry(*hit).action : -1;
  if (hit && entry(*hit).action >= 0) {
    dragged_ = entry(*hit).action;
    draggedTo_ = entry(*hit).at;
  } else if (hit) {
    Q_EMIT seekWanted(entry(*hit).at);
  } else {
    seeking_ = true;
    Q_EMIT seekWanted(timeAt(pressed_.x()));
  }
  update();
}

void TimelineTrack::mouseMoveEvent(QMouseEvent* event) {
  if (!(event->buttons() & Qt::LeftButton)) {
    const auto hit = entryAt(event->position());
    setCursor(hit && entry(*hit).action >= 0 ? Qt::SizeHorCursor : hit ? Qt::PointingHandCursor : Qt::ArrowCursor);
    return;
  }
  if (seeking_) {
    Q_EMIT seekWanted(timeAt(event->position().x()));
  } else if (dragged_ >= 0) {
    if (std::abs(event->position().x() - pressed_.x()) >= QApplication::startDragDistance() / 2) moving_ = true;
    // The flag keeps its place under the mouse.
    const double perPixel = duration_.seconds() / std::max(1.0, width() - 2 * kSide);
    const double moved = (event->position().x() - pressed_.x()) * perPixel;
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
  const auto hit = entryAt(event->position());
  if (hit && entry(*hit).action >= 0) Q_EMIT editWanted(entry(*hit).action);
  else if (!hit) Q_EMIT addWanted(snapped(timeAt(event->position().x()), event->modifiers()));
}

void TimelineTrack::contextMenuEvent(QContextMenuEvent* event) {
  const bool byKey = event->reason() == QContextMenuEvent::Keyboard;
  const auto hit = byKey ? std::nullopt : entryAt(event->pos());
  const int action = byKey ? selected_ : hit ? entry(*hit).action : -1;
  selected_ = action;
  update();
  Q_EMIT menuWanted(event->globalPos(), byKey ? playhead_ : snapped(timeAt(event->pos().x()), {}), action);
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
    if (const auto hit = entryAt(help->pos())) {
      const TimelineModel::Entry& e = entry(*hit);
      QString text = QStringLiteral("%1  %2").arg(format::clock(e.at), e.text);
      if (e.until && *e.until != kNever) text += QLatin1Char('\n') + tr("until %1").arg(format::clock(*e.until));
      if (e.source == TimelineModel::Source::Live) text += QLatin1Char('\n') + tr("done live in this run");
      QToolTip::showText(help->globalPos(), text, this);
    } else {
      QToolTip::hideText();
    }
    return true;
  }
  return QWidget::event(event);
}

}  // namespace faultline

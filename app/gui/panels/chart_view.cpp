#include "gui/panels/chart_view.h"

#include <QChart>
#include <QGraphicsLayout>
#include <QLineSeries>
#include <QMouseEvent>
#include <QPainter>
#include <QScatterSeries>
#include <QValueAxis>
#include <algorithm>
#include <cmath>

#include "gui/models/run_lines.h"
#include "gui/style/format.h"
#include "gui/style/theme.h"

namespace faultline {

namespace {

constexpr double kRight = 12;
constexpr double kLineWidth = 1.6;
// With more gaps than this in one line, the narrowest are drawn over.
constexpr std::size_t kMostPieces = 24;
constexpr double kZoomStep = 1.25;

// Room for labels grows with them.
double scaled(double size) { return size * Theme::instance().scale(); }
double leftRoom() { return scaled(56); }
double topRoom() { return scaled(14); }
double bottomRoom() { return scaled(18); }
double timeLabelWidth() { return scaled(64); }
double valueLabelHeight() { return scaled(30); }

QFont smallFont() { return Theme::instance().textFont(Type::Base, 0.8); }

LinePieces fewer(const LinePieces& pieces) {
  if (pieces.size() <= kMostPieces) return pieces;
  std::vector<double> gaps;
  for (std::size_t i = 1; i < pieces.size(); ++i) gaps.push_back(pieces[i].first().x() - pieces[i - 1].last().x());
  std::vector<double> sorted = gaps;
  std::nth_element(sorted.begin(), sorted.end() - kMostPieces, sorted.end());
  const double widest = sorted[sorted.size() - kMostPieces];
  LinePieces joined{pieces[0]};
  for (std::size_t i = 1; i < pieces.size(); ++i) {
    if (gaps[i - 1] > widest)
      joined.push_back(pieces[i]);
    else
      joined.back().append(pieces[i]);
  }
  return joined;
}

QColor withAlpha(QColor color, double alpha) {
  color.setAlphaF(static_cast<float>(alpha));
  return color;
}

}  // namespace

ChartView::ChartView(QWidget* parent) : QChartView(parent), timeAxis_(new QValueAxis), valueAxis_(new QValueAxis) {
  chart()->setAnimationOptions(QChart::NoAnimation);
  chart()->layout()->setContentsMargins(0, 0, 0, 0);
  chart()->setMargins({});
  chart()->setBackgroundVisible(false);
  chart()->legend()->hide();
  for (QValueAxis* axis : {timeAxis_, valueAxis_}) axis->setVisible(false);
  chart()->addAxis(timeAxis_, Qt::AlignBottom);
  chart()->addAxis(valueAxis_, Qt::AlignLeft);
  setFrameShape(QFrame::NoFrame);
  setRenderHint(QPainter::Antialiasing);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  viewport()->setMouseTracking(true);
  setMinimumSize(140, 100);
  setFocusPolicy(Qt::NoFocus);
  // A view of a scene takes every drag for itself: metrics are for the dashboard, files for the window.
  setAcceptDrops(false);
  viewport()->setAcceptDrops(false);
  scale_ = linearScale(0, 1, "", 4);
  connect(&Theme::instance(), &Theme::changed, this, &ChartView::layOut);
}

// ------------------------------------------------------------- lines

void ChartView::attach(QXYSeries* series) {
  chart()->addSeries(series);
  series->attachAxis(timeAxis_);
  series->attachAxis(valueAxis_);
}

void ChartView::draw(std::vector<QLineSeries*>& series, const LinePieces& all, const QPen& pen) {
  const LinePieces pieces = fewer(all);
  while (series.size() < pieces.size()) {
    series.push_back(new QLineSeries);
    attach(series.back());
  }
  for (std::size_t i = 0; i < series.size(); ++i) {
    if (i >= pieces.size()) {
      if (series[i]->count() > 0) series[i]->replace(QList<QPointF>());
      continue;
    }
    QList<QPointF> points = pieces[i];
    for (QPointF& point : points) point.setY(scale_.place(point.y()));
    if (series[i]->pen() != pen) series[i]->setPen(pen);
    series[i]->replace(points);
  }
}

void ChartView::chooseScale(const std::vector<Line>& lines, const std::string& unit, bool logarithmic) {
  RunLines::Range range;
  for (const Line& line : lines) {
    range = rangeOf(line.ghost, rangeOf(line.pieces, range));
    range = rangeOf({line.dots}, range);
  }
  const int ticks = std::max(2, static_cast<int>(plot_.height() / valueLabelHeight()));
  scale_ = logarithmic ? logScale(range.leastPositive > 0 ? range.leastPositive : 1, range.max)
                       : linearScale(range.min, range.max, unit, ticks);
}

void ChartView::show(const std::vector<Line>& lines, const std::string& unit, bool logarithmic, SimTime from,
                     SimTime to) {
  unit_ = unit;
  from_ = from;
  to_ = to > from ? to : from + seconds(1);
  chooseScale(lines, unit, logarithmic);
  timeAxis_->setRange(from_.seconds(), to_.seconds());
  valueAxis_->setRange(scale_.low, scale_.high);
  strokes_.resize(std::max(strokes_.size(), lines.size()));
  colors_.clear();
  for (std::size_t i = 0; i < strokes_.size(); ++i) {
    const Line line = i < lines.size() ? lines[i] : Line();
    colors_.push_back(line.color);
    QPen pen(line.color, kLineWidth, line.isDashed ? Qt::DashLine : Qt::SolidLine, Qt::FlatCap, Qt::RoundJoin);
    QPen ghost(withAlpha(line.color, 0.55), kLineWidth, Qt::DotLine, Qt::FlatCap, Qt::RoundJoin);
    draw(strokes_[i].ghost, line.ghost, ghost);
    draw(strokes_[i].pieces, line.pieces, pen);
    if (strokes_[i].dots == nullptr && !line.dots.isEmpty()) {
      strokes_[i].dots = new QScatterSeries;
      strokes_[i].dots->setMarkerSize(3.5);
      attach(strokes_[i].dots);
    }
    if (QScatterSeries* dots = strokes_[i].dots) {
      dots->setBorderColor(Qt::transparent);
      dots->setColor(withAlpha(line.color, 0.75));
      QList<QPointF> points;
      for (const QPointF& dot : line.dots)
        if (dot.x() >= from_.seconds() && dot.x() <= to_.seconds()) points.append({dot.x(), scale_.place(dot.y())});
      dots->replace(points);
    }
  }
  viewport()->update();
}

int ChartView::pointCount() const {
  int count = 0;
  for (const Strokes& stroke : strokes_)
    for (const auto* list : {&stroke.pieces, &stroke.ghost})
      for (const QLineSeries* series : *list) count += static_cast<int>(series->count());
  return count;
}

int ChartView::columns() const { return std::max(1, static_cast<int>(plot_.width() / 2)); }

// ------------------------------------------------------------- places

void ChartView::layOut() {
  plot_ = QRectF(leftRoom(), topRoom(), std::max(10.0, width() - leftRoom() - kRight), std::max(10.0, height() - topRoom() - bottomRoom()));
  chart()->setPlotArea(plot_);
}

void ChartView::resizeEvent(QResizeEvent* event) {
  QChartView::resizeEvent(event);
  layOut();
}

double ChartView::xOf(SimTime time) const {
  return plot_.left() + (time - from_).seconds() / (to_ - from_).seconds() * plot_.width();
}

SimTime ChartView::timeAt(double x) const {
  const double share = std::clamp((x - plot_.left()) / plot_.width(), 0.0, 1.0);
  return from_ + durationFromSeconds((to_ - from_).seconds() * share);
}

double ChartView::yOf(double value) const {
  const double share = (scale_.place(value) - scale_.low) / (scale_.high - scale_.low);
  return plot_.bottom() - share * plot_.height();
}

// ------------------------------------------------------------- painting

void ChartView::setMarks(Marks marks) {
  marks_ = std::move(marks);
  viewport()->update();
}

void ChartView::setPlayhead(SimTime at) {
  if (at == playhead_) return;
  playhead_ = at;
  viewport()->update();
}

void ChartView::setCursor(std::optional<SimTime> at, std::vector<double> values) {
  if (!at && !cursor_) return;
  cursor_ = at;
  cursorValues_ = std::move(values);
  viewport()->update();
}

void ChartView::drawBackground(QPainter* painter, const QRectF& rect) {
  painter->fillRect(rect, colorOf(Tone::Card));
  painter->save();
  drawGrid(*painter);
  drawMarks(*painter);
  painter->restore();
}

void ChartView::drawGrid(QPainter& painter) const {
  painter.setFont(smallFont());
  painter.setRenderHint(QPainter::Antialiasing, false);
  const QPen gridPen(Theme::instance().faint(Tone::Line, 0.7), 1), textPen(colorOf(Tone::Muted));
  for (const double tick : scale_.ticks) {
    const double y = std::round(plot_.bottom() - (tick - scale_.low) / (scale_.high - scale_.low) * plot_.height());
    painter.setPen(gridPen);
    painter.drawLine(QPointF(plot_.left(), y), QPointF(plot_.right(), y));
    painter.setPen(textPen);
    painter.drawText(QRectF(0, y - valueLabelHeight() / 2, leftRoom() - 6, valueLabelHeight()), Qt::AlignRight | Qt::AlignVCenter,
                     format::value(scale_.value(tick), unit_));
  }
  const Duration step = niceTimeStep(to_ - from_, std::max(2, static_cast<int>(plot_.width() / timeLabelWidth())));
  for (std::int64_t i = (from_.ns + step.ns - 1) / step.ns; i * step.ns <= to_.ns; ++i) {
    const SimTime time{i * step.ns};
    const QRectF place(xOf(time) - timeLabelWidth() / 2, plot_.bottom() + 2, timeLabelWidth(), bottomRoom() - 2);
    const double shift = std::min(0.0, width() - place.right());
    painter.drawText(place.translated(shift, 0), Qt::AlignCenter,
                     step < seconds(1) ? format::clock(time) : format::shortClock(time));
  }
}

void ChartView::drawMarks(QPainter& painter) const {
  painter.setClipRect(plot_.adjusted(0, -topRoom(), 0, 0));
  for (const Band& band : marks_.bands) {
    const double left = xOf(std::max(band.from, from_)), right = xOf(std::min(band.to, to_));
    if (right > left)
      painter.fillRect(QRectF(left, plot_.top(), right - left, plot_.height()), withAlpha(band.color, 0.1));
  }
  if (marks_.branch && *marks_.branch > from_ && *marks_.branch < to_) {
    const double x = std::round(xOf(*marks_.branch));
    painter.fillRect(QRectF(x, plot_.top(), plot_.right() - x, plot_.height()),
                     Theme::instance().faint(Tone::Accent, 0.05));
    painter.setPen(QPen(colorOf(Tone::Accent), 1, Qt::DashLine));
    painter.drawLine(QPointF(x, plot_.top()), QPointF(x, plot_.bottom()));
  }
  painter.setFont(smallFont());
  const QFontMetricsF metrics(painter.font());
  for (std::size_t i = 0; i < marks_.events.size(); ++i) {
    const Event& event = marks_.events[i];
    if (event.at < from_ || event.at > to_) continue;
    const double x = std::round(xOf(event.at));
    painter.setPen(QPen(withAlpha(event.color, 0.8), 1));
    painter.drawLine(QPointF(x, plot_.top() - 3), QPointF(x, plot_.bottom()));
    double room = plot_.right() - x;
    for (std::size_t k = i + 1; k < marks_.events.size(); ++k)
      if (marks_.events[k].at > event.at) {
        room = std::min(room, xOf(marks_.events[k].at) - x);
        break;
      }
    const bool isFirstHere = i == 0 || marks_.events[i - 1].at != event.at;
    if (room < 36 || !isFirstHere) continue;
    painter.setPen(event.color);
    painter.drawText(QRectF(x + 3, plot_.top() - topRoom(), room - 6, topRoom()), Qt::AlignLeft | Qt::AlignVCenter,
                     metrics.elidedText(event.text, Qt::ElideRight, room - 6));
  }
  // From the top. A label that would touch a line or a label above it goes below its own line, or nowhere.
  std::vector<Limit> limits = marks_.limits;
  std::stable_sort(limits.begin(), limits.end(), [](const Limit& a, const Limit& b) { return a.value > b.value; });
  std::vector<QRectF> taken;
  for (const Limit& limit : limits) {
    const double place = scale_.place(limit.value);
    if (place < scale_.low || place > scale_.high) continue;
    const double y = std::round(yOf(limit.value));
    painter.setPen(QPen(limit.color, 1, Qt::DashLine));
    painter.drawLine(QPointF(plot_.left(), y), QPointF(plot_.right(), y));
    for (const double top : {y - 14, y + 1}) {
      const QRectF label(plot_.left(), top, plot_.width() - 2, 13);
      if (std::any_of(taken.begin(), taken.end(), [&](const QRectF& other) { return other.intersects(label); }))
        continue;
      taken.push_back(label);
      painter.drawText(label, Qt::AlignRight | Qt::AlignVCenter, limit.text);
      break;
    }
    taken.emplace_back(plot_.left(), y - 1, plot_.width(), 2);
  }
}

void ChartView::drawForeground(QPainter* painter, const QRectF&) {
  painter->save();
  if (playhead_ >= from_ && playhead_ <= to_) {
    const double x = std::round(xOf(playhead_));
    painter->setPen(QPen(withAlpha(colorOf(Tone::Text), 0.65), 1.5));
    painter->drawLine(QPointF(x, plot_.top()), QPointF(x, plot_.bottom()));
  }
  if (zoomFrom_ && zoomTo_) {
    const double a = xOf(*zoomFrom_), b = xOf(*zoomTo_);
    painter->fillRect(QRectF(std::min(a, b), plot_.top(), std::abs(b - a), plot_.height()),
                      Theme::instance().faint(Tone::Accent, 0.2));
  }
  if (cursor_ && *cursor_ >= from_ && *cursor_ <= to_) {
    const double x = std::round(xOf(*cursor_));
    painter->setPen(QPen(colorOf(Tone::Muted), 1, Qt::DashLine));
    painter->drawLine(QPointF(x, plot_.top()), QPointF(x, plot_.bottom()));
    for (std::size_t i = 0; i < cursorValues_.size() && i < colors_.size(); ++i) {
      if (std::isnan(cursorValues_[i])) continue;
      painter->setPen(QPen(colorOf(Tone::Card), 1.5));
      painter->setBrush(colors_[i]);
      painter->drawEllipse(QPointF(x, yOf(cursorValues_[i])), 3.5, 3.5);
    }
  }
  painter->restore();
}

// ------------------------------------------------------------- mouse

void ChartView::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return event->ignore();
  const SimTime at = timeAt(event->position().x());
  if (event->modifiers() & Qt::ShiftModifier) {
    zoomFrom_ = zoomTo_ = at;
  } else {
    seeking_ = true;
    Q_EMIT seeked(at);
  }
  event->accept();
}

void ChartView::mouseMoveEvent(QMouseEvent* event) {
  const SimTime at = timeAt(event->position().x());
  if (zoomFrom_) {
    zoomTo_ = at;
    viewport()->update();
  } else if (seeking_) {
    Q_EMIT seeked(at);
  }
  Q_EMIT hovered(at);
  event->accept();
}

void ChartView::mouseReleaseEvent(QMouseEvent* event) {
  seeking_ = false;
  if (zoomFrom_ && zoomTo_) {
    const SimTime a = std::min(*zoomFrom_, *zoomTo_), b = std::max(*zoomFrom_, *zoomTo_);
    zoomFrom_.reset();
    zoomTo_.reset();
    viewport()->update();
    if (xOf(b) - xOf(a) >= 4) Q_EMIT zoomed(a, b);
  }
  event->accept();
}

void ChartView::mouseDoubleClickEvent(QMouseEvent* event) {
  event->accept();
  Q_EMIT zoomReset();
}

void ChartView::wheelEvent(QWheelEvent* event) {
  if (!(event->modifiers() & Qt::ControlModifier) || event->angleDelta().y() == 0) return event->ignore();
  const double factor = std::pow(kZoomStep, -event->angleDelta().y() / 120.0);
  const SimTime at = timeAt(event->position().x());
  const auto scaled = [&](SimTime edge) { return at.seconds() + (edge - at).seconds() * factor; };
  Q_EMIT zoomed(durationFromSeconds(std::max(0.0, scaled(from_))), durationFromSeconds(scaled(to_)));
  event->accept();
}

void ChartView::leaveEvent(QEvent* event) {
  QChartView::leaveEvent(event);
  Q_EMIT hoverEnded();
}

}  // namespace faultline

#include "gui/canvas/edge_item.h"

#include <QCoreApplication>
#include <QLineF>
#include <QPainter>
#include <QStyleOptionGraphicsItem>
#include <algorithm>
#include <cmath>

#include "gui/style/format.h"
#include "gui/style/theme.h"

namespace faultline {

namespace {

constexpr double kRestingWidth = 1.4;
constexpr double kLaneDistance = 14;
constexpr double kSomeShare = 0.005, kFailingShare = 0.05;  // as for the health of nodes
constexpr double kArrow = 6;
// Below this zoom, thin lines without width and no dots: wide smooth strokes are what a large canvas costs.
constexpr double kThinZoom = 0.6;
constexpr double kDotsZoom = 0.25;

enum class Side { Left, Right, Top, Bottom };

QPointF anchor(const QRectF& card, Side side, double shift) {
  switch (side) {
    case Side::Left:
      return {card.left() - 4.5, card.center().y() + shift};
    case Side::Right:
      return {card.right() + 4.5, card.center().y() + shift};
    case Side::Top:
      return {card.center().x() + shift, card.top()};
    case Side::Bottom:
      return {card.center().x() + shift, card.bottom()};
  }
  return card.center();
}

QPointF outward(Side side) {
  switch (side) {
    case Side::Left:
      return {-1, 0};
    case Side::Right:
      return {1, 0};
    case Side::Top:
      return {0, -1};
    case Side::Bottom:
      return {0, 1};
  }
  return {};
}

// Dots stand for the rate: the distance between them shrinks with its logarithm, so that one call a second and ten
// thousand can be told apart on one canvas.
double dotDistance(double rate) { return 150 / (0.8 + std::log10(1 + rate)); }

// A fast answer lets them run, a slow one crawl.
double dotSpeed(double latencyMs) { return 90 / (1 + std::log10(1 + latencyMs / 10)); }

// Spreads the share of failures evenly over the dots (golden ratio), the same on every frame.
bool isCross(std::int64_t number, double failedShare) {
  const double place = static_cast<double>(number) * 0.6180339887498949;
  return place - std::floor(place) < failedShare;
}

}  // namespace

EdgeItem::EdgeItem(const EdgeSpec& spec) {
  setZValue(-1);
  setSpec(spec);
}

void EdgeItem::setSpec(const EdgeSpec& spec) {
  name_ = spec.name();
  from_ = spec.from;
  to_ = spec.to;
  const Value* mode = spec.policy.find("mode");
  isSent_ = mode != nullptr && *mode == Value("send");
  update();
}

void EdgeItem::setMarked(bool marked) {
  if (marked == marked_) return;
  marked_ = marked;
  update();
}

void EdgeItem::setLit(bool lit) {
  if (lit == lit_) return;
  lit_ = lit;
  update();
}

EdgeItem::Course EdgeItem::courseOf(double failedShare) {
  return failedShare > kFailingShare ? Course::Failing : failedShare > kSomeShare ? Course::Some : Course::Fine;
}

QString EdgeItem::hoverText() const {
  const auto tr = [](const char* text) { return QCoreApplication::translate("EdgeItem", text); };
  QString text = QString::fromStdString(name_).replace(QStringLiteral("->"), QStringLiteral("→"));
  const auto add = [&](const QString& line) { text += QLatin1Char('\n') + line; };
  if (isBroken_) add(labelText_);
  if (rate_ <= 0) {
    add(tr("no calls at this moment"));
  } else {
    add(tr("%1 calls").arg(format::rate(rate_)));
    if (latencyMs_ > 0) add(tr("answered in %1 on average").arg(format::value(latencyMs_, "ms")));
    add(failedShare_ > 0 ? tr("%1 of the attempts fail").arg(format::ratio(failedShare_)) : tr("none fails"));
  }
  if (figures_.poolSize() > 0)
    add(tr("%1 of %2 connections in use, %3 wait").arg(inUse_).arg(figures_.poolSize()).arg(waiting_));
  if (isSent_) add(tr("nobody waits for the answer"));
  return text;
}

void EdgeItem::route(const QRectF& from, const QRectF& to, int lane, int lanes) {
  prepareGeometryChange();
  const double shift = (lane - (lanes - 1) / 2.0) * kLaneDistance;
  Side out = Side::Right, in = Side::Left;
  if (to.left() < from.right() + 12) {
    if (to.right() < from.left() - 12) {
      out = Side::Left;
      in = Side::Right;
    } else {
      out = to.center().y() >= from.center().y() ? Side::Bottom : Side::Top;
      in = out == Side::Bottom ? Side::Top : Side::Bottom;
    }
  }
  ownPort_ = out != Side::Right;
  const QPointF a = anchor(from, out, shift), b = anchor(to, in, shift);
  const bool isLevel = out == Side::Left || out == Side::Right;
  const double reach = std::max(18.0, 0.5 * (isLevel ? std::abs(b.x() - a.x()) : std::abs(b.y() - a.y())));
  const QPointF c = a + outward(out) * reach, d = b + outward(in) * reach;
  path_ = QPainterPath(a);
  path_.cubicTo(c, d, b);
  bounds_ = path_.boundingRect().adjusted(-12, -12, 12, 12);
  sample(a, c, d, b);
  update();
}

// Points at equal distances, from many at equal parameters: QPainterPath measures its length anew for each point.
void EdgeItem::sample(QPointF a, QPointF c, QPointF d, QPointF b) {
  constexpr int kFine = 4 * kSamples;
  std::array<QPointF, kFine + 1> fine;
  std::array<double, kFine + 1> lengths{};
  for (int i = 0; i <= kFine; ++i) {
    const double t = static_cast<double>(i) / kFine, s = 1 - t;
    const auto at = static_cast<std::size_t>(i);
    fine[at] = s * s * s * a + 3 * s * s * t * c + 3 * s * t * t * d + t * t * t * b;
    if (i > 0) lengths[at] = lengths[at - 1] + QLineF(fine[at - 1], fine[at]).length();
  }
  length_ = lengths.back();
  std::size_t next = 1;
  for (int i = 0; i <= kSamples; ++i) {
    const double wanted = length_ * i / kSamples;
    while (next < kFine && lengths[next] < wanted) ++next;
    const double step = lengths[next] - lengths[next - 1];
    const double share = step > 0 ? std::clamp((wanted - lengths[next - 1]) / step, 0.0, 1.0) : 0;
    samples_[static_cast<std::size_t>(i)] = fine[next - 1] + (fine[next] - fine[next - 1]) * share;
  }
}

QRectF EdgeItem::boundingRect() const { return bounds_; }

void EdgeItem::hideBehind(const std::vector<QRectF>& cards) {
  for (std::size_t i = 0; i < samples_.size(); ++i)
    hidden_[i] =
        std::any_of(cards.begin(), cards.end(), [&](const QRectF& card) { return card.contains(samples_[i]); });
}

bool EdgeItem::crosses(const QRectF& place) const {
  if (!place.intersects(path_.controlPointRect())) return false;
  for (std::size_t i = 0; i + 1 < samples_.size(); ++i) {
    const QPointF &a = samples_[i], &b = samples_[i + 1];
    if (std::max(a.x(), b.x()) < place.left() || std::min(a.x(), b.x()) > place.right() ||
        std::max(a.y(), b.y()) < place.top() || std::min(a.y(), b.y()) > place.bottom())
      continue;
    if (place.contains(a) || place.contains(b)) return true;
    // It crosses when the corners are not all on one side of it.
    const auto side = [&](QPointF p) { return (b.x() - a.x()) * (p.y() - a.y()) > (b.y() - a.y()) * (p.x() - a.x()); };
    const bool first = side(place.topLeft());
    if (side(place.topRight()) != first || side(place.bottomLeft()) != first || side(place.bottomRight()) != first)
      return true;
  }
  return false;
}

void EdgeItem::placeLabel(const QRectF& place) {
  labelPlace_ = place;
  labelAt_ = at(0.5);
  const auto distance = [&](QPointF p) { return QLineF(p, place.center()).length(); };
  for (const QPointF& sample : samples_)
    if (distance(sample) < distance(labelAt_)) labelAt_ = sample;
}

QPainterPath EdgeItem::shape() const {
  QPainterPathStroker stroker;
  stroker.setWidth(12);
  return stroker.createStroke(path_);
}

QPointF EdgeItem::at(double share) const {
  const double place = std::clamp(share, 0.0, 1.0) * kSamples;
  const int index = std::min(static_cast<int>(place), kSamples - 1);
  const QPointF &a = samples_[static_cast<std::size_t>(index)], &b = samples_[static_cast<std::size_t>(index) + 1];
  return a + (b - a) * (place - index);
}

std::vector<QRectF> EdgeItem::labelCandidates(QSizeF size) const {
  std::vector<QRectF> places;
  for (const double share : {0.5, 0.36, 0.64, 0.22, 0.78}) {
    const QPointF p = at(share), direction = at(share + 0.02) - at(share - 0.02);
    const bool isLevel = std::abs(direction.x()) >= std::abs(direction.y());
    const QPointF aside = isLevel ? QPointF(0, -(size.height() / 2 + 5)) : QPointF(size.width() / 2 + 7, 0);
    for (const double side : {1.0, -1.0}) {
      QRectF place({}, size);
      place.moveCenter(p + aside * side);
      places.push_back(place);
    }
  }
  return places;
}

void EdgeItem::paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget*) {
  const double zoom = option->levelOfDetailFromTransform(painter->worldTransform());
  QColor color = colorOf(isBroken_ || course_ == Course::Failing ? Tone::Failing
                         : course_ == Course::Some               ? Tone::Degraded
                                                                 : Tone::Edge);
  if (marked_) color = colorOf(Tone::Accent);
  const double width = kRestingWidth + width_ * 0.5 + (lit_ ? 1.5 : 0);
  QPen pen(color, zoom < kThinZoom && !marked_ && !lit_ ? 0 : width);
  if (isSent_ || isBroken_) pen.setDashPattern({4, 3});
  pen.setCapStyle(Qt::FlatCap);
  painter->setPen(pen);
  painter->setBrush(Qt::NoBrush);
  painter->drawPath(path_);
  if (zoom < kThinZoom) return;
  // Where an arrow leaves elsewhere than at the card's port, it brings a port of its own.
  if (ownPort_) {
    painter->setPen(QPen(colorOf(Tone::Edge), 1.3));
    painter->setBrush(colorOf(Tone::Canvas));
    painter->drawEllipse(at(0), 3, 3);
  }
  // The head of the arrow, small: dots tell the direction too.
  const QPointF tip = at(1), back = at(1 - 8 / std::max(16.0, length_));
  const double angle = std::atan2(tip.y() - back.y(), tip.x() - back.x());
  const auto corner = [&](double turn) {
    return tip - QPointF(std::cos(angle + turn), std::sin(angle + turn)) * kArrow;
  };
  painter->setPen(Qt::NoPen);
  painter->setBrush(color);
  painter->drawPolygon(QPolygonF({tip, corner(0.45), corner(-0.45)}));
}

void EdgeItem::show(const Shown& shown) {
  rate_ = figures_.callsPerSecond(shown);
  if (std::isnan(rate_)) rate_ = 0;
  failedShare_ = figures_.failedShare(shown);
  latencyMs_ = figures_.latencyMs(shown);
  if (std::isnan(latencyMs_)) latencyMs_ = 0;
  const EdgeFrame* frame = figures_.frame(shown);
  const bool isBroken = frame != nullptr && (frame->cut || frame->refusing);
  const int width = rate_ <= 0 ? 0 : static_cast<int>(std::lround(std::log10(1 + rate_)));
  const Course course = courseOf(failedShare_);
  inUse_ = frame != nullptr ? frame->inUse : 0;
  waiting_ = frame != nullptr ? frame->waiting : 0;
  if (width != width_ || course != course_ || isBroken != isBroken_) {
    width_ = width;
    course_ = course;
    isBroken_ = isBroken;
    update();
  }
  QString text;
  if (isBroken)
    text = frame->cut ? QStringLiteral("cut") : QStringLiteral("refused");
  else if (frame != nullptr && frame->waiting > 0 && figures_.poolSize() > 0)
    text = QStringLiteral("pool %1/%2").arg(frame->inUse).arg(figures_.poolSize());
  else if (rate_ > 0)
    text = format::rate(rate_);
  if (text == labelText_) return;
  labelText_ = text;
  label_.setText(text);
  label_.setTextFormat(Qt::PlainText);
  label_.prepare({}, Theme::instance().font(faultline::Type::Base, 0.85));
}

void EdgeItem::paintLive(QPainter& painter, double zoom, double scroll) const {
  if (zoom >= kDotsZoom && rate_ > 0 && length_ > 8) {
    const double distance = dotDistance(rate_);
    const double moved = scroll * dotSpeed(latencyMs_);
    const auto first = static_cast<std::int64_t>(std::floor(moved / distance));
    const double offset = moved - static_cast<double>(first) * distance;
    const QColor traffic = colorOf(Tone::Traffic), failing = colorOf(Tone::Failing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(traffic);
    int number = 0;
    for (double place = offset; place < length_ - 5; place += distance, ++number) {
      if (place < 3 || hidden_[static_cast<std::size_t>(place / length_ * kSamples + 0.5)]) continue;
      const QPointF p = at(place / length_);
      if (!isCross(first - number, failedShare_)) {
        painter.drawEllipse(p, 2.8, 2.8);
        continue;
      }
      painter.setPen(QPen(failing, 1.8));
      painter.drawLine(p + QPointF(-3.2, -3.2), p + QPointF(3.2, 3.2));
      painter.drawLine(p + QPointF(-3.2, 3.2), p + QPointF(3.2, -3.2));
      painter.setPen(Qt::NoPen);
    }
  }
  if (zoom < kThinZoom || labelText_.isEmpty() || label_.size().width() > labelPlace_.width() + 4) return;
  painter.setPen(colorOf(Tone::Muted));
  painter.setFont(Theme::instance().font(faultline::Type::Base, 0.85));
  // A label beside the line stays close to it, one above or below stands in the middle.
  const double spare = labelPlace_.width() - label_.size().width();
  const double aside = labelPlace_.left() > labelAt_.x() ? 0 : labelPlace_.right() < labelAt_.x() ? spare : spare / 2;
  const QPointF corner(labelPlace_.left() + aside, labelPlace_.center().y() - label_.size().height() / 2);
  painter.drawStaticText(corner, label_);
}

}  // namespace faultline

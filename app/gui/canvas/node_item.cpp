#include "gui/canvas/node_item.h"

#include <QFontMetricsF>
#include <QPainter>
#include <QStyleOptionGraphicsItem>
#include <cmath>

#include "gui/style/format.h"
#include "gui/style/metric_text.h"
#include "gui/style/theme.h"
#include "model/catalog.h"

namespace faultline {

namespace {

constexpr double kRadius = 9;
constexpr double kMargin = 14, kBetween = 6;
constexpr double kPillHeight = 20;
constexpr double kPillGap = 8;

Tone toneOf(Health health) {
  switch (health) {
    case Health::Idle:
      return Tone::Line;
    case Health::Ok:
      return Tone::Ok;
    case Health::Degraded:
      return Tone::Degraded;
    case Health::Failing:
      return Tone::Failing;
  }
  return Tone::Line;
}

// Ten waiting calls are worth seeing, ten thousand still fit.
double barOfCount(double count) { return std::clamp(std::log10(1 + count) / 4, 0.0, 1.0); }

const QFont& fontOf(Type type) {
  static const QFont fonts[] = {Theme::instance().font(Type::Base), Theme::instance().font(Type::Heading),
                                Theme::instance().font(Type::Name), Theme::instance().font(Type::Headline),
                                Theme::instance().font(Type::Clock)};
  return fonts[static_cast<int>(type)];
}

void prepare(QStaticText& text, const QString& content, Type type) {
  text.setText(content);
  text.setTextFormat(Qt::PlainText);
  text.setPerformanceHint(QStaticText::AggressiveCaching);
  text.prepare({}, fontOf(type));
}

}  // namespace

void paintHealth(QPainter& painter, Health health, QPointF centre, double size) {
  if (health == Health::Idle) return;
  painter.setPen(Qt::NoPen);
  painter.setBrush(colorOf(toneOf(health)));
  const double r = size / 2;
  if (health == Health::Ok) {
    painter.drawEllipse(centre, r * 0.72, r * 0.72);
    return;
  }
  const QPointF diamond[] = {{0, -r}, {r, 0}, {0, r}, {-r, 0}};
  const QPointF triangle[] = {{0, -r}, {r * 1.05, r * 0.85}, {-r * 1.05, r * 0.85}};
  const bool isDiamond = health == Health::Degraded;
  QPolygonF shape;
  for (const QPointF& p : std::span<const QPointF>(isDiamond ? std::span<const QPointF>(diamond) : triangle))
    shape << centre + p;
  painter.drawPolygon(shape);
  if (isDiamond) return;
  painter.setBrush(colorOf(Tone::Card));
  painter.drawRoundedRect(QRectF(centre.x() - 0.8, centre.y() - r * 0.4, 1.6, r * 0.62), 0.8, 0.8);
  painter.drawEllipse(centre + QPointF(0, r * 0.5), 1, 1);
}

NodeItem::NodeItem(const NodeSpec& spec) { setSpec(spec); }

void NodeItem::setSpec(const NodeSpec& spec) {
  name_ = spec.name;
  kind_ = spec.kind;
  title_ = QString::fromStdString(spec.name);
  count_.clear();
  if (const ComponentInfo* kind = findKind(spec.kind)) {
    hasInput_ = kind->inputs != PortUse::None;
    hasOutput_ = kind->outputs != PortUse::None;
    if (const Value* instances = spec.params.find("instances"))
      if (const auto* count = instances->as<std::int64_t>(); count && *count > 1)
        count_ = QStringLiteral(" ×%1").arg(*count);
    setToolTip(QStringLiteral("<b>%1</b> · %2<br>%3")
                   .arg(QString::fromStdString(name_).toHtmlEscaped(), QLatin1String(kind->label),
                        QString::fromUtf8(kind->summary).toHtmlEscaped()));
  }
  update();
}

// With the selection ring and the pill below.
QRectF NodeItem::boundingRect() const { return cardRect().adjusted(-7, -7, 7, 7 + kPillGap + kPillHeight); }

QPainterPath NodeItem::shape() const {
  QPainterPath path;
  path.addRect(cardRect().adjusted(-kPortRadius, 0, kPortRadius, 0));
  return path;
}

void NodeItem::setMarked(bool marked) {
  if (marked == marked_) return;
  marked_ = marked;
  update();
}

void NodeItem::setLit(bool lit) {
  if (lit == lit_) return;
  lit_ = lit;
  update();
}

void NodeItem::paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget*) {
  const double zoom = option->levelOfDetailFromTransform(painter->worldTransform());
  if (zoom < kSketchZoom) {
    painter->fillRect(cardRect(), colorOf(Tone::Card));
    painter->setPen(QPen(colorOf(marked_ || lit_ ? Tone::Accent : Tone::Line), marked_ ? 6 : lit_ ? 3 : 0));
    painter->setBrush(Qt::NoBrush);
    painter->drawRect(cardRect());
    return;
  }
  paintCard(*painter);
}

QRectF NodeItem::titleRect() const {
  return {cardRect().left() + kMargin + 25, cardRect().top() + 9, kWidth - kMargin - 25 - 26, 22};
}

void NodeItem::paintCard(QPainter& painter) const {
  const QRectF card = cardRect();
  if (marked_ || lit_) {
    painter.setPen(QPen(colorOf(Tone::Accent), marked_ ? 2 : 1.2));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(card.adjusted(-3.5, -3.5, 3.5, 3.5), kRadius + 3, kRadius + 3);
  }
  painter.setPen(QPen(colorOf(Tone::Line), 1));
  painter.setBrush(colorOf(Tone::Card));
  painter.drawRoundedRect(card, kRadius, kRadius);

  const double ratio = std::max(1.0, painter.device()->devicePixelRatioF() * painter.worldTransform().m11());
  painter.drawPixmap(QPointF(card.left() + kMargin, card.top() + 11),
                     Theme::instance().glyph(kind_, colorOf(Tone::Text), 18, std::ceil(ratio * 2) / 2));
  painter.setPen(colorOf(Tone::Text));
  painter.setFont(fontOf(Type::Name));
  const QRectF titleRect = this->titleRect();
  const QFontMetricsF metrics(fontOf(Type::Name));
  painter.drawText(
      titleRect, Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine,
      metrics.elidedText(title_, Qt::ElideRight, titleRect.width() - metrics.horizontalAdvance(count_)) + count_);

  painter.setPen(QPen(colorOf(Tone::Edge), 1.3));
  painter.setBrush(colorOf(Tone::Canvas));
  if (hasInput_) painter.drawEllipse(QPointF(card.left(), 0), kPortRadius, kPortRadius);
  if (hasOutput_) painter.drawEllipse(QPointF(card.right(), 0), kPortRadius, kPortRadius);
}

void NodeItem::show(const Shown& shown) {
  Look look;
  look.health = figures_.health(shown);
  const NodeFigures::Headline headline = figures_.headline(shown);
  look.label = QString::fromStdString(headline.name);
  if (shown.row >= 0) look.value = metricText(headline.info, headline.value, headline.unit);
  if (const double busy = figures_.utilization(shown); !std::isnan(busy)) look.utilization = std::clamp(busy, 0.0, 1.0);
  if (const double waiting = figures_.waiting(shown); !std::isnan(waiting)) look.waiting = barOfCount(waiting);
  if (const NodeFigures::Failure failure = figures_.worstFailure(shown); failure.reason != nullptr)
    look.failure = QString::fromUtf8(failure.reason).replace(QLatin1Char('_'), QLatin1Char(' ')) + QLatin1Char(' ') +
                   format::rate(failure.perSecond);
  if (look == look_) return;
  if (look.value != look_.value) prepare(value_, look.value, Type::Headline);
  // The name gives way to a long value: "latency p99" and "3 min 48 s" are wider than a card.
  const double room = kWidth - 2 * kMargin - kBetween - value_.size().width();
  if (look.label != look_.label || label_.text() != look.label || label_.size().width() > room) {
    prepare(label_, look.label, Type::Base);
    if (label_.size().width() > room)
      prepare(label_, QFontMetricsF(fontOf(Type::Base)).elidedText(look.label, Qt::ElideMiddle, room), Type::Base);
  }
  if (look.failure != look_.failure) prepare(failure_, look.failure, Type::Base);
  look_ = look;
}

void NodeItem::paintLive(QPainter& painter, double zoom) const {
  const QRectF card = cardRect();
  if (zoom < kSketchZoom) {
    if (look_.health == Health::Idle) return;
    painter.fillRect(QRectF(card.left(), card.top(), 16, kHeight), colorOf(toneOf(look_.health)));
    if (look_.health != Health::Ok) paintHealth(painter, look_.health, {0, 0}, 52);
    return;
  }
  if (look_.health != Health::Idle) {
    painter.setPen(Qt::NoPen);
    painter.setBrush(colorOf(toneOf(look_.health)));
    painter.drawRoundedRect(QRectF(card.left() + 5, card.top() + 9, 3, kHeight - 18), 1.5, 1.5);
  }
  paintHealth(painter, look_.health, {card.right() - 18, card.top() + 20}, 13);
  if (!look_.value.isEmpty()) {
    painter.setPen(colorOf(Tone::Muted));
    painter.setFont(fontOf(Type::Base));
    painter.drawStaticText(QPointF(card.left() + kMargin, card.top() + 38), label_);
    const bool isBad = look_.health == Health::Degraded || look_.health == Health::Failing;
    painter.setPen(colorOf(isBad ? toneOf(look_.health) : Tone::Text));
    painter.setFont(fontOf(Type::Headline));
    painter.drawStaticText(QPointF(card.right() - kMargin + 2 - value_.size().width(), card.top() + 35), value_);
  }
  paintBars(painter);
  if (!look_.failure.isEmpty()) paintFailure(painter);
}

// The upper bar is work, the lower one waiting.
void NodeItem::paintBars(QPainter& painter) const {
  const QRectF card = cardRect();
  const auto bar = [&](double y, double share, Tone tone) {
    const QRectF ground(card.left() + kMargin, y, kWidth - 2 * kMargin, 4);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colorOf(Tone::Line));
    painter.drawRoundedRect(ground, 2, 2);
    if (share <= 0.005) return;
    painter.setBrush(colorOf(tone));
    painter.drawRoundedRect(QRectF(ground.left(), y, std::max(4.0, ground.width() * share), 4), 2, 2);
  };
  const bool isFailing = look_.health == Health::Failing;
  if (look_.utilization >= 0)
    bar(card.bottom() - 20, look_.utilization,
        look_.utilization < 0.9 ? Tone::Traffic
        : isFailing             ? Tone::Failing
                                : Tone::Degraded);
  if (look_.waiting >= 0) bar(card.bottom() - 12, look_.waiting, Tone::Degraded);
}

void NodeItem::paintFailure(QPainter& painter) const {
  const double width = failure_.size().width() + 18;
  const QRectF pill(-width / 2, cardRect().bottom() + kPillGap, width, kPillHeight);
  painter.setPen(Qt::NoPen);
  painter.setBrush(colorOf(Tone::Canvas));
  painter.drawRoundedRect(pill, kPillHeight / 2, kPillHeight / 2);
  painter.setBrush(Theme::instance().faint(Tone::Failing, 0.22));
  painter.drawRoundedRect(pill, kPillHeight / 2, kPillHeight / 2);
  painter.setPen(colorOf(Tone::Failing));
  painter.setFont(fontOf(Type::Base));
  painter.drawStaticText(QPointF(pill.left() + 9, pill.center().y() - failure_.size().height() / 2), failure_);
}

}  // namespace faultline

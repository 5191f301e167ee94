#include "gui/panels/waterfall_view.h"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>

#include "gui/models/nice_ticks.h"
#include "gui/style/format.h"
#include "gui/style/theme.h"

namespace faultline {

namespace {

constexpr int kRow = 22, kAxis = 20, kNames = 190, kRight = 70, kIndent = 12, kBar = 12;
constexpr double kSmall = 0.92, kLeastBar = 1.5;

Tone toneOf(TimePart part) {
  switch (part) {
    case TimePart::Queue:
      return Tone::Degraded;
    case TimePart::Connection:
      return Tone::Fourth;
    case TimePart::Service:
      return Tone::Traffic;
    case TimePart::Network:
      return Tone::Muted;
    case TimePart::Backoff:
      return Tone::Failing;
  }
  return Tone::Muted;
}

// Patterns differ where colours look alike, in print or to some eyes.
Qt::BrushStyle patternOf(TimePart part) {
  switch (part) {
    case TimePart::Queue:
      return Qt::BDiagPattern;
    case TimePart::Connection:
      return Qt::DiagCrossPattern;
    case TimePart::Service:
      return Qt::SolidPattern;
    case TimePart::Network:
      return Qt::HorPattern;
    case TimePart::Backoff:
      return Qt::VerPattern;
  }
  return Qt::SolidPattern;
}

}  // namespace

QBrush brushOf(TimePart part) { return {colorOf(toneOf(part)), patternOf(part)}; }

QString partText(TimePart part) {
  switch (part) {
    case TimePart::Queue:
      return WaterfallView::tr("queue");
    case TimePart::Connection:
      return WaterfallView::tr("waits for a connection");
    case TimePart::Service:
      return WaterfallView::tr("works");
    case TimePart::Network:
      return WaterfallView::tr("network");
    case TimePart::Backoff:
      return WaterfallView::tr("waits to retry");
  }
  return {};
}

WaterfallView::WaterfallView(QWidget* parent) : QWidget(parent) {
  setObjectName(QStringLiteral("waterfall"));
  setAccessibleName(tr("Calls of the operation"));
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void WaterfallView::show(const std::vector<std::string>& nodes, const CallTrace& trace) {
  nodes_ = nodes;
  trace_ = trace;
  rows_ = waterfallOf(trace_);
  chosen_ = -1;
  setFixedHeight(sizeHint().height());
  update();
}

QSize WaterfallView::sizeHint() const { return {600, kAxis + kRow * static_cast<int>(rows_.size()) + 6}; }

QRect WaterfallView::rowRect(int row) const { return {0, kAxis + row * kRow, width(), kRow}; }

int WaterfallView::rowAt(QPoint place) const {
  const int row = (place.y() - kAxis) / kRow;
  return place.y() >= kAxis && row < static_cast<int>(rows_.size()) ? row : -1;
}

double WaterfallView::xOf(SimTime time) const {
  const double whole = std::max(1e-9, trace_.latency().seconds());
  const double share = std::clamp((time - trace_.begin()).seconds() / whole, 0.0, 1.0);
  return kNames + share * std::max(40, width() - kNames - kRight);
}

QString WaterfallView::nameOf(const WaterfallRow& row) const {
  const Span& span = trace_.spans[row.span];
  return QString::fromStdString(nodes_[span.node]);
}

QString WaterfallView::tipOf(const WaterfallRow& row) const {
  const Span& span = trace_.spans[row.span];
  QStringList lines{nameOf(row) + (span.instance > 0 ? QStringLiteral(" [%1]").arg(span.instance) : QString())};
  lines << tr("from %1 after the start, for %2")
               .arg(format::duration(row.from - trace_.begin()), format::duration(row.to - row.from));
  for (int part = 0; part < kTimeParts; ++part) {
    Duration sum;
    for (const WaterfallRow::Stretch& s : row.stretches)
      if (s.part == static_cast<TimePart>(part)) sum += s.to - s.from;
    if (sum.ns > 0) lines << QStringLiteral("%1: %2").arg(partText(static_cast<TimePart>(part)), format::duration(sum));
  }
  if (span.timedOut) lines << tr("its caller gave up");
  else if (span.failed) lines << tr("failed");
  if (!span.arrivedAtAll) lines << tr("never arrived");
  return lines.join(QLatin1Char('\n'));
}

// ------------------------------------------------------------- painting

void WaterfallView::paintEvent(QPaintEvent*) {
  if (rows_.empty()) return;
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  drawAxis(painter);
  for (int row = 0; row < static_cast<int>(rows_.size()); ++row) drawRow(painter, row);
}

void WaterfallView::drawAxis(QPainter& painter) const {
  painter.setFont(Theme::instance().font(Type::Base, kSmall));
  const Duration step = niceTimeStep(trace_.latency(), std::max(2, (width() - kNames - kRight) / 90));
  if (step.ns <= 0) return;
  for (std::int64_t i = 0; i * step.ns <= trace_.latency().ns; ++i) {
    const double x = xOf(trace_.begin() + step * i);
    painter.setPen(QPen(colorOf(Tone::Line), 1));
    painter.drawLine(QPointF(x, kAxis - 2), QPointF(x, height()));
    painter.setPen(colorOf(Tone::Muted));
    painter.drawText(QRectF(x + 3, 0, 90, kAxis - 2), Qt::AlignLeft | Qt::AlignVCenter, format::duration(step * i));
  }
}

void WaterfallView::drawRow(QPainter& painter, int number) const {
  const WaterfallRow& row = rows_[static_cast<std::size_t>(number)];
  const Span& span = trace_.spans[row.span];
  const QRect place = rowRect(number);
  if (number == chosen_) painter.fillRect(place, Theme::instance().faint(Tone::Accent, 0.18));
  const int left = 12 + kIndent * std::min(row.depth, 8);
  painter.setFont(Theme::instance().font(Type::Base));
  painter.setPen(colorOf(span.failed ? Tone::Failing : Tone::Text));
  painter.drawText(QRect(left, place.top(), kNames - left - 8, kRow), Qt::AlignLeft | Qt::AlignVCenter,
                   painter.fontMetrics().elidedText(nameOf(row), Qt::ElideRight, kNames - left - 8));
  const double middle = place.center().y() + 0.5;
  painter.setPen(QPen(colorOf(Tone::Edge), 1.4));
  painter.drawLine(QPointF(xOf(row.from), middle), QPointF(xOf(row.to), middle));
  for (const WaterfallRow::Stretch& stretch : row.stretches) {
    const double from = xOf(stretch.from), to = std::max(from + kLeastBar, xOf(stretch.to));
    const QRectF bar(from, middle - kBar / 2.0, to - from, kBar);
    const QBrush brush = brushOf(stretch.part);
    QColor ground = brush.color();
    ground.setAlphaF(0.3f);
    painter.fillRect(bar, colorOf(Tone::Panel));
    painter.fillRect(bar, ground);
    painter.fillRect(bar, brush);
  }
  const double end = xOf(row.to);
  painter.setPen(colorOf(Tone::Muted));
  painter.setFont(Theme::instance().font(Type::Base, kSmall));
  QString text = format::duration(row.to - row.from);
  if (span.failed) {
    // A cross, as failed calls have on the canvas.
    painter.setPen(QPen(colorOf(Tone::Failing), 2));
    for (const double side : {-1.0, 1.0}) painter.drawLine(QPointF(end - 3.5, middle - side * 3.5), QPointF(end + 3.5, middle + side * 3.5));
    painter.setPen(colorOf(Tone::Failing));
  }
  painter.drawText(QRectF(end + 8, place.top(), kRight - 8, kRow), Qt::AlignLeft | Qt::AlignVCenter, text);
}

// ------------------------------------------------------------- pointing

void WaterfallView::mousePressEvent(QMouseEvent* event) {
  const int row = rowAt(event->position().toPoint());
  if (event->button() != Qt::LeftButton || row < 0) return;
  chosen_ = row;
  update();
  Q_EMIT nodeChosen(nameOf(rows_[static_cast<std::size_t>(row)]));
}

bool WaterfallView::event(QEvent* event) {
  if (event->type() != QEvent::ToolTip) return QWidget::event(event);
  const auto* help = static_cast<QHelpEvent*>(event);
  const int row = rowAt(help->pos());
  if (row >= 0) QToolTip::showText(help->globalPos(), tipOf(rows_[static_cast<std::size_t>(row)]), this);
  else QToolTip::hideText();
  return true;
}

}  // namespace faultline
